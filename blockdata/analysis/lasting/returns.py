"""Coming back after closing: which closings were followed how long, and how many came back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from blockdata.analysis.checks import (
    require_columns,
    require_distinct,
    require_naive_time,
    require_naive_times,
)
from blockdata.errors import AnalysisError
from blockdata.kernels.blocks import all_at_once
from blockdata.link import recurrences

__all__ = ["RETURN_COLUMNS", "closings_of", "returns_within"]

RETURN_COLUMNS = {
    "days": "int64",
    "closings": "int64",
    "followed": "int64",
    "returned": "int64",
    "share": "float64",
    "share_km": "float64",
    "share_km_low": "float64",
    "share_km_high": "float64",
    "median_days": "float64",
    "followed_days": "float64",
    "returned_km": "int64",
}
_Z = 1.959963984540054

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]


def closings_of(episodes: pd.DataFrame, *, as_of: pd.Timestamp) -> pd.DataFrame:
    """Tell of every closing whether and when the same problem came back at the same place.

    What came next is told by `blockdata.link.recurrences`, per kind of place. An episode that is
    open as of `as_of`, or closed before it began, has no closing.

    Parameters
    ----------
    episodes : DataFrame
        place_kind, place, category, episode (str, distinct within a kind of place: told of larger
        places it stands once for each kind), first_reported, closed_at (naive UTC; NaT is open).
    as_of : Timestamp
        End of what is known, naive UTC, exclusive.

    Returns
    -------
    DataFrame
        One row per closing, sorted by episode and kind of place: episode, place_kind, place,
        category, closed_at, next_episode (null if none came yet), days (to the next episode, or to
        `as_of`), recurred (bool; if not, the closing is censored at `days`), observed_days (to
        `as_of`).

    Raises
    ------
    AnalysisError
        If a column or value is missing, an episode stands twice, or times carry a zone.

    Examples
    --------
    >>> episodes = pd.DataFrame({"episode": ["e1", "e2"], "place_kind": "address", "place": "p",
    ...     "category": "c", "first_reported": pd.to_datetime(["2026-01-01", "2026-01-09"]),
    ...     "closed_at": pd.to_datetime(["2026-01-04", "2026-01-10"])})
    >>> told = closings_of(episodes, as_of=pd.Timestamp("2026-02-01"))
    >>> told[["episode", "days", "recurred"]].values.tolist()
    [['e1', 5.0, True], ['e2', 22.0, False]]
    """
    known = known_episodes(episodes, "closings_of episodes")
    end = require_naive_time(as_of, "closings_of as_of")
    found = closings_of_known(known, end)
    return found.sort_values(["episode", "place_kind"], ignore_index=True)


def closings_of_known(known: pd.DataFrame, end: pd.Timestamp) -> pd.DataFrame:
    """Return what `closings_of` does, of episodes that are checked, by kind of place."""
    # A place of one kind is never one of another, whatever their names.
    parts = all_at_once(
        known.groupby("place_kind", sort=True),
        lambda part: recurrences(part[1], as_of=end).assign(place_kind=str(part[0])),
    )
    columns = ["episode", "place_kind", "place", "category", "closed_at", "next_episode", "days"]
    if not parts:
        parts = [recurrences(known, as_of=end).assign(place_kind=pd.Series(dtype="str"))]
    found = pd.concat(parts, ignore_index=True)[[*columns, "recurred"]]
    found["observed_days"] = (end - found["closed_at"]).dt.total_seconds() / 86_400
    return found


def known_episodes(episodes: pd.DataFrame, where: str) -> pd.DataFrame:
    """Return the columns of episodes that are needed, checked; impossible closings are open."""
    keys = ["place_kind", "place", "category", "episode"]
    require_columns(episodes, [*keys, "first_reported"], where)
    if "closed_at" not in episodes.columns:
        raise AnalysisError(
            "no column closed_at",
            where=where,
            next_step="Without closing times use recurring_test.",
        )
    require_distinct(episodes, ["place_kind", "episode"], where)
    began = require_naive_times(episodes["first_reported"], f"{where} first_reported")
    closed = require_naive_times(episodes["closed_at"], f"{where} closed_at")
    return episodes[keys].assign(first_reported=began, closed_at=closed.where(closed >= began))


def returns_within(
    closings: pd.DataFrame, days: Sequence[int], *, by: Sequence[str] = ("category",)
) -> pd.DataFrame:
    """Give the share of closings after which the problem came back within so many days.

    Parameters
    ----------
    closings : DataFrame
        days (>= 0), recurred (bool), observed_days, and the columns of `by`; as from
        `closings_of`.
    days : sequence of int
        Lengths of time, each above 0.
    by : sequence of str
        Columns that make a group, without missing values.

    Returns
    -------
    DataFrame, one row per group and length of time, sorted by both
        The columns of `by` and `RETURN_COLUMNS`. `share` is the naive one: closings that were not
        followed for all the days are dropped, also those that came back meanwhile; `followed` is
        how many are left and `returned` how many of them came back; null if none is left.
        `share_km` is Kaplan and Meier's: every closing counts for as long as it was followed;
        `returned_km` came back within the days, `followed_days` is the sum of days that closings
        were followed, at most so many each. Its interval is of 95 %, by Greenwood's variance of
        log(-log); null where no or every closing at risk came back. Beyond the longest time that a
        closing was followed, the share is that at this time. `median_days` is the time by which
        half came back; null if fewer ever did.

    Raises
    ------
    AnalysisError
        If a column or value is missing, or a length of time is not above 0.

    References
    ----------
    Kaplan, E. L. and Meier, P. (1958). Nonparametric estimation from incomplete observations.
    Journal of the American Statistical Association 53, 457-481. Kalbfleisch, J. D. and Prentice,
    R. L. (2002). The Statistical Analysis of Failure Time Data, 2nd ed., 1.4.

    Examples
    --------
    >>> closings = pd.DataFrame({"category": "c", "days": [5.0, 8.0, 20.0, 40.0],
    ...     "recurred": [True, False, True, False], "observed_days": [25.0, 8.0, 50.0, 40.0]})
    >>> returns_within(closings, [30])[["followed", "returned", "share_km"]].values.tolist()
    [[2.0, 1.0, 0.625]]
    """
    where = "returns_within"
    require_columns(closings, [*by, "days", "recurred", "observed_days"], f"{where} closings")
    if not days or min(days) <= 0:
        raise AnalysisError("no length of time above 0", where=where, allowed="days above 0")
    order, first = _in_groups(closings, list(by))
    keys = order.loc[first, list(by)]
    survival, greenwood = _survival(order, first)
    waited = order["days"].to_numpy(dtype=np.float64)
    observed = order["observed_days"].to_numpy(dtype=np.float64)
    came = ~order["_censored"].to_numpy(dtype=bool)
    group = np.repeat(np.arange(len(first)), np.diff(np.append(first, len(order))))
    median = _median(waited, survival, group, len(first))
    parts = []
    for limit in sorted(days):
        within, followed = waited <= limit, observed > limit
        # The last row within the days; -1 where there is none.
        last = first + np.bincount(group[within], minlength=len(first)) - 1
        counts = {
            "closings": np.ones(len(waited)),
            "followed": followed,
            "returned": followed & came & within,
            "followed_days": np.minimum(waited, limit),
            "returned_km": came & within,
        }
        told: dict[str, npt.NDArray[Any]] = {
            name: np.bincount(group, weights=values, minlength=len(first))
            for name, values in counts.items()
        }
        with np.errstate(invalid="ignore"):
            told["share"] = told["returned"] / told["followed"]
        none = last < first
        told |= _interval(np.where(none, 1.0, survival[last]), np.where(none, 0.0, greenwood[last]))
        block = keys.reset_index(drop=True).assign(**told, days=int(limit), median_days=median)
        parts.append(block)
    found = pd.concat(parts, ignore_index=True)[[*by, *RETURN_COLUMNS]].astype(RETURN_COLUMNS)
    by_group = np.argsort(np.tile(np.arange(len(first)), len(parts)), kind="stable")
    return found.iloc[by_group].reset_index(drop=True)


def _in_groups(closings: pd.DataFrame, by: list[str]) -> tuple[pd.DataFrame, Integers]:
    """Return closings by group and days, and the first row of each group.

    At equal times those that came back stand before those censored: they were still at risk.
    """
    censored = ~closings["recurred"].to_numpy(dtype=bool)
    codes = [pd.factorize(closings[name], sort=True)[0] for name in by]
    order = np.lexsort((censored, closings["days"].to_numpy(dtype=np.float64), *reversed(codes)))
    starts = np.zeros(len(order), dtype=bool)
    starts[:1] = True
    for code in codes:
        starts[1:] |= np.diff(code[order]) != 0
    columns = [*by, "days", "observed_days"]
    ordered = closings[columns].assign(_censored=censored).iloc[order].reset_index(drop=True)
    return ordered, np.flatnonzero(starts)


def _survival(order: pd.DataFrame, first: Integers) -> tuple[Floats, Floats]:
    """Return, after each row of each group, the share not back and Greenwood's sum."""
    size = np.diff(np.append(first, len(order)))
    at_risk = np.repeat(first + size, size) - np.arange(len(order))
    came = ~order["_censored"].to_numpy(dtype=bool)
    # One by one, (n-1)/n * (n-2)/(n-1) = (n-2)/n: ties need no rule of their own.
    frame = pd.DataFrame(
        {
            "share": np.where(came, (at_risk - 1) / at_risk, 1.0),
            "sum": np.where(came & (at_risk > 1), 1.0 / np.maximum(at_risk * (at_risk - 1), 1), 0),
            "group": np.repeat(np.arange(len(first)), size),
        }
    )
    by = frame.groupby("group", sort=False)
    return by["share"].cumprod().to_numpy(), by["sum"].cumsum().to_numpy()


def _median(waited: Floats, survival: Floats, group: Integers, groups: int) -> Floats:
    half = survival <= 0.5 + 1e-12
    median = np.full(groups, np.inf)
    np.minimum.at(median, group[half], waited[half])
    return np.where(np.isfinite(median), median, np.nan)


def _interval(left: Floats, spread: Floats) -> dict[str, Floats]:
    """Return the share that came back and its interval, from the share left and its variance."""
    known = (left > 0) & (left < 1)
    inner = np.where(known, left, 0.5)
    reach = np.exp(_Z * np.sqrt(spread) / np.abs(np.log(inner)))
    return {
        "share_km": 1 - left,
        "share_km_low": np.where(known, 1 - inner ** (1 / reach), np.nan),
        "share_km_high": np.where(known, 1 - inner**reach, np.nan),
    }
