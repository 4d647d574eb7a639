"""Where on a segment the foot of a point is, and on which side of the line the point lies."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from blockdata.kernels.jit import jit
from blockdata.kernels.orientation import orientation
from blockdata.kernels.segments import Segments

__all__ = ["neighbours_of", "place_on_segments"]

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
Int8s = npt.NDArray[np.int8]


def neighbours_of(segments: Segments) -> Integers:
    """Find the segments before and after each on its line.

    Parameters
    ----------
    segments : Segments
        In the direction of their lines, line by line, none of length zero.

    Returns
    -------
    ndarray of int64, shape (k, 2)
        Before and after; the segment itself at an end of its line. A closed line has no ends.

    Examples
    --------
    >>> ends = np.array([[0.0, 0.0, 4.0, 0.0], [4.0, 0.0, 4.0, 3.0], [9.0, 9.0, 8.0, 8.0]])
    >>> neighbours_of(Segments(np.array([0, 0, 0]), ends))
    array([[0, 1],
           [0, 1],
           [2, 2]])
    """
    owner, ends = segments
    meets = (owner[1:] == owner[:-1]) & (ends[1:, :2] == ends[:-1, 2:]).all(axis=1)
    place = np.arange(len(owner))
    before, after = place.copy(), place.copy()
    before[1:][meets] -= 1
    after[:-1][meets] += 1
    first, last = np.flatnonzero(before == place), np.flatnonzero(after == place)
    closed = (first < last) & (ends[first, :2] == ends[last, 2:]).all(axis=1)
    before[first[closed]], after[last[closed]] = last[closed], first[closed]
    return np.column_stack([before, after])


@jit
def place_on_segments(
    ends: Floats,
    neighbours: Integers,
    points: tuple[Floats, Floats],
    segment: Integers,
    on_segment_m: Floats,
    side: Int8s,
) -> None:
    """Write how far along its segment the foot of each point is, and the side of the point.

    Parameters
    ----------
    ends : ndarray of float64, shape (k, 4)
        x1, y1, x2, y2 of the segments, in the direction of their lines.
    neighbours : ndarray of int64, shape (k, 2)
        The segment before and after each, as `neighbours_of` gives them.
    points : tuple of ndarray of float64
        x and y.
    segment : ndarray of int64
        The nearest segment of each point; a point with -1 is passed over.
    on_segment_m : ndarray of float64
        Written to: distance of the foot from the segment's start.
    side : ndarray of int8
        Written to: 1 left of the line, -1 right, 0 on it or on its prolongation.

    Examples
    --------
    >>> on_segment_m, side = np.empty(1), np.zeros(1, dtype=np.int8)
    >>> line = Segments(np.array([0]), np.array([[0.0, 0.0, 10.0, 0.0]]))
    >>> point = (np.array([4.0]), np.array([3.0]))
    >>> place_on_segments(
    ...     line.ends, neighbours_of(line), point, np.array([0]), on_segment_m, side
    ... )
    >>> on_segment_m, side
    (array([4.]), array([1], dtype=int8))
    """
    x, y = points
    for i in range(len(x)):
        s = segment[i]
        if s < 0:
            continue
        across, along = ends[s, 2] - ends[s, 0], ends[s, 3] - ends[s, 1]
        squared_m = across * across + along * along
        dot = (x[i] - ends[s, 0]) * across + (y[i] - ends[s, 1]) * along
        length_m = np.sqrt(squared_m)
        on_segment_m[i] = min(max(dot / length_m, 0.0), length_m)
        first, second = s, s
        if dot <= 0.0:
            first = neighbours[s, 0]
        elif dot >= squared_m:
            second = neighbours[s, 1]
        side[i] = _side(ends, first, second, x[i], y[i])


@jit
def _side(ends: Floats, first: int, second: int, x: float, y: float) -> int:
    """Side of a point whose foot is on one segment, or on the corner of two.

    Beside a corner the point may be left of one segment and right of the other; it lies on the
    corner's outside, which is right of a left turn and left of a right turn.
    """
    x1, y1, x2, y2 = ends[first, 0], ends[first, 1], ends[first, 2], ends[first, 3]
    side = orientation(x1, y1, x2, y2, x, y)
    if first == second:
        return side
    turn = orientation(x1, y1, x2, y2, ends[second, 2], ends[second, 3])
    return side if turn == 0 or (x == x2 and y == y2) else -turn
