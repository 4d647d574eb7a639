"""Recurring places: the hot-spot rule on places, bursts left aside, never called chronic."""

import numpy as np
import pandas as pd
import pytest

from blockdata.analysis.exposure import Exposure
from blockdata.analysis.hotspots import hot_spots
from blockdata.analysis.recurring import RECURRING_COLUMNS, recurring_test
from blockdata.errors import AnalysisError

AS_OF = pd.Timestamp("2025-01-01")
PLACES = [f"p{i:02}" for i in range(40)]
EXPOSURE = Exposure("people", pd.Series(100.0, PLACES))


def _episodes(bad_days):
    rng = np.random.default_rng(4)
    rows = [(p, c, rng.integers(1, 365)) for p in PLACES for c in ("leak", "noise") for _ in "ab"]
    rows += [("p05", "leak", day) for day in bad_days]
    frame = pd.DataFrame(rows, columns=["place", "category", "age_days"])
    return pd.DataFrame(
        {
            "place": frame["place"].astype("str"),
            "category": frame["category"].astype("str"),
            "episode": [f"e{i:03}" for i in range(len(frame))],
            "first_reported": AS_OF - pd.to_timedelta(frame["age_days"].astype(float), unit="D"),
        }
    )


SPREAD = _episodes(np.linspace(5, 360, 30).round())
BURST = _episodes([40.0] * 30)


def test_planted_place_is_recurring():
    result = recurring_test(SPREAD, as_of=AS_OF, exposure=EXPOSURE)
    assert list(result.columns) == list(RECURRING_COLUMNS)
    found = result[result["status"].notna()]
    assert found[["place", "category", "episodes"]].to_numpy().tolist() == [["p05", "leak", 32]]
    assert found["status"].tolist() == ["recurring"]
    assert found["active_months"].iloc[0] == 12 > found["expected_active_months"].iloc[0]


def test_a_burst_in_one_month_is_not_recurring():
    before = (BURST["place"] == "p05") & (BURST.index < len(BURST) - 30)
    alone = BURST[~before]
    result = recurring_test(alone, as_of=AS_OF, exposure=EXPOSURE)
    burst = result[result["episodes"] == 30]
    assert burst["q"].item() < 0.05 and burst["active_months"].item() == 1
    assert result["status"].isna().all()


def test_scores_equal_those_of_hot_spots():
    result = recurring_test(SPREAD, as_of=AS_OF, exposure=EXPOSURE)
    counts = SPREAD.groupby(["category", "place"]).size().rename("count").reset_index()
    hot = hot_spots(counts.rename(columns={"place": "cell"}), EXPOSURE).query("count > 0")
    for column in ("expected", "p", "dispersion"):
        np.testing.assert_array_equal(result[column], hot[column])


def test_without_exposure_all_episodes_of_the_place_stand_in():
    result = recurring_test(SPREAD, as_of=AS_OF)
    assert (result["exposure_name"] == "all_episodes").all()
    assert result.set_index("place")["exposure"]["p05"].tolist() == [34.0, 34.0]
    one = recurring_test(SPREAD[SPREAD["category"] == "leak"], as_of=AS_OF)
    assert (one["reason"] == "exposure_is_category").all()


def test_window_and_months_are_counted_back_from_as_of():
    ages = [0, 30, 30.5, 365, 366]
    frame = pd.DataFrame({"place": "a", "category": "x", "episode": list("abcde")})
    frame["first_reported"] = AS_OF - pd.to_timedelta(ages, unit="D")
    result = recurring_test(frame, as_of=AS_OF)
    assert result[["episodes", "active_months"]].to_numpy().tolist() == [[3, 3]]


def test_order_does_not_matter_and_input_stays():
    before = SPREAD.copy()
    shuffled = recurring_test(SPREAD.sample(frac=1, random_state=1), as_of=AS_OF)
    pd.testing.assert_frame_equal(shuffled, recurring_test(SPREAD, as_of=AS_OF), check_exact=True)
    pd.testing.assert_frame_equal(SPREAD, before)


def test_places_without_exposure_say_why_and_empty_stays_empty():
    known = Exposure("people", EXPOSURE.values.drop("p00"))
    result = recurring_test(SPREAD, as_of=AS_OF, exposure=known).set_index("place")
    assert (result.loc["p00", "reason"] == "unknown_exposure").all()
    assert recurring_test(SPREAD[:0], as_of=AS_OF).empty


def test_bad_input_is_refused():
    with pytest.raises(AnalysisError, match="settings do not fit"):
        recurring_test(SPREAD, as_of=AS_OF, window_days=0)
    with pytest.raises(AnalysisError, match="have no first_reported"):
        recurring_test(SPREAD.assign(first_reported=pd.NaT), as_of=AS_OF)
    with pytest.raises(AnalysisError, match="not a naive moment"):
        recurring_test(SPREAD, as_of=pd.NaT)
