"""What the calendar says of a day: season, weekday, holiday, trend."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from blockdata.analysis.checks import require_naive_time, require_whole
from blockdata.errors import AnalysisError

__all__ = ["Calendar", "calendar_design", "day_class"]

_YEAR_DAYS = 365.25
_WEDNESDAY = 2
_SATURDAY = 5
_MOST_HARMONICS = 6


@dataclass(frozen=True)
class Calendar:
    """Which parts of the calendar a law may use.

    Parameters
    ----------
    season : {"harmonic", "month", "none"}
        Sine and cosine of the year, or one level per calendar month.
    harmonics : int
        Pairs of sine and cosine, 1 to 6; with "harmonic".
    weekday : bool
        One level per weekday.
    trend : {"significant", "always", "never"}
        A straight line in the logarithm over the whole period; "significant" keeps it only if its
        two-sided p is below 0.05.
    holidays : frozenset of Timestamp
        Local midnights of days off; they have one level of their own instead of their weekday's.
    working_days : frozenset of Timestamp
        Saturdays and Sundays that are worked (调休); they count as a Wednesday.

    Examples
    --------
    >>> Calendar(season="month").harmonics
    2
    """

    season: Literal["harmonic", "month", "none"] = "harmonic"
    harmonics: int = 2
    weekday: bool = True
    trend: Literal["significant", "always", "never"] = "significant"
    holidays: frozenset[pd.Timestamp] = field(default_factory=frozenset)
    working_days: frozenset[pd.Timestamp] = field(default_factory=frozenset)

    def __post_init__(self) -> None:
        """Refuse what no law can use.

        Raises
        ------
        AnalysisError
        """
        require_whole(self.harmonics, 0, "Calendar harmonics")
        if (
            self.season not in {"harmonic", "month", "none"}
            or self.trend not in {"significant", "always", "never"}
            or not 1 <= self.harmonics <= _MOST_HARMONICS
        ):
            raise AnalysisError(
                "unknown season or trend, or harmonics out of range",
                where="Calendar",
                allowed="harmonic, month, none; significant, always, never; 1 to 6",
            )


def day_class(days: pd.DatetimeIndex, calendar: Calendar) -> npt.NDArray[np.int64]:
    """Tell days off, weekends and working days apart.

    Parameters
    ----------
    days : DatetimeIndex
        Local midnights.
    calendar : Calendar

    Returns
    -------
    ndarray of int64
        0 working day, 1 Saturday or Sunday, 2 holiday.

    Examples
    --------
    >>> week = pd.date_range("2024-05-03", periods=3)
    >>> day_class(week, Calendar(holidays=frozenset([week[0]]))).tolist()
    [2, 1, 1]
    """
    weekend = (days.day_of_week >= _SATURDAY) & ~days.isin(list(calendar.working_days))
    holiday = days.isin(list(calendar.holidays))
    classes: npt.NDArray[np.int64] = np.where(holiday, 2, weekend.astype(np.int64))
    return classes


def calendar_design(
    days: pd.DatetimeIndex, calendar: Calendar, origin: pd.Timestamp
) -> pd.DataFrame:
    """Write the calendar of days as columns of numbers.

    Parameters
    ----------
    days : DatetimeIndex, shape (t,)
        Local midnights.
    calendar : Calendar
    origin : Timestamp
        Where the trend is 0; it grows by 1 a year of 365.25 days.

    Returns
    -------
    DataFrame of float64, shape (t, columns)
        level (ones); sin_1, cos_1, ... or month_02 to month_12; weekday_1 (Tuesday) to
        weekday_6 (Sunday) and holiday; trend.

    Raises
    ------
    AnalysisError
        If a day is missing or has a zone, or `origin` does.

    Examples
    --------
    >>> days = pd.date_range("2024-05-01", periods=2)
    >>> calendar_design(days, Calendar(season="none"), days[0]).columns.tolist()[:3]
    ['level', 'weekday_1', 'weekday_2']
    """
    named = isinstance(days, pd.DatetimeIndex) and days.tz is None and not days.hasnans
    if not named or not isinstance(calendar, Calendar):
        raise AnalysisError(
            "days are no days, or there is no calendar",
            where="calendar_design",
            allowed="a DatetimeIndex without a zone; a Calendar",
        )
    origin = require_naive_time(origin, "calendar_design origin")
    columns: dict[str, Any] = {"level": np.ones(len(days))}
    since = (days - origin) / pd.Timedelta(days=1)
    if calendar.season == "harmonic":
        angle = 2 * np.pi * (days.day_of_year.to_numpy() - 1) / _YEAR_DAYS
        for turn in range(1, calendar.harmonics + 1):
            columns[f"sin_{turn}"] = np.sin(turn * angle)
            columns[f"cos_{turn}"] = np.cos(turn * angle)
    elif calendar.season == "month":
        for month in range(2, 13):
            columns[f"month_{month:02}"] = (days.month == month).astype(np.float64)
    if calendar.weekday:
        holiday = days.isin(list(calendar.holidays))
        worked = days.isin(list(calendar.working_days)) & (days.day_of_week >= _SATURDAY)
        weekday = np.where(worked, _WEDNESDAY, days.day_of_week)
        for day in range(1, 7):
            columns[f"weekday_{day}"] = ((weekday == day) & ~holiday).astype(np.float64)
        columns["holiday"] = holiday.astype(np.float64)
    if calendar.trend != "never":
        columns["trend"] = np.asarray(since, dtype=np.float64) / _YEAR_DAYS
    return pd.DataFrame(columns, index=days)
