"""Borders that run through a building are led around it; no cell falls apart over it."""

from __future__ import annotations

import numpy as np
import pandas as pd
import shapely
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from blockdata.grid.drafting.arrangement import (
    Arrangement,
    Bools,
    Floats,
    Integers,
    Objects,
    arrange,
    holder,
    noded,
    outlines,
    pieces,
    polygons_of,
)

__all__ = [
    "LONGEST_DETOUR_M",
    "REACH_M",
    "Cells",
    "cleared",
    "corridors",
    "cut_lines",
    "cut_shapes",
]

_TOUCH_M2 = 0.01
"""A building reaches into a cell if it covers more than this of it; less is rounding."""

REACH_M = 0.5
"""A line reaches into a cell if it runs in it for more than this."""

LONGEST_DETOUR_M = 30.0
"""A line that runs farther than this beyond its cell stays cut: a border led along it would be no
border that anybody finds."""

_CORRIDOR_M = 0.25
_ROUNDS = 20


class Cells:
    """Cells as polygons, each with its community and what it is of.

    Parameters
    ----------
    geom : ndarray of Polygon, shape (n,)
    community : ndarray of int64, shape (n,)
    whole : ndarray of int64, shape (n,)
        Number of what stays whole, -1 for land.
    """

    def __init__(self, geom: Objects, community: Integers, whole: Integers) -> None:
        self.geom, self.community, self.whole = geom, community, whole


def _reach(shapes: Objects, cells: Cells) -> pd.DataFrame:
    """Return shape, cell, area_m2 where a shape reaches into a cell, for shapes in several."""
    shape, cell = shapely.STRtree(cells.geom).query(shapes, predicate="intersects")
    several = np.bincount(shape, minlength=len(shapes))[shape] > 1
    shape, cell = shape[several], cell[several]
    area = shapely.area(shapely.intersection(shapes[shape], cells.geom[cell]))
    table = pd.DataFrame(
        {"shape": shape, "cell": cell, "area_m2": area, "community": cells.community[cell]}
    )
    return table[table["area_m2"] > _TOUCH_M2].sort_values(["shape", "cell"], ignore_index=True)


def cut_shapes(shapes: Objects, cells: Cells) -> tuple[Integers, Integers]:
    """Return the shapes that cells of one community cut, and those that communities cut.

    Parameters
    ----------
    shapes : ndarray of polygons
    cells : Cells

    Returns
    -------
    tuple of ndarray of int64
        Rows of the shapes, sorted.
    """
    table = _reach(shapes, cells)
    count = table.groupby(["shape", "community"]).size()
    within = count[count > 1].index.get_level_values(0).unique()
    communities = table.groupby("shape")["community"].nunique()
    across = communities[communities > 1].index
    return within.to_numpy(dtype=np.int64), across.to_numpy(dtype=np.int64)


def _runs(lines: Objects, cells: Cells) -> pd.DataFrame:
    """Return shape, cell, community, length_m where a line runs in a cell."""
    line, cell = shapely.STRtree(cells.geom).query(lines, predicate="intersects")
    length = shapely.length(shapely.intersection(lines[line], cells.geom[cell]))
    table = pd.DataFrame(
        {"shape": line, "cell": cell, "length_m": length, "community": cells.community[cell]}
    )
    return table[table["length_m"] > REACH_M].sort_values(["shape", "cell"], ignore_index=True)


def cut_lines(lines: Objects, cells: Cells) -> Integers:
    """Return the rows of the lines that run in several cells of one community, sorted.

    Parameters
    ----------
    lines : ndarray of lines
    cells : Cells

    Returns
    -------
    ndarray of int64
    """
    count = _runs(lines, cells).groupby(["shape", "community"]).size()
    several = count[count > 1].index.get_level_values(0).unique()
    return several.to_numpy(dtype=np.int64)


def corridors(lines: Objects, cells: Cells) -> Objects:
    """Return narrow polygons around the cut lines that run a short way beyond one cell.

    Parameters
    ----------
    lines : ndarray of lines
    cells : Cells

    Returns
    -------
    ndarray of polygons
        To be kept clear like buildings.
    """
    runs = _runs(lines, cells)
    by_community = runs.groupby(["shape", "community"])["length_m"]
    beyond = (by_community.sum() - by_community.max()).groupby("shape").max()
    near = beyond.index[beyond <= LONGEST_DETOUR_M]
    rows = np.intersect1d(cut_lines(lines, cells), near)
    return np.asarray(shapely.buffer(lines[rows], _CORRIDOR_M, cap_style="square"))


def cleared(cells: Cells, shapes: Objects, communities: Objects, clearance_m: float) -> Cells:
    """Give every shape to the one cell of its community that holds most of it.

    The border then runs around the shape at a distance, or along the wall to the next shape.
    Shapes that overlap go together. What a border led around cuts off from its cell goes to the
    neighbour with which it has the longest border.

    Parameters
    ----------
    cells : Cells
    shapes : ndarray of polygons
        Buildings and components with an extent.
    communities : ndarray of polygons
        They are not crossed: a shape across them is in one cell of each.
    clearance_m : float

    Returns
    -------
    Cells
    """
    cut = cut_shapes(shapes, cells)[0]
    if not len(cut):
        return cells
    groups = _groups(shapes, cut)
    obstacles = _obstacles(shapes, groups, clearance_m)
    homes = _homes(np.array([shapely.union_all(shapes[g]) for g in groups]), cells)
    lines = np.concatenate([outlines(cells.geom), outlines(obstacles), outlines(communities)])
    ranks = np.zeros(len(lines), dtype=np.int64)
    drawn = arrange(noded(lines), lines, ranks)
    label = holder(drawn.faces, cells.geom)
    label = _taken(drawn, label, obstacles, homes, cells)
    label = in_one_piece(drawn, label, cells.community, cells.whole)
    return relabelled(drawn, label, cells)


def relabelled(drawn: Arrangement, label: Integers, cells: Cells) -> Cells:
    """Return the cells that faces labelled by former cells make."""
    geom, own = polygons_of(drawn, label)
    return Cells(geom, cells.community[own], cells.whole[own])


def _groups(shapes: Objects, cut: Integers) -> list[Integers]:
    """Return the cut shapes, each with the shapes that it overlaps."""
    count = len(shapes)
    one, other = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    pair = one < other
    one, other = one[pair], other[pair]
    over = shapely.area(shapely.intersection(shapes[one], shapes[other])) > _TOUCH_M2
    graph = coo_array((np.ones(over.sum()), (one[over], other[over])), shape=(count, count))
    number = connected_components(graph, directed=False)[1]
    return [np.flatnonzero(number == n) for n in np.unique(number[cut])]


def _obstacles(shapes: Objects, groups: list[Integers], clearance_m: float) -> Objects:
    """Return each group's outline with its clearance, less what other shapes cover."""
    tree = shapely.STRtree(shapes)
    found = []
    for group in groups:
        own = shapely.union_all(shapes[group])
        wide = shapely.buffer(own, clearance_m, join_style="mitre")
        others = np.setdiff1d(tree.query(wide, predicate="intersects"), group)
        if len(others):
            wide = shapely.difference(wide, shapely.union_all(shapes[others]))
        found.append(shapely.union(wide, own))
    return np.array(found, dtype=object)


def _homes(shapes: Objects, cells: Cells) -> pd.DataFrame:
    """Return shape, community, cell: the cell with most of a shape in each community."""
    table = _reach(shapes, cells).assign(size=lambda t: t["area_m2"].round(6))
    table = table.sort_values(["shape", "size", "cell"], ascending=[True, False, True])
    return table.drop_duplicates(["shape", "community"])


def _taken(
    drawn: Arrangement, label: Integers, obstacles: Objects, homes: pd.DataFrame, cells: Cells
) -> Integers:
    """Label the faces inside obstacles with the cells that these belong to."""
    taken = label.copy()
    inside = shapely.point_on_surface(drawn.faces)
    face, obstacle = shapely.STRtree(obstacles).query(inside, predicate="within")
    there = label[face] >= 0
    found = pd.DataFrame({"face": face[there], "shape": obstacle[there]})
    found["community"] = cells.community[label[found["face"]]]
    found = found.merge(homes, on=["shape", "community"]).sort_values(["face", "shape"])
    first = found.drop_duplicates("face")
    taken[first["face"].to_numpy()] = first["cell"].to_numpy()
    return taken


def in_one_piece(
    drawn: Arrangement, label: Integers, community: Integers, whole: Integers
) -> Integers:
    """Give what is cut off from the largest piece of its cell to the neighbour beside it.

    Parameters
    ----------
    drawn : Arrangement
    label : ndarray of int64
        Cell of each face, -1 for none.
    community, whole : ndarray of int64
        Of each cell; a neighbour is in the same community, and land where there is any.

    Returns
    -------
    ndarray of int64
        Pieces without such a neighbour stay.
    """
    label = label.copy()
    area = shapely.area(drawn.faces)
    for _ in range(_ROUNDS):
        piece = pieces(drawn, label)
        lost = _lost(piece, label, area)
        if not lost.any() or not _adopted(drawn, label, piece, lost, (community, whole)):
            break
    return label


def _lost(piece: Integers, label: Integers, area: Floats) -> Bools:
    """Tell for each piece whether its cell has a larger one."""
    table = pd.DataFrame({"piece": piece, "label": label, "area": area})
    sizes = table.groupby("piece").agg(label=("label", "first"), area=("area", "sum"))
    order = sizes.assign(size=sizes["area"].round(6)).sort_values("size", kind="stable")
    largest = order.drop_duplicates("label", keep="last").index
    return np.asarray(~sizes.index.isin(largest) & (sizes["label"] >= 0))


def _adopted(
    drawn: Arrangement,
    label: Integers,
    piece: Integers,
    lost: Bools,
    of_cell: tuple[Integers, Integers],
) -> bool:
    """Relabel lost pieces in place by their neighbours that are not lost."""
    community, whole = of_cell
    borders = drawn.borders(piece)
    turned = borders.rename(columns={"left": "right", "right": "left"})
    both = pd.concat([borders, turned]).groupby(["left", "right"], as_index=False)["length_m"].sum()
    cell_of = pd.Series(label).groupby(piece).first().to_numpy()
    own, other = cell_of[both["left"]], cell_of[both["right"]]
    fits = lost[both["left"]] & ~lost[both["right"]] & (other >= 0)
    fits &= community[own] == community[other]
    near = both[fits].assign(to=other[fits], land=whole[other[fits]] < 0)
    near = near.assign(size=near["length_m"].round(6))
    best = near.sort_values(["left", "land", "size", "to"]).drop_duplicates("left", keep="last")
    for one, cell in zip(best["left"], best["to"], strict=True):
        label[piece == one] = cell
    return len(best) > 0
