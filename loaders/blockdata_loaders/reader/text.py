"""Delimited text: CSV and TSV in UTF-8 or GB18030.

The whole file is tried as strict UTF-8, then as strict GB18030; charset detectors misread
short texts. Where neither fits, the one that fits more lines is taken and the rows that it
does not fit are bad rows.
"""

from __future__ import annotations

import codecs
import csv
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv

from blockdata.errors import SourceError
from blockdata_loaders.reader.raw import BadRow, RawTable, header_names

__all__ = ["detect_encoding", "read_text"]

BoolArray = npt.NDArray[np.bool_]

ENCODINGS = ("utf-8", "gb18030")
_DELIMITERS = ",\t;|"
_CHUNK_BYTES = 1 << 22
_BLOCK_BYTES = 1 << 24  # one record must fit into a block
# Stands for bytes that are no text: a noncharacter, which no text may contain.
_UNDECODABLE = "\U0010ffff"
_MARK = "blockdata.mark_undecodable"
_BLANK = " \t\u00a0\u3000\ufeff"


def _mark_undecodable(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return _UNDECODABLE, error.end


codecs.register_error(_MARK, _mark_undecodable)


@dataclass(frozen=True)
class _Skipped:
    """A record that the CSV parser left out because its number of cells is another one."""

    record: int
    cells: int
    lines: int
    blank: bool


@dataclass
class _SkippedRecords:
    """Collects what the CSV parser leaves out."""

    found: list[_Skipped] = field(default_factory=list)

    def __call__(self, row: pa_csv.InvalidRow) -> str:
        blank = not row.text.strip(_BLANK)
        lines = row.text.rstrip("\r\n").count("\n") + 1
        self.found.append(_Skipped(row.number, row.actual_columns, lines, blank))
        return "skip"


def _decodes(path: Path, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)("strict")
    with path.open("rb") as file:
        try:
            while chunk := file.read(_CHUNK_BYTES):
                decoder.decode(chunk)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return False
    return True


def _undecodable_lines(path: Path, encoding: str) -> int:
    count = 0
    with path.open("rb") as file:
        for line in file:
            try:
                line.decode(encoding)
            except UnicodeDecodeError:
                count += 1
    return count


def detect_encoding(path: Path) -> tuple[str, bool]:
    """Choose between UTF-8 and GB18030 by strict decoding of the whole file.

    Parameters
    ----------
    path : Path
        A text file.

    Returns
    -------
    encoding : str
        "utf-8" or "gb18030"; where neither decodes all, the one with fewer undecodable
        lines, and UTF-8 where they are as many.
    strict : bool
        Whether it decodes the whole file.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder, "a.csv")
    ...     _ = path.write_bytes("编号".encode("gb18030"))
    ...     detect_encoding(path)
    ('gb18030', True)
    """
    for encoding in ENCODINGS:
        if _decodes(path, encoding):
            return encoding, True
    return min(ENCODINGS, key=lambda encoding: _undecodable_lines(path, encoding)), False


def _sniff_delimiter(line: str) -> str:
    """Find the most frequent delimiter outside quotes; a comma where there is none."""
    outside = "".join(line.split('"')[::2])
    counts = Counter(character for character in outside if character in _DELIMITERS)
    return max(_DELIMITERS, key=lambda delimiter: counts[delimiter])


def _first_written_line(path: Path, encoding: str) -> str:
    with path.open(encoding=encoding, errors="replace", newline="") as file:
        return next((line for line in file if line.strip(_BLANK + "\r\n")), "")


def _header(path: Path, encoding: str, delimiter: str) -> tuple[list[str], int]:
    """Find the first record that is not blank, and its number from 1."""
    with path.open(encoding=encoding, errors=_MARK, newline="") as file:
        try:
            for number, cells in enumerate(csv.reader(file, delimiter=delimiter), start=1):
                if any(cell.strip(_BLANK) for cell in cells):
                    return cells, number
        except csv.Error:
            raise _unreadable(path) from None
    raise SourceError("the file has no header", reason="empty_file", where=path.name)


def _unreadable(path: Path) -> SourceError:
    return SourceError(
        "the file is no delimited text, or a quotation mark in it is never closed",
        reason="unreadable_text",
        where=path.name,
        next_step="Export it again as CSV in UTF-8",
    )


def _parse(
    source: pa.NativeFile, names: list[str], delimiter: str, encoding: str, skipped: _SkippedRecords
) -> pa.Table:
    """All records, the header too, without those of another length. One thread: in order."""
    return pa_csv.read_csv(
        source,
        read_options=pa_csv.ReadOptions(
            use_threads=False, block_size=_BLOCK_BYTES, column_names=names, encoding=encoding
        ),
        parse_options=pa_csv.ParseOptions(
            delimiter=delimiter,
            newlines_in_values=True,
            ignore_empty_lines=False,
            invalid_row_handler=skipped,
        ),
        convert_options=pa_csv.ConvertOptions(
            column_types=dict.fromkeys(names, pa.string()),
            null_values=[""],
            strings_can_be_null=True,
            quoted_strings_can_be_null=True,
        ),
    )


def _open_source(path: Path, encoding: str, strict: bool) -> tuple[pa.NativeFile, str]:
    """Open what the CSV parser reads, and name its encoding."""
    if strict:
        return pa.OSFile(str(path)), encoding
    # In memory: what may be personal is never copied to a temporary file.
    text = path.read_bytes().decode(encoding, errors=_MARK)
    return pa.BufferReader(text.encode("utf-8")), "utf-8"


def _bad_records(skipped: list[_Skipped], columns: int) -> Iterator[BadRow]:
    for record in skipped:
        if not record.blank:
            detail = f"expected {columns} cells, found {record.cells}"
            if record.lines > 1:
                detail += f", over {record.lines} lines: a quotation mark may be left open"
            yield BadRow(record.record, "ragged", detail)


def _row_numbers(rows: int, skipped: list[_Skipped]) -> npt.NDArray[np.int64]:
    """Record numbers of the rows the parser kept: those that it did not leave out."""
    kept = np.ones(rows + len(skipped) + 1, dtype=np.bool_)
    kept[[0, *(record.record for record in skipped)]] = False
    return np.flatnonzero(kept).astype(np.int64)


def _mask(columns: pa.Table, test: Callable[[pa.ChunkedArray], pa.ChunkedArray]) -> BoolArray:
    """Rows for which the test holds in any column."""
    found = np.zeros(columns.num_rows, dtype=np.bool_)
    for column in columns.columns:
        found |= pc.fill_null(test(column), False).to_numpy()
    return found


def _never_closed(path: Path, columns: pa.Table) -> bool:
    """Whether the last record runs to the end of the file inside a quotation."""
    last = columns.column(columns.num_columns - 1)[-1].as_py() if columns.num_rows else None
    if last is None or "\n" not in last:
        return False
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - 64))
        return not file.read().rstrip(b"\r\n").endswith(b'"')


def _broken_rows(
    path: Path, columns: pa.Table, numbers: npt.NDArray[np.int64], strict: bool
) -> tuple[BoolArray, list[BadRow]]:
    """Kept rows that are no good, and why."""
    broken = np.zeros(columns.num_rows, dtype=np.bool_)
    bad = []
    if not strict:
        broken = _mask(columns, lambda column: pc.match_substring(column, _UNDECODABLE))
        detail = "bytes that are no text in the file's encoding"
        bad = [BadRow(int(number), "undecodable", detail) for number in numbers[broken]]
    if _never_closed(path, columns) and not broken[-1]:
        broken[-1] = True
        bad.append(BadRow(int(numbers[-1]), "ragged", "a quotation mark is never closed"))
    return broken, bad


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
    encoding, strict = _chosen_encoding(path, encoding)
    delimiter = delimiter or _sniff_delimiter(_first_written_line(path, encoding))
    header, header_number = _header(path, encoding, delimiter)
    if any(_UNDECODABLE in cell for cell in header):
        raise SourceError(
            "the header holds bytes that are no text in this encoding",
            reason="undecodable_header",
            where=f"{path.name} ({encoding})",
            next_step="Save the file as UTF-8",
        )
    names = header_names(header, path.name)
    skipped = _SkippedRecords()
    source, source_encoding = _open_source(path, encoding, strict)
    with source:
        try:
            columns = _parse(source, names, delimiter, source_encoding, skipped)
        except (pa.ArrowInvalid, UnicodeError):
            # The parser's own text quotes the row, which may be about a person.
            raise _unreadable(path) from None
    numbers = _row_numbers(columns.num_rows, skipped.found)
    written = (numbers > header_number) & _mask(columns, pc.is_valid)
    broken, bad = _broken_rows(path, columns, numbers, strict)
    bad += _bad_records([r for r in skipped.found if r.record > header_number], len(names))
    keep = written & ~broken
    return RawTable(
        columns=columns if keep.all() else columns.filter(pa.array(keep)),
        row_number=numbers[keep],
        geometry=None,
        crs=None,
        bad_rows=tuple(sorted(bad, key=lambda row: row.row_number)),
        encoding=encoding,
        rows_read=int(keep.sum()) + len(bad),
    )


def _chosen_encoding(path: Path, encoding: str | None) -> tuple[str, bool]:
    if encoding is None:
        return detect_encoding(path)
    try:
        codecs.lookup(encoding)
    except LookupError:
        raise SourceError(
            f"no character encoding is called {encoding!r}",
            reason="unknown_encoding",
            where=path.name,
            next_step="Use utf-8 or gb18030",
        ) from None
    return encoding, _decodes(path, encoding)
