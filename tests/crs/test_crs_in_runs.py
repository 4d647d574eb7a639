"""Coordinate systems in whole runs: the outline that a base has, and parameters nobody is told."""

from __future__ import annotations

import csv
import datetime as dt
import json

import duckdb
import numpy as np
import pytest
import shapely

import blockdata as bd
from blockdata.batch.nightly import nightly
from blockdata.config import load_config
from blockdata.crs import Similarity, projection, wgs84_to_gcj02
from blockdata.errors import ConfigError, SourceError

AS_OF = dt.date(2026, 11, 1)
BOX = (120.33, 36.03, 120.43, 36.11)
DISTRICT = shapely.box(*BOX).segmentize(0.005)
TRUE = np.random.default_rng(12).uniform([120.331, 36.031], [120.429, 36.109], (500, 2))
# Invented parameters, with digits that can be searched for.
LOCAL = Similarity(target="EPSG:4549", east_m=481237.125, north_m=3956789.375, positive="clockwise")
SECRETS = ("481237", "3956789")

CITY = """
[city]
name = "试验区"
{city}
[base]
path = "base"
{crs}
[[source]]
name = "area"
kind = "area"
path = "area-*.geojson"
date = {{ name = '(\\d{{8}})' }}
[[source]]
name = "address"
kind = "address"
path = "address-*.csv"
date = {{ name = '(\\d{{8}})' }}
{source}
[[source]]
name = "case"
kind = "incident"
path = "case-*.csv"
date = {{ name = '(\\d{{8}})' }}
"""
CASE = "案件编号,上报时间,地址,案件类别,经度,纬度\n1,2026-10-03 08:00,测试路1号,噪音,120.38,36.07\n"


def _geojson(shape, **properties):
    feature = {
        "type": "Feature",
        "properties": properties,
        "geometry": shapely.geometry.mapping(shape),
    }
    return json.dumps({"type": "FeatureCollection", "features": [feature]}, ensure_ascii=False)


@pytest.fixture
def city(tmp_path):
    """Write a city whose addresses come at some coordinates; returns its configuration's path."""

    def written(points, *, columns=("经度", "纬度"), city="", crs="", source="", areas=True):
        shape = DISTRICT if areas else None
        code = {"code": "990102", "name": "试验区", "level": "district"}
        text = _geojson(shape, **code) if areas else _geojson(shapely.Point(120.4, 36.07), **code)
        (tmp_path / "area-20261001.geojson").write_text(text, encoding="utf-8")
        path = tmp_path / "address-20261002.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            rows = ([f"D{i}", f"测试路{i}号", *p] for i, p in enumerate(points.tolist()))
            csv.writer(file).writerows([["地址编码", "标准地址", *columns], *rows])
        (tmp_path / "case-20261004.csv").write_text(CASE, encoding="utf-8")
        toml = tmp_path / "city.toml"
        toml.write_text(CITY.format(city=city, crs=crs, source=source), encoding="utf-8")
        return toml

    return written


def _run(path):
    """Run a night and return what was found, by code."""
    found = nightly(load_config(path), as_of=AS_OF).manifest["findings"]
    return {f["code"]: f["en"] for f in found}


@pytest.mark.usefixtures("loading_only")
def test_areas_in_the_base_are_the_outline_of_what_comes_after(city):
    path = city(wgs84_to_gcj02(TRUE))
    found = _run(path)
    assert "look like GCJ-02: 46" in found["wrong_crs"]


@pytest.mark.usefixtures("loading_only")
def test_an_outline_in_the_configuration_needs_no_areas(city, tmp_path):
    (tmp_path / "border.geojson").write_text(_geojson(DISTRICT), encoding="utf-8")
    path = city(wgs84_to_gcj02(TRUE), city='outline = "border.geojson"', areas=False)
    assert "look like GCJ-02: 46" in _run(path)["wrong_crs"]


@pytest.mark.usefixtures("loading_only")
def test_an_outline_from_a_web_map_is_brought_home_first(city, tmp_path):
    on_a_map = shapely.transform(DISTRICT, wgs84_to_gcj02)
    (tmp_path / "border.geojson").write_text(_geojson(on_a_map), encoding="utf-8")
    settings = 'outline = "border.geojson"\noutline_crs = "GCJ-02"'
    assert "wrong_crs" not in _run(city(TRUE, city=settings, areas=False))
    assert "wrong_crs" in _run(city(wgs84_to_gcj02(TRUE), city=settings, areas=False))


@pytest.mark.usefixtures("loading_only")
def test_naming_the_system_and_running_again_loads_the_file(city):
    assert "wrong_crs" in _run(city(wgs84_to_gcj02(TRUE)))
    path = city(wgs84_to_gcj02(TRUE), source='crs = "gcj02"')
    assert "wrong_crs" not in _run(path)
    with bd.open(load_config(path).base_path) as base:
        assert base.session.count("address") >= len(TRUE)


@pytest.mark.usefixtures("loading_only")
def test_another_outline_loads_everything_anew(city, tmp_path):
    border = tmp_path / "border.geojson"
    border.write_text(_geojson(shapely.box(120, 35, 121, 37)), encoding="utf-8")
    settings = 'outline = "border.geojson"'
    path = city(wgs84_to_gcj02(TRUE), city=settings)
    assert "wrong_crs" not in _run(path)
    border.write_text(_geojson(DISTRICT), encoding="utf-8")
    assert "wrong_crs" in _run(path)


@pytest.mark.usefixtures("loading_only")
def test_a_missing_outline_stops_the_run_before_it_reads(city):
    path = city(TRUE, city='outline = "nowhere.geojson"')
    with pytest.raises(ConfigError, match=r"\[city\] outline"):
        nightly(load_config(path), as_of=AS_OF)


@pytest.mark.usefixtures("loading_only")
def test_a_frozen_source_ends_the_run(city):
    path = city(wgs84_to_gcj02(TRUE), source='contract = "freeze"')
    with pytest.raises(SourceError, match="look like GCJ-02"):
        nightly(load_config(path), as_of=AS_OF)


def _local(points):
    in_zone = projection("EPSG:4490", "EPSG:4549", "")(points)
    return in_zone - [LOCAL.east_m, LOCAL.north_m]


@pytest.mark.parametrize("apart", [False, True], ids=["in the configuration", "in a file"])
def test_parameters_of_a_local_system_are_nowhere_in_the_base(city, tmp_path, monkeypatch, apart):
    table = f"[crs.old_town]\n{LOCAL.as_toml()}"
    if apart:
        secret = tmp_path / "apart" / "old.toml"
        secret.parent.mkdir()
        secret.write_text(LOCAL.as_toml(), encoding="utf-8")
        monkeypatch.setenv("BLOCKDATA_TEST_APART", str(secret.parent))
        table = '[crs.old_town]\nfile = "${BLOCKDATA_TEST_APART}/old.toml"'
    path = city(_local(TRUE), columns=("x", "y"), crs=table, source='crs = "old_town"')
    outcome = nightly(load_config(path), as_of=AS_OF)
    assert "wrong_crs" not in [f["code"] for f in outcome.manifest["findings"]]
    base = load_config(path).base_path
    files = [file for file in base.rglob("*") if file.is_file()]
    held = b"".join(file.read_bytes() for file in files)
    assert len(files) > 3
    assert not [
        s for s in SECRETS if s.encode() in held or str(tmp_path / "apart").encode() in held
    ]
    for file in base.rglob("*.duckdb"):
        with duckdb.connect(str(file), read_only=True) as con:
            meta = str(con.execute("FROM meta").fetchall())
            assert not [s for s in SECRETS if s in meta]
    with bd.open(base) as opened:
        x, y = opened.session.rows("SELECT x, y FROM base.address WHERE source_id = 'D0'")[0]
    in_zone = projection("EPSG:4490", "EPSG:4549", "")(TRUE[:1])[0]
    assert (x, y) == pytest.approx(tuple(in_zone), abs=1e-6)


def test_other_parameters_load_everything_anew(city):
    table = "[crs.old_town]\n" + LOCAL.as_toml()
    settings = {"columns": ("x", "y"), "source": 'crs = "old_town"'}
    path = city(_local(TRUE), crs=table, **settings)
    _run(path)
    moved = table.replace("481237.125", "481238.125")
    path = city(_local(TRUE), crs=moved, **settings)
    nightly(load_config(path), as_of=AS_OF)
    with bd.open(load_config(path).base_path) as opened:
        x = opened.session.value("SELECT x FROM base.address WHERE source_id = 'D0'")
    in_zone = projection("EPSG:4490", "EPSG:4549", "")(TRUE[:1])[0]
    assert x == pytest.approx(in_zone[0] + 1, abs=1e-6)


@pytest.mark.usefixtures("loading_only")
def test_without_parameters_the_file_is_set_aside(city):
    found = _run(city(_local(TRUE), columns=("x", "y"), source='crs = "EPSG:2436"'))
    assert "no public parameters" in found["unusable_crs"]
