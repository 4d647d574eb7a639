"""DXF: points, blocks with attributes and lines; whatever else is there is named."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyogrio
import pytest
import shapely

from blockdata.errors import SourceError
from blockdata_loaders.reader.dxf import read_dxf
from blockdata_loaders.reader.raw import RawTable

Tags = list[Any]


def drawing(*entities: Tags, version: str = "AC1015", page: str = "ANSI_936") -> Tags:
    """Return group codes and values of a drawing, one after the other."""
    header = [0, "SECTION", 2, "HEADER", 9, "$ACADVER", 1, version, 9, "$DWGCODEPAGE", 3, page]
    blocks = [0, "ENDSEC", 0, "SECTION", 2, "BLOCKS", 0, "BLOCK", 0, "POINT", 10, 1, 20, 1]
    blocks += [0, "ENDBLK", 0, "ENDSEC"]
    body = [tag for entity in entities for tag in entity]
    return [*header, *blocks, 0, "SECTION", 2, "ENTITIES", *body, 0, "ENDSEC", 0, "EOF"]


def read(folder: Path, tags: Tags, coding: str = "gb18030", **options: str) -> RawTable:
    path = folder / "a.dxf"
    path.write_bytes("\r\n".join([*map(str, tags), ""]).encode(coding))
    return read_dxf(path, **options)


def point(x: float = 1, y: float = 2, layer: str = "0", **_: Any) -> Tags:
    return [0, "POINT", 8, layer, 10, x, 20, y, 30, 9]


def insert(*attributes: tuple[str, str], layer: str = "井盖", more: Sequence[Any] = ()) -> Tags:
    tags: Tags = [0, "INSERT", 8, layer, 66, 1, 2, "GC200", 10, 500.25, 20, 600, 50, 90, *more]
    for tag, text in attributes:
        tags += [0, "ATTRIB", 8, "0", 10, 7, 20, 7, 1, text, 2, tag]
        tags += [101, "Embedded Object", 1, "x", 2, "y"]
    return [*tags, 0, "SEQEND", 8, "0"]


def bad(table: RawTable) -> list[tuple[int, str, str]]:
    return [(row.row_number, row.reason, row.detail) for row in table.bad_rows]


def shapes(table: RawTable) -> list[str]:
    assert table.geometry is not None
    return [str(shapely.from_wkb(wkb)) for wkb in table.geometry.to_pylist()]


def test_a_block_is_a_point_with_its_attributes(tmp_path: Path) -> None:
    table = read(tmp_path, drawing(insert(("编号", "007"), ("权属", " 市政 ")), point()))
    assert table.columns.to_pylist() == [
        {
            "entity": "INSERT", "layer": "井盖", "block": "GC200", "text": None,
            "rotation": "90", "编号": "007", "权属": "市政",
        },
        {"entity": "POINT", "layer": "0"}
        | dict.fromkeys(("block", "text", "rotation", "编号", "权属")),
    ]  # fmt: skip
    assert shapes(table) == ["POINT (500.25 600)", "POINT (1 2)"]
    assert (table.crs, table.encoding, table.rows_read) == (None, "gb18030", 2)


def polyline(
    kind: str, *corners: tuple[float, float], flags: int = 0, more: Sequence[Any] = ()
) -> Tags:
    tags: Tags = [0, kind, 8, "0", 70, flags]
    for x, y in corners:
        tags += [0, "VERTEX", 8, "0"] if kind == "POLYLINE" else []
        tags += [10, x, 20, y, *more]
    return [*tags, 0, "SEQEND"] if kind == "POLYLINE" else tags


SQUARE = ((0, 0), (0, 2), (2, 2))


@pytest.mark.parametrize(
    ("entity", "wkt"),
    [
        ([0, "LINE", 8, "0", 10, 0, 20, 0, 11, 3, 21, 4], "LINESTRING (0 0, 3 4)"),
        ([0, "TEXT", 8, "0", 10, 5, 20, 6, 1, "甲"], "POINT (5 6)"),
        (polyline("LWPOLYLINE", *SQUARE), "LINESTRING (0 0, 0 2, 2 2)"),
        (polyline("POLYLINE", *SQUARE), "LINESTRING (0 0, 0 2, 2 2)"),
        (polyline("POLYLINE", *SQUARE, flags=9), "POLYGON ((0 0, 0 2, 2 2, 0 0))"),
        (polyline("LWPOLYLINE", *SQUARE, flags=1), "POLYGON ((0 0, 0 2, 2 2, 0 0))"),
        (polyline("LWPOLYLINE", *SQUARE, more=[42, "0.0"]), "LINESTRING (0 0, 0 2, 2 2)"),
        ([*insert()[:-4], 210, 0, 220, 0, 230, -1], "POINT (-500.25 600)"),
        ([*point(), 210, 0, 220, 0, 230, -1], "POINT (1 2)"),
    ],
)
def test_geometries(tmp_path: Path, entity: Tags, wkt: str) -> None:
    assert shapes(read(tmp_path, drawing(entity))) == [wkt]


@pytest.mark.parametrize(
    "entity",
    [
        [0, "ARC", 8, "0", 10, 0, 20, 0, 40, 1],
        [0, "HATCH", 8, "0"],
        polyline("LWPOLYLINE", *SQUARE, more=[42, 0.5]),
        polyline("POLYLINE", *SQUARE, more=[42, -1]),
        polyline("POLYLINE", *SQUARE, flags=64),
        [0, "INSERT", 8, "0", 2, "A", 10, 1, 20, 1, 70, 3, 44, 5],
    ],
    ids=["arc", "hatch", "bulge", "old bulge", "mesh", "array"],
)
def test_what_is_no_point_or_straight_line_is_named(tmp_path: Path, entity: Tags) -> None:
    table = read(tmp_path, drawing(point(), entity, point()))
    assert bad(table) == [(2, "unsupported_entity", f"entity {entity[1]}")]
    assert (table.row_number.tolist(), table.rows_read) == ([1, 3], 3)


@pytest.mark.parametrize(
    "entity",
    [
        [0, "POINT", 8, "0", 10, "x", 20, 1],
        [0, "POINT", 8, "0", 10, 1],
        [0, "INSERT", 8, "0", 2, "A"],
        polyline("LWPOLYLINE", (1, 1)),
        [*insert()[:-4], 210, 1, 220, 0, 230, 0],
    ],
    ids=["no number", "no y", "no place", "one corner", "on edge"],
)
def test_damaged_coordinates_cost_their_row(tmp_path: Path, entity: Tags) -> None:
    table = read(tmp_path, drawing(point(), entity))
    assert [(number, reason) for number, reason, _ in bad(table)] == [(2, "unreadable_geometry")]
    assert table.rows_read == 2


def test_a_layer_may_be_chosen_and_paper_is_left_out(tmp_path: Path) -> None:
    tags = drawing(point(layer="道路"), insert(), [0, "ARC", 8, "道路"], [*point(), 67, 1])
    table = read(tmp_path, tags, layer="井盖")
    assert (table.row_number.tolist(), table.rows_read, bad(table)) == ([2], 1, [])
    assert read(tmp_path, tags).rows_read == 3
    with pytest.raises(SourceError, match="井盖, 道路"):
        read(tmp_path, tags, layer="路灯")


@pytest.mark.parametrize(
    ("version", "page", "coding", "told", "found"),
    [
        ("AC1032", "ANSI_936", "utf-8", None, "utf-8"),
        ("AC1015", "ANSI_936", "gb18030", None, "gb18030"),
        ("AC1015", "ANSI_1252", "gb18030", None, "gb18030"),
        ("AC1015", "ANSI_1252", "utf-8", None, "utf-8"),
        ("AC1032", "ANSI_936", "gb18030", "gbk", "gb18030"),
    ],
)
def test_encodings(
    tmp_path: Path, version: str, page: str, coding: str, told: str | None, found: str
) -> None:
    options = {} if told is None else {"encoding": told}
    table = read(tmp_path, drawing(insert(), version=version, page=page), coding, **options)
    assert (table.columns["layer"].to_pylist(), table.encoding) == (["井盖"], found)


def test_escaped_characters_are_read_and_bytes_that_are_no_text_cost_their_row(
    tmp_path: Path,
) -> None:
    tags = drawing(point(layer="\\U+4E95\\U+76D6"), insert(("a", "mark!")), page="ANSI_936")
    path = tmp_path / "a.dxf"
    content = "\n".join(map(str, tags)).encode("gb18030").replace(b"mark!", b"\x81\xff!")
    path.write_bytes(content)
    table = read_dxf(path)
    assert table.columns["layer"].to_pylist() == ["井盖"]
    assert [(number, reason) for number, reason, _ in bad(table)] == [(2, "undecodable")]


@pytest.mark.parametrize(
    ("end", "reason"), [(-2, "truncated"), (-3, "truncated"), (-12, "truncated")]
)
def test_a_drawing_that_is_cut_off_is_refused(tmp_path: Path, end: int, reason: str) -> None:
    with pytest.raises(SourceError) as caught:
        read(tmp_path, drawing(point(), insert())[:end])
    assert caught.value.reason == reason


def test_a_line_too_much_is_told_by_its_number(tmp_path: Path) -> None:
    tags = drawing(["secret", *point()])
    line = tags.index("secret") + 1
    with pytest.raises(SourceError, match=rf"\(line {line}\)") as caught:
        read(tmp_path, tags)
    assert caught.value.reason == "unreadable_dxf"
    assert "secret" not in str(caught.value)


def test_it_agrees_with_the_spatial_driver(tmp_path: Path) -> None:
    path = tmp_path / "a.dxf"
    drawn = [shapely.Point(3, 4), shapely.LineString(SQUARE)]
    drawn.append(shapely.LineString(shapely.box(5, 5, 7, 8).exterior))
    table = pa.table({"g": pa.array(shapely.to_wkb(drawn), pa.binary())})
    pyogrio.write_arrow(
        table, path, driver="DXF", geometry_name="g", geometry_type="Unknown", crs="EPSG:4549"
    )
    _, oracle = pyogrio.read_arrow(path)
    found = read_dxf(path)
    assert found.columns["layer"].to_pylist() == oracle["Layer"].to_pylist()
    expected = shapely.force_2d(shapely.from_wkb(oracle[-1].to_pylist()))
    assert found.geometry is not None
    ours = shapely.from_wkb(found.geometry.to_pylist())
    assert shapely.equals(ours[:2], expected[:2]).all()
    assert ours[2].equals(shapely.box(5, 5, 7, 8))  # which the driver gives as its border
