"""Match address texts against a library: columns, kernels, keys by level, and nothing guessed."""

from blockdata.address.matching.columns import METHODS, REASONS, MatchColumns
from blockdata.address.matching.explaining import Candidate, ElementEvidence, Explanation
from blockdata.address.matching.index import AddressIndex
from blockdata.address.matching.scoring import Calibration

__all__ = [
    "METHODS",
    "REASONS",
    "AddressIndex",
    "Calibration",
    "Candidate",
    "ElementEvidence",
    "Explanation",
    "MatchColumns",
]
