"""Exact, fast, engine-free kernels over arrays of coordinates in metres."""

from blockdata.kernels.cells import bad_polygons, cells_of_points
from blockdata.kernels.hilbert import hilbert_index
from blockdata.kernels.nearest import nearest_within

__all__ = ["bad_polygons", "cells_of_points", "hilbert_index", "nearest_within"]
