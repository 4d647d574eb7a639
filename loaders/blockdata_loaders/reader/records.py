"""The records of delimited text, parsed in bulk; what cannot be kept is told by its number."""

from __future__ import annotations

import codecs
import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv

from blockdata_loaders.arrays import BoolArray, flags
from blockdata_loaders.reader.encoding import MARK_ERRORS, UNDECODABLE
from blockdata_loaders.reader.growing import GrowingColumn

__all__ = ["BLANK", "Form", "Records", "Skipped", "parsed"]

BLANK = " \t\u00a0\u3000\ufeff"
"""What may stand around a cell without making it one that is written."""

_MORE = 1.1
"""Memory is reserved for so much more than the first block lets expect: later rows differ."""


@dataclass(frozen=True)
class Form:
    """How a file is written: its encoding, delimiter and header, and that record's number.

    Parameters
    ----------
    encoding, delimiter : str
    header : list of str
        Cells of the first record that is not blank.
    header_number : int
        Its number, from 1.
    """

    encoding: str
    delimiter: str
    header: list[str]
    header_number: int


@dataclass(frozen=True)
class Skipped:
    """A record that the parser left out because its number of cells is another one."""

    number: int
    cells: int
    lines: int
    is_blank: bool


@dataclass(frozen=True)
class Records:
    """The written records of a file with as many cells as the header, the header itself too.

    Parameters
    ----------
    columns : list of pa.ChunkedArray
        Cells as text, an empty one null.
    numbers : ndarray of int64
        Numbers of these records.
    ends_here : bool
        Whether the last of them is the last that the parser kept.
    undecodable : ndarray of int64
        Numbers of records with bytes that are no text.
    skipped : list of Skipped
    """

    columns: list[pa.ChunkedArray]
    numbers: npt.NDArray[np.int64]
    ends_here: bool
    undecodable: npt.NDArray[np.int64]
    skipped: list[Skipped]


class _Utf8(io.RawIOBase):
    """The text of a file in another encoding, as UTF-8."""

    def __init__(self, file: io.BufferedIOBase, encoding: str, errors: str) -> None:
        self._file = file
        self._decoder = codecs.getincrementaldecoder(encoding)(errors)
        self._left = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        while not self._left:
            read = self._file.read(len(buffer))
            self._left = self._decoder.decode(read, final=not read).encode("utf-8")
            if not read:
                break
        given, self._left = self._left[: len(buffer)], self._left[len(buffer) :]
        buffer[: len(given)] = given
        return len(given)


@contextmanager
def _source(path: Path, encoding: str, *, is_marked: bool) -> Iterator[pa.NativeFile]:
    if encoding == "utf-8" and not is_marked:
        with pa.OSFile(str(path)) as source:
            yield source
        return
    errors = MARK_ERRORS if is_marked else "strict"
    with path.open("rb") as file, io.BufferedReader(_Utf8(file, encoding, errors)) as text:
        yield pa.PythonFile(text, mode="r")


def parsed(
    path: Path,
    form: Form,
    block_bytes: int,
    *,
    is_regular: bool = False,
    is_marked: bool = False,
) -> Records:
    """Parse the records of a file.

    Parameters
    ----------
    path : Path
    form : Form
    block_bytes : int
        Bytes that are parsed at a time; a record must fit into them.
    is_regular : bool
        Whether all records must have as many cells as the header, which is quicker; else those
        that have not are left out, and the file must be text in its encoding.
    is_marked : bool
        Whether bytes that are no text cost their record; else they are an error.

    Raises
    ------
    pyarrow.ArrowInvalid
        The file cannot be parsed, or is no text in UTF-8. Its message may hold a row.
    UnicodeError
        The file is no text in another encoding.
    """
    skipped: list[Skipped] = []
    columns = [GrowingColumn(_MORE * (1 + path.stat().st_size / block_bytes)) for _ in form.header]
    blank, undecodable = [np.zeros(0, np.bool_)], [np.zeros(0, np.bool_)]
    with _source(path, form.encoding, is_marked=is_marked) as source:
        for batch in _batches(source, form, block_bytes, None if is_regular else skipped):
            blank.append(_blank(batch))
            undecodable.append(_marked(batch) if is_marked else np.zeros(len(batch), np.bool_))
            good = ~(blank[-1] | undecodable[-1])
            kept = batch if good.all() else batch.filter(pa.array(good))
            for texts, part in zip(columns, kept.columns, strict=True):
                texts.add(part)
    is_blank, is_undecodable = np.concatenate(blank), np.concatenate(undecodable)
    numbers, good = _numbers(len(is_blank), skipped), ~(is_blank | is_undecodable)
    return Records(
        columns=[texts.column() for texts in columns],
        numbers=numbers[good],
        ends_here=bool(good[-1:].any()),
        undecodable=numbers[is_undecodable],
        skipped=skipped,
    )


def _skipped(row: pa_csv.InvalidRow) -> Skipped:
    lines = row.text.rstrip("\r\n").count("\n") + 1
    return Skipped(row.number, row.actual_columns, lines, not row.text.strip(BLANK))


def _batches(
    source: pa.NativeFile, form: Form, block_bytes: int, skipped: list[Skipped] | None
) -> pa_csv.CSVStreamingReader:
    """Read batches; records of another length go into `skipped`, or are an error."""

    def skip(row: pa_csv.InvalidRow) -> str:
        found.append(_skipped(row))
        return "skip"

    found = [] if skipped is None else skipped
    # The names of columns are ours: those of the file may stand twice.
    names = [str(place) for place in range(len(form.header))]
    return pa_csv.open_csv(
        source,
        # Only a single thread numbers what it leaves out.
        read_options=pa_csv.ReadOptions(
            use_threads=skipped is None, block_size=block_bytes, column_names=names
        ),
        parse_options=pa_csv.ParseOptions(
            delimiter=form.delimiter,
            newlines_in_values=True,
            ignore_empty_lines=False,
            invalid_row_handler=None if skipped is None else skip,
        ),
        convert_options=pa_csv.ConvertOptions(
            column_types=dict.fromkeys(names, pa.string()),
            null_values=[""],
            strings_can_be_null=True,
            quoted_strings_can_be_null=True,
        ),
    )


def _blank(batch: pa.RecordBatch) -> BoolArray:
    """Tell which rows have nothing but empty cells."""
    blank = np.ones(len(batch), dtype=np.bool_)
    for column in batch.columns:
        if column.null_count == 0:
            return np.zeros(len(batch), dtype=np.bool_)
        blank &= flags(column.is_null())
    return blank


def _marked(batch: pa.RecordBatch) -> BoolArray:
    """Tell which rows have a cell with a mark."""
    found = [flags(pc.match_substring(column, UNDECODABLE)) for column in batch.columns]
    return np.asarray(np.logical_or.reduce(found))


def _numbers(rows: int, skipped: list[Skipped]) -> npt.NDArray[np.int64]:
    """Return the numbers of the records that the parser kept: those that it did not leave out."""
    kept = np.ones(rows + len(skipped) + 1, dtype=np.bool_)
    kept[[0, *(record.number for record in skipped)]] = False
    return np.flatnonzero(kept).astype(np.int64)
