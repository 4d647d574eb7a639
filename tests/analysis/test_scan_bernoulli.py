"""The Bernoulli scan: against all circles tried one by one, and shares of cases made by hand."""

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from blockdata.analysis.scan import bernoulli_scan, rank_tail
from blockdata.errors import AnalysisError


def district(*rows):
    frame = pd.DataFrame(rows, columns=["x", "y", "count", "controls"])
    return frame.assign(place=[f"p{n}" for n in range(len(frame))])


def log_likelihood(count, size):
    parts = ((count, size), (size - count, size))
    return sum(part * math.log(part / whole) for part, whole in parts if part)


def best_circle(places, max_share=0.5):
    size = places["count"] + places["controls"]
    total, people = int(places["count"].sum()), int(size.sum())
    found = [0.0]
    for _, centre in places.iterrows():
        apart = np.hypot(places["x"] - centre["x"], places["y"] - centre["y"])
        for radius in sorted(set(apart)):
            count, among = places.loc[apart <= radius, "count"].sum(), size[apart <= radius].sum()
            if among > max_share * people or count * people <= total * among or among == people:
                continue
            ratio = log_likelihood(count, among) + log_likelihood(total - count, people - among)
            found.append(ratio - log_likelihood(total, people))
    return max(found)


ROW = st.tuples(
    st.integers(0, 6).map(lambda v: 1000.0 * v),
    st.integers(0, 6).map(lambda v: 1000.0 * v),
    st.integers(0, 9),
    st.integers(0, 9),
)


@settings(max_examples=60)
@given(st.lists(ROW, min_size=2, max_size=12), st.sampled_from([0.3, 0.5, 1.0]))
def test_the_best_cluster_is_the_best_of_all_circles(rows, max_share):
    places = district(*rows)
    found = bernoulli_scan(places, max_share=max_share, replications=0)
    best = best_circle(places, max_share)
    assert (found["llr"].max() if len(found) else 0.0) == pytest.approx(best, abs=1e-9)
    members = [place for places_ in found["places"] for place in places_]
    assert len(members) == len(set(members))


def test_simulated_maxima_are_those_of_single_scans():
    places = district(
        *((x, y, 3, 5 + (x // 1000) % 4) for x in range(0, 5000, 1000) for y in (0, 7))
    )
    size = (places["count"] + places["controls"]).to_numpy()
    draws = np.random.default_rng(3).multivariate_hypergeometric(
        size, places["count"].sum(), size=19, method="marginals"
    )
    maxima = [best_circle(places.assign(count=row, controls=size - row)) for row in draws]
    observed = places.assign(count=draws[0], controls=size - draws[0])
    found = bernoulli_scan(observed, replications=19, seed=3)
    again = rank_tail(found["llr"].to_numpy(), np.array(maxima))
    assert found["p"].to_numpy() == pytest.approx(again)


def test_a_share_that_is_higher_in_one_corner_is_found():
    rng = np.random.default_rng(4)
    x, y = rng.uniform(0, 8000, (2, 150))
    near = np.hypot(x - 4000, y - 4000) < 1200
    size = rng.integers(5, 60, 150)
    count = rng.binomial(size, np.where(near, 0.6, 0.2))
    places = district(*zip(x, y, count, size - count, strict=True))
    first = bernoulli_scan(places, replications=99).iloc[0]
    assert first["p"] == 0.01
    assert near[[int(p[1:]) for p in first["places"]]].mean() > 0.8
    assert 2 < first["relative_risk"] < 4


@pytest.mark.parametrize(("count", "controls"), [(0, 4), (4, 0), (0, 0)])
def test_where_all_or_none_are_cases_there_is_no_cluster(count, controls):
    found = bernoulli_scan(district((0, 0, count, controls), (900, 0, count, controls)))
    assert found.empty


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"controls": -1}, "negative or not whole"),
        ({"controls": 0.5}, "negative or not whole"),
        ({"count": np.inf}, "not finite"),
        ({"place": "p0"}, "repeats"),
    ],
)
def test_wrong_input_is_refused(changes, message):
    with pytest.raises(AnalysisError, match=message):
        bernoulli_scan(district((0, 0, 3, 1), (900, 0, 2, 1)).assign(**changes))


def test_settings_out_of_bounds_are_refused():
    places = district((0, 0, 3, 1), (900, 0, 2, 1))
    for wrong in ({"max_share": 0}, {"max_radius_m": -1.0}, {"replications": -1}):
        with pytest.raises(AnalysisError, match=r"bounds|replications"):
            bernoulli_scan(places, **wrong)
