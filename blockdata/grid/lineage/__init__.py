"""What became of cells when layers were redrawn, and what is told of a cell on another day."""

from blockdata.grid.lineage.chains import RULES, compare_lineage, compose, moves_of
from blockdata.grid.lineage.changes import cells_at, derive_lineage, lineage_between
from blockdata.grid.lineage.counting import CellCounts, count_on_cells
from blockdata.grid.lineage.heirs import heirs_of, shared_codes, states_of_codes
from blockdata.grid.lineage.kinds import CHANGES
from blockdata.grid.lineage.overlaps import SLIVER_WIDTH_M
from blockdata.grid.lineage.shares import people_of_buildings, with_shares

__all__ = [
    "CHANGES",
    "RULES",
    "SLIVER_WIDTH_M",
    "CellCounts",
    "cells_at",
    "compare_lineage",
    "compose",
    "count_on_cells",
    "derive_lineage",
    "heirs_of",
    "lineage_between",
    "moves_of",
    "people_of_buildings",
    "shared_codes",
    "states_of_codes",
    "with_shares",
]
