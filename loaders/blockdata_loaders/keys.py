"""Keys of rows: one text per row, never personal, and what becomes of rows that share one."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from blockdata.records.identifiers import is_identity_number
from blockdata.records.texts import text_bytes
from blockdata_loaders.arrays import BoolArray, flags, whole

__all__ = ["is_personal", "key_texts", "repeats"]

_MOBILE = r"\A(?:(?:\+|00)?86[ \-]?)?1[3-9][0-9][ \-]?[0-9]{4}[ \-]?[0-9]{4}\z"
_FIRST = np.frombuffer(b"+0123456789", np.uint8)
_SHORTEST, _LONGEST = 11, 18  # bytes, from a bare mobile number to one with 0086 and hyphens
_SIGNS = ("\\", "|")
_LIKE_IDENTITY = r"\A[1-9][0-9]{16}[0-9Xx]\z"


def _as_text(values: pa.Array) -> pa.Array:
    if pa.types.is_timestamp(values.type):
        iso = pc.replace_substring(values.cast(pa.string()), " ", "T")
        return pc.replace_substring_regex(iso, r"\.0+\z", "")
    return values.cast(pa.string())


def _escaped(values: pa.Array) -> pa.Array:
    text = _as_text(values)
    data, _ = text_bytes(text)
    for sign in _SIGNS:
        if (data == ord(sign)).any():
            text = pc.replace_substring(text, sign, f"\\{sign}")
    return text


def key_texts(parts: list[pa.Array]) -> pa.Array:
    r"""Return one text per row for a key of one or several fields.

    Parameters
    ----------
    parts : list of pa.Array
        Typed columns of the key's fields, in order.

    Returns
    -------
    pa.Array
        As `blockdata.store.ids.key_text` makes it of their texts: a moment in ISO 8601 (UTC), a
        missing part empty. Null where all parts are missing.

    Examples
    --------
    >>> key_texts([pa.array(["unit", None]), pa.array(["a|b", None])]).to_pylist()
    ['unit|a\\|b', None]
    """
    escaped = [_escaped(part) for part in parts]
    if len(escaped) == 1:
        return escaped[0]
    joined = pc.binary_join_element_wise(*(pc.fill_null(text, "") for text in escaped), "|")
    given = np.logical_or.reduce([flags(part.is_valid()) for part in parts])
    return pc.if_else(pa.array(given), joined, pa.scalar(None, pa.string()))


def is_personal(values: pa.Array) -> BoolArray:
    """Whether a part of a key is itself a mobile number or a valid identity number.

    Parameters
    ----------
    values : pa.Array
        A typed column; only texts can be personal.

    Examples
    --------
    >>> is_personal(pa.array(["13800000000", "11010519491231002X", "A-7"])).tolist()
    [True, True, False]
    """
    if not pa.types.is_string(values.type):
        return np.zeros(len(values), dtype=np.bool_)
    personal = np.zeros(len(values), dtype=np.bool_)
    rows = _rows_like_numbers(values)
    few = values.take(pa.array(rows))
    personal[rows] = flags(pc.match_substring_regex(few, _MOBILE))
    like = rows[flags(pc.match_substring_regex(few, _LIKE_IDENTITY))]
    personal[like] |= is_identity_number(pc.utf8_upper(values.take(pa.array(like))))
    return personal


def _rows_like_numbers(values: pa.Array) -> np.ndarray:
    """Return the rows with as many bytes as a mobile or identity number and such a first one."""
    data, offsets = text_bytes(values)
    rows = np.flatnonzero((np.diff(offsets) >= _SHORTEST) & (np.diff(offsets) <= _LONGEST))
    return rows[np.isin(data[offsets[rows]], _FIRST)]


def repeats(keys: pa.Array, content: pa.Table, usable: BoolArray) -> tuple[BoolArray, BoolArray]:
    """Compare rows that share a key.

    Parameters
    ----------
    keys : pa.Array, shape (n,)
        Texts, null where a row has none.
    content : pa.Table, n rows
        All that a row says.
    usable : ndarray of bool, shape (n,)
        Rows to compare; the others are neither.

    Returns
    -------
    merged : ndarray of bool, shape (n,)
        Rows whose content an earlier row with the same key has too.
    conflicting : ndarray of bool, shape (n,)
        All rows of a key that has different contents; none of them is merged.

    Examples
    --------
    >>> content = pa.table({"name": ["a", "a", "b", "c"]})
    >>> merged, conflicting = repeats(pa.array(["1", "1", "2", "2"]), content, np.full(4, True))
    >>> merged.tolist(), conflicting.tolist()
    ([False, True, False, False], [False, False, True, True])
    """
    merged, conflicting = np.zeros((2, len(keys)), dtype=np.bool_)
    usable = usable & flags(keys.is_valid())
    rows = np.flatnonzero(usable)
    compared = keys.take(pa.array(rows))
    if _is_ascending(compared):
        return merged, conflicting
    numbers = _numbered(compared)
    shared = np.bincount(numbers)[numbers] > 1
    rows, numbers = rows[shared], numbers[shared]
    if not len(rows):
        return merged, conflicting
    shown = content.take(pa.array(rows))
    frame = pd.DataFrame({n: _numbered(whole(shown.column(n))) for n in shown.column_names})
    frame["key number"] = numbers
    repeated = frame.duplicated().to_numpy()
    contents = np.bincount(numbers, weights=~repeated)[numbers]
    merged[rows] = repeated & (contents == 1)
    conflicting[rows] = contents > 1
    return merged, conflicting


def _is_ascending(texts: pa.Array) -> bool:
    """Tell whether each text comes after the one before: so most exports are, without repeats."""
    return bool(pc.all(pc.less(texts[:-1], texts[1:]), min_count=0).as_py())


def _numbered(values: pa.Array) -> np.ndarray:
    """Return a number for each distinct value; missing values are alike."""
    encoded = values.dictionary_encode(null_encoding="encode")
    return np.asarray(encoded.indices.to_numpy(zero_copy_only=False), dtype=np.int64)
