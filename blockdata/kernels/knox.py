"""Counts of pairs of events by distance band and time band, for observed and permuted times."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np
import numpy.typing as npt

from blockdata.kernels.blocks import each_block
from blockdata.kernels.jit import jit

__all__ = ["count_pairs_by_bands", "pairs_by_distance_band"]

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
Int32s = npt.NDArray[np.int32]


def pairs_by_distance_band(
    first: Integers,
    second: Integers,
    x: Floats,
    y: Floats,
    edges_m: Floats,
    inside: Literal["left", "right"] = "left",
) -> Integers:
    """Return the distance band of each pair: 0 for one spot, else the band between two edges.

    Parameters
    ----------
    first, second : ndarray of int64, shape (m,)
        Events of the pairs.
    x, y : ndarray of float64, shape (n,)
    edges_m : ndarray of float64
        Ends of the bands, ascending.
    inside : {"left", "right"}
        Whether a distance that equals an edge belongs to the band before it ("left") or after.

    Returns
    -------
    ndarray of int64, shape (m,)
        0 to len(edges_m); len(edges_m) + 1 beyond the last.
    """
    apart = np.hypot(x[first] - x[second], y[first] - y[second])
    band: Integers = np.where(apart == 0, 0, np.searchsorted(edges_m, apart, side=inside) + 1)
    return band


def count_pairs_by_bands(
    pairs: Sequence[Int32s], times: Integers, edges: Integers, bands: int
) -> Integers:
    """Count pairs by distance band and time band for several orders of the times.

    Parameters
    ----------
    pairs : three ndarrays of int32, shape (m,)
        First event, second event and distance band of each pair.
    times : ndarray of int64, shape (r, n)
        Times of the events, one row for each order, in whole units.
    edges : ndarray of int64, shape (k, 2)
        First and last difference of each time band, both part of it; disjoint and ascending.
    bands : int
        Distance bands.

    Returns
    -------
    ndarray of int64, shape (r, bands, k)
    """
    first, second, band = pairs
    counts = np.zeros((len(times), bands, len(edges)), dtype=np.int64)
    # A difference of whole days finds its band in a table.
    longest = int(edges.max(initial=0)) + 1
    table = np.full(longest + 1, len(edges), dtype=np.int64)
    for number, (least, most) in enumerate(edges):
        table[least : most + 1] = number

    def work(start: int, stop: int) -> None:
        for row in range(start, stop):
            _count(first, second, band, times[row], table, counts[row])

    each_block(len(times), work, block=4)
    return counts


@jit
def _count(
    first: Int32s, second: Int32s, band: Int32s, time: Integers, table: Integers, counts: Integers
) -> None:
    longest = len(table) - 1
    none = counts.shape[1]
    for pair in range(len(first)):
        apart = abs(time[first[pair]] - time[second[pair]])
        if apart <= longest:
            step = table[apart]
            if step < none:
                counts[band[pair], step] += 1
