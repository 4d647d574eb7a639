"""Points in well-known binary, in bulk: 21 bytes each, without an object for each."""

from __future__ import annotations

import hashlib

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from blockdata.records.texts import byte_lengths, text_bytes

__all__ = ["plain_points", "points_wkb"]

_POINT = np.dtype([("order", "u1"), ("type", "<u4"), ("xy", "<f8", (2,))])
_LITTLE_ENDIAN, _POINT_TYPE = 1, 1


def shape_digest(wkb: bytes | None) -> str:
    """Return 16 hexadecimal digits that tell a stored geometry; nothing for none.

    Examples
    --------
    >>> from shapely import Point
    >>> shape_digest(Point(1, 2).wkb)
    '10a39f36ce6fbfdb'
    """
    return hashlib.sha256(wkb or b"").hexdigest()[:16]


def plain_points(wkb: pa.Array) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.float64]]:
    """Read the two-dimensional points of a column of geometries.

    Parameters
    ----------
    wkb : pa.Array, shape (n,)
        Well-known binary of any shapes; a missing one is null.

    Returns
    -------
    is_point : ndarray of bool, shape (n,)
        Little-endian points with two coordinates; other ways to write a point are left out.
    coordinates : ndarray of float, shape (k, 2)
        Of those k points. NaN for an empty one.

    References
    ----------
    OGC 06-103r4, clause 8 (well-known binary).

    Examples
    --------
    >>> from shapely import LineString, Point
    >>> wkb = pa.array([Point(1, 2).wkb, None, LineString([(0, 0), (1, 1)]).wkb], pa.binary())
    >>> is_point, coordinates = plain_points(wkb)
    >>> is_point.tolist(), coordinates.tolist()
    ([True, False, False], [[1.0, 2.0]])
    """
    is_point = byte_lengths(wkb) == _POINT.itemsize
    sized = wkb if is_point.all() else wkb.filter(pa.array(is_point))
    written = text_bytes(sized)[0].view(_POINT)
    plain = (written["order"] == _LITTLE_ENDIAN) & (written["type"] == _POINT_TYPE)
    is_point[is_point] = plain
    return is_point, written["xy"] if plain.all() else written["xy"][plain]


def points_wkb(coordinates: npt.NDArray[np.float64], given: npt.NDArray[np.bool_]) -> pa.Array:
    """Write points as well-known binary, byte for byte as shapely does.

    Parameters
    ----------
    coordinates : ndarray of float, shape (k, 2)
        Of the points that are given.
    given : ndarray of bool, shape (n,)
        Which of n rows have a point; k of them.

    Returns
    -------
    pa.Array of binary, shape (n,)
        Null where no point is given.

    Examples
    --------
    >>> from shapely import Point
    >>> points_wkb(np.array([[1.0, 2.0]]), np.array([False, True])).to_pylist() == [
    ...     None, Point(1, 2).wkb]
    True
    """
    written = np.empty(len(coordinates), _POINT)
    written["order"], written["type"], written["xy"] = _LITTLE_ENDIAN, _POINT_TYPE, coordinates
    offsets = np.zeros(len(given) + 1, np.int32)
    np.cumsum(given * _POINT.itemsize, out=offsets[1:])
    valid = None if given.all() else pa.array(given).buffers()[1]
    return pa.Array.from_buffers(
        pa.binary(), len(given), [valid, pa.py_buffer(offsets), pa.py_buffer(written)]
    )
