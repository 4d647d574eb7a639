"""What stands on the blocks: buildings, the addresses in them, and the homes people live in."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import shapely

from sampledistrict.places import Block, Ground
from sampledistrict.plan import DISTRICT, Plan

SLOT_M = 24
"""Side of the square that one building has for itself; a block holds three by three."""

UNITS, FLOORS, ROOMS = 2, 6, 2
"""Units of a residential building, floors of a unit, rooms on a floor."""

USE_NAMES = {"residential": "住宅", "commercial": "商业", "factory": "工业", "campus": "教育"}


@dataclass(frozen=True)
class Building:
    """One building; `number` counts the buildings of its block."""

    code: str
    block: Block
    number: int
    floors: int
    built_year: int
    shape: shapely.Polygon

    @property
    def road_no(self) -> str:
        """The door number: one for a whole estate, else one for every building."""
        own = self.block.door + (0 if self.block.estate else 2 * (self.number - 1))
        return f"{own}号"

    @property
    def label(self) -> str:
        """The building's number inside its estate, empty where there is no estate."""
        return f"{self.number}号楼" if self.block.estate else ""

    @property
    def name(self) -> str:
        """What people call it."""
        return f"{self.block.estate}{self.label}" or f"{self.block.road}{self.road_no}楼"


@dataclass(frozen=True)
class Address:
    """An entry of the address library: an estate's gate, a building or a room."""

    code: str
    block: Block
    point: shapely.Point
    road_no: str
    building: Building | None = None
    unit: str = ""
    room: str = ""
    parent: str = ""

    @property
    def short_text(self) -> str:
        """The address from its road on."""
        label = self.building.label if self.building else ""
        return f"{self.block.road}{self.road_no}{label}{self.unit}{self.room}"

    @property
    def full_text(self) -> str:
        """The whole standard address."""
        community = self.block.community
        return f"{DISTRICT}{community.town}{community.name}{self.short_text}"


@dataclass(frozen=True)
class Home:
    """A dwelling: a building, a unit and a room."""

    building: Building
    unit: str
    room: str

    @property
    def short_text(self) -> str:
        """The dwelling's address from its road on."""
        building = self.building
        return f"{building.block.road}{building.road_no}{building.label}{self.unit}{self.room}"


@dataclass(frozen=True)
class Stock:
    """Everything built: buildings, library and homes.

    Parameters
    ----------
    buildings : tuple of Building
    homes : tuple of Home
        In a random order; the first ones are lived in.
    addresses : tuple of Address
        Gates of estates, then buildings, then rooms. The library is not complete: it has only
        the rooms of the first homes.
    """

    buildings: tuple[Building, ...]
    homes: tuple[Home, ...]
    addresses: tuple[Address, ...]

    @cached_property
    def of_building(self) -> dict[str, Address]:
        """The address of each building as a whole, by the building's code."""
        whole = (a for a in self.addresses if a.building and not a.room)
        return {a.building.code: a for a in whole if a.building}


def build(plan: Plan, ground: Ground, rng: np.random.Generator) -> Stock:
    """Build on the land and number what was built.

    Parameters
    ----------
    plan : Plan
    ground : Ground
    rng : numpy Generator

    Returns
    -------
    Stock
        With exactly as many buildings and addresses as the plan says.
    """
    buildings = tuple(_buildings(plan, ground, rng))
    homes = [home for b in buildings if b.block.use == "residential" for home in _homes(b)]
    homes = [homes[place] for place in rng.permutation(len(homes))]
    addresses = [*_gates(ground), *(_of_building(b) for b in buildings)]
    rooms = homes[: plan.addresses - len(addresses)]
    addresses += [_of_room(home, number) for number, home in enumerate(rooms, start=1)]
    return Stock(buildings, tuple(homes), tuple(addresses))


def _buildings(plan: Plan, ground: Ground, rng: np.random.Generator) -> Iterator[Building]:
    blocks = [b for b in ground.blocks if b.use != "park"]
    each, more = divmod(plan.buildings, len(blocks))
    serials = dict.fromkeys((b.community.code for b in blocks), 0)
    for place, block in enumerate(blocks):
        shapes = _footprints(block, each + (place < more), rng)
        for number, shape in enumerate(shapes, start=1):
            serials[block.community.code] += 1
            floors = FLOORS if block.use == "residential" else int(rng.integers(1, 5))
            code = f"{block.community.code}01{serials[block.community.code]:05}"
            yield Building(code, block, number, floors, int(rng.integers(1985, 2020)), shape)


def _footprints(block: Block, count: int, rng: np.random.Generator) -> Iterator[shapely.Polygon]:
    """Place footprints in slots around the middle of a block, well inside its streets."""
    middle = block.shape.centroid
    for slot in range(count):
        down, right = divmod(slot, 3)
        x = round(middle.x) + (right - 1) * SLOT_M
        y = round(middle.y) + (1 - down) * SLOT_M
        wide, deep = int(rng.integers(7, 11)), int(rng.integers(5, 8))
        if slot % 4 == 3:  # some are L-shaped
            right_arm = [(x - wide, y - deep), (x + wide, y - deep), (x + wide, y)]
            yield shapely.Polygon([*right_arm, (x, y), (x, y + deep), (x - wide, y + deep)])
        else:
            yield shapely.box(x - wide, y - deep, x + wide, y + deep)


def _homes(building: Building) -> Iterator[Home]:
    for unit, floor, room in np.ndindex(UNITS, building.floors, ROOMS):
        yield Home(building, f"{unit + 1}单元", f"{floor + 1}{room + 1:02}")


def _gates(ground: Ground) -> Iterator[Address]:
    for number, block in enumerate((b for b in ground.blocks if b.estate), start=1):
        code = f"{block.community.code}01{90000 + number:05}******"
        gate = block.shape.centroid
        yield Address(
            code, block, shapely.Point(round(gate.x), round(gate.y) - 12), f"{block.door}号"
        )


def _of_building(building: Building) -> Address:
    point = building.shape.point_on_surface()
    return Address(f"{building.code}******", building.block, point, building.road_no, building)


def _of_room(home: Home, number: int) -> Address:
    whole = _of_building(home.building)
    return Address(
        f"{home.building.code}{number:06}",
        whole.block,
        whole.point,
        whole.road_no,
        home.building,
        home.unit,
        home.room,
        whole.code,
    )
