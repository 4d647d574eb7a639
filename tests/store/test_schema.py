"""The tables of a base: which part holds what."""

import pytest

from blockdata.records import Catalogue, Held
from blockdata.store import schema

CATALOGUE = Catalogue()


@pytest.mark.parametrize("part", ["base", "people", "text"])
def test_no_table_stands_twice_in_a_part(part):
    names = [t.name for t in schema.tables_of(part, CATALOGUE)]
    assert len(names) == len(set(names))


def test_no_open_table_has_a_field_that_is_held_apart():
    tables = {t.name: t for t in schema.open_tables(CATALOGUE)}
    for kind in CATALOGUE:
        apart = {f.name for f in kind.held_in(Held.PEOPLE, Held.PSEUDONYM, Held.TEXT)}
        for name in (kind.name, f"{kind.name}_history", f"{kind.name}_contribution"):
            assert not apart & set(tables[name].names if name in tables else ()), name


def test_private_kinds_stand_in_the_stewards_part_alone_and_without_history():
    private = {k.name for k in CATALOGUE if k.private}
    assert private
    people = {t.name for t in schema.people_tables(CATALOGUE)}
    elsewhere = schema.open_tables(CATALOGUE) + schema.text_tables(CATALOGUE)
    assert private <= people
    assert not {f"{n}_history" for n in private} & people
    assert not any(t.name.startswith(tuple(private)) for t in elsewhere)


def test_the_analysts_part_holds_texts_alone():
    for table in schema.text_tables(CATALOGUE):
        kind = CATALOGUE.kind(table.name.removesuffix("_text"))
        assert set(table.names) == {"id", *(f.name for f in kind.held_in(Held.TEXT))}


def test_rows_are_merged_only_with_a_natural_key_and_several_sources():
    entity, department = CATALOGUE.kind("legal_entity"), CATALOGUE.kind("department")
    assert schema.merges(entity, ("a", "b"))
    assert not schema.merges(entity, ("a",))
    assert not schema.merges(department, ("a", "b"))
