"""Working time: due times by hand, and W and its inverse against minute-by-minute counting."""

import datetime as dt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from blockdata.errors import ConfigError
from blockdata.link.clock import WorkCalendar

NATIONAL_DAY = [dt.date(2026, 10, day) for day in range(1, 8)]
CALENDAR = WorkCalendar(holidays=NATIONAL_DAY, working_weekends=[dt.date(2026, 10, 10)])


def at(text):
    return np.array([text], "datetime64[us]")


def due(start, limit, unit, calendar=CALENDAR):
    return str(calendar.due(at(start), [limit], [unit])[0])[:16]


@pytest.mark.parametrize(
    ("start", "limit", "unit", "end"),
    [
        ("2026-11-20T17:00", 2, "urgent_working_hour", "2026-11-20T19:00"),
        ("2026-11-20T17:00", 2, "urgent_working_day", "2026-11-22T17:00"),
        ("2026-11-20T17:00", 4, "working_hour", "2026-11-23T11:00"),
        ("2026-11-20T13:00", 4, "working_hour", "2026-11-20T18:00"),
        ("2026-11-21T10:00", 1, "working_hour", "2026-11-23T09:00"),
        ("2026-11-20T17:00", 2, "working_day", "2026-11-24T17:00"),
        ("2026-09-30T17:00", 1, "working_day", "2026-10-08T17:00"),
        ("2026-10-09T17:00", 1, "working_day", "2026-10-10T17:00"),
        ("2026-11-20T07:00", 8, "working_hour", "2026-11-20T18:00"),
        ("2026-11-21T10:00", 0, "working_day", "2026-11-21T10:00"),
    ],
)
def test_due_times_by_hand(start, limit, unit, end):
    assert due(start, limit, unit) == end


def test_what_is_missing_gives_no_due_time():
    start = np.array(["2026-11-20", "NaT", "2026-11-20"], "datetime64[us]")
    ends = CALENDAR.due(start, [np.nan, 1, 1], ["working_day", "working_day", None])
    assert np.isnat(ends).all()
    spent = CALENDAR.elapsed_hours(start, start, ["working_day", "working_day", None])
    assert np.isnan(spent).tolist() == [False, True, True]


MINUTES = st.integers(0, 40 * 24 * 60 - 1)
BEGIN = np.datetime64("2026-09-20T00:00", "m")


def is_worked(minute):
    day = minute.astype("datetime64[D]").astype(dt.date)
    free = day in NATIONAL_DAY or (day.isoweekday() > 5 and day != dt.date(2026, 10, 10))
    hour = int((minute - minute.astype("datetime64[D]")).astype(int)) // 60
    return not free and (8 <= hour < 12 or 14 <= hour < 18)


WORKED = np.array([is_worked(BEGIN + np.timedelta64(n, "m")) for n in range(60 * 24 * 60)])
BEFORE = np.concatenate([[0], np.cumsum(WORKED)])


@given(MINUTES, MINUTES)
def test_elapsed_time_counts_the_worked_minutes(one, other):
    times = np.array([one, other]).astype("timedelta64[m]") + BEGIN
    hours = CALENDAR.elapsed_hours(times[:1], times[1:], ["working_hour"])[0]
    assert round(hours * 60) == BEFORE[other] - BEFORE[one]


@given(MINUTES, st.integers(1, 3000))
def test_a_limit_ends_with_the_minute_that_fills_it(start, minutes):
    begin = BEGIN + np.timedelta64(start, "m")
    end = CALENDAR.due(np.array([begin]), [minutes / 60], ["working_hour"])[0]
    last = int(np.searchsorted(BEFORE, BEFORE[start] + minutes))
    assert end == (BEGIN + np.timedelta64(last, "m")).astype("datetime64[us]")


@pytest.mark.parametrize(
    "hours",
    [(), ((dt.time(12), dt.time(8)),), ((dt.time(8), dt.time(12)), (dt.time(11), dt.time(13)))],
)
def test_wrong_hours_are_refused(hours):
    with pytest.raises(ConfigError, match=r"calendar\.hours"):
        WorkCalendar(hours=hours)


def test_wrong_units_and_limits_are_refused():
    with pytest.raises(ConfigError, match="unknown unit"):
        due("2026-11-20", 1, "fortnight")
    with pytest.raises(ConfigError, match="negative"):
        due("2026-11-20", -1, "working_day")
    with pytest.raises(ConfigError, match="every day is free"):
        WorkCalendar(weekend=range(1, 8))
