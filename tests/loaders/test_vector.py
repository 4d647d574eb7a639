"""GeoPackage and GeoJSON: exact attributes, one broken feature costs one row."""

from __future__ import annotations

import datetime as dt
import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import geopandas
import numpy as np
import pandas as pd
import pyogrio
import pyproj
import pytest
import shapely

from blockdata.errors import SourceError
from blockdata_loaders.reader.raw import RawTable
from blockdata_loaders.reader.vector import read_geojson, read_geopackage

POINT = {"type": "Point", "coordinates": [120.1, 36.1]}


def feature(geometry: Any, **properties: Any) -> dict[str, Any]:
    return {"type": "Feature", "properties": properties, "geometry": geometry}


def write_geojson(folder: Path, features: list[Any], **members: Any) -> Path:
    path = folder / "a.geojson"
    document = {"type": "FeatureCollection", **members, "features": features}
    path.write_text(json.dumps(document, ensure_ascii=False), encoding="utf-8")
    return path


def frame() -> geopandas.GeoDataFrame:
    attributes = {
        "编号": ["001", "002", None],
        "n": pd.array([1, None, 2**53 + 1], dtype="Int64"),
        "x": [1.5, 2.0, np.nan],
        "b": [True, False, True],
        "d": [dt.date(2024, 2, 29)] * 3,
        "t": pd.to_datetime(["2024-02-29 03:04:05"] * 3),
    }
    shapes = [shapely.Point(1, 2), shapely.box(0, 0, 1, 1), None]
    return geopandas.GeoDataFrame(attributes, geometry=shapes, crs=4549)


def write_geopackage(folder: Path, **layers: geopandas.GeoDataFrame) -> Path:
    path = folder / "a.gpkg"
    for layer, rows in layers.items():
        rows.to_file(path, layer=layer, driver="GPKG")
    return path


def damage(path: Path, statement: str, *values: Any) -> None:
    """Change a GeoPackage behind the back of its triggers."""
    with closing(sqlite3.connect(path)) as connection:
        triggers = connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
        for (name,) in triggers.fetchall():
            connection.execute(f'DROP TRIGGER "{name}"')
        connection.execute(statement, values)
        connection.commit()


def bad(table: RawTable) -> list[tuple[int, str]]:
    return [(row.row_number, row.reason) for row in table.bad_rows]


def test_geopackage_attributes_are_exact_texts(tmp_path: Path) -> None:
    table = read_geopackage(write_geopackage(tmp_path, 网格=frame()))
    assert table.columns.to_pydict() == {
        "编号": ["001", "002", None],
        "n": ["1", None, "9007199254740993"],
        "x": ["1.5", "2", None],
        "b": ["true", "false", "true"],
        "d": ["2024-02-29"] * 3,
        "t": table.columns["t"].to_pylist(),
    }
    assert table.columns["t"][0].as_py().startswith("2024-02-29T03:04:05")
    assert (table.crs, table.rows_read, table.row_number.tolist()) == ("EPSG:4549", 3, [1, 2, 3])


def test_geopackage_geometry_agrees_with_the_spatial_driver(tmp_path: Path) -> None:
    path = write_geopackage(tmp_path, a=frame())
    _, driver = pyogrio.read_arrow(path)
    table = read_geopackage(path)
    assert table.geometry is not None
    assert table.geometry.to_pylist() == driver["geom"].to_pylist()


@pytest.mark.parametrize(
    "value",
    [
        b"junk",
        b"GP\x00\x01" + bytes(4) + b"\x01\x01\x00\x00",
        "text",
        5,
        b"",
        b"GP\x00\x0f" + bytes(90),
    ],
)
def test_a_broken_geometry_of_a_geopackage_costs_its_row(tmp_path: Path, value: Any) -> None:
    path = write_geopackage(tmp_path, a=frame())
    damage(path, "UPDATE a SET geom = ? WHERE fid = 2", value)
    table = read_geopackage(path)
    assert bad(table) == [(2, "unreadable_geometry")]
    assert table.row_number.tolist() == [1, 3]
    assert table.columns["编号"].to_pylist() == ["001", None]
    assert table.geometry is not None
    assert len(table.geometry) == 2


def test_text_of_a_geopackage_that_is_not_utf_8_costs_its_row(tmp_path: Path) -> None:
    path = write_geopackage(tmp_path, a=frame())
    damage(path, "UPDATE a SET 编号 = CAST(x'c3fbb3c6' AS TEXT) WHERE fid = 1")
    table = read_geopackage(path)
    assert bad(table) == [(1, "undecodable")]
    assert table.row_number.tolist() == [2, 3]
    assert table.rows_read == 3


def test_layer_must_be_named_where_there_are_several(tmp_path: Path) -> None:
    path = write_geopackage(tmp_path, a=frame(), b=frame().drop(columns="x"))
    with pytest.raises(SourceError, match="a, b") as caught:
        read_geopackage(path)
    assert caught.value.reason == "missing_layer"
    assert "x" not in read_geopackage(path, layer="b").columns.column_names


def test_geopackage_with_an_own_crs_or_none_or_no_rows(tmp_path: Path) -> None:
    local = pyproj.CRS.from_proj4("+proj=tmerc +lat_0=0 +lon_0=120.3 +x_0=0 +ellps=GRS80 +type=crs")
    path = write_geopackage(tmp_path, own=frame().set_crs(local, allow_override=True))
    own = read_geopackage(path).crs
    assert own is not None
    assert own.startswith(("PROJCRS", "PROJCS"))
    with pytest.warns(UserWarning, match="'crs' was not provided"):
        write_geopackage(tmp_path, none=frame().iloc[:0].set_crs(None, allow_override=True))
    table = read_geopackage(path, layer="none")
    assert (table.columns.num_rows, table.crs) == (0, None)
    assert table.columns.column_names[0] == "编号"


def test_geojson_properties_are_exact_texts(tmp_path: Path) -> None:
    rows = [
        feature(POINT, 编号="001", n=2**53 + 1, x=3.0, b=True, 空="", 套={"k": [1, "甲"]}),
        {**feature(None, y=1e-7, d="2024-02-29"), "id": 5},
    ]
    table = read_geojson(write_geojson(tmp_path, rows))
    assert table.columns.to_pylist() == [
        {
            "编号": "001",
            "n": "9007199254740993",
            "x": "3",
            "b": "true",
            "空": None,
            "套": '{"k": [1, "甲"]}',
            "y": None,
            "d": None,
            "id": None,
        },
        dict.fromkeys(["编号", "n", "x", "b", "空", "套"])
        | {"y": "0.0000001", "d": "2024-02-29", "id": "5"},
    ]
    assert (table.crs, table.encoding, bad(table)) == ("EPSG:4326", "utf-8", [])
    assert table.geometry is not None
    assert table.geometry.to_pylist() == [shapely.to_wkb(shapely.Point(120.1, 36.1)), None]


@pytest.mark.parametrize(
    "geometry",
    [
        {"type": "Point", "coordinates": ["x", 1]},
        {"type": "Point", "coordinates": [None, 1]},
        {"type": "Polygon", "coordinates": [[[0, 0], [1, 1]]]},
        {"type": "Polygon", "coordinates": [[[0, 0], [1, 1], [1, 0]]]},
        {"type": "Pont", "coordinates": [1, 2]},
        {"type": "Point"},
        5,
    ],
)
def test_a_broken_geometry_of_a_geojson_costs_its_row(tmp_path: Path, geometry: Any) -> None:
    rows = [feature(POINT, a="1"), feature(geometry, a="2"), feature(POINT, a="3")]
    table = read_geojson(write_geojson(tmp_path, rows))
    assert table.columns["a"].to_pylist() == ["1", "3"]
    assert (table.row_number.tolist(), bad(table)) == ([1, 3], [(2, "unreadable_geometry")])


def test_elements_that_are_no_features_cost_their_rows(tmp_path: Path) -> None:
    rows = [5, feature(POINT, a="2"), {"type": "X"}, {**feature(POINT), "properties": [1]}]
    table = read_geojson(write_geojson(tmp_path, rows))
    assert bad(table) == [(1, "not_a_feature"), (3, "not_a_feature"), (4, "not_a_feature")]
    assert (table.columns.to_pydict(), table.rows_read) == ({"a": ["2"]}, 4)


def test_half_of_a_character_costs_its_row(tmp_path: Path) -> None:
    path = write_geojson(
        tmp_path, [feature(POINT, a="1"), feature(POINT, a="half"), feature(POINT)]
    )
    path.write_text(path.read_text().replace("half", "\\ud800").replace('"1"', '"\\ud842\\udfb7"'))
    table = read_geojson(path)
    assert (bad(table), table.columns["a"].to_pylist()) == ([(2, "undecodable")], ["𠮷", None])


def test_crs_of_a_geojson_is_the_stated_one_wherever_it_stands(tmp_path: Path) -> None:
    crs = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::4549"}}
    path = write_geojson(tmp_path, [], crs=crs)
    assert read_geojson(path).crs == "EPSG:4549"
    path.write_text(json.dumps({"features": [], "crs": crs, "type": "FeatureCollection"}))
    assert read_geojson(path).crs == "EPSG:4549"
    assert read_geojson(write_geojson(tmp_path, [], crs={"type": "link"})).crs is None


def test_geojson_in_gb18030_and_a_lone_feature_are_read(tmp_path: Path) -> None:
    path = tmp_path / "a.geojson"
    path.write_text(json.dumps(feature(POINT, 名="甲"), ensure_ascii=False), encoding="gb18030")
    table = read_geojson(path)
    assert (table.columns.to_pydict(), table.encoding) == ({"名": ["甲"]}, "gb18030")


def test_features_without_properties_keep_their_geometry(tmp_path: Path) -> None:
    table = read_geojson(write_geojson(tmp_path, [feature(POINT), feature(5)]))
    assert table.geometry is not None
    assert (len(table.geometry), table.row_number.tolist(), table.rows_read) == (1, [1], 2)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (
            '{"type": "FeatureCollection", "features": [{"type": "Feature", "secr',
            "unreadable_geojson",
        ),
        ('{"type": "FeatureCollection", "features": []} {}', "unreadable_geojson"),
        ('{"type": "Topology", "objects": {}}', "content_not_as_named"),
        ('{"a": ' + "[" * 100_000, "unreadable_geojson"),
    ],
)
def test_a_document_that_is_no_whole_geojson_is_refused(
    tmp_path: Path, text: str, reason: str
) -> None:
    path = tmp_path / "a.geojson"
    path.write_text(text)
    with pytest.raises(SourceError) as caught:
        read_geojson(path)
    assert caught.value.reason == reason
    assert "secr" not in str(caught.value)


def test_a_geojson_is_read_through_a_window_of_any_size(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    points = [[120.25, 36], [1e300, -2.5e-7], [3, 4.0], [1, 2, 3], []]
    rows = [
        feature({"type": "Point", "coordinates": place}, n=-12345.678e-3, t='"]},{\n' * 9)
        for place in points
    ]
    path = write_geojson(tmp_path, [*rows, 12345, feature(None)], name="a")
    expected = read_geojson(path)
    assert expected.rows_read == 7
    for window in (1, 7, 64):
        monkeypatch.setattr("blockdata_loaders.reader.geojson._WINDOW", window)
        table = read_geojson(path)
        assert table.columns.equals(expected.columns)
        assert table.geometry == expected.geometry
        assert table.bad_rows == expected.bad_rows


def test_an_error_names_the_line_of_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("blockdata_loaders.reader.geojson._WINDOW", 64)
    path = write_geojson(tmp_path, [feature(POINT, a=str(i)) for i in range(50)])
    text = json.dumps(json.loads(path.read_text()), indent=1)
    path.write_text(text.replace('"40"', '"40" "secret"'))
    line = path.read_text().splitlines().index('    "a": "40" "secret"') + 1
    with pytest.raises(SourceError, match=rf"line {line}\)") as caught:
        read_geojson(path)
    assert "secret" not in str(caught.value)


def test_batches_of_features_without_properties_keep_their_rows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("blockdata_loaders.reader.geojson.BATCH_ROWS", 2)
    rows = [feature(POINT, a="1"), feature(POINT), feature(POINT), feature(POINT)]
    table = read_geojson(write_geojson(tmp_path, rows))
    assert table.columns["a"].to_pylist() == ["1", None, None, None]


def _points(count: int, **columns: list[Any]) -> geopandas.GeoDataFrame:
    shapes = [None if i % 5 == 4 else shapely.Point(i, -i / 3) for i in range(count)]
    return geopandas.GeoDataFrame(columns, geometry=shapes, crs="EPSG:4549")


@pytest.mark.parametrize("odd", ["a\x1fb", None, ""])
def test_a_geopackage_in_bulk_is_what_it_is_cell_by_cell(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, odd: str | None
) -> None:
    monkeypatch.setattr("blockdata_loaders.reader.geopackage.BATCH_ROWS", 4)
    names = ["路", "b", None, odd, "c,d\n", "x"] * 2
    path = write_geopackage(tmp_path, a=_points(12, 名=names, n=range(12)))
    bulk = read_geopackage(path)
    assert bulk.columns.to_pydict() == {
        "名": [name or None for name in names],
        "n": [str(i) for i in range(12)],
    }
    monkeypatch.setattr("blockdata_loaders.reader.geopackage._keys", lambda *_: [])
    cells = read_geopackage(path)
    assert cells.columns.equals(bulk.columns)
    assert cells.geometry == bulk.geometry
    assert cells.row_number.tolist() == bulk.row_number.tolist() == list(range(1, 13))


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        ("UPDATE a SET 名 = x'00ff' WHERE fid = 2", ["a", "00ff", "c"]),
        ("UPDATE a SET 名 = CAST(x'ff' AS TEXT) WHERE fid = 2", ["a", "c"]),
        ("UPDATE a SET 名 = 7 WHERE fid = 2", ["a", "7", "c"]),
        ("UPDATE a SET fid = 900000000 WHERE fid = 2", ["a", "c", "b"]),
        ("DELETE FROM a WHERE fid = 2", ["a", "c"]),
    ],
)
def test_odd_values_in_a_column_of_texts_are_read_as_they_are(
    tmp_path: Path, statement: str, expected: list[str]
) -> None:
    path = write_geopackage(tmp_path, a=_points(3, 名=["a", "b", "c"]))
    damage(path, statement)
    assert read_geopackage(path).columns["名"].to_pylist() == expected


def test_a_table_without_a_plain_key_is_read_in_its_order(tmp_path: Path) -> None:
    path = write_geopackage(tmp_path, a=_points(3, 名=["a", "b", "c"]))
    damage(path, "ALTER TABLE a RENAME TO old")
    damage(path, "CREATE VIEW a AS SELECT * FROM old ORDER BY 名 DESC")
    assert read_geopackage(path, layer="a").columns["名"].to_pylist() == ["c", "b", "a"]


def test_batches_join_as_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("blockdata_loaders.reader.geojson.BATCH_ROWS", 2)
    monkeypatch.setattr("blockdata_loaders.reader.geopackage.BATCH_ROWS", 2)
    rows = [feature(POINT if i != 3 else 5, **{f"c{i % 3}": i}) for i in range(1, 8)]
    table = read_geojson(write_geojson(tmp_path, rows))
    assert table.row_number.tolist() == [1, 2, 4, 5, 6, 7]
    assert table.columns["c1"].to_pylist() == ["1", None, "4", None, None, "7"]
    path = write_geopackage(tmp_path, a=frame())
    assert read_geopackage(path).row_number.tolist() == [1, 2, 3]
