"""The step that tells whether problems that lie near one another follow each other in time."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd

from blockdata.analysis import bh_qvalues
from blockdata.analysis.near_repeat import knox
from blockdata.batch.steps import Context
from blockdata.config.gathering import NearRepeat
from blockdata.engines import gathering_feeds
from blockdata.kernels import count_pairs_within
from blockdata.store import derived
from blockdata.store.session import Session

__all__ = ["find_near_repeats"]

_SEED = 20
_WORK = 5e8
"""Pairs times permutations from which on a category is permuted less often."""


def find_near_repeats(session: Session, context: Context) -> None:
    """Compare pairs of episodes near in place and time with shuffled days, category by category.

    The family of q is every band of every category that was tested. Episodes of one place that
    follow each other without a closing between are one episode: of those on one spot and few days
    apart there are fewer pairs than the reports would have.
    """
    settings = context.config.near_repeat
    since = context.as_of - dt.timedelta(days=settings.window_days)
    city = context.config.city
    points = gathering_feeds.episode_points(session, city.midnight_utc(since))
    points = points.assign(day=city.local_days(points["first_reported"]))
    found = [
        _of_category(group, pd.Timestamp(context.as_of), settings).assign(category=category)
        for category, group in points.groupby("category", sort=True)
    ]
    table = pd.concat(found, ignore_index=True) if found else pd.DataFrame()
    if len(table):
        table["q"] = bh_qvalues(table["p"].to_numpy(dtype=np.float64))
    derived.write_result(session, "near_repeat", table)


def _of_category(points: pd.DataFrame, end: pd.Timestamp, settings: NearRepeat) -> pd.DataFrame:
    if len(points) < settings.min_total:
        row = {"episodes": len(points), "window_days": settings.window_days, "p": np.nan}
        return pd.DataFrame([row | {"reason": "too_few_incidents"}])
    window_days, used = _bounded(points, end, settings)
    often = _pairs(used, settings) * settings.permutations <= _WORK
    permutations = settings.permutations if often else settings.fewer_permutations
    found = knox(
        used[["x", "y", "day"]],
        distance_edges_m=settings.distances_m,
        day_bands=_day_bands(settings),
        permutations=permutations,
        seed=_SEED,
    )
    told = found.rename(columns={"observed": "pairs", "from_day": "from_days", "to_day": "to_days"})
    return told.assign(episodes=len(used), window_days=window_days, permutations=permutations)


def _day_bands(settings: NearRepeat) -> list[tuple[int, int]]:
    first = (0, *(last + 1 for last in settings.days[:-1]))
    return list(zip(first, settings.days, strict=True))


def _bounded(
    points: pd.DataFrame, end: pd.Timestamp, settings: NearRepeat
) -> tuple[int, pd.DataFrame]:
    """Return the window in days, halved until pairs are few enough, and its episodes."""
    window_days, used = settings.window_days, points
    shortest = 2 * settings.days[-1]
    while window_days // 2 >= shortest and _pairs(used, settings) > settings.max_pairs:
        window_days //= 2
        used = points[points["day"] >= end - pd.Timedelta(days=window_days)]
    return window_days, used


def _pairs(points: pd.DataFrame, settings: NearRepeat) -> int:
    x, y = (points[column].to_numpy(dtype=np.float64) for column in ("x", "y"))
    return int(count_pairs_within(x, y, settings.distances_m[-1]))
