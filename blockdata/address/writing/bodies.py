"""What stands below the town: roads, estates, villages, crossings, tenants."""

from __future__ import annotations

from random import Random
from typing import TypeAlias

from blockdata.address.writing import businesses, names, numbers, surroundings
from blockdata.address.writing.chains import chain
from blockdata.address.writing.terms import words

__all__ = ["body"]

Pieces: TypeAlias = list[tuple[str, str]]
Divisions: TypeAlias = tuple[str, ...]


def body(random: Random, divisions: Divisions) -> Pieces:
    """Return the part of an address below the town; now and then nothing.

    Parameters
    ----------
    random : Random
    divisions : tuple of str
        Short names of the city and its districts, after which roads and companies are named.

    Examples
    --------
    >>> isinstance(body(Random(1), ("甲市",)), list)
    True
    """
    return random.choices(_BODIES, _BODY_WEIGHTS)[0](random, divisions)


def _road(random: Random, divisions: Divisions, *, number: float = 0.8) -> Pieces:
    pieces = [(names.road_name(random, divisions), "road")]
    if random.random() < 0.05:
        pieces.append((names.lane_name(random), "lane"))
        if random.random() < 0.75:
            pieces.append((numbers.lane_number(random), "lane_no"))
    elif random.random() < number:
        pieces.append((numbers.door_number(random), "road_no"))
    return pieces


def _site(random: Random, divisions: Divisions) -> Pieces:
    """A named thing that stands by itself, often with a part of it."""
    way = random.random()
    if way < 0.36:
        return _with_part(random, names.estate_name(random), 0.2)
    if way < 0.55:
        return _with_part(random, businesses.tower_name(random), 0.04)
    if way < 0.66:
        return _with_part(random, businesses.market_name(random), 0.2)
    if way < 0.79:
        return [(businesses.park_name(random), "zone"), *_part(random, 0.05)]
    if way < 0.9:
        return _with_part(random, businesses.public_name(random, divisions), 0.12)
    return _with_part(random, names.hamlet_name(random), 0.05)


def _with_part(random: Random, name: str, share: float) -> Pieces:
    return [(name, "estate"), *_part(random, share)]


def _part(random: Random, share: float) -> Pieces:
    if random.random() >= share:
        return []
    if random.random() > 0.35:
        return [(random.choice(words("sections")), "estate")]
    name = names.stem(random)[:2]
    if random.random() < 0.4:
        name = random.choice(words("estate_words"))
    endings = ("苑", "园", "阁", "居", "庭", "轩", "里", "湾", "坊", "组团", "校区", "楼")
    return [(name + random.choice(endings), "estate")]


def _tenant(random: Random, divisions: Divisions) -> Pieces:
    """A company, a shop, or a room with a name."""
    way = random.random()
    if way < 0.36:
        return [(businesses.company_name(random, divisions), "place")]
    if way < 0.72:
        return [(businesses.shop_name(random), "place")]
    if way < 0.92:
        return [(random.choice(words("inner")), "place")]
    if way < 0.96:
        kinds = ("门", "门", "车间", "厂房", "馆", "库", "商铺", "店", "窗口", "电梯")
        return [(f"{random.randint(1, 99)}号{random.choice(kinds)}", "place")]
    return [(names.stem(random), "place")]


def _community(random: Random) -> Pieces:
    pieces = [(names.community_name(random), "community")]
    if random.random() < 0.13:
        pieces.append((names.group_name(random), "lane"))
    return pieces


def _ending(random: Random, divisions: Divisions, share: float) -> Pieces:
    if random.random() < 0.03:
        return _bracketed(random, divisions)
    if random.random() >= share:
        return []
    pieces = [("-", "")] if random.random() < 0.04 else []
    pieces += _tenant(random, divisions)
    return pieces + (_tenant(random, divisions) if random.random() < 0.1 else [])


def _bracketed(random: Random, divisions: Divisions) -> Pieces:
    """A gate, a branch, a road or a description in brackets, as maps write it."""
    way = random.random()
    if way < 0.5:
        gates = ("南门", "北门", "东门", "西门", "东南门", "西北门", "入口", "北楼", "主楼", "南区")
        inside = (random.choice((*gates, *words("inner"), *words("sections"))), "place")
    elif way < 0.65:
        inside = (names.stem(random) + "店", "place")
    elif way < 0.85:
        inside = (names.road_name(random, divisions), "road")
    else:
        inside = (surroundings.beside(random), "relative")
    first, last = random.choice(("()", "()", "（）", "[]", "【】"))
    return [(first, ""), inside, (last, "")]


def _road_body(random: Random, divisions: Divisions) -> Pieces:
    pieces = _community(random) if random.random() < 0.08 else []
    pieces += _road(random, divisions)
    if random.random() < 0.22:
        pieces += chain(random, after_road=True)
    return pieces + _ending(random, divisions, 0.22)


def _road_site_body(random: Random, divisions: Divisions) -> Pieces:
    pieces = _road(random, divisions, number=0.62) + _site(random, divisions)
    if random.random() < 0.68:
        pieces += chain(random)
    return pieces + _ending(random, divisions, 0.2)


def _site_body(random: Random, divisions: Divisions) -> Pieces:
    pieces = _community(random) if random.random() < 0.1 else []
    pieces += _site(random, divisions)
    if random.random() < 0.74:
        pieces += chain(random)
    return pieces + _ending(random, divisions, 0.25)


def _site_road_body(random: Random, divisions: Divisions) -> Pieces:
    pieces = _site(random, divisions) + _road(random, divisions)
    if random.random() < 0.3:
        pieces += chain(random, after_road=True)
    return pieces + _ending(random, divisions, 0.3)


def _village_body(random: Random, divisions: Divisions) -> Pieces:
    pieces = _community(random)
    if random.random() < 0.35:
        pieces.append((names.hamlet_name(random), "estate"))
    way = random.random()
    if way < 0.4:
        pieces.append((numbers.door_number(random), "road_no"))
    elif way < 0.6:
        pieces += chain(random)
    return pieces + _ending(random, divisions, 0.25)


def _crossing_body(random: Random, divisions: Divisions) -> Pieces:
    first, second = names.road_name(random, divisions), names.road_name(random, divisions)
    pieces = surroundings.crossing(random, first, second)
    if random.random() < 0.55:
        pieces += _site(random, divisions)
        pieces += chain(random) if random.random() < 0.5 else []
    return pieces + _ending(random, divisions, 0.15)


def _relative_body(random: Random, divisions: Divisions) -> Pieces:
    pieces = _road(random, divisions) if random.random() < 0.5 else []
    if not pieces or random.random() < 0.6:
        pieces += _site(random, divisions)
    if random.random() < 0.2:
        pieces += chain(random)
    near = surroundings.offset if random.random() < 0.2 else surroundings.beside
    pieces.append((near(random), "relative"))
    if random.random() < 0.4:
        return pieces
    if random.random() < 0.4:
        pieces.append((random.choice(words("spots")), "place"))
    else:
        pieces += _tenant(random, divisions)
    if random.random() < 0.15:
        pieces.append((surroundings.beside(random), "relative"))
    return pieces


def _tenant_body(random: Random, divisions: Divisions) -> Pieces:
    pieces = _road(random, divisions) if random.random() < 0.7 else []
    return pieces + _ending(random, divisions, 1.0)


def _nothing_body(random: Random, divisions: Divisions) -> Pieces:
    del divisions
    return _community(random) if random.random() < 0.4 else []


_BODIES = (
    _road_body,
    _road_site_body,
    _site_body,
    _site_road_body,
    _village_body,
    _crossing_body,
    _relative_body,
    _tenant_body,
    _nothing_body,
)
_BODY_WEIGHTS = (24, 24, 27, 6, 10, 2.5, 7, 9, 2.5)
