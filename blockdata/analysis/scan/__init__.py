"""Scan statistics: the window in which cases gather most, and how likely chance makes one so."""

from blockdata.analysis.scan.categories import Prospect, scan_categories
from blockdata.analysis.scan.covariates import standardised_expected
from blockdata.analysis.scan.permutation import permutation_scan
from blockdata.analysis.scan.result import Sequential, gumbel_tail, rank_tail
from blockdata.analysis.scan.space_time import expected_by_day, space_time_poisson_scan
from blockdata.analysis.scan.spatial import bernoulli_scan, poisson_scan

__all__ = [
    "Prospect",
    "Sequential",
    "bernoulli_scan",
    "expected_by_day",
    "gumbel_tail",
    "permutation_scan",
    "poisson_scan",
    "rank_tail",
    "scan_categories",
    "space_time_poisson_scan",
    "standardised_expected",
]
