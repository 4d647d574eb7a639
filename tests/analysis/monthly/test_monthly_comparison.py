"""Months compared: per observed day, and only where the sources were there."""

import datetime as dt

import pandas as pd
import pytest

from blockdata.analysis.monthly import compare_months, month_of, observed_days, periods
from blockdata.errors import AnalysisError

OCTOBER = periods(dt.date(2026, 10, 1))


def _observed(first=(), gaps=()):
    known = {"hotline": "2020-01-01", "app": "2020-01-01"} | dict(first)
    frame = pd.DataFrame({"source": list(known), "first_on": pd.to_datetime(list(known.values()))})
    listed = pd.DataFrame(gaps, columns=["source", "start_on", "end_on"])
    return observed_days(frame, listed, OCTOBER.compared)


def _counts(*rows):
    frame = pd.DataFrame(rows, columns=["name", "source", "month", "count"])
    return frame.assign(month=pd.to_datetime(frame["month"]))


def _told(counts, observed):
    return compare_months(counts, observed, OCTOBER, "name").iloc[0]


def test_a_month_of_31_days_with_as_many_cases_a_day_has_not_changed():
    counts = _counts(("a", "hotline", "2026-10-01", 62), ("a", "hotline", "2026-09-01", 60))
    told = _told(counts, _observed())
    assert (told["count"], told["before"]) == (62, 60)
    assert told["change"] == pytest.approx(0)


def test_a_source_that_began_later_makes_the_year_before_not_comparable():
    counts = _counts(
        ("a", "hotline", "2026-10-01", 50),
        ("a", "app", "2026-10-01", 50),
        ("a", "hotline", "2026-09-01", 50),
        ("a", "app", "2026-09-01", 50),
        ("a", "hotline", "2025-10-01", 50),
    )
    told = _told(counts, _observed(first=[("app", "2026-01-01")]))
    assert told["why_not"] is None
    assert told["year_why_not"] == "begins_later"
    assert told["year_why_not_sources"] == "app"
    assert pd.isna(told["year_change"])


def test_a_source_without_cases_of_a_group_does_not_keep_it_from_being_compared():
    counts = _counts(
        ("patrol", "hotline", "2026-10-01", 30), ("patrol", "hotline", "2025-10-01", 15)
    )
    told = _told(counts, _observed(first=[("app", "2026-10-20")]))
    assert told["year_change"] == pytest.approx(1.0)


def test_a_long_silence_is_the_reason_and_a_short_one_is_taken_off_the_days():
    counts = _counts(("a", "hotline", "2026-10-01", 62), ("a", "hotline", "2026-09-01", 56))
    long = [("hotline", dt.date(2026, 9, 3), dt.date(2026, 9, 10))]
    assert _told(counts, _observed(gaps=long))["why_not"] == "silent"
    short = [("hotline", dt.date(2026, 9, 3), dt.date(2026, 9, 5))]
    told = _told(counts, _observed(gaps=short))
    assert told["before_days"] == 28
    assert told["before_per_day"] == pytest.approx(2.0)
    assert told["change"] == pytest.approx(0.0)


def test_a_silence_in_the_month_itself_is_a_reason_too():
    counts = _counts(("a", "hotline", "2026-10-01", 62), ("a", "hotline", "2026-09-01", 56))
    gap = [("hotline", dt.date(2026, 10, 1), dt.date(2026, 10, 15))]
    told = _told(counts, _observed(gaps=gap))
    assert (told["why_not"], told["days"]) == ("silent", 17)


def test_of_few_cases_no_percentage_is_told():
    counts = _counts(("a", "hotline", "2026-10-01", 18), ("a", "hotline", "2026-09-01", 9))
    assert _told(counts, _observed())["why_not"] == "small"


def test_groups_stand_with_most_cases_first_and_no_case_is_lost():
    counts = _counts(
        ("b", "hotline", "2026-10-01", 5),
        ("a", "app", "2026-10-01", 5),
        ("c", "app", "2026-10-01", 3),
        ("c", "hotline", "2026-10-01", 4),
        ("d", "hotline", "2026-09-01", 4),
    )
    told = compare_months(counts, _observed(), OCTOBER, "name")
    assert told["name"].tolist() == ["c", "a", "b", "d"]
    assert told["count"].tolist() == [7, 5, 5, 0]


def test_nothing_to_compare_is_an_empty_table():
    assert compare_months(_counts(), _observed(), OCTOBER, "name").empty


def test_the_month_is_the_last_whole_one_unless_another_is_asked_for():
    day = dt.date(2026, 11, 15)
    assert month_of(None, day) == dt.date(2026, 10, 1)
    assert month_of("2026-03-17", day) == month_of(dt.date(2026, 3, 30), day)
    with pytest.raises(AnalysisError, match="not over"):
        month_of("2026-11", day)
    with pytest.raises(AnalysisError, match="not a month"):
        month_of("last", day)


def test_january_stands_beside_december_and_february_of_a_leap_year_has_29_days():
    january = periods(dt.date(2026, 1, 1))
    assert january.before == pd.Timestamp("2025-12-01")
    assert len(periods(dt.date(2028, 2, 1)).days) == 29
    assert january.shown[0] == pd.Timestamp("2025-01-01")
