"""Codes as typed values: schemes, single codes, columns of codes.

A code is for life. What is read from it is its own structure; the district in which an address
lies today stands in the address's row, never in its code.
"""

from blockdata.address.codes.checking import CHECKS
from blockdata.address.codes.column import CodeColumn
from blockdata.address.codes.element_ids import HOLDERS, read_element_ids
from blockdata.address.codes.scheme import REASONS, CodeScheme, Segment
from blockdata.address.codes.settings import code_schemes
from blockdata.address.codes.standard import DIVISION, STANDARD_SCHEMES, SZDB_281, UNIT_GRID
from blockdata.address.codes.value import Code

__all__ = [
    "CHECKS",
    "DIVISION",
    "HOLDERS",
    "REASONS",
    "STANDARD_SCHEMES",
    "SZDB_281",
    "UNIT_GRID",
    "Code",
    "CodeColumn",
    "CodeScheme",
    "Segment",
    "code_schemes",
    "read_element_ids",
]
