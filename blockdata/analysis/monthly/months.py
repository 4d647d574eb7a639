"""The natural month of a report, and the months it is compared with."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import pandas as pd

from blockdata.errors import AnalysisError

__all__ = ["Periods", "month_of", "periods"]

_SHOWN = 13


@dataclass(frozen=True)
class Periods:
    """A month and those that it stands beside, each by its first local day.

    Parameters
    ----------
    month : Timestamp
    before : Timestamp
        The month before (环比).
    year_ago : Timestamp
        The same month a year before (同比).
    shown : DatetimeIndex
        The month and the twelve before it, rising.
    """

    month: pd.Timestamp
    before: pd.Timestamp
    year_ago: pd.Timestamp
    shown: pd.DatetimeIndex

    @property
    def compared(self) -> pd.DatetimeIndex:
        """The three months, the newest first."""
        return pd.DatetimeIndex([self.month, self.before, self.year_ago])

    @property
    def end(self) -> pd.Timestamp:
        """The first local day after the month."""
        return self.month + pd.offsets.MonthBegin(1)

    @property
    def days(self) -> pd.DatetimeIndex:
        """The days of the month."""
        return pd.date_range(self.month, self.end, inclusive="left")

    @property
    def name(self) -> str:
        """The month as 2026-10."""
        return str(self.month.strftime("%Y-%m"))


def month_of(asked: str | dt.date | None, as_of: dt.date) -> dt.date:
    """Return the first day of the month that is asked for.

    Parameters
    ----------
    asked : str or date, optional
        "2026-10", or any day of the month; default: the last whole month.
    as_of : date
        Local midnight, exclusive end of what is known.

    Returns
    -------
    date

    Raises
    ------
    AnalysisError
        If it is no month, or is not over at as_of.

    Examples
    --------
    >>> month_of(None, dt.date(2026, 11, 1)), month_of("2026-09", dt.date(2026, 11, 1))
    (datetime.date(2026, 10, 1), datetime.date(2026, 9, 1))
    """
    last = (as_of.replace(day=1) - dt.timedelta(days=1)).replace(day=1)
    if asked is None:
        return last
    if isinstance(asked, str):
        text = f"{asked}-01" if len(asked) == len("2026-10") else asked
        try:
            asked = dt.date.fromisoformat(text)
        except ValueError as error:
            raise AnalysisError(
                "not a month", where="monthly", allowed="YYYY-MM, or a date"
            ) from error
    first = dt.date(asked.year, asked.month, 1)
    if first > last:
        raise AnalysisError(
            f"the month {first:%Y-%m} is not over at {as_of}",
            where="monthly",
            allowed=f"up to {last:%Y-%m}",
            next_step="Counts of a part of a month cannot be held against whole months.",
        )
    return first


def periods(month: dt.date) -> Periods:
    """Return a month and the months that it is compared with.

    Parameters
    ----------
    month : date
        Its first day.

    Examples
    --------
    >>> found = periods(dt.date(2026, 1, 1))
    >>> found.before.date(), found.year_ago.date(), len(found.shown), len(found.days)
    (datetime.date(2025, 12, 1), datetime.date(2025, 1, 1), 13, 31)
    """
    own = pd.Timestamp(month)
    shown = pd.period_range(end=own.to_period("M"), periods=_SHOWN, freq="M").to_timestamp()
    return Periods(own, own - pd.DateOffset(months=1), own - pd.DateOffset(years=1), shown)
