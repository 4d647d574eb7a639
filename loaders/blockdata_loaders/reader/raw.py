"""What every reader gives: the cells of a file as text, and the rows that cannot be read."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from blockdata.errors import SourceError

__all__ = ["BadRow", "RawTable", "check_width", "float_text", "header_names"]

_MOST_COLUMNS = 4_096

# Invisible characters that exports leave around header names, the byte order mark among them.
_AROUND_NAMES = " \t\r\n\u00a0\u3000\u200b\ufeff"


@dataclass(frozen=True)
class BadRow:
    """A row that could not be read.

    Parameters
    ----------
    row_number : int
        As in `RawTable`.
    reason : str
        "ragged" (another number of cells than the header), "undecodable" (bytes that are no
        text), "unreadable_geometry", "damaged_number" (a spreadsheet number of more digits
        than it can hold), "damaged_record" (of a binary format), "not_a_feature" (an element
        of a GeoJSON list that is none) or "unsupported_entity" (of a drawing).
    detail : str
        What was found, never with a cell's value.

    Examples
    --------
    >>> BadRow(7, "ragged", "expected 3 cells, found 2").reason
    'ragged'
    """

    row_number: int
    reason: str
    detail: str


@dataclass(frozen=True)
class RawTable:
    """The rows of one file or layer.

    Parameters
    ----------
    columns : pyarrow.Table
        All columns of type string, names stripped; null is a missing cell, other text is as
        in the file. Rows in `bad_rows` are not in it.
    row_number : ndarray of int64
        As a spreadsheet shows it, the first row of the file being 1 and blank rows counted;
        for vector files the number of the feature, from 1. One per row of `columns`.
    geometry : pyarrow.Array or None
        WKB, null where a feature has none; None for formats without geometry.
    crs : str or None
        As the file states it: "EPSG:n" where it can be identified, else its own text.
    bad_rows : tuple of BadRow
        In the order of the file.
    encoding : str or None
        The character encoding used, for formats that do not fix it.
    rows_read : int
        Rows of `columns` and bad rows; wholly blank rows are not counted.
    """

    columns: pa.Table
    row_number: npt.NDArray[np.int64]
    geometry: pa.Array | None
    crs: str | None
    bad_rows: tuple[BadRow, ...]
    encoding: str | None
    rows_read: int


def header_names(cells: Iterable[str], where: str) -> list[str]:
    r"""Strip and check the column names of a header.

    Parameters
    ----------
    cells : iterable of str
        The header's cells.
    where : str
        The file, for the error's text.

    Returns
    -------
    list of str
        The names without blanks and invisible characters around them.

    Raises
    ------
    SourceError
        Reasons "duplicate_column" (a name is empty or stands twice) and "too_many_columns".

    Examples
    --------
    >>> header_names(["\ufeff编号", " 名称 "], "a.csv")
    ['编号', '名称']
    """
    names = [cell.strip(_AROUND_NAMES) for cell in cells]
    check_width(len(names), where)
    wrong = _repeated_places(names)
    if wrong:
        places = ", ".join(str(place) for place in wrong[:10])
        raise SourceError(
            f"column {places}: the name is empty or stands twice in the header",
            reason="duplicate_column",
            where=where,
            next_step="Give every column a name of its own",
        )
    return names


def check_width(columns: int, where: str) -> None:
    """Refuse a table that is wider than any that a department keeps.

    Every column costs memory however few rows there are.

    Parameters
    ----------
    columns : int
    where : str
        The file, for the error's text.

    Raises
    ------
    SourceError
        Reason "too_many_columns": more than 4,096.

    Examples
    --------
    >>> check_width(30, "a.csv")
    """
    if columns > _MOST_COLUMNS:
        raise SourceError(
            f"the file has {columns} columns; at most {_MOST_COLUMNS} are read",
            reason="too_many_columns",
            where=where,
            next_step="Check the delimiter, or deliver rows and columns exchanged",
        )


def _repeated_places(names: Sequence[str]) -> list[int]:
    seen: set[str] = {""}
    wrong = []
    for place, name in enumerate(names, start=1):
        if name in seen:
            wrong.append(place)
        seen.add(name)
    return wrong


def float_text(value: float) -> str:
    """Write a number as a person would: shortest exact form, whole numbers without a point.

    Parameters
    ----------
    value : float
        Any number.

    Returns
    -------
    str
        Never in exponent form for finite numbers.

    Examples
    --------
    >>> float_text(3.0), float_text(1e-07), float_text(120.1)
    ('3', '0.0000001', '120.1')
    """
    text = repr(float(value))
    if text.endswith(".0"):
        return text[:-2]
    if "e" in text:
        return str(np.format_float_positional(value, trim="-"))
    return text
