"""The sections of the page about cases: links, repeats, chains, episodes, who answers."""

from blockdata.report.cases.sections import case_sections

__all__ = ["case_sections"]
