"""Layers of cells: which cell a record lies in, faults of a layer, and atoms of people."""

from blockdata.grid.atoms import atom_id, draw_atoms
from blockdata.grid.cells import assign_cells
from blockdata.grid.checks import check_layers
from blockdata.grid.figures import atom_figures, cell_figures, layer_total
from blockdata.grid.hexagons import hexagon_layer, hexagons_around

__all__ = [
    "assign_cells",
    "atom_figures",
    "atom_id",
    "cell_figures",
    "check_layers",
    "draw_atoms",
    "hexagon_layer",
    "hexagons_around",
    "layer_total",
]
