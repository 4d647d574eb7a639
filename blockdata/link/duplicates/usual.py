"""How many reports of a category usually come from a place: what chance alone would bring."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from blockdata.errors import ConfigError
from blockdata.kernels import pairs_within
from blockdata.link.order import ranks

__all__ = ["usual_per_day"]

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

_US_PER_DAY = 86_400_000_000
_PRIOR_REPORTS = 1.0
_LEAST_PER_DAY = 1e-6


def usual_per_day(
    reports: pd.DataFrame,
    *,
    radius_m: float = 30.0,
    apart_days: float = 3.0,
    days: float = 365.0,
    until: pd.Timestamp | None = None,
) -> pd.Series:
    """Estimate, for each report, how many of its category come from its place on a usual day.

    Two callers from a place with many reports may mean two things by chance; from a place with
    few they hardly do. Counted are reports that lie near and are far enough in time to be no part
    of the same occurrence. Few are few: the rate is the posterior mean under a gamma prior worth
    one report, around the place's rate of all categories times the category's share of all.

    Parameters
    ----------
    reports : DataFrame
        Columns reported_at (UTC), category, x, y (metres).
    radius_m : float
        How near others are, in metres.
    apart_days : float
        Those nearer in time do not count.
    days : float
        How far before and after a report others count.
    until : Timestamp, optional
        UTC; reports from then on do not count for others. What is usual then stays as it is while
        new reports come.

    Returns
    -------
    Series of float
        Reports per day, indexed as `reports`; NaN without a point, a time or a category.

    Raises
    ------
    ConfigError
        If `days` is not more than `apart_days`.

    Examples
    --------
    >>> reports = pd.DataFrame({"x": [0.0, 5.0], "y": 0.0, "category": "litter",
    ...     "reported_at": pd.to_datetime(["2026-01-01", "2026-01-11"])})
    >>> usual_per_day(reports).round(3).tolist()
    [0.1, 0.1]
    """
    if not days > apart_days >= 0:
        raise ConfigError(f"days is {days}", where="usual_per_day", allowed="more than apart_days")
    times = pd.to_datetime(reports["reported_at"]).to_numpy(dtype="datetime64[us]")
    category = ranks(reports["category"])
    x, y = (reports[name].to_numpy(dtype=np.float64) for name in ("x", "y"))
    known = ~np.isnat(times) & (category >= 0) & np.isfinite(x) & np.isfinite(y)
    usual = pd.Series(np.nan, index=reports.index)
    if not known.any():
        return usual
    time_us, category = times[known].astype(np.int64), category[known]
    last_us = time_us.max() if until is None else pd.Timestamp(until).value // 1000
    counts = time_us <= last_us if until is None else time_us < last_us
    limits_us = (apart_days * _US_PER_DAY, days * _US_PER_DAY)
    span_m = float(np.ptp(x[known])) + 2 * radius_m + 1
    # Each category lies on a plane of its own, beside the others.
    spread = (x[known] + category * span_m, y[known])
    apart = _others(spread, radius_m, time_us, limits_us, counts)
    together = _others((x[known], y[known]), radius_m, time_us, limits_us, counts)
    looked_at = np.minimum(time_us - time_us.min(), limits_us[1])
    looked_at += np.clip(last_us - time_us, -looked_at, limits_us[1])
    exposure = np.maximum(looked_at / _US_PER_DAY, 1.0)
    of_category = np.bincount(category[counts], minlength=int(category.max()) + 1)
    share = of_category[category] / max(int(counts.sum()), 1)
    expected = np.maximum(together / exposure * share, _LEAST_PER_DAY)
    usual[known] = (apart + _PRIOR_REPORTS) / (exposure + _PRIOR_REPORTS / expected)
    return usual


def _others(
    place: tuple[Floats, Floats],
    radius_m: float,
    time_us: Integers,
    limits_us: tuple[float, float],
    counts: npt.NDArray[np.bool_],
) -> Integers:
    """Count for each report those that are near in place and neither near nor far in time."""
    count = np.zeros(len(time_us), dtype=np.int64)
    for i, j in pairs_within(*place, radius_m):
        gap_us = np.abs(time_us[i] - time_us[j])
        apart = (gap_us > limits_us[0]) & (gap_us <= limits_us[1])
        for row, other in ((i, j), (j, i)):
            count += np.bincount(row[apart & counts[other]], minlength=len(count))
    return count
