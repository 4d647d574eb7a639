"""Snapping and distances along streets equal shapely and scipy on networks made at random."""

from itertools import pairwise

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import coo_array
from scipy.sparse.csgraph import dijkstra

from blockdata.errors import AnalysisError
from blockdata.kernels import StreetNetwork

with np.errstate(invalid="ignore"):
    WITH_NAN = shapely.from_wkt("LINESTRING (0 0, NaN 1)")
OFFSETS = st.sampled_from([0.0, 40_512_345.25])
spot = st.tuples(st.integers(0, 8), st.integers(0, 8))
street = st.lists(spot, min_size=2, max_size=6, unique=True).map(shapely.LineString)
closed = st.lists(spot, min_size=3, max_size=5, unique=True).map(
    lambda spots: shapely.LineString([*spots, spots[0]])
)
streets = st.lists(street | closed, min_size=1, max_size=8)
seeds = st.integers(0, 2**32 - 1)


def asked(seed, offset, count=15):
    return np.random.default_rng(seed).uniform(-2, 10, (2, count)) + offset


@settings(deadline=None, max_examples=100)
@given(streets, seeds, OFFSETS)
def test_snapping_equals_shapely(lines, seed, offset):
    lines = shapely.transform(np.array(lines), lambda c: c + offset)
    x, y = asked(seed, offset)
    points = shapely.points(x, y)
    found = StreetNetwork(lines).snap(x, y, 100)
    every_m = shapely.distance(points[:, None], lines[None, :])
    np.testing.assert_allclose(found.distance_m, every_m.min(axis=1), rtol=0, atol=1e-7)
    chosen = lines[found.line]
    np.testing.assert_allclose(shapely.distance(points, chosen), found.distance_m, atol=1e-7)
    foot = shapely.line_interpolate_point(chosen, found.along_m)
    np.testing.assert_allclose(shapely.distance(points, foot), found.distance_m, atol=1e-6)


@settings(deadline=None, max_examples=100)
@given(st.lists(spot, min_size=3, max_size=6, unique=True), seeds)
def test_inside_a_counter_clockwise_street_is_left(spots, seed):
    block = shapely.convex_hull(shapely.MultiPoint(spots))
    if block.geom_type != "Polygon":
        return
    ring = shapely.orient_polygons(block).exterior
    x, y = asked(seed, 0, 40)
    found = StreetNetwork([shapely.LineString(ring.coords)]).snap(x, y, 100)
    inside = shapely.contains_xy(block, x, y)
    assert (found.side == np.where(inside, 1, -1)).all()


def test_beside_a_sharp_bend_the_side_is_its_outside():
    hairpin = shapely.LineString([(0, 0), (10, 0), (0, 1)])  # a left turn at (10, 0)
    found = StreetNetwork([hairpin]).snap([12.0, 12.0, 5.0, 5.0, 10.0], [3.0, -3.0, 0.2, -1, 0], 9)
    assert found.side.tolist() == [-1, -1, 1, -1, 0]


def on_graph(lines, found):
    """All distances between snapped points, on a graph in which each is a node of its own."""
    node, least = {}, {}
    for line, street in enumerate(lines):
        spots = shapely.get_coordinates(street)
        marks = np.concatenate([[0], np.cumsum(np.hypot(*np.diff(spots, axis=0).T))])
        on_line = [(found.along_m[i], i) for i in np.flatnonzero(found.line == line)]
        for mark, spot_ in zip(marks, map(tuple, spots), strict=True):
            on_line.append((mark, node.setdefault(spot_, len(node) + len(found.line))))
        for (m, one), (n, other) in pairwise(sorted(on_line)):
            for ends in ((one, other), (other, one)):
                # The graph takes a distance of 0 for none.
                least[ends] = min(max(n - m, 1e-300), least.get(ends, np.inf))
    start, end = np.array(list(least)).T
    count = len(node) + len(found.line)
    graph = coo_array((list(least.values()), (start, end)), shape=(count, count))
    sources = range(len(found.line))
    return dijkstra(graph.tocsr(), indices=sources)[:, : len(found.line)]


@settings(deadline=None, max_examples=80)
@given(streets, seeds, st.sampled_from([0.0, 2.0, 7.5, 1000.0]))
def test_distances_equal_scipy(lines, seed, radius_m):
    network = StreetNetwork(lines)
    found = network.snap(*asked(seed, 0), 100)
    parts = list(network.distances(found, found, radius_m))
    source, target, distance_m = (np.concatenate(p) for p in zip(*parts, strict=True))
    expected = on_graph(lines, found)
    got = np.full(expected.shape, np.inf)
    got[source, target] = distance_m
    clear = np.abs(expected - radius_m) > 1e-6
    np.testing.assert_array_equal(np.isfinite(got)[clear], (expected <= radius_m)[clear])
    np.testing.assert_allclose(got[source, target], expected[source, target], atol=1e-6)


def test_streets_that_only_cross_are_not_connected():
    bridge = [shapely.LineString([(0, 5), (10, 5)]), shapely.LineString([(5, 0), (5, 10)])]
    network = StreetNetwork(bridge)
    found = network.snap([4, 5], [5, 4], 1)
    source, target, _ = next(network.distances(found, found, 1000))
    assert list(zip(source, target, strict=True)) == [(0, 0), (1, 1)]


def test_many_sources_come_in_parts_and_in_order():
    network = StreetNetwork([shapely.LineString([(0, 0), (3000, 0)])])
    found = network.snap(np.arange(3000.0), np.zeros(3000), 1)
    parts = list(network.distances(found, found, 1))
    assert len(parts) == 3
    source, target, distance_m = (np.concatenate(p) for p in zip(*parts, strict=True))
    assert len(source) == 3 * 3000 - 2
    assert (np.lexsort((target, source)) == np.arange(len(source))).all()
    np.testing.assert_array_equal(distance_m, np.abs(source - target))


def test_points_without_a_street_are_in_no_result():
    network = StreetNetwork([shapely.LineString([(0, 0), (10, 0)]), None])
    found = network.snap([5, 5, np.nan], [1, 50, 0], 10)
    assert found.line.tolist() == [0, -1, -1]
    assert found.side.tolist() == [1, 0, 0]
    source, target, _ = next(network.distances(found, found, 5))
    assert (source.tolist(), target.tolist()) == ([0], [0])
    assert StreetNetwork([]).snap([1], [1], 5).line.tolist() == [-1]


@pytest.mark.parametrize("bad", [shapely.Point(0, 0), WITH_NAN])
def test_what_is_no_line_is_refused_with_its_index(bad):
    with pytest.raises(AnalysisError, match="first at index 1"):
        StreetNetwork([shapely.LineString([(0, 0), (1, 1)]), bad])
