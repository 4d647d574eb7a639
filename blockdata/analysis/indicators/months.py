"""Natural months of local days."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from blockdata.analysis.checks import require_naive_time
from blockdata.errors import AnalysisError

__all__ = ["month_numbers", "natural_months"]


def natural_months(as_of: pd.Timestamp, count: int) -> pd.DatetimeIndex:
    """Return the first days of the last whole months.

    Parameters
    ----------
    as_of : Timestamp
        Local midnight, exclusive end of what is known; the month it lies in is left out, for its
        counts would be compared with those of whole months.
    count : int
        How many months, at least 1.

    Returns
    -------
    DatetimeIndex, datetime64[us]
        Rising.

    Raises
    ------
    AnalysisError
        If count is below 1 or as_of is no midnight.

    Examples
    --------
    >>> [str(m.date()) for m in natural_months(pd.Timestamp("2026-11-15"), 2)]
    ['2026-09-01', '2026-10-01']
    >>> [str(m.date()) for m in natural_months(pd.Timestamp("2026-11-01"), 1)]
    ['2026-10-01']
    """
    end = require_naive_time(as_of, "natural_months as_of")
    if count < 1 or end != end.normalize():
        raise AnalysisError(
            "no months", where="natural_months", allowed="a local midnight, count of 1 or more"
        )
    last = end.to_period("M") - 1
    return pd.period_range(end=last, periods=count, freq="M").to_timestamp().as_unit("us")


def month_numbers(days: pd.Series, months: pd.DatetimeIndex) -> npt.NDArray[np.int64]:
    """Tell in which of consecutive months days lie.

    Parameters
    ----------
    days : Series of datetime64 without zone
        Local days or moments; NaT lies in none.
    months : DatetimeIndex
        First days of consecutive months, rising.

    Returns
    -------
    ndarray of int64
        Position among the months, -1 outside.

    Examples
    --------
    >>> months = natural_months(pd.Timestamp("2026-11-01"), 2)
    >>> days = pd.Series(pd.to_datetime(["2026-08-31", "2026-09-30", "2026-10-31", None]))
    >>> month_numbers(days, months).tolist()
    [-1, 0, 1, -1]
    """
    edges = months.append(pd.DatetimeIndex([months[-1] + pd.offsets.MonthBegin(1)]))
    at = days.to_numpy(dtype="datetime64[us]")
    found = np.searchsorted(edges.to_numpy(dtype="datetime64[us]"), at, side="right") - 1
    outside = np.isnat(at) | (found >= len(months))
    return np.where(outside, -1, found).astype(np.int64)
