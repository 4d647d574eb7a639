"""Streets as a network: where on a street a point is, and how far it is along the streets."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import shapely

from blockdata.kernels.blocks import coordinates, each_block, non_negative_m
from blockdata.kernels.routing import Graph, adjacent, walk
from blockdata.kernels.search import bin_segments, nearest_block
from blockdata.kernels.segments import (
    Segments,
    refuse,
    refuse_degrees,
    refuse_far,
    segments_of,
    upward,
)
from blockdata.kernels.sides import neighbours_of, place_on_segments

__all__ = ["OnStreet", "StreetNetwork"]

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
Int8s = npt.NDArray[np.int8]
Objects = npt.NDArray[np.object_]
Found = tuple[Integers, Integers, Floats]

_LINES = (
    shapely.GeometryType.LINESTRING.value,
    shapely.GeometryType.LINEARRING.value,
    shapely.GeometryType.MULTILINESTRING.value,
)
_SOURCES = 1_024
_SOURCES_OF_A_THREAD = 128


class OnStreet(NamedTuple):
    """Points brought onto the streets, one row each; -1 and NaN where no street was near.

    `line` is the index of the street, `along_m` the distance from its start to the foot of the
    point, `side` 1 if the point lies left of the street's direction, -1 right, 0 on it (or on its
    prolongation), `distance_m` the distance to the foot. `segment` is the network's own number of
    the straight segment, `on_segment_m` the distance of the foot from that segment's start.
    """

    line: Integers
    along_m: Floats
    side: Int8s
    distance_m: Floats
    segment: Integers
    on_segment_m: Floats


class StreetNetwork:
    """Street lines, connected where they share a vertex.

    Lines are connected at vertices with equal coordinates, at their ends and in between; lines
    that only cross (a bridge) are not. Every street can be walked in both directions.

    Parameters
    ----------
    lines : array_like of shapely geometries, shape (m,)
        Lines, single or multi, in a CRS in metres. None and empty geometries are no street.

    Raises
    ------
    AnalysisError
        If a geometry is not a line, or has a coordinate that is no number or beyond a million
        kilometres.

    Examples
    --------
    >>> import shapely
    >>> streets = StreetNetwork([shapely.LineString([(0, 0), (100, 0)]),
    ...                          shapely.LineString([(100, 0), (100, 50)])])
    >>> found = streets.snap([20, 90], [5, 30], radius_m=20)
    >>> found.line, found.along_m, found.side
    (array([0, 1]), array([20., 30.]), array([1, 1], dtype=int8))
    >>> list(streets.distances(found, found, radius_m=200))
    [(array([0, 0, 1, 1]), array([0, 1, 0, 1]), array([  0., 110., 110.,   0.]))]
    """

    def __init__(self, lines: npt.ArrayLike) -> None:
        given = np.asarray(lines, dtype=object)
        _refuse_unusable(given)
        parts, owner = shapely.get_parts(given, return_index=True)
        found = segments_of(parts, owner)
        found = found.take((found.ends[:, :2] != found.ends[:, 2:]).any(axis=1))
        self._segments, self._neighbours = found, neighbours_of(found)
        self._length_m = np.hypot(*(found.ends[:, 2:] - found.ends[:, :2]).T)
        self._start_m = _starts(found.owner, self._length_m)
        self._graph = _graph_of(found.ends, self._length_m)
        turned = Segments(np.arange(len(found.owner)), found.ends.copy())
        upward(turned.ends)
        self._binned = bin_segments(turned, only_polygons=False) if len(found.owner) else None

    def snap(self, x: npt.ArrayLike, y: npt.ArrayLike, radius_m: float) -> OnStreet:
        """Bring points onto the nearest street.

        Where several streets are equally near, the one with the lowest index is taken, and on it
        the segment nearest to its start. Beside a bend the side is that of the bend's outside.

        Parameters
        ----------
        x, y : array_like of float, shape (n,)
            Coordinates in metres, in the CRS of the streets.
        radius_m : float
            Largest distance in metres, itself included.

        Returns
        -------
        OnStreet

        Raises
        ------
        AnalysisError
            If `radius_m` is negative or not finite, or x and y differ in length.

        Examples
        --------
        >>> import shapely
        >>> streets = StreetNetwork([shapely.LineString([(0, 0), (100, 0)])])
        >>> streets.snap([30], [-4], radius_m=5).side
        array([-1], dtype=int8)
        """
        radius_m = non_negative_m(radius_m, "radius_m")
        xs, ys = coordinates(x, y)
        segment, distance_m = np.full(len(xs), -1, dtype=np.int64), np.full(len(xs), np.nan)
        on_segment_m, side = np.full(len(xs), np.nan), np.zeros(len(xs), dtype=np.int8)
        binned = self._binned
        if binned is not None:

            def work(start: int, stop: int) -> None:
                block = slice(start, stop)
                nearest_block(
                    binned, xs[block], ys[block], radius_m, segment[block], distance_m[block]
                )
                place_on_segments(
                    self._segments.ends,
                    self._neighbours,
                    (xs[block], ys[block]),
                    segment[block],
                    on_segment_m[block],
                    side[block],
                )

            each_block(len(xs), work)
        near = segment >= 0
        line, along_m = np.full(len(xs), -1, dtype=np.int64), np.full(len(xs), np.nan)
        line[near] = self._segments.owner[segment[near]]
        along_m[near] = self._start_m[segment[near]] + on_segment_m[near]
        return OnStreet(line, along_m, side, distance_m, segment, on_segment_m)

    def distances(
        self, sources: OnStreet, targets: OnStreet, radius_m: float
    ) -> Iterator[tuple[Integers, Integers, Floats]]:
        """Find the targets within a distance of each source along the streets.

        The distance is from foot to foot; what lies between a point and its street is not added.

        Parameters
        ----------
        sources, targets : OnStreet
            Points as `snap` of this network gave them; those without a street are in no result.
        radius_m : float
            Largest distance along the streets, itself included.

        Yields
        ------
        source, target : ndarray of int64
            Positions in the inputs, sorted by both; one triple of arrays for each 1,024 sources,
            so that memory does not grow with them.
        distance_m : ndarray of float64

        Raises
        ------
        AnalysisError
            If `radius_m` is negative or not finite.

        Examples
        --------
        >>> import shapely
        >>> streets = StreetNetwork([shapely.LineString([(0, 0), (100, 0)])])
        >>> found = streets.snap([10, 40, 90], [0, 0, 0], radius_m=1)
        >>> [(i.tolist(), j.tolist()) for i, j, _ in streets.distances(found, found, 30)]
        [([0, 0, 1, 1, 2], [0, 1, 0, 1, 2])]
        """
        radius_m = non_negative_m(radius_m, "radius_m")
        order = np.argsort(targets.segment, kind="stable")
        stops = np.searchsorted(targets.segment[order], np.arange(len(self._length_m) + 1))
        on_m = targets.on_segment_m[order]

        def of_sources(start: int, stop: int) -> Found:
            which = slice(start, stop)
            asked = (sources.segment[which], sources.on_segment_m[which])
            source, place, distance_m = walk(self._graph, asked, (stops, on_m), radius_m)
            target = order[place]
            sort = np.lexsort((target, source))
            return source[sort] + start, target[sort], distance_m[sort]

        for start in range(0, len(sources.segment), _SOURCES):
            stop = min(start + _SOURCES, len(sources.segment))
            yield _by_threads(of_sources, start, stop)


def _by_threads(of_sources: Callable[[int, int], Found], start: int, stop: int) -> Found:
    found: dict[int, Found] = {}

    def work(low: int, high: int) -> None:
        found[low] = of_sources(start + low, start + high)

    each_block(stop - start, work, block=_SOURCES_OF_A_THREAD)
    source, target, distance_m = zip(*(found[low] for low in sorted(found)), strict=True)
    return np.concatenate(source), np.concatenate(target), np.concatenate(distance_m)


def _refuse_unusable(lines: Objects) -> None:
    kind = shapely.get_type_id(lines)
    refuse((kind >= 0) & ~np.isin(kind, _LINES), "are not lines", "lines, single or multi")
    refuse_far(lines)
    refuse_degrees(lines)


def _starts(owner: Integers, length_m: Floats) -> Floats:
    """Return how far along its line each segment starts, summed line by line."""
    start_m = np.zeros(len(owner))
    for first, last in _runs(owner):
        np.cumsum(length_m[first : last - 1], out=start_m[first + 1 : last])
    return start_m


def _runs(owner: Integers) -> list[tuple[int, int]]:
    bounds = np.flatnonzero(np.diff(owner, prepend=-1, append=-1))
    return list(zip(bounds[:-1].tolist(), bounds[1:].tolist(), strict=True))


def _graph_of(ends: Floats, length_m: Floats) -> Graph:
    xy = ends.reshape(-1, 2) + 0.0  # so that -0.0 and 0.0 are one place
    _, node = np.unique(xy, axis=0, return_inverse=True)
    nodes = node.reshape(-1, 2)
    return Graph(nodes, length_m, *adjacent(nodes, int(node.max(initial=-1)) + 1))
