"""Which polygon covers a point."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from blockdata.kernels.blocks import BLOCK, coordinates, each_block
from blockdata.kernels.jit import jit
from blockdata.kernels.lattice import Lattice
from blockdata.kernels.raster import ASK, NOBODY, CellRaster, covers, raster_of
from blockdata.kernels.segments import (
    bad_polygons,
    boundary_segments,
    refuse,
    refuse_degrees,
    refuse_far,
)

__all__ = ["CellIndex", "bad_polygons", "cells_of_points", "locate_block"]

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
Int32s = npt.NDArray[np.int32]


class CellIndex:
    """Polygons, made ready to be asked which of them covers a point.

    A polygon covers the points inside it and on its border (outer rings and rims of holes). Where
    several cover a point (a shared border, an overlap), the lowest index wins, so that in a
    tiling every point has one cell and one only. The answer is exact for the doubles given: it
    equals shapely's `intersects`.

    Parameters
    ----------
    polygons : array_like of shapely geometries, shape (m,)
        Valid polygons and multipolygons in a CRS in metres. None and empty geometries cover
        nothing.

    Raises
    ------
    AnalysisError
        If a geometry is not polygonal, not valid, or reaches beyond a million kilometres.

    Examples
    --------
    >>> import shapely
    >>> index = CellIndex([shapely.box(0, 0, 10, 10), shapely.box(10, 0, 20, 10)])
    >>> index.locate([5, 10, 15, 30], [5, 5, 5, 5])
    array([ 0,  0,  1, -1])
    """

    def __init__(self, polygons: npt.ArrayLike) -> None:
        given = np.asarray(polygons, dtype=object)
        refuse(bad_polygons(given), "are not valid polygons", "valid polygons and multipolygons")
        refuse_far(given)
        refuse_degrees(given)
        borders = boundary_segments(given)
        self._raster = raster_of(borders, len(given)) if len(borders.owner) else None

    def locate(self, x: npt.ArrayLike, y: npt.ArrayLike) -> Integers:
        """Find the polygon of each point.

        Parameters
        ----------
        x, y : array_like of float, shape (n,)
            Coordinates in metres, in the CRS of the polygons; Arrow columns too.

        Returns
        -------
        ndarray of int64, shape (n,)
            Index of the covering polygon, the lowest of several; -1 for points that none covers
            and for null, NaN or infinite coordinates.

        Raises
        ------
        AnalysisError
            If x and y differ in length.

        Examples
        --------
        >>> import numpy as np, shapely
        >>> CellIndex([shapely.box(0, 0, 9, 9)]).locate([1, np.nan], [1, 1])
        array([ 0, -1])
        """
        xs, ys = coordinates(x, y)
        found = np.full(len(xs), -1, dtype=np.int64)
        raster = self._raster
        if raster is not None:
            each_block(
                len(xs),
                lambda start, stop: locate_block(
                    raster, xs[start:stop], ys[start:stop], found[start:stop]
                ),
            )
        return found

    def locate_all(self, x: npt.ArrayLike, y: npt.ArrayLike) -> Iterator[tuple[Integers, Integers]]:
        """Find all polygons of each point, where they may overlap.

        Parameters
        ----------
        x, y : array_like of float, shape (n,)
            As for `locate`.

        Yields
        ------
        point, polygon : ndarray of int64
            Positions of points and indices of polygons that cover them, sorted by both; one pair
            of arrays for each block of points, so that memory does not grow with them.

        Raises
        ------
        AnalysisError
            If x and y differ in length.

        Examples
        --------
        >>> import shapely
        >>> index = CellIndex([shapely.box(0, 0, 9, 9), shapely.box(5, 0, 9, 9)])
        >>> list(index.locate_all([1, 6], [1, 1]))
        [(array([0, 1, 1]), array([0, 0, 1]))]
        """
        xs, ys = coordinates(x, y)
        if self._raster is None:
            return
        for start in range(0, len(xs), BLOCK):
            block = slice(start, start + BLOCK)
            ends = np.zeros(len(xs[block]) + 1, dtype=np.int64)
            _locate_all(self._raster, xs[block], ys[block], ends, np.empty(0, dtype=np.int64))
            polygon = np.empty(ends[-1], dtype=np.int64)
            _locate_all(self._raster, xs[block], ys[block], ends, polygon)
            yield np.repeat(np.arange(start, start + len(ends) - 1), np.diff(ends)), polygon


def cells_of_points(x: npt.ArrayLike, y: npt.ArrayLike, polygons: npt.ArrayLike) -> Integers:
    """Find, for each point, the polygon that covers it: a `CellIndex` used once.

    Parameters
    ----------
    x, y : array_like of float, shape (n,)
        Coordinates in metres, in the CRS of the polygons.
    polygons : array_like of shapely geometries, shape (m,)
        Valid polygons or multipolygons. None and empty geometries cover nothing.

    Returns
    -------
    ndarray of int64, shape (n,)
        Index of the covering polygon, the lowest where several cover the point; -1 for points
        that none covers and for NaN or infinite coordinates.

    Raises
    ------
    AnalysisError
        If x and y differ in length, or a geometry is not polygonal or not valid.

    Examples
    --------
    >>> import shapely
    >>> cells_of_points([5, 10, 30], [5, 5, 5], [shapely.box(0, 0, 10, 10)])
    array([ 0,  0, -1])
    """
    xs, ys = coordinates(x, y)
    return CellIndex(polygons).locate(xs, ys)


@jit
def _bin(lattice: Lattice, x: float, y: float) -> int:
    """Bin of a point, -1 outside: both axes are asked, or a point beside would wrap to a row."""
    if not (lattice.x0 <= x <= lattice.x1 and lattice.y0 <= y <= lattice.y1):
        return -1
    column = min(int((x - lattice.x0) * lattice.per_m), lattice.columns - 1)
    row = min(int((y - lattice.y0) * lattice.per_m), lattice.rows - 1)
    return row * lattice.columns + column


@jit
def _next_of_list(
    entries: Int32s, segments: Floats, entry: int, stop: int, x: float, y: float
) -> int:
    """First entry, from one on, whose polygon covers the point; `stop` if there is none."""
    while entry < stop:
        first, last = entries[entry, 1], entries[entry, 2]
        if last == 0 or covers(segments, first, last, x, y):
            return entry
        entry += 1
    return stop


# Arrays are taken out of the raster once, before the loops: taken out inside, each would have its
# references counted at every point, and threads would wait for one another at the counters.


@jit
def locate_block(raster: CellRaster, x: Floats, y: Floats, found: Integers) -> None:
    """Write the index of the polygon of each point, -1 for none.

    Parameters
    ----------
    raster : CellRaster
    x, y : ndarray of float64
    found : ndarray of int64
        Written to.

    Examples
    --------
    >>> import shapely
    >>> from blockdata.kernels.raster import raster_of
    >>> from blockdata.kernels.segments import boundary_segments
    >>> raster = raster_of(boundary_segments(np.array([shapely.box(0, 0, 1, 1)])), 1)
    >>> found = np.empty(2, dtype=np.int64)
    >>> locate_block(raster, np.array([0.5, 2.0]), np.array([0.5, 0.5]), found)
    >>> found
    array([ 0, -1])
    """
    # All points are looked up first: lookups that do not wait for tests of borders overlap.
    lattice, value, lists = raster.lattice, raster.value, raster.lists
    entries, segments = raster.entries, raster.segments
    for i in range(len(x)):
        place = _bin(lattice, x[i], y[i])
        known = NOBODY if place < 0 else value[place]
        found[i] = known if known != ASK else ASK - place
    for i in range(len(x)):
        if found[i] <= ASK:
            place = ASK - found[i]
            stop = lists[place + 1]
            entry = _next_of_list(entries, segments, lists[place], stop, x[i], y[i])
            found[i] = entries[entry, 0] if entry < stop else NOBODY


@jit
def _locate_all(
    raster: CellRaster, x: Floats, y: Floats, ends: Integers, polygon: Integers
) -> None:
    """Count the polygons of each point into `ends`, or, where there is room, write them down."""
    lattice, lists, entries, segments = (
        raster.lattice,
        raster.lists,
        raster.entries,
        raster.segments,
    )
    for i in range(len(x)):
        free = ends[i]
        place = _bin(lattice, x[i], y[i])
        if place >= 0:
            stop = lists[place + 1]
            entry = _next_of_list(entries, segments, lists[place], stop, x[i], y[i])
            while entry < stop:
                if len(polygon):
                    polygon[free] = entries[entry, 0]
                free += 1
                entry = _next_of_list(entries, segments, entry + 1, stop, x[i], y[i])
        ends[i + 1] = free
