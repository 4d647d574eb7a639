"""KML: placemarks with their data, and nothing that a document could pull in."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyogrio
import pytest
import shapely

from blockdata.errors import SourceError
from blockdata_loaders.reader.kml import read_kml
from blockdata_loaders.reader.raw import RawTable

POINT = "<Point><coordinates>120.5,36.25,7</coordinates></Point>"


def document(*inside: str, prolog: str = '<?xml version="1.0" encoding="UTF-8"?>') -> str:
    body = "".join(inside)
    return f'{prolog}<kml xmlns="http://www.opengis.net/kml/2.2"><Document>{body}</Document></kml>'


def placemark(*inside: str) -> str:
    return f"<Placemark>{''.join(inside)}</Placemark>"


def read(folder: Path, text: str, encoding: str = "utf-8", **options: str) -> RawTable:
    path = folder / "a.kml"
    path.write_bytes(text.encode(encoding))
    return read_kml(path, **options)


def reason(folder: Path, text: str, **options: str) -> str:
    with pytest.raises(SourceError) as caught:
        read(folder, text, **options)
    return caught.value.reason


def test_names_and_extended_data_are_columns(tmp_path: Path) -> None:
    data = '<ExtendedData><Data name="编号"><value> 007 </value></Data></ExtendedData>'
    simple = (
        '<ExtendedData><SchemaData schemaUrl="#a"><SimpleData name="编号">8</SimpleData>'
        '<SimpleData name="n">3</SimpleData></SchemaData></ExtendedData>'
    )
    table = read(
        tmp_path,
        document(
            placemark("<name>井盖</name>", data, POINT),
            placemark("<description><![CDATA[<b>坏</b>]]></description>", simple),
            placemark("<TimeStamp><when>2024-02-29</when></TimeStamp><name> </name>"),
        ),
    )
    assert table.columns.to_pylist() == [
        {"name": "井盖", "编号": "007", "description": None, "n": None, "when": None},
        {"name": None, "编号": "8", "description": "<b>坏</b>", "n": "3", "when": None},
        dict.fromkeys(("name", "编号", "description", "n")) | {"when": "2024-02-29"},
    ]
    assert table.geometry is not None
    assert table.geometry.to_pylist() == [shapely.to_wkb(shapely.Point(120.5, 36.25)), None, None]
    assert (table.crs, table.rows_read, table.bad_rows) == ("EPSG:4326", 3, ())


def ring(*corners: tuple[int, int]) -> str:
    texts = " ".join(f"{x},{y},0" for x, y in corners)
    return f"<LinearRing><coordinates>\n {texts}\n</coordinates></LinearRing>"


LINE = "<LineString><coordinates>0,0 1,1</coordinates></LineString>"
SHELL = f"<outerBoundaryIs>{ring((0, 0), (9, 0), (9, 9), (0, 0))}</outerBoundaryIs>"
HOLE = f"<innerBoundaryIs>{ring((2, 1), (3, 1), (3, 2), (2, 1))}</innerBoundaryIs>"


@pytest.mark.parametrize(
    ("kml", "wkt"),
    [
        (LINE, "LINESTRING (0 0, 1 1)"),
        (
            f"<Polygon>{SHELL}{HOLE}</Polygon>",
            "POLYGON ((0 0, 9 0, 9 9, 0 0), (2 1, 3 1, 3 2, 2 1))",
        ),
        (f"<MultiGeometry>{POINT}{POINT}</MultiGeometry>", "MULTIPOINT (120.5 36.25, 120.5 36.25)"),
        (
            f"<MultiGeometry>{POINT}{LINE}</MultiGeometry>",
            "GEOMETRYCOLLECTION (POINT (120.5 36.25), LINESTRING (0 0, 1 1))",
        ),
        (f"<MultiGeometry>{LINE}</MultiGeometry>", "MULTILINESTRING ((0 0, 1 1))"),
    ],
)
def test_geometries(tmp_path: Path, kml: str, wkt: str) -> None:
    table = read(tmp_path, document(placemark(kml)))
    assert table.geometry is not None
    assert table.geometry.to_pylist() == [shapely.to_wkb(shapely.from_wkt(wkt))]


@pytest.mark.parametrize(
    "kml",
    [
        "<Point><coordinates>x,1</coordinates></Point>",
        "<Point><coordinates>1</coordinates></Point>",
        "<Point/>",
        "<LineString><coordinates>1,1</coordinates></LineString>",
        "<Polygon><outerBoundaryIs/></Polygon>",
        "<gx:Track xmlns:gx='http://www.google.com/kml/ext/2.2'/>",
        f"<MultiGeometry>{POINT}<Model/></MultiGeometry>",
    ],
)
def test_a_geometry_that_is_damaged_or_no_plane_one_costs_its_row(tmp_path: Path, kml: str) -> None:
    good = placemark("<name>a</name>", POINT)
    table = read(tmp_path, document(good, placemark("<name>b</name>", kml), good))
    assert [(row.row_number, row.reason) for row in table.bad_rows] == [(2, "unreadable_geometry")]
    assert (table.row_number.tolist(), table.rows_read) == ([1, 3], 3)


def test_a_folder_may_be_chosen(tmp_path: Path) -> None:
    inner = f"<Folder><name>井 盖</name>{placemark('<name>b</name>')}</Folder>"
    text = document(
        f"<Folder><name>部件</name>{placemark('<name>a</name>')}{inner}</Folder>",
        placemark("<name>c</name>"),
    )
    assert read(tmp_path, text).columns["name"].to_pylist() == ["a", "b", "c"]
    assert read(tmp_path, text, layer="井 盖").columns["name"].to_pylist() == ["b"]
    assert read(tmp_path, text, layer="部件").columns["name"].to_pylist() == ["a", "b"]
    assert reason(tmp_path, text, layer="路灯") == "missing_layer"


def test_the_declared_encoding_is_read(tmp_path: Path) -> None:
    text = document(placemark("<name>甲</name>"), prolog='<?xml version="1.0" encoding="GBK"?>')
    assert read(tmp_path, text, "gb18030").columns["name"].to_pylist() == ["甲"]
    assert reason(tmp_path, text.replace("GBK", "KLINGON")) == "unknown_encoding"
    (tmp_path / "b.kml").write_bytes(document(placemark("<name>甲</name>")).encode("gb18030"))
    with pytest.raises(SourceError) as caught:
        read_kml(tmp_path / "b.kml")
    assert caught.value.reason == "undecodable"


ENTITIES = '<!DOCTYPE kml [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]>'
OUTSIDE = '<!DOCTYPE kml [<!ENTITY a SYSTEM "file:///etc/hostname">]>'


@pytest.mark.parametrize(
    "text",
    [
        document(placemark("<name>secret"))[:-30],
        document(placemark("<name>&b;</name>"), prolog=ENTITIES),
        document(placemark("<name>&a;</name>"), prolog=OUTSIDE),
        document(placemark("<name>&nbsp;</name>")),
        document(placemark("<a>" * 200 + "</a>" * 200)),
        document() + document(),
    ],
    ids=["cut off", "entities", "outside", "unknown entity", "deep", "two roots"],
)
def test_a_document_that_is_not_whole_or_plain_is_refused(tmp_path: Path, text: str) -> None:
    assert reason(tmp_path, text) == "unreadable_kml"


def test_pieces_join_as_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("blockdata_loaders.reader.kml.BATCH_ROWS", 3)
    monkeypatch.setattr("blockdata_loaders.reader.placemarks._CHUNK_CHARACTERS", 50)
    bad = placemark("<Point/>")
    marks = [placemark(f"<name>甲{i}</name>", POINT) if i != 4 else bad for i in range(8)]
    table = read(tmp_path, document(*marks))
    assert table.columns["name"].to_pylist() == [f"甲{i}" for i in range(8) if i != 4]
    assert table.row_number.tolist() == [1, 2, 3, 4, 6, 7, 8]


def test_it_agrees_with_the_spatial_driver(tmp_path: Path) -> None:
    shapes = shapely.box([120, 121], 36, [120.5, 121.5], 36.5)
    rows = pa.table({"编号": ["001", "甲"], "g": pa.array(shapely.to_wkb(shapes), pa.binary())})
    pyogrio.write_arrow(
        rows, tmp_path / "a.kml", driver="LIBKML", geometry_name="g",
        geometry_type="Polygon", crs="EPSG:4326",
    )  # fmt: skip
    table = read_kml(tmp_path / "a.kml")
    _, oracle = pyogrio.read_arrow(tmp_path / "a.kml")
    assert table.columns["编号"].to_pylist() == oracle["编号"].to_pylist() == ["001", "甲"]
    assert table.geometry is not None
    found = shapely.from_wkb(table.geometry.to_pylist())
    assert shapely.equals(found, shapely.force_2d(shapely.from_wkb(oracle[-1].to_pylist()))).all()
