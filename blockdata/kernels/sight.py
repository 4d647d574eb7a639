"""What cameras see on the ground among buildings: true line of sight, exactly.

The ground is flat. A camera at height h sees a target of height t at a distance if no building
stands in the line from one to the other: a building of height b < h, left at the distance d, hides
the ground behind it up to d (h - t) / (h - b), and one that is as high as the camera, or whose
height is unknown, all of it. Ground under a building is never seen. A target is never taken as
higher than the camera.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import shapely

from blockdata.errors import AnalysisError
from blockdata.kernels.blocks import each_block
from blockdata.kernels.jit import jit
from blockdata.kernels.segments import bad_polygons, refuse, refuse_far, segments_of
from blockdata.kernels.sight_sweep import area_of_pieces, sweep

__all__ = ["Fields", "Obstacles", "Views", "blind_radius_m", "fields_of_view", "whole_field_m2"]

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
Objects = npt.NDArray[np.object_]

_BLOCK = 32
_FULL_DEG = 360.0


class Views(NamedTuple):
    """Where cameras stand and look, a value each.

    Parameters
    ----------
    x, y : ndarray of float64, shape (n,)
        Metres.
    height_m : ndarray of float64
        Above the ground.
    azimuth_deg : ndarray of float64
        Middle of the field of view, clockwise from north; of no consequence all around.
    field_angle_deg : ndarray of float64
        Width of the field of view; 360 and more is all around.
    near_m, range_m : ndarray of float64
        Nearest and farthest distance on the ground.
    """

    x: Floats
    y: Floats
    height_m: Floats
    azimuth_deg: Floats
    field_angle_deg: Floats
    near_m: Floats
    range_m: Floats

    def take(self, places: npt.NDArray[np.integer]) -> Views:
        """Return the views at these places, in their order."""
        return Views(*(column[places] for column in self))

    @property
    def start(self) -> Floats:
        """First direction of each field: radians against the clock from east."""
        half = np.minimum(self.field_angle_deg, _FULL_DEG) / 2
        around = self.field_angle_deg >= _FULL_DEG
        return np.where(around, 0.0, np.radians(90.0 - self.azimuth_deg - half))

    @property
    def width(self) -> Floats:
        """Width of each field in radians."""
        return np.radians(np.minimum(self.field_angle_deg, _FULL_DEG))


class Fields(NamedTuple):
    """What views see: of view i the rows `starts[i]` to `starts[i + 1]` of `pieces`."""

    starts: Integers
    pieces: Floats


class Obstacles:
    """Buildings as what stands in the way, made ready to be asked for those near a point.

    Parameters
    ----------
    buildings : array_like of shapely geometries, shape (m,)
        Valid polygons in metres; None, empty ones, points and lines stand in no way.
    height_m : array_like of float, shape (m,)
        NaN where unknown: such a building hides all that lies behind it.

    Raises
    ------
    AnalysisError
        If a polygon is invalid, or has a coordinate that is no number.

    Examples
    --------
    >>> Obstacles([shapely.box(5, -1, 6, 1)], [3.0]).edges.shape
    (4, 4)
    """

    def __init__(self, buildings: npt.ArrayLike, height_m: npt.ArrayLike) -> None:
        given = np.asarray(buildings, dtype=object)
        self.polygons = given.copy()
        self.polygons[shapely.get_dimensions(given) < 2] = None
        refuse(bad_polygons(self.polygons), "are no valid polygons", "valid polygons")
        refuse_far(self.polygons)
        heights = np.array(height_m, dtype=np.float64)
        if heights.shape != given.shape:
            raise AnalysisError(
                f"there are {len(heights)} heights for {len(given)} buildings",
                allowed="one for each",
            )
        self.height_m = np.where(np.isnan(heights), np.inf, heights)
        turned = shapely.orient_polygons(self.polygons)
        parts, of_part = shapely.get_parts(turned, return_index=True)
        rings, of_ring = shapely.get_rings(parts, return_index=True)
        segments = segments_of(rings, of_part[of_ring])
        self.edges = segments.ends
        self.starts = np.searchsorted(segments.owner, np.arange(len(given) + 1))
        self._tree = shapely.STRtree(self.polygons)

    def near(self, views: Views) -> tuple[Integers, Integers]:
        """Find the buildings that may stand in the way of each view.

        Parameters
        ----------
        views : Views

        Returns
        -------
        starts : ndarray of int64, shape (n + 1,)
        buildings : ndarray of int64
            Of view i those from `starts[i]` to `starts[i + 1]`, ascending.

        Examples
        --------
        >>> one = np.array([0.0])
        >>> views = Views(one, one, one + 5, one, one + 360, one, one + 10)
        >>> Obstacles([shapely.box(5, -1, 6, 1), shapely.box(50, 50, 60, 60)], [3, 3]).near(views)
        (array([0, 1]), array([0]))
        """
        r = views.range_m
        boxes = shapely.box(views.x - r, views.y - r, views.x + r, views.y + r)
        view, building = self._tree.query(boxes)
        order = np.lexsort((building, view))
        return np.searchsorted(view[order], np.arange(len(views.x) + 1)), building[order]


def blind_radius_m(
    height_m: Floats, range_m: Floats, *, vertical_angle_deg: float, target_height_m: float
) -> Floats:
    """Return how far from its foot a fixed camera begins to see.

    The upper edge of the picture meets a target at the farthest distance, and the lower edge lies
    the vertical field angle below it.

    Parameters
    ----------
    height_m, range_m : ndarray of float64, shape (n,)
    vertical_angle_deg : float
        Above 0; at 90 and more there is no blind zone.
    target_height_m : float
        Never taken as higher than the camera.

    Returns
    -------
    ndarray of float64, shape (n,)
        Metres; never beyond the range.

    Examples
    --------
    >>> blind_radius_m(np.array([6.0]), np.array([60.0]), vertical_angle_deg=40.0,
    ...                target_height_m=0.0).round(2)
    array([5.85])
    """
    drop = height_m - np.minimum(target_height_m, height_m)
    down = np.arctan2(drop, range_m) + math.radians(vertical_angle_deg)
    steep = down >= math.pi / 2
    blind = drop / np.tan(np.where(steep, 1.0, down))
    return np.where(steep, 0.0, np.minimum(blind, range_m))


def whole_field_m2(views: Views) -> Floats:
    """Return what each view would see without any building, in square metres.

    Examples
    --------
    >>> one = np.array([0.0])
    >>> views = Views(one, one, one + 5, one, one + 90, one, one + 10)
    >>> whole_field_m2(views).round(2)
    array([78.54])
    """
    return np.maximum(views.range_m**2 - views.near_m**2, 0.0) * views.width / 2


def fields_of_view(
    views: Views, obstacles: Obstacles, target_height_m: float
) -> tuple[Floats, Fields]:
    """Find what each view sees of the ground among buildings.

    Parameters
    ----------
    views : Views
    obstacles : Obstacles
    target_height_m : float
        Of what is to be seen: 0 the ground, about 1.5 a face.

    Returns
    -------
    area_m2 : ndarray of float64, shape (n,)
    fields : Fields

    Raises
    ------
    AnalysisError
        If a view has a number that is not finite, or a range that is not above 0.

    Notes
    -----
    Exact up to rounding for flat ground and buildings with vertical walls and flat roofs.

    Examples
    --------
    >>> one = np.array([0.0])
    >>> views = Views(one, one, one + 6, one + 90, one + 90, one, one + 20)
    >>> area_m2, fields = fields_of_view(views, Obstacles([shapely.box(5, -9, 6, 9)], [9]), 1.5)
    >>> area_m2.round(6)
    array([25.])
    """
    _require_usable(views)
    near, buildings = obstacles.near(views)
    columns = (views.x, views.y, views.height_m, views.start, views.width, views.near_m)
    found: dict[int, tuple[Floats, Integers, Floats]] = {}

    def work(start: int, stop: int) -> None:
        found[start] = _fields_of_block(
            np.column_stack([*(c[start:stop] for c in columns), views.range_m[start:stop]]),
            near[start : stop + 1],
            buildings,
            (obstacles.starts, obstacles.edges, obstacles.height_m),
            target_height_m,
        )

    each_block(len(views.x), work, block=_BLOCK)
    parts = [found[start] for start in sorted(found)]
    counts = np.concatenate([np.zeros(1, dtype=np.int64), *(p[1] for p in parts)])
    pieces = np.concatenate([np.empty((0, 8)), *(p[2] for p in parts)])
    areas = np.concatenate([np.empty(0), *(p[0] for p in parts)])
    return areas, Fields(np.cumsum(counts), pieces)


def _require_usable(views: Views) -> None:
    for name, column in zip(views._fields, views, strict=True):
        if not np.isfinite(column).all():
            raise AnalysisError(f"{name} of a view is no finite number", allowed="finite numbers")
    if (views.range_m <= 0).any() or (views.near_m < 0).any():
        raise AnalysisError("a range is not above 0, or a nearest distance below 0", where="views")


@jit
def reach_of(height_m: float, building_m: float, target_m: float) -> float:
    """Return how far a building's shadow reaches, as a multiple of the distance of its far wall.

    Examples
    --------
    >>> reach_of(6.0, 3.0, 0.0), reach_of(6.0, 6.0, 0.0), reach_of(6.0, 1.0, 1.5)
    (2.0, inf, 1.0)
    """
    if building_m >= height_m:
        return np.inf
    return max(1.0, (height_m - min(target_m, height_m)) / (height_m - building_m))


@jit
def _fields_of_block(
    views: Floats,
    near: Integers,
    buildings: Integers,
    walls: tuple[Integers, Floats, Floats],
    target_m: float,
) -> tuple[Floats, Integers, Floats]:
    """Sweep the views of a block: areas, number of pieces of each, and all pieces."""
    areas, counts = np.empty(len(views)), np.empty(len(views), dtype=np.int64)
    pieces, size = np.empty((1024, 8)), 0
    for v in range(len(views)):
        own, reach = _walls_near(buildings[near[v] : near[v + 1]], walls, views[v, 2], target_m)
        field = (views[v, 3], views[v, 4], views[v, 5], views[v, 6])
        seen = sweep(own, reach, views[v, 0], views[v, 1], field)
        areas[v], counts[v] = area_of_pieces(seen, views[v, 3]), len(seen)
        while size + len(seen) > len(pieces):
            larger = np.empty((2 * len(pieces), 8))
            larger[:size] = pieces[:size]
            pieces = larger
        pieces[size : size + len(seen)] = seen
        size += len(seen)
    return areas, counts, pieces[:size].copy()


@jit
def _walls_near(
    buildings: Integers, walls: tuple[Integers, Floats, Floats], camera_m: float, target_m: float
) -> tuple[Floats, Floats]:
    """Gather the walls of some buildings, with how far the shadow of each reaches."""
    edge_starts, edges, height_m = walls
    count = 0
    for b in buildings:
        count += edge_starts[b + 1] - edge_starts[b]
    own, reach, size = np.empty((count, 4)), np.empty(count), 0
    for b in buildings:
        shade = reach_of(camera_m, height_m[b], target_m)
        for e in range(edge_starts[b], edge_starts[b + 1]):
            own[size], reach[size] = edges[e], shade
            size += 1
    return own, reach
