"""Working time: due times and elapsed times by the four units of time limits.

Working time is an axis of its own: W(t) is the working time from the calendar's first day to the
moment t. It is piecewise linear, so that adding a limit is W's inverse at W(start) + limit, and
elapsed working time is a difference of W; both are done for whole columns at once.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import pandas as pd

from blockdata.errors import ConfigError
from blockdata.records.codes import TIME_LIMIT_UNIT

__all__ = ["WorkCalendar", "utc_times", "wall_clock_times"]

Integers = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Times = npt.NDArray[np.datetime64]
Units = Sequence[str | None] | pd.Series

_US_PER_HOUR = 3_600_000_000
_US_PER_DAY = 24 * _US_PER_HOUR
_NEVER = np.iinfo(np.int64).min  # what numpy stores for NaT
_MARGIN_DAYS = 800
"""Days that the axis reaches beyond the times that are asked for, before limits are added."""


@dataclass(frozen=True)
class WorkCalendar:
    """When a city works.

    Parameters
    ----------
    hours : sequence of (time, time)
        Working hours of a day, in order, each end after its start; local wall-clock time.
    weekend : collection of int
        Days of the week that are free: 1 Monday ... 7 Sunday.
    holidays : collection of date
        Further free days.
    working_weekends : collection of date
        Days that are worked although they fall on a weekend (调休) or among the holidays.

    Raises
    ------
    ConfigError
        If the hours are empty, out of order or overlap, or every day is free.

    Examples
    --------
    >>> import datetime as dt
    >>> calendar = WorkCalendar(holidays=[dt.date(2026, 10, day) for day in range(1, 8)])
    >>> friday = np.array(["2026-11-20T17:00"], "datetime64[us]")
    >>> calendar.due(friday, np.array([2.0]), ["working_hour"])
    array(['2026-11-23T09:00:00.000000'], dtype='datetime64[us]')
    """

    hours: Sequence[tuple[dt.time, dt.time]] = (
        (dt.time(8), dt.time(12)),
        (dt.time(14), dt.time(18)),
    )
    weekend: Collection[int] = (6, 7)
    holidays: Collection[dt.date] = ()
    working_weekends: Collection[dt.date] = ()

    def __post_init__(self) -> None:
        edges = [_us_of_day(edge) for span in self.hours for edge in span]
        if not edges or any(b <= a for a, b in pairwise(edges)):
            raise ConfigError(
                "working hours are empty, out of order or touch",
                where="calendar.hours",
                allowed='such as [["08:00", "12:00"], ["14:00", "18:00"]]',
            )
        if set(self.weekend) >= set(range(1, 8)):
            raise ConfigError("every day is free", where="calendar.weekend", allowed="1 to 7")

    @cached_property
    def us_per_day(self) -> int:
        """Working time of one working day, in microseconds."""
        return sum(_us_of_day(end) - _us_of_day(start) for start, end in self.hours)

    def is_working(self, days: npt.NDArray[np.datetime64]) -> npt.NDArray[np.bool_]:
        """Tell which days are worked.

        Parameters
        ----------
        days : ndarray of datetime64[D]

        Examples
        --------
        >>> WorkCalendar().is_working(np.array(["2026-11-20", "2026-11-21"], "datetime64[D]"))
        array([ True, False])
        """
        number = days.astype("datetime64[D]").astype(np.int64)
        weekday = (number + 3) % 7 + 1  # 1970-01-01 was a Thursday
        free = np.isin(weekday, sorted(self.weekend)) | np.isin(number, _numbers(self.holidays))
        worked: npt.NDArray[np.bool_] = ~free | np.isin(number, _numbers(self.working_weekends))
        return worked

    def due(self, start: Times, limit: npt.ArrayLike, unit: Units) -> Times:
        """Return when a time limit ends.

        Parameters
        ----------
        start : ndarray of datetime64[us], shape (n,)
            Local wall-clock times at which the clock starts.
        limit : ndarray of float, shape (n,)
            How many units; not negative.
        unit : sequence of str or None, length n
            urgent_working_hour (hours round the clock), urgent_working_day (24 such hours),
            working_hour (working time only), working_day (the working time of one whole day, so
            that n working days end at the same hour n working days later).

        Returns
        -------
        ndarray of datetime64[us], shape (n,)
            NaT where start, limit or unit is missing. A limit of working time that ends with the
            working day ends there, not the next morning; one of 0 ends at its start.

        Raises
        ------
        ConfigError
            If a unit is unknown or a limit is negative.
        """
        begins = _microseconds(start)
        amount, units = self._checked(limit, unit)
        known = (begins != _NEVER) & ~np.isnan(amount) & (units != "")
        continuous = np.char.startswith(units, "urgent")
        ends = begins.copy()
        round_clock = known & continuous
        per_unit = np.where(units == "urgent_working_day", _US_PER_DAY, _US_PER_HOUR)
        ends[round_clock] += _whole(amount * per_unit, round_clock)
        working = known & ~continuous & (amount > 0)
        per_unit = np.where(units == "working_day", self.us_per_day, _US_PER_HOUR)
        ends[working] = self._after(begins[working], _whole(amount * per_unit, working))
        ends[~known] = _NEVER
        return ends.astype("datetime64[us]")

    def hours_of(self, limit: npt.ArrayLike, unit: Units) -> Floats:
        """Return how many hours of its own clock a time limit is.

        Parameters
        ----------
        limit : ndarray of float, shape (n,)
        unit : sequence of str or None, length n

        Returns
        -------
        ndarray of float64, shape (n,)
            Working hours for working_hour and working_day, else hours round the clock; NaN where
            limit or unit is missing.

        Examples
        --------
        >>> WorkCalendar().hours_of([2.0, 2.0], ["working_day", "urgent_working_day"])
        array([16., 48.])
        """
        amount, units = self._checked(limit, unit)
        per_unit = np.select(
            [units == "", units == "working_day", units == "urgent_working_day"],
            [np.nan, self.us_per_day / _US_PER_HOUR, 24.0],
            1.0,
        )
        hours: Floats = amount * per_unit
        return hours

    def elapsed_hours(self, start: Times, end: Times, unit: Units) -> Floats:
        """Return the hours between two moments on the clock of a unit.

        Parameters
        ----------
        start, end : ndarray of datetime64[us], shape (n,)
        unit : sequence of str or None, length n
            Working time for working_hour and working_day, else all hours.

        Returns
        -------
        ndarray of float64, shape (n,)
            Negative where the end lies before the start; NaN where a time or unit is missing.

        Examples
        --------
        >>> times = np.array(["2026-11-20T17:00", "2026-11-23T09:00"], "datetime64[us]")
        >>> WorkCalendar().elapsed_hours(times[:1], times[1:], ["working_hour"])
        array([2.])
        """
        begins, ends = _microseconds(start), _microseconds(end)
        units = self._checked(np.zeros(len(begins)), unit)[1]
        known = (begins != _NEVER) & (ends != _NEVER) & (units != "")
        working = known & ~np.char.startswith(units, "urgent")
        spent = np.where(known, ends - begins, 0)
        if working.any():
            first, table = self._axis(begins[working], ends[working])
            spent[working] = _worked(ends[working], first, table, self)
            spent[working] -= _worked(begins[working], first, table, self)
        hours: Floats = np.where(known, spent / _US_PER_HOUR, np.nan)
        return hours

    def _checked(self, limit: npt.ArrayLike, unit: Units) -> tuple[Floats, npt.NDArray[np.str_]]:
        amount = np.asarray(limit, dtype=np.float64)
        codes, names = pd.factorize(pd.Series(unit, dtype="str"))
        units = np.array([*names, ""], dtype=np.str_)[codes]
        if unknown := sorted(set(names) - {*TIME_LIMIT_UNIT}):
            raise ConfigError(
                f"unknown unit {unknown[0]!r}",
                where="time limit",
                allowed=", ".join(TIME_LIMIT_UNIT),
            )
        if (amount < 0).any():
            raise ConfigError("a limit is negative", where="time limit", allowed="0 or more")
        return amount, units

    def _axis(self, *times_us: Integers) -> tuple[int, Integers]:
        """Return a first day and the working time before each day from it on."""
        first = min(int(t.min()) for t in times_us) // _US_PER_DAY
        last = max(int(t.max()) for t in times_us) // _US_PER_DAY + 1
        days = np.arange(first, last + 1).astype("datetime64[D]")
        table = np.zeros(len(days) + 1, dtype=np.int64)
        np.cumsum(self.is_working(days) * self.us_per_day, out=table[1:])
        return first, table

    def _after(self, begins: Integers, limit_us: Integers) -> Integers:
        """Return the first moments by which so much working time has passed; limits above 0."""
        if not len(begins):
            return begins
        # A limit of n working days ends before n weeks and a margin for long holidays are over.
        longest = int(limit_us.max()) // self.us_per_day * 7 * _US_PER_DAY
        first, table = self._axis(begins, begins + longest + _MARGIN_DAYS * _US_PER_DAY)
        wanted = _worked(begins, first, table, self) + limit_us
        day = np.searchsorted(table, wanted, side="left") - 1
        within = wanted - table[day]
        spans = np.array([(_us_of_day(a), _us_of_day(b)) for a, b in self.hours], dtype=np.int64)
        before = np.concatenate([[0], np.cumsum(spans[:, 1] - spans[:, 0])])
        span = np.searchsorted(before, within, side="left") - 1
        ends: Integers = (first + day) * _US_PER_DAY + spans[span, 0] + within - before[span]
        return ends


def wall_clock_times(moments: pd.Series, zone: dt.tzinfo) -> pd.Series:
    """Return what clocks on the wall show at moments in UTC.

    Parameters
    ----------
    moments : Series of datetime64
        UTC, without zone; NaT stays NaT.
    zone : tzinfo

    Examples
    --------
    >>> from zoneinfo import ZoneInfo
    >>> moments = pd.Series(pd.to_datetime(["2026-11-20 09:00"]))
    >>> wall_clock_times(moments, ZoneInfo("Asia/Shanghai")).to_list()
    [Timestamp('2026-11-20 17:00:00')]
    """
    shown: pd.Series = moments.dt.tz_localize("UTC").dt.tz_convert(zone).dt.tz_localize(None)
    return shown


def utc_times(shown: pd.Series, zone: dt.tzinfo) -> pd.Series:
    """Return the moments in UTC at which clocks on the wall show times.

    Parameters
    ----------
    shown : Series of datetime64
        Without zone; NaT stays NaT.
    zone : tzinfo
        Of a time that comes twice when clocks are put back, the first counts; one that is left
        out when they are put forward is the moment of the change.

    Examples
    --------
    >>> from zoneinfo import ZoneInfo
    >>> shown = pd.Series(pd.to_datetime(["2026-11-20 17:00"]))
    >>> utc_times(shown, ZoneInfo("Asia/Shanghai")).to_list()
    [Timestamp('2026-11-20 09:00:00')]
    """
    first = np.ones(len(shown), dtype=bool)
    there = shown.dt.tz_localize(zone, ambiguous=first, nonexistent="shift_forward")
    moments: pd.Series = there.dt.tz_convert("UTC").dt.tz_localize(None)
    return moments


def _worked(times: Integers, first: int, table: Integers, calendar: WorkCalendar) -> Integers:
    """Return the working time from the axis's first day to each moment."""
    day, of_day = np.divmod(times, _US_PER_DAY)
    whole = table[day - first]
    worked = np.zeros(len(times), dtype=np.int64)
    for start, end in calendar.hours:
        begins, ends = _us_of_day(start), _us_of_day(end)
        worked += np.clip(of_day, begins, ends) - begins
    total: Integers = whole + np.where(table[day - first + 1] > whole, worked, 0)
    return total


def _microseconds(times: Times) -> Integers:
    moments: Integers = np.asarray(times).astype("datetime64[us]").astype(np.int64)
    return moments


def _whole(amounts_us: Floats, where: npt.NDArray[np.bool_]) -> Integers:
    return np.rint(amounts_us[where]).astype(np.int64)


def _us_of_day(moment: dt.time) -> int:
    seconds = moment.hour * 3600 + moment.minute * 60 + moment.second
    return seconds * 1_000_000 + moment.microsecond


def _numbers(days: Collection[dt.date]) -> Integers:
    return np.array(sorted(days), dtype="datetime64[D]").astype(np.int64)
