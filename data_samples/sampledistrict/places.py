"""Where things are: blocks between streets, and the communities and grids made of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import shapely

from sampledistrict.plan import DISTRICT_CODE, Plan

ORIGIN_X_M, ORIGIN_Y_M = 538_200, 3_342_000
BLOCK_M = 100
LARGEST_SHIFT_M = 8
FENCE_M = 6
"""Distance from the streets at which an extended grid begins."""

TOWNS = ("云岭街道", "望江街道")
COMMUNITIES = ("望海社区", "听涛社区", "松风社区", "观澜社区")
ROADS = ("听涛路", "海棠路", "银杏路", "白鹭路", "晨曦路", "秋水路", "青石路", "竹溪路", "明月路")
LANES = ("渔歌街", "兰亭街", "翠屏街", "沧浪街", "芦苇街", "长堤街", "柳浪街", "枫桥街", "梅园街")
ESTATES = tuple(
    first + second
    for second in ("花园", "家园", "新村", "小区")
    for first in (
        *("锦澜", "碧岚", "听雨", "揽月", "云栖", "沐风", "悦川", "丹枫"),
        *("雅筑", "静湖", "晓园", "朗润", "天禧", "春和"),
    )
)


@dataclass(frozen=True)
class Community:
    """A community and the town it belongs to."""

    code: str
    name: str
    town_code: str
    town: str


@dataclass(frozen=True)
class Block:
    """Land between four streets: whose it is, what stands on it, and its shape."""

    column: int
    row: int
    community: Community
    unit_grid: str
    responsibility_grid: str
    use: str
    road: str
    door: int
    shape: shapely.Polygon
    estate: str = ""


@dataclass(frozen=True)
class Cell:
    """A grid of one layer."""

    layer: str
    code: str
    name: str
    parent: str
    community: str
    shape: shapely.Polygon


@dataclass(frozen=True)
class Ground:
    """The land of a district: its corners of streets, communities, blocks and grids."""

    corners: npt.NDArray[np.float64]
    communities: tuple[Community, ...]
    blocks: tuple[Block, ...]
    cells: tuple[Cell, ...]

    def shape_of(self, community: Community) -> shapely.Polygon:
        """Return the area of a community, the union of its blocks."""
        return union([b.shape for b in self.blocks if b.community == community])


def union(shapes: list[shapely.Polygon]) -> shapely.Polygon:
    """Return the polygon that several make together, every corner of theirs kept on its border."""
    return shapely.normalize(shapely.union_all(shapes))


def lay_out(plan: Plan, rng: np.random.Generator) -> Ground:
    """Draw the district's land.

    Parameters
    ----------
    plan : Plan
    rng : numpy Generator

    Returns
    -------
    Ground
        Shapes in metres of `CRS`; all layers share their corners, so that grids nest exactly.
    """
    corners = _corners(plan, rng)
    places = np.ndindex(plan.rows, plan.columns)
    communities = tuple(
        Community(f"{_town_code(row)}{column + 1:03}", name, _town_code(row), TOWNS[row])
        for (row, column), name in zip(places, COMMUNITIES, strict=False)
    )
    drawn = [
        b for place in range(len(communities)) for b in _blocks(plan, place, communities, corners)
    ]
    blocks = tuple(_with_estates(drawn))
    return Ground(corners, communities, blocks, tuple(_cells(blocks)))


def _town_code(row: int) -> str:
    return f"{DISTRICT_CODE}{row + 1:03}"


def _corners(plan: Plan, rng: np.random.Generator) -> npt.NDArray[np.float64]:
    """Return the street corners, [column, row, x or y]; those inside a community stand askew."""
    wide, high = plan.columns * plan.blocks, plan.rows * plan.blocks
    columns, rows = np.meshgrid(np.arange(wide + 1), np.arange(high + 1), indexing="ij")
    corners = np.stack([ORIGIN_X_M + columns * BLOCK_M, ORIGIN_Y_M + rows * BLOCK_M], axis=-1)
    inside = (columns % plan.blocks > 0) & (rows % plan.blocks > 0)
    shift = rng.integers(-LARGEST_SHIFT_M, LARGEST_SHIFT_M + 1, corners.shape)
    return np.asarray(corners + shift * inside[..., None], dtype=np.float64)


def _blocks(
    plan: Plan, place: int, communities: tuple[Community, ...], corners: npt.NDArray[np.float64]
) -> Iterator[Block]:
    community, side = communities[place], plan.blocks
    east, north = place % plan.columns * side, place // plan.columns * side
    for number, (down, column) in enumerate(np.ndindex(side, side), start=1):
        row = side - 1 - down  # grids are numbered from west to east and from north to south
        x, y = east + column, north + row
        half = "2" if place < plan.split and column >= 2 else "1"
        yield Block(
            column=x,
            row=y,
            community=community,
            unit_grid=f"{community.code}{_grid_number(plan, number):03}",
            responsibility_grid=f"{community.code}R{half}",
            use=plan.uses.get((place, column, row), "residential"),
            road=ROADS[y],
            door=20 * x + 2,
            shape=_quadrilateral(corners, x, y),
        )


def _grid_number(plan: Plan, number: int) -> int:
    """Return the number of a block's unit grid; the first two of the second row are one grid."""
    merged = plan.blocks + 2
    return number - 1 if plan.merged and number >= merged else number


def _with_estates(blocks: list[Block]) -> Iterator[Block]:
    """Give every residential block the name of an estate."""
    names = iter(ESTATES)
    for block in blocks:
        yield replace(block, estate=next(names)) if block.use == "residential" else block


def _quadrilateral(corners: npt.NDArray[np.float64], x: int, y: int) -> shapely.Polygon:
    ring = [(x, y), (x + 1, y), (x + 1, y + 1), (x, y + 1)]
    return shapely.normalize(shapely.Polygon([corners[c] for c in ring]))


def _cells(blocks: tuple[Block, ...]) -> Iterator[Cell]:
    for code in sorted({b.responsibility_grid for b in blocks}):
        own = [b for b in blocks if b.responsibility_grid == code]
        name = f"{own[0].community.name}第{code[-1]}责任网格"
        shape = union([b.shape for b in own])
        yield Cell(
            "responsibility", code, name, own[0].community.code, own[0].community.code, shape
        )
    for code in sorted({b.unit_grid for b in blocks}):
        own = [b for b in blocks if b.unit_grid == code]
        parent, community = own[0].responsibility_grid, own[0].community
        name = f"{community.name}{code[-3:]}单元网格"
        yield Cell("unit", code, name, parent, community.code, union([b.shape for b in own]))
    yield from _extended(blocks)


def _extended(blocks: tuple[Block, ...]) -> Iterator[Cell]:
    """Lay a grid over the fenced land of the factory, the park and the campus."""
    names = {"factory": "云帆机械厂", "park": "芦苇公园", "campus": "滨河实验学校"}
    for number, (use, name) in enumerate(names.items(), start=1):
        own = [b for b in blocks if b.use == use]
        if own:
            land = union([b.shape for b in own]).buffer(-FENCE_M, join_style="mitre")
            shape = shapely.normalize(shapely.set_precision(land, 0.01))
            yield Cell(
                "extended", f"{DISTRICT_CODE}E{number:02}", name, "", own[0].community.code, shape
            )
