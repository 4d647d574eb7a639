"""The faces that lines enclose, with the borders they share to the last bit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

__all__ = [
    "Arrangement",
    "Bools",
    "Floats",
    "Integers",
    "Objects",
    "arrange",
    "holder",
    "noded",
    "outlines",
    "pieces",
    "polygons_of",
]

Bools = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
Objects = npt.NDArray[np.object_]

PRECISION_M = 1e-6
"""Lattice of the noding; lines nearer than this to a crossing go through it."""

_ON_LINE_M = 1e-4


@dataclass(frozen=True)
class Arrangement:
    """Faces and the straight segments between them.

    Parameters
    ----------
    faces : ndarray of Polygon, shape (n,)
        In one piece, in a fixed order, without overlap.
    segments : ndarray of float64, shape (m, 4)
        x and y of both ends; each occurs once.
    left, right : ndarray of int64, shape (m,)
        Face on either side, -1 for none; left < right.
    rank : ndarray of int64, shape (m,)
        Highest rank of the lines that run along the segment.
    """

    faces: Objects
    segments: Floats
    left: Integers
    right: Integers
    rank: Integers

    @property
    def length_m(self) -> Floats:
        """Length of each segment."""
        ends = self.segments
        return np.hypot(ends[:, 2] - ends[:, 0], ends[:, 3] - ends[:, 1])

    def borders(self, label: Integers) -> pd.DataFrame:
        """Return the borders between differently labelled faces.

        Parameters
        ----------
        label : ndarray of int64, shape (n,)
            Faces labelled below 0 are no side of a border.

        Returns
        -------
        DataFrame
            left, right (labels, left < right), rank, length_m, sorted.
        """
        sides = np.stack([_at(label, self.left), _at(label, self.right)])
        low, high = sides.min(axis=0), sides.max(axis=0)
        between = (low >= 0) & (low != high)
        table = pd.DataFrame(
            {"left": low, "right": high, "rank": self.rank, "length_m": self.length_m}
        )
        by_rank = table[between].groupby(["left", "right", "rank"])["length_m"]
        total: pd.DataFrame = by_rank.sum().reset_index()
        return total

    def perimeters_m(self, label: Integers) -> Floats:
        """Return the length around each label's faces, labels being 0 to k - 1."""
        sides = _at(label, self.left), _at(label, self.right)
        outer = sides[0] != sides[1]
        total = np.zeros(label.max(initial=-1) + 1)
        for side in sides:
            mine = outer & (side >= 0)
            np.add.at(total, side[mine], self.length_m[mine])
        return total

    def lines(self, label: Integers) -> Objects:
        """Return the segments between differently labelled faces as lines."""
        outer = _at(label, self.left) != _at(label, self.right)
        return np.asarray(shapely.linestrings(self.segments[outer].reshape(-1, 2, 2)))


def _at(label: Integers, face: Integers) -> Integers:
    """Return the label of each face, -1 where there is none."""
    return np.append(label, -1)[face]


def noded(lines: Objects) -> Objects:
    """Return lines that meet at their ends only; it does not depend on their order.

    Parameters
    ----------
    lines : ndarray of LineString

    Returns
    -------
    ndarray of LineString
    """
    whole = shapely.union_all(in_order(lines), grid_size=PRECISION_M)
    return in_order(np.asarray(shapely.get_parts(whole)))


def in_order(shapes: Objects) -> Objects:
    """Return shapes in an order that their coordinates alone give."""
    normal = shapely.normalize(shapes)
    bounds = shapely.bounds(normal)
    first = shapely.length(normal)
    return np.asarray(normal[np.lexsort([shapely.to_wkb(normal), first, *bounds.T[::-1]])])


def outlines(polygons: Objects) -> Objects:
    """Return the rings of polygons as lines."""
    rings = shapely.get_rings(polygons)
    points, ring = shapely.get_coordinates(rings, return_index=True)
    return np.asarray(shapely.linestrings(points, indices=ring))


def arrange(lines: Objects, sources: Objects, ranks: Sequence[int] | Integers) -> Arrangement:
    """Return the faces of noded lines.

    Parameters
    ----------
    lines : ndarray of LineString
        Noded.
    sources : ndarray of LineString
        The lines that they come from.
    ranks : sequence of int
        Rank of each source.

    Returns
    -------
    Arrangement

    Examples
    --------
    >>> import numpy as np, shapely
    >>> sources = np.array([shapely.box(0, 0, 4, 2).exterior, shapely.LineString([(2, 0), (2, 2)])])
    >>> lines = noded(outlines(np.array([shapely.box(0, 0, 4, 2)])))
    >>> len(arrange(noded(np.append(lines, sources[1])), sources, [5, 1]).faces)
    2
    """
    faces = in_order(np.asarray(shapely.get_parts(shapely.polygonize(lines))))
    rings, owner = shapely.get_rings(faces, return_index=True)
    points, ring = shapely.get_coordinates(rings, return_index=True)
    follows = ring[1:] == ring[:-1]
    start, end, face = points[:-1][follows], points[1:][follows], owner[ring[:-1][follows]]
    segments, left, right = _paired(start, end, face)
    rank = _ranks(segments, sources, np.asarray(ranks, dtype=np.int64))
    return Arrangement(faces, segments, left, right, rank)


def _paired(start: Floats, end: Floats, face: Integers) -> tuple[Floats, Integers, Integers]:
    """Bring the two sides of each segment together."""
    swapped = (start[:, 0] > end[:, 0]) | ((start[:, 0] == end[:, 0]) & (start[:, 1] > end[:, 1]))
    both = np.where(swapped[:, None], np.hstack([end, start]), np.hstack([start, end]))
    order = np.lexsort([face, *both.T[::-1]])
    both, face = both[order], face[order]
    first = np.ones(len(both), dtype=bool)
    first[1:] = (both[1:] != both[:-1]).any(axis=1)
    place = np.flatnonzero(first)
    has_two = np.append(np.diff(place), len(both) - place[-1:]) > 1
    one = face[place]
    other = np.where(has_two, face[np.minimum(place + 1, len(face) - 1)], -1)
    return both[place], np.minimum(one, other), np.maximum(one, other)


def _ranks(segments: Floats, sources: Objects, ranks: Integers) -> Integers:
    """Return the highest rank of the sources that run along each segment."""
    points, line = shapely.get_coordinates(sources, return_index=True)
    follows = line[1:] == line[:-1]
    pieces_ = shapely.linestrings(np.stack([points[:-1][follows], points[1:][follows]], axis=1))
    rank = ranks[line[:-1][follows]]
    middle = shapely.points((segments[:, :2] + segments[:, 2:]) / 2)
    found = shapely.STRtree(pieces_).query(middle, predicate="dwithin", distance=_ON_LINE_M)
    highest = np.zeros(len(segments), dtype=np.int64)
    np.maximum.at(highest, found[0], rank[found[1]])
    return highest


def holder(inner: Objects, outer: Objects) -> Integers:
    """Return which polygon holds a point of each face: the first that does, -1 for none."""
    found = shapely.STRtree(outer).query(shapely.point_on_surface(inner), predicate="within")
    first = np.full(len(inner), len(outer), dtype=np.int64)
    np.minimum.at(first, found[0], found[1])
    return np.where(first < len(outer), first, -1)


def pieces(arrangement: Arrangement, label: Integers, joins: Bools | None = None) -> Integers:
    """Number the pieces that faces of one label make over shared segments.

    Parameters
    ----------
    arrangement : Arrangement
    label : ndarray of int64, shape (n,)
    joins : ndarray of bool, shape (m,), optional
        Segments over which faces hold together; default: all.

    Returns
    -------
    ndarray of int64, shape (n,)
        In the order of their first faces.
    """
    left, right = arrangement.left, arrangement.right
    same = (left >= 0) & (_at(label, left) == _at(label, right))
    if joins is not None:
        same &= joins
    count = len(arrangement.faces)
    graph = coo_array((np.ones(same.sum()), (left[same], right[same])), shape=(count, count))
    number = connected_components(graph, directed=False)[1]
    _, first, dense = np.unique(number, return_index=True, return_inverse=True)
    return np.argsort(np.argsort(first)).astype(np.int64)[dense]


def polygons_of(arrangement: Arrangement, label: Integers) -> tuple[Objects, Integers]:
    """Return the polygons that labelled faces make, and the label of each.

    Faces of one label that share a segment make one polygon; borders stay shared to the bit.
    Labels below 0 are left out.
    """
    lines = arrangement.lines(label)
    shapes = in_order(np.asarray(shapely.get_parts(shapely.polygonize(lines))))
    shape = holder(arrangement.faces, shapes)
    own = np.full(len(shapes), -1, dtype=np.int64)
    own[shape[shape >= 0]] = label[shape >= 0]
    return shapes[own >= 0], own[own >= 0]
