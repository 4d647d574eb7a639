"""The nearest feature equals a full search with shapely, ties, insides and borders included."""

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from blockdata.errors import AnalysisError
from blockdata.kernels import FeatureIndex, nearest_within

OFFSETS = st.sampled_from([0.0, 40_512_345.25])
lattice = st.integers(-6, 6)
spot = st.tuples(lattice, lattice)
point = spot.map(shapely.Point)
line = st.lists(spot, min_size=2, max_size=5, unique=True).map(shapely.LineString)
block = st.builds(
    lambda x, y, w, h: shapely.box(x, y, x + w, y + h), lattice, lattice, *[st.integers(1, 5)] * 2
)
court = block.map(
    lambda b: shapely.difference(b, shapely.box(*shapely.buffer(b.centroid, 0.25).bounds))
)
several = st.lists(point, min_size=1, max_size=3).map(shapely.multipoints) | st.lists(
    line, min_size=1, max_size=3
).map(shapely.multilinestrings)
feature = point | line | block | court | several


@settings(deadline=None, max_examples=150)
@given(
    st.lists(feature, min_size=1, max_size=12),
    st.lists(spot | st.tuples(*[st.floats(-20, 20)] * 2), min_size=1, max_size=20),
    OFFSETS,
    st.sampled_from([0.0, 1.0, 5.0, 7.5, 1000.0]),
)
def test_equals_full_search(features, asked, offset, radius_m):
    features = shapely.transform(np.array(features), lambda c: c + offset)
    asked = np.array(asked, dtype=float) + offset
    index, distance_m = nearest_within(*asked.T, features, radius_m)
    every_m = shapely.distance(shapely.points(asked)[:, None], features[None, :])
    least_m = every_m.min(axis=1)
    near = index >= 0
    # Within rounding of the radius either answer is right.
    clear = np.abs(least_m - radius_m) > 1e-9
    np.testing.assert_array_equal(near[clear], least_m[clear] <= radius_m)
    np.testing.assert_allclose(distance_m[near], least_m[near], rtol=0, atol=1e-8)
    chosen_m = every_m[np.arange(len(asked)), index]
    np.testing.assert_allclose(chosen_m[near], least_m[near], rtol=0, atol=1e-8)


@settings(deadline=None, max_examples=80)
@given(st.lists(spot, min_size=1, max_size=30), st.lists(spot, min_size=1, max_size=20), OFFSETS)
def test_of_points_the_first_minimum_wins_and_distances_are_those_of_numpy(points, asked, offset):
    points, asked = np.array(points) + offset, np.array(asked) + offset
    index, distance_m = nearest_within(*asked.T, shapely.points(points), 1000)
    squared = ((asked[:, None] - points[None]) ** 2).sum(axis=2)
    assert index.tolist() == squared.argmin(axis=1).tolist()
    np.testing.assert_array_equal(distance_m, np.sqrt(squared.min(axis=1)))


@settings(deadline=None, max_examples=60)
@given(st.lists(block | court, min_size=1, max_size=10), st.lists(spot, min_size=1, max_size=20))
def test_polygons_that_cover_a_point_are_at_zero_and_the_lowest_wins(features, asked):
    asked = np.array(asked, dtype=float)
    index, distance_m = nearest_within(*asked.T, features, 100)
    covered = shapely.covers(np.array(features)[None, :], shapely.points(asked)[:, None])
    some = covered.any(axis=1)
    assert ((distance_m == 0) == some).all()
    assert index[some].tolist() == covered[some].argmax(axis=1).tolist()


@given(st.integers(0, 2**32 - 1), OFFSETS)
@settings(deadline=None, max_examples=40)
def test_a_wall_that_two_share_belongs_to_the_first(seed, offset):
    rng = np.random.default_rng(seed)
    x, y = rng.uniform(0, 10, (2, 40)) + offset
    one, other = rng.uniform(0, 10, (2, 2)) + offset
    walls = [shapely.LineString([other, one]), shapely.LineString([one, other])]
    assert (nearest_within(x, y, walls, 100)[0] == 0).all()


def test_blocks_of_points_do_not_change_the_answer():
    rng = np.random.default_rng(5)
    x, y = rng.uniform(-3, 503, (2, 300_000))
    towns = shapely.points(*np.meshgrid(np.arange(0.0, 501.0, 10), np.arange(0.0, 501.0, 10)))
    index, distance_m = nearest_within(x, y, towns.ravel(), 50)
    column, row = (np.clip(np.round(v / 10), 0, 50) for v in (x, y))
    np.testing.assert_array_equal(index, (row * 51 + column).astype(int))
    np.testing.assert_allclose(distance_m, np.hypot(x - 10 * column, y - 10 * row), atol=1e-9)


def test_far_points_and_wide_radii_are_answered():
    features = [shapely.Point(0, 0), shapely.Point(1, 0), shapely.LineString([(5e4, 0), (6e4, 0)])]
    index, distance_m = nearest_within([-3e5, 3e5, 1e30], [0, 0, 0], features, 1e6)
    assert index.tolist() == [0, 2, -1]
    np.testing.assert_array_equal(distance_m, [3e5, 2.4e5, np.nan])


def test_null_features_and_null_points_are_passed_over():
    features = [None, shapely.Point(), shapely.Point(3, 4)]
    index, distance_m = nearest_within([0, np.nan, np.inf], [0, 0, 0], features, 10)
    assert index.tolist() == [2, -1, -1]
    np.testing.assert_array_equal(distance_m, [5, np.nan, np.nan])
    assert nearest_within([0], [0], [None], 10)[0].tolist() == [-1]
    assert nearest_within([], [], features, 10)[0].tolist() == []


@pytest.mark.parametrize(
    ("bad", "why"),
    [
        (shapely.GeometryCollection([shapely.Point(0, 0)]), "collections"),
        (shapely.Polygon([(0, 0), (1, 1), (1, 0), (0, 1)]), "not valid polygons"),
        (shapely.Point(np.nan, 0.0), "no number"),
        (shapely.LineString([(0, 0), (1e12, 0)]), "no number"),
    ],
)
def test_bad_features_are_refused_with_their_index(bad, why):
    with pytest.raises(AnalysisError, match=f"{why}.*index 1"):
        FeatureIndex([shapely.Point(0, 0), bad])


@pytest.mark.parametrize("radius_m", [-1, np.nan, np.inf])
def test_unusable_radius_is_refused(radius_m):
    with pytest.raises(AnalysisError, match="radius_m"):
        nearest_within([0], [0], [shapely.Point(0, 0)], radius_m)


def test_unequal_lengths_are_refused():
    with pytest.raises(AnalysisError, match="equal"):
        nearest_within([0, 1], [0], [shapely.Point(0, 0)], 1)
