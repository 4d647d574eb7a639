"""On how many days of a month each source of cases told anything."""

from __future__ import annotations

import numpy as np
import pandas as pd

from blockdata.analysis.checks import require_columns

__all__ = ["observed_days"]

_TYPES = {"source": "str", "month": "datetime64[us]", "days": "int64", "observed": "int64"}


def observed_days(
    first_on: pd.DataFrame, gaps: pd.DataFrame, months: pd.DatetimeIndex
) -> pd.DataFrame:
    """Count the days of months on which sources were there and not silent.

    Parameters
    ----------
    first_on : DataFrame
        source, first_on: the local day of its first report.
    gaps : DataFrame
        source, start_on, end_on (excluded): stretches of silence too long for chance.
    months : DatetimeIndex
        First days of months.

    Returns
    -------
    DataFrame
        source, month, days (of the month), observed, reason ("begins_later" where it was not
        there yet, "silent" where it was; null where it was observed on all days); by source and
        month.

    Raises
    ------
    AnalysisError
        If a column is lacking.

    Examples
    --------
    >>> first = pd.DataFrame({"source": ["hotline"], "first_on": pd.to_datetime(["2026-09-11"])})
    >>> none = pd.DataFrame({"source": [], "start_on": [], "end_on": []})
    >>> told = observed_days(first, none, pd.DatetimeIndex(["2026-09-01", "2026-10-01"]))
    >>> told[["days", "observed", "reason"]].values.tolist()
    [[30, 20, 'begins_later'], [31, 31, None]]
    """
    require_columns(first_on, ["source", "first_on"], "observed_days first_on")
    require_columns(gaps, ["source", "start_on", "end_on"], "observed_days gaps")
    rows = []
    for source, first in first_on.sort_values("source")[["source", "first_on"]].itertuples(
        index=False
    ):
        own = gaps[gaps["source"] == source]
        for month in sorted(months):
            days = pd.date_range(month, month + pd.offsets.MonthBegin(1), inclusive="left")
            there = np.asarray(days >= first)
            silent = np.zeros(len(days), dtype=bool)
            for start, end in zip(own["start_on"], own["end_on"], strict=True):
                silent |= np.asarray((days >= pd.Timestamp(start)) & (days < pd.Timestamp(end)))
            observed = int((there & ~silent).sum())
            reason = None if observed == len(days) else "silent" if there.all() else "begins_later"
            rows.append((source, month, len(days), observed, reason))
    columns = ["source", "month", "days", "observed", "reason"]
    return pd.DataFrame(rows, columns=columns, dtype=object).astype(_TYPES)
