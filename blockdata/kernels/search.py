"""The segment nearest to a point, found ring by ring of bins around it."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from blockdata.kernels.jit import jit, jit_inline
from blockdata.kernels.lattice import Lattice, bins_across, lattice_over, rows_across
from blockdata.kernels.segments import FAR_M, Segments

__all__ = ["BinnedSegments", "bin_segments", "nearest_block", "squared_distance"]

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

_BINS_OF_A_SEGMENT = 1.0


class BinnedSegments(NamedTuple):
    """Segments copied bin by bin, so that bins side by side are read straight through.

    `stops` tells where each bin ends in `segments`: x1, y1, x2, y2 and the owner.
    """

    lattice: Lattice
    stops: Integers
    segments: Floats
    only_polygons: bool


class _Asked(NamedTuple):
    """A point asked, its bin and its place in that (perhaps outside), the rings with anything."""

    lattice: Lattice
    x: float
    y: float
    column: int
    row: int
    in_x: float
    in_y: float
    first_ring: int
    last_ring: int


def bin_segments(segments: Segments, only_polygons: bool) -> BinnedSegments:
    """Sort segments into bins, about as many bins as segments.

    Parameters
    ----------
    segments : Segments
        At least one, lower end first; both ends may be one point.
    only_polygons : bool
        All are borders of polygons, so that nothing can be nearer than a polygon that covers the
        point.

    Returns
    -------
    BinnedSegments

    Examples
    --------
    >>> segments = Segments(np.array([7]), np.array([[0.0, 0.0, 3.0, 4.0]]))
    >>> bin_segments(segments, only_polygons=False).segments[0]
    array([0., 0., 3., 4., 7.])
    """
    ends = segments.ends
    x0, y0, x1, y1, length_m = _extent(ends)
    width, height, count = x1 - x0, y1 - y0, _BINS_OF_A_SEGMENT * len(ends)
    # Long lines would fill many small bins each; a set all on one spot needs some width.
    size_m = max(
        np.sqrt(width * height / count), max(width, height, 1.0) / count, length_m / (4 * count)
    )
    lattice = lattice_over((x0, y0, x1, y1), float(size_m))
    return BinnedSegments(lattice, *_fill(lattice, ends, segments.owner), only_polygons)


@jit
def _extent(ends: Floats) -> tuple[float, float, float, float, float]:
    """Least x and y, greatest x and y, and the length of all segments."""
    x0, y0, x1, y1, length_m = np.inf, np.inf, -np.inf, -np.inf, 0.0
    for s in range(len(ends)):
        x0, x1 = min(x0, ends[s, 0], ends[s, 2]), max(x1, ends[s, 0], ends[s, 2])
        y0, y1 = min(y0, ends[s, 1]), max(y1, ends[s, 3])  # the lower end comes first
        length_m += np.hypot(ends[s, 2] - ends[s, 0], ends[s, 3] - ends[s, 1])
    return x0, y0, x1, y1, length_m


@jit
def _fill(lattice: Lattice, ends: Floats, owner: Integers) -> tuple[Integers, Floats]:
    stops = np.zeros(lattice.rows * lattice.columns + 1, dtype=np.int64)
    for s in range(len(ends)):
        low, high = rows_across(lattice, ends, s)
        for row in range(low, high + 1):
            first, last = bins_across(lattice, row, ends, s)
            for place in range(row * lattice.columns + first, row * lattice.columns + last + 1):
                stops[place] += 1
    # Filled from the end of each bin, the stops become its starts.
    stops = np.cumsum(stops)
    segments = np.empty((stops[-1], 5))
    for s in range(len(ends) - 1, -1, -1):
        low, high = rows_across(lattice, ends, s)
        for row in range(low, high + 1):
            first, last = bins_across(lattice, row, ends, s)
            for place in range(row * lattice.columns + first, row * lattice.columns + last + 1):
                stops[place] -= 1
                to = stops[place]
                segments[to, 0], segments[to, 1] = ends[s, 0], ends[s, 1]
                segments[to, 2], segments[to, 3] = ends[s, 2], ends[s, 3]
                segments[to, 4] = owner[s]
    return stops, segments


@jit_inline
def squared_distance(ends: Floats, s: int, x: float, y: float) -> float:
    """Squared distance of a point from a segment.

    Parameters
    ----------
    ends : ndarray of float64, shape (k, 4)
        x1, y1, x2, y2; both ends may be one point.
    s : int
        The segment.
    x, y : float

    Returns
    -------
    float

    Examples
    --------
    >>> squared_distance(np.array([[0.0, 0.0, 10.0, 0.0]]), 0, 13.0, 4.0)
    25.0
    """
    from_x, from_y = x - ends[s, 0], y - ends[s, 1]
    to_x, to_y = x - ends[s, 2], y - ends[s, 3]
    along_x, along_y = ends[s, 2] - ends[s, 0], ends[s, 3] - ends[s, 1]
    dot = from_x * along_x + from_y * along_y
    cross = from_x * along_y - from_y * along_x
    squared_length = along_x * along_x + along_y * along_y
    # All three are computed before one is chosen: cheaper than branches nobody can predict.
    start = from_x * from_x + from_y * from_y
    end = to_x * to_x + to_y * to_y
    line = cross * cross / squared_length
    beside = end if dot >= squared_length else line
    return float(start if dot <= 0.0 else beside)


@jit
def nearest_block(
    binned: BinnedSegments,
    x: Floats,
    y: Floats,
    radius_m: float,
    index: Integers,
    distance_m: Floats,
) -> None:
    """Write the owner of the segment nearest to each point, and how far it is.

    Rings of bins around the point are looked at until nothing farther out can be nearer.

    Parameters
    ----------
    binned : BinnedSegments
    x, y : ndarray of float64
    radius_m : float
        Largest distance, itself included.
    index : ndarray of int64
        Holds what covers each point, -1 for nothing; written to where a segment is as near with
        a lower owner, or nearer.
    distance_m : ndarray of float64
        Written to where anything is within the radius.

    Examples
    --------
    >>> segments = Segments(np.array([7]), np.array([[0.0, 0.0, 3.0, 4.0]]))
    >>> index, distance_m = np.array([-1]), np.array([np.nan])
    >>> binned = bin_segments(segments, only_polygons=False)
    >>> nearest_block(binned, np.array([3.0]), np.array([5.0]), 9.0, index, distance_m)
    >>> index, distance_m
    (array([7]), array([1.]))
    """
    # Taken out before the loop: inside, the references to arrays would be counted at every point.
    lattice, stops, segments = binned.lattice, binned.stops, binned.segments
    only_polygons = binned.only_polygons
    best = np.empty(2)
    for i in range(len(x)):
        if not _outside_m(lattice, x[i], y[i]) <= radius_m:
            continue
        # A little more than the radius squared: what rounding leaves open is decided at the end.
        best[0], best[1] = radius_m * radius_m * (1.0 + 1e-12), np.inf
        if index[i] >= 0:
            best[0], best[1] = 0.0, index[i]
            if only_polygons:  # no line or point can be as near with a lower index
                distance_m[i] = 0.0
                continue
        asked = _ask(lattice, x[i], y[i])
        ring = asked.first_ring
        while ring <= asked.last_ring and _may_hold(asked, ring, best[0]):
            _scan_ring(stops, segments, asked, ring, best)
            ring += 1
        if best[1] < np.inf and np.sqrt(best[0]) <= radius_m:
            index[i], distance_m[i] = int(best[1]), np.sqrt(best[0])


@jit
def _outside_m(lattice: Lattice, x: float, y: float) -> float:
    """At least how far a point is from the lattice; NaN for NaN."""
    if not (abs(x) <= 2.0 * FAR_M and abs(y) <= 2.0 * FAR_M):
        return np.nan
    return max(lattice.x0 - x, x - lattice.x1, lattice.y0 - y, y - lattice.y1, 0.0)


@jit_inline
def _ask(lattice: Lattice, x: float, y: float) -> _Asked:
    column = int(np.floor((x - lattice.x0) * lattice.per_m))
    row = int(np.floor((y - lattice.y0) * lattice.per_m))
    right, above = lattice.columns - 1 - column, lattice.rows - 1 - row
    first, last = max(0, -column, -right, -row, -above), max(column, right, row, above)
    in_x, in_y = x - lattice.x0 - column * lattice.size_m, y - lattice.y0 - row * lattice.size_m
    return _Asked(lattice, x, y, column, row, in_x, in_y, first, last)


@jit_inline
def _gap_m(lattice: Lattice, bins: int, within_m: float) -> float:
    """At least how far the bin so many columns or rows away is; 0 for the point's own."""
    if bins == 0:
        return 0.0
    edge_m = lattice.size_m - within_m if bins > 0 else within_m
    return max((abs(bins) - 1) * lattice.size_m + edge_m - lattice.slack_m, 0.0)


@jit_inline
def _may_hold(asked: _Asked, ring: int, squared_m: float) -> bool:
    """Whether anything in a ring, or beyond it, can be as near as this."""
    edge_m = min(
        asked.in_x, asked.in_y, asked.lattice.size_m - asked.in_x, asked.lattice.size_m - asked.in_y
    )
    gap_m = _gap_m(asked.lattice, -ring, edge_m)
    return gap_m * gap_m <= squared_m


@jit_inline
def _scan_ring(stops: Integers, segments: Floats, asked: _Asked, ring: int, best: Floats) -> None:
    low, high = max(-ring, -asked.row), min(ring, asked.lattice.rows - 1 - asked.row)
    for up in range(low, high + 1):
        if abs(up) == ring:
            _scan_run(stops, segments, asked, (up, -ring, ring), best)
        else:
            _scan_run(stops, segments, asked, (up, -ring, -ring), best)
            _scan_run(stops, segments, asked, (up, ring, ring), best)


@jit_inline
def _scan_run(
    stops: Integers, segments: Floats, asked: _Asked, run: tuple[int, int, int], best: Floats
) -> None:
    """Scan bins side by side, `run` telling rows up, first and last column right of the point's."""
    lattice = asked.lattice
    up_m = _gap_m(lattice, run[0], asked.in_y)
    left_over = best[0] - up_m * up_m
    first, last = max(run[1], -asked.column), min(run[2], lattice.columns - 1 - asked.column)
    while first <= last and _gap_m(lattice, first, asked.in_x) ** 2 > left_over:
        first += 1
    while first <= last and _gap_m(lattice, last, asked.in_x) ** 2 > left_over:
        last -= 1
    if first <= last:
        place = (asked.row + run[0]) * lattice.columns + asked.column
        _scan(segments, stops[place + first], stops[place + last + 1], asked, best)


@jit_inline
def _scan(segments: Floats, start: int, stop: int, asked: _Asked, best: Floats) -> None:
    for s in range(start, stop):
        squared, owner = squared_distance(segments, s, asked.x, asked.y), segments[s, 4]
        if squared < best[0] or (squared == best[0] and owner < best[1]):
            best[0], best[1] = squared, owner
