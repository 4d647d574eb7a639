"""The largest likelihood ratio over nested circles, for observed and for simulated counts."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from blockdata.kernels.blocks import each_block
from blockdata.kernels.circles import Circles
from blockdata.kernels.jit import jit, jit_finite, jit_inline

__all__ = ["Windows", "best_of_each_centre", "largest_of_simulated", "poisson_llr", "windows_of"]

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
Int32s = npt.NDArray[np.int32]

_LANES = 16
"""Simulated districts that are scanned side by side: the circles are read once for all of them."""


class Windows(NamedTuple):
    """Circles with what is expected in each; see `windows_of`."""

    first: Integers
    member: Int32s
    expected: Floats
    bound: Floats


def windows_of(circles: Circles, expected: Floats) -> Windows:
    """Prepare circles for scanning.

    Parameters
    ----------
    circles : Circles
    expected : ndarray of float64, shape (n,)
        Expected counts of the places, adding up to the number of cases.

    Returns
    -------
    Windows
        `expected` of what lies up to each member; `bound` is C / (E (C - E)), with which a chi
        square bounds the likelihood ratio from above, and -1 where there is no circle or nothing
        outside it.

    Notes
    -----
    The ratio is C times the relative entropy of c/C against E/C, which is at most
    (c/C - E/C)^2 / (E/C (1 - E/C)).
    """
    sums = np.cumsum(expected[circles.member])
    starts = np.repeat(circles.first[:-1], np.diff(circles.first))
    before = np.where(starts > 0, sums[starts - 1], 0.0) if len(sums) else sums
    inside, total = sums - before, float(expected.sum())
    usable = circles.whole & (inside > 0) & (inside < total)
    with np.errstate(divide="ignore", invalid="ignore"):
        bound = np.where(usable, total / (inside * (total - inside)), -1.0)
    return Windows(circles.first, circles.member, inside, bound)


@jit_inline
def poisson_llr(count: float, expected: float, total: float) -> float:
    """Return Kulldorff's log likelihood ratio of a window with too many cases.

    References
    ----------
    Kulldorff (1997), Communications in Statistics 26(6), 1481-1496.
    """
    if count <= expected:
        return 0.0
    ratio = count * math.log(count / expected)
    if count < total:
        ratio += (total - count) * math.log((total - count) / (total - expected))
    return ratio


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
    _best(counts, windows, float(counts.sum()), llr, stop)
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
    total = float(counts[0].sum()) if len(counts) else 0.0

    def work(start: int, stop: int) -> None:
        side_by_side = np.zeros((counts.shape[1], _LANES))
        side_by_side[:, : stop - start] = counts[start:stop].T
        best = np.zeros(_LANES)
        _largest(side_by_side, windows, total, best)
        largest[start:stop] = best[: stop - start]

    each_block(len(counts), work, block=_LANES)
    return largest


@jit
def _best(counts: Integers, windows: Windows, total: float, llr: Floats, stop: Integers) -> None:
    for centre in range(len(llr)):
        count = 0
        for place in range(windows.first[centre], windows.first[centre + 1]):
            count += counts[windows.member[place]]
            if windows.bound[place] > 0:
                ratio = poisson_llr(count, windows.expected[place], total)
                if ratio > llr[centre]:
                    llr[centre] = ratio
                    stop[centre] = place + 1


@jit_finite
def _most_over(count: Floats, expected: float, bound: float, best: Floats) -> float:
    """Return by how much the bound of any lane's ratio is above the lane's best so far."""
    most = -1.0
    for lane in range(_LANES):
        more = count[lane] - expected
        most = max(most, more * abs(more) * bound - best[lane])
    return most


@jit
def _largest(counts: Floats, windows: Windows, total: float, best: Floats) -> None:
    count = np.empty(_LANES)
    for centre in range(len(windows.first) - 1):
        count[:] = 0.0
        for place in range(windows.first[centre], windows.first[centre + 1]):
            own = windows.member[place]
            for lane in range(_LANES):
                count[lane] += counts[own, lane]
            expected, bound = windows.expected[place], windows.bound[place]
            # Logarithms are taken only where a ratio can be larger than the best so far.
            if bound > 0 and _most_over(count, expected, bound, best) > 0:
                for lane in range(_LANES):
                    best[lane] = max(best[lane], poisson_llr(count[lane], expected, total))
