"""Broken files, one by one: a clear error, rows set aside, or values read right; never a guess.

Each is loaded as a source of buildings. The dangerous ones are loaded in a process of their own,
whose memory stays below `MOST_MIB`, imports included.
"""

from __future__ import annotations

import json
import subprocess
import sys
import zipfile
from collections.abc import Callable, Sequence
from io import BytesIO
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from blockdata.errors import SourceError
from blockdata_loaders.standard import loader

HEADER = "建筑编码,建筑名称,层数,建筑面积\n"
FIELDS = ("source_id", "name", "floors", "floor_area_m2")
GOOD = ("B9", "壬", 9, 90.5)
LAST = "B9,壬,9,90.5\n"
MOST_MIB = 300


Content = str | bytes | Callable[[Path], None]
"""What a file holds: text in UTF-8, bytes, or a function that writes it."""

Row = tuple[Any, ...]


def written(folder: Path, name: str, content: Content) -> Path:
    path = folder / name
    if callable(content):
        content(path)
    else:
        path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def workbook(*rows: Sequence[Any], merged: str | None = None) -> Callable[[Path], None]:
    def write(path: Path) -> None:
        book = openpyxl.Workbook()
        for row in rows:
            book.worksheets[0].append(row)
        if merged:
            book.worksheets[0].merge_cells(merged)
        book.save(path)

    return write


NAMES = HEADER.strip().split(",")
FIRST = ("B1", "甲", 1, 5.0)

REFUSED: dict[str, tuple[str, Content, str]] = {
    "nothing": ("a.csv", b"", "empty_file"),
    "blank lines": ("a.csv", " \n\n\t\n", "empty_file"),
    "an empty sheet": ("a.xlsx", workbook(), "empty_file"),
    "a title above the header": ("a.csv", f"台账,,,\n{HEADER}{LAST}", "duplicate_column"),
    "a merged title": ("a.xlsx", workbook(["台账"], NAMES, GOOD, merged="A1:D1"), "missing_column"),
    "two merged headers": (
        "a.xlsx", workbook(["编号", "规模"], NAMES, GOOD, merged="B1:D1"), "missing_column"
    ),
    "a name twice": ("a.csv", "建筑编码,层数,层数\nB1,1,2\n", "duplicate_column"),
    "no column for the key": ("a.csv", "建筑名称\n甲\n", "missing_column"),
    "commas after all lines": ("a.csv", f"{HEADER.strip()},\nB1,甲,1,5,\n", "duplicate_column"),
    "a page named .xls": ("a.xls", "<html><table><tr><td>1", "content_not_as_named"),
    "a workbook named .csv": ("a.csv", workbook(NAMES), "content_not_as_named"),
    "text named .xlsx": ("a.xlsx", HEADER, "content_not_as_named"),
    "UTF-16": ("a.csv", (HEADER + LAST).encode("utf-16"), "unsupported_encoding"),
    "bytes of zero": ("a.csv", HEADER + "B1,\0,1,5\n", "content_not_as_named"),
    "a name that is not known": ("a.et", HEADER, "unknown_format"),
}  # fmt: skip
"""File and reason."""

READ: dict[str, tuple[str, Content, list[Row], list[str]]] = {
    "a header only": ("a.csv", HEADER, [], []),
    "a sheet with a header only": ("a.xlsx", workbook(NAMES), [], []),
    "two headers": (
        "a.csv", f"{HEADER}code,name,floors,area\n{LAST}",
        [GOOD], ["2 floors unreadable", "2 floor_area_m2 unreadable"],
    ),
    "merged cells": (
        "a.xlsx", workbook(NAMES, FIRST, [None, "乙", 2, 6], GOOD, merged="A2:A3"),
        [FIRST, GOOD], ["3 code missing"],
    ),
    "commas after a row": ("a.csv", f"{HEADER}B1,甲,1,5,\n{LAST}", [GOOD], ["2 ragged"]),
    "a row too short": ("a.csv", f"{HEADER}B1,甲\n{LAST}", [GOOD], ["2 ragged"]),
    "a quotation never closed": (
        "a.csv", f'{HEADER}{LAST}B1,"甲,1,5\nB2,乙,2,6\n', [GOOD], ["3 ragged"]
    ),
    "cut off in a row": ("a.csv", f"{HEADER}{LAST}B1,甲", [GOOD], ["3 ragged"]),
    "cut off in a character": (
        "a.csv", f"{HEADER}{LAST}B1,甲,1,甲".encode()[:-1], [GOOD], ["3 undecodable"]
    ),
    "line ends of three systems": (
        "a.csv", f"{HEADER.strip()}\r\nB1,甲,1,5\nB2,乙,2,6\r{LAST}",
        [FIRST, ("B2", "乙", 2, 6.0), GOOD], [],
    ),
    "a byte order mark": ("a.csv", f"\ufeff{HEADER}{LAST}", [GOOD], []),
    "semicolons": ("a.csv", (HEADER + LAST).replace(",", ";"), [GOOD], []),
    "thousands separators": (
        "a.csv", f'{HEADER}B1,甲,"1","1,234.5"\n', [("B1", "甲", 1, 1234.5)], []
    ),
    "separators at odd places": (
        "a.csv", f'{HEADER}B1,甲,1,"12,34"\n{LAST}', [GOOD], ["2 floor_area_m2 unreadable"]
    ),
    "full-width digits": (
        "a.csv", f"{HEADER}Ｂ１,甲,１２,１２３４．５\n", [("B1", "甲", 12, 1234.5)], []
    ),
    "units": (
        "a.csv", f"{HEADER}B1,甲,1,5㎡\nB2,乙,1,12亩\n", [FIRST], ["3 floor_area_m2 unreadable"]
    ),
    "numbers that are not finite": (
        "a.csv", f"{HEADER}B1,甲,1,nan\nB2,乙,1,inf\nB3,丙,1,1e999\n{LAST}",
        [GOOD], [f"{i} floor_area_m2 unreadable" for i in (2, 3, 4)],
    ),
    "a number below nothing": (
        "a.csv", f"{HEADER}B1,甲,-1,5\n{LAST}", [GOOD], ["2 floors below_minimum"]
    ),
    "a long number of a spreadsheet": (
        "a.xlsx", workbook(NAMES, [370203199001010012, "甲", 1, 5], GOOD),
        [GOOD], ["2 damaged_number"],
    ),
}  # fmt: skip
"""File, rows that are loaded, and what is rejected: row number, field if any, reason."""


@pytest.mark.parametrize("what", REFUSED)
def test_a_broken_file_is_refused(ask: Callable[..., Any], tmp_path: Path, what: str) -> None:
    name, content, reason = REFUSED[what]
    path = written(tmp_path, name, content)
    with pytest.raises(SourceError) as caught:
        loader.load(ask("building", path))
    assert caught.value.reason == reason
    assert name in str(caught.value)
    assert caught.value.next_step or reason == "empty_file"


@pytest.mark.parametrize("what", READ)
def test_of_a_broken_file_the_good_rows_are_read(
    ask: Callable[..., Any], tmp_path: Path, what: str
) -> None:
    name, content, rows, rejected = READ[what]
    batch = loader.load(ask("building", written(tmp_path, name, content)))
    assert [tuple(row[n] for n in FIELDS) for row in batch.rows.to_pylist()] == rows
    told = batch.rejected[["row_number", "field", "reason"]].values.tolist()
    assert [" ".join(str(cell) for cell in line if cell) for line in told] == rejected
    assert batch.rows_read == len(rows) + batch.rows_rejected


def test_days_as_numbers(ask: Callable[..., Any], tmp_path: Path) -> None:
    text = "部件标识码,初始日期\n37020301037000001,45351\n37020301037000002,20240229\n"
    text += "37020301037000003,9\n37020301037000004,2024-02-30\n"
    (tmp_path / "a.csv").write_text(text, encoding="utf-8")
    batch = loader.load(ask("component", tmp_path / "a.csv"))
    days = [str(day) for day in batch.rows["surveyed_on"].to_pylist()]
    assert days == ["2024-02-29", "2024-02-29"]
    assert batch.rejected[["row_number", "reason"]].values.tolist() == [
        [4, "unreadable"],
        [5, "unreadable"],
    ]


def wide(path: Path) -> None:
    names = ",".join(f"c{i}" for i in range(100_000))
    path.write_text(f"{names}\n{','.join('1' * 100_000)}\n")


def wide_row(path: Path) -> None:
    path.write_text(HEADER + ",".join("1" * 100_000) + "\n" + LAST, encoding="utf-8")


def wide_geojson(path: Path) -> None:
    features = [
        {"type": "Feature", "geometry": None, "properties": {f"{i}_{j}": 1 for j in range(100)}}
        for i in range(1_000)
    ]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))


def deep_geojson(path: Path) -> None:
    nested = "[" * 200_000 + "]" * 200_000
    feature = f'{{"type": "Feature", "geometry": null, "properties": {{"a": {nested}}}}}'
    path.write_text(f'{{"type": "FeatureCollection", "features": [{feature}]}}')


def deep_kml(path: Path) -> None:
    path.write_text("<kml>" + "<a>" * 2_000_000 + "</a>" * 2_000_000 + "</kml>")


def entities_kml(path: Path) -> None:
    lines = [f'<!ENTITY e{i} "{f"&e{i - 1};" * 10}">' for i in range(1, 12)]
    types = '<!DOCTYPE kml [<!ENTITY e0 "aaaaaaaaaa">' + "".join(lines) + "]>"
    path.write_text(f"<?xml version='1.0'?>{types}<kml><name>&e11;</name></kml>")


START = (
    b'<?xml version="1.0"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/'
    b'main"><dimension ref="A1:XFD1048576"/><sheetData>'
)
END = b"</sheetData></worksheet>"


def sheet(*pieces: bytes) -> Callable[[Path], None]:
    """Return a function that writes a workbook with the given bytes as its sheet."""

    def write(path: Path) -> None:
        empty = BytesIO()
        openpyxl.Workbook().save(empty)
        with (
            zipfile.ZipFile(empty) as source,
            zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as target,
        ):
            for name in source.namelist():
                if name != "xl/worksheets/sheet1.xml":
                    target.writestr(name, source.read(name))
            with target.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as file:
                for piece in (START, *pieces, END):
                    file.write(piece)

    return write


def text_row(number: int, *texts: str) -> bytes:
    cells = "".join(f'<c t="inlineStr"><is><t>{text}</t></is></c>' for text in texts)
    return f'<row r="{number}">{cells}</row>'.encode()


def bomb(path: Path) -> None:
    with (
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open("a.csv", "w", force_zip64=True) as file,
    ):
        for _ in range(100):
            file.write(b"1" * 1_000_000)


HEADER_ROW, SHORT_ROW = text_row(1, *NAMES), text_row(2, "B1", "甲")
FAR_CELL = b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
FORMATTED = b"".join(b'<row r="%d" s="1" ht="14.25"/>' % i for i in range(3, 200_000))
SHORT = ["B1", "甲", None, None]

DANGEROUS: dict[str, tuple[str, Callable[[Path], None], dict[str, Any]]] = {
    "10^5 columns": ("a.csv", wide, {"error": "too_many_columns"}),
    "a row of 10^5 cells": ("a.csv", wide_row, {"rows": [[*GOOD]], "rejected": ["2 ragged"]}),
    "10^5 properties": ("a.geojson", wide_geojson, {"error": "too_many_columns"}),
    "deep JSON": ("a.geojson", deep_geojson, {"error": "unreadable_geojson"}),
    "deep XML": ("a.kml", deep_kml, {"error": "unreadable_kml"}),
    "entities that unfold": ("a.kml", entities_kml, {"error": "content_not_as_named"}),
    "a sheet that says to be huge": (
        "a.xlsx", sheet(HEADER_ROW, SHORT_ROW), {"rows": [SHORT], "rejected": []}
    ),
    "a cell at the far end": (
        "a.xlsx", sheet(HEADER_ROW, FAR_CELL), {"rows": [], "rejected": ["1048576 ragged"]}
    ),
    "a sheet formatted far down": (
        "a.xlsx", sheet(HEADER_ROW, SHORT_ROW, FORMATTED), {"rows": [SHORT], "rejected": []}
    ),
    "a workbook that unfolds": (
        "a.xlsx", sheet(*[b" " * 1_000_000] * 60), {"error": "too_large"}
    ),
    "an archive that unfolds": ("a.zip", bomb, {"error": "too_large"}),
}  # fmt: skip
"""File, and what the process tells."""

LOAD = """
import json, sys
from pathlib import Path
from blockdata.config import Source
from blockdata.errors import SourceError
from blockdata.records import Catalogue
from blockdata.store.batch import LoadRequest
from blockdata.store.files import peak_memory_mib
from blockdata_loaders.standard import loader

source = Source(name="s", kind="building", path="s", date={"on": "2026-11-01"})
kind = Catalogue().kind("building")
request = LoadRequest(source, kind, Path(sys.argv[1]), "EPSG:4549", "Asia/Shanghai")
try:
    batch = loader.load(request)
    told = {
        "rows": [[row[n] for n in json.loads(sys.argv[2])] for row in batch.rows.to_pylist()],
        "rejected": [f"{n} {r}" for n, r in batch.rejected[["row_number", "reason"]].values],
    }
except SourceError as error:
    told = {"error": error.reason}
print(json.dumps(told | {"peak_mib": peak_memory_mib()}))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="peak memory is read from /proc")
@pytest.mark.parametrize("what", DANGEROUS)
def test_a_dangerous_file_takes_bounded_memory(tmp_path: Path, what: str) -> None:
    name, write, expected = DANGEROUS[what]
    path = written(tmp_path, name, write)
    assert path.stat().st_size < 20_000_000
    done = subprocess.run(
        [sys.executable, "-c", LOAD, str(path), json.dumps(FIELDS)],
        capture_output=True, text=True, check=False, timeout=300,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told.pop("peak_mib") < MOST_MIB
    assert told == expected
