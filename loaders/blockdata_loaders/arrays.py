"""Small helpers between Arrow and numpy that every step of loading uses."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

__all__ = ["BoolArray", "by_distinct", "flags", "nulls", "side_by_side", "whole"]

BoolArray = npt.NDArray[np.bool_]

_ENOUGH_ROWS = 50_000
"""Rows from which on a second thread gives more than it costs."""


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
    if column.num_chunks == 1:
        return column.chunk(0)
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


def side_by_side(tasks: Mapping[str, Callable[[], Any]], rows: int) -> dict[str, Any]:
    """Return the results of tasks that know nothing of each other, by name and in their order.

    Parameters
    ----------
    tasks : mapping of name to callable
        Each begins with no state and leaves none. Arrow and numpy let other threads work.
    rows : int
        Rows that each of them looks at; a few are done in one thread.

    Examples
    --------
    >>> side_by_side({"a": lambda: 1, "b": lambda: 2}, rows=10)
    {'a': 1, 'b': 2}
    """
    if rows < _ENOUGH_ROWS:
        return {name: task() for name, task in tasks.items()}
    with ThreadPoolExecutor(pa.cpu_count()) as pool:
        return dict(zip(tasks, pool.map(lambda task: task(), tasks.values()), strict=True))
