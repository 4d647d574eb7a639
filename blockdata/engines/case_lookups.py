"""What users ask of a base about cases: the answers of the nightly run, by case or as a whole."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

import pandas as pd

from blockdata.engines import lookups
from blockdata.errors import AnalysisError
from blockdata.records import Held
from blockdata.store.connection import quote
from blockdata.store.session import Session

_ORDER = MappingProxyType(
    {
        "link": "incident, target_kind, probability DESC, target",
        "contradiction": "incident, probability DESC, first_kind, second_kind",
        "incident_place": "incident",
        "category": "incidents DESC, source, category",
        "category_suggestion": "incidents DESC, source, category, rank",
        "duplicate_pair": "probability DESC, first, second",
        "occurrence": "last_reported DESC, occurrence",
        "occurrence_member": "occurrence, incident",
        "chain": "rank, chain",
        "chain_link": "chain, second, first",
        "chain_member": "chain, incident",
        "case_course": "incident",
        "case_limit": "due_at, incident",
        "case_unit": "incident, rank, department",
        "ownerless": "cases DESC, category, grid",
        "disputed_duty": "grid, scheme, code",
        "disputed_border": "cases DESC, grid, neighbour",
        "episode": "last_reported DESC, episode",
        "episode_member": "incident",
        "episode_revision": "as_of DESC, episode, incident",
        "incident_step": "case_no, step_at, step",
    }
)
"""Tables about cases and the order of their rows."""

_CODED = ("building", "component", "camera", "premises", "grid", "area")
"""Kinds with a code and perhaps a name, whose records a case can be about or in."""

_CASES = "SELECT id AS incident, case_no, reported_at, closed_at, category, address_text "


def case_rows(
    session: Session,
    table: str,
    where: Mapping[str, Sequence[str] | None] | None = None,
    *,
    at_most: float | None = None,
) -> pd.DataFrame:
    """Return the rows of a table about cases, in the order in which they are told.

    Parameters
    ----------
    session : Session
    table : str
    where : mapping of str to sequence of str, optional
        Only rows whose column has one of the values; a column without values is not looked at.
    at_most : float, optional
        Only rows of at most this probability.

    Raises
    ------
    AnalysisError
        If an earlier version made this snapshot, which has no such table.
    """
    require_table(session, table)
    wanted = {name: list(values) for name, values in (where or {}).items() if values is not None}
    terms = [f"{quote(name)} IN (SELECT unnest(?::VARCHAR[]))" for name in wanted]
    values: list[object] = list(wanted.values())
    if at_most is not None:
        terms, values = [*terms, "probability <= ?"], [*values, at_most]
    only = f"WHERE {' AND '.join(terms)} " if terms else ""
    return session.frame(f"FROM {quote('base', table)} {only}ORDER BY {_ORDER[table]}", values)


def require_table(session: Session, table: str) -> None:
    """Make sure that a snapshot has a table about cases.

    Raises
    ------
    AnalysisError
        If it has not: an earlier version made it.
    """
    if not has_table(session, table):
        raise AnalysisError(
            f"this snapshot has no table {table!r}: an earlier version made it",
            next_step="Run 'blockdata nightly' once, and open the base again.",
        )


_ANSWERS = MappingProxyType(
    {
        "links": "link",
        "contradictions": "contradiction",
        "unmapped": "category WHERE method IS NULL",
        "occurrences": "occurrence",
        "chains": "chain",
        "open_episodes": "episode WHERE status = 'open'",
        "due_soon": "case_limit WHERE due_soon",
        "ownerless": "ownerless",
        "disputed_duties": "disputed_duty",
        "disputed_borders": "disputed_border",
    }
)


def answer_counts(session: Session) -> dict[str, int]:
    """Return how many rows each answer about cases has; those of tables not there are left out."""
    return {
        name: session.number(f"SELECT count(*) FROM base.{rows}")
        for name, rows in _ANSWERS.items()
        if has_table(session, rows.split(" ", 1)[0])
    }


def has_table(session: Session, table: str) -> bool:
    """Whether the open part of the snapshot has a table."""
    return bool(lookups.table_columns(session, "base", table))


def pairs_of(session: Session, incident: str) -> pd.DataFrame:
    """Return the pairs of reports of which a case is one, the most probable first."""
    require_table(session, "duplicate_pair")
    return session.frame(
        "SELECT * FROM base.duplicate_pair WHERE first = $1 OR second = $1 "
        "ORDER BY probability DESC, first, second",
        [incident],
    )


def record_of(session: Session, incident: str) -> pd.DataFrame:
    """Return the open fields of a case: one row, or none if it does not stand."""
    kind = session.catalogue.kind("incident")
    columns = ", ".join(quote(f.name) for f in kind.fields if f.held is Held.OPEN)
    more = "address_id, match_score, match_level, located_by, location_radius_m, x, y"
    return session.frame(
        f"SELECT id, source, {columns}, {more} FROM base.incident WHERE id = $1", [incident]
    )


def cases_named(session: Session, incident: str) -> list[str]:
    """Return the id of a case, or the ids of those that have a number, sorted."""
    rows = session.rows(
        "SELECT id FROM base.incident WHERE id = $1 UNION "
        "SELECT id FROM base.incident WHERE case_no = $1 ORDER BY id",
        [incident],
    )
    return [str(row[0]) for row in rows]


def brief_cases(session: Session, incidents: Sequence[str]) -> pd.DataFrame:
    """Return incident, case_no, reported_at, closed_at, category, address_text of some cases."""
    return session.frame(
        f"{_CASES}FROM base.incident WHERE id IN (SELECT unnest($1::VARCHAR[])) ORDER BY id",
        [list(incidents)],
    )


def names_of(session: Session, ids: Sequence[str]) -> dict[str, str]:
    """Return what a reader knows addresses, things, places and cells by.

    Parameters
    ----------
    session : Session
    ids : sequence of str
        Ids that are not there are left out.

    Returns
    -------
    dict of str to str
        Id to name, or to the code of what has no name.
    """
    parts = ["SELECT id, full_text AS name FROM base.address"]
    parts += [f"SELECT id, coalesce(name, code) FROM {quote('base', t)}" for t in _CODED]
    parts.append("SELECT id, coalesce(name, uscc) FROM base.legal_entity")
    rows = session.rows(
        f"SELECT id, name FROM ({' UNION ALL '.join(parts)}) "
        "WHERE id IN (SELECT unnest($1::VARCHAR[])) AND name IS NOT NULL ORDER BY id",
        [sorted({i for i in ids if isinstance(i, str)})],
    )
    return {str(identifier): str(name) for identifier, name in rows}


def address_points(session: Session) -> pd.DataFrame:
    """Return id, x, y, cell (the community now) of the addresses, sorted by id."""
    return session.frame(
        "SELECT a.id, a.x, a.y, min(c.cell) AS cell FROM base.address a "
        "LEFT JOIN base.cell_of c ON c.id = a.id AND c.kind = 'address' "
        "AND c.layer = 'community' AND c.valid_to IS NULL GROUP BY ALL ORDER BY a.id"
    )


def department_names(session: Session, codes: Sequence[str]) -> dict[str, str]:
    """Return the names of departments by code, as far as they are known."""
    rows = session.rows(
        "SELECT code, min(name) FROM base.department "
        "WHERE code IN (SELECT unnest($1::VARCHAR[])) AND name IS NOT NULL "
        "GROUP BY code ORDER BY code",
        [sorted({c for c in codes if isinstance(c, str)})],
    )
    return {str(code): str(name) for code, name in rows}


def steps_of(session: Session, incident: str) -> pd.DataFrame:
    """Return step, step_at, department_name of a case, in the order of time."""
    return session.frame(
        "SELECT s.step, s.step_at, s.department_name FROM base.incident_step s "
        "JOIN base.incident i ON i.case_no = s.case_no WHERE i.id = $1 "
        "ORDER BY s.step_at, s.step, s.department_name",
        [incident],
    )
