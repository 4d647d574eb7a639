"""All pairs within a distance equal a full search, and come in chunks of bounded size."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.spatial import cKDTree

from blockdata.errors import AnalysisError
from blockdata.kernels import count_pairs_within, pairs_within

OFFSETS = st.sampled_from([0.0, 40_512_345.25])
lattice = st.integers(-6, 6).map(float)
anywhere = st.floats(-50, 50, allow_subnormal=False).map(lambda v: round(v, 3))


def points_of(element):
    return arrays(float, st.tuples(st.integers(0, 40), st.just(2)), elements=element)


def full_search(points, radius_m):
    squared = ((points[:, None] - points[None]) ** 2).sum(axis=2)
    return {(i, j) for i, j in np.argwhere(squared <= radius_m * radius_m).tolist() if i < j}


@settings(deadline=None, max_examples=120)
@given(
    points_of(lattice) | points_of(anywhere),
    OFFSETS,
    st.sampled_from([0.0, 1.0, 5.0, 7.5, 1000.0]),
    st.sampled_from([1, 7, 1 << 20]),
)
def test_equals_full_search(points, offset, radius_m, chunk):
    points = points + offset
    chunks = list(pairs_within(*points.T, radius_m, chunk=chunk))
    found = [pair for first, second in chunks for pair in zip(first, second, strict=True)]
    expected = full_search(points, radius_m)
    assert len(found) == len(expected) == count_pairs_within(*points.T, radius_m)
    assert set(found) == expected
    assert all(len(first) <= max(chunk, len(points)) for first, _ in chunks)


def test_equals_the_tree_of_scipy_on_many_points():
    rng = np.random.default_rng(3)
    points = np.vstack([rng.uniform(0, 3000, (9000, 2)), rng.normal(900, 20, (3000, 2))])
    expected = cKDTree(points).query_pairs(30, output_type="ndarray")
    found = np.hstack([np.array(pair) for pair in pairs_within(*points.T, 30)]).T
    assert (found[:, 0] < found[:, 1]).all()
    order = [np.lexsort(pairs.T) for pairs in (found, expected)]
    np.testing.assert_array_equal(found[order[0]], expected[order[1]])


def test_points_far_apart_in_a_wide_extent_take_no_more_room():
    x = np.array([0.0, 1e8, 1e8 + 1, -1e8])
    assert [p.tolist() for p in next(pairs_within(x, x, 2))] == [[1], [2]]


def test_points_without_coordinates_are_in_no_pair():
    assert count_pairs_within([0, np.nan, 0, np.inf], [0, 0, 0, 0], 1) == 1
    assert list(pairs_within([np.nan], [0], 1)) == []
    assert count_pairs_within([], [], 1) == 0


def test_an_extent_beyond_a_billion_distances_is_refused():
    with pytest.raises(AnalysisError, match="spread"):
        count_pairs_within([0, 1e6], [0, 0], 1e-9)


def test_unusable_radius_is_refused():
    with pytest.raises(AnalysisError, match="radius_m"):
        count_pairs_within([0], [0], -1)
