"""Older Excel workbooks: the same texts as from .xlsx."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import xlwt

from blockdata.errors import SourceError
from blockdata_loaders.reader.excel import read_excel
from blockdata_loaders.reader.xls import read_xls

DAY = xlwt.easyxf(num_format_str="YYYY-MM-DD")
TIME = xlwt.easyxf(num_format_str="YYYY-MM-DD HH:MM:SS")
CLOCK = xlwt.easyxf(num_format_str="HH:MM:SS")


def write(folder: Path, rows: list[list[Any]], **sheets: list[list[Any]]) -> Path:
    book = xlwt.Workbook(encoding="utf-8")
    for title, lines in {"一": rows, **sheets}.items():
        sheet = book.add_sheet(title)
        for row, cells in enumerate(lines):
            for column, value in enumerate(cells):
                if value is not None:
                    style = CLOCK if isinstance(value, dt.time) else DAY
                    style = TIME if isinstance(value, dt.datetime) else style
                    is_time = isinstance(value, dt.date | dt.time)
                    sheet.write(row, column, value, *([style] if is_time else []))
    path = folder / "a.xls"
    book.save(str(path))
    return path


CELLS = [
    "007", 7, 7.0, 120.125, 1e-7, True, dt.datetime(2024, 2, 29, 12, 0, 5), dt.time(8, 30),
    dt.date(2024, 3, 1), "", " 井盖 ",
]  # fmt: skip


def test_cells_are_those_of_the_same_xlsx(tmp_path: Path) -> None:
    rows = [[f"c{i}" for i in range(len(CELLS))], CELLS, [], ["8", None, 2]]
    book = openpyxl.Workbook()
    for row in rows:
        book.worksheets[0].append(row)
    book.save(tmp_path / "a.xlsx")
    old, new = read_xls(write(tmp_path, rows)), read_excel(tmp_path / "a.xlsx")
    assert old.columns.to_pylist() == new.columns.to_pylist()
    assert old.row_number.tolist() == new.row_number.tolist() == [2, 4]


def test_damaged_numbers_and_cells_beyond_the_header_cost_their_row(tmp_path: Path) -> None:
    rows = [["编号", "x"], [370203199001010012, 1], ["370203199001010012", 2, 3], ["1", 4]]
    table = read_xls(write(tmp_path, rows))
    assert [(row.row_number, row.reason) for row in table.bad_rows] == [
        (2, "damaged_number"),
        (3, "ragged"),
    ]
    assert (table.columns["编号"].to_pylist(), table.rows_read) == (["1"], 3)


def test_errors_in_cells_are_empty(tmp_path: Path) -> None:
    table = read_xls(write(tmp_path, [["a", "b"], ["1", xlwt.Formula("1/0")]]))
    assert table.columns["a"].to_pylist() == ["1"]


def test_a_sheet_may_be_chosen(tmp_path: Path) -> None:
    path = write(tmp_path, [["a"], ["1"]], 二=[["b"], ["2"]])
    assert read_xls(path, sheet="二").columns.to_pydict() == {"b": ["2"]}
    with pytest.raises(SourceError, match="一, 二") as caught:
        read_xls(path, sheet="三")
    assert caught.value.reason == "missing_sheet"


def test_other_documents_cut_and_empty_ones_are_refused(tmp_path: Path) -> None:
    path = write(tmp_path, [["a"], ["1"]])
    content = path.read_bytes()
    for broken in (content[:600], content[:8] + b"\xff" * 2000, content[:1500] + bytes(3000)):
        path.write_bytes(broken)
        with pytest.raises(SourceError) as caught:
            read_xls(path)
        assert caught.value.reason in ("unreadable_workbook", "empty_file")
    with pytest.raises(SourceError) as caught:
        read_xls(write(tmp_path, []))
    assert caught.value.reason == "empty_file"
