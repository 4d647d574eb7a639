"""Addresses in Latin script and crossings in either: what makes a text a place of its own."""

from __future__ import annotations

import re

_HAN = re.compile(r"[一-鿿]")
_WORD = re.compile(r"[A-Z]{3,}")
_NUMBER = re.compile(r"(?<![A-Z])[0-9]+")
_DOOR_IN_CHINESE = re.compile(r"[0-9]\s*(?:号|弄|幢|栋|座)")
_CROSSING_IN_CHINESE = re.compile(
    r"路口|街口|巷口|交叉口|交叉处|交汇处|交会处|交界处|相交处"
    r"|[路街巷道弄]\s*[/／&与]\s*[^/／&与]{1,9}[路街巷道弄]\s*$"
)
_CROSSING_IN_ENGLISH = re.compile(
    r"\bintersection\b|\b(?:corner|junction|crossing)\s+of\b"
    r"|^(?!\s*[0-9]).*\b[a-z]+\s*(?:&|/|\band\b|@)\s*[a-z0-9]+.*",
    re.IGNORECASE | re.DOTALL,
)


def is_crossing(text: str | None) -> bool:
    """Tell whether an address says no more than where streets cross.

    A crossing is a place where things happen and no thing that somebody owns: it is never
    compared with buildings. A text with a door number is the door, whatever it stands next to.

    Parameters
    ----------
    text : str or None
        As written, in Chinese or English.

    Returns
    -------
    bool

    Examples
    --------
    >>> is_crossing("延安三路与江西路交叉口"), is_crossing("延安三路105号（近江西路路口）")
    (True, False)
    >>> is_crossing("INTERSECTION of Centre St & Seaverns Ave"), is_crossing("20 Foster St & Co")
    (True, False)
    """
    if not isinstance(text, str):
        return False
    if _HAN.search(text):
        return bool(_CROSSING_IN_CHINESE.search(text)) and not _DOOR_IN_CHINESE.search(text)
    return _CROSSING_IN_ENGLISH.search(text) is not None


def names_a_place_in_latin(normalised: str) -> bool:
    """Tell whether a normalised text without Chinese is an address: a word, and a number or more.

    Parameters
    ----------
    normalised : str
        As from `normalise_address`: upper case, words apart by "-".

    Returns
    -------
    bool
        True for a word of three letters or more beside a number, or for three such words.

    Examples
    --------
    >>> names_a_place_in_latin("22-WOLCOTT-ST-DORCHESTER-MA"), names_a_place_in_latin("UNKNOWN")
    (True, False)
    """
    if _HAN.search(normalised):
        return False
    words = len(_WORD.findall(normalised))
    return words >= 3 or (words >= 1 and _NUMBER.search(normalised) is not None)
