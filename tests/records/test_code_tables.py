"""The national tables: sizes and keys, what a code and an id say, what became of a class."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blockdata.errors import DeclarationError
from blockdata.records.code_tables import (
    CJT_214_2007,
    COMPONENT,
    GBT_30428_2_2013,
    GBT_47678_5_2026,
    MATTER,
    SCHEMES,
    Standing,
    class_of_component,
    code_table,
    crossing,
    crosswalk,
    entries_named,
    entry_of,
    name_of,
    national_entry,
    scheme_named,
    standing,
)
from blockdata.records.code_tables.names import spellings
from blockdata.records.codes import MATTER_KIND
from blockdata.records.convert import fold

TABLES = [code_table(scheme, kind) for scheme in SCHEMES for kind in (COMPONENT, MATTER)]
COUNTY = "990102"


def _minors_by_major(scheme, kind):
    return list(Counter(e.code[:2] for e in code_table(scheme, kind)).values())


@pytest.mark.parametrize(
    ("scheme", "kind", "minors"),
    [
        (CJT_214_2007, COMPONENT, [38, 17, 11, 10, 3, 6]),  # 85
        (GBT_47678_5_2026, COMPONENT, [76, 44, 16, 14, 3]),  # 153
        (GBT_47678_5_2026, MATTER, [76, 44, 16, 14, 3, 51, 7, 16, 21, 2]),  # 153 + 97
    ],
)
def test_the_whole_tables_have_as_many_classes_as_their_editions(scheme, kind, minors):
    assert _minors_by_major(scheme, kind) == minors
    assert not code_table(scheme, kind).partial


def test_of_2013_only_classes_that_are_in_use_are_known():
    for kind, whole in ((COMPONENT, 121), (MATTER, 83)):
        table = code_table(GBT_30428_2_2013, kind)
        assert table.partial
        assert len(table) < whole


@pytest.mark.parametrize("table", TABLES, ids=lambda t: f"{t.scheme} {t.kind}")
def test_every_code_has_the_digits_of_its_edition_and_a_major_with_a_name(table):
    for code, entry in table.entries.items():
        assert (entry.scheme, entry.kind, entry.code) == (table.scheme, table.kind, code)
        assert len(code) == table.digits == (5 if table.scheme == GBT_47678_5_2026 else 4)
        assert entry.major == table.majors[code[:2]]
        assert entry.name == entry.name.strip() != ""
    assert {code[:2] for code in table.entries} == set(table.majors)


def test_kinds_are_those_of_the_matter_catalogue():
    assert {t.kind for t in TABLES} == set(MATTER_KIND)


def test_the_grade_says_how_well_a_table_is_evidenced():
    assert [t.grade for t in TABLES] == ["A", "B", "A", "A", "B", "B"]
    assert code_table(GBT_47678_5_2026, COMPONENT).local_grade == "C"


def test_the_same_digits_mean_different_things():
    assert name_of(CJT_214_2007, COMPONENT, "0118") == "路灯"
    assert name_of(CJT_214_2007, MATTER, "0118") == "擅自饲养家禽家畜"
    assert name_of(GBT_30428_2_2013, COMPONENT, "0137") == "路灯"
    assert name_of(CJT_214_2007, COMPONENT, "0137") == "售货亭"
    assert name_of(GBT_47678_5_2026, COMPONENT, "01037") == "路灯"
    assert name_of(GBT_47678_5_2026, COMPONENT, "0118") is None


def test_matters_of_2026_mirror_the_components():
    matters = code_table(GBT_47678_5_2026, MATTER)
    for component in code_table(GBT_47678_5_2026, COMPONENT):
        mirrored = matters.entries[component.code]
        assert mirrored.name == component.name + "异常"
        assert mirrored.major == component.major + "类"


def test_a_table_that_does_not_exist_is_refused_with_those_that_do():
    with pytest.raises(DeclarationError, match=r"allowed: component, matter of CJ/T 214-2007"):
        code_table("GB/T 1", COMPONENT)


@pytest.mark.parametrize(
    ("scheme", "code", "expected"),
    [
        (CJT_214_2007, "0118", Standing.NATIONAL),
        (CJT_214_2007, "2101", Standing.LOCAL),
        (CJT_214_2007, "0199", Standing.UNKNOWN),
        (CJT_214_2007, "0701", Standing.UNKNOWN),
        (GBT_30428_2_2013, "0199", Standing.LOCAL),
        (GBT_30428_2_2013, "0178", Standing.LOCAL),
        (GBT_30428_2_2013, "0177", Standing.UNLISTED),
        (GBT_30428_2_2013, "0105", Standing.UNLISTED),
        (GBT_30428_2_2013, "0601", Standing.UNKNOWN),
        (GBT_47678_5_2026, "01999", Standing.LOCAL),
        (GBT_47678_5_2026, "01080", Standing.LOCAL),
        (GBT_47678_5_2026, "01079", Standing.UNKNOWN),
        (GBT_47678_5_2026, "06999", Standing.UNKNOWN),
        (GBT_47678_5_2026, "0101", Standing.UNKNOWN),
        (GBT_47678_5_2026, "0100A", Standing.UNKNOWN),
        ("城市自定", "1", Standing.OTHER),
    ],
)
def test_a_component_code_stands_to_its_edition(scheme, code, expected):
    assert standing(scheme, COMPONENT, code) is expected


def test_where_local_numbers_begin_can_be_set():
    at = {GBT_47678_5_2026: "090"}
    assert standing(GBT_47678_5_2026, COMPONENT, "01085") is Standing.LOCAL
    assert standing(GBT_47678_5_2026, COMPONENT, "01085", at) is Standing.UNKNOWN


@pytest.mark.parametrize("table", TABLES, ids=lambda t: f"{t.scheme} {t.kind}")
def test_every_name_finds_its_class_exactly(table):
    for entry in table:
        found = entries_named(f" {entry.name} ", scheme=table.scheme, kind=table.kind)
        assert entry in found
        assert {e.name for e in found} == {entry.name}


@pytest.mark.parametrize(
    ("name", "scheme", "kind", "code"),
    [
        ("果皮箱", GBT_30428_2_2013, COMPONENT, "0305"),
        ("治安亭", GBT_30428_2_2013, COMPONENT, "0151"),
        ("车辆加气站", GBT_47678_5_2026, COMPONENT, "05003"),
        ("输气井盖", GBT_47678_5_2026, COMPONENT, "01021"),
        ("楼号牌", GBT_47678_5_2026, COMPONENT, "02038"),
        ("防洪墙", CJT_214_2007, COMPONENT, "0606"),
        ("河滩不洁", GBT_47678_5_2026, MATTER, "06015"),
        ("门前五包", GBT_30428_2_2013, MATTER, "0604"),
        ("输油(气)井盖", GBT_47678_5_2026, COMPONENT, "01021"),
    ],
)
def test_alternatives_in_brackets_find_their_class(name, scheme, kind, code):
    assert [e.code for e in entries_named(name, scheme=scheme, kind=kind)] == [code]


def test_no_alternative_is_another_classs_name_or_too_short_to_mean_anything():
    for table in TABLES:
        exact = {spellings(e.name)[0] for e in table}
        for entry in table:
            others = spellings(entry.name)[1:]
            assert not exact & set(others), entry
            assert min(map(len, others), default=2) >= 2, entry


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("暴露垃圾", (GBT_47678_5_2026, MATTER, "06010")),
        ("暴露生活垃圾", (GBT_30428_2_2013, MATTER, "0110")),
        ("路灯", (GBT_47678_5_2026, COMPONENT, "01037")),
        ("路灯异常", (GBT_47678_5_2026, MATTER, "01037")),
        ("上水井盖", (GBT_30428_2_2013, COMPONENT, "0101")),
    ],
)
def test_a_category_stands_for_the_newest_matter_of_its_name(name, key):
    found = national_entry(name)
    assert (found.scheme, found.kind, found.code) == key


@pytest.mark.parametrize("name", ["其他", "", "噪声", "无此类"])
def test_a_name_of_several_classes_or_of_none_stands_for_none(name):
    assert national_entry(name) is None


@pytest.mark.parametrize(
    ("identifier", "told", "expected"),
    [
        (f"{COUNTY}01037000001", {}, (GBT_47678_5_2026, "01037")),
        (f"{COUNTY}0101000001", {}, (None, "0101")),
        (f"{COUNTY}0101000001", {"name": "上水井盖"}, (None, "0101")),
        (f"{COUNTY}0137000001", {"name": "路灯"}, (GBT_30428_2_2013, "0137")),
        (f"{COUNTY}0137000001", {"name": "售货亭"}, (CJT_214_2007, "0137")),
        (f"{COUNTY}0137000001", {"name": "路灯12号"}, (None, "0137")),
        (f"{COUNTY}0139000001", {}, (GBT_30428_2_2013, "0139")),
        (f"{COUNTY}0601000001", {}, (CJT_214_2007, "0601")),
        (f"{COUNTY}2101000001", {}, (CJT_214_2007, "2101")),
        (f"{COUNTY}0155000001", {}, (None, "0155")),
        (f"{COUNTY}0118000001", {"scheme": CJT_214_2007}, (CJT_214_2007, "0118")),
        # A draft of 2026 has ids of 16 with a class of five digits.
        (f"{COUNTY}0103700001", {"scheme": GBT_47678_5_2026}, (GBT_47678_5_2026, "01037")),
        (f"{COUNTY}0118000001", {"scheme": "市标"}, ("市标", "0118")),
    ],
)
def test_an_id_tells_its_class_and_its_edition_where_it_can(identifier, told, expected):
    assert class_of_component(identifier, **told) == expected


@given(st.text("0123456789X", max_size=20).filter(lambda t: len(t) not in (16, 17)))
def test_an_id_of_another_length_tells_nothing(identifier):
    assert class_of_component(identifier) is None


@given(st.sampled_from([e for t in TABLES for e in t if e.kind == COMPONENT]))
def test_the_id_of_a_listed_class_never_tells_another_edition(entry):
    digits = 17 if entry.scheme == GBT_47678_5_2026 else 16
    identifier = f"{COUNTY}{entry.code}{1:06}"
    assert len(identifier) == digits
    told = class_of_component(identifier, name=entry.name)
    assert told.code == entry.code
    assert told.scheme in (entry.scheme, None)


@pytest.mark.parametrize(
    "text", ["GB/T 30428.2-2013", "gb/t30428.2-2013", "ＧＢ／Ｔ 30428.2—2013", " GB/T 30428.2–2013"]
)
def test_an_edition_is_known_however_it_is_spelt(text):
    assert scheme_named(text) == GBT_30428_2_2013


@pytest.mark.parametrize("text", ["", "GB/T 30428.3-2016", "市标"])
def test_another_scheme_is_no_edition(text):
    assert scheme_named(text) is None


@pytest.mark.parametrize("kind", [COMPONENT, MATTER])
@pytest.mark.parametrize("scheme", [CJT_214_2007, GBT_30428_2_2013])
def test_every_target_of_the_crosswalk_exists_and_is_marked_as_inferred(scheme, kind):
    for found in crosswalk(scheme, kind):
        assert found.inferred
        assert (found.target is None) == (found.rule == "none") == (found.agreement is None)
        if found.target:
            new = found.target
            assert entry_of(new.scheme, new.kind, new.code) == new
            assert new.kind == kind


def test_no_two_classes_of_2013_become_one():
    for kind in (COMPONENT, MATTER):
        targets = [c.target.code for c in crosswalk(GBT_30428_2_2013, kind) if c.target]
        assert len(targets) == len(set(targets))


@pytest.mark.parametrize(
    ("kind", "none"),
    [
        (COMPONENT, {"0504"}),
        (MATTER, {"0131", "0205", "0604", *(f"050{n}" for n in range(1, 7))}),
    ],
)
def test_the_classes_of_2013_without_a_successor_are_these(kind, none):
    assert {c.code for c in crosswalk(GBT_30428_2_2013, kind) if not c.target} == none


@pytest.mark.parametrize(
    ("kind", "code", "target", "rule", "agreement"),
    [
        (COMPONENT, "0137", "01037", "digits", "same"),
        (COMPONENT, "0101", "01001", "digits", "different"),
        (COMPONENT, "0305", "03005", "digits", "alternative"),
        (COMPONENT, "0105", "01005", "digits", "unlisted"),
        (COMPONENT, "0507", "01070", "listed", "same"),
        (MATTER, "0406", "09006", "digits", "same"),
        (MATTER, "0508", "10002", "listed", "same"),
        (MATTER, "0602", "09013", "listed", "same"),
    ],
)
def test_a_class_of_2013_goes_to_2026(kind, code, target, rule, agreement):
    found = crossing(GBT_30428_2_2013, kind, code)
    assert (found.target.code, found.rule, found.agreement) == (target, rule, agreement)


def test_a_changed_meaning_is_told():
    assert "wider" in crossing(GBT_30428_2_2013, MATTER, "0128").changed
    assert crossing(GBT_30428_2_2013, MATTER, "0129").changed == ""


@pytest.mark.parametrize("code", ["0199", "0999", "x"])
def test_a_local_or_impossible_code_has_no_successor(code):
    assert crossing(GBT_30428_2_2013, COMPONENT, code).target is None


def test_classes_of_2007_go_to_2013_by_an_equal_name_and_not_by_digits():
    assert crossing(CJT_214_2007, COMPONENT, "0118").target.code == "0137"
    assert crossing(CJT_214_2007, COMPONENT, "0137").target is None  # 售货亭 is not listed in 2013
    assert {c.rule for c in crosswalk(CJT_214_2007, MATTER)} == {"name", "none"}
    for found in crosswalk(CJT_214_2007, COMPONENT):
        old = name_of(found.scheme, found.kind, found.code)
        assert found.target is None or fold(old) == fold(found.target.name)


@pytest.mark.parametrize(("scheme", "kind"), [(GBT_47678_5_2026, MATTER), (CJT_214_2007, "event")])
def test_no_crosswalk_leads_on_from_the_newest_or_from_no_table(scheme, kind):
    with pytest.raises(DeclarationError, match="no crosswalk leads on"):
        crossing(scheme, kind, "0101")
