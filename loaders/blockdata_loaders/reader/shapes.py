"""Geometries of a Shapefile (.shp with its index .shx), record by record.

Read by the published layout: the spatial driver turns a damaged record into a null geometry
without a word. Here it is told from a record that says to have none.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

from blockdata_loaders.reader.dbf import truncated
from blockdata_loaders.reader.rings import closed_ring, polygons_of_rings

__all__ = ["Shapes", "header_says", "read_shapes"]

_HEADER_BYTES = 100
_RECORD_HEADER_BYTES = 8
_MAGIC = (9994, 1000)
_NULL, _POINT, _LINE, _POLYGON, _MULTIPOINT, _MULTIPATCH = 0, 1, 3, 5, 8, 31
# With a height (10 and more) or a measure (20 and more) the same follows as without.
_KINDS = {
    base + extra: base for base in (_POINT, _LINE, _POLYGON, _MULTIPOINT) for extra in (0, 10, 20)
} | {_NULL: _NULL}
_POINT_BYTES = 20
_COUNTS_AT = 36  # after the kind and the bounds
_SIMPLE_AT = 48  # the first point of a record with one part
_BATCH_ROWS = 20_000

_Coordinates = npt.NDArray[np.float64]
_Geometries = npt.NDArray[np.object_]


@dataclass(frozen=True)
class Shapes:
    """The geometries of n records.

    Parameters
    ----------
    geometries : ndarray of object, shape (n,)
        Plane; None where a record has none or none that can be read.
    readable : ndarray of bool, shape (n,)
        False where a record has a geometry that cannot be read.
    """

    geometries: _Geometries
    readable: npt.NDArray[np.bool_]


def header_says(head: bytes) -> bool:
    """Whether a file begins with the header of a .shp or .shx file.

    Examples
    --------
    >>> header_says(b"<OGRVRTDataSource>".ljust(100))
    False
    """
    if len(head) < _HEADER_BYTES:
        return False
    (code,) = struct.unpack_from(">i", head)
    version, kind = struct.unpack_from("<2i", head, 28)
    return (code, version) == _MAGIC and kind in {*_KINDS, _MULTIPATCH}


def read_shapes(path: Path, index: Path) -> Shapes:
    """Read all geometries.

    Parameters
    ----------
    path : Path
        The .shp file.
    index : Path
        The .shx file.

    Returns
    -------
    Shapes
        In the order of the index. Parts with too few points, without order or beyond the
        record's end, and patches of surfaces in space, cannot be read.

    Raises
    ------
    SourceError
        Reason "truncated": one of the files is shorter than its header says.

    References
    ----------
    ESRI Shapefile Technical Description, July 1998.
    """
    data = _whole(path)
    records = _records(data, _whole(index))
    geometries: _Geometries = np.full(len(records.starts), None, dtype=object)
    is_point = (records.kinds == _POINT) & (records.lengths >= _POINT_BYTES)
    geometries[is_point] = shapely.points(_gathered(data, records.starts[is_point] + 4, "<f8", 2))
    parted = np.flatnonzero(np.isin(records.kinds, (_LINE, _POLYGON, _MULTIPOINT)))
    for start in range(0, len(parted), _BATCH_ROWS):
        rows = parted[start : start + _BATCH_ROWS]
        simple, made = _simple(data, records, rows)
        geometries[rows[simple]] = made
        for row in rows[~simple].tolist():
            content = memoryview(data)[records.starts[row] :][: records.lengths[row]]
            geometries[row] = _assembled(int(records.kinds[row]), content)
    return Shapes(geometries, ~shapely.is_missing(geometries) | (records.kinds == _NULL))


@dataclass(frozen=True)
class _Records:
    """Where the content of each record starts, its bytes, and its kind; -1 where damaged.

    `main` is the kind that all records should be of that have a geometry.
    """

    starts: npt.NDArray[np.int64]
    lengths: npt.NDArray[np.int64]
    kinds: npt.NDArray[np.int64]
    main: int


def _records(data: bytes, index: bytes) -> _Records:
    usable = len(index) - (len(index) - _HEADER_BYTES) % 8
    pairs = np.frombuffer(index[_HEADER_BYTES:usable], dtype=">i4").reshape(-1, 2)
    # In units of two bytes, as all lengths of the format.
    starts, lengths = (pairs.astype(np.int64) * 2 + (_RECORD_HEADER_BYTES, 0)).T
    present = (starts > _HEADER_BYTES) & (lengths >= 4) & (starts + lengths <= len(data))
    kinds = np.full(len(pairs), -1)
    kinds[present] = [_KINDS.get(k, -1) for k in _gathered(data, starts[present], "<i4", 1)[:, 0]]
    main = _KINDS.get(struct.unpack_from("<i", data, 32)[0], -1)
    return _Records(starts, lengths, kinds, main)


def _whole(path: Path) -> bytes:
    data = path.read_bytes()
    # The header states the length in units of two bytes.
    if len(data) < _HEADER_BYTES or len(data) < 2 * struct.unpack_from(">i", data, 24)[0]:
        raise truncated(path)
    return data


def _gathered(data: bytes, starts: npt.NDArray[np.int64], kind: str, count: int) -> Any:
    """Numbers that stand at the given even places, `count` of them in a row."""
    units = np.frombuffer(data, np.uint16, len(data) // 2)
    places = starts[:, None] // 2 + np.arange(np.dtype(kind).itemsize * count // 2)
    return units[places].view(kind)


def _simple(
    data: bytes, records: _Records, rows: npt.NDArray[np.int64]
) -> tuple[npt.NDArray[np.bool_], _Geometries]:
    """Tell which rows are lines or polygons of one part, and make those all at once."""
    starts, lengths = records.starts[rows], records.lengths[rows]
    simple = (records.kinds[rows] == records.main) & (lengths >= _SIMPLE_AT)
    simple &= records.main in (_LINE, _POLYGON)
    parts, points = np.zeros((2, len(rows)), np.int64)
    parts[simple], points[simple] = _gathered(data, starts[simple] + _COUNTS_AT, "<i4", 2).T
    simple &= (parts == 1) & (lengths >= _SIMPLE_AT + 16 * points)
    simple &= points >= (2 if records.main == _LINE else 4)
    starts, points = starts[simple], points[simple]
    before = np.cumsum(points) - points
    places = np.repeat(starts + _SIMPLE_AT - 16 * before, points)
    coordinates = _gathered(data, places + 16 * np.arange(len(places)), "<f8", 2)
    owner = np.repeat(np.arange(len(points)), points)
    if records.main == _LINE:
        return simple, np.asarray(shapely.linestrings(coordinates, indices=owner))
    return simple, np.asarray(shapely.polygons(shapely.linearrings(coordinates, indices=owner)))


def _split(content: memoryview) -> list[_Coordinates]:
    count, points = struct.unpack_from("<2i", content, _COUNTS_AT)
    if not 1 <= count <= points:
        raise ValueError("no parts")
    starts = np.frombuffer(content, "<i4", count, _COUNTS_AT + 8)
    ends = [*starts[1:].tolist(), points]
    if starts[0] != 0 or (np.diff([*starts.tolist(), points]) < 2).any():
        raise ValueError("parts out of order")
    coordinates = _coordinates(content, _COUNTS_AT + 8 + 4 * count, points)
    return [coordinates[a:b] for a, b in zip(starts.tolist(), ends, strict=True)]


def _coordinates(content: memoryview, start: int, count: int) -> _Coordinates:
    if count < 1:
        raise ValueError("no points")
    return np.frombuffer(content, "<f8", 2 * count, start).reshape(count, 2)


def _assembled(kind: int, content: memoryview) -> shapely.Geometry | None:
    """Make the geometry of one record; None where it is damaged."""
    try:
        if kind == _MULTIPOINT:
            (count,) = struct.unpack_from("<i", content, _COUNTS_AT)
            return shapely.multipoints(_coordinates(content, _COUNTS_AT + 4, count))
        parts = _split(content)
        if kind == _LINE:
            lines = [shapely.linestrings(part) for part in parts]
            return lines[0] if len(lines) == 1 else shapely.multilinestrings(lines)
        return polygons_of_rings([closed_ring(part) for part in parts])
    except (struct.error, ValueError, shapely.errors.GEOSException):
        return None
