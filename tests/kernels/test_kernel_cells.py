"""The cell of a point equals shapely's answer, and that of rational arithmetic, on nasty input."""

from fractions import Fraction
from itertools import pairwise

import numpy as np
import pyarrow as pa
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from blockdata.errors import AnalysisError
from blockdata.kernels import CellIndex, bad_polygons, cells_of_points
from blockdata.kernels.blocks import BLOCK

# Coordinates as large as those of a CGCS2000 zone with its number in front.
OFFSETS = st.sampled_from([(0, 0), (40_512_345.25, 3_998_765.5)])
with np.errstate(invalid="ignore"):
    WITH_NAN = shapely.from_wkt("POLYGON ((0 0, 1 0, 1 NaN, 0 0))")
small = st.integers(0, 12)
box = st.builds(
    lambda x, y, w, h: shapely.box(x, y, x + w + 1, y + h + 1), small, small, small, small
)
hull = st.lists(st.tuples(small, small), min_size=3, max_size=8).map(
    lambda points: shapely.convex_hull(shapely.MultiPoint(points))
)
overlay = st.sampled_from([shapely.difference, shapely.union, shapely.symmetric_difference])
made = st.builds(lambda how, one, two: how(one, two), overlay, box, hull | box)
polygon = (box | hull | made).filter(
    lambda shape: shape.geom_type in ("Polygon", "MultiPolygon") and not shape.is_empty
)


def brute_force(x, y, polygons):
    points = shapely.points(x, y)
    covering = [[i for i, p in enumerate(polygons) if shapely.covers(p, one)] for one in points]
    return [min(found, default=-1) for found in covering]


@settings(deadline=None, max_examples=70)
@given(st.lists(polygon, min_size=1, max_size=6), OFFSETS, st.randoms(use_true_random=False))
def test_equals_brute_force_inside_outside_and_on_borders(shapes, offset, random):
    polygons = np.array(shapely.transform(shapes, lambda c: c + offset), dtype=object)
    corners = shapely.get_coordinates(polygons)
    partner = corners[[random.randrange(len(corners)) for _ in corners]]
    free = np.array([[random.uniform(-1, 26), random.uniform(-1, 26)] for _ in range(20)]) + offset
    points = np.vstack([corners, (corners + np.roll(corners, 1, axis=0)) / 2, partner, free])
    found = cells_of_points(points[:, 0], points[:, 1], polygons)
    assert found.tolist() == brute_force(points[:, 0], points[:, 1], polygons)


def nasty_points(polygons, random):
    """Vertices, points within rounding of a border, neighbours of both in the last bit, others."""
    corners = shapely.get_coordinates(polygons)
    other = corners[[random.randrange(len(corners)) for _ in corners]]
    share = np.array([[random.random()] for _ in corners])
    along = corners + share * (np.roll(corners, -1, axis=0) - corners)
    between = corners + share * (other - corners)
    points = np.vstack([corners, along, between])
    up, down = np.nextafter(points, np.inf), np.nextafter(points, -np.inf)
    return np.vstack([points, up, down, np.column_stack([up[:, 0], down[:, 1]])])


def in_rationals(x, y, polygon):
    """Even-odd rule over all rings, in exact arithmetic; the border belongs to the polygon."""
    px, py, inside = Fraction(x), Fraction(y), False
    for part in shapely.get_parts(polygon):
        for ring in shapely.get_rings(part):
            ends = [tuple(map(Fraction, c)) for c in shapely.get_coordinates(ring)]
            for (ax, ay), (bx, by) in pairwise(ends):
                turn = (bx - ax) * (py - ay) - (by - ay) * (px - ax)
                between = min(ax, bx) <= px <= max(ax, bx) and min(ay, by) <= py <= max(ay, by)
                if turn == 0 and between:
                    return True
                if (ay > py) != (by > py) and (turn > 0) == (by > ay):
                    inside = not inside
    return inside


sliver = st.builds(
    lambda x, y, w, tilt: shapely.Polygon(
        [(x, y), (x + w + 1, y + tilt), (x + w + 1, y + tilt + 1e-6)]
    ),
    small,
    small,
    small,
    small,
)
fan = st.builds(
    lambda spokes, x, y: shapely.union_all(
        [shapely.Polygon([(x, y), (x + 3, y + 3 * k), (x + 3, y + 3 * k + 1)]) for k in spokes]
    ),
    st.sets(st.integers(-4, 4), min_size=1),
    small,
    small,
)  # parts that touch at one vertex
rings = st.builds(
    lambda outer, holes: shapely.difference(outer, shapely.union_all(holes)),
    box,
    st.lists(box | hull, min_size=1, max_size=3),
)
digits = st.sampled_from([0.0, 1e-8, 0.12345678, 40_512_345.25])
nasty = st.builds(
    lambda shape, by, factor: shapely.transform(shape, lambda c: c * factor + by),
    sliver | fan | rings | polygon,
    digits,
    st.sampled_from([1.0, 0.1, 1 / 3, 1.23456789]),
).filter(
    lambda shape: (
        shape.geom_type in ("Polygon", "MultiPolygon") and not shape.is_empty and shape.is_valid
    )
)


@settings(deadline=None, max_examples=120)
@given(st.lists(nasty, min_size=1, max_size=4), st.randoms(use_true_random=False))
def test_equals_shapely_on_nasty_input(shapes, random):
    """Shapely's own arithmetic rounds at 2**-104; where it does, rational arithmetic decides."""
    polygons = np.array(shapes, dtype=object)
    points = nasty_points(polygons, random)
    covering = shapely.covers(polygons[:, None], shapely.points(points)[None, :])
    for polygon, by_shapely in zip(polygons, covering, strict=True):
        found = cells_of_points(points[:, 0], points[:, 1], [polygon]) == 0
        for place in np.flatnonzero(found != by_shapely):
            assert found[place] == in_rationals(*points[place], polygon)


@settings(deadline=None, max_examples=100)
@given(st.lists(nasty, min_size=1, max_size=4), st.randoms(use_true_random=False))
def test_equals_shapely_exactly_in_millimetres(shapes, random):
    polygons = shapely.set_precision(np.array(shapes, dtype=object), 0.001)
    polygons = polygons[~shapely.is_empty(polygons)]
    points = np.round(nasty_points(polygons, random), 3) if len(polygons) else np.empty((0, 2))
    found = cells_of_points(points[:, 0], points[:, 1], polygons)
    assert found.tolist() == brute_force(points[:, 0], points[:, 1], polygons)


@settings(deadline=None, max_examples=25)
@given(nasty, st.randoms(use_true_random=False))
def test_equals_rational_arithmetic_to_the_last_bit(shape, random):
    points = nasty_points(np.array([shape]), random)
    found = cells_of_points(points[:, 0], points[:, 1], [shape])
    assert (found == 0).tolist() == [in_rationals(x, y, shape) for x, y in points]


@settings(deadline=None, max_examples=40)
@given(st.integers(0, 2**32 - 1), OFFSETS)
def test_a_tiling_gives_every_point_one_cell_whatever_the_order(seed, offset):
    rng = np.random.default_rng(seed)
    corner = np.round(np.stack(np.meshgrid(np.arange(5.0), np.arange(5.0)), axis=-1), 0)
    corner[1:4, 1:4] += np.round(rng.uniform(-0.4, 0.4, (3, 3, 2)), 8)  # shared, so still a tiling
    corner += offset
    tiles = np.array(
        [
            shapely.Polygon(
                [corner[i, j], corner[i, j + 1], corner[i + 1, j + 1], corner[i + 1, j]]
            )
            for i in range(4)
            for j in range(4)
        ]
    )
    points = np.vstack([corner.reshape(-1, 2), rng.uniform(0, 4, (200, 2)) + offset])
    order = rng.permutation(len(tiles))
    for cells in (tiles, tiles[order]):
        found = cells_of_points(*points.T, cells)
        assert (found >= 0).all()
        covering = shapely.covers(cells[:, None], shapely.points(points))
        assert (found == covering.argmax(axis=0)).all()


def test_blocks_do_not_change_the_answer():
    rng = np.random.default_rng(4)
    x, y = rng.uniform(-1, 11, (2, 2 * BLOCK + 7))
    polygons = np.array([shapely.box(i, j, i + 1, j + 1) for i in range(10) for j in range(10)])
    found = CellIndex(polygons).locate(x, y)
    inside = (x >= 0) & (x <= 10) & (y >= 0) & (y <= 10)
    expected = np.floor(x).astype(int) * 10 + np.floor(y).astype(int)
    np.testing.assert_array_equal(found, np.where(inside, expected, -1))


@settings(deadline=None, max_examples=40)
@given(st.lists(polygon, min_size=1, max_size=8), st.integers(0, 2**32 - 1))
def test_all_cells_of_overlapping_polygons_equal_brute_force(shapes, seed):
    x, y = np.random.default_rng(seed).integers(-1, 27, (2, 60)).astype(float)
    found = [np.column_stack(pair) for pair in CellIndex(shapes).locate_all(x, y)]
    points = shapely.points(x, y)
    expected = np.argwhere(shapely.covers(np.array(shapes)[None, :], points[:, None]))
    np.testing.assert_array_equal(np.vstack(found), expected)


def test_points_beside_the_extent_do_not_wrap_into_the_next_row():
    cells = [shapely.box(0, 0, 10, 10)]
    beside = np.arange(1.0, 3000.0)
    assert (cells_of_points(10 + beside, np.full(2999, 5.0), cells) == -1).all()
    assert (cells_of_points(-beside, np.full(2999, 5.0), cells) == -1).all()
    assert (cells_of_points(np.full(2999, 5.0), 10 + beside, cells) == -1).all()


def test_a_cell_in_a_far_corner_and_one_all_around_it_are_both_found():
    cells = [shapely.box(1e6, 1e6, 1e6 + 0.01, 1e6 + 0.01), shapely.box(0, 0, 2e6, 2e6)]
    assert cells_of_points(
        [1e6 + 0.005, 5.0, 1e6 + 0.02], [1e6 + 0.005, 5.0, 1e6], cells
    ).tolist() == [
        0,
        1,
        1,
    ]


def test_arrow_columns_with_nulls_are_taken():
    x, y = pa.chunked_array([[1.0, None], [3.0]]), pa.array([1.0, 1.0, 1.0])
    assert CellIndex([shapely.box(0, 0, 2, 2)]).locate(x, y).tolist() == [0, -1, -1]


def test_polygons_beyond_any_system_in_metres_are_refused():
    with pytest.raises(AnalysisError, match="first at index 1"):
        CellIndex([shapely.box(0, 0, 1, 1), shapely.box(0, 0, 1, 1e10)])


def test_hole_is_outside_and_its_rim_inside():
    ring = shapely.difference(shapely.box(0, 0, 10, 10), shapely.box(4, 4, 6, 6))
    assert cells_of_points([5, 4, 1], [5, 5, 1], np.array([ring])).tolist() == [-1, 0, 0]


def test_null_coordinates_null_cells_and_no_cells_give_minus_one():
    cells = np.array([None, shapely.Polygon(), shapely.box(0, 0, 1, 1)], dtype=object)
    x, y = [np.nan, 0.5, np.inf, 0.5], [0.5, np.nan, 0.5, 0.5]
    assert cells_of_points(x, y, cells).tolist() == [-1, -1, -1, 2]
    assert cells_of_points([0.5], [0.5], np.array([], dtype=object)).tolist() == [-1]
    assert cells_of_points([], [], cells).tolist() == []


def test_input_geometries_are_not_prepared():
    cells = np.array([shapely.box(0, 0, 1, 1)])
    cells_of_points([0.5], [0.5], cells)
    assert not shapely.is_prepared(cells).any()


@pytest.mark.parametrize(
    "bad",
    [
        shapely.Point(0, 0),
        shapely.LineString([(0, 0), (1, 1)]),
        WITH_NAN,
        shapely.Polygon([(0, 0), (1, 1), (1, 0), (0, 1)]),
    ],
)
def test_bad_polygons_are_refused_with_their_index(bad):
    cells = np.array([shapely.box(0, 0, 1, 1), bad])
    assert bad_polygons(cells).tolist() == [False, True]
    with pytest.raises(AnalysisError, match="first at index 1"):
        cells_of_points([0], [0], cells)


def test_unequal_lengths_are_refused():
    with pytest.raises(AnalysisError, match="equal"):
        cells_of_points([0, 1], [0], np.array([shapely.box(0, 0, 1, 1)]))
