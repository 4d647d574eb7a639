"""What is measured of patrol lists afterwards, and what has been measured before."""

from __future__ import annotations

import datetime as dt

import pandas as pd

from blockdata.store.session import Session

__all__ = ["activity_between", "episodes_between", "outcomes_on", "patrol_of"]


def episodes_between(session: Session, since: dt.datetime, until: dt.datetime) -> pd.DataFrame:
    """Return episode, place_kind, place of the episodes that began in a time and have a place."""
    return session.frame(
        "SELECT episode, place_kind, place FROM base.episode WHERE place IS NOT NULL "
        "AND place_kind <> 'area' AND first_reported >= $since AND first_reported < $until "
        "ORDER BY episode",
        {"since": since, "until": until},
    )


def activity_between(session: Session, since: dt.datetime, until: dt.datetime) -> pd.DataFrame:
    """Return place_kind, place, reported, closed, handled (bool): what is known of a time there."""
    inside = "{0} >= $since AND {0} < $until"
    reported, closed = inside.format("i.reported_at"), inside.format("e.closed_at")
    handled = f"{inside.format('c.handled_at')} OR {inside.format('c.checked_at')}"
    return session.frame(
        f"SELECT e.place_kind, e.place, bool_or(coalesce({reported}, false)) AS reported, "
        f"bool_or(coalesce({closed}, false)) AS closed, "
        f"bool_or(coalesce({handled}, false)) AS handled "
        "FROM base.episode e JOIN base.episode_member m ON m.episode = e.episode "
        "JOIN base.incident i ON i.id = m.incident "
        "LEFT JOIN base.case_course c ON c.incident = m.incident "
        f"WHERE e.place IS NOT NULL AND ({reported} OR {closed} OR {handled}) "
        "GROUP BY e.place_kind, e.place ORDER BY e.place_kind, e.place",
        {"since": since, "until": until},
    )


def _has_tasks(session: Session) -> bool:
    """Whether a snapshot has lists: an earlier version made none."""
    tables = "('patrol_task', 'task_outcome')"
    counted = session.number(
        "SELECT count(*) FROM duckdb_tables() WHERE database_name = 'base' "
        f"AND table_name IN {tables}"
    )
    return counted == 2


def patrol_of(session: Session) -> pd.DataFrame:
    """Return grid, stop_kind, stop of the lists of a snapshot; empty where it has none."""
    if not _has_tasks(session):
        return pd.DataFrame(columns=["grid", "stop_kind", "stop"])
    return session.frame(
        "SELECT grid, place_kind AS stop_kind, place AS stop FROM base.patrol_task ORDER BY ALL"
    )


def outcomes_on(session: Session, as_of: dt.date) -> pd.DataFrame:
    """Return what lists brought, as the run of a day has found; empty before any run."""
    if not _has_tasks(session):
        return pd.DataFrame()
    return session.frame(
        "SELECT * FROM base.task_outcome WHERE as_of = $as_of ORDER BY list, grid",
        {"as_of": as_of},
    )
