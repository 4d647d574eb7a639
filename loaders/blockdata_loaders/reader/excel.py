"""Excel workbooks (.xlsx), read cell by cell as the text a person sees in them."""

from __future__ import annotations

import warnings
import zipfile
from collections.abc import Generator
from pathlib import Path
from typing import Any

import openpyxl

from blockdata.errors import SourceError
from blockdata_loaders.reader.archive import check_sizes
from blockdata_loaders.reader.cells import NumberedRow, collected_rows, row_text
from blockdata_loaders.reader.raw import RawTable, header_names

__all__ = ["read_excel"]

# A sheet of formatted empty cells compresses to a 25th.
_MOST_RATIO = 200


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


def _rows(path: Path, sheet: str | None) -> Generator[NumberedRow, None, None]:
    """Row number, texts and places of damaged numbers of every row that is not empty."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # openpyxl speaks of styles and validations it skips
        book = openpyxl.load_workbook(path, read_only=True, data_only=True, keep_links=False)
        try:
            worksheet = _worksheet(book, sheet, path.name)
            # The stated size of a sheet may be a million rows wide and is not needed.
            worksheet.reset_dimensions()
            for number, cells in enumerate(worksheet.iter_rows(values_only=True), start=1):
                texts, damaged = row_text(cells)
                if texts:
                    yield number, texts, damaged
        finally:
            book.close()


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
    with zipfile.ZipFile(path) as archive:
        check_sizes(path, archive.infolist(), max_uncompressed_mb, _MOST_RATIO)
    rows = _rows(path, sheet)
    try:
        header = next(rows, None)
        if header is None:
            raise SourceError("the sheet has no header", reason="empty_file", where=path.name)
        return collected_rows(rows, header_names([text or "" for text in header[1]], path.name))
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
