"""What emerging hot spots, near repeat and concentration are computed of."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import pandas as pd
import pyarrow as pa

from blockdata.engines.feeds import OWN_FIRST
from blockdata.store.connection import quote
from blockdata.store.session import Session

PLACE_KINDS = ("address", "component", "building")
"""Kinds of place of which a base knows how many there are, those without an episode included."""


def episode_points(session: Session, since: dt.datetime) -> pd.DataFrame:
    """Return category, x, y, first_reported of the episodes since a moment that have a point.

    The point is that of the episode's first report, in metres. What is located by a description
    is left out: it is known to some ten metres only, and all that are so described share a point.

    Parameters
    ----------
    session : Session
    since : datetime
        In UTC.

    Returns
    -------
    DataFrame
        In the order of the episodes' ids.
    """
    return session.frame(
        "SELECT e.category, p.x, p.y, e.first_reported FROM base.episode e "
        "JOIN base.incident_place p ON p.incident = e.episode "
        "WHERE e.first_reported >= $since AND p.x IS NOT NULL AND p.y IS NOT NULL "
        "AND p.made <> 'description' ORDER BY e.episode",
        {"since": since},
    )


def first_report(session: Session) -> dt.datetime | None:
    """Return when the first episode was reported, in UTC; None without any."""
    found = session.value("SELECT min(first_reported) FROM base.episode")
    return found if isinstance(found, dt.datetime) else None


def counts_in_cells(session: Session, since: dt.datetime) -> pd.DataFrame:
    """Return layer, cell, category, count of the episodes since a moment, over all layers."""
    return session.frame(
        "SELECT substr(target_kind, 6) AS layer, cell, category, count(*) AS count FROM ("
        f"SELECT e.episode, e.category, l.target_kind, arg_min(l.target, {OWN_FIRST}) AS cell "
        "FROM base.episode e JOIN base.episode_member m ON m.episode = e.episode "
        "JOIN base.link l ON l.incident = m.incident AND starts_with(l.target_kind, 'cell:') "
        "WHERE e.first_reported >= $since GROUP BY e.episode, e.category, l.target_kind"
        ") GROUP BY ALL ORDER BY ALL",
        {"since": since},
    )


def counts_at_places(session: Session, since: dt.datetime) -> pd.DataFrame:
    """Return place_kind, place, category, count of the episodes since a moment.

    Of the places that can be counted: addresses, components and buildings.
    """
    return session.frame(
        "SELECT place_kind, place, category, count(*) AS count FROM base.episode "
        "WHERE first_reported >= $since AND place_kind IN (SELECT unnest($kinds)) "
        "GROUP BY ALL ORDER BY ALL",
        {"since": since, "kinds": list(PLACE_KINDS)},
    )


def numbers_of_places(session: Session) -> dict[str, int]:
    """Return how many places there are of each kind; abandoned addresses are none."""
    in_use = "WHERE coalesce(status, 'in_use') <> 'abandoned'"
    return {
        kind: session.number(
            f"SELECT count(*) FROM {quote('base', kind)} {in_use if kind == 'address' else ''}"
        )
        for kind in PLACE_KINDS
    }


def result_rows(session: Session, table: str, order: Sequence[str]) -> pd.DataFrame:
    """Return a result table in an order; empty where a base is of an earlier version.

    Whole numbers are Int64, so that a null among them makes none of them a fraction.
    """
    there = session.value(
        "SELECT 1 FROM duckdb_tables() WHERE database_name = 'base' AND table_name = ?", [table]
    )
    if there is None:
        return pd.DataFrame()
    columns = ", ".join(map(quote, order))
    rows = session.arrow(f"FROM {quote('base', table)} ORDER BY {columns}")
    found: pd.DataFrame = rows.to_pandas(types_mapper={pa.int64(): pd.Int64Dtype()}.get)
    return found


def findings_of(session: Session, step: str) -> pd.DataFrame:
    """Return code, zh, en of what a step told, in the order in which it did."""
    return session.frame("SELECT code, zh, en FROM base.finding WHERE step = $step", {"step": step})
