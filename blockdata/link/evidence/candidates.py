"""Things near coordinates, with how likely the coordinates are if the incident is about each."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import shapely

from blockdata.link.evidence.near_features import NearFeatures
from blockdata.link.evidence.position_error import PositionError
from blockdata.link.evidence.settings import EvidenceSettings

__all__ = ["NearThings", "Things"]

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]


class NearThings(NamedTuple):
    """Candidates by position: one row an incident and thing.

    `ratio` is how much likelier the coordinates are if the incident is about a thing drawn from
    all, and it is this one, than anywhere in the area.
    """

    row: Integers
    target: Integers
    distance_m: Floats
    ratio: Floats


class Things:
    """Things of one class, ready to be asked which are near.

    Parameters
    ----------
    geometries : ndarray of shapely geometries, shape (m,)

    Examples
    --------
    >>> law = PositionError(5.0, 0.0, 0.0, 1e4)
    >>> near = Things(shapely.points([[0, 0], [3, 4]])).near(
    ...     np.array([0.0]), np.array([0.0]), law, EvidenceSettings())
    >>> near.target.tolist(), near.distance_m.tolist(), near.ratio.round(1).tolist()
    ([0, 1], [0.0, 5.0], [31.8, 19.3])
    """

    def __init__(self, geometries: npt.NDArray[np.object_]) -> None:
        self._near = NearFeatures(geometries)
        self._middle = shapely.get_coordinates(shapely.centroid(_filled(geometries)))
        area_m2 = shapely.area(geometries)
        # The errors of coordinates are measured from things of the usual size.
        usual = float(np.median(area_m2)) if len(area_m2) else 0.0
        self._extent_m = np.sqrt(np.maximum(area_m2 - usual, 0.0) / (4 * np.pi))
        self.count = len(geometries)

    def near(
        self, x: Floats, y: Floats, law: PositionError, settings: EvidenceSettings
    ) -> NearThings:
        """Find the things that coordinates may be about.

        Distance is that to the thing, 0 inside; likelihood goes by its middle, as the errors of
        coordinates are measured from points.

        Parameters
        ----------
        x, y : ndarray of float64, shape (n,)
        law : PositionError
            Of the coordinates.
        settings : EvidenceSettings
        """
        reach = np.full(len(x), min(law.reach_m(), settings.max_reach_m))
        row, target, distance_m = self.within(x, y, reach, settings.candidates)
        middle = self._middle[target]
        off_m = np.hypot(x[row] - middle[:, 0], y[row] - middle[:, 1])
        ratio = law.near(off_m, self._extent_m[target]) * law.area_m2 / self.count
        return NearThings(row, target, distance_m, ratio)

    def within(
        self, x: Floats, y: Floats, reach_m: Floats, limit: int
    ) -> tuple[Integers, Integers, Floats]:
        """Find the things within a distance of each point.

        Parameters
        ----------
        x, y, reach_m : ndarray of float64, shape (n,)
        limit : int
            Most things of a point.

        Returns
        -------
        row, target : ndarray of int64
        distance_m : ndarray of float64
        """
        index, apart = self._near.within(x, y, reach_m, limit)
        row, place = np.nonzero(index >= 0)
        return row, index[row, place], apart[row, place]


def _filled(geometries: npt.NDArray[np.object_]) -> npt.NDArray[np.object_]:
    """Put a point far away in place of what has no geometry, so that rows stay."""
    empty = shapely.is_missing(geometries) | shapely.is_empty(geometries)
    filled = geometries.copy()
    filled[empty] = shapely.Point(1e9, 1e9)
    return filled
