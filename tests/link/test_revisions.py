"""What is told of revised episodes equals comparing the two histories one by one."""

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from blockdata.link import EpisodeHistory, build_episodes, episode_revisions
from blockdata.link.revisions import CAUSES, CHANGES

DAY0 = pd.Timestamp("2026-01-01")
COLUMNS = ["id", "place", "category", "occurrence", "day", "until"]
TOLD = ["place", "category", "first_reported", "last_reported", "closed_at", "reports", "status"]
fact = st.tuples(
    st.sampled_from(["p1", "p2", None]),
    st.sampled_from(["c1", "c2"]),
    st.sampled_from([None, None, "o1"]),
    st.integers(0, 20),
    st.none() | st.integers(0, 5),
)
known = st.dictionaries(st.sampled_from("abcdefghijkl"), fact, max_size=12)


def history(facts, **rules):
    rows = [(name, *values) for name, values in sorted(facts.items())]
    table = pd.DataFrame(rows, columns=COLUMNS)
    texts = ["id", "place", "category", "occurrence"]
    table[texts] = table[texts].astype("str")
    day = table["day"].astype(float)
    reports = table[texts].assign(
        reported_at=DAY0 + pd.to_timedelta(day, unit="D"),
        closed_at=DAY0 + pd.to_timedelta(day + table["until"].astype(float), unit="D"),
    )
    return EpisodeHistory(reports, *build_episodes(reports, **rules))


def sets_of(told):
    by = told.members.dropna(subset=["episode"]).groupby("episode")["incident"]
    return {name: frozenset(group) for name, group in by}


def values_of(told, episode):
    row = told.episodes.set_index("episode")[TOLD].loc[episode]
    return [None if pd.isna(value) else value for value in row]


def one_by_one(before, after):
    """Return episode -> (change, became) by looking at each episode's reports."""
    was, now = sets_of(before), sets_of(after)
    told = {}
    for episode, members in was.items():
        became = sorted(e for e, others in now.items() if members & others)
        mixed = [e for e in was if e != episode and any(was[e] & now[b] for b in became)]
        if not became:
            change = "gone"
        elif len(became) > 1:
            change = "split"
        elif mixed:
            change = "joined"
        elif became != [episode]:
            change = "renamed"
        elif now[episode] != members or values_of(before, episode) != values_of(after, episode):
            change = "changed"
        else:
            continue
        told[episode] = (change, " ".join(became) or None)
    known_before = frozenset().union(*was.values())
    new = [e for e, members in now.items() if not members & known_before]
    return told | {e: ("added", e) for e in new}


@settings(deadline=None, max_examples=40)
@given(known, known)
def test_equals_comparing_one_by_one(old, new):
    before, after = history(old), history(old | new)
    for first, second in ((before, after), (after, before)):
        found = episode_revisions(first, second)
        became = found["became"].astype(object).where(found["became"].notna(), None)
        told = dict(zip(found["episode"], zip(found["change"], became), strict=True))
        assert told == one_by_one(first, second)
        assert found["episode"].is_monotonic_increasing
        assert set(found["change"]) <= set(CHANGES)
        assert set(" ".join(found["causes"]).split()) <= set(CAUSES)
        assert (found["causes"] != "rules").all()
        assert found["incident"].notna().all()


@settings(deadline=None, max_examples=20)
@given(known)
def test_an_unchanged_history_has_no_revision(facts):
    assert episode_revisions(history(facts), history(facts)).empty


CASES = {
    "late_report": ({"b": ("p1", "c1", None, 3, None)}, {"a": ("p1", "c1", None, 1, None)}),
    "report_withdrawn": ({"a": ("p1", "c1", None, 1, None)}, {"a": None}),
    "time_corrected": (
        {"a": ("p1", "c1", None, 1, None)},
        {"a": ("p1", "c1", None, 2, None)},
    ),
    "closing_learned": ({"a": ("p1", "c1", None, 1, None)}, {"a": ("p1", "c1", None, 1, 2)}),
    "closing_withdrawn": ({"a": ("p1", "c1", None, 1, 2)}, {"a": ("p1", "c1", None, 1, None)}),
    "closing_corrected": ({"a": ("p1", "c1", None, 1, 2)}, {"a": ("p1", "c1", None, 1, 3)}),
    "place_changed": ({"a": ("p1", "c1", None, 1, 2)}, {"a": ("p2", "c1", None, 1, 2)}),
    "category_changed": ({"a": ("p1", "c1", None, 1, 2)}, {"a": ("p1", "c2", None, 1, 2)}),
    "occurrence_changed": (
        {"a": ("p1", "c1", None, 1, 1), "b": ("p1", "c1", None, 4, 1)},
        {"a": ("p1", "c1", "o1", 1, 1), "b": ("p1", "c1", "o1", 4, 1)},
    ),
}


@pytest.mark.parametrize("cause", CASES)
def test_the_fact_that_changed_is_told(cause):
    old, new = CASES[cause]
    later = {name: fact for name, fact in (old | new).items() if fact}
    found = episode_revisions(history(old), history(later))
    assert set(found["causes"]) == {cause}
    assert set(found["incident"]) == {"a"}


def test_a_changed_setting_is_told_as_such():
    facts = {"a": ("p1", "c1", None, 1, None), "b": ("p1", "c1", None, 5, None)}
    found = episode_revisions(history(facts), history(facts, gap_days=2))
    assert found[["episode", "change", "became", "causes"]].to_numpy().tolist() == [
        ["a", "split", "a b", "rules"]
    ]


def test_what_was_told_stands_beside_what_is_told_now():
    old = {"b": ("p1", "c1", None, 3, None), "c": ("p1", "c1", None, 13, 2)}
    late = {"x": ("p1", "c1", None, 8, None)}
    found = episode_revisions(history(old), history(old | late)).set_index("episode")
    assert found["change"].to_dict() == {"b": "joined", "c": "joined"}
    assert found["differs"].to_dict() == {
        "b": "last_reported reports members",
        "c": "first_reported closed_at reports status members",
    }
    assert found.loc["c", ["reports", "reports_now", "status", "status_now"]].to_list() == [
        *(1, 3),
        *("closed", "open"),
    ]
    assert found.loc["c", "first_reported_now"] == DAY0 + pd.Timedelta(days=3)
