"""FlatGeobuf, file geodatabase and MapInfo: exact attributes, and what GDAL would not say."""

from __future__ import annotations

import datetime as dt
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyogrio
import pytest
import shapely

from blockdata.errors import SourceError
from blockdata_loaders.reader import RawTable, gdal, read_file

ROWS = 40
DRIVERS = {".fgb": "FlatGeobuf", ".gdb": "OpenFileGDB", ".tab": "MapInfo File"}
Change = Callable[[bytes], bytes]


def columns() -> dict[str, Any]:
    """Return columns of every type that the formats have; the code tells the row."""
    return {
        "code": [f"{i:03d}" for i in range(ROWS)],
        "x": [i / 8 for i in range(ROWS)],
        "n": pa.array(range(ROWS), pa.int32()),
        "b": [i % 2 == 0 for i in range(ROWS)],
        "t": pa.array([dt.datetime(2024, 2, 29, 3, 4, 5)] * ROWS, pa.timestamp("ms")),
    }


def write(
    folder: Path,
    suffix: str,
    attributes: dict[str, Any] | None = None,
    *,
    indexed: bool = False,
    **more: Any,
) -> Path:
    path = folder / f"部件{suffix}"
    table = pa.table(columns() if attributes is None else attributes)
    points = shapely.points(120 + np.arange(table.num_rows) / 64, 36)
    table = table.append_column("geom", pa.array(shapely.to_wkb(points), pa.binary()))
    # Without an index FlatGeobuf keeps the order of rows.
    options = {"SPATIAL_INDEX": "YES" if indexed else "NO"} if suffix == ".fgb" else {}
    pyogrio.write_arrow(
        table, path, driver=DRIVERS[suffix], geometry_name="geom", geometry_type="Point",
        crs="EPSG:4490", **options, **more,
    )  # fmt: skip
    return path


def change(path: Path, how: Change) -> None:
    path.write_bytes(how(path.read_bytes()))


def table_of(path: Path) -> Path:
    """Return the file of a geodatabase in which the rows stand."""
    return max(path.glob("*.gdbtable"), key=lambda file: (b"025" in file.read_bytes(), file.name))


def bad(table: RawTable) -> list[tuple[int, str]]:
    return [(row.row_number, row.reason) for row in table.bad_rows]


def reason(path: Path) -> str:
    with pytest.raises(SourceError) as caught:
        read_file(path)
    return caught.value.reason


@pytest.fixture
def row_by_row(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have nothing that is read in bulk be trusted."""
    monkeypatch.setattr(gdal._Answer, "is_whole", False)


@pytest.mark.parametrize("suffix", DRIVERS)
def test_attributes_are_exact_texts(tmp_path: Path, suffix: str) -> None:
    table = read_file(write(tmp_path, suffix))
    truth = ["1", "0"] if suffix == ".gdb" else ["true", "false"]
    assert table.columns.slice(0, 2).to_pydict() == {
        "code": ["000", "001"],
        "x": ["0", "0.125"],
        "n": ["0", "1"],
        "b": truth,
        "t": ["2024-02-29T03:04:05"] * 2,
    }
    assert table.rows_read == ROWS
    assert table.crs in ("EPSG:4490", "EPSG:4326")
    assert table.geometry is not None
    found = shapely.from_wkb(table.geometry[8].as_py())
    assert found.equals_exact(shapely.Point(120.125, 36), 1e-6)


@pytest.mark.parametrize("suffix", DRIVERS)
def test_one_by_one_gives_what_bulk_gives(
    tmp_path: Path, suffix: str, request: pytest.FixtureRequest
) -> None:
    path = write(tmp_path, suffix)
    bulk = read_file(path)
    request.getfixturevalue("row_by_row")
    rows = read_file(path)
    assert rows.columns.equals(bulk.columns)
    assert rows.geometry is not None
    assert rows.geometry.equals(bulk.geometry)
    assert (rows.crs, rows.rows_read, rows.bad_rows) == (bulk.crs, ROWS, ())


@pytest.mark.parametrize("suffix", [".fgb", ".gdb"])
def test_text_that_is_not_utf_8_costs_its_row(tmp_path: Path, suffix: str) -> None:
    path = write(tmp_path, suffix)
    rows = table_of(path) if suffix == ".gdb" else path
    change(rows, lambda data: data.replace(b"025", b"\xff\xfe5"))
    table = read_file(path)
    assert bad(table) == [(26, "undecodable")]
    assert "024" in table.columns["code"].to_pylist()
    assert (table.rows_read, table.columns.num_rows) == (ROWS, ROWS - 1)


def overwritten(mark: bytes, before: int, data: bytes) -> Change:
    """Return a change that overwrites the bytes that begin so long before a mark."""

    def apply(content: bytes) -> bytes:
        start = content.index(mark) - before
        return content[:start] + data + content[start + len(data) :]

    return apply


def feature_starts(data: bytes) -> list[int]:
    """Return where the features of a FlatGeobuf file with an index of 40 rows start."""
    header = int.from_bytes(data[8:12], "little")
    starts, place = [], 12 + header + (ROWS + 3 + 1) * 40  # leaves and nodes of 16, 40 bytes each
    while place < len(data):
        starts.append(place + 4)
        place += 4 + int.from_bytes(data[place : place + 4], "little")
    return starts


@pytest.mark.parametrize("suffix", DRIVERS)
def test_a_damaged_record_costs_its_row(tmp_path: Path, suffix: str) -> None:
    path = write(tmp_path, suffix, indexed=True)
    codes = read_file(path).columns["code"].to_pylist()
    row = codes.index("025")
    if suffix == ".fgb":
        start = feature_starts(path.read_bytes())[row]
        change(path, lambda data: data[:start] + b"\xff" * 8 + data[start + 8 :])
    elif suffix == ".gdb":
        change(table_of(path), overwritten(b"025", 6, b"\xff" * 12))
    else:
        change(path.with_suffix(".dat"), overwritten(b"025", 1, b"*"))
    table = read_file(path)
    assert bad(table) == [(row + 1, "damaged_record")]
    assert table.columns["code"].to_pylist() == [code for code in codes if code != "025"]
    assert table.row_number.tolist() == [i for i in range(1, ROWS + 1) if i != row + 1]
    assert table.rows_read == ROWS


def test_without_an_index_a_damaged_record_costs_the_file(tmp_path: Path) -> None:
    path = write(tmp_path, ".fgb")
    change(path, overwritten(b"025", 40, b"\xff" * 40))
    assert reason(path) == "truncated"


def half(data: bytes) -> bytes:
    return data[: len(data) // 2]


@pytest.mark.parametrize(
    ("suffix", "part"),
    [(".fgb", ""), (".gdb", "gdbtable"), (".gdb", "gdbtablx"), (".tab", ".dat"), (".tab", ".id")],
)
def test_a_file_cut_off_is_refused_and_not_read_in_half(
    tmp_path: Path, suffix: str, part: str
) -> None:
    path = write(tmp_path, suffix)
    if suffix == ".gdb":
        change(table_of(path).with_suffix(f".{part}"), half)
    else:
        change(path.with_suffix(part or suffix), half)
    assert reason(path) == "truncated"


@pytest.mark.parametrize("suffix", DRIVERS)
def test_a_file_of_which_little_is_left_is_refused(tmp_path: Path, suffix: str) -> None:
    path = write(tmp_path, suffix)
    if suffix == ".gdb":
        rows = table_of(path)
    else:
        rows = path.with_suffix(".dat") if suffix == ".tab" else path
    change(rows, lambda data: data[:20])
    assert reason(path) in ("truncated", "unreadable_layer")


def test_without_fiona_the_error_says_what_is_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, row_by_row: None
) -> None:
    path = write(tmp_path, ".fgb")
    (tmp_path / "fiona.py").write_text("raise ImportError('no wheel')")
    monkeypatch.syspath_prepend(str(tmp_path))
    with pytest.raises(SourceError, match="ARM") as caught:
        read_file(path)
    assert caught.value.reason == "needs_fiona"


def test_layers_of_a_geodatabase(tmp_path: Path) -> None:
    path = write(tmp_path, ".gdb", {"a": ["1"]}, layer="网格")
    assert read_file(path).columns.to_pydict() == {"a": ["1"]}
    frame = pd.DataFrame({"b": ["2", "3"]})
    pyogrio.write_dataframe(frame, path, driver="OpenFileGDB", layer="表二", append=True)
    with pytest.raises(SourceError, match="网格, 表二") as caught:
        read_file(path)
    assert caught.value.reason == "missing_layer"
    table = read_file(path, layer="表二")
    assert (table.columns.to_pydict(), table.geometry, table.crs) == ({"b": ["2", "3"]}, None, None)


def test_offsets_of_times_are_kept_where_the_format_has_them(tmp_path: Path) -> None:
    moment = pa.array([dt.datetime(2024, 2, 29, 3, 4, 5, 120_000)], pa.timestamp("ms", "UTC"))
    assert read_file(write(tmp_path, ".fgb", {"t": moment})).columns["t"].to_pylist() == [
        "2024-02-29T03:04:05.12Z"
    ]
    assert read_file(write(tmp_path, ".gdb", {"t": moment})).columns["t"].to_pylist() == [
        "2024-02-29T03:04:05"
    ]


@pytest.mark.parametrize(
    ("declared", "encoding"),
    [
        ("WindowsSimpChinese", "gb18030"),
        ("Neutral", "gb18030"),
        ("WindowsLatin1", "gb18030"),
        ("Neutral", "utf-8"),
        ("UTF-8", "utf-8"),
        ("WindowsTradChinese", "cp950"),
    ],
)
def test_mapinfo_in_every_encoding(tmp_path: Path, declared: str, encoding: str) -> None:
    path = write(tmp_path, ".tab", {"name": ["placeholder of 24 bytes!"], "b": [True]})
    name = "井蓋" if encoding == "cp950" else "井盖"
    text = name.encode(encoding)
    definition = path.read_text().replace("Neutral", declared).encode()
    path.write_bytes(definition.replace(b"name ", "名 ".encode(encoding)))
    change(
        path.with_suffix(".dat"),
        lambda data: data.replace(b"placeholder of 24 bytes!", text.ljust(24, b"\0")),
    )
    table = read_file(path)
    assert table.columns.to_pydict() == {"名": [name], "b": ["true"]}
    assert table.encoding == encoding
    assert sorted(p.name for p in tmp_path.iterdir()) == [
        f"部件{suffix}" for suffix in (".dat", ".id", ".map", ".tab")
    ]


def test_bytes_of_a_mapinfo_table_that_are_no_text_cost_their_row(tmp_path: Path) -> None:
    path = write(tmp_path, ".tab", {"name": ["a", "mark!", "c"]}, ENCODING="CP936")
    change(path.with_suffix(".dat"), lambda data: data.replace(b"mark!", b"\x81\xff\xff\xff!"))
    table = read_file(path)
    assert (bad(table), table.row_number.tolist()) == ([(2, "undecodable")], [1, 3])
    assert read_file(path, encoding="latin-1").bad_rows == ()


def test_mapinfo_tables_without_data_of_their_own_are_refused(tmp_path: Path) -> None:
    path = write(tmp_path, ".tab")
    definition = path.read_text()
    for changed in (
        definition.replace("NATIVE", "LINKED"),
        definition + '\nbegin_metadata\n"\\IsSeamless" = "TRUE"\nend_metadata\n',
    ):
        path.write_text(changed)
        assert reason(path) == "unsupported_table"
    path.write_text(definition)
    path.with_suffix(".dat").unlink()
    assert reason(path) == "missing_part"


@pytest.mark.parametrize("suffix", DRIVERS)
def test_foreign_settings_do_not_reach_the_libraries(tmp_path: Path, suffix: str) -> None:
    path = write(tmp_path, suffix, {"a": ["1"]})
    code = "from blockdata_loaders.reader import read_file; import sys; from pathlib import Path\n"
    code += "t = read_file(Path(sys.argv[1])); print(t.crs, t.columns.to_pydict())"
    names = ("PROJ_LIB", "PROJ_DATA", "GDAL_DATA", "GDAL_DRIVER_PATH")
    foreign = dict.fromkeys(names, str(tmp_path)) | {"OGR_SKIP": DRIVERS[suffix]}
    done = subprocess.run(
        [sys.executable, "-c", code, str(path)],
        env={**os.environ, "PYTHONIOENCODING": "utf-8", **foreign},
        capture_output=True, text=True, encoding="utf-8", check=False, timeout=120,
    )  # fmt: skip
    crs = "EPSG:4326" if suffix == ".tab" else "EPSG:4490"
    assert done.stdout.strip() == f"{crs} {{'a': ['1']}}", done.stderr
