"""What calendar laws are told to have found, against what was planted."""

import numpy as np
import pandas as pd
import pytest

from blockdata.analysis.cube import counts_cube
from blockdata.analysis.expected import Calendar, calendar_law
from blockdata.analysis.expected.effects import calendar_effects


def test_a_calendar_that_was_planted_is_found():
    days = pd.date_range("2022-01-01", "2025-12-31")
    years = (days - days[0]) / pd.Timedelta(days=365.25)
    mean = 60 * np.where(days.day_of_week == 0, 1.5, 1.0) * 1.2**years
    mean = mean * np.exp(0.4 * np.cos(2 * np.pi * (days.day_of_year - 196) / 365.25))
    totals = np.random.default_rng(4).poisson(mean)
    events = pd.DataFrame({"place": "a", "category": "c", "day": days, "count": totals})
    cube = counts_cube(events, start=days[0], end=pd.Timestamp("2026-01-01"))
    calendar = Calendar()
    law = calendar_law(cube.step_totals()[0], cube.edges[:-1], calendar)
    found = calendar_effects(law, calendar).set_index(["part", "level"])
    week = found.loc["weekday"]
    assert week.loc["monday", "ratio"] / week.loc["friday", "ratio"] == pytest.approx(1.5, rel=0.02)
    trend = found.loc[("trend", "year")]
    assert trend["ratio"] == pytest.approx(1.2, rel=0.01) and trend["p"] < 1e-20
    season = found.loc["season"].drop("all")["ratio"]
    assert season.idxmax() == "07" and season.idxmin() == "01"
    assert season["07"] / season["01"] == pytest.approx(np.exp(0.8), rel=0.03)
    assert found.loc[("weekday", "all"), "p"] < 1e-20
    assert np.isnan(found.loc[("holiday", "holiday"), "p"])  # no day off: nothing to tell


def test_bounds_hold_the_truth_as_often_as_they_say():
    days = pd.date_range("2024-01-01", periods=420)
    calendar = Calendar("none", trend="always")
    mean = 8 * np.where(days.day_of_week >= 5, 0.7, 1.0)
    truth = np.log(0.7) * np.array([0, 0, 0, 0, 0, 1, 1])
    truth = dict(zip(range(7), np.exp(truth - truth.mean()), strict=True))
    rng = np.random.default_rng(11)
    held, rejected, trends = 0, 0, 0
    for _ in range(150):
        law = calendar_law(rng.poisson(mean), days, calendar, prior_sd=None)
        found = calendar_effects(law, calendar).reset_index(drop=True)
        week = found[found["part"] == "weekday"].iloc[1:].reset_index(drop=True)
        inside = (week["low"] < week.index.map(truth)) & (week.index.map(truth) < week["high"])
        held += int(inside.sum())
        trend = found[found["part"] == "trend"].iloc[0]
        trends += bool(trend["low"] < 1 < trend["high"])
        rejected += bool(trend["p"] < 0.05)
    assert 0.93 < held / (7 * 150) < 0.98
    assert trends == 150 - rejected and 0.89 < trends / 150 < 0.99


def test_what_days_cannot_tell_has_no_figures():
    week = pd.date_range("2024-01-01", periods=5)  # Monday to Friday: no weekend was seen
    calendar = Calendar("none", trend="never")
    law = calendar_law([3, 4, 5, 6, 2], week, calendar, prior_sd=1.0)
    found = calendar_effects(law, calendar).set_index("level")
    assert found[["ratio", "low", "high", "p"]].isna().all().all()
    none = Calendar("none", weekday=False, trend="never")
    assert calendar_effects(calendar_law([3], week[:1], none), none).empty


def test_a_season_by_month_is_told_by_month():
    days = pd.date_range("2023-01-01", "2024-12-31")
    calendar = Calendar("month", weekday=False, trend="never")
    totals = np.where(days.month == 7, 30, 10)
    law = calendar_law(totals, days, calendar, prior_sd=None)
    season = calendar_effects(law, calendar).set_index("level")["ratio"]
    assert season["07"] / season["01"] == pytest.approx(3.0)
    assert season["all"] == pytest.approx(3.0)
