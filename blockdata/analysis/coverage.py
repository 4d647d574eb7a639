"""Gaps in coverage: stretches in which a source was probably silent, not the city."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from blockdata.analysis.checks import require_naive_time, require_naive_times
from blockdata.errors import AnalysisError

__all__ = ["coverage_gaps"]

_DAY = pd.Timedelta(days=1)


def coverage_gaps(
    reported_at: pd.Series[Any],
    start: pd.Timestamp,
    end: pd.Timestamp,
    *,
    max_expected: float = 0.01,
) -> pd.DataFrame:
    """List stretches without any report that are implausibly long for the series' own rate.

    Reported, not tested: a holiday, a system change and a lost delivery look the same.

    Parameters
    ----------
    reported_at : Series of datetime64
        Local days (or moments in local time) of the reports, in any order; NaT is left aside,
        and so are days outside the period.
    start, end : Timestamp
        The period, local midnights, `end` exclusive.
    max_expected : float, default 0.01
        A stretch of g empty days is listed if less than this many such stretches are expected
        in the period.

    Returns
    -------
    DataFrame with start, end (datetime64[us], end exclusive), days (int64), sorted by start
        A period without any report is one gap. Empty where nothing stands out.

    Raises
    ------
    AnalysisError
        If the times carry a zone, are no midnights, or the period is empty.

    Notes
    -----
    Each day either has a report or not; how many reports it has does not matter, so that busy
    days do not make quiet ones suspicious. The chance of a quiet day is taken from the days
    outside the stretch, (quiet + 1) / (days + 2) (Laplace's rule); the expected number of
    stretches is at most D * chance**g over the D days of the period.

    Examples
    --------
    >>> days = pd.Series(pd.date_range("2024-01-01", "2024-03-31"))
    >>> kept = days[(days < "2024-02-10") | (days >= "2024-02-18")]
    >>> coverage_gaps(kept, pd.Timestamp("2024-01-01"), pd.Timestamp("2024-04-01"))
           start        end  days
    0 2024-02-10 2024-02-18     8
    """
    first = require_naive_time(start, "coverage_gaps start")
    last = require_naive_time(end, "coverage_gaps end")
    if first >= last or first != first.normalize() or last != last.normalize():
        raise AnalysisError(
            "no period", where="coverage_gaps start and end", allowed="two midnights, start first"
        )
    period = (last - first) // _DAY
    times = require_naive_times(reported_at, "coverage_gaps reported_at").dropna()
    days = np.unique(((times - first) // _DAY).to_numpy(dtype=np.int64))
    active = days[(days >= 0) & (days < period)]
    begins = np.concatenate(([0], active + 1))
    lengths = np.concatenate((active, [period])) - begins
    # Days outside the stretch: all of them, and the quiet ones among them.
    outside = period - lengths
    quiet_chance = (outside - active.size + 1) / (outside + 2)
    listed = (lengths > 0) & (period * quiet_chance**lengths < max_expected)
    if active.size == 0:
        listed[:] = True
    began = first + pd.to_timedelta(begins[listed], unit="D")
    frame = pd.DataFrame({"start": began, "days": lengths[listed].astype(np.int64)})
    frame["end"] = frame["start"] + pd.to_timedelta(frame["days"], unit="D")
    return frame[["start", "end", "days"]].astype(
        {"start": "datetime64[us]", "end": "datetime64[us]"}
    )
