"""Every kind loads to the same rows from every file format."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path

import openpyxl
import pandas as pd
import pyarrow as pa
import pyogrio
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from blockdata.records import CORE, Geometry, Kind
from blockdata.records.convert import fold
from blockdata.records.strategies import IDENTIFIED, source_rows
from blockdata.records.tables import content_columns
from blockdata.store.batch import Batch

Row = dict[str, str]

_SHAPES: dict[Geometry, Callable[[int], shapely.Geometry]] = {
    Geometry.POINT: lambda i: shapely.Point(534000.125 + i / 3, 3993000 + i / 7),
    Geometry.ANY: lambda i: shapely.Point(534000.125 + i / 3, 3993000 + i / 7),
    Geometry.LINE: lambda i: shapely.LineString([(534000 + i, 3993000), (534100, 3993000 + i / 3)]),
    Geometry.POLYGON: lambda i: shapely.box(534000 + i / 3, 3993000, 534100 + i, 3993100),
}


@st.composite
def files(draw: st.DrawFn, kind: Kind) -> list[Row]:
    """Draw the rows of one file, each with a key of its own."""
    label = kind.field(kind.key[0]).zh
    row = source_rows(kind)
    if kind.name == "person":
        number = IDENTIFIED["identity_number"]
        row = st.tuples(row, number).map(lambda drawn: drawn[0] | {label: drawn[1]})
    return draw(st.lists(row, min_size=6, max_size=8, unique_by=lambda r: fold(r[label]).upper()))


def _shapes(kind: Kind, rows: Sequence[Row]) -> list[shapely.Geometry] | None:
    return [_SHAPES[kind.geometry](i) for i in range(len(rows))] if kind.geometry else None


def _with_wkt(rows: Sequence[Row], shapes: list[shapely.Geometry] | None) -> list[Row]:
    if shapes is None:
        return list(rows)
    wkt = [shapely.to_wkt(s, rounding_precision=17) for s in shapes]
    return [row | {"WKT": text} for row, text in zip(rows, wkt, strict=True)]


def _write_csv(path: Path, rows: Sequence[Row], encoding: str) -> Path:
    with path.open("w", encoding=encoding, newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return path


def _write_xlsx(path: Path, rows: Sequence[Row]) -> Path:
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet.append(list(rows[0]))
    for row in rows:
        sheet.append(list(row.values()))
    book.save(path)
    return path


def _write_geopackage(
    path: Path, rows: Sequence[Row], shapes: list[shapely.Geometry] | None
) -> Path:
    frame = pd.DataFrame(rows, dtype=object)
    schema = pa.schema([(name, pa.string()) for name in frame.columns])
    table = pa.Table.from_pandas(frame, schema=schema, preserve_index=False)
    if shapes is None:
        pyogrio.write_dataframe(frame, path, driver="GPKG", layer="a")
        return path
    table = table.append_column("geom", pa.array(shapely.to_wkb(shapes), pa.binary()))
    kinds = {s.geom_type for s in shapes}
    pyogrio.write_arrow(
        table, path, driver="GPKG", layer="a", geometry_name="geom", geometry_type=kinds.pop(),
        crs="EPSG:4549",
    )  # fmt: skip
    return path


def _write_geojson(path: Path, rows: Sequence[Row], shapes: list[shapely.Geometry] | None) -> Path:
    stated = [None] * len(rows) if shapes is None else [shapely.geometry.mapping(s) for s in shapes]
    features = [
        {"type": "Feature", "properties": row, "geometry": shape}
        for row, shape in zip(rows, stated, strict=True)
    ]
    crs = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::4549"}}
    document = {"type": "FeatureCollection", "crs": crs, "features": features}
    path.write_text(json.dumps(document, ensure_ascii=False), encoding="utf-8")
    return path


def _written(
    folder: Path, rows: Sequence[Row], shapes: list[shapely.Geometry] | None
) -> list[Path]:
    flat = _with_wkt(rows, shapes)
    return [
        _write_csv(folder / "a.csv", flat, "utf-8"),
        _write_csv(folder / "b.csv", flat, "gb18030"),
        _write_xlsx(folder / "c.xlsx", flat),
        _write_geopackage(folder / "d.gpkg", rows, shapes),
        _write_geojson(folder / "e.geojson", rows, shapes),
    ]


def _content(batch: Batch) -> pa.Table:
    return batch.rows.drop_columns(["row_number"])


@pytest.mark.parametrize("kind", CORE, ids=lambda kind: kind.name)
def test_all_formats_load_to_the_same_rows(kind, ask, tmp_path_factory):
    loader = import_module(f"blockdata_loaders.{kind.name}").loader

    @settings(
        max_examples=4, derandomize=True, database=None, deadline=None,
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(files(kind))
    def holds(rows: list[Row]) -> None:
        paths = _written(tmp_path_factory.mktemp(kind.name), rows, _shapes(kind, rows))
        batches = [loader.load(ask(kind.name, path)) for path in paths]
        assert [b.rejected["reason"].tolist() for b in batches] == [[]] * 5
        assert [b.rows.num_rows for b in batches] == [len(rows)] * 5
        assert all(_content(b).equals(_content(batches[0])) for b in batches[1:])
        assert batches[1].encoding == "gb18030"

    holds()


@pytest.mark.parametrize("kind", CORE, ids=lambda kind: kind.name)
def test_rows_have_the_columns_that_the_store_expects(kind, ask):
    loader = import_module(f"blockdata_loaders.{kind.name}").loader
    schema = loader.load_values(ask(kind.name), []).rows.schema
    assert schema.names[:5] == ["source_id", "row_number", "removes", "stated_from", "stated_to"]
    expected = [*(f.name for f in kind.fields), *(["geom"] if kind.geometry else [])]
    assert schema.names[5:] == expected
    assert all(schema.field(c.name).type == c.type for c in content_columns(kind))
