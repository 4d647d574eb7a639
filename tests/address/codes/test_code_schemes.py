"""Code schemes: what is a code, what it is a code of, and what lies within what."""

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from blockdata.address import codes
from blockdata.address.codes import (
    DIVISION,
    REASONS,
    STANDARD_SCHEMES,
    SZDB_281,
    UNIT_GRID,
    Code,
    CodeScheme,
    Segment,
)
from blockdata.errors import AnalysisError, DeclarationError

BUILDING = "4403040010010100001"
ROOM = BUILDING + "000001"


def codes_of(scheme):
    """A text that is a code of the scheme, in full or as the prefix of a level."""

    def segment(own):
        return st.text(own.alphabet, min_size=own.width, max_size=own.width).filter(
            lambda t: own.leading_zero or t[0] != "0"
        )

    whole = st.tuples(*map(segment, scheme.segments)).map("".join)
    lengths = st.sampled_from(sorted(scheme.prefix_lengths.values()))
    return st.builds(lambda text, length: text[:length], whole, lengths)


ANY_CODE = st.sampled_from(STANDARD_SCHEMES).flatmap(
    lambda scheme: st.tuples(st.just(scheme), codes_of(scheme))
)


@pytest.mark.parametrize(
    ("text", "level", "canonical"),
    [
        ("440304", "district", "440304"),
        ("440304001", "town", "440304001"),
        ("440304001001", "community", "440304001001"),
        ("44030400100101", "base_grid", "44030400100101***********"),
        (BUILDING, "building", BUILDING + "******"),
        (BUILDING + "******", "building", BUILDING + "******"),
        ("44030600960102T0117", "building", "44030600960102T0117******"),
        (ROOM, "room", ROOM),
    ],
)
def test_szdb_281_prefixes_mean_levels_and_have_one_form(text, level, canonical):
    code = SZDB_281.parse(text)
    assert (code.level, code.text) == (level, canonical)
    assert SZDB_281.parse(code.text) == code


@pytest.mark.parametrize(
    ("text", "level", "canonical"),
    [
        ("37", "province", "370000"),
        ("370000000000", "province", "370000"),
        ("3702", "city", "370200"),
        ("370202", "district", "370202"),
        ("370202003000", "town", "370202003"),
        ("441900003", "town", "441900003"),
        ("441900003001", "community", "441900003001"),
    ],
)
def test_divisions_are_filled_with_zeros(text, level, canonical):
    code = DIVISION.parse(text)
    assert (code.level, code.text) == (level, canonical)


def test_a_town_of_a_city_without_districts_belongs_to_the_city():
    assert DIVISION.parse("441900003").parent == DIVISION.parse("441900")


@pytest.mark.parametrize(
    ("scheme", "text", "reason"),
    [
        (SZDB_281, None, "missing"),
        (SZDB_281, "", "length"),
        (SZDB_281, "4403", "length"),
        (SZDB_281, ROOM + "1", "length"),
        (SZDB_281, "44030A", "characters"),
        (SZDB_281, "044030", "characters"),
        (SZDB_281, BUILDING + "00000a", "characters"),
        (SZDB_281, BUILDING + "00000中", "length"),
        (SZDB_281, BUILDING + "*****1", "mask"),
        (SZDB_281, BUILDING[:14] + "*****000001", "mask"),
        (SZDB_281, "440304001***", "mask"),
        (UNIT_GRID, "3702020010010**", "mask"),
        (UNIT_GRID, "37020200100100a", "characters"),
        (DIVISION, "000000", "characters"),
    ],
)
def test_what_is_no_code_has_a_reason(scheme, text, reason):
    assert REASONS[scheme.reasons([text])[0]] == reason
    with pytest.raises(DeclarationError) as caught:
        scheme.parse(text)
    assert not text or text not in str(caught.value)


@given(ANY_CODE)
def test_reading_and_writing_again_changes_nothing(pair):
    scheme, text = pair
    code = scheme.parse(text)
    assert scheme.parse(code.text) == code
    assert scheme.parse(code.prefix.ljust(2, "0")) == code or code.level == "province"
    assert code.text.startswith(code.prefix)


@given(ANY_CODE)
def test_parents_lead_to_the_top_and_contain_their_children(pair):
    code = pair[0].parse(pair[1])
    steps = 0
    while code.parent is not None:
        assert code.is_within(code.parent) and not code.parent.is_within(code)
        assert code.parent.prefix == code.prefix[: len(code.parent.prefix)]
        assert code.parent < code
        code, steps = code.parent, steps + 1
    assert steps < len(code.scheme.segments)


@given(st.lists(st.one_of(st.none(), st.text(max_size=26), codes_of(SZDB_281)), max_size=20))
def test_a_column_says_what_each_of_its_rows_says(texts):
    valid = SZDB_281.is_valid(texts)
    levels, parents = SZDB_281.levels(texts), SZDB_281.parents(texts)
    canonical = SZDB_281.canonical(texts)
    for n, text in enumerate(texts):
        if not valid[n]:
            assert pd.isna([levels[n], parents[n], canonical[n]]).all()
            continue
        code = SZDB_281.parse(text)
        assert (code.level, code.text) == (levels[n], canonical[n])
        assert (code.parent.text if code.parent else None) == (
            parents[n] if isinstance(parents[n], str) else None
        )


@given(st.lists(codes_of(SZDB_281), min_size=1, max_size=10), codes_of(SZDB_281))
def test_within_is_within_for_one_and_for_many(texts, other):
    parsed = SZDB_281.parse(other)
    expected = [SZDB_281.parse(text).is_within(parsed) for text in texts]
    assert SZDB_281.within(texts, other).tolist() == expected
    assert SZDB_281.within(texts, [other] * len(texts)).tolist() == expected


def test_within_judges_row_by_row_and_is_false_for_what_is_no_code():
    rows = [ROOM, ROOM, "x", None]
    assert SZDB_281.within(rows, BUILDING).tolist() == [True, True, False, False]
    others = [ROOM, "440306", ROOM, ROOM]
    assert SZDB_281.within(rows, others).tolist() == [True, False, False, False]
    with pytest.raises(AnalysisError, match="length"):
        SZDB_281.within(rows, [ROOM, ROOM])


@pytest.mark.parametrize(
    "column",
    [
        [BUILDING, None, "x"],
        pd.Series([BUILDING, None, "x"], index=[7, 8, 9]),
        pd.Series([BUILDING, None, "x"], index=[7, 8, 9], dtype=object),
        np.array([BUILDING, None, "x"], dtype=object),
        pa.array([BUILDING, None, "x"]),
        pa.chunked_array([[BUILDING], [None, "x"]]),
        pa.array([BUILDING, None, "x"]).dictionary_encode(),
    ],
    ids=["list", "str", "object", "numpy", "arrow", "chunks", "dictionary"],
)
def test_columns_of_any_make_give_the_same(column):
    levels = SZDB_281.levels(column)
    assert levels.astype(object).where(levels.notna(), None).tolist() == ["building", None, None]
    assert levels.index[0] == (7 if isinstance(column, pd.Series) else 0)
    assert SZDB_281.parents(column).dtype == "str"


def test_no_rows_give_no_rows():
    assert SZDB_281.parents([]).tolist() == SZDB_281.levels([]).tolist() == []


def test_codes_are_ordered_within_their_scheme_alone():
    texts = [ROOM, BUILDING, "44030400100101", BUILDING + "000000"]
    ordered = sorted(map(SZDB_281.parse, texts))
    assert [c.level for c in ordered] == ["base_grid", "building", "room", "room"]
    assert SZDB_281.parse("440304") != DIVISION.parse("440304")
    with pytest.raises(TypeError):
        _ = SZDB_281.parse("440304") < DIVISION.parse("440304")
    with pytest.raises(DeclarationError, match="not compared"):
        SZDB_281.parse("440304").is_within(DIVISION.parse("440304"))


def test_segments_are_told_as_far_as_the_code_goes():
    code = SZDB_281.parse(BUILDING)
    assert (code["base_grid"], code["building"], code["room"]) == ("01", "00001", None)
    assert str(code) == code.text and repr(code) == f"Code('szdb_281', '{code.text}')"
    with pytest.raises(DeclarationError, match="unknown segment"):
        _ = code["door"]


def test_nothing_here_answers_what_district_a_code_lies_in_today():
    """Codes are for life: a code given out under Bao'an may lie in Longhua today."""
    public = {
        name
        for owner in (codes, Code, CodeScheme, codes.CodeColumn)
        for name in dir(owner)
        if not name.startswith("_")
    }
    words = ("district", "today", "current", "name_of", "on_day", "lookup", "division_of")
    assert {n for n in public if any(word in n for word in words)} == set()
    lies_in_longhua_now = SZDB_281.parse("44030600960102T0117")
    assert lies_in_longhua_now["county"] == "440306"  # what stands there, and no name


def test_a_scheme_of_ones_own_with_a_check_character():
    scheme = CodeScheme(
        "house",
        (
            Segment("body", 8, level=None),
            Segment("check", 1, "0123456789", level="house"),
        ),
        check="iso7064_mod11_10",
    )
    right = "00200667" + "1"
    valid = [n for n in range(10) if scheme.is_valid([f"00200667{n}"])[0]]
    assert len(valid) == 1
    assert REASONS[scheme.reasons([f"00200667{(valid[0] + 1) % 10}"])[0]] == "check"
    assert REASONS[scheme.reasons([right[:8]])[0]] == "length"


@pytest.mark.parametrize(
    ("segments", "check", "match"),
    [
        ((), None, "last segment"),
        ((Segment("a", 2),), None, "last segment"),
        ((Segment("a", 2, level="a", filler="0"),), None, "last segment"),
        ((Segment("a", 2, level="a"), Segment("a", 1, level="b")), None, "twice"),
        ((Segment("a", 2, level="a"), Segment("b", 1, level="a")), None, "twice"),
        ((Segment("a", 2, level="a"), Segment("b", 1, level="b")), "crc", "unknown check"),
        (
            (Segment("a", 2, level="a"), Segment("b", 1, level="b")),
            "iso7064_mod11_2",
            "does not fit",
        ),
        (
            (Segment("a", 2), Segment("b", 2, filler="*"), Segment("c", 1, level="c")),
            "iso7064_mod11_10",
            "does not fit",
        ),
    ],
)
def test_a_declaration_that_contradicts_itself_is_refused(segments, check, match):
    with pytest.raises(DeclarationError, match=match):
        CodeScheme("own", segments, check)


@pytest.mark.parametrize(
    "wrong",
    [{"width": 0}, {"alphabet": ""}, {"alphabet": "中"}, {"filler": "-"}, {"alphabet": "*"}],
)
def test_a_segment_that_cannot_be_is_refused(wrong):
    with pytest.raises(DeclarationError, match=r"segment 'a'|mask"):
        Segment(**({"name": "a", "width": 1} | wrong))
