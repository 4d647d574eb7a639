"""What the report reads of who deals with open cases and until when."""

from __future__ import annotations

import datetime as dt

import pandas as pd

from blockdata.engines.case_feeds import CLOSED, COURSE
from blockdata.store.session import Session

_OPEN = (
    "base.incident_place p JOIN base.incident i ON i.id = p.incident "
    f"{COURSE} LEFT JOIN base.case_limit l ON l.incident = i.id WHERE {CLOSED} IS NULL"
)
"""The cases that the analysis sees and nobody has closed by as_of, with their limit if any."""

_OVERDUE = "(l.due_soon AND l.hours_left < 0)"
_DUE_SOON = "(l.due_soon AND l.hours_left >= 0)"


def light_counts(session: Session, end: dt.datetime) -> pd.DataFrame:
    """Return the open cases by light: light, cases, overdue, due_soon, handled.

    Parameters
    ----------
    session : Session
    end : datetime
        as_of in UTC.

    Returns
    -------
    DataFrame
        Sorted by light, "none" for cases without a limit. Of the cases of a light, those overdue,
        those due soon but not overdue, and those handled, which wait to be closed.
    """
    return session.frame(
        "SELECT coalesce(l.light, 'none') AS light, count(*) AS cases, "
        f"count(*) FILTER {_OVERDUE} AS overdue, count(*) FILTER {_DUE_SOON} AS due_soon, "
        "count(*) FILTER (t.handled_at IS NOT NULL) AS handled "
        f"FROM {_OPEN} GROUP BY ALL ORDER BY light",
        {"end": end},
    )


def overdue_cases(session: Session, end: dt.datetime, limit: int) -> pd.DataFrame:
    """Return the open cases whose limit has run out, the latest to do so first; see `due_cases`.

    What ran out last can still be mended best, and heads the list; what has lain for years is
    counted beside it.
    """
    return _cases(session, _OVERDUE, "due_at DESC, incident", end, limit)


def due_cases(session: Session, end: dt.datetime, limit: int) -> pd.DataFrame:
    """Return the open cases that are due soon, the next first.

    Parameters
    ----------
    session : Session
    end : datetime
        as_of in UTC.
    limit : int
        How many.

    Returns
    -------
    DataFrame
        incident, label (what its category counts as), due_at (UTC), hours_left, time_limit,
        limit_unit, limit_basis, light, departments (list of names: the units of the first rank),
        reason (why they), disputed (whether another unit may answer).
    """
    return _cases(session, _DUE_SOON, "due_at, incident", end, limit)


def _cases(
    session: Session, condition: str, order: str, end: dt.datetime, limit: int
) -> pd.DataFrame:
    return session.frame(
        "WITH listed AS (SELECT i.id AS incident, i.source, i.category, l.due_at, l.hours_left, "
        'l."limit" AS time_limit, l.limit_unit, l.limit_basis, l.light '
        f"FROM {_OPEN} AND {condition} ORDER BY {order} LIMIT $limit), "
        "units AS (SELECT u.incident, "
        "list(coalesce(d.name, u.department) ORDER BY u.department) AS departments, "
        "min(u.reason) AS reason, bool_or(u.disputed) AS disputed FROM base.case_unit u "
        "LEFT JOIN (SELECT code, min(name) AS name FROM base.department GROUP BY code) d "
        "ON d.code = u.department "
        "WHERE u.rank = 1 AND u.incident IN (SELECT incident FROM listed) GROUP BY u.incident) "
        "SELECT listed.* EXCLUDE (source, category), coalesce(c.label, listed.category) AS label, "
        "departments, reason, coalesce(disputed, false) AS disputed FROM listed "
        "LEFT JOIN units ON units.incident = listed.incident "
        "LEFT JOIN base.category c ON c.source = listed.source "
        f"AND c.category = listed.category ORDER BY {order.replace('incident', 'listed.incident')}",
        {"end": end, "limit": limit},
    )


def ownerless(session: Session) -> pd.DataFrame:
    """Return category, scheme, code, grid, cases of matters without a unit, most cases first."""
    return session.frame(
        "SELECT category, scheme, code, grid, cases FROM base.ownerless "
        "ORDER BY cases DESC, category, grid NULLS FIRST"
    )


def disputed_duties(session: Session) -> pd.DataFrame:
    """Return grid, scheme, code, name (of the matter), departments, sorted by grid and code."""
    return session.frame(
        "SELECT d.grid, d.scheme, d.code, d.departments, "
        "(SELECT min(m.name) FROM base.matter m WHERE m.code = d.code "
        "AND (d.scheme IS NULL OR m.scheme = d.scheme)) AS name "
        "FROM base.disputed_duty d ORDER BY d.grid, d.scheme NULLS FIRST, d.code"
    )


def disputed_borders(session: Session) -> pd.DataFrame:
    """Return grid, neighbour, cases, departments, most cases first."""
    return session.frame(
        "SELECT grid, neighbour, cases, departments FROM base.disputed_border "
        "ORDER BY cases DESC, grid, neighbour"
    )


def names_of_codes(session: Session) -> dict[str, str]:
    """Return what grids and departments are called, by their codes."""
    rows = session.rows(
        "SELECT code, min(name) FROM (SELECT code, name FROM base.grid "
        "UNION ALL SELECT code, name FROM base.department) "
        "WHERE code IS NOT NULL AND name IS NOT NULL GROUP BY code ORDER BY code"
    )
    return {str(code): str(name) for code, name in rows}
