"""Lists and ranges of numbers (1-3,5号楼) as the numbers they name."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from blockdata.address.normalise import normalise_address
from blockdata.address.numerals import NUMERAL_CHARACTERS, arabic_from_chinese

_CLASSES = "号楼|单元|层|室|期|组|号"
_COUNTED = "号楼|[幢栋座]|单元|层|楼|室|号"
_NUMERAL = f"[0-9{NUMERAL_CHARACTERS}]"
# The word of the first number is the word of the last: 1栋-3栋 is 1至3栋.
_SPOKEN_RANGE = re.compile(
    rf"(?<={_NUMERAL})(?:(?:{_COUNTED})?[至到~]|(?:{_COUNTED})[-—])第?(?={_NUMERAL})"
)
_FIRST_IN_CHINESE = re.compile(rf"^第?([{NUMERAL_CHARACTERS}]+)(?=至{_NUMERAL}+(?:{_COUNTED}))")
_ITEM = r"[0-9]{1,6}(?:[-至][0-9]{1,6})?"
_LIST = re.compile(
    rf"(?P<items>{_ITEM}(?:[,、]{_ITEM})*)(?P<one>{_CLASSES})?"
    r"(?:\()?(?P<parity>单号?|双号?|奇数|偶数)?(?:\))?(?P<two>号楼|号)?"
)
_ODD = frozenset("单奇")


@dataclass(frozen=True, slots=True)
class NumberSet:
    """Numbers that an address names together, as runs that need no room for their members.

    Parameters
    ----------
    runs : tuple of (first, last, step)
        Both ends belong to a run; sorted, without overlap of equal steps.
    word : str
        The class of the numbers: 号楼, 单元, 层, 室, 期, 组, 号, or "" if the text has none.

    Examples
    --------
    >>> five = number_set("1-3,5号楼")
    >>> list(five), 4 in five, len(five)
    ([1, 2, 3, 5], False, 4)
    """

    runs: tuple[tuple[int, int, int], ...]
    word: str = ""

    def __contains__(self, number: object) -> bool:
        """Tell whether a number is one of them."""
        return isinstance(number, int) and any(
            number in range(first, last + 1, step) for first, last, step in self.runs
        )

    def __iter__(self) -> Iterator[int]:
        """Go through the numbers in order, each once."""
        return iter(sorted({n for a, b, step in self.runs for n in range(a, b + 1, step)}))

    def __len__(self) -> int:
        """Return how many numbers they are."""
        return sum(1 for _ in self)


def number_set(text: str) -> NumberSet | None:
    """Read a list or range of numbers with one class word.

    Parameters
    ----------
    text : str
        The numbered element alone, as written or normalised: 1-3,5号楼; 24、26号; 1至9号(单号).

    Returns
    -------
    NumberSet or None
        None if the text is not a list or range of plain numbers, if a range runs backwards, or if
        it could be a number with a sub-number: a hyphen between two doors (12-15号) is a range
        only with 至 or 到, or when 单号 or 双号 follows.

    Examples
    --------
    >>> number_set("1-9单号").runs, number_set("24、26号").runs
    (((1, 9, 2),), ((24, 24, 1), (26, 26, 1)))
    >>> number_set("157-4号") is None, number_set("三里屯") is None
    (True, True)
    """
    spoken = _SPOKEN_RANGE.sub("至", unicodedata.normalize("NFKC", text))
    spoken = _FIRST_IN_CHINESE.sub(lambda m: arabic_from_chinese(m[1]) or m[0], spoken)
    match = _LIST.fullmatch(normalise_address(spoken))
    if match is None:
        return None
    parity = match["parity"]
    word = match["one"] or match["two"] or ("号" if parity and parity.endswith("号") else "")
    pieces = [piece.replace("至", "-至").split("-") for piece in re.split("[,、]", match["items"])]
    # 12-1号 is a number and its sub-number, 1-12号楼 a range: only a door is written the first way.
    if not parity and word in {"号", ""} and any(_may_be_subnumber(piece) for piece in pieces):
        return None
    runs = [_run(piece, parity) for piece in pieces]
    if any(first > last for first, last, _ in runs):
        return None
    return NumberSet(tuple(sorted(set(runs))), word)


def _may_be_subnumber(piece: list[str]) -> bool:
    return len(piece) > 1 and not piece[1].startswith("至")


def _run(piece: list[str], parity: str | None) -> tuple[int, int, int]:
    first, last = int(piece[0]), int(piece[-1].lstrip("至"))
    if first == last or parity is None:
        return first, last, 1
    odd = parity[0] in _ODD
    first += first % 2 != odd
    last -= last % 2 != odd
    return first, last, 2
