"""Which point of a set is nearest."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.spatial import cKDTree

from blockdata.errors import AnalysisError

__all__ = ["nearest_within"]

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

_BLOCK = 131_072
# The tree's distances may differ from ours in the last bits; what lies closer together than this
# is compared again with one formula.
_SLACK = 1 + 1e-9
_TINY_M = 1e-100


def nearest_within(
    x: npt.ArrayLike,
    y: npt.ArrayLike,
    points_x: npt.ArrayLike,
    points_y: npt.ArrayLike,
    radius_m: float,
) -> tuple[Integers, Floats]:
    """Find, for each place asked, the nearest of a set of points within a distance.

    Distances are Euclidean. Of points equally near, the lowest index wins. A point at exactly
    `radius_m` is within.

    Parameters
    ----------
    x, y : array_like of float, shape (n,)
        Places asked, in metres. NaN or infinite coordinates have no nearest point.
    points_x, points_y : array_like of float, shape (m,)
        The points to choose from, in the same CRS. Those with NaN or infinite coordinates are
        never chosen.
    radius_m : float
        Largest distance in metres, finite and not negative.

    Returns
    -------
    index : ndarray of int64, shape (n,)
        Index into the points, -1 where none is within the radius.
    distance_m : ndarray of float64, shape (n,)
        Distance in metres, NaN where none is within the radius.

    Raises
    ------
    AnalysisError
        If `radius_m` is negative or not finite, or coordinate arrays differ in length.

    Examples
    --------
    >>> index, distance_m = nearest_within([0, 50], [0, 0], [3, -3], [4, 4], radius_m=10)
    >>> index, distance_m
    (array([ 0, -1]), array([ 5., nan]))
    """
    if not (np.isfinite(radius_m) and radius_m >= 0):
        raise AnalysisError(f"radius_m is {radius_m}", allowed="a finite number of metres >= 0")
    asked, points = _pairs(x, y, "x, y"), _pairs(points_x, points_y, "points_x, points_y")
    index = np.full(len(asked), -1, dtype=np.int64)
    distance_m = np.full(len(asked), np.nan)
    finite = np.flatnonzero(np.isfinite(points).all(axis=1))
    if not len(finite):
        return index, distance_m
    # Of points on one spot only the first can be the answer: keep that one, so that spots with
    # many points (flats of one building) cause no ties.
    distinct, first = np.unique(points[finite], axis=0, return_index=True)
    tree = cKDTree(distinct)
    for start in range(0, len(asked), _BLOCK):
        block = slice(start, start + _BLOCK)
        index[block], distance_m[block] = _nearest_of_block(
            asked[block], tree, finite[first], radius_m
        )
    return index, distance_m


def _pairs(x: npt.ArrayLike, y: npt.ArrayLike, name: str) -> Floats:
    xs, ys = np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)
    if xs.ndim != 1 or xs.shape != ys.shape:
        raise AnalysisError(
            f"shapes are {xs.shape} and {ys.shape}", where=name, allowed="two equal 1-d arrays"
        )
    return np.column_stack([xs, ys])


def _nearest_of_block(
    asked: Floats, tree: cKDTree, original: Integers, radius_m: float
) -> tuple[Integers, Floats]:
    """Nearest distinct point of each place; `original` maps tree positions to given indices."""
    index = np.full(len(asked), -1, dtype=np.int64)
    squared = np.full(len(asked), np.inf)
    finite = np.flatnonzero(np.isfinite(asked).all(axis=1))
    # The tree looks strictly below its bound, which for a radius of 0 would find nothing.
    bound = radius_m * _SLACK + _TINY_M
    found = tree.query(asked[finite], k=[1, 2], distance_upper_bound=bound)
    near_m, near = np.asarray(found[0]), np.asarray(found[1])
    some = np.isfinite(near_m[:, 0])
    tied = some & (near_m[:, 1] <= near_m[:, 0] * _SLACK)
    alone = some & ~tied
    index[finite[alone]] = original[near[alone, 0]]
    squared[finite[alone]] = _squared(asked[finite[alone]], tree.data[near[alone, 0]])
    place = finite[tied]
    index[place], squared[place] = _break_ties(asked[place], tree, original, near_m[tied, 0])
    distance_m = np.sqrt(squared)
    outside = ~(distance_m <= radius_m)
    index[outside], distance_m[outside] = -1, np.nan
    return index, distance_m


def _break_ties(
    asked: Floats, tree: cKDTree, original: Integers, near_m: Floats
) -> tuple[Integers, Floats]:
    """Compare all points about as near as the nearest with one formula; lowest index wins."""
    balls = tree.query_ball_point(asked, near_m * _SLACK)
    sizes = np.fromiter(map(len, balls), dtype=np.int64, count=len(balls))
    candidate = np.fromiter((i for ball in balls for i in ball), dtype=np.int64, count=sizes.sum())
    place = np.repeat(np.arange(len(asked)), sizes)
    squared = _squared(asked[place], tree.data[candidate])
    order = np.lexsort((original[candidate], squared, place))
    best = order[np.searchsorted(place[order], np.arange(len(asked)))]
    return original[candidate[best]], squared[best]


def _squared(a: Floats, b: Floats) -> Floats:
    squared: Floats = ((a - b) ** 2).sum(axis=1)
    return squared
