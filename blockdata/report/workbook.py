"""Workbooks of tables: numbers as numbers, texts never as formulas, the same bytes every time."""

from __future__ import annotations

import datetime as dt
import io
import math
import re
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import openpyxl
import pandas as pd
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

__all__ = ["Sheet", "workbook_bytes"]

_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_NO_NAME = re.compile(r"[\[\]:*?/\\]")
_LONGEST_NAME = 31
_WIDEST, _NARROWEST = 48, 9
_FORMATS = {"int": "#,##0", "number": "#,##0.0", "share": "0.0%", "change": "+0.0%;-0.0%;0.0%"}
_EPOCH = dt.datetime(2000, 1, 1)
_STAMP = (2000, 1, 1, 0, 0, 0)
_WIDE = 0x2E80
"""From here on characters are about two columns wide."""


@dataclass(frozen=True)
class Sheet:
    """One table of a workbook.

    Parameters
    ----------
    name : str
        Shortened, and freed of what names of sheets may not hold.
    headings : sequence of str
    rows : sequence of sequence
        Values: numbers stay numbers, None is an empty cell, all else is a text.
    formats : sequence of str
        Of each column: "text", "int", "number", "share" (0.1 is told as 10.0 %) or "change".
    title : str
        Above the headings, where it is given.
    notes : sequence of str
        Below the table.
    """

    name: str
    headings: Sequence[str]
    rows: Sequence[Sequence[object]]
    formats: Sequence[str]
    title: str = ""
    notes: Sequence[str] = field(default=())


def workbook_bytes(sheets: Sequence[Sheet]) -> bytes:
    """Return an .xlsx file.

    Parameters
    ----------
    sheets : sequence of Sheet
        At least one; names must differ.

    Returns
    -------
    bytes
        Without any clock: the same sheets give the same bytes.

    Examples
    --------
    >>> book = workbook_bytes([Sheet("案件", ["类别"], [["=1+1"]], ["text"])])
    >>> openpyxl.load_workbook(io.BytesIO(book))["案件"]["A2"].data_type
    's'
    """
    book = openpyxl.Workbook()
    book.remove(book.active)
    book.properties.created = _EPOCH
    for sheet in sheets:
        _write(book.create_sheet(_NO_NAME.sub(" ", sheet.name)[:_LONGEST_NAME]), sheet)
    saved = io.BytesIO()
    book.save(saved)
    return _without_clock(saved.getvalue())


def _write(page: Worksheet, sheet: Sheet) -> None:
    number = 1
    if sheet.title:
        _text(page.cell(number, 1), sheet.title).font = _styles()["title"]
        number += 1
    for column, heading in enumerate(sheet.headings, start=1):
        cell = _text(page.cell(number, column), heading)
        cell.font, cell.fill = _styles()["heading"], _styles()["fill"]
        cell.alignment = _styles()["wrap"]
    page.freeze_panes = page.cell(number + 1, 2)
    page.print_title_rows = f"{number}:{number}"
    for row in sheet.rows:
        number += 1
        for column, value in enumerate(row, start=1):
            _put(page.cell(number, column), value, sheet.formats[column - 1])
    for note in sheet.notes:
        number += 1
        _text(page.cell(number + 1, 1), note)
    for column, width in enumerate(_widths(sheet), start=1):
        page.column_dimensions[get_column_letter(column)].width = width
    page.page_setup.orientation = "landscape"
    page.page_setup.paperSize = page.PAPERSIZE_A4
    page.page_setup.fitToWidth, page.page_setup.fitToHeight = 1, 0
    page.sheet_properties.pageSetUpPr.fitToPage = True


def _put(cell: Any, value: object, kind: str) -> None:
    if value is None or value is pd.NA or value is pd.NaT:
        return
    if isinstance(value, bool) or not isinstance(value, int | float):
        _text(cell, str(value))
    elif math.isfinite(value):
        cell.value = value
        cell.number_format = _FORMATS.get(kind, "General")


def _text(cell: Any, text: str) -> Any:
    """Write a text that no spreadsheet takes for a formula, here or when it is edited."""
    cell.value = ILLEGAL_CHARACTERS_RE.sub("", text)
    cell.data_type = "s"
    cell.number_format = "@"
    cell.quotePrefix = text.startswith(_FORMULA)
    return cell


@cache
def _styles() -> dict[str, Any]:
    return {
        "title": Font(bold=True, size=13),
        "heading": Font(bold=True),
        "fill": PatternFill("solid", fgColor="E8EDF2"),
        "wrap": Alignment(wrap_text=True, vertical="center"),
    }


def _widths(sheet: Sheet) -> list[int]:
    columns = zip(sheet.headings, *sheet.rows, strict=True)
    longest = (max(_width(value) for value in column) for column in columns)
    return [min(_WIDEST, max(_NARROWEST, width + 2)) for width in longest]


def _width(value: object) -> int:
    text = f"{value:,.1f}" if isinstance(value, float) else "" if value is None else str(value)
    return sum(2 if ord(letter) >= _WIDE else 1 for letter in text)


def _without_clock(content: bytes) -> bytes:
    """Write the archive anew with fixed times: openpyxl puts the time of saving into it."""
    renewed = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as old,
        zipfile.ZipFile(renewed, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name in old.namelist():
            part = old.read(name)
            if name == "docProps/core.xml":
                stamp = f"{_EPOCH.isoformat()}Z".encode()
                part = re.sub(rb"(<dcterms:modified[^>]*>)[^<]*", rb"\g<1>" + stamp, part)
            entry = zipfile.ZipInfo(name, _STAMP)
            entry.compress_type = zipfile.ZIP_DEFLATED
            new.writestr(entry, part)
    return renewed.getvalue()
