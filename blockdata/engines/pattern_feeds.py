"""What the watch over rises and the scan for clusters read of a base, and what they have found."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import pandas as pd

from blockdata.engines.feeds import OWN_FIRST, VALID
from blockdata.store.session import Session

__all__ = [
    "cell_points",
    "cluster_cells",
    "cluster_rows",
    "dated_episodes",
    "episodes_behind",
    "rise_categories",
    "rise_rows",
]

_IN_CELLS = (
    f"SELECT e.episode, e.category, arg_min(l.target, {OWN_FIRST}) AS cell, "
    "e.first_reported, i.source FROM base.episode e JOIN base.incident i ON i.id = e.episode "
    "JOIN base.episode_member m ON m.episode = e.episode "
    "JOIN base.link l ON l.incident = m.incident AND l.target_kind = $kind "
    "WHERE e.first_reported >= $since AND e.first_reported < $end "
    "AND ($category IS NULL OR e.category = $category) GROUP BY ALL"
)


def dated_episodes(
    session: Session,
    layer: str,
    since: dt.datetime,
    end: dt.datetime,
    category: str | None = None,
) -> pd.DataFrame:
    """Return the episodes of a time, each in the cell of its first report that has one.

    Parameters
    ----------
    session : Session
    layer : str
    since, end : datetime
        In UTC, end exclusive.
    category : str, optional
        Only this one.

    Returns
    -------
    DataFrame
        episode, category, cell, first_reported (UTC), source (of the first report), by episode.
    """
    values = {"kind": f"cell:{layer}", "since": since, "end": end, "category": category}
    return session.frame(f"FROM ({_IN_CELLS}) ORDER BY episode", values)


def cell_points(session: Session, layer: str, day: dt.date) -> pd.DataFrame:
    """Return cell, x, y of the cells of a layer that stand on a day and have a polygon, sorted.

    The point is one inside the cell, in metres.
    """
    parts = " UNION ALL ".join(
        f"SELECT id AS cell, x, y FROM base.{table} "
        f"WHERE {column} = $layer AND x IS NOT NULL AND {VALID}"
        for table, column in (("grid", "layer"), ("area", "level"))
    )
    return session.frame(
        f"SELECT cell, min(x) AS x, arg_min(y, x) AS y FROM ({parts}) GROUP BY cell ORDER BY cell",
        {"layer": layer, "day": day},
    )


def rise_rows(session: Session) -> pd.DataFrame:
    """Return the places and windows that were compared with their past: alarms first, then by p."""
    return session.frame(
        "SELECT * FROM base.rise ORDER BY alarm DESC, rank, p, category, cell, window_days"
    )


def rise_categories(session: Session) -> pd.DataFrame:
    """Return what was compared of each category and window."""
    return session.frame("SELECT * FROM base.rise_category ORDER BY category, window_days")


def cluster_rows(session: Session) -> pd.DataFrame:
    """Return the clusters found: alarms first, then by p and ratio of likelihoods."""
    return session.frame("SELECT * FROM base.cluster ORDER BY alarm DESC, q, p, llr DESC, category")


def cluster_cells(session: Session) -> pd.DataFrame:
    """Return category, rank, cell, no of the cells of clusters, from the centre on."""
    return session.frame("SELECT * FROM base.cluster_place ORDER BY category, rank, no")


def episodes_behind(
    session: Session,
    layer: str,
    category: str,
    cells: Sequence[str],
    *,
    since: dt.datetime,
    end: dt.datetime,
) -> pd.DataFrame:
    """Return the episodes of a category in cells within a time, with all their reports.

    Parameters
    ----------
    session : Session
    layer, category : str
    cells : sequence of str
    since, end : datetime
        In UTC, end exclusive.

    Returns
    -------
    DataFrame
        cell, episode, incident, reported_at (UTC), source, place_kind, place; by time.
    """
    values = {"kind": f"cell:{layer}", "since": since, "end": end, "category": category}
    return session.frame(
        "SELECT f.cell, f.episode, m.incident, i.reported_at, i.source, e.place_kind, e.place "
        f"FROM ({_IN_CELLS}) f JOIN base.episode e ON e.episode = f.episode "
        "JOIN base.episode_member m ON m.episode = f.episode "
        "JOIN base.incident i ON i.id = m.incident "
        "WHERE f.cell IN (SELECT unnest($cells::VARCHAR[])) "
        "ORDER BY f.first_reported, f.episode, m.incident",
        {**values, "cells": list(cells)},
    )
