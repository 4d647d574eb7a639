"""A file whose coordinates are of another system is refused, and the system named."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import shapely

from blockdata.crs import projection, wgs84_to_gcj02
from blockdata.errors import SourceError
from blockdata_loaders.standard import loader

TO_BASE = projection("EPSG:4490", "EPSG:4549", "")
OUTLINE = shapely.transform(shapely.box(120.33, 36.03, 120.43, 36.11).segmentize(0.005), TO_BASE)
TRUE = np.random.default_rng(12).uniform([120.331, 36.031], [120.429, 36.109], (1200, 2))
ON_A_MAP = wgs84_to_gcj02(TRUE)


@pytest.fixture
def load(ask, csv_file):
    """Load streets' addresses at degrees, against the outline unless another is given."""

    def loaded(points, outline=OUTLINE, **source):
        header = ["地址编码", "标准地址", "经度", "纬度"]
        rows = [[f"D{i}", f"测试路{i}号", *map(str, p)] for i, p in enumerate(points.tolist())]
        request = ask("address", csv_file([header, *rows]), **source)
        return loader.load(replace(request, outline=outline))

    return loaded


def _control(*rows):
    return {f"D{i}": tuple(TRUE[i].tolist()) for i in rows}


def test_the_outline_names_gcj02_and_how_far_off_it_is(load):
    with pytest.raises(SourceError, match=r"look like GCJ-02: 46[0-9] m off") as caught:
        load(ON_A_MAP)
    assert caught.value.reason == "wrong_crs"
    assert 'Set crs = "GCJ-02" of the source' in str(caught.value)
    assert "trust_crs" in str(caught.value)


def test_the_setting_that_is_named_is_the_one_that_helps(load):
    batch = load(ON_A_MAP, crs="GCJ-02", control=_control(1, 2, 3))
    assert batch.rows.num_rows == 1200
    assert batch.doubts == ()


def test_right_coordinates_raise_no_doubt(load):
    assert load(TRUE, control=_control(0, 7)).doubts == ()
    assert load(TRUE, outline=None).doubts == ()


def test_control_points_are_enough(load):
    with pytest.raises(SourceError, match=r"look like GCJ-02: 46[0-9] m off \(3 control points"):
        load(ON_A_MAP[:8], outline=None, control=_control(1, 2, 3))


def test_a_control_point_is_found_by_its_name_if_only_one_has_it(ask, csv_file):
    (lon, lat), true = ON_A_MAP[0].tolist(), tuple(TRUE[0].tolist())
    header = ["街巷编码", "街巷名称", "wkt"]
    line = f"LINESTRING ({lon - 1e-4} {lat}, {lon + 1e-4} {lat})"
    rows = [["S1", "测试路", line], ["S2", "同名路", line], ["S3", "同名路", line]]
    path = csv_file([header, *rows])
    named = ask("street", path, crs="EPSG:4490", control={"测试路": true})
    with pytest.raises(SourceError, match="look like GCJ-02"):
        loader.load(named)
    ambiguous = ask("street", path, crs="EPSG:4490", control={"同名路": true})
    assert [d.code for d in loader.load(ambiguous).doubts] == ["no_control_point"]


def test_control_points_that_are_not_there_are_told_of_full_deliveries_only(load):
    absent = {"D9999": (120.38, 36.07)}
    (doubt,) = load(TRUE[:3], control=absent).doubts
    assert doubt.code == "no_control_point"
    assert "delivery.csv" in doubt.en
    assert load(TRUE[:3], control=absent, mode="delta").doubts == ()


def test_one_strange_control_point_is_a_doubt_and_stops_nothing(load):
    batch = load(TRUE[:3] + 0.0009, control=_control(0))
    (doubt,) = batch.doubts
    assert batch.rows.num_rows == 3
    assert doubt.code == "doubtful_crs"
    assert "129 m from where" in doubt.en
    assert "129 米" in doubt.zh


def test_what_is_suspected_and_not_clear_is_told_in_two_languages(load):
    lake = shapely.box(120.33, 36.03, 120.345, 36.11)
    inhabited = TRUE[~shapely.contains_xy(lake, *TRUE.T)]
    (doubt,) = load(wgs84_to_gcj02(inhabited)).doubts
    assert "look like GCJ-02: 46" in doubt.en
    assert "可能是 GCJ-02" in doubt.zh


def test_a_source_that_is_trusted_is_held_against_nothing(load):
    batch = load(ON_A_MAP, trust_crs=True, control=_control(1, 2))
    assert batch.rows.num_rows == 1200
    assert batch.doubts == ()


def test_a_district_of_another_zone_is_named_without_an_extent(ask, csv_file):
    metres = projection("EPSG:4490", "EPSG:4528", "")(TRUE[:50])
    rows = [[f"D{i}", "测试路", *map(str, p)] for i, p in enumerate(metres.tolist())]
    path = csv_file([["地址编码", "标准地址", "x", "y"], *rows])
    request = replace(ask("address", path), outline=OUTLINE)
    with pytest.raises(SourceError, match="EPSG:4528, metres with the zone 40 in front"):
        loader.load(request)


def test_the_extent_finds_the_neighbouring_zone(ask, csv_file):
    metres = projection("EPSG:4490", "EPSG:4548", "")(TRUE[:20])
    rows = [[f"D{i}", "测试路", *map(str, p)] for i, p in enumerate(metres.tolist())]
    path = csv_file([["地址编码", "标准地址", "x", "y"], *rows])
    request = ask("address", path, extent=(120.3, 36.0, 120.5, 36.2))
    with pytest.raises(SourceError, match=r"look like EPSG:4548: 270 km off.*20 if read so"):
        loader.load(request)


def test_replayed_rows_are_held_against_nothing(ask):
    row = {"code": "D1", "full_text": "测试路", "geom": "POINT (0 0)"}
    request = replace(ask("address", control=_control(1)), outline=OUTLINE)
    assert loader.load_values(request, [row]).doubts == ()


def test_no_coordinate_is_told(load):
    with pytest.raises(SourceError) as caught:
        load(ON_A_MAP[:30], control=_control(*range(10)))
    told = str(caught.value)
    assert not [v for v in ON_A_MAP[:30].ravel() if f"{v:.4f}" in told]
