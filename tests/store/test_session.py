"""A session: tables made and widened, rows lent, appended and replaced."""

import duckdb
import pyarrow as pa
import pytest

from blockdata.records import Catalogue, Field, Type
from blockdata.records.tables import current_table
from blockdata.store import schema
from blockdata.store.session import _FEW_ROWS, Session

EXTRA = Field("colour", Type.TEXT, "颜色", "Colour")


@pytest.fixture
def session(base):
    return base.session


def test_every_declared_table_is_there(session):
    for part in session.parts:
        for table in schema.tables_of(part, session.catalogue):
            assert session.read(table.name, part).column_names == list(table.names)


def test_the_schema_can_be_ensured_again(session):
    session.append("meta", pa.table({"key": ["a"], "value": ["b"]}))
    session.ensure_schema()
    assert session.meta("a") == "b"


def test_a_field_that_a_city_adds_is_a_new_column(session):
    wider = Catalogue().with_additions([], {"department": [EXTRA]})
    widened = Session(session.con, wider, session.parts)
    widened.ensure_schema()
    for table in ("department", "department_history"):
        assert "colour" in session.read(table).column_names
    assert set(current_table(wider.kind("department")).names) == set(
        session.read("department").column_names
    )


def test_facts_are_replaced(session):
    assert session.meta("k") is None
    session.set_meta("k", "1")
    session.set_meta("k", "2", "people")
    session.set_meta("k", "3")
    assert (session.meta("k"), session.meta("k", "people")) == ("3", "2")
    assert session.count("meta") == 1


def test_steps_are_forgotten_and_other_facts_kept(session):
    for key in ("step.link", "stepping", "as_of"):
        session.set_meta(key, "1")
    session.forget_steps()
    assert session.read("meta")["key"].to_pylist() == ["stepping", "as_of"]


def test_rows_are_appended_by_name_and_replaced(session):
    rows = pa.table({"building": ["b"], "atom": ["a"]})
    session.append("atom", rows)
    session.append("atom", rows.slice(0, 0))
    assert session.rows("SELECT atom, building, drawn_on FROM base.atom") == [("a", "b", None)]
    session.replace("atom", rows.slice(0, 0))
    assert session.count("atom") == 0


def test_lent_rows_can_be_read_until_they_are_taken_back(session):
    for value in (1, 2):
        session.lend("odd name", pa.table({"x": [value]}))
    assert session.value('SELECT x FROM temp."odd name"') == 2
    session.take_back("odd name", "never lent")
    with pytest.raises(duckdb.CatalogException):
        session.value('SELECT x FROM temp."odd name"')
    assert session.value("SELECT 1 WHERE false") is None


def test_facts_are_set_together_and_found_by_their_beginning(session):
    session.set_facts({"step.a": "1", "step.b": "2", "other": "3"})
    session.set_facts({"step.b": "4"})
    assert session.facts("step.") == {"step.a": "1", "step.b": "4"}


def test_tables_that_never_had_a_row_are_told_from_those_that_have(session):
    assert session.filled() == frozenset()
    session.append("atom", pa.table({"building": ["b"], "atom": ["a"]}))
    assert session.filled() == {"atom"}
    assert session.filled("people") == frozenset()


@pytest.mark.parametrize("count", [1, _FEW_ROWS + 1])
def test_appended_rows_are_all_there_whether_or_not_their_memory_is_given_back(session, count):
    rows = pa.table({"building": ["b"] * count, "atom": ["a"] * count})
    for _ in range(2):
        session.append("atom", rows)
    assert session.count("atom") == 2 * count
