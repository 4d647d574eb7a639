"""Every case that was delivered is somewhere, or it is said that it is not; two rankings."""

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from blockdata.analysis.monthly import balance, overlap, side_by_side
from blockdata.analysis.monthly.balance import TOTAL

FATES = ("void", "ignored", "withdrawn", "quarantined", "outside", "analysed")
REASONS = (None, "default location", "uncertain place", "no place", "no category")

cases = st.lists(
    st.tuples(
        st.sampled_from("ab"),
        st.sampled_from(FATES),
        st.sampled_from(REASONS),
        st.booleans(),
        st.booleans(),
        st.integers(1, 5),
    )
)


def _fates(rows):
    columns = ["source", "fate", "excluded_reason", "is_first", "repeats", "count"]
    frame = pd.DataFrame(rows, columns=columns)
    return frame.assign(in_episode=frame["excluded_reason"].isna())


@settings(max_examples=25)
@given(cases)
def test_all_parts_add_up_to_what_was_delivered(rows):
    fates = _fates(rows)
    told = balance(fates[["source", "count"]], fates)
    assert told["adds_up"].all()
    assert (told["difference"] == 0).all()
    parts = told[["default_location", "uncertain_place", "no_place", "in_episodes"]]
    assert (parts.sum(axis=1) == told["analysed"]).all()
    inside = told[["episodes", "repeats", "further"]].sum(axis=1)
    assert (inside == told["in_episodes"]).all()


def test_what_no_step_has_seen_is_told_as_a_difference():
    fates = _fates([("a", "analysed", None, True, False, 3), ("a", "unaccounted", None, 0, 0, 2)])
    told = balance(fates[["source", "count"]], fates).set_index("source")
    assert told.loc["a", "difference"] == told.loc[TOTAL, "difference"] == 2
    assert not told["adds_up"].any()


def test_without_any_case_the_total_is_nought_and_adds_up():
    told = balance(pd.DataFrame({"source": [], "count": []}), _fates([]))
    assert told["source"].tolist() == [TOTAL]
    assert bool(told["adds_up"].all())


def test_two_rankings_stand_side_by_side_and_say_what_is_in_both():
    raw = pd.DataFrame({"place": list("abc"), "reports": [9, 8, 7]})
    excess = pd.DataFrame({"place": ["c", "x"], "excess": [5.0, 4.0]})
    both = side_by_side(raw, excess, 3)
    assert both["rank"].tolist() == [1, 2, 3]
    assert both["raw_also"].tolist() == [False, False, True]
    assert both["excess_place"].tolist()[:2] == ["c", "x"]
    assert both["excess_place"].tolist()[2] is None or np.isnan(both["excess_place"].tolist()[2])
    assert overlap(both) == 1
    # A place below the cut is in neither.
    assert overlap(side_by_side(raw, excess, 2)) == 0
