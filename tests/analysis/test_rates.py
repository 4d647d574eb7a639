"""Empirical-Bayes rates are Marshall's, as esda computes them and as written out by hand."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array

from blockdata.analysis.exposure import Exposure
from blockdata.analysis.rates import RATE_COLUMNS, empirical_bayes_rates, rates_by_exposure
from blockdata.errors import AnalysisError


def _by_hand(count, exposure, members):
    """Marshall's b and a over the members, as in his equations."""
    y, n = count[members], exposure[members]
    b = y.sum() / n.sum()
    s2 = (n * (y / n - b) ** 2).sum() / n.sum()
    return b, max(s2 - b / n.mean(), 0.0)


@settings(deadline=None, max_examples=30)
@given(seed=st.integers(0, 10**6))
def test_global_and_local_equal_the_equations(seed):
    rng = np.random.default_rng(seed)
    exposure = rng.lognormal(3, 1, 12)
    count = rng.poisson(exposure * rng.gamma(2, 0.1, 12))
    links = rng.uniform(size=(12, 12)) < 0.3
    np.fill_diagonal(links, False)
    links[0] = False
    for weights in (None, csr_array(links.astype(float))):
        found = empirical_bayes_rates(count, exposure, weights=weights)
        for place in range(12):
            around = np.ones(12, bool) if weights is None else links[place].copy()
            around[place] = True
            if around.sum() == 1:
                assert found["reason"][place] == "island"
                continue
            b, a = _by_hand(count, exposure, around)
            own = a / (a + b / exposure[place]) if a + b > 0 else 0.0
            rate = count[place] / exposure[place]
            assert np.isclose(found["between_variance"][place], a, rtol=1e-9, atol=1e-12)
            assert np.isclose(found["smoothed_rate"][place], own * rate + (1 - own) * b)


def test_equals_esda():
    smoothing = pytest.importorskip("esda.smoothing")
    rng = np.random.default_rng(4)
    exposure = rng.lognormal(5, 1, 60)
    count = rng.poisson(exposure * rng.gamma(3, 0.02, 60))
    theirs = smoothing.Empirical_Bayes(count, exposure).r.ravel()
    ours = empirical_bayes_rates(count, exposure)["smoothed_rate"]
    assert np.allclose(ours, theirs, rtol=1e-10)


def test_places_without_exposure_take_part_in_no_sum():
    some = empirical_bayes_rates([3, 9, 1], [10.0, 20.0, 30.0])
    more = empirical_bayes_rates([3, 7, 9, 2, 1], [10.0, 0.0, 20.0, np.nan, 30.0])
    assert more["reason"].tolist()[1::2] == ["zero_exposure", "unknown_exposure"]
    assert more["smoothed_rate"].dropna().tolist() == some["smoothed_rate"].tolist()
    assert more.loc[[1, 3], "rate"].isna().all()


def test_nothing_to_shrink_is_the_common_rate():
    assert empirical_bayes_rates([0, 0], [1.0, 2.0])["smoothed_rate"].tolist() == [0.0, 0.0]
    equal = empirical_bayes_rates([2, 4], [1.0, 2.0])
    assert equal["smoothed_rate"].tolist() == [2.0, 2.0]
    assert equal["own_share"].tolist() == [0.0, 0.0]
    assert empirical_bayes_rates([2], [1.0])["reason"].tolist() == ["one_cell"]
    assert empirical_bayes_rates([], []).empty


@settings(deadline=None, max_examples=30)
@given(seed=st.integers(0, 10**6))
def test_a_smoothed_rate_lies_between_its_own_and_the_common_one(seed):
    rng = np.random.default_rng(seed)
    exposure = rng.uniform(0.5, 50, 20)
    found = empirical_bayes_rates(rng.poisson(exposure * 0.3), exposure)
    low = found[["rate", "reference_rate"]].min(axis=1)
    high = found[["rate", "reference_rate"]].max(axis=1)
    assert (found["smoothed_rate"] >= low - 1e-12).all()
    assert (found["smoothed_rate"] <= high + 1e-12).all()


def test_several_exposures_stand_side_by_side():
    people = Exposure("people", pd.Series({"b": 50.0, "a": 100.0, "c": 10.0}))
    streets = Exposure("street_length_m", pd.Series({"a": 0.0, "b": 500.0, "c": 400.0}))
    counts = pd.DataFrame({"category": ["x", "x", "y"], "place": list("bca"), "count": [3, 1, 2]})
    found = rates_by_exposure(counts, [streets, people])
    assert list(found.columns) == list(RATE_COLUMNS)
    assert found["exposure_name"].tolist() == ["people"] * 6 + ["street_length_m"] * 6
    assert found["place"].tolist() == list("abc") * 4
    first = empirical_bayes_rates([0, 3, 1], [100.0, 50.0, 10.0])
    assert found["smoothed_rate"].tolist()[:3] == first["smoothed_rate"].tolist()
    assert rates_by_exposure(counts, []).empty
    assert rates_by_exposure(counts[:0], [people]).empty


def test_bad_input_is_refused():
    people = Exposure("people", pd.Series({"a": 100.0}))
    unknown = pd.DataFrame({"category": ["x"], "place": ["z"], "count": [1]})
    with pytest.raises(AnalysisError, match="name one that has no row"):
        rates_by_exposure(unknown, [people])
    for count, exposure in (([1], [-1.0]), ([1], [np.inf]), ([1, 2], [1.0])):
        with pytest.raises(AnalysisError, match="shapes differ"):
            empirical_bayes_rates(count, exposure)
    with pytest.raises(AnalysisError, match="negative or fractional"):
        empirical_bayes_rates([0.5], [1.0])
    with pytest.raises(AnalysisError, match="weights of shape"):
        empirical_bayes_rates([1, 1], [1.0, 1.0], weights=csr_array(np.zeros((3, 3))))
