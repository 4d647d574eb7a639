"""How coordinate systems are named: what PROJ knows, and the displaced ones of Chinese maps."""

from __future__ import annotations

import functools
import re
from types import MappingProxyType
from typing import NamedTuple

import pyproj

from blockdata.errors import CrsError

__all__ = ["DEGREES", "Named", "known_crs", "named"]

DEGREES = "EPSG:4490"

_SPELLINGS = MappingProxyType({"gcj02": "GCJ-02", "bd09": "BD-09", "bd09ll": "BD-09"})
_DISPLACED = re.compile(
    r"\s*(?P<map>(?:gcj|bd)[\s_-]?0[29](?:ll)?)(?:\s+in\s+(?P<frame>.+))?\s*", re.IGNORECASE
)


class Named(NamedTuple):
    """What a name says of coordinates.

    Parameters
    ----------
    displaced : {"GCJ-02", "BD-09"} or None
        How maps have displaced them.
    frame : str
        The system that their numbers are in, as PROJ knows it.
    """

    displaced: str | None
    frame: str

    def __str__(self) -> str:
        if self.displaced is None:
            return self.frame
        return self.displaced if self.frame == DEGREES else f"{self.displaced} in {self.frame}"


def named(crs: str) -> Named:
    """Take a name apart.

    Parameters
    ----------
    crs : str
        "EPSG:n", WKT or another text that PROJ knows; "GCJ-02" or "BD-09", in capitals or not,
        with a hyphen or not; or one of these "in" a system, where displaced degrees have been
        projected.

    Examples
    --------
    >>> named("gcj02")
    Named(displaced='GCJ-02', frame='EPSG:4490')
    >>> str(named("BD-09")), str(named("gcj-02 in EPSG:3857")), str(named("EPSG:4549"))
    ('BD-09', 'GCJ-02 in EPSG:3857', 'EPSG:4549')
    """
    match = _DISPLACED.fullmatch(crs)
    if match is None:
        return Named(None, crs)
    spelled = re.sub(r"[\s_-]", "", match["map"]).casefold()
    if spelled not in _SPELLINGS:
        return Named(None, crs)
    return Named(_SPELLINGS[spelled], (match["frame"] or DEGREES).strip())


@functools.lru_cache(maxsize=64)
def known_crs(name: str) -> pyproj.CRS:
    """Return the coordinate system of a name.

    Raises
    ------
    CrsError
        If PROJ does not know it.

    Examples
    --------
    >>> known_crs("EPSG:4549").name
    'CGCS2000 / 3-degree Gauss-Kruger CM 120E'
    """
    try:
        return pyproj.CRS.from_user_input(name)
    except pyproj.exceptions.CRSError:
        raise CrsError(
            "this coordinate system is not known",
            next_step='Set crs of the source, for example crs = "EPSG:4549"; also allowed: '
            '"GCJ-02", "BD-09", and the names under [crs] in the configuration',
        ) from None
