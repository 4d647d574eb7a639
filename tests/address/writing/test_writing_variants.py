"""A library's address written by hand keeps its elements and its numbers."""

import re
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from blockdata.address.writing.sentences import as_sentence
from blockdata.address.writing.variants import written_by_hand

ROW = {
    "city": "云海市",
    "district": "滨河区",
    "road": "金渡路",
    "road_no": "105号",
    "estate": "翠和华庭",
    "building": "3号楼",
    "unit": "2单元",
    "room": "501室",
}


@given(st.integers(0, 100_000))
def test_pieces_are_elements_of_the_row_or_additions(seed):
    pieces = written_by_hand(Random(seed), ROW)
    named = [element for _, element in pieces if element]
    assert set(named) <= {*ROW, "place", "relative", "remark"}
    assert len(set(named) & set(ROW)) == len([name for name in named if name in ROW])


@given(st.integers(0, 100_000))
def test_a_number_keeps_its_digits(seed):
    for value, element in written_by_hand(Random(seed), ROW):
        digits = re.findall(r"[0-9０-９]+", value)
        if element in ("building", "unit", "room") and digits:
            assert int(digits[0]) == int(re.findall(r"\d+", ROW[element])[0])


def test_an_address_has_many_ways():
    ways = {as_sentence(written_by_hand(Random(seed), ROW))[0] for seed in range(300)}
    assert len(ways) > 200
    assert any(re.search(r"3-2-501", text) for text in ways)
    assert any("二单元" in text or "三号楼" in text for text in ways) or len(ways) > 250


def test_names_without_numbers_stay_as_they_are():
    row = {"road": "甲路", "building": "门诊部", "room": "前台"}
    for seed in range(50):
        for value, element in written_by_hand(Random(seed), row):
            if element == "room":
                assert value == "前台"
