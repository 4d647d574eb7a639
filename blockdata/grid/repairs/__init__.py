"""Proposals to mend faults of layers; a person accepts them."""

from blockdata.grid.repairs.proposing import COLUMNS, apply_repairs, propose_repairs
from blockdata.grid.repairs.settings import RepairSettings
from blockdata.grid.repairs.shaping import geometry_hash, stored

__all__ = [
    "COLUMNS",
    "RepairSettings",
    "apply_repairs",
    "geometry_hash",
    "propose_repairs",
    "stored",
]
