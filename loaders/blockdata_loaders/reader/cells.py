"""Cells of a spreadsheet as the texts a person sees, whatever file they come from."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable, Iterator
from itertools import islice

import numpy as np
import pyarrow as pa

from blockdata.errors import SourceError
from blockdata_loaders.reader.growing import GrowingColumn
from blockdata_loaders.reader.raw import BadRow, RawTable, float_text

__all__ = ["NumberedRow", "collected_rows", "row_text"]

# A spreadsheet keeps 15 digits of a number; an identity number typed as one has lost its end.
_FIRST_DAMAGED = 10**15

_BATCH_ROWS = 10_000

_Row = list[str | None]
NumberedRow = tuple[int, list[str | None], list[int]]
"""Row number, texts, and places of damaged numbers."""


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


def row_text(cells: Iterable[object]) -> tuple[list[str | None], list[int]]:
    """Write the cells of a row as a person sees them.

    Parameters
    ----------
    cells : iterable of object
        Texts, numbers, truth values, dates and times; None or "" for an empty cell.

    Returns
    -------
    texts : list of str or None
        Without empty cells at the end. Whole numbers without a point; dates as YYYY-MM-DD,
        with a time as YYYY-MM-DD HH:MM:SS; true and false.
    damaged : list of int
        Places, from 1, of whole numbers of 16 or more digits, which have lost their end.

    Examples
    --------
    >>> row_text(["007", 3.0, True, None])
    (['007', '3', 'true'], [])
    """
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


def _bad_row(number: int, texts: _Row, damaged: list[int], names: list[str]) -> BadRow | None:
    if len(texts) > len(names):
        detail = f"expected {len(names)} cells, found {len(texts)}"
        return BadRow(number, "ragged", detail)
    if damaged:
        columns = ", ".join(names[place - 1] for place in damaged)
        detail = f"column {columns}: a number of 16 or more digits has lost its end; store as text"
        return BadRow(number, "damaged_number", detail)
    return None


def _good_rows(
    rows: Iterable[NumberedRow], names: list[str], numbers: list[int], bad: list[BadRow]
) -> Iterator[_Row]:
    """Yield rows as wide as the header; note their numbers, and the rows that are bad."""
    for number, texts, damaged in rows:
        broken = _bad_row(number, texts, damaged, names)
        if broken is not None:
            bad.append(broken)
            continue
        numbers.append(number)
        yield [*texts, *[None] * (len(names) - len(texts))]


def collected_rows(rows: Iterable[NumberedRow], names: list[str]) -> RawTable:
    """Make a table of the rows below a header.

    Parameters
    ----------
    rows : iterable of NumberedRow
        Rows that are not empty.
    names : list of str

    Returns
    -------
    RawTable
        Rows with cells beyond the header are "ragged", those with damaged numbers
        "damaged_number".

    Examples
    --------
    >>> table = collected_rows([(2, ["1"], []), (4, ["2", "3"], [])], ["code"])
    >>> table.columns.to_pydict(), [row.row_number for row in table.bad_rows]
    ({'code': ['1']}, [4])
    """
    columns = [GrowingColumn() for _ in names]
    numbers: list[int] = []
    bad: list[BadRow] = []
    good = _good_rows(rows, names, numbers, bad)
    while waiting := list(islice(good, _BATCH_ROWS)):
        for column, texts in zip(columns, zip(*waiting, strict=True), strict=True):
            column.add(pa.array(texts, pa.string()))
    return RawTable(
        columns=pa.table([column.column() for column in columns], names=names),
        row_number=np.array(numbers, dtype=np.int64),
        geometry=None,
        crs=None,
        bad_rows=tuple(bad),
        encoding=None,
        rows_read=len(numbers) + len(bad),
    )
