"""What is read of a base about cases: their steps, when what happened, what rules hold for them."""

from __future__ import annotations

import datetime as dt

import pandas as pd

from blockdata.engines.feeds import SEEN
from blockdata.store.connection import quote
from blockdata.store.session import Session


def steps(session: Session, end: dt.datetime, *, of_suspended: bool = False) -> pd.DataFrame:
    """Return the steps of the incidents that the analysis sees, their own closings among them.

    A step belongs to the incident that has its case number. Case numbers may repeat between
    sources: then it belongs to the incident of the source with which the step's own source shares
    most of the numbers that only one incident has, and to each of them if that does not tell.

    Parameters
    ----------
    session : Session
    end : datetime
        as_of in UTC; later steps have not happened yet.
    of_suspended : bool, default False
        Only of cases that were ever suspended, as their courses tell.

    Returns
    -------
    DataFrame
        incident, step, step_at, own (whether the incident itself says so); in no order, and the
        same step at the same time may stand twice. Incidents without steps have no row.
    """
    suspended = "SELECT incident FROM base.case_course WHERE suspended > 0"
    shared = f"SELECT i.case_no FROM base.incident i WHERE {SEEN} GROUP BY 1 HAVING count(*) > 1"
    values: dict[str, object] = {"end": end}
    told = _TOLD if session.frame(f"{shared} LIMIT 1", values).empty else _TOLD_OF_SHARED
    return session.frame(
        "WITH seen AS (SELECT i.id, i.source, i.case_no, i.closed_at FROM base.incident i "
        f"WHERE {SEEN}{f' AND i.id IN ({suspended})' if of_suspended else ''}), "
        f"shared AS ({shared}), told AS ({told}) "
        "SELECT id AS incident, step, step_at, false AS own FROM told UNION ALL "
        "SELECT id, 'closed', closed_at, true FROM seen "
        "WHERE closed_at < $end AND id IN (SELECT id FROM told)",
        values,
    )


_TOLD = (
    "SELECT n.id, s.step, s.step_at FROM base.incident_step s JOIN seen n USING (case_no) "
    "WHERE s.step_at < $end"
)
"""Steps of incidents `seen`, each of which has a number of its own."""

_TOLD_OF_SHARED = (
    f"{_TOLD} AND s.case_no NOT IN (FROM shared) UNION ALL "
    "SELECT n.id, s.step, s.step_at FROM base.incident_step s "
    "JOIN (SELECT DISTINCT i.case_no, s.source AS teller, i.source "
    "FROM base.incident i JOIN base.incident_step s USING (case_no) "
    "LEFT JOIN (SELECT s.source AS teller, i.source, count(DISTINCT case_no) AS numbers "
    "FROM base.incident i JOIN base.incident_step s USING (case_no) "
    f"WHERE {SEEN} AND s.step_at < $end AND case_no NOT IN (FROM shared) GROUP BY ALL) t "
    "ON t.teller = s.source AND t.source = i.source "
    f"WHERE {SEEN} AND s.step_at < $end AND case_no IN (FROM shared) "
    "QUALIFY coalesce(t.numbers, 0) = max(coalesce(t.numbers, 0)) "
    "OVER (PARTITION BY i.case_no, s.source)) c "
    "ON c.case_no = s.case_no AND c.teller = s.source "
    "JOIN seen n ON n.case_no = c.case_no AND n.source = c.source WHERE s.step_at < $end"
)
"""The same where incidents share numbers: `c` is whose a number is when a source speaks of it."""


def courses(session: Session) -> pd.DataFrame:
    """Return the course of each incident that has steps, as the run found it.

    Returns
    -------
    DataFrame
        incident, accepted_at, dispatched_at, handled_at, checked_at, closed_at, sent_back,
        reopened, extended, suspended, suspended_hours, is_suspended, disorder; sorted by
        incident. closed_at and reopened take the incident's own closing into account and stand in
        its place: where closed_at is null the case is open, whatever the incident says.
    """
    return session.frame("FROM base.case_course ORDER BY incident")


def effective_times(session: Session, end: dt.datetime) -> pd.DataFrame:
    """Return when each incident that the analysis sees was reported, taken up, done and closed.

    Parameters
    ----------
    session : Session
    end : datetime
        as_of in UTC, as for the run that found the courses.

    Returns
    -------
    DataFrame
        id, reported_at, accepted_at, dispatched_at, handled_at, closed_at, reopened (how many
        closings were undone); sorted by id. An incident without steps has its own closing, if it
        has happened.
    """
    return session.frame(
        "SELECT i.id, i.reported_at, t.accepted_at, t.dispatched_at, t.handled_at, "
        f"{CLOSED} AS closed_at, coalesce(t.reopened, 0) AS reopened "
        f"FROM base.incident i {COURSE} WHERE {SEEN} ORDER BY i.id",
        {"end": end},
    )


COURSE = "LEFT JOIN base.case_course t ON t.incident = i.id"
CLOSED = (
    "CASE WHEN t.incident IS NOT NULL THEN t.closed_at WHEN i.closed_at < $end THEN i.closed_at END"
)
"""Closing of an incident `i` with the course `t`."""


def listed_cases(session: Session, end: dt.datetime, since: dt.datetime) -> pd.DataFrame:
    """Return the cases that are open, or were reported or closed since a day.

    Parameters
    ----------
    session : Session
    end : datetime
        as_of in UTC.
    since : datetime
        In UTC.

    Returns
    -------
    DataFrame
        Sorted by id: id, category (the label by which it counts), scheme, matter_kind, code (of
        its class; null if unmapped); reported_at, accepted_at, dispatched_at, handled_at,
        closed_at as from `effective_times`; extended (how many times); is_suspended (by its steps)
        and held (its source calls it suspended and no step tells since when); cell and component
        (the most probable it is linked to); x, y (null where only words lead to a place).
    """
    return session.frame(
        "WITH listed AS (SELECT i.id, i.source, i.category, i.status, i.reported_at, "
        "t.accepted_at, t.dispatched_at, t.handled_at, "
        f"{CLOSED} AS closed_at, coalesce(t.extended, 0) AS extended, "
        "coalesce(t.suspended, 0) AS suspended, coalesce(t.is_suspended, false) AS is_suspended "
        f"FROM base.incident i {COURSE} WHERE {SEEN}), "
        "wanted AS (FROM listed WHERE closed_at IS NULL OR closed_at >= $since "
        "OR reported_at >= $since), "
        f"cell AS ({_linked('cell:responsibility')}), component AS ({_linked('component')}) "
        "SELECT w.id, coalesce(c.label, w.category) AS category, c.scheme, "
        "c.kind AS matter_kind, c.code, w.reported_at, w.accepted_at, w.dispatched_at, "
        "w.handled_at, w.closed_at, w.extended, w.is_suspended, "
        "coalesce(w.status = 'suspended' AND w.suspended = 0, false) AS held, "
        "g.target AS cell, o.target AS component, "
        "CASE WHEN p.made <> 'description' THEN p.x END AS x, "
        "CASE WHEN p.made <> 'description' THEN p.y END AS y "
        "FROM wanted w LEFT JOIN base.category c "
        "ON c.source = w.source AND c.category = w.category "
        "LEFT JOIN cell g ON g.incident = w.id LEFT JOIN component o ON o.incident = w.id "
        "LEFT JOIN base.incident_place p ON p.incident = w.id ORDER BY w.id",
        {"end": end, "since": since},
    )


def _linked(target_kind: str) -> str:
    """Return SQL for the most probable target of each wanted incident: incident, target."""
    return (
        "SELECT incident, target FROM base.link "
        f"WHERE target_kind = '{target_kind}' AND incident IN (SELECT id FROM wanted) "
        "QUALIFY row_number() OVER (PARTITION BY incident ORDER BY probability DESC, target) = 1"
    )


def matter_states(session: Session) -> pd.DataFrame:
    """Return every state of the matters that has held.

    Returns
    -------
    DataFrame
        scheme, matter_kind, code, condition_no, time_limit, time_limit_unit, department,
        valid_from (null for since always), valid_to (null for still); sorted.
    """
    return _states(
        session,
        "matter",
        "scheme, matter_kind, code, condition_no, time_limit, time_limit_unit, "
        "department_code AS department",
    )


def duty_states(session: Session) -> pd.DataFrame:
    """Return grid, scheme, code, department, valid_from, valid_to of every listed duty; sorted."""
    return _states(
        session,
        "responsibility",
        "grid_code AS grid, scheme, matter_code AS code, department_code AS department",
    )


def _states(session: Session, table: str, columns: str) -> pd.DataFrame:
    parts = (
        f"SELECT {columns}, valid_from, valid_to FROM {quote('base', name)} "
        "WHERE valid_from IS NULL OR valid_to IS NULL OR valid_from < valid_to"
        for name in (table, f"{table}_history")
    )
    return session.frame(f"SELECT DISTINCT * FROM ({' UNION ALL '.join(parts)}) ORDER BY ALL")


def departments(session: Session) -> pd.DataFrame:
    """Return code, uscc, name, x, y of the departments; sorted by code."""
    return session.frame(
        "SELECT code, uscc, name, CASE WHEN located_by <> 'description' THEN x END AS x, "
        "CASE WHEN located_by <> 'description' THEN y END AS y FROM base.department ORDER BY ALL"
    )


def bodies_of_components(session: Session) -> pd.DataFrame:
    """Return id, keeper_code, keeper_name, owner_code, owner_name of the components; by id."""
    return session.frame(
        "SELECT id, keeper_code, keeper_name, owner_code, owner_name FROM base.component "
        "WHERE coalesce(keeper_code, keeper_name, owner_code, owner_name) IS NOT NULL ORDER BY id"
    )
