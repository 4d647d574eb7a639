"""What the civil affairs, survey and planning offices deliver: where things are."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd
import shapely

from data_samples.district.buildings import LAYOUTS
from data_samples.district.deliveries import FIRST, SECOND, Delivery, days_of, points
from data_samples.district.redrawing import Grids
from data_samples.district.truth import TruthBook
from data_samples.district.world import World

LAYER_NAMES = {"responsibility": "责任网格", "unit": "单元网格", "extended": "拓展网格"}
_LATER_ROOMS = 0.02


def place_deliveries(world: World, grids: Grids, book: TruthBook) -> Iterator[Delivery]:
    """Yield the files that say where things are.

    Parameters
    ----------
    world : World
    grids : Grids
        As first drawn, and as redrawn.
    book : TruthBook
        Is told what each written address means.

    Yields
    ------
    Delivery
    """
    yield _areas(world)
    yield _grids(grids.before, FIRST)
    if world.plan.has_redrawing:
        yield _grids(grids.after, SECOND)
    yield _streets(world)
    yield _land_water(world)
    yield from _addresses(world)
    yield from _aliases(world)
    yield from _buildings(world, book)


def _areas(world: World) -> Delivery:
    places, names = world.places, world.names
    towns, communities = places.towns, places.communities
    whole = shapely.union_all(communities["geometry"].to_numpy())
    rows = []
    if world.streams.district == 0:
        rows.append((names.province_code, names.province, "省", "", shapely.box(*whole.bounds)))
        rows.append((names.city_code, names.city, "市", names.province_code, whole))
    rows.append((places.district_code, places.district, "区县", names.city_code, whole))
    rows += [
        (town.code, town.name, "街道乡镇", places.district_code, town.geometry)
        for town in towns.itertuples()
    ]
    for own in communities.itertuples():
        parent = towns["code"].iloc[own.town]
        rows.append((own.code, own.name, "社区村", parent, own.geometry))
    columns = ["区划代码", "区划名称", "层级", "上级区划代码", "shape"]
    table = pd.DataFrame(rows, columns=columns)
    return Delivery("area", FIRST, table[columns[:-1]], shapes=table["shape"].to_numpy())


def _grids(grids: pd.DataFrame, day: object) -> Delivery:
    table = pd.DataFrame(
        {
            "单元网格标识码": grids["code"],
            "网格名称": grids["name"],
            "网格类型": grids["layer"].map(LAYER_NAMES),
            "上级网格代码": grids["parent"],
            "社区代码": grids["area_code"],
            "面积": grids["stated_m2"],
            "初始日期": grids["begins_on"],
            "终止日期": grids["ends_on"],
        }
    )
    return Delivery("grid", day, table, shapes=grids["geometry"].to_numpy())  # type: ignore[arg-type]


def _streets(world: World) -> Delivery:
    streets = world.places.streets
    table = pd.DataFrame(
        {
            "道路编码": streets["code"],
            "道路名称": streets["name"],
            "道路等级": streets["street_class"].replace("巷", "支路"),
            "宽度": streets["width_m"],
        }
    )
    shapes = np.array([shapely.line_merge(g) for g in streets["geometry"]], dtype=object)
    return Delivery("street", FIRST, table, shapes=shapes)


def _land_water(world: World) -> Delivery:
    places, land = world.places, world.places.land
    rows = [("河", "水域", land.river), ("海湾", "水域", land.sea)]
    rows += [("铁路", "铁路", land.rail)] if not land.rail.is_empty else []
    rows += [("山", "山地", land.hill)] if not land.hill.is_empty else []
    green = places.blocks[places.blocks["use"].isin(["park", "green"])]
    rows += [(b.name or "绿地", "绿地", b.open) for b in green.itertuples() if not b.open.is_empty]
    code = places.district_code
    table = pd.DataFrame(
        {
            "地块代码": [f"{code}W{n:04}" for n in range(1, len(rows) + 1)],
            "地块名称": [r[0] for r in rows],
            "用地类别": [r[1] for r in rows],
        }
    )
    return Delivery("land_water", FIRST, table, shapes=np.array([r[2] for r in rows], dtype=object))


def _addresses(world: World) -> Iterator[Delivery]:
    """Yield the library twice; it grows, and at the end one entry is out of use."""
    table = world.library.table
    rng = world.streams.of("address deliveries")
    known = np.flatnonzero(table["delivered"].to_numpy())
    room = (table["level"] == "room").to_numpy()[known]
    later = room & (rng.random(len(known)) < _LATER_ROOMS)
    gates = known[(table["level"] == "gate").to_numpy()[known]]
    gone = int(gates[-1]) if len(gates) else -1
    days = [day for _, day in days_of("address", world.size)]
    for day in days:
        is_last = day == days[-1]
        yield _address_file(world, known[~later | is_last], gone if is_last else -1, day)


def _address_file(world: World, rows: np.ndarray, gone: int, day: object) -> Delivery:  # type: ignore[type-arg]
    own = world.library.table.iloc[rows]
    code = world.library.table["code"].to_numpy()
    parent = own["parent"].to_numpy()
    building = own["building_row"].to_numpy()
    codes = world.library.buildings["code"].to_numpy()
    known = world.library.table["delivered"].to_numpy()
    table = pd.DataFrame(
        {
            "标准地址编码": own["code"],
            "标准地址": own["full_text"],
            "市": own["city"],
            "区县": own["district"],
            "街道乡镇": own["town"],
            "社区": own["community"],
            "道路": own["road"],
            "门牌号": own["road_no"],
            "小区": own["estate"],
            "楼栋": own["building"],
            "单元": own["unit"],
            "户室": own["room"],
            "上级地址编码": np.where((parent >= 0) & known[parent], code[parent], ""),
            "楼栋编码": np.where(building >= 0, codes[building], ""),
            "地址状态": np.where(rows == gone, "废弃", "在用"),
        }
    )
    return Delivery("address", day, table, at=points(own["x"], own["y"]))  # type: ignore[arg-type]


def _aliases(world: World) -> Iterator[Delivery]:
    """Yield popular names of estates and the old names of renamed roads."""
    table = world.library.table
    gates = table[(table["level"] == "gate") & table["delivered"]]
    popular = world.lore.popular[gates["block"]]
    former = gates["road"].map(world.lore.former)
    named = pd.DataFrame({"地址编码": gates["code"], "别名": popular, "别名类型": "俗称"})
    doors = table[table["level"].isin(["gate", "building"]) & table["delivered"]]
    doors = doors[doors["road"].isin(list(world.lore.former))]
    former = doors["road"].map(world.lore.former)
    old = pd.DataFrame(
        {
            "地址编码": doors["code"],
            "别名": doors["community"]
            + former
            + doors["road_no"]
            + doors["estate"]
            + doors["building"],
            "别名类型": "曾用名",
        }
    )
    both = pd.concat([named[named["别名"] != ""], old], ignore_index=True)
    yield Delivery("address_alias", FIRST, both)


def _buildings(world: World, book: TruthBook) -> Iterator[Delivery]:
    """Yield the buildings twice; the last one is finished between the two surveys."""
    frame = world.library.buildings
    written = world.writer.write(
        frame["address"].to_numpy(), world.streams.of("building texts"), register=True
    )
    book.addresses("building", frame["code"], written)
    table = pd.DataFrame(
        {
            "建筑物编码": frame["code"],
            "建筑物名称": frame["name"],
            "坐落": written.text,
            "房屋用途": frame["layout"].map({k: v.word for k, v in LAYOUTS.items()}),
            "地上层数": frame["floors"],
            "建筑高度（米）": (frame["floors"] * 3.0 + 0.5).round(1),
            "建成年代": frame["built_year"],
        }
    )
    shapes = frame["geometry"].to_numpy()
    days = [day for _, day in days_of("building", world.size)]
    for day in days:
        count = len(table) if day == days[-1] else len(table) - 1
        yield Delivery("building", day, table.iloc[:count], shapes=shapes[:count])
