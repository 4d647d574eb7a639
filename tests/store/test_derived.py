"""Writing what a run computes into the tables that hold it."""

import pandas as pd
import pytest

from blockdata.store import derived
from blockdata.store.decisions import Decision, record_decisions

TABLES = ("department", "department_history")


@pytest.fixture
def placed(base):
    """Two departments at addresses and an address with a point."""
    address = {"key": "A", "code": "A", "full_text": "甲路1号"}
    base.deliver("address", [address])
    rows = [{"key": k, "code": k, "name": k, "address_text": t} for k, t in ("1甲", "2乙")]
    base.deliver("department", rows)
    base.session.run("UPDATE base.address SET x = 1, y = 2")
    base.address = base.id_of("address", "A")
    return base


def _match(base, **texts):
    found, nothing = ("exact", 1.0, "room"), (None, None, None)
    rows = [(text, address, *(found if address else nothing)) for text, address in texts.items()]
    columns = ["text", "address_id", "match_method", "match_score", "level"]
    frame = pd.DataFrame(rows, columns=columns)
    kinds = [base.session.catalogue.kind("department")]
    derived.write_matches(base.session, kinds, frame)


def _kind(base):
    return base.session.catalogue.kind("department")


def test_matches_are_written_by_text_and_taken_back(placed):
    _match(placed, 甲=placed.address, 乙=None)
    columns = ("source_id", "address_id", "match_method", "match_level")
    assert placed.read("department", *columns) == [
        ("1", placed.address, "exact", "room"),
        ("2", None, None, None),
    ]
    _match(placed, 甲=None, 乙=placed.address)
    assert placed.read("department", *columns)[0] == ("1", None, None, None)


def test_a_text_that_was_taken_away_leaves_no_match(placed):
    _match(placed, 甲=placed.address, 乙=placed.address)
    rows = [
        {"key": k, "code": k, "name": k, "address_text": t} for k, t in (("1", None), ("2", "乙"))
    ]
    placed.deliver("department", rows)
    assert placed.read("department", "source_id", "address_id") == [
        ("1", None),
        ("2", placed.address),
    ]


def test_history_is_matched_too(placed):
    placed.deliver("department", [{"key": "1", "code": "1", "name": "x", "address_text": "乙"}])
    _match(placed, 甲=placed.address)
    assert set(placed.read("department_history", "address_id")) == {placed.address, None}


def test_points_are_inherited_from_the_address_and_given_back(placed):
    _match(placed, 甲=placed.address)
    derived.inherit_points(placed.session, _kind(placed), TABLES)
    assert placed.read("department", "source_id", "x", "y") == [("1", 1.0, 2.0), ("2", None, None)]
    _match(placed, 甲=None)
    derived.inherit_points(placed.session, _kind(placed), TABLES)
    assert placed.read("department", "x") == [None, None]


def test_a_row_without_an_address_stands_where_its_text_leads(placed):
    _match(placed, 甲=placed.address)
    described = pd.DataFrame({"text": ["甲", "乙"], "x": [4.0, 9.0], "y": [5.0, 9.0]})
    derived.write_result(placed.session, "described_place", described.assign(radius_m=20.0))
    derived.inherit_points(placed.session, _kind(placed), TABLES)
    columns = ("source_id", "x", "y", "located_by", "location_radius_m")
    assert placed.read("department", *columns) == [
        ("1", 1.0, 2.0, "address", None),
        ("2", 9.0, 9.0, "description", 20.0),
    ]
    _match(placed, 甲=None, 乙=placed.address)
    derived.inherit_points(placed.session, _kind(placed), TABLES)
    assert placed.read("department", *columns) == [
        ("1", 4.0, 5.0, "description", 20.0),
        ("2", 1.0, 2.0, "address", None),
    ]
    derived.clear_result(placed.session, "described_place")
    derived.inherit_points(placed.session, _kind(placed), TABLES)
    assert placed.read("department", *columns)[0] == ("1", None, None, None, None)


def test_a_pin_is_set_and_forgotten(placed):
    identifier = placed.id_of("department", "2")
    points = {identifier: (7.0, 8.0), "adr1": (0.0, 0.0)}
    derived.repin(placed.session, _kind(placed), TABLES, points)
    assert placed.read("department", "source_id", "x") == [("1", None), ("2", 7.0)]
    derived.forget_repinned(placed.session, TABLES)
    assert placed.read("department", "source_id", "x") == [("1", None), ("2", 7.0)]
    record_decisions(placed.session, [Decision("repin", identifier)])
    derived.forget_repinned(placed.session, TABLES)
    assert placed.read("department", "x") == [None, None]


def test_points_are_written_to_the_state_they_are_of(placed):
    identifier = placed.id_of("department", "1")
    for delivery, wanted in ((1, None), (2, 3.0)):
        located = pd.DataFrame(
            {"id": [identifier], "last_delivery": [delivery], "x": [3.0], "y": [4.0]}
        )
        derived.write_points(placed.session, "department", located)
        assert placed.read("department", "source_id", "x")[0] == ("1", wanted)


def test_results_are_replaced_and_lacking_columns_are_null(base):
    frame = pd.DataFrame({"incident": ["i1"], "episode": ["i1"], "other": [1]})
    derived.write_result(base.session, "episode_member", frame)
    derived.write_result(base.session, "episode_member", frame.assign(incident="i2"))
    assert base.read("episode_member", "incident", "episode") == [("i2", "i1")]
    derived.write_result(base.session, "hotspot", pd.DataFrame())
    assert base.session.count("hotspot") == 0


def test_provisional_rows_follow_the_texts_and_repeated_ones_stay(base):
    def write(*texts):
        frame = pd.DataFrame(
            {"id": [f"adr{t}" for t in texts], "source_id": texts, "full_text": texts}, dtype="str"
        )
        derived.replace_provisional(base.session, "address", frame, "provisional")

    write("甲", "乙")
    base.session.run("UPDATE base.address SET x = 1 WHERE full_text = '乙'")
    write("乙", "丙")
    assert base.read("address", "full_text", "x") == [("丙", None), ("乙", 1.0)]
    write()
    assert base.read("address", "id") == []
