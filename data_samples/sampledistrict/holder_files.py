"""Files about who is there and what stands there."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import shapely

from sampledistrict.formats import File, Row, degrees
from sampledistrict.homes import Stock
from sampledistrict.people import Entity, Person, invented_name, phone_number
from sampledistrict.places import Ground
from sampledistrict.plan import DELIVERED, DISTRICT, DISTRICT_CODE
from sampledistrict.things import Thing, kerb_point

_FIRST, _SECOND, _THIRD = (f"{day:%Y%m%d}" for day in DELIVERED)
_CHANGES = 4
"""Components that a delta adds, changes and takes away, at least one of each."""


def person_files(persons: Sequence[Person]) -> Iterator[File]:
    """Yield the population register month by month, with columns that must never be taken.

    Parameters
    ----------
    persons : sequence of Person

    Yields
    ------
    File
    """
    for number, day in enumerate(DELIVERED):
        rows = [_person_row(p, number) for p in persons if p.since <= number < p.until]
        yield File(f"person/实有人口_{day:%Y%m%d}.xlsx", rows)


def _person_row(person: Person, delivery: int) -> Row:
    home = person.home_at(delivery)
    return {
        "姓名": person.name,
        "公民身份号码": person.identity_number,
        "性别": person.sex,
        "民族": person.ethnicity,
        "出生年份": person.birth_year,
        "联系电话": person.phone,
        "人口类型": person.residence,
        "户编号": person.household,
        "现住址": f"{home.building.block.community.name}{home.short_text}",
    }


def entity_files(entities: Sequence[Entity], stock: Stock) -> Iterator[File]:
    """Yield the market register twice and the tax register once; most entities are in both.

    Parameters
    ----------
    entities : sequence of Entity
    stock : Stock

    Yields
    ------
    File
        The last market register has a row whose credit code has a wrong check character.
    """
    market = entities[: -max(1, len(entities) // 15)]
    taxed = entities[len(entities) // 3 :]
    rows = [_market_row(e, stock) for e in market]
    yield File(f"entity_market/市场主体_{_FIRST}.csv", rows[:-2])
    right = market[0].uscc
    wrong = right[:-1] + ("1" if right[-1] != "1" else "2")
    bad = {**rows[0], "统一社会信用代码": wrong, "市场主体名称": "云海校验位有误商贸有限公司"}
    yield File(f"entity_market/市场主体_{_THIRD}.csv", [*rows, bad])
    yield File(f"entity_tax/税务登记_{_SECOND}.xlsx", [_tax_row(e, stock) for e in taxed])


def _market_row(entity: Entity, stock: Stock) -> Row:
    return {
        "统一社会信用代码": entity.uscc,
        "市场主体名称": entity.name,
        "企业类型": "个体工商户" if entity.is_trader else "有限责任公司",
        "行业类别": "批发和零售业" if entity.is_trader else "制造业",
        "住所": stock.of_building[entity.building.code].full_text,
        "法定代表人": entity.representative,
        "联系电话": entity.phone,
        "成立日期": f"{entity.founded_on:%Y年%m月%d日}",
        "登记状态": "存续",
    }


def _tax_row(entity: Entity, stock: Stock) -> Row:
    """Return the tax office's view: a shorter name, the address in its own words, the staff."""
    address = stock.of_building[entity.building.code]
    return {
        "社会信用代码": entity.uscc,
        "纳税人名称": entity.name.removeprefix("云海"),
        "经营场所": address.short_text.replace("号楼", "幢"),
        "从业人数": entity.staff,
        "注册日期": entity.founded_on,
    }


def component_files(components: Sequence[Thing], spared: Thing) -> Iterator[File]:
    """Yield the component survey as a first whole delta and two deltas with changes.

    Parameters
    ----------
    components : sequence of Thing
    spared : Thing
        Is never taken away.

    Yields
    ------
    File
    """
    change = max(1, len(components) * _CHANGES // 100)
    late, old = components[-2 * change :], components[: -2 * change]
    going = [c for c in old if c != spared][-2 * change :]
    yield _component_file(_FIRST, [("A", "完好", c) for c in old])
    for number, day in enumerate((_SECOND, _THIRD)):
        part = slice(number * change, (number + 1) * change)
        yield _component_file(
            day,
            [("A", "完好", c) for c in late[part]]
            + [("U", "破损", c) for c in old[part]]
            + [("D", "", c) for c in going[part]],
        )


def _component_file(day: str, changes: Sequence[tuple[str, str, Thing]]) -> File:
    rows = [_component_row(flag, status, thing) for flag, status, thing in changes]
    return File(f"component/城市部件_{day}.csv", rows, encoding="utf-8-sig")


def _component_row(flag: str, status: str, thing: Thing) -> Row:
    return {
        "变更标志": flag,
        "管理部件标识码": thing.code,
        "管理部件名称": thing.name,
        "标准版本": "CJ/T 214-2007",
        "小类代码": thing.class_code,
        "管理部件状态": status,
        "权属单位": thing.owner,
        "所在单元网格": thing.block.unit_grid,
        "普查日期": thing.surveyed_on,
        "横坐标": thing.x,
        "纵坐标": thing.y,
        "材质": thing.material,
    }


def camera_file(cameras: Sequence[Thing], rng: np.random.Generator) -> File:
    """Return the list of cameras, with network access that must never be taken.

    Parameters
    ----------
    cameras : sequence of Thing
    rng : numpy Generator

    Returns
    -------
    File
        Its last line has a cell too many.
    """
    rows = [_camera_row(serial, camera, rng) for serial, camera in enumerate(cameras, start=1)]
    extra = ",".join([*map(str, rows[-1].values()), "多出一格"])
    broken = [extra.replace(cameras[-1].code, f"{DISTRICT_CODE}00081326999999")]
    return File(f"camera/监控点位_{_FIRST}.csv", rows, encoding="gb18030", broken_lines=broken)


def _camera_row(serial: int, camera: Thing, rng: np.random.Generator) -> Row:
    lon, lat = degrees(camera.x, camera.y)
    return {
        "DeviceID": camera.code,
        "Name": camera.name,
        "Owner": camera.owner,
        "PTZType": str(rng.integers(1, 5)),
        "方位角": int(rng.integers(0, 8)) * 45,
        "HorizontalFieldAngle": 60,
        "MaxViewDistance": int(rng.integers(3, 9)) * 10,
        "InstallTime": f"{camera.surveyed_on:%Y/%m/%d}",
        "Longitude": lon,
        "Latitude": lat,
        "IPAddress": f"192.0.2.{serial % 250}",
        "Port": 5060,
        "Password": f"Canary-{serial:04}",
    }


def premises_file(entities: Sequence[Entity], stock: Stock, rng: np.random.Generator) -> File:
    """Return the small regulated places, with names and phone numbers of contacts.

    Parameters
    ----------
    entities : sequence of Entity
    stock : Stock
    rng : numpy Generator

    Returns
    -------
    File
        Its last two rows have one code and differ.
    """
    types = ("购物", "餐饮", "住宿", "休闲健身", "生产加工")
    rows = [
        {
            "场所编号": f"{DISTRICT_CODE}P{serial:04}",
            "场所名称": f"{entity.building.name}{types[serial % 5]}场所",
            "场所类别": types[serial % 5],
            "统一社会信用代码": entity.uscc,
            "营业面积": int(rng.integers(20, 300)),
            "场所地址": stock.of_building[entity.building.code].full_text,
            "联系人": invented_name(rng),
            "联系电话": phone_number(serial, "1360000"),
        }
        for serial, entity in enumerate(entities[:: max(1, len(entities) // 80)], start=1)
    ]
    twins = [
        {**rows[0], "场所编号": f"{DISTRICT_CODE}P9999", "营业面积": area} for area in (50, 80)
    ]
    return File(f"premises/九小场所_{_FIRST}.xlsx", [*rows, *twins])


def safety_files(ground: Ground, stock: Stock) -> Iterator[File]:
    """Yield hazards, emergency resources and areas of old housing.

    Parameters
    ----------
    ground : Ground
    stock : Stock

    Yields
    ------
    File
        The last resource lies far outside the district.
    """
    works = [b for b in stock.buildings if b.block.use == "factory"][:6]
    hazards = [
        {
            "危险源编号": f"{DISTRICT_CODE}Z{n:03}",
            "危险源名称": f"云帆机械厂{n}号库",
            "类别": "易燃液体",
        }
        | {
            "风险等级": "较大" if n == 1 else "一般",
            "联系人": "厂区值班室",
            "联系电话": "13500000000",
        }
        for n in range(1, len(works) + 1)
    ]
    points = [b.shape.point_on_surface() for b in works]
    yield File(f"hazard/危险源_{_FIRST}.geojson", hazards, points)
    yield File(f"resource/应急资源_{_FIRST}.csv", list(_resource_rows(ground)))
    old = [b for b in ground.blocks if b.estate][-1]
    row = {"棚户区编号": f"{DISTRICT_CODE}S01", "棚户区名称": f"{old.road}北片", "户数": 35}
    land = shapely.box(*map(round, old.shape.centroid.buffer(40).bounds))
    yield File(f"shanty/棚户区_{_FIRST}.geojson", [row | {"危险等级": "一般"}], [land])


def _resource_rows(ground: Ground) -> Iterator[Row]:
    kinds = ("避难场所", "应急仓库", "消防队站", "抢险队伍")
    for serial, block in enumerate(ground.blocks[::4], start=1):
        yield _resource_row(serial, kinds[serial % 4], degrees(*kerb_point(ground, block, 0.5)))
    yield _resource_row(999, kinds[0], (121.9, 30.9))


def _resource_row(serial: int, kind: str, place: tuple[float, float]) -> Row:
    return {
        "资源编号": f"{DISTRICT_CODE}Y{serial:03}",
        "资源名称": f"{DISTRICT}{kind}{serial}",
        "资源类别": kind,
        "数量": 1 + serial % 5,
        "经度": place[0],
        "纬度": place[1],
    }


def bench_file(ground: Ground) -> File:
    """Return benches, a record kind that only this city has.

    Parameters
    ----------
    ground : Ground

    Returns
    -------
    File
    """
    rows: list[Row] = []
    for serial, block in enumerate(ground.blocks[::3], start=1):
        x, y = kerb_point(ground, block, 0.3)
        rows.append(
            {"座椅编号": f"{DISTRICT_CODE}B{serial:03}", "座位数": 2 + serial % 3, "x": x, "y": y}
        )
    return File(f"bench/休憩座椅_{_FIRST}.csv", rows)
