"""P values of the scans: uniform without clusters, stopped early, with ties told."""

import numpy as np
import pandas as pd
import pytest

from blockdata.analysis.scan import (
    Sequential,
    bernoulli_scan,
    expected_by_day,
    permutation_scan,
    poisson_scan,
    rank_tail,
    space_time_poisson_scan,
)
from blockdata.analysis.scan.result import apart_from_each_other, simulated_maxima
from blockdata.errors import AnalysisError

DAYS = pd.date_range("2026-11-01", periods=30)
PERIOD = (DAYS[0], DAYS[-1])
NAMES = [f"p{n}" for n in range(25)]


def null_district(seed):
    """Unequal people; cases fall by people alone, on any day."""
    rng = np.random.default_rng(seed)
    x, y = rng.uniform(0, 3000, (2, 25))
    people = rng.lognormal(3, 0.7, 25)
    place = rng.choice(25, 120, p=people / people.sum())
    cases = pd.DataFrame({"place": np.array(NAMES)[place], "day": DAYS[rng.integers(0, 30, 120)]})
    places = pd.DataFrame({"place": NAMES, "x": x, "y": y})
    count = np.bincount(place, minlength=25)
    return cases, places.assign(count=count, expected=people, controls=rng.poisson(5 * people / 10))


def scans(seed):
    cases, places = null_district(seed)
    how = {"replications": 19, "seed": 50_000 + seed}
    expected = expected_by_day(places.set_index("place")["expected"], pd.Series(1.0, index=DAYS))
    limits = {"max_days": 7, "max_radius_m": 900.0, **how}
    yield poisson_scan(places, **how)
    yield permutation_scan(cases, places, period=PERIOD, **limits)
    yield permutation_scan(cases, places, period=PERIOD, prospective=True, **limits)
    yield space_time_poisson_scan(cases, places, expected, **limits)
    rng = np.random.default_rng(seed)
    size = (places["count"] + places["controls"]).to_numpy()
    drawn = rng.multivariate_hypergeometric(size, 60)
    yield bernoulli_scan(places.assign(count=drawn, controls=size - drawn), **how)


def test_p_is_uniform_without_clusters():
    """Each p of 19 replications is one of 20 values, all as likely."""
    p = np.array([[found["p"].min() if len(found) else 1.0 for found in scans(seed)]
                  for seed in range(60)])  # fmt: skip
    for level in (0.1, 0.25, 0.5, 0.75):
        spread = 3.5 * np.sqrt(level * (1 - level) / len(p))
        share = (p <= level + 1e-9).mean(axis=0)
        assert (share <= level + spread).all()
        assert (share >= level - spread).all()


def test_early_stopping_gives_the_same_verdict_on_the_same_replications():
    _, places = null_district(3)
    full = poisson_scan(places, replications=999, seed=1)
    short = poisson_scan(places, replications=Sequential(999, 10), seed=1)
    made = int(short["replications"].iloc[0])
    assert 10 <= made < 200
    assert short["p"].iloc[0] == pytest.approx(11 / (made + 1))
    assert short["p"].iloc[0] == pytest.approx(full["p"].iloc[0], abs=0.3)
    prefix = poisson_scan(places, replications=made, seed=1)
    pd.testing.assert_frame_equal(prefix, short)


def test_a_clear_cluster_is_never_stopped_early():
    _, places = null_district(4)
    places.loc[0, "count"] += 60
    found = poisson_scan(places, replications=Sequential(199, 5))
    assert found["replications"].iloc[0] == 199
    assert found["p"].iloc[0] == 1 / 200


def test_blocks_of_replications_make_no_difference():
    draws = np.random.default_rng(1).random(700)
    given = iter(draws)

    def simulate(rows):
        return np.array([next(given) for _ in range(rows)])

    assert simulated_maxima(simulate, 700, np.inf).tolist() == draws.tolist()


def test_ties_that_overlap_are_told():
    """Three places in a row, the outer two apart: the middle one can go with either."""
    places = pd.DataFrame(
        {"place": list("abcz"), "x": [0.0, 100, 200, 9000], "y": 0.0, "count": [5, 5, 5, 1],
         "expected": [4.0, 4, 4, 40]}
    )  # fmt: skip
    found = poisson_scan(places, max_radius_m=100, max_share=0.2, replications=0)
    assert found["places"].iloc[0] == ["a", "b"]
    assert found["tied"].iloc[0] == ["c"]
    days = pd.DataFrame({"place": list("aabbbbbb"), "day": DAYS[[9, 9, 0, 1, 2, 3, 4, 5]]})
    lone = permutation_scan(days, places, period=PERIOD, replications=0)
    assert lone["tied"].iloc[0] == []


def test_what_differs_by_rounding_is_as_large():
    assert rank_tail(np.array([1.0 + 1e-13]), np.array([1.0, 0.5])).tolist() == [2 / 3]
    assert np.isnan(rank_tail(np.array([1.0]), np.empty(0))).all()


def test_nothing_to_keep_apart():
    assert apart_from_each_other([]).tolist() == []


def test_replications_that_never_stop_are_refused():
    for wrong in (-1, Sequential(9, 0)):
        with pytest.raises(AnalysisError, match="0 replications or more"):
            simulated_maxima(np.zeros, wrong, 1.0)


def test_without_places_there_is_no_cluster():
    _, places = null_district(1)
    cases = pd.DataFrame({"place": pd.Series([], dtype="str"), "day": pd.to_datetime([])})
    for found in (
        poisson_scan(places[:0]),
        bernoulli_scan(places[:0]),
        permutation_scan(cases, places[:0], period=PERIOD),
    ):
        assert found.empty


def test_counts_that_are_all_as_expected_make_no_cluster():
    _, places = null_district(1)
    flat = places.assign(count=4, expected=2.0, controls=3)
    assert poisson_scan(flat, replications=9).empty
    assert bernoulli_scan(flat, replications=9).empty


def test_days_with_a_zone_and_periods_without_a_day_are_refused():
    cases, places = null_district(1)
    with pytest.raises(AnalysisError, match="time zone"):
        zoned = cases.assign(day=cases["day"].dt.tz_localize("UTC"))
        permutation_scan(zoned, places, period=PERIOD)
    with pytest.raises(AnalysisError, match="ends before"):
        permutation_scan(cases, places, period=PERIOD[::-1])
    with pytest.raises(AnalysisError, match="columns place and day"):
        permutation_scan(cases.drop(columns="day"), places, period=PERIOD)
