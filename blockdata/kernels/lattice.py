"""A lattice of square bins laid over geometries, and the bins that a segment touches.

Rounding never loses anything: the number of a bin grows with the coordinate, so a point between
two others has a bin between theirs, and a segment is entered into every bin within `slack_m` of
it. What lies in a bin that a segment was not entered into is therefore off that segment.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from blockdata.kernels.jit import jit

__all__ = ["Lattice", "bins_across", "lattice_over", "number_of_bin", "rows_across", "tiled_order"]

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

_TILES_ACROSS = 256


class Lattice(NamedTuple):
    """Bins of `size_m`, from (x0, y0) up to (x1, y1), in `rows` of `columns`."""

    x0: float
    y0: float
    x1: float
    y1: float
    size_m: float
    per_m: float
    slack_m: float
    columns: int
    rows: int


def lattice_over(bounds: tuple[float, float, float, float], size_m: float) -> Lattice:
    """Lay a lattice over an extent, half a bin wider on every side.

    Parameters
    ----------
    bounds : tuple of float
        Least x, least y, greatest x, greatest y.
    size_m : float
        Width of a bin, above 0. It is made wider where doubles of this size could not tell
        neighbouring bins apart.

    Returns
    -------
    Lattice

    Examples
    --------
    >>> lattice = lattice_over((0.0, 0.0, 100.0, 50.0), 10.0)
    >>> lattice.columns, lattice.rows, lattice.x0
    (12, 7, -5.0)
    """
    step = float(np.spacing(max(abs(bound) for bound in bounds)))
    size_m = max(size_m, 1024 * step)
    x0, y0 = bounds[0] - size_m / 2, bounds[1] - size_m / 2
    x1, y1 = bounds[2] + size_m / 2, bounds[3] + size_m / 2
    per_m = 1.0 / size_m
    columns, rows = int((x1 - x0) * per_m) + 1, int((y1 - y0) * per_m) + 1
    slack_m = 1e-6 * size_m + 8 * step
    return Lattice(x0, y0, x1, y1, size_m, per_m, slack_m, columns, rows)


@jit
def number_of_bin(distance_m: float, per_m: float, count: int) -> int:
    """Row or column at a distance from the lattice's edge, kept between the first and the last.

    Parameters
    ----------
    distance_m : float
        From x0 or y0.
    per_m : float
    count : int
        Rows or columns of the lattice.

    Returns
    -------
    int

    Examples
    --------
    >>> number_of_bin(25.0, 0.1, 12), number_of_bin(-3.0, 0.1, 12), number_of_bin(999.0, 0.1, 12)
    (2, 0, 11)
    """
    place = distance_m * per_m
    if not place > 0.0:
        return 0
    return min(int(place), count - 1) if place < count else count - 1


@jit
def bins_across(lattice: Lattice, row: int, ends: Floats, s: int) -> tuple[int, int]:
    """First and last column of a row that a segment touches.

    Parameters
    ----------
    lattice : Lattice
    row : int
        A row that the segment touches.
    ends : ndarray of float64, shape (k, 4)
        x1, y1, x2, y2 of segments, lower end first.
    s : int
        The segment asked about.

    Returns
    -------
    first, last : int

    Examples
    --------
    >>> lattice = lattice_over((0.0, 0.0, 100.0, 50.0), 10.0)
    >>> bins_across(lattice, 1, np.array([[0.0, 0.0, 50.0, 50.0]]), 0)
    (0, 2)
    """
    low = lattice.y0 + row * lattice.size_m - lattice.slack_m
    high = lattice.y0 + (row + 1) * lattice.size_m + lattice.slack_m
    enters, leaves = _x_at(low, ends, s), _x_at(high, ends, s)
    left = min(enters, leaves) - lattice.x0 - lattice.slack_m
    right = max(enters, leaves) - lattice.x0 + lattice.slack_m
    first = number_of_bin(left, lattice.per_m, lattice.columns)
    return first, number_of_bin(right, lattice.per_m, lattice.columns)


@jit
def rows_across(lattice: Lattice, ends: Floats, s: int) -> tuple[int, int]:
    """First and last row that a segment touches.

    Parameters
    ----------
    lattice : Lattice
    ends : ndarray of float64, shape (k, 4)
        x1, y1, x2, y2 of segments, lower end first.
    s : int
        The segment asked about.

    Returns
    -------
    first, last : int

    Examples
    --------
    >>> lattice = lattice_over((0.0, 0.0, 100.0, 50.0), 10.0)
    >>> rows_across(lattice, np.array([[0.0, 0.0, 50.0, 50.0]]), 0)
    (0, 5)
    """
    low = ends[s, 1] - lattice.slack_m - lattice.y0
    high = ends[s, 3] + lattice.slack_m - lattice.y0
    first = number_of_bin(low, lattice.per_m, lattice.rows)
    return first, number_of_bin(high, lattice.per_m, lattice.rows)


@jit
def _x_at(y: float, ends: Floats, s: int) -> float:
    """Where the segment passes a height, or its end nearest to that height."""
    x1, y1, x2, y2 = ends[s, 0], ends[s, 1], ends[s, 2], ends[s, 3]
    if y <= y1:
        return float(x1)
    if y >= y2:
        return float(x2)
    return float(x1 + (x2 - x1) * ((y - y1) / (y2 - y1)))


@jit
def tiled_order(lattice: Lattice, x: Floats, y: Floats) -> Integers:
    """Order points by tiles of the ground, row by row; points of a tile keep their order.

    Parameters
    ----------
    lattice : Lattice
        Its extent is cut into 256 by 256 tiles; points outside, or NaN, go to the nearest or
        first one.
    x, y : ndarray of float64, shape (n,)

    Returns
    -------
    ndarray of int64, shape (n,)
        Positions of the points.

    Examples
    --------
    >>> lattice = lattice_over((0.0, 0.0, 100.0, 50.0), 10.0)
    >>> tiled_order(lattice, np.array([90.0, 10.0, 50.0]), np.array([40.0, 10.0, 10.0]))
    array([1, 2, 0])
    """
    across = _TILES_ACROSS / max(lattice.x1 - lattice.x0, 1e-300)
    along = _TILES_ACROSS / max(lattice.y1 - lattice.y0, 1e-300)
    tile = np.empty(len(x), dtype=np.int32)
    starts = np.zeros(_TILES_ACROSS * _TILES_ACROSS + 1, dtype=np.int64)
    for i in range(len(x)):
        row = number_of_bin(y[i] - lattice.y0, along, _TILES_ACROSS)
        tile[i] = row * _TILES_ACROSS + number_of_bin(x[i] - lattice.x0, across, _TILES_ACROSS)
        starts[tile[i] + 1] += 1
    starts = np.cumsum(starts)
    order = np.empty(len(x), dtype=np.int64)
    for i in range(len(x)):
        order[starts[tile[i]]] = i
        starts[tile[i]] += 1
    return order
