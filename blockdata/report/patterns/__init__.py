"""The sections of the page about patterns: what rises, gathers and repeats."""

from blockdata.report.patterns.sections import pattern_sections

__all__ = ["pattern_sections"]
