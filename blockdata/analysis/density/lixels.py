"""Streets as edges between their meeting points, and edges as short pieces (lixels)."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import shapely

from blockdata.kernels.segments import Segments, segments_of

__all__ = ["Edges", "edges_of", "lixel_shapes", "place_on_edges"]

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
Objects = npt.NDArray[np.object_]


class Edges(NamedTuple):
    """Streets cut where three ways or more meet, and at their ends.

    `nodes`, the two ends of each edge; `length_m`; `line`, the street it is of; `start_m`, how far
    along that street it starts; `lixels`, where its lixels begin, and the end of all;
    `out_stops`, `out`, the half-edges that leave each node: 2 e from the start of edge e, 2 e + 1
    from its end. `segments` are the straight pieces, `first` where those of each edge begin, and
    the end.
    """

    nodes: Integers
    length_m: Floats
    line: Integers
    start_m: Floats
    lixels: Integers
    out_stops: Integers
    out: Integers
    segments: Segments
    first: Integers


def edges_of(lines: Objects, lixel_m: float) -> Edges:
    """Cut streets into edges, and count the lixels of each: equal pieces of at most `lixel_m`.

    Parameters
    ----------
    lines : ndarray of shapely lines, shape (m,)
        Connected where they share a vertex, as in `StreetNetwork`.
    lixel_m : float

    Returns
    -------
    Edges
        In the order of the streets, and along each.

    Examples
    --------
    >>> cross = np.array([shapely.LineString([(0, 0), (5, 0), (9, 0)]),
    ...                   shapely.LineString([(5, 0), (5, 3)])])
    >>> edges_of(cross, 2.0).lixels
    array([0, 3, 5, 7])
    """
    parts, owner = shapely.get_parts(lines, return_index=True)
    found = segments_of(parts, np.arange(len(parts)))
    found = found.take((found.ends[:, :2] != found.ends[:, 2:]).any(axis=1))
    part, ends = found
    _, node = np.unique(ends.reshape(-1, 2) + 0.0, axis=0, return_inverse=True)
    at = node.reshape(-1, 2)
    meets = np.bincount(node.ravel(), minlength=1) != 2
    # An edge begins with a part, and where the vertex before is no mere bend.
    new = np.ones(len(part), dtype=np.bool_)
    new[1:] = (part[1:] != part[:-1]) | meets[at[1:, 0]]
    first = np.append(np.flatnonzero(new), len(part))
    length = np.hypot(*(ends[:, 2:] - ends[:, :2]).T)
    length_m = np.add.reduceat(length, first[:-1]) if len(part) else length
    line = np.asarray(owner, dtype=np.int64)[part[first[:-1]]]
    nodes = np.column_stack([at[first[:-1], 0], at[first[1:] - 1, 1]]) if len(part) else at
    before = np.cumsum(length_m) - length_m
    start_m = before - before[np.searchsorted(line, line)]
    # A hair less, so that 30 m are three pieces of 10 m whatever rounding does.
    pieces = np.maximum(np.ceil(length_m / lixel_m - 1e-9), 1).astype(np.int64)
    leaves = nodes.ravel()
    out = np.argsort(leaves, kind="stable")
    out_stops = np.searchsorted(leaves[out], np.arange(len(meets) + 1))
    return Edges(
        nodes,
        length_m,
        line,
        start_m,
        np.concatenate([[0], np.cumsum(pieces)]),
        out_stops.astype(np.int64),
        out.astype(np.int64),
        found,
        first,
    )


def place_on_edges(edges: Edges, line: Integers, along_m: Floats) -> tuple[Integers, Floats]:
    """Return the edge that holds each place along a street, and how far along the edge it is.

    Parameters
    ----------
    edges : Edges
    line : ndarray of int64, shape (n,)
    along_m : ndarray of float64, shape (n,)

    Returns
    -------
    edge : ndarray of int64
        Where two edges meet, the later one.
    on_m : ndarray of float64

    Examples
    --------
    >>> roads = shapely.linestrings([[[0, 0], [5, 0]], [[9, 0], [9, 4]]])
    >>> place_on_edges(edges_of(roads, 2.0), np.array([1]), np.array([3.0]))
    (array([1]), array([3.]))
    """
    # One measure along all streets, one after the other.
    before = np.cumsum(edges.length_m) - edges.length_m
    firsts = np.searchsorted(edges.line, line)
    lasts = np.searchsorted(edges.line, line, side="right") - 1
    where = np.searchsorted(before, before[firsts] + along_m, side="right") - 1
    where = np.clip(where, firsts, lasts)
    on_m = np.clip(along_m - edges.start_m[where], 0.0, edges.length_m[where])
    return where, on_m


def lixel_shapes(edges: Edges) -> Objects:
    """Draw each lixel as a line along its street, bends included.

    Parameters
    ----------
    edges : Edges

    Returns
    -------
    ndarray of shapely LineStrings, one for each lixel

    Examples
    --------
    >>> bent = np.array([shapely.LineString([(0, 0), (3, 0), (3, 3)])])
    >>> [shape.wkt for shape in lixel_shapes(edges_of(bent, 2.0))]
    ['LINESTRING (0 0, 2 0)', 'LINESTRING (2 0, 3 0, 3 1)', 'LINESTRING (3 1, 3 3)']
    """
    ends = edges.segments.ends
    if not len(ends):
        return np.empty(0, dtype=object)
    count = np.diff(edges.lixels)
    edge = np.repeat(np.arange(len(count)), count)
    number = np.arange(len(edge)) - edges.lixels[edge]
    # One measure along all streets, one after the other.
    length = np.hypot(*(ends[:, 2:] - ends[:, :2]).T)
    start = np.concatenate([[0.0], np.cumsum(length)])
    origin = start[edges.first[edge]]
    span = start[edges.first[edge + 1]] - origin
    low, high = origin + span * number / count[edge], origin + span * (number + 1) / count[edge]
    inner = np.flatnonzero(np.diff(np.repeat(np.arange(len(count)), np.diff(edges.first))) == 0)
    bend = start[inner + 1]
    of_bend = np.searchsorted(high, bend, side="left")
    strictly = (bend > low[of_bend] * (1 + 1e-15)) & (bend < high[of_bend])
    inner, bend, of_bend = inner[strictly], bend[strictly], of_bend[strictly]
    numbers = np.arange(len(edge))
    which = np.concatenate([numbers, of_bend, numbers])
    measure = np.concatenate([low, bend, high])
    first, last = edges.first[edge], edges.first[edge + 1] - 1
    xy = np.vstack(
        [
            _at(
                low,
                np.clip(np.searchsorted(start, low, side="right") - 1, first, last),
                ends,
                start,
            ),
            ends[inner, 2:],
            _at(high, np.clip(np.searchsorted(start, high) - 1, first, last), ends, start),
        ]
    )
    order = np.lexsort((measure, which))
    shapes: Objects = shapely.linestrings(xy[order], indices=which[order])
    return shapes


def _at(measure: Floats, segment: Integers, ends: Floats, start: Floats) -> Floats:
    share = (measure - start[segment]) / (start[segment + 1] - start[segment])
    own = ends[segment]
    xy: Floats = own[:, :2] + np.clip(share, 0, 1)[:, None] * (own[:, 2:] - own[:, :2])
    return xy
