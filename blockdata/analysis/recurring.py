"""Recurring problems: what can be said of places when no closing time is known."""

from __future__ import annotations

import numpy as np
import pandas as pd

from blockdata.analysis.checks import (
    require_columns,
    require_distinct,
    require_naive_time,
    require_naive_times,
)
from blockdata.analysis.exposure import Exposure
from blockdata.analysis.hotspots import score_counts
from blockdata.analysis.tails import negative_binomial_upper_tail
from blockdata.errors import AnalysisError

__all__ = ["MONTH_DAYS", "RECURRING_COLUMNS", "recurring_test"]

# Months are counted back from as_of in steps of equal length, so that neither the calendar nor
# the time zone changes how many a place can have.
MONTH_DAYS = 30

RECURRING_COLUMNS = {
    "place": "str",
    "category": "str",
    "episodes": "int64",
    "active_months": "int64",
    "expected": "float64",
    "expected_active_months": "float64",
    "excess": "float64",
    "ratio": "float64",
    "exposure": "float64",
    "exposure_name": "str",
    "dispersion": "float64",
    "p": "float64",
    "q": "float64",
    "status": "str",
    "rank": "Int64",
    "reason": "str",
}


def recurring_test(
    episodes: pd.DataFrame,
    *,
    as_of: pd.Timestamp,
    window_days: int = 365,
    exposure: Exposure | None = None,
    alpha: float = 0.05,
    min_total: int = 5,
    min_active_months: int = 2,
) -> pd.DataFrame:
    """Test each place and category for more episodes in the window than its exposure explains.

    For data without closing times: whether a problem came back after it was solved cannot be
    known, so the result is called recurring, never chronic. The number of episodes is tested
    by the rule of `hot_spots`, with places as cells; a place is recurring if it is
    significant and was active in at least `min_active_months` months, since many reports of
    one month are a burst.

    Parameters
    ----------
    episodes : DataFrame with place, category, episode (str), first_reported (naive UTC)
        One row per episode.
    as_of : Timestamp
        End of the window, naive UTC, exclusive.
    window_days : int, default 365
        Length of the window in days of 24 hours.
    exposure : Exposure, optional
        Exposure per place. Without it, a place's episodes of all categories in the window
        ("all_episodes") tell how much is reported from it at all.
    alpha : float, default 0.05
        False discovery rate.
    min_total : int, default 5
        A category with fewer episodes is not tested.
    min_active_months : int, default 2
        Months of 30 days, counted back from `as_of`.

    Returns
    -------
    DataFrame, one row per category and place with an episode in the window, sorted by both
        Columns `RECURRING_COLUMNS`. Places without an episode belong to the family of tests
        but have no row. `expected_active_months` follows from the expected episodes, the
        category's spread over months and the dispersion; it describes and is not tested.

    Raises
    ------
    AnalysisError
        If a column or value is missing, an episode stands twice, times carry a zone, or a
        setting or exposure is out of range.

    References
    ----------
    As in `hot_spots`.

    Examples
    --------
    >>> day = pd.Timestamp("2024-01-01") + pd.to_timedelta(range(0, 300, 10), unit="D")
    >>> frame = pd.concat([
    ...     pd.DataFrame({"place": "bad", "category": "leak", "first_reported": day}),
    ...     pd.DataFrame({"place": [f"g{i % 30}" for i in range(120)], "category": "noise",
    ...                   "first_reported": day[0]}),
    ...     pd.DataFrame({"place": [f"g{i}" for i in range(30)], "category": "leak",
    ...                   "first_reported": day[0]}),
    ... ], ignore_index=True)
    >>> frame["episode"] = [f"e{i}" for i in frame.index]
    >>> exposure = Exposure("people", pd.Series(50.0, index=frame["place"].unique()))
    >>> result = recurring_test(frame, as_of=pd.Timestamp("2024-12-01"), exposure=exposure)
    >>> result.loc[result["status"].notna(), ["place", "episodes"]].values.tolist()
    [['bad', 30]]
    """
    if window_days <= 0 or min_active_months < 1:
        raise AnalysisError(
            "settings do not fit",
            where="recurring_test",
            allowed="window_days > 0, min_active_months >= 1",
        )
    seen = _episodes_with_months(episodes, as_of, window_days)
    base = _all_episodes(seen) if exposure is None else exposure
    if base.values.index.has_duplicates:
        raise AnalysisError("a place stands twice", where="recurring_test exposure")
    places = base.values.index.union(pd.Index(seen["place"].unique())).sort_values()
    values = base.values.reindex(places).to_numpy(dtype=np.float64)
    blocks = []
    for category, rows in seen.groupby("category"):
        count = rows.groupby("place").size().reindex(places, fill_value=0)
        block = score_counts(np.asarray(count, np.int64), values, alpha=alpha, min_total=min_total)
        block = block.assign(place=places, category=category)[block["count"] > 0]
        blocks.append(_with_active_months(block, rows))
    if not blocks:
        return pd.DataFrame({c: pd.Series(dtype=d) for c, d in RECURRING_COLUMNS.items()})
    return _finish(pd.concat(blocks, ignore_index=True), base.name, min_active_months)


def _episodes_with_months(
    episodes: pd.DataFrame, as_of: pd.Timestamp, window_days: int
) -> pd.DataFrame:
    """Place, category and month (0 ends at `as_of`) of every episode in the window."""
    where = "recurring_test episodes"
    require_columns(episodes, ["place", "category", "episode", "first_reported"], where)
    require_distinct(episodes, ["episode"], where)
    reported = require_naive_times(episodes["first_reported"], f"{where} first_reported")
    age = (require_naive_time(as_of, "recurring_test as_of") - reported).astype("timedelta64[us]")
    # An episode just at the start of a month belongs to it, not to the one before.
    months = (age - pd.Timedelta(microseconds=1)) / pd.Timedelta(days=MONTH_DAYS)
    seen = episodes[["place", "category"]].assign(month=np.floor(months))
    return seen[(age > pd.Timedelta(0)) & (age <= pd.Timedelta(days=window_days))]


def _all_episodes(seen: pd.DataFrame) -> Exposure:
    return Exposure("all_episodes", seen.groupby("place").size().astype("float64"))


def _with_active_months(block: pd.DataFrame, rows: pd.DataFrame) -> pd.DataFrame:
    """Add the months with an episode, seen and expected: a sum of chances of at least one."""
    month_share = (rows.groupby("month").size() / len(rows)).to_numpy(dtype=np.float64)
    by_month = block["expected"].to_numpy(dtype=np.float64)[:, None] * month_share
    dispersion = block["dispersion"].to_numpy(dtype=np.float64)[:, None]
    return block.assign(
        active_months=block["place"].map(rows.groupby("place")["month"].nunique()),
        expected_active_months=negative_binomial_upper_tail(1, by_month, dispersion).sum(axis=1),
    )


def _finish(result: pd.DataFrame, exposure_name: str, min_active_months: int) -> pd.DataFrame:
    recurring = result["hot"] & (result["active_months"] >= min_active_months)
    result = result.rename(columns={"count": "episodes"}).assign(
        exposure_name=exposure_name,
        status=pd.Series("recurring", index=result.index, dtype="str").where(recurring),
    )
    return result[list(RECURRING_COLUMNS)].astype(RECURRING_COLUMNS)
