"""Points that are given, and the clusters that are handed back."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from blockdata.analysis.checks import looks_like_degrees, require_columns, require_numbers
from blockdata.errors import AnalysisError

__all__ = ["Clusters", "described", "points_of"]

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Clusters:
    """Which point is of which cluster, and what the clusters are.

    Parameters
    ----------
    points : DataFrame
        A row for each point, with the index that was given: cluster (-1: none) and what the method
        tells of each point.
    clusters : DataFrame
        A row for each cluster, by its number: cluster, size (points), places (distinct values of
        the column place, if there was one), x, y (mean of the points), radius_m (from there to the
        farthest), area_m2 and geom (convex hull: a polygon, or a line or point where the points
        lie on one), and what the method tells of each cluster.
    """

    points: pd.DataFrame
    clusters: pd.DataFrame


def points_of(points: pd.DataFrame, where: str) -> Floats:
    """Check a frame of points.

    Parameters
    ----------
    points : DataFrame
        Columns x, y (metres, projected).
    where : str
        Name of the calling function.

    Returns
    -------
    ndarray of float64, shape (n, 2)

    Raises
    ------
    AnalysisError
        If a column or value is missing or not finite, or coordinates look like degrees.

    Examples
    --------
    >>> points_of(pd.DataFrame({"x": [1.0], "y": [2.0]}), "demo")
    array([[1., 2.]])
    """
    require_columns(points, ["x", "y"], where)
    xy = np.ascontiguousarray(require_numbers(points[["x", "y"]], where))
    if not np.isfinite(xy).all():
        raise AnalysisError("a coordinate is not finite", where=where, allowed="metres")
    if looks_like_degrees(xy):
        raise AnalysisError("coordinates look like degrees", where=where, allowed="metres")
    return xy


def described(points: pd.DataFrame, xy: Floats, label: Integers) -> pd.DataFrame:
    """Describe each cluster by its size, its centre and its hull.

    Parameters
    ----------
    points : DataFrame
        With or without a column place.
    xy : ndarray of float64, shape (n, 2)
    label : ndarray of int64, shape (n,)
        Numbers from 0 on without a gap; -1 is no cluster.

    Returns
    -------
    DataFrame

    Examples
    --------
    >>> xy = np.array([[0.0, 0], [4, 0], [9, 9]])
    >>> described(pd.DataFrame(xy), xy, np.array([0, 0, -1]))[["size", "x", "radius_m"]].iloc[0]
    size        2.0
    x           2.0
    radius_m    2.0
    Name: 0, dtype: float64
    """
    inside = np.flatnonzero(label >= 0)
    own = label[inside]
    # By cluster, then by place: sums do not follow the order of rows.
    order = np.lexsort((xy[inside, 1], xy[inside, 0], own))
    inside, own = inside[order], own[order]
    count = int(own.max(initial=-1)) + 1
    size = np.bincount(own, minlength=count)
    x, y = (np.bincount(own, weights=xy[inside, axis], minlength=count) / size for axis in (0, 1))
    radius = np.zeros(count)
    np.maximum.at(radius, own, np.hypot(xy[inside, 0] - x[own], xy[inside, 1] - y[own]))
    hull = np.empty(0, dtype=object)
    if count:
        hull = shapely.convex_hull(shapely.multipoints(shapely.points(xy[inside]), indices=own))
    found = pd.DataFrame({"cluster": np.arange(count), "size": size})
    if "place" in points.columns:
        places = points["place"].iloc[inside].groupby(own).nunique()
        found["places"] = places.reindex(range(count), fill_value=0).to_numpy(np.int64)
    shape = {"area_m2": shapely.area(hull), "geom": pd.Series(hull, dtype=object)}
    return found.assign(x=x, y=y, radius_m=radius, **shape)
