"""Which feature is nearest: points, lines and polygons of one set."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import shapely

from blockdata.kernels.blocks import at_once, coordinates, each_block, non_negative_m
from blockdata.kernels.cells import locate_block
from blockdata.kernels.lattice import tiled_order
from blockdata.kernels.raster import raster_of
from blockdata.kernels.search import bin_segments, nearest_block
from blockdata.kernels.segments import (
    POLYGONAL,
    Segments,
    bad_polygons,
    boundary_segments,
    refuse,
    refuse_degrees,
    refuse_far,
    segments_of,
    upward,
)

__all__ = ["FeatureIndex", "nearest_within"]

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
Objects = npt.NDArray[np.object_]

# Points are answered in the order of the ground, a large block of them at a time: neighbours
# look at the same bins, which then are at hand.
_BLOCK = 1 << 18
_COLLECTION = shapely.GeometryType.GEOMETRYCOLLECTION.value
_POINT = shapely.GeometryType.POINT.value


class FeatureIndex:
    """Features, made ready to be asked which is nearest to a point.

    The distance to a point or line is Euclidean; to a polygon it is 0 for the points it covers
    (inside or on its border, decided exactly) and else the distance to its border. Of features at
    an equal distance the lowest index wins; distances are compared as computed, and a wall that
    two buildings share gives both the same distance to the last bit.

    Parameters
    ----------
    features : array_like of shapely geometries, shape (m,)
        Points, lines and valid polygons, single or multi, in a CRS in metres. None and empty
        geometries are never chosen.

    Raises
    ------
    AnalysisError
        If a geometry is a collection, an invalid polygon, or has a coordinate that is not a
        number or beyond a million kilometres.

    Examples
    --------
    >>> import shapely
    >>> index = FeatureIndex([shapely.box(0, 0, 10, 10), shapely.Point(30, 0)])
    >>> index.nearest([5, 16, 90], [5, 0, 0], radius_m=50)
    (array([ 0,  0, -1]), array([ 0.,  6., nan]))
    """

    def __init__(self, features: npt.ArrayLike) -> None:
        given = np.asarray(features, dtype=object)
        _refuse_unusable(given)
        polygonal = np.isin(shapely.get_type_id(given), POLYGONAL)
        borders = boundary_segments(_only(given, polygonal))
        others = _other_segments(_only(given, ~polygonal))
        segments = Segments(*(np.concatenate(pair) for pair in zip(borders, others, strict=True)))
        self._binned, self._raster = at_once(
            lambda: bin_segments(segments, not len(others.owner)) if len(segments.owner) else None,
            lambda: raster_of(borders, len(given)) if len(borders.owner) else None,
        )

    def nearest(
        self, x: npt.ArrayLike, y: npt.ArrayLike, radius_m: float
    ) -> tuple[Integers, Floats]:
        """Find the nearest feature of each point within a distance.

        Parameters
        ----------
        x, y : array_like of float, shape (n,)
            Coordinates in metres, in the CRS of the features; Arrow columns too.
        radius_m : float
            Largest distance in metres, finite and not negative; a feature at exactly this
            distance is within.

        Returns
        -------
        index : ndarray of int64, shape (n,)
            Index of the nearest feature, the lowest of several; -1 where none is within the
            radius and for null, NaN or infinite coordinates.
        distance_m : ndarray of float64, shape (n,)
            Distance in metres, NaN where none is within the radius.

        Raises
        ------
        AnalysisError
            If `radius_m` is negative or not finite, or x and y differ in length.

        Examples
        --------
        >>> import shapely
        >>> FeatureIndex([shapely.LineString([(0, 0), (10, 0)])]).nearest([5], [-2], 2)
        (array([0]), array([2.]))
        """
        radius_m = non_negative_m(radius_m, "radius_m")
        xs, ys = coordinates(x, y)
        index, distance_m = np.full(len(xs), -1, dtype=np.int64), np.full(len(xs), np.nan)
        binned, raster = self._binned, self._raster
        if binned is not None:

            def work(start: int, stop: int) -> None:
                order = tiled_order(binned.lattice, xs[start:stop], ys[start:stop])
                order += start
                found, found_m = index[order], distance_m[order]
                x, y = xs[order], ys[order]
                if raster is not None:
                    locate_block(raster, x, y, found)
                nearest_block(binned, x, y, radius_m, found, found_m)
                index[order], distance_m[order] = found, found_m

            each_block(len(xs), work, block=_BLOCK)
        return index, distance_m


def nearest_within(
    x: npt.ArrayLike, y: npt.ArrayLike, features: npt.ArrayLike, radius_m: float
) -> tuple[Integers, Floats]:
    """Find, for each point, the nearest of a set of features: a `FeatureIndex` used once.

    Parameters
    ----------
    x, y : array_like of float, shape (n,)
        Coordinates in metres, in the CRS of the features.
    features : array_like of shapely geometries, shape (m,)
        Points, lines and valid polygons. None and empty geometries are never chosen.
    radius_m : float
        Largest distance in metres, itself included.

    Returns
    -------
    index : ndarray of int64, shape (n,)
        Index of the nearest feature, the lowest of several; -1 where none is within the radius.
    distance_m : ndarray of float64, shape (n,)
        Distance in metres, 0 inside a polygon, NaN where no feature is within the radius.

    Raises
    ------
    AnalysisError
        If a geometry or `radius_m` cannot be used, or x and y differ in length.

    Examples
    --------
    >>> import shapely
    >>> nearest_within([0, 50], [0, 0], shapely.points([3, -3], [4, 4]), radius_m=10)
    (array([ 0, -1]), array([ 5., nan]))
    """
    return FeatureIndex(features).nearest(x, y, radius_m)


def _refuse_unusable(features: Objects) -> None:
    collection = shapely.get_type_id(features) == _COLLECTION
    refuse(collection, "are collections", "points, lines and polygons, single or multi")
    refuse_far(features)
    refuse_degrees(features)
    polygonal = np.isin(shapely.get_type_id(features), POLYGONAL)
    bad = bad_polygons(_only(features, polygonal))
    refuse(bad, "are not valid polygons", "valid polygons and multipolygons")


def _only(features: Objects, which: npt.NDArray[np.bool_]) -> Objects:
    """Return the features with null in place of all others, so that indices stay."""
    chosen = features.copy()
    chosen[~which] = None
    return chosen


def _other_segments(features: Objects) -> Segments:
    """Return the segments of lines, and points as segments of no length."""
    parts, owner = shapely.get_parts(features, return_index=True)
    point = shapely.get_type_id(parts) == _POINT
    xy, which = shapely.get_coordinates(parts[point], return_index=True)
    lines = segments_of(parts[~point], owner[~point])
    upward(lines.ends)
    return Segments(
        np.concatenate([owner[point][which], lines.owner]),
        np.vstack([np.hstack([xy, xy]), lines.ends]),
    )
