"""How characters are read: syllables without tones, and which of them are easily confused."""

from __future__ import annotations

import functools
import unicodedata
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

__all__ = ["CODE_POINTS", "Readings", "readings"]

#: Characters beyond the basic plane have no reading here.
CODE_POINTS = 0x10000
_READINGS_KEPT = 3
_MARKS = {ord(mark): None for mark in "\u0300\u0301\u0304\u030c\u0307"}
_INITIALS = (("zh", "z"), ("ch", "c"), ("sh", "s"), ("n", "l"))
_FINALS = (("ing", "in"), ("eng", "en"), ("ang", "an"))


@dataclass(frozen=True)
class Readings:
    """The readings of every character as arrays over code points.

    Parameters
    ----------
    of : ndarray of uint16, shape (65536, 3)
        Up to three syllables of each character, the most common first; 0 where there are fewer.
    folded : ndarray of uint16
        For each syllable the class of those that speakers and typists confuse with it.
    """

    of: npt.NDArray[np.uint16]
    folded: npt.NDArray[np.uint16]


def fold_syllable(syllable: str) -> str:
    """Return the form that easily confused syllables share.

    zh and z, ch and c, sh and s, n and l; ing and in, eng and en, ang and an.

    Examples
    --------
    >>> fold_syllable("zhang"), fold_syllable("zan"), fold_syllable("ning")
    ('zan', 'zan', 'lin')
    """
    for initial, plain in _INITIALS:
        if syllable.startswith(initial):
            syllable = plain + syllable[len(initial) :]
            break
    for final, plain in _FINALS:
        if syllable.endswith(final):
            return syllable[: -len(final)] + plain
    return syllable


def _without_tone(syllable: str) -> str:
    return unicodedata.normalize("NFC", unicodedata.normalize("NFD", syllable).translate(_MARKS))


@functools.cache
def readings() -> Readings:
    """Return the readings of all characters, made once in a process.

    Returns
    -------
    Readings

    Examples
    --------
    >>> table = readings()
    >>> bool(table.of[ord("附"), 0] == table.of[ord("付"), 0])
    True
    """
    from pypinyin.pinyin_dict import pinyin_dict

    number: dict[str, int] = {}
    plain: dict[str, int] = {}
    of = np.zeros((CODE_POINTS, _READINGS_KEPT), dtype=np.uint16)
    for code, listed in pinyin_dict.items():
        if code >= CODE_POINTS:
            continue
        known: list[int] = []
        for toned in listed.split(","):
            if toned not in plain:
                plain[toned] = number.setdefault(_without_tone(toned), len(number) + 1)
            if plain[toned] not in known:
                known.append(plain[toned])
        kept = known[:_READINGS_KEPT]
        of[code, : len(kept)] = kept
    folds: dict[str, int] = {}
    folded = [folds.setdefault(fold_syllable(syllable), len(folds) + 1) for syllable in number]
    return Readings(of, np.array([0, *folded], dtype=np.uint16))
