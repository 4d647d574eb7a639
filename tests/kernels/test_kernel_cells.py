"""The cell of a point equals what shapely's covers says, one polygon after the other."""

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from blockdata.errors import AnalysisError
from blockdata.kernels import bad_polygons, cells_of_points
from blockdata.kernels import cells as module

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


def test_blocks_do_not_change_the_answer(monkeypatch):
    rng = np.random.default_rng(4)
    x, y = rng.uniform(-1, 11, (2, 500))
    polygons = np.array([shapely.box(i, j, i + 1, j + 1) for i in range(10) for j in range(10)])
    whole = cells_of_points(x, y, polygons)
    monkeypatch.setattr(module, "_BLOCK", 7)
    assert (cells_of_points(x, y, polygons) == whole).all()


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
