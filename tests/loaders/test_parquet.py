"""Parquet and GeoParquet: exact texts, the stated CRS, no bombs."""

from __future__ import annotations

import datetime as dt
import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import geopandas
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import shapely

from blockdata.errors import SourceError
from blockdata.store.connection import load_extension
from blockdata_loaders.reader.parquet import read_parquet

WKB = [shapely.to_wkb(shapely.Point(1, 2)), None]


def write(folder: Path, geo: Any = None, **columns: Any) -> Path:
    path = folder / "a.parquet"
    table = pa.table(columns)
    if geo is not None:
        table = table.replace_schema_metadata({"geo": json.dumps(geo)})
    pq.write_table(table, path)
    return path


def geo(**column: Any) -> dict[str, Any]:
    described = {"encoding": "WKB", "geometry_types": []} | column
    return {"version": "1.1.0", "primary_column": "形状", "columns": {"形状": described}}


def reason(path: Path) -> str:
    with pytest.raises(SourceError) as caught:
        read_parquet(path)
    return caught.value.reason


def test_values_are_exact_texts(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        code=["001", ""],
        n=pa.array([2**53 + 1, None]),
        x=[1e-7, float("nan")],
        f=pa.array([0.1, float("inf")], pa.float32()),
        d=[dt.date(2024, 2, 29), None],
        t=pa.array([dt.datetime(2024, 2, 29, 1, 2, 3, 40_000), None], pa.timestamp("us", "UTC")),
        m=[Decimal("1.20"), None],
        b=[True, None],
        k=pa.array(["甲", "甲"]).dictionary_encode(),
        l=[[1, 2], None],
    )
    table = read_parquet(path)
    assert table.columns.to_pylist() == [
        {
            "code": "001", "n": "9007199254740993", "x": "0.0000001", "f": "0.1",
            "d": "2024-02-29", "t": "2024-02-29 01:02:03.04Z", "m": "1.20", "b": "true",
            "k": "甲", "l": "[1, 2]",
        },
        dict.fromkeys(("code", "n", "x", "d", "t", "m", "b", "l")) | {"f": "inf", "k": "甲"},
    ]  # fmt: skip
    assert (table.geometry, table.crs, table.rows_read) == (None, None, 2)


@pytest.mark.parametrize(
    ("stated", "crs"),
    [
        ({}, "EPSG:4326"),
        ({"crs": None}, None),
        ({"crs": "EPSG:4549"}, "EPSG:4549"),
    ],
)
def test_the_crs_is_the_stated_one(tmp_path: Path, stated: Any, crs: str | None) -> None:
    path = write(tmp_path, geo(**stated), a=["1", "2"], 形状=pa.array(WKB, pa.binary()))
    table = read_parquet(path)
    assert (table.crs, table.columns.to_pydict()) == (crs, {"a": ["1", "2"]})
    assert table.geometry is not None
    assert table.geometry.to_pylist() == WKB


@pytest.mark.parametrize("encoding", ["WKB", "geoarrow"])
def test_what_geopandas_writes_is_read(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "a.parquet"
    frame = geopandas.GeoDataFrame({"编号": ["1", "2"]}, geometry=[shapely.Point(1, 2), None])
    frame.set_crs(4549).to_parquet(path, geometry_encoding=encoding, schema_version="1.1.0")
    table = read_parquet(path)
    assert (table.crs, table.columns.to_pydict()) == ("EPSG:4549", {"编号": ["1", "2"]})
    assert table.geometry is not None
    assert table.geometry.to_pylist() == WKB


@pytest.mark.parametrize("version", ["V1", "NONE"])
def test_what_duckdb_writes_is_read(tmp_path: Path, version: str) -> None:
    with duckdb.connect() as con:
        load_extension(con, "spatial")
        con.execute(
            "COPY (SELECT '1' AS a, ST_Point(1, 2) AS g UNION ALL SELECT '2', NULL ORDER BY a)"
            f" TO '{tmp_path / 'a.parquet'}' (FORMAT parquet, GEOPARQUET_VERSION '{version}')"
        )
    table = read_parquet(tmp_path / "a.parquet")
    assert (table.crs, table.columns.to_pydict()) == ("EPSG:4326", {"a": ["1", "2"]})
    assert table.geometry is not None
    assert table.geometry.to_pylist() == WKB


def test_rows_with_bytes_that_are_no_text_or_geometry_are_bad(tmp_path: Path) -> None:
    data = pa.array([b"a", b"\xff\xfe", b"c"], pa.binary())
    texts = pa.Array.from_buffers(pa.string(), 3, data.buffers())
    path = write(
        tmp_path, geo(), a=texts, 形状=pa.array([WKB[0], WKB[0], b"\x01\x01"], pa.binary())
    )
    table = read_parquet(path)
    assert [(row.row_number, row.reason) for row in table.bad_rows] == [
        (2, "undecodable"),
        (3, "unreadable_geometry"),
    ]
    assert (table.columns.to_pydict(), table.row_number.tolist()) == ({"a": ["a"]}, [1])


def test_batches_join_as_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("blockdata_loaders.reader.parquet.BATCH_ROWS", 3)
    table = read_parquet(write(tmp_path, a=list(range(8))))
    assert table.columns["a"].to_pylist() == [str(i) for i in range(8)]
    assert table.row_number.tolist() == list(range(1, 9))
    empty = read_parquet(
        write(tmp_path, geo(), a=pa.array([], pa.int64()), 形状=pa.array([], pa.binary()))
    )
    assert (empty.columns.column_names, empty.rows_read) == (["a"], 0)


def test_damaged_files_and_unknown_encodings_are_refused(tmp_path: Path) -> None:
    path = write(tmp_path, a=["1"] * 1000)
    content = path.read_bytes()
    for broken in (content[:-20], content[:4] + b"\xff" * 40 + content[44:]):
        path.write_bytes(broken)
        assert reason(path) == "unreadable_parquet"
    path = write(tmp_path, geo(encoding="polygon"), 形状=pa.array(WKB, pa.binary()))
    assert reason(path) == "unsupported_geometry"
    path = write(tmp_path, {"primary_column": "x"}, a=["1"])
    assert reason(path) == "unreadable_parquet"


def test_a_file_that_says_to_be_huge_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    repeated = pa.array(["1"] * 1_000_000).dictionary_encode()
    with pq.ParquetWriter(path, pa.schema([("a", repeated.type)])) as writer:
        for _ in range(12):
            writer.write_table(pa.table({"a": repeated}))
    assert path.stat().st_size < 50_000
    assert reason(path) == "too_large"
