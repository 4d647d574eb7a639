"""When categories are taken as not observed, against asking day by day."""

import hypothesis.strategies as st
import numpy as np
import pandas as pd
import pytest
from hypothesis import given

from blockdata.analysis.cube.silence import category_gaps, gaps_of_sources
from blockdata.errors import AnalysisError

DAY0 = pd.Timestamp("2026-01-01")
SOURCES = ("app", "hotline", "patrol")
gap = st.tuples(st.sampled_from(SOURCES), st.integers(0, 20), st.integers(1, 6))
rate = st.tuples(st.sampled_from("xy"), st.sampled_from(SOURCES), st.integers(1, 9))


def frames(rates, gaps):
    rows = {(c, s): n for c, s, n in rates}
    reports = pd.DataFrame([(c, s, float(n)) for (c, s), n in rows.items()])
    reports = reports.set_axis(["category", "source", "per_day"], axis=1)
    starts = pd.to_datetime([DAY0 + pd.Timedelta(days=b) for _, b, _ in gaps])
    silent = pd.DataFrame({"source": pd.Series([s for s, _, _ in gaps], dtype="str")})
    silent["start"] = pd.Series(starts, dtype="datetime64[us]")
    lengths = pd.to_timedelta([n for _, _, n in gaps], unit="D")
    return reports, silent.assign(end=(silent["start"] + lengths).astype("datetime64[us]"))


@given(
    st.lists(rate, min_size=1, max_size=6), st.lists(gap, max_size=8), st.sampled_from([0.2, 0.5])
)
def test_a_category_is_unseen_when_much_of_its_sources_is_silent(rates, gaps, least_share):
    reports, silent = frames(rates, gaps)
    found = category_gaps(reports, silent, least_share=least_share)
    for category, rows in reports.groupby("category"):
        own = found[found["category"] == category]
        for day in pd.date_range(DAY0, periods=30):
            quiet = silent.loc[(silent["start"] <= day) & (silent["end"] > day), "source"]
            share = rows.loc[rows["source"].isin(quiet), "per_day"].sum() / rows["per_day"].sum()
            told = ((own["start"] <= day) & (own["end"] > day)).any()
            assert told == (share >= least_share - 1e-9)
        ends = own["end"].to_numpy()[:-1]
        assert (ends < own["start"].to_numpy()[1:]).all()


def test_a_source_counts_by_its_reports_on_days_on_which_it_spoke():
    # The app began ten days ago and brings as much a day as the hotline of a year.
    days = pd.Series([DAY0, DAY0 + pd.Timedelta(days=355)], index=["hotline", "app"])
    reports = pd.DataFrame({"category": "x", "source": ["hotline", "app"], "reports": [365, 10]})
    none = pd.DataFrame(
        {
            c: pd.Series(dtype=t)
            for c, t in (("source", "str"), ("start", "datetime64[us]"), ("end", "datetime64[us]"))
        }
    )
    as_of = DAY0 + pd.Timedelta(days=365)
    found = gaps_of_sources(reports, none, days, as_of, least_share=0.45)
    assert found["end"].tolist() == [days["app"]]
    assert gaps_of_sources(reports, none, days, as_of, least_share=0.55)["end"].tolist() == [DAY0]


def test_what_is_no_rate_is_refused():
    reports, silent = frames([("x", "app", 1)], [("app", 0, 2)])
    with pytest.raises(AnalysisError, match="per_day"):
        category_gaps(reports.assign(per_day=0.0), silent)
    with pytest.raises(AnalysisError, match="least_share"):
        category_gaps(reports, silent, least_share=np.nan)
