"""Files of the civil affairs and survey offices: areas, grids, streets, addresses, buildings."""

from __future__ import annotations

from collections.abc import Iterator

import shapely

from sampledistrict.formats import File, Row, degrees, in_degrees
from sampledistrict.homes import USE_NAMES, Address, Building, Stock
from sampledistrict.places import LANES, ORIGIN_X_M, ORIGIN_Y_M, ROADS, Ground, union
from sampledistrict.plan import CITY, CITY_CODE, DELIVERED, DISTRICT, DISTRICT_CODE

RIVER_M = 30
LAYER_NAMES = {"responsibility": "责任网格", "unit": "单元网格", "extended": "拓展网格"}
_FIRST = f"{DELIVERED[0]:%Y%m%d}"
_DRAWN = "2020-01-01"
_ALIASES = 7
"""One building in so many has an entry in the list of other names."""


def place_files(ground: Ground, stock: Stock) -> Iterator[File]:
    """Yield the files that say where things are.

    Parameters
    ----------
    ground : Ground
    stock : Stock

    Yields
    ------
    File
    """
    yield _areas(ground)
    cells = [_cell_row(ground, place) for place in range(len(ground.cells))]
    yield File(f"grid/网格_{_FIRST}.gpkg", cells, [c.shape for c in ground.cells])
    yield _streets(ground)
    yield _land_and_water(ground)
    yield from _addresses(stock)
    yield File(f"address_alias/地址别名_{_FIRST}.csv", list(_alias_rows(stock)))
    yield from _buildings(stock)


def _areas(ground: Ground) -> File:
    shapes = {c: ground.shape_of(c) for c in ground.communities}
    towns = {c.town_code: c.town for c in ground.communities}
    rows: list[Row] = [
        _area_row(CITY_CODE, CITY, "市", ""),
        _area_row(DISTRICT_CODE, DISTRICT, "区县", CITY_CODE),
        *(_area_row(code, name, "街道乡镇", DISTRICT_CODE) for code, name in towns.items()),
        *(_area_row(c.code, c.name, "社区村", c.town_code) for c in ground.communities),
    ]
    everything = union(list(shapes.values()))
    of_towns = [union([s for c, s in shapes.items() if c.town_code == code]) for code in towns]
    polygons = [everything, everything, *of_towns, *shapes.values()]
    return File(f"area/行政区划_{_FIRST}.geojson", rows, polygons, in_degrees=False)


def _area_row(code: str, name: str, level: str, parent: str) -> Row:
    return {"区划代码": code, "区划名称": name, "层级": level, "上级区划代码": parent}


def _cell_row(ground: Ground, place: int) -> Row:
    cell = ground.cells[place]
    return {
        "单元网格标识码": cell.code,
        "网格名称": cell.name,
        "网格类型": LAYER_NAMES[cell.layer],
        "上级网格代码": cell.parent,
        "社区代码": cell.community,
        "面积": round(cell.shape.area, 1),
        "初始日期": _DRAWN,
    }


def _streets(ground: Ground) -> File:
    wide, high = (n - 1 for n in ground.corners.shape[:2])
    lines = [(ROADS[row], ground.corners[:, row]) for row in range(high + 1)]
    lines += [(LANES[column], ground.corners[column]) for column in range(wide + 1)]
    rows = [
        {
            "道路编码": f"{DISTRICT_CODE}L{number:03}",
            "道路名称": name,
            "道路等级": _street_class(name),
        }
        | {"宽度": 18 if name in ROADS else 9}
        for number, (name, _) in enumerate(lines, start=1)
    ]
    shapes = [shapely.LineString(points) for _, points in lines]
    return File(f"street/道路中心线_{_FIRST}.geojson", rows, shapes)


def _street_class(name: str) -> str:
    return "次干路" if name in ROADS else "支路"


def _land_and_water(ground: Ground) -> File:
    """Write a river south of the district and the green land as WKT in degrees."""
    east = float(ground.corners[-1, 0, 0])
    south = ORIGIN_Y_M - 10
    lands = [("云溪", "水域", shapely.box(ORIGIN_X_M, south - RIVER_M, east, south))]
    lands += [(c.name, "绿地", c.shape) for c in ground.cells if c.name.endswith("公园")]
    rows = [
        {"地块代码": f"{DISTRICT_CODE}W{number:02}", "地块名称": name, "用地类别": use}
        | {"WKT": shapely.to_wkt(in_degrees(shape), rounding_precision=7)}
        for number, (name, use, shape) in enumerate(lands, start=1)
    ]
    return File(f"land_water/地块水系_{_FIRST}.csv", rows)


def _addresses(stock: Stock) -> Iterator[File]:
    """Yield the library three times; it grows, and at the end one entry is out of use."""
    later = [a.code for a in stock.addresses if a.room][-6:]
    for number, day in enumerate(DELIVERED):
        unknown = later[3 * number :]
        gone = stock.addresses[0] if number == 2 else None
        rows = [_address_row(a, a is gone) for a in stock.addresses if a.code not in unknown]
        yield File(f"address/标准地址_{day:%Y%m%d}.xlsx", rows)


def _address_row(address: Address, is_gone: bool) -> Row:
    community, building = address.block.community, address.building
    lon, lat = degrees(address.point.x, address.point.y)
    return {
        "标准地址编码": address.code,
        "标准地址": address.full_text,
        "市": CITY,
        "区县": DISTRICT,
        "街道乡镇": community.town,
        "社区": community.name,
        "道路": address.block.road,
        "门牌号": address.road_no,
        "小区": address.block.estate,
        "楼栋": building.label if building else "",
        "单元": address.unit,
        "户室": address.room,
        "上级地址编码": address.parent,
        "楼栋编码": building.code if building else "",
        "地址状态": "废弃" if is_gone else "在用",
        "经度": lon,
        "纬度": lat,
    }


def _alias_rows(stock: Stock) -> Iterator[Row]:
    for building in stock.buildings[::_ALIASES]:
        address = stock.of_building[building.code]
        kind = "俗称" if building.block.estate else "曾用名"
        yield {"地址编码": address.code, "别名": building.name, "别名类型": kind}


def _buildings(stock: Stock) -> Iterator[File]:
    """Yield the buildings twice; the last one is finished between the two surveys."""
    for day, count in ((DELIVERED[0], -1), (DELIVERED[2], None)):
        known = stock.buildings[:count]
        rows = [_building_row(stock, b) for b in known]
        yield File(f"building/建筑物_{day:%Y%m%d}.gpkg", rows, [b.shape for b in known])


def _building_row(stock: Stock, building: Building) -> Row:
    return {
        "建筑物编码": building.code,
        "建筑物名称": building.name,
        "坐落": stock.of_building[building.code].full_text,
        "房屋用途": USE_NAMES[building.block.use],
        "地上层数": building.floors,
        "建筑高度（米）": round(building.floors * 3.0 + 0.5, 1),
        "建成年代": building.built_year,
    }
