"""Time steps: local days, weeks from Monday, calendar months, or the caller's own edges."""

from __future__ import annotations

import numpy as np
import pandas as pd

from blockdata.analysis.checks import require_naive_time
from blockdata.errors import AnalysisError

__all__ = ["STEPS", "step_edges"]

STEPS = {"day": "D", "week": "W-MON", "month": "MS"}
"""Names of steps, and the frequency of pandas whose days begin one."""


def step_edges(
    start: pd.Timestamp, end: pd.Timestamp, step: str | pd.DatetimeIndex = "day"
) -> pd.DatetimeIndex:
    """Cut a period of local days into steps.

    Parameters
    ----------
    start, end : Timestamp
        Local midnights without a zone, `end` exclusive.
    step : {"day", "week", "month"} or DatetimeIndex
        Weeks begin on Monday and months on the first; the first and the last step end with the
        period, so that they can be shorter. Or the edges themselves: n + 1 rising midnights from
        `start` to `end`.

    Returns
    -------
    DatetimeIndex, datetime64[us], shape (n + 1,)
        Step i spans edges[i], inclusive, to edges[i + 1], exclusive.

    Raises
    ------
    AnalysisError
        If the period is empty, a moment is no midnight, or the edges do not span the period.

    Examples
    --------
    >>> edges = step_edges(pd.Timestamp("2024-01-15"), pd.Timestamp("2024-03-01"), "month")
    >>> [str(edge.date()) for edge in edges]
    ['2024-01-15', '2024-02-01', '2024-03-01']
    """
    first, last = _period(start, end)
    if isinstance(step, pd.DatetimeIndex):
        return _own_edges(step, first, last)
    if step not in STEPS:
        raise AnalysisError(
            f"unknown step {step!r}", where="step_edges", allowed=", ".join(STEPS) + ", edges"
        )
    inner = pd.date_range(first, last, freq=STEPS[step])
    inside = inner[(inner > first) & (inner < last)]
    edges = pd.DatetimeIndex([first, *inside, last])
    return edges.as_unit("us")


def _period(start: pd.Timestamp, end: pd.Timestamp) -> tuple[pd.Timestamp, pd.Timestamp]:
    first = require_naive_time(start, "step_edges start")
    last = require_naive_time(end, "step_edges end")
    if first >= last or first != first.normalize() or last != last.normalize():
        raise AnalysisError(
            "no period", where="step_edges start and end", allowed="two midnights, start first"
        )
    return first, last


def _own_edges(
    edges: pd.DatetimeIndex, first: pd.Timestamp, last: pd.Timestamp
) -> pd.DatetimeIndex:
    usable = edges.tz is None and not edges.hasnans and len(edges) > 1
    if usable:
        at = edges.as_unit("us")
        rising = bool((np.diff(at.asi8) > 0).all()) and bool((at == at.normalize()).all())
        if rising and at[0] == first and at[-1] == last:
            return at
    raise AnalysisError(
        "the edges do not cut the period",
        where="step_edges step",
        allowed="rising local midnights without a zone, from start to end",
    )
