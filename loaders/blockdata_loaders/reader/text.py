"""Delimited text: CSV and TSV in UTF-8 or GB18030.

A file is parsed as the first encoding that all of it is text in; the parser itself decodes
strictly, so that most files are read once. Where none fits, the one that fits more lines is
taken and the rows that it does not fit are bad rows.
"""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa

from blockdata.errors import SourceError
from blockdata_loaders.reader.encoding import (
    MARK_ERRORS,
    UNDECODABLE,
    best_encoding,
    decodes,
    is_utf8,
    known_encodings,
)
from blockdata_loaders.reader.raw import BadRow, RawTable, header_names
from blockdata_loaders.reader.records import BLANK, Form, Records, Skipped, parsed

__all__ = ["read_text"]

_DELIMITERS = ",\t;|"
_SMALL, _LARGE = 1 << 20, 1 << 24
"""Bytes of a block: small ones are quick, and one record must fit into a block."""
_ATTEMPTS = ((_SMALL, True), (_SMALL, False), (_LARGE, False))
"""Blocks, and whether all records must be regular: most files are."""


def _sniff_delimiter(line: str) -> str:
    """Find the most frequent delimiter outside quotes; a comma where there is none."""
    outside = "".join(line.split('"')[::2])
    counts = Counter(character for character in outside if character in _DELIMITERS)
    return max(_DELIMITERS, key=lambda delimiter: counts[delimiter])


def _first_written_line(path: Path, encoding: str) -> str:
    with path.open(encoding=encoding, errors="replace", newline="") as file:
        return next((line for line in file if line.strip(BLANK + "\r\n")), "")


def _form(path: Path, encoding: str, delimiter: str | None) -> Form:
    """Find the first record that is not blank."""
    try:
        delimiter = delimiter or _sniff_delimiter(_first_written_line(path, encoding))
        with path.open(encoding=encoding, errors=MARK_ERRORS, newline="") as file:
            for number, cells in enumerate(csv.reader(file, delimiter=delimiter), start=1):
                if any(cell.strip(BLANK) for cell in cells):
                    return Form(encoding, delimiter, cells, number)
    except (csv.Error, UnicodeError):
        raise _unreadable(path) from None
    raise SourceError("the file has no header", reason="empty_file", where=path.name)


def _has_undecodable_header(form: Form) -> bool:
    return any(UNDECODABLE in cell for cell in form.header)


def _unreadable(path: Path) -> SourceError:
    return SourceError(
        "the file is no delimited text, or a quotation mark in it is never closed",
        reason="unreadable_text",
        where=path.name,
        next_step="Export it again as CSV in UTF-8",
    )


def _parsed_strictly(path: Path, form: Form) -> Records | None:
    """Parse a file that is text in the form's encoding; None where it is not."""
    if _has_undecodable_header(form):
        return None
    header_names(form.header, path.name)  # before a broken one costs anything
    for block_bytes, is_regular in _ATTEMPTS:
        # Irregular records are handed out as text, so that what is none must be known before.
        if not is_regular and is_utf8(form.encoding) and not decodes(path, form.encoding):
            return None
        try:
            return parsed(path, form, block_bytes, is_regular=is_regular)
        except UnicodeError:
            return None
        except pa.ArrowInvalid:
            continue
    # Without the parser's own text: it quotes the row, which may be about a person.
    raise _unreadable(path)


def _parsed_with_marks(path: Path, form: Form) -> Records:
    """Parse a file that has bytes which are no text."""
    if _has_undecodable_header(form):
        raise SourceError(
            "the header holds bytes that are no text in this encoding",
            reason="undecodable_header",
            where=f"{path.name} ({form.encoding})",
            next_step="Save the file as UTF-8",
        )
    try:
        return parsed(path, form, _LARGE, is_marked=True)
    except pa.ArrowInvalid:
        raise _unreadable(path) from None


def _bad_records(skipped: list[Skipped], form: Form) -> Iterator[BadRow]:
    for record in skipped:
        if record.number > form.header_number and not record.is_blank:
            detail = f"expected {len(form.header)} cells, found {record.cells}"
            if record.lines > 1:
                detail += f", over {record.lines} lines: a quotation mark may be left open"
            yield BadRow(record.number, "ragged", detail)


def _never_closed(path: Path, last_column: pa.ChunkedArray) -> bool:
    """Whether the last record runs to the end of the file inside a quotation."""
    last = last_column[-1].as_py() if len(last_column) else None
    if last is None or "\n" not in last:
        return False
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - 64))
        return not file.read().rstrip(b"\r\n").endswith(b'"')


def _table(path: Path, form: Form, records: Records) -> RawTable:
    names, numbers = header_names(form.header, path.name), records.numbers
    begin, end = int(np.searchsorted(numbers, form.header_number, side="right")), len(numbers)
    detail = "bytes that are no text in the file's encoding"
    bad = [BadRow(int(number), "undecodable", detail) for number in records.undecodable]
    bad += _bad_records(records.skipped, form)
    if records.ends_here and _never_closed(path, records.columns[-1]):
        end -= 1
        bad.append(BadRow(int(numbers[end]), "ragged", "a quotation mark is never closed"))
    begin = min(begin, end)  # a header that is never closed is the last record
    columns = [column.slice(begin, end - begin) for column in records.columns]
    return RawTable(
        columns=pa.Table.from_arrays(columns, names=names),
        row_number=numbers[begin:end],
        geometry=None,
        crs=None,
        bad_rows=tuple(sorted(bad, key=lambda row: row.row_number)),
        encoding=form.encoding,
        rows_read=end - begin + len(bad),
    )


def read_text(path: Path, *, encoding: str | None = None, delimiter: str | None = None) -> RawTable:
    r"""Read a CSV or TSV file.

    Parameters
    ----------
    path : Path
        The file; its first record that is not blank is the header.
    encoding : str, optional
        Taken as given; else UTF-8 or GB18030 by strict decoding.
    delimiter : str, optional
        Taken as given; else the most frequent of comma, tab, semicolon and bar in the header.

    Returns
    -------
    RawTable
        Empty cells are null; everything else stays as written. Rows with another number of
        cells than the header ("ragged") or bytes that are no text ("undecodable") are bad.

    Raises
    ------
    SourceError
        Reasons "empty_file", "duplicate_column", "unknown_encoding", "undecodable_header"
        and "unreadable_text".

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder, "a.csv")
    ...     _ = path.write_text("code,name\n001,a\n\n002\n", encoding="utf-8")
    ...     table = read_text(path)
    >>> table.columns.to_pydict(), table.row_number.tolist(), table.bad_rows[0].row_number
    ({'code': ['001'], 'name': ['a']}, [2], 4)
    """
    encodings = known_encodings(encoding, path)
    for candidate in encodings:
        form = _form(path, candidate, delimiter)
        records = _parsed_strictly(path, form)
        if records is not None:
            return _table(path, form, records)
    form = _form(path, best_encoding(path, encodings), delimiter)
    return _table(path, form, _parsed_with_marks(path, form))
