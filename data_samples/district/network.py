"""The street network: lines of many directions, and the blocks that they enclose."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from shapely import LineString, Polygon

from data_samples.district.outline import Land, largest_parts, long_side
from data_samples.district.sizes import Plan

Ints = npt.NDArray[np.int64]

GRID_M = 0.01
"""Corners lie on a lattice of a centimetre, so that neighbours share them to the bit."""

WIDTHS_M = {"主干路": 32.0, "次干路": 20.0, "支路": 13.0, "巷": 6.0}
"""Width of a street by its class."""

BORDER, COAST, QUAY, RAIL, HILL = "border", "coast", "quay", "rail", "hill"
_LANES = ("巷",)
_PIECES_OF_WATER_M = 700.0
_CRUMB = 0.28
_TINY_M2 = 400.0
"""A face under this area goes to any neighbour at all."""
_SPLIT = 0.1


@dataclass(frozen=True)
class Network:
    """Faces of the street graph and the edges between them.

    Parameters
    ----------
    faces : ndarray of Polygon
        They fill the district without gap or overlap, corners shared.
    town : ndarray of int
        Number of the town of each face.
    use : ndarray of str
        "land", "water" or "hill".
    edges : DataFrame
        `geometry`, `line` (number of the drawn line), `street_class` (empty where nobody drives),
        `left`, `right` (faces; -1 outside), `length`.
    """

    faces: npt.NDArray[np.object_]
    town: Ints
    use: npt.NDArray[np.object_]
    edges: pd.DataFrame


@dataclass(frozen=True)
class _Line:
    shape: LineString
    street_class: str


def weave(plan: Plan, land: Land, rng: np.random.Generator) -> Network:
    """Lay streets into the towns and return the faces that they enclose.

    Parameters
    ----------
    plan : Plan
    land : Land
    rng : numpy Generator

    Returns
    -------
    Network
    """
    lines = [*_borders(land), *_given(land)]
    for town in land.towns:
        lines.extend(_town_streets(town.difference(land.hill), plan, rng))
    faces = _faces(lines)
    missing = int(1.2 * plan.units) - len(faces)
    lines.extend(_lanes(faces, land, max(missing, int(_SPLIT * plan.units)), rng))
    return _network(lines, land)


def _borders(land: Land) -> Iterator[_Line]:
    """Yield the district's border, the banks and the borders between towns."""
    yield _Line(land.border.exterior, "支路")
    yield _Line(land.quay.exterior, "次干路")
    for town in land.towns:
        for ring in shapely.get_rings(town):
            yield _Line(LineString(ring.coords), "主干路")


def _given(land: Land) -> Iterator[_Line]:
    dry = land.border.difference(land.quay)
    for shape, street_class in (
        (land.rail_line.intersection(dry), ""),
        (LineString(land.hill.exterior.coords).intersection(dry), "支路"),
    ):
        for part in shapely.get_parts(shape):
            yield _Line(part, street_class)
    for across in _cross_lines(land):
        yield _Line(across, "")


def _cross_lines(land: Land) -> Iterator[LineString]:
    """Yield lines across the river that part it into pieces; nobody walks there."""
    line = land.river.minimum_rotated_rectangle.exterior
    corners = np.array(line.coords)[:4]
    sides = np.hypot(*(corners[1] - corners[0])), np.hypot(*(corners[2] - corners[1]))
    if sides[0] < sides[1]:
        corners = np.roll(corners, -1, axis=0)
    pieces = int(max(sides) // _PIECES_OF_WATER_M)
    for share in np.arange(1, pieces) / max(pieces, 1):
        ends = [
            corners[0] + share * (corners[1] - corners[0]),
            corners[3] + share * (corners[2] - corners[3]),
        ]
        for part in shapely.get_parts(LineString(ends).intersection(land.quay)):
            yield _Line(part, "").shape


def _town_streets(town: shapely.Geometry, plan: Plan, rng: np.random.Generator) -> Iterator[_Line]:
    """Yield two families of streets that cross at the town's own angle and bend with it."""
    spacing = float(np.sqrt(plan.unit_m2)) * rng.uniform(0.98, 1.1)
    middle = np.array(town.centroid.coords[0])
    reach = float(np.hypot(*np.ptp(np.array(town.envelope.exterior.coords), axis=0))) * 0.62
    turn, lean = rng.uniform(0, np.pi / 2), rng.uniform(-0.25, 0.25)
    bend = _bend(spacing, rng)
    for angle, width in ((turn, rng.uniform(0.85, 1.35)), (turn + np.pi / 2 + lean, 1.0)):
        ahead = np.array([np.cos(angle), np.sin(angle)])
        aside = np.array([-np.sin(angle), np.cos(angle)])
        steps = spacing * width * rng.uniform(0.62, 1.38, int(2.6 * reach / spacing / width) + 2)
        t = np.arange(-reach, reach, spacing / 3)
        for number, at in enumerate(np.cumsum(steps) - steps.sum() / 2):
            points = middle + at * aside + t[:, None] * ahead
            drawn = LineString((points + bend(points)).round(2))
            street_class = "次干路" if number % 4 == 2 else "支路"
            for part in shapely.get_parts(drawn.intersection(town)):
                if part.length > 0.35 * spacing:
                    yield _Line(part, street_class)


def _bend(spacing: float, rng: np.random.Generator):  # type: ignore[no-untyped-def]
    """Return a function that shifts points smoothly, so that parallel streets never cross."""
    waves = rng.uniform(2 * np.pi / 14, 2 * np.pi / 5, (4, 2)) / spacing
    waves *= rng.choice([-1, 1], waves.shape)
    sizes, phases = rng.uniform(0.1, 0.24, (4, 2)) * spacing, rng.uniform(0, 6.3, 4)
    return lambda points: np.sin(points @ waves.T + phases) @ sizes


def _faces(lines: list[_Line]) -> npt.NDArray[np.object_]:
    shapes = np.array([line.shape for line in lines], dtype=object)
    noded = shapely.union_all(shapes, grid_size=GRID_M)
    faces = shapely.get_parts(shapely.polygonize(shapely.get_parts(noded)))
    return np.asarray(faces)


def _lanes(
    faces: npt.NDArray[np.object_], land: Land, count: int, rng: np.random.Generator
) -> Iterator[_Line]:
    """Split the largest blocks, and some others, by a lane across their long side."""
    inside = shapely.contains_xy(
        shapely.union_all([*land.towns]).difference(land.hill),
        *shapely.get_coordinates(shapely.point_on_surface(faces)).T,
    )
    rank = shapely.area(faces) * inside * rng.uniform(0.6, 1.4, len(faces))
    for face in faces[np.argsort(-rank, kind="stable")[:count]]:
        angle = long_side(face) + np.pi / 2 + rng.uniform(-0.2, 0.2)
        middle = np.array(face.centroid.coords[0])
        reach = np.sqrt(face.area) * 3 * np.array([np.cos(angle), np.sin(angle)])
        side = np.array([-reach[1], reach[0]]) * rng.uniform(-0.03, 0.03)
        line = LineString(np.round([middle - reach, middle + side, middle + reach], 2))
        part = max(shapely.get_parts(line.intersection(face)), key=lambda p: p.length)
        ends = np.array(part.coords)
        # A little beyond both ends: the noding then finds the crossing with the block's border.
        ahead = (ends[-1] - ends[0]) / max(np.hypot(*(ends[-1] - ends[0])), 1)
        yield _Line(LineString([ends[0] - 0.5 * ahead, *ends[1:-1], ends[-1] + 0.5 * ahead]), "巷")


def _network(lines: list[_Line], land: Land) -> Network:
    shapes = np.array([line.shape for line in lines], dtype=object)
    noded = shapely.get_parts(shapely.union_all(shapes, grid_size=GRID_M))
    faces = np.asarray(shapely.get_parts(shapely.polygonize(noded)))
    faces = faces[np.argsort(shapely.get_coordinates(shapely.centroid(faces))[:, 0])]
    edges = _edges(noded, faces, lines)
    return _without_crumbs(faces, edges, land)


def _edges(
    noded: npt.NDArray[np.object_], faces: npt.NDArray[np.object_], lines: list[_Line]
) -> pd.DataFrame:
    """Return the edges with the faces on both sides and the line that each is a part of."""
    tree = shapely.STRtree(faces)
    middle = shapely.get_coordinates(shapely.line_interpolate_point(noded, 0.5, normalized=True))
    near = shapely.get_coordinates(shapely.line_interpolate_point(noded, 0.499, normalized=True))
    ahead = (middle - near) / np.maximum(np.hypot(*(middle - near).T), 1e-9)[:, None]
    offset = np.column_stack([-ahead[:, 1], ahead[:, 0]]) * 0.004
    # The widest class wins where several lines run along one edge.
    order = {name: rank for rank, name in enumerate([*WIDTHS_M, ""])}
    by_rank = sorted(range(len(lines)), key=lambda i: order[lines[i].street_class])
    drawn = shapely.STRtree([lines[i].shape for i in by_rank])
    found = drawn.query(shapely.points(middle), predicate="dwithin", distance=0.1)
    first = pd.Series(found[1]).groupby(found[0]).min()
    line = np.array(by_rank)[first.reindex(range(len(noded)), fill_value=0).to_numpy()]
    return pd.DataFrame(
        {
            "geometry": noded,
            "line": line,
            "street_class": [lines[i].street_class for i in line],
            "left": _face_of(tree, middle + offset),
            "right": _face_of(tree, middle - offset),
            "length": shapely.length(noded),
        }
    )


def _face_of(tree: shapely.STRtree, points: npt.NDArray[np.float64]) -> Ints:
    found = tree.query(shapely.points(points), predicate="within")
    result = np.full(len(points), -1)
    result[found[0]] = found[1]
    return result


def _without_crumbs(faces: npt.NDArray[np.object_], edges: pd.DataFrame, land: Land) -> Network:
    """Give every small face to the neighbour of its own kind that it shares most border with."""
    inside = shapely.point_on_surface(faces)
    use = np.full(len(faces), "land", dtype=object)
    use[shapely.within(inside, land.quay)] = "water"
    use[shapely.within(inside, land.hill)] = "hill"
    town = shapely.STRtree(np.array(land.towns, dtype=object)).query_nearest(
        inside, all_matches=False
    )[1]
    area = shapely.area(faces)
    small = area < _CRUMB * np.median(area[use == "land"])
    label = merge_small(area, small, edges, same=np.char.add(use.astype(str), town.astype(str)))
    network = relabelled(Network(faces, town.astype(np.int64), use, edges), label)
    area = shapely.area(network.faces)
    tiny = area < _TINY_M2
    return relabelled(network, merge_small(area, tiny, network.edges, same=np.zeros(len(area))))


def merge_small(
    area: npt.NDArray[np.float64],
    small: npt.NDArray[np.bool_],
    edges: pd.DataFrame,
    same: npt.NDArray[np.generic],
) -> Ints:
    """Return for each face the face that it becomes part of.

    Parameters
    ----------
    area : ndarray of float
    small : ndarray of bool
        Faces to be merged, the smallest first.
    edges : DataFrame
        `left`, `right`, `length`.
    same : ndarray
        Only faces of one value here may be merged.

    Returns
    -------
    ndarray of int
    """
    label = np.arange(len(area))
    for face in np.flatnonzero(small)[np.argsort(area[small], kind="stable")]:
        own = label == label[face]
        ends = edges[["left", "right"]].to_numpy()
        touches = np.isin(ends, np.flatnonzero(own)) & (ends[:, ::-1] >= 0)
        rows, side = np.nonzero(touches)
        others = ends[rows, 1 - side]
        fits = (label[others] != label[face]) & (same[others] == same[face])
        if fits.any():
            shared = pd.Series(edges["length"].to_numpy()[rows[fits]])
            best = shared.groupby(label[others[fits]]).sum().idxmax()
            label[own] = best
    return label


def relabelled(network: Network, label: Ints, keep_edges: bool = False) -> Network:
    """Return the network with faces of one label made one, and the edges inside them gone.

    Parameters
    ----------
    network : Network
    label : ndarray of int
        Of each face.
    keep_edges : bool, default False
        Whether edges inside a merged face stay: then both their sides are the same face.

    Returns
    -------
    Network
    """
    names, number = np.unique(label, return_inverse=True)
    groups = pd.Series(np.arange(len(label))).groupby(number)
    shapes = np.array([joined(network.faces[rows.to_numpy()]) for _, rows in groups], dtype=object)
    edges = network.edges.copy()
    for side in ("left", "right"):
        old = edges[side].to_numpy()
        edges[side] = np.where(old >= 0, number[old], -1)
    if not keep_edges:
        edges = edges[edges["left"] != edges["right"]].reset_index(drop=True)
    return Network(shapes, network.town[names], network.use[names], edges)


def joined(shapes: npt.NDArray[np.object_]) -> Polygon:
    """Return the polygon that several make together, every corner of theirs kept on its border."""
    if len(shapes) == 1:
        return shapes[0]
    return largest_parts(shapely.union_all(shapes), 1)[0]
