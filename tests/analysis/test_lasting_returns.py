"""Coming back after closing: shares and curves against scipy and against counting by hand."""

import warnings

import numpy as np
import pandas as pd
import pytest
import scipy.stats

from blockdata.analysis.lasting import RETURN_COLUMNS, closings_of, returns_within
from blockdata.errors import AnalysisError

END = pd.Timestamp("2025-01-01")


def episodes_of(rows: list[tuple[str, float, float | None]]) -> pd.DataFrame:
    """Episodes by place, first day and closing day before the end."""
    day = pd.Timedelta(days=1)
    return pd.DataFrame(
        {
            "episode": [f"e{number}" for number in range(len(rows))],
            "place_kind": "address",
            "place": [place for place, _, _ in rows],
            "category": "leak",
            "first_reported": pd.to_datetime([END - began * day for _, began, _ in rows]),
            "closed_at": pd.to_datetime(
                [None if closed is None else END - closed * day for _, _, closed in rows]
            ),
        }
    )


def random_closings(seed: int, size: int = 120) -> pd.DataFrame:
    """Closings with ties, some of them censored."""
    rng = np.random.default_rng(seed)
    came = rng.random(size) < 0.5
    waited = rng.integers(1, 60, size).astype(float)
    return pd.DataFrame(
        {
            "category": rng.choice(["a", "b"], size),
            "days": waited,
            "recurred": came,
            "observed_days": np.where(came, waited + rng.integers(0, 90, size), waited),
        }
    )


@pytest.mark.parametrize("seed", range(5))
def test_kaplan_meier_equals_scipy(seed: int) -> None:
    """Share and its interval are those of scipy's estimate on censored data, ties included."""
    closings = random_closings(seed)
    told = returns_within(closings, [10, 30, 55]).set_index(["category", "days"])
    for category, rows in closings.groupby("category"):
        data = scipy.stats.CensoredData.right_censored(rows["days"], ~rows["recurred"])
        curve = scipy.stats.ecdf(data).sf
        with warnings.catch_warnings():
            # scipy warns that there is no interval before the first return.
            warnings.simplefilter("ignore", RuntimeWarning)
            low_high = curve.confidence_interval(0.95, method="log-log")
        for days in (10, 30, 55):
            own = told.loc[(category, days)]
            assert own["share_km"] == pytest.approx(1 - curve.evaluate(days))
            assert own["share_km_high"] == pytest.approx(1 - low_high.low.evaluate(days))
            assert own["share_km_low"] == pytest.approx(1 - low_high.high.evaluate(days))


def test_naive_share_counts_followed_closings_alone() -> None:
    """A closing that was not followed for all the days counts neither way."""
    closings = random_closings(9)
    told = returns_within(closings, [20]).set_index("category")
    for category, rows in closings.groupby("category"):
        followed = rows[rows["observed_days"] > 20]
        back = followed["recurred"] & (followed["days"] <= 20)
        assert told.loc[category, "followed"] == len(followed)
        assert told.loc[category, "share"] == pytest.approx(back.mean())
        assert told.loc[category, "followed_days"] == pytest.approx(
            rows["days"].clip(upper=20).sum()
        )


def test_median_is_the_time_by_which_half_came_back() -> None:
    """Without censoring it is the middle one; where fewer than half come back there is none."""
    frame = pd.DataFrame({"category": "c", "days": [1.0, 4.0, 9.0], "recurred": True})
    told = returns_within(frame.assign(observed_days=99.0), [30])
    assert told["median_days"].tolist() == [4.0]
    censored = frame.assign(recurred=[True, False, False], observed_days=frame["days"])
    assert returns_within(censored, [30])["median_days"].isna().all()


def test_closings_are_per_kind_place_and_category() -> None:
    """What came next is at the same place; a closing before the beginning is none."""
    episodes = episodes_of([("p", 90, 80), ("q", 70, 60), ("p", 50, None), ("p", 10, 20)])
    told = closings_of(episodes, as_of=END)
    assert told["episode"].tolist() == ["e0", "e1"]
    assert told["next_episode"].tolist()[0] == "e2"
    assert told["days"].tolist() == [30.0, 60.0]
    assert told["observed_days"].tolist() == [80.0, 60.0]


def test_equal_names_of_different_kinds_are_different_places() -> None:
    """A building and an address that share a name do not continue each other."""
    episodes = episodes_of([("p", 90, 80), ("p", 50, 40)])
    episodes["place_kind"] = ["address", "building"]
    assert not closings_of(episodes, as_of=END)["recurred"].any()


def test_nothing_gives_nothing() -> None:
    """Empty frames keep their columns."""
    none = closings_of(episodes_of([]), as_of=END)
    assert none.empty and "observed_days" in none.columns
    told = returns_within(none, [30])
    assert told.empty and set(RETURN_COLUMNS) <= set(told.columns)


def test_bad_input_is_refused() -> None:
    """No closing column, no length of time, a repeated episode."""
    episodes = episodes_of([("p", 90, 80)])
    with pytest.raises(AnalysisError, match="closed_at"):
        closings_of(episodes.drop(columns="closed_at"), as_of=END)
    with pytest.raises(AnalysisError, match="repeat a key"):
        closings_of(pd.concat([episodes, episodes]), as_of=END)
    with pytest.raises(AnalysisError, match="length of time"):
        returns_within(closings_of(episodes, as_of=END), [0])
