"""Addresses of a library as people write them: shortened, other class words, bare numbers."""

from __future__ import annotations

import re
from collections.abc import Mapping
from random import Random
from typing import TypeAlias

from blockdata.address.writing.businesses import shop_name
from blockdata.address.writing.divisions import short_name
from blockdata.address.writing.noise import roughen
from blockdata.address.writing.numerals import chinese
from blockdata.address.writing.surroundings import beside
from blockdata.address.writing.terms import characters, words

__all__ = ["written_by_hand"]

Pieces: TypeAlias = list[tuple[str, str]]
_NUMBER = re.compile(
    r"^第?([0-9A-Za-z甲乙丙丁东西南北一二三四五六七八九十-]+)(?:号楼|单元|号室|楼|[号幢栋座门梯层室房户#])?$"
)
_CLASSES = {
    "road_no": (("号", ""), (88, 12)),
    "building": (("号楼", "栋", "幢", "座", "号", "#"), (40, 25, 22, 4, 8, 1)),
    "unit": (("单元", "门", "梯"), (92, 5, 3)),
    "floor": (("楼", "层", "F"), (70, 25, 5)),
    "room": (("室", "", "房", "户", "号"), (55, 36, 4, 3, 2)),
}
_REGIONS = ("province", "city", "district")
_INSIDE = ("building", "unit", "floor", "room")
_KEPT = {"town": 0.4, "community": 0.35, "floor": 0.7, "unit": 0.88, "room": 0.93}


def written_by_hand(random: Random, row: Mapping[str, str]) -> Pieces:
    """Return an address of the library as somebody might have typed it.

    Parameters
    ----------
    random : Random
    row : mapping of str to str
        The elements that the library gives, by their names in `LEVELS`.

    Returns
    -------
    list of (str, str)
        Pieces in order; those that are no element have the name "".

    Examples
    --------
    >>> pieces = written_by_hand(Random(1), {"road": "甲路", "road_no": "3号"})
    >>> pieces[0]
    ('甲路', 'road')
    """
    pieces = _regions(random, row)
    pieces += _names(random, row, ("town", "community"))
    pieces += _street(random, row)
    pieces += _inside(random, row)
    pieces += _extra(random)
    return roughen(random, pieces)


def _regions(random: Random, row: Mapping[str, str]) -> Pieces:
    kept = random.choices((0, 1, 2, 3), (35, 20, 20, 25))[0]
    given = [name for name in _REGIONS if name in row]
    chosen = given[len(given) - kept :] if kept < len(given) else given
    short = random.random() < 0.15
    return [(short_name(row[name]) if short else row[name], name) for name in chosen if kept]


def _names(random: Random, row: Mapping[str, str], levels: tuple[str, ...]) -> Pieces:
    kept = [name for name in levels if name in row and random.random() < _KEPT.get(name, 1.0)]
    return [(_misspelt(random, row[name]), name) for name in kept]


def _misspelt(random: Random, name: str) -> str:
    if random.random() >= 0.02 or len(name) < 3:
        return name
    at = random.randrange(len(name) - 1)
    return name[:at] + random.choice(characters("closing")) + name[at + 1 :]


def _street(random: Random, row: Mapping[str, str]) -> Pieces:
    """The road with its number, the estate, or both, in either order."""
    road = _names(random, row, ("road",)) + _numbered(random, row, ("road_no",))
    estate = _names(random, row, ("estate",))
    way = random.random()
    if not road or not estate or way < 0.5:
        return road + estate
    if way < 0.55:
        return estate + road
    return road if way < 0.72 else estate


def _numbered(random: Random, row: Mapping[str, str], levels: tuple[str, ...]) -> Pieces:
    kept = [name for name in levels if name in row and random.random() < _KEPT.get(name, 1.0)]
    return [(_with_class(random, row[name], name), name) for name in kept]


def _with_class(random: Random, value: str, level: str) -> str:
    found = _NUMBER.match(value)
    if found is None or random.random() < 0.4:
        return value
    number = found[1]
    if number.isascii() and number.isdigit() and level != "room" and random.random() < 0.04:
        number = chinese(int(number[:4]))
    return number + random.choices(*_CLASSES[level])[0]


def _inside(random: Random, row: Mapping[str, str]) -> Pieces:
    numbers = {name: _NUMBER.match(row[name]) for name in _INSIDE if name in row}
    plain = [(match[1], name) for name, match in numbers.items() if match and name != "floor"]
    if len(plain) > 1 and random.random() < 0.22:
        dash = random.choice(("-", "-", "-", "－", "一", "_", "#", " "))
        return [piece for one in plain for piece in (one, (dash, ""))][:-1]
    pieces = _numbered(random, row, _INSIDE)
    apart: Pieces = []
    for value, name in pieces:
        if apart and apart[-1][0][-1:].isalnum() and apart[-1][0][-1:].isascii():
            apart.append(("-", ""))
        apart.append((value, name))
    return apart


def _extra(random: Random) -> Pieces:
    way = random.random()
    if way < 0.06:
        return [(shop_name(random), "place")]
    if way < 0.09:
        return [(beside(random), "relative")]
    if way < 0.11:
        return [("(", ""), (random.choice(words("remarks")), "remark"), (")", "")]
    return [(random.choice(words("inner")), "place")] if way < 0.13 else []
