"""What holds of every comparison by the shipped comparer."""

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from blockdata.address.comparing import KINDS, STATES, Comparer, compare, compare_many
from blockdata.errors import DeclarationError

ROADS = st.sampled_from(["延安三路", "海棠路", "人民大街", "东海西路"])
NUMBER = st.integers(1, 60)


@st.composite
def addresses(draw):
    parts = [draw(ROADS), f"{draw(NUMBER)}号"]
    if draw(st.booleans()):
        parts.append(draw(st.sampled_from(["海棠花园", "悦兴围小区", "阳光大厦"])))
    if draw(st.booleans()):
        parts += [f"{draw(NUMBER)}号楼", f"{draw(NUMBER)}01室"]
    return "".join(parts)


@settings(deadline=None, max_examples=40)
@given(addresses(), addresses())
def test_says_the_same_both_ways_round(a, b):
    one, other = compare(a, b), compare(b, a)
    assert one.kind == other.kind
    assert one.probability == pytest.approx(other.probability)
    assert sum(one.probability.values()) == pytest.approx(1)


@settings(deadline=None, max_examples=40)
@given(st.text(max_size=30))
def test_any_text_is_compared_or_has_a_reason(text):
    found = compare(text, text)
    assert (found.kind == "exact") == (found.reason == "")


@settings(deadline=None, max_examples=40)
@given(addresses())
def test_an_address_is_exactly_itself(address):
    assert compare(address, address).kind == "exact"


@settings(deadline=None, max_examples=40)
@given(addresses(), NUMBER, NUMBER)
def test_other_numbers_are_never_exact(address, first, second):
    if first != second:
        pairs = [
            (f"{address}{{}}单元"),
            ("延安三路{}号"),
            ("海棠花园{}号楼"),
            ("海棠花园3号楼{}01室"),
        ]
        left = [text.format(first) for text in pairs]
        right = [text.format(second) for text in pairs]
        found = compare_many(left, right)
        assert "exact" not in set(found["kind"]) and found["exact"].max() == 0


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("延安三路105号3号楼501", "延安三路105号3号楼502"),
        ("海棠花园501室", "海棠花园502室"),
        ("海棠花园3-501", "海棠花园3-502"),
        ("延安三路105号", "延安四路105号"),
        ("海棠花园A座501", "海棠花园B座501"),
        ("海棠花园一期3号楼", "海棠花园二期3号楼"),
        ("延安三路5号3号楼", "延安三路3号5号楼"),
    ],
)
def test_these_are_never_exact(a, b):
    assert compare(a, b).kind != "exact"


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("延安三路105号3号楼501室", "延安三路１０５号 3幢 五〇一室"),
        ("海棠花园二单元", "海棠花园2单元"),
        ("建业·海棠花园3号楼", "建业海棠花园3号楼"),
    ],
)
def test_ways_to_write_one_address_are_exact(a, b):
    assert compare(a, b).kind == "exact"


def test_evidence_has_what_stands_on_both_sides():
    evidence = {e.element: e for e in compare("延安三路105号501室", "延安三路105号502室").evidence}
    assert evidence["road"].state == "equal"
    assert evidence["room"].state == "conflict"
    assert (evidence["room"].left, evidence["room"].right) == ("501室", "502室")


@pytest.mark.parametrize(
    "text", [None, "", "  ", float("nan"), 5, "无", "\x00\x01", "hello", "海" * 3000]
)
def test_what_is_no_address_is_none_with_a_reason(text):
    found = compare(text, "延安三路105号")
    assert found.kind == "none" and found.reason
    assert compare("延安三路105号", text).reason == found.reason


def test_many_are_compared_as_each_by_itself():
    left = ["延安三路105号", "海棠花园3号楼", None, "延安三路105号"]
    right = ["延安三路105号", "海棠花园4号楼", "海棠花园", "海棠路3号"]
    found = compare_many(left, right)
    alone = [compare(a, b) for a, b in zip(left, right)]
    assert found["kind"].tolist() == [one.kind for one in alone]
    assert found["partial"].tolist() == pytest.approx([one.probability["partial"] for one in alone])
    assert found["reason"].tolist() == ["", "", "missing", ""]
    assert found["evidence"][0] == "road equal, road_no equal"


def test_no_pairs_give_no_rows_and_columns_have_fixed_categories():
    found = compare_many([], [])
    assert len(found) == 0
    assert list(found) == ["kind", *KINDS, "evidence", "reason"]
    assert isinstance(found["kind"].dtype, pd.CategoricalDtype)
    assert STATES[0] == ""


def test_unequal_lengths_are_refused():
    with pytest.raises(DeclarationError, match="as many of each"):
        compare_many(["延安三路105号"], [])


def test_the_shipped_comparer_has_nothing_to_save(tmp_path):
    with pytest.raises(DeclarationError, match="learned nothing"):
        Comparer.shipped().save(tmp_path / "x.npz")


def test_the_word_after_a_number_makes_no_difference():
    told = compare("延安三路105号3号楼501", "延安三路105号3栋501室")
    assert told.kind == "exact"
    assert {one.state for one in told.evidence} == {"equal"}
