"""What could be done about a fault: which cells would have which geometry, and why."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import NamedTuple

import numpy as np
import pandas as pd
import shapely

from blockdata.grid.checks.layer import Layer, largest_share, longest_border, wider_than
from blockdata.grid.checks.settings import CheckSettings
from blockdata.grid.repairs.settings import RepairSettings
from blockdata.grid.repairs.shaping import joined_to, snapped, taken_from

__all__ = ["MENDED", "Candidate", "Ground", "candidates"]


class Candidate(NamedTuple):
    """A change that may mend a fault.

    Parameters
    ----------
    action : {"snap", "fill", "trim", "drop"}
    shapes : dict of str to geometry
        What the cells that change would be; None for a cell that another one takes in.
    zh, en : str
        Why so.
    """

    action: str
    shapes: dict[str, shapely.Geometry | None]
    zh: str
    en: str


@dataclass(frozen=True)
class Ground:
    """A layer with a fault, and what lies around it.

    Parameters
    ----------
    layer : Layer
    around : Layer or None
        Its parents, else the communities: ground is given to a cell of the same.
    buildings : Layer or None
        Things that it should not cut, as a layer.
    checks : CheckSettings
    settings : RepairSettings
    """

    layer: Layer
    around: Layer | None
    buildings: Mapping[str, shapely.Geometry]
    checks: CheckSettings
    settings: RepairSettings

    def row(self, cell: object) -> int | None:
        """Return the row of a cell; None for null and for what is no cell of the layer."""
        if not isinstance(cell, str):
            return None
        rows = np.flatnonzero(self.layer.ids == cell)
        return int(rows[0]) if len(rows) else None

    def neighbour(self, piece: shapely.Geometry, *, without: int) -> int | None:
        """Return the cell with the longest border with a piece, one of the same parent first."""
        layer, hair_m = self.layer, self.checks.tolerance_m
        flags = np.zeros(len(layer), dtype=bool)
        flags[without] = True
        pieces = np.array([piece], dtype=object)
        groups = None
        if self.around is not None:
            near = layer.tree.query(piece, predicate="dwithin", distance=hair_m)
            of_cells = np.full(len(layer), -2, dtype=np.int64)
            of_cells[near] = largest_share(layer.shapes[near], self.around)
            groups = largest_share(pieces, self.around), of_cells
        found = int(longest_border(pieces, layer.without(flags), hair_m, groups=groups)[0])
        return None if found < 0 else found

    def is_thin(self, piece: shapely.Geometry) -> bool:
        """Whether moving vertices may be enough."""
        return not wider_than(np.array([piece], dtype=object), self.settings.snap_m)[0]


Maker = Callable[[Ground, pd.Series], Iterator[Candidate]]


def candidates(ground: Ground, fault: pd.Series) -> Iterator[Candidate]:
    """Yield what could be done about a fault, the gentlest first.

    Parameters
    ----------
    ground : Ground
    fault : Series
        A row of `check_layers`.

    Yields
    ------
    Candidate
        Nothing for faults that no change of a border mends.
    """
    maker = MENDED.get(str(fault["finding"]))
    if maker is not None:
        yield from maker(ground, fault)


def _fill(ground: Ground, fault: pd.Series) -> Iterator[Candidate]:
    row, piece = ground.row(fault["cell"]), fault["geom"]
    if row is None:
        return
    cell, shape = str(fault["cell"]), ground.layer.shapes[row]
    yield from _snap(ground, row, piece)
    whole = joined_to(shape, piece, ground.checks.tolerance_m)
    zh = "空隙给与其公共边界最长的网格（同一上级优先）"
    en = "the gap goes to the cell with the longest border with it, of the same parent first"
    yield Candidate("fill", {cell: whole}, zh, en)


def _snap(ground: Ground, row: int, piece: shapely.Geometry) -> Iterator[Candidate]:
    if not ground.is_thin(piece):
        return
    layer, reach = ground.layer, ground.settings.snap_m
    near = layer.tree.query(layer.shapes[row], predicate="dwithin", distance=reach)
    others = [n for n in near.tolist() if n != row]
    shape = snapped(layer.shapes[row], shapely.union_all(layer.shapes[others]), reach)
    if shape is not None:
        zh = f"缝隙处处不宽于 {reach:g} 米：顶点对齐到相邻网格的边界"
        en = f"it is nowhere wider than {reach:g} m: vertices move on the neighbours' borders"
        yield Candidate("snap", {str(layer.ids[row]): shape}, zh, en)


def _trim_overlap(ground: Ground, fault: pd.Series) -> Iterator[Candidate]:
    one, two = ground.row(fault["cell"]), ground.row(fault["other"])
    if one is None or two is None:
        return
    piece = fault["geom"]
    loser, zh, en = _who_gives(ground, one, two, piece)
    yield from _snap(ground, loser, piece)
    rest = taken_from(ground.layer.shapes[loser], piece, ground.checks.tolerance_m)
    yield Candidate("trim", {str(ground.layer.ids[loser]): rest}, zh, en)


def _who_gives(ground: Ground, one: int, two: int, piece: shapely.Geometry) -> tuple[int, str, str]:
    """Return which of two cells gives up what both cover, and why.

    The one that stands out of its parent with it; else the one that is larger than its stated
    area by most of it; else the larger one.
    """
    layer, pair = ground.layer, np.array([one, two])
    if ground.around is not None:
        home = largest_share(layer.shapes[pair], ground.around)
        own = largest_share(np.array([piece], dtype=object), ground.around)[0]
        strays = home != own
        if strays.sum() == 1:
            zh, en = "重叠部分在其上级之外", "with it the cell stands out of its parent"
            return int(pair[strays][0]), zh, en
    surplus = layer.area_m2[pair] - layer.stated_m2[pair]
    exceeds = surplus > piece.area / 2
    if exceeds.sum() == 1:
        zh, en = "因重叠而大于登记面积", "with it the cell is larger than its stated area"
        return int(pair[exceeds][0]), zh, en
    larger = two if layer.area_m2[two] >= layer.area_m2[one] else one
    return larger, "两者中面积较大", "it is the larger of the two"


def _give_back(ground: Ground, fault: pd.Series) -> Iterator[Candidate]:
    row = ground.row(fault["cell"])
    if row is None:
        return
    shapes = _given(ground, row, fault["geom"])
    zh = "越界部分划回，由公共边界最长的相邻网格接收"
    en = "what lies across goes to the cell there with the longest border with it"
    yield Candidate("trim", shapes, zh, en)


def _given(ground: Ground, row: int, piece: shapely.Geometry) -> dict[str, shapely.Geometry | None]:
    """Return the cells as they are when one gives up a piece and its neighbours take it."""
    layer, hair_m = ground.layer, ground.checks.tolerance_m
    shapes = {str(layer.ids[row]): taken_from(layer.shapes[row], piece, hair_m)}
    near = layer.tree.query(piece, predicate="intersects")
    covered = shapely.union_all(layer.shapes[[n for n in near.tolist() if n != row]])
    for part in shapely.get_parts(shapely.difference(piece, covered)):
        taker = ground.neighbour(part, without=row)
        if taker is not None and wider_than(np.array([part], dtype=object), hair_m)[0]:
            cell = str(layer.ids[taker])
            shapes[cell] = joined_to(shapes.get(cell, layer.shapes[taker]), part, hair_m)
    return shapes


def _give_parts(ground: Ground, fault: pd.Series) -> Iterator[Candidate]:
    row = ground.row(fault["cell"])
    if row is None:
        return
    zh = "较小的部分给与其公共边界最长的网格"
    en = "the lesser part goes to the cell with the longest border with it"
    yield Candidate("trim", _given(ground, row, fault["geom"]), zh, en)


def _absorb(ground: Ground, fault: pd.Series) -> Iterator[Candidate]:
    row, taker = ground.row(fault["cell"]), ground.row(fault["other"])
    if row is None or taker is None:
        return
    layer = ground.layer
    whole = joined_to(layer.shapes[taker], layer.shapes[row], ground.checks.tolerance_m)
    zh = "碎片并入公共边界最长的网格（同一上级优先）"
    en = "the sliver goes to the cell with the longest border with it, of the same parent first"
    shapes = {str(layer.ids[taker]): whole, str(layer.ids[row]): None}
    yield Candidate("drop", shapes, zh, en)


def _make_whole(ground: Ground, fault: pd.Series) -> Iterator[Candidate]:
    row, thing = ground.row(fault["cell"]), ground.buildings.get(str(fault["other"]))
    if row is None or thing is None:
        return
    layer, hair_m = ground.layer, ground.checks.tolerance_m
    near = layer.tree.query(thing, predicate="intersects")
    main = near[int(np.argmax(shapely.area(shapely.intersection(layer.shapes[near], thing))))]
    piece = fault["geom"]
    shapes: dict[str, shapely.Geometry | None] = {
        str(layer.ids[row]): taken_from(layer.shapes[row], piece, hair_m),
        str(layer.ids[main]): joined_to(layer.shapes[main], piece, hair_m),
    }
    zh, en = "整栋归其大部分所在的网格", "the whole of it goes to the cell that has most of it"
    yield Candidate("trim", shapes, zh, en)


MENDED: Mapping[str, Maker] = MappingProxyType(
    {
        "gap": _fill,
        "overlap": _trim_overlap,
        "crosses_community": _give_back,
        "not_nested": _give_back,
        "multi_part": _give_parts,
        "sliver": _absorb,
        "cuts_building": _make_whole,
        "cuts_component": _make_whole,
    }
)
"""What mends a fault, by its name: those that a change of borders can mend."""
