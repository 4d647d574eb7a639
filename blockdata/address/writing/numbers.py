"""Door numbers, buildings, units, floors and rooms, in the ways people write them."""

from __future__ import annotations

from random import Random

from blockdata.address.writing.numerals import chinese, number_text
from blockdata.address.writing.terms import weighted

__all__ = ["LETTERS", "building", "door_number", "floor", "lane_number", "room", "unit"]

LETTERS = "ABCDEFGHJKLM"
_STEMS = "甲乙丙丁"


def door_number(random: Random) -> str:
    """Return a number of a plot or door on a road.

    Examples
    --------
    >>> any(map(str.isalnum, door_number(Random(1))))
    True
    """
    number = number_text(random, 3000)
    way = random.random()
    if way < 0.9:
        return number + ("号" if way < 0.78 else "")
    more = str(random.randint(1, 40))
    if way < 0.95:
        dash = random.choice("---—－")
        return random.choice((f"{number}{dash}{more}号", f"{number}-{more}", f"{number}号-{more}"))
    if way < 0.965:
        return f"{number}{random.choice(('、', ',', '号、', '/', '.'))}{more}号"
    if way < 0.98:
        return random.choice((f"{number}号附{more}号", f"{number}号附{more}", f"附{more}号"))
    if way < 0.99:
        of = chinese(random.randint(1, 12))
        return random.choice((f"{number}号之{of}", f"{number}之{more}号", f"{number}号之{more}"))
    return _odd_number(random, number)


def _odd_number(random: Random, number: str) -> str:
    first = random.choice((random.choice(_STEMS), "新", "老"))
    last = random.choice((random.choice(_STEMS), "院", "大院"))
    letter = random.choice(LETTERS)
    return random.choice(
        (f"{first}{number}号", f"{number}号{last}", f"{number}{letter}号", f"{number}#")
    )


def lane_number(random: Random) -> str:
    """Return a number inside a lane.

    Examples
    --------
    >>> any(map(str.isalnum, lane_number(Random(1))))
    True
    """
    endings = ("号", "", f"-{random.randint(1, 9)}号")
    return number_text(random, 300) + random.choices(endings, (9, 1, 0.5))[0]


def building(random: Random) -> str:
    """Return a building with its class word.

    Examples
    --------
    >>> building(Random(1)) != ""
    True
    """
    way = random.random()
    number = number_text(random, 180)
    if 0.68 <= way < 0.86:
        name = random.choice(LETTERS) + (str(random.randint(1, 30)) if way > 0.8 else "")
        name = name.lower() if random.random() < 0.1 else name
    elif 0.86 <= way < 0.9:
        name = random.choice(_STEMS + "东西南北")
    elif 0.9 <= way < 0.95:
        name = number + random.choice(LETTERS)
    elif way >= 0.95:
        more = random.randint(1, 99)
        name = random.choice((f"{number}-{more}", f"第{number}", f"{number}、{more}"))
    else:
        name = number
    lettered = name[-1].upper() in LETTERS
    return name + weighted("lettered_endings" if lettered else "building_endings").pick(random)


def unit(random: Random) -> str:
    """Return a unit with its class word.

    Examples
    --------
    >>> unit(Random(1)) != ""
    True
    """
    way = random.random()
    name = number_text(random, 9 if way < 0.9 else 90)
    if way < 0.1:
        name = random.choice(LETTERS[:6] + _STEMS + "东西中南北")
    ordinal = "第" if random.random() < 0.01 else ""
    return ordinal + name + weighted("unit_endings").pick(random)


def floor(random: Random) -> str:
    """Return a floor with its class word.

    Examples
    --------
    >>> floor(Random(1)) != ""
    True
    """
    way = random.random()
    number = str(int((130 if random.random() < 0.3 else 33) ** random.random()))
    if random.random() < 0.25:
        number = chinese(random.randint(1, 12))
    if way < 0.04:
        below = random.choice(("负", "B", "地下", "-"))
        return below + number + random.choice(("楼", "层", "" if below == "B" else "层"))
    if way < 0.06:
        several = (
            number + random.choice("-至、") + str(random.randint(2, 9)) + random.choice("楼层")
        )
        return random.choice(("顶楼", "底楼", "底层", "顶层", "夹层", several, several))
    ordinal = "第" if random.random() < 0.01 else ""
    return ordinal + number + weighted("floor_endings").pick(random)


def room(random: Random, *, bare: float = 1.0) -> str:
    """Return a room, in a share `bare` of cases without its class word.

    Examples
    --------
    >>> room(Random(1)) != ""
    True
    """
    if random.random() < 0.008:
        return random.choice("东西中南北") + "户"
    number = f"{int(33 ** random.random())}{random.randint(1, 9):02d}"
    if random.random() < 0.24:
        number = _odd_room(random, number)
    return number + ("" if random.random() < bare else weighted("room_endings").pick(random))


def _odd_room(random: Random, number: str) -> str:
    door, letter = random.randint(1, 30), random.choice(LETTERS)
    way = random.random()
    if way < 0.25:
        return letter + (number if way < 0.15 else str(door))
    if way < 0.55:
        longer = str(random.randint(1000, 5000)), number[:-1] + str(door + 10)
        return random.choice((f"{number[:-2]}{letter}{door}", f"{number[:-2]}{letter}", *longer))
    if way < 0.67:
        zero = random.choice("〇零")
        return "".join(zero if digit == "0" else chinese(int(digit)) for digit in number)
    if way < 0.8:
        return number + random.choice("-、/.,") + str(int(number) + random.randint(1, 2))
    odd = (f"0{number}", f"{number}{random.choice('ABC东西')}", f"{number}#", f"{number}-{door}")
    return random.choice((*odd, str(door), str(door)))
