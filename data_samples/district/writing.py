"""Writes addresses by hand, many at once, and says what each text means."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from data_samples.district.library import Library
from data_samples.district.network import Ints
from data_samples.district.sizes import Hardness
from data_samples.district.ways import HEADS, WAYS, Parts

_SHORT = ("road", "road_no", "estate", "building", "unit", "room")
_REGISTER = 0.5
"""Registers write in the same ways as callers, half as often, and never vaguely."""


@dataclass(frozen=True)
class Written:
    """Texts and what they mean, one entry for each.

    Parameters
    ----------
    text : list of str
    address : ndarray of int
        Row of the library that the text tells, -1 if none.
    level, relation, ways : list of str
        `ways` are the names of the ways put to it, joined by +.
    last : ndarray of int
        Row of the last building of a range, else -1.
    other : list of str
        The second street of a crossing, else empty.
    """

    text: list[str]
    address: Ints
    level: list[str]
    relation: list[str]
    ways: list[str]
    last: Ints
    other: list[str]


class Writer:
    """Writes addresses of a library.

    Parameters
    ----------
    library : Library
    lore : Lore
    hardness : str
    """

    def __init__(self, library: Library, lore: Lore, hardness: Hardness) -> None:
        self.hardness = hardness
        self.lore = lore
        table = library.table
        self._parent = table["parent"].to_numpy()
        self._level = table["level"].to_numpy()
        self._heads = _heads(table)
        self._elements = {name: table[name].to_numpy() for name in _SHORT}
        self._block = table["block"].to_numpy()
        self._reach = _reach(library)
        self._shop = lore.shop_of(len(table))

    def write(self, rows: Ints, rng: np.random.Generator, *, register: bool = False) -> Written:
        """Write addresses down.

        Parameters
        ----------
        rows : ndarray of int
            Rows of the library.
        rng : numpy Generator
        register : bool, default False
            Whether a register writes: never vague or relative.

        Returns
        -------
        Written
        """
        count = len(rows)
        chosen, chance = self._chosen(count, rng, register)
        head = rng.choice(7, size=count, p=HEADS[self.hardness])
        community = self._heads[4][self._block[rows]]
        heads = np.choose(head, [h[self._block[rows]] for h in self._heads])
        elements = list(zip(*(self._elements[name][rows] for name in _SHORT), strict=True))
        known = list(zip(*self._known(rows), strict=True))
        last_of = np.minimum(self._reach[rows], 1 + (rng.random(count) * 4).astype(int))
        parts = map(Parts, heads.tolist(), self._level[rows].tolist(), elements, known)
        out = list(map(_one, parts, chosen, chance, last_of.tolist(), community.tolist()))
        text, level, relation, ways = (
            (list(p) for p in zip(*out, strict=True)) if out else ([],) * 4
        )
        level_now = np.array(level, dtype=object)
        last = np.where(np.array(relation, dtype=object) == "range", rows + last_of, -1)
        address = self._up(rows, level_now)
        other = [k[2] if r == "crossing" else "" for k, r in zip(known, relation, strict=True)]
        return Written(text, address, level, relation, ways, last.astype(int), other)

    def _chosen(
        self, count: int, rng: np.random.Generator, register: bool
    ) -> tuple[list[list[int]], list[list[float]]]:
        """Draw for every address which ways are put to it, and a chance for each of them."""
        rates = np.array([way.rate(self.hardness) for way in WAYS])
        if register:
            rates = np.where([way.moves for way in WAYS], 0.0, rates * _REGISTER)
        rows, ways = [], []
        for number, rate in enumerate(rates):
            hit = np.flatnonzero(rng.random(count) < rate)
            rows.append(hit)
            ways.append(np.full(len(hit), number))
        row, way = np.concatenate(rows), np.concatenate(ways)
        order = np.argsort(row, kind="stable")
        chance = rng.random(len(row))
        ends = np.searchsorted(row[order], np.arange(1, count))
        way_of = [part.tolist() for part in np.split(way[order], ends)] if count else []
        return way_of, [part.tolist() for part in np.split(chance, ends)] if count else []

    def _known(self, rows: Ints) -> list[npt.NDArray[np.object_]]:
        """Return popular name, former road name, crossing street and shop of addresses."""
        block, road = self._block[rows], self._elements["road"][rows]
        popular = self.lore.popular[block]
        former = np.array([self.lore.former.get(r, "") for r in road], dtype=object)
        other = np.array([self.lore.crossing.get(r, "") for r in road], dtype=object)
        return [popular, former, other, self._shop[rows]]

    def _up(self, rows: Ints, level: npt.NDArray[np.object_]) -> Ints:
        """Go up from the address that was meant to the one that the text still tells."""
        depth = {"gate": 0, "building": 1, "unit": 2, "room": 3}
        wanted = np.array([depth.get(x, -1) for x in level])
        here = rows.copy()
        own = np.array([depth[x] for x in self._level[here]])
        for _ in range(3):
            rise = (own > wanted) & (wanted >= 0) & (self._parent[here] >= 0)
            here = np.where(rise, self._parent[here], here)
            own = np.array([depth[x] for x in self._level[here]])
        return np.where(wanted >= 0, here, -1)


@dataclass(frozen=True)
class Lore:
    """What people know beside the library.

    Parameters
    ----------
    popular : ndarray of str
        By block: the estate's popular name, or an empty text.
    former : dict
        Road to its name before it was renamed.
    crossing : dict
        Road to a road that it crosses.
    shops : dict of int to str
        Row of the library to the name of a shop there.
    """

    popular: npt.NDArray[np.object_]
    former: dict[str, str]
    crossing: dict[str, str]
    shops: dict[int, str]

    def shop_of(self, count: int) -> npt.NDArray[np.object_]:
        """Return the name of the shop at each row of the library, or an empty text."""
        result = np.full(count, "", dtype=object)
        result[list(self.shops)] = list(self.shops.values())
        return result


def _heads(table: pd.DataFrame) -> list[npt.NDArray[np.object_]]:
    """Return by block what may stand before the road, in the order of `HEADS`."""
    first = table.drop_duplicates("block").set_index("block")
    size = int(table["block"].max()) + 1
    names = ("province", "city", "district", "town", "community")
    known = {n: first[n].reindex(range(size), fill_value="").to_numpy(dtype=object) for n in names}
    province, city, district, town, community = known.values()
    local = town + community
    return [
        province + city + district + local,
        city + district + local,
        district + local,
        local,
        community,
        np.full(size, "", dtype=object),
        district + district + town,
    ]


def _reach(library: Library) -> Ints:
    """Return how many buildings with following numbers come after each row's building."""
    table, buildings = library.table, library.buildings
    own = buildings["block"].to_numpy()
    plain = buildings["label"].str.fullmatch(r"\d+号楼").to_numpy()
    after = np.zeros(len(buildings), dtype=int)
    for step in range(len(buildings) - 2, -1, -1):
        if plain[step] and plain[step + 1] and own[step] == own[step + 1]:
            after[step] = min(after[step + 1] + 1, 9)
    result = np.zeros(len(table), dtype=int)
    result[buildings["address"]] = after
    return result


def _one(
    parts: Parts, chosen: list[int], chances: list[float], reach: int, community: str
) -> tuple[str, str, str, str]:
    """Write one address; return text, level, relation and the names of the ways that changed it."""
    parts.reach = reach
    names = []
    text = parts.text()
    for number, chance in zip(chosen, chances, strict=True):
        way = WAYS[number]
        before = text
        if way.on_text is not None:
            text = way.on_text(text, chance)
        elif way.act is not None and not (way.moves and parts.relation != "at"):
            way.act(parts, chance)
            if parts.level == "community" and not parts.head:
                parts.head = community
            text = parts.text()
        if text != before:
            names.append(way.name)
    return text, parts.level, parts.relation, "+".join(names)
