"""A raster that says, for most of the ground, which polygon covers it without looking further.

Each bin of a lattice holds one number: nobody here, wholly inside polygon p, or "ask the list".
A list names the polygons that reach the bin, lowest index first, and, for those whose border runs
through it, the strip of border segments in that row: a ray from the point within the row crosses
no others.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from blockdata.kernels.jit import jit
from blockdata.kernels.lattice import Lattice, bins_across, lattice_over, rows_across
from blockdata.kernels.orientation import orientation
from blockdata.kernels.segments import Segments

__all__ = ["ASK", "NOBODY", "CellRaster", "covers", "raster_of"]

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
Int32s = npt.NDArray[np.int32]
Marks = npt.NDArray[np.uint8]

NOBODY = -1
"""Value of a bin that no polygon reaches."""
ASK = -2
"""Value of a bin whose list must be asked."""

# Many bins make few points need a test, and cost time to fill: of the cells of a district most
# bins are inside one; among the buildings of a city, bins about as wide as they are do.
_BINS_OF_A_POLYGON = 500
_BINS_OF_A_SEGMENT = 8
_FEWEST_BINS = 1 << 10
_ENOUGH_BINS = 1 << 19
_MOST_BINS = 1 << 23
# Bins looked at while polygons are entered one by one; many that overlap get wider bins.
_MOST_VISITS = 1 << 24


class CellRaster(NamedTuple):
    """The raster.

    `value` of each bin; `lists`, where the list of each bin ends in `entries`; `entries`, a row of
    polygon, first segment and segment after the last (both 0 where the bin is inside the polygon);
    `segments`, x1, y1, x2, y2 of border segments, strip by strip, lower end first.
    """

    lattice: Lattice
    value: Int32s
    lists: Int32s
    entries: Int32s
    segments: Floats


class _Windows(NamedTuple):
    """First and last row and column of each polygon; `strip`, the number of its first strip."""

    rows: Integers
    columns: Integers
    strip: Integers


def raster_of(borders: Segments, count: int) -> CellRaster:
    """Make the raster of polygons.

    Parameters
    ----------
    borders : Segments
        Of valid polygons, sorted by polygon, lower end first, at least one.
    count : int
        Number of polygons, those without a border included.

    Returns
    -------
    CellRaster

    Examples
    --------
    >>> import numpy as np, shapely
    >>> from blockdata.kernels.segments import boundary_segments
    >>> raster = raster_of(boundary_segments(np.array([shapely.box(0, 0, 1, 1)])), 1)
    >>> int(raster.value.max())
    0
    """
    first = np.searchsorted(borders.owner, np.arange(count + 1))
    lattice, windows = _fitting_lattice(_boxes(borders.ends, first), len(borders.owner))
    strips, order = _strips(lattice, borders.ends, first, windows)
    segments = borders.ends[order]
    room = _visits(windows)
    entries = np.empty((room, 3), dtype=np.int32)
    bins = np.empty(room, dtype=np.int32)
    size = _enter_all(lattice, windows, strips, segments, bins, entries)
    value, lists, by_bin = _lists(bins[:size], entries[:size], lattice.rows * lattice.columns)
    return CellRaster(lattice, value, lists, entries[by_bin], segments)


@jit
def _boxes(ends: Floats, first: Integers) -> Floats:
    """Return least x, least y, greatest x, greatest y of each polygon; NaN if it has no border."""
    boxes = np.full((len(first) - 1, 4), np.nan)
    for polygon in range(len(boxes)):
        for s in range(first[polygon], first[polygon + 1]):
            # Python's rule for NaN does not hold in compiled code, so the first is taken as it is.
            known = s > first[polygon]
            x0, x1 = min(ends[s, 0], ends[s, 2]), max(ends[s, 0], ends[s, 2])
            boxes[polygon, 0] = min(boxes[polygon, 0], x0) if known else x0
            boxes[polygon, 1] = min(boxes[polygon, 1], ends[s, 1]) if known else ends[s, 1]
            boxes[polygon, 2] = max(boxes[polygon, 2], x1) if known else x1
            boxes[polygon, 3] = max(boxes[polygon, 3], ends[s, 3]) if known else ends[s, 3]
    return boxes


def _fitting_lattice(boxes: Floats, segments: int) -> tuple[Lattice, _Windows]:
    x0, y0 = np.nanmin(boxes[:, :2], axis=0)
    x1, y1 = np.nanmax(boxes[:, 2:], axis=0)
    wanted = _BINS_OF_A_POLYGON * len(boxes) + _BINS_OF_A_SEGMENT * segments
    wanted = max(min(wanted, _ENOUGH_BINS), 8 * len(boxes), _FEWEST_BINS)
    width, height = x1 - x0, y1 - y0
    # A strip much longer than wide would otherwise get more bins than asked for at its ends.
    wanted = min(wanted, _MOST_BINS)
    size_m = max(np.sqrt(width * height / wanted), max(width, height) / wanted)
    while True:
        lattice = lattice_over((float(x0), float(y0), float(x1), float(y1)), float(size_m))
        windows = _windows(lattice, boxes)
        if _visits(windows) <= _MOST_VISITS + 16 * len(boxes):
            return lattice, windows
        size_m *= 2


def _visits(windows: _Windows) -> int:
    return int(np.prod([np.diff(w)[:, 0] + 1 for w in windows[:2]], axis=0).sum())


def _windows(lattice: Lattice, boxes: Floats) -> _Windows:
    reach = np.array([-lattice.slack_m, lattice.slack_m])
    rows = _bins(boxes[:, [1, 3]] + reach - lattice.y0, lattice.per_m, lattice.rows)
    columns = _bins(boxes[:, [0, 2]] + reach - lattice.x0, lattice.per_m, lattice.columns)
    strip = np.concatenate([[0], np.cumsum(np.diff(rows)[:, 0] + 1)])
    return _Windows(rows, columns, strip)


def _bins(distances_m: Floats, per_m: float, count: int) -> Integers:
    """Return the bins of pairs of distances; 0 and -1, which are no bins, for a pair of NaN."""
    bins = np.clip(np.nan_to_num(distances_m * per_m), 0, count - 1).astype(np.int64)
    bins[np.isnan(distances_m[:, 0])] = (0, -1)
    return bins


@jit
def _strips(
    lattice: Lattice, ends: Floats, first: Integers, windows: _Windows
) -> tuple[Integers, Integers]:
    """List the segments of each polygon that touch each row; return list ends and segments."""
    rows, strip_first = windows.rows, windows.strip
    stops = np.zeros(strip_first[-1] + 1, dtype=np.int64)
    for polygon in range(len(rows)):
        offset = strip_first[polygon] - rows[polygon, 0] + 1
        for s in range(first[polygon], first[polygon + 1]):
            low, high = rows_across(lattice, ends, s)
            stops[offset + low : offset + high + 1] += 1
    stops = np.cumsum(stops)
    free, order = stops[:-1].copy(), np.empty(stops[-1], dtype=np.int64)
    for polygon in range(len(rows)):
        offset = strip_first[polygon] - rows[polygon, 0]
        for s in range(first[polygon], first[polygon + 1]):
            low, high = rows_across(lattice, ends, s)
            for strip in range(offset + low, offset + high + 1):
                order[free[strip]] = s
                free[strip] += 1
    return stops, order


@jit
def _enter_all(
    lattice: Lattice,
    windows: _Windows,
    strips: Integers,
    segments: Floats,
    bins: Int32s,
    entries: Int32s,
) -> int:
    """Enter every polygon, row by row, into the bins that it reaches; return how many entries."""
    rows, columns, strip_first = windows.rows, windows.columns, windows.strip
    size = 0
    marks = np.zeros(lattice.columns + 1, dtype=np.uint8)
    for polygon in range(len(rows)):
        strip = strip_first[polygon]
        first, last = columns[polygon, 0], columns[polygon, 1] + 1
        for row in range(rows[polygon, 0], rows[polygon, 1] + 1):
            start, stop = strips[strip], strips[strip + 1]
            strip += 1
            for column in range(first, last):
                marks[column] = 0
            for s in range(start, stop):
                _mark(lattice, row, segments, s, marks)
            inside = False
            for column in range(first, last):
                bordering = marks[column] == 1
                # Between two bins with a border the answer is one, so the first bin's is all's.
                if not bordering and (column == first or marks[column - 1] == 1):
                    x, y = _centre(lattice, row, column)
                    inside = covers(segments, start, stop, x, y)
                if bordering or inside:
                    bins[size] = row * lattice.columns + column
                    entries[size, 0] = polygon
                    entries[size, 1] = start if bordering else 0
                    entries[size, 2] = stop if bordering else 0
                    size += 1
    return size


@jit
def _mark(lattice: Lattice, row: int, segments: Floats, s: int, marks: Marks) -> None:
    first, last = bins_across(lattice, row, segments, s)
    for column in range(first, last + 1):
        marks[column] = 1


@jit
def _centre(lattice: Lattice, row: int, column: int) -> tuple[float, float]:
    x = lattice.x0 + (column + 0.5) * lattice.size_m
    return x, lattice.y0 + (row + 0.5) * lattice.size_m


@jit
def covers(segments: Floats, start: int, stop: int, x: float, y: float) -> bool:
    """Tell whether a polygon covers a point, its border included, without rounding error.

    Parameters
    ----------
    segments : ndarray of float64, shape (k, 4)
        x1, y1, x2, y2, lower end first.
    start, stop : int
        The polygon's segments, or those of them that reach the point's height.
    x, y : float

    Returns
    -------
    bool
        The point is on a segment, or a ray from it to the right crosses an odd number of them.

    Examples
    --------
    >>> import numpy as np, shapely
    >>> from blockdata.kernels.segments import boundary_segments
    >>> ends = boundary_segments(np.array([shapely.box(0, 0, 2, 1)])).ends
    >>> covers(ends, 0, 4, 2.0, 0.5), covers(ends, 0, 4, 2.1, 0.5)
    (True, False)
    """
    inside = False
    for s in range(start, stop):
        x1, y1, x2, y2 = segments[s, 0], segments[s, 1], segments[s, 2], segments[s, 3]
        if y < y1 or y > y2 or x > max(x1, x2):
            continue
        # Of two segments that meet at the ray's height, the one that goes up from there counts.
        if x < min(x1, x2):
            inside ^= y < y2
            continue
        side = 0 if y1 == y2 else orientation(x1, y1, x2, y2, x, y)
        if side == 0:
            return True
        inside ^= side > 0 and y < y2
    return inside


@jit
def _lists(bins: Int32s, entries: Int32s, count: int) -> tuple[Int32s, Int32s, Integers]:
    """Sort entries by bin, keeping the order of polygons; return values, list ends and order."""
    ends = np.zeros(count + 1, dtype=np.int32)
    for entry in range(len(bins)):
        ends[bins[entry] + 1] += 1
    for place in range(1, len(ends)):
        ends[place] += ends[place - 1]
    free, order = ends[:-1].copy(), np.empty(len(bins), dtype=np.int64)
    value = np.full(count, NOBODY, dtype=np.int32)
    for entry in range(len(bins)):
        place = bins[entry]
        if free[place] == ends[place]:
            value[place] = entries[entry, 0] if entries[entry, 2] == 0 else ASK
        order[free[place]] = entry
        free[place] += 1
    return value, ends, order
