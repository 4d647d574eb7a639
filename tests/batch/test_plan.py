"""What a run applies, and from which snapshot on."""

import datetime as dt
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from blockdata.batch.discover import DECISIONS, Found, position
from blockdata.batch.plan import Held, make_plan
from blockdata.store.batch import Delivery

AS_OF = dt.date(2026, 9, 30)
PRINT = "loads as now"


@pytest.fixture(scope="module")
def config(config_of):
    return config_of(("a", "area"), ("b", "area"))


def found(source, day, content, name=None):
    delivery = Delivery(
        source, name or f"{source}-{day}", dt.date(2026, 9, day), "full", str(content)
    )
    return Found(delivery, Path("unused"))


def plan(config, ready, current=Held(None), earlier=(), *, as_of=AS_OF, fingerprint=PRINT):
    ordered = sorted(ready, key=lambda f: position(config, f.delivery))
    return make_plan(config, ordered, current, lambda: list(earlier), as_of, fingerprint)


def after(made, number=1, **changes):
    """What the snapshot holds that a plan's run publishes."""
    applied = (*made.start.applied, *(f.delivery for f in made.apply))
    return replace(Held(number, applied, PRINT), **changes)


def names(items):
    return [f.delivery.file for f in items]


def seqs(made):
    return [f.delivery.seq for f in made.apply]


def test_the_first_run_applies_everything_in_order(config):
    made = plan(config, [found("b", 1, 1), found("a", 2, 2), found("a", 1, 1)])
    assert names(made.apply) == ["a-1", "b-1", "a-2"]
    assert seqs(made) == [1, 2, 3]
    assert made.start.number is None


def test_the_next_run_applies_what_is_new(config):
    ready = [found("a", 1, 1), found("b", 1, 1)]
    current = after(plan(config, ready))
    made = plan(config, [*ready, found("a", 2, 2)], current)
    assert (names(made.apply), seqs(made)) == (["a-2"], [3])
    assert made.start is current


def test_with_nothing_new_there_is_nothing_to_apply(config):
    ready = [found("a", 1, 1), found("b", 1, 1)]
    current = after(plan(config, ready))
    made = plan(config, ready, current)
    assert (made.apply, made.start) == ([], current)


def test_deliveries_after_as_of_wait(config):
    made = plan(config, [found("a", 1, 1), found("a", 9, 2)], as_of=dt.date(2026, 9, 8))
    assert (names(made.apply), names(made.waiting)) == (["a-1"], ["a-9"])


class TestRepeats:
    """A delivery equal to its source's last one is a repeat; to an older one it is not."""

    @pytest.mark.parametrize(
        ("contents", "applied"),
        [("AA", [1]), ("ABA", [1, 2, 3]), ("AAB", [1, 3]), ("ABB", [1, 2]), ("AABAA", [1, 3, 4])],
    )
    def test_in_one_run_as_in_many(self, config, contents, applied):
        ready = [found("a", day, c) for day, c in enumerate(contents, start=1)]
        at_once = plan(config, ready)
        assert names(at_once.apply) == [f"a-{n}" for n in applied]
        assert len(at_once.repeats) == len(contents) - len(applied)
        current = Held(None)
        for number in range(1, len(ready) + 1):
            current = after(plan(config, ready[:number], current), number)
        assert [d.file for d in current.applied] == names(at_once.apply)

    def test_another_sources_content_is_no_repeat(self, config):
        assert len(plan(config, [found("a", 1, "A"), found("b", 2, "A")]).apply) == 2


class TestLate:
    """A delivery whose place lies before what was applied."""

    def test_it_sends_the_run_back_to_a_snapshot_before_its_place(self, config):
        first, late, last = (found("a", day, day) for day in (1, 2, 3))
        old = after(plan(config, [first]), 1)
        current = after(plan(config, [first, last], old), 2)
        made = plan(config, [first, late, last], current, [old])
        assert made.start is old
        assert (names(made.apply), seqs(made)) == (["a-2", "a-3"], [2, 3])
        assert not made.out_of_order

    def test_without_such_a_snapshot_everything_is_applied_anew(self, config):
        late, last = found("a", 1, 1), found("a", 3, 3)
        current = after(plan(config, [last]))
        made = plan(config, [late, last], current)
        assert made.start.number is None
        assert names(made.apply) == ["a-1", "a-3"]

    def test_where_later_inputs_are_gone_it_is_applied_last_and_told(self, config):
        late, last = found("a", 1, 1), found("a", 3, 3)
        current = after(plan(config, [last]))
        made = plan(config, [late], current)
        assert made.start is current
        assert made.out_of_order
        assert names(made.apply) == ["a-1"]

    def test_a_snapshot_of_another_history_is_not_gone_on_from(self, config):
        first, late, last = (found("a", day, day) for day in (1, 2, 3))
        current = after(plan(config, [first, last]), 2)
        foreign = Held(1, (replace(first.delivery, sha256="other", seq=1),), PRINT)
        otherwise = replace(after(plan(config, [first]), 1), load_fingerprint="another")
        made = plan(config, [first, late, last], current, [foreign, otherwise])
        assert made.start.number is None

    def test_what_it_makes_a_repeat_is_left_out(self, config):
        same, late = found("a", 3, "A"), found("a", 2, "A")
        current = after(plan(config, [same]))
        made = plan(config, [late, same], current)
        assert (names(made.apply), names(made.repeats)) == (["a-2"], ["a-3"])

    def test_a_decision_of_an_earlier_day_is_late_too(self, config):
        first, last = found("a", 1, 1), found("a", 3, 3)
        old = after(plan(config, [first]), 1)
        current = after(plan(config, [first, last], old), 2)
        decided = found(DECISIONS, 1, "d")
        made = plan(config, [first, decided, last], current, [old])
        assert names(made.apply) == ["decisions-1", "a-3"]
        assert made.start is old


class TestConfiguration:
    """When deliveries would be loaded otherwise than they were."""

    def test_everything_is_loaded_anew(self, config):
        ready = [found("a", 1, 1), found("b", 1, 1)]
        current = after(plan(config, ready), load_fingerprint="before")
        made = plan(config, ready, current)
        assert (made.start.number, len(made.apply), made.stale_load) == (None, 2, False)

    def test_where_inputs_are_gone_the_rows_stay_and_it_is_told(self, config):
        current = after(plan(config, [found("a", 1, 1)]), load_fingerprint="before")
        made = plan(config, [found("a", 2, 2)], current)
        assert (made.start, names(made.apply), made.stale_load) == (current, ["a-2"], True)

    def test_a_late_delivery_is_told_then_too(self, config):
        current = after(plan(config, [found("a", 3, 3)]), load_fingerprint="before")
        made = plan(config, [found("a", 1, 1)], current)
        assert made.stale_load
        assert made.out_of_order

    def test_what_a_source_delivered_that_is_no_longer_named_is_not_wanted(self, config, config_of):
        ready = [found("a", 1, 1), found("b", 1, 1)]
        current = after(plan(config, ready), load_fingerprint="before")
        only = config_of(("a", "area"))
        made = plan(only, ready[:1], current)
        assert (made.start.number, names(made.apply)) == (None, ["a-1"])


class TestWithheld:
    """What a rollback holds back."""

    def test_it_is_not_applied_and_told(self, config):
        ready = [found("a", 1, 1), found("a", 2, 2)]
        held = frozenset({ready[1].delivery.identity})
        current = after(plan(config, ready[:1]), withheld=held)
        made = plan(config, ready, current)
        assert (made.apply, names(made.withheld)) == ([], ["a-2"])

    def test_it_stays_withheld_when_everything_is_applied_anew(self, config):
        ready = [found("a", 1, 1), found("a", 2, 2), found("a", 3, 3)]
        held = frozenset({ready[1].delivery.identity})
        current = after(plan(config, ready[:1]), withheld=held, load_fingerprint="before")
        made = plan(config, ready, current)
        assert names(made.apply) == ["a-1", "a-3"]
        assert made.start.withheld == held


def test_an_earlier_as_of_leaves_out_what_is_dated_later(config):
    ready = [found("a", 1, 1), found("a", 9, 9)]
    current = after(plan(config, ready))
    made = plan(config, ready, current, as_of=dt.date(2026, 9, 5))
    assert "a-9" not in [d.file for d in after(made).applied]


@st.composite
def arrivals(draw):
    """Deliveries in order, and the order in which they arrive, some runs bringing several."""
    places = draw(
        st.lists(
            st.tuples(st.sampled_from(["a", "b", DECISIONS]), st.integers(1, 6)),
            min_size=1,
            max_size=7,
            unique=True,
        )
    )
    items = [found(s, day, draw(st.sampled_from("XYZ"))) for s, day in places]
    runs = [draw(st.integers(0, 4)) for _ in items]
    return items, runs


@given(drawn=arrivals(), kept=st.integers(0, 4))
@settings(max_examples=300, deadline=None)
def test_whatever_arrives_when_the_end_is_as_if_all_had_come_in_order(config, drawn, kept):
    """While all inputs are at hand; with any number of older snapshots kept."""
    items, runs = drawn
    current, snapshots = Held(None), []
    for number in sorted(set(runs)):
        ready = [item for item, run in zip(items, runs, strict=True) if run <= number]
        older = snapshots[::-1][1 : 1 + kept]
        made = plan(config, ready, current, older)
        assert not made.out_of_order
        current = after(made, number + 1)
        snapshots.append(current)
    at_once = after(plan(config, items))
    assert current.applied == at_once.applied
    assert [d.seq for d in current.applied] == list(range(1, len(current.applied) + 1))
