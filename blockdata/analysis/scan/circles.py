"""Circles around places: for each centre the places within, from near to far, up to a limit."""

from __future__ import annotations

from typing import Literal, NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.spatial import cKDTree

from blockdata.errors import AnalysisError

__all__ = ["EARTH_RADIUS_M", "Circles", "Coordinates", "circles_around"]

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
Int32s = npt.NDArray[np.int32]
Flags = npt.NDArray[np.bool_]
Coordinates = Literal["projected", "geographic"]

EARTH_RADIUS_M = 6_371_008.8
"""Mean radius of the Earth (IUGG), for great-circle distances."""

_DECIMALS = 6
"""Distances are told apart to the micrometre: what differs by rounding alone is a tie."""


class Circles(NamedTuple):
    """Nested circles around n centres; those of one centre stand together, from small to large.

    Parameters
    ----------
    first : ndarray of int64, shape (n + 1,)
        Where each centre's members begin.
    member : ndarray of int32
        The place that each larger circle takes in; the centre itself comes first.
    whole : ndarray of bool
        Whether the members up to here make a circle: places at one distance from the centre enter
        a circle together.
    radius_m : ndarray of float64
        Distance of the member from the centre.
    """

    first: Integers
    member: Int32s
    whole: Flags
    radius_m: Floats

    def inside(self, centre: int, stop: int) -> Int32s:
        """Return the members of a centre's circle that ends before `stop`."""
        return self.member[self.first[centre] : stop]


def circles_around(
    xy: Floats,
    size: Floats,
    *,
    max_size: float,
    max_radius_m: float = np.inf,
    coordinates: Coordinates = "projected",
) -> Circles:
    """List the circles around every place that hold no more than a limit.

    Parameters
    ----------
    xy : ndarray of float64, shape (n, 2)
        Metres; or longitude and latitude in degrees if `coordinates` says so.
    size : ndarray of float64, shape (n,)
        What a circle may hold only so much of, such as people at risk; not negative.
    max_size : float
        Largest sum of sizes of a circle. A centre that alone has more has no circle.
    max_radius_m : float
        Largest radius, inclusive.
    coordinates : {"projected", "geographic"}
        Distances are straight lines, or great circles on a sphere of the Earth's mean radius.

    Returns
    -------
    Circles
        Places at one distance (to the micrometre) are in the order of their numbers.

    Raises
    ------
    AnalysisError
        If `coordinates` is another word.

    Examples
    --------
    >>> circles = circles_around(np.array([[0.0, 0], [1, 0], [5, 0]]), np.ones(3), max_size=2)
    >>> [circles.inside(centre, circles.first[centre + 1]).tolist() for centre in range(3)]
    [[0, 1], [1, 0], [2, 1]]
    """
    points = _points(xy, coordinates)
    near = _near(points, max_radius_m, coordinates)
    parts = []
    for centre in range(len(points)):
        others = np.arange(len(points)) if near is None else near[centre]
        apart = _apart_m(points[others], points[centre], coordinates)
        # The centre comes first, whatever else stands on its spot.
        apart[others == centre] = -1.0
        parts.append(_of_centre(others, apart, size, (max_size, max_radius_m)))
    none = (np.empty(0, np.int32), np.empty(0, bool), np.empty(0))
    member, whole, radius = (
        np.concatenate([none[n], *(part[n] for part in parts)]) for n in range(3)
    )
    counts = [len(part[0]) for part in parts]
    return Circles(np.concatenate([[0], np.cumsum(counts, dtype=np.int64)]), member, whole, radius)


def _points(xy: Floats, coordinates: Coordinates) -> Floats:
    if coordinates == "projected":
        return np.asarray(xy, dtype=np.float64)
    if coordinates != "geographic":
        raise AnalysisError(
            f"coordinates is {coordinates!r}", where="scan", allowed="'projected', 'geographic'"
        )
    lon, lat = np.radians(xy).T
    flat = np.cos(lat)
    return EARTH_RADIUS_M * np.column_stack([flat * np.cos(lon), flat * np.sin(lon), np.sin(lat)])


def _near(points: Floats, max_radius_m: float, coordinates: Coordinates) -> list[Integers] | None:
    """Return the places near each centre, or None where the radius limits nothing."""
    most = np.pi * EARTH_RADIUS_M if coordinates == "geographic" else np.inf
    if max_radius_m >= most or not len(points):
        return None
    reach = max_radius_m
    if coordinates == "geographic":
        reach = 2 * EARTH_RADIUS_M * np.sin(max_radius_m / (2 * EARTH_RADIUS_M))
    # A little farther than asked: the distance that decides is computed in one way below.
    reach = reach * (1 + 1e-9) + 1e-5
    found = cKDTree(points).query_ball_point(points, reach, return_sorted=True)
    return [np.asarray(members, dtype=np.int64) for members in found]


def _apart_m(points: Floats, centre: Floats, coordinates: Coordinates) -> Floats:
    apart = points - centre
    if coordinates == "projected":
        straight = np.hypot(apart[:, 0], apart[:, 1])
    else:
        chord = np.sqrt((apart * apart).sum(axis=1)) / (2 * EARTH_RADIUS_M)
        straight = 2 * EARTH_RADIUS_M * np.arcsin(np.minimum(chord, 1.0))
    return np.asarray(np.round(straight, _DECIMALS), dtype=np.float64)


def _of_centre(
    others: Integers, apart: Floats, size: Floats, limits: tuple[float, float]
) -> tuple[Int32s, Flags, Floats]:
    order = np.argsort(apart, kind="stable")
    radius = np.maximum(apart[order], 0.0)
    last = np.append(radius[1:] > radius[:-1], True)
    held = np.cumsum(size[others[order]])
    fits = last & (held <= limits[0] * (1 + 1e-12)) & (radius <= limits[1])
    count = int(np.flatnonzero(fits)[-1]) + 1 if fits.any() else 0
    return others[order][:count].astype(np.int32), last[:count], radius[:count]
