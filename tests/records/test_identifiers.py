"""Identifier rules against the standards' samples and python-stdnum."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.cn import ric, uscc

from blockdata.errors import DeclarationError
from blockdata.records import identifiers
from blockdata.records.identifiers import (
    IDENTIFIERS,
    identity_check_character,
    is_camera_gb28181,
    is_component,
    is_division,
    is_identity_number,
    is_organisation_code,
    is_unit_grid,
    is_uscc,
    organisation_check_character,
    split_camera_id,
    uscc_check_character,
)

USCC_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
DIGITS = "0123456789"


def digits(count: int) -> st.SearchStrategy[str]:
    return st.text(DIGITS, min_size=count, max_size=count)


@st.composite
def uscc_bodies(draw: st.DrawFn) -> str:
    head = draw(st.text(USCC_ALPHABET, min_size=2, max_size=2)) + draw(digits(6))
    organisation = draw(st.text(USCC_ALPHABET, min_size=8, max_size=8))
    return head + organisation + organisation_check_character(organisation)


def test_published_samples_of_the_credit_code_pass() -> None:
    samples = [
        "91110000802100433B",
        "91440300708461136T",
        "91110108551385082Q",
        "91350100M000100Y43",
    ]
    assert is_uscc(samples).all()


@given(uscc_bodies())
def test_credit_code_check_character_agrees_with_stdnum(body: str) -> None:
    code = body + uscc_check_character(body)
    assert uscc.calc_check_digit(body) == code[-1]
    assert is_uscc([code])[0]


@given(uscc_bodies(), st.integers(0, 17), st.sampled_from(USCC_ALPHABET))
def test_one_changed_character_of_a_credit_code_is_found(
    body: str, place: int, character: str
) -> None:
    code = body + uscc_check_character(body)
    changed = code[:place] + character + code[place + 1 :]
    assert is_uscc([changed])[0] == (changed == code)


def test_credit_code_with_wrong_inner_organisation_code_is_refused() -> None:
    body = "91370203D2143569" + "0"  # X would be right
    assert not is_uscc([body + uscc_check_character(body)])[0]


@given(digits(6), st.dates(), digits(3))
def test_identity_number_agrees_with_stdnum_and_takes_any_area(
    area: str, birth: dt.date, sequence: str
) -> None:
    body = f"{area}{birth.year:04d}{birth.month:02d}{birth.day:02d}{sequence}"
    number = body + identity_check_character(body)
    assert ric.calc_check_digit(body + "0") == number[-1]
    assert is_identity_number([number])[0]


@given(digits(6), st.integers(0, 9999), st.integers(0, 99), st.integers(0, 99))
def test_identity_number_needs_a_birth_date_of_the_calendar(
    area: str, year: int, month: int, day: int
) -> None:
    body = f"{area}{year:04d}{month:02d}{day:02d}001"
    try:
        dt.date(year, month, day)
        exists = True
    except ValueError:
        exists = False
    assert is_identity_number([body + identity_check_character(body)])[0] == exists


def test_identity_letter_is_a_capital() -> None:
    assert is_identity_number(["11010519491231002X", "11010519491231002x"]).tolist() == [
        True,
        False,
    ]


def test_organisation_code_sample_and_zero_for_eleven() -> None:
    assert is_organisation_code(["D2143569X", "M000100Y4"]).all()
    assert organisation_check_character("00000000") == "0"


def test_camera_needs_twenty_digits_and_a_camera_type() -> None:
    values = ["37020300001310000001", "37020300991329000001", "37020300001330000001", "3702"]
    assert is_camera_gb28181(values).tolist() == [True, True, False, False]
    parts = split_camera_id("37020300081326000001")
    assert parts == ("37020300", "08", "132", "6", "000001")
    with pytest.raises(DeclarationError, match="131 or 132"):
        split_camera_id("37020300082006000001")


def test_unit_grid_is_a_community_and_three_more() -> None:
    values = ["370203001001001", "37020300100100Z", "37020300100100z", "3702030010010011"]
    assert is_unit_grid(values).tolist() == [True, True, False, False]


def test_component_has_sixteen_or_seventeen_digits() -> None:
    assert is_component(["3205080101000001", "32050801001000001"]).all()
    assert not is_component(["320508010100001", "320508010010000001", "320508010100000A"]).any()


def test_division_has_six_nine_or_twelve_digits() -> None:
    assert is_division(["370203", "370203001", "370203001001"]).all()
    assert not is_division(["3702030", "070203", "37020３"]).any()


@pytest.mark.parametrize("name", sorted(IDENTIFIERS))
def test_missing_foreign_and_empty_values_are_false_and_keep_their_place(name: str) -> None:
    values = [None, "", "无", float("nan"), "\ud800" * 18, "\x00" * 18, "１" * 18, "A" * 20]
    answer = IDENTIFIERS[name](values)  # type: ignore[arg-type]
    assert answer.dtype == np.bool_
    assert answer.tolist() == [False] * len(values)
    assert IDENTIFIERS[name]([]).shape == (0,)


@given(st.lists(st.none() | st.text(max_size=20), max_size=5))
def test_bulk_equals_one_by_one(values: list[str | None]) -> None:
    for rule in IDENTIFIERS.values():
        assert rule(values).tolist() == [bool(rule([v])[0]) for v in values]


def test_check_characters_refuse_a_body_of_another_alphabet() -> None:
    with pytest.raises(DeclarationError, match="17 characters"):
        uscc_check_character("9135010OM000100Y4")
    with pytest.raises(DeclarationError, match="17 characters"):
        identity_check_character("1101051949123100")


_NEARLY = st.text(st.sampled_from("0123456789X9Aé\U0001f600"), max_size=21)

_RIGHT = uscc_bodies().map(lambda body: body + uscc_check_character(body)) | digits(14).map(
    lambda tail: (body := f"990102{tail[:11]}") + identity_check_character(body)
)


@pytest.mark.parametrize("rule", list(IDENTIFIERS))
@given(values=st.lists(st.none() | _NEARLY | _RIGHT, max_size=9))
def test_a_column_is_judged_as_its_texts_are_alone(rule, values):
    is_right = IDENTIFIERS[rule]
    column = pa.array([None, *values], pa.string())[1:]
    alone = [bool(is_right([value])[0]) for value in values]
    assert is_right(column).tolist() == is_right(values).tolist() == alone


def test_a_long_column_is_judged_in_blocks(monkeypatch):
    monkeypatch.setattr(identifiers, "_BLOCK_ROWS", 2)
    column = pa.array(["11010519491231002X", "x", "110105194912310021", "11010519491231002X"] * 3)
    assert is_identity_number(column).tolist() == [True, False, False, True] * 3


def test_what_is_no_text_is_no_identifier():
    assert is_uscc([7, "\ud800" * 18, b"91110000802100433B"]).tolist() == [False] * 3
