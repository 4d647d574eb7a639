"""Scan statistics: the window in which cases gather most, and how likely chance makes one so."""

from blockdata.analysis.scan.result import gumbel_tail, rank_tail
from blockdata.analysis.scan.spatial import poisson_scan

__all__ = ["gumbel_tail", "poisson_scan", "rank_tail"]
