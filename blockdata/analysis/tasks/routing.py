"""The order in which stops are walked: exact where they are few, 2-opt and Or-opt where not."""

from __future__ import annotations

from functools import cache
from itertools import permutations

import numpy as np
import numpy.typing as npt

from blockdata.errors import AnalysisError

__all__ = ["MOST_EXACT", "route_length_m", "shortest_order"]

MOST_EXACT = 7
"""Up to so many stops all orders are compared."""

_SEGMENT = 3
_LEAST_GAIN_M = 1e-6

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]


def shortest_order(distance_m: npt.ArrayLike) -> Integers:
    """Order stops so that the way from the start through all of them is short.

    The way ends at the last stop. Up to `MOST_EXACT` stops it is the shortest of all, of equally
    short ones the first in the order of the rows. Beyond, nearest neighbour and the order of the
    rows are each improved by 2-opt and Or-opt (stretches of up to three stops, either way round),
    always by the move that saves most, until none saves; the shorter of the two is taken, nearest
    neighbour where they are equal. So it is never longer than the order of the rows.

    Parameters
    ----------
    distance_m : array_like of float, shape (n + 1, n + 1)
        Symmetric, >= 0; the first row and column are the start, then the stops.

    Returns
    -------
    ndarray of int64, shape (n,)
        Positions of the stops, from 0.

    Raises
    ------
    AnalysisError
        If the matrix is not square, or a distance is negative or no number.

    References
    ----------
    Croes, G. A. (1958). A method for solving traveling-salesman problems. Operations Research 6,
    791-812 (2-opt). Or, I. (1976). Traveling salesman-type combinatorial problems and their
    relation to the logistics of regional blood banking. Northwestern University (Or-opt).

    Examples
    --------
    >>> at = np.array([0.0, 30.0, 10.0, 20.0])
    >>> shortest_order(abs(at[:, None] - at))
    array([1, 2, 0])
    """
    distance = _checked(distance_m)
    stops = len(distance) - 1
    if stops <= MOST_EXACT:
        return _best_of_all(distance, stops)
    # A last place that is no way from anywhere makes the open way one between two fixed ends.
    padded = np.zeros((stops + 2, stops + 2))
    padded[:-1, :-1] = distance
    found = [_improved(order, padded) for order in (_nearest_next(distance), np.arange(stops))]
    lengths = [route_length_m(distance, order) for order in found]
    return found[0] if lengths[0] <= lengths[1] else found[1]


def route_length_m(distance_m: npt.ArrayLike, order: npt.ArrayLike) -> float:
    """Return the length of the way from the start through the stops in an order.

    Parameters
    ----------
    distance_m : array_like, shape (n + 1, n + 1)
    order : array_like of int
        Positions of stops, from 0.

    Examples
    --------
    >>> at = np.array([0.0, 30.0, 10.0])
    >>> route_length_m(abs(at[:, None] - at), [0, 1])
    50.0
    """
    way = np.concatenate([[0], np.asarray(order, dtype=np.int64) + 1])
    return float(np.asarray(distance_m, dtype=np.float64)[way[:-1], way[1:]].sum())


def _checked(distance_m: npt.ArrayLike) -> Floats:
    distance = np.asarray(distance_m, dtype=np.float64)
    square = distance.ndim == 2 and distance.shape[0] == distance.shape[1] > 0
    if not square or not np.isfinite(distance).all() or (distance < 0).any():
        raise AnalysisError(
            "no matrix of distances", where="shortest_order", allowed="square, finite, 0 and more"
        )
    return distance


@cache
def _orders(stops: int) -> Integers:
    listed = list(permutations(range(stops)))
    return np.array(listed, dtype=np.int64).reshape(len(listed), stops)


def _best_of_all(distance: Floats, stops: int) -> Integers:
    orders = _orders(stops)
    ways = np.column_stack([np.zeros(len(orders), dtype=np.int64), orders + 1])
    length = distance[ways[:, :-1], ways[:, 1:]].sum(axis=1)
    # Sums in another order differ in their last digits: what is equal so far is equal.
    best: Integers = orders[int(np.argmax(length <= length.min() + _LEAST_GAIN_M))].copy()
    return best


def _nearest_next(distance: Floats) -> Integers:
    left = np.ones(len(distance), dtype=bool)
    at, order = 0, []
    left[0] = False
    while left.any():
        at = int(np.argmin(np.where(left, distance[at], np.inf)))
        left[at] = False
        order.append(at - 1)
    return np.array(order, dtype=np.int64)


def _improved(order: Integers, padded: Floats) -> Integers:
    way = np.concatenate([[0], order + 1, [len(order) + 1]])
    while True:
        legs = padded[np.ix_(way, way)]
        moves = [_best_turn(legs), _best_shift(legs)]
        saved, moved = min(moves, key=lambda move: move[0])
        if saved > -_LEAST_GAIN_M:
            return way[1:-1] - 1
        way = way[moved]


def _best_turn(legs: Floats) -> tuple[float, Integers]:
    """Return what the best turn of a stretch adds (negative), and the way after it (2-opt)."""
    leg = np.diagonal(legs, 1)
    added = legs[:-2, 1:-1] + legs[1:-1, 2:] - leg[:-1, None] - leg[None, 1:]
    added = np.where(np.triu(np.ones_like(added, dtype=bool), 1), added, np.inf)
    first, last = np.unravel_index(int(np.argmin(added)), added.shape)
    way = np.arange(len(legs))
    way[first + 1 : last + 2] = way[first + 1 : last + 2][::-1]
    return float(added[first, last]), way


def _best_shift(legs: Floats) -> tuple[float, Integers]:
    """Return what the best shift of up to three stops adds, and the way after it (Or-opt)."""
    count, leg = len(legs), np.diagonal(legs, 1)
    best, found = np.inf, (1, 1, 0, False)
    for size in range(1, _SEGMENT + 1):
        for first in range(1, count - size):
            last = first + size - 1
            saved = leg[first - 1] + leg[last] - legs[first - 1, last + 1]
            straight = legs[:-1, first] + legs[last, 1:] - leg
            turned = legs[:-1, last] + legs[first, 1:] - leg
            added = np.minimum(straight, turned) - saved
            added[first - 1 : last + 1] = np.inf
            at = int(np.argmin(added))
            if added[at] < best - _LEAST_GAIN_M:
                best = float(added[at])
                found = (first, last, at, bool(turned[at] < straight[at]))
    first, last, at, turn = found
    moved, rest = np.arange(first, last + 1), np.delete(np.arange(count), np.s_[first : last + 1])
    place = int(np.searchsorted(rest, at, side="right"))
    return best, np.concatenate([rest[:place], moved[::-1] if turn else moved, rest[place:]])
