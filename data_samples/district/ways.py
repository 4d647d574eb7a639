"""The ways in which people write an address, and how often: the one declaration of the rates."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from data_samples.district.sizes import Hardness

HARDNESSES: tuple[Hardness, ...] = ("easy", "real", "hard")


class Parts:
    """The elements of one address while it is being written, and what it then means.

    `level` is the deepest element that the text still tells, `relation` how the place lies to it.
    `other` is a second street or, for several buildings, the last of them.
    """

    __slots__ = (
        *("head", "road", "road_no", "estate", "building", "unit", "room", "tail"),
        *("level", "relation", "popular", "former", "other", "reach", "poi"),
    )

    def __init__(
        self, head: str, level: str, elements: tuple[str, ...], known: tuple[str, ...]
    ) -> None:
        self.head, self.level = head, level
        self.road, self.road_no, self.estate, self.building, self.unit, self.room = elements
        self.popular, self.former, self.other, self.poi = known
        self.tail, self.relation, self.reach = "", "at", 0

    def text(self) -> str:
        """Return what stands on the paper."""
        place = self.estate + self.building + self.unit + self.room
        return f"{self.head}{self.road}{self.road_no}{place}{self.tail}"


Act = Callable[[Parts, float], None]
"""Changes the parts; the number from 0 to 1 is the chance it decides by."""

TextAct = Callable[[str, float], str]


@dataclass(frozen=True)
class Way:
    """One way of writing.

    Parameters
    ----------
    name : str
    easy, real, hard : float
        Share of the addresses to which it is put; where it does not fit, it changes nothing, so
        that the share in the files is smaller.
    doc : str
        What it does, with an example.
    act : callable, optional
        On the parts.
    on_text : callable, optional
        On the finished text.
    moves : bool
        Whether the text then means another place or a vaguer one; registers do not write so.
    """

    name: str
    easy: float
    real: float
    hard: float
    doc: str
    act: Act | None = None
    on_text: TextAct | None = None
    moves: bool = False

    def rate(self, hardness: Hardness) -> float:
        """Return the share for a hardness."""
        return float(getattr(self, hardness))


_DIGITS = "零一二三四五六七八九"
_HAN = str.maketrans("0123456789", "〇一二三四五六七八九")
_FULL = str.maketrans("0123456789-()", "０１２３４５６７８９－（）")
_TENS = ("", "十", *(f"{digit}十" for digit in _DIGITS[2:]))
_TEENS = {str(n): (_TENS[n // 10] + _DIGITS[n % 10]).removesuffix("零") for n in range(1, 100)}
"""Numbers below a hundred as people say them: 十二, 二十, 三十一."""

HOMOPHONES = str.maketrans("路园苑栋街近号新花和江林明安", "陆圆院懂接进耗心化合将临名按")
NEAR_FORMS = str.maketrans("悦未太士己末日晴沐岚桔", "说末大土已未曰睛沫风桔")
TRADITIONAL = str.maketrans(
    "东号楼单区园云门滨银丽华兰乐书场厂广长风龙马车电业汉为鹭泽湾涛缘桥桂",
    "東號樓單區園雲門濱銀麗華蘭樂書場廠廣長風龍馬車電業漢為鷺澤灣濤緣橋桂",
)
RADICALS = str.maketrans("西长门青金山水竹石月木文日白风龙马", "⻄⻓⻔⻘⾦⼭⽔⽵⽯⽉⽊⽂⽇⽩⻛⻰⻢")
_SIDES = ("东", "南", "西", "北", "东南", "西南", "东北", "西北")
_BESIDE = ("旁", "旁边", "对面", "斜对面", "附近", "门口", "后面", "楼下", "北侧", "东侧")
_RELATION = {"对面": "opposite", "斜对面": "opposite", "附近": "near", "门口": "at", "楼下": "at"}
_CROSSING = ("与{0}交叉口", "与{0}路口", "{0}路口", "和{0}交汇处", "/{0}")
_NOTES = (
    "（物业知情）",
    "，靠近电梯",
    "(东门进)",
    "，白天无人",
    " 联系物业",
    "（临街）",
    "。",
    " ",
)
_HEDGES = ("在", "位于", "地址：", "住", "就是")


def _pick(options: tuple[str, ...], chance: float) -> str:
    return options[int(chance * len(options)) % len(options)]


def _building_word(p: Parts, c: float) -> None:
    if p.building.endswith("号楼"):
        p.building = p.building[:-2] + _pick(("栋", "幢", "座", "号", "#", "#楼", "号栋"), c)


def _b_dong(p: Parts, c: float) -> None:
    if p.building.endswith(("号楼", "栋", "幢")):
        number = re.match(r"\d+", p.building)
        if number:
            p.building = number.group() + _pick(("懂", "动", "冻"), c)


def _unit_word(p: Parts, c: float) -> None:
    if p.unit.endswith("单元"):
        p.unit = p.unit[:-2] + _pick(("门", "梯", "单", "号门", "单元门"), c)


def _room_word(p: Parts, c: float) -> None:
    if p.room.endswith("室"):
        p.room = p.room[:-1] + _pick(("", "", "房", "户", "号", "号房"), c)


def _bare(p: Parts, c: float) -> None:
    building = re.match(r"\d+", p.building)
    if not building or not p.room or "号" in p.building[:-2]:
        return
    parts = [building.group(), *re.findall(r"^\d+", p.unit), *re.findall(r"\d+", p.room)]
    p.building, p.unit, p.room = _pick(("-", "-", "—", "－"), c).join(parts), "", ""


def _han_unit(p: Parts, c: float) -> None:
    if p.unit[:1].isdigit():
        p.unit = _TEENS.get(p.unit[0], p.unit[0]) + p.unit[1:]
        if c < 0.3 and p.room[:1].isdigit():
            p.room = p.room.translate(_HAN)


def _han_building(p: Parts, c: float) -> None:
    number = re.match(r"\d+", p.building)
    if number and number.group() in _TEENS:
        p.building = _TEENS[number.group()] + p.building[number.end() :]


def _stems(p: Parts, c: float) -> None:
    if p.unit.endswith("单元") and p.unit[:1] in "1234":
        p.unit = "甲乙丙丁"[int(p.unit[0]) - 1] + p.unit[1:]


def _annex(p: Parts, c: float) -> None:
    for name in ("road_no", "building"):
        found = re.match(r"(\d+)-(\d+)(号|弄)", getattr(p, name))
        if found:
            whole, part, word = found.groups()
            forms = (
                f"{whole}{word}附{part}号",
                f"附{whole}-{part}{word}",
                f"{whole}{word}之{_TEENS.get(part, part)}",
                f"{whole}-{part}",
                f"{whole}之{part}{word}",
            )
            setattr(p, name, _pick(forms, c))


def _popular(p: Parts, c: float) -> None:
    if p.popular and p.estate:
        p.estate = p.popular
        if c < 0.6:
            p.road, p.road_no = "", ""


def _former(p: Parts, c: float) -> None:
    if p.former and p.road:
        p.road = p.former


def _no_road(p: Parts, c: float) -> None:
    if p.estate and p.road:
        p.road, p.road_no = "", ""


def _no_estate(p: Parts, c: float) -> None:
    if p.estate and p.road:
        p.estate = ""


def _turned_round(p: Parts, c: float) -> None:
    if p.estate and p.road:
        p.estate = f"{p.estate}（{p.road}{p.road_no}）"
        p.road, p.road_no = "", ""


def _no_number_word(p: Parts, c: float) -> None:
    if p.road_no.endswith("号") and not p.estate and not p.building:
        p.road_no = p.road_no[:-1]


def _no_room(p: Parts, c: float) -> None:
    if p.room and p.building:
        p.room, p.unit = "", p.unit if c < 0.3 else ""
        p.level = "unit" if p.unit else "building"


def _no_unit(p: Parts, c: float) -> None:
    if p.unit and p.room:
        p.unit, p.level = "", "building"


def _poi(p: Parts, c: float) -> None:
    if p.poi:
        p.head, p.road, p.road_no, p.estate, p.unit, p.room = "", "", "", "", "", ""
        p.building, p.level = p.poi, "building"
    elif p.estate:
        p.head, p.road, p.road_no, p.building, p.unit, p.room = "", "", "", "", "", ""
        p.level = "gate"


def _many(p: Parts, c: float) -> None:
    """Write one range, or a list, of buildings that follow one another."""
    number = re.match(r"(\d+)号楼", p.building)
    if not number or p.reach == 0:
        return
    first, last = int(number.group(1)), int(number.group(1)) + p.reach
    joined = f"{first}、{last}" if p.reach == 1 else f"{first}-{last}"
    p.building = joined + _pick(("号楼", "幢", "栋"), c)
    p.unit, p.room, p.level, p.relation = "", "", "building", "range"


def _leave_home(p: Parts) -> None:
    """Let an address end at the building: nobody says "opposite room 501"."""
    p.unit, p.room = "", ""
    p.level = "building" if p.level in {"unit", "room"} else p.level


def _beside(p: Parts, c: float) -> None:
    word = _pick(_BESIDE, c)
    _leave_home(p)
    p.tail, p.relation = word, _RELATION.get(word, "beside")


def _metres(p: Parts, c: float) -> None:
    side, metres = _pick(_SIDES, c), (1 + int(c * 97) % 20) * 10
    _leave_home(p)
    p.tail, p.relation = f"{'路' if c < 0.2 else ''}{side}{metres}米", "offset"


def _crossing(p: Parts, c: float) -> None:
    if p.other and p.road:
        p.road_no = _pick(_CROSSING, c).format(p.other)
        p.estate, p.building, p.unit, p.room = "", "", "", ""
        p.level, p.relation = "crossing", "crossing"


def _only_road(p: Parts, c: float) -> None:
    if p.road:
        p.road_no, p.estate, p.building, p.unit, p.room = "", "", "", "", ""
        p.level, p.relation = "road", "within"


def _only_community(p: Parts, c: float) -> None:
    p.road, p.road_no, p.estate, p.building, p.unit, p.room = ("",) * 6
    p.level, p.relation = "community", "within"


def _nothing(p: Parts, c: float) -> None:
    _only_community(p, c)
    p.head, p.tail = "", _pick(("-", "无", "不详", "", "未提供", "——"), c)
    p.level, p.relation = "none", "none"


def _note(p: Parts, c: float) -> None:
    if p.relation != "none":
        p.tail += _pick(_NOTES, c)


def _hedge(p: Parts, c: float) -> None:
    if p.relation != "none":
        p.head = _pick(_HEDGES, c) + p.head


def _translate(table: dict[int, int], most: int = 1) -> TextAct:
    """Return an act that puts the first characters that a table knows into their other form."""

    def act(text: str, chance: float) -> str:
        places = [n for n, letter in enumerate(text) if ord(letter) in table]
        begin = int(chance * len(places)) if places else 0
        for place in (places[begin:] + places[:begin])[:most]:
            text = text[:place] + chr(table[ord(text[place])]) + text[place + 1 :]
        return text

    return act


def _spaced(text: str, chance: float) -> str:
    found = [m.start() for m in re.finditer(r"(?<=[^\d])(?=\d)", text)]
    place = found[int(chance * len(found))] if found else len(text)
    return text[:place] + _pick((" ", "　", "，", "·"), chance * 7 % 1) + text[place:]


WAYS = (
    Way("no_room", 0.02, 0.14, 0.2, "只到楼或单元 room left out", _no_room, moves=True),
    Way("no_unit", 0.0, 0.02, 0.06, "缺单元 3号楼501", _no_unit, moves=True),
    Way(
        "poi", 0.0, 0.04, 0.08, "只有场所名 the name of a shop or an estate alone", _poi, moves=True
    ),
    Way("range", 0.0, 0.038, 0.06, "1-10幢, 24、26号楼", _many, moves=True),
    Way("beside", 0.02, 0.071, 0.12, "旁、对面、附近、门口", _beside, moves=True),
    Way("metres", 0.0, 0.114, 0.15, "路东50米, 西北200米", _metres, moves=True),
    Way("crossing", 0.01, 0.111, 0.14, "甲路与乙路交叉口", _crossing, moves=True),
    Way("only_road", 0.0, 0.03, 0.05, "只有路名", _only_road, moves=True),
    Way("only_community", 0.02, 0.06, 0.08, "只有社区名", _only_community, moves=True),
    Way("nothing", 0.01, 0.03, 0.05, "-、无、不详", _nothing, moves=True),
    Way("former_name", 0.0, 0.02, 0.08, "曾用路名 a road's name before its renaming", _former),
    Way("popular_name", 0.0, 0.04, 0.12, "俗称 锦澜 for 锦澜花园", _popular),
    Way("no_road", 0.02, 0.12, 0.25, "缺路名门牌 estate alone tells where", _no_road),
    Way("no_estate", 0.01, 0.05, 0.12, "缺小区名 路12号3号楼", _no_estate),
    Way(
        "turned_round",
        0.0,
        0.01,
        0.04,
        "小区（路、号）在前 锦澜花园（听涛路12号）3号楼",
        _turned_round,
    ),
    Way("no_number_word", 0.0, 0.02, 0.06, "门牌无“号” 听涛路12", _no_number_word),
    Way("bare", 0.02, 0.08, 0.2, "短横连写 12-3-1001", _bare),
    Way("stems", 0.0, 0.004, 0.02, "甲乙丙丁 甲单元", _stems),
    Way("chinese_number", 0.02, 0.037, 0.12, "二单元三〇二", _han_unit),
    Way("chinese_building", 0.0, 0.01, 0.04, "十二号楼", _han_building),
    Way("annex", 0.3, 0.6, 0.8, "附/之 12号附1号, 12号之一 (of numbers such as 12-1号)", _annex),
    Way("building_word", 0.05, 0.3, 0.45, "栋、幢、座、号、# for 号楼", _building_word),
    Way("b_dong", 0.0, 0.004, 0.03, "懂 for 栋", _b_dong),
    Way("unit_word", 0.01, 0.08, 0.2, "门、梯、单 for 单元", _unit_word),
    Way("room_word", 0.2, 0.45, 0.55, "房、户、号, or no word for 室", _room_word),
    Way("hedge", 0.0, 0.02, 0.06, "“在”“地址：” before the address", _hedge),
    Way("note", 0.0, 0.05, 0.15, "附注 （物业知情）", _note),
    Way("homophone", 0.0, 0.008, 0.05, "同音字 陆 for 路, 附进", on_text=_translate(HOMOPHONES)),
    Way("near_form", 0.0, 0.004, 0.03, "形近字 说 for 悦", on_text=_translate(NEAR_FORMS)),
    Way("traditional", 0.0, 0.006, 0.04, "繁体 號、樓、東", on_text=_translate(TRADITIONAL, 9)),
    Way("radical", 0.0, 0.003, 0.03, "部首字 ⻄、⻓", on_text=_translate(RADICALS, 2)),
    Way("full_width", 0.02, 0.05, 0.12, "全角数字 ３号楼", on_text=lambda t, c: t.translate(_FULL)),
    Way("spaced", 0.0, 0.03, 0.1, "空格或标点 路 12号", on_text=_spaced),
)
"""In the order in which they are put to an address. The frequencies of metres, crossings, beside,
ranges and Chinese numerals under "real" are those counted in 27,652 real strings."""

HEADS = {
    "easy": (0.05, 0.3, 0.45, 0.1, 0.05, 0.05, 0.0),
    "real": (0.02, 0.12, 0.26, 0.14, 0.16, 0.27, 0.03),
    "hard": (0.02, 0.08, 0.14, 0.1, 0.14, 0.42, 0.1),
}
"""Shares of what stands before the road: province on, city on, district on, town and community,
community alone, nothing, district twice."""
