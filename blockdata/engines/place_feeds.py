"""What is known of one place of any kind: its record, and what results of the night speak of it."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from blockdata.engines import lookups
from blockdata.engines.feeds import placed_kinds
from blockdata.records import Held, Kind
from blockdata.store.connection import quote
from blockdata.store.session import Session

__all__ = [
    "addresses_of",
    "aliases_of",
    "cameras_in_range",
    "cells_of",
    "chains_of",
    "contradictions_of",
    "incidents_at",
    "indicators_of",
    "is_there",
    "kind_of",
    "links_to",
    "named",
    "record_of",
    "tasks_at",
]


def kind_of(session: Session, identifier: str) -> Kind | None:
    """Return the open kind of place of which an id is a record, now or before; None if of none."""
    kinds = [k for k in placed_kinds(session.catalogue) if k.name not in ("incident", "street")]
    for kind in kinds:
        if identifier.startswith(kind.prefix) and _stands(session, kind, identifier):
            return kind
    return None


def _stands(session: Session, kind: Kind, identifier: str) -> bool:
    union = " UNION ALL ".join(
        f"SELECT 1 FROM {quote('base', name)} WHERE id = $1"
        for name in (kind.name, f"{kind.name}_history")
    )
    return session.value(f"{union} LIMIT 1", [identifier]) is not None


def is_there(session: Session, kind: Kind, identifier: str) -> bool:
    """Whether a record stands now."""
    found = session.value(f"SELECT 1 FROM {quote('base', kind.name)} WHERE id = ?", [identifier])
    return found is not None


def named(session: Session, text: str) -> list[str]:
    """Return the ids of the places that have a code, or a credit code, sorted.

    Addresses are left out where a building has the code too: a library gives both the same.
    """
    parts = []
    for kind in placed_kinds(session.catalogue):
        fields = {f.name for f in kind.fields if f.held is Held.OPEN}
        if kind.name == "incident" or not fields & {"code", "uscc"}:
            continue
        column = quote("code" if "code" in fields else "uscc")
        parts.append(f"SELECT id FROM {quote('base', kind.name)} WHERE {column} = $1")
    rows = session.rows(
        f"SELECT DISTINCT id FROM ({' UNION ALL '.join(parts)}) ORDER BY id", [text]
    )
    ids = [str(row[0]) for row in rows]
    buildings = [i for i in ids if i.startswith(session.catalogue.kind("building").prefix)]
    prefix = session.catalogue.kind("address").prefix
    return [i for i in ids if not (buildings and i.startswith(prefix))]


def record_of(session: Session, kind: Kind, identifier: str) -> pd.DataFrame:
    """Return the state of a record that stands, else its last one: one row."""
    if is_there(session, kind, identifier):
        return lookups.rows_with(session, kind.name, "id", [identifier])
    return session.con.execute(
        f"SELECT * EXCLUDE (closed_by) FROM {quote('base', f'{kind.name}_history')} WHERE id = ? "
        "ORDER BY valid_to DESC NULLS FIRST, last_delivery DESC LIMIT 1",
        [identifier],
    ).df()


def aliases_of(session: Session, addresses: Sequence[str]) -> pd.DataFrame:
    """Return text, alias_kind: the other texts of some addresses; sorted, each once."""
    return session.frame(
        "SELECT DISTINCT l.alias_text AS text, l.alias_kind FROM base.address_alias l "
        "JOIN base.address a ON a.code = l.address_code "
        "WHERE a.id IN (SELECT unnest($1::VARCHAR[])) ORDER BY ALL",
        [list(addresses)],
    )


def addresses_of(session: Session, ids: Sequence[str]) -> pd.DataFrame:
    """Return id, text of addresses, sorted by id."""
    return session.frame(
        "SELECT id, full_text AS text FROM base.address "
        "WHERE id IN (SELECT unnest($1::VARCHAR[])) ORDER BY id",
        [list(ids)],
    )


def cells_of(session: Session, identifier: str) -> pd.DataFrame:
    """Return layer, cell, code, name of the cells in which a record lies now, by layer.

    Of a grid those it says that it lies in: the grid above it and its community.
    """
    return session.frame(
        "SELECT c.layer, c.cell, coalesce(g.code, a.code) AS code, "
        "coalesce(g.name, a.name) AS name "
        "FROM base.cell_of c LEFT JOIN base.grid g ON g.id = c.cell "
        "LEFT JOIN base.area a ON a.id = c.cell WHERE c.id = $1 AND c.valid_to IS NULL "
        "UNION SELECT p.layer, p.id, p.code, p.name FROM base.grid o "
        "JOIN base.grid p ON p.code = o.parent_code AND p.layer <> o.layer WHERE o.id = $1 "
        "UNION SELECT p.level, p.id, p.code, p.name FROM base.grid o "
        "JOIN base.area p ON p.code = o.area_code WHERE o.id = $1 "
        "UNION SELECT p.level, p.id, p.code, p.name FROM base.area o "
        "JOIN base.area p ON p.code = o.parent_code WHERE o.id = $1 ORDER BY 1, 2",
        [identifier],
    )


_HERE = (
    "here AS (SELECT incident FROM base.link "
    "WHERE target IN (SELECT unnest($targets::VARCHAR[])) "
    "UNION SELECT unnest($counted::VARCHAR[]))"
)


def incidents_at(
    session: Session,
    targets: Sequence[str],
    counted: Sequence[str] = (),
    at_most: int | None = None,
) -> tuple[pd.DataFrame, int]:
    """Return the incidents that are linked to one of some places, and how many there are.

    Parameters
    ----------
    session : Session
    targets : sequence of str
    counted : sequence of str
        Incidents that count there besides.
    at_most : int, optional
        Only so many, the newest; default: all.

    Returns
    -------
    rows : DataFrame
        The open fields, and of the course sent_back, reopened and the result of the closing; the
        newest first.
    count : int
    """
    values: dict[str, object] = {"targets": sorted(set(targets)), "counted": list(counted)}
    count = session.con.execute(f"WITH {_HERE} SELECT count(*) FROM here", values).fetchone()
    limit = "" if at_most is None else f"LIMIT {int(at_most)}"
    rows = session.con.execute(
        f"WITH {_HERE}, told AS (SELECT i.* FROM base.incident i "
        "WHERE i.id IN (SELECT incident FROM here) "
        f"ORDER BY i.reported_at DESC, i.id {limit}), "
        "form AS (SELECT case_no, max_by(result, step_at) AS result FROM base.incident_step "
        "WHERE step = 'closed' AND case_no IN (SELECT case_no FROM told) GROUP BY case_no) "
        "SELECT t.*, c.sent_back, c.reopened, f.result FROM told t "
        "LEFT JOIN base.case_course c ON c.incident = t.id "
        "LEFT JOIN form f ON f.case_no = t.case_no ORDER BY t.reported_at DESC, t.id",
        values,
    ).df()
    return rows, 0 if count is None else int(count[0])


def links_to(session: Session, targets: Sequence[str]) -> pd.DataFrame:
    """Return target_kind, method, incidents, probability (their mean): how incidents got there."""
    return session.frame(
        "SELECT target_kind, method, count(DISTINCT incident) AS incidents, "
        "round(avg(probability), 6) AS probability FROM base.link "
        "WHERE target IN (SELECT unnest($1::VARCHAR[])) GROUP BY ALL ORDER BY ALL",
        [sorted(set(targets))],
    )


def contradictions_of(session: Session, incidents: Sequence[str]) -> pd.DataFrame:
    """Return the rows of the table `contradiction` of some incidents."""
    return session.frame(
        "FROM base.contradiction WHERE incident IN (SELECT unnest($1::VARCHAR[])) "
        "ORDER BY incident, first_kind, second_kind",
        [list(incidents)],
    )


def chains_of(session: Session, incidents: Sequence[str]) -> pd.DataFrame:
    """Return the chains of which some incidents are members, with here (how many of these)."""
    return session.frame(
        "SELECT c.chain, c.cases, count(*) AS here, c.first_reported, c.last_reported, "
        "c.span_days, c.diameter_m, c.strength, c.q, c.rank FROM base.chain_member m "
        "JOIN base.chain c ON c.chain = m.chain "
        "WHERE m.incident IN (SELECT unnest($1::VARCHAR[])) GROUP BY ALL ORDER BY c.rank, c.chain",
        [list(incidents)],
    )


def indicators_of(session: Session, cells: Sequence[str]) -> pd.DataFrame:
    """Return the indicators of cells in the newest month.

    Returns
    -------
    DataFrame
        layer, cell, cell_name, month, indicator, zh, en, value, unit, light, sure; by layer and
        the order of the registry; values that are not known are left out. Empty where the
        snapshot has no indicators.
    """
    if not lookups.table_columns(session, "base", "indicator"):
        return pd.DataFrame()
    return session.frame(
        "WITH own AS (FROM base.indicator WHERE cell IN (SELECT unnest($1::VARCHAR[]))) "
        "SELECT i.layer, i.cell, coalesce(g.name, a.name, g.code, a.code) AS cell_name, i.month, "
        "i.indicator, d.zh, d.en, i.value, d.unit, i.light, i.sure FROM own i "
        "JOIN base.indicator_definition d ON d.indicator = i.indicator "
        "LEFT JOIN base.grid g ON g.id = i.cell LEFT JOIN base.area a ON a.id = i.cell "
        "WHERE i.month = (SELECT max(month) FROM own) AND i.value IS NOT NULL "
        "ORDER BY i.layer, i.cell, d.no",
        [list(cells)],
    )


def tasks_at(session: Session, targets: Sequence[str]) -> dict[str, pd.DataFrame]:
    """Return the tasks that are due at some places, by table; tables that are not there left out.

    A cell's tasks are those of the grid, or of the places in it.
    """
    found = {}
    for table, columns in (("patrol_task", ("place", "grid")), ("upkeep_task", _UPKEEP)):
        if lookups.table_columns(session, "base", table):
            there = " OR ".join(f"{quote(c)} IN (SELECT unnest($targets))" for c in columns)
            found[table] = session.frame(
                f'FROM {quote("base", table)} WHERE {there} ORDER BY task_on, grid, "no"',
                {"targets": sorted(set(targets))},
            )
    return found


_UPKEEP = ("building", "id", "grid")


def cameras_in_range(session: Session, x: float, y: float) -> pd.DataFrame:
    """Return the cameras that reach a point, were nothing in the way, the nearest first.

    Returns
    -------
    DataFrame
        camera, name, owner_group, distance_m, range_m.
    """
    return session.frame(
        "SELECT v.camera, c.name, v.owner_group, "
        "round(sqrt((c.x - $x) ** 2 + (c.y - $y) ** 2), 1) AS distance_m, v.range_m "
        "FROM base.camera_coverage v JOIN base.camera c ON c.id = v.camera "
        "WHERE c.x IS NOT NULL AND (c.x - $x) ** 2 + (c.y - $y) ** 2 <= v.range_m ** 2 "
        "ORDER BY distance_m, v.camera",
        {"x": x, "y": y},
    )
