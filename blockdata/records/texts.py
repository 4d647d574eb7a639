"""Columns of texts looked at as bytes: which rows need work, told without touching each row.

A column of a delivery is either a few texts many times, or mostly clean texts that no rule
changes. So a rule is asked once per distinct text, or only of the rows whose bytes say that it
could apply; everything else stays the very array that the reader made.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

__all__ = [
    "byte_lengths",
    "for_distinct",
    "in_blocks",
    "is_ascii",
    "is_repetitive",
    "replaced_rows",
    "rows_with_other_bytes",
    "same_bytes",
    "text_bytes",
    "where",
]

BoolArray = npt.NDArray[np.bool_]
Rows = npt.NDArray[np.int64]

_SAMPLE = 1024
_MOST_DISTINCT = 0.9
_BLOCK_BYTES = 1 << 18  # stays in the processor's cache
_BLOCK_ROWS = 1 << 15


def text_bytes(values: pa.Array) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.int32]]:
    """Return the bytes of all texts, one after the other, and where each begins and ends.

    Parameters
    ----------
    values : pa.Array, shape (n,)
        Texts (string or binary); a missing one has no bytes.

    Returns
    -------
    data : ndarray of uint8
    offsets : ndarray of int32, shape (n + 1,)
        Text i is `data[offsets[i]:offsets[i + 1]]`.

    Examples
    --------
    >>> data, offsets = text_bytes(pa.array(["ab", None, "c"]))
    >>> bytes(data), offsets.tolist()
    (b'abc', [0, 2, 2, 3])
    """
    if not len(values):
        return np.empty(0, np.uint8), np.zeros(1, np.int32)
    _, bounds, content = values.buffers()
    offsets = np.frombuffer(bounds, np.int32)[values.offset : values.offset + len(values) + 1]
    begin, end = int(offsets[0]), int(offsets[-1])
    if content is None or begin == end:
        return np.empty(0, np.uint8), offsets - begin
    return np.frombuffer(content, np.uint8)[begin:end], offsets - begin if begin else offsets


def byte_lengths(values: pa.Array) -> npt.NDArray[np.int32]:
    """Return the number of bytes of each text, 0 where one is missing.

    Examples
    --------
    >>> byte_lengths(pa.array(["路", None, "c"])).tolist()
    [3, 0, 1]
    """
    return np.diff(text_bytes(values)[1])


def same_bytes(values: pa.Array, shortened: pa.Array) -> bool:
    """Tell whether texts from which bytes can only have been taken away are what they were.

    Examples
    --------
    >>> texts = pa.array(["a", "b "])
    >>> same_bytes(texts, pc.utf8_trim_whitespace(texts))
    False
    """
    return len(text_bytes(values)[0]) == len(text_bytes(shortened)[0])


def is_ascii(values: pa.Array) -> bool:
    """Tell whether no text has a character outside ASCII.

    Examples
    --------
    >>> is_ascii(pa.array(["a", None])), is_ascii(pa.array(["路"]))
    (True, False)
    """
    data, _ = text_bytes(values)
    return not len(data) or int(data.max()) < 128


def rows_with_other_bytes(values: pa.Array, allowed: bytes) -> Rows:
    """Return the places of texts that have a byte which is none of the allowed ones.

    Parameters
    ----------
    values : pa.Array
        Texts.
    allowed : bytes

    Returns
    -------
    ndarray of int64
        In ascending order, each once.

    Examples
    --------
    >>> rows_with_other_bytes(pa.array(["12", "3 m", None, "4米"]), b"0123456789").tolist()
    [1, 3]
    """
    data, offsets = text_bytes(values)
    is_other = np.ones(256, np.bool_)
    is_other[list(allowed)] = False
    places = [
        begin + np.flatnonzero(is_other[data[begin : begin + _BLOCK_BYTES]])
        for begin in range(0, len(data), _BLOCK_BYTES)
    ]
    if not any(map(len, places)):
        return np.empty(0, np.int64)
    # The last text that begins at or before a byte is the one that has it.
    rows = np.searchsorted(offsets, np.concatenate(places), side="right") - 1
    return rows[np.diff(rows, prepend=-1) > 0].astype(np.int64)


def is_repetitive(values: pa.Array) -> bool:
    """Tell, by a sample, whether a column has few distinct values.

    The answer decides how a column is worked on, never what comes out.

    Examples
    --------
    >>> is_repetitive(pa.array(["a", "b"] * 100)), is_repetitive(pa.array(["a", "b"]))
    (True, False)
    """
    step = max(1, len(values) // _SAMPLE)
    sample = values.take(pa.array(np.arange(0, len(values), step))).drop_null()
    return len(sample.unique()) < _MOST_DISTINCT * len(sample)


def for_distinct(values: pa.Array, changed: Callable[[pa.Array], pa.Array]) -> pa.Array:
    """Return texts changed by a function of each text alone, asked once per text that repeats.

    Parameters
    ----------
    values : pa.Array
        Texts.
    changed : callable
        From texts to as many texts, each depending on its text alone; a missing text stays
        missing. Where it changes none, it had best return the very array it was given.

    Returns
    -------
    pa.Array
        `values` itself where nothing changed.

    Examples
    --------
    >>> for_distinct(pa.array(["a", None, "a"]), pc.utf8_upper).to_pylist()
    ['A', None, 'A']
    """
    if values.null_count == len(values):
        return values
    if not is_repetitive(values):
        return in_blocks(values, changed)
    encoded = values.dictionary_encode()
    results = changed(encoded.dictionary)
    return values if results is encoded.dictionary else results.take(encoded.indices)


def in_blocks(values: pa.Array, changed: Callable[[pa.Array], pa.Array]) -> pa.Array:
    """Return values changed by a function of each value alone, asked of some thousand at a time.

    What a function needs meanwhile then stays in the processor's cache and is used again, where
    fresh memory for a whole column would cost more than the work.

    Parameters
    ----------
    values : pa.Array
    changed : callable
        From values to as many. Where it changes none, it had best return what it was given.

    Returns
    -------
    pa.Array
        `values` itself where nothing changed.

    Examples
    --------
    >>> in_blocks(pa.array(["a", "b"]), pc.utf8_upper).to_pylist()
    ['A', 'B']
    """
    blocks = [values.slice(begin, _BLOCK_ROWS) for begin in range(0, len(values), _BLOCK_ROWS)]
    results = [changed(block) for block in blocks]
    if all(result is block for result, block in zip(results, blocks, strict=True)):
        return values
    return pa.concat_arrays(results)


def where(flags: BoolArray | pa.Array) -> Rows:
    """Return the places at which a flag is set; one that is missing is not."""
    if isinstance(flags, pa.Array):
        flags = flags.fill_null(False).to_numpy(zero_copy_only=False)
    return np.flatnonzero(flags).astype(np.int64)


def replaced_rows(values: pa.Array, rows: Rows, replacements: pa.Array) -> pa.Array:
    """Return an array with other values in some rows.

    Parameters
    ----------
    values : pa.Array
    rows : ndarray of int64
        Places in ascending order, each once.
    replacements : pa.Array
        One value per place, of the same type.

    Examples
    --------
    >>> replaced_rows(pa.array(["a", "b"]), np.array([1]), pa.array(["c"])).to_pylist()
    ['a', 'c']
    """
    if not len(rows):
        return values
    chosen = np.zeros(len(values), np.bool_)
    chosen[rows] = True
    return pc.replace_with_mask(values, pa.array(chosen), replacements)
