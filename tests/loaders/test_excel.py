"""Excel: cells as a person sees them, damaged numbers, size limit."""

from __future__ import annotations

import datetime as dt
import zipfile
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from blockdata.errors import SourceError
from blockdata_loaders.reader.excel import read_excel


def write(folder: Path, rows: list[list[Any]], **sheets: list[list[Any]]) -> Path:
    book = openpyxl.Workbook()
    assert book.active is not None
    for row in rows:
        book.active.append(row)
    for title, other in sheets.items():
        sheet = book.create_sheet(title)
        for row in other:
            sheet.append(row)
    path = folder / "a.xlsx"
    book.save(path)
    return path


def test_cells_become_the_text_a_person_sees(tmp_path: Path) -> None:
    day, noon = dt.datetime(2024, 2, 29), dt.datetime(2024, 2, 29, 12, 0, 5)
    cells = ["007", 7, 7.0, 120.125, 1e-7, True, day, noon, dt.time(8, 30), dt.date(2024, 3, 1), ""]
    names = [f"c{i}" for i in range(len(cells))]
    table = read_excel(write(tmp_path, [names, cells]))
    assert [column[0].as_py() for column in table.columns.columns] == [
        "007",
        "7",
        "7",
        "120.125",
        "0.0000001",
        "true",
        "2024-02-29",
        "2024-02-29 12:00:05",
        "08:30:00",
        "2024-03-01",
        None,
    ]


def test_every_whole_second_of_a_day_comes_back(tmp_path: Path) -> None:
    start = dt.datetime(2024, 2, 29, 0, 0, 1)
    times = [start + dt.timedelta(seconds=61 * i) for i in range(1400)]
    table = read_excel(write(tmp_path, [["t"], *[[time] for time in times]]))
    assert table.columns["t"].to_pylist() == [time.isoformat(sep=" ") for time in times]


def test_a_number_longer_than_a_spreadsheet_holds_costs_its_row(tmp_path: Path) -> None:
    rows: list[list[Any]] = [
        ["编号", "x"],
        ["370203199001010012", 120.3812345678901],
        [370203199001010012, 1.0],
    ]
    table = read_excel(write(tmp_path, [*rows, [3.7020319900101e17, 1], [370203001001001, 1]]))
    assert table.columns["编号"].to_pylist() == ["370203199001010012", "370203001001001"]
    assert table.columns["x"].to_pylist() == ["120.3812345678901", "1"]
    assert [(bad.row_number, bad.reason) for bad in table.bad_rows] == [
        (3, "damaged_number"),
        (4, "damaged_number"),
    ]
    assert table.rows_read == 4
    assert "编号" in table.bad_rows[0].detail
    assert "3702" not in table.bad_rows[0].detail


def test_empty_rows_keep_the_numbers_and_cells_beyond_the_header_are_ragged(tmp_path: Path) -> None:
    path = write(tmp_path, [[], [" a ", "b", None], [1, 2], [None, None], [3], [4, 5, 6], [7, 8]])
    table = read_excel(path)
    assert table.columns.to_pydict() == {"a": ["1", "3", "7"], "b": ["2", None, "8"]}
    assert table.row_number.tolist() == [3, 5, 7]
    assert [(bad.row_number, bad.reason) for bad in table.bad_rows] == [(6, "ragged")]


def test_sheet_is_the_first_or_the_one_named(tmp_path: Path) -> None:
    path = write(tmp_path, [["a"], [1]], 网格=[["b"], [2]])
    assert read_excel(path).columns.column_names == ["a"]
    assert read_excel(path, sheet="网格").columns.column_names == ["b"]
    with pytest.raises(SourceError, match="网格") as caught:
        read_excel(path, sheet="部件")
    assert caught.value.reason == "missing_sheet"


def test_header_must_exist_and_name_each_column_once(tmp_path: Path) -> None:
    for rows, reason in (([], "empty_file"), ([["a", "a"]], "duplicate_column")):
        with pytest.raises(SourceError) as caught:
            read_excel(write(tmp_path, rows))
        assert caught.value.reason == reason


def test_a_workbook_that_unpacks_too_large_is_refused_unread(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b"0" * 3_000_000)
    with pytest.raises(SourceError, match="unpacks to 3 MB") as caught:
        read_excel(path, max_uncompressed_mb=2)
    assert caught.value.reason == "too_large"
    with pytest.raises(SourceError) as caught:
        read_excel(path)
    assert caught.value.reason == "unreadable_workbook"


def test_a_far_cell_costs_a_row_and_not_the_memory_of_a_sheet(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["a"])
    sheet.append([1])
    sheet.cell(row=100_000, column=16_384, value=1)
    book.save(tmp_path / "a.xlsx")
    table = read_excel(tmp_path / "a.xlsx")
    assert table.columns.to_pydict() == {"a": ["1"]}
    assert [(bad.row_number, bad.reason) for bad in table.bad_rows] == [(100_000, "ragged")]
