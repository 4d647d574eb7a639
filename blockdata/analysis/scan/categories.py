"""The prospective space-time permutation scan of all categories of one night."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from blockdata.analysis.checks import (
    require_columns,
    require_naive_times,
    require_one_type,
    require_period,
)
from blockdata.analysis.fdr import bh_qvalues
from blockdata.analysis.scan.permutation import permutation_scan
from blockdata.analysis.scan.places import places_of
from blockdata.analysis.scan.result import Sequential
from blockdata.errors import AnalysisError

__all__ = ["CLUSTER_COLUMNS", "CLUSTER_MEMBER_COLUMNS", "Prospect", "scan_categories"]

CLUSTER_COLUMNS = {
    "category": "str",
    "rank": "Int64",
    "centre": "str",
    "radius_m": "float64",
    "cells": "Int64",
    "first_day": "datetime64[us]",
    "last_day": "datetime64[us]",
    "days": "Int64",
    "count": "Int64",
    "expected": "float64",
    "excess": "float64",
    "ratio": "float64",
    "llr": "float64",
    "p": "float64",
    "p_gumbel": "float64",
    "replications": "Int64",
    "q": "float64",
    "alarm": "bool",
    "recurrence_days": "float64",
    "recurrence_days_gumbel": "float64",
    "tied": "Int64",
    "recent": "int64",
    "reason": "str",
}
CLUSTER_MEMBER_COLUMNS = {"category": "str", "rank": "int64", "cell": "str", "no": "int64"}

_FEWEST_PAST_DAYS = 56
# Further clusters are told up to this p; of a ranking by chance nobody learns anything.
_TOLD_UP_TO = 0.2


@dataclass(frozen=True)
class Prospect:
    """How far, how long and how surely.

    Parameters
    ----------
    max_days : int
        Longest stretch of days up to as_of.
    max_radius_m : float
    alpha : float
        Level over all scanned categories.
    min_recent : int
        A category with fewer cases in the last `max_days` is not scanned.
    replications, stop_after : int
        As in `Sequential`.
    seed : int

    Examples
    --------
    >>> Prospect().max_radius_m
    500.0
    """

    max_days: int = 28
    max_radius_m: float = 500.0
    alpha: float = 0.05
    min_recent: int = 5
    replications: int = 999
    stop_after: int = 10
    seed: int = 0


def scan_categories(
    cases: pd.DataFrame,
    places: pd.DataFrame,
    *,
    period: tuple[pd.Timestamp, pd.Timestamp],
    gaps: pd.DataFrame | None = None,
    prospect: Prospect | None = None,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Scan every category for what gathers in place and time up to the last day.

    Each category has a `permutation_scan` of its own. Its most likely cluster is one test of the
    night, and the family is all scanned categories: q is Benjamini and Hochberg's. A further
    cluster of a category has the q that it would have as the category's most likely one.

    Parameters
    ----------
    cases : DataFrame
        category, place (str), day (datetime64, local midnight). Days outside the period are left
        aside.
    places : DataFrame
        place (str, unique), x, y (metres): representative points of cells, or places.
    period : (Timestamp, Timestamp)
        First and last day, both part of it.
    gaps : DataFrame, optional
        category, start, end (end exclusive): days of a category that were not observed. They are
        left out whole: days without a case have no part in this scan.
    prospect : Prospect, optional

    Returns
    -------
    clusters : DataFrame, columns `CLUSTER_COLUMNS`
        Sorted by category and rank: of each category the most likely cluster, and further ones
        with p up to 0.2. alarm: q <= alpha. recurrence_days: chance alone brings so strong a
        cluster of this category once in so many days, if it is scanned every day; it cannot be
        told beyond replications + 1. tied: how many other circles are as good; recent: cases of
        the last `max_days` days. A category that could not be scanned has one row with a reason
        and without rank: "not_observed" (no day of the window), "too_little_past" (fewer than 56
        observed days before the window), "too_few_incidents", "no_cluster" (nowhere more than
        expected).
    members : DataFrame, columns `CLUSTER_MEMBER_COLUMNS`
        The cells of each cluster, from the centre on.

    Raises
    ------
    AnalysisError
        If a column is missing, a case names an unknown place, coordinates look like degrees, or a
        setting is out of bounds.

    Notes
    -----
    With many categories the smallest p that replications can give could never be called: then
    there are more of them, at least 2 K / alpha for K categories.

    References
    ----------
    Kulldorff et al. (2005), as in `permutation_scan`. Benjamini and Hochberg (1995), Journal of
    the Royal Statistical Society B 57(1), 289-300.

    Examples
    --------
    >>> days = pd.date_range("2026-06-01", "2026-10-31")
    >>> usual = pd.DataFrame({"place": ["a", "b", "c"] * 51, "category": "noise", "day": days})
    >>> burst = pd.DataFrame({"place": "b", "category": "noise", "day": [days[-1]] * 8})
    >>> places = pd.DataFrame({"place": ["a", "b", "c"], "x": [0.0, 2000, 4000], "y": 0.0})
    >>> clusters, cells = scan_categories(
    ...     pd.concat([usual, burst]), places, period=(days[0], days[-1])
    ... )
    >>> clusters[["count", "days", "alarm"]].values.tolist(), cells["cell"].tolist()
    ([[9, 2, True]], ['b'])
    """
    chosen = prospect or Prospect()
    require_columns(cases, ["category", "place", "day"], "scan_categories cases")
    require_one_type(cases["category"], "scan_categories category")
    cases = cases.assign(day=require_naive_times(cases["day"], "scan_categories day"))
    period = require_period(period, "scan_categories")
    # Before anything is passed over for want of cases.
    places_of(places, "scan_categories places")
    if gaps is not None:
        require_columns(gaps, ["category", "start", "end"], "scan_categories gaps")
    if not 0 < chosen.alpha < 1 or chosen.min_recent < 1 or chosen.max_days < 1:
        raise AnalysisError(
            "alpha, min_recent or max_days is out of bounds",
            where="scan_categories",
            allowed="a share between 0 and 1; 1 or more",
        )
    own = _by_category(cases, period, gaps)
    recent_from = pd.Timestamp(period[1]) - pd.Timedelta(days=chosen.max_days - 1)
    reasons = {name: _reason(part, recent_from, chosen) for name, part in own.items()}
    tests = sum(reason is None for reason in reasons.values())
    most = max(chosen.replications, int(np.ceil(2 * tests / chosen.alpha)) - 1)
    rows, members = [], []
    for name, part in own.items():
        found = pd.DataFrame({"reason": [reasons[name]]})
        if reasons[name] is None:
            found, inside = _scanned(part, places, chosen, most)
            members.append(inside.assign(category=name))
        recent = int((part.cases["day"] >= recent_from).sum())
        rows.append(found.assign(category=name, recent=recent))
    return _called(rows, chosen.alpha), _framed(members, CLUSTER_MEMBER_COLUMNS)


@dataclass(frozen=True)
class _Own:
    """Cases of one category on its observed days, sorted."""

    cases: pd.DataFrame
    days: pd.DatetimeIndex


def _by_category(
    cases: pd.DataFrame, period: tuple[pd.Timestamp, pd.Timestamp], gaps: pd.DataFrame | None
) -> dict[str, _Own]:
    """Cases of each category within the period, from the first day on that has any case."""
    first, last = (pd.Timestamp(day) for day in period)
    inside = cases[cases["day"].between(first, last)]
    days = pd.date_range(max(first, inside["day"].min()) if len(inside) else first, last)
    parts = {str(name): part for name, part in inside.groupby("category", sort=True)}
    own = {}
    for name in sorted(cases["category"].unique()):
        seen = days
        for gap in [] if gaps is None else gaps[gaps["category"] == name].itertuples():
            seen = seen[(seen < gap.start) | (seen >= gap.end)]
        part = parts.get(str(name), inside.head(0))
        kept = part.loc[part["day"].isin(seen), ["place", "day"]]
        # In one order, so that the same cases are shuffled alike however they came.
        own[str(name)] = _Own(kept.sort_values(["place", "day"], ignore_index=True), seen)
    return own


def _reason(own: _Own, recent_from: pd.Timestamp, chosen: Prospect) -> str | None:
    """Why a category cannot be scanned, or None."""
    recent = int((own.cases["day"] >= recent_from).sum())
    reasons = {
        "not_observed": not (own.days >= recent_from).any(),
        "too_little_past": int((own.days < recent_from).sum()) < _FEWEST_PAST_DAYS,
        "too_few_incidents": recent < chosen.min_recent,
    }
    return next((reason for reason, is_so in reasons.items() if is_so), None)


def _scanned(
    own: _Own, places: pd.DataFrame, chosen: Prospect, most: int
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The clusters of one category that are told, and their cells."""
    found = permutation_scan(
        own.cases,
        places,
        period=(own.days[0], own.days[-1]),
        max_days=chosen.max_days,
        max_radius_m=chosen.max_radius_m,
        prospective=True,
        replications=Sequential(most, chosen.stop_after),
        seed=chosen.seed,
    )
    found = found[(found["rank"] == 1) | (found["p"] <= _TOLD_UP_TO)]
    if found.empty:
        return pd.DataFrame({"reason": ["no_cluster"]}), pd.DataFrame()
    inside = found[["rank", "places"]].explode("places").rename(columns={"places": "cell"})
    inside = inside.assign(no=inside.groupby("rank").cumcount() + 1)
    told = found.assign(
        cells=found["places"].str.len(),
        days=(found["last_day"] - found["first_day"]).dt.days + 1,
        excess=found["count"] - found["expected"],
        tied=found["tied"].str.len(),
        reason=None,
    )
    return told.drop(columns="places"), inside


def _called(rows: list[pd.DataFrame], alpha: float) -> pd.DataFrame:
    frame = _framed([row.assign(q=np.nan, alarm=False) for row in rows], CLUSTER_COLUMNS)
    found = frame["rank"].notna()
    strongest = frame[found].groupby("category", sort=True)["p"].min()
    family, at = strongest.to_numpy(), strongest.index.get_indexer(pd.Index(frame["category"]))
    q = [
        # As if this cluster were the strongest of its category.
        float(bh_qvalues(np.where(np.arange(len(family)) == own, p, family))[own])
        if is_found
        else np.nan
        for own, p, is_found in zip(at, frame["p"], found, strict=True)
    ]
    called = frame.assign(q=np.array(q, dtype=np.float64))
    return called.assign(alarm=called["q"] <= alpha)


def _framed(parts: list[pd.DataFrame], columns: dict[str, str]) -> pd.DataFrame:
    empty = {name: pd.Series(dtype=kind) for name, kind in columns.items()}
    if not parts:
        return pd.DataFrame(empty)
    filled = [part.reindex(columns=list(columns)).astype(columns) for part in parts]
    frame: pd.DataFrame = pd.concat(filled, ignore_index=True)
    return frame
