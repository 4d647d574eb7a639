"""Expectations by indirect standardisation: by hand, and what must hold for any strata."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from blockdata.analysis.scan import poisson_scan, standardised_expected
from blockdata.errors import AnalysisError

ROW = st.tuples(
    *(st.sampled_from("abc"), st.sampled_from("ou"), st.sampled_from("mf")),
    *(st.integers(1, 50), st.integers(0, 9)),
)


def strata_of(rows):
    return pd.DataFrame(rows, columns=["place", "age", "sex", "population", "count"])


@settings(max_examples=30)
@given(st.lists(ROW, min_size=1, max_size=20))
def test_expectations_are_sums_of_strata_rates(rows):
    strata = strata_of(rows)
    found = standardised_expected(strata, ["age", "sex"]).set_index("place")
    assert found["expected"].sum() == pytest.approx(strata["count"].sum())
    for place in set(strata["place"]):
        expected = 0.0
        for _, own, age, sex, people, _ in strata.itertuples():
            if own == place:
                same = strata[(strata["age"] == age) & (strata["sex"] == sex)]
                expected += people * same["count"].sum() / same["population"].sum()
        assert found.loc[place, "expected"] == pytest.approx(expected)
        assert found.loc[place, "count"] == strata.loc[strata["place"] == place, "count"].sum()


def test_without_strata_the_rate_is_the_crude_one():
    found = standardised_expected(strata_of([("a", "o", "m", 10, 3), ("b", "u", "f", 30, 1)]), [])
    assert found["expected"].tolist() == [1.0, 3.0]


def test_a_cluster_that_its_people_explain_is_none():
    """Old people have ten times the cases; one place has only old people."""
    rows = [(p, "u", "m", 1000, 10) for p in "bcdefgh"] + [("a", "o", "m", 1000, 100)]
    rows += [(p, "o", "m", 100, 10) for p in "bcdefgh"]
    strata = strata_of(rows)
    where = pd.DataFrame({"place": list("abcdefgh"), "x": np.arange(8) * 1000.0, "y": 0.0})
    crude = where.merge(standardised_expected(strata, []))
    adjusted = where.merge(standardised_expected(strata, ["age"]))
    assert poisson_scan(crude, replications=99)["p"].iloc[0] == 0.01
    found = poisson_scan(adjusted, replications=99)
    assert found.empty or found["llr"].max() < 1e-6


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"population": -1}, "population"),
        ({"population": 0}, "cases and no population"),
        ({"count": 0.5}, "fractional"),
        ({"age": None}, "no age"),
    ],
)
def test_wrong_strata_are_refused(changes, message):
    with pytest.raises(AnalysisError, match=message):
        standardised_expected(strata_of([("a", "o", "m", 10, 3)]).assign(**changes), ["age"])
