"""Values of a GeoPackage's tables as texts and well-known binary, in bulk."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from blockdata.records.texts import byte_lengths, replaced_rows, text_bytes
from blockdata_loaders.arrays import BoolArray, flags, nulls
from blockdata_loaders.reader.features import readable_wkb
from blockdata_loaders.reader.raw import float_text

__all__ = [
    "SEPARATOR",
    "is_utf8",
    "split_blobs",
    "split_texts",
    "value_blobs",
    "value_texts",
    "value_wkb",
]

SEPARATOR = 31
"""ASCII's unit separator stands between the texts of a column that come as one."""

# Bytes of the envelope in a geometry's header, by its code in the flags; 5 to 7 are invalid.
_ENVELOPE_BYTES = np.array([0, 32, 48, 48, 64, -1, -1, -1])
_HEADER_BYTES = 8
_EXTENDED = 0x20


def split_texts(joined: bytes, count: int) -> pa.Array | None:
    """Return the texts of a column that come as one, an empty one null.

    Parameters
    ----------
    joined : bytes
        With `SEPARATOR` between the texts.
    count : int
        How many there are.

    Returns
    -------
    pa.Array of binary, or None
        None where a text holds the separator.

    Examples
    --------
    >>> split_texts(bytes([97, SEPARATOR, SEPARATOR, 98]), 3).to_pylist()
    [b'a', None, b'b']
    """
    data = np.frombuffer(joined, np.uint8)
    places = np.flatnonzero(data == SEPARATOR)
    if len(places) != count - 1:
        return None
    offsets = np.empty(count + 1, np.int32)
    offsets[0], offsets[-1] = 0, len(data) - len(places)
    offsets[1:-1] = places - np.arange(len(places))
    given = np.diff(offsets) > 0
    buffers = [
        None if given.all() else pa.array(given).buffers()[1],
        pa.py_buffer(offsets),
        pa.py_buffer(np.delete(data, places)),
    ]
    return pa.Array.from_buffers(pa.binary(), count, buffers)


def _text(value: Any, declared: str) -> bytes | bytearray | None:
    """Write a value as text in UTF-8."""
    if value is None or isinstance(value, bytearray):
        return value
    if isinstance(value, int):
        named = ("true" if value else "false") if declared == "BOOLEAN" else str(value)
        return named.encode()
    return (float_text(value) if isinstance(value, float) else bytes(value).hex()).encode()


def value_texts(values: Sequence[Any], declared: str) -> pa.Array:
    """Return values as texts that may not be UTF-8 yet, an empty one null.

    Parameters
    ----------
    values : sequence
        As SQLite gives them, texts as bytearray.
    declared : str
        The column's declared type.

    Examples
    --------
    >>> value_texts([1, None, bytearray(b"")], "BOOLEAN").to_pylist()
    [b'true', None, None]
    """
    if not set(map(type, values)) <= {bytearray, type(None)}:
        values = [_text(value, declared) for value in values]
    texts = pa.array(values, pa.binary())
    empty = np.flatnonzero((byte_lengths(texts) == 0) & flags(texts.is_valid()))
    return replaced_rows(texts, empty, nulls(len(empty), pa.binary()))


def is_utf8(values: pa.Array) -> BoolArray:
    r"""Tell which bytes are text in UTF-8; a missing value is not none.

    Examples
    --------
    >>> is_utf8(pa.array(["路".encode(), b"\xff", None])).tolist()
    [True, False, True]
    """
    try:
        values.cast(pa.string())
    except pa.ArrowInvalid:
        return np.array([_decodes(value) for value in values.to_pylist()], dtype=np.bool_)
    return np.ones(len(values), dtype=np.bool_)


def _decodes(data: bytes | None) -> bool:
    try:
        return data is None or data.decode("utf-8") is not None
    except UnicodeDecodeError:
        return False


def value_blobs(values: Sequence[Any]) -> pa.Array:
    """Return geometry values as bytes; one that is neither bytes nor null has none.

    Examples
    --------
    >>> value_blobs([b"GP", None, 7]).to_pylist()
    [b'GP', None, b'']
    """
    if not set(map(type, values)) <= {bytes, type(None)}:
        values = [v if v is None or isinstance(v, bytes) else b"" for v in values]
    return pa.array(values, pa.binary())


def split_blobs(joined: bytes, lengths: bytes) -> pa.Array:
    r"""Return the values of a column of bytes that come as one.

    Parameters
    ----------
    joined : bytes
        One value after the other.
    lengths : bytes
        Their numbers of bytes, -1 for null, with `SEPARATOR` between them.

    Examples
    --------
    >>> split_blobs(b"abc", b"2\x1f-1\x1f1").to_pylist()
    [b'ab', None, b'c']
    """
    sizes = np.array(lengths.split(bytes([SEPARATOR])), dtype=np.int64)
    offsets = np.concatenate([[0], np.cumsum(np.maximum(sizes, 0))]).astype(np.int32)
    given = sizes >= 0
    buffers = [
        None if given.all() else pa.array(given).buffers()[1],
        pa.py_buffer(offsets),
        pa.py_buffer(joined),
    ]
    return pa.Array.from_buffers(pa.binary(), len(sizes), buffers)


def value_wkb(stated: pa.Array) -> tuple[pa.Array, BoolArray]:
    """Take the well-known binary inside geometry values.

    Parameters
    ----------
    stated : pa.Array of binary

    Returns
    -------
    wkb : pa.Array of binary
        Null where there is none.
    readable : ndarray of bool
        Where it is a geometry, or the value is null.

    References
    ----------
    OGC 12-128r19, GeoPackage Encoding Standard, clause 2.1.3 (geometry encoding).
    """
    begins = _wkb_begins(stated)
    rows = np.flatnonzero(begins)
    wkb = _without_heads(stated.take(pa.array(rows)), begins[rows])
    wkb = replaced_rows(nulls(len(stated), pa.binary()), rows, wkb)
    return wkb, np.where(begins > 0, readable_wkb(wkb), flags(stated.is_null()))


def _wkb_begins(stated: pa.Array) -> npt.NDArray[np.int64]:
    """Return where the well-known binary in geometry values begins; 0 where there is none."""
    data, offsets = text_bytes(stated)
    begins = np.zeros(len(stated), np.int64)
    rows = np.flatnonzero(np.diff(offsets) >= _HEADER_BYTES)
    magic, more, _, bits = (data[offsets[rows] + place] for place in range(4))
    envelope = _ENVELOPE_BYTES[bits >> 1 & 7]
    plain = (magic == ord("G")) & (more == ord("P")) & (bits & _EXTENDED == 0) & (envelope >= 0)
    plain &= np.diff(offsets)[rows] > _HEADER_BYTES + envelope
    begins[rows[plain]] = _HEADER_BYTES + envelope[plain]
    return begins


def _without_heads(values: pa.Array, heads: npt.NDArray[np.int64]) -> pa.Array:
    """Return bytes without the first ones of each, of which none is missing."""
    data, offsets = text_bytes(values)
    ends = np.cumsum(heads)
    first = np.repeat(offsets[:-1] - (ends - heads), heads) + np.arange(heads.sum())
    kept = np.delete(data, first)
    shorter = (offsets - np.concatenate([[0], ends])).astype(np.int32)
    buffers = [None, pa.py_buffer(shorter), pa.py_buffer(kept)]
    return pa.Array.from_buffers(pa.binary(), len(values), buffers)
