"""What speaks for a place being chronic, gathered for many places at once."""

from blockdata.report.evidence.asking import Asking
from blockdata.report.evidence.gathering import Evidence, gather

__all__ = ["Asking", "Evidence", "gather"]
