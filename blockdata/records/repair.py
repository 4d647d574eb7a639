"""The one rule by which a shape that is not valid is repaired; all others are set aside.

A repair may not change what a shape says. It closes rings, drops a spike, a point given twice, a
tiny loop where a ring crosses itself, and a line or point that lies on a polygon beside it. A
shape that would fall into more parts or lose area is not repaired: only its maker knows what was
meant.
"""

from __future__ import annotations

from types import MappingProxyType

import numpy as np
import numpy.typing as npt
import shapely

from blockdata.records.field import Geometry

__all__ = ["REPAIRS", "closed_wkb", "repaired_shapes", "ring_area_m2"]

Shapes = npt.NDArray[np.object_]

REPAIRS = MappingProxyType(
    {
        "unclosed_ring": ("闭合了环", "a ring was closed"),
        "crossing": (
            "去除了微小自相交、折刺或重复点",
            "a tiny loop, spike or double point was dropped",
        ),
        "leftover": ("去除了多边形上的线或点", "a line or point on its polygon was dropped"),
    }
)
"""What is repaired, in Chinese and English."""

LARGEST_M2 = 0.5
LARGEST_SHARE = 0.01
_NEAR_M = 0.05
_COLLECTION = shapely.GeometryType.GEOMETRYCOLLECTION.value
_AREAS = (shapely.GeometryType.POLYGON.value, shapely.GeometryType.MULTIPOLYGON.value)


def closed_wkb(wkb: Shapes) -> Shapes:
    """Read shapes that cannot be read as they are, with their rings closed.

    Parameters
    ----------
    wkb : ndarray of bytes or None, shape (n,)

    Returns
    -------
    ndarray of shapely geometries, shape (n,)
        None where that does not help.

    Examples
    --------
    >>> import struct
    >>> ring = struct.pack("<6d", 0, 0, 4, 0, 4, 4) + struct.pack("<2d", 0, 4)
    >>> open_ring = struct.pack("<BIII", 1, 3, 1, 4) + ring
    >>> closed_wkb(np.array([open_ring, b"none"], dtype=object)).tolist()
    [<POLYGON ((0 0, 4 0, 4 4, 0 4, 0 0))>, None]
    """
    given = np.array([w or None for w in wkb], dtype=object)
    shapes: Shapes = np.full(len(given), None, dtype=object)
    for row, one in enumerate(given):
        # One by one: a shape that cannot be closed either would take the others with it.
        try:
            shapes[row] = shapely.from_wkb(one, on_invalid="fix")
        except (shapely.errors.GEOSException, TypeError):
            continue
    return shapes


def repaired_shapes(shapes: Shapes, geometry: Geometry) -> tuple[Shapes, Shapes]:
    """Repair the shapes of which that changes nothing but their form.

    Of a polygon that is not valid `shapely.make_valid` gives the structure; it counts if it has
    as many parts as before and its area is that of the given rings, but for 0.5 m² and one in a
    hundred. Of a mixed collection the polygons count if all else lies on them.

    Parameters
    ----------
    shapes : ndarray of shapely geometries, shape (n,)
        Plane, in metres.
    geometry : Geometry
        What a shape should be. Only polygons are repaired; `ANY` takes what is given.

    Returns
    -------
    shapes : ndarray, shape (n,)
        Those that cannot be repaired stand as they came.
    repairs : ndarray of str or None, shape (n,)
        A key of `REPAIRS` where something was done.

    Examples
    --------
    >>> spike = shapely.Polygon([(0, 0), (9, 0), (9, 9), (9, 20), (9, 9), (0, 9)])
    >>> bow_tie = shapely.Polygon([(0, 0), (9, 9), (9, 0), (0, 9)])
    >>> shapes, repairs = repaired_shapes(np.array([spike, bow_tie]), Geometry.POLYGON)
    >>> shapes[0].area, repairs.tolist()
    (81.0, ['crossing', None])
    """
    result, repairs = shapes.copy(), np.full(len(shapes), None, dtype=object)
    if geometry not in (Geometry.POLYGON, Geometry.ANY):
        return result, repairs
    for row in _mixed(shapes, geometry):
        polygons = _polygons_of(shapes[row])
        if polygons is not None:
            result[row], repairs[row] = polygons, "leftover"
    for row in _crossing(result):
        valid = _without_crossing(result[row])
        if valid is not None:
            result[row], repairs[row] = valid, "crossing"
    return result, repairs


def _mixed(shapes: Shapes, geometry: Geometry) -> list[int]:
    if geometry is not Geometry.POLYGON:
        return []
    rows: list[int] = np.flatnonzero(shapely.get_type_id(shapes) == _COLLECTION).tolist()
    return rows


def _crossing(shapes: Shapes) -> list[int]:
    rows = np.flatnonzero(np.isin(shapely.get_type_id(shapes), _AREAS) & ~shapely.is_empty(shapes))
    with np.errstate(invalid="ignore"):  # NaN makes a shape bad, and is no news
        bad: list[int] = rows[~shapely.is_valid(shapes[rows])].tolist()
    return bad


def _polygons_of(collection: shapely.Geometry) -> shapely.Geometry | None:
    """Return the polygons of a collection if all else lies on them."""
    parts = shapely.get_parts(collection)
    is_area = np.isin(shapely.get_type_id(parts), _AREAS)
    areas = shapely.get_parts(parts[is_area])
    if not len(areas) or not np.isfinite(shapely.get_coordinates(collection)).all():
        return None
    whole = areas[0] if len(areas) == 1 else shapely.MultiPolygon(list(areas))
    if not shapely.is_valid(whole):
        return None
    near = shapely.covers(shapely.buffer(whole, _NEAR_M), parts[~is_area])
    return whole if near.all() else None


def _without_crossing(shape: shapely.Geometry) -> shapely.Geometry | None:
    if not np.isfinite(shapely.get_coordinates(shape)).all():
        return None
    valid = shapely.make_valid(shape, method="structure", keep_collapsed=False)
    # Loops that are smaller than what a repair may change go; so do holes of that size.
    parts = [
        p for p in shapely.get_parts(valid) if p.geom_type == "Polygon" and p.area > LARGEST_M2
    ]
    if len(parts) != shapely.get_num_geometries(shape):
        return None
    kept = [shapely.Polygon(p.exterior, [h for h in p.interiors if _encloses(h)]) for p in parts]
    result = kept[0] if shape.geom_type == "Polygon" else shapely.MultiPolygon(kept)
    change = abs(result.area - ring_area_m2(shape))
    return result if change <= min(LARGEST_M2, LARGEST_SHARE * result.area) else None


def _encloses(hole: shapely.Geometry) -> bool:
    return bool(shapely.Polygon(hole).area > LARGEST_M2)


def ring_area_m2(shape: shapely.Geometry) -> float:
    """Return the area of a polygon's rings as they are given, holes taken off.

    Where a ring crosses itself, what it goes around the other way counts against it.

    Examples
    --------
    >>> ring_area_m2(shapely.Polygon([(0, 0), (9, 9), (9, 0), (0, 9)]))
    0.0
    """
    total = 0.0
    for part in shapely.get_parts(shape):
        total += abs(_signed_m2(part.exterior))
        total -= sum(abs(_signed_m2(hole)) for hole in part.interiors)
    return total


def _signed_m2(ring: shapely.Geometry) -> float:
    xy = shapely.get_coordinates(ring)
    x, y = (xy - xy[0]).T
    return float((x[:-1] * y[1:] - x[1:] * y[:-1]).sum() / 2)
