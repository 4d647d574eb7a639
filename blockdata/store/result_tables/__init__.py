"""The tables that a run computes at its end, by what they tell of."""

from blockdata.store.result_tables.cases import CASES
from blockdata.store.result_tables.ground import GROUND
from blockdata.store.result_tables.patterns import PATTERNS
from blockdata.store.result_tables.problems import PROBLEMS

RESULTS = (*CASES, *PATTERNS, *PROBLEMS, *GROUND)
"""What a run computes at its end from the final state and as_of."""

__all__ = ["RESULTS"]
