"""All pairs of points within a distance of one another."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from blockdata.kernels.bins import PointBins, bin_points, count_near, first_pointers, run_of_row
from blockdata.kernels.blocks import coordinates, each_block, non_negative_m
from blockdata.kernels.jit import jit

__all__ = ["count_pairs_within", "pairs_within"]

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

# Bins as wide as the distance: narrow ones would have fewer points looked at in vain, but runs
# too short to be compared many at a time.
_BINS_OF_A_RADIUS = 1
_CHUNK = 1 << 20
_BLOCK = 1 << 10


def count_pairs_within(x: npt.ArrayLike, y: npt.ArrayLike, radius_m: float) -> int:
    """Count the pairs of points within a distance.

    Parameters
    ----------
    x, y : array_like of float, shape (n,)
        Coordinates in metres. Points with null, NaN or infinite coordinates, or beyond a million
        kilometres, are in no pair.
    radius_m : float
        Largest distance in metres, finite and not negative. A pair is counted if
        dx * dx + dy * dy <= radius_m * radius_m in doubles.

    Returns
    -------
    int
        Unordered pairs; a point is no pair with itself, points on one spot are pairs.

    Raises
    ------
    AnalysisError
        If `radius_m` is negative or not finite, x and y differ in length, or the points are
        spread over more than a billion times the distance.

    Examples
    --------
    >>> count_pairs_within([0, 3, 10], [0, 4, 0], radius_m=5)
    1
    """
    return int(_pairs_of_points(*_binned(x, y, radius_m)).sum())


def pairs_within(
    x: npt.ArrayLike, y: npt.ArrayLike, radius_m: float, chunk: int = _CHUNK
) -> Iterator[tuple[Integers, Integers]]:
    """List the pairs of points within a distance, in chunks of bounded size.

    Parameters
    ----------
    x, y : array_like of float, shape (n,)
        As for `count_pairs_within`.
    radius_m : float
        Largest distance in metres.
    chunk : int
        Pairs yielded at once, about; a point's pairs are not torn apart.

    Yields
    ------
    first, second : ndarray of int64
        Positions in the input, first < second; every pair once, near ones together.

    Raises
    ------
    AnalysisError
        As for `count_pairs_within`.

    Examples
    --------
    >>> list(pairs_within([0, 3, 10], [0, 4, 0], radius_m=5))
    [(array([0]), array([1]))]
    """
    bins, squared_m = _binned(x, y, radius_m)
    ends = np.concatenate([[0], np.cumsum(_pairs_of_points(bins, squared_m))])
    start = 0
    while start < len(ends) - 1 and ends[start] < ends[-1]:
        stop = int(np.searchsorted(ends, ends[start] + chunk, side="right")) - 1
        stop = max(stop, start + 1)
        yield _chunk_of_pairs(bins, squared_m, start, ends[start : stop + 1])
        start = stop


def _binned(x: npt.ArrayLike, y: npt.ArrayLike, radius_m: float) -> tuple[PointBins, float]:
    radius_m = non_negative_m(radius_m, "radius_m")
    xs, ys = coordinates(x, y)
    # A hair wider than the distance, so that rounding cannot put a neighbour out of reach; and some
    # width for a distance of 0, which only points on one spot have.
    size_m = radius_m / _BINS_OF_A_RADIUS * (1 + 1e-6) if radius_m > 0 else 1.0
    return bin_points(xs, ys, size_m, _BINS_OF_A_RADIUS), radius_m * radius_m


def _pairs_of_points(bins: PointBins, squared_m: float) -> Integers:
    """Count, for each point in the order of the bins, the pairs with points after it."""
    counts = np.zeros(len(bins.order), dtype=np.int64)
    each_block(
        len(bins.key),
        lambda first, last: _count(bins, first, last, squared_m, counts),
        block=_BLOCK,
    )
    return counts


def _chunk_of_pairs(
    bins: PointBins, squared_m: float, start: int, ends: Integers
) -> tuple[Integers, Integers]:
    """List the pairs of the points from `start` on; `ends` counts them from before the first."""
    pairs = np.empty((2, ends[-1] - ends[0]), dtype=np.int64)
    first = int(np.searchsorted(bins.stops, start, side="right")) - 1
    last = int(np.searchsorted(bins.stops, start + len(ends) - 1, side="left"))
    free = ends - ends[0]
    each_block(
        last - first,
        lambda low, high: _list(bins, (first + low, first + high), squared_m, start, free, pairs),
        block=_BLOCK,
    )
    return pairs[0], pairs[1]


@jit
def _count(bins: PointBins, first: int, last: int, squared_m: float, counts: Integers) -> None:
    x, y, key, stops = bins.x, bins.y, bins.key, bins.stops
    stride, reach = bins.stride, bins.reach
    pointers = first_pointers(key, stride, reach, first)
    for bin_ in range(first, last):
        for up in range(reach + 1):
            low, high = run_of_row(key, pointers, stride, reach, bin_, up)
            for i in range(stops[bin_], stops[bin_ + 1]):
                counts[i] += count_near(x, y, i, max(stops[low], i + 1), stops[high], squared_m)


@jit
def _list(
    bins: PointBins,
    span: tuple[int, int],
    squared_m: float,
    start: int,
    free: Integers,
    pairs: Integers,
) -> None:
    x, y, key, stops, order = bins.x, bins.y, bins.key, bins.stops, bins.order
    stride, reach = bins.stride, bins.reach
    pointers = first_pointers(key, stride, reach, span[0])
    for bin_ in range(span[0], span[1]):
        low_i, high_i = max(stops[bin_], start), min(stops[bin_ + 1], start + len(free) - 1)
        for up in range(reach + 1):
            low, high = run_of_row(key, pointers, stride, reach, bin_, up)
            for i in range(low_i, high_i):
                for j in range(max(stops[low], i + 1), stops[high]):
                    across, along = x[j] - x[i], y[j] - y[i]
                    if across * across + along * along <= squared_m:
                        place = free[i - start]
                        pairs[0, place] = min(order[i], order[j])
                        pairs[1, place] = max(order[i], order[j])
                        free[i - start] += 1
