"""Polygons of one plane in another, where their straight edges are curves."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import shapely

from blockdata.crs import projection
from blockdata.crs.projection import Projection
from blockdata.errors import AnalysisError

__all__ = ["EDGE_TOLERANCE_M", "polygons_in"]

Floats = npt.NDArray[np.float64]
Objects = npt.NDArray[np.object_]

EDGE_TOLERANCE_M = 0.001
"""How far an edge may leave the curve that it stands for, half-way between two corners."""

_LONGEST_M = 4_000.0
_SHORTEST_M = 1.0


def polygons_in(
    geometries: npt.ArrayLike, source: str, target: str, tolerance_m: float = EDGE_TOLERANCE_M
) -> Objects:
    """Bring polygons into another coordinate system, with as many corners as their edges need.

    Edges longer than some length get corners on them; the length is halved until no edge leaves
    its curve by more than the tolerance. Both polygons at an edge get the same corners on it.

    Parameters
    ----------
    geometries : array_like of shapely geometries
        In a coordinate system in metres.
    source, target : str
        Names or WKT, as `blockdata.crs.projection` takes them.
    tolerance_m : float, default 0.001
        Measured half-way between two corners, in the plane of `source`.

    Returns
    -------
    ndarray of shapely geometries
        As given where the two systems are one.

    Raises
    ------
    SourceError
        If no exact operation leads from one system to the other.
    AnalysisError
        If a corner has no place in the target.

    Examples
    --------
    >>> box = shapely.box(500000, 4000000, 510000, 4010000)
    >>> there = polygons_in([box], "EPSG:4549", "EPSG:4490")[0]
    >>> len(there.exterior.coords), [round(b, 3) for b in there.bounds]
    (161, [120.0, 36.13, 120.111, 36.22])
    """
    given = np.asarray(geometries, dtype=object)
    forward, back = projection(source, target, "crs"), projection(target, source, "crs")
    if forward is None or back is None or not len(given):
        return given
    longest_m = _LONGEST_M
    while True:
        dense = shapely.segmentize(given, longest_m)
        corners, owner = shapely.get_coordinates(dense, return_index=True)
        placed = forward(corners)
        if not np.isfinite(placed).all():
            bad = int(owner[~np.isfinite(placed).all(axis=1)][0])
            raise AnalysisError(
                f"the polygon at index {bad} has no place in the other coordinate system",
                where="crs",
                next_step="Check that the cells are in the system that is said of them.",
            )
        if longest_m <= _SHORTEST_M or _bulge_m(corners, placed, back, longest_m) <= tolerance_m:
            return np.asarray(shapely.set_coordinates(dense.copy(), placed))
        longest_m /= 2


def _bulge_m(corners: Floats, placed: Floats, back: Projection, longest_m: float) -> float:
    """Return how far straight edges between placed corners leave the edges they stand for."""
    # From the last corner of a ring to the first of the next there is no edge; where it is short
    # it is measured too, which does no harm.
    edge = np.hypot(*np.diff(corners, axis=0).T) <= longest_m * 1.001
    true = (corners[1:] + corners[:-1])[edge] / 2
    drawn = back((placed[1:] + placed[:-1])[edge] / 2)
    return float(np.hypot(*(drawn - true).T).max(initial=0))
