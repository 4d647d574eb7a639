"""What coordinates that lie outside the city look like, and what to do about it."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from blockdata.crs.zones import Zone, zone_of_easting

__all__ = ["CrsHint", "crs_hint"]

_SET = 'Set crs of the source, for example crs = "{}"'
_SWAP = "Set swapped = true of the source"
_NOT_SWAP = "Remove swapped = true of the source"
_UNTOLD = "; whether they are GCJ-02 or BD-09 cannot be told from numbers, so ask"


class CrsHint(NamedTuple):
    """What coordinates look like, and the next step; without a coordinate in either text."""

    looks: str
    next_step: str


def _is_china_in_degrees(x: float, y: float) -> bool:
    return 73 <= x <= 136 and 3 <= y <= 54


def _is_northing(value: float) -> bool:
    return 1.9e6 <= value <= 6.1e6


def _zone(easting: float) -> Zone | None:
    """Return the zone in front of an easting; of zones 13 to 15 it could be Web Mercator too."""
    zone = zone_of_easting(easting)
    return zone if zone is not None and zone.number > 15 else None


def _degrees(x: float, y: float) -> CrsHint | None:
    if _is_china_in_degrees(x, y):
        return CrsHint("look like degrees" + _UNTOLD, _SET.format("EPSG:4490"))
    if _is_china_in_degrees(y, x):
        return CrsHint("look like degrees with the latitude first" + _UNTOLD, _SWAP)
    return None


def _zoned(x: float, y: float) -> CrsHint | None:
    zone = _zone(x)
    if zone is not None and _is_northing(y):
        looks = f"look like metres with the zone {zone.number} in front of the easting"
        return CrsHint(looks, _SET.format(zone.epsg(prefixed=True)))
    return None


def _swapped(x: float, y: float) -> CrsHint | None:
    if _is_northing(x) and (1e5 <= y <= 9e5 or _zone(y) is not None):
        return CrsHint("look like metres with x and y exchanged (x is the northing)", _SWAP)
    return None


def _metres(x: float, y: float) -> CrsHint | None:
    if 1e5 <= x <= 9e5 and _is_northing(y):
        looks = "look like metres of another zone, of another district, or of an older system"
        return CrsHint(looks, _SET.format("EPSG:4549") + " (its zone: EPSG:4534 to EPSG:4554)")
    return None


def _mercator(x: float, y: float) -> CrsHint | None:
    if 8.1e6 <= x <= 15.2e6 and 3e5 <= y <= 7.2e6:
        return CrsHint("look like metres of Web Mercator" + _UNTOLD, _SET.format("EPSG:3857"))
    return None


_LOOKS: tuple[Callable[[float, float], CrsHint | None], ...] = (
    *(_degrees, _zoned, _swapped, _metres, _mercator),
)
_NO_IDEA = CrsHint(
    "are neither degrees nor metres of a Chinese zone; a local system, perhaps",
    "Ask for the data in CGCS2000, and set crs of the source",
)


def crs_hint(coordinates: npt.NDArray[np.float64], *, swapped: bool = False) -> CrsHint:
    """Describe coordinates by their medians.

    Parameters
    ----------
    coordinates : ndarray of float64, shape (n, 2)
        As delivered.
    swapped : bool, default False
        Whether they are declared to have the northing first.

    Returns
    -------
    CrsHint

    Examples
    --------
    >>> crs_hint(np.array([[40534231.97, 3993376.68]])).next_step
    'Set crs of the source, for example crs = "EPSG:4528"'
    """
    if not len(coordinates):
        return _NO_IDEA
    x, y = (float(v) for v in np.median(coordinates[:, :: -1 if swapped else 1], axis=0))
    found = next((hint for look in _LOOKS if (hint := look(x, y)) is not None), _NO_IDEA)
    # What is exchanged only because it was declared so needs no second exchange.
    return found._replace(next_step=_NOT_SWAP) if swapped and found.next_step == _SWAP else found
