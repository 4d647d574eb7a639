"""What police, market, tax and city management deliver: who is there and what stands there."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd
import shapely

from data_samples.district.deliveries import FIRST, SECOND, Delivery, dates, days_of, points
from data_samples.district.identifiers import identity_checks, phones
from data_samples.district.people import STAYS, address_at
from data_samples.district.sources import source_named
from data_samples.district.things import drive
from data_samples.district.truth import TruthBook
from data_samples.district.world import World
from data_samples.district.writing import Written

_CHANGES = 0.03
"""Share of the components that each delta adds, changes and takes away, at least one of each."""

DAMAGED_IDS = {"easy": 0.0, "real": 0.002, "hard": 0.01}
"""Share of the people whose identity number a spreadsheet has rounded to ...000."""

_DIRECTION_TYPES = ("4", "6", "1", "5", "3", "7", "2", "8")
"""DirectionType of GB/T 28181 for north, north-east, east, ..."""

_INDUSTRIES = ("批发和零售业", "制造业", "住宿和餐饮业", "居民服务业")


def holder_deliveries(world: World, book: TruthBook) -> Iterator[Delivery]:
    """Yield the files about who is there and what stands there.

    Parameters
    ----------
    world : World
    book : TruthBook

    Yields
    ------
    Delivery
    """
    yield from _persons(world, book)
    yield from _entities(world, book)
    yield from _components(world, book)
    yield from _cameras(world, book)
    yield _premises(world, book)
    yield from _safety(world, book)
    yield _benches(world)


def _register(world: World, part: str, rows: np.ndarray) -> Written:  # type: ignore[type-arg]
    """Write addresses as a register does."""
    return world.writer.write(rows, world.streams.of(part), register=True)


def _persons(world: World, book: TruthBook) -> Iterator[Delivery]:
    """Yield the population register: at first whole, then whole again or as a delta."""
    people = world.persons
    damaged = _damaged(world)
    is_delta = source_named("person").mode_in(world.size) == "delta"
    texts = [_register(world, f"person texts {n}", people[c].to_numpy()) for n, c in enumerate(
        ("address", "second_address"))]  # fmt: skip
    days = [day for _, day in days_of("person", world.size)]
    moved = (people["moves"] < len(days)).to_numpy()
    told = (people["since"] < len(days)).to_numpy() & ~damaged
    _tell_homes(book, people, texts, moved, told)
    for number, day in enumerate(days):
        here = (people["since"] <= number) & (people["until"] > number)
        rows, flag = np.flatnonzero(here), "A"
        if is_delta and number:
            news = people["since"] == number
            changed = here & (people["moves"] == number)
            gone = people["until"] == number
            rows = np.flatnonzero(news | changed | gone)
            flag = np.select([news[rows], changed[rows]], ["A", "U"], "D")  # type: ignore[assignment]
        now = (address_at(people, number) != people["address"]).to_numpy()
        text = np.where(
            now, np.array(texts[1].text, dtype=object), np.array(texts[0].text, dtype=object)
        )
        yield Delivery("person", day, _person_table(people, rows, text, flag, damaged, is_delta))
    for day in days[:1] if is_delta else days:
        for key in people["number"][damaged]:
            book.wrong("person", f"{day:%Y%m%d}", _rounded(key), "bad_identifier")


def _damaged(world: World) -> np.ndarray:  # type: ignore[type-arg]
    """Choose people who stay from first to last and whose number is damaged; one at least."""
    people = world.persons
    count = max(1, round(DAMAGED_IDS[world.hardness] * len(people)))
    steady = (people["since"] == 0) & (people["until"] == STAYS) & (people["moves"] == STAYS)
    # A number that is right even when rounded, one in eleven, would be nobody's mistake to find;
    # people from abroad have other papers, whose numbers nobody checks.
    steady &= (people["residence"] != "境外") & ~_is_right_when_rounded(people["number"])
    chosen = world.streams.of("damaged ids").permutation(np.flatnonzero(steady))[:count]
    result = np.zeros(len(people), dtype=bool)
    result[chosen] = True
    return result


def _is_right_when_rounded(numbers: pd.Series) -> np.ndarray:  # type: ignore[type-arg]
    bodies = np.array([n[:15] + "00" for n in numbers])
    return np.asarray(identity_checks(bodies) == "0")


def _rounded(number: str) -> str:
    """Return what a spreadsheet makes of an 18-digit number: the last three digits are zeros."""
    return f"{number[:15]}000"


def _tell_homes(
    book: TruthBook,
    people: pd.DataFrame,
    texts: list[Written],
    moved: np.ndarray,  # type: ignore[type-arg]
    told: np.ndarray,  # type: ignore[type-arg]
) -> None:
    """Note where people live by the last delivery that has them; damaged rows are set aside."""
    for text, chosen in ((texts[0], told & ~moved), (texts[1], told & moved)):
        rows = np.flatnonzero(chosen)
        part = Written(*(np.asarray(v, dtype=object if isinstance(v, list) else None)[rows]
                         for v in vars(text).values()))  # fmt: skip
        book.addresses("person", people["number"].to_numpy()[rows], part)


def _person_table(
    people: pd.DataFrame,
    rows: np.ndarray,  # type: ignore[type-arg]
    text: np.ndarray,  # type: ignore[type-arg]
    flag: object,
    damaged: np.ndarray,  # type: ignore[type-arg]
    is_delta: bool,
) -> pd.DataFrame:
    own = people.iloc[rows]
    number = own["number"].to_numpy(dtype=object)
    number = np.array(
        [_rounded(n) if d else n for n, d in zip(number, damaged[rows], strict=True)], dtype=object
    )
    table = pd.DataFrame(
        {
            "姓名": own["name"],
            "公民身份号码": number,
            "性别": own["sex"],
            "民族": own["ethnicity"],
            "出生年份": own["birth_year"],
            "联系电话": own["phone"],
            "人口类型": own["residence"],
            "户编号": own["household"],
            "现住址": text[rows],
        }
    )
    if is_delta:
        table.insert(0, "变更标志", flag)
    return table


def _entities(world: World, book: TruthBook) -> Iterator[Delivery]:
    """Yield the market register twice and the tax register once; most entities are in both."""
    entities = world.entities
    market = entities[entities["in_market"]]
    told = _register(world, "market texts", market["address"].to_numpy())
    book.addresses("entity_market", market["uscc"], told)
    table = pd.DataFrame(
        {
            "统一社会信用代码": market["uscc"],
            "市场主体名称": market["name"],
            "企业类型": np.where(market["is_trader"], "个体工商户", "有限责任公司"),
            "行业类别": np.array(_INDUSTRIES, dtype=object)[np.arange(len(market)) % 4],
            "住所": told.text,
            "法定代表人": market["representative"],
            "联系电话": market["phone"],
            "成立日期": market["founded_on"].dt.strftime("%Y年%m月%d日"),
            "登记状态": "存续",
        }
    )
    days = [day for _, day in days_of("entity_market", world.size)]
    for day in days[:-1]:
        yield Delivery("entity_market", day, table.iloc[:-2])
    right = str(market["uscc"].iloc[0])
    wrong = right[:-1] + ("1" if right[-1] != "1" else "2")
    bad = table.iloc[[0]].assign(统一社会信用代码=wrong)
    book.wrong("entity_market", f"{days[-1]:%Y%m%d}", wrong, "bad_identifier")
    yield Delivery("entity_market", days[-1], pd.concat([table, bad], ignore_index=True))
    taxed = entities[entities["in_tax"]]
    told = _register(world, "tax texts", taxed["address"].to_numpy())
    book.addresses("entity_tax", taxed["uscc"], told)
    city = world.names.city.removesuffix("市")
    tax = pd.DataFrame(
        {
            "社会信用代码": taxed["uscc"],
            "纳税人名称": taxed["name"].str.removeprefix(city),
            "经营场所": told.text,
            "从业人数": taxed["staff"],
            "注册日期": dates(taxed["founded_on"]),
        }
    )
    yield Delivery("entity_tax", SECOND, tax)


def _components(world: World, book: TruthBook) -> Iterator[Delivery]:
    """Yield the survey as a first whole delta and two deltas with changes."""
    components = world.components
    change = max(1, int(len(components) * _CHANGES / 3))
    spared = world.truth.places["row"][world.truth.places["kind"] == "component"]
    free = np.setdiff1d(np.arange(len(components)), spared.to_numpy(dtype=int))
    late, gone = free[-2 * change :], free[-4 * change : -2 * change]
    old = np.setdiff1d(np.arange(len(components)), late)
    first, *others = (day for _, day in days_of("component", world.size))
    yield _component_file(world, book, first, [("A", "完好", old)], wrong=True)
    for number, day in enumerate(others):
        part = slice(number * change, (number + 1) * change)
        yield _component_file(
            world, book, day,
            [("A", "完好", late[part]), ("U", "破损", free[part]), ("D", "", gone[part])],
        )  # fmt: skip


def _component_file(
    world: World,
    book: TruthBook,
    day: object,
    changes: list[tuple[str, str, np.ndarray]],  # type: ignore[type-arg]
    *,
    wrong: bool = False,
) -> Delivery:
    rows = np.concatenate([r for *_, r in changes])
    own = world.components.iloc[rows]
    unit = world.places.grids["code"].to_numpy()[own["unit"]]
    counts = [len(r) for *_, r in changes]
    table = pd.DataFrame(
        {
            "变更标志": np.repeat([flag for flag, *_ in changes], counts),
            "管理部件标识码": own["code"].to_numpy(),
            "管理部件名称": own["name"].to_numpy(),
            "标准版本": "CJ/T 214-2007",
            "小类代码": own["class_code"].to_numpy(),
            "管理部件状态": np.repeat([status for _, status, _ in changes], counts),
            "权属单位": own["owner"].to_numpy(),
            "所在单元网格": unit,
            "普查日期": dates(own["surveyed_on"]),
            "材质": own["material"].to_numpy(),
        }
    )
    at = points(own["x"], own["y"])
    if wrong:
        code = f"{float(own['code'].iloc[0]):.6E}"
        table = pd.concat([table, table.iloc[[0]].assign(管理部件标识码=code)], ignore_index=True)
        at = np.concatenate([at, at[:1]])
        book.wrong("component", "20260831", code, "bad_identifier")
    return Delivery("component", day, table, at=at)  # type: ignore[arg-type]


def _cameras(world: World, book: TruthBook) -> Iterator[Delivery]:
    """Yield the city management's list, whose last line has a cell too many, and the others'."""
    own = world.cameras[world.cameras["system"] == 0]
    at = points(own["x"], own["y"])
    table = _camera_table(own)
    table["InstallTime"] = own["installed_on"].dt.strftime("%Y/%m/%d").to_numpy()
    table["IPAddress"] = [f"192.0.2.{n % 250}" for n in range(len(own))]
    table["Port"] = 5060
    table["Password"] = [f"Canary-{n:05}" for n in range(len(own))]
    extra = ",".join([*map(str, table.iloc[-1]), "120.4", "30.2", "多出一格"])
    key = f"{world.places.district_code}00081326999999"
    book.wrong("camera", "20260831", key, "ragged")
    yield Delivery(
        "camera", FIRST, table, at=at, broken_lines=[extra.replace(str(own["code"].iloc[-1]), key)]
    )
    shared = world.cameras[world.cameras["system"] == 1]
    yield Delivery(
        "camera_shared", FIRST, _camera_table(shared), at=points(shared["x"], shared["y"])
    )
    yield _vehicle_cameras(world)


def _camera_table(own: pd.DataFrame) -> pd.DataFrame:
    """Write where each camera looks as an angle, as one of eight directions, or not at all."""
    says, direction = own["says"].to_numpy(), own["direction"].to_numpy()
    angle, eighth = (direction * 45).astype(str), np.array(_DIRECTION_TYPES)[direction]
    height = own["height_m"]
    return pd.DataFrame(
        {
            "DeviceID": own["code"].to_numpy(),
            "Name": own["name"].to_numpy(),
            "Owner": own["owner"].to_numpy(),
            "PTZType": own["type"].to_numpy(),
            "方位角": np.where(says == "angle", angle, ""),
            "DirectionType": np.where(says == "eighth", eighth, ""),
            "HorizontalFieldAngle": 60,
            "MaxViewDistance": own["view_m"].to_numpy(),
            "安装高度": height.map("{:g}".format).where(height.notna(), "").to_numpy(),
        }
    )


def _vehicle_cameras(world: World) -> Delivery:
    """Return the cameras on patrol cars with their routes."""
    rng = world.streams.of("cameras on vehicles")
    own = drive(world.plan, world.places, len(world.cameras), rng)
    table = pd.DataFrame(
        {
            "设备编码": own["code"],
            "设备名称": own["name"],
            "权属单位": own["owner"],
            "架设形式": "车载",
            "安装高度": own["height_m"],
            "可视距离": own["view_m"],
        }
    )
    return Delivery("camera_vehicle", FIRST, table, shapes=own["geometry"].to_numpy())


def _premises(world: World, book: TruthBook) -> Delivery:
    """Yield the small regulated places; the last two rows have one code and differ."""
    own = world.entities[world.entities["premises_type"] != ""]
    code = world.places.district_code
    keys = [f"{code}P{n:06}" for n in range(1, len(own) + 1)]
    told = _register(world, "premises texts", own["address"].to_numpy())
    book.addresses("premises", keys, told)
    rng = world.streams.of("contacts")
    table = pd.DataFrame(
        {
            "场所编号": keys,
            "场所名称": own["name"].to_numpy(),
            "场所类别": own["premises_type"].to_numpy(),
            "统一社会信用代码": own["uscc"].to_numpy(),
            "营业面积": own["area_m2"].to_numpy(),
            "场所地址": told.text,
            "联系人": world.names.people(len(own), rng),
            "联系电话": phones("13600", np.arange(len(own))),
        }
    )
    key = f"{code}P999999"
    twins = pd.concat([table.iloc[[0]]] * 2).assign(场所编号=key, 营业面积=[50, 80])
    book.wrong("premises", "20260831", key, "conflicting_key")
    return Delivery("premises", FIRST, pd.concat([table, twins], ignore_index=True))


def _safety(world: World, book: TruthBook) -> Iterator[Delivery]:
    """Yield hazards, emergency resources (the last far outside) and areas of old housing."""
    places, buildings = world.places, world.library.buildings
    code = places.district_code
    works = buildings[buildings["layout"].isin(["works", "factory"])].iloc[::4]
    hazards = pd.DataFrame(
        {
            "危险源编号": [f"{code}Z{n:04}" for n in range(1, len(works) + 1)],
            "危险源名称": works["name"].to_numpy() + "库房",
            "类别": np.array(["易燃液体", "气体", "毒性物质"], dtype=object)[
                np.arange(len(works)) % 3
            ],
            "风险等级": np.where(np.arange(len(works)) % 5 == 0, "较大", "一般"),
            "联系人": "厂区值班室",
            "联系电话": "13500000000",
        }
    )
    middle = shapely.point_on_surface(works["geometry"].to_numpy())
    yield Delivery("hazard", FIRST, hazards, shapes=middle)
    yield _resources(world, book)
    old = places.blocks[places.blocks["use"] == "village"]
    count = buildings.groupby("block").size().reindex(old.index, fill_value=0)
    old, count = old[count > 0], count[count > 0]
    shanties = pd.DataFrame(
        {
            "棚户区编号": [f"{code}S{n:03}" for n in range(1, len(old) + 1)],
            "棚户区名称": old["name"].to_numpy() + "片",
            "户数": count.to_numpy() * 3,
            "危险等级": "一般",
        }
    )
    yield Delivery("shanty", FIRST, shanties, shapes=old["open"].to_numpy())


def _resources(world: World, book: TruthBook) -> Delivery:
    kinds = np.array(["避难场所", "应急仓库", "消防队站", "抢险队伍"], dtype=object)
    met = world.crossings.iloc[:: max(1, len(world.crossings) // 400)]
    serial = np.arange(len(met))
    code = world.places.district_code
    table = pd.DataFrame(
        {
            "资源编号": [*(f"{code}Y{n + 1:04}" for n in serial), f"{code}Y9999"],
            "资源名称": [
                *(f"{world.places.district}{kinds[n % 4]}{n + 1}" for n in serial),
                "远处仓库",
            ],
            "资源类别": [*kinds[serial % 4], "应急仓库"],
            "数量": [*(1 + serial % 5), 1],
        }
    )
    far = world.places.land.border.bounds
    at = np.concatenate([points(met["x"], met["y"]), [[far[2] + 150_000, far[3] + 80_000]]])
    book.wrong("resource", "20260831", f"{code}Y9999", "outside_extent")
    return Delivery("resource", FIRST, table, at=at)


def _benches(world: World) -> Delivery:
    met = world.crossings.iloc[:: max(1, len(world.crossings) // 300)]
    table = pd.DataFrame(
        {
            "座椅编号": [f"{world.places.district_code}B{n + 1:04}" for n in range(len(met))],
            "座位数": 2 + np.arange(len(met)) % 3,
        }
    )
    shapes = shapely.points(points(met["x"] + 3, met["y"] + 3))
    return Delivery("bench", FIRST, table, shapes=shapes)
