"""Points of a square lattice: which lie in a polygon, near a line, in a field of view.

A tile is a piece of the lattice: point (row r, column c) stands at x0 + (c + 1/2) step and
y0 + (r + 1/2) step, and has the number r * columns + c. A point on a border belongs to exactly one
of two polygons that share it.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import shapely

from blockdata.kernels.jit import jit
from blockdata.kernels.segments import segments_of
from blockdata.kernels.sight import Fields, Views
from blockdata.kernels.sight_sweep import line_radius

__all__ = ["Shapes", "Tile", "paint_polygons", "paint_strips", "seen_points"]

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
Int32s = npt.NDArray[np.int32]
Bools = npt.NDArray[np.bool_]
Objects = npt.NDArray[np.object_]

_FULL = 2.0 * math.pi


class Tile(NamedTuple):
    """A piece of a lattice: its lower left corner, the distance of points, and how many."""

    x0: float
    y0: float
    step: float
    columns: int
    rows: int

    @property
    def size(self) -> int:
        """Number of points."""
        return self.columns * self.rows

    @property
    def box(self) -> shapely.Polygon:
        """What the tile covers."""
        x1, y1 = self.x0 + self.columns * self.step, self.y0 + self.rows * self.step
        return shapely.box(self.x0, self.y0, x1, y1)


class Shapes(NamedTuple):
    """Segments of polygons or lines: of shape i the rows `starts[i]` to `starts[i + 1]`."""

    starts: Integers
    ends: Floats

    @classmethod
    def of_polygons(cls, polygons: Objects) -> Shapes:
        """Take the borders of polygons, holes included.

        Parameters
        ----------
        polygons : ndarray of shapely polygons and multipolygons, None and empty ones

        Returns
        -------
        Shapes

        Examples
        --------
        >>> Shapes.of_polygons(np.array([None, shapely.box(0, 0, 1, 1)])).starts
        array([0, 0, 4])
        """
        parts, of_part = shapely.get_parts(polygons, return_index=True)
        rings, of_ring = shapely.get_rings(parts, return_index=True)
        segments = segments_of(rings, of_part[of_ring])
        starts = np.searchsorted(segments.owner, np.arange(len(polygons) + 1))
        return cls(starts, segments.ends)

    @classmethod
    def of_lines(cls, lines: Objects) -> Shapes:
        """Take the segments of lines and multilines; what has none is left empty.

        Examples
        --------
        >>> Shapes.of_lines(np.array([shapely.LineString([(0, 0), (1, 0), (2, 2)])])).starts
        array([0, 2])
        """
        parts, of_part = shapely.get_parts(lines, return_index=True)
        segments = segments_of(parts, of_part)
        starts = np.searchsorted(segments.owner, np.arange(len(lines) + 1))
        return cls(starts, segments.ends)


@jit
def paint_polygons(
    which: Integers, values: Integers, starts: Integers, ends: Floats, tile: Tile, out: Int32s
) -> None:
    """Write a value at every point of a tile that lies in a polygon; later ones overwrite.

    Parameters
    ----------
    which : ndarray of int64
        Polygons to paint, in this order.
    values : ndarray of int64
        What to write for each.
    starts, ends : ndarray
        `Shapes` of all polygons.
    tile : Tile
    out : ndarray of int32, shape (tile.size,)
        Written to.

    Examples
    --------
    >>> tile, out = Tile(0.0, 0.0, 1.0, 3, 2), np.zeros(6, dtype=np.int32)
    >>> shapes = Shapes.of_polygons(np.array([shapely.box(0, 0, 2, 1)]))
    >>> paint_polygons(np.array([0]), np.array([7]), *shapes, tile, out)
    >>> out.reshape(2, 3)
    array([[7, 7, 0],
           [0, 0, 0]], dtype=int32)
    """
    crossings = np.empty(16)
    for n in range(len(which)):
        first, stop = starts[which[n]], starts[which[n] + 1]
        if first == stop:
            continue
        low, high = _rows_between(ends[first:stop, 1].min(), ends[first:stop, 1].max(), tile)
        if len(crossings) < stop - first:
            crossings = np.empty(2 * (stop - first))
        for row in range(low, high):
            y = tile.y0 + (row + 0.5) * tile.step
            count = _crossings(ends[first:stop], y, crossings)
            for pair in range(0, count, 2):
                begin, end = _columns_between(crossings[pair], crossings[pair + 1], tile)
                for column in range(begin, end):
                    out[row * tile.columns + column] = values[n]


@jit
def _crossings(ends: Floats, y: float, out: Floats) -> int:
    """Write, sorted, where a row crosses segments; return how many there are, an even number."""
    count = 0
    for s in range(len(ends)):
        x1, y1, x2, y2 = ends[s, 0], ends[s, 1], ends[s, 2], ends[s, 3]
        if (y1 <= y) == (y2 <= y):
            continue
        if y1 > y2:  # the same crossing for the neighbour, who has the wall the other way round
            x1, y1, x2, y2 = x2, y2, x1, y1
        x = x1 + (x2 - x1) * ((y - y1) / (y2 - y1))
        place = count
        while place > 0 and out[place - 1] > x:
            out[place] = out[place - 1]
            place -= 1
        out[place] = x
        count += 1
    return count


@jit
def _rows_between(low: float, high: float, tile: Tile) -> tuple[int, int]:
    """First row, and the one after the last, whose points lie from low to high, or a little off."""
    first = int(max(math.floor((low - tile.y0) / tile.step - 0.5), 0.0))
    stop = int(min(math.ceil((high - tile.y0) / tile.step + 0.5), float(tile.rows)))
    return first, stop


@jit
def _columns_between(low: float, high: float, tile: Tile) -> tuple[int, int]:
    """First column with x >= low, and the first after it with x >= high."""
    first = max(math.ceil((low - tile.x0) / tile.step - 0.5), 0.0)
    stop = min(math.ceil((high - tile.x0) / tile.step - 0.5), float(tile.columns))
    return int(min(first, float(tile.columns))), int(max(stop, 0.0))


@jit
def paint_strips(
    which: Integers, half_m: Floats, starts: Integers, ends: Floats, tile: Tile, out: Bools
) -> None:
    """Mark every point of a tile within a distance of a line, its ends rounded.

    Parameters
    ----------
    which : ndarray of int64
        Lines to paint.
    half_m : ndarray of float64
        Distance for each of them.
    starts, ends : ndarray
        `Shapes` of all lines.
    tile : Tile
    out : ndarray of bool, shape (tile.size,)
        Written to.

    Examples
    --------
    >>> tile, out = Tile(0.0, 0.0, 1.0, 4, 2), np.zeros(8, dtype=np.bool_)
    >>> shapes = Shapes.of_lines(np.array([shapely.LineString([(0.5, 0.5), (2.5, 0.5)])]))
    >>> paint_strips(np.array([0]), np.array([0.5]), *shapes, tile, out)
    >>> out.reshape(2, 4).astype(int)
    array([[1, 1, 1, 0],
           [0, 0, 0, 0]])
    """
    for n in range(len(which)):
        half = half_m[n]
        for s in range(starts[which[n]], starts[which[n] + 1]):
            x1, y1, x2, y2 = ends[s, 0], ends[s, 1], ends[s, 2], ends[s, 3]
            low, high = _rows_between(min(y1, y2) - half, max(y1, y2) + half, tile)
            begin, end = _columns_between(min(x1, x2) - half, max(x1, x2) + half + tile.step, tile)
            dx, dy = x2 - x1, y2 - y1
            squared = dx * dx + dy * dy
            for row in range(low, high):
                py = tile.y0 + (row + 0.5) * tile.step - y1
                for column in range(begin, end):
                    px = tile.x0 + (column + 0.5) * tile.step - x1
                    at = (px * dx + py * dy) / squared if squared > 0.0 else 0.0
                    at = min(max(at, 0.0), 1.0)
                    off = (px - at * dx) ** 2 + (py - at * dy) ** 2
                    if off <= half * half:
                        out[row * tile.columns + column] = True


def seen_points(
    views: Views, fields: Fields, slot: Integers, tile: Tile, wanted: Bools
) -> tuple[Integers, Int32s]:
    """List the points of a tile that are seen.

    Parameters
    ----------
    views : Views
    fields : Fields
        Of these views, as from `fields_of_view`.
    slot : ndarray of int64, shape (n,)
        Camera of each view, 0, 1, ... ascending: a camera on a vehicle has several views.
    tile : Tile
    wanted : ndarray of bool, shape (tile.size,)
        Points that are asked about.

    Returns
    -------
    starts : ndarray of int64
    points : ndarray of int32
        Of camera i those from `starts[i]` to `starts[i + 1]`, each once.

    Examples
    --------
    >>> from blockdata.kernels.sight import Obstacles, fields_of_view
    >>> one = np.array([0.5])
    >>> views = Views(one, one, one + 5, one, one + 360, one - 0.5, one + 0.6)
    >>> _, fields = fields_of_view(views, Obstacles([], []), 0.0)
    >>> tile = Tile(0.0, 0.0, 1.0, 3, 3)
    >>> seen_points(views, fields, np.array([0]), tile, np.ones(9, dtype=np.bool_))[1]
    array([0, 1, 3], dtype=int32)
    """
    columns = (views.x, views.y, views.start, views.width, views.near_m, views.range_m)
    return _seen(np.column_stack(columns), fields.starts, fields.pieces, slot, tile, wanted)


@jit
def _seen(
    views: Floats, starts: Integers, pieces: Floats, slot: Integers, tile: Tile, wanted: Bools
) -> tuple[Integers, Int32s]:
    slots = slot[-1] + 1 if len(slot) else 0
    begins, found, size = np.zeros(slots + 1, dtype=np.int64), np.empty(4096, dtype=np.int32), 0
    taken = np.full(tile.columns * tile.rows, -1, dtype=np.int32)
    for v in range(len(views)):
        own = pieces[starts[v] : starts[v + 1]]
        x, y, r = views[v, 0], views[v, 1], views[v, 5]
        low, high = _rows_between(y - r, y + r, tile)
        begin, end = _columns_between(x - r, x + r + tile.step, tile)
        for row in range(low, high):
            if size + end - begin > len(found):
                larger = np.empty(2 * len(found) + end, dtype=np.int32)
                larger[:size] = found[:size]
                found = larger
            dy = tile.y0 + (row + 0.5) * tile.step - y
            for column in range(begin, end):
                point = row * tile.columns + column
                if not wanted[point] or taken[point] == slot[v]:
                    continue
                dx = tile.x0 + (column + 0.5) * tile.step - x
                if _in_field(own, views[v], dx, dy):
                    taken[point] = slot[v]
                    found[size] = point
                    size += 1
        begins[slot[v] + 1] = size
    for s in range(slots):  # a camera without a view here has no point
        begins[s + 1] = max(begins[s + 1], begins[s])
    return begins, found[:size].copy()


@jit
def _in_field(pieces: Floats, view: Floats, dx: float, dy: float) -> bool:
    """Whether a point, seen from the camera, lies in one of its pieces."""
    squared = dx * dx + dy * dy
    if squared > view[5] * view[5] or squared < view[4] * view[4]:
        return False
    angle = (math.atan2(dy, dx) - view[2]) % _FULL
    if angle > view[3]:
        return False
    low, high = 0, len(pieces)
    while low < high:
        middle = (low + high) // 2
        if pieces[middle, 0] <= angle:
            low = middle + 1
        else:
            high = middle
    distance = math.sqrt(squared)
    ux, uy = (dx / distance, dy / distance) if distance > 0.0 else (1.0, 0.0)
    place = low - 1
    while place >= 0 and pieces[place, 0] == pieces[low - 1, 0]:
        p = pieces[place]
        if (
            angle <= p[1]
            and line_radius(p[2], p[3], p[4], ux, uy) <= distance
            and distance <= line_radius(p[5], p[6], p[7], ux, uy)
        ):
            return True
        place -= 1
    return False
