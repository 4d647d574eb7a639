"""Geometries as flat arrays of straight segments, which compiled loops can walk."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import shapely

from blockdata.errors import AnalysisError
from blockdata.kernels.blocks import each_block
from blockdata.kernels.jit import jit

__all__ = [
    "FAR_M",
    "POLYGONAL",
    "Segments",
    "bad_polygons",
    "boundary_segments",
    "refuse",
    "refuse_degrees",
    "refuse_far",
    "segments_of",
    "upward",
]

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
Objects = npt.NDArray[np.object_]

FAR_M = 1e9
"""No coordinate system in metres of this planet reaches farther, its false easting included."""

_WEST_DEG, _EAST_DEG, _SOUTH_DEG, _NORTH_DEG = 73.0, 136.0, 3.0, 54.0
_CITY_DEG = 3.0
"""China in degrees, and how far a city reaches in them."""

POLYGONAL = (shapely.GeometryType.POLYGON.value, shapely.GeometryType.MULTIPOLYGON.value)
"""Type ids of what has an inside."""

_BLOCK = 4_096


class Segments(NamedTuple):
    """Straight segments: `ends` holds x1, y1, x2, y2, a row each; `owner` whose they are."""

    owner: Integers
    ends: Floats

    def take(self, places: npt.NDArray[np.integer] | npt.NDArray[np.bool_]) -> Segments:
        """Return the segments at these places, in their order."""
        return Segments(self.owner[places], self.ends[places])


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
    polygonal = np.isin(shapely.get_type_id(geometries), POLYGONAL)
    nothing = shapely.is_missing(geometries) | shapely.is_empty(geometries)
    valid = np.zeros(np.shape(geometries), dtype=np.bool_)

    def look(start: int, stop: int) -> None:
        with np.errstate(invalid="ignore"):  # NaN in a geometry makes it bad, and is no news
            valid[start:stop] = shapely.is_valid(geometries[start:stop])

    each_block(len(geometries), look, block=_BLOCK)
    bad: npt.NDArray[np.bool_] = ~nothing & ~(polygonal & valid)
    return bad


def refuse(bad: npt.NDArray[np.bool_], what: str, allowed: str) -> None:
    """Raise, before anything is computed, if any geometry is bad.

    Parameters
    ----------
    bad : ndarray of bool
        One flag for each geometry.
    what : str
        What is wrong with those flagged, as it follows "3 geometries".
    allowed : str

    Raises
    ------
    AnalysisError
        Naming how many are bad and the first one's index.

    Examples
    --------
    >>> import numpy as np
    >>> refuse(np.array([False, False]), "are not points", "points")
    """
    if bad.any():
        raise AnalysisError(
            f"{int(bad.sum())} geometries {what}, first at index {int(bad.argmax())}",
            allowed=allowed,
            next_step="Run blockdata.grid.check_layers to list and locate them.",
        )


def refuse_far(geometries: Objects) -> None:
    """Raise if a geometry has a coordinate that is no number, or none in metres on this planet.

    Parameters
    ----------
    geometries : ndarray of shapely geometries

    Raises
    ------
    AnalysisError

    Examples
    --------
    >>> refuse_far(shapely.points([[1.0, 2.0], [3.0, 4.0]]))
    """
    if (np.abs(shapely.get_coordinates(geometries)) <= FAR_M).all():  # NaN is not
        return
    xy, which = shapely.get_coordinates(geometries, return_index=True)
    unusable = which[~(np.abs(xy) <= FAR_M).all(axis=1)]
    bad = np.bincount(unusable, minlength=len(geometries)) > 0
    refuse(bad, f"have a coordinate that is no number within {FAR_M:.0e} m", "metres")


def refuse_degrees(geometries: Objects) -> None:
    """Raise if geometries are those of a city in degrees, where metres are needed.

    That is: all lie between 73 and 136 in x and 3 and 54 in y, as China does, and within 3 of one
    another. Metres of a projected system never do, but for what is smaller than a room.

    Parameters
    ----------
    geometries : ndarray of shapely geometries
        With finite coordinates.

    Raises
    ------
    AnalysisError

    Examples
    --------
    >>> import numpy as np
    >>> refuse_degrees(np.array([shapely.box(120.38, 36.06, 120.39, 36.07)]))
    Traceback (most recent call last):
        ...
    blockdata.errors.AnalysisError: coordinates look like degrees; allowed: metres. ...
    """
    if not len(geometries):
        return
    west, south, east, north = shapely.total_bounds(geometries)
    in_china = west >= _WEST_DEG and east <= _EAST_DEG and south >= _SOUTH_DEG
    if in_china and north <= _NORTH_DEG and 0 < max(east - west, north - south) <= _CITY_DEG:
        raise AnalysisError(
            "coordinates look like degrees",
            allowed="metres",
            next_step="Bring them into the base's projected system first (to_crs).",
        )


def boundary_segments(polygons: Objects) -> Segments:
    """Return the outer rings and the rims of holes of polygons, lower end first, else left end.

    A wall that two polygons share is the same four numbers in both.

    Parameters
    ----------
    polygons : ndarray of shapely geometries
        Valid polygons and multipolygons, None and empty ones.

    Returns
    -------
    Segments
        Sorted by owner.

    Examples
    --------
    >>> import numpy as np, shapely
    >>> boundary_segments(np.array([None, shapely.box(0, 0, 2, 1)])).ends[0]
    array([2., 0., 2., 1.])
    """
    held = np.flatnonzero(~(shapely.is_missing(polygons) | shapely.is_empty(polygons)))
    if not len(held):
        return Segments(held, np.empty((0, 4)))
    _, xy, (ring_stops, *stops) = shapely.to_ragged_array(polygons[held], include_z=False)
    owner = held
    for level in reversed(stops):  # of multipolygons: their parts, then the rings of those
        owner = np.repeat(owner, np.diff(level))
    ring = np.repeat(np.arange(len(owner)), np.diff(ring_stops))
    found = Segments(*_join(xy, ring, owner))
    upward(found.ends)
    return found


def segments_of(lines: Objects, owner: Integers) -> Segments:
    """Return the segments of single lines, in their direction.

    Parameters
    ----------
    lines : ndarray of shapely LineStrings or LinearRings
    owner : ndarray of int
        What to call the owner of each line.

    Returns
    -------
    Segments
        In the order of the lines, and along each line.

    Examples
    --------
    >>> import numpy as np, shapely
    >>> segments_of(np.array([shapely.LineString([(0, 0), (3, 0), (3, 4)])]), np.array([7]))
    Segments(owner=array([7, 7]), ends=array([[0., 0., 3., 0.],
           [3., 0., 3., 4.]]))
    """
    xy, line = shapely.get_coordinates(lines, return_index=True)
    return Segments(*_join(xy, line, np.asarray(owner, dtype=np.int64)))


@jit
def _join(xy: Floats, line: Integers, owner: Integers) -> tuple[Integers, Floats]:
    """Join each coordinate to the next of its line."""
    owners, ends = np.empty(len(xy), dtype=np.int64), np.empty((len(xy), 4))
    size = 0
    for i in range(len(xy) - 1):
        if line[i] == line[i + 1]:
            owners[size] = owner[line[i]]
            ends[size, 0], ends[size, 1] = xy[i, 0], xy[i, 1]
            ends[size, 2], ends[size, 3] = xy[i + 1, 0], xy[i + 1, 1]
            size += 1
    return owners[:size].copy(), ends[:size].copy()


@jit
def upward(ends: Floats) -> None:
    """Turn segments, in place, so that the lower end comes first, of equally low ones the left.

    Parameters
    ----------
    ends : ndarray of float64, shape (k, 4)

    Examples
    --------
    >>> ends = np.array([[0.0, 5.0, 1.0, 2.0]])
    >>> upward(ends)
    >>> ends
    array([[1., 2., 0., 5.]])
    """
    for s in range(len(ends)):
        x1, y1, x2, y2 = ends[s, 0], ends[s, 1], ends[s, 2], ends[s, 3]
        if y1 > y2 or (y1 == y2 and x1 > x2):
            ends[s, 0], ends[s, 1], ends[s, 2], ends[s, 3] = x2, y2, x1, y1
