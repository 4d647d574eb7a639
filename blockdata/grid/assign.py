"""Which cell covers which record, and when, over numbers alone: no id is touched here.

A district has millions of rows of a record in a cell; their ids are put back by whoever writes
them, from one list of ids, so that no text is made a million times.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from blockdata.kernels import cells_of_points

__all__ = ["ALWAYS", "STILL", "Cells", "Places", "Stays", "stays_in_cells"]

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
Objects = npt.NDArray[np.object_]

ALWAYS = np.iinfo(np.int64).min
"""Start of what holds since always, in microseconds; also what numpy stores for NaT."""
STILL = np.iinfo(np.int64).max
"""End of what still holds, in microseconds."""


@dataclass(frozen=True)
class Places:
    """States of records at points: n of them.

    Parameters
    ----------
    record : ndarray of int64, shape (n,)
        Number of the record; one record may have several states with disjoint validities.
    x, y : ndarray of float64, shape (n,)
        Metres; NaN lies nowhere.
    start, end : ndarray of int64, shape (n,)
        Validity in microseconds, half-open.
    """

    record: Integers
    x: Floats
    y: Floats
    start: Integers
    end: Integers


@dataclass(frozen=True)
class Cells:
    """States of the cells of one layer: m of them, in the order of cells.

    Parameters
    ----------
    cell : ndarray of int64, shape (m,)
        Number of the cell; where several cover a point at one moment the lowest has it.
    geom : ndarray of shapely geometries, shape (m,)
    start, end : ndarray of int64, shape (m,)
    """

    cell: Integers
    geom: Objects
    start: Integers
    end: Integers


@dataclass(frozen=True)
class Stays:
    """Stretches of time that records spend in cells of a layer, by record and start."""

    record: Integers
    cell: Integers
    start: Integers
    end: Integers


def stays_in_cells(places: Places, cells: Cells) -> Stays:
    """Find the cell of one layer that each record lies in, for each stretch of time.

    Touching stretches of one record in one cell are one.

    Parameters
    ----------
    places : Places
    cells : Cells

    Returns
    -------
    Stays

    Examples
    --------
    >>> import numpy as np, shapely
    >>> whole = np.array([ALWAYS]), np.array([STILL])
    >>> places = Places(np.array([0]), np.array([5.0]), np.array([5.0]), *whole)
    >>> cells = Cells(np.array([7]), np.array([shapely.box(0, 0, 9, 9)]), *whole)
    >>> stays_in_cells(places, cells).cell
    array([7])
    """
    bounds = np.unique(np.concatenate([cells.start, cells.end]))
    # Between two neighbouring boundaries the valid cells do not change: they are indexed once.
    parts = [_in_epoch(places, cells, int(a), int(b)) for a, b in pairwise(bounds)]
    return _joined(parts)


def _in_epoch(places: Places, cells: Cells, begins: int, ends: int) -> Stays:
    valid = (cells.start <= begins) & (cells.end >= ends)
    start, end = np.maximum(places.start, begins), np.minimum(places.end, ends)
    alive = np.flatnonzero(start < end)
    found = cells_of_points(places.x[alive], places.y[alive], cells.geom[valid])
    covered = found >= 0
    there = alive[covered]
    number = cells.cell[valid][found[covered]]
    return Stays(places.record[there], number, start[there], end[there])


def _joined(parts: Sequence[Stays]) -> Stays:
    """Put stretches in order and make one of those that follow each other in the same cell."""
    record, cell, start, end = (
        np.concatenate([getattr(part, name) for part in parts] or [np.empty(0, np.int64)])
        for name in ("record", "cell", "start", "end")
    )
    order = np.lexsort((start, record))
    record, cell, start, end = record[order], cell[order], start[order], end[order]
    begins = np.ones(len(record), dtype=bool)
    begins[1:] = (record[1:] != record[:-1]) | (cell[1:] != cell[:-1]) | (start[1:] != end[:-1])
    first = np.flatnonzero(begins)
    last = np.append(first[1:], len(record))[: len(first)] - 1
    return Stays(record[first], cell[first], start[first], end[last])
