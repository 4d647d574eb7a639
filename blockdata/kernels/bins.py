"""Points sorted into square bins, of which only those with points in them are kept.

Memory grows with the points and never with the extent. Bins are numbered row by row, so that the
bins side by side in a row are one run of points, and the numbers of the runs around a bin grow
with the number of the bin: a pointer for each row follows them in one sweep.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from blockdata.errors import AnalysisError
from blockdata.kernels.jit import jit, jit_inline
from blockdata.kernels.segments import FAR_M

__all__ = ["PointBins", "bin_points", "count_near", "first_pointers", "run_of_row"]

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

_MOST_ACROSS = 1 << 30
_RADIX_BITS = 11
_BINS_OF_A_POINT = 2
"""Bins for each point up to which all bins are counted, those without points among them."""


class PointBins(NamedTuple):
    """Points in the order of their bins.

    `order` holds their positions in the input; `key`, the numbers of the bins with points,
    ascending; `stops`, where each of them begins, and the end; `stride`, bins in a row; `reach`,
    how many bins to each side are looked at.
    """

    x: Floats
    y: Floats
    order: Integers
    key: Integers
    stops: Integers
    stride: int
    reach: int


def bin_points(x: Floats, y: Floats, size_m: float, reach: int) -> PointBins:
    """Sort points into bins.

    Parameters
    ----------
    x, y : ndarray of float64, shape (n,)
        Points with NaN or infinite coordinates, or beyond a million kilometres, are left out.
    size_m : float
        Width of a bin, above 0.
    reach : int
        How many bins to each side will be looked at; rows are that much longer than the extent,
        so that looking beside the last bin of a row does not find the first of the next.

    Returns
    -------
    PointBins
        Points of a bin in the order of the input.

    Raises
    ------
    AnalysisError
        If the extent is more than a billion bins wide.

    Examples
    --------
    >>> bins = bin_points(np.array([5.0, 25.0, 6.0]), np.array([0.0, 0.0, 1.0]), 10.0, 1)
    >>> bins.order, bins.key, bins.stops
    (array([0, 2, 1]), array([1, 3]), array([0, 2, 3]))
    """
    xs, ys, there = x, y, None
    west, east, south, north, usable = _extent(x, y)
    if usable < len(x):
        there = np.flatnonzero((np.abs(x) <= FAR_M) & (np.abs(y) <= FAR_M))
        xs, ys = x[there], y[there]
    if not usable:
        none, first = np.empty(0), np.zeros(1, dtype=np.int64)
        return PointBins(none, none, first[:0], first[:0], first, 1, reach)
    width, height = east - west, north - south
    if max(width, height) > _MOST_ACROSS * size_m:
        raise AnalysisError(
            f"points are spread over {max(width, height):.0f} m, bins are {size_m:g} m",
            allowed="an extent of at most a billion times the distance asked for",
        )
    stride = int(width / size_m) + 1 + 2 * reach
    key = _keys(xs, ys, (west, south), size_m, (stride, reach))
    order, filled, stops = _in_bins(key, (int(height / size_m) + 1) * stride)
    placed = order if there is None else there[order]
    return PointBins(xs[order], ys[order], placed, filled, stops, stride, reach)


def _in_bins(key: Integers, bins: int) -> tuple[Integers, Integers, Integers]:
    """Return the points in the order of their bins, the bins with points, and where each begins."""
    if bins <= _BINS_OF_A_POINT * len(key):
        order, starts = _counted_order(key, bins)
        filled = np.flatnonzero(starts[1:] > starts[:-1])
        return order, filled, np.append(starts[filled], len(key))
    order = _sorted_order(key, int(key.max()).bit_length())
    key = key[order]
    first = np.flatnonzero(np.concatenate([[True], key[1:] != key[:-1]]))
    return order, key[first], np.append(first, len(key))


@jit
def _extent(x: Floats, y: Floats) -> tuple[float, float, float, float, int]:
    """Return west, east, south and north of the usable points, and how many these are."""
    west, east, south, north, usable = np.inf, -np.inf, np.inf, -np.inf, 0
    for i in range(len(x)):
        if abs(x[i]) <= FAR_M and abs(y[i]) <= FAR_M:
            west, east = min(west, x[i]), max(east, x[i])
            south, north = min(south, y[i]), max(north, y[i])
            usable += 1
    return west, east, south, north, usable


@jit
def _counted_order(key: Integers, bins: int) -> tuple[Integers, Integers]:
    """Return the stable order of numbers below a bound, and where each of them begins in it."""
    starts = np.zeros(bins + 1, dtype=np.int64)
    for i in range(len(key)):
        starts[key[i] + 1] += 1
    starts = np.cumsum(starts)
    free, order = starts.copy(), np.empty(len(key), dtype=np.int64)
    for i in range(len(key)):
        order[free[key[i]]] = i
        free[key[i]] += 1
    return order, starts


@jit
def _keys(
    x: Floats, y: Floats, origin: tuple[float, float], size_m: float, row: tuple[int, int]
) -> Integers:
    key = np.empty(len(x), dtype=np.int64)
    stride, reach = row
    for i in range(len(x)):
        column = int((x[i] - origin[0]) / size_m) + reach
        key[i] = int((y[i] - origin[1]) / size_m) * stride + column
    return key


@jit
def _sorted_order(key: Integers, bits: int) -> Integers:
    """Stable order of numbers from 0 up, by counting their digits from the last to the first."""
    order, turned = np.arange(len(key)), np.empty(len(key), dtype=np.int64)
    for shift in range(0, bits, _RADIX_BITS):
        starts = np.zeros((1 << _RADIX_BITS) + 1, dtype=np.int64)
        for i in range(len(key)):
            starts[((key[i] >> shift) & ((1 << _RADIX_BITS) - 1)) + 1] += 1
        starts = np.cumsum(starts)
        for place in range(len(order)):
            digit = (key[order[place]] >> shift) & ((1 << _RADIX_BITS) - 1)
            turned[starts[digit]] = order[place]
            starts[digit] += 1
        order, turned = turned, order
    return order


@jit
def first_pointers(key: Integers, stride: int, reach: int, bin_: int) -> Integers:
    """Set pointers, one for each row from `reach` below to `reach` above, for a first bin.

    Parameters
    ----------
    key : ndarray of int64
        Numbers of the bins with points.
    stride, reach : int
    bin_ : int
        Position in `key` of the first bin to be looked at.

    Returns
    -------
    ndarray of int64, shape (2 * reach + 1,)
        To be moved by `run_of_row`.

    Examples
    --------
    >>> first_pointers(np.array([0, 1, 7, 8]), 5, 1, 2)
    array([1, 2, 4])
    """
    pointers = np.empty(2 * reach + 1, dtype=np.int64)
    for row in range(2 * reach + 1):
        wanted = key[bin_] + (row - reach) * stride - reach
        pointers[row] = np.searchsorted(key, wanted)
    return pointers


@jit_inline
def run_of_row(
    key: Integers, pointers: Integers, stride: int, reach: int, bin_: int, up: int
) -> tuple[int, int]:
    """Find the bins within reach of a bin in the row so many above it.

    Parameters
    ----------
    key, pointers : ndarray of int64
        Bins are asked in ascending order; the row's pointer moves on.
    stride, reach : int
    bin_ : int
        Position in `key`.
    up : int
        Rows above the bin's own, from -reach to reach.

    Returns
    -------
    first, last : int
        Positions in `key`, the last not included.

    Examples
    --------
    >>> key = np.array([0, 1, 7, 8])
    >>> run_of_row(key, first_pointers(key, 5, 1, 1), 5, 1, 1, 1)
    (2, 3)
    """
    wanted = key[bin_] + up * stride - reach
    first = pointers[up + reach]
    while first < len(key) and key[first] < wanted:
        first += 1
    pointers[up + reach] = first
    last = first
    while last < len(key) and key[last] <= wanted + 2 * reach:
        last += 1
    return first, last


@jit_inline
def count_near(x: Floats, y: Floats, i: int, start: int, stop: int, squared_m: float) -> int:
    """Count the points of a run within a distance of one point, several at a time.

    Parameters
    ----------
    x, y : ndarray of float64
    i : int
        The point.
    start, stop : int
        The run, the last not included.
    squared_m : float
        Square of the distance, itself included.

    Returns
    -------
    int

    Examples
    --------
    >>> count_near(np.array([0.0, 3.0, 9.0]), np.array([0.0, 4.0, 0.0]), 0, 1, 3, 25.0)
    1
    """
    # Of slices, so that the compiler sees that no index is negative: it then compares several
    # points at a time.
    run_x, run_y, own_x, own_y = x[start:stop], y[start:stop], x[i], y[i]
    count = 0
    for j in range(len(run_x)):
        across, along = run_x[j] - own_x, run_y[j] - own_y
        count += across * across + along * along <= squared_m
    return count
