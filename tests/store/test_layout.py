"""Where things lie in a base, and how its numbers are given."""

import pytest

from blockdata.errors import SnapshotError, StoreError
from blockdata.store.layout import PARTS, Layout


@pytest.fixture
def layout(tmp_path):
    made = Layout(tmp_path / "城 1.base")
    made.create()
    return made


def _publish(layout, *numbers):
    for number in numbers:
        layout.part(number).touch()
        layout.publish(number)


def test_creating_twice_changes_nothing(layout):
    _publish(layout, 1)
    layout.create()
    assert layout.current_number() == 1


def test_before_the_first_snapshot_there_is_none(layout):
    assert layout.current_number() is None
    assert layout.kept_numbers() == []
    assert layout.next_number() == 1
    with pytest.raises(SnapshotError, match="nightly"):
        layout.require_current()


def test_a_current_that_names_nothing_is_an_error(layout):
    layout.current.write_text("latest", encoding="ascii")
    with pytest.raises(StoreError, match="CURRENT"):
        layout.current_number()


def test_kept_are_the_published_ones_in_order(layout):
    _publish(layout, 1, 2, 10)
    layout.part(11).touch()
    assert layout.kept_numbers() == [1, 2, 10]


@pytest.mark.parametrize("place", ["part", "manifest", "report"])
def test_a_number_that_stands_anywhere_is_not_given_again(layout, place):
    _publish(layout, 1)
    getattr(layout, place)(7).touch()
    assert layout.next_number() == 8


def test_what_dead_runs_left_is_cleared_and_the_published_stays(layout):
    _publish(layout, 1)
    for part in PARTS:
        layout.part(1, part).touch()
        layout.part(2, part).touch()
    layout.report(2).mkdir()
    (layout.work / "tmp").mkdir(parents=True)
    layout.clear_unpublished()
    assert sorted(p.name for p in layout.snapshots.iterdir()) == [
        f"000001.{part}" for part in sorted(PARTS)
    ]
    assert not layout.report(2).exists()
    assert not layout.work.exists()


def test_the_number_of_a_dead_run_is_not_given_again(layout):
    _publish(layout, 1)
    layout.part(2).touch()
    layout.clear_unpublished()
    assert layout.next_number() == 3
