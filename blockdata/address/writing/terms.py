"""Words that addresses are made of: characters of names, class words, trades, known brands.

They stand in `terms.txt`: common knowledge written down for this purpose, no list from anywhere.
A word may have a weight (``镇*46``); ``∅`` is no word at all.
"""

from __future__ import annotations

import functools
from pathlib import Path
from random import Random
from typing import NamedTuple

__all__ = ["Weighted", "characters", "weighted", "words"]

_FILE = Path(__file__).parent / "terms.txt"
_NOTHING = "∅"


class Weighted(NamedTuple):
    """Words with how often each is written.

    Examples
    --------
    >>> Weighted(("路", "街"), (1.0, 0.0)).pick(Random(1))
    '路'
    """

    words: tuple[str, ...]
    weights: tuple[float, ...]

    def pick(self, random: Random) -> str:
        """Return one of the words."""
        return random.choices(self.words, self.weights)[0]


@functools.cache
def _lists() -> dict[str, tuple[str, ...]]:
    lists: dict[str, list[str]] = {}
    for line in _FILE.read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            current = lists.setdefault(line.strip("[]"), [])
        elif line:
            current.extend(line.split())
    return {name: tuple(items) for name, items in lists.items()}


@functools.cache
def words(name: str) -> tuple[str, ...]:
    """Return a list of words.

    Examples
    --------
    >>> "大厦" in words("towers")
    True
    """
    return tuple(word.replace(_NOTHING, "") for word in _lists()[name])


@functools.cache
def characters(name: str) -> tuple[str, ...]:
    """Return the characters of a list, one by one; those that stand twice come twice as often.

    Examples
    --------
    >>> "王" in characters("family")
    True
    """
    return tuple("".join(_lists()[name]))


@functools.cache
def weighted(name: str) -> Weighted:
    """Return a list of words with weights.

    Examples
    --------
    >>> weighted("town_endings").words[0]
    '镇'
    """
    pairs = [item.split("*") for item in _lists()[name]]
    return Weighted(
        tuple(word.replace(_NOTHING, "") for word, _ in pairs),
        tuple(float(weight) for _, weight in pairs),
    )
