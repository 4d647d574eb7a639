"""The unified address: normalise, parse, match against the library, compare, describe."""

from blockdata.address.comparing import Comparer, Comparison, compare, compare_many
from blockdata.address.latin import is_crossing
from blockdata.address.matching import AddressIndex
from blockdata.address.normalise import (
    is_missing_text,
    normalise_address,
    normalise_addresses,
    normalise_aligned,
)
from blockdata.address.numbers import number_set
from blockdata.address.parsed import ELEMENTS, Parsed, ParsedAddress
from blockdata.address.parser import Parser, parse
from blockdata.address.parts import LEVELS, AddressParts, parse_address, parse_addresses
from blockdata.address.provisional import provisional_addresses
from blockdata.address.tagger import Tagger, read_conll

__all__ = [
    "ELEMENTS",
    "LEVELS",
    "AddressIndex",
    "AddressParts",
    "Comparer",
    "Comparison",
    "Parsed",
    "ParsedAddress",
    "Parser",
    "Tagger",
    "compare",
    "compare_many",
    "is_crossing",
    "is_missing_text",
    "normalise_address",
    "normalise_addresses",
    "normalise_aligned",
    "number_set",
    "parse",
    "parse_address",
    "parse_addresses",
    "provisional_addresses",
    "read_conll",
]
