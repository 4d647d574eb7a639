"""Pages that a run leaves for people: one file each, readable without network or server."""

from blockdata.report.page import write_report

__all__ = ["write_report"]
