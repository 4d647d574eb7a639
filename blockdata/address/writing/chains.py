"""What stands inside an estate or behind a door number: from the building down to the room."""

from __future__ import annotations

from random import Random
from typing import TypeAlias

from blockdata.address.writing.numbers import LETTERS, building, floor, room, unit
from blockdata.address.writing.numerals import number_text

__all__ = ["chain"]

Pieces: TypeAlias = list[tuple[str, str]]
_DASHES = ("-", "-", "-", "-", "-", "-", "一", "_", "—", "－", "#", "/", " ")


def chain(random: Random, *, after_road: bool = False) -> Pieces:
    """Return building, unit, floor and room, or some of them; 12-3-1001 if no road is before it.

    Examples
    --------
    >>> len(chain(Random(1))) > 0
    True
    """
    way = random.random()
    if way < 0.27 and not after_road:
        return _bare(random)
    if way < 0.31 and not after_road:
        return _mixed(random)
    if way < 0.37 or (after_road and way < 0.5):
        return _floor_and_room(random)
    return _full(random)


def _bare(random: Random) -> Pieces:
    """Numbers alone, with dashes between."""
    dash = random.choice(_DASHES)
    first = number_text(random, 180)
    if random.random() < 0.12:
        first = random.choice(LETTERS) + random.choice(("", str(random.randint(1, 30))))
    first += "号" if random.random() < 0.05 else ""
    second = number_text(random, 12)
    if random.random() < 0.05:
        second = random.choice(LETTERS[:4] + "甲乙丙丁")
    last = room(random) if random.random() < 0.93 else str(random.randint(1, 99))
    last += "室" if random.random() < 0.12 and last[-1].isalnum() else ""
    if random.random() < 0.55:
        return [(first, "building"), (dash, ""), (last, "room")]
    return [(first, "building"), (dash, ""), (second, "unit"), (dash, ""), (last, "room")]


def _mixed(random: Random) -> Pieces:
    """Class words on some of the numbers only."""
    number = number_text(random, 12)
    way = random.randrange(4)
    if way == 0:
        return [(building(random), "building"), (f"{number}号", "unit"), (room(random), "room")]
    if way == 1:
        return [(f"{number}号", "building"), (room(random, bare=0.2), "room")]
    inner = number if way == 2 else unit(random)
    pieces = [(building(random), "building"), (inner, "unit"), (room(random), "room")]
    return [piece for one in pieces for piece in (one, ("-", ""))][:-1]


def _floor_and_room(random: Random) -> Pieces:
    pieces = [(floor(random), "floor")] if random.random() < 0.75 else []
    if not pieces or random.random() < 0.45:
        pieces.append((room(random, bare=0.35), "room"))
    return pieces


def _full(random: Random) -> Pieces:
    """Class words on all of them, often none on the room."""
    pieces = [(building(random), "building")]
    if random.random() < 0.42:
        pieces.append((unit(random), "unit"))
    if random.random() < 0.17:
        pieces.append((floor(random), "floor"))
    if random.random() < 0.72:
        open_end = pieces[-1][0][-1].isascii() and pieces[-1][0][-1].isalnum()
        if open_end and random.random() < 0.5:
            pieces.append(("-", ""))
        door = f"{random.randint(1, 30)}0{random.randint(1, 9)}室"
        open_end = open_end and pieces[-1][1] != ""
        digit = pieces[-1][0][-1].isdigit()
        pieces += [("-", "")] if digit else []
        pieces.append((door if open_end else room(random, bare=0.42), "room"))
    return pieces
