"""Whole addresses with their elements, in the ways people write them."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from typing import TypeAlias

from blockdata.address.writing import bodies
from blockdata.address.writing.businesses import public_name, shop_name, zone_name
from blockdata.address.writing.divisions import areas, short_name
from blockdata.address.writing.names import stem, town_name
from blockdata.address.writing.noise import roughen
from blockdata.address.writing.regions import invented_area, regions, with_repetition
from blockdata.address.writing.terms import words

__all__ = ["Pieces", "Sentence", "as_sentence", "sentences"]

Pieces: TypeAlias = list[tuple[str, str]]
Sentence: TypeAlias = tuple[str, list[tuple[int, int, str]]]
_KNOWN_AREAS = 0.93


def sentences(seed: int, count: int) -> Iterator[Sentence]:
    """Invent addresses; the same seed gives the same ones.

    Yields
    ------
    (str, list of (int, int, str))
        A text, and for each of its elements where it starts and ends, and which it is.

    Examples
    --------
    >>> next(sentences(1, 1)) == next(sentences(1, 5))
    True
    """
    random = Random(seed)
    for _ in range(count):
        yield as_sentence(roughen(random, _address(random)))


def as_sentence(pieces: Pieces) -> Sentence:
    """Join pieces to a text and the spans of those that are an element.

    A dash keeps two numbers apart that would read as one.

    Examples
    --------
    >>> as_sentence([("甲路", "road"), ("-", ""), ("3", "building")])
    ('甲路-3', [(0, 2, 'road'), (3, 4, 'building')])
    """
    text, spans = "", []
    for value, element in pieces:
        if text[-1:].isdigit() and value[:1].isdigit():
            text += "-"
        if element and value:
            spans.append((len(text), len(text) + len(value), element))
        text += value
    return text, spans


def _address(random: Random) -> Pieces:
    known = random.random() < _KNOWN_AREAS
    area = random.choice(areas()) if known else invented_area(random)
    divisions = (short_name(area.city), *map(short_name, area.districts))
    pieces = regions(random, area) + _towns(random, divisions)
    if pieces and random.random() < 0.02:
        named = [piece for piece in pieces if piece[1] not in ("", "remark")]
        again = [piece for piece in named if random.random() < 0.8]
        pieces = with_repetition(pieces, again)
    pieces += bodies.body(random, divisions)
    return _with_remarks(random, pieces) if pieces else _address(random)


def _towns(random: Random, divisions: tuple[str, ...]) -> Pieces:
    pieces = []
    if random.random() < 0.05:
        pieces.append((zone_name(random, divisions), "zone"))
    if random.random() < 0.44:
        pieces.append((town_name(random), "town"))
    return pieces


def _with_remarks(random: Random, pieces: Pieces) -> Pieces:
    way = random.random()
    if way < 0.04:
        return [*pieces, (random.choice(words("remarks")), "remark")]
    if way < 0.06:
        said = (shop_name(random), f"原{stem(random)}厂", f"{stem(random)}旧址")
        return [*pieces, ("(", ""), (random.choice(said), "remark"), (")", "")]
    if way < 0.065:
        return [*pieces, (str(random.randint(100000, 859999)), "remark")]
    if way < 0.075:
        at = random.randrange(len(pieces)) + 1
        remark = [("(", ""), ("原" + public_name(random), "remark"), (")", "")]
        return pieces[:at] + remark + pieces[at:]
    return pieces
