"""Local statistics: how a cell and its neighbours differ from the rest.

z values are descriptive. p values are labelled with what they stand on (`ASSUMPTIONS`); those of
`neighbourhood_test` alone hold where exposure differs and incidents come in bursts.
"""

from blockdata.analysis.local.getis_ord import getis_ord, global_getis_ord
from blockdata.analysis.local.moran import global_moran, local_moran
from blockdata.analysis.local.neighbourhood import neighbourhood_test
from blockdata.analysis.local.permuted import Draws
from blockdata.analysis.local.significance import (
    ASSUMPTIONS,
    getis_ord_test,
    local_moran_test,
)
from blockdata.analysis.local.weights import contiguity, distance_band, k_nearest, network_band

__all__ = [
    "ASSUMPTIONS",
    "Draws",
    "contiguity",
    "distance_band",
    "getis_ord",
    "getis_ord_test",
    "global_getis_ord",
    "global_moran",
    "k_nearest",
    "local_moran",
    "local_moran_test",
    "neighbourhood_test",
    "network_band",
]
