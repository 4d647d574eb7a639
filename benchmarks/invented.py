"""An invented district of any size, written as the files its departments would deliver.

Counts are those of a district of a million people times a share; nobody in it exists. It is made
for speed, not for looks: the sample district in `data_samples` shows what departments really send.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from blockdata.config import Config, load_config

AS_OF = dt.date(2026, 11, 1)
FIRST_DAY = dt.date(2023, 11, 1)
ORIGIN = (500_000.0, 3_340_000.0)
WIDTH_M, HEIGHT_M = 9_500.0, 7_000.0
BEND_M, BEND_LENGTH_M, VERTEX_EVERY_M = 25.0, 900.0, 20.0
LAYERS = {"unit": (38, 28), "responsibility": (15, 9), "extended": (31, 4)}
COMMUNITIES = (12, 10)
DOORS_PER_ROAD, HOUSES_PER_DOOR = 50, 3
HOMES_EVERY, ROOMS_PER_HOME = 3, 12
CATEGORIES = ("噪声扰民", "占道经营", "暴露垃圾", "道路破损", "无照经营游商", "机动车乱停放")
DIVISION = "990102"
CONFIG = """
[city]
name = "测速区"
crs = "EPSG:4549"

[base]
path = "speed.base"

[keys]
people_file = "people.key"
text_file = "text.key"
"""
_SOURCE = """
[[source]]
name = "{name}"
kind = "{kind}"
path = "{name}_*.csv"
mode = "{mode}"
date = {{ name = '_(\\d{{8}})\\.' }}
"""
_CHANGE = 'change = { column = "变更" }\n'
SOURCES = (
    ("area", "area", "full"),
    ("grid", "grid", "full"),
    ("street", "street", "full"),
    ("address", "address", "full"),
    ("building", "building", "full"),
    ("register", "person", "delta"),
    ("market", "legal_entity", "delta"),
    ("component", "component", "full"),
    ("camera", "camera", "full"),
    ("hotline", "incident", "period"),
)

Texts = npt.NDArray[np.object_]
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Size:
    """How many of everything there are."""

    people: int
    buildings: int
    entities: int
    components: int
    cameras: int
    incidents: int
    months: int = 36

    @classmethod
    def of(cls, share: float) -> Size:
        """Return the counts of a share of a district: 1 is a million people."""
        counts = (1_000_000, 60_000, 100_000, 100_000, 5_000, 1_000_000)
        return cls(*(max(round(count * share), 30) for count in counts))


@dataclass
class District:
    """What the files are written from: roads, houses with a place, and rooms in some of them."""

    chance: np.random.Generator
    roads: Texts
    houses: Texts
    x: Floats
    y: Floats
    rooms: Texts
    room_house: npt.NDArray[np.int64]


def write_district(folder: Path, size: Size, seed: int = 1) -> tuple[Config, District]:
    """Write every delivery of three years and the configuration.

    Parameters
    ----------
    folder : Path
    size : Size
    seed : int

    Returns
    -------
    Config
    District
        From which further deliveries can be written.
    """
    district = _district(size, np.random.default_rng(seed))
    _write_places(folder, district)
    _write_people(folder, district, size)
    _write_market(folder, district, size.entities, size.months)
    _write_things(folder, district, size)
    days = month_starts(size.months)
    numbers = np.linspace(0, size.incidents, len(days) + 1).astype(int)
    ends = [day - dt.timedelta(days=1) for day in (*days[1:], AS_OF)]
    for month, begin, end in zip(zip(days, ends, strict=True), numbers, numbers[1:], strict=False):
        write_incidents(folder, district, month, begin, end)
    sources = [
        _SOURCE.format(name=name, kind=kind, mode=mode) + (_CHANGE if mode == "delta" else "")
        for name, kind, mode in SOURCES
    ]
    (folder / "city.toml").write_text(CONFIG + "".join(sources), encoding="utf-8")
    for part in ("people", "text"):
        (folder / f"{part}.key").write_text("k" * 32, encoding="utf-8")
    return load_config(folder / "city.toml"), district


def month_starts(months: int) -> list[dt.date]:
    """Return the first days of so many months before AS_OF, oldest first."""
    last = AS_OF.year * 12 + AS_OF.month - 1
    return [dt.date(n // 12, n % 12 + 1, 1) for n in range(last - months, last)]


def _district(size: Size, chance: np.random.Generator) -> District:
    count = size.buildings
    per_road = DOORS_PER_ROAD * HOUSES_PER_DOOR
    letters = np.array(
        list("延安听涛观海长江建国解放和平文化青年东风胜利光明永昌福顺"), dtype=object
    )
    number = np.arange(count // per_road + 1)
    step = number // len(letters) + 1
    names = letters[number % len(letters)] + letters[(number + step) % len(letters)]
    roads = names + np.where(number % 3 == 0, "街", "路").astype(object)
    house = np.arange(count)
    door = (house % per_road // HOUSES_PER_DOOR + 1).astype(str).astype(object)
    block = (house % HOUSES_PER_DOOR + 1).astype(str).astype(object)
    houses = "测速区" + roads[house // per_road] + door + "号" + block + "号楼"
    homes = np.repeat(house[::HOMES_EVERY], ROOMS_PER_HOME)
    place = np.tile(np.arange(ROOMS_PER_HOME), len(house[::HOMES_EVERY]))
    unit, floor = (place % 2 + 1).astype(str).astype(object), (place // 2 + 1).astype(str)
    rooms = houses[homes] + unit + "单元" + floor.astype(object) + "01室"
    x = ORIGIN[0] + chance.random(count) * WIDTH_M
    y = ORIGIN[1] + chance.random(count) * HEIGHT_M
    return District(chance, roads, houses, x.round(2), y.round(2), rooms, homes)


def _write(folder: Path, name: str, day: dt.date, **columns: object) -> None:
    frame = pd.DataFrame(columns)
    frame.to_csv(folder / f"{name}_{day:%Y%m%d}.csv", index=False, encoding="utf-8")


def _bent(geoms: npt.NDArray[np.object_]) -> list[str]:
    """Return shapes as WKT with borders that are no straight lines; neighbours still touch."""

    def bend(at: Floats) -> Floats:
        turn = np.sin(at[:, ::-1] / BEND_LENGTH_M * 2 * np.pi)
        bent: Floats = at + BEND_M * turn + ORIGIN
        return bent

    dense = shapely.segmentize(geoms, VERTEX_EVERY_M)
    texts: list[str] = shapely.to_wkt(shapely.transform(dense, bend), rounding_precision=2).tolist()
    return texts


def _boxes(columns: int, rows: int) -> npt.NDArray[np.object_]:
    cell = np.arange(columns * rows)
    left, low = cell % columns * (WIDTH_M / columns), cell // columns * (HEIGHT_M / rows)
    boxes: npt.NDArray[np.object_] = shapely.box(
        left, low, left + WIDTH_M / columns, low + HEIGHT_M / rows
    )
    return boxes


def _write_places(folder: Path, district: District) -> None:
    shapes = _boxes(*COMMUNITIES)
    codes = [f"{DIVISION}001{n:03d}" for n in range(len(shapes))]
    names = [f"第{n}社区" for n in range(len(shapes))]
    _write(
        folder,
        "area",
        FIRST_DAY,
        区划代码=codes,
        区划名称=names,
        层级="community",
        WKT=_bent(shapes),
    )
    for day, shift_m in ((FIRST_DAY, 0.0), (dt.date(2025, 5, 1), 40.0)):
        _write_grids(folder, day, shift_m)
    lines = shapely.linestrings(
        [[(0, n * 20 % HEIGHT_M), (WIDTH_M, n * 20 % HEIGHT_M)] for n in range(len(district.roads))]
    )
    number = [f"R{n}" for n in range(len(district.roads))]
    _write(folder, "street", FIRST_DAY, 街巷代码=number, 街巷名称=district.roads, WKT=_bent(lines))
    _write_addresses(folder, district)


def _write_grids(folder: Path, day: dt.date, shift_m: float) -> None:
    """Write the three layers; a redrawing moves the last tenth of the cells."""
    parts = []
    for number, (layer, (columns, rows)) in enumerate(LAYERS.items()):
        shapes = _boxes(columns, rows)
        last = len(shapes) * 9 // 10
        shapes[last:] = shapely.transform(shapes[last:], lambda at: at + shift_m)
        codes = [
            f"{DIVISION}{number + 1:03d}{n // 900:03d}{n % 900:03d}" for n in range(len(shapes))
        ]
        parts.append(
            pd.DataFrame(
                {"网格代码": codes, "网格名称": codes, "网格层": layer, "WKT": _bent(shapes)}
            )
        )
    columns = pd.concat(parts)
    _write(folder, "grid", day, **{str(name): columns[name].tolist() for name in columns})


def _write_addresses(folder: Path, district: District) -> None:
    houses, rooms = len(district.houses), len(district.rooms)
    building = np.concatenate([np.arange(houses), district.room_house])
    _write(
        folder,
        "address",
        FIRST_DAY,
        地址编码=[f"A{n}" for n in range(houses + rooms)],
        标准地址=np.concatenate([district.houses, district.rooms]),
        建筑编码=[f"B{n}" for n in building],
        上级地址编码=[""] * houses + [f"A{n}" for n in district.room_house],
        X=district.x[building],
        Y=district.y[building],
    )
    foot = shapely.box(district.x - 8, district.y - 6, district.x + 8, district.y + 6)
    _write(
        folder,
        "building",
        FIRST_DAY,
        建筑编码=[f"B{n}" for n in range(houses)],
        建筑地址=district.houses,
        建筑用途="住宅",
        层数=6,
        WKT=shapely.to_wkt(foot, rounding_precision=2),
    )


def _written(chance: np.random.Generator, texts: Texts) -> Texts:
    """Return addresses as people write them: mostly as in the library, else in another way."""
    way = chance.choice(5, len(texts), p=(0.7, 0.1, 0.1, 0.05, 0.05))
    wide = str.maketrans("0123456789", "０１２３４５６７８９")
    ways = (
        lambda text: text,
        lambda text: text.removeprefix("测速区"),
        lambda text: text.replace("号楼", "幢").replace("室", ""),
        lambda text: text.translate(wide),
        lambda text: text.replace("号楼", "-").replace("单元", "-").replace("室", ""),
    )
    return np.array([ways[w](text) for w, text in zip(way, texts, strict=True)], dtype=object)


def _digits(numbers: npt.NDArray[np.int64], width: int) -> npt.NDArray[np.int64]:
    return numbers[:, None] // 10 ** np.arange(width - 1, -1, -1) % 10


def _identities(number: npt.NDArray[np.int64]) -> list[str]:
    """Return identity numbers with their check digit: of the invented division, born in 1980."""
    body = np.column_stack(
        [
            np.tile([int(c) for c in DIVISION + "19"], (len(number), 1)),
            _digits(number // 280_000 % 100, 2),
            _digits(number // 28_000 % 10 + 1, 2),
            _digits(number // 1000 % 28 + 1, 2),
            _digits(number % 1000, 3),
        ]
    )
    check = body @ np.array([7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]) % 11
    return [
        "".join(map(str, row)) + "10X98765432"[c]
        for row, c in zip(body.tolist(), check.tolist(), strict=True)
    ]


def _write_people(folder: Path, district: District, size: Size) -> None:
    """Write everybody once, then every month those who moved and those who left."""
    everybody = np.arange(size.people)
    _write_persons(folder, district, FIRST_DAY, everybody, "A")
    for month, day in enumerate(month_starts(size.months)[1:], start=1):
        moved = (everybody[: size.people // 200] * 197 + month * 31) % size.people
        _write_persons(folder, district, day, np.unique(moved), "A")


def _write_persons(
    folder: Path, district: District, day: dt.date, who: npt.NDArray[np.int64], change: str
) -> None:
    room = district.chance.integers(0, len(district.rooms), len(who))
    kind = district.chance.choice(("人户一致", "流动", "空挂"), len(who), p=(0.7, 0.2, 0.1))
    _write(
        folder,
        "register",
        day,
        公民身份号码=_identities(who),
        现住地=_written(district.chance, district.rooms[room]),
        居住类型=kind,
        户号=[f"H{n}" for n in room],
        变更=change,
    )


def _usccs(number: npt.NDArray[np.int64]) -> list[str]:
    """Return social credit codes with both check characters."""
    digits = _digits(number, 8)
    inner = (-(digits @ np.array([3, 7, 9, 10, 5, 8, 4, 2]))) % 11
    letters = "0123456789ABCDEFGHJKLMNPQRTUWXY"
    head = np.array([9, 1, *(int(c) for c in DIVISION)])
    # X, the tenth check character of the inner code, is the thirtieth letter of the outer one.
    inner_value = np.where(inner == 10, letters.index("X"), inner)
    body = np.column_stack([np.tile(head, (len(number), 1)), digits, inner_value])
    check = (-(body @ np.array([pow(3, i, 31) for i in range(17)]))) % 31
    return [
        "".join(letters[v] for v in (*row, c))
        for row, c in zip(body.tolist(), check.tolist(), strict=True)
    ]


def _write_market(folder: Path, district: District, entities: int, months: int) -> None:
    number = np.arange(entities)
    for month, day in enumerate([FIRST_DAY, *month_starts(months)[1:]]):
        who = number if month == 0 else number[month::100]
        at = district.houses[(who * 13 + month) % len(district.houses)]
        _write(
            folder,
            "market",
            day,
            统一社会信用代码=_usccs(who),
            单位名称=[f"测速第{n}商行" for n in who],
            住所=_written(district.chance, at),
            变更="A",
        )


def _write_things(folder: Path, district: District, size: Size) -> None:
    for name, label, count, code in (
        ("component", "部件标识码", size.components, DIVISION + "0101{:06d}"),
        ("camera", "设备编码", size.cameras, DIVISION + "00001320{:06d}"),
    ):
        x, y = _points(district.chance, count)
        codes = [code.format(n) for n in range(count)]
        _write(folder, name, FIRST_DAY, **{label: codes}, X=x, Y=y)


def _points(chance: np.random.Generator, count: int) -> tuple[Floats, Floats]:
    x, y = ORIGIN[0] + chance.random(count) * WIDTH_M, ORIGIN[1] + chance.random(count) * HEIGHT_M
    return x.round(2), y.round(2)


def write_incidents(
    folder: Path, district: District, days: tuple[dt.date, dt.date], begin: int, end: int
) -> None:
    """Write the incidents of some days, the last included, delivered on the last.

    A third is at one house in fifty, most of them of that house's own category. Seven in ten have
    coordinates.
    """
    (first, last), chance, count = days, district.chance, end - begin
    house = chance.integers(0, len(district.houses), count)
    often = chance.random(count) < 1 / 3
    house[often] -= house[often] % 50
    seconds = ((last - first).days + 1) * 86_400
    reported = np.datetime64(first, "s") + chance.integers(0, seconds, count)
    closed = reported + chance.integers(3_600, 20 * 86_400, count)
    suffix = chance.choice(("", "", "旁", "门口", "对面超市"), count)
    located = chance.random(count) < 0.7
    category = chance.integers(0, len(CATEGORIES), count)
    category = np.where(often & (chance.random(count) < 0.8), house // 50 % 6, category)
    _write(
        folder,
        "hotline",
        last,
        工单编号=[f"N{n}" for n in range(begin, end)],
        上报时间=_times(reported),
        结案时间=np.where(chance.random(count) < 0.95, _times(closed), ""),
        案件类别=np.array(CATEGORIES)[category],
        事发地址=_written(chance, district.houses[house] + suffix.astype(object)),
        X=np.where(located, (district.x[house] + chance.normal(0, 10, count)).round(2), np.nan),
        Y=np.where(located, (district.y[house] + chance.normal(0, 10, count)).round(2), np.nan),
        来电号码=[f"138{n % 100_000_000:08d}" for n in (house * 7).tolist()],
        诉求内容=[f"市民反映此处问题多次出现，望处理，编号{n}" for n in range(begin, end)],
    )


def _times(moments: npt.NDArray[np.datetime64]) -> Sequence[str]:
    texts: Sequence[str] = np.char.replace(np.datetime_as_string(moments), "T", " ")
    return texts


__all__ = ["AS_OF", "District", "Size", "write_district", "write_incidents"]
