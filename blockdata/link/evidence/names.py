"""Names of entities and premises in address texts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from blockdata.link.evidence.settings import EvidenceSettings
from blockdata.link.evidence.weighing import Choice, Posterior, best_two, posterior
from blockdata.link.evidence.witnesses import Named, log_odds, no_named
from blockdata.link.order import positions
from blockdata.records.convert import fold

__all__ = ["NameAnswers", "names_in_texts", "weigh_names"]

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

BY_NAME, SAME_ADDRESS, OTHER_ADDRESS, SHARED = 1, 2, 4, 8
"""Signs of the evidence; SHARED: several have the name."""

BY_NAME_TO_ADDRESS = 16
"""Sign of an address that is known by the name of what is registered there."""

_LEAST = 4
"""Shorter names stand in texts by chance."""
_OTHER_ADDRESS_SHARE = 0.1
"""How often the name at another address is meant, against one without a known address."""


class NameAnswers(NamedTuple):
    """Entities or premises of incidents; `sign` stands beside the rows of `found`.

    `to_address` has what the names say of the address: where the named thing is registered.
    """

    found: Posterior
    choice: Choice
    sign: Integers
    to_address: Named


def names_in_texts(texts: Sequence[str], names: Sequence[str]) -> tuple[Integers, Integers]:
    """Find which names stand in which texts, the longest at each place.

    Parameters
    ----------
    texts : sequence of str
    names : sequence of str
        Names of fewer than 4 characters are not looked for. Width, case and blanks make no
        difference.

    Returns
    -------
    text, name : ndarray of int64
        Positions in both, sorted, each pair once.

    Examples
    --------
    >>> names_in_texts(["听涛路锦绣面馆门口"], ["锦绣面馆", "锦绣面", "云海锦绣面馆"])
    (array([0]), array([0]))
    """
    asked, known = [_compared(t) for t in texts], [_compared(n) for n in names]
    by_start: dict[str, list[int]] = {}
    for number, name in enumerate(known):
        if len(name) >= _LEAST:
            by_start.setdefault(name[:_LEAST], []).append(number)
    for numbers in by_start.values():
        numbers.sort(key=lambda n: (-len(known[n]), n))
    starts = np.sort(_windows("".join(start for start in sorted(by_start)))[::_LEAST])
    found: set[tuple[int, int]] = set()
    ends = np.cumsum([len(text) for text in asked])
    keys = _windows("".join(asked))
    place = np.minimum(np.searchsorted(starts, keys), max(len(starts) - 1, 0))
    hits = np.flatnonzero(starts[place] == keys) if len(starts) else np.zeros(0, dtype=np.int64)
    for hit, text in zip(hits.tolist(), np.searchsorted(ends, hits, "right").tolist(), strict=True):
        at = hit - (int(ends[text - 1]) if text else 0)
        found.update((text, n) for n in _longest(asked[text], at, by_start, known))
    pairs = np.array(sorted(found), dtype=np.int64).reshape(-1, 2)
    return pairs[:, 0], pairs[:, 1]


def _compared(text: str) -> str:
    return "".join(fold(text).casefold().split())


def _windows(text: str) -> npt.NDArray[np.uint64]:
    """Return every run of four characters as one number."""
    points = np.frombuffer(text.encode("utf-32-le"), dtype=np.uint32).astype(np.uint64)
    points &= np.uint64(0xFFFF)
    if len(points) < _LEAST:
        return np.zeros(0, dtype=np.uint64)
    keys = np.zeros(len(points) - _LEAST + 1, dtype=np.uint64)
    for step in range(_LEAST):
        keys = keys << np.uint64(16) | points[step : len(points) - _LEAST + 1 + step]
    return keys


def _longest(text: str, at: int, by_start: dict[str, list[int]], known: Sequence[str]) -> list[int]:
    """Return the names that stand at a place of a text: the longest, and those equal to it."""
    numbers = by_start.get(text[at : at + _LEAST], [])
    there = [n for n in numbers if text.startswith(known[n], at)]
    return [n for n in there if len(known[n]) == len(known[there[0]])]


def weigh_names(
    incidents: pd.DataFrame,
    named: pd.DataFrame,
    address_ids: pd.Series,
    settings: EvidenceSettings,
) -> NameAnswers:
    """Find the entities or premises whose names stand in address texts.

    Of several of one name, the one at the incident's address is meant.

    Parameters
    ----------
    incidents : DataFrame
        address_text, address_id.
    named : DataFrame
        id, name, address_id.
    address_ids : Series of str
        Ids of the addresses by number.
    settings : EvidenceSettings

    Returns
    -------
    NameAnswers
    """
    if "address_text" not in incidents or not len(named):
        nothing, none = np.zeros(0, dtype=np.int64), np.zeros(len(incidents))
        found = posterior(nothing, nothing, np.zeros(0), none)
        return NameAnswers(found, best_two(found), nothing, no_named())
    texts = incidents["address_text"].astype("category")
    names = named["name"].fillna("").astype("category")
    text, name = names_in_texts(
        texts.cat.categories.astype(str).tolist(), names.cat.categories.astype(str).tolist()
    )
    said = pd.DataFrame({"text": text, "name": name})
    rows = pd.DataFrame({"text": texts.cat.codes.to_numpy(), "row": np.arange(len(incidents))})
    things = pd.DataFrame({"name": names.cat.codes.to_numpy(), "target": np.arange(len(named))})
    pairs = rows.merge(said, on="text").merge(things, on="name")
    row, target = (pairs[c].to_numpy(dtype=np.int64) for c in ("row", "target"))
    sharing = pairs.groupby(["row", "name"])["target"].transform("size").to_numpy()
    here, there = _addresses(incidents, named)
    both = (here[row] >= 0) & (there[target] >= 0)
    same, other = both & (here[row] == there[target]), both & (here[row] != there[target])
    weight = log_odds(1 - settings.name_error) - np.log(np.maximum(sharing, 1))
    registered = positions(named["address_id"], address_ids)[target]
    leads = np.flatnonzero(registered >= 0)
    to_address = Named(
        row[leads], registered[leads], weight[leads], np.full(len(leads), BY_NAME_TO_ADDRESS)
    )
    weight = weight + np.where(same, np.log(settings.confusable), 0.0)
    weight = weight + np.where(other, np.log(_OTHER_ADDRESS_SHARE), 0.0)
    sign = np.where(same, SAME_ADDRESS, 0) | np.where(other, OTHER_ADDRESS, 0) | BY_NAME
    sign |= np.where(sharing > 1, SHARED, 0)
    found = posterior(row, target, weight, np.zeros(len(incidents)))
    order = np.lexsort((target, row))
    return NameAnswers(found, best_two(found), sign[order], to_address)


def _addresses(incidents: pd.DataFrame, named: pd.DataFrame) -> tuple[Integers, Integers]:
    """Return the addresses of incidents and of what has a name, as numbers."""
    if "address_id" not in incidents:
        return np.full(len(incidents), -1), np.full(len(named), -1)
    known = named["address_id"].astype("str")
    return positions(incidents["address_id"], known), positions(known, known)
