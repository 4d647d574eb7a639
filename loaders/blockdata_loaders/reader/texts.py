"""Typed columns of Arrow as the texts that a person would write, exactly and without loss."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from blockdata_loaders.reader.raw import float_text

__all__ = ["as_texts"]

BoolArray = npt.NDArray[np.bool_]

# Seconds, a fraction with something in it, the zeros after it, and an offset from UTC.
_CLOCK_END = r"(:\d\d)(\.\d*?[1-9])?\.?0*([+-]\d{4}|Z)?$"


def as_texts(values: pa.Array) -> tuple[pa.Array, BoolArray]:
    """Write a column as text.

    Parameters
    ----------
    values : pyarrow.Array, shape (n,)
        Of any type.

    Returns
    -------
    texts : pyarrow.Array of string, shape (n,)
        Null for missing values, empty texts and not-a-number, which is how tables of numbers
        mark a missing one. Whole numbers without a point, no exponents; true and false; dates
        and times as ISO 8601 with the fraction of a second that there is, an offset as +0800;
        bytes as hexadecimal digits; lists and structures as JSON.
    undecodable : ndarray of bool, shape (n,)
        Where a text's bytes are not UTF-8; `texts` is null there.

    Examples
    --------
    >>> as_texts(pa.array([3.0, 1e-07, None, float("nan")]))[0].to_pylist()
    ['3', '0.0000001', None, None]
    """
    if isinstance(values.type, pa.BaseExtensionType):
        values = values.storage
    if pa.types.is_dictionary(values.type):
        values = values.cast(values.type.value_type)
    if _is_text(values.type):
        texts, undecodable = _checked(values)
    else:
        texts, undecodable = _writer(values.type)(values), np.zeros(len(values), np.bool_)
    return pc.if_else(pc.equal(texts, ""), pa.scalar(None, pa.string()), texts), undecodable


def _is_text(kind: pa.DataType) -> bool:
    return bool(
        pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind)
    )


def _checked(values: pa.Array) -> tuple[pa.Array, BoolArray]:
    """Texts, which readers of files hand on without looking at their bytes."""
    try:
        values.validate(full=True)
    except pa.ArrowInvalid:
        decoded = [_decoded(value) for value in values.cast(pa.large_binary()).to_pylist()]
        flags = np.array([isinstance(text, bytes) for text in decoded], dtype=np.bool_)
        kept = [None if isinstance(text, bytes) else text for text in decoded]
        return pa.array(kept, pa.string()), flags
    return values.cast(pa.string()), np.zeros(len(values), np.bool_)


def _decoded(value: bytes | None) -> str | bytes | None:
    try:
        return None if value is None else value.decode("utf-8")
    except UnicodeDecodeError:
        return value


def _cast(values: pa.Array) -> pa.Array:
    return values.cast(pa.string())


def _booleans(values: pa.Array) -> pa.Array:
    return pc.if_else(values, "true", "false")


def _floats(values: pa.Array) -> pa.Array:
    texts = values.cast(pa.string())
    long = pc.match_substring(texts, "e")
    if pc.any(long).as_py():
        written = [float_text(value) for value in values.filter(long).to_pylist()]
        texts = pc.replace_with_mask(texts, long, pa.array(written, pa.string()))
    return pc.if_else(pc.is_nan(values), pa.scalar(None, pa.string()), texts)


def _times(values: pa.Array) -> pa.Array:
    return pc.replace_substring_regex(values.cast(pa.string()), _CLOCK_END, r"\1\2\3")


def _bytes(values: pa.Array) -> pa.Array:
    return pa.array([None if v is None else v.hex() for v in values.to_pylist()], pa.string())


def _structures(values: pa.Array) -> pa.Array:
    return pa.array([None if v is None else _json(v) for v in values.to_pylist()], pa.string())


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, default=str)


_WRITERS: tuple[tuple[Callable[[pa.DataType], bool], Callable[[pa.Array], pa.Array]], ...] = (
    (pa.types.is_boolean, _booleans),
    (pa.types.is_floating, _floats),
    (pa.types.is_temporal, _times),
    (pa.types.is_binary, _bytes),
    (pa.types.is_large_binary, _bytes),
    (pa.types.is_binary_view, _bytes),
    (pa.types.is_fixed_size_binary, _bytes),
    (pa.types.is_nested, _structures),
)


def _writer(kind: pa.DataType) -> Callable[[pa.Array], pa.Array]:
    return next((write for holds, write in _WRITERS if holds(kind)), _cast)
