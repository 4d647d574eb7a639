"""Geometries of the entities of a drawing that are points or straight lines."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import shapely

from blockdata_loaders.reader.dxf_entities import Entity

__all__ = ["is_supported", "shape_of"]

_X, _Y, _X_END, _Y_END = 10, 20, 11, 21
_FLAGS, _BULGE = 70, 42
_ARRAY = (70, 71)  # columns and rows of a block that stands for many
_CLOSED, _IN_SPACE, _MESHES = 1, 8, 16 | 64
_NORMAL = (210, 220, 230)
_POINTS = ("POINT", "INSERT", "TEXT", "MTEXT")
_LINES = ("LINE", "LWPOLYLINE", "POLYLINE")
# Their coordinates are of the drawing; those of the others are of the plane they are drawn in.
_IN_WORLD = ("POINT", "LINE", "MTEXT")


def is_supported(entity: Entity) -> bool:
    """Whether an entity is a point, a single block, a text or a straight line.

    Examples
    --------
    >>> is_supported(Entity("POINT")), is_supported(Entity("HATCH"))
    (True, False)
    """
    if entity.kind == "INSERT":
        return all(entity.first(code, b"1").strip() in (b"0", b"1") for code in _ARRAY)
    if entity.kind == "POLYLINE" and _flags(entity) & _MESHES:
        return False
    curved = any(_is_bulge(part) for part in (entity, *entity.parts))
    return entity.kind in (*_POINTS, *_LINES) and not curved


def shape_of(entity: Entity) -> shapely.Geometry | None:
    """Return the plane geometry of a supported entity.

    Returns
    -------
    shapely.Geometry or None
        A polyline that is closed, or ends where it begins, is a polygon. None where
        coordinates are missing or no numbers, or the plane it is drawn in is not level.

    Examples
    --------
    >>> str(shape_of(Entity("POINT", [(10, b"5.5"), (20, b"6")])))
    'POINT (5.5 6)'
    """
    try:
        coordinates = _coordinates(entity) * _turned(entity)
        if entity.kind in _POINTS:
            return shapely.Point(coordinates[0])
        closed = _is_closed(entity, coordinates)
        return shapely.Polygon(coordinates) if closed else shapely.LineString(coordinates)
    except (ValueError, IndexError, shapely.errors.GEOSException):
        return None


def _flags(entity: Entity) -> int:
    value = entity.first(_FLAGS).strip()
    return int(value) if value.isdigit() else 0


def _is_closed(entity: Entity, coordinates: npt.NDArray[np.float64]) -> bool:
    if entity.kind == "LINE":
        return False
    returns = len(coordinates) > 3 and (coordinates[0] == coordinates[-1]).all()
    return bool(returns or _flags(entity) & _CLOSED)


def _is_bulge(entity: Entity) -> bool:
    if entity.kind not in ("LWPOLYLINE", "VERTEX"):
        return False
    return any(value.strip().strip(b"-+0.") for code, value in entity.tags if code == _BULGE)


def _coordinates(entity: Entity) -> npt.NDArray[np.float64]:
    if entity.kind == "LINE":
        columns = [entity.numbers(_X) + entity.numbers(_X_END)]
        columns.append(entity.numbers(_Y) + entity.numbers(_Y_END))
    else:
        corners = entity.parts if entity.kind == "POLYLINE" else [entity]
        columns = [[n for c in corners for n in c.numbers(code)] for code in (_X, _Y)]
    return np.array(columns, dtype=np.float64).T


def _turned(entity: Entity) -> tuple[float, float]:
    """What x and y are to be multiplied by: a mirrored entity is drawn on the plane's back.

    Raises
    ------
    ValueError
        If the plane is not level.
    """
    if entity.kind in _IN_WORLD or _flags(entity) & _IN_SPACE:
        return 1.0, 1.0
    normal = [[*entity.numbers(code), 0.0][0] for code in _NORMAL]
    if normal[:2] != [0.0, 0.0]:
        raise ValueError("drawn in a plane that is not level")
    return (-1.0, 1.0) if normal[2] < 0 else (1.0, 1.0)
