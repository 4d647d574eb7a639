"""Gauss-Krüger zones of China and their EPSG codes, with and without the zone in the easting."""

from __future__ import annotations

import math
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from blockdata.errors import CrsError

__all__ = ["Datum", "Zone", "zone_at", "zone_of_easting"]

Datum = Literal["CGCS2000", "Xian 1980", "Beijing 1954"]

_NUMBERS = MappingProxyType({3: range(25, 46), 6: range(13, 24)})
_OFFSETS = MappingProxyType(
    {
        ("CGCS2000", 3, True): 4488,
        ("CGCS2000", 3, False): 4509,
        ("CGCS2000", 6, True): 4478,
        ("CGCS2000", 6, False): 4489,
        ("Xian 1980", 3, True): 2324,
        ("Xian 1980", 3, False): 2345,
        ("Xian 1980", 6, True): 2314,
        ("Xian 1980", 6, False): 2325,
        ("Beijing 1954", 3, True): 2376,
        ("Beijing 1954", 3, False): 2397,
        ("Beijing 1954", 6, True): 21400,
        ("Beijing 1954", 6, False): 21440,
    }
)
"""EPSG code less zone number, by datum, width and whether the zone stands in the easting."""


@dataclass(frozen=True)
class Zone:
    """A zone of China.

    Parameters
    ----------
    number : int
        25 to 45 of three degrees, 13 to 23 of six: no number is of both.
    width_deg : {3, 6}

    Raises
    ------
    CrsError
        If China has no such zone.

    Examples
    --------
    >>> zone = Zone(40, 3)
    >>> zone.central_meridian, zone.epsg(), zone.epsg(prefixed=True)
    (120, 'EPSG:4549', 'EPSG:4528')
    """

    number: int
    width_deg: Literal[3, 6]

    def __post_init__(self) -> None:
        allowed = _NUMBERS.get(self.width_deg, range(0))
        if self.number not in allowed:
            raise CrsError(
                f"China has no zone {self.number} of {self.width_deg} degrees",
                allowed="25 to 45 of 3 degrees, 13 to 23 of 6 degrees",
            )

    @property
    def central_meridian(self) -> int:
        """Degrees east."""
        return 3 * self.number if self.width_deg == 3 else 6 * self.number - 3

    def epsg(self, datum: Datum = "CGCS2000", *, prefixed: bool = False) -> str:
        """Return the code of the zone's coordinate system.

        Parameters
        ----------
        datum : {"CGCS2000", "Xian 1980", "Beijing 1954"}
        prefixed : bool, default False
            Whether the zone's number stands in front of the easting, so that it has eight digits.

        Returns
        -------
        str
            As "EPSG:4549".
        """
        return f"EPSG:{_OFFSETS[datum, self.width_deg, prefixed] + self.number}"


def zone_at(lon: float, width_deg: Literal[3, 6] = 3) -> Zone:
    """Return the zone that a longitude lies in; a longitude between two is of the eastern one.

    Parameters
    ----------
    lon : float
        Degrees east.
    width_deg : {3, 6}

    Raises
    ------
    CrsError
        If China has no zone there.

    Examples
    --------
    >>> zone_at(120.38), zone_at(120.38, 6).number
    (Zone(number=40, width_deg=3), 21)
    """
    number = math.floor(lon / 3 + 0.5) if width_deg == 3 else math.floor(lon / 6) + 1
    return Zone(number, width_deg)


def zone_of_easting(easting: float) -> Zone | None:
    """Return the zone in front of an easting of eight digits, None where there is none.

    Examples
    --------
    >>> zone_of_easting(40_534_231.97), zone_of_easting(534_231.97)
    (Zone(number=40, width_deg=3), None)
    """
    number = math.floor(easting / 1e6) if math.isfinite(easting) else 0
    widths: tuple[Literal[3, 6], ...] = (3, 6)
    return next((Zone(number, w) for w in widths if number in _NUMBERS[w]), None)
