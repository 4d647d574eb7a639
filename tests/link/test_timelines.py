"""The course of a case: each rule by hand, and the same whatever the order of rows."""

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from blockdata.link.timelines import _AT_ONE_MOMENT, case_timelines, suspensions


def course(*steps, shuffled=False):
    rows = [("A1", step, pd.Timestamp(f"2026-06-{when}")) for step, when in steps]
    frame = pd.DataFrame(rows, columns=["case_no", "step", "step_at"])
    return case_timelines(frame.iloc[::-1] if shuffled else frame).iloc[0]


WHOLE = (
    ("accepted", "01 08:00"),
    ("dispatched", "01 09:00"),
    ("handled", "01 12:00"),
    ("sent_back", "01 13:00"),
    ("dispatched", "01 14:00"),
    ("suspended", "01 15:00"),
    ("handled", "02 15:00"),
    ("checked", "02 16:00"),
    ("closed", "02 17:00"),
)


@pytest.mark.parametrize("shuffled", [False, True])
def test_rework_counts_when_it_is_done(shuffled):
    told = course(*WHOLE, shuffled=shuffled)
    assert str(told["dispatched_at"]) == "2026-06-01 09:00:00"
    assert str(told["handled_at"]) == "2026-06-02 15:00:00"
    assert str(told["closed_at"]) == "2026-06-02 17:00:00"
    assert (told["sent_back"], told["extended"], told["suspended"]) == (1, 0, 1)
    assert (told["suspended_hours"], told["is_suspended"]) == (24.0, False)
    assert pd.isna(told["disorder"])


def test_a_closing_that_is_followed_by_work_is_none():
    assert pd.isna(course(*WHOLE, ("sent_back", "03 08:00"))["closed_at"])


def test_every_closing_that_was_undone_counts_once():
    told = course(
        ("dispatched", "01 08:00"),
        ("closed", "02 08:00"),
        ("sent_back", "03 08:00"),
        ("dispatched", "03 09:00"),
        ("closed", "04 08:00"),
        ("dispatched", "05 08:00"),
        ("closed", "06 08:00"),
    )
    assert (told["reopened"], str(told["reopened_at"])) == (2, "2026-06-05 08:00:00")
    assert str(told["closed_at"]) == "2026-06-06 08:00:00"


def test_what_first_happens_after_a_closing_is_out_of_order_and_undoes_nothing():
    told = course(("accepted", "01 08:00"), ("closed", "01 09:00"), ("dispatched", "01 10:00"))
    assert (told["reopened"], str(told["closed_at"])) == (0, "2026-06-01 09:00:00")
    assert told["disorder"] == "closed before dispatched"


def test_what_is_sent_back_is_no_longer_handled():
    steps = (("dispatched", "01 08:00"), ("handled", "01 12:00"), ("sent_back", "01 13:00"))
    assert pd.isna(course(*steps)["handled_at"])
    assert not pd.isna(course(*steps, ("handled", "01 15:00"))["handled_at"])


def test_a_running_suspension_has_no_hours_yet():
    told = course(("accepted", "01 08:00"), ("suspended", "01 09:00"))
    assert (told["suspended_hours"], told["is_suspended"]) == (0.0, True)


def test_the_first_pair_out_of_order_is_named():
    told = course(("handled", "01 08:00"), ("accepted", "01 10:00"), ("dispatched", "01 09:00"))
    assert told["disorder"] == "dispatched before accepted"


def test_repeated_and_unknown_steps_count_once_and_never():
    told = course(("accepted", "01 08:00"), ("extended", "01 09:00"), ("extended", "01 09:00"),
                  ("teleported", "01 10:00"))  # fmt: skip
    assert told["extended"] == 1


def test_no_steps_give_no_cases():
    empty = pd.DataFrame({"case_no": [], "step": [], "step_at": pd.to_datetime([])})
    assert case_timelines(empty).empty
    assert suspensions(empty).empty


STEPS = st.lists(st.tuples(st.sampled_from(_AT_ONE_MOMENT), st.integers(0, 12)), max_size=9)


def by_hand(steps):
    """The course of one case, step after step."""
    done, told = set(), {"closed_at": None, "handled_at": None, "reopened": 0, "suspended_hours": 0}
    since = None
    for hour, place in sorted({(hour, _AT_ONE_MOMENT.index(step)) for step, hour in steps}):
        step = _AT_ONE_MOMENT[place]
        again = step == "sent_back" or (step in {"dispatched", "handled"} and step in done)
        if since is not None:
            told["suspended_hours"] += hour - since
        since = hour if step == "suspended" else None
        if again and told["closed_at"] is not None:
            told["reopened"] += 1
            told["closed_at"] = None
        # A handling at the very moment of being dispatched again stands.
        if again and step != "handled" and told["handled_at"] not in {None, hour}:
            told["handled_at"] = None
        if step in {"closed", "handled"}:
            told[f"{step}_at"] = hour
        done.add(step)
    return told | {"is_suspended": since is not None}


@given(st.dictionaries(st.sampled_from(["A1", "A2", "B1"]), STEPS), st.randoms())
def test_courses_are_those_told_step_by_step(cases, random):
    rows = [(c, s, pd.Timestamp("2026-06-01") + pd.Timedelta(hours=h)) for c in cases
            for s, h in cases[c]]  # fmt: skip
    random.shuffle(rows)
    frame = pd.DataFrame(rows, columns=["case_no", "step", "step_at"])
    told = case_timelines(frame.astype({"step_at": "datetime64[us]", "case_no": "str"}))
    assert told["case_no"].to_list() == sorted(c for c in cases if cases[c])
    for row in told.itertuples():
        expected = by_hand(cases[row.case_no])
        for name, value in expected.items():
            found = getattr(row, name)
            if name.endswith("_at"):
                found = (
                    None if pd.isna(found) else (found - pd.Timestamp("2026-06-01")).seconds // 3600
                )
            assert found == value, name
        assert row.suspended == len({h for s, h in cases[row.case_no] if s == "suspended"})
