"""The days that a nightly page tells of."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from blockdata.report.settings import Settings

__all__ = ["Window", "last_window"]


@dataclass(frozen=True)
class Window:
    """The last days before as_of.

    Parameters
    ----------
    days : int
    since, end : datetime
        Where it begins and ends, in UTC and without zone; the end is as_of and excluded.
    time_zone : str
        IANA name of the zone in which times are told.
    """

    days: int
    since: dt.datetime
    end: dt.datetime
    time_zone: str


def last_window(settings: Settings, as_of: dt.date) -> Window:
    """Return the longest of the windows in which hot spots are tested.

    Parameters
    ----------
    settings : Settings
    as_of : date

    Returns
    -------
    Window
    """
    city, days = settings.city, max(settings.hotspots.windows_days, default=28)
    return Window(
        days=days,
        since=city.midnight_utc(as_of - dt.timedelta(days=days)),
        end=city.midnight_utc(as_of),
        time_zone=city.time_zone,
    )
