"""Rows of a delivery and their ids: known keys keep theirs, new ones are registered once."""

import pytest

from blockdata.store.ids import mint
from blockdata.store.incoming import identified


def department(key):
    return {"key": key, "code": key, "name": "部门"}


@pytest.fixture
def identify(base, batch_of):
    def run(kind, rows, source="a", **rest):
        target = base.target(kind, source, **rest)
        return identified(base.session, target, batch_of(target.kind, rows)), target.delivery

    return run


def test_a_first_delivery_is_new_and_its_ids_are_those_of_its_keys(identify):
    found, delivery = identify("department", [department("1"), department("2")])
    assert found.are_new
    assert found.rows["id"].to_pylist() == [
        mint("dep", "department", "a", key, delivery.sha256) for key in "12"
    ]
    assert set(found.rows["first_delivery"].to_pylist()) == {1}


def test_a_known_key_keeps_its_id_and_its_first_delivery(identify):
    first, _ = identify("department", [department("1")])
    again, _ = identify("department", [department("2"), department("1")])
    assert not again.are_new
    assert again.rows["id"][1] == first.rows["id"][0]
    assert again.rows["first_delivery"].to_pylist() == [2, 1]


def test_the_key_of_another_source_is_another_thing(identify):
    first, _ = identify("department", [department("1")], "a")
    other, _ = identify("department", [department("1")], "b")
    assert other.are_new
    assert first.rows["id"] != other.rows["id"]


def test_a_natural_key_is_one_thing_whoever_brings_it(identify):
    rows = [{"key": "k", "uscc": "U"}]
    first, _ = identify("legal_entity", rows, "a")
    other, _ = identify("legal_entity", [{"key": "other", "uscc": "U"}], "b")
    assert not other.are_new
    assert first.rows["id"] == other.rows["id"]


def test_two_rows_of_one_thing_are_not_taken_for_new_things(identify):
    found, _ = identify("legal_entity", [{"key": k, "uscc": "U"} for k in "12"])
    assert not found.are_new
    assert len(set(found.rows["id"].to_pylist())) == 1


def test_a_removal_of_what_was_never_there_is_left_out_and_registers_nothing(base, batch_of):
    target = base.target("department", mode="delta")
    batch = batch_of(target.kind, [department("1")], removes=[("9", {})])
    found = identified(base.session, target, batch)
    assert found.rows["source_id"].to_pylist() == ["1"]
    assert base.read("id_registry", "key") == ["1"]


def test_registers_of_an_earlier_run_are_known(identify, base):
    identify("department", [department("1")])
    base.session.kept.clear()
    again, _ = identify("department", [department("1")])
    assert not again.are_new
    assert base.read("id_registry", "key") == ["1"]
