"""The generated documentation says all that is declared, in both languages."""

import re

import pytest

from blockdata.records.catalogue import CORE, OF_THE_BASE, Catalogue
from blockdata.records.docs import label, markdown
from blockdata.records.field import Field, Held, Kind, Type


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_kind_field_name_reason_and_code_is_told(lang):
    kinds = (*CORE, *OF_THE_BASE)
    text = markdown(kinds, lang)
    sections = dict(zip((k.name for k in kinds), text.split("\n## ")[1:], strict=True))
    for kind in kinds:
        section = sections[kind.name]
        names = {n for f in kind.fields for n in (f.name, *f.source_names, *(f.codes or ()))}
        wanted = {*names, kind.prefix, *kind.dropped, *kind.refused, *kind.dropped.values()}
        assert {w for w in wanted if w not in section} == set()


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_table_line_has_the_same_number_of_cells(lang):
    rows = [line for line in markdown(CORE, lang).splitlines() if line.startswith("|")]
    assert {len(re.findall(r"(?<!\\)\|", row)) for row in rows} == {10}


def test_rules_and_the_holding_file_are_told_and_bars_do_not_break_the_table():
    field = Field("note", Type.TEXT, "备注", "Note", required=True, pattern="a|b", held=Held.TEXT)
    line = markdown([Kind("n", "nnn", "注", "Note", "A note.", (field,), ("note",))], "en")
    assert "required; form `a\\|b`" in line
    assert "analyst's file, masked" in line


def test_fields_of_a_private_kind_lie_in_the_stewards_file():
    person = markdown([Catalogue().kind("person")], "en")
    assert "the whole table lies in the steward's file" in person
    assert "open file" not in person
    assert "religion is not held" in person


def test_labels_follow_the_language():
    camera = Catalogue().kind("camera")
    assert (label(camera, "zh"), label(camera, "en")) == ("监控摄像头", "Camera")
    assert label(camera.field("code"), "zh") == "设备编码"
