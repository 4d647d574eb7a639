"""Exact, fast, engine-free kernels over arrays of coordinates in metres."""

from blockdata.kernels.batches import cells_of_batches, count_batches, nearest_of_batches
from blockdata.kernels.cells import CellIndex, cells_of_points
from blockdata.kernels.clusters import dbscan
from blockdata.kernels.counts import CellCounts, steps_of_times
from blockdata.kernels.coverage import CoverageIndex
from blockdata.kernels.hilbert import hilbert_index
from blockdata.kernels.nearest import FeatureIndex, nearest_within
from blockdata.kernels.network import OnStreet, StreetNetwork
from blockdata.kernels.pairs import count_pairs_within, pairs_within
from blockdata.kernels.segments import bad_polygons

__all__ = [
    "CellCounts",
    "CellIndex",
    "CoverageIndex",
    "FeatureIndex",
    "OnStreet",
    "StreetNetwork",
    "bad_polygons",
    "cells_of_batches",
    "cells_of_points",
    "count_batches",
    "count_pairs_within",
    "dbscan",
    "hilbert_index",
    "nearest_of_batches",
    "nearest_within",
    "pairs_within",
    "steps_of_times",
]
