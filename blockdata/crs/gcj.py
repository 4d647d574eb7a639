"""GCJ-02 and BD-09, the displaced degrees of Chinese maps, to and from WGS 84 over arrays."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import numpy.typing as npt

__all__ = [
    "bd09_to_gcj02",
    "bd09_to_wgs84",
    "gcj02_to_bd09",
    "gcj02_to_wgs84",
    "wgs84_to_bd09",
    "wgs84_to_gcj02",
]

Coordinates = npt.NDArray[np.float64]
Displacement = Callable[[Coordinates], Coordinates]
_Numbers = npt.NDArray[np.float64]

_RADIUS_M = 6378245.0
_ECCENTRICITY_SQUARED = 0.00669342162296594323
_WEST, _SOUTH, _EAST, _NORTH = 72.004, 0.8293, 137.8347, 55.8271
"""Outside this box the displacement is not applied, by convention of every implementation."""
_FARTHEST = 0.1
"""More degrees than any point is displaced by."""
_LON_0, _LAT_0 = 105.0, 35.0

_BD_LON, _BD_LAT = 0.0065, 0.0060
_BD_WAVES = np.radians(3000.0)

_STEPS = 4
"""Of the iteration: 5 m, 3 cm, 0.2 mm, 1 µm for GCJ-02; 16 m, 15 cm, 1 mm, 10 µm for BD-09."""
_BLOCK = 8192


def wgs84_to_gcj02(lon_lat: Coordinates) -> Coordinates:
    """Displace WGS 84 (or CGCS2000) as Chinese maps do.

    Parameters
    ----------
    lon_lat : ndarray of float64, shape (n, 2)
        Longitude and latitude in degrees; NaN stays NaN.

    Returns
    -------
    ndarray of float64, shape (n, 2)
        Unchanged outside the box 72.004 to 137.8347 E, 0.8293 to 55.8271 N.

    References
    ----------
    The formula is not published; this is the one that eviltransform, PRCoords and others share,
    on the ellipsoid of Krasovsky 1940.

    Examples
    --------
    >>> wgs84_to_gcj02(np.array([[120.38, 36.07], [0.0, 51.5]])).round(6).tolist()
    [[120.385132, 36.070275], [0.0, 51.5]]
    """
    return _applied(lon_lat, _displaced)


def gcj02_to_wgs84(lon_lat: Coordinates) -> Coordinates:
    """Undo the displacement of GCJ-02, by iteration.

    Parameters
    ----------
    lon_lat : ndarray of float64, shape (n, 2)
        Longitude and latitude in degrees; NaN stays NaN.

    Returns
    -------
    ndarray of float64, shape (n, 2)
        Displaced again it comes back to less than 0.1 mm. Unchanged if it would lie outside the
        box in which `wgs84_to_gcj02` displaces. A row's result does not depend on other rows.

    Examples
    --------
    >>> gcj02_to_wgs84(np.array([[120.385132, 36.070275]])).round(6).tolist()
    [[120.38, 36.07]]
    """
    return _undone(lon_lat, _displaced)


def gcj02_to_bd09(lon_lat: Coordinates) -> Coordinates:
    """Displace GCJ-02 once more, as Baidu does; shapes and conventions as `wgs84_to_gcj02`.

    Examples
    --------
    >>> gcj02_to_bd09(np.array([[120.385132, 36.070275]])).round(6).tolist()
    [[120.391595, 36.076363]]
    """
    return _applied(lon_lat, _displaced_again)


def bd09_to_gcj02(lon_lat: Coordinates) -> Coordinates:
    """Undo the second displacement; shapes and conventions as `gcj02_to_wgs84`.

    Examples
    --------
    >>> bd09_to_gcj02(np.array([[120.391595, 36.076363]])).round(6).tolist()
    [[120.385132, 36.070275]]
    """
    return _undone(lon_lat, _displaced_again)


def wgs84_to_bd09(lon_lat: Coordinates) -> Coordinates:
    """Displace WGS 84 twice; shapes and conventions as `wgs84_to_gcj02`.

    Examples
    --------
    >>> wgs84_to_bd09(np.array([[120.38, 36.07]])).round(6).tolist()
    [[120.391595, 36.076363]]
    """
    return _applied(lon_lat, _displaced, _displaced_again)


def bd09_to_wgs84(lon_lat: Coordinates) -> Coordinates:
    """Undo both displacements; shapes and conventions as `gcj02_to_wgs84`.

    Examples
    --------
    >>> bd09_to_wgs84(np.array([[120.391595, 36.076363]])).round(6).tolist()
    [[120.38, 36.07]]
    """
    return _undone(lon_lat, _displaced_again, _displaced)


def _inside(lon_lat: Coordinates, margin: float = 0.0) -> npt.NDArray[np.bool_]:
    lon, lat = lon_lat.T
    inside = (lon >= _WEST - margin) & (lon <= _EAST + margin)
    inside &= (lat >= _SOUTH - margin) & (lat <= _NORTH + margin)
    return np.asarray(inside, dtype=np.bool_)


def _applied(given: Coordinates, *displacements: Displacement) -> Coordinates:
    """Apply displacements one after the other to the rows inside the box, block by block."""
    result = np.array(given, dtype=np.float64)
    for block in _blocks(result):
        rows = _inside(block)
        moved = block[rows]
        for displaced in displacements:
            moved = displaced(moved)
        block[rows] = moved
    return result


def _undone(given: Coordinates, *displacements: Displacement) -> Coordinates:
    """Undo displacements one after the other, where that leads into the box."""
    result = np.array(given, dtype=np.float64)
    for block in _blocks(result):
        rows = np.flatnonzero(_inside(block, _FARTHEST))
        true = block[rows]
        for displaced in displacements:
            true = _before(displaced, true)
        inside = _inside(true)
        block[rows[inside]] = true[inside]
    return result


def _before(displaced: Displacement, given: Coordinates) -> Coordinates:
    # A fixed number of steps: were they counted until all rows settle, a row's last digits
    # would depend on its neighbours, and the same thing would look changed in the next delivery.
    true = given
    for _ in range(_STEPS):
        true = true + (given - displaced(true))
    return true


def _blocks(rows: Coordinates) -> Iterator[Coordinates]:
    # So many rows that all intermediate columns stay in the processor's cache.
    return (rows[start : start + _BLOCK] for start in range(0, len(rows), _BLOCK))


def _wave(metres: float, cycles: _Numbers) -> _Numbers:
    wave: _Numbers = metres * (20.0 / 3.0) * np.sin(np.pi * cycles)
    return wave


def _displaced(lon_lat: Coordinates) -> Coordinates:
    lon, lat = np.ascontiguousarray(lon_lat[:, 0]), np.ascontiguousarray(lon_lat[:, 1])
    x, y = lon - _LON_0, lat - _LAT_0
    common = 0.1 * x * y + _wave(2, 6 * x) + _wave(2, 2 * x)
    root = np.sqrt(np.abs(x))
    north_m = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.2 * root + common
    north_m += _wave(2, y) + _wave(4, y / 3) + _wave(16, y / 12) + _wave(32, y / 30)
    east_m = 300 + x + 2 * y + 0.1 * x * x + 0.1 * root + common
    east_m += _wave(2, x) + _wave(4, x / 3) + _wave(15, x / 12) + _wave(30, x / 30)
    per_lon, per_lat = _metres_per_degree(lat)
    return np.column_stack([lon + east_m / per_lon, lat + north_m / per_lat])


def _metres_per_degree(lat: _Numbers) -> tuple[_Numbers, _Numbers]:
    latitude = np.radians(lat)
    flat = 1 - _ECCENTRICITY_SQUARED * np.sin(latitude) ** 2
    per_lon = np.radians(_RADIUS_M * np.cos(latitude) / np.sqrt(flat))
    per_lat = np.radians(_RADIUS_M * (1 - _ECCENTRICITY_SQUARED) / (flat * np.sqrt(flat)))
    return per_lon, per_lat


def _displaced_again(lon_lat: Coordinates) -> Coordinates:
    x, y = np.ascontiguousarray(lon_lat[:, 0]), np.ascontiguousarray(lon_lat[:, 1])
    radius = np.hypot(x, y) + 0.00002 * np.sin(_BD_WAVES * y)
    angle = np.arctan2(y, x) + 0.000003 * np.cos(_BD_WAVES * x)
    return np.column_stack([radius * np.cos(angle) + _BD_LON, radius * np.sin(angle) + _BD_LAT])
