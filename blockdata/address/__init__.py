"""The unified address: normalise, parse, match against the library."""

from blockdata.address.index import AddressIndex
from blockdata.address.latin import is_crossing
from blockdata.address.normalise import is_missing_text, normalise_address, normalise_addresses
from blockdata.address.parts import LEVELS, AddressParts, parse_address, parse_addresses
from blockdata.address.provisional import provisional_addresses

__all__ = [
    "LEVELS",
    "AddressIndex",
    "AddressParts",
    "is_crossing",
    "is_missing_text",
    "normalise_address",
    "normalise_addresses",
    "parse_address",
    "parse_addresses",
    "provisional_addresses",
]
