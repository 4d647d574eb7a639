"""The whole address library of a district: gates, buildings, entrances and rooms."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from data_samples.district.buildings import LAYOUTS
from data_samples.district.names import Names
from data_samples.district.network import Ints
from data_samples.district.places import Places
from data_samples.district.sizes import Plan

LEVELS = ("gate", "building", "unit", "room")
ELEMENTS = (
    *("province", "city", "district", "town", "community", "road", "road_no"),
    *("estate", "building", "unit", "room"),
)
_LETTERED = 0.01
_DELIVERED = {"gate": 0.97, "building": 0.985, "unit": 0.7}
"""Shares of the library that departments hand over; rooms as many as the plan leaves."""

_WITHIN_AN_ESTATE = frozenset({"estate", "towers", "school", "campus", "factory", "mall"})


@dataclass(frozen=True)
class Library:
    """Addresses of a district.

    Parameters
    ----------
    table : DataFrame
        One row per address: `code`, `level`, `parent` (row, -1), `building_row` (-1),
        `block`, the texts of `ELEMENTS`, `full_text`, `x`, `y`, `delivered`.
    buildings : DataFrame
        As built, with `code`, `name`, `address` (row of `table`), `label`, `homes`.
    first_room : ndarray of int
        Row of each building's first room in `table`; its rooms follow one another.
    room_count : ndarray of int
    """

    table: pd.DataFrame
    buildings: pd.DataFrame
    first_room: Ints
    room_count: Ints


def compile_library(
    plan: Plan,
    names: Names,
    places: Places,
    buildings: pd.DataFrame,
    doors: pd.DataFrame,
    rng: np.random.Generator,
) -> Library:
    """Number what was built and write its standard addresses.

    Parameters
    ----------
    plan : Plan
    names : Names
    places : Places
    buildings : DataFrame
        From `build`.
    doors : DataFrame
        From `number_doors`.
    rng : numpy Generator

    Returns
    -------
    Library
    """
    buildings = _labelled(places, buildings, doors)
    gates = doors[doors["building"] < 0].reset_index(drop=True)
    parts = [_gate_rows(places, gates), _building_rows(places, buildings)]
    parts += [_unit_rows(buildings), _room_rows(buildings)]
    table = pd.concat(parts, ignore_index=True)
    _fill_down(table, len(gates), buildings)
    _write(table, names, places)
    buildings["address"] = len(gates) + np.arange(len(buildings))
    _encode(table, buildings, places, rng)
    table["delivered"] = _delivered(table, plan, rng)
    rooms = table.index[table["level"] == "room"]
    count = _rooms_of(buildings).sum(axis=1)
    first = (rooms[0] if len(rooms) else len(table)) + np.cumsum(count) - count
    return Library(table, buildings, first.astype(np.int64), count)


def _labelled(places: Places, buildings: pd.DataFrame, doors: pd.DataFrame) -> pd.DataFrame:
    """Give each building its label inside its estate or lane, and the row of its door."""
    frame = buildings.copy()
    use = places.blocks["use"].to_numpy()[frame["block"]]
    own = pd.Series(doors.index, index=doors["building"])
    own = own[own.index >= 0]
    gate = pd.Series(doors.index, index=doors["block"])[(doors["building"] < 0).to_numpy()]
    has_door = frame["layout"].isin(["shops", "works", "front"]).to_numpy()
    door = np.where(
        has_door,
        own.reindex(frame.index, fill_value=-1),
        gate.reindex(frame["block"], fill_value=-1).to_numpy(),
    )
    frame["door"] = door
    number = frame.groupby(["block", has_door]).cumcount().to_numpy() + 1
    frame["label"] = [
        _label(u, n, d) for u, n, d in zip(use, number.tolist(), has_door.tolist(), strict=True)
    ]
    road_no = np.where(door >= 0, doors["number"].to_numpy()[door], "")
    street = np.where(door >= 0, doors["street"].to_numpy()[door], 0)
    road = places.streets["name"].to_numpy()[street]
    in_village = (use == "village") & ~has_door
    frame["road"] = np.where((door >= 0) & ~in_village, road, "")
    frame["road_no"] = np.where(in_village, "", road_no)
    named = np.isin(use, [*_WITHIN_AN_ESTATE, "village"]) & ~has_door
    frame["estate"] = np.where(named, places.blocks["name"].to_numpy()[frame["block"]], "")
    frame["name"] = np.where(
        named, frame["estate"] + frame["label"], frame["road"] + frame["road_no"]
    )
    return frame


def _label(use: str, number: int, has_door: bool) -> str:
    """Return 3号楼, 5号 in a lane, and the crooked numbers of a village."""
    if has_door:
        return ""
    if use == "lanes":
        return f"{number}号"
    if use == "village":
        whole, turn = divmod(number * 7, 3)
        return f"{whole + 1}号" if turn else f"{whole + 1}-1号"
    return f"{number}号楼"


def _gate_rows(places: Places, gates: pd.DataFrame) -> pd.DataFrame:
    use = places.blocks["use"].to_numpy()[gates["block"]]
    named = np.isin(use, [*_WITHIN_AN_ESTATE])
    return pd.DataFrame(
        {
            "level": "gate",
            "parent": -1,
            "building_row": -1,
            "block": gates["block"],
            "road": places.streets["name"].to_numpy()[gates["street"]],
            "road_no": gates["number"],
            "estate": np.where(named, places.blocks["name"].to_numpy()[gates["block"]], ""),
            "x": gates["x"],
            "y": gates["y"],
        }
    )


def _building_rows(places: Places, buildings: pd.DataFrame) -> pd.DataFrame:
    middle = shapely.point_on_surface(buildings["geometry"].to_numpy())
    at = shapely.get_coordinates(middle).round(2)
    return pd.DataFrame(
        {
            "level": "building",
            "building_row": buildings.index,
            "block": buildings["block"],
            "building": buildings["label"],
            "x": at[:, 0],
            "y": at[:, 1],
        }
    )


def _entrances(buildings: pd.DataFrame) -> Ints:
    units = buildings["layout"].map({k: v.units for k, v in LAYOUTS.items()}).to_numpy()
    return np.where(units > 1, units, 0)


def _unit_rows(buildings: pd.DataFrame) -> pd.DataFrame:
    count = _entrances(buildings)
    rows = np.repeat(np.arange(len(buildings)), count)
    number = np.arange(len(rows)) - np.repeat(np.cumsum(count) - count, count) + 1
    words = np.array([f"{n}单元" for n in range(10)], dtype=object)
    return pd.DataFrame({"level": "unit", "building_row": rows, "unit": words[number]})


def _rooms_of(buildings: pd.DataFrame) -> Ints:
    """Return dwellings of each building by entrance, shape (n, most entrances)."""
    layouts = [LAYOUTS[name] for name in buildings["layout"]]
    units = np.array([max(x.units, 1) for x in layouts])
    rooms = np.array([x.rooms if x.homes or x.word == "商业" else 0 for x in layouts])
    rooms = np.where(buildings["layout"] == "front", 0, rooms) * buildings["floors"].to_numpy()
    return np.asarray(rooms[:, None] * (np.arange(units.max(initial=1)) < units[:, None]))


def _room_rows(buildings: pd.DataFrame) -> pd.DataFrame:
    count = _rooms_of(buildings)
    most = count.shape[1]
    each = count.ravel()
    slot = np.repeat(np.arange(len(each)), each)
    row, unit = slot // most, slot % most
    serial = np.arange(len(slot)) - np.repeat(np.cumsum(each) - each, each)
    per_floor = buildings["layout"].map({k: v.rooms for k, v in LAYOUTS.items()}).to_numpy()[row]
    number = (serial // per_floor + 1) * 100 + serial % per_floor + 1
    words = np.array([f"{n}室" for n in range(3001)], dtype=object)
    units = np.array([f"{n}单元" for n in range(10)], dtype=object)
    has_units = _entrances(buildings)[row] > 0
    return pd.DataFrame(
        {
            "level": "room",
            "building_row": row,
            "unit": np.where(has_units, units[unit + 1], ""),
            "room": words[number],
        }
    )


def _fill_down(table: pd.DataFrame, gates: int, buildings: pd.DataFrame) -> None:
    """Copy what a building's address says to its entrances and rooms, and link them upwards."""
    below = table["building_row"].to_numpy() >= 0
    rows = table["building_row"].to_numpy()[below]
    for name in ("road", "road_no", "estate"):
        table.loc[below, name] = buildings[name].to_numpy()[rows]
    own = (gates + rows).astype(int)
    for name in ("block", "building", "x", "y"):
        table.loc[below, name] = table[name].to_numpy()[own]
    table["block"] = table["block"].astype(int)
    for name in ("building", "unit", "room"):
        table[name] = table[name].fillna("")
    gate_of = pd.Series(range(gates), index=table["block"].to_numpy()[:gates])
    behind = buildings["door"].to_numpy()[rows] >= 0
    behind &= ~buildings["layout"].isin(["shops", "works", "front"]).to_numpy()[rows]
    gate = gate_of.reindex(table["block"].to_numpy()[below], fill_value=-1).to_numpy()
    level = table["level"].to_numpy()[below]
    parent = np.where(level == "building", np.where(behind, gate, -1), own)
    table.loc[below, "parent"] = np.where(level == "room", _unit_of(table, own, below), parent)
    table["parent"] = table["parent"].astype(int)


def _unit_of(table: pd.DataFrame, own: Ints, below: npt.NDArray[np.bool_]) -> Ints:
    """Return the row of the entrance of each room, or of its building where there is none."""
    units = table[table["level"] == "unit"]
    first = pd.Series(units.index, index=units["building_row"])
    first = first[~first.index.duplicated()]
    rows = table["building_row"].to_numpy()[below]
    begin = first.reindex(rows, fill_value=-1).to_numpy()
    number = pd.to_numeric(table["unit"][below].str[:1], errors="coerce").fillna(0).to_numpy()
    return np.where((begin >= 0) & (number > 0), begin + number.astype(int) - 1, own)


def _write(table: pd.DataFrame, names: Names, places: Places) -> None:
    block = places.blocks.iloc[table["block"]]
    table["province"], table["city"], table["district"] = (
        names.province,
        names.city,
        places.district,
    )
    table["town"] = places.towns["name"].to_numpy()[
        places.communities["town"].to_numpy()[block["community"]]
    ]
    table["community"] = places.communities["name"].to_numpy()[block["community"]]
    parts = [table[name].tolist() for name in ELEMENTS[1:]]
    table["full_text"] = ["".join(row) for row in zip(*parts, strict=True)]


def _encode(
    table: pd.DataFrame, buildings: pd.DataFrame, places: Places, rng: np.random.Generator
) -> None:
    """Write codes of 25 characters: base grid, building or gate, room; stars for what is not."""
    unit = places.blocks["unit"].to_numpy()[table["block"]]
    grid = places.grids["code"].to_numpy()[unit]
    base_of = {c: f"{c[:12]}{int(c[12:]) % 100:02}" for c in set(grid)}
    prefix = np.array([base_of[c] for c in grid], dtype=object)
    house = table["level"].isin(["gate", "building"]).to_numpy()
    order = pd.Series(np.where(table["level"] == "gate", "8", "0"))
    serial = pd.DataFrame({"p": prefix, "o": order})[house].groupby(["p", "o"]).cumcount() + 1
    lettered = rng.random(len(serial)) < _LETTERED
    number = [
        f"{'T' if letter and kind == '0' else kind}{n:04}"
        for n, kind, letter in zip(serial, order[house], lettered, strict=True)
    ]
    own = pd.Series(prefix[house] + np.array(number, dtype=object), index=serial.index)
    buildings["code"] = own.reindex(buildings["address"]).to_numpy()
    below = buildings["address"].to_numpy()[np.maximum(table["building_row"], 0)]
    inner = own.reindex(np.where(house, table.index, below)).to_numpy()
    within = table.groupby(["building_row", "level"]).cumcount().to_numpy() + 1
    level = table["level"].to_numpy()
    ending = [
        f"{n:06}" if kind == "room" else f"D{n:05}" if kind == "unit" else "******"
        for n, kind in zip(within.tolist(), level, strict=True)
    ]
    table["code"] = inner + np.array(ending, dtype=object)


def _delivered(table: pd.DataFrame, plan: Plan, rng: np.random.Generator) -> npt.NDArray[np.bool_]:
    """Choose what the delivered library holds; whole buildings' rooms are there or not."""
    chance = rng.random(len(table))
    level = table["level"]
    result = (chance < level.map(_DELIVERED).fillna(0)).to_numpy(copy=True)
    rooms = np.flatnonzero((level == "room").to_numpy())
    building = table["building_row"].to_numpy()[rooms]
    rank = rng.random(building.max(initial=0) + 1)[building] + 0.15 * chance[rooms]
    left = max(plan.addresses - int(result.sum()), 0)
    result[rooms[np.argsort(rank, kind="stable")[:left]]] = True
    return np.asarray(result)
