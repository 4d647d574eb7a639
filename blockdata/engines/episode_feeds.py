"""What the making of episodes reads of a base."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import pandas as pd

from blockdata.store.session import Session

CLOSED = "CASE WHEN t.incident IS NULL THEN i.closed_at ELSE t.closed_at END"
"""Closing of an incident `i` with the course `t`: that after which nothing more was done."""

_UNDONE = (
    "SELECT h.id, count(DISTINCT h.closed_at) AS closings FROM base.incident_history h "
    "JOIN base.incident i ON i.id = h.id WHERE h.closed_at >= h.reported_at "
    "AND (i.closed_at IS NULL OR h.closed_at < i.closed_at) GROUP BY h.id"
)
"""Closings that an incident's source delivered, and took back for none or a later one."""

_HELD = (
    "SELECT source, delivered_on, max(least(newest, delivered_on + INTERVAL 2 DAY)) OVER "
    "(PARTITION BY source ORDER BY delivered_on ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) "
    "AS until FROM (SELECT d.source, d.delivered_on, max(i.reported_at) AS newest "
    "FROM base.incident i JOIN base.delivery d ON d.seq = i.first_delivery "
    "WHERE i.reported_at < $end GROUP BY ALL)"
)
"""Up to when a source had delivered reports before each day on which it delivered new ones."""

_BY_FORM = (
    "SELECT case_no, max_by(result, step_at) AS result FROM base.incident_step "
    "WHERE step = 'closed' AND step_at < $end GROUP BY case_no"
)
"""Result of the last closing step of each case number."""

_UNPLACED = (
    "SELECT incident, bool_or(target_kind = 'default_location') AS at_default "
    "FROM base.link WHERE incident IN (SELECT incident FROM base.incident_place "
    "WHERE place IS NULL) GROUP BY incident"
)


def reports(
    session: Session, end: dt.datetime, *, late_hours: float, by_form: Sequence[str]
) -> pd.DataFrame:
    """Return the reports that episodes are made of, and what is to be known of each.

    Parameters
    ----------
    session : Session
        Linked, and its courses and duplicates found.
    end : datetime
        In UTC; later reports are left out, later closings have not happened yet.
    late_hours : float
        A report is late that was made so much earlier than the newest that its source had
        delivered before: it had been overtaken. Deliveries of one day count as one.
    by_form : sequence of str
        Results of a closing step that say the case was closed by a form alone.

    Returns
    -------
    DataFrame
        Sorted by id: id, source, reported_at, closed_at, category (the label by which it counts),
        place_kind, place (null where it counts nowhere), occurrence (null if alone), reopenings
        (closings undone, by its steps or by what its source delivered before), is_late,
        is_administrative, unplaced ("default location" or "uncertain place", null if not so).
    """
    return session.frame(
        f"WITH undone AS ({_UNDONE}), held AS ({_HELD}), form AS ({_BY_FORM}), "
        f"lost AS ({_UNPLACED}) SELECT i.id, i.source, i.reported_at, "
        f"CASE WHEN {CLOSED} < $end THEN {CLOSED} END AS closed_at, "
        "coalesce(c.label, i.category) AS category, p.place_kind, p.place, m.occurrence, "
        "greatest(coalesce(t.reopened, 0), coalesce(u.closings, 0)) AS reopenings, "
        "coalesce(i.reported_at < h.until - to_seconds($late_s), false) AS is_late, "
        "t.incident IS NOT NULL AND coalesce(f.result IN (SELECT unnest($by_form::VARCHAR[])), "
        "false) AS is_administrative, "
        "CASE WHEN l.at_default THEN 'default location' WHEN l.incident IS NOT NULL "
        "THEN 'uncertain place' END AS unplaced "
        "FROM base.incident_place p JOIN base.incident i ON i.id = p.incident "
        "LEFT JOIN base.category c ON c.source = i.source AND c.category = i.category "
        "LEFT JOIN base.occurrence_member m ON m.incident = i.id "
        "LEFT JOIN base.case_course t ON t.incident = i.id "
        "LEFT JOIN undone u ON u.id = i.id "
        "LEFT JOIN base.delivery d ON d.seq = i.first_delivery "
        "LEFT JOIN held h ON h.source = d.source AND h.delivered_on = d.delivered_on "
        "LEFT JOIN form f ON f.case_no = i.case_no "
        "LEFT JOIN lost l ON l.incident = i.id "
        "WHERE i.reported_at < $end ORDER BY i.id",
        {"end": end, "late_s": late_hours * 3600, "by_form": list(by_form)},
    )


def tells_episodes(session: Session) -> bool:
    """Whether a snapshot holds all that `reports` reads, as those of earlier versions do not."""
    there = session.rows(
        "SELECT count(*) FROM duckdb_columns() WHERE database_name = 'base' AND "
        "(table_name, column_name) IN (('incident_place', 'place'), ('case_course', 'reopened'), "
        "('occurrence_member', 'occurrence'), ('category', 'label'), "
        "('episode_member', 'excluded_reason'))"
    )
    return there[0][0] == 5


def episodes(session: Session) -> pd.DataFrame:
    """Return the episodes of a snapshot, sorted by episode."""
    return session.frame("FROM base.episode ORDER BY episode")


def members(session: Session) -> pd.DataFrame:
    """Return incident, episode, excluded_reason, sorted by incident."""
    return session.frame("FROM base.episode_member ORDER BY incident")


def revisions_since(session: Session, day: dt.date) -> pd.DataFrame:
    """Return the revisions that runs with an as_of from a day on have found."""
    if not session.rows(
        "SELECT 1 FROM duckdb_tables() WHERE database_name = 'base' "
        "AND table_name = 'episode_revision'"
    ):
        return pd.DataFrame()
    return session.frame(
        "FROM base.episode_revision WHERE as_of >= $day ORDER BY as_of, episode, change",
        {"day": day},
    )


def revision_counts(session: Session, as_of: dt.date) -> pd.DataFrame:
    """Return since, change, causes, episodes: of the revisions that one run has found; sorted."""
    return session.frame(
        "SELECT since, change, causes, count(*) AS episodes FROM base.episode_revision "
        "WHERE as_of = $as_of GROUP BY ALL ORDER BY ALL",
        {"as_of": as_of},
    )
