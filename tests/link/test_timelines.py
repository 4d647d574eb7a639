"""The course of a case: each rule by hand, and the same whatever the order of rows."""

import pandas as pd
import pytest

from blockdata.link.timelines import case_timelines


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
