"""Small helpers between Arrow and numpy that every step of loading uses."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import pyarrow as pa

__all__ = ["BoolArray", "by_distinct", "flags", "nulls", "whole"]

BoolArray = npt.NDArray[np.bool_]


def flags(values: pa.Array) -> BoolArray:
    """Return an Arrow array of truth values as numpy, null as false.

    Examples
    --------
    >>> flags(pa.array([True, None])).tolist()
    [True, False]
    """
    return np.asarray(values.fill_null(False).to_numpy(zero_copy_only=False), dtype=np.bool_)


def nulls(count: int, type_: pa.DataType | None = None) -> pa.Array:
    """Return `count` nulls, texts unless another type is given.

    Examples
    --------
    >>> nulls(2).null_count
    2
    """
    return pa.nulls(count, type_ or pa.string())


def whole(column: pa.ChunkedArray) -> pa.Array:
    """Return a column as one array.

    Examples
    --------
    >>> whole(pa.chunked_array([["a"], ["b"]])).to_pylist()
    ['a', 'b']
    """
    return pa.concat_arrays(column.chunks) if column.num_chunks else nulls(0, column.type)


def by_distinct(
    values: pa.Array, changed: Callable[[list[str | None]], list[str | None]]
) -> pa.Array:
    """Return texts changed by a function that is asked once per distinct text.

    Parameters
    ----------
    values : pa.Array
        Texts; null stays null.
    changed : callable
        From a list of distinct texts to a list of the same length.

    Examples
    --------
    >>> by_distinct(pa.array(["a", None, "a"]), lambda texts: [f"{t}!" for t in texts]).to_pylist()
    ['a!', None, 'a!']
    """
    encoded = values.dictionary_encode()
    return pa.array(changed(encoded.dictionary.to_pylist()), pa.string()).take(encoded.indices)
