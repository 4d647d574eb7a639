"""Episodes equal a report-by-report reading of the rules, in any row order."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from blockdata.errors import AnalysisError, ConfigError
from blockdata.link import build_episodes

DAY0 = pd.Timestamp("2024-03-01")
GAP, REPEAT, SOON = 3, 2, 3600
hours = st.integers(0, 24 * 25) | st.integers(0, 25).map(lambda day: day * 24)
report = st.tuples(
    st.sampled_from(["p1", "p2", None]),
    st.sampled_from(["c1", "c2"]),
    hours,
    st.none() | st.integers(-20, 24 * 9) | st.just(0),
    st.sampled_from([None, None, "o1", "o2"]),
    st.sampled_from(["address", "address", "cell:unit", "area"]),
    st.booleans(),
)


def frame(rows):
    """Make incidents of rows (place, category, hour reported, hours until closed, ...)."""
    names = ["place", "category", "hour", "until", "occurrence", "place_kind", "by_form"]
    width = len(rows[0]) if rows else len(names)
    table = pd.DataFrame(rows, columns=names[:width])
    hour = table["hour"].astype(float)
    made = pd.DataFrame(
        {
            "id": [f"i{number:03d}" for number in range(len(rows))],
            "place": table["place"],
            "category": table["category"],
            "reported_at": DAY0 + pd.to_timedelta(hour, unit="h"),
            "closed_at": DAY0 + pd.to_timedelta(hour + table["until"].astype(float), unit="h"),
        }
    )
    more = {"by_form": "is_administrative"}
    return made.join(table[names[4:width]].rename(columns=more))


def closing_of(row, end):
    if pd.isna(row.closed_at) or row.closed_at < row.reported_at or row.closed_at >= end:
        return None
    return row.closed_at


def is_formal(row, end):
    closing = closing_of(row, end)
    took = None if closing is None else (closing - row.reported_at).total_seconds()
    return closing is not None and (row.is_administrative or took < SOON)


def lasts_until(row, series):
    """Return the time of the last report of a report's occurrence, which may be its own."""
    if row.occurrence is None or pd.isna(row.occurrence):
        return row.reported_at
    return series.loc[series["occurrence"] == row.occurrence, "reported_at"].max()


def read_one_by_one(incidents, end):
    """Follow the stated rules with a list of running reports; return incident -> episode."""
    episode_of = {}
    wide = incidents["place_kind"] != "address"
    alone = incidents["occurrence"].fillna(incidents["id"])
    where = incidents["place"].mask(wide & incidents["place"].notna(), "wide " + alone)
    usable = incidents.assign(where=where)[where.notna() & (incidents["reported_at"] < end)]
    for _, series in usable.groupby(["where", "category"]):
        running = []
        for row in series.sort_values(["reported_at", "id"]).itertuples():
            held = any(
                (closing_of(r, end) or DAY0) >= row.reported_at
                or lasts_until(r, series) >= row.reported_at
                for r in running
            )
            since = row.reported_at - running[-1].reported_at if running else pd.Timedelta.max
            unmended = any(closing_of(r, end) is None or is_formal(r, end) for r in running)
            repeats = since <= pd.Timedelta(hours=REPEAT)
            if not (held or repeats or (unmended and since <= pd.Timedelta(days=GAP))):
                running = []
            running.append(row)
            episode_of[row.id] = running[0].id
    return episode_of


RULES = {"gap_days": GAP, "repeat_hours": REPEAT, "administrative_s": SOON}


@settings(deadline=None, max_examples=120)
@given(st.lists(report, max_size=25), st.randoms(use_true_random=False), st.integers(1, 25 * 24))
def test_equals_reading_one_by_one_in_any_order(rows, random, known_hours):
    incidents, end = frame(rows), DAY0 + pd.Timedelta(hours=known_hours)
    episodes, members = build_episodes(incidents, as_of=end, **RULES)
    included = members.dropna(subset=["episode"]).set_index("incident")["episode"]
    assert included.to_dict() == read_one_by_one(incidents, end)
    assert members["incident"].to_list() == incidents["id"].to_list()
    order = list(range(len(rows)))
    random.shuffle(order)
    shuffled = build_episodes(incidents.iloc[order], as_of=end, **RULES)
    pd.testing.assert_frame_equal(shuffled[0], episodes)
    pd.testing.assert_frame_equal(shuffled[1], members)


@settings(deadline=None, max_examples=70)
@given(st.lists(report, min_size=1, max_size=25))
def test_episodes_sum_up_their_members(rows):
    incidents = frame(rows)
    incidents["is_late"] = [number % 3 == 0 for number in range(len(rows))]
    incidents["reopenings"] = [number % 4 for number in range(len(rows))]
    episodes, members = build_episodes(incidents, **RULES)
    joined = members.dropna(subset=["episode"]).merge(incidents, left_on="incident", right_on="id")
    valid = joined["closed_at"].where(joined["closed_at"] >= joined["reported_at"])
    own = joined["occurrence"].fillna(joined["id"])
    by = joined.assign(valid=valid, unclosed=valid.isna(), own=own).groupby("episode")
    table = episodes.set_index("episode")
    assert table["reports"].to_dict() == by.size().to_dict()
    assert table["occurrences"].to_dict() == by["own"].nunique().to_dict()
    assert table["late_reports"].to_dict() == by["is_late"].sum().to_dict()
    assert table["reopenings"].to_dict() == by["reopenings"].sum().to_dict()
    assert table["first_reported"].to_dict() == by["reported_at"].min().to_dict()
    assert table["last_reported"].to_dict() == by["reported_at"].max().to_dict()
    assert (table["status"] == "open").to_dict() == by["unclosed"].any().to_dict()
    closed = table[table["status"] == "closed"]["closed_at"]
    assert closed.to_dict() == by["valid"].max()[closed.index].to_dict()
    assert table.loc[table["status"] == "open", "closed_at"].isna().all()
    assert len(joined) + members["excluded_reason"].notna().sum() == len(incidents)


@settings(deadline=None, max_examples=70)
@given(st.lists(report, min_size=1, max_size=25))
def test_no_occurrence_of_one_place_and_category_is_in_two_episodes(rows):
    incidents = frame(rows)
    _, members = build_episodes(incidents, **RULES)
    joined = members.dropna(subset=["episode"]).merge(incidents, left_on="incident", right_on="id")
    wide = joined["place_kind"] != "address"
    series = joined.assign(where=joined["place"].mask(wide, "")).dropna(subset=["occurrence"])
    by = series.groupby(["where", "category", "occurrence", wide])
    assert (by["episode"].nunique() <= 1).all()


def episodes_of(*rows, **settings_):
    episodes, members = build_episodes(frame([("p1", "c1", *row) for row in rows]), **settings_)
    return episodes, members["episode"].to_list()


def test_report_while_in_work_belongs_and_after_closing_recurs():
    _, episode = episodes_of((0, 24 * 30), (24 * 29, 24), (24 * 30, 1), (24 * 30 + 2, 1))
    assert episode == ["i000", "i000", "i000", "i003"]


def test_a_report_within_the_hour_repeats_even_a_closed_one():
    rows = ((0, 0.5), (1, 0.5), (2.1, 1))
    assert episodes_of(*rows)[1] == ["i000", "i000", "i002"]
    assert episodes_of(*rows, repeat_hours=0)[1] == ["i000", "i001", "i002"]


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


def test_an_administrative_closing_does_not_end_its_episode_within_the_gap():
    rows = ((0, 0), (24, 1), (24 + 8 * 24, 0), (24 + 15 * 24.5, 1))
    episodes, episode = episodes_of(*rows)
    assert episode == ["i000", "i000", "i002", "i003"]
    assert episodes["status"].to_list() == ["closed"] * 3
    assert episodes["closed_at"].iloc[0] == DAY0 + pd.Timedelta(hours=25)


def test_a_closing_by_a_form_is_administrative_however_late():
    rows = [("p1", "c1", hour, 10, None, "address", hour == 0) for hour in (0, 30)]
    episodes, _ = build_episodes(frame(rows))
    assert episodes["administrative_closings"].to_list() == [1]
    mended, _ = build_episodes(frame([(*row[:6], False) for row in rows]))
    assert len(mended) == 2


def test_an_occurrence_holds_all_reports_between_its_own():
    rows = [("p1", "c1", hour, 1, o) for hour, o in ((0, "o"), (5, None), (9, "o"), (20, None))]
    episodes, members = build_episodes(frame(rows))
    assert members["episode"].to_list() == ["i000", "i000", "i000", "i003"]
    assert episodes["occurrences"].to_list() == [2, 1]
    assert episodes["reports"].to_list() == [3, 1]


@pytest.mark.parametrize("kind", ["cell:unit", "area"])
def test_reports_at_a_wide_place_are_alone_unless_of_one_occurrence(kind):
    rows = [("p1", "c1", hour, None, o, kind) for hour, o in ((0, "o"), (1, None), (2, "o"))]
    episodes, members = build_episodes(frame(rows))
    assert members["episode"].to_list() == ["i000", "i001", "i000"]
    assert episodes["place"].to_list() == ["p1", "p1"]
    assert episodes["place_kind"].to_list() == [kind, kind]


def test_what_is_later_than_the_data_has_not_happened():
    incidents = frame([("p1", "c1", 0, 48), ("p1", "c1", 24, 1), ("p1", "c1", 48, 1)])
    episodes, members = build_episodes(incidents, as_of=DAY0 + pd.Timedelta(days=2))
    assert episodes[["reports", "status"]].to_numpy().tolist() == [[2, "open"]]
    assert members["excluded_reason"].fillna("").to_list() == ["", "", "after as_of"]


def test_reopened_and_late_reports_are_counted_and_noted():
    incidents = frame([("p1", "c1", 0, 48), ("p1", "c1", 24, 1)])
    episodes, _ = build_episodes(incidents.assign(reopenings=[2, 0], is_late=[True, True]))
    assert episodes["notes"].to_list() == ["2 reopened; 2 reported late"]


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
    full = build_episodes(frame([("p1", "c1", 0, 1)]))
    empty = build_episodes(frame([("p1", "c1", 0, 1)])[:0])
    for nothing, something in zip(empty, full, strict=True):
        assert len(nothing) == 0
        assert nothing.dtypes.to_list() == something.dtypes.to_list()


def test_bad_input_is_refused():
    incidents = frame([("p1", "c1", 0, 1)])
    with pytest.raises(AnalysisError, match="ids repeat"):
        build_episodes(pd.concat([incidents, incidents]))
    with pytest.raises(ConfigError, match="gap_days is -1"):
        build_episodes(incidents, gap_days=-1)
    with pytest.raises(ConfigError, match="repeat_hours is nan"):
        build_episodes(incidents, repeat_hours=np.nan)
    with pytest.raises(ConfigError, match="administrative_s is inf"):
        build_episodes(incidents, administrative_s=float("inf"))
