"""Density clusters of points: DBSCAN on metres.

References
----------
Ester, M., Kriegel, H.-P., Sander, J., Xu, X. (1996). A density-based algorithm for discovering
clusters in large spatial databases with noise. KDD-96, 226-231.
Gunawan, A. (2013). A faster algorithm for DBSCAN. Master's thesis, TU Eindhoven.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from blockdata.errors import AnalysisError
from blockdata.kernels.bins import PointBins, bin_points, count_near, first_pointers, run_of_row
from blockdata.kernels.blocks import coordinates, each_block, non_negative_m
from blockdata.kernels.jit import jit, jit_inline

__all__ = ["dbscan"]

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

_BLOCK = 1 << 12
# Two points of one bin are near each other whatever rounding does, and bins within reach of two
# hold every point that is near.
_REACH = 2
_BIN_OF_EPS = (1 - 1e-6) / np.sqrt(2)


def dbscan(
    x: npt.ArrayLike, y: npt.ArrayLike, eps_m: float, min_points: int
) -> tuple[Integers, Flags]:
    """Find the density clusters of points.

    A point with at least `min_points` points within `eps_m`, itself included, is a core point;
    core points within `eps_m` of each other are of one cluster. Clusters are numbered by their
    first core point in the input. A point that is no core point but has one within `eps_m` is a
    border point and goes to the cluster with the lowest number among those. These are the labels
    that scikit-learn gives, number for number.

    Parameters
    ----------
    x, y : array_like of float, shape (n,)
        Coordinates in metres. Points with null, NaN or infinite coordinates, or beyond a million
        kilometres, are noise.
    eps_m : float
        Radius of the neighbourhood in metres, above 0, itself included: points are near if
        dx * dx + dy * dy <= eps_m * eps_m in doubles.
    min_points : int
        At least 1.

    Returns
    -------
    label : ndarray of int64, shape (n,)
        Number of the cluster, -1 for noise.
    core : ndarray of bool, shape (n,)
        Whether the point is a core point.

    Raises
    ------
    AnalysisError
        If `eps_m` or `min_points` cannot be used, x and y differ in length, or the points are
        spread over more than half a billion times `eps_m`.

    Examples
    --------
    >>> label, core = dbscan([0, 1, 2, 50], [0, 0, 0, 0], eps_m=1, min_points=3)
    >>> label, core
    (array([ 0,  0,  0, -1]), array([False,  True, False, False]))
    """
    if not non_negative_m(eps_m, "eps_m") > 0:
        raise AnalysisError(f"eps_m is {eps_m}", allowed="metres above 0")
    if min_points < 1:
        raise AnalysisError(f"min_points is {min_points}", allowed="1 or more")
    xs, ys = coordinates(x, y)
    bins = bin_points(xs, ys, eps_m * _BIN_OF_EPS, _REACH)
    squared_m = float(eps_m) * float(eps_m)
    label, core = np.full(len(xs), -1, dtype=np.int64), np.zeros(len(xs), dtype=np.bool_)
    dense = np.zeros(len(bins.order), dtype=np.bool_)
    _each_block(bins, lambda a, b: _find_core(bins, a, b, squared_m, min_points, dense))
    cluster = _number(bins, dense, _joined(bins, dense, squared_m))
    of_point = np.repeat(cluster, np.diff(bins.stops))
    of_point[~dense] = -1
    label[bins.order], core[bins.order] = of_point, dense
    _each_block(bins, lambda a, b: _label_borders(bins, (a, b), squared_m, dense, cluster, label))
    return label, core


def _each_block(bins: PointBins, work: Callable[[int, int], None]) -> None:
    each_block(len(bins.key), work, block=_BLOCK)


@jit
def _find_core(
    bins: PointBins, first: int, last: int, squared_m: float, min_points: int, dense: Flags
) -> None:
    x, y, key, stops, stride = bins.x, bins.y, bins.key, bins.stops, bins.stride
    pointers = first_pointers(key, stride, _REACH, first)
    starts, ends = np.empty(5, dtype=np.int64), np.empty(5, dtype=np.int64)
    for bin_ in range(first, last):
        if stops[bin_ + 1] - stops[bin_] >= min_points:
            dense[stops[bin_] : stops[bin_ + 1]] = True
            continue
        for row in range(5):
            low, high = run_of_row(key, pointers, stride, _REACH, bin_, row - _REACH)
            starts[row], ends[row] = stops[low], stops[high]
        for i in range(stops[bin_], stops[bin_ + 1]):
            count, row = 0, 0
            while row < 5 and count < min_points:
                count += count_near(x, y, i, starts[row], ends[row], squared_m)
                row += 1
            dense[i] = count >= min_points


@jit
def _joined(bins: PointBins, dense: Flags, squared_m: float) -> Integers:
    """Join bins whose core points are near; return a bin of the same cluster for each."""
    x, y, key, stops, stride = bins.x, bins.y, bins.key, bins.stops, bins.stride
    parent = np.arange(len(key))
    if not len(key):
        return parent
    pointers = first_pointers(key, stride, _REACH, 0)
    for bin_ in range(len(key)):
        for up in range(_REACH + 1):
            low, high = run_of_row(key, pointers, stride, _REACH, bin_, up)
            for other in range(max(low, bin_ + 1), high):
                one_root, other_root = _root(parent, bin_), _root(parent, other)
                if one_root != other_root and _touch(
                    x,
                    y,
                    dense,
                    (stops[bin_], stops[bin_ + 1]),
                    (stops[other], stops[other + 1]),
                    squared_m,
                ):
                    parent[max(one_root, other_root)] = min(one_root, other_root)
    for bin_ in range(len(key)):
        parent[bin_] = _root(parent, bin_)
    return parent


@jit_inline
def _root(parent: Integers, bin_: int) -> int:
    while parent[bin_] != bin_:
        parent[bin_] = parent[parent[bin_]]
        bin_ = parent[bin_]
    return bin_


@jit
def _touch(
    x: Floats,
    y: Floats,
    dense: Flags,
    one: tuple[int, int],
    other: tuple[int, int],
    squared_m: float,
) -> bool:
    for i in range(one[0], one[1]):
        if dense[i]:
            for j in range(other[0], other[1]):
                across, along = x[j] - x[i], y[j] - y[i]
                if dense[j] and across * across + along * along <= squared_m:
                    return True
    return False


def _number(bins: PointBins, dense: Flags, joined: Integers) -> Integers:
    """Number the clusters by their first core point; return the number of each bin's cluster."""
    never = np.iinfo(np.int64).max
    first = np.full(len(joined), never)
    core_bin = np.repeat(np.arange(len(joined)), np.diff(bins.stops))[dense]
    np.minimum.at(first, joined[core_bin], bins.order[dense])
    roots = np.flatnonzero(first < never)
    number = np.full(len(joined), -1, dtype=np.int64)
    number[roots[np.argsort(first[roots])]] = np.arange(len(roots))
    return number[joined]


@jit
def _label_borders(
    bins: PointBins,
    span: tuple[int, int],
    squared_m: float,
    dense: Flags,
    cluster: Integers,
    label: Integers,
) -> None:
    x, y, key, stops, order, stride = (
        bins.x,
        bins.y,
        bins.key,
        bins.stops,
        bins.order,
        bins.stride,
    )
    pointers = first_pointers(key, stride, _REACH, span[0])
    for bin_ in range(span[0], span[1]):
        if dense[stops[bin_] : stops[bin_ + 1]].all():
            continue
        for up in range(-_REACH, _REACH + 1):
            low, high = run_of_row(key, pointers, stride, _REACH, bin_, up)
            for other in range(low, high):
                if cluster[other] < 0:
                    continue
                run = (stops[other], stops[other + 1])
                for i in range(stops[bin_], stops[bin_ + 1]):
                    lower = label[order[i]] < 0 or cluster[other] < label[order[i]]
                    if lower and not dense[i] and _touches(x, y, dense, i, run, squared_m):
                        label[order[i]] = cluster[other]


@jit_inline
def _touches(
    x: Floats, y: Floats, dense: Flags, i: int, run: tuple[int, int], squared_m: float
) -> bool:
    for j in range(run[0], run[1]):
        across, along = x[j] - x[i], y[j] - y[i]
        if dense[j] and across * across + along * along <= squared_m:
            return True
    return False
