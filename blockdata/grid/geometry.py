"""Geometry that cannot be counted by: found, named with its row, repaired by one rule or left."""

from __future__ import annotations

from collections.abc import Collection
from types import MappingProxyType

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyproj
import shapely

from blockdata.crs import bounds_in
from blockdata.records import Geometry
from blockdata.records.checks import SHAPES
from blockdata.records.repair import REPAIRS, repaired_shapes

__all__ = ["PROBLEMS", "find_bad_geometry", "repaired", "used_in"]

Geometries = npt.NDArray[np.object_]
Extent = tuple[float, float, float, float]

PROBLEMS = MappingProxyType(
    {
        "missing": ("没有图形", "there is no geometry"),
        "empty": ("图形为空", "the geometry is empty"),
        "not_finite": ("坐标含非数或无穷", "a coordinate is no finite number"),
        "mixed_types": ("点线面混合", "points, lines and polygons in one geometry"),
        "wrong_type": ("几何类型不符", "another type of geometry than asked for"),
        "degrees": ("坐标像经纬度而不是米", "coordinates look like degrees, not metres"),
        "elsewhere": ("位置不在坐标系适用或约定的范围", "lies outside of where it may lie"),
        "self_crossing": ("自相交或环有误", "crosses itself, or its rings are wrong"),
    }
)
"""What is wrong with a geometry, in the order in which it is looked for."""

_WIDE_DEG = 3.0
_MOST_LATITUDE = 85.0
_COLLECTION = shapely.GeometryType.GEOMETRYCOLLECTION.value


def find_bad_geometry(
    geoms: Geometries | pd.Series,
    *,
    crs: str | None,
    extent: Extent | None = None,
    kinds: Collection[Geometry] = (Geometry.POLYGON,),
) -> pd.DataFrame:
    """Name every geometry that nothing should be computed with.

    Parameters
    ----------
    geoms : array of shapely geometries, shape (n,)
        In metres. A missing one is bad.
    crs : str or None
        Their coordinate system. With None nothing is said of where they lie.
    extent : (xmin, ymin, xmax, ymax), optional
        Where they may lie, in metres; a geometry that touches it is inside. Default: where `crs`
        is used, and three degrees around.
    kinds : collection of Geometry
        What they may be; a multi-part of a kind is right.

    Returns
    -------
    DataFrame
        row (position), problem (the first key of `PROBLEMS` that holds), detail: where a ring
        crosses itself, how far off a geometry lies. One row per bad geometry, by position.

    Examples
    --------
    >>> shapes = np.array([shapely.box(0, 0, 1, 1), None, shapely.box(120, 36, 121, 37)])
    >>> find_bad_geometry(shapes, crs="EPSG:4549")[["row", "problem"]].values.tolist()
    [[0, 'degrees'], [1, 'missing'], [2, 'degrees']]
    """
    shapes = np.asarray(geoms, dtype=object)
    problem = np.full(len(shapes), None, dtype=object)
    detail = np.full(len(shapes), "", dtype=object)
    _of_content(shapes, problem)
    _of_type(shapes, problem, kinds)
    if crs is not None:
        _of_place(shapes, problem, detail, extent or used_in(crs), pyproj.CRS(crs).is_projected)
    left = np.flatnonzero(problem == None)  # noqa: E711 - element by element
    crossing = left[~shapely.is_valid(shapes[left])]
    problem[crossing] = "self_crossing"
    detail[crossing] = shapely.is_valid_reason(shapes[crossing])
    rows = np.flatnonzero(problem != None)  # noqa: E711
    return pd.DataFrame(
        {
            "row": rows,
            "problem": pd.Series(problem[rows], dtype="str"),
            "detail": pd.Series(detail[rows], dtype="str"),
        }
    )


def _of_content(shapes: Geometries, problem: Geometries) -> None:
    missing = shapely.is_missing(shapes)
    xy, owner = shapely.get_coordinates(shapes, return_index=True)
    unfinished = np.zeros(len(shapes), dtype=bool)
    unfinished[owner[~np.isfinite(xy).all(axis=1)]] = True
    problem[shapely.is_empty(shapes)] = "empty"
    problem[unfinished] = "not_finite"
    problem[missing] = "missing"


def _of_type(shapes: Geometries, problem: Geometries, kinds: Collection[Geometry]) -> None:
    if Geometry.ANY in kinds:
        return
    left = problem == None  # noqa: E711
    type_id = shapely.get_type_id(shapes)
    right = np.isin(type_id, [t.value for kind in kinds for t in SHAPES[kind]])
    problem[left & ~right] = "wrong_type"
    problem[left & (type_id == _COLLECTION)] = "mixed_types"


def _of_place(
    shapes: Geometries,
    problem: Geometries,
    detail: Geometries,
    extent: Extent | None,
    in_metres: bool,
) -> None:
    left = np.flatnonzero(problem == None)  # noqa: E711
    bounds = shapely.bounds(shapes[left])
    if in_metres:
        small = (np.abs(bounds) <= (180, 90, 180, 90)).all(axis=1)
        problem[left[small]] = "degrees"
        left, bounds = left[~small], bounds[~small]
    if extent is None:
        return
    west, south, east, north = extent
    beside = np.stack(
        [west - bounds[:, 2], south - bounds[:, 3], bounds[:, 0] - east, bounds[:, 1] - north]
    )
    off_m = np.hypot(beside[[0, 2]].max(axis=0).clip(0), beside[[1, 3]].max(axis=0).clip(0))
    outside = off_m > 0
    problem[left[outside]] = "elsewhere"
    detail[left[outside]] = [f"{_distance(o)} outside" for o in off_m[outside].tolist()]


def _distance(metres: float) -> str:
    return f"{metres / 1000:,.0f} km" if metres >= 10_000 else f"{metres:,.0f} m"


def used_in(crs: str) -> Extent | None:
    """Return where a coordinate system is used, and three degrees around, in its own unit.

    Examples
    --------
    >>> [round(bound, -5) for bound in used_in("EPSG:4549")]
    [0.0, 2400000.0, 1000000.0, 6300000.0]
    """
    area = pyproj.CRS(crs).area_of_use
    if area is None:
        return None
    west, east = area.west - _WIDE_DEG, area.east + _WIDE_DEG
    south = max(area.south - _WIDE_DEG, -_MOST_LATITUDE)
    north = min(area.north + _WIDE_DEG, _MOST_LATITUDE)
    return bounds_in((west, south, east, north), crs, f"area of use of {crs}")


def repaired(
    geoms: Geometries | pd.Series, *, geometry: Geometry = Geometry.POLYGON
) -> tuple[Geometries, pd.DataFrame]:
    """Repair what can be without changing what it says; see `blockdata.records.repair`.

    The same rule holds when a delivery is loaded; what it cannot repair is quarantined there.

    Parameters
    ----------
    geoms : array of shapely geometries, shape (n,)
    geometry : Geometry, default polygon
        What each of them should be.

    Returns
    -------
    ndarray, shape (n,)
        What cannot be repaired stands as it came.
    DataFrame
        row, repair, detail (in English) of what was done.

    Examples
    --------
    >>> twice = shapely.Polygon([(0, 0), (9, 0), (9, 9), (9, 10), (9, 9), (0, 9)])
    >>> repaired(np.array([twice]))[1]["repair"].tolist()
    ['crossing']
    """
    shapes, repairs = repaired_shapes(np.asarray(geoms, dtype=object), geometry)
    rows = [row for row, what in enumerate(repairs) if what is not None]
    told = pd.DataFrame(
        {
            "row": pd.Series(rows, dtype="int64"),
            "repair": pd.Series([repairs[r] for r in rows], dtype="str"),
            "detail": pd.Series([REPAIRS[repairs[r]][1] for r in rows], dtype="str"),
        }
    )
    return shapes, told
