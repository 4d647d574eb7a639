"""The largest likelihood ratio over circles times stretches of days, for many sets of cases.

What is expected in a window may only grow when the window grows. So a window whose first or last
day has no case, or whose circle could be smaller with the same cases, is beaten by the smaller one
and need not be looked at. What is left are stretches from a day with cases to a day with cases,
and each time a circle takes in a case, only those around that case's day. All others were looked
at when the circle was smaller. The work is that of the cases, not of the windows.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from blockdata.analysis.scan.circles import Circles
from blockdata.analysis.scan.ratios import largest_expected, level_of, poisson_llr
from blockdata.kernels.blocks import each_block
from blockdata.kernels.jit import jit, jit_inline

__all__ = ["Cases", "Cylinders", "best_cylinders", "cases_of", "cylinders_of", "largest_of_cases"]

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
Int32s = npt.NDArray[np.int32]

_AT_ONCE = 32
"""Sets of cases that are scanned together: what a circle expects is summed once for all."""

_TOGETHER = 6
"""Stretches that are ruled out by one comparison."""

_TABULATED = 4096
"""Largest number of cases for which a table says what is worth a logarithm."""


class Cylinders(NamedTuple):
    """What the scan stands on; see `cylinders_of`."""

    first: Integers
    member: Int32s
    whole: npt.NDArray[np.bool_]
    upto: Floats
    limit: Floats
    total: int
    skipped: int
    max_days: int
    last_only: bool


class Cases(NamedTuple):
    """Sets of cases, those of one place together; see `cases_of`."""

    first: Int32s
    day: Int32s


def cylinders_of(
    circles: Circles, expected: Floats, total: int, *, max_days: int, last_only: bool
) -> Cylinders:
    """Prepare circles for scanning.

    Parameters
    ----------
    circles : Circles
        Around all places.
    expected : ndarray of float64, shape (n, d)
        Expected cases of each place and day, adding up to the number of cases.
    total : int
        Cases in all.
    max_days : int
        Days of the longest window.
    last_only : bool
        Whether only windows count that reach to the last day.

    Returns
    -------
    Cylinders
        `upto` is what each place expects before each day, from the first day that is looked at
        (after `skipped` days) on; `limit` the largest expectation by level and number of cases.
    """
    days = expected.shape[1]
    skipped = max(days - max_days, 0) if last_only else 0
    upto = np.zeros((len(expected), days - skipped + 1))
    np.cumsum(expected[:, skipped:], axis=1, out=upto[:, 1:])
    limit = largest_expected(total, min(total, _TABULATED))
    return Cylinders(
        circles.first,
        circles.member,
        circles.whole,
        upto,
        limit,
        total,
        skipped,
        min(max_days, days),
        last_only,
    )


def cases_of(cylinders: Cylinders, place: npt.NDArray[np.integer], day: Int32s) -> Cases:
    """Arrange sets of cases by place, without those before the first day that is looked at.

    Parameters
    ----------
    cylinders : Cylinders
    place : ndarray of int, shape (r, c) or (1, c)
        Place of each case, ascending in each row; one row stands for all sets.
    day : ndarray of int32, shape (r, c)

    Returns
    -------
    Cases
        `first[p, r]` is where the cases of place p begin in row r of `day`.
    """
    first = np.zeros((len(cylinders.upto) + 1, len(day)), dtype=np.int32)
    kept = np.empty(day.shape, dtype=np.int32)
    _arrange(np.ascontiguousarray(place, dtype=np.int32), day, cylinders.skipped, first, kept)
    return Cases(first, kept)


def largest_of_cases(
    cylinders: Cylinders, place: npt.NDArray[np.integer], day: npt.NDArray[np.integer]
) -> Floats:
    """Return the largest ratio over all windows for each set of cases.

    Parameters
    ----------
    cylinders : Cylinders
    place : ndarray of int, shape (r, c) or (1, c)
        Place of each case, ascending in each row; one row stands for all sets.
    day : ndarray of int, shape (r, c)

    Returns
    -------
    ndarray of float64, shape (r,)
        0 where no window has more cases than expected.
    """
    largest = np.zeros(len(day))
    if not cylinders.total:
        return largest

    def work(start: int, stop: int) -> None:
        own = place if len(place) == 1 else place[start:stop]
        cases = cases_of(cylinders, own, np.ascontiguousarray(day[start:stop], dtype=np.int32))
        _scan(cylinders, cases, largest[start:stop])

    each_block(len(day), work, block=_AT_ONCE)
    return largest


def best_cylinders(cylinders: Cylinders, place: Integers, day: Integers) -> tuple[Floats, Integers]:
    """Return, for each centre, the largest ratio and its window.

    Parameters
    ----------
    cylinders : Cylinders
    place, day : ndarray of int64, shape (c,)
        Place, ascending, and day of each case.

    Returns
    -------
    llr : ndarray of float64, shape (n,)
    window : ndarray of int64, shape (n, 3)
        End of the circle's members, first day and number of days; of equal ratios the smallest
        circle, then the shortest and earliest stretch. Zeros where no window has more cases than
        expected.
    """
    centres = len(cylinders.first) - 1
    llr, window = np.zeros(centres), np.zeros((centres, 3), dtype=np.int64)
    if not cylinders.total:
        return llr, window
    cases = cases_of(cylinders, place[None], day[None].astype(np.int32))

    def work(start: int, stop: int) -> None:
        _best(cylinders, cases, (start, stop), llr, window)

    each_block(centres, work, block=64)
    window[window[:, 0] > 0, 1] += cylinders.skipped
    return llr, window


@jit
def _arrange(place: Int32s, day: Int32s, skipped: int, first: Int32s, kept: Int32s) -> None:
    for row in range(len(day)):
        own = place[row if len(place) > 1 else 0]
        last, count = 0, 0
        for case in range(day.shape[1]):
            while last < own[case]:
                last += 1
                first[last, row] = count
            if day[row, case] >= skipped:
                kept[row, count] = day[row, case] - skipped
                count += 1
        first[last + 1 :, row] = count


@jit_inline
def _better(
    window: tuple[float, int, int], ratio: float, start: int, length: int, same: bool
) -> bool:
    """Tell whether a window is better: by more than rounding, or as good, shorter or earlier."""
    if ratio > window[0] + 1e-12:
        return True
    as_good = same and ratio >= window[0] - 1e-12 and ratio > 0
    return as_good and (length < window[2] or (length == window[2] and start < window[1]))


@jit_inline
def _ends(cylinders: Cylinders, count: Int32s, today: int, stops: Int32s, held: Int32s) -> int:
    """List the days after which stretches end, and the cases from today up to them."""
    ends, cases = 0, 0
    for day in range(today, min(len(count), today + cylinders.max_days)):
        cases += count[day]
        if count[day] > 0 and not cylinders.last_only:
            stops[ends], held[ends] = day + 1, cases
            ends += 1
    if cylinders.last_only:
        stops[0], held[0], ends = len(count), cases, 1
    return ends


@jit_inline
def _around(
    cylinders: Cylinders,
    inside: tuple[Int32s, Floats],
    today: int,
    room: tuple[Int32s, Int32s],
    best: tuple[float, int, int],
    fresh: bool,
) -> tuple[float, int, int]:
    """Return the best of a window and all stretches that hold a day with a case.

    Parameters
    ----------
    inside : tuple
        The circle's cases by day, and what it expects before each day.
    today : int
        The day that the stretches hold.
    room : tuple
        Two arrays to work in.
    best : tuple
        Ratio, first day and length of the best window so far.
    fresh : bool
        Whether that window is of a smaller circle, which stays where ratios are equal.
    """
    count, upto = inside
    stops, held = room
    ends = _ends(cylinders, count, today, stops, held)
    before = 0
    for start in range(today, max(-1, today - cylinders.max_days), -1):
        if start < today:
            before += count[start]
        if count[start] == 0:
            continue
        while ends > 0 and stops[ends - 1] - start > cylinders.max_days:
            ends -= 1
        if ends == 0:
            break
        # With all the cases that any of these stretches has, the shortest of them is not enough.
        limit = cylinders.limit[level_of(best[0])]
        if _beyond(limit, before + held[ends - 1], upto[stops[0]] - upto[start]):
            continue
        found = _from_start(cylinders, upto, (start, before), (stops[:ends], held), best, fresh)
        fresh = fresh and found == best
        best = found
    return best


@jit_inline
def _from_start(
    cylinders: Cylinders,
    upto: Floats,
    start: tuple[int, int],
    ends: tuple[Int32s, Int32s],
    best: tuple[float, int, int],
    fresh: bool,
) -> tuple[float, int, int]:
    """Return the best of a window and the stretches from a day on; `start` and cases before."""
    stops, held = ends
    first, before = start
    limit = cylinders.limit[level_of(best[0])]
    for group in range(0, len(stops), _TOGETHER):
        last = min(group + _TOGETHER, len(stops)) - 1
        # With the cases of the longest of them, the shortest is not enough.
        if _beyond(limit, before + held[last], upto[stops[group]] - upto[first]):
            continue
        for end in range(group, last + 1):
            expected, cases = upto[stops[end]] - upto[first], before + held[end]
            if _beyond(limit, cases, expected):
                continue
            ratio = poisson_llr(float(cases), expected, float(cylinders.total))
            if _better(best, ratio, first, stops[end] - first, not fresh):
                best = (ratio, first, stops[end] - first)
                fresh = False
                limit = cylinders.limit[level_of(ratio)]
    return best


@jit_inline
def _beyond(limit: Floats, cases: int, expected: float) -> bool:
    """Tell whether so many cases are too few against an expectation."""
    if cases < len(limit):
        return bool(expected > limit[cases])
    return expected >= cases


@jit
def _take_in(cylinders: Cylinders, cases: Cases, place: int, count: Int32s, upto: Floats) -> bool:
    """Add a place to a circle; tell whether any set has a case there."""
    # Slices, so that the compiler sees that no index is negative and adds many at a time.
    own = cylinders.upto[place]
    for day in range(len(upto)):
        upto[day] += own[day]
    first, stop = cases.first[place], cases.first[place + 1]
    any_case = False
    for row in range(len(count)):
        for case in range(first[row], stop[row]):
            count[row, cases.day[row, case]] += 1
            any_case = True
    return any_case


@jit
def _scan(cylinders: Cylinders, cases: Cases, largest: Floats) -> None:
    days = cylinders.upto.shape[1] - 1
    count = np.zeros((len(largest), days), dtype=np.int32)
    upto = np.zeros(days + 1)
    room = (np.empty(days, dtype=np.int32), np.empty(days, dtype=np.int32))
    for centre in range(len(cylinders.first) - 1):
        count[:] = 0
        upto[:] = 0.0
        looked_at = cylinders.first[centre]
        waiting = False
        for at in range(cylinders.first[centre], cylinders.first[centre + 1]):
            if _take_in(cylinders, cases, cylinders.member[at], count, upto):
                waiting = True
            if not cylinders.whole[at]:
                continue
            if waiting:
                for new in range(looked_at, at + 1):
                    _look(cylinders, cases, cylinders.member[new], (count, upto), room, largest)
            looked_at, waiting = at + 1, False


@jit
def _look(
    cylinders: Cylinders,
    cases: Cases,
    place: int,
    inside: tuple[Int32s, Floats],
    room: tuple[Int32s, Int32s],
    largest: Floats,
) -> None:
    """Look at the stretches around the cases of a place that a circle took in, for all sets."""
    first, stop = cases.first[place], cases.first[place + 1]
    for row in range(len(largest)):
        own = (inside[0][row], inside[1])
        if cylinders.last_only:
            # Each stretch that holds an earlier case reaches to the last day, past the latest one.
            latest = -1
            for case in range(first[row], stop[row]):
                latest = max(latest, cases.day[row, case])
            if latest >= 0:
                best = (largest[row], 0, 0)
                largest[row] = _around(cylinders, own, latest, room, best, True)[0]
            continue
        for case in range(first[row], stop[row]):
            best = (largest[row], 0, 0)
            largest[row] = _around(cylinders, own, cases.day[row, case], room, best, True)[0]


@jit
def _best(
    cylinders: Cylinders,
    cases: Cases,
    centres: tuple[int, int],
    llr: Floats,
    window: Integers,
) -> None:
    days = cylinders.upto.shape[1] - 1
    count, upto = np.zeros((1, days), dtype=np.int32), np.zeros(days + 1)
    room = (np.empty(days, dtype=np.int32), np.empty(days, dtype=np.int32))
    for centre in range(centres[0], centres[1]):
        count[:] = 0
        upto[:] = 0.0
        looked_at = cylinders.first[centre]
        for at in range(cylinders.first[centre], cylinders.first[centre + 1]):
            _take_in(cylinders, cases, cylinders.member[at], count, upto)
            if not cylinders.whole[at]:
                continue
            for new in range(looked_at, at + 1):
                place = cylinders.member[new]
                for case in range(cases.first[place, 0], cases.first[place + 1, 0]):
                    own = (llr[centre], window[centre, 1], window[centre, 2])
                    fresh = window[centre, 0] != at + 1
                    found = _around(
                        cylinders, (count[0], upto), cases.day[0, case], room, own, fresh
                    )
                    if found != own:
                        llr[centre], window[centre, 1], window[centre, 2] = found
                        window[centre, 0] = at + 1
            looked_at = at + 1
