"""Older Excel workbooks (.xls), read cell by cell as the text a person sees in them."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

import xlrd

from blockdata.errors import SourceError
from blockdata_loaders.reader.cells import NumberedRow, collected_rows, row_text
from blockdata_loaders.reader.raw import RawTable, header_names

__all__ = ["read_xls"]

# The format has 65,536 rows of 256 columns. What is larger holds something else.
_MOST_MB = 256


def read_xls(path: Path, *, sheet: str | None = None) -> RawTable:
    """Read one sheet of an .xls workbook.

    Parameters
    ----------
    path : Path
        The workbook; the first row of the sheet that is not empty is the header.
    sheet : str, optional
        The sheet's name; else the first sheet.

    Returns
    -------
    RawTable
        As `read_excel` gives it; a cell with an error (#N/A) is empty.

    Raises
    ------
    SourceError
        Reasons "too_large", "missing_sheet", "empty_file", "duplicate_column" and
        "unreadable_workbook" (damaged, encrypted, or another kind of document).

    Examples
    --------
    >>> import tempfile, xlwt
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder, "a.xls")
    ...     book = xlwt.Workbook()
    ...     page = book.add_sheet("a")
    ...     for row, cells in enumerate([["code", "count"], ["007", 3.0]]):
    ...         for column, cell in enumerate(cells):
    ...             page.write(row, column, cell)
    ...     book.save(str(path))
    ...     read_xls(path).columns.to_pydict()
    {'code': ['007'], 'count': ['3']}
    """
    book = _opened(path)
    rows = _rows(_worksheet(book, sheet, path.name))
    header = next(rows, None)
    if header is None:
        raise SourceError("the sheet has no header", reason="empty_file", where=path.name)
    return collected_rows(rows, header_names([text or "" for text in header[1]], path.name))


def _opened(path: Path) -> xlrd.Book:
    if path.stat().st_size > _MOST_MB * 1_000_000:
        raise SourceError(
            f"the workbook is larger than {_MOST_MB} MB",
            reason="too_large",
            where=path.name,
            next_step="Deliver it as CSV or in parts",
        )
    try:
        # What it prints of a damaged file could hold cells.
        return xlrd.open_workbook(path, logfile=io.StringIO())
    except Exception:  # noqa: BLE001 - damaged bytes surface as errors of every kind
        raise SourceError(
            "the workbook is damaged, encrypted, or another kind of document",
            reason="unreadable_workbook",
            where=path.name,
            next_step="Open it and save it as .xlsx without a password",
        ) from None


def _worksheet(book: xlrd.Book, sheet: str | None, where: str) -> xlrd.sheet.Sheet:
    titles = book.sheet_names()
    wanted = titles[0] if sheet is None and titles else sheet
    if wanted not in titles:
        raise SourceError(
            f"no sheet called {sheet!r}",
            reason="missing_sheet",
            where=where,
            next_step="Sheets in the file: " + ", ".join(titles),
        )
    return book.sheet_by_name(wanted)


def _rows(sheet: xlrd.sheet.Sheet) -> Iterator[NumberedRow]:
    for place in range(sheet.nrows):
        texts, damaged = row_text([_value(cell, sheet.book.datemode) for cell in sheet.row(place)])
        if texts:
            yield place + 1, texts, damaged


def _value(cell: xlrd.sheet.Cell, datemode: int) -> object:
    if cell.ctype == xlrd.XL_CELL_BOOLEAN:
        return bool(cell.value)
    if cell.ctype == xlrd.XL_CELL_DATE:
        return _moment(cell.value, datemode)
    return None if cell.ctype == xlrd.XL_CELL_ERROR else cell.value


def _moment(serial: float, datemode: int) -> object:
    """Return a day or time of day; the number itself where it is none."""
    try:
        moment = xlrd.xldate_as_datetime(serial, datemode)
    except (xlrd.xldate.XLDateError, ValueError, OverflowError):
        return serial
    return moment.time() if 0 <= serial < 1 else moment
