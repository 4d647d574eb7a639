"""Days of a city: where they begin in UTC, and on which of them a moment lies."""

import datetime as dt
from zoneinfo import ZoneInfo

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from blockdata.config import City

zones = st.sampled_from(["Asia/Shanghai", "Asia/Urumqi", "UTC", "Europe/Berlin"])


def city_in(zone):
    return City(name="试验区", time_zone=zone)


@pytest.mark.parametrize(
    ("zone", "hour"), [("Asia/Shanghai", 16), ("Asia/Urumqi", 18), ("Europe/Berlin", 22)]
)
def test_a_day_begins_at_local_midnight(zone, hour):
    begins = city_in(zone).midnight_utc(dt.date(2026, 8, 1))
    assert begins == dt.datetime(2026, 7, 31, hour) and begins.tzinfo is None


@given(zones, st.datetimes(dt.datetime(2020, 1, 1), dt.datetime(2027, 1, 1)))
def test_a_moment_lies_on_the_day_that_the_calendar_of_its_zone_says(zone, moment):
    days = city_in(zone).local_days(pd.Series([moment], dtype="datetime64[us]"))
    local = moment.replace(tzinfo=dt.UTC).astimezone(ZoneInfo(zone))
    assert days.tolist() == [pd.Timestamp(local.date())]


@given(zones, st.dates(dt.date(2020, 1, 1), dt.date(2027, 1, 1)))
def test_the_first_moment_of_a_day_lies_on_it_and_the_one_before_does_not(zone, day):
    city = city_in(zone)
    first = pd.Timestamp(city.midnight_utc(day))
    days = city.local_days(pd.Series([first, first - pd.Timedelta(microseconds=1)]))
    assert days.tolist() == [pd.Timestamp(day), pd.Timestamp(day) - pd.Timedelta(days=1)]


def test_unknown_moments_have_no_day_and_the_index_stays():
    moments = pd.Series([pd.NaT, pd.Timestamp("2026-10-31 16:00")], index=["a", "b"])
    days = city_in("Asia/Shanghai").local_days(moments)
    assert days.index.tolist() == ["a", "b"]
    assert days.isna().tolist() == [True, False] and days["b"] == pd.Timestamp("2026-11-01")
