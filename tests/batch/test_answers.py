"""Decisions are checked against the base before they are written down."""

import pytest

from blockdata.batch.answers import check_decision
from blockdata.errors import DecisionError
from blockdata.records import Catalogue
from blockdata.store.decisions import Decision
from blockdata.store.snapshots import memory_session


@pytest.fixture
def session():
    session = memory_session(Catalogue())
    session.run("INSERT INTO base.id_registry (kind, id) VALUES ('building', 'bld1')")
    session.run(
        "INSERT INTO base.quarantine (id, kind, source) VALUES ('qua1', 'person', 's'), "
        "('qua2', 'premises', 's')"
    )
    yield session
    session.con.close()


def test_a_registered_id_is_known_even_after_its_row_is_gone(session):
    check_decision(session, Decision("ignore", "bld1"), "Asia/Shanghai")


def test_a_rejected_row_of_a_person_is_replayed_without_an_open_value(session):
    check_decision(session, Decision("replay", "qua1"), "Asia/Shanghai")
    with pytest.raises(DecisionError, match="decisions are open data"):
        check_decision(session, Decision("replay", "qua1", "1", "sex"), "Asia/Shanghai")


def test_a_replay_names_open_fields_only(session):
    check_decision(session, Decision("replay", "qua2", "x", "name"), "Asia/Shanghai")
    for field in ("contact_name", "colour"):
        with pytest.raises(DecisionError, match=f"no open field '{field}'"):
            check_decision(session, Decision("replay", "qua2", "x", field), "Asia/Shanghai")
