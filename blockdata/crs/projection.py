"""From the coordinate system of a delivery into that of the base, or an error that says why not."""

from __future__ import annotations

import functools
from collections.abc import Callable
from types import MappingProxyType

import numpy as np
import numpy.typing as npt
import pyproj

from blockdata.crs.gcj import bd09_to_wgs84, gcj02_to_wgs84
from blockdata.crs.local import Helmert, LocalSystem
from blockdata.crs.names import DEGREES, known_crs, named
from blockdata.errors import CrsError, SourceError

__all__ = ["Projection", "bounds_in", "is_geographic", "projection"]

Coordinates = npt.NDArray[np.float64]
Projection = Callable[[Coordinates], Coordinates]

_SAME_DATUM = frozenset({4326, 4979, 4490, 4480})
"""WGS 84 and CGCS2000: centimetres apart in definition, so taken for the same on purpose."""
_NO_PARAMETERS = {4214: "Beijing 1954", 4610: "Xian 1980", 4555: "New Beijing"}
"""PROJ knows no operation to CGCS2000 for these and would shift by nothing without a word."""
_TO_WGS84 = MappingProxyType({"GCJ-02": gcj02_to_wgs84, "BD-09": bd09_to_wgs84})
_EDGE_POINTS = 1001


def is_geographic(system: str | LocalSystem, where: str) -> bool:
    """Whether a coordinate system is in degrees.

    Examples
    --------
    >>> is_geographic("EPSG:4490", "here"), is_geographic("EPSG:4549", "here")
    (True, False)
    >>> is_geographic("GCJ-02", "here")
    True
    """
    name = system.source if isinstance(system, Helmert) else system
    if not isinstance(name, str):
        return False
    try:
        return bool(known_crs(named(name).frame).is_geographic)
    except CrsError as error:
        raise _unusable(error, where) from None


def _unusable(error: CrsError, where: str) -> SourceError:
    return SourceError(error.message, reason="unusable_crs", where=where, next_step=error.next_step)


def _refuse_without_parameters(crs: pyproj.CRS) -> None:
    datum = crs.geodetic_crs
    name = "" if datum is None else datum.name.replace("_", " ").casefold()
    code = None if datum is None else datum.to_epsg()
    for known, label in _NO_PARAMETERS.items():
        if code == known or label.casefold() in name:
            raise CrsError(
                f"coordinates in {label} cannot be brought into the base: no public parameters",
                next_step="Give the city's parameters as [crs.<name>] in the configuration and set "
                "crs of the source to that name, or have the data transformed to CGCS2000; without "
                "parameters they would lie tens of metres off",
            )


def _steps(source: pyproj.CRS, base: pyproj.CRS) -> list[pyproj.Transformer]:
    below, above = source.geodetic_crs, base.geodetic_crs
    if below is None or above is None or not {below.to_epsg(), above.to_epsg()} <= _SAME_DATUM:
        return [_exact(source, base)]
    steps = [] if source.is_geographic else [_exact(source, below)]
    return steps if base.is_geographic else [*steps, _exact(above, base)]


def _exact(source: pyproj.CRS, target: pyproj.CRS) -> pyproj.Transformer:
    return pyproj.Transformer.from_crs(source, target, always_xy=True, allow_ballpark=False)


def _between_known(source: str, base: str) -> Projection | None:
    from_crs, to_crs = known_crs(source), known_crs(base)
    _refuse_without_parameters(from_crs)
    if from_crs.equals(to_crs, ignore_axis_order=True):
        return None
    try:
        steps = _steps(from_crs, to_crs)
    except pyproj.exceptions.ProjError:
        raise CrsError(
            f"no exact operation leads from {from_crs.name} to {to_crs.name}",
            next_step="Deliver the data in CGCS2000 or WGS 84",
        ) from None

    def project(coordinates: Coordinates) -> Coordinates:
        for step in steps:
            coordinates = np.column_stack(step.transform(*coordinates.T))
        return coordinates

    return project


def _chain(*steps: Projection | None) -> Projection | None:
    """Return steps that follow each other as one; None where there is none."""
    taken = [step for step in steps if step is not None]
    if not taken:
        return None
    return lambda coordinates: functools.reduce(lambda c, step: step(c), taken, coordinates)


@functools.lru_cache(maxsize=64)
def _projection(source: str | LocalSystem, base: str) -> Projection | None:
    if not isinstance(source, str):
        return _chain(_quietly(source), _between_known(source.target, base))
    displaced, frame = named(source)
    if displaced is None:
        return _between_known(frame, base)
    return _chain(
        _between_known(frame, DEGREES), _TO_WGS84[displaced], _between_known(DEGREES, base)
    )


def _quietly(system: LocalSystem) -> Projection:
    """Return a local system's own step, tried out: what PROJ says of it could tell parameters."""
    try:
        system.placed(np.zeros((1, 2)))
    except (pyproj.exceptions.ProjError, CrsError):
        raise CrsError(
            "the local coordinate system of the configuration does not lead to its target",
            next_step="Check source, target and parameters of the table [crs.<name>]",
        ) from None
    return system.placed


def projection(source: str | LocalSystem, base: str, where: str) -> Projection | None:
    """Return the function that brings coordinates into the base, None where they are in it.

    Parameters
    ----------
    source : str or LocalSystem
        A name as `named` takes it, or a system of the city's own.
    base : str
        A coordinate system that PROJ knows.
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
        Reason "unusable_crs": unknown, Beijing 1954 or Xian 1980 without parameters, or PROJ has
        no exact operation.

    Examples
    --------
    >>> to_base = projection("EPSG:4490", "EPSG:4549", "here")
    >>> to_base(np.array([[120.38, 36.07]])).round(2).tolist()
    [[534231.97, 3993376.68]]
    >>> projection("GCJ-02", "EPSG:4549", "here")(np.array([[120.38, 36.07]])).round().tolist()
    [[533770.0, 3993345.0]]
    """
    try:
        return _projection(source, base)
    except CrsError as error:
        raise _unusable(error, where) from None


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
