"""Names of places that could exist, made by the morphology of Chinese place names."""

from __future__ import annotations

from random import Random

from blockdata.address.writing.numerals import number_text
from blockdata.address.writing.terms import characters, weighted, words

__all__ = [
    "community_name",
    "estate_name",
    "group_name",
    "hamlet_name",
    "lane_name",
    "rare_character",
    "road_name",
    "stem",
    "town_name",
]

#: The two levels of GB 2312: every character of common use.
_RARE = tuple(
    chr(code)
    for code in range(0x4E00, 0x9FA0)
    if len(chr(code).encode("gb2312", errors="ignore")) > 1
)
_NUMERALS = "一二三四五六七八九十"
_SMALL = ("巷", "弄", "胡同", "里", "支路", "横街")
_LARGE = ("路", "街", "大道", "大街")


def rare_character(random: Random) -> str:
    """Return any character of common use.

    Examples
    --------
    >>> len(rare_character(Random(1)))
    1
    """
    return random.choice(_RARE)


def stem(random: Random, *, common: float = 0.3) -> str:
    """Return two or three characters that open a name.

    Parameters
    ----------
    random : Random
    common : float, default 0.3
        Share of well-known words (人民, 中山) among them.

    Examples
    --------
    >>> 1 < len(stem(Random(1))) <= 4
    True
    """
    if random.random() < common:
        return random.choice(words("words"))
    first = random.choice(characters("opening") if random.random() < 0.85 else _RARE)
    second = random.choice(characters("closing") if random.random() < 0.85 else _RARE)
    third = random.choice(characters("closing")) if random.random() < 0.13 else ""
    return first + second + third


def road_name(random: Random, divisions: tuple[str, ...] = ()) -> str:
    """Return the name of a road.

    Parameters
    ----------
    random : Random
    divisions : tuple of str, optional
        Cities and districts: now and then a road is named after one.

    Examples
    --------
    >>> len(road_name(Random(4))) > 1
    True
    """
    way = random.random()
    if way < 0.04:
        return _numbered_road(random)
    if way < 0.06:
        return stem(random) + random.choice(words("other_road_endings"))
    ending = weighted("road_endings").pick(random)
    if way < 0.11 and divisions:
        name = random.choice(divisions)
    elif ending in _SMALL:
        name = stem(random, common=0.1) + (random.choice("小后大横") if way > 0.8 else "")
    else:
        name = stem(random, common=0.5)
    if ending in _LARGE and random.random() < 0.24:
        name += random.choice("东西南北中" if random.random() < 0.75 else words("middles"))
    if random.random() < 0.03:
        name += random.choice(("段", "工业", "科技", "旅游", "产业"))
    return name + ending


def _numbered_road(random: Random) -> str:
    number = random.choice(_NUMERALS) if random.random() < 0.5 else str(random.randint(1, 60))
    ring = random.choice("东西南北外内") + random.choice("一二三四") + "环"
    return random.choice(
        (
            f"{stem(random)}{number}{random.choice(('路', '街', '道', '巷', '大道'))}",
            f"{stem(random)}{number}{random.choice(('路', '街', '道', '巷', '大道'))}",
            f"{random.choice('经纬东西南北')}{number}路",
            random.choice(("", "", "G", "S"))
            + f"{random.randint(101, 330)}{random.choice('国省县')}道",
            f"{number}号{random.choice(('大街', '路', '公路', '大道'))}",
            ring + random.choice(words("ring_roads")),
            f"第{number}{random.choice(('大街', '大道'))}",
            f"{stem(random)}{random.choice(('大街', '路'))}{random.choice('东西南北')}段",
        )
    )


def lane_name(random: Random) -> str:
    """Return a lane inside a road's area: a number with its class word, or a name.

    Examples
    --------
    >>> len(lane_name(Random(3))) > 1
    True
    """
    if random.random() < 0.8:
        ending = random.choices(("弄", "巷", "支弄", "支路"), (8, 2.5, 0.4, 0.3))[0]
        return number_text(random, 800) + ending
    return stem(random) + random.choice(("弄", "巷", "支路", "支弄", "条", "横路"))


def town_name(random: Random) -> str:
    """Return the name of a street office, town or township, sometimes without its class word.

    Examples
    --------
    >>> len(town_name(Random(5))) > 1
    True
    """
    if random.random() < 0.06:
        return random.choice(characters("opening")) + random.choice(("镇", "街道", "乡"))
    ending = weighted("town_endings").pick(random)
    road = random.choice("路街桥") if ending == "街道" and random.random() < 0.08 else ""
    return stem(random, common=0.12) + road + ending


def hamlet_name(random: Random) -> str:
    """Return the name of a natural village, mostly without a class word.

    Examples
    --------
    >>> len(hamlet_name(Random(6))) > 1
    True
    """
    way = random.random()
    if way < 0.3:
        return random.choice(characters("family")) + random.choice(words("family_villages"))
    if way < 0.6:
        side = random.choice("前后上下东西南北里外大小中新老")
        middle = random.choice(characters("family") + characters("closing"))
        return side + middle + random.choice(("", "", "村", "庄", "家"))
    endings = ("", "", "村", "自然村", "庄", "屯", "湾", "头", "坪", "冲", "沟")
    return stem(random, common=0.05) + random.choice(endings)


def community_name(random: Random) -> str:
    """Return the name of a community or administrative village.

    Examples
    --------
    >>> len(community_name(Random(7))) > 1
    True
    """
    base = hamlet_name(random) if random.random() < 0.45 else stem(random, common=0.15)
    base = base.removesuffix("自然村").removesuffix("村") or base
    return base + weighted("community_endings").pick(random)


def group_name(random: Random) -> str:
    """Return a group of villagers: 5组, 第三村民小组, 李家组.

    Examples
    --------
    >>> len(group_name(Random(1))) > 1
    True
    """
    ending = weighted("group_endings").pick(random)
    if ending in ("村民组", "组", "屯", "小组", "队") and random.random() < 0.15:
        return hamlet_name(random) + ending
    return ("第" if random.random() < 0.04 else "") + number_text(random, 25) + ending


def estate_name(random: Random) -> str:
    """Return the name of a housing estate.

    Examples
    --------
    >>> len(estate_name(Random(8))) > 1
    True
    """
    way = random.random()
    if way < 0.07:
        number = random.choice(_NUMERALS) if way < 0.04 else str(random.randint(1, 9))
        return stem(random) + number + random.choice(("区", "村", "苑", "园"))
    if way < 0.12:
        endings = ("小区", "新村", "公寓", "安置房", "一区", "二区", "三区", "新区", "东区", "西区")
        return hamlet_name(random) + random.choice(endings)
    name = random.choice(words("estate_words")) if random.random() < 0.5 else stem(random)
    if random.random() < 0.25:
        dot = "·" if random.random() < 0.06 else ""
        name = random.choice((*words("developers"), stem(random))) + dot + name
    if random.random() < 0.012:
        name += str(random.choice((100, 365, 1912, 1958, 2000, 798, 88, 99, 66)))
    if random.random() < 0.2:
        name += random.choice(("国际", "名", "新", "金", "嘉", "锦", "大", "家", "人家", "城市"))
    return name if random.random() < 0.1 else name + random.choice(words("estate_endings"))
