"""Sections that say who and where: the city, its base, its keys, its people."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Literal
from zoneinfo import ZoneInfo, available_timezones

from pydantic import Field, field_validator

from blockdata.config.section import Section

if TYPE_CHECKING:
    import pandas as pd


class City(Section):
    """Who and where: name, division code, coordinate system, time zone, language, extent."""

    name: str
    code: str = ""
    crs: str = "EPSG:4549"
    time_zone: str = "Asia/Shanghai"
    lang: Literal["zh", "en"] = "zh"
    extent: tuple[float, float, float, float] | None = Field(
        default=None, description="West, south, east, north in degrees; rows outside are rejected."
    )
    outline: str | None = Field(
        default=None, description="GeoJSON file of the district's border; sources are held to it."
    )
    outline_crs: str = "EPSG:4490"

    @field_validator("time_zone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        if value not in available_timezones():
            raise ValueError(f"unknown IANA time zone {value!r}")
        return value

    @property
    def zone(self) -> ZoneInfo:
        """The time zone in which days are counted."""
        return ZoneInfo(self.time_zone)

    def midnight_utc(self, day: dt.date) -> dt.datetime:
        """Return the local midnight with which a day begins, in UTC and without zone.

        Examples
        --------
        >>> City(name="试验区").midnight_utc(dt.date(2026, 11, 1))
        datetime.datetime(2026, 10, 31, 16, 0)
        """
        local = dt.datetime.combine(day, dt.time(), tzinfo=self.zone)
        return local.astimezone(dt.UTC).replace(tzinfo=None)

    def local_days(self, moments: pd.Series) -> pd.Series:
        """Return the local days on which moments lie.

        Parameters
        ----------
        moments : Series of datetime64
            UTC, without zone; NaT stays NaT.

        Returns
        -------
        Series of datetime64, same index
            Midnights of local days, without zone.

        Examples
        --------
        >>> import pandas as pd
        >>> told = pd.Series(pd.to_datetime(["2026-10-31 15:59", "2026-10-31 16:00"]))
        >>> City(name="试验区").local_days(told).dt.day.tolist()
        [31, 1]
        """
        local = moments.dt.tz_localize("UTC").dt.tz_convert(self.time_zone)
        days: pd.Series = local.dt.tz_localize(None).dt.normalize()
        return days


class BaseFolder(Section):
    """Where the base lies and how many snapshots are kept."""

    path: str
    keep_snapshots: int = Field(default=14, ge=2)
    keep_months: int = Field(default=12, ge=0)


class Keys(Section):
    """Files that hold the keys of the encrypted parts; they lie outside the base."""

    people_file: str | None = None
    text_file: str | None = None


class CodeTables(Section):
    """What this city knows better than the national tables of classes."""

    local_minors_from: dict[str, str] = Field(
        default={}, description="Edition: first minor number that is the city's own."
    )


class People(Section):
    """Atoms: how many people the smallest published figure covers, and how it is rounded."""

    minimum: int = Field(default=30, ge=10)
    round_to: int = Field(default=5, ge=1)
