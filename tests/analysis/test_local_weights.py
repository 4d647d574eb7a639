"""Weights along streets against hand-measured ways; degrees are refused everywhere."""

import numpy as np
import pytest
import shapely

from blockdata.analysis.local import contiguity, distance_band, k_nearest, network_band
from blockdata.errors import AnalysisError
from blockdata.kernels import StreetNetwork

BANKS = [
    shapely.LineString([(0, 0), (400, 0)]),
    shapely.LineString([(0, 30), (400, 30)]),
    shapely.LineString([(400, 0), (400, 30)]),
]
"""Two banks of a river, with one bridge at the end."""


def test_places_across_a_river_are_as_far_as_the_bridge():
    streets = StreetNetwork(BANKS)
    places = streets.snap([350, 350, 100, 100], [0, 30, 0, 30], radius_m=5)
    near = network_band(streets, places, 130)
    # 50 m to the bridge, 30 m across, 50 m back: 130 m; 250 m from the first pair to the second.
    assert near.toarray().tolist() == [[0, 1, 0, 0], [1, 0, 0, 0], [0] * 4, [0] * 4]
    assert network_band(streets, places, 129.9).nnz == 0
    assert network_band(streets, places, 250).nnz == 6


def test_on_one_straight_street_it_is_the_distance_band():
    x = np.random.default_rng(1).uniform(0, 5_000, 300)
    streets = StreetNetwork([shapely.LineString([(0, 0), (5_000, 0)])])
    near = network_band(streets, streets.snap(x, np.zeros(300), radius_m=1), 100)
    assert (near != distance_band(x, np.zeros(300), 100)).nnz == 0
    assert set(near.data) == {1.0}


def test_places_off_the_streets_and_on_one_spot():
    streets = StreetNetwork(BANKS)
    places = streets.snap([50, 50, 50], [0, 0, 900], radius_m=5)
    assert network_band(streets, places, 0).toarray().tolist() == [[0, 1, 0], [1, 0, 0], [0] * 3]
    assert network_band(streets, streets.snap([], [], radius_m=5), 10).shape == (0, 0)
    none = StreetNetwork([])
    assert network_band(none, none.snap([50, 60], [0, 0], radius_m=5), 10).nnz == 0


def test_degrees_are_refused():
    lon, lat = [120.38, 36.07, 120.39], [36.07, 36.08, 36.09]
    lon[1] = 120.385
    with pytest.raises(AnalysisError, match="degrees"):
        distance_band(lon, lat, 100)
    with pytest.raises(AnalysisError, match="degrees"):
        k_nearest(lon, lat, 1)
    with pytest.raises(AnalysisError, match="degrees"):
        contiguity([shapely.Point(*at).buffer(0.01) for at in zip(lon, lat)])
    # What has no coordinates tells nothing.
    with pytest.raises(AnalysisError, match="degrees"):
        distance_band([*lon, np.nan], [*lat, np.nan], 100)


def test_no_place_at_all_has_no_weights():
    assert distance_band([], [], 10).shape == (0, 0)
    assert contiguity([]).shape == (0, 0)
