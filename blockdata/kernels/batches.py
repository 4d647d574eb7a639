"""Kernels over streams of Arrow record batches: memory does not grow with the points."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from blockdata.errors import AnalysisError
from blockdata.kernels.cells import CellIndex
from blockdata.kernels.counts import CellCounts, steps_of_times
from blockdata.kernels.nearest import FeatureIndex

__all__ = ["Batches", "cells_of_batches", "count_batches", "nearest_of_batches"]

Integers = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Batches: TypeAlias = "pa.Table | Iterable[pa.RecordBatch]"
"""A table, a reader of record batches (as DuckDB, pyarrow or Spark give one), or any iterable."""


def cells_of_batches(
    index: CellIndex, batches: Batches, *, x: str = "x", y: str = "y"
) -> Iterator[tuple[pa.RecordBatch, Integers]]:
    """Find the polygon of each point, batch by batch.

    Parameters
    ----------
    index : CellIndex
    batches : Table, RecordBatchReader or iterable of RecordBatch
        With columns of coordinates in metres, in the CRS of the polygons.
    x, y : str
        Names of these columns; null lies nowhere.

    Yields
    ------
    batch : RecordBatch
        As it came.
    cell : ndarray of int64
        Index of the covering polygon, -1 for none; see `CellIndex.locate`.

    Raises
    ------
    AnalysisError
        If a batch lacks a column.

    Examples
    --------
    >>> import shapely
    >>> points = pa.table({"x": [1.0, None], "y": [1.0, 1.0]})
    >>> index = CellIndex([shapely.box(0, 0, 9, 9)])
    >>> [cell.tolist() for _, cell in cells_of_batches(index, points)]
    [[0, -1]]
    """
    for batch in _each(batches):
        yield batch, index.locate(*_coordinates(batch, x, y))


def nearest_of_batches(
    index: FeatureIndex, batches: Batches, radius_m: float, *, x: str = "x", y: str = "y"
) -> Iterator[tuple[pa.RecordBatch, Integers, Floats]]:
    """Find the nearest feature of each point within a distance, batch by batch.

    Parameters
    ----------
    index : FeatureIndex
    batches : Table, RecordBatchReader or iterable of RecordBatch
    radius_m : float
    x, y : str

    Yields
    ------
    batch : RecordBatch
    feature : ndarray of int64
        -1 where none is within the radius; see `FeatureIndex.nearest`.
    distance_m : ndarray of float64

    Raises
    ------
    AnalysisError
        If a batch lacks a column, or the radius is negative or not finite.

    Examples
    --------
    >>> import shapely
    >>> points = pa.table({"x": [5.0], "y": [-2.0]})
    >>> index = FeatureIndex([shapely.LineString([(0, 0), (10, 0)])])
    >>> [(found.tolist(), m.tolist()) for _, found, m in nearest_of_batches(index, points, 3)]
    [([0], [2.0])]
    """
    for batch in _each(batches):
        yield batch, *index.nearest(*_coordinates(batch, x, y), radius_m)


def count_batches(
    index: CellIndex,
    batches: Batches,
    counts: CellCounts,
    *,
    category: str,
    time: str,
    edges: npt.ArrayLike,
) -> CellCounts:
    """Count points by cell, category and time step, batch by batch.

    Parameters
    ----------
    index : CellIndex
    batches : Table, RecordBatchReader or iterable of RecordBatch
        With columns x and y in metres.
    counts : CellCounts
        Is added to.
    category : str
        Column of category codes from 0 up; null or negative is left out.
    time : str
        Column of timestamps.
    edges : array_like of datetime64
        Where time steps begin and the last ends; see `steps_of_times`.

    Returns
    -------
    CellCounts
        `counts`; what lies in no cell, of no category or outside all steps is in its `left_out`.

    Raises
    ------
    AnalysisError
        If a batch lacks a column, or a code is beyond the table.

    Examples
    --------
    >>> import shapely
    >>> days = np.array(["2026-01-01", "2026-01-02"], dtype="datetime64[D]")
    >>> points = pa.table({"x": [1.0, 20.0], "y": [1.0, 1.0], "kind": [0, 0],
    ...                    "at": pa.array(days[[0, 0]].astype("datetime64[us]"))})
    >>> index = CellIndex([shapely.box(0, 0, 9, 9)])
    >>> made = count_batches(index, points, CellCounts(1, 1, 1), category="kind", time="at",
    ...                      edges=days)
    >>> made.dense().tolist(), made.left_out
    ([[[1]]], 1)
    """
    for batch, cell in cells_of_batches(index, batches):
        codes = _column(batch, category).fill_null(-1).to_numpy(zero_copy_only=False)
        times = _column(batch, time).to_numpy(zero_copy_only=False)
        counts.add(cell, codes, steps_of_times(times, edges))
    return counts


def _each(batches: Batches) -> Iterator[pa.RecordBatch]:
    yield from batches.to_batches() if isinstance(batches, pa.Table) else batches


def _coordinates(batch: pa.RecordBatch, x: str, y: str) -> tuple[Floats, Floats]:
    columns = (_column(batch, name).to_numpy(zero_copy_only=False) for name in (x, y))
    across, along = (values.astype(np.float64, copy=False) for values in columns)
    return across, along


def _column(batch: pa.RecordBatch, name: str) -> pa.Array:
    if name not in batch.schema.names:
        raise AnalysisError(
            f"a batch has no column {name!r}",
            where="record batches",
            allowed=", ".join(batch.schema.names),
        )
    return batch.column(name)
