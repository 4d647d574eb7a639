"""Compare address texts: the same place, a part of it or near it, or another."""

from blockdata.address.comparing.comparer import Comparer, compare, compare_many
from blockdata.address.comparing.comparison import KINDS, STATES, Comparison, ElementEvidence
from blockdata.address.comparing.parsing import LABEL_ELEMENTS, TaggerParser

__all__ = [
    "KINDS",
    "LABEL_ELEMENTS",
    "STATES",
    "Comparer",
    "Comparison",
    "ElementEvidence",
    "TaggerParser",
    "compare",
    "compare_many",
]
