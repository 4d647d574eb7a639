"""Pairs counted by distance band and day band, for many orders of the days side by side."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

from blockdata.kernels.blocks import each_block
from blockdata.kernels.jit import jit

__all__ = ["count_orders"]

Float32s = npt.NDArray[np.float32]
Int32s = npt.NDArray[np.int32]
Integers = npt.NDArray[np.int64]

_BLOCK = 2**16


def count_orders(
    chunks: Iterable[tuple[Int32s, Int32s, Int32s]],
    days: Float32s,
    day_bands: Integers,
    bands: int,
) -> Integers:
    """Count pairs by distance band and day band, for each order of the days.

    Parameters
    ----------
    chunks : iterable of three ndarrays of int32
        First event, second event and distance band of pairs.
    days : ndarray of float32, shape (n, r)
        Whole days, a column for each order.
    day_bands : ndarray of int64, shape (k, 2)
        First and last difference of each band, both part of it; disjoint and ascending.
    bands : int
        Distance bands.

    Returns
    -------
    ndarray of int64, shape (r, bands, k)

    Examples
    --------
    >>> one = (np.array([0], np.int32), np.array([1], np.int32), np.array([0], np.int32))
    >>> days = np.array([[0, 3], [3, 9]], dtype=np.float32)
    >>> count_orders([one], days, np.array([[0, 4]]), 1).ravel()
    array([1, 0])
    """
    counts = np.zeros((bands, len(day_bands), days.shape[1]), dtype=np.int64)
    least, most = day_bands.T.astype(np.float32)
    for chunk in chunks:
        counts += _count_chunk(chunk, days, (least, most), counts.shape)
    return np.moveaxis(counts, 2, 0)


def _count_chunk(
    pairs: tuple[Int32s, Int32s, Int32s],
    days: Float32s,
    day_bands: tuple[Float32s, Float32s],
    shape: tuple[int, ...],
) -> Integers:
    parts: dict[int, Float32s] = {}

    def work(start: int, stop: int) -> None:
        first, second, band = (values[start:stop] for values in pairs)
        # A block has fewer pairs than floats of 32 bits count one by one.
        parts[start] = np.zeros(shape, dtype=np.float32)
        _count((first, second, band), days, *day_bands, parts[start])

    each_block(len(pairs[0]), work, block=_BLOCK)
    total: Integers = np.zeros(shape, dtype=np.int64)
    for part in parts.values():
        total += part.astype(np.int64)
    return total


@jit
def _count(
    pairs: tuple[Int32s, Int32s, Int32s],
    days: Float32s,
    least: Float32s,
    most: Float32s,
    counts: Float32s,
) -> None:
    first, second, band = pairs
    one, none = np.float32(1), np.float32(0)
    for pair in range(len(first)):
        here, there = days[first[pair]], days[second[pair]]
        for k in range(len(least)):
            low, high, row = least[k], most[k], counts[band[pair], k]
            for order in range(len(here)):
                apart = abs(here[order] - there[order])
                row[order] += one if (apart >= low) & (apart <= high) else none
