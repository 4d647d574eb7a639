"""The ways in which the numbers of a delivery could be read."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from blockdata.crs.local import LocalSystem
from blockdata.crs.names import DEGREES, Named, named
from blockdata.crs.projection import projection
from blockdata.crs.zones import Zone, zone_at
from blockdata.errors import CrsError

__all__ = ["MERCATOR", "Reading", "displaced_readings", "plain_readings"]

Coordinates = npt.NDArray[np.float64]

MERCATOR = "EPSG:3857"


class Reading(NamedTuple):
    """How coordinates are read: their system, and whether the northing comes first."""

    crs: str | LocalSystem
    swapped: bool = False
    zone: Zone | None = None

    def placed(self, delivered: Coordinates, base: str) -> Coordinates:
        """Bring coordinates as they came into the base's system; infinite where that fails.

        Examples
        --------
        >>> Reading("GCJ-02", swapped=True).placed(np.array([[36.07, 120.38]]), "EPSG:4549").round()
        array([[ 533770., 3993345.]])
        """
        project = projection(self.crs, base, "")
        ordered = delivered[:, ::-1] if self.swapped else delivered
        return ordered if project is None else project(ordered)

    @property
    def looks(self) -> str:
        """What coordinates look like that are to be read so.

        Examples
        --------
        >>> Reading("GCJ-02").looks
        'GCJ-02'
        >>> Reading("EPSG:4490", swapped=True).looks
        'degrees (EPSG:4490) with the latitude first'
        """
        name = self.crs if isinstance(self.crs, str) else "the local system"
        exchanged = " with x and y exchanged (x is the northing)" if self.swapped else ""
        if self.zone is not None:
            return f"{name}, metres with the zone {self.zone.number} in front{exchanged}"
        if name == DEGREES:
            return f"degrees ({name})" + (" with the latitude first" if self.swapped else "")
        return ("Web Mercator (EPSG:3857)" if name == MERCATOR else name) + exchanged

    def settings(self, declared: Reading) -> str:
        """Return what to write into the source to have it read so, and not as declared.

        Examples
        --------
        >>> Reading("EPSG:4528", swapped=True).settings(Reading("EPSG:4549"))
        'Set crs = "EPSG:4528" and swapped = true of the source'
        """
        wanted = [] if self.crs == declared.crs else [f'crs = "{self.crs}"']
        if self.swapped != declared.swapped:
            wanted.append(f"swapped = {str(self.swapped).lower()}")
        return f"Set {' and '.join(wanted)} of the source"


def displaced_readings(declared: Reading) -> list[Reading]:
    """Return the same reading with the displacements that maps apply, or without.

    Examples
    --------
    >>> [r.crs for r in displaced_readings(Reading("EPSG:4490"))]
    ['GCJ-02', 'BD-09']
    >>> [r.crs for r in displaced_readings(Reading("GCJ-02 in EPSG:4549"))]
    ['EPSG:4549', 'BD-09 in EPSG:4549']
    """
    if not isinstance(declared.crs, str):
        return []
    displaced, frame = named(declared.crs)
    if displaced is None and frame in ("EPSG:4326", "OGC:CRS84"):
        frame = DEGREES
    others = [Named(other, frame) for other in (None, "GCJ-02", "BD-09") if other != displaced]
    return [Reading(str(other), declared.swapped) for other in others]


def plain_readings(lon: float) -> Iterator[Reading]:
    """Yield the readings that a district could have been delivered in, most usual first.

    Parameters
    ----------
    lon : float
        Longitude of the district.

    Yields
    ------
    Reading
        Degrees, the zones around it with and without their number, and Web Mercator, each with
        the northing second and first. Displaced degrees are not among them.

    Examples
    --------
    >>> [r.crs for r in plain_readings(120.38)][:4]
    ['EPSG:4490', 'EPSG:4490', 'EPSG:4549', 'EPSG:4549']
    """
    zones = list(_zones_around(lon))
    plain = [(zone.epsg(), None) for zone in zones if zone.width_deg == 3]
    prefixed = [(zone.epsg(prefixed=True), zone) for zone in zones]
    for crs, zone in ((DEGREES, None), *plain, *prefixed, (MERCATOR, None)):
        for swapped in (False, True):
            yield Reading(crs, swapped, zone)


def _zones_around(lon: float) -> Iterator[Zone]:
    """Yield the zone of a longitude and its neighbours, of three degrees and of six."""
    for width in (3, 6):
        for away in (0, -width, width):
            try:
                yield zone_at(lon + away, 3 if width == 3 else 6)
            except CrsError:
                continue
