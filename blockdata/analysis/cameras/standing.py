"""Where cameras stand, how high, and which way they look: what a field of view is computed from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from blockdata.analysis.cameras.rules import SightRules
from blockdata.kernels.sight import Obstacles, Views, blind_radius_m
from blockdata.records.codes import AZIMUTH_DEG

__all__ = ["Stands", "building_heights", "stands_of"]

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
Objects = npt.NDArray[np.object_]

_EIGHTH_DEG = 45.0
_FULL_DEG = 360.0
_OFF_WALL_M = 0.1


@dataclass(frozen=True)
class Stands:
    """Views of cameras.

    Parameters
    ----------
    views : Views
        One of each fixed or dome camera, several of one on a vehicle.
    camera : ndarray of int64, shape (v,)
        Row of the camera of each view, ascending.
    cameras : DataFrame
        As given, with what was taken for each: `mount` ("fixed", "dome", "vehicle"), `height_m`,
        `range_m`, `field_angle_deg`, `direction` (how it is known: "angle", "eighth", "around" for
        domes and vehicles, "unknown" if taken to look all around), `place` ("free", "wall" if moved
        to one, "roof", "indoors", "nowhere"), `positions`.
    """

    views: Views
    camera: Integers
    cameras: pd.DataFrame

    def only(self, wanted: npt.NDArray[np.bool_]) -> Stands:
        """Return the stands of some of the cameras, numbered anew.

        Parameters
        ----------
        wanted : ndarray of bool, shape (cameras,)

        Returns
        -------
        Stands
        """
        views = np.flatnonzero(wanted[self.camera])
        number = np.cumsum(wanted) - 1
        cameras = self.cameras[wanted].reset_index(drop=True)
        return Stands(self.views.take(views), number[self.camera[views]], cameras)


def building_heights(buildings: pd.DataFrame, floor_height_m: float) -> Floats:
    """Return the height of each building: as stated, else by its floors, else NaN.

    Parameters
    ----------
    buildings : DataFrame
        height_m, floors; zeros and missing values say nothing.
    floor_height_m : float

    Returns
    -------
    ndarray of float64

    Examples
    --------
    >>> frame = pd.DataFrame({"height_m": [9.0, None, None], "floors": [None, 6, None]})
    >>> building_heights(frame, 3.0)
    array([ 9., 18., nan])
    """
    height = _positive(buildings["height_m"])
    floors = _positive(buildings["floors"])
    return np.where(np.isnan(height), floors * floor_height_m, height)


def stands_of(cameras: pd.DataFrame, obstacles: Obstacles, rules: SightRules) -> Stands:
    """Work out where each camera stands and looks.

    Parameters
    ----------
    cameras : DataFrame
        x, y (metres, NaN where it stands nowhere), geom (shapely; a line is the route of a vehicle;
        anything else stands at x, y), mount, height_m, azimuth_deg, direction_type,
        field_angle_deg, view_distance_m; all but x and y may be missing values.
    obstacles : Obstacles
        Buildings.
    rules : SightRules

    Returns
    -------
    Stands

    Notes
    -----
    A dome sees all around. A camera whose direction is unknown is taken to see all around, which is
    an upper bound; one whose direction is known to the nearest eighth only, and whose field angle
    is unknown, to see that eighth. On a vehicle the azimuth counts from where it goes; without one
    it sees all around. A camera on a roof (inside a footprint, not lower than the building) sees
    past the roof's edge.

    Examples
    --------
    >>> cameras = pd.DataFrame({"x": [0.0], "y": [0.0], "geom": [None], "mount": ["fixed"],
    ...     "height_m": [6.0], "azimuth_deg": [90.0], "direction_type": ["1"],
    ...     "field_angle_deg": [None], "view_distance_m": [50.0]})
    >>> stands = stands_of(cameras, Obstacles([], []), SightRules())
    >>> stands.cameras[["field_angle_deg", "direction", "place"]].values.tolist()
    [[45.0, 'eighth', 'free']]
    """
    known = _with_assumptions(cameras.reset_index(drop=True), rules)
    x, y, row, heading = _positions(known, rules.route_step_m)
    height = known["height_m"].to_numpy()[row]
    x, y, place = _off_walls(x, y, height, obstacles, rules.wall_m)
    rides = (known["mount"] == "vehicle").to_numpy()
    place = np.where(rides[row] & (place != "free"), "indoors", place)
    seeing = place != "indoors"
    views = _views(known, row, (x, y), heading, rules).take(np.flatnonzero(seeing))
    positions = np.bincount(row[seeing], minlength=len(known))
    first = pd.Series(place, index=row).groupby(level=0).first()
    where = first.reindex(known.index).fillna("nowhere").to_numpy(dtype=object)
    where = np.where(rides & (positions > 0), "free", where)
    return Stands(views, row[seeing], known.assign(place=where, positions=positions))


def _positive(values: pd.Series[Any]) -> Floats:
    numbers = pd.to_numeric(values, errors="coerce").to_numpy(dtype=np.float64, na_value=np.nan)
    return np.where(numbers > 0, numbers, np.nan)


def _with_assumptions(cameras: pd.DataFrame, rules: SightRules) -> pd.DataFrame:
    """Return the cameras with nothing left open but where they stand."""
    geoms = cameras["geom"].to_numpy(dtype=object)
    is_line = shapely.get_dimensions(geoms) == 1
    rides = is_line | (cameras["mount"] == "vehicle").to_numpy()
    dome = ~rides & (cameras["mount"] == "dome").to_numpy()
    azimuth = pd.to_numeric(cameras["azimuth_deg"], errors="coerce").to_numpy(
        dtype=np.float64, na_value=np.nan
    )
    eighth = cameras["direction_type"].map(dict(AZIMUTH_DEG)).to_numpy(dtype=np.float64)
    azimuth = np.where(np.isnan(azimuth), eighth, azimuth)
    angle = _positive(cameras["field_angle_deg"])
    rough = np.isnan(angle) & (azimuth == eighth)
    angle = np.where(np.isnan(angle), np.where(rough, _EIGHTH_DEG, rules.field_angle_deg), angle)
    around = dome | np.isnan(azimuth) | (angle >= _FULL_DEG)
    blank = np.isnan(azimuth) & ~dome & ~rides
    direction = np.select([blank, around, rough], ["unknown", "around", "eighth"], default="angle")
    usual = np.where(rides, rules.vehicle_height_m, rules.height_m)
    height, reach = _positive(cameras["height_m"]), _positive(cameras["view_distance_m"])
    return cameras.assign(
        mount=np.select([rides, dome], ["vehicle", "dome"], default="fixed"),
        height_m=np.where(np.isnan(height), usual, height),
        range_m=np.where(np.isnan(reach), rules.range_m, reach),
        azimuth_deg=np.where(np.isnan(azimuth), 0.0, azimuth),
        field_angle_deg=np.where(around, _FULL_DEG, angle),
        direction=direction.astype(object),
    )


def _positions(cameras: pd.DataFrame, step_m: float) -> tuple[Floats, Floats, Integers, Floats]:
    """Return x, y, row and heading (degrees) of every position; a heading of 0 where it stands."""
    geoms = cameras["geom"].to_numpy(dtype=object)
    is_line = (shapely.get_dimensions(geoms) == 1) & (shapely.length(geoms) > 0)
    x, y = (cameras[c].to_numpy(dtype=np.float64, na_value=np.nan) for c in ("x", "y"))
    still = np.flatnonzero(~is_line & np.isfinite(x) & np.isfinite(y))
    parts, of = shapely.get_parts(geoms[is_line], return_index=True)
    length = shapely.length(parts)
    count = np.maximum(np.ceil(length / step_m), 1).astype(np.int64) * (length > 0)
    part = np.repeat(np.arange(len(parts)), count)
    turn = np.arange(len(part)) - np.repeat(np.cumsum(count) - count, count)
    at = (turn + 0.5) * (length / np.maximum(count, 1))[part]
    here = shapely.get_coordinates(shapely.line_interpolate_point(parts[part], at))
    ahead = np.minimum(at + 0.5, length[part])
    behind = np.maximum(at - 0.5, 0.0)
    way = shapely.get_coordinates(shapely.line_interpolate_point(parts[part], ahead))
    way = way - shapely.get_coordinates(shapely.line_interpolate_point(parts[part], behind))
    heading = np.degrees(np.arctan2(way[:, 0], way[:, 1])) % _FULL_DEG
    rows = np.concatenate([still, np.flatnonzero(is_line)[of][part]]).astype(np.int64)
    order = np.argsort(rows, kind="stable")
    east = np.concatenate([x[still], here[:, 0]])[order]
    north = np.concatenate([y[still], here[:, 1]])[order]
    return east, north, rows[order], np.concatenate([np.zeros(len(still)), heading])[order]


def _off_walls(
    x: Floats, y: Floats, height_m: Floats, obstacles: Obstacles, wall_m: float
) -> tuple[Floats, Floats, Objects]:
    """Move what stands in a wall or behind it by a wrong coordinate to its outside."""
    x, y, place = x.copy(), y.copy(), np.full(len(x), "free", dtype=object)
    points = shapely.points(x, y)
    tree = shapely.STRtree(obstacles.polygons)
    point, building = tree.query(points, predicate="intersects")
    order = np.lexsort((building, point))
    tall = obstacles.height_m[building] > height_m[point]
    place[point[~tall]] = "roof"
    for n in order[tall[order]]:
        i = point[n]
        foot, outward = _nearest_wall(obstacles, building[n], x[i], y[i])
        if np.hypot(foot[0] - x[i], foot[1] - y[i]) > wall_m:
            place[i] = "indoors"
        elif place[i] not in ("wall", "indoors"):
            x[i], y[i] = foot + _OFF_WALL_M * outward
            place[i] = "wall"
    moved = np.flatnonzero(place == "wall")
    again, other = tree.query(shapely.points(x[moved], y[moved]), predicate="intersects")
    still_in = obstacles.height_m[other] > height_m[moved[again]]
    place[moved[again[still_in]]] = "indoors"
    return x, y, place


def _nearest_wall(obstacles: Obstacles, building: int, x: float, y: float) -> tuple[Floats, Floats]:
    """Return the nearest point of a building's outline and the unit vector that leads outwards."""
    ends = obstacles.edges[obstacles.starts[building] : obstacles.starts[building + 1]]
    begin, along = ends[:, :2], ends[:, 2:] - ends[:, :2]
    squared = np.maximum((along**2).sum(axis=1), 1e-300)
    at = np.clip(((np.array([x, y]) - begin) * along).sum(axis=1) / squared, 0.0, 1.0)
    feet = begin + at[:, None] * along
    nearest = int(np.argmin(np.hypot(feet[:, 0] - x, feet[:, 1] - y)))
    # The building lies on the left of its walls.
    normal = np.array([along[nearest, 1], -along[nearest, 0]]) / np.sqrt(squared[nearest])
    return feet[nearest], normal


def _views(
    cameras: pd.DataFrame,
    row: Integers,
    at: tuple[Floats, Floats],
    heading: Floats,
    rules: SightRules,
) -> Views:
    columns = {
        name: cameras[name].to_numpy(dtype=np.float64)[row]
        for name in ("height_m", "range_m", "azimuth_deg", "field_angle_deg")
    }
    near = blind_radius_m(
        columns["height_m"],
        columns["range_m"],
        vertical_angle_deg=rules.vertical_angle_deg,
        target_height_m=rules.target_height_m,
    )
    looks_down = (cameras["mount"] == "dome").to_numpy()[row]
    return Views(
        *at,
        columns["height_m"],
        (columns["azimuth_deg"] + heading) % _FULL_DEG,
        columns["field_angle_deg"],
        np.where(looks_down, 0.0, near),
        columns["range_m"],
    )
