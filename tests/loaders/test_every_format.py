"""The same rows, full or as changes, load alike from every format, archive and folder."""

from __future__ import annotations

import csv
import json
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pyogrio
import pyproj
import pytest
import shapely
import xlwt

from blockdata.errors import SourceError
from blockdata.store.batch import Batch
from blockdata_loaders.standard import loader

Rows = list[dict[str, str]]

ROWS: Rows = [
    {
        "GLBJBSM": f"37020301037{i:06d}",
        "GLBJMC": "路灯" if i % 2 else "路灯（高杆）",
        "CSRQ": "20240229",
        "BZ": "拆除" if i == 4 else "",
        "变动": "删除" if i == 4 else "新增",
    }
    for i in range(1, 9)
]
POINTS = [shapely.Point(534231.5 + 10 * i, 3993376.25 + i) for i in range(1, 9)]


def table(crs: str = "EPSG:4549") -> tuple[pa.Table, str]:
    """Return rows and points of a layer, and its CRS."""
    shapes = np.array(POINTS)
    if crs != "EPSG:4549":
        there = pyproj.Transformer.from_crs("EPSG:4549", crs, always_xy=True)
        shapes = shapely.transform(shapes, lambda xy: np.column_stack(there.transform(*xy.T)))
    columns = {name: [row[name] or None for row in ROWS] for name in ROWS[0]}
    geometry = pa.array(shapely.to_wkb(shapes), pa.binary())
    return pa.table({**columns, "geom": geometry}), crs


def by_driver(driver: str, crs: str = "EPSG:4549", **options: str) -> Callable[[Path], None]:
    def write(path: Path) -> None:
        rows, stated = table(crs)
        pyogrio.write_arrow(
            rows, path, driver=driver, geometry_name="geom", geometry_type="Point", crs=stated,
            **options,
        )  # fmt: skip

    return write


def with_wkt() -> Rows:
    return [row | {"WKT": point.wkt} for row, point in zip(ROWS, POINTS, strict=True)]


def write_csv(path: Path, rows: Rows | None = None) -> None:
    rows = with_wkt() if rows is None else rows
    with path.open("w", encoding="gb18030", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


def write_xlsx(path: Path) -> None:
    book = openpyxl.Workbook()
    for row in [list(with_wkt()[0]), *(list(row.values()) for row in with_wkt())]:
        book.worksheets[0].append(row)
    book.save(path)


def write_xls(path: Path) -> None:
    book = xlwt.Workbook(encoding="utf-8")
    sheet = book.add_sheet("一")
    for place, row in enumerate([list(with_wkt()[0]), *(list(r.values()) for r in with_wkt())]):
        for column, text in enumerate(row):
            sheet.write(place, column, text)
    book.save(str(path))


def write_mapinfo(path: Path) -> None:
    """Write a table; the driver's own writer does not let a name be Chinese."""
    rows, crs = table("EPSG:4326")
    rows = rows.rename_columns([*rows.column_names[:-2], "change_flag", "geom"])
    pyogrio.write_arrow(
        rows, path, driver="MapInfo File", geometry_name="geom", geometry_type="Point", crs=crs,
        ENCODING="CP936",
    )  # fmt: skip
    path.write_bytes(path.read_bytes().replace(b"change_flag", "变动".encode("gbk")))


def write_parquet(path: Path) -> None:
    rows, crs = table()
    described = {
        "encoding": "WKB",
        "geometry_types": ["Point"],
        "crs": pyproj.CRS(crs).to_json_dict(),
    }
    geo = {"version": "1.1.0", "primary_column": "geom", "columns": {"geom": described}}
    pq.write_table(rows.replace_schema_metadata({"geo": json.dumps(geo)}), path)


def write_dxf(path: Path) -> None:
    tags: list[object] = [0, "SECTION", 2, "HEADER", 9, "$ACADVER", 1, "AC1032"]
    tags += [0, "ENDSEC", 0, "SECTION", 2, "ENTITIES", 0, "LINE", 8, "道路"]
    for row, point in zip(ROWS, POINTS, strict=True):
        tags += [0, "INSERT", 8, "部件", 2, "LD", 10, point.x, 20, point.y, 66, 1]
        for name, text in row.items():
            tags += [0, "ATTRIB", 8, "0", 1, text, 2, name]
        tags += [0, "SEQEND"]
    path.write_text("\n".join(map(str, [*tags, 0, "ENDSEC", 0, "EOF", ""])), encoding="utf-8")


def write_zip(path: Path) -> None:
    inside = path.with_suffix("")
    inside.mkdir()
    by_driver("ESRI Shapefile", ENCODING="GB18030")(inside / "部件.shp")
    with zipfile.ZipFile(path, "w") as archive:
        for file in inside.iterdir():
            archive.write(file, f"{inside.name}/{file.name}")


def write_folder(path: Path) -> None:
    path.mkdir()
    write_csv(path / "east.csv", with_wkt()[:3])
    write_csv(path / "west.csv", with_wkt()[3:])


WRITERS: dict[str, Callable[[Path], None]] = {
    "a.csv": write_csv,
    "a.xls": write_xls,
    "a.xlsx": write_xlsx,
    "utf8.shp": by_driver("ESRI Shapefile", ENCODING="UTF-8"),
    "gbk.shp": by_driver("ESRI Shapefile", ENCODING="GB18030"),
    "a.gpkg": by_driver("GPKG"),
    "a.gdb": by_driver("OpenFileGDB"),
    "a.tab": write_mapinfo,
    "a.kml": by_driver("LIBKML", "EPSG:4326"),
    "a.dxf": write_dxf,
    "a.geojson": by_driver("GeoJSON", "EPSG:4326", RFC7946="YES", COORDINATE_PRECISION="12"),
    "a.fgb": by_driver("FlatGeobuf"),
    "a.parquet": write_parquet,
    "a.zip": write_zip,
    "folder": write_folder,
}


@pytest.mark.parametrize("name", WRITERS)
@pytest.mark.parametrize("mode", ["full", "delta"])
def test_rows_load_alike(ask, tmp_path: Path, name: str, mode: str) -> None:
    path = tmp_path / name
    WRITERS[name](path)
    change = {"change": {"column": "变动"}, "mode": "delta"} if mode == "delta" else {}
    more = {"crs": "EPSG:4549", "layer": "部件"} if name == "a.dxf" else {}
    batch: Batch = loader.load(ask("component", path, **change, **more))
    assert (batch.rows_read, batch.rows_rejected) == (8, 0)
    found = batch.rows.sort_by("source_id").to_pylist()
    assert [row["source_id"] for row in found] == [row["GLBJBSM"] for row in ROWS]
    assert [row["removes"] for row in found] == [mode == "delta" and i == 3 for i in range(8)]
    kept = [i for i, row in enumerate(found) if not row["removes"]]
    for i in kept:
        assert found[i]["name"] == ROWS[i]["GLBJMC"]
        assert str(found[i]["surveyed_on"]) == "2024-02-29"
        # A table of MapInfo keeps coordinates to a millionth of a degree.
        assert shapely.from_wkb(found[i]["geom"]).distance(POINTS[i]) < 0.2
    assert len(kept) == (7 if mode == "delta" else 8)


def largest_part(path: Path) -> Path:
    """Return the file in which most of a dataset stands."""
    if path.suffix == ".gdb":
        return max(
            path.glob("*.gdbtable"), key=lambda p: ("新增".encode() in p.read_bytes(), p.name)
        )
    return path.with_suffix(".dat") if path.suffix == ".tab" else path


CUT = {
    "a.xls": {"unreadable_workbook"},
    "a.xlsx": {"content_not_as_named"},
    "utf8.shp": {"truncated", "content_not_as_named"},
    "a.gpkg": {"unreadable_geopackage"},
    "a.gdb": {"truncated"},
    "a.tab": {"truncated"},
    "a.kml": {"unreadable_kml"},
    "a.dxf": {"truncated", "unreadable_dxf"},
    "a.geojson": {"unreadable_geojson"},
    "a.fgb": {"truncated", "unreadable_layer"},
    "a.parquet": {"unreadable_parquet"},
    "a.zip": {"unreadable_archive"},
}


@pytest.mark.parametrize("name", CUT)
@pytest.mark.parametrize("share", [0.3, 0.6, 0.9])
def test_a_file_cut_off_is_never_taken_for_the_whole(
    ask, tmp_path: Path, name: str, share: float
) -> None:
    path = tmp_path / name
    WRITERS[name](path)
    part = largest_part(path)
    content = part.read_bytes()
    part.write_bytes(content[: int(len(content) * share)])
    with pytest.raises(SourceError) as caught:
        loader.load(ask("component", path, crs="EPSG:4549"))
    assert caught.value.reason in CUT[name]
    assert caught.value.next_step
