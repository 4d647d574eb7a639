"""Log-linear laws are the maximum of their likelihood, and the calendar is found again."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import optimize, stats

from blockdata.analysis.cube import counts_cube
from blockdata.analysis.expected import (
    Calendar,
    calendar_design,
    calendar_law,
    expected_counts,
    fit_log_linear,
)
from blockdata.analysis.exposure import Exposure
from blockdata.errors import AnalysisError


def _data(seed, size=np.inf, rows=300):
    rng = np.random.default_rng(seed)
    design = np.column_stack([np.ones(rows), rng.normal(size=rows), rng.integers(0, 2, rows)])
    exposure = rng.lognormal(0, 1, rows)
    mean = exposure * np.exp(design @ [1.0, 0.4, -0.7])
    risk = 1.0 if np.isinf(size) else rng.gamma(size, 1 / size, rows)
    return rng.poisson(mean * risk), design, exposure


@settings(deadline=None, max_examples=10)
@given(seed=st.integers(0, 10**6))
def test_poisson_coefficients_maximise_scipys_likelihood(seed):
    count, design, exposure = _data(seed)
    fit = fit_log_linear(count, design, exposure)

    def deviance(beta):
        return -stats.poisson.logpmf(count, exposure * np.exp(design @ beta)).sum()

    best = optimize.minimize(deviance, np.zeros(3), method="BFGS", options={"gtol": 1e-6})
    assert np.allclose(fit.coefficients, best.x, atol=2e-5)
    assert fit.converged


@settings(deadline=None, max_examples=6)
@given(seed=st.integers(0, 10**6))
def test_negative_binomial_is_as_likely_as_a_general_optimiser_finds(seed):
    count, design, exposure = _data(seed, size=2.0)
    fit = fit_log_linear(count, design, exposure, family="negative_binomial")

    def deviance(theta):
        mean, size = exposure * np.exp(design @ theta[:3]), np.exp(-theta[3])
        return -stats.nbinom.logpmf(count, size, size / (size + mean)).sum()

    best = optimize.minimize(deviance, np.zeros(4), method="BFGS")
    ours = deviance([*fit.coefficients, np.log(fit.dispersion)])
    assert ours <= best.fun + 1e-3


def test_standard_errors_are_those_of_the_information():
    count, design, exposure = _data(3)
    fit = fit_log_linear(count, design, exposure)
    mean = exposure * np.exp(design @ fit.coefficients)
    factor = max(((count - mean) ** 2 / mean).sum() / (300 - 3), 1.0)
    expected = np.linalg.inv((design.T * mean) @ design) * factor
    assert np.isclose(fit.variance_factor, factor)
    assert np.allclose(fit.covariance, expected)


def test_wald_intervals_of_overdispersed_counts_cover():
    inside = 0
    for seed in range(200):
        count, design, _ = _data(seed, size=1.0, rows=120)
        fit = fit_log_linear(count, design)
        inside += abs(fit.coefficients[2] + 0.7) < 1.96 * np.sqrt(fit.covariance[2, 2])
    assert inside / 200 > 0.85


def test_a_column_made_up_by_others_is_left_out():
    count, design, exposure = _data(5)
    twice = np.column_stack([design, design[:, 1] + design[:, 2], np.zeros(300)])
    fit = fit_log_linear(count, twice, exposure)
    assert fit.estimated.tolist() == [True, True, True, False, False]
    assert np.allclose(fit.fitted, fit_log_linear(count, design, exposure).fitted)


def test_without_a_finite_best_value_the_fit_says_so_and_a_prior_helps():
    count, design = [4, 5, 0, 0], [[1.0, 0.0], [1.0, 0.0], [1.0, 1.0], [1.0, 1.0]]
    assert not fit_log_linear(count, design).converged
    held = fit_log_linear(count, design, prior_sd=1.0)
    assert held.converged
    assert -3 < held.coefficients[1] < 0


def test_bad_counts_are_refused():
    ones = np.ones((2, 1))
    for count, exposure, text in (
        ([0, 0], None, "no count above 0"),
        ([-1, 2], None, "negative"),
        ([np.nan, 1], None, "not finite"),
        ([1, 2], [0.0, 1.0], "without exposure"),
        ([1, 2, 3], None, "shapes differ"),
    ):
        with pytest.raises(AnalysisError, match=text):
            fit_log_linear(count, ones, exposure)
    with pytest.raises(AnalysisError, match="fractional"):
        fit_log_linear([0.5, 1], ones, family="negative_binomial")


def _totals(trend):
    days = pd.date_range("2022-01-01", periods=1095)
    rng = np.random.default_rng(8)
    season = 0.5 * np.sin(2 * np.pi * (days.day_of_year - 1) / 365.25)
    weekend = np.where(days.day_of_week >= 5, -0.6, 0.0)
    years = np.arange(1095) / 365.25
    return days, rng.poisson(np.exp(3 + season + weekend + trend * years))


def test_season_weekday_and_trend_are_found_again():
    days, totals = _totals(0.2)
    law = calendar_law(totals, days, Calendar())
    told = dict(zip(law.terms, law.fit.coefficients, strict=True))
    assert abs(told["sin_1"] - 0.5) < 0.04
    assert abs(told["weekday_6"] + 0.6) < 0.06
    assert abs(told["trend"] - 0.2) < 0.03
    flat = calendar_law(_totals(0.0)[1], days, Calendar())
    assert "trend" not in flat.terms
    assert flat.trend_p > 0.05


def test_the_law_of_totals_is_the_law_of_places_by_days():
    days = pd.date_range("2024-01-01", periods=120)
    rng = np.random.default_rng(2)
    level = np.array([0.5, 2.0, 4.0])
    counts = rng.poisson(level[:, None] * np.where(days.day_of_week >= 5, 0.5, 1.0))
    calendar = Calendar("none", trend="never")
    design = calendar_design(days, calendar, days[0]).to_numpy()
    places = np.kron(np.eye(3), np.ones((120, 1)))
    wide = np.column_stack([np.ones(360), places[:, 1:], np.tile(design[:, 1:], (3, 1))])
    together = fit_log_linear(counts.ravel(), wide)
    law = calendar_law(counts.sum(axis=0), days, calendar, prior_sd=None)
    assert np.allclose(together.coefficients[3:9], law.fit.coefficients[1:7], atol=1e-8)


def test_holidays_have_a_level_and_worked_weekends_are_working_days():
    days = pd.date_range("2024-09-02", periods=42)
    off, worked = days[[3, 10, 17]], days[[5, 12]]
    calendar = Calendar(
        "none", trend="never", holidays=frozenset(off), working_days=frozenset(worked)
    )
    totals = np.where(days.day_of_week >= 5, 2, 10)
    totals[[5, 12]], totals[[3, 10, 17]] = 10, 1
    law = calendar_law(totals, days, calendar, prior_sd=None)
    assert np.allclose(law.expected, totals, atol=1e-6)


def test_months_are_levels():
    days = pd.date_range("2023-01-01", "2024-12-31")
    totals = np.where(days.month == 7, 12, 4)
    law = calendar_law(totals, days, Calendar("month", weekday=False, trend="never"), prior_sd=None)
    assert np.allclose(law.expected, totals)


def _cube():
    rng = np.random.default_rng(1)
    days = pd.date_range("2024-01-01", periods=100)
    counts = rng.poisson([[[1.0], [3.0]]], (1, 2, 100))[0]
    place, day = np.nonzero(counts)
    events = pd.DataFrame(
        {"place": np.array(["a", "b"])[place], "category": "noise", "day": days[day]}
    ).assign(count=counts[place, day])
    gaps = pd.DataFrame({"start": [days[95]], "end": [days[97]]})
    return counts, counts_cube(
        events,
        start=days[0],
        end=pd.Timestamp("2024-04-10"),
        gaps=gaps,
        places=["a", "b", "c"],
        categories=["noise", "unheard"],
    )


def test_expected_counts_add_up_to_what_was_counted():
    counts, cube = _cube()
    people = Exposure("people", pd.Series({"a": 30.0, "b": 10.0, "c": 0.0}))
    table = expected_counts(cube, [people], prior_sd=None).set_index(["exposure_name", "category"])
    seen = np.delete(counts, [95, 96], axis=1)
    for name in ("own_past", "people"):
        block = table.loc[(name, "noise")]
        assert block["count"].tolist() == [*seen.sum(axis=1), 0]
        assert np.isclose(block["expected"].sum(), seen.sum())
        assert (block["observed_days"] == 98).all()
    assert table.loc[("people", "noise"), "reason"].tolist()[2] == "zero_exposure"
    assert np.isclose(table.loc[("people", "noise"), "expected"].iloc[0], seen.sum() * 0.75)
    assert (table.loc[("own_past", "unheard"), "reason"] == "too_few_incidents").all()


def test_days_ahead_are_foretold_from_days_before():
    _, cube = _cube()
    until = pd.Timestamp("2024-03-25")
    ahead = expected_counts(cube, learn_until=until, calendar=Calendar("none", trend="never"))
    noise = ahead[ahead["category"] == "noise"]
    assert noise["observed_days"].tolist() == [14, 14, 14]
    assert np.allclose(noise["expected"], [14, 42, 0], rtol=0.35)
    assert noise["ratio"].isna().tolist() == [False, False, True]


def test_bad_settings_are_refused():
    _, cube = _cube()
    for wrong in (-1.0, np.inf):
        people = Exposure("people", pd.Series({"a": wrong, "b": 10.0}))
        with pytest.raises(AnalysisError, match="negative or infinite"):
            expected_counts(cube, [people])
    with pytest.raises(AnalysisError, match="harmonics"):
        Calendar(harmonics=0)
    weekly = counts_cube(
        pd.DataFrame({"place": ["a"], "category": "x", "day": pd.to_datetime(["2024-01-02"])}),
        start=pd.Timestamp("2024-01-01"),
        end=pd.Timestamp("2024-02-01"),
        step="week",
    )
    with pytest.raises(AnalysisError, match="not days"):
        expected_counts(weekly)
