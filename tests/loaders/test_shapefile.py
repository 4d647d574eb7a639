"""Shapefiles: exact attributes, every encoding, and one damaged record costs one row."""

from __future__ import annotations

import datetime as dt
import struct
from pathlib import Path
from typing import Any

import geopandas
import numpy as np
import pyarrow as pa
import pyogrio
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from shapely.geometry.base import BaseGeometry

from blockdata.errors import SourceError
from blockdata_loaders.reader.raw import RawTable
from blockdata_loaders.reader.shapefile import read_shapefile

POINTS = [shapely.Point(120.5 + i / 8, 36.25) for i in range(4)]


def frame(**columns: Any) -> geopandas.GeoDataFrame:
    return geopandas.GeoDataFrame(columns or {"code": list("abcd")}, geometry=POINTS, crs=4549)


def write(folder: Path, rows: geopandas.GeoDataFrame, encoding: str = "UTF-8") -> Path:
    path = folder / "部件.shp"
    pyogrio.write_dataframe(rows, path, driver="ESRI Shapefile", encoding=encoding)
    return path


def patch(path: Path, suffix: str, at: int, data: bytes) -> None:
    file = path.with_suffix(suffix)
    content = bytearray(file.read_bytes())
    content[at : at + len(data)] = data
    file.write_bytes(content)


def write_dbf(path: Path, fields: list[tuple[bytes, str, int]], rows: list[list[bytes]]) -> None:
    """Write an attribute table byte by byte, as no careful program would."""
    described = b"".join(
        name[:11].ljust(11, b"\0") + kind.encode() + bytes(4) + bytes([width]) + bytes(15)
        for name, kind, width in fields
    )
    width = 1 + sum(width for _, _, width in fields)
    head = struct.pack("<4BIHH20x", 3, 124, 1, 1, len(rows), 33 + len(described), width)
    records = b"".join(
        b" " + b"".join(v.ljust(w)[:w] for v, (_, _, w) in zip(row, fields)) for row in rows
    )
    path.with_suffix(".dbf").write_bytes(head + described + b"\r" + records + b"\x1a")
    path.with_suffix(".cpg").unlink(missing_ok=True)


def bad(table: RawTable) -> list[tuple[int, str]]:
    return [(row.row_number, row.reason) for row in table.bad_rows]


def reason(path: Path, **options: Any) -> str:
    with pytest.raises(SourceError) as caught:
        read_shapefile(path, **options)
    return caught.value.reason


def test_attributes_are_as_written(tmp_path: Path) -> None:
    rows = frame(
        code=["001", "", None, " 4"],
        n=[1, 2, 3, 2**53 + 1],
        x=[1.5, np.nan, 1e-7, -3.0],
        d=[dt.date(2024, 2, 29), None, None, dt.date(1999, 12, 31)],
    )
    table = read_shapefile(write(tmp_path, rows))
    assert table.columns.to_pydict() == {
        "code": ["001", None, None, " 4"],
        "n": ["1", "2", "3", "9007199254740993"],
        "x": ["1.500000000000000", None, "0.000000100000000", "-3.000000000000000"],
        "d": ["2024-02-29", None, None, "1999-12-31"],
    }
    assert (table.crs, table.encoding, table.rows_read) == ("EPSG:4549", "utf-8", 4)


def test_values_that_no_number_or_day_holds_stay_for_all_to_see(tmp_path: Path) -> None:
    path = write(tmp_path, frame())
    fields = [(b"n", "N", 5), (b"d", "D", 8), (b"b", "L", 1), (b"f", "F", 6)]
    rows = [
        [b"1,234", b"20240230", b"T", b"1.10"],
        [b"*****", b"00000000", b"?", b"nan"],
        [b"  12", b"2024", b"n", b""],
        [b"\0\0\0\0\0", b"", b"x", b"-.5"],
    ]
    write_dbf(path, fields, rows)
    assert read_shapefile(path).columns.to_pydict() == {
        "n": ["1,234", None, "12", None],
        "d": ["2024-02-30", None, "2024", None],
        "b": ["true", None, "false", "x"],
        "f": ["1.10", "nan", None, "-.5"],
    }


@pytest.mark.parametrize("encoding", ["UTF-8", "GB18030", "GBK"])
@pytest.mark.parametrize("told", ["cpg", "nothing", "configuration"])
def test_chinese_is_read_however_the_encoding_is_told(
    tmp_path: Path, encoding: str, told: str
) -> None:
    path = write(tmp_path, frame(名称=["上水井盖", "路灯", "雨水箅子", "公厕"]), encoding)
    if told != "cpg":
        path.with_suffix(".cpg").unlink()
        patch(path, ".dbf", 29, b"\0")
    table = read_shapefile(path, encoding=encoding if told == "configuration" else None)
    assert table.columns.to_pydict() == {"名称": ["上水井盖", "路灯", "雨水箅子", "公厕"]}
    assert table.encoding == ("utf-8" if encoding == "UTF-8" else "gb18030")


def test_language_byte_tells_the_encoding_where_no_cpg_does(tmp_path: Path) -> None:
    path = write(tmp_path, frame(名称=list("甲乙丙丁")), "GBK")
    path.with_suffix(".cpg").unlink()
    for language, encoding in ((0x4D, "gb18030"), (0x4F, "cp950"), (0x57, "gb18030")):
        patch(path, ".dbf", 29, bytes([language]))
        assert read_shapefile(path).encoding == encoding
    path.with_suffix(".cpg").write_text("ANSI 936\r\n")
    assert read_shapefile(path).columns["名称"].to_pylist() == list("甲乙丙丁")


def test_what_is_declared_is_held_to_and_the_configuration_stands_above_it(tmp_path: Path) -> None:
    path = write(tmp_path, frame(name=["a", "井盖", "b", "路灯"]), "GB18030")
    path.with_suffix(".cpg").write_text("UTF-8")
    table = read_shapefile(path)
    assert bad(table) == [(2, "undecodable"), (4, "undecodable")]
    assert table.row_number.tolist() == [1, 3]
    assert table.rows_read == 4
    assert read_shapefile(path, encoding="gb18030").bad_rows == ()
    path.with_suffix(".cpg").write_text("KLINGON")
    assert reason(path) == "unknown_encoding"


@pytest.mark.parametrize(
    ("name", "encoding", "read"),
    [
        ("管理部件名称", "utf-8", "管理部"),
        ("a管理部件名称", "gb18030", "a管理部件"),
        ("编号", "utf-8", "编号"),
    ],
)
def test_a_name_cut_inside_a_character_is_read_without_it(
    tmp_path: Path, name: str, encoding: str, read: str
) -> None:
    path = write(tmp_path, frame())
    write_dbf(path, [(name.encode(encoding)[:10], "C", 8)], [["井盖".encode(encoding)]] * 4)
    table = read_shapefile(path)
    assert table.columns.to_pydict() == {read: ["井盖"] * 4}
    assert table.encoding == encoding


def test_names_that_are_alike_once_cut_are_numbered(tmp_path: Path) -> None:
    path = write(tmp_path, frame())
    fields = [(n.encode()[:10], "C", 2) for n in ("管理部件名称", "管理部件代码", "n")]
    write_dbf(path, fields, [[b"1", b"2", b"3"]] * 4)
    assert read_shapefile(path).columns.column_names == ["管理部", "管理部_2", "n"]


def test_a_value_cut_by_its_field_loses_half_a_character_and_other_bytes_the_row(
    tmp_path: Path,
) -> None:
    path = write(tmp_path, frame())
    text = "井盖路灯".encode()
    rows = [[text[:8]], [text[:7]], [b"\xff\xfe"], [text[:6]]]
    write_dbf(path, [(b"name", "C", 8)], rows)
    table = read_shapefile(path)
    assert (table.encoding, bad(table)) == ("utf-8", [(2, "undecodable"), (3, "undecodable")])
    assert table.columns["name"].to_pylist() == ["井盖", "井盖"]


def test_a_header_that_is_no_text_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path, frame())
    write_dbf(path, [(b"\xff\xfea", "C", 8)], [[b"1"]] * 4)
    assert reason(path) == "undecodable_header"


def test_deleted_records_are_passed_over_with_their_geometry(tmp_path: Path) -> None:
    path = write(tmp_path, frame())
    dbf = path.with_suffix(".dbf").read_bytes()
    start, width = struct.unpack_from("<HH", dbf, 8)
    patch(path, ".dbf", start + width, b"*")
    table = read_shapefile(path)
    assert (table.columns["code"].to_pylist(), table.row_number.tolist()) == (
        list("acd"),
        [1, 3, 4],
    )
    assert table.geometry is not None
    assert table.geometry.to_pylist() == [shapely.to_wkb(POINTS[i]) for i in (0, 2, 3)]
    assert table.rows_read == 3


@pytest.mark.parametrize(
    ("at", "data"),
    [
        (100 + 28 + 8, struct.pack("<i", 77)),
        (100 + 28 + 8, struct.pack("<i", 31)),
        (100 + 28 + 8, struct.pack("<i", 5)),
    ],
)
def test_a_damaged_geometry_costs_its_row(tmp_path: Path, at: int, data: bytes) -> None:
    path = write(tmp_path, frame())
    patch(path, ".shp", at, data)
    table = read_shapefile(path)
    assert (bad(table), table.row_number.tolist()) == ([(2, "unreadable_geometry")], [1, 3, 4])
    assert table.rows_read == 4


def test_a_record_that_lies_beyond_the_file_costs_its_row(tmp_path: Path) -> None:
    path = write(tmp_path, frame())
    patch(path, ".shx", 100 + 16, struct.pack(">i", 2**30))
    patch(path, ".shx", 100 + 24 + 4, struct.pack(">i", -4))
    assert bad(read_shapefile(path)) == [(3, "unreadable_geometry"), (4, "unreadable_geometry")]


@pytest.mark.parametrize("counts", [(0, 5), (1, 0), (2, 5), (1, 10**6), (-1, -1), (10**9, 5)])
def test_a_polygon_with_wrong_counts_costs_its_row(tmp_path: Path, counts: tuple[int, int]) -> None:
    rows = geopandas.GeoDataFrame({"a": [1, 2]}, geometry=[shapely.box(0, 0, 1, 1)] * 2, crs=4549)
    path = write(tmp_path, rows)
    patch(path, ".shp", 100 + 8 + 36, struct.pack("<2i", *counts))
    table = read_shapefile(path)
    assert (bad(table), table.row_number.tolist()) == ([(1, "unreadable_geometry")], [2])


def test_a_record_without_geometry_stays(tmp_path: Path) -> None:
    rows = frame()
    rows.loc[1, "geometry"] = None
    table = read_shapefile(write(tmp_path, rows))
    assert table.geometry is not None
    assert (table.geometry.null_count, table.bad_rows, table.rows_read) == (1, (), 4)


def test_files_that_are_missing_cut_or_of_another_export_are_refused(tmp_path: Path) -> None:
    path = write(tmp_path, frame())
    for suffix in (".shp", ".shx", ".dbf"):
        content = path.with_suffix(suffix).read_bytes()
        path.with_suffix(suffix).write_bytes(content[:-8])
        assert reason(path) == "truncated"
        path.with_suffix(suffix).write_bytes(content)
    write_dbf(path, [(b"a", "C", 1)], [[b"1"]] * 3)
    assert reason(path) == "parts_do_not_fit"
    write_dbf(path, [(b"a", "M", 10)], [[b"1"]] * 4)
    assert reason(path) == "unsupported_column"
    path.with_suffix(".dbf").write_bytes(b"\x03" * 40)
    assert reason(path) in ("unreadable_dbf", "truncated")
    path.with_suffix(".dbf").unlink()
    assert reason(path) == "missing_part"


def test_names_of_the_files_may_be_in_any_case_and_the_crs_missing(tmp_path: Path) -> None:
    path = write(tmp_path, frame())
    for suffix in (".dbf", ".shx"):
        path.with_suffix(suffix).rename(tmp_path / f"部件{suffix.upper()}")
    path.with_suffix(".prj").unlink()
    table = read_shapefile(path)
    assert (table.crs, table.rows_read) == (None, 4)


def test_an_empty_shapefile_has_its_columns(tmp_path: Path) -> None:
    table = read_shapefile(write(tmp_path, frame(编号=list("abcd")).iloc[:0]))
    assert (table.columns.column_names, table.rows_read) == (["编号"], 0)


def _ring(x: float, y: float, size: float) -> list[tuple[float, float]]:
    return [(x, y), (x, y + size), (x + size, y + size), (x + size, y), (x, y)]


def _with_holes(draw: st.DrawFn, x: float) -> shapely.Polygon:
    """Draw a square with up to two holes, one of which may touch its border."""
    size = draw(st.integers(10, 50))
    holes = [_ring(x + 1, 1, 2), _ring(x + 5, 5, size - 5 if draw(st.booleans()) else 2)]
    return shapely.Polygon(_ring(x, 0, size), holes[: draw(st.integers(0, 2))])


@st.composite
def areas(draw: st.DrawFn) -> BaseGeometry | None:
    """Draw no polygon, one, or several with islands in their holes."""
    parts = [_with_holes(draw, 100 * i) for i in range(draw(st.integers(0, 3)))]
    if draw(st.booleans()):
        outer = shapely.Polygon(_ring(1000, 0, 90), [_ring(1010, 10, 50)])
        parts += [outer, shapely.Polygon(_ring(1020, 20, 20))]
    if not parts:
        return None
    return parts[0] if len(parts) == 1 else shapely.MultiPolygon(parts)


@st.composite
def lines(draw: st.DrawFn) -> BaseGeometry | None:
    number = st.floats(-1e7, 1e7)
    path = st.lists(st.tuples(number, number), min_size=2, max_size=5)
    parts = [shapely.LineString(p) for p in draw(st.lists(path, max_size=3))]
    if not parts:
        return None
    return parts[0] if len(parts) == 1 else shapely.MultiLineString(parts)


def multipoints() -> st.SearchStrategy[BaseGeometry]:
    number = st.floats(-1e7, 1e7)
    return st.lists(st.tuples(number, number), min_size=1, max_size=4).map(shapely.MultiPoint)


@pytest.mark.parametrize(
    "shapes", [areas(), lines(), multipoints()], ids=["areas", "lines", "points"]
)
@pytest.mark.parametrize("height", [False, True])
def test_geometries_are_those_of_the_spatial_driver(
    shapes: st.SearchStrategy[BaseGeometry | None],
    height: bool,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    @settings(
        max_examples=20, deadline=None, derandomize=True, database=None,
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(st.lists(shapes, min_size=1, max_size=5))
    def holds(drawn: list[BaseGeometry | None]) -> None:
        written = next((shape for shape in drawn if shape is not None), None)
        if written is None:
            return
        path = tmp_path_factory.mktemp("shapes") / "a.shp"
        rows = shapely.force_3d(drawn, 5) if height else np.array(drawn, dtype=object)
        kind = written.geom_type.removeprefix("Multi")
        kind = "MultiPoint" if kind == "Point" else kind
        table = pa.table({"a": ["1"] * len(rows), "g": pa.array(shapely.to_wkb(rows), pa.binary())})
        pyogrio.write_arrow(
            table, path, geometry_name="g", crs="EPSG:4549",
            geometry_type=f"{kind} Z" if height else kind,
        )  # fmt: skip
        _, oracle = pyogrio.read_arrow(path)
        found = read_shapefile(path).geometry
        assert found is not None
        expected = shapely.force_2d(shapely.from_wkb(oracle["wkb_geometry"].to_numpy()))
        ours = shapely.from_wkb(found.to_numpy(zero_copy_only=False))
        assert shapely.equals_exact(
            shapely.normalize(ours), shapely.normalize(expected), tolerance=0
        ).tolist() == [e is not None for e in expected]
        assert [g is None for g in ours] == [e is None for e in expected]

    holds()


def test_holes_are_found_whatever_the_directions_of_rings(tmp_path: Path) -> None:
    from blockdata_loaders.reader.rings import polygons_of_rings

    shell, hole, island = (np.array(_ring(k, k, 30 - 2 * k), float) for k in (0, 5, 10))
    expected = shapely.MultiPolygon([shapely.Polygon(shell, [hole]), shapely.Polygon(island)])
    for turned in range(8):
        rings = [r[::-1] if turned >> i & 1 else r for i, r in enumerate((hole, island, shell))]
        assert polygons_of_rings(rings).normalize().equals(expected.normalize())
