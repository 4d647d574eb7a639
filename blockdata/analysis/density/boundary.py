"""The rim of a study area as straight segments with the inside on their left."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import shapely

from blockdata.errors import AnalysisError
from blockdata.kernels import bad_polygons
from blockdata.kernels.segments import refuse_degrees, segments_of

__all__ = ["Rim", "near_rim", "points_inside", "rim_of"]

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

_BLOCK = 65_536


class Rim(NamedTuple):
    """A study area: `shape`, `area_m2`, and `ends` (x1, y1, x2, y2 of each segment of its rim)."""

    shape: Any
    area_m2: float
    ends: Floats


def rim_of(area: Any, where: str) -> Rim:
    """Take a study area.

    Parameters
    ----------
    area : shapely Polygon or MultiPolygon
        In a CRS in metres; holes are outside.
    where : str
        Name of the calling function.

    Returns
    -------
    Rim

    Raises
    ------
    AnalysisError
        If it is no valid polygon, is empty, or looks like degrees.

    Examples
    --------
    >>> rim_of(shapely.box(0, 0, 2, 3), "demo").area_m2
    6.0
    """
    given = np.array([area], dtype=object)
    nothing = not shapely.is_geometry(area) or shapely.is_empty(area)
    if nothing or bad_polygons(given).any():
        raise AnalysisError(
            "the study area is no valid polygon with an inside",
            where=where,
            allowed="a polygon or multipolygon in metres",
            next_step="shapely.make_valid mends most.",
        )
    refuse_degrees(given)
    rings = shapely.get_rings(shapely.get_parts(shapely.orient_polygons(given[0])))
    ends = segments_of(np.asarray(rings, dtype=object), np.arange(len(rings))).ends
    return Rim(area, float(shapely.area(area)), ends)


def points_inside(rim: Rim, x: Floats, y: Floats) -> Flags:
    """Tell which points lie in a study area or on its rim.

    Parameters
    ----------
    rim : Rim
    x, y : ndarray of float64, shape (n,)

    Returns
    -------
    ndarray of bool, shape (n,)

    Examples
    --------
    >>> points_inside(rim_of(shapely.box(0, 0, 2, 3), "demo"), np.array([2.0, 3]), np.ones(2))
    array([ True, False])
    """
    shapely.prepare(rim.shape)
    inside = np.empty(len(x), dtype=np.bool_)
    for start in range(0, len(x), _BLOCK):
        own = slice(start, start + _BLOCK)
        inside[own] = shapely.intersects_xy(rim.shape, x[own], y[own])
    return inside


def near_rim(
    rim: Rim, x: Floats, y: Floats, reach_m: float
) -> Iterator[tuple[Integers, Integers, Integers]]:
    """List the segments of the rim within a distance of points, block by block of the points.

    Parameters
    ----------
    rim : Rim
    x, y : ndarray of float64, shape (n,)
    reach_m : float

    Yields
    ------
    points : ndarray of int64, shape (m,)
        Positions of the points that have a segment so near.
    stops : ndarray of int64, shape (m + 1,)
        Where each one's segments begin, and the end.
    segments : ndarray of int64

    Examples
    --------
    >>> rim = rim_of(shapely.box(0, 0, 9, 9), "demo")
    >>> [points.tolist() for points, _, _ in near_rim(rim, np.array([1.0, 5]), np.ones(2) * 5, 2)]
    [[0]]
    """
    tree = shapely.STRtree(shapely.linestrings(rim.ends.reshape(-1, 2, 2)))
    for start in range(0, len(x), _BLOCK):
        own = slice(start, start + _BLOCK)
        points = shapely.points(x[own], y[own])
        point, segment = tree.query(points, predicate="dwithin", distance=reach_m * (1 + 1e-9))
        order = np.lexsort((segment, point))
        near, first = np.unique(point[order], return_index=True)
        stops = np.append(first, len(point)).astype(np.int64)
        yield near.astype(np.int64) + start, stops, segment[order].astype(np.int64)
