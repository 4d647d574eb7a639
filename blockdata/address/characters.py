"""Fold the characters of an address text: width, radicals, dashes, separators, brackets."""

from __future__ import annotations

import re
import unicodedata

from blockdata.address.aligned import Aligned
from blockdata.address.traditional import simplified_characters

# Radical code points that stand for a whole word and that NFKC leaves alone
# (Unicode EquivalentUnifiedIdeograph); optical readers and some input methods write them.
_RADICALS = str.maketrans(
    "⺁⺌⺠⺜⺝⺧⺩⺬⺮⺶⻁⻄⻅⻆⻉⻋⻓⻔⻘⻙⻚⻛⻜⻝⻢⻣⻤⻥⻦⻧⻨⻩⻪⻬⻮⻰",
    "厂小民日月牛王示竹羊虎西见角贝车长门青韦页风飞食马骨鬼鱼鸟卤麦黄黾齐齿龙",
)
_OPENING, _CLOSING = "([{【〔〖", ")]}】〕〗"
_KEPT = "-,、#()"
_BRACKETED_OR_STRAY = re.compile(r"(\([^()]+\))|[()]")
_SEPARATORS = re.compile(r"[-,、]+")
_LISTED_DOORS = re.compile(r"(?<=[0-9])号、(?=[0-9]+号(?!楼))")


def _folded(character: str) -> str | None:
    """Return what one character (after NFKC) becomes; None drops it."""
    category = unicodedata.category(character)
    if category == "Nd":
        return str(unicodedata.digit(character))
    if category[0] in "ZPS" or character.isspace():
        return "-"
    if category == "Lo":
        return simplified_characters().get(ord(character), character)
    return None if category[0] in "CM" else character


class _FoldTable(dict[int, str | None]):
    """A ``str.translate`` table that works out each code point when it is first met."""

    def __missing__(self, code: int) -> str | None:
        folded = self[code] = _folded(chr(code))
        return folded


_TABLE = _FoldTable({ord(character): character for character in _KEPT})
_TABLE.update({code: chr(value) for code, value in _RADICALS.items()})
_TABLE.update(dict.fromkeys(map(ord, _OPENING), "("))
_TABLE.update(dict.fromkeys(map(ord, _CLOSING), ")"))
_TABLE.update({ord(letter): letter.upper() for letter in "abcdefghijklmnopqrstuvwxyz"})
_TABLE.update({ord("○"): "〇", ord("◯"): "〇", ord("ー"): "-", ord(";"): ","})


def fold_characters(text: str) -> str:
    """Fold every character to the one form used in normalised addresses.

    NFKC, radicals to their words (⻄ to 西), traditional characters to simplified ones where that
    is unambiguous, ASCII letters to upper case, every digit to ASCII, every kind of bracket to
    ``()``, every other space, dash and sign to ``-`` (commas and 、 stay apart); control
    characters, formats and loose marks are dropped.

    Parameters
    ----------
    text : str
        Any text, also with lone surrogates.

    Returns
    -------
    str

    Examples
    --------
    >>> fold_characters("⻓江 路１２号【ａ座】"), fold_characters("陽光花園")
    ('长江-路12号(A座)', '阳光花园')
    """
    folded = unicodedata.normalize("NFKC", text).translate(_TABLE)
    # Dropping what stood between two Korean letters lets them compose.
    return unicodedata.normalize("NFKC", folded)


def fold_aligned(text: str) -> Aligned:
    """Fold every character as `fold_characters` does, and keep where each one stood.

    Examples
    --------
    >>> fold_aligned(" ①座").to_source(1, 3)
    (1, 3)
    """
    return Aligned.of(text).composed().translate(_TABLE).composed()


def _bracket(match: re.Match[str]) -> str:
    return match.group(1) or "-"


def _separator(match: re.Match[str]) -> str:
    start, end = match.span()
    text = match.string
    if start == 0 or end == len(text):
        return ""
    before, after = text[start - 1], text[end]
    if not (before.isascii() and before.isalnum() and after.isascii() and after.isalnum()):
        return ""
    return "-" if match.group().strip("-") == "" else ","


#: Keep innermost pairs of brackets with content; any other bracket becomes a separator.
TIDY_BRACKETS = (_BRACKETED_OR_STRAY, _bracket)
#: Two door numbers with 、 between them are a list.
LIST_DOORS = (_LISTED_DOORS, ",")
#: Keep a separator only between two letters or digits, where it keeps two numbers apart;
#: a run with a comma or 、 in it becomes ``,`` (a list), any other ``-``.
TIDY_SEPARATORS = (_SEPARATORS, _separator)
