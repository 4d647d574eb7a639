"""How far a described place may lie from where it is put."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

#: The share of places that a radius is meant to hold.
COVERAGE = 0.9
_CARDINAL_DEG, _BETWEEN_DEG = 45.0, 22.5


@dataclass(frozen=True, slots=True)
class Precision:
    """Settings of the error model; every length is the radius that holds 90 % of places.

    Parameters
    ----------
    anchor_m : float
        An address as a point: half a plot's depth, as house numbers are geocoded to centroids.
    crossing_m : float
        A junction of two urban streets: half its diagonal (two carriageways of 20 m and corners).
    corner_m : float
        From a junction's middle to its corner, along 东北角 or 南侧.
    beside_m : float
        旁, 隔壁, 北侧: the next building or the gap between two (Chinese spacing rules put
        residential buildings 15 to 30 m apart).
    near_m : float
        附近: within a walk of a minute or two.
    opposite_m : float
        How well 对面 is kept once the street's other side is known.
    opposite_reach_m : float
        How far the street may be from the anchor; also the radius when no street is known.
    distance_share : float
        Half-width of the error of a stated distance as a share of it; people's estimates of
        distances outdoors scatter by a fifth to a quarter.
    rough_factor : float
        By how much 约, 余, 左右 widen the error of the distance.
    merge_m : float
        Crossings of the same two streets no farther apart are one (dual carriageways, offset
        arms); farther ones are different crossings.
    gap_m : float
        Centre lines that miss each other by no more than this are taken to meet.
    between_m, along_m : float
        Half the width of the area between two places and along a piece of street.
    between_most_m : float
        Places farther apart than this do not describe anything between them.

    References
    ----------
    Wieczorek, J., Guo, Q., Hijmans, R. (2004). The point-radius method for georeferencing
    locality descriptions and calculating associated uncertainty. IJGIS 18(8), 745-767: a
    direction among eight winds is known to 22.5 degrees on either side, one of the four main
    winds to 45, and a distance to half of the place of its last figure that is not zero.

    Examples
    --------
    >>> Precision().offset_m([50.0], ["东北"], [False]).round(1)
    array([19.7])
    """

    anchor_m: float = 15.0
    crossing_m: float = 20.0
    corner_m: float = 20.0
    beside_m: float = 30.0
    near_m: float = 100.0
    opposite_m: float = 30.0
    opposite_reach_m: float = 60.0
    distance_share: float = 0.2
    rough_factor: float = 1.5
    merge_m: float = 60.0
    gap_m: float = 15.0
    between_m: float = 20.0
    along_m: float = 25.0
    between_most_m: float = 2_000.0

    def distance_error_m(self, distance_m: npt.ArrayLike, rough: npt.ArrayLike) -> Floats:
        """Return the half-width of the error of stated distances.

        Parameters
        ----------
        distance_m : array_like of float, shape (n,)
        rough : array_like of bool, shape (n,)

        Returns
        -------
        ndarray of float64, shape (n,)

        Examples
        --------
        >>> Precision().distance_error_m([50, 300, 120], [False, False, True])
        array([10., 60., 36.])
        """
        stated = np.asarray(distance_m, dtype=float)
        half_step = _half_step_m(stated)
        error = np.maximum(half_step, self.distance_share * stated)
        return np.where(np.asarray(rough, dtype=bool), self.rough_factor * error, error)

    def offset_m(
        self, distance_m: npt.ArrayLike, direction: npt.ArrayLike, rough: npt.ArrayLike
    ) -> Floats:
        """Return the radius that stated directions and distances alone leave.

        The true direction and distance are taken as uniform within their errors; both errors
        are cut at 90 % and added as squares.

        Parameters
        ----------
        distance_m : array_like of float, shape (n,)
        direction : array_like of str, shape (n,)
            Winds of `AZIMUTH_DEG`.
        rough : array_like of bool, shape (n,)

        Returns
        -------
        ndarray of float64, shape (n,)

        Examples
        --------
        >>> Precision().offset_m([100.0], ["东"], [False]).round(1)
        array([82.6])
        """
        stated = np.asarray(distance_m, dtype=float)
        winds = np.asarray(direction, dtype=object)
        half = np.array([_CARDINAL_DEG if len(wind) == 1 else _BETWEEN_DEG for wind in winds])
        chord = 2 * stated * np.sin(np.radians(half.astype(float)) * COVERAGE / 2)
        radius_m: Floats = np.hypot(chord, COVERAGE * self.distance_error_m(stated, rough))
        return radius_m


def _half_step_m(distance_m: Floats) -> Floats:
    """Return half of the place of the last figure that is not zero, at most 100 m."""
    step = np.ones(len(distance_m))
    for place in (10.0, 100.0):
        step[np.isclose(distance_m % place, 0.0)] = place
    return step / 2


def together_m(*radii_m: npt.ArrayLike) -> Floats:
    """Add independent errors, as the root of the sum of their squares.

    Examples
    --------
    >>> together_m([3.0], 4.0)
    array([5.])
    """
    squares = [np.square(np.asarray(radius, dtype=float)) for radius in radii_m]
    total: Floats = np.sqrt(sum(squares, start=np.zeros(1)))
    return total


def azimuth_offset(azimuth_deg: npt.ArrayLike, distance_m: npt.ArrayLike) -> tuple[Floats, Floats]:
    """Return how far east and north a distance in a direction leads.

    Parameters
    ----------
    azimuth_deg : array_like of float
        Clockwise from grid north.
    distance_m : array_like of float

    Returns
    -------
    east_m, north_m : ndarray of float64

    Examples
    --------
    >>> [part.round(1).tolist() for part in azimuth_offset([90.0], [50.0])]
    [[50.0], [0.0]]
    """
    angle = np.asarray(azimuth_deg, dtype=float) * (math.pi / 180)
    distance = np.asarray(distance_m, dtype=float)
    return distance * np.sin(angle), distance * np.cos(angle)
