"""The space-time permutation scan: against every window tried one by one, and planted outbreaks."""

import math
from itertools import product

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from blockdata.analysis.scan import permutation_scan
from blockdata.errors import AnalysisError

FIRST = pd.Timestamp("2026-11-01")
PLACES = pd.DataFrame(
    {"place": list("abcdef"), "x": [0.0, 100, 250, 900, 1000, 5000], "y": [0.0, 0, 0, 0, 300, 0]}
)
DAYS = 8
PERIOD = (FIRST, FIRST + pd.Timedelta(days=DAYS - 1))


def cases_of(rows):
    return pd.DataFrame(
        {
            "place": [PLACES["place"].iloc[p] for p, _ in rows],
            "day": [FIRST + pd.Timedelta(days=d) for _, d in rows],
        }
    )


def largest_ratio(rows, max_days, radius, prospective):
    """Try every circle around every place and every stretch of days."""
    place, day = np.array(rows).T
    x, y = PLACES["x"].to_numpy(), PLACES["y"].to_numpy()
    best, total = 0.0, len(rows)
    for centre in range(len(PLACES)):
        apart = np.hypot(x - x[centre], y - y[centre])
        for reach in sorted(set(apart[apart <= radius])):
            inside = (apart <= reach)[place]
            if inside.sum() > 0.5 * total:
                continue
            for start, length in product(range(DAYS), range(1, max_days + 1)):
                if start + length > DAYS or (prospective and start + length < DAYS):
                    continue
                now = (day >= start) & (day < start + length)
                count, expected = (inside & now).sum(), inside.sum() * now.sum() / total
                if count > expected:
                    ratio = count * math.log(count / expected)
                    if count < total:
                        ratio += (total - count) * math.log((total - count) / (total - expected))
                    best = max(best, ratio)
    return best


ROWS = st.lists(st.tuples(st.integers(0, 5), st.integers(0, DAYS - 1)), min_size=4, max_size=30)


@settings(max_examples=25)
@given(ROWS, st.booleans())
def test_the_best_window_is_the_best_of_all(rows, prospective):
    found = permutation_scan(
        *(cases_of(rows), PLACES),
        period=PERIOD,
        max_days=3,
        max_radius_m=400,
        prospective=prospective,
        replications=0,
    )
    best = largest_ratio(rows, 3, 400, prospective)
    assert (found["llr"].max() if len(found) else 0.0) == pytest.approx(best, abs=2e-6)
    if len(found):
        row = found.iloc[0]
        again = row["count"] * math.log(row["count"] / row["expected"])
        outside = len(rows) - row["count"]
        if outside:
            again += outside * math.log(outside / (len(rows) - row["expected"]))
        assert row["llr"] == pytest.approx(again)


@settings(max_examples=3)
@given(ROWS)
def test_simulated_maxima_are_those_of_the_permuted_days(rows):
    cases = cases_of(sorted(rows))
    how = {"period": PERIOD, "max_days": 3, "max_radius_m": 400}
    found = permutation_scan(cases, PLACES, **how, replications=40, seed=3)
    day = np.array([d for _, d in sorted(rows)], dtype=np.int16)
    # As the scan draws them: one block of permuted rows.
    orders = np.random.default_rng(3).permuted(np.tile(day, (40, 1)), axis=1)
    maxima = [
        largest_ratio(
            [(p, d) for (p, _), d in zip(sorted(rows), order, strict=True)], 3, 400, False
        )
        for order in orders
    ]
    for row in found.itertuples():
        as_large = sum(m >= row.llr - 1e-9 for m in maxima)
        assert row.p == pytest.approx((1 + as_large) / 41)


def outbreak():
    rng = np.random.default_rng(1)
    x, y = rng.uniform(0, 5000, (2, 60))
    places = pd.DataFrame({"place": [f"p{n}" for n in range(60)], "x": x, "y": y})
    place = rng.integers(0, 60, 300)
    day = rng.integers(0, 60, 300)
    near = np.flatnonzero(np.hypot(x - x[0], y - y[0]) < 500)
    place[:15], day[:15] = rng.choice(near, 15), rng.integers(56, 60, 15)
    days = FIRST + pd.to_timedelta(day, unit="D")
    return pd.DataFrame({"place": [f"p{n}" for n in place], "day": days}), places, near


@pytest.mark.parametrize("prospective", [False, True])
def test_an_outbreak_is_found_with_its_days(prospective):
    cases, places, near = outbreak()
    period = (FIRST, FIRST + pd.Timedelta(days=59))
    how = {"period": period, "max_days": 10, "prospective": prospective, "replications": 99}
    one, other = (permutation_scan(cases, places, **how, seed=2) for _ in range(2))
    pd.testing.assert_frame_equal(one, other)
    first = one.iloc[0]
    assert first["p"] == 0.01
    assert {int(p[1:]) for p in first["places"]} & set(near.tolist())
    assert first["last_day"] == period[1]
    assert (first["recurrence_days"] == 100) == prospective
    members = [p for places_ in one["places"] for p in places_]
    assert len(members) == len(set(members))


def test_what_holds_all_the_time_or_everywhere_is_no_cluster():
    rows = [(p, d) for p in range(6) for d in range(DAYS)] + [(0, d) for d in range(DAYS)]
    rows += [(p, 7) for p in range(6)] + [(0, 7)]
    found = permutation_scan(cases_of(rows), PLACES, period=PERIOD, replications=0)
    assert found["llr"].max() < 0.1 if len(found) else True


def test_without_cases_there_is_no_cluster():
    found = permutation_scan(cases_of([]), PLACES, period=PERIOD, replications=9)
    assert found.empty


@pytest.mark.parametrize(
    ("cases", "places", "message"),
    [
        ({"place": "z"}, {}, "not among"),
        ({"day": pd.NaT}, {}, "missing or outside"),
        ({"day": FIRST - pd.Timedelta(days=1)}, {}, "missing or outside"),
        ({}, {"place": "a"}, "repeats"),
        ({}, {"x": np.linspace(120.38, 120.39, 6), "y": 36.07}, "degrees"),
    ],
)
def test_wrong_input_is_refused(cases, places, message):
    with pytest.raises(AnalysisError, match=message):
        permutation_scan(
            cases_of([(0, 1), (1, 2)]).assign(**cases), PLACES.assign(**places), period=PERIOD
        )
