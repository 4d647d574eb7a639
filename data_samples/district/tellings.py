"""What people say of an occurrence: its facts in words of their own, more of them or fewer."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from data_samples.district.cases import HOTLINE
from data_samples.district.matters import MATTERS
from data_samples.district.sizes import Hardness

_WORDS = Path(__file__).with_name("tellings.toml")
_BARE = MappingProxyType({"easy": 0.1, "real": 0.1, "hard": 0.15})
_TYPO = MappingProxyType({"easy": 0.02, "real": 0.06, "hard": 0.15})
"""Shares of texts that say next to nothing, and that have a wrong character, by hardness."""

_CORE, _STRIKES = 0.97, 0.85
_STRIKING, _MINOR = 0.9, 0.45
_OWN = MappingProxyType({True: 0.45, False: 0.2})
"""How often a fact is told. Who takes a call down asks since when, where and how bad; what strikes
one caller strikes most."""

_LESS_IN_APP = 0.75
_AGAIN, _AGAIN_BARE, _LESS_AGAIN = 0.75, 0.2, 0.7
_SKEW = 1.2
"""Facts that come first in their list are the more frequent ones."""

_SET_PHRASE = 3.0
"""So are words: whoever takes the calls down has his phrases."""

_SHOPS_OF_A_HOUSE = 3
_LONGEST_PLANTED = ("chronic", "relapsed", "resolved")
_AT_ONCE = 1 << 14
_FACTS, _REPORTS = 14, 20

Floats = npt.NDArray[np.float64]
Words = tuple[str, ...]


@dataclass(frozen=True)
class Vocabulary:
    """What is said of one matter: each fact has the words that different callers find for it."""

    bare: Words
    core: tuple[Words, ...]
    detail: tuple[tuple[Words, ...], ...]
    own: Words


@dataclass(frozen=True)
class Telling:
    """One report to be put into words.

    Parameters
    ----------
    called : bool
        Whether it went to the hotline, and not to the app.
    where : str
        Place in words, often empty.
    house : int
        Row of the address, by which its shops are named.
    again : bool
        Whether its caller has told of this occurrence before.
    facts : list of float
        Chances of the occurrence.
    chance : list of float
        Chances of the report.
    """

    called: bool
    where: str
    house: int
    again: bool
    facts: list[float]
    chance: list[float]


@cache
def _words() -> dict[str, Any]:
    return tomllib.loads(_WORDS.read_text(encoding="utf-8"))


@cache
def _vocabulary(matter: int) -> Vocabulary:
    words = _words()["matter"].get(MATTERS[matter].name)
    if words is None:
        name = MATTERS[matter].name
        return Vocabulary((name,), ((name,),), (), (name,))
    return Vocabulary(
        tuple(words["bare"]),
        _split(words["core"]),
        tuple(_split(values) for values in words["detail"]),
        tuple(words["own"]),
    )


def _split(values: Sequence[str]) -> tuple[Words, ...]:
    return tuple(tuple(value.split("|")) for value in values)


def contents(
    cases: pd.DataFrame, where: Sequence[str], hardness: Hardness, rng: np.random.Generator
) -> list[str]:
    """Write what callers say.

    All reports of an occurrence tell of the same facts, each of some of them and in words of its
    own; a caller who repeats himself says so. At a planted place the cause stays the same.

    Parameters
    ----------
    cases : DataFrame
        As from `frame_of`, of one source, in order of time.
    where : sequence of str
        What the text says of the place; mostly nothing.
    hardness : str
    rng : numpy Generator

    Returns
    -------
    list of str
    """
    facts = _facts(cases, rng)
    again = (cases["same_caller"] & cases["group"].duplicated() & (cases["group"] >= 0)).tolist()
    called = (cases["source"] == HOTLINE).tolist()
    house, matter = cases["address"].tolist(), cases["matter"].tolist()
    written: list[str] = []
    for begin in range(0, len(cases), _AT_ONCE):
        rows = range(begin, min(begin + _AT_ONCE, len(cases)))
        chance = rng.random((len(rows), _REPORTS)).tolist()
        drawn = facts[begin : begin + _AT_ONCE].tolist()
        for row, own, of_report in zip(rows, drawn, chance, strict=True):
            said = Telling(called[row], where[row], house[row], again[row], own, of_report)
            written.append(_content(said, _vocabulary(matter[row]), hardness))
    return written


def _facts(cases: pd.DataFrame, rng: np.random.Generator) -> Floats:
    """Draw chances for each occurrence; that of its cause is one for all at a planted place."""
    group = cases["group"].to_numpy()
    alone = group.max(initial=-1) + 1 + np.arange(len(cases))
    _, first, occurrence = np.unique(
        np.where(group < 0, alone, group), return_index=True, return_inverse=True
    )
    facts = rng.random((len(first), _FACTS))[occurrence]
    lasting = cases["planted"].isin(_LONGEST_PLANTED).to_numpy()
    place, number = np.unique(cases["address"].to_numpy()[lasting], return_inverse=True)
    facts[lasting, :2] = rng.random((len(place), 2))[number]
    return facts


def _content(said: Telling, words: Vocabulary, hardness: Hardness) -> str:
    chance = iter(said.chance)
    kind = "hotline" if said.called else "app"
    formula = _words()["formula"]
    before = _of(formula[f"{kind}_before"], next(chance))
    after = _of(formula[f"{kind}_after"], next(chance))
    body = _body(said, words, chance, _BARE[hardness])
    text = f"{before}{said.where}{body}"
    text += after if body.endswith("。") or after.startswith("（") else f"。{after}"
    return _mistyped(text, next(chance)) if next(chance) < _TYPO[hardness] else text


def _body(said: Telling, words: Vocabulary, chance: Iterator[float], bare: float) -> str:
    formula = _words()["formula"]
    least, phrase = next(chance), next(chance)
    if said.again and next(chance) < _AGAIN:
        if least < _AGAIN_BARE:
            return _of(formula["again_bare"], phrase)
        return _of(formula["again"], phrase) + "，".join(_clauses(said, words, chance, _LESS_AGAIN))
    if least < bare:
        return _of(words.bare, phrase)
    return "，".join(_clauses(said, words, chance, 1.0))


def _clauses(said: Telling, words: Vocabulary, chance: Iterator[float], more: float) -> list[str]:
    """Return the facts that a report tells of, the place or time before the cause at times."""
    told = []
    more *= 1.0 if said.called else _LESS_IN_APP
    if next(chance) < _CORE:
        told.append(_of(_of(words.core, said.facts[0] ** _SKEW), next(chance) ** _SET_PHRASE))
    for values, fact, strikes in zip(words.detail, said.facts[2:], said.facts[10:], strict=False):
        if next(chance) < more * (_STRIKING if strikes < _STRIKES else _MINOR):
            told.append(_of(_of(values, fact**_SKEW), next(chance) ** _SET_PHRASE))
    if len(told) > 1 and next(chance) < 1 / 3:
        told[:2] = reversed(told[:2])
    if next(chance) < _OWN[said.called] * more:
        told.append(_of(words.own, next(chance)))
    filled = [_filled(clause, said) if "{" in clause else clause for clause in told]
    return filled or [_of(words.bare, next(chance))]


def _filled(clause: str, said: Telling) -> str:
    words, facts = _words(), said.facts
    shop = said.house * _SHOPS_OF_A_HOUSE + int(facts[1] * _SHOPS_OF_A_HOUSE)
    first, second = words["shop_first"], words["shop_second"]
    values: Mapping[str, object] = {
        "shop": first[shop * 5 % len(first)] + second[shop * 7 // 3 % len(second)],
        "floor": 2 + int(facts[6] * 16),
        "few": 2 + int(facts[7] * 6),
        "size": 20 + 10 * int(facts[8] * 7),
        "tail": f"{int(facts[9] * 100):02}",
    }
    return clause.format_map(values)


def _mistyped(text: str, chance: float) -> str:
    """Write one word wrongly, or leave a character out where no such word stands."""
    found = [typo for typo in _words()["formula"]["typos"] if typo.split("=")[0] in text]
    if found:
        right, wrong = _of(found, chance).split("=")
        return text.replace(right, wrong, 1)
    gap = int(chance * len(text))
    return text[:gap] + text[gap + 1 :]


def _of(values: Sequence[Any], chance: float) -> Any:
    return values[int(chance * len(values))]
