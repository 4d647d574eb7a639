"""Lists and ranges of numbers: read as sets, and refused where there are two readings."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from blockdata.address.numbers import NumberSet, number_set


@pytest.mark.parametrize(
    ("text", "numbers", "word"),
    [
        ("1-3,5号楼", [1, 2, 3, 5], "号楼"),
        ("１－４幢", [1, 2, 3, 4], "号楼"),
        ("1栋-3栋", [1, 2, 3], "号楼"),
        ("24、26号", [24, 26], "号"),
        ("1至4号", [1, 2, 3, 4], "号"),
        ("1-9单号", [1, 3, 5, 7, 9], "号"),
        ("1-9号（双号）", [2, 4, 6, 8], "号"),
        ("一至三单元", [1, 2, 3], "单元"),
        ("101-103室", [101, 102, 103], "室"),
        ("12号", [12], "号"),
    ],
)
def test_lists_and_ranges_are_sets(text: str, numbers: list[int], word: str) -> None:
    found = number_set(text)
    assert found is not None
    assert list(found) == numbers
    assert len(found) == len(numbers)
    assert all(number in found for number in numbers)
    assert found.word == word


@pytest.mark.parametrize(
    "text", ["157-4号", "12-1号", "12-3-1001", "9-3号楼", "三里屯", "", "3A-5号楼"]
)
def test_what_has_another_reading_is_refused(text: str) -> None:
    assert number_set(text) is None


@given(st.lists(st.tuples(st.integers(1, 99), st.integers(0, 9)), min_size=1, max_size=5))
@settings(deadline=None)
def test_what_is_written_is_read_back(pieces: list[tuple[int, int]]) -> None:
    text = ",".join(f"{a}-{a + more}" if more else str(a) for a, more in pieces) + "号楼"
    expected = {n for a, more in pieces for n in range(a, a + more + 1)}
    found = number_set(text)
    assert found is not None
    assert set(found) == expected
    assert all((n in found) == (n in expected) for n in range(120))


def test_a_long_range_takes_no_room() -> None:
    found = number_set("1-999999号楼")
    assert found == NumberSet(((1, 999_999, 1),), "号楼")
