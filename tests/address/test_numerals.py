"""Chinese numerals: read back from an independent writer, and refused where unclear."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from blockdata.address.numerals import arabic_from_chinese

DIGITS = "零一二三四五六七八九"


def written(value: int) -> str:
    """Write 1..9999 in words, zero filled as the language asks."""
    text, pending_zero = "", False
    for place, word in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit = value // place % 10
        if digit:
            text += ("零" if pending_zero else "") + DIGITS[digit] + word
            pending_zero = False
        else:
            pending_zero = bool(text)
    return text.removeprefix("一") if value in range(10, 20) else text


@given(st.integers(1, 9999))
@settings(deadline=None)
def test_numbers_in_words_are_read_back(value: int) -> None:
    assert arabic_from_chinese(written(value)) == str(value)


@given(st.integers(0, 99999))
@settings(deadline=None)
def test_numbers_digit_by_digit_are_read_back(value: int) -> None:
    assert arabic_from_chinese("".join(DIGITS[int(digit)] for digit in str(value))) == str(value)


@pytest.mark.parametrize("numeral", ["", "二百五", "十百", "百", "一十千"])
def test_unclear_numerals_are_refused(numeral: str) -> None:
    assert arabic_from_chinese(numeral) is None
