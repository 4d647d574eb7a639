"""The largest ratio over circles times stretches up to the last day, for many sets of cases.

A stretch that reaches to the last day is told by its first day. So each place has, for every first
day, the number of its cases from there on; a circle that takes in a place adds these numbers, for
as many sets of cases side by side as the processor adds at once. One comparison tells for all sets
whether any can be better than before. The work is that of places and days, not of cases.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from blockdata.analysis.scan.cylinder_kernel import Cylinders
from blockdata.analysis.scan.ratios import level_of, poisson_llr
from blockdata.kernels.blocks import each_block
from blockdata.kernels.jit import jit, jit_inline

__all__ = ["fits", "largest_to_last_day"]

Floats = npt.NDArray[np.float64]
Int32s = npt.NDArray[np.int32]

_LANES = 32
"""Sets of cases side by side."""

_MOST_NUMBERS = 16_000_000
"""Numbers of cases that are held for one block of sets: places times days times `_LANES`."""


def fits(cylinders: Cylinders) -> bool:
    """Tell whether the numbers of all places and first days can be held.

    Parameters
    ----------
    cylinders : Cylinders
    """
    return cylinders.last_only and cylinders.upto.size * _LANES <= _MOST_NUMBERS


def largest_to_last_day(
    cylinders: Cylinders, place: npt.NDArray[np.integer], day: npt.NDArray[np.integer]
) -> Floats:
    """Return the largest ratio over all windows up to the last day for each set of cases.

    Parameters
    ----------
    cylinders : Cylinders
        Of windows up to the last day alone.
    place : ndarray of int, shape (r, c) or (1, c)
        Place of each case; one row stands for all sets.
    day : ndarray of int, shape (r, c)

    Returns
    -------
    ndarray of float64, shape (r,)
        0 where no window has more cases than expected.
    """
    largest = np.zeros(len(day))

    def work(start: int, stop: int) -> None:
        own = place if len(place) == 1 else place[start:stop]
        days = cylinders.upto.shape[1] - 1
        count = np.zeros((len(cylinders.upto), days, _LANES), dtype=np.int32)
        _count(own, day[start:stop], cylinders.skipped, count)
        best = np.zeros(_LANES)
        # Lanes without a set never hold the others back.
        best[stop - start :] = np.inf
        _largest(cylinders, count, best)
        largest[start:stop] = best[: stop - start]

    each_block(len(day), work, block=_LANES)
    return largest


@jit
def _count(
    place: npt.NDArray[np.integer], day: npt.NDArray[np.integer], skipped: int, count: Int32s
) -> None:
    """Count each place's cases from each day on."""
    for row in range(len(day)):
        own = place[row if len(place) > 1 else 0]
        for case in range(day.shape[1]):
            if day[row, case] >= skipped:
                count[own[case], day[row, case] - skipped, row] += 1
    for at in range(count.shape[0]):
        for first in range(count.shape[1] - 2, -1, -1):
            for lane in range(_LANES):
                count[at, first, lane] += count[at, first + 1, lane]


@jit_inline
def _add(count: Int32s, own: Int32s) -> int:
    """Add a place's cases, and return the most of any lane."""
    most = 0
    for lane in range(_LANES):
        count[lane] += own[lane]
        most = max(most, count[lane])
    return most


@jit_inline
def _beyond(limit: Floats, cases: int, expected: float) -> bool:
    """Tell whether so many cases are too few against an expectation."""
    if cases < len(limit):
        return bool(expected > limit[cases])
    return expected >= cases


@jit
def _look(
    cylinders: Cylinders,
    cases: Int32s,
    expected: float,
    best: Floats,
    level: npt.NDArray[np.int64],
) -> None:
    """Take what is better in any lane."""
    for lane in range(_LANES):
        own = cases[lane]
        if own == 0 or _beyond(cylinders.limit[level[lane]], own, expected):
            continue
        ratio = poisson_llr(float(own), expected, float(cylinders.total))
        if ratio > best[lane]:
            best[lane] = ratio
            level[lane] = level_of(ratio)


@jit
def _largest(cylinders: Cylinders, count: Int32s, best: Floats) -> None:
    days = count.shape[1]
    inside = np.zeros((days, _LANES), dtype=np.int32)
    most = np.zeros(days, dtype=np.int32)
    upto = np.zeros(days + 1)
    level = np.zeros(_LANES, dtype=np.int64)
    for lane in range(_LANES):
        level[lane] = 63 if best[lane] > 1e6 else 0
    lowest = 0
    for centre in range(len(cylinders.first) - 1):
        inside[:] = 0
        upto[:] = 0.0
        for at in range(cylinders.first[centre], cylinders.first[centre + 1]):
            place = cylinders.member[at]
            for day in range(days + 1):
                upto[day] += cylinders.upto[place, day]
            for first in range(days):
                most[first] = _add(inside[first], count[place, first])
            if not cylinders.whole[at]:
                continue
            for first in range(days):
                expected = upto[days] - upto[first]
                if most[first] == 0 or _beyond(cylinders.limit[lowest], most[first], expected):
                    continue
                _look(cylinders, inside[first], expected, best, level)
                lowest = level.min()
