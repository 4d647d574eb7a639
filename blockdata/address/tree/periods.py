"""Periods of validity: half open, from the first day to the first day no longer."""

from __future__ import annotations

import datetime as dt
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd

__all__ = ["EVER", "SINCE_ALWAYS", "Day", "days_of", "first_days", "last_days", "valid_on"]

Day: TypeAlias = dt.date | pd.Timestamp
Days = npt.NDArray[np.int64]

SINCE_ALWAYS = np.iinfo(np.int64).min
EVER = np.iinfo(np.int64).max


def valid_on(rows: pd.DataFrame, on: Day) -> pd.DataFrame:
    """Return the rows that hold on a day.

    Parameters
    ----------
    rows : DataFrame
        ``begins_on`` (first day; missing: since always) and ``ends_on`` (first day no longer;
        missing: still), each of which may be left out.
    on : date

    Returns
    -------
    DataFrame
        In the order and with the index of `rows`.

    Examples
    --------
    >>> rows = pd.DataFrame({"name": ["b"], "begins_on": [dt.date(2001, 5, 1)]})
    >>> len(valid_on(rows, dt.date(2001, 4, 30))), len(valid_on(rows, dt.date(2001, 5, 1)))
    (0, 1)
    """
    day = days_of(pd.Series([on]))[0]
    return rows.iloc[np.flatnonzero((first_days(rows) <= day) & (day < last_days(rows)))]


def first_days(rows: pd.DataFrame) -> Days:
    """Return the days of ``begins_on``, `SINCE_ALWAYS` where it is missing."""
    return _column(rows, "begins_on", SINCE_ALWAYS)


def last_days(rows: pd.DataFrame) -> Days:
    """Return the days of ``ends_on``, `EVER` where it is missing."""
    return _column(rows, "ends_on", EVER)


def days_of(column: pd.Series, missing: int = SINCE_ALWAYS) -> Days:
    """Return days since 1970 of a column of dates; what is no date is missing."""
    moments = pd.to_datetime(column, errors="coerce").to_numpy("datetime64[us]")
    days = moments.astype("datetime64[D]").astype(np.int64)
    return np.where(np.isnat(moments), missing, days)


def _column(rows: pd.DataFrame, name: str, missing: int) -> Days:
    if name not in rows.columns:
        return np.full(len(rows), missing)
    return days_of(rows[name], missing)
