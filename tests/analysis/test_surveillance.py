"""Surveillance: p is a valid tail, quiet districts stay quiet, and planted rises are called."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import integrate, stats

from blockdata.analysis.cube import counts_cube
from blockdata.analysis.expected import Calendar
from blockdata.analysis.exposure import Exposure
from blockdata.analysis.surveillance import (
    SURVEILLANCE_COLUMNS,
    Watch,
    predictive_upper_tail,
    surveillance_test,
)
from blockdata.analysis.surveillance.past import Past, pair_counts, without_outbreaks
from blockdata.analysis.surveillance.spread import pooled_dispersions
from blockdata.analysis.surveillance.trend import own_trends
from blockdata.errors import AnalysisError

START = pd.Timestamp("2022-01-03")


def _cube(counts, gaps=None):
    """Cube of an array of categories, places and days."""
    kind, place, day = np.nonzero(counts)
    kinds, places, days = counts.shape
    events = pd.DataFrame(
        {
            "category": pd.Series([f"k{k}" for k in kind], dtype="str"),
            "place": pd.Series([f"c{p:03}" for p in place], dtype="str"),
            "day": START + pd.to_timedelta(day, unit="D"),
            "count": counts[kind, place, day],
        }
    )
    return counts_cube(
        events,
        start=START,
        end=START + pd.Timedelta(days=days),
        places=[f"c{p:03}" for p in range(places)],
        categories=[f"k{k}" for k in range(kinds)],
        gaps=gaps,
    )


def _quiet(rng, size, yearly, days=560, shape=(2, 60)):
    """Null counts: unequal places, a season, weekdays and negative binomial days."""
    day = np.arange(days)
    calendar = np.exp(0.4 * np.sin(day / 58.1)) * np.where(day % 7 >= 5, 0.6, 1.16)
    mean = yearly / 365 * rng.gamma(2, 0.5, (*shape, 1)) * calendar
    if np.isfinite(size):
        mean = mean * rng.gamma(size, 1 / size, mean.shape)
    return rng.poisson(mean)


def _night(counts, **settings_):
    cube = _cube(counts)
    return surveillance_test(cube, cube.edges[-1], watch=Watch(**settings_))


@settings(deadline=None, max_examples=40)
@given(past=st.integers(0, 40), now=st.integers(1, 20), share=st.floats(0.001, 0.5))
def test_shape_past_plus_one_is_the_exact_conditional_test(past, now, share):
    """P(X >= now | now + past) of two Poisson counts is a binomial tail (Przyborowski)."""
    mean = (past + 1) * share / (1 - share)
    ours = predictive_upper_tail(now, mean, 0.0, past + 1)
    assert np.isclose(ours, stats.binom.sf(now - 1, now + past, share), rtol=1e-8)


@pytest.mark.parametrize(
    ("k", "mean", "alpha", "shape"),
    [(3, 0.2, 0.5, 0.3), (40, 10.0, 0.2, 25.0), (9, 0.05, 2.0, 1.5), (300, 200.0, 0.01, 900.0)],
)
def test_mixture_equals_scipys_quadrature(k, mean, alpha, shape):
    def slice_(level):
        size = 1 / alpha
        tail = stats.nbinom.sf(k - 1, size, size / (size + mean * level))
        return tail * stats.gamma.pdf(level, shape, scale=1 / shape)

    points = [0.01, 0.5, 1.0, 1.5, 2.0, 4.0]
    exact = integrate.quad(slice_, 0, 60, points=points, limit=400, epsabs=0, epsrel=1e-9)[0]
    two_moments = stats.nbinom.sf(
        k - 1,
        1 / (alpha + (1 + alpha) / shape),
        1 / (1 + mean * (alpha + (1 + alpha) / shape)),
    )
    ours = float(predictive_upper_tail(k, mean, alpha, shape))
    assert np.isclose(ours, max(exact, two_moments), rtol=1e-4)


def test_tail_of_nothing_is_one_and_shapes_are_checked():
    assert predictive_upper_tail(0, 0.0, 0.3, 2.0) == 1.0
    with pytest.raises(AnalysisError, match="shape"):
        predictive_upper_tail(1, 1.0, 0.0, 0.0)


@pytest.mark.parametrize("size", [np.inf, 5.0, 2.0])
def test_pairs_find_the_dispersion_again(size):
    rng = np.random.default_rng(12)
    counts = _quiet(rng, size, 60.0, shape=(1, 300))[0]
    place, day = np.nonzero(counts)
    law = np.exp(0.4 * np.sin(np.arange(560) / 58.1)) * np.where(np.arange(560) % 7 >= 5, 0.6, 1.16)
    none = np.zeros((300, 80), bool)
    past = Past(300, place, day, counts[place, day], law, none)
    found = pooled_dispersions([pair_counts(past, 1)])[0]
    assert abs(found - (0 if np.isinf(size) else 1 / size)) < 0.06


def test_outbreak_weeks_are_left_out_and_ordinary_ones_kept():
    rng = np.random.default_rng(5)
    counts = _quiet(rng, np.inf, 20.0, shape=(1, 50))[0]
    quiet = counts.copy()
    counts[7, 210:215] += 12
    for table, weeks in ((quiet, []), (counts, [(7, 30)])):
        place, day = np.nonzero(table)
        past = Past(50, place, day, table[place, day], np.ones(560), np.zeros((50, 80), bool))
        assert list(zip(*np.nonzero(without_outbreaks(past).left_out), strict=True)) == weeks


def test_a_past_outbreak_does_not_hide_the_next():
    rng = np.random.default_rng(6)
    counts = _quiet(rng, np.inf, 10.0)
    counts[0, 7, 200:214] += 8
    counts[0, 7, -7:] += 1
    night = _night(counts).query("alarm")
    assert set(night["place"]) == {"c007"}


def test_own_trends_are_found_and_noise_has_none():
    rng = np.random.default_rng(7)
    years = (np.arange(104) - 104) / 52
    mean = 4 * np.exp(np.where(np.arange(60)[:, None] < 3, 0.8, 0.0) * years)
    slope, variance = own_trends(rng.poisson(mean), np.ones((60, 104)), years, np.ones(60))
    assert np.flatnonzero(slope).tolist() == [0, 1, 2]
    assert np.all(np.abs(slope[:3] - 0.8) < 4 * np.sqrt(variance[:3]))


@pytest.mark.parametrize("size", [np.inf, 5.0, 2.0])
def test_quiet_nights_stay_quiet_and_p_is_super_uniform(size):
    """15 nights: at level 0.05 more than 3 with an alarm have a chance below 0.006."""
    rng = np.random.default_rng(20240501)
    nights = [_night(_quiet(rng, size, yearly)) for yearly in (1.0, 10.0, 100.0) for _ in range(5)]
    assert sum(night["alarm"].any() for night in nights) <= 3
    p = pd.concat(nights)["p"].to_numpy()
    for level in (0.1, 0.01, 0.001):
        expected = level * len(p)
        assert (p <= level).sum() <= expected + 4 * np.sqrt(expected)


@pytest.mark.parametrize(
    ("yearly", "added", "windows"), [(2.0, {-1: 5}, 1), (10.0, dict.fromkeys(range(-7, 0), 2), 7)]
)
def test_a_planted_rise_is_called(yearly, added, windows):
    counts = _quiet(np.random.default_rng(9), 5.0, yearly)
    for day, more in added.items():
        counts[1, 33, day] += more
    night = _night(counts)
    called = night[night["alarm"]]
    assert ("k1", "c033", windows) in set(
        called[["category", "place", "window_days"]].itertuples(index=False, name=None)
    )
    assert called.loc[called["rank"] == 1, "place"].tolist() == ["c033"]


def test_a_place_with_a_season_of_its_own_is_no_alarm():
    """Twice the incidents in its own season, as last year: the matched reference knows."""
    rng = np.random.default_rng(10)
    days = 760
    counts = _quiet(rng, np.inf, 50.0, days=days)
    apart = (np.arange(days) - days + 14) % 365.25
    season = np.minimum(apart, 365.25 - apart) <= 45
    counts[0, 5] = rng.poisson(np.where(season, 2.0, 0.5))
    night = _night(counts)
    row = night[(night["category"] == "k0") & (night["place"] == "c005")]
    assert (row["reference"] == "matched").all()
    assert not row["alarm"].any()


def test_a_silent_source_is_not_observed():
    counts = _quiet(np.random.default_rng(11), np.inf, 20.0)
    last = START + pd.Timedelta(days=560)
    gaps = pd.DataFrame(
        {
            "start": [last - pd.Timedelta(days=3), START + pd.Timedelta(days=100)],
            "end": [last, START + pd.Timedelta(days=150)],
        }
    )
    counts[:, :, 100:150] = 0
    counts[:, :, -3:] = 0
    silent = surveillance_test(_cube(counts, gaps), last)
    first = silent[silent["window_days"] == 1]
    assert (first["reason"] == "not_observed").all()
    assert first["p"].isna().all()
    week = silent[silent["window_days"] == 7]
    assert (week["observed_days"] == 4).all()
    assert abs(week["count"].sum() / week["expected"].sum() - 1) < 0.3
    unmarked = surveillance_test(_cube(counts), last)
    whole = unmarked[unmarked["window_days"] == 7]
    assert whole["expected"].sum() > 1.4 * week["expected"].sum()


def test_answers_do_not_depend_on_what_follows_or_stands_beside():
    counts = _quiet(np.random.default_rng(13), 5.0, 10.0)
    as_of = START + pd.Timedelta(days=500)
    later = counts.copy()
    later[:, :, 500:] += 3
    one, other = (surveillance_test(_cube(c), as_of) for c in (counts, later))
    pd.testing.assert_frame_equal(one, other)
    assert list(one.columns) == list(SURVEILLANCE_COLUMNS)
    keys = one[["category", "place", "window_days"]]
    pd.testing.assert_frame_equal(keys, keys.sort_values(list(keys), ignore_index=True))
    assert len(one) == counts.shape[0] * counts.shape[1] * 3


def test_any_dependence_costs_the_harmonic_sum():
    counts = _quiet(np.random.default_rng(14), np.inf, 10.0)
    counts[0, 3, -1] += 6
    bh, by = (_night(counts, correction=c)["q"] for c in ("bh", "by"))
    factor = (1 / np.arange(1, len(bh) + 1)).sum()
    assert np.allclose(by, np.minimum(bh * factor, 1.0))


def test_what_cannot_be_tested_says_why():
    rng = np.random.default_rng(15)
    counts = _quiet(rng, np.inf, 10.0)
    counts[1] = 0
    counts[1, 0, 0] = 1
    exposure = Exposure("people", pd.Series({f"c{p:03}": float(p) for p in range(59)}))
    cube = _cube(counts)
    night = surveillance_test(cube, cube.edges[-1], exposure=exposure)
    noise = night[night["category"] == "k0"].set_index("place")["reason"]
    assert (noise["c000"] == "zero_exposure").all()
    assert (noise["c059"] == "unknown_exposure").all()
    assert noise.drop(["c000", "c059"]).isna().all()
    rare = night[night["category"] == "k1"]["reason"].value_counts()
    assert rare["too_few_incidents"] == 58 * 3
    early = surveillance_test(cube, START + pd.Timedelta(days=60))
    assert (early["reason"] == "too_little_past").all()
    assert not early["alarm"].any()


def test_exposure_foretells_where_there_is_no_past():
    counts = np.random.default_rng(16).poisson(0.02, (1, 40, 560))
    counts[0, :5] = 0
    people = Exposure("people", pd.Series({f"c{p:03}": 10.0 * (p + 1) for p in range(40)}))
    cube = _cube(counts)
    week = surveillance_test(cube, cube.edges[-1], exposure=people).query("window_days == 7")
    assert week["expected"].iloc[4] > week["expected"].iloc[0]


def test_degenerate_districts_are_answered():
    none = _night(np.zeros((1, 2, 100), dtype=np.int64))
    assert (none["reason"] == "too_few_incidents").all()
    one = _night(np.ones((1, 1, 200), dtype=np.int64))
    assert not one["alarm"].any()
    assert one["p"].notna().all()
    assert _night(np.zeros((0, 0, 100), dtype=np.int64)).empty
    assert _night(np.zeros((1, 0, 100), dtype=np.int64)).empty


def test_a_category_of_one_burst_or_of_untested_places_is_answered():
    counts = np.zeros((2, 40, 300), dtype=np.int64)
    counts[0, 3, 20:22] = 4
    counts[1, 0, ::10] = 1
    people = Exposure("people", pd.Series({f"c{p:03}": float(p) for p in range(40)}))
    cube = _cube(counts)
    for exposure in (None, people):
        night = surveillance_test(cube, cube.edges[-1], exposure=exposure)
        tested = night[night["reason"].isna()]
        assert np.isfinite(tested[["expected", "p", "q"]]).all(axis=None)
        assert not night["alarm"].any()


def test_bad_settings_are_refused():
    for wrong in ({"windows_days": ()}, {"windows_days": (0,)}, {"past_days": 7}, {"min_total": 0}):
        with pytest.raises(AnalysisError, match="out of range"):
            Watch(**wrong)
    with pytest.raises(AnalysisError, match="no level"):
        Watch(alpha=1.0)
    cube = _cube(_quiet(np.random.default_rng(1), np.inf, 10.0, days=100))
    with pytest.raises(AnalysisError, match="begins no step"):
        surveillance_test(cube, START + pd.Timedelta(days=101))
    with pytest.raises(AnalysisError, match="negative or infinite"):
        surveillance_test(
            cube, cube.edges[-1], exposure=Exposure("people", pd.Series({"c000": -1.0}))
        )


def test_a_holiday_is_compared_with_holidays():
    """The same count is a rise on a working day, and none where holidays always have it."""
    counts = np.random.default_rng(17).poisson(1.0, (1, 40, 560))
    off = [START + pd.Timedelta(days=d) for d in range(9, 560, 25)]
    counts[:, :, 9::25] = np.random.default_rng(18).poisson(6.0, counts[:, :, 9::25].shape)
    as_of = START + pd.Timedelta(days=9 + 25 * 22 + 1)
    cube = _cube(counts)
    known = Watch(calendar=Calendar(holidays=frozenset(off)), windows_days=(1,))
    assert not surveillance_test(cube, as_of, watch=known)["alarm"].any()
    assert surveillance_test(cube, as_of, watch=Watch(windows_days=(1,)))["p"].min() < 1e-3
