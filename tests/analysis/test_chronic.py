"""Chronic places: counted by brute force, unbiased by censoring, blind to the future."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from benchmarks.null_districts import chronic_false_alarms
from blockdata.analysis.chronic import CHRONIC_COLUMNS, chronic_test
from blockdata.errors import AnalysisError

AS_OF = pd.Timestamp("2025-01-01")
DAY = pd.Timedelta(days=1)
KEY = ["category", "place"]


def _episodes(rows):
    """Rows of place, category, day reported and day closed (None is open), counted from 2024."""
    frame = pd.DataFrame(rows, columns=["place", "category", "opened", "closed"])
    start = pd.Timestamp("2024-01-01")
    return pd.DataFrame(
        {
            "place": frame["place"].astype("str"),
            "category": frame["category"].astype("str"),
            "episode": pd.Series([f"e{i:04}" for i in range(len(frame))], dtype="str"),
            "first_reported": start + pd.to_timedelta(frame["opened"].astype(float), unit="D"),
            "closed_at": start + pd.to_timedelta(frame["closed"].astype(float), unit="D"),
        }
    )


def _planted():
    bad = [("bad", "leak", 30 * i, 30 * i + 2) for i in range(8)]
    return _episodes(bad + [(f"g{i:02}", "leak", 20 + i, 25 + i) for i in range(40)])


histories = st.lists(
    st.tuples(
        st.sampled_from("abc"),
        st.sampled_from("xy"),
        st.integers(-120, 400),
        st.one_of(st.none(), st.integers(-120, 400)),
    ),
    max_size=25,
).map(_episodes)


def _brute_force(frame):
    """Closings at risk and recurrences per place and category, by reading the rule aloud."""
    counted = {}
    for row in frame.itertuples():
        closed = row.closed_at
        if pd.isna(closed) or closed < row.first_reported or row.first_reported >= AS_OF:
            continue
        if closed < AS_OF - 365 * DAY or closed + 90 * DAY >= AS_OF:
            continue
        same = frame[(frame["place"] == row.place) & (frame["category"] == row.category)]
        after = same["first_reported"] - closed
        back = ((after > 0 * DAY) & (after <= 90 * DAY)).any()
        closings, recurrences = counted.get((row.category, row.place), (0, 0))
        counted[row.category, row.place] = (closings + 1, recurrences + int(back))
    return counted


@settings(deadline=None, max_examples=60)
@given(histories)
def test_counts_equal_brute_force(frame):
    result = chronic_test(frame, as_of=AS_OF).set_index(KEY)
    counted = _brute_force(frame)
    for key, row in result.iterrows():
        assert (row["closings"], row["recurrences"]) == counted.pop(key, (0, 0))
    assert not counted
    began = frame["first_reported"].between(AS_OF - 365 * DAY, AS_OF, inclusive="left")
    assert result["episodes"].sum() == began.sum()


@settings(deadline=None, max_examples=30)
@given(histories, st.integers(0, 99))
def test_order_and_the_future_do_not_matter_and_input_stays(frame, seed):
    before = frame.copy()
    result = chronic_test(frame, as_of=AS_OF)
    later = frame.assign(
        episode=frame["episode"] + "later", first_reported=AS_OF, closed_at=AS_OF + DAY
    )
    closed_later = frame.assign(closed_at=frame["closed_at"].fillna(AS_OF))
    for other in (frame, closed_later):
        other = pd.concat([other, later]).sample(frac=1, random_state=seed)
        pd.testing.assert_frame_equal(chronic_test(other, as_of=AS_OF), result, check_exact=True)
    pd.testing.assert_frame_equal(frame, before)


def test_planted_place_is_chronic_by_an_exact_binomial_tail():
    result = chronic_test(_planted(), as_of=AS_OF)
    assert list(result.columns) == list(CHRONIC_COLUMNS)
    bad = result.set_index("place").loc["bad"]
    assert (bad["closings"], bad["recurrences"], bad["status"], bad["rank"]) == (8, 7, "chronic", 1)
    assert bad["share_elsewhere"] == pytest.approx(0.5 / 41)
    assert bad["p"] == pytest.approx(stats.binom.sf(6, 8, 0.5 / 41), rel=1e-9)
    assert bad["q"] == pytest.approx(41 * bad["p"], rel=1e-9)
    assert result["status"].notna().sum() == 1


def test_a_recent_closing_does_not_count_even_if_it_recurred():
    rows = [("a", "leak", 300, 301), ("a", "leak", 305, 306)]
    result = chronic_test(_episodes(rows), as_of=AS_OF)
    assert result[["episodes", "closings", "recurrences"]].to_numpy().tolist() == [[2, 0, 0]]
    assert result["reason"].tolist() == ["no_closing_at_risk"]


def test_what_is_not_tested_says_why():
    rows = [("a", "x", 1, 2), ("b", "x", 1, 2), ("b", "x", 9, 12), ("c", "x", 5, None)]
    rows += [("b", "y", 1, 2), ("b", "y", 9, 12)]
    result = chronic_test(_episodes(rows), as_of=AS_OF).set_index(KEY)
    assert result["reason"].fillna("tested").to_dict() == {
        ("x", "a"): "too_few_closings",
        ("x", "b"): "tested",
        ("x", "c"): "no_closing_at_risk",
        ("y", "b"): "no_other_place",
    }
    untested = result[result["reason"].notna()]
    assert untested[["p", "q", "rank", "status", "expected"]].isna().all(axis=None)


def test_no_closing_at_all_and_no_episode():
    rows = [("a", "x", 100, None), ("b", "x", 110, None)]
    result = chronic_test(_episodes(rows), as_of=AS_OF)
    assert (result["reason"] == "no_closing_at_risk").all()
    assert chronic_test(_episodes([]), as_of=AS_OF).empty


def test_bad_input_is_refused():
    frame = _planted()
    with pytest.raises(AnalysisError, match="Without closing times use recurring_test"):
        chronic_test(frame.drop(columns="closed_at"), as_of=AS_OF)
    with pytest.raises(AnalysisError, match="have no place"):
        chronic_test(frame.assign(place=None), as_of=AS_OF)
    with pytest.raises(AnalysisError, match="repeat a key"):
        chronic_test(frame.assign(episode="e"), as_of=AS_OF)
    with pytest.raises(AnalysisError, match="naive timestamps"):
        zoned = frame["first_reported"].dt.tz_localize("UTC")
        chronic_test(frame.assign(first_reported=zoned), as_of=AS_OF)
    with pytest.raises(AnalysisError, match="not a naive moment"):
        chronic_test(frame, as_of=AS_OF.tz_localize("UTC"))
    with pytest.raises(AnalysisError, match="settings do not fit"):
        chronic_test(frame, as_of=AS_OF, recur_days=365)


@pytest.mark.parametrize("size", [np.inf, 2.0])
def test_places_without_a_chronic_problem_stay_quiet(size):
    # The family without places of one closing gave 0.15 here.
    assert chronic_false_alarms(300, 0.3, size, 60) <= 0.1
