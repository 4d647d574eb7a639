"""The coordinate systems in which departments deliver, from metres of the district's own."""

from __future__ import annotations

from functools import cache

import numpy as np
import numpy.typing as npt
import pyproj
import shapely

from data_samples.district.sizes import CRS

Points = npt.NDArray[np.float64]

LOCAL = {"east_m": -498_000.0, "north_m": -3_301_500.0, "rotation_deg": 0.35, "scale": 0.99998}
"""The city's own system: local = scale * R(rotation, anticlockwise) * (x, y) + (east, north).

The configuration states the way back, from local to `CRS`; see `local_to_crs`.
"""

_DECIMALS = 8
_AXIS_M, _ECCENTRICITY2 = 6_378_245.0, 0.00669342162296594323


@cache
def _transformer(target: str) -> pyproj.Transformer:
    return pyproj.Transformer.from_crs(CRS, target, always_xy=True)


def delivered(points: Points, system: str) -> Points:
    """Return points in the coordinates of a delivery.

    Parameters
    ----------
    points : ndarray of float, shape (n, 2)
        Metres of `CRS`, easting first; NaN stays NaN.
    system : str
        "EPSG:n", "GCJ-02", "BD-09", or "local".

    Returns
    -------
    ndarray of float, shape (n, 2)
        Easting or longitude first; degrees to a millimetre, metres to a centimetre.

    Examples
    --------
    >>> delivered(np.array([[538517.043, 3342351.856]]), "EPSG:4490").round(5).tolist()
    [[120.4, 30.2]]
    """
    if system == CRS:
        return points.round(2)
    if system == "local":
        return to_local(points).round(3)
    if system in {"GCJ-02", "BD-09"}:
        lon_lat = np.column_stack(_transformer("EPSG:4490").transform(*points.T))
        shifted = _gcj02(lon_lat)
        return np.asarray((_bd09(shifted) if system == "BD-09" else shifted).round(_DECIMALS))
    found = np.column_stack(_transformer(system).transform(*points.T))
    geographic = pyproj.CRS.from_user_input(system).is_geographic
    return np.asarray(found.round(_DECIMALS if geographic else 2))


def delivered_shapes(shapes: npt.NDArray[np.object_], system: str) -> npt.NDArray[np.object_]:
    """Return geometries in the coordinates of a delivery."""
    return np.asarray(shapely.transform(shapes, lambda points: delivered(points, system)))


def to_local(points: Points) -> Points:
    """Return points in the city's own system."""
    turn = np.deg2rad(LOCAL["rotation_deg"])
    matrix = LOCAL["scale"] * np.array(
        [[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]]
    )
    return np.asarray(points @ matrix + np.array([LOCAL["east_m"], LOCAL["north_m"]]))


def local_to_crs() -> dict[str, float]:
    """Return the similarity that leads back: x = east + scale * (cos * e - sin * n), and so on.

    Returns
    -------
    dict
        `east_m`, `north_m`, `rotation_deg` (anticlockwise), `scale`.
    """
    turn = np.deg2rad(-LOCAL["rotation_deg"])
    scale = 1 / LOCAL["scale"]
    east, north = -LOCAL["east_m"], -LOCAL["north_m"]
    return {
        "east_m": float(scale * (np.cos(turn) * east - np.sin(turn) * north)),
        "north_m": float(scale * (np.sin(turn) * east + np.cos(turn) * north)),
        "rotation_deg": -LOCAL["rotation_deg"],
        "scale": float(scale),
    }


def _gcj02(lon_lat: Points) -> Points:
    """Displace WGS 84 degrees as Chinese maps do, by the published polynomial."""
    x, y = lon_lat[:, 0] - 105.0, lon_lat[:, 1] - 35.0
    root, pi = np.sqrt(np.abs(x)), np.pi
    waves = 20 * np.sin(6 * pi * x) + 20 * np.sin(2 * pi * x)
    north = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root
    north += (waves + 20 * np.sin(pi * y) + 40 * np.sin(pi / 3 * y)) * 2 / 3
    north += (160 * np.sin(pi / 12 * y) + 320 * np.sin(pi / 30 * y)) * 2 / 3
    east = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root
    east += (waves + 20 * np.sin(pi * x) + 40 * np.sin(pi / 3 * x)) * 2 / 3
    east += (150 * np.sin(pi / 12 * x) + 300 * np.sin(pi / 30 * x)) * 2 / 3
    latitude = np.deg2rad(lon_lat[:, 1])
    magic = 1 - _ECCENTRICITY2 * np.sin(latitude) ** 2
    radius = _AXIS_M * (1 - _ECCENTRICITY2) / magic**1.5
    d_lat = north * 180 / (pi * radius)
    d_lon = east * 180 / (pi * _AXIS_M / np.sqrt(magic) * np.cos(latitude))
    return lon_lat + np.column_stack([d_lon, d_lat])


def _bd09(gcj: Points) -> Points:
    """Displace GCJ-02 degrees once more."""
    turn = np.pi * 3000 / 180
    x, y = gcj.T
    radius = np.hypot(x, y) + 0.00002 * np.sin(y * turn)
    angle = np.arctan2(y, x) + 0.000003 * np.cos(x * turn)
    return np.column_stack([radius * np.cos(angle) + 0.0065, radius * np.sin(angle) + 0.006])
