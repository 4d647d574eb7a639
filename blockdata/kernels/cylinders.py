"""The space-time permutation scan: circles times stretches of days, for many orders of the days.

With places and days as they are, a permutation of the days among the cases leaves the number of
cases of every circle and of every stretch of days as it was, and so what is expected in every
window. How many cases a window needs for a ratio worth looking at can therefore be listed before,
per number of cases in the circle; what is left to do for a permutation is to count and compare
small whole numbers, many at a time. Ratios themselves are computed for the few windows that have
enough.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from blockdata.kernels.blocks import each_block
from blockdata.kernels.circles import Circles
from blockdata.kernels.jit import jit
from blockdata.kernels.scanning import poisson_llr

__all__ = ["LEAST", "Cylinders", "best_cylinders", "cylinders_of", "largest_of_permuted"]

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
Int32s = npt.NDArray[np.int32]
Counts = npt.NDArray[np.int16] | npt.NDArray[np.int32]

_AT_ONCE = 32
"""Permutations that are scanned together: what a circle needs is read once for all of them."""

LEAST = 1e-6
"""Below this no ratio is worth telling apart from none."""


class Cylinders(NamedTuple):
    """What the scan stands on; see `cylinders_of`."""

    first: Integers
    member: Int32s
    whole: npt.NDArray[np.bool_]
    cases: Integers
    case_of: Integers
    of_days: Integers
    total: int
    skipped: int
    last_only: bool


def cylinders_of(
    circles: Circles, place: Integers, day: Integers, days: int, max_days: int, last_only: bool
) -> Cylinders:
    """Prepare circles and cases for scanning.

    Parameters
    ----------
    circles : Circles
        Around all places.
    place, day : ndarray of int64, shape (n,)
        Place and day (0 to days - 1) of each case; sorted by place.
    days, max_days : int
        Days in all, and of the longest window.
    last_only : bool
        Whether only windows count that reach to the last day.

    Returns
    -------
    Cylinders
        `cases` is how many cases lie in the circle up to each member, `case_of` where the cases
        of each place begin, and `of_days[l, s]` how many cases fall on the l + 1 days from s on;
        of `skipped` days no window can begin, and s counts from the first after them.
    """
    count = np.bincount(place, minlength=len(circles.first) - 1)
    sums = np.cumsum(count[circles.member])
    starts = np.repeat(circles.first[:-1], np.diff(circles.first))
    cases = sums - np.where(starts > 0, sums[starts - 1], 0) if len(sums) else sums
    longest = min(max_days, days)
    skipped = days - longest if last_only else 0
    before = np.concatenate([[0], np.cumsum(np.bincount(day, minlength=days))])
    of_days = np.zeros((longest, days - skipped), dtype=np.int64)
    for extra in range(longest):
        stop = np.minimum(np.arange(skipped, days) + extra + 1, days)
        of_days[extra] = before[stop] - before[skipped:days]
    return Cylinders(
        circles.first,
        circles.member,
        circles.whole,
        cases.astype(np.int64),
        np.concatenate([[0], np.cumsum(count)]).astype(np.int64),
        of_days,
        len(place),
        skipped,
        last_only,
    )


def best_cylinders(
    cylinders: Cylinders, day: Integers, at_least: float = LEAST
) -> tuple[Floats, Integers]:
    """Return, for each centre, the largest ratio and its window.

    Parameters
    ----------
    cylinders : Cylinders
    day : ndarray of int64, shape (n,)
    at_least : float
        Smaller ratios are not looked for; the higher, the quicker.

    Returns
    -------
    llr : ndarray of float64, shape (c,)
    window : ndarray of int64, shape (c, 3)
        End of the circle's members, first day and number of days; of equal ratios the smallest
        circle, then the shortest and earliest stretch. Zeros where no window has `at_least`.
    """
    centres = len(cylinders.first) - 1
    llr, window = np.zeros(centres), np.zeros((centres, 3), dtype=np.int64)
    if not cylinders.total:
        return llr, window
    number, needed = _needed(cylinders, max(at_least, LEAST))

    def work(start: int, stop: int) -> None:
        _best(cylinders, (day, number, needed), (start, stop), llr, window)

    each_block(centres, work, block=64)
    return llr, window


def largest_of_permuted(cylinders: Cylinders, day: npt.NDArray[np.integer]) -> Floats:
    """Return the largest ratio over all windows for each order of the days.

    Parameters
    ----------
    cylinders : Cylinders
    day : ndarray of int, shape (r, n)
        Days of the cases, one permutation a row.

    Returns
    -------
    ndarray of float64, shape (r,)
        0 where no window has more cases than expected.
    """
    largest = np.zeros(len(day))
    if not len(day) or not cylinders.total:
        return largest
    # The first few tell how large maxima are: others are sought from a little below on.
    _scan_rows(cylinders, day, np.arange(len(day))[:1], 1.0, largest)
    rest = np.arange(1, len(day))
    _scan_rows(cylinders, day, rest[:_AT_ONCE], 0.75 * largest[0], largest)
    typical = largest[: 1 + _AT_ONCE].min()
    _scan_rows(cylinders, day, rest[_AT_ONCE:], 0.95 * typical, largest)
    return largest


def _scan_rows(
    cylinders: Cylinders,
    day: npt.NDArray[np.integer],
    rows: Integers,
    at_least: float,
    largest: Floats,
) -> None:
    """Scan some rows; those that have nothing from a ratio on are scanned again from a lower."""
    while len(rows):
        at_least = max(at_least, LEAST)
        number, needed = _needed(cylinders, at_least)

        def work(
            start: int,
            stop: int,
            rows: Integers = rows,
            number: Integers = number,
            needed: Counts = needed,
        ) -> None:
            chosen = rows[start:stop]
            best = np.zeros(len(chosen))
            _scan(cylinders, np.ascontiguousarray(day[chosen]), number, needed, best)
            largest[chosen] = best

        each_block(len(rows), work, block=_AT_ONCE)
        if at_least <= LEAST:
            return
        rows, at_least = rows[largest[rows] < at_least], at_least / 2


def _needed(cylinders: Cylinders, at_least: float) -> tuple[Integers, Counts]:
    """Return how many cases each stretch of days needs in a circle, by the circle's cases.

    Returns
    -------
    number : ndarray of int64
        Row of the table for each member.
    needed : ndarray of int16, or int32 where circles have that many cases, shape (k, l, d)
        The fewest cases with which the ratio is at least `at_least`; a number that cannot be
        reached where none is enough or the stretch does not fit.
    """
    distinct, number = np.unique(cylinders.cases, return_inverse=True)
    total = cylinders.total
    most = int(distinct.max(initial=0))
    kind = np.int16 if most < np.iinfo(np.int16).max // 2 else np.int32
    limit = np.array([_largest_expected(c, total, at_least) for c in range(1, most + 1)])
    lengths, days = cylinders.of_days.shape
    needed = np.empty((len(distinct), lengths, days), dtype=kind)
    start, length = np.arange(days), np.arange(1, lengths + 1)[:, None]
    fits = start + length == days if cylinders.last_only else start + length <= days
    for row, inside in enumerate(distinct):
        expected = inside * cylinders.of_days / total
        fewest = np.searchsorted(limit, expected * (1 - 1e-12), side="left") + 1
        needed[row] = np.where(fits, fewest, np.iinfo(kind).max // 2)
    return number, needed


def _largest_expected(count: int, total: int, at_least: float) -> float:
    """Return the largest expectation against which `count` cases have a ratio of `at_least`."""
    low, high = 0.0, float(count)
    if count >= total:
        return float(count * np.exp(-at_least / count))
    for _ in range(60):
        middle = (low + high) / 2
        if middle > 0 and poisson_llr(count, middle, total) < at_least:
            high = middle
        else:
            low = middle
    return high


@jit
def _any_enough(before: Counts, needed: Counts, length: int) -> bool:
    """Tell whether any stretch of a length has as many cases as it needs."""
    # Slices, so that the compiler sees that no index is negative and compares many at a time.
    stops, starts = before[length:], before[: len(before) - length]
    most = before.dtype.type(-1)
    for start in range(len(stops)):
        more = before.dtype.type(stops[start] - starts[start] - needed[start])
        most = max(most, more)
    return bool(most >= 0)


@jit
def _best_of(
    cylinders: Cylinders, before: Counts, needed: Counts, at: int, length: int, best: float
) -> tuple[float, int]:
    """Return the largest ratio of the stretches of a length, if above the best, and its start."""
    first = -1
    for start in range(len(before) - length):
        count = before[start + length] - before[start]
        if count >= needed[start]:
            within = cylinders.of_days[length - 1, start]
            expected = cylinders.cases[at] * within / cylinders.total
            ratio = poisson_llr(float(count), expected, float(cylinders.total))
            if ratio > best:
                best, first = ratio, start
    return best, first


@jit
def _best(
    cylinders: Cylinders,
    looked_for: tuple[Integers, Integers, Counts],
    centres: tuple[int, int],
    llr: Floats,
    window: Integers,
) -> None:
    day, number, needed = looked_for
    lengths, days = cylinders.of_days.shape
    before = np.zeros(days + 1, dtype=needed.dtype)
    for centre in range(centres[0], centres[1]):
        before[:] = 0
        for at in range(cylinders.first[centre], cylinders.first[centre + 1]):
            place = cylinders.member[at]
            for case in range(cylinders.case_of[place], cylinders.case_of[place + 1]):
                before[max(day[case] - cylinders.skipped, -1) + 1 :] += 1
            if not cylinders.whole[at]:
                continue
            own = needed[number[at]]
            for length in range(1, lengths + 1):
                if _any_enough(before, own[length - 1], length):
                    best, first = _best_of(
                        cylinders, before, own[length - 1], at, length, llr[centre]
                    )
                    if first >= 0:
                        llr[centre] = best
                        window[centre, 0] = at + 1
                        window[centre, 1] = first + cylinders.skipped
                        window[centre, 2] = length


@jit
def _scan(
    cylinders: Cylinders,
    day: npt.NDArray[np.integer],
    number: Integers,
    needed: Counts,
    best: Floats,
) -> None:
    lengths, days = cylinders.of_days.shape
    before = np.zeros((len(day), days + 1), dtype=needed.dtype)
    for centre in range(len(cylinders.first) - 1):
        before[:] = 0
        for at in range(cylinders.first[centre], cylinders.first[centre + 1]):
            place = cylinders.member[at]
            for case in range(cylinders.case_of[place], cylinders.case_of[place + 1]):
                for row in range(len(day)):
                    before[row, max(day[row, case] - cylinders.skipped, -1) + 1 :] += 1
            if not cylinders.whole[at]:
                continue
            own = needed[number[at]]
            for row in range(len(day)):
                for length in range(1, lengths + 1):
                    if _any_enough(before[row], own[length - 1], length):
                        best[row] = _best_of(
                            cylinders, before[row], own[length - 1], at, length, best[row]
                        )[0]
