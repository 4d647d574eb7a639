"""Unit grids proposed from streets, land and water, communities, buildings and sites."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from itertools import combinations, pairwise

import numpy as np
import pandas as pd
import shapely

from blockdata.grid.drafting.arrangement import (
    Arrangement,
    Integers,
    Objects,
    arrange,
    holder,
    noded,
    outlines,
    pieces,
    polygons_of,
)
from blockdata.grid.drafting.blocks import blocks_of
from blockdata.grid.drafting.clearing import (
    LONGEST_DETOUR_M,
    REACH_M,
    Cells,
    cleared,
    corridors,
)
from blockdata.grid.drafting.crumbs import absorbed
from blockdata.grid.drafting.cutting import cuts_of
from blockdata.grid.drafting.ground import Ground, Prepared, prepared
from blockdata.grid.drafting.joining import joined
from blockdata.grid.drafting.linework import Linework, linework
from blockdata.grid.drafting.settings import MAIN, DraftSettings
from blockdata.grid.drafting.wholes import (
    is_narrow,
    taken_faces,
    uncovered,
    whole_land,
    whole_of_faces,
)
from blockdata.grid.numbering import number_cells

__all__ = ["coded", "propose_units"]

_SITE_RANK = MAIN
"""Outlines of what stays whole bar joining as main roads do."""

_FLAT_M = 0.01
"""A corner goes if the triangle with its neighbours is smaller than the square of this."""


@dataclass(frozen=True)
class _Drawn:
    """Faces with their community and what stays whole."""

    work: Linework
    lines: Objects
    arrangement: Arrangement
    community: Integers
    whole: Integers


def propose_units(
    ground: Ground,
    settings: DraftSettings | None = None,
    *,
    taken: Collection[str] = (),
) -> pd.DataFrame:
    """Propose unit grids.

    1. Blocks are the faces of community borders, streets and the outlines of what stays whole
       (sites, water, rail, mountain, green land of at least half the target). Streets that end
       inside a block do not cut it. Strips between carriageways and crumbs join a neighbour.
    2. Blocks that are too large are cut between their buildings, or along a lane that ends
       inside them, near the target area.
    3. Blocks are joined inside a community, across minor streets first and never across a main
       road (a setting), while that brings them nearer to the target area; single blocks then move
       where that is better still.
    4. Borders through a building are led around it: a building is in one cell. Only a
       community's border may cut one; `summary_of_units` counts these.

    Cells fill the communities without gap or overlap, are in one piece, and share their borders to
    the last bit. Nothing depends on the order of rows.

    Parameters
    ----------
    ground : Ground
    settings : DraftSettings, optional
    taken : collection of str
        Every code ever used; none is given again.

    Returns
    -------
    DataFrame
        code (15 characters), name, community_code, use ("land", "site", "water", "rail",
        "mountain", "green"), site (id or null), area_m2, geom (Polygon), sorted by code.

    Raises
    ------
    AnalysisError
        If no community has a polygon, or two share a code.

    Examples
    --------
    >>> import pandas as pd, shapely
    >>> community = pd.DataFrame({"code": ["990102001001"], "geom": [shapely.box(0, 0, 200, 100)]})
    >>> street = pd.DataFrame({"street_class": ["支路"], "width_m": [12.0],
    ...     "geom": [shapely.LineString([(100, -20), (100, 120)])]})
    >>> units = propose_units(Ground(community, street))
    >>> units[["code", "area_m2"]].values.tolist()
    [['990102001001001', 10000.0], ['990102001001002', 10000.0]]
    """
    settings = settings or DraftSettings()
    given = prepared(ground)
    wholes = whole_land(given.sites, given.land_water, settings.smallest_m2)
    drawn = _drawn(given, wholes["geom"].to_numpy(dtype=object), settings)
    drawn, block = _blocks(drawn, given, settings)
    lines = given.lines["geom"].to_numpy(dtype=object)
    cells = _cells(drawn, block, lines, settings)
    shapes = np.concatenate([_solid(given), corridors(lines, cells)])
    outline = given.communities["geom"].to_numpy(dtype=object)
    cells = cleared(cells, shapes, outline, settings.clearance_m)
    # Noding again and again leaves corners a few micrometres apart, and many on straight lines.
    geom = shapely.coverage_simplify(cells.geom, _FLAT_M)
    cells = Cells(shapely.normalize(geom), cells.community, cells.whole)
    return _table(cells, given.communities, wholes, taken)


def _solid(given: Prepared) -> Objects:
    """Return the buildings and components that must not be cut."""
    return given.buildings["geom"].to_numpy(dtype=object)


def _drawn(given: Prepared, wholes: Objects, settings: DraftSettings) -> _Drawn:
    """Return the faces of streets and communities, and of what stays whole among them."""
    communities = given.communities["geom"].to_numpy(dtype=object)
    work = linework(communities, given.streets, settings.gap_m)
    lines = noded(work.lines)
    faces = arrange(lines, work.lines, work.rank).faces
    faces = faces[holder(faces, communities) >= 0]
    taken = taken_faces(faces, wholes, settings)
    rest, owner = uncovered(faces, taken, wholes, settings)
    work = work.with_lines(outlines(rest), _SITE_RANK)
    lines = noded(np.concatenate([lines, outlines(rest)]))
    both = arrange(lines, work.lines, work.rank)
    whole = whole_of_faces(both.faces, faces, taken, rest, owner)
    return _Drawn(work, lines, both, holder(both.faces, communities), whole)


def _blocks(drawn: _Drawn, given: Prepared, settings: DraftSettings) -> tuple[_Drawn, Integers]:
    """Return the block of each face, once crumbs have joined and large blocks are cut."""
    drawn, group = _without_crumbs(drawn, settings)
    around = shapely.buffer(given.lines["geom"].to_numpy(dtype=object), settings.clearance_m)
    cuts = _cuts(drawn, group, np.concatenate([_solid(given), around]), settings)
    if not len(cuts):
        return drawn, _numbered(group)
    lines = noded(np.concatenate([drawn.lines, cuts]))
    faces = arrange(lines, drawn.work.lines, drawn.work.rank)
    former = holder(faces.faces, drawn.arrangement.faces)
    community, whole, was = (
        np.append(values, -1)[former] for values in (drawn.community, drawn.whole, group)
    )
    # Inside what was one face only a cut can lie; a group of several faces holds over the others.
    sides = np.append(former, -1)
    block = pieces(faces, was, joins=sides[faces.left] != sides[faces.right])
    return _Drawn(drawn.work, lines, faces, community, whole), _numbered(
        np.where(was >= 0, block, -1)
    )


def _numbered(label: Integers) -> Integers:
    """Number labels from 0 in their order; those below 0 become -1."""
    names, number = np.unique(label, return_inverse=True)
    return (number - int((names < 0).sum())).clip(-1).astype(np.int64)


def _without_crumbs(drawn: _Drawn, settings: DraftSettings) -> tuple[_Drawn, Integers]:
    """Number the pieces of what stays whole and the blocks, with crumbs in their neighbours."""
    faces, inside = drawn.arrangement, drawn.community >= 0
    key = pd.MultiIndex.from_arrays([drawn.community, drawn.whole])
    land = len(key) + np.arange(len(key))
    group = pieces(faces, np.where(drawn.whole >= 0, key.factorize()[0], land))
    polygons = _united(faces.faces, group)
    area = shapely.area(polygons)
    first = np.unique(group, return_index=True)[1]
    whole, community = drawn.whole[first], drawn.community[first]
    # A narrow piece of a river or a railway is no strip between carriageways.
    narrow = is_narrow(polygons, settings.narrow_m) & (whole < 0)
    crumb = ((area < settings.crumb_m2) | narrow) & (community >= 0)
    middle = shapely.get_coordinates(shapely.centroid(polygons))
    home = absorbed(
        faces.borders(group), crumb, np.where(whole < 0, -1, whole), community, middle, area
    )[group]
    drawn = _Drawn(drawn.work, drawn.lines, faces, drawn.community, whole[home])
    return drawn, np.where(inside, home, -1)


def _united(faces: Objects, group: Integers) -> Objects:
    """Return the union of the faces of each group, groups being 0 to k - 1."""
    order = np.argsort(group, kind="stable")
    bounds = np.searchsorted(group[order], np.arange(group.max(initial=-1) + 2))
    members = (faces[order[a:b]] for a, b in pairwise(bounds))
    return np.array([m[0] if len(m) == 1 else shapely.union_all(m) for m in members], dtype=object)


def _cuts(drawn: _Drawn, group: Integers, buildings: Objects, settings: DraftSettings) -> Objects:
    """Return the lines that part the land blocks which are too large."""
    area = np.bincount(group[group >= 0], shapely.area(drawn.arrangement.faces)[group >= 0])
    is_land = np.zeros(len(area), dtype=bool)
    is_land[group[(group >= 0) & (drawn.whole < 0)]] = True
    large = np.flatnonzero(is_land & (area > settings.largest_m2))
    chosen = np.isin(group, large)
    blocks = _united(
        drawn.arrangement.faces[chosen], np.searchsorted(large, group[chosen]).astype(np.int64)
    )
    blocks = np.asarray(shapely.get_parts(blocks))
    lanes = shapely.get_parts(shapely.polygonize_full(drawn.lines)[2])
    houses, ways = _by_block(buildings, blocks), _by_block(lanes, blocks)
    found = [
        line
        for block, own, ends in zip(blocks, houses, ways, strict=True)
        for line in cuts_of(block, own, ends, settings)
    ]
    return np.array(found, dtype=object)


def _by_block(shapes: Objects, blocks: Objects) -> list[Objects]:
    """Return for each block the shapes that it meets, in their order."""
    block, shape = shapely.STRtree(shapes).query(blocks, predicate="intersects")
    return [shapes[np.sort(shape[block == n])] for n in range(len(blocks))]


def _cells(drawn: _Drawn, block: Integers, lines: Objects, settings: DraftSettings) -> Cells:
    """Join blocks to cells and return their polygons."""
    faces, inside = drawn.arrangement, block >= 0
    area = np.zeros(block.max(initial=-1) + 1)
    np.add.at(area, block[inside], shapely.area(faces.faces)[inside])
    community, whole = (
        _of_blocks(values, block, len(area)) for values in (drawn.community, drawn.whole)
    )
    # What stays whole joins nothing, so each is alone with its number.
    apart = np.where(whole >= 0, len(area) + np.arange(len(area)), community)
    blocks = blocks_of(faces.borders(block), area, faces.perimeters_m(block), apart, settings)
    cell = joined(blocks, _bound(drawn, block, lines))
    label = np.where(inside, np.append(cell, -1)[block], -1)
    geom, own = polygons_of(faces, label)
    count = len(np.unique(cell))
    return Cells(geom, _of_blocks(community, cell, count)[own], _of_blocks(whole, cell, count)[own])


def _of_blocks(values: Integers, block: Integers, count: int) -> Integers:
    """Return the value that the faces of each block have."""
    found = np.full(count, -1, dtype=np.int64)
    found[block[block >= 0]] = values[block >= 0]
    return found


def _bound(drawn: _Drawn, block: Integers, lines: Objects) -> list[tuple[int, int]]:
    """Return the pairs of blocks that a component drawn as a line lies in, far into both."""
    faces = drawn.arrangement.faces
    line, face = shapely.STRtree(faces).query(lines, predicate="intersects")
    length = shapely.length(shapely.intersection(lines[line], faces[face]))
    table = pd.DataFrame({"line": line, "block": block[face], "length_m": length})
    length_m = table[table["block"] >= 0].groupby(["line", "block"])["length_m"].sum()
    runs = length_m[length_m > REACH_M].reset_index()
    by_line = runs.groupby("line")["length_m"]
    far = by_line.transform("sum") - by_line.transform("max") > LONGEST_DETOUR_M
    found: list[tuple[int, int]] = []
    for _, rows in runs[far].groupby("line")["block"]:
        found.extend(combinations(rows.tolist(), 2))
    return sorted(set(found))


def _table(
    cells: Cells, communities: pd.DataFrame, wholes: pd.DataFrame, taken: Collection[str]
) -> pd.DataFrame:
    """Return the cells with their codes and what they are of."""
    of_whole = wholes.iloc[cells.whole[cells.whole >= 0]]
    use = np.full(len(cells.geom), "land", dtype=object)
    site = np.full(len(cells.geom), None, dtype=object)
    use[cells.whole >= 0] = of_whole["use"].to_numpy(dtype=object)
    site[cells.whole >= 0] = of_whole["site"].to_numpy(dtype=object)
    own = communities.iloc[cells.community]
    frame = pd.DataFrame(
        {
            "community_code": own["code"].to_numpy(dtype=object),
            "use": use,
            "site": site,
            "area_m2": shapely.area(cells.geom).round(2),
            "geom": cells.geom,
        }
    )
    names = own["name"].to_numpy(dtype=object) if "name" in own else None
    return coded(frame, taken, names)


def coded(
    frame: pd.DataFrame, taken: Collection[str], names: Objects | None = None
) -> pd.DataFrame:
    """Give codes to unit grids, in the standard's order, and names if communities have them.

    Parameters
    ----------
    frame : DataFrame
        community_code, geom and further columns.
    taken : collection of str
    names : ndarray of str, shape (n,), optional
        Name of each row's community, or null.

    Returns
    -------
    DataFrame
        With code and name in front, sorted by code.
    """
    ids = pd.Series([f"d{n:06}" for n in range(len(frame))], dtype="str")
    numbered = number_cells(
        pd.DataFrame(
            {
                "id": ids,
                "community_code": frame["community_code"].to_numpy(dtype=object),
                "geom": frame["geom"].to_numpy(dtype=object),
            }
        ),
        taken,
    )
    code = numbered.to_numpy(dtype=object)
    name = np.full(len(frame), None, dtype=object)
    if names is not None:
        known = pd.notna(names)
        name[known] = [
            f"{n}{c[12:]}单元网格" for n, c in zip(names[known], code[known], strict=True)
        ]
    rest = frame.drop(columns=["code", "name"], errors="ignore").reset_index(drop=True)
    table = pd.concat([pd.DataFrame({"code": code, "name": name}), rest], axis=1)
    return table.sort_values("code", ignore_index=True)
