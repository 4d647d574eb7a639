"""The nearest point equals a full search with the first minimum, ties and borders included."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from blockdata.errors import AnalysisError
from blockdata.kernels import nearest as module
from blockdata.kernels import nearest_within

OFFSETS = st.sampled_from([(0.0, 0.0), (40_512_345.25, 3_998_765.5)])
lattice = st.integers(-6, 6).map(float)
anywhere = st.floats(-50, 50, allow_subnormal=False).map(lambda v: round(v, 3))


def pairs(element):
    return arrays(float, st.tuples(st.integers(0, 25), st.just(2)), elements=element)


def full_search(asked, points, radius_m):
    index, distance_m = [], []
    for one in asked:
        squared = ((one - points) ** 2).sum(axis=1)
        near = int(squared.argmin()) if len(points) else -1
        within = near >= 0 and np.sqrt(squared[near]) <= radius_m
        index.append(near if within else -1)
        distance_m.append(np.sqrt(squared[near]) if within else np.nan)
    return index, distance_m


@settings(deadline=None, max_examples=100)
@given(
    pairs(lattice) | pairs(anywhere),
    pairs(lattice) | pairs(anywhere),
    OFFSETS,
    st.sampled_from([0.0, 1.0, 5.0, 7.5, 1000.0]),
)
def test_equals_full_search(asked, points, offset, radius_m):
    asked, points = asked + offset, points + offset
    index, distance_m = nearest_within(*asked.T, *points.T, radius_m)
    expected_index, expected_m = full_search(asked, points, radius_m)
    assert index.tolist() == expected_index
    np.testing.assert_array_equal(distance_m, expected_m)


def test_blocks_do_not_change_the_answer(monkeypatch):
    rng = np.random.default_rng(5)
    asked, points = rng.integers(0, 20, (2, 300)), rng.integers(0, 20, (2, 60))
    whole = nearest_within(*asked, *points, 3)
    monkeypatch.setattr(module, "_BLOCK", 11)
    np.testing.assert_array_equal(nearest_within(*asked, *points, 3), whole)


def test_points_without_coordinates_are_never_chosen_nor_answered():
    index, distance_m = nearest_within([0, np.nan], [0, 0], [np.nan, 3, 0], [0, 4, np.inf], 10)
    assert index.tolist() == [1, -1]
    np.testing.assert_array_equal(distance_m, [5, np.nan])


@pytest.mark.parametrize("radius_m", [-1, np.nan, np.inf])
def test_unusable_radius_is_refused(radius_m):
    with pytest.raises(AnalysisError, match="radius_m"):
        nearest_within([0], [0], [0], [0], radius_m)


def test_unequal_lengths_are_refused():
    with pytest.raises(AnalysisError, match="points_x, points_y"):
        nearest_within([0], [0], [0, 1], [0], 1)
