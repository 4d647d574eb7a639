"""The spatial scan: against all circles tried one by one, and hand-made districts."""

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from blockdata.analysis.scan import gumbel_tail, poisson_scan, rank_tail
from blockdata.errors import AnalysisError


def district(*rows):
    frame = pd.DataFrame(rows, columns=["x", "y", "count", "expected"])
    return frame.assign(place=[f"p{n}" for n in range(len(frame))])


def ratio(count, expected, total):
    if count <= expected:
        return 0.0
    outside = (
        (total - count) * math.log((total - count) / (total - expected)) if count < total else 0
    )
    return count * math.log(count / expected) + outside


def best_circle(places, max_share):
    """Try every circle around every place, places at one distance taken in together."""
    total = places["count"].sum()
    expected = places["expected"] * total / places["expected"].sum()
    found = []
    for _, centre in places.iterrows():
        apart = np.hypot(places["x"] - centre["x"], places["y"] - centre["y"])
        for radius in sorted(set(apart)):
            inside = apart <= radius
            if places.loc[inside, "expected"].sum() <= max_share * places["expected"].sum() + 1e-9:
                found.append(
                    ratio(places.loc[inside, "count"].sum(), expected[inside].sum(), total)
                )
    return max(found, default=0.0)


ROW = st.tuples(
    st.integers(0, 6).map(lambda v: 1000.0 * v),
    st.integers(0, 6).map(lambda v: 1000.0 * v),
    st.integers(0, 12),
    st.integers(1, 8).map(float),
)


@settings(max_examples=60)
@given(st.lists(ROW, min_size=2, max_size=12), st.sampled_from([0.3, 0.5, 1.0]))
def test_the_best_cluster_is_the_best_of_all_circles(rows, max_share):
    places = district(*rows)
    found = poisson_scan(places, max_share=max_share, replications=0)
    best = best_circle(places, max_share) if places["count"].sum() else 0.0
    if best < 1e-12:
        assert found.empty or found["llr"].iloc[0] < 1e-9
    else:
        assert found["llr"].iloc[0] == pytest.approx(best, rel=1e-9)


@given(st.lists(ROW, min_size=2, max_size=12))
@settings(max_examples=30)
def test_clusters_share_no_place_and_come_in_order(rows):
    found = poisson_scan(district(*rows), replications=0)
    members = [place for places in found["places"] for place in places]
    assert len(members) == len(set(members))
    assert (np.diff(found["llr"]) < 1e-8).all()
    assert (found["count"] > found["expected"]).all()


def test_simulated_maxima_are_those_of_single_scans():
    rng = np.random.default_rng(5)
    places = district(
        *((x, y, 0, 1.0 + (x + y) % 3) for x in range(0, 5000, 1000) for y in (0, 700))
    )
    share = places["expected"] / places["expected"].sum()
    maxima = [
        poisson_scan(places.assign(count=row), replications=0)["llr"].max()
        for row in np.random.default_rng(3).multinomial(40, share, size=19)
    ]
    observed = places.assign(count=rng.multinomial(40, share))
    found = poisson_scan(observed, replications=19, seed=3)
    assert found["p"].to_numpy() == pytest.approx(
        rank_tail(found["llr"].to_numpy(), np.array(maxima))
    )


def test_a_planted_cluster_is_found_and_the_same_seed_gives_the_same_p():
    rng = np.random.default_rng(2)
    x, y = rng.uniform(0, 8000, (2, 200))
    near = np.hypot(x - 4000, y - 4000) < 900
    places = district(*zip(x, y, rng.poisson(np.where(near, 9, 3)), np.full(200, 3.0), strict=True))
    one, other = (poisson_scan(places, replications=99, seed=1) for _ in range(2))
    pd.testing.assert_frame_equal(one, other)
    assert one["p"].iloc[0] == 0.01
    assert near[[int(p[1:]) for p in one["places"].iloc[0]]].mean() > 0.8
    assert one["p_gumbel"].iloc[0] < 0.01


def test_a_smaller_radius_keeps_circles_small():
    places = district((0, 0, 9, 1), (100, 0, 9, 1), (5000, 0, 1, 9), (6000, 0, 1, 9))
    found = poisson_scan(places, max_radius_m=50, replications=0)
    assert [len(p) for p in found["places"]] == [1, 1]
    assert found["radius_m"].max() == 0


def test_without_cases_there_is_no_cluster():
    found = poisson_scan(district((0, 0, 0, 1.0), (900, 0, 0, 1.0)))
    assert found.empty
    assert found.columns.tolist() == [
        *("rank", "centre", "radius_m", "places", "count", "expected", "ratio"),
        *("relative_risk", "llr", "p", "p_gumbel", "replications", "tied"),
    ]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"place": "p0"}, "repeats"),
        ({"x": np.nan}, "not finite"),
        ({"count": -1}, "negative or not whole"),
        ({"count": 0.5}, "negative or not whole"),
        ({"expected": -1.0}, "expected value is negative"),
        ({"expected": 0.0}, "nothing is expected"),
        ({"x": [120.38, 120.39], "y": 36.07}, "degrees"),
    ],
)
def test_wrong_input_is_refused(changes, message):
    places = district((0, 0, 3, 1.0), (900, 0, 2, 1.0)).assign(**changes)
    with pytest.raises(AnalysisError, match=message):
        poisson_scan(places)


def test_maxima_that_do_not_vary_have_no_gumbel_law():
    assert np.isnan(gumbel_tail(np.array([1.0]), np.zeros(5))).all()
