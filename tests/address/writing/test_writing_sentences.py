"""Invented addresses are well-formed, reproducible and never name a person."""

from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blockdata.address import parser
from blockdata.address.parsed import ELEMENTS
from blockdata.address.writing.divisions import areas, short_name
from blockdata.address.writing.numerals import chinese
from blockdata.address.writing.sentences import sentences
from blockdata.address.writing.terms import weighted, words
from blockdata.address.writing.train import main


@given(st.integers(0, 10_000))
def test_spans_are_named_elements_in_order_and_apart(seed):
    for text, spans in sentences(seed, 20):
        end = 0
        assert text
        for start, stop, element in spans:
            assert end <= start < stop <= len(text)
            assert element in ELEMENTS
            end = stop


def test_the_same_seed_gives_the_same_addresses():
    assert list(sentences(7, 50)) == list(sentences(7, 50))
    assert list(sentences(7, 50)) != list(sentences(8, 50))


def test_every_element_is_written():
    assert {span[2] for _, spans in sentences(1, 2_000) for span in spans} == set(ELEMENTS)


def test_a_province_city_or_district_is_named_once():
    for _, spans in sentences(2, 2_000):
        named = [element for *_, element in spans if element in ("province", "city", "district")]
        assert len(named) == len(set(named))


def test_every_province_has_cities_and_no_district_stands_twice():
    assert len({area.province for area in areas()}) == 34
    assert len(areas()) > 330
    for area in areas():
        assert area.districts
        assert len(set(area.districts)) == len(area.districts)


@pytest.mark.parametrize(
    ("name", "short"),
    [
        ("恩施土家族苗族自治州", "恩施"),
        ("新疆维吾尔自治区", "新疆"),
        ("浦东新区", "浦东"),
        ("吉县", "吉县"),
        ("博尔塔拉蒙古自治州", "博尔塔拉"),
    ],
)
def test_short_names_are_those_people_say(name, short):
    assert short_name(name) == short


@pytest.mark.parametrize(
    ("number", "text"), [(10, "十"), (20, "二十"), (101, "一百零一"), (110, "一百一十"), (0, "零")]
)
def test_numbers_are_written_in_chinese(number, text):
    assert chinese(number) == text


def test_lists_have_words_and_weights():
    assert all(words("shops"))
    assert "" in weighted("town_endings").words
    assert weighted("town_endings").pick(Random(1)) in weighted("town_endings").words


def test_the_model_is_made_of_its_seed_and_small(tmp_path):
    for name in ("one.npz", "two.npz"):
        assert main([str(tmp_path / name), "--sentences", "150", "--seed", "5"]) == 0
    assert (tmp_path / "one.npz").read_bytes() == (tmp_path / "two.npz").read_bytes()
    shipped = Path(parser.__file__).parent / "models" / "parser.npz"
    assert shipped.stat().st_size < 6_000_000
