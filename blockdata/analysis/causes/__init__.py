"""Repeat by cause: bad places against owners and batches, and against their neighbours."""

from blockdata.analysis.causes.neighbours import Neighbours, neighbour_test
from blockdata.analysis.causes.shared import CAUSE_COLUMNS, cause_test, hypergeometric_sum_tail

__all__ = [
    "CAUSE_COLUMNS",
    "Neighbours",
    "cause_test",
    "hypergeometric_sum_tail",
    "neighbour_test",
]
