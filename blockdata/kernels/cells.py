"""Which polygon covers a point."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

from blockdata.errors import AnalysisError

__all__ = ["bad_polygons", "cells_of_points"]

# Candidate pairs of one block are held at once; this bounds them, whatever the number of points.
_BLOCK = 131_072
_POLYGONAL = (shapely.GeometryType.POLYGON.value, shapely.GeometryType.MULTIPOLYGON.value)


def cells_of_points(
    x: npt.ArrayLike, y: npt.ArrayLike, polygons: npt.NDArray[np.object_]
) -> npt.NDArray[np.int64]:
    """Find, for each point, the polygon that covers it.

    A polygon covers the points inside it and on its border (outer ring and rims of holes).
    Where several polygons cover a point (a shared border, an overlap), the lowest index wins.

    Parameters
    ----------
    x, y : array_like of float, shape (n,)
        Coordinates in metres, in the CRS of the polygons.
    polygons : ndarray of shapely geometries, shape (m,)
        Valid polygons or multipolygons. None and empty geometries cover nothing.

    Returns
    -------
    ndarray of int64, shape (n,)
        Index of the covering polygon; -1 for points that none covers and for NaN or infinite
        coordinates.

    Raises
    ------
    AnalysisError
        If x and y differ in length, or a geometry is not polygonal or not valid.

    Examples
    --------
    >>> import numpy as np, shapely
    >>> cells = np.array([shapely.box(0, 0, 10, 10), shapely.box(10, 0, 20, 10)])
    >>> cells_of_points([5, 10, 15, 30], [5, 5, 5, 5], cells)
    array([ 0,  0,  1, -1])
    """
    xs, ys = np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)
    if xs.ndim != 1 or xs.shape != ys.shape:
        raise AnalysisError(
            f"x has shape {xs.shape} and y has shape {ys.shape}", allowed="two equal 1-d arrays"
        )
    cells = _usable(polygons)
    tree = shapely.STRtree(cells)
    found = np.full(xs.shape, -1, dtype=np.int64)
    for start in range(0, len(xs), _BLOCK):
        block = slice(start, start + _BLOCK)
        found[block] = _cells_of_block(xs[block], ys[block], cells, tree)
    return found


def bad_polygons(geometries: npt.NDArray[np.object_]) -> npt.NDArray[np.bool_]:
    """Tell which geometries no point can be tested against.

    Parameters
    ----------
    geometries : ndarray of shapely geometries
        Any geometries; None and empty ones are nothing, and therefore not bad.

    Returns
    -------
    ndarray of bool
        True for what is there and is not a valid polygon or multipolygon.

    Examples
    --------
    >>> import numpy as np, shapely
    >>> bow_tie = shapely.Polygon([(0, 0), (1, 1), (1, 0), (0, 1)])
    >>> bad_polygons(np.array([bow_tie, shapely.Point(0, 0), shapely.box(0, 0, 1, 1), None]))
    array([ True,  True, False, False])
    """
    polygonal = np.isin(shapely.get_type_id(geometries), _POLYGONAL)
    nothing = shapely.is_missing(geometries) | shapely.is_empty(geometries)
    with np.errstate(invalid="ignore"):  # NaN in a geometry makes it bad, and is no news
        bad: npt.NDArray[np.bool_] = ~nothing & ~(polygonal & shapely.is_valid(geometries))
    return bad


def _usable(polygons: npt.NDArray[np.object_]) -> npt.NDArray[np.object_]:
    """Return prepared copies of the polygons; refuse what no point can be tested against."""
    given = np.asarray(polygons, dtype=object)
    bad = bad_polygons(given)
    if bad.any():
        raise AnalysisError(
            f"{int(bad.sum())} geometries are not valid polygons, first at index {bad.argmax()}",
            allowed="valid polygons and multipolygons",
            next_step="Run blockdata.grid.check_layer to list and locate them.",
        )
    # Preparing alters a geometry object in place, so the caller's objects are not the ones used.
    cells: npt.NDArray[np.object_] = shapely.transform(given, lambda coordinates: coordinates)
    shapely.prepare(cells)
    return cells


def _cells_of_block(
    x: npt.NDArray[np.float64],
    y: npt.NDArray[np.float64],
    cells: npt.NDArray[np.object_],
    tree: Any,
) -> npt.NDArray[np.int64]:
    nobody = len(cells)
    lowest = np.full(len(x), nobody, dtype=np.int64)
    finite = np.flatnonzero(np.isfinite(x) & np.isfinite(y))
    point, cell = tree.query(shapely.points(x[finite], y[finite]))
    point = finite[point]
    # For a point and a polygon, "intersects" and "covers" are the same predicate.
    covered = shapely.intersects_xy(cells[cell], x[point], y[point])
    np.minimum.at(lowest, point[covered], cell[covered])
    lowest[lowest == nobody] = -1
    return lowest
