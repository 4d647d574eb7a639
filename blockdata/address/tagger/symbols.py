"""What the tagger sees in a character: one folded form and one class for each code point."""

from __future__ import annotations

import functools
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from blockdata.address.characters import fold_characters

__all__ = [
    "CLASSES",
    "DIGIT",
    "LETTER",
    "WORDS",
    "Alphabet",
    "character_classes",
    "encode_texts",
    "folded_characters",
    "new_alphabet",
]

# Beyond the basic plane stand rare characters of names only: one code serves them all.
_CODES = 0x10000
OTHER, DIGIT, LETTER, HAN = 0, 1, 2, 3
_MEMBERS = (
    "0123456789",
    "ABCDEFGHIJKLMNOPQRSTUVWXYZ",
    "",
    "〇零一二三四五六七八九十百千两",
    "甲乙丙丁戊己庚辛",
    "东南西北",
    "前后左右中上下内外旁边侧",
    "-",
    ",、",
    "()",
    "#",
)
CLASSES = 1 + len(_MEMBERS)
# Classes of which a text must have one to be taken for a Chinese address.
WORDS = (3, 4, 5, 6, 7)

Codes = npt.NDArray[np.uint32]


class Alphabet(NamedTuple):
    """How to see characters; without `digit_runs` each digit is a token of its own."""

    folded: npt.NDArray[np.uint16]
    classes: npt.NDArray[np.uint8]
    digit_runs: bool


def new_alphabet(digit_runs: bool) -> Alphabet:
    """Return the tables of characters.

    Examples
    --------
    >>> new_alphabet(digit_runs=True).digit_runs
    True
    """
    return Alphabet(folded_characters(), character_classes(), digit_runs)


@functools.cache
def folded_characters() -> npt.NDArray[np.uint16]:
    """Return the folded code of each code point of the basic plane, in one table.

    Width, radicals and letter case fold as `fold_characters` does; a character that it drops, or
    that becomes several, has code 0 or keeps its own.

    Examples
    --------
    >>> chr(folded_characters()[ord("Ａ")]), chr(folded_characters()[ord("路")])
    ('A', '路')
    """
    table = np.arange(_CODES, dtype=np.uint16)
    for code in _codes_that_fold():
        folded = fold_characters(chr(code))
        if len(folded) <= 1:
            table[code] = min(ord(folded), _CODES - 1) if folded else 0
    return table


def _codes_that_fold() -> list[int]:
    """Leave out the plain words and syllables, most of the plane, which fold to themselves."""
    plain = (range(0x3400, 0x4DC0), range(0x4E00, 0xA000), range(0xAC00, 0xD7B0))
    skipped = {code for block in plain for code in block}
    return [code for code in range(_CODES) if code not in skipped]


@functools.cache
def character_classes() -> npt.NDArray[np.uint8]:
    """Return the class of each folded code: digit, letter, numeral word, direction, sign.

    Examples
    --------
    >>> int(character_classes()[ord("7")]) == DIGIT
    True
    """
    table = np.zeros(_CODES, dtype=np.uint8)
    table[0x3400:0xA000] = table[0xF900:0xFB00] = HAN
    for number, members in enumerate(_MEMBERS, start=1):
        table[[ord(member) for member in members]] = number
    return table


def encode_texts(texts: list[str]) -> tuple[Codes, npt.NDArray[np.int64]]:
    """Return the code points of all texts end to end, and where each text begins and ends.

    Examples
    --------
    >>> codes, bounds = encode_texts(["路", "12"])
    >>> codes.tolist(), bounds.tolist()
    ([36335, 49, 50], [0, 1, 3])
    """
    joined = "".join(texts).encode("utf-32-le", "surrogatepass")
    bounds = np.zeros(len(texts) + 1, dtype=np.int64)
    np.cumsum(np.fromiter(map(len, texts), np.int64, len(texts)), out=bounds[1:])
    return np.frombuffer(joined, dtype=np.uint32), bounds
