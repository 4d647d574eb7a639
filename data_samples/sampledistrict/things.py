"""What stands in the streets: components and cameras."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from sampledistrict.places import Block, Ground
from sampledistrict.plan import DISTRICT_CODE, Plan

KERB_M = 4
"""Distance of street furniture from the middle of the street."""

CLASSES = (
    ("0101", "上水井盖", "云海水务公司"),
    ("0102", "污水井盖", "云海水务公司"),
    ("0103", "雨水井盖", "滨河区市政养护中心"),
    ("0118", "路灯", "滨河区路灯管理所"),
    ("0305", "垃圾箱", "滨河区环卫中心"),
    ("0402", "行道树", "滨河区园林中心"),
)
"""Class code of CJ/T 214-2007, name and owner."""

CAMERAS_PER_STREET = 3


@dataclass(frozen=True)
class Thing:
    """Something on the kerb of the street south of a block; x and y in metres of `CRS`."""

    code: str
    name: str
    class_code: str
    owner: str
    block: Block
    x: float
    y: float
    surveyed_on: dt.date
    material: str = ""

    @property
    def is_manhole(self) -> bool:
        """Whether it is a manhole cover."""
        return self.name.endswith("井盖")


def kerb_point(ground: Ground, block: Block, along: float) -> tuple[float, float]:
    """Return a point beside the street south of a block.

    Parameters
    ----------
    ground : Ground
    block : Block
    along : float
        Share of the way from the western to the eastern corner, 0 to 1.

    Returns
    -------
    x, y : float
        Metres, to the decimetre, inside the block.
    """
    west = ground.corners[block.column, block.row]
    east = ground.corners[block.column + 1, block.row]
    x, y = west + (east - west) * along
    return round(float(x), 1), round(float(y) + KERB_M, 1)


def furnish(plan: Plan, ground: Ground, rng: np.random.Generator) -> tuple[Thing, ...]:
    """Put components into the streets, block by block in turn.

    Parameters
    ----------
    plan : Plan
    ground : Ground
    rng : numpy Generator

    Returns
    -------
    tuple of Thing
        Codes of 16 digits: county, class, sequence.
    """
    return tuple(_components(plan.components, ground, rng))


def _components(count: int, ground: Ground, rng: np.random.Generator) -> Iterator[Thing]:
    for serial in range(count):
        class_code, name, owner = CLASSES[int(rng.integers(len(CLASSES)))]
        block = ground.blocks[serial % len(ground.blocks)]
        x, y = kerb_point(ground, block, float(rng.uniform(0.1, 0.9)))
        metal = str(rng.choice(["铸铁", "复合材料", "混凝土"], p=(0.6, 0.3, 0.1)))
        yield Thing(
            code=f"{DISTRICT_CODE}{class_code}{serial + 1:06}",
            name=name,
            class_code=class_code,
            owner=owner,
            block=block,
            x=x,
            y=y,
            surveyed_on=dt.date(2024, 1, 1) + dt.timedelta(int(rng.integers(700))),
            material=metal if name.endswith("井盖") else "",
        )


def watch(plan: Plan, ground: Ground, rng: np.random.Generator) -> tuple[Thing, ...]:
    """Put up cameras.

    Parameters
    ----------
    plan : Plan
    ground : Ground
    rng : numpy Generator

    Returns
    -------
    tuple of Thing
        Codes by GB/T 28181: centre, industry 08 (city management), type 132, network 6.
    """
    cameras = []
    for serial in range(plan.cameras):
        block = ground.blocks[serial * CAMERAS_PER_STREET % len(ground.blocks)]
        x, y = kerb_point(ground, block, float(rng.uniform(0.05, 0.95)))
        code = f"{DISTRICT_CODE}00081326{serial + 1:06}"
        name = f"{block.road}{block.door}号前{serial + 1}号枪机"
        installed = dt.date(2022, 1, 1) + dt.timedelta(int(rng.integers(1200)))
        cameras.append(Thing(code, name, "132", "滨河区城市管理局", block, x, y, installed))
    return tuple(cameras)
