"""The sections of the page about indicators and the scorecard."""

from blockdata.report.scores.sections import score_sections

__all__ = ["score_sections"]
