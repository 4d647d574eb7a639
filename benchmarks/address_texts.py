"""Made cities of any size for measuring: a library, other names, and texts as people write them."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd

FIRST, SECOND = (
    "云海松江福泰安康永和兴隆金玉明华文昌东平",
    "阳山川溪桥林泉湖岭庄园亭塘港湾洲渡岗原台",
)
ROADS = ("路", "街", "大街", "大道", "巷")
ESTATES = ("花园", "小区", "家园", "新村", "公寓", "苑", "府")
HOMOPHONES = str.maketrans("路园苑安明林江", "陆圆院按名临将")
HAN = str.maketrans("0123456789", "〇一二三四五六七八九")
FULL = str.maketrans("0123456789", "０１２３４５６７８９")


class Made(NamedTuple):
    """A made city.

    Parameters
    ----------
    library, aliases : DataFrame
        As `AddressIndex.build` takes them.
    texts : list of str
    truth : list of str
        The id that each text means, "" where the library has none.
    """

    library: pd.DataFrame
    aliases: pd.DataFrame
    texts: list[str]
    truth: list[str]


def _names(count: int, endings: tuple[str, ...], rng: np.random.Generator) -> list[str]:
    found: dict[str, None] = {}
    while len(found) < count:
        a, b, c = (rng.integers(0, 20, 2 * count) for _ in range(3))
        long = rng.random(2 * count) < (0.3 if count < 1_000 else 0.9)
        end = rng.integers(0, len(endings), 2 * count)
        for one, two, three, is_long, last in zip(a, b, c, long, end, strict=True):
            middle = SECOND[three] if is_long else ""
            found[FIRST[one] + middle + SECOND[two] + endings[last]] = None
    return list(found)[:count]


def made_city(rooms: int, seed: int, hardness: float = 1.0) -> Made:
    """Make a library of about so many rooms, and as many texts.

    Parameters
    ----------
    rooms : int
    seed : int
    hardness : float, default 1.0
        Factor on the share of misspelt, shortened and missing.

    Returns
    -------
    Made
    """
    rng = np.random.default_rng(seed)
    estates = max(2, rooms // 500)
    towns = max(1, estates // 60)
    frame = _rooms(estates, towns, rooms, rng)
    kept = rng.random(len(frame)) < 0.97
    aliases = pd.DataFrame({"address_id": pd.Series(dtype="str"), "text": pd.Series(dtype="str")})
    picked = rng.integers(0, len(frame), rooms)
    texts, truth = _written(frame, kept, picked, rng, hardness)
    library = frame[kept].reset_index(drop=True)
    return Made(library.drop(columns="parent"), aliases, texts, truth)


def _rooms(estates: int, towns: int, rooms: int, rng: np.random.Generator) -> pd.DataFrame:
    """Return gates, buildings and rooms; the parent of each is a row."""
    road_names = _names(max(2, estates // 4), ROADS, rng)
    estate_names = _names(estates, ESTATES, rng)
    town_names = [name + "街道" for name in _names(towns, ("",), rng)]
    rows = []
    for estate in range(estates):
        town = estate % towns
        head = ("示例市", f"{'东西南北'[town % 4]}城区", town_names[town])
        road = road_names[(estate * 7) % len(road_names)]
        place = (f"{town_names[town][:-2]}第{'一二三四'[estate % 4]}社区", road)
        gate = (*head, *place, f"{2 * (estate // 4) + 1}号", estate_names[estate])
        at = len(rows)
        rows.append((*gate, "", "", "", -1))
        buildings = 10
        for building in range(1, buildings + 1):
            own = len(rows)
            rows.append((*gate, f"{building}号楼", "", "", at))
            per_unit = max(1, rooms // estates // buildings // 2)
            for unit in (1, 2):
                for number in range(per_unit):
                    room = f"{number // 4 + 1}{number % 4 + 1:02}室"
                    rows.append((*gate, f"{building}号楼", f"{unit}单元", room, own))
    names = ["city", "district", "town", "community", "road", "road_no", "estate"]
    frame = pd.DataFrame(rows, columns=[*names, "building", "unit", "room", "parent"])
    frame.insert(0, "id", [f"a{n}" for n in range(len(frame))])
    parts = [frame[n].tolist() for n in [*names, "building", "unit", "room"]]
    frame.insert(1, "text", ["".join(row) for row in zip(*parts, strict=True)])
    return frame


def _written(
    frame: pd.DataFrame,
    kept: np.ndarray,
    picked: np.ndarray,
    rng: np.random.Generator,
    hardness: float,
) -> tuple[list[str], list[str]]:
    columns = {name: frame[name].tolist() for name in frame.columns}
    draws = rng.random((len(picked), 8))
    texts, truth = [], []
    for row, chance in zip(picked.tolist(), draws.tolist(), strict=True):
        text, meant = _one(columns, row, chance, hardness)
        while meant >= 0 and not kept[meant]:
            meant = columns["parent"][meant]
        texts.append(text)
        truth.append(columns["id"][meant] if meant >= 0 else "")
    return texts, truth


def _one(
    columns: dict[str, list], row: int, chance: list[float], hardness: float
) -> tuple[str, int]:
    get = {name: values[row] for name, values in columns.items()}
    head = ("", get["town"], get["district"] + get["town"], get["community"])[int(4 * chance[0])]
    place = get["road"] + get["road_no"] + get["estate"]
    if chance[1] < 0.3:
        place = get["estate"]
    elif chance[1] < 0.4:
        place = get["road"] + get["road_no"]
    building, unit, room = get["building"], get["unit"], get["room"]
    if building and chance[2] < 0.5:
        word = ("栋", "幢", "座", "号", "#")[int(10 * chance[2])]
        building = building[:-2] + word
    if room and chance[3] < 0.25:
        building, unit, room = f"{get['building'][:-2]}-{unit[:-2]}-{room[:-1]}", "", ""
    elif room and chance[3] < 0.6:
        room = room[:-1] + ("", "房", "户")[int(3 * chance[4])]
    if unit and chance[4] > 0.9:
        unit = unit[:-2].translate(HAN) + "单元"
    text = _blurred(head + place + building + unit + room, chance[5], hardness)
    if chance[6] < 0.02 * hardness and room and text.endswith(room):
        return text[: -len(room)] + "9999室", columns["parent"][row]  # a room that nobody has
    return text, row


def _blurred(text: str, chance: float, hardness: float) -> str:
    """Write a text with misheard characters, full-width digits or a note."""
    if chance < 0.01 * hardness:
        return text.translate(HOMOPHONES)
    if chance > 0.96:
        return text.translate(FULL)
    return text + "（物业知情）" if chance > 0.94 else text
