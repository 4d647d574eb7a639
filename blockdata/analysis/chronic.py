"""Chronic problems: places where episodes come back after closing more often than elsewhere."""

from __future__ import annotations

from typing import Any

import pandas as pd

from blockdata.analysis.checks import (
    require_columns,
    require_distinct,
    require_naive_time,
    require_naive_times,
    require_share,
)
from blockdata.analysis.fdr import bh_qvalues
from blockdata.analysis.hotspots import excess_rank
from blockdata.analysis.tails import binomial_upper_tail
from blockdata.errors import AnalysisError

__all__ = ["CHRONIC_COLUMNS", "chronic_test"]

CHRONIC_COLUMNS = {
    "place": "str",
    "category": "str",
    "episodes": "int64",
    "closings": "int64",
    "recurrences": "int64",
    "share": "float64",
    "share_elsewhere": "float64",
    "expected": "float64",
    "excess": "float64",
    "p": "float64",
    "q": "float64",
    "status": "str",
    "rank": "Int64",
    "reason": "str",
}


def chronic_test(
    episodes: pd.DataFrame,
    *,
    as_of: pd.Timestamp,
    window_days: int = 365,
    recur_days: int = 90,
    alpha: float = 0.05,
    min_closed: int = 2,
) -> pd.DataFrame:
    """Test each place and category for more recurrences after closing than other places have.

    A closing is *at risk* if it lies in the window and at least `recur_days` before `as_of`,
    whether or not the problem has come back: taking in a recent closing only when it has
    already recurred would push every share up. It *recurred* if the next episode of the same
    place and category began in (closed, closed + recur_days]. An episode that is open, or
    closed before it began, has no closing.

    Parameters
    ----------
    episodes : DataFrame
        place (str), category (str), episode (str, distinct), first_reported and closed_at
        (naive UTC timestamps; closed_at NaT is open).
    as_of : Timestamp
        End of what is known, naive UTC, exclusive: later reports and closings are not seen.
    window_days, recur_days : int
        Lengths in days of 24 hours, 0 < recur_days < window_days.
    alpha : float, default 0.05
        False discovery rate at which a place is called chronic.
    min_closed : int, default 2
        A place with fewer closings at risk is not tested, but its closings count elsewhere.

    Returns
    -------
    DataFrame, one row per category and place seen in the window, sorted by both
        Columns `CHRONIC_COLUMNS`. `episodes` began in the window; `share` is recurrences per
        closing; `share_elsewhere` that of the category without this place, drawn towards one
        half by one closing (Jeffreys); `expected` is share_elsewhere * closings; `status` is
        "chronic" or null; `rank` goes by excess within the category. A row that was not tested
        has a reason and no p, q or rank.

    Raises
    ------
    AnalysisError
        If a column or value is missing, an episode stands twice, times carry a zone, or a
        setting is out of range.

    Notes
    -----
    p is the exact binomial upper tail. A beta-binomial tail with the spread between places
    estimated from the same data was measured and set aside: three chronic places among 500
    raise that spread until none of them is found. So the null is "returns here are as likely as
    elsewhere in the category", and a busy place may be chronic because it is busy. Where
    episodes come at random, at most 4 % of histories have a false alarm with equal or moderately
    unequal rates, up to 13 % with very unequal ones (benchmarks/null_districts.py).
    The family of q is every place with a closing at risk, also those with fewer than
    `min_closed`: whether a second closing exists depends on whether the problem came back, and
    leaving the others out of the count gave 15 % false alarms instead of 2 %.

    References
    ----------
    Benjamini and Hochberg (1995), as in `bh_qvalues`.

    Examples
    --------
    >>> day = pd.Timestamp("2024-01-01") + pd.to_timedelta(range(0, 200, 20), unit="D")
    >>> bad = pd.DataFrame({"place": "bad", "first_reported": day})
    >>> good = pd.DataFrame({"place": [f"g{i:02}" for i in range(40)], "first_reported": day[0]})
    >>> frame = pd.concat([bad, good], ignore_index=True).assign(category="leak")
    >>> frame["closed_at"] = frame["first_reported"] + pd.Timedelta(days=3)
    >>> frame["episode"] = [f"e{i}" for i in frame.index]
    >>> result = chronic_test(frame, as_of=pd.Timestamp("2024-12-01"))
    >>> result.loc[result["status"].notna(), ["place", "closings", "recurrences"]].values.tolist()
    [['bad', 10, 9]]
    """
    require_share(alpha, "chronic_test alpha")
    if not 0 < recur_days < window_days or min_closed < 1:
        raise AnalysisError(
            "settings do not fit",
            where="chronic_test",
            allowed="0 < recur_days < window_days, min_closed >= 1",
        )
    end = require_naive_time(as_of, "chronic_test as_of")
    start = end - pd.Timedelta(days=window_days)
    known = _known_episodes(episodes, end)
    closings = _closings_at_risk(known, start, end, recur_days)
    began = known[known["first_reported"] >= start]
    table = pd.concat(
        [
            began.groupby(["category", "place"]).size().rename("episodes"),
            closings.groupby(["category", "place"])["recurred"].agg(
                closings="size", recurrences="sum"
            ),
        ],
        axis=1,
    )
    table = table.fillna(0).astype("int64").sort_index().reset_index()
    return _score(table, alpha, min_closed)


def _known_episodes(episodes: pd.DataFrame, as_of: pd.Timestamp) -> pd.DataFrame:
    """Episodes as they stood at `as_of`: later ones are not there, later closings are open."""
    where = "chronic_test episodes"
    require_columns(episodes, ["place", "category", "episode", "first_reported"], where)
    if "closed_at" not in episodes.columns:
        raise AnalysisError(
            "no column closed_at",
            where=where,
            next_step="Without closing times use recurring_test.",
        )
    require_distinct(episodes, ["episode"], where)
    closed = require_naive_times(episodes["closed_at"], f"{where} closed_at")
    known = episodes[["place", "category"]].assign(
        first_reported=require_naive_times(episodes["first_reported"], f"{where} first_reported"),
        closed_at=closed.where(closed < as_of),
    )
    return known[known["first_reported"] < as_of]


def _closings_at_risk(
    known: pd.DataFrame, start: pd.Timestamp, as_of: pd.Timestamp, recur_days: int
) -> pd.DataFrame:
    """place, category, recurred of every closing that was followed for all of `recur_days`."""
    recur = pd.Timedelta(days=recur_days)
    closed = known["closed_at"]
    followed = (closed >= start) & (closed + recur < as_of) & (closed >= known["first_reported"])
    following = known[["place", "category", "first_reported"]].rename(
        columns={"first_reported": "next_reported"}
    )
    closings = pd.merge_asof(
        known[followed].sort_values("closed_at", kind="stable"),
        following.sort_values("next_reported", kind="stable"),
        left_on="closed_at",
        right_on="next_reported",
        by=["place", "category"],
        direction="forward",
        allow_exact_matches=False,
    )
    recurred = closings["next_reported"] - closings["closed_at"] <= recur
    return closings[["place", "category"]].assign(recurred=recurred)


def _score(table: pd.DataFrame, alpha: float, min_closed: int) -> pd.DataFrame:
    totals = table.groupby("category")[["closings", "recurrences"]].transform("sum")
    other_closings = totals["closings"] - table["closings"]
    other_recurrences = totals["recurrences"] - table["recurrences"]
    reason = pd.Series(None, index=table.index, dtype="str")
    reason[table["closings"] < min_closed] = "too_few_closings"
    reason[other_closings == 0] = "no_other_place"
    reason[table["closings"] == 0] = "no_closing_at_risk"
    tested = reason.isna()
    result = table.assign(
        share=table["recurrences"] / table["closings"].where(table["closings"] > 0),
        share_elsewhere=((other_recurrences + 0.5) / (other_closings + 1)).where(tested),
        reason=reason,
    )
    result["expected"] = result["share_elsewhere"] * result["closings"]
    result["excess"] = result["recurrences"] - result["expected"]
    result["p"] = binomial_upper_tail(
        result["recurrences"], result["closings"], result["share_elsewhere"]
    )
    result["q"] = _q_by_category(result)
    result["status"] = pd.Series("chronic", index=result.index, dtype="str").where(
        result["q"] <= alpha
    )
    result["rank"] = result.groupby("category")["excess"].transform(excess_rank)
    return result[list(CHRONIC_COLUMNS)].astype(CHRONIC_COLUMNS)


def _q_by_category(result: pd.DataFrame) -> pd.Series[Any]:
    q = pd.Series(float("nan"), index=result.index)
    for _, rows in result.groupby("category"):
        q[rows.index] = bh_qvalues(rows["p"], family_size=int((rows["closings"] > 0).sum()))
    return q
