"""From the coordinate system of a delivery into that of the base, or an error that says why not."""

from __future__ import annotations

import functools
from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import pyproj

from blockdata.errors import SourceError

__all__ = ["Projection", "bounds_in", "is_geographic", "projection"]

Coordinates = npt.NDArray[np.float64]
Projection = Callable[[Coordinates], Coordinates]

DEGREES = "EPSG:4490"
_SAME_DATUM = frozenset({4326, 4979, 4490, 4480})
"""WGS 84 and CGCS2000: centimetres apart in definition, so taken for the same on purpose."""
_NO_PARAMETERS = {4214: "Beijing 1954", 4610: "Xian 1980", 4555: "New Beijing"}
"""PROJ knows no operation to CGCS2000 for these and would shift by nothing without a word."""
_EDGE_POINTS = 1001


def _crs(name: str, where: str) -> pyproj.CRS:
    try:
        return pyproj.CRS.from_user_input(name)
    except pyproj.exceptions.CRSError:
        raise SourceError(
            "this coordinate system is not known",
            reason="unusable_crs",
            where=where,
            next_step='Set crs of the source, for example crs = "EPSG:4549"',
        ) from None


def is_geographic(name: str, where: str) -> bool:
    """Whether a coordinate system is in degrees.

    Examples
    --------
    >>> is_geographic("EPSG:4490", "here"), is_geographic("EPSG:4549", "here")
    (True, False)
    """
    return bool(_crs(name, where).is_geographic)


def _refuse_without_parameters(crs: pyproj.CRS, where: str) -> None:
    datum = crs.geodetic_crs
    name = "" if datum is None else datum.name.replace("_", " ").casefold()
    code = None if datum is None else datum.to_epsg()
    for known, label in _NO_PARAMETERS.items():
        if code == known or label.casefold() in name:
            raise SourceError(
                f"coordinates in {label} cannot be brought into the base: no public parameters",
                reason="unusable_crs",
                where=where,
                next_step="Have them transformed to CGCS2000 by the surveying office; without "
                "its parameters they would lie tens of metres off",
            )


def _steps(source: pyproj.CRS, base: pyproj.CRS) -> list[pyproj.Transformer]:
    below, above = source.geodetic_crs, base.geodetic_crs
    if below is None or above is None or not {below.to_epsg(), above.to_epsg()} <= _SAME_DATUM:
        return [_exact(source, base)]
    steps = [] if source.is_geographic else [_exact(source, below)]
    return steps if base.is_geographic else [*steps, _exact(above, base)]


def _exact(source: pyproj.CRS, target: pyproj.CRS) -> pyproj.Transformer:
    return pyproj.Transformer.from_crs(source, target, always_xy=True, allow_ballpark=False)


@functools.lru_cache(maxsize=32)
def projection(source: str, base: str, where: str) -> Projection | None:
    """Return the function that brings coordinates into the base, None where they are in it.

    Parameters
    ----------
    source, base : str
        Coordinate systems as "EPSG:n", WKT or another text that PROJ knows.
    where : str
        For errors.

    Returns
    -------
    callable or None
        From coordinates of shape (n, 2), easting or longitude first, to the same shape;
        infinite where a coordinate has no place in the base's system. WGS 84 and CGCS2000
        count as one datum.

    Raises
    ------
    SourceError
        Reason "unusable_crs": unknown, Beijing 1954 or Xian 1980, or PROJ has no exact operation.

    Examples
    --------
    >>> to_base = projection("EPSG:4490", "EPSG:4549", "here")
    >>> to_base(np.array([[120.38, 36.07]])).round(2).tolist()
    [[534231.97, 3993376.68]]
    """
    from_crs, to_crs = _crs(source, where), _crs(base, where)
    _refuse_without_parameters(from_crs, where)
    if from_crs.equals(to_crs, ignore_axis_order=True):
        return None
    try:
        steps = _steps(from_crs, to_crs)
    except pyproj.exceptions.ProjError:
        raise SourceError(
            f"no exact operation leads from {from_crs.name} to {to_crs.name}",
            reason="unusable_crs",
            where=where,
            next_step="Deliver the data in CGCS2000 or WGS 84",
        ) from None

    def project(coordinates: Coordinates) -> Coordinates:
        for step in steps:
            x, y = step.transform(coordinates[:, 0], coordinates[:, 1])
            coordinates = np.column_stack([x, y])
        return coordinates

    return project


def bounds_in(
    extent: tuple[float, float, float, float], base: str, where: str
) -> tuple[float, float, float, float]:
    """Return an extent in degrees (CGCS2000) as bounds in the base's coordinate system.

    Parameters
    ----------
    extent : (west, south, east, north)
    base : str
    where : str
        For errors.

    Returns
    -------
    (xmin, ymin, xmax, ymax)
        Around the whole extent, to a millimetre: its edges are curves there.

    Examples
    --------
    >>> [round(b) for b in bounds_in((120, 36, 120.5, 36.5), "EPSG:4549", "here")]
    [500000, 3985543, 545082, 4041141]
    """
    west, south, east, north = extent
    across, up = (np.linspace(a, b, _EDGE_POINTS) for a, b in ((west, east), (south, north)))
    x = np.concatenate([across, across, np.full_like(up, west), np.full_like(up, east)])
    y = np.concatenate([np.full_like(across, south), np.full_like(across, north), up, up])
    edges = np.column_stack([x, y])
    project = projection(DEGREES, base, where)
    placed = edges if project is None else project(edges)
    (xmin, ymin), (xmax, ymax) = placed.min(axis=0), placed.max(axis=0)
    return float(xmin), float(ymin), float(xmax), float(ymax)
