"""GCJ-02 and BD-09: the published formula, its inverse, and nothing outside China."""

from __future__ import annotations

import numpy as np
import prcoords
import pytest
from hypothesis import given
from hypothesis import strategies as st

from blockdata.crs import gcj

PAIRS = [
    (gcj.wgs84_to_gcj02, gcj.gcj02_to_wgs84),
    (gcj.gcj02_to_bd09, gcj.bd09_to_gcj02),
    (gcj.wgs84_to_bd09, gcj.bd09_to_wgs84),
]
FORWARD = [
    (gcj.wgs84_to_gcj02, prcoords.wgs_gcj),
    (gcj.gcj02_to_bd09, prcoords.gcj_bd),
    (gcj.wgs84_to_bd09, prcoords.wgs_bd),
]
INVERSE = [
    (gcj.gcj02_to_wgs84, prcoords.gcj_wgs_bored),
    (gcj.bd09_to_gcj02, prcoords.bd_gcj_bored),
    (gcj.bd09_to_wgs84, prcoords.bd_wgs_bored),
]
EVERY = [forward for forward, _ in PAIRS] + [inverse for _, inverse in PAIRS]

# The box of China less a margin, so that displaced points are in it too.
_POINT = st.tuples(st.floats(72.1, 137.7), st.floats(0.9, 55.7))


def _grid():
    lon, lat = np.meshgrid(np.arange(73.3, 136, 0.7), np.arange(3.1, 54, 0.6))
    around_the_root = np.column_stack([105 + np.linspace(-1e-3, 1e-3, 41), np.full(41, 30.0)])
    return np.vstack([np.column_stack([lon.ravel(), lat.ravel()]), around_the_root])


def _metres(one, other):
    """Distances on a sphere, good enough for differences of millimetres."""
    lon, lat = (one - other).T
    return 111_320 * np.hypot(lon * np.cos(np.radians(one[:, 1])), lat)


def _scalar(function, points):
    return np.array([function((lat, lon))[::-1] for lon, lat in points.tolist()])


@pytest.mark.parametrize(("ours", "theirs"), FORWARD)
def test_forward_agrees_with_an_independent_implementation(ours, theirs):
    points = _grid()
    assert _metres(ours(points), _scalar(theirs, points)).max() < 1e-7


@pytest.mark.parametrize(("ours", "theirs"), INVERSE)
def test_inverse_agrees_as_far_as_the_other_one_iterates(ours, theirs):
    points = _grid()
    assert _metres(ours(points), _scalar(theirs, points)).max() < 0.05


@pytest.mark.parametrize(("forward", "inverse"), PAIRS)
@given(point=_POINT)
def test_there_and_back_is_less_than_a_tenth_of_a_millimetre(forward, inverse, point):
    true = np.array([point])
    displaced = forward(true)
    assert _metres(inverse(displaced), true)[0] < 1e-4
    assert _metres(forward(inverse(true)), true)[0] < 1e-4


@pytest.mark.parametrize("function", EVERY)
@given(point=st.tuples(st.floats(-180, 180), st.floats(-90, 90)))
def test_nothing_is_displaced_outside_china(function, point):
    lon, lat = point
    far = not (71.9 <= lon <= 137.95 and 0.7 <= lat <= 55.95)
    result = function(np.array([point]))
    assert result.tolist() == [[lon, lat]] if far else np.isfinite(result).all()


@pytest.mark.parametrize(("forward", "inverse"), PAIRS)
def test_points_at_the_edge_of_the_box_come_back(forward, inverse):
    edge = np.array([[72.004, 0.8293], [137.8347, 55.8271], [72.004, 55.8271]])
    corners = edge + 1e-6 * np.array([[1, 1], [-1, -1], [1, -1]])
    assert _metres(inverse(forward(corners)), corners).max() < 1e-4


@pytest.mark.parametrize("function", EVERY)
def test_a_row_does_not_depend_on_its_neighbours(function):
    points = np.random.default_rng(3).uniform([73, 4], [135, 53], (20_000, 2))
    together = function(points)
    assert (function(points[::7]) == together[::7]).all()
    assert (np.vstack([function(p[np.newaxis]) for p in points[:50]]) == together[:50]).all()


@pytest.mark.parametrize("function", EVERY)
def test_missing_coordinates_stay_missing_and_the_input_is_left_alone(function):
    points = np.array([[np.nan, np.nan], [np.inf, 30.0], [1e300, -1e300]])
    before = points.copy()
    result = function(points)
    assert np.array_equal(points, before, equal_nan=True)
    assert np.isnan(result[0]).all()
    assert np.isinf(result[1, 0])
    assert function(np.empty((0, 2))).shape == (0, 2)


def test_offsets_at_qingdao_are_those_of_the_standards_reference():
    true = np.array([[120.38, 36.07]])
    assert _metres(gcj.wgs84_to_gcj02(true), true)[0] == pytest.approx(462, abs=1.5)
    assert _metres(gcj.wgs84_to_bd09(true), true)[0] == pytest.approx(1258, abs=4)
