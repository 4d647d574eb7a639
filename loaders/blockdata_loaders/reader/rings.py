"""Rings of polygons that a format lists without saying which is a hole of which."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import shapely

__all__ = ["closed_ring", "polygons_of_rings"]

_Ring = npt.NDArray[np.float64]


def closed_ring(ring: _Ring) -> _Ring:
    """Return a ring that ends where it begins.

    Parameters
    ----------
    ring : ndarray, shape (k, 2)

    Raises
    ------
    ValueError
        If fewer than four points, the last one included, make it.

    Examples
    --------
    >>> len(closed_ring(np.array([[0, 0], [0, 9], [9, 9]], float)))
    4
    """
    closed = ring if (ring[0] == ring[-1]).all() else np.concatenate([ring, ring[:1]])
    if len(closed) < 4:
        raise ValueError("a ring has too few points")
    return closed


def polygons_of_rings(rings: Sequence[_Ring]) -> shapely.Geometry:
    """Make a polygon, or several, of rings.

    What lies within what tells shells from holes. Directions, which formats prescribe, are not
    looked at, because many writers get them wrong.

    Parameters
    ----------
    rings : sequence of ndarray, shape (k, 2)
        Coordinates of closed rings, in any order and direction. A ring within an odd number of
        others is a hole of the smallest of them that is none.

    Returns
    -------
    shapely.Polygon or shapely.MultiPolygon

    Raises
    ------
    ValueError, shapely.errors.GEOSException
        If the rings are no polygons.

    Examples
    --------
    >>> outer = np.array([[0, 0], [0, 9], [9, 9], [9, 0], [0, 0]], float)
    >>> hole = np.array([[1, 1], [2, 1], [2, 2], [1, 1]], float)
    >>> polygons_of_rings([hole, outer]).area
    80.5
    """
    filled = [shapely.polygons(ring) for ring in rings]
    areas = shapely.area(filled)
    around = _containers(filled, areas)
    holes: dict[int, list[int]] = {i: [] for i, c in enumerate(around) if len(c) % 2 == 0}
    for ring, containers in enumerate(around):
        if ring not in holes:
            shells = [i for i in containers if i in holes]
            holes[min(shells, key=lambda i: areas[i])].append(ring)
    polygons = [_polygon(rings, shell, inner) for shell, inner in holes.items()]
    return polygons[0] if len(polygons) == 1 else shapely.multipolygons(polygons)


def _containers(
    filled: Sequence[shapely.Geometry], areas: npt.NDArray[np.float64]
) -> list[list[int]]:
    """For every ring the larger ones that it lies in."""
    # A point within, since corners of touching rings lie on each other.
    pairs = shapely.STRtree(filled).query(shapely.point_on_surface(filled), predicate="within")
    around: list[list[int]] = [[] for _ in filled]
    for ring, other in pairs.T.tolist():
        if areas[other] > areas[ring]:
            around[ring].append(other)
    return around


def _polygon(rings: Sequence[_Ring], shell: int, holes: Sequence[int]) -> shapely.Geometry:
    inner = [shapely.linearrings(rings[i]) for i in holes]
    return shapely.polygons(rings[shell], holes=inner or None)
