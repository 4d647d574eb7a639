"""Distances as they are written: 50米, 五十余米, 约1.5公里."""

from __future__ import annotations

import re
from typing import NamedTuple

from blockdata.address.numerals import arabic_from_chinese

_METRES = {"米": 1.0, "m": 1.0, "公里": 1_000.0, "千米": 1_000.0, "km": 1_000.0}
_LENGTH = re.compile(
    r"(?P<about>大约|大概|约摸|约|将近|近|不到|不足)?"
    r"(?P<number>[0-9]+(?:\.[0-9]+)?|[几数十百千]*[几数][十百千]*|[〇零一二两三四五六七八九十百千]+)"
    r"(?P<more>余|多|来)?"
    # 千米 after a digit is a unit, 三千米 is three thousand metres.
    r"(?P<unit>公里|(?<=[0-9余多])千米|米(?![兰罗粉面])|(?<=[0-9])(?:km|m)(?![a-z0-9²]))"
    r"(?P<around>左右|上下|开外)?",
    re.IGNORECASE,
)


class Length(NamedTuple):
    """A distance in a text: its span, metres (None if it is no number), and whether it is rough."""

    start: int
    end: int
    metres: float | None
    approximate: bool


def find_length(text: str) -> Length | None:
    """Find the last distance that a text states.

    Parameters
    ----------
    text : str
        Folded text.

    Returns
    -------
    Length or None
        None if there is no distance; `metres` is None where the number is vague (几百米) or no
        number (二百五米).

    Examples
    --------
    >>> find_length("路口东约五十余米处")
    Length(start=3, end=8, metres=50.0, approximate=True)
    >>> find_length("米兰花园") is None
    True
    """
    found = list(_LENGTH.finditer(text))
    if not found:
        return None
    match = found[-1]
    number = _number(match["number"])
    rough = any(match[group] for group in ("about", "more", "around"))
    metres = None if number is None else number * _METRES[match["unit"].lower()]
    return Length(match.start(), match.end(), metres, rough)


def _number(written: str) -> float | None:
    if written[0].isascii():
        return float(written)
    if written in {"百", "千"}:  # 百米 is a hundred metres
        written = f"一{written}"
    arabic = arabic_from_chinese(written.replace("两", "二"))
    return None if arabic is None else float(arabic)
