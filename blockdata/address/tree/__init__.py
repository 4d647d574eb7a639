"""The tree of addresses, and what addresses, elements and divisions were called when."""

from blockdata.address.tree.address_tree import AddressTree
from blockdata.address.tree.divisions import DIVISION_FAULTS, Divisions
from blockdata.address.tree.growing import FAULTS
from blockdata.address.tree.names import expand_renames, former_addresses
from blockdata.address.tree.periods import valid_on
from blockdata.address.tree.steps import STEPS, TREE_LEVELS
from blockdata.address.tree.succession import SUCCESSION_FAULTS, SUCCESSION_KINDS, Succession

__all__ = [
    "DIVISION_FAULTS",
    "FAULTS",
    "STEPS",
    "SUCCESSION_FAULTS",
    "SUCCESSION_KINDS",
    "TREE_LEVELS",
    "AddressTree",
    "Divisions",
    "Succession",
    "expand_renames",
    "former_addresses",
    "valid_on",
]
