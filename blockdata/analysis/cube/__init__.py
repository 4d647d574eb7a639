"""The cube of counts: place by category by time step, and what of it was observed."""

from blockdata.analysis.cube.build import coarsen, counts_cube
from blockdata.analysis.cube.model import Cube
from blockdata.analysis.cube.steps import STEPS, step_edges

__all__ = ["STEPS", "Cube", "coarsen", "counts_cube", "step_edges"]
