"""Numbers as they are written: mostly small, mostly in digits, some in Chinese."""

from __future__ import annotations

from random import Random

__all__ = ["chinese", "number_text"]

_DIGITS = "零一二三四五六七八九"
_THOUSAND = 1000


def number_text(random: Random, most: int) -> str:
    """Return a number up to `most`, small ones more often, now and then in Chinese.

    Examples
    --------
    >>> number_text(Random(2), 9) != ""
    True
    """
    number = int(most ** random.random())
    return chinese(number) if random.random() < 0.06 else str(number)


def chinese(number: int) -> str:
    """Return a number in Chinese numerals; from a thousand on digit by digit.

    Examples
    --------
    >>> chinese(12), chinese(205), chinese(1203)
    ('十二', '二百零五', '一二零三')
    """
    if number >= _THOUSAND:
        return "".join(_DIGITS[int(digit)] for digit in str(number))
    hundreds, rest = divmod(number, 100)
    tens, ones = divmod(rest, 10)
    text = f"{_DIGITS[hundreds]}百" if hundreds else ""
    if tens:
        text += ("" if tens == 1 and not hundreds else _DIGITS[tens]) + "十"
    elif hundreds and ones:
        text += "零"
    return text + (_DIGITS[ones] if ones or not number else "")
