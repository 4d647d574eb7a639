"""Gaps are found where a series is silent for too long for its own rate, and only there."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from blockdata.analysis.coverage import coverage_gaps
from blockdata.errors import AnalysisError

START, END = pd.Timestamp("2024-01-01"), pd.Timestamp("2025-01-01")
DAYS = pd.Series(pd.date_range(START, END, inclusive="left"))


def _without(first, last):
    return DAYS[~DAYS.between(first, last, inclusive="left")]


def test_missing_weeks_are_listed_also_at_the_edges():
    kept = _without("2024-05-01", "2024-05-15")
    kept = kept[(kept >= "2024-01-08") & (kept < "2024-12-20")]
    gaps = coverage_gaps(kept, START, END)
    assert gaps["days"].tolist() == [7, 14, 12]
    assert gaps["start"].tolist() == [START, pd.Timestamp("2024-05-01"), pd.Timestamp("2024-12-20")]
    assert (gaps["end"] - gaps["start"] == pd.to_timedelta(gaps["days"], unit="D")).all()


def test_a_weekly_rhythm_and_a_rare_series_have_no_gap():
    assert coverage_gaps(DAYS[DAYS.dt.day_of_week < 5], START, END).empty
    assert coverage_gaps(DAYS[::30], START, END).empty


def test_a_series_without_report_is_one_gap():
    gaps = coverage_gaps(pd.Series([], dtype="datetime64[us]"), START, END)
    assert gaps.to_numpy().tolist() == [[START, END, 366]]


def test_random_days_at_a_constant_rate_seldom_show_a_gap():
    rng = np.random.default_rng(2)
    found = [len(coverage_gaps(DAYS[rng.random(366) < 0.4], START, END)) for _ in range(200)]
    assert np.mean(found) <= 0.02


@given(st.lists(st.integers(-20, 400), max_size=60), st.randoms(use_true_random=False))
def test_order_hour_and_number_of_reports_do_not_matter(offsets, random):
    times = pd.Series(START + pd.to_timedelta(pd.Series(offsets, dtype="float64"), unit="D"))
    gaps = coverage_gaps(times, START, END)
    random.shuffle(offsets)
    again = pd.Series([START + pd.Timedelta(days=o, hours=h) for o in offsets for h in (3, 23)])
    pd.testing.assert_frame_equal(coverage_gaps(again, START, END), gaps)
    for gap in gaps.itertuples():
        assert not times.between(gap.start, gap.end, inclusive="left").any()


def test_bad_periods_and_zones_are_refused():
    with pytest.raises(AnalysisError, match="no period"):
        coverage_gaps(DAYS, END, START)
    with pytest.raises(AnalysisError, match="no period"):
        coverage_gaps(DAYS, START + pd.Timedelta(hours=1), END)
    with pytest.raises(AnalysisError, match="naive timestamps"):
        coverage_gaps(DAYS.dt.tz_localize("UTC"), START, END)
