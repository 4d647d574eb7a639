"""What came next after a closing equals looking for it, and is censored where nothing did."""

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from blockdata.errors import AnalysisError
from blockdata.link import build_episodes, recurrences

DAY0 = pd.Timestamp("2026-01-01")
AS_OF = DAY0 + pd.Timedelta(days=30)
episode = st.tuples(
    st.sampled_from(["p1", "p2"]),
    st.sampled_from(["c1", "c2"]),
    st.integers(0, 40),
    st.none() | st.integers(0, 8),
)


def frame(rows):
    table = pd.DataFrame(rows, columns=["place", "category", "day", "until"])
    day = table["day"].astype(float)
    return table.assign(
        episode=[f"e{number:02d}" for number in range(len(rows))],
        first_reported=DAY0 + pd.to_timedelta(day, unit="D"),
        closed_at=DAY0 + pd.to_timedelta(day + table["until"].astype(float), unit="D"),
    )


def by_hand(episodes):
    told = []
    known = episodes[episodes["first_reported"] < AS_OF]
    for row in known[known["closed_at"] < AS_OF].itertuples():
        same = known[(known["place"] == row.place) & (known["category"] == row.category)]
        later = same[same["first_reported"] > row.closed_at]
        later = later.sort_values(["first_reported", "episode"])
        end = later["first_reported"].iloc[0] if len(later) else AS_OF
        days = (end - row.closed_at) / pd.Timedelta(days=1)
        told.append((row.episode, later["episode"].iloc[0] if len(later) else None, days))
    return told


@given(st.lists(episode, min_size=1, max_size=20), st.randoms(use_true_random=False))
def test_equals_looking_for_the_next_one_in_any_order(rows, random):
    episodes = frame(rows)
    order = list(range(len(rows)))
    random.shuffle(order)
    found = recurrences(episodes.iloc[order], as_of=AS_OF)
    told = found[["episode", "next_episode", "days"]].astype(object)
    told = told.where(told.notna(), None)
    assert [tuple(row) for row in told.to_numpy()] == by_hand(episodes)
    assert (found["recurred"] == found["next_episode"].notna()).all()
    assert (found["days"] >= 0).all()


def test_every_closing_of_built_episodes_is_followed_by_what_comes_next():
    rows = [("p", "c", day, day + 1) for day in (0, 5, 9)]
    incidents = pd.DataFrame(rows, columns=["place", "category", "start", "end"])
    incidents = incidents.assign(
        id=["a", "b", "c"],
        reported_at=DAY0 + pd.to_timedelta(incidents["start"], unit="D"),
        closed_at=DAY0 + pd.to_timedelta(incidents["end"], unit="D"),
    )
    episodes, _ = build_episodes(incidents, as_of=AS_OF)
    found = recurrences(episodes, as_of=AS_OF)
    assert found["next_episode"].to_list()[:2] == ["b", "c"]
    assert found["days"].to_list() == [4.0, 3.0, 20.0]
    assert found["recurred"].to_list() == [True, True, False]


def test_open_episodes_and_no_episodes_have_no_row():
    assert recurrences(frame([("p1", "c1", 1, None)]), as_of=AS_OF).empty
    assert recurrences(frame([("p1", "c1", 1, 1)])[:0], as_of=AS_OF).empty


def test_an_episode_that_stands_twice_is_refused():
    episodes = frame([("p1", "c1", 1, None)])
    with pytest.raises(AnalysisError, match="stands twice"):
        recurrences(pd.concat([episodes, episodes]), as_of=AS_OF)
