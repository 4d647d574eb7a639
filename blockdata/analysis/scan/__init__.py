"""Scan statistics: the window in which cases gather most, and how likely chance makes one so."""

from blockdata.analysis.scan.permutation import permutation_scan
from blockdata.analysis.scan.result import gumbel_tail, rank_tail
from blockdata.analysis.scan.spatial import poisson_scan

__all__ = ["gumbel_tail", "permutation_scan", "poisson_scan", "rank_tail"]
