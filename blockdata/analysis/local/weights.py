"""Who is a neighbour of whom: binary weights without the cell itself, as sparse matrices."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import shapely
from scipy.sparse import coo_array, csr_array
from scipy.spatial import cKDTree

from blockdata.analysis.checks import looks_like_degrees, require_numbers
from blockdata.errors import AnalysisError
from blockdata.kernels import OnStreet, StreetNetwork, pairs_within
from blockdata.kernels.blocks import coordinates

__all__ = ["Weights", "checked", "contiguity", "distance_band", "k_nearest", "network_band"]

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
Objects = npt.NDArray[np.object_]
Weights = csr_array[Any, Any]

ROUNDING = 1e-28
"""A variance below this share of the largest square is rounding of numbers that are all alike."""


def contiguity(polygons: npt.ArrayLike, *, rook: bool = False, tolerance_m: float = 0.0) -> Weights:
    """Let cells that touch be neighbours.

    Parameters
    ----------
    polygons : array_like of shapely polygons, shape (n,)
        Metres; null and empty ones have no neighbour.
    rook : bool
        Whether they must share more than single points.
    tolerance_m : float
        Gap across which cells still count as touching.

    Returns
    -------
    csr_array of float64, shape (n, n)
        Ones, symmetric, zero diagonal.

    Raises
    ------
    AnalysisError
        If the coordinates look like degrees.

    Examples
    --------
    >>> cells = [shapely.box(n, 0, n + 1, 1) for n in range(3)]
    >>> contiguity(cells).toarray()[1]
    array([1., 0., 1.])
    """
    shapes: Objects = np.asarray(polygons, dtype=object)
    _refuse_degrees(shapely.get_coordinates(shapes), "contiguity")
    tree = shapely.STRtree(shapes)
    if tolerance_m > 0:
        one, other = tree.query(shapes, predicate="dwithin", distance=tolerance_m)
    else:
        one, other = tree.query(shapes, predicate="intersects")
    one, other = one[one < other], other[one < other]
    if rook:
        reach = shapely.buffer(shapes[one], tolerance_m) if tolerance_m > 0 else shapes[one]
        common = shapely.intersection(reach, shapes[other])
        one, other = (ends[shapely.length(common) > 0] for ends in (one, other))
    return _symmetric(one, other, len(shapes))


def distance_band(x: npt.ArrayLike, y: npt.ArrayLike, radius_m: float) -> Weights:
    """Let points within a distance be neighbours, the distance itself included.

    Parameters
    ----------
    x, y : array_like of float, shape (n,)
        Metres; what has no coordinates has no neighbour.
    radius_m : float

    Returns
    -------
    csr_array of float64, shape (n, n)
        Ones, symmetric, zero diagonal.

    Raises
    ------
    AnalysisError
        If the coordinates look like degrees, or the radius is negative or not finite.

    Examples
    --------
    >>> distance_band([0, 30, 90], [0, 0, 0], 30).toarray().tolist()
    [[0.0, 1.0, 0.0], [1.0, 0.0, 0.0], [0.0, 0.0, 0.0]]
    """
    points = np.column_stack(coordinates(x, y))
    _refuse_degrees(points[np.isfinite(points).all(axis=1)], "distance_band")
    parts = list(pairs_within(x, y, radius_m))
    none = np.empty(0, dtype=np.int64)
    one, other = (np.concatenate([none, *(part[n] for part in parts)]) for n in range(2))
    return _symmetric(one, other, np.size(x))


def k_nearest(x: npt.ArrayLike, y: npt.ArrayLike, k: int) -> Weights:
    """Let the k nearest points of each be its neighbours; not symmetric.

    Parameters
    ----------
    x, y : array_like of float, shape (n,)
        Metres, finite.
    k : int
        At least 1 and less than n. Of points at one distance the lower numbers count.

    Returns
    -------
    csr_array of float64, shape (n, n)
        k ones in each row.

    Raises
    ------
    AnalysisError
        If k is out of bounds, a coordinate is not finite, or they look like degrees.

    Examples
    --------
    >>> k_nearest([0, 1, 5], [0, 0, 0], 1).toarray().tolist()
    [[0.0, 1.0, 0.0], [1.0, 0.0, 0.0], [0.0, 1.0, 0.0]]
    """
    xs, ys = coordinates(x, y)
    if not 1 <= k < len(xs) or not (np.isfinite(xs).all() and np.isfinite(ys).all()):
        raise AnalysisError(
            f"k is {k} for {len(xs)} points, or a point has no coordinates",
            where="k_nearest",
            allowed=f"1 to {len(xs) - 1}, finite coordinates",
        )
    points = np.column_stack([xs, ys])
    _refuse_degrees(points, "k_nearest")
    tree = cKDTree(points)
    reach = np.asarray(tree.query(points, k=k + 1)[0])[:, -1]
    # All within reach of the k-th, so that ties are decided by number and not by the tree.
    near = tree.query_ball_point(points, reach * (1 + 1e-12), return_sorted=True)
    chosen = [_nearest(points, row, np.asarray(others), k) for row, others in enumerate(near)]
    rows = np.repeat(np.arange(len(xs)), k)
    return csr_array((np.ones(len(rows)), (rows, np.concatenate(chosen))), shape=(len(xs),) * 2)


def network_band(streets: StreetNetwork, places: OnStreet, radius_m: float) -> Weights:
    """Let places within a distance along the streets be neighbours, the distance included.

    What lies between a place and its street is not added; a river or a wall without a crossing
    parts what a circle would join.

    Parameters
    ----------
    streets : StreetNetwork
        Metres.
    places : OnStreet, of n places
        As `streets.snap` gave them; a place off the streets has no neighbour.
    radius_m : float

    Returns
    -------
    csr_array of float64, shape (n, n)
        Ones, symmetric, zero diagonal.

    Raises
    ------
    AnalysisError
        If the radius is negative or not finite.

    References
    ----------
    Okabe and Sugihara (2012), Spatial Analysis along Networks, chapter 2.

    Examples
    --------
    >>> bend = shapely.LineString([(0, 0), (100, 0), (100, 10), (0, 10)])
    >>> streets = StreetNetwork([bend])
    >>> places = streets.snap([0, 90, 0], [0, 0, 10], radius_m=5)
    >>> network_band(streets, places, 90).toarray().tolist()
    [[0.0, 1.0, 0.0], [1.0, 0.0, 0.0], [0.0, 0.0, 0.0]]
    """
    none = np.empty(0, dtype=np.int64)
    parts = list(streets.distances(places, places, radius_m))
    one, other = (np.concatenate([none, *(part[n] for part in parts)]) for n in range(2))
    # A way may add up to a last digit more in one direction: either one is enough.
    low, high, count = np.minimum(one, other), np.maximum(one, other), len(places.line)
    pairs = np.unique((low * count + high)[low < high])
    return _symmetric(pairs // max(count, 1), pairs % max(count, 1), count)


def _refuse_degrees(points: Floats, where: str) -> None:
    if looks_like_degrees(points):
        raise AnalysisError(
            "coordinates look like degrees",
            where=where,
            allowed="metres",
            next_step="Project them, for example with GeoDataFrame.to_crs.",
        )


def _nearest(points: Floats, row: int, others: Integers, k: int) -> Integers:
    others = others[others != row]
    apart = np.hypot(*(points[others] - points[row]).T)
    nearest: Integers = others[np.argsort(apart, kind="stable")[:k]]
    return nearest


def _symmetric(one: Integers, other: Integers, count: int) -> Weights:
    rows, columns = np.concatenate([one, other]), np.concatenate([other, one])
    return csr_array(coo_array((np.ones(len(rows)), (rows, columns)), shape=(count, count)))


def checked(values: npt.ArrayLike, weights: Weights) -> tuple[Floats, Weights]:
    """Take values and weights that fit each other.

    Raises
    ------
    AnalysisError
        If shapes differ, a value is no number or not finite, or a weight is negative, not finite
        or on the diagonal.
    """
    numbers = require_numbers(values, "local statistics")
    if getattr(weights, "ndim", 0) != 2:
        raise AnalysisError("weights are no matrix", where="local statistics", allowed="n x n")
    matrix: Weights = csr_array(weights).astype(np.float64)
    if numbers.ndim != 1 or matrix.shape != (len(numbers),) * 2:
        raise AnalysisError(
            f"there are {numbers.shape} values and {matrix.shape} weights",
            where="local statistics",
            allowed="n values and n x n weights",
        )
    if not np.isfinite(numbers).all():
        raise AnalysisError("a value is missing or infinite", where="local statistics")
    # A zero that is stored makes nobody a neighbour.
    matrix.eliminate_zeros()
    sound = np.isfinite(matrix.data) & (matrix.data >= 0)
    if not sound.all() or matrix.diagonal().any():
        raise AnalysisError(
            "a weight is negative, not finite or of a cell with itself",
            where="local statistics",
            next_step="Leave the cell itself out; Gi* adds it.",
        )
    return numbers, matrix
