"""Which states of things hold on a day."""

from __future__ import annotations

import datetime as dt

import pandas as pd

__all__ = ["stands_on"]


def stands_on(states: pd.DataFrame, day: dt.date) -> pd.Series[bool]:
    """Tell which states stand on a day; validities are half-open.

    Queries say the same by `blockdata.engines.feeds.VALID`.

    Parameters
    ----------
    states : DataFrame
        Columns valid_from (null for since always) and valid_to (null for still): dates, or
        midnights.
    day : date
        A Timestamp at midnight is one too.

    Returns
    -------
    Series of bool, same index
        Whether valid_from <= day < valid_to.

    Examples
    --------
    >>> redrawn = pd.Timestamp("2026-09-16")
    >>> states = pd.DataFrame({"valid_from": [None, redrawn], "valid_to": [redrawn, None]})
    >>> stands_on(states, dt.date(2026, 9, 16)).tolist()
    [False, True]
    """
    at = pd.Timestamp(day)
    begins, ends = pd.to_datetime(states["valid_from"]), pd.to_datetime(states["valid_to"])
    stands: pd.Series[bool] = (begins.isna() | (begins <= at)) & (ends.isna() | (ends > at))
    return stands
