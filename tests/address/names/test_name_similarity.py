"""How alike two names are: symmetric, and numbers and directions never fuzzy."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blockdata.address.names import name_similarity

NAMES = st.text("延安说悦兴围海棠万科城市花园路街里小区三四3东西上下AB期号院", max_size=9)


@given(NAMES, NAMES)
def test_is_symmetric_and_in_range(a, b):
    assert 0 <= name_similarity(a, b) == name_similarity(b, a) <= 1


@given(NAMES.filter(lambda name: name_similarity(name, name) > 0))
def test_a_name_is_like_itself(name):
    assert name_similarity(name, name) == 1


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("延安三路", "延安四路"),
        ("延安三路", "延安路"),
        ("3号院", "4号院"),
        ("海棠花园一期", "海棠花园二期"),
        ("海棠花园A区", "海棠花园B区"),
        ("东海路", "西海路"),
        ("南京路", "北京路"),
        ("甲子弄", "乙子弄"),
        ("上河村", "下河村"),
        ("新华里", "老华里"),
        ("万科城", "万达城"),
        ("", ""),
        ("!!", "延安路"),
    ],
)
def test_different_names_are_not_alike(a, b):
    assert name_similarity(a, b) == 0


@given(st.integers(0, 99), st.integers(0, 99))
def test_other_numbers_are_never_alike(a, b):
    assert (name_similarity(f"某某{a}路", f"某某{b}路") > 0) == (a == b)


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("延安三路", "延安3路"),
        ("三十二号院", "32号院"),
        ("海棠花园B区", "海棠花园b区"),
        ("延安·路", "延安路"),
        ("012号院", "12号院"),
    ],
)
def test_ways_to_write_one_name_are_the_same(a, b):
    assert name_similarity(a, b) == 1


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("说兴围", "悦兴围"),
        ("晴川里", "睛川里"),
        ("延安三", "延安三路"),
        ("万科花园", "万科城市花园"),
        ("海棠花苑", "海棠花园"),
        ("云南路街道办", "云南路街道"),
        ("海信智创谷", "海信创智谷"),
        ("附近新村", "付进新村"),
        ("长青家园", "常清家园"),
        ("金阳光商务大厦", "金阳光商大厦"),
    ],
)
def test_slips_and_short_forms_are_alike(a, b):
    assert 0.5 <= name_similarity(a, b) < 1


def test_a_homophone_is_closer_than_another_class_word():
    assert name_similarity("海棠路", "海堂路") > name_similarity("海棠路", "海棠街")
