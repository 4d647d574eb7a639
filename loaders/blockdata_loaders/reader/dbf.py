"""dBASE tables (.dbf), the attributes of a Shapefile, as the bytes that stand in them.

Read by their published layout. The spatial driver turns a number that it cannot parse, a date
that does not exist and text in another encoding into null or other characters without a word.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from blockdata.errors import SourceError

__all__ = ["DbfField", "DbfTable", "read_dbf", "truncated"]

_HEADER_BYTES = 32
_FIELD_BYTES = 32
_NAME_BYTES = 11
_END_OF_FIELDS = 0x0D
_DELETED = ord("*")
_CHUNK_ROWS = 1 << 16
_BYTES = pa.binary()


@dataclass(frozen=True)
class DbfField:
    """A column: its name, its type letter, and where its bytes stand in a record."""

    name: bytes
    kind: str
    start: int
    width: int


@dataclass(frozen=True)
class DbfTable:
    """The records of a table that are not deleted.

    Parameters
    ----------
    fields : tuple of DbfField
    columns : list of pyarrow.ChunkedArray of binary
        Values without padding, null where there is none. Numbers as written; dates of eight
        digits as YYYY-MM-DD, whether the day exists or not; true and false.
    deleted : ndarray of bool
        One for every record, the deleted ones among them.
    language : int
        The language byte, which may tell the encoding; 0 where it does not.
    """

    fields: tuple[DbfField, ...]
    columns: list[pa.ChunkedArray]
    deleted: npt.NDArray[np.bool_]
    language: int


@dataclass(frozen=True)
class _Header:
    count: int
    header_bytes: int
    record_bytes: int
    language: int


def read_dbf(path: Path) -> DbfTable:
    """Read a table.

    Parameters
    ----------
    path : Path

    Returns
    -------
    DbfTable

    Raises
    ------
    SourceError
        Reasons "unreadable_dbf" (no dBASE table), "truncated" (records are missing) and
        "unsupported_column" (neither text, number, date nor truth value).
    """
    with path.open("rb") as file:
        header = _header(file, path)
        fields = _fields(file.read(header.header_bytes - _HEADER_BYTES), path)
        if sum(field.width for field in fields) + 1 > header.record_bytes:
            raise _unreadable(path)
        file.seek(header.header_bytes)
        chunks: list[list[pa.Array]] = [[] for _ in fields]
        deleted = [np.zeros(0, np.bool_)]
        for records in _records(file, header, path):
            gone = records[:, 0] == _DELETED
            deleted.append(gone)
            kept = records[~gone] if gone.any() else records
            for field, column in zip(fields, chunks, strict=True):
                column.append(_values(kept[:, field.start : field.start + field.width], field))
    columns = [pa.chunked_array(column, _BYTES) for column in chunks]
    return DbfTable(tuple(fields), columns, np.concatenate(deleted), header.language)


def truncated(path: Path) -> SourceError:
    """Return the error for a file that is shorter than its header says."""
    return SourceError(
        "the end of the file is missing or cannot be read",
        reason="truncated",
        where=path.name,
        next_step="Transfer the delivery again, whole",
    )


def _unreadable(path: Path) -> SourceError:
    return SourceError(
        "the attribute table is no dBASE file",
        reason="unreadable_dbf",
        where=path.name,
        next_step="Export the layer again",
    )


def _header(file: BinaryIO, path: Path) -> _Header:
    head = file.read(_HEADER_BYTES)
    if len(head) < _HEADER_BYTES:
        raise _unreadable(path)
    count = int.from_bytes(head[4:8], "little")
    header_bytes = int.from_bytes(head[8:10], "little")
    record_bytes = int.from_bytes(head[10:12], "little")
    if header_bytes <= _HEADER_BYTES or not record_bytes:
        raise _unreadable(path)
    if os.fstat(file.fileno()).st_size < header_bytes + count * record_bytes:
        raise truncated(path)
    return _Header(count, header_bytes, record_bytes, head[29])


def _fields(data: bytes, path: Path) -> list[DbfField]:
    fields: list[DbfField] = []
    start = 1
    for at in range(0, len(data) - _FIELD_BYTES + 1, _FIELD_BYTES):
        described = data[at : at + _FIELD_BYTES]
        if described[0] == _END_OF_FIELDS:
            break
        field = _field(described, start)
        if field.kind not in _WRITTEN:
            raise SourceError(
                f"column {len(fields) + 1} is of type {field.kind!r}",
                reason="unsupported_column",
                where=path.name,
                next_step="Export it as text, number, date or truth value",
            )
        fields.append(field)
        start += field.width
    return fields


def _field(described: bytes, start: int) -> DbfField:
    kind = chr(described[11])
    # A text's decimal count is the high byte of its width.
    width = described[16] + (described[17] << 8 if kind == "C" else 0)
    return DbfField(described[:_NAME_BYTES].split(b"\0")[0].strip(), kind, start, width)


def _records(file: BinaryIO, header: _Header, path: Path) -> Iterator[npt.NDArray[np.uint8]]:
    """Records in chunks, at least one; the file is not mapped, since it could shrink."""
    left = header.count
    while True:
        rows = min(left, _CHUNK_ROWS)
        data = file.read(rows * header.record_bytes)
        if len(data) < rows * header.record_bytes:
            raise truncated(path)
        yield np.frombuffer(data, np.uint8).reshape(rows, header.record_bytes)
        left -= rows
        if not left:
            return


def _values(cells: npt.NDArray[np.uint8], field: DbfField) -> pa.Array:
    rows, width = cells.shape
    offsets = pa.py_buffer(np.arange(rows + 1, dtype=np.int32) * width)
    data = pa.py_buffer(np.ascontiguousarray(cells))
    # The kernel for ASCII looks at bytes alone, so it serves before anything is decoded.
    texts = pa.Array.from_buffers(pa.string(), rows, [None, offsets, data])
    trim = pc.ascii_rtrim if field.kind == "C" else pc.ascii_trim
    values = _WRITTEN[field.kind](trim(texts, " \0").cast(_BYTES))
    return _null_where(values, pc.equal(values, b""))


def _null_where(values: pa.Array, nothing: pa.Array) -> pa.Array:
    return pc.if_else(nothing, pa.scalar(None, _BYTES), values)


def _texts(values: pa.Array) -> pa.Array:
    return values


def _numbers(values: pa.Array) -> pa.Array:
    # Asterisks stand for a number that does not fit, and writers use them for none.
    return _null_where(values, pc.match_substring_regex(values, r"^\*+$"))


def _dates(values: pa.Array) -> pa.Array:
    split = pc.replace_substring_regex(values, r"^(\d{4})(\d{2})(\d{2})$", r"\1-\2-\3")
    return _null_where(split, pc.match_substring_regex(values, "^0+$"))


def _truths(values: pa.Array) -> pa.Array:
    told = pc.replace_substring_regex(values, "^[TtYy]$", "true")
    told = pc.replace_substring_regex(told, "^[FfNn]$", "false")
    return _null_where(told, pc.equal(values, b"?"))


_WRITTEN: dict[str, Callable[[pa.Array], pa.Array]] = {
    "C": _texts,
    "N": _numbers,
    "F": _numbers,
    "D": _dates,
    "L": _truths,
}
