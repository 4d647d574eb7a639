"""Excel workbooks (.xlsx), read cell by cell as the text a person sees in them."""

from __future__ import annotations

import datetime as dt
import math
import warnings
import zipfile
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pyarrow as pa

from blockdata.errors import SourceError
from blockdata_loaders.reader.raw import BadRow, RawTable, float_text, header_names

__all__ = ["read_excel"]

# A spreadsheet keeps 15 digits of a number; an identity number typed as one has lost its end.
_FIRST_DAMAGED = 10**15

_Row = list[str | None]
_NumberedRow = tuple[int, _Row, list[int]]


def _number_text(value: int | float) -> str:
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    if value == int(value) and abs(value) >= _FIRST_DAMAGED:
        raise SourceError("a number has lost digits", reason="damaged_number")
    return str(value) if isinstance(value, int) else float_text(value)


def _time_text(value: dt.datetime) -> str:
    # Times are fractions of a day, so a whole second comes back a few microseconds off.
    second = (value + dt.timedelta(milliseconds=500)).replace(microsecond=0)
    midnight = second.time() == dt.time()
    return second.date().isoformat() if midnight else second.isoformat(sep=" ")


def _cell_text(value: object) -> str | None:
    if value is None or value == "":
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return _number_text(value)
    if isinstance(value, dt.datetime):
        return _time_text(value)
    if isinstance(value, dt.date | dt.time):
        return value.isoformat()
    return str(value)


def _row_text(cells: tuple[Any, ...]) -> tuple[_Row, list[int]]:
    """Texts of a row without empty cells at its end, and the places of damaged numbers."""
    texts: _Row = []
    damaged = []
    for place, cell in enumerate(cells, start=1):
        try:
            texts.append(_cell_text(cell))
        except SourceError:
            texts.append(None)
            damaged.append(place)
    width = max((i for i, text in enumerate(texts, start=1) if text is not None), default=0)
    return texts[: max([width, *damaged])], damaged


def _check_size(path: Path, max_uncompressed_mb: int) -> None:
    with zipfile.ZipFile(path) as archive:
        size_mb = sum(entry.file_size for entry in archive.infolist()) / 1e6
    if size_mb > max_uncompressed_mb:
        raise SourceError(
            f"the workbook unpacks to {size_mb:.0f} MB, more than {max_uncompressed_mb} MB",
            reason="too_large",
            where=path.name,
            next_step="Deliver it as CSV or in parts, or raise max_uncompressed_mb",
        )


def _worksheet(book: openpyxl.Workbook, sheet: str | None, where: str) -> Any:
    titles = [worksheet.title for worksheet in book.worksheets]
    wanted = titles[0] if sheet is None and titles else sheet
    if wanted not in titles:
        raise SourceError(
            f"no sheet called {sheet!r}",
            reason="missing_sheet",
            where=where,
            next_step="Sheets in the file: " + ", ".join(titles),
        )
    return book.worksheets[titles.index(wanted)]


def _rows(path: Path, sheet: str | None) -> Generator[_NumberedRow, None, None]:
    """Row number, texts and places of damaged numbers of every row that is not empty."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # openpyxl speaks of styles and validations it skips
        book = openpyxl.load_workbook(path, read_only=True, data_only=True, keep_links=False)
        try:
            worksheet = _worksheet(book, sheet, path.name)
            # The stated size of a sheet may be a million rows wide and is not needed.
            worksheet.reset_dimensions()
            for number, cells in enumerate(worksheet.iter_rows(values_only=True), start=1):
                texts, damaged = _row_text(cells)
                if texts:
                    yield number, texts, damaged
        finally:
            book.close()


def _bad_row(number: int, texts: _Row, damaged: list[int], names: list[str]) -> BadRow | None:
    if len(texts) > len(names):
        detail = f"expected {len(names)} cells, found {len(texts)}"
        return BadRow(number, "ragged", detail)
    if damaged:
        columns = ", ".join(names[place - 1] for place in damaged)
        detail = f"column {columns}: a number of 16 or more digits has lost its end; store as text"
        return BadRow(number, "damaged_number", detail)
    return None


def _collect(rows: Iterator[_NumberedRow], names: list[str]) -> RawTable:
    columns: list[_Row] = [[] for _ in names]
    numbers = []
    bad = []
    for number, texts, damaged in rows:
        broken = _bad_row(number, texts, damaged, names)
        if broken is not None:
            bad.append(broken)
            continue
        numbers.append(number)
        for place, column in enumerate(columns):
            column.append(texts[place] if place < len(texts) else None)
    arrays = [pa.array(column, pa.string()) for column in columns]
    return RawTable(
        columns=pa.Table.from_arrays(arrays, names=names),
        row_number=np.array(numbers, dtype=np.int64),
        geometry=None,
        crs=None,
        bad_rows=tuple(bad),
        encoding=None,
        rows_read=len(numbers) + len(bad),
    )


def read_excel(path: Path, *, sheet: str | None = None, max_uncompressed_mb: int = 512) -> RawTable:
    """Read one sheet of an .xlsx workbook.

    Parameters
    ----------
    path : Path
        The workbook; the first row of the sheet that is not empty is the header.
    sheet : str, optional
        The sheet's name; else the first sheet.
    max_uncompressed_mb : int
        Largest size in MB (10^6 bytes) that the archive may declare to unpack to.

    Returns
    -------
    RawTable
        Texts as typed; whole numbers without a point; dates as YYYY-MM-DD, with a time as
        YYYY-MM-DD HH:MM:SS; true and false; formulas by their stored values. Rows with cells
        beyond the header are "ragged"; rows with a whole number of 16 or more digits are
        "damaged_number", since a spreadsheet keeps 15. Empty rows are passed over.

    Raises
    ------
    SourceError
        Reasons "too_large", "missing_sheet", "empty_file", "duplicate_column" and
        "unreadable_workbook".

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder, "a.xlsx")
    ...     book = openpyxl.Workbook()
    ...     book.active.append(["code", "count"])
    ...     book.active.append(["007", 3.0])
    ...     book.save(path)
    ...     read_excel(path).columns.to_pydict()
    {'code': ['007'], 'count': ['3']}
    """
    _check_size(path, max_uncompressed_mb)
    rows = _rows(path, sheet)
    try:
        header = next(rows, None)
        if header is None:
            raise SourceError("the sheet has no header", reason="empty_file", where=path.name)
        return _collect(rows, header_names([text or "" for text in header[1]], path.name))
    except (zipfile.BadZipFile, KeyError, ValueError, SyntaxError, OSError) as error:
        if isinstance(error, SourceError):
            raise
        raise SourceError(
            "the workbook is damaged",
            reason="unreadable_workbook",
            where=path.name,
            next_step="Open it and save it again as .xlsx",
        ) from None
    finally:
        rows.close()
