"""A geometry that is not valid is repaired by the stated rule and told, or its row set aside."""

import struct

import numpy as np
import pyarrow as pa
import pytest
import shapely

from blockdata.config import Source
from blockdata.records import Catalogue
from blockdata.store.batch import LoadRequest
from blockdata_loaders.coordinates import _readable
from blockdata_loaders.standard import StandardLoader

X, Y = 500_000.0, 3_340_000.0


def load(kind, *wkt):
    source = Source(name="s", kind=kind, path="s/*", date={"on": "2026-11-01"})
    request = LoadRequest(source, Catalogue().kind(kind), None, "EPSG:4549", "Asia/Shanghai")
    rest = {"grid": {"layer": "unit"}, "area": {"level": "town", "name": "镇"}}.get(kind, {})
    rows = [{"code": str(n), "geom": text, "name": "名"} | rest for n, text in enumerate(wkt, 1)]
    return StandardLoader().load_values(request, rows)


def ring(*points):
    return shapely.Polygon([(X + x, Y + y) for x, y in points])


SQUARE = ((0, 0), (100, 0), (100, 100), (0, 100))
SPIKE = ring((0, 0), (100, 0), (100, 130), (100, 100), (0, 100))
TINY_LOOP = ring((0, 0), (100, 0), (100, 100), (50, 100), (50.2, 100.3), (50.2, 99.9), (0, 100))
TWICE = ring((0, 0), (100, 0), (100, 100), (100, 100), (0, 100))
BOW_TIE = ring((0, 0), (100, 100), (100, 0), (0, 100))
HOLE_OUTSIDE = shapely.Polygon(
    ring(*SQUARE).exterior, [ring((50, 50), (150, 50), (150, 60), (50, 60)).exterior]
)
LEFTOVER = shapely.GeometryCollection([ring(*SQUARE), shapely.LineString([(X, Y), (X + 100, Y)])])
STRAY = shapely.GeometryCollection([ring(*SQUARE), shapely.LineString([(X, Y), (X + 300, Y)])])


@pytest.mark.parametrize("kind", ["grid", "area", "building"])
@pytest.mark.parametrize("shape", [SPIKE, TINY_LOOP])
def test_what_changes_nothing_is_repaired_and_told_with_its_row(kind, shape):
    assert not shape.is_valid
    batch = load(kind, ring(*SQUARE).wkt, shape.wkt)
    assert batch.rows_rejected == 0
    repaired = shapely.from_wkb(batch.rows["geom"].to_pylist())
    assert shapely.is_valid(repaired).all()
    assert repaired[1].area == pytest.approx(10_000, abs=3)
    (doubt,) = batch.doubts
    assert doubt.code == "geometry_repaired"
    assert "rows 2" in doubt.en and "第 2 行" in doubt.zh


@pytest.mark.parametrize(
    ("shape", "reason"),
    [
        (BOW_TIE, "invalid_geometry"),
        (HOLE_OUTSIDE, "invalid_geometry"),
        (STRAY, "wrong_geometry"),
        (shapely.Polygon(), "invalid_geometry"),
    ],
)
def test_what_only_its_maker_knows_is_set_aside_and_not_touched(shape, reason):
    batch = load("grid", ring(*SQUARE).wkt, shape.wkt)
    assert batch.rejected[["row_number", "reason"]].to_numpy().tolist() == [[2, reason]]
    assert batch.doubts == ()


def test_a_line_on_its_polygon_is_dropped():
    batch = load("grid", LEFTOVER.wkt)
    assert shapely.from_wkb(batch.rows["geom"][0].as_py()).equals(ring(*SQUARE))
    assert [d.code for d in batch.doubts] == ["geometry_repaired"]


def test_a_point_given_twice_is_valid_and_left_as_it_is():
    batch = load("grid", TWICE.wkt)
    assert batch.doubts == ()
    assert shapely.get_num_coordinates(shapely.from_wkb(batch.rows["geom"][0].as_py())) == 6


def test_repair_does_not_depend_on_the_other_rows():
    alone, among = load("grid", SPIKE.wkt), load("grid", SPIKE.wkt, TINY_LOOP.wkt, BOW_TIE.wkt)
    assert alone.rows["geom"][0] == among.rows["geom"][0]


def unclosed(*points):
    body = b"".join(struct.pack("<2d", X + x, Y + y) for x, y in points)
    return struct.pack("<BIII", 1, 3, 1, len(points)) + body


def test_open_rings_are_closed_and_numbers_that_are_none_cannot_be_read():
    with np.errstate(invalid="ignore"):
        broken = shapely.Polygon([(X, Y), (X + 1, np.nan), (X + 1, Y + 1)]).wkb
    shapes, closed = _readable(
        pa.array([unclosed(*SQUARE), ring(*SQUARE).wkb, b"nothing", broken, None], pa.binary())
    )
    assert closed.tolist() == [True, False, False, False, False]
    assert shapes[0].equals(shapes[1])
    assert shapely.is_missing(shapes).tolist() == [False, False, True, True, True]
