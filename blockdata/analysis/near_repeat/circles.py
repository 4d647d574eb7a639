"""How much of a circle around an event lies in the study area, and sums weighted by it."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from blockdata.kernels.jit import jit

__all__ = ["circle_weights", "weigh_pairs"]

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
Int32s = npt.NDArray[np.int32]

_LEAST_SHARE = 0.01


@jit
def circle_weights(
    centre: Int32s,
    other: Int32s,
    xy: tuple[Floats, Floats],
    near: tuple[Integers, Integers],
    ends: Floats,
) -> Floats:
    """Return Ripley's weights: 1 over the share of the circle through the other in the area.

    Parameters
    ----------
    centre, other : ndarray of int32, shape (m,)
        The events of each pair, both in the area.
    xy : tuple of two ndarrays of float64, shape (n,)
    near : tuple of two ndarrays of int64
        Where the segments near each event begin, and the end; the segments.
    ends : ndarray of float64, shape (k, 4)
        Segments of the area's rim, the inside on their left.

    Returns
    -------
    ndarray of float64, shape (m,)
        From 1 to 100.

    Examples
    --------
    >>> ends = np.array([[0.0, -9, 0, 9]])  # the inside lies to the west
    >>> xy, near = (np.array([-1.0, -3]), np.zeros(2)), (np.array([0, 1, 1]), np.array([0]))
    >>> one, other = np.array([0], np.int32), np.array([1], np.int32)
    >>> circle_weights(one, other, xy, near, ends).round(6)  # a third of the circle is outside
    array([1.5])
    """
    weights = np.ones(len(centre))
    x, y = xy
    stops, segments = near
    for pair in range(len(centre)):
        i, j = centre[pair], other[pair]
        if stops[i] < stops[i + 1]:
            across, along = x[j] - x[i], y[j] - y[i]
            squared = across * across + along * along
            own = segments[stops[i] : stops[i + 1]]
            weights[pair] = 1 / _share_inside(x[i], y[i], squared, ends, own)
    return weights


@jit
def _share_inside(x: float, y: float, squared: float, ends: Floats, segments: Integers) -> float:
    """Add up the angles at which the circle leaves the area, less those at which it comes in.

    Whether an end of a segment is in the circle is decided once for the two segments that meet
    there, so that crossings always come in pairs.
    """
    total, crossed = 0.0, False
    for s in segments:
        ax, ay, bx, by = ends[s, 0] - x, ends[s, 1] - y, ends[s, 2] - x, ends[s, 3] - y
        a_in, b_in = ax * ax + ay * ay <= squared, bx * bx + by * by <= squared
        if a_in and b_in:
            continue
        dx, dy = bx - ax, by - ay
        length, towards = dx * dx + dy * dy, ax * dx + ay * dy
        inner = towards * towards - length * (ax * ax + ay * ay - squared)
        if a_in == b_in and not (inner > 0 and 0 < -towards < length):
            continue
        root = np.sqrt(max(inner, 0.0))
        crossed = True
        if not a_in:  # the segment comes into the circle: along the circle, out of the area
            t = (-towards - root) / length
            total += np.arctan2(ay + t * dy, ax + t * dx)
        if not b_in:
            t = (-towards + root) / length
            total -= np.arctan2(ay + t * dy, ax + t * dx)
    share = (total % (2 * np.pi)) / (2 * np.pi)
    # The other event lies on the circle and in the area: nothing inside is rounding of all.
    if not crossed or share < 1e-9:
        return 1.0
    return max(share, _LEAST_SHARE)


@jit
def weigh_pairs(
    pairs: tuple[Int32s, Int32s, Int32s],
    weights: tuple[Floats, Floats],
    day: npt.NDArray[np.float32],
    days: tuple[Integers, int],
    sums: Floats,
) -> None:
    """Add up the weights of pairs by distance band and day band, for one order of the days.

    Parameters
    ----------
    pairs : tuple of three ndarrays of int32
        First event, second event, distance band.
    weights : tuple of two ndarrays of float64
        Of each pair, around its first event and around its second.
    day : ndarray of float32, shape (n,)
        Days since the period's first.
    days : tuple of ndarray of int64 and int
        Number of the band of each difference in days; days of the period.
    sums : ndarray of float64, shape (bands, day bands)
        Added to in place.

    Examples
    --------
    >>> pair = tuple(np.array([n], dtype=np.int32) for n in (0, 1, 0))
    >>> sums = np.zeros((1, 1))
    >>> days = np.array([0, 2], dtype=np.float32)  # of a week: 2 before day 0 is not in it
    >>> weigh_pairs(pair, (np.ones(1), np.ones(1)), days, (np.zeros(4, dtype=np.int64), 7), sums)
    >>> sums
    array([[3.]])
    """
    first, second, band = pairs
    table, period = days
    for pair in range(len(first)):
        one, other = int(day[first[pair]]), int(day[second[pair]])
        apart = abs(one - other)
        if apart < len(table):
            around_one = 1.0 if one >= apart and one + apart < period else 2.0
            around_other = 1.0 if other >= apart and other + apart < period else 2.0
            sums[band[pair], table[apart]] += (
                weights[0][pair] * around_one + weights[1][pair] * around_other
            )
