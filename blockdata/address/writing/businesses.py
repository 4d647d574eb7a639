"""Names of towers, markets, parks, public places, companies and shops that could exist."""

from __future__ import annotations

from random import Random

from blockdata.address.writing.divisions import full_name
from blockdata.address.writing.names import rare_character, stem
from blockdata.address.writing.terms import characters, weighted, words

__all__ = [
    "company_name",
    "market_name",
    "park_name",
    "public_name",
    "shop_name",
    "tower_name",
    "zone_name",
]


def tower_name(random: Random) -> str:
    """Return the name of an office building or a mall.

    Examples
    --------
    >>> len(tower_name(Random(9))) > 2
    True
    """
    name = random.choice(words("estate_words")) if random.random() < 0.3 else stem(random)
    if random.random() < 0.1:
        name += random.choice(words("trades"))
    return name + random.choice(words("towers"))


def market_name(random: Random) -> str:
    """Return the name of a market or shopping place.

    Examples
    --------
    >>> len(market_name(Random(10))) > 1
    True
    """
    name = stem(random) if random.random() < 0.85 else ""
    wide = random.choice(("", "", "", "中国", "国际", "新", "大", "东"))
    return name + wide + random.choice(words("markets"))


def park_name(random: Random) -> str:
    """Return the name of an industrial park.

    Examples
    --------
    >>> len(park_name(Random(11))) > 1
    True
    """
    plain = ("城东", "城西", "城南", "城北", "东", "西", "滨海", "临港", "")
    name = stem(random) if random.random() < 0.8 else random.choice(plain)
    if random.random() < 0.1:
        name += random.choice(words("trades"))
    if name:
        name += random.choice(("", "", "", "第一", "第二", "高新", "东"))
    return name + random.choice(words("parks"))


def zone_name(random: Random, divisions: tuple[str, ...] = ()) -> str:
    """Return the name of a development zone, now and then after one of the divisions.

    Examples
    --------
    >>> len(zone_name(Random(12))) > 1
    True
    """
    way = random.random()
    if way < 0.2:
        return random.choice(words("zones"))
    name = random.choice(divisions) if way < 0.3 and divisions else stem(random)
    return name + random.choice(words("zones"))


def public_name(random: Random, divisions: tuple[str, ...] = ()) -> str:
    """Return the name of a school, hospital, office or other public place.

    Examples
    --------
    >>> len(public_name(Random(13))) > 1
    True
    """
    way = random.random()
    base = stem(random) if way < 0.85 else ""
    if way < 0.35 and divisions:
        base = _owner(random, divisions)
    elif way > 0.8:
        base += random.choice("大小新")
    return base + random.choice(words("public"))


def company_name(random: Random, divisions: tuple[str, ...] = ()) -> str:
    """Return the name of a company, often with its city and trade.

    Examples
    --------
    >>> len(company_name(Random(14))) > 2
    True
    """
    base = _owner(random, divisions) if random.random() < 0.3 and divisions else ""
    base += _brand(random)
    if random.random() < 0.15:
        return base + weighted("company_endings").pick(random)
    base += random.choice(words("trades"))
    return base if random.random() < 0.06 else base + weighted("company_endings").pick(random)


def _owner(random: Random, divisions: tuple[str, ...]) -> str:
    """Return the division that a name begins with; the first of them is the city."""
    name = random.choice(divisions)
    if random.random() < 0.35:
        name = full_name(name)
    if random.random() < 0.12:
        name = full_name(divisions[0]) + name
    return name


def _brand(random: Random) -> str:
    if random.random() < 0.04:
        return "".join(random.choices("ABCDEFGHJKLMNPQRSTVWXYZ", k=random.randint(2, 4)))
    opening, closing = characters("opening"), characters("closing")
    first = random.choice(opening) if random.random() < 0.6 else rare_character(random)
    second = random.choice(closing) if random.random() < 0.6 else rare_character(random)
    return first + second + (random.choice(closing) if random.random() < 0.15 else "")


def shop_name(random: Random) -> str:
    """Return the name of a shop or a branch of a known brand; never that of a person.

    Examples
    --------
    >>> len(shop_name(Random(15))) > 1
    True
    """
    way = random.random()
    if way < 0.22:
        return random.choice(words("brands")) + (_branch(random) if way < 0.07 else "")
    if way < 0.3:
        return random.choice(words("shops"))
    base = _brand(random) if way < 0.75 else stem(random)
    if random.random() < 0.12:
        doubled = base[0] + base[0], random.choice("阿小老") + rare_character(random)
        base = random.choice(doubled)
    trade = random.choice(words("trades")) if random.random() < 0.2 else ""
    bare = trade and random.random() < 0.15
    return base + trade + ("" if bare else random.choice(words("shops")))


def _branch(random: Random) -> str:
    endings = ("店", "支行", "分店", "营业厅", "分理处", "网点")
    return stem(random) + random.choice(endings)
