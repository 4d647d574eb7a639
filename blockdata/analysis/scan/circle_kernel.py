"""The largest likelihood ratio over nested circles, for observed and for simulated counts.

Simulated districts are scanned side by side: circles are read once for all of them, counts are
small whole numbers, and one comparison tells for all whether any can be better than before.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from blockdata.analysis.scan.circles import Circles
from blockdata.analysis.scan.ratios import bins_of, level_of, llr_of, needed_cases
from blockdata.kernels.blocks import each_block
from blockdata.kernels.jit import jit

__all__ = ["Windows", "best_of_each_centre", "largest_of_simulated", "windows_of"]

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
Int32s = npt.NDArray[np.int32]

_LANES = 32
"""Simulated districts side by side."""


class Windows(NamedTuple):
    """Circles with what is expected in each; see `windows_of`."""

    first: Integers
    member: Int32s
    expected: Floats
    binned: Int32s
    total: int
    people: int


def windows_of(circles: Circles, expected: Floats, total: int, people: int = 0) -> Windows:
    """Prepare circles for scanning.

    Parameters
    ----------
    circles : Circles
    expected : ndarray of float64, shape (n,)
        Expected counts of the places, adding up to the number of cases.
    total : int
        Cases in all.
    people : int
        Cases and controls together for the Bernoulli model, 0 for the Poisson model.

    Returns
    -------
    Windows
        `expected` of what lies up to each member; `binned` is its bin, and -1 where there is no
        circle or nothing outside it.
    """
    sums = np.cumsum(expected[circles.member])
    starts = np.repeat(circles.first[:-1], np.diff(circles.first))
    before = np.where(starts > 0, sums[starts - 1], 0.0) if len(sums) else sums
    # What was taken off again leaves its rounding: nothing expected is nothing, all is all.
    inside = sums - before
    usable = circles.whole & (inside > 1e-12 * total) & (inside < total * (1 - 1e-12))
    binned = np.where(usable, bins_of(np.clip(inside, 0.0, float(total))), -1).astype(np.int32)
    return Windows(circles.first, circles.member, inside, binned, total, people)


def best_of_each_centre(counts: Integers, windows: Windows) -> tuple[Floats, Integers]:
    """Return, for each centre, the largest ratio of its circles and where that circle ends.

    Parameters
    ----------
    counts : ndarray of int64, shape (n,)
    windows : Windows

    Returns
    -------
    llr : ndarray of float64, shape (n,)
    stop : ndarray of int64, shape (n,)
        End of the members of the best circle, the smallest of several; the centre's first member
        where no circle has more than expected.
    """
    llr = np.zeros(len(windows.first) - 1)
    stop = windows.first[:-1].copy()
    _best(counts, windows, llr, stop)
    return llr, stop


def largest_of_simulated(counts: npt.NDArray[np.integer], windows: Windows) -> Floats:
    """Return the largest ratio over all circles for each row of simulated counts.

    Parameters
    ----------
    counts : ndarray of int, shape (r, n)
        All rows with the same sum.
    windows : Windows

    Returns
    -------
    ndarray of float64, shape (r,)
    """
    largest = np.zeros(len(counts))
    bins = int(windows.binned.max(initial=0)) + 1
    needed = needed_cases(windows.total, windows.people, bins)

    def work(start: int, stop: int) -> None:
        side_by_side = np.zeros((counts.shape[1], _LANES), dtype=np.int32)
        side_by_side[:, : stop - start] = counts[start:stop].T
        best = np.zeros(_LANES)
        # Lanes without a district never hold the others back.
        best[stop - start :] = np.inf
        _largest(side_by_side, windows, needed, best)
        largest[start:stop] = best[: stop - start]

    each_block(len(counts), work, block=_LANES)
    return largest


@jit
def _best(counts: Integers, windows: Windows, llr: Floats, stop: Integers) -> None:
    total, people = float(windows.total), float(windows.people)
    for centre in range(len(llr)):
        count = 0
        for at in range(windows.first[centre], windows.first[centre + 1]):
            count += counts[windows.member[at]]
            if windows.binned[at] >= 0:
                ratio = llr_of(count, windows.expected[at], total, people)
                # By more than rounding, so that the smallest of equal circles stays.
                if ratio > llr[centre] + 1e-12:
                    llr[centre] = ratio
                    stop[centre] = at + 1


@jit
def _add(count: Int32s, own: Int32s) -> int:
    """Add a place's cases, and return the most of any lane."""
    most = -1
    for lane in range(_LANES):
        count[lane] += own[lane]
        most = max(most, count[lane])
    return most


@jit
def _largest(counts: Int32s, windows: Windows, needed: Int32s, best: Floats) -> None:
    total, people = float(windows.total), float(windows.people)
    count = np.empty(_LANES, dtype=counts.dtype)
    level = np.zeros(_LANES, dtype=np.int64)
    lowest = 0
    for lane in range(_LANES):
        level[lane] = 63 if best[lane] > 1e6 else 0
    for centre in range(len(windows.first) - 1):
        count[:] = 0
        for at in range(windows.first[centre], windows.first[centre + 1]):
            most = _add(count, counts[windows.member[at]])
            binned = windows.binned[at]
            if binned < 0 or most < needed[lowest, binned]:
                continue
            for lane in range(_LANES):
                if count[lane] >= needed[level[lane], binned]:
                    ratio = llr_of(count[lane], windows.expected[at], total, people)
                    if ratio > best[lane]:
                        best[lane] = ratio
                        level[lane] = level_of(ratio)
                        lowest = level.min()
