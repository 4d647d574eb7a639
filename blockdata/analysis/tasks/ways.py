"""Ways between stops: along the streets where there are any, else straight; and routes of them."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import shapely
import shapely.ops

from blockdata.analysis.tasks.routing import route_length_m, shortest_order
from blockdata.kernels.network import StreetNetwork

__all__ = ["STRAIGHT", "STREETS", "Route", "distances_between", "lay_route", "start_in"]

STREETS, STRAIGHT = "streets", "straight line"
_DETOURS, _FURTHER_M = (2.0, 4.0), 250.0
"""Ways up to so many times the largest straight distance, and some metres, are looked for: first
short ones, for they cost less."""

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]


class Route(NamedTuple):
    """A route.

    `order`: positions of the stops walked; `leg_m`: the way to each from the one before; `left`:
    how many stops the longest allowed way left out; `naive_m`: the way through the same stops in
    the order given.
    """

    order: Integers
    leg_m: Floats
    left: int
    naive_m: float

    @property
    def length_m(self) -> float:
        """The whole way."""
        return float(self.leg_m.sum())


def distances_between(
    x: npt.ArrayLike, y: npt.ArrayLike, streets: StreetNetwork | None, reach_m: float
) -> tuple[Floats, str]:
    """Measure the ways between all of some points.

    A way goes straight to the nearest street, along the streets, and straight on to the point;
    where two points are no farther apart than both are from their streets, straight from one to
    the other. If a point has no street within reach, or two are not connected within four times
    the largest straight distance (and a kilometre), all ways are straight: mixed, those through
    walls would be the short ones.

    Parameters
    ----------
    x, y : array_like of float, shape (n,)
        Metres.
    streets : StreetNetwork or None
    reach_m : float
        Largest distance to a street.

    Returns
    -------
    distance_m : ndarray, shape (n, n)
        Symmetric.
    by : str
        "streets" or "straight line".

    Examples
    --------
    >>> import shapely
    >>> corner = StreetNetwork([shapely.LineString([(0, 0), (100, 0), (100, 100)])])
    >>> distances_between([0, 100], [0, 100], corner, 10.0)
    (array([[  0., 200.],
           [200.,   0.]]), 'streets')
    >>> round(float(distances_between([0, 100], [0, 100], None, 10.0)[0][0, 1]), 1)
    141.4
    """
    xs, ys = np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)
    straight = np.hypot(xs[:, None] - xs, ys[:, None] - ys)
    along = None if streets is None else _along(streets, xs, ys, straight, reach_m)
    return (straight, STRAIGHT) if along is None else (along, STREETS)


def _along(
    streets: StreetNetwork, x: Floats, y: Floats, straight: Floats, reach_m: float
) -> Floats | None:
    at = streets.snap(x, y, reach_m)
    if (at.line < 0).any():
        return None
    way = np.full(straight.shape, np.inf)
    for detour in _DETOURS:
        farthest_m = detour * (float(straight.max(initial=0.0)) + _FURTHER_M)
        for source, target, distance_m in streets.distances(at, at, farthest_m):
            way[source, target] = distance_m
        if np.isfinite(way).all():
            break
    else:
        return None
    off = at.distance_m[:, None] + at.distance_m
    found = np.where(straight <= off, straight, np.minimum(way, way.T) + off)
    np.fill_diagonal(found, 0.0)
    return found


def start_in(
    x: npt.ArrayLike, y: npt.ArrayLike, area: shapely.Geometry | None
) -> tuple[float, float]:
    """Return where a patrol of an area starts: its point that is nearest to the middle of stops.

    Parameters
    ----------
    x, y : array_like of float, shape (n,), n >= 1
    area : shapely polygon or None
        Without one it is the middle itself.

    Examples
    --------
    >>> import shapely
    >>> start_in([0, 10], [2, 2], shapely.box(0, 0, 4, 4)), start_in([0, 10], [2, 2], None)
    ((4.0, 2.0), (5.0, 2.0))
    """
    middle = shapely.Point(*np.mean(np.array([x, y], dtype=np.float64), axis=1))
    if area is not None and not area.is_empty and not area.contains(middle):
        middle = shapely.ops.nearest_points(area, middle)[0]
    return float(middle.x), float(middle.y)


def lay_route(distance_m: Floats, max_route_m: float | None = None) -> Route:
    """Lay a route through stops, the best of which come first.

    Parameters
    ----------
    distance_m : ndarray, shape (n + 1, n + 1)
        As from `distances_between`: the start, then the stops.
    max_route_m : float, optional
        While the way is longer, the last stop is left out; one stop always stays.

    Returns
    -------
    Route

    Examples
    --------
    >>> at = np.array([0.0, 30.0, 10.0, 500.0])
    >>> route = lay_route(abs(at[:, None] - at), max_route_m=100)
    >>> route.order, route.leg_m, route.left, route.naive_m
    (array([1, 0]), array([10., 20.]), 1, 50.0)
    """
    kept = stops = len(distance_m) - 1
    while True:
        own = distance_m[: kept + 1, : kept + 1]
        order = shortest_order(own)
        length_m = route_length_m(own, order)
        if max_route_m is None or length_m <= max_route_m or kept <= 1:
            break
        kept -= 1
    way = np.concatenate([[0], order + 1])
    naive_m = route_length_m(own, np.arange(kept))
    return Route(order, own[way[:-1], way[1:]], stops - kept, naive_m)
