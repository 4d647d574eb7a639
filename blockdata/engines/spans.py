"""Local months and days as spans in UTC, and how a query has them."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import pandas as pd

from blockdata.config import City

__all__ = ["IN_SPAN", "SPAN", "Spans", "spans_of"]

SPAN = (
    "span AS (SELECT unnest($names::TIMESTAMP[]) AS span, unnest($begins::TIMESTAMP[]) AS begins, "
    "unnest($ends::TIMESTAMP[]) AS ends)"
)
"""The spans as a table of a query; their values are `Spans.bound`."""

IN_SPAN = "i.reported_at >= s.begins AND i.reported_at < s.ends"
"""Whether a case `i` was reported in span `s`."""


@dataclass(frozen=True)
class Spans:
    """Local months or days, and when they begin and end in UTC.

    Parameters
    ----------
    names : list of datetime
        Their first local midnights.
    begins, ends : list of datetime
        In UTC; the end is excluded.
    """

    names: list[dt.datetime]
    begins: list[dt.datetime]
    ends: list[dt.datetime]

    @property
    def bound(self) -> dict[str, object]:
        """The values that queries bind."""
        return {"names": self.names, "begins": self.begins, "ends": self.ends}


def spans_of(city: City, days: pd.DatetimeIndex, offset: pd.DateOffset) -> Spans:
    """Return the spans that begin on local days.

    Parameters
    ----------
    city : City
    days : DatetimeIndex
        First local days.
    offset : DateOffset
        How long each is.

    Examples
    --------
    >>> month = pd.DatetimeIndex(["2026-10-01"])
    >>> spans_of(City(name="试验区"), month, pd.DateOffset(months=1)).ends
    [datetime.datetime(2026, 10, 31, 16, 0)]
    """
    begins = [city.midnight_utc(day.date()) for day in days]
    ends = [city.midnight_utc((day + offset).date()) for day in days]
    return Spans([day.to_pydatetime() for day in days], begins, ends)
