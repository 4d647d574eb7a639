"""Repeat by cause: bad places against owners and batches, and against their neighbours."""

from blockdata.analysis.causes.bodies import companies, told_bodies
from blockdata.analysis.causes.chance import hypergeometric_sum_law, hypergeometric_sum_tail
from blockdata.analysis.causes.neighbours import Neighbours, neighbour_test
from blockdata.analysis.causes.shared import CAUSE_COLUMNS, cause_test, judged_causes

__all__ = [
    "CAUSE_COLUMNS",
    "Neighbours",
    "cause_test",
    "companies",
    "hypergeometric_sum_law",
    "hypergeometric_sum_tail",
    "judged_causes",
    "neighbour_test",
    "told_bodies",
]
