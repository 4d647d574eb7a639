"""Names as tokens: characters, whole numbers and directions, with the class word set apart."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

import numpy as np
import numpy.typing as npt

from blockdata.address.numerals import NUMERAL_CHARACTERS, arabic_from_chinese

__all__ = ["CLASS_WORDS", "FIRST_NUMBER", "NameTokens", "class_table", "tokenise_names"]

#: Tokens from here on are numbers, letters and directions, those below characters.
FIRST_NUMBER = 0x110000
_NUMBERS = 1 << 29

# Words of one group are used for one another (海棠花园, 海棠花苑), those of one line sometimes;
# 小区 says nothing of the kind and goes with
# every word for estates.
_CLASSES = (
    "路/大路/马路 大道 街/大街 巷/巷子 弄 胡同 公路",
    (
        "花园/花苑/家园/家苑/佳园/佳苑/嘉园/嘉苑/雅苑/雅园/新苑/名苑/苑/园 新村 公寓 里 别墅"
        " 山庄 华庭/庭 公馆/馆 府/府邸/邸 湾 城/新城 居 小区/住宅小区/生活区"
    ),
    "社区/社区居委会/居委会/居民委员会/社区居民委员会 村/村委会/村民委员会/自然村/行政村",
    "街道/街道办/街道办事处/街办 镇/镇政府 乡/乡政府",
    "大厦/大楼/商厦/写字楼 广场/商业广场 中心 商城/商场 市场 超市 酒店/宾馆/大酒店/饭店",
    "工业园/工业区/工业园区 科技园/科技园区 产业园/产业园区/创业园 开发区/高新区",
    "宿舍/宿舍楼/家属院/家属楼 学校 医院 幼儿园",
)
_ANY_ESTATE = "小区"


def _class_words() -> dict[str, int]:
    """Return a number for each class word, from 1."""
    words = [word for line in _CLASSES for group in line.split() for word in group.split("/")]
    return {word: number for number, word in enumerate(words, start=1)}


CLASS_WORDS = _class_words()
_WHICH = "[0-9A-Z甲乙丙丁]{1,4}(?:期|区|组团|街坊|号院|段)|[东西南北中][区段苑]"
_LONGEST_FIRST = "|".join(sorted(CLASS_WORDS, key=len, reverse=True))
_CLASS = re.compile(rf"(?<=.)(?P<word>{_LONGEST_FIRST})(?P<tail>(?:{_WHICH})?)$")
_NUMERAL = re.compile(f"[{NUMERAL_CHARACTERS}]+")
_ORDERED = re.compile("0*([0-9]+)|([A-Z甲乙丙丁东西南北中])")
_PLAIN = re.compile("[^0-9A-Z甲乙丙丁东西南北中]*")
# What keeps two numbers apart (3-2-501) is kept until they are tokens.
_BETWEEN = "|"
_PARTED = re.compile(r"(?<=[0-9A-Z])[\W_]+(?=[0-9A-Z])")
_SIGNS = re.compile(r"(?:[^\w|]|_)+")
_NUMERAL_CLASS = "百千"


@dataclass(frozen=True)
class NameTokens:
    """Many names as columns.

    Parameters
    ----------
    tokens : ndarray of int32
        Tokens of all names without their class words, one name after the other.
    bounds : ndarray of int64
        Where each name's tokens begin, and where the last one's end.
    word : ndarray of int32
        Number of the class word, 0 for none.
    """

    tokens: npt.NDArray[np.int32]
    bounds: npt.NDArray[np.int64]
    word: npt.NDArray[np.int32]


def class_table() -> npt.NDArray[np.int32]:
    """Return for each class word its line and its group, negative for words of any estate.

    Examples
    --------
    >>> table = class_table()
    >>> bool(table[CLASS_WORDS["路"], 0] == table[CLASS_WORDS["街"], 0])
    True
    """
    rows = [(0, 0)]
    for line, text in enumerate(_CLASSES, start=1):
        for group in text.split():
            sign = -1 if group.startswith(_ANY_ESTATE) else 1
            number = sign * (rows[-1][1] + 1 if rows[-1][1] >= 0 else 1 - rows[-1][1])
            rows += [(line, number)] * (group.count("/") + 1)
    return np.array(rows, dtype=np.int32)


def tokenise_names(names: Sequence[str]) -> NameTokens:
    """Split names into tokens.

    Numbers are whole numbers, however they are written (三 and 3, 012 and 12); letters, 甲乙丙丁
    and directions count as numbers do. The class word at the end (路, 花园, 社区) is set apart,
    also before a phase or part (花园二期).

    Parameters
    ----------
    names : sequence of str

    Returns
    -------
    NameTokens

    Examples
    --------
    >>> names = tokenise_names(["延安三路", "延安3"])
    >>> first, second = (names.tokens[a:b].tolist() for a, b in zip(names.bounds, names.bounds[1:]))
    >>> first == second, names.word.tolist()
    (True, [1, 0])
    """
    split = [_split(name) for name in names]
    bounds = [0, *accumulate(len(tokens) for tokens, _ in split)]
    flat = [token for tokens, _ in split for token in tokens]
    return NameTokens(
        np.array(flat, dtype=np.int32),
        np.array(bounds, dtype=np.int64),
        np.array([word for _, word in split], dtype=np.int32),
    )


def text_tokens(text: str) -> list[int]:
    """Split a whole text into tokens, no class word set apart; signs and spaces are dropped.

    Examples
    --------
    >>> text_tokens("延安三路") == text_tokens("延安 3路")
    True
    """
    return _tokens(_folded(text))


def _folded(text: str) -> str:
    folded = _SIGNS.sub("", _PARTED.sub(_BETWEEN, unicodedata.normalize("NFKC", text).upper()))
    return _NUMERAL.sub(_arabic, folded)


def _split(name: str) -> tuple[list[int], int]:
    text = _folded(name)
    match = _CLASS.search(text)
    if match is None:
        return _tokens(text), 0
    return _tokens(text[: match.start()] + match["tail"]), CLASS_WORDS[match["word"]]


def _arabic(match: re.Match[str]) -> str:
    numeral = match.group()
    # 百 and 千 alone are words (百货, 千禧).
    if numeral[0] in _NUMERAL_CLASS:
        return numeral
    return arabic_from_chinese(numeral) or numeral


def _tokens(text: str) -> list[int]:
    if _PLAIN.fullmatch(text):
        return list(map(ord, text))
    tokens: list[int] = []
    position = 0
    for match in _ORDERED.finditer(text):
        tokens += map(ord, text[position : match.start()])
        digits, letter = match.groups()
        value = ord(letter) if letter else 0x10000 + int(digits)
        tokens.append(FIRST_NUMBER + value % _NUMBERS)
        position = match.end()
    tokens += map(ord, text[position:])
    between = ord(_BETWEEN)
    return [token for token in tokens if token != between] if _BETWEEN in text else tokens
