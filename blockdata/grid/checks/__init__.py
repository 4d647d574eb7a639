"""Checks of layers of cells: every fault with its place, its size and its cause."""

from blockdata.grid.checks.checking import check_layers
from blockdata.grid.checks.found import COLUMNS, FAULTS
from blockdata.grid.checks.settings import CheckSettings

__all__ = ["COLUMNS", "FAULTS", "CheckSettings", "check_layers"]
