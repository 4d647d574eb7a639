"""Episodes equal a report-by-report reading of the rules, in any row order."""

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from blockdata.errors import AnalysisError, ConfigError
from blockdata.link import build_episodes

DAY0 = pd.Timestamp("2024-03-01")
GAP = 3
hours = st.integers(0, 24 * 25) | st.integers(0, 25).map(lambda day: day * 24)
report = st.tuples(
    st.sampled_from(["p1", "p2", None]),
    st.sampled_from(["c1", "c2"]),
    hours,
    st.none() | st.integers(-20, 24 * 9) | st.just(0),
)


def frame(rows):
    """Make incidents of rows (place, category, hour reported, hours until closed)."""
    table = pd.DataFrame(rows, columns=["place", "category", "hour", "until"])
    hour = table["hour"].astype(float)
    return pd.DataFrame(
        {
            "id": [f"i{number:03d}" for number in range(len(rows))],
            "place": table["place"],
            "category": table["category"],
            "reported_at": DAY0 + pd.to_timedelta(hour, unit="h"),
            "closed_at": DAY0 + pd.to_timedelta(hour + table["until"].astype(float), unit="h"),
        }
    )


def read_one_by_one(incidents, gap):
    """Follow the stated rules with a list of running episodes; return incident -> episode."""
    episode_of = {}
    for _, series in incidents.dropna(subset=["place"]).groupby(["place", "category"]):
        running = []
        for row in series.sort_values(["reported_at", "id"]).itertuples():
            closings = [
                None if pd.isna(r.closed_at) or r.closed_at < r.reported_at else r.closed_at
                for r in running
            ]
            in_work = any(c is not None and row.reported_at <= c for c in closings)
            soon = running and row.reported_at - running[-1].reported_at <= pd.Timedelta(days=gap)
            if not (in_work or (None in closings and soon)):
                running = []
            running.append(row)
            episode_of[row.id] = running[0].id
    return episode_of


@settings(deadline=None, max_examples=120)
@given(st.lists(report, max_size=25), st.randoms(use_true_random=False))
def test_equals_reading_one_by_one_in_any_order(rows, random):
    incidents = frame(rows)
    episodes, members = build_episodes(incidents, gap_days=GAP)
    included = members.dropna(subset=["episode"]).set_index("incident")["episode"]
    assert included.to_dict() == read_one_by_one(incidents, GAP)
    assert members["incident"].to_list() == incidents["id"].to_list()
    order = list(range(len(rows)))
    random.shuffle(order)
    shuffled = build_episodes(incidents.iloc[order], gap_days=GAP)
    pd.testing.assert_frame_equal(shuffled[0], episodes)
    pd.testing.assert_frame_equal(shuffled[1], members)


@settings(deadline=None, max_examples=70)
@given(st.lists(report, min_size=1, max_size=25))
def test_episodes_sum_up_their_members(rows):
    incidents = frame(rows)
    episodes, members = build_episodes(incidents, gap_days=GAP)
    joined = members.dropna(subset=["episode"]).merge(incidents, left_on="incident", right_on="id")
    valid = joined["closed_at"].where(joined["closed_at"] >= joined["reported_at"])
    by = joined.assign(valid=valid, unclosed=valid.isna()).groupby("episode")
    table = episodes.set_index("episode")
    assert table["reports"].to_dict() == by.size().to_dict()
    assert table["first_reported"].to_dict() == by["reported_at"].min().to_dict()
    assert table["last_reported"].to_dict() == by["reported_at"].max().to_dict()
    assert (table["status"] == "open").to_dict() == by["unclosed"].any().to_dict()
    closed = table[table["status"] == "closed"]["closed_at"]
    assert closed.to_dict() == by["valid"].max()[closed.index].to_dict()
    assert table.loc[table["status"] == "open", "closed_at"].isna().all()


def episodes_of(*rows, **settings_):
    episodes, members = build_episodes(frame([("p1", "c1", *row) for row in rows]), **settings_)
    return episodes, members["episode"].to_list()


def test_report_while_in_work_belongs_and_after_closing_recurs():
    _, episode = episodes_of((0, 24 * 30), (24 * 29, 24), (24 * 30, 1), (24 * 30 + 2, 1))
    assert episode == ["i000", "i000", "i000", "i003"]


def test_unclosed_episode_ends_after_the_gap():
    episodes, episode = episodes_of((0, None), (24 * 7, None), (24 * 14 + 1, None))
    assert episode == ["i000", "i000", "i002"]
    assert episodes["status"].to_list() == ["open", "open"]


def test_one_unclosed_report_keeps_its_episode_open():
    episodes, episode = episodes_of((0, None), (24, 1), (30, 1))
    assert episode == ["i000"] * 3
    assert episodes["closed_at"].isna().all()


def test_closing_before_report_is_ignored_and_counted():
    episodes, _ = episodes_of((10, -5), (11, 2))
    assert episodes["status"].to_list() == ["open"]
    assert episodes["ignored_closings"].to_list() == [1]
    assert episodes["notes"].to_list() == ["1 closed before reported"]


def test_administrative_closing_is_kept_and_counted():
    episodes, _ = episodes_of((10, 0), (10, -1), (600, 1))
    assert episodes["administrative_closings"].to_list() == [1, 0]
    assert episodes["notes"].to_list() == [
        "1 closed before reported; 1 closed administratively",
        "",
    ]
    assert episodes_of((10, 0), administrative_s=0)[0]["administrative_closings"].to_list() == [0]


def test_late_delivery_of_an_earlier_report_renames_the_episode():
    incidents = frame([("p1", "c1", 0, None), ("p1", "c1", 24, None)])
    assert build_episodes(incidents[1:])[0]["episode"].to_list() == ["i001"]
    assert build_episodes(incidents)[0]["episode"].to_list() == ["i000"]


def test_excluded_incidents_are_listed_with_their_reason():
    incidents = frame([("p1", "c1", 0, 1)] * 4)
    incidents.loc[1, "place"] = None
    incidents.loc[2, "category"] = None
    incidents.loc[3, "reported_at"] = None
    episodes, members = build_episodes(incidents)
    assert episodes["reports"].to_list() == [1]
    assert members["excluded_reason"].fillna("").to_list() == [
        "",
        "no place",
        "no category",
        "no reported_at",
    ]
    assert members["episode"].isna().to_list() == [False, True, True, True]


def test_no_incidents_give_typed_empty_frames():
    empty, full = build_episodes(frame([])), build_episodes(frame([("p1", "c1", 0, 1)]))
    for nothing, something in zip(empty, full, strict=True):
        assert len(nothing) == 0
        assert nothing.dtypes.to_list() == something.dtypes.to_list()


def test_bad_input_is_refused():
    incidents = frame([("p1", "c1", 0, 1)])
    with pytest.raises(AnalysisError, match="ids repeat"):
        build_episodes(pd.concat([incidents, incidents]))
    with pytest.raises(ConfigError, match="gap_days is -1"):
        build_episodes(incidents, gap_days=-1)
    with pytest.raises(ConfigError, match="administrative_s is inf"):
        build_episodes(incidents, administrative_s=float("inf"))
