"""The space-time Poisson scan: against every window tried one by one."""

import math
from itertools import product

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from blockdata.analysis.scan import expected_by_day, rank_tail, space_time_poisson_scan
from blockdata.errors import AnalysisError

DAYS = pd.date_range("2026-11-01", periods=7)
PLACES = pd.DataFrame(
    {"place": list("abcde"), "x": [0.0, 100, 250, 250, 900], "y": [0.0, 0, 0, 0, 300]}
)


def cases_of(rows):
    place, day = np.array(rows, dtype=int).reshape(-1, 2).T
    return pd.DataFrame({"place": PLACES["place"].to_numpy()[place], "day": DAYS[day]})


def expectations(weights):
    """Not the same on all days: no product of a place's and a day's part."""
    matrix = np.array(weights, dtype=float).reshape(len(PLACES), len(DAYS))
    return pd.DataFrame(matrix, index=PLACES["place"], columns=DAYS)


def largest_ratio(rows, expected, max_days, radius, prospective):
    place, day = np.array(rows).T
    matrix = expected.to_numpy() * len(rows) / expected.to_numpy().sum()
    x, y = PLACES["x"].to_numpy(), PLACES["y"].to_numpy()
    best, total = 0.0, len(rows)
    for centre in range(len(PLACES)):
        apart = np.hypot(x - x[centre], y - y[centre])
        for reach in sorted(set(apart[apart <= radius])):
            inside = apart <= reach
            if matrix[inside].sum() > 0.5 * total * (1 + 1e-12):
                continue
            for start, length in product(range(len(DAYS)), range(1, max_days + 1)):
                stop = start + length
                if stop > len(DAYS) or (prospective and stop < len(DAYS)):
                    continue
                count = (inside[place] & (day >= start) & (day < stop)).sum()
                share = matrix[inside, start:stop].sum()
                if count > share:
                    ratio = count * math.log(count / share)
                    if count < total:
                        ratio += (total - count) * math.log((total - count) / (total - share))
                    best = max(best, ratio)
    return best


ROWS = st.lists(st.tuples(st.integers(0, 4), st.integers(0, 6)), min_size=1, max_size=30)
WEIGHTS = st.lists(st.integers(1, 9), min_size=35, max_size=35)
LIMITS = {"max_days": 3, "max_radius_m": 400}


@settings(max_examples=40)
@given(ROWS, WEIGHTS, st.booleans())
def test_the_best_window_is_the_best_of_all(rows, weights, prospective):
    expected = expectations(weights)
    found = space_time_poisson_scan(
        cases_of(rows), PLACES, expected, **LIMITS, prospective=prospective, replications=0
    )
    best = largest_ratio(rows, expected, 3, 400, prospective)
    assert (found["llr"].max() if len(found) else 0.0) == pytest.approx(best, abs=1e-9)
    for row in found.itertuples():
        days = (row.first_day <= DAYS) & (row.last_day >= DAYS)
        share = expected.loc[row.places, DAYS[days]].to_numpy().sum() / expected.to_numpy().sum()
        assert row.expected == pytest.approx(share * len(rows))
        assert row.count > row.expected
    members = [p for places in found["places"] for p in places]
    assert len(members) == len(set(members))


@pytest.mark.parametrize("prospective", [False, True])
def test_simulated_maxima_are_those_of_drawn_cases(prospective):
    rng = np.random.default_rng(7)
    expected = expectations(rng.integers(0, 9, 35))
    upto = np.cumsum(expected.to_numpy())
    spots = np.sort(np.random.default_rng(5).random((30, 25)), axis=1) * upto[-1]
    cells = np.searchsorted(upto, spots, side="right")
    maxima = [
        largest_ratio([divmod(int(cell), len(DAYS)) for cell in row], expected, 3, 400, prospective)
        for row in cells
    ]
    for row in cells[:3]:
        drawn = cases_of([divmod(int(cell), len(DAYS)) for cell in row])
        found = space_time_poisson_scan(
            drawn, PLACES, expected, **LIMITS, prospective=prospective, replications=30, seed=5
        )
        again = rank_tail(found["llr"].to_numpy(), np.array(maxima))
        assert found["p"].to_numpy() == pytest.approx(again)


def test_what_is_high_all_the_time_is_found_unless_it_was_expected():
    rows = [(p, d) for p in range(5) for d in range(7)] + [(4, d) for d in range(7)] * 8
    flat = expected_by_day(pd.Series(1.0, index=PLACES["place"]), pd.Series(1.0, index=DAYS))
    how = {"max_days": 7, "max_radius_m": 100, "max_share": 0.9, "replications": 99}
    first = space_time_poisson_scan(cases_of(rows), PLACES, flat, **how).iloc[0]
    assert (first["places"], first["count"], first["p"]) == (["e"], 63, 0.01)
    assert first["relative_risk"] == pytest.approx(9.0)
    known = flat.mul(pd.Series([1.0, 1, 1, 1, 9], index=PLACES["place"]), axis=0)
    assert space_time_poisson_scan(cases_of(rows), PLACES, known, **how).empty


def test_an_alarm_tells_how_often_chance_makes_one():
    rows = [(0, 6)] * 6 + [(p, d) for p in range(5) for d in range(7)]
    flat = expected_by_day(pd.Series(1.0, index=PLACES["place"]), pd.Series(1.0, index=DAYS))
    found = space_time_poisson_scan(
        cases_of(rows), PLACES, flat, **LIMITS, prospective=True, replications=199
    )
    assert found["recurrence_days"].iloc[0] == pytest.approx(1 / found["p"].iloc[0])
    assert found["recurrence_days_gumbel"].iloc[0] == pytest.approx(1 / found["p_gumbel"].iloc[0])
    assert (found["last_day"] == DAYS[-1]).all()


def test_without_cases_there_is_no_cluster():
    found = space_time_poisson_scan(cases_of([]), PLACES, expectations([1] * 35))
    assert found.empty


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda e: e.iloc[:-1], "no expectation"),
        (lambda e: e.drop(columns=e.columns[2]), "not consecutive"),
        (lambda e: e.iloc[:, :0], "not consecutive"),
        (lambda e: -e, "negative or not finite"),
        (lambda e: e * 0, "nothing is expected"),
        (lambda e: e.iloc[:, :3], "outside the period"),
    ],
)
def test_wrong_expectations_are_refused(change, message):
    with pytest.raises(AnalysisError, match=message):
        space_time_poisson_scan(cases_of([(0, 1), (1, 5)]), PLACES, change(expectations([1] * 35)))


def test_weights_of_days_must_be_weights():
    for wrong in ([1.0, -1.0], [0.0, 0.0], [np.nan, 1.0]):
        with pytest.raises(AnalysisError, match="weight"):
            expected_by_day(pd.Series({"a": 1.0}), pd.Series(wrong, index=DAYS[:2]))


@pytest.mark.parametrize("wrong", [{"max_days": 0}, {"max_share": 1.5}, {"max_radius_m": -1.0}])
def test_settings_out_of_bounds_are_refused(wrong):
    with pytest.raises(AnalysisError, match="allowed"):
        space_time_poisson_scan(cases_of([(0, 1)]), PLACES, expectations([1] * 35), **wrong)
