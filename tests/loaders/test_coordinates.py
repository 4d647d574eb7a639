"""Geometries: from files and columns into the base's system, or a reason why not."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pyarrow as pa
import pyproj
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from blockdata.crs import Similarity, wgs84_to_bd09, wgs84_to_gcj02
from blockdata.errors import SourceError
from blockdata_loaders.coordinates import from_base_wkt
from blockdata_loaders.standard import loader

# Measured points of the standard: Qingdao in degrees, in EPSG:4549 and with a zone in front.
LON, LAT = 120.38, 36.07
EAST, NORTH = 534231.97, 3993376.68
ZONED = 40_000_000 + EAST
EXTENT = (120.0, 35.5, 121.0, 36.5)

_METRES = st.floats(-1e8, 1e8, allow_subnormal=False)


def _points(batch):
    shapes = shapely.from_wkb(batch.rows["geom"].to_numpy())
    return [None if s is None else (round(s.x, 2), round(s.y, 2)) for s in shapes]


@pytest.fixture
def load(ask, csv_file):
    """Load addresses at coordinates given under two column names."""

    def loaded(names, *pairs, **request):
        header = ["地址编码", "标准地址", *names]
        rows = [[f"D{i}", "测试路1号", *map(str, pair)] for i, pair in enumerate(pairs)]
        return loader.load(ask("address", csv_file([header, *rows]), **request))

    return loaded


@pytest.fixture
def layer(ask, tmp_path):
    """Load addresses from a GeoJSON file with geometries."""

    def loaded(*shapes, stated=None, **request):
        features = [
            {
                "type": "Feature",
                "properties": {"地址编码": f"D{i}", "标准地址": "测试路"},
                "geometry": shape if shape is None else shapely.geometry.mapping(shape),
            }
            for i, shape in enumerate(shapes)
        ]
        document = {"type": "FeatureCollection", "features": features}
        if stated is not None:
            document["crs"] = {"type": "name", "properties": {"name": stated} if stated else {}}
        path = tmp_path / "a.geojson"
        path.write_text(json.dumps(document), encoding="utf-8")
        return loader.load(ask("address", path, **request))

    return loaded


def test_degrees_are_cgcs2000_without_a_declaration(load):
    assert _points(load(["经度", "纬度"], (LON, LAT))) == [(EAST, NORTH)]


@pytest.mark.parametrize("crs", ["EPSG:4326", "EPSG:4490"])
def test_wgs84_and_cgcs2000_are_one_datum(load, crs):
    assert _points(load(["经度", "纬度"], (LON, LAT), crs=crs)) == [(EAST, NORTH)]


def test_zoned_metres_are_brought_into_the_base(load):
    assert _points(load(["X坐标", "Y坐标"], (ZONED, NORTH), crs="EPSG:4528")) == [(EAST, NORTH)]


def test_web_mercator_goes_through_its_own_datum(load):
    to_mercator = pyproj.Transformer.from_crs("EPSG:4326", "EPSG:3857", always_xy=True)
    x, y = to_mercator.transform(LON, LAT)
    (point,) = _points(load(["x", "y"], (x, y), crs="EPSG:3857"))
    assert point == pytest.approx((EAST, NORTH), abs=0.02)


@given(st.tuples(_METRES, _METRES))
def test_coordinates_in_the_base_are_not_touched(ask, pair):
    request = ask("address")
    shape = shapely.Point(np.array(pair) + 0.0)  # no negative zero
    text = f"POINT ({shape.x!r} {shape.y!r})"
    assert from_base_wkt(request, pa.array([text])).wkb.to_pylist() == [shape.wkb]


def test_a_file_in_the_base_keeps_its_coordinates_and_loses_its_heights(layer):
    batch = layer(shapely.Point(0.1 + 0.2, 1 / 3, 7.0), stated="urn:ogc:def:crs:EPSG::4549")
    assert batch.rows["geom"].to_pylist() == [shapely.Point(0.1 + 0.2, 1 / 3).wkb]


def test_a_declared_system_stands_above_what_the_file_states(layer):
    batch = layer(shapely.Point(ZONED, NORTH), stated="EPSG:4549", crs="EPSG:4528")
    assert _points(batch) == [(EAST, NORTH)]


def test_null_coordinates_are_no_geometry(load):
    batch = load(["x", "y"], ("", ""), ("无", "-"))
    assert _points(batch) == [None, None]
    assert batch.rows.num_rows == 2


@pytest.mark.parametrize("pair", [("east", NORTH), (EAST, ""), ("", NORTH)])
def test_half_a_point_is_unreadable(load, pair):
    rejected = load(["x", "y"], pair).rejected
    assert rejected[["field", "reason"]].values.tolist() == [["geom", "unreadable_geometry"]]


def test_a_column_of_wkt(load):
    batch = load(["WKT", "备注"], (f"POINT ({EAST} {NORTH})", ""), ("POINT (1", ""), ("", ""))
    assert _points(batch) == [(EAST, NORTH), None]
    assert batch.rejected["reason"].tolist() == ["unreadable_geometry"]


@pytest.mark.parametrize("crs", ["EPSG:4214", "EPSG:2436", "EPSG:4610", "EPSG:2384", "EPSG:2334"])
def test_systems_without_public_parameters_are_refused(load, crs):
    with pytest.raises(SourceError, match="no public parameters") as caught:
        load(["x", "y"], (EAST, NORTH), crs=crs)
    assert caught.value.reason == "unusable_crs"


def test_an_unknown_system_is_refused(load):
    with pytest.raises(SourceError, match="not known") as caught:
        load(["x", "y"], (EAST, NORTH), crs="EPSG:999999")
    assert caught.value.reason == "unusable_crs"


def test_a_layer_without_a_system_needs_a_declaration(layer):
    unnamed = shapely.Point(EAST, NORTH)
    with pytest.raises(SourceError, match="does not state") as caught:
        layer(unnamed, stated="")
    assert caught.value.reason == "missing_crs"


def test_one_point_outside_costs_one_row(load):
    batch = load(["经度", "纬度"], (LON, LAT), (LON, LAT + 0.1), (10, 10), extent=EXTENT)
    assert batch.rejected[["field", "reason"]].values.tolist() == [["geom", "outside_extent"]]
    assert batch.rows.num_rows == 2


def test_a_point_without_a_place_in_the_base_is_outside(load):
    batch = load(["经度", "纬度"], (LON, LAT), (LON, LAT), (LON, 1e9))
    assert batch.rejected["reason"].tolist() == ["outside_extent"]


@pytest.mark.parametrize(
    ("names", "pair", "crs", "told"),
    [
        (("x", "y"), (LON, LAT), None, "degrees.*EPSG:4490"),
        (("经度", "纬度"), (LAT, LON), None, "latitude first"),
        (("x", "y"), (ZONED, NORTH), None, "zone 40 in front.*EPSG:4528"),
        (("x", "y"), (20_000_000 + EAST, NORTH), None, "zone 20 in front.*EPSG:4498"),
        (("x", "y"), (NORTH, EAST), None, "x and y exchanged"),
        (("x", "y"), (NORTH, ZONED), None, "x and y exchanged"),
        (("x", "y"), (EAST, 2_500_000), None, "another zone"),
        (("x", "y"), (13_400_640, 4_309_000), None, "Web Mercator.*EPSG:3857"),
        (("x", "y"), (77, 5_000_000_000), None, "neither degrees nor metres"),
    ],
)
def test_most_rows_outside_stop_the_file_and_say_what_they_look_like(load, names, pair, crs, told):
    with pytest.raises(SourceError, match=told) as caught:
        load(names, pair, pair, extent=EXTENT, crs=crs)
    assert caught.value.reason == "wrong_crs"
    assert not any(str(abs(value))[:6] in str(caught.value) for value in pair if abs(value) > 1e5)


def test_rows_without_geometry_do_not_count_as_inside(load):
    pairs = [("", "")] * 9 + [(10, 10)]
    with pytest.raises(SourceError, match="1 of 1 geometries"):
        load(["经度", "纬度"], *pairs, extent=EXTENT)


def test_a_replayed_row_outside_does_not_speak_of_the_crs(ask):
    row = {"code": "D1", "full_text": "测试路", "geom": "POINT (0 0)"}
    batch = loader.load_values(ask("address", extent=EXTENT), [row])
    assert batch.rejected["reason"].tolist() == ["outside_extent"]


@pytest.mark.parametrize(
    ("crs", "displaced"), [("GCJ-02", wgs84_to_gcj02), ("bd09", wgs84_to_bd09)]
)
def test_degrees_of_maps_are_brought_into_the_base(load, crs, displaced):
    (pair,) = displaced(np.array([[LON, LAT]])).tolist()
    assert _points(load(["经度", "纬度"], pair, crs=crs)) == [(EAST, NORTH)]


def test_degrees_are_taken_before_metres_where_the_source_is_in_gcj02(load):
    (pair,) = wgs84_to_gcj02(np.array([[LON, LAT]])).tolist()
    batch = load(["x", "y", "经度", "纬度"], (1, 2, *pair), crs="gcj02")
    assert _points(batch) == [(EAST, NORTH)]


@pytest.mark.parametrize(
    ("names", "pair", "crs"),
    [
        (["X坐标", "Y坐标"], (NORTH, EAST), None),
        (["X坐标", "Y坐标"], (NORTH, ZONED), "EPSG:4528"),
        (["经度", "纬度"], (LAT, LON), None),
    ],
)
def test_a_swapped_source_has_the_northing_first(load, names, pair, crs):
    assert _points(load(names, pair, crs=crs, swapped=True)) == [(EAST, NORTH)]


def test_geometries_are_swapped_too_and_replayed_rows_are_not(layer, ask):
    corner = shapely.Point(NORTH, EAST)
    batch = layer(corner, stated="EPSG:4549", swapped=True)
    assert _points(batch) == [(EAST, NORTH)]
    row = {"code": "D1", "full_text": "测试路", "geom": f"POINT ({EAST} {NORTH})"}
    assert _points(loader.load_values(ask("address", swapped=True), [row])) == [(EAST, NORTH)]


LOCAL = Similarity(
    target="EPSG:4549", east_m=EAST, north_m=NORTH, rotation_arcsec=7.5, positive="clockwise"
)


def test_a_local_system_is_named_by_the_source(ask, csv_file):
    path = csv_file([["地址编码", "标准地址", "x", "y"], ["D1", "测试路", "0", "0.004"]])
    request = replace(ask("address", path, crs="old_town"), systems={"old_town": LOCAL})
    assert _points(loader.load(request)) == [(EAST, NORTH)]


def test_a_local_system_that_nobody_declared_is_not_known(load):
    with pytest.raises(SourceError, match=r"not known.*under \[crs\]"):
        load(["x", "y"], (1, 2), crs="old_town")
