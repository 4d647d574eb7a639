"""Pairs of reports that are near in place and time, or share a key within a time."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from blockdata.kernels import pairs_within
from blockdata.link.duplicates.columns import ReportColumns

__all__ = ["Pairs", "near_pairs", "pairs_of_key"]

Flags = npt.NDArray[np.bool_]
Integers = npt.NDArray[np.int64]
Pairs = tuple[Integers, Integers]

_CHUNK = 1 << 19
_SHORTEST_SLAB_US = 3_600_000_000
_US_PER_S = 1_000_000


def near_pairs(columns: ReportColumns, max_distance_m: float, max_gap_us: int) -> Iterator[Pairs]:
    """List the pairs that are near in place and time.

    Time is cut into slabs as long as the largest gap, and each slab is laid beside the others on
    the plane. A report stands in its own slab, and in the next one to meet those of that.

    Parameters
    ----------
    columns : ReportColumns
        In order of time.
    max_distance_m : float
        In metres, itself included.
    max_gap_us : int
        In microseconds, itself included.

    Yields
    ------
    first, second : ndarray of int64
        Rows, first < second; each pair once.
    """
    rows = np.flatnonzero(columns.has_point)
    if not len(rows):
        return
    x, y, time_us = columns.x[rows], columns.y[rows], columns.time_us[rows]
    x, y = x - x.min(), y - y.min()
    slab = (time_us - time_us.min()) // max(max_gap_us, _SHORTEST_SLAB_US)
    apart_m = max(float(x.max()), float(y.max())) + 2 * max_distance_m + 1.0
    side = int(np.ceil(np.sqrt(int(slab.max()) + 2)))
    both = np.concatenate([slab, slab + 1])
    laid_x = np.tile(x, 2) + (both % side) * apart_m
    laid_y = np.tile(y, 2) + (both // side) * apart_m
    # Laid out far away a point is rounded; which pairs count is decided where they really are.
    for i, j in pairs_within(laid_x, laid_y, max_distance_m + 1e-3, chunk=_CHUNK):
        own = i < len(rows)
        one, other = rows[i[own]], rows[j[own] % len(rows)]
        first, second = np.minimum(one, other), np.maximum(one, other)
        across = columns.x[first] - columns.x[second]
        along = columns.y[first] - columns.y[second]
        close = across * across + along * along <= max_distance_m**2
        close &= columns.time_us[second] - columns.time_us[first] <= max_gap_us
        yield first[close], second[close]


def pairs_of_key(
    key: Integers, columns: ReportColumns, max_gap_us: int, asking: Flags | None = None
) -> Iterator[Pairs]:
    """List the pairs of reports with one key that are near in time.

    Parameters
    ----------
    key : ndarray of int64, shape (n,)
        -1 for a missing one, which is equal to none.
    columns : ReportColumns
        In order of time.
    max_gap_us : int
        In microseconds, itself included.
    asking : ndarray of bool, shape (n,), optional
        At least one report of a pair is among these.

    Yields
    ------
    first, second : ndarray of int64
        Rows, first < second; each pair once.
    """
    rows = np.flatnonzero(key >= 0)
    if not len(rows):
        return
    rows = rows[np.argsort(key[rows], kind="stable")]  # by key, then time
    # Whole seconds, so that key and time fit into one number; the last word has the exact time.
    second = columns.time_us[rows] // _US_PER_S
    gap_s = max_gap_us // _US_PER_S + 1
    placed = key[rows] * (int(np.ptp(second)) + gap_s + 1) + second - second.min()
    here = np.arange(len(rows))
    last = np.searchsorted(placed, placed + gap_s, side="right")
    asks = here if asking is None else here[asking[rows]]
    forth = _expanded(rows, asks, asks + 1, last[asks])
    for i, j in forth:
        close = columns.time_us[j] - columns.time_us[i] <= max_gap_us
        yield i[close], j[close]
    if asking is None:
        return
    first = np.searchsorted(placed, placed - gap_s, side="left")
    for i, j in _expanded(rows, asks, first[asks], asks):
        close = (columns.time_us[j] - columns.time_us[i] <= max_gap_us) & ~asking[i]
        yield i[close], j[close]


def _expanded(rows: Integers, here: Integers, first: Integers, last: Integers) -> Iterator[Pairs]:
    """List each place with those from `first` to before `last`, in chunks."""
    ends = np.concatenate([[0], np.cumsum(last - first)])
    start = 0
    while start < len(here):
        stop = int(np.searchsorted(ends, ends[start] + _CHUNK, side="right")) - 1
        stop = max(stop, start + 1)
        count = (last - first)[start:stop]
        begin = np.repeat(ends[start:stop] - ends[start], count)
        inside = np.arange(ends[stop] - ends[start]) - begin
        one = rows[np.repeat(here[start:stop], count)]
        other = rows[np.repeat(first[start:stop], count) + inside]
        yield np.minimum(one, other), np.maximum(one, other)
        start = stop
