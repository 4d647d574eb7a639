"""The record of every delivery, and the columns that sources have had."""

import pytest

from blockdata.store import deliveries
from blockdata.store.batch import Counts
from blockdata.store.deliveries import ColumnsSeen


def _delivery(base, source="a"):
    return base.target("department", source).delivery


def test_deliveries_come_back_as_they_were_recorded_in_order(base):
    made = [_delivery(base, s) for s in "aba"]
    for delivery in reversed(made):
        deliveries.record(base.session, delivery, Counts(2, inserted=2))
    assert deliveries.applied(base.session) == made
    assert base.read("delivery", "rows_read", "status") == [(2, "accepted")] * 3


def test_a_delivery_that_was_set_aside_says_why(base):
    deliveries.record(
        base.session, _delivery(base), Counts(), status=deliveries.SET_ASIDE, note="empty_source"
    )
    assert base.read("delivery", "status", "note") == [("set_aside", "empty_source")]


def test_numbers_of_people_are_not_open(base):
    deliveries.record(base.session, _delivery(base), Counts(7, inserted=7), private=True)
    assert base.read("delivery", "rows_read", "inserted") == [(None, None)]


@pytest.mark.parametrize("afresh", [True, False])
def test_columns_are_compared_with_all_that_came_before(base, afresh):
    """In one run as in several: what was seen is read back from the base."""
    seen, told = ColumnsSeen(), []
    for columns in (("a", "b"), ("b", "c"), ("b", "a")):
        delivery = _delivery(base)
        told.append(seen.drift(base.session, delivery, columns))
        seen.remember(delivery, columns)
        if afresh:
            seen.write(base.session)
            seen = ColumnsSeen()
    seen.write(base.session)
    assert told == [([], []), (["c"], ["a"]), ([], ["c"])]
    assert base.read("source_column", "column_name", "first_delivery") == [
        ("a", 1),
        ("b", 1),
        ("c", 2),
    ]


def test_sources_have_columns_of_their_own(base):
    seen = ColumnsSeen()
    seen.drift(base.session, _delivery(base, "a"), ("x",))
    assert seen.drift(base.session, _delivery(base, "b"), ("y",)) == ([], [])
