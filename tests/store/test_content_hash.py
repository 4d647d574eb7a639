"""One hash over all that a base says."""

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from blockdata.store.content_hash import content_hash, table_hashes
from blockdata.store.schema import QUARANTINE_ROW, open_tables

_TEXT = st.none() | st.text("ab'\\,:{} NUL", max_size=6)


def _hash(session, rows):
    ids, raws = zip(*rows, strict=True) if rows else ((), ())
    table = pa.table({"id": pa.array(ids, pa.string()), "raw": pa.array(raws, pa.string())})
    session.replace("quarantine_row", table)
    return table_hashes(session, [("base", QUARANTINE_ROW)])


@pytest.fixture(scope="module")
def shared(new_base):
    base = new_base()
    yield base.session
    base.session.con.close()


@given(st.lists(st.tuples(_TEXT, _TEXT), max_size=3), st.lists(st.tuples(_TEXT, _TEXT), max_size=3))
@settings(max_examples=150, deadline=None)
def test_hashes_are_equal_if_and_only_if_the_rows_are(shared, one, other):
    def key(row):
        return [(v is None, v or "") for v in row]

    same = sorted(one, key=key) == sorted(other, key=key)
    assert (_hash(shared, one) == _hash(shared, other)) == same


def test_an_empty_base_has_no_table_to_hash(base):
    assert table_hashes(base.session) == {}


def test_facts_about_the_snapshot_are_outside_the_hash(base):
    before = content_hash(base.session)
    base.session.set_meta("number", "7")
    assert content_hash(base.session) == before


def test_the_encrypted_parts_are_inside_the_hash(base):
    before = content_hash(base.session)
    base.session.append("incident_text", pa.table({"id": ["i"], "content": ["c"]}), "text")
    assert content_hash(base.session) != before


def test_what_a_run_computes_can_be_left_out(base):
    base.deliver("department", [{"key": "1", "code": "1", "name": "n"}])
    table = next(t for t in open_tables(base.session.catalogue) if t.name == "department")
    hashes = [table_hashes(base.session, [("base", table)], derived=d) for d in (True, False)]
    base.session.run("UPDATE base.department SET x = 1.5, address_id = 'adr1'")
    after = [table_hashes(base.session, [("base", table)], derived=d) for d in (True, False)]
    assert hashes[0] != after[0]
    assert hashes[1] == after[1]


def test_a_separator_inside_a_text_does_not_shift_columns(shared):
    assert _hash(shared, [("a\x1fb", "c")]) != _hash(shared, [("a", "b\x1fc")])
