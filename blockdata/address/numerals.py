"""Chinese numerals as they stand in addresses."""

from __future__ import annotations

import re

NUMERAL_CHARACTERS = "〇零一二三四五六七八九十百千"

_DIGIT = {character: str(value) for value, character in enumerate("〇一二三四五六七八九")}
_DIGIT["零"] = "0"
_ONE_TO_NINE = "[一二三四五六七八九]"
_WITH_PLACES = re.compile(
    rf"(?:({_ONE_TO_NINE})千)?(?:零?({_ONE_TO_NINE})百)?"
    rf"(?:零?({_ONE_TO_NINE}?)(十))?(?:零?({_ONE_TO_NINE}))?"
)
# 二百五 is spoken for 250 and written for 205: not a number that can be trusted.
_SPOKEN_SHORT = re.compile(rf"[百千]{_ONE_TO_NINE}$")


def arabic_from_chinese(numeral: str) -> str | None:
    """Read one Chinese numeral as an Arabic number.

    Parameters
    ----------
    numeral : str
        Only characters of ``〇零一二三四五六七八九十百千``: digit by digit (三〇二) or with
        places (一百零五).

    Returns
    -------
    str or None
        Arabic digits, as many as were written when read digit by digit; None when it is not
        one number (十百) or has two readings (二百五).

    Examples
    --------
    >>> arabic_from_chinese("三〇二"), arabic_from_chinese("十二"), arabic_from_chinese("一百零五")
    ('302', '12', '105')
    >>> arabic_from_chinese("二百五") is None
    True
    """
    if numeral and all(character in _DIGIT for character in numeral):
        return "".join(_DIGIT[character] for character in numeral)
    match = _WITH_PLACES.fullmatch(numeral)
    if match is None or not numeral or _SPOKEN_SHORT.search(numeral):
        return None
    thousands, hundreds, tens, ten, ones = match.groups()
    value = 1000 * _value(thousands) + 100 * _value(hundreds) + _value(ones)
    if ten:
        value += 10 * (_value(tens) or 1)
    return str(value)


def _value(digit: str | None) -> int:
    return int(_DIGIT[digit]) if digit else 0
