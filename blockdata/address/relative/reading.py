"""Read relative descriptions: 对面, 旁, 路口东北50米, 甲路与乙路交叉口."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import replace

from blockdata.address.relative.description import Description
from blockdata.address.relative.lengths import Length, find_length
from blockdata.address.traditional import simplified_characters

_WIND = "(?:[东西][南北]|[南北][东西]|[东南西北])"
_ROAD = r"(?:路|街|道|巷|弄|胡同|线|大街|大道)"
_JOINED = r"(?:与|和|跟|及|、|/|&|\+)"
_MEETING = (
    r"(?:的?(?:十字|丁字|三岔|交叉)路口|的?交叉(?:路口|口|处|点)|的?交[汇会界](?:路口|处|口|点)"
    r"|相交处|(?<=[路街巷道弄])(?:的?[路街巷道])?口)"
)
_CORNER = rf"(?:(?P<corner>{_WIND})(?:角|侧|边|面|方向|方|部|向|头)?)?"
_CROSSING = re.compile(rf"^(?P<sides>.+?){_MEETING}{_CORNER}(?P<rest>.*)$")
_TWO_ROADS = re.compile(rf"^(?P<one>.*?{_ROAD}){_JOINED}(?P<two>[^与和、/&+]*?{_ROAD})$")
_DOOR = re.compile(r"[0-9〇零一二三四五六七八九十百]号|[0-9](?:弄|幢|栋|座|室|单元|楼)")
_SIDES = re.compile(rf"^(?P<one>.+?{_ROAD})(?:路?口)?{_JOINED}(?P<two>.+)$")
# 康岭里与江川路: a street whose name has no word of its kind.
_PLAIN_SIDES = re.compile(rf"^(?P<one>.+){_JOINED}(?P<two>.+)$")
_BOUNDED = re.compile(
    rf"^(?P<street>.*?{_ROAD})\(?(?P<one>[^()]*?{_ROAD}|[^()]*?[路街巷道])(?:路?口)?"
    rf"(?P<how>-|—|~|至|到|与|和)(?P<two>[^()]*?{_ROAD})(?:路?口)?(?P<word>之间|中间|路?段)?\)?"
    r"(?:之间|路?段)?$"
)
_BETWEEN = re.compile(rf"^(?P<one>.+?){_JOINED}(?P<two>.+?)(?:的?(?:之间|中间))(?P<target>.*)$")
_TOWARD = re.compile(
    rf"(?:(?P<lead>再?[往向朝以偏])?(?P<wind>{_WIND})(?:侧|边|面|方向|方|走|行|向|头)*"
    r"|再?(?:[往向朝]?(?:前|后|左|右|里|外)(?:方|面|侧|边|走|行|拐|转)*))$"
)
_ONWARD = re.compile(rf"(?P<lead>[往向朝])(?P<wind>{_WIND})(?:方向|走|行|侧|边)?$")
_WORDS = re.compile(
    r"(?P<opposite>(?:马?路)?(?:斜?对[面过侧]|斜对|正对面))"
    r"|(?P<near>附[近进]|周边|周围|一带|不远处?)"
    r"|(?P<beside>旁边?|边上|隔壁|后面|前面|背后|楼[前后]|门前|院[前后])"
    r"|(?P<at>(?:大?门口|楼下|院内|(?<=[号楼区苑园厦场院])门口))"
)
_SIDE = re.compile(rf"(?P<wind>{_WIND})(?:侧|边|面|旁|首)(?P<target>.*)$")
# Nobody describes one place in more characters; it also bounds what the patterns can cost.
_LONGEST = 100
# What 路 does not make a road's name after: 5号路东, 面馆路东 (but 花园路东, 学院路东).
_NO_NAME_OF_ROAD = re.compile(r"(?:[0-9]|号楼|[号栋幢座楼室店馆厦寓村]|单元|小区|超市|酒店)$")
_HEDGE = re.compile(r"^(?:地址[::]?|位于|就是|就在|在|住|由|从|自|沿着?)+")
_BRACKET = re.compile(r"\([^()]*\)")
_EDGES = " ,、-.;:。的()"
_WINDS = {"北东": "东北", "南东": "东南", "北西": "西北", "南西": "西南"}
_OPEN_SPACE = str.maketrans(
    {**dict.fromkeys("([{【〔〖〈《", "("), **dict.fromkeys(")]}】〕〗〉》", ")")}
)


def describe(text: str | None) -> Description:
    """Read how an address text describes its place.

    Parameters
    ----------
    text : str or None
        As written: an address with or without a relative part.

    Returns
    -------
    Description
        A text without a relative part is `at` itself; brackets beside an address with a door
        number are remarks. What cannot be read has a `reason`.

    Examples
    --------
    >>> describe("延安三路与香港中路交叉口东北50米")
    ... # doctest: +NORMALIZE_WHITESPACE
    Description(relation='offset', anchors=(), streets=('延安三路', '香港中路'), direction='东北',
                distance_m=50.0, approximate=False, target='', reason='')
    >>> describe("35栋旁边铁皮房").anchors, describe("35栋旁边铁皮房").target
    (('35栋',), '铁皮房')
    """
    folded = _folded(text) if isinstance(text, str) else ""
    if not folded:
        return Description("at", reason="empty")
    if len(folded) > _LONGEST:
        return Description("at", reason="too_long")
    bounded = None if _DOOR.search(folded) else _BOUNDED.match(folded)
    if bounded is not None and _is_bounded(bounded):
        return Description("along", streets=bounded.group("street", "one", "two"))
    plain = _without_remarks(folded)
    length = find_length(plain)
    return _described(plain) if length is None else _at_distance(plain, length)


def describe_all(texts: Sequence[str | None]) -> list[Description]:
    """Read many descriptions; a text that repeats is read once.

    Parameters
    ----------
    texts : sequence of str or None

    Returns
    -------
    list of Description
        As long as `texts` and in its order.

    Examples
    --------
    >>> [description.relation for description in describe_all(["105号对面", None])]
    ['opposite', 'at']
    """
    done: dict[str | None, Description] = {}
    for text in texts:
        known = text if isinstance(text, str) else None
        if known not in done:
            done[known] = describe(known)
    return [done[text if isinstance(text, str) else None] for text in texts]


def anchor_texts(descriptions: Sequence[Description]) -> list[str]:
    """Return every address or named place that descriptions refer to, each once, sorted.

    Examples
    --------
    >>> anchor_texts(describe_all(["105号对面", "A小区与B小区之间"]))
    ['105号', 'A小区', 'B小区']
    """
    return sorted({anchor for description in descriptions for anchor in description.anchors})


def _folded(text: str) -> str:
    folded = unicodedata.normalize("NFKC", text).translate(_OPEN_SPACE)
    kept = "".join(c for c in folded if c.isprintable() and not c.isspace())
    return _HEDGE.sub("", kept.translate(simplified_characters()).strip(" ,、-.;:。的"))


def _is_bounded(match: re.Match[str]) -> bool:
    # 甲路与乙路 alone is a crossing; a street is bounded by - or 至, or where 之间 says so.
    return match["how"] not in "与和" or match["word"] in {"之间", "中间"}


def _without_remarks(text: str) -> str:
    return (_BRACKET.sub("", text) or text).strip(_EDGES)


def _described(text: str) -> Description:
    """Read a description without a distance."""
    between = _BETWEEN.match(text)
    if between is not None and not _CROSSING.match(between["one"] + between["two"]):
        return Description(
            "between", between.group("one", "two"), target=between["target"].strip(_EDGES)
        )
    crossing = _crossing(text)
    if crossing is not None:
        return crossing
    return _by_word(text) or _by_side(text) or _reason_if_empty(Description("at", (text,)))


def _by_word(text: str) -> Description | None:
    """Read 对面, 附近, 旁 and 门口, at the first of them."""
    match = _WORDS.search(text)
    if match is None:
        return None
    relation = match.lastgroup or "at"
    head, target = text[: match.start()].strip(_EDGES), text[match.end() :].strip(_EDGES)
    return _anchored(head, relation, target)


def _by_side(text: str) -> Description | None:
    """Read 北侧 and 往南."""
    onward = _ONWARD.search(text)
    if onward is not None and onward.start():
        moved = _anchored(text[: onward.start()].strip(_EDGES), "offset", "")
        return replace(moved, direction=_wind(onward["wind"]))
    side = _SIDE.search(text)
    if side is None:
        return None
    beside = _anchored(text[: side.start()].strip(_EDGES), "beside", side["target"].strip(_EDGES))
    return replace(beside, direction=_wind(side["wind"]))


def _at_distance(text: str, length: Length) -> Description:
    """Read a description by a distance, with or without a direction."""
    left, target = text[: length.start].strip(_EDGES), text[length.end :]
    toward = _TOWARD.search(left)
    head = (left if toward is None else left[: toward.start()]).strip(_EDGES)
    wind = None if toward is None or toward["wind"] is None else _wind(toward["wind"])
    moved = _anchored(_without_side_of_road(head, wind), "offset", _target(target))
    if moved.reason:
        return moved
    return replace(
        moved,
        direction=wind,
        distance_m=length.metres,
        approximate=length.approximate,
        reason="" if length.metres is not None else "vague_distance",
    )


def _without_side_of_road(head: str, wind: str | None) -> str:
    """Drop the 路 of 105号路东: there it belongs to the direction, not to a name."""
    if wind is not None and head.endswith("路") and _cannot_name_a_road(head[:-1]):
        return head[:-1]
    return head


def _cannot_name_a_road(text: str) -> bool:
    return _NO_NAME_OF_ROAD.search(text) is not None


def _target(text: str) -> str:
    return re.sub(r"^(?:处|远|的?地方|以?内|范围内|附近)+", "", text).strip(_EDGES)


def _anchored(head: str, relation: str, target: str) -> Description:
    """Say what a relation is to: a crossing, or an address."""
    crossing = _crossing(head)
    if crossing is not None:
        return replace(crossing, relation=relation, target=target)
    word = _WORDS.search(head)  # 105号对面50米: 50 m from 105号, in an unknown direction
    if relation == "offset" and word is not None:
        head = head[: word.start()]
    return _reason_if_empty(Description(relation, (head.strip(_EDGES),), target=target))


def _reason_if_empty(description: Description) -> Description:
    if description.anchors == ("",):
        return Description(description.relation, target=description.target, reason="no_anchor")
    return description


def _crossing(text: str) -> Description | None:
    """Read where streets cross; a text with a door number is the door, not the crossing."""
    if _DOOR.search(text):
        return None
    match = _CROSSING.match(text)
    if match is None:
        two = _TWO_ROADS.match(text.partition(",")[0])
        return None if two is None else Description("crossing", streets=two.group("one", "two"))
    sides = _SIDES.match(match["sides"]) or _PLAIN_SIDES.match(match["sides"])
    streets = (match["sides"],) if sides is None else sides.group("one", "two")
    corner = None if match["corner"] is None else _wind(match["corner"])
    crossing = Description("crossing", streets=streets, direction=corner)
    rest = match["rest"].strip(_EDGES)
    word = _WORDS.match(rest)
    if word is not None:
        return replace(crossing, relation=word.lastgroup or "at", target=rest[word.end() :])
    onward = _ONWARD.match(rest)
    if onward is not None:
        return replace(crossing, relation="offset", direction=_wind(onward["wind"]))
    return replace(crossing, target=rest)


def _wind(written: str) -> str:
    return _WINDS.get(written, written)
