"""Local statistics: how a cell and its neighbours differ from the rest; descriptive values."""

from blockdata.analysis.local.getis_ord import getis_ord, global_getis_ord
from blockdata.analysis.local.moran import global_moran, local_moran
from blockdata.analysis.local.weights import contiguity, distance_band, k_nearest

__all__ = [
    "contiguity",
    "distance_band",
    "getis_ord",
    "global_getis_ord",
    "global_moran",
    "k_nearest",
    "local_moran",
]
