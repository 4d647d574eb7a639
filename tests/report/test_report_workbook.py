"""Workbooks: numbers are numbers, texts never formulas, and the same sheets the same bytes."""

import io

import openpyxl
import pandas as pd

from blockdata.report.workbook import Sheet, workbook_bytes


def _read(sheets):
    return openpyxl.load_workbook(io.BytesIO(workbook_bytes(sheets)))


def _one(rows, formats):
    headings = [f"c{n}" for n in range(len(formats))]
    return _read([Sheet("s", headings, rows, formats)])["s"]


def test_numbers_are_numbers_with_their_format():
    page = _one([[1234, 0.126, -0.5, 2.5]], ["int", "share", "change", "number"])
    cells = page[2]
    assert [c.value for c in cells] == [1234, 0.126, -0.5, 2.5]
    assert [c.data_type for c in cells] == ["n"] * 4
    assert cells[1].number_format == "0.0%"


def test_texts_are_never_formulas():
    evil = ["=HYPERLINK(1)", "+1", "-1", "@SUM(A1)", "\t=1"]
    page = _one([[text] for text in evil], ["text"])
    for row, text in enumerate(evil, start=2):
        cell = page.cell(row, 1)
        assert (cell.value, cell.data_type, cell.quotePrefix) == (text, "s", True)


def test_a_heading_and_the_mark_of_a_hidden_count_are_texts():
    page = _read([Sheet("s", ["=1"], [["<5"], ["＊"]], ["int"])])["s"]
    assert [page.cell(r, 1).data_type for r in (1, 2, 3)] == ["s"] * 3


def test_what_is_missing_is_an_empty_cell():
    page = _one([[None, pd.NA, float("nan"), pd.NaT]], ["int"] * 4)
    assert [c.value for c in page[2]] == [None] * 4


def test_the_same_sheets_give_the_same_bytes():
    sheets = [Sheet("a/b:c", ["x"], [[1], ["二"]], ["int"], title="标题", notes=["注"])]
    assert workbook_bytes(sheets) == workbook_bytes(sheets)


def test_title_and_notes_stand_around_the_table_and_the_headings_are_repeated_in_print():
    page = _read([Sheet("s", ["x"], [[7]], ["int"], title="标题", notes=["注"])])["s"]
    assert [page.cell(r, 1).value for r in (1, 2, 3, 5)] == ["标题", "x", 7, "注"]
    assert page.print_title_rows == "$2:$2"
