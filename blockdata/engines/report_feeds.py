"""What the report reads from a base: counts and names, as small frames."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import pandas as pd
import shapely

from blockdata.engines.feeds import SHOWN_ADDRESS, SHOWN_ENTITY, SHOWN_WHERE, VALID, placed_kinds
from blockdata.records import Held, Kind
from blockdata.store.connection import quote
from blockdata.store.session import Session


def kind_counts(session: Session) -> pd.DataFrame:
    """Return, per open record kind, how many current rows it has and how well they are placed.

    Parameters
    ----------
    session : Session

    Returns
    -------
    DataFrame
        Columns kind, rows, texts (rows with an address text), matched (of these, with an
        address), located (rows with a point); in the order of the catalogue.

    Examples
    --------
    >>> from blockdata.records import Catalogue
    >>> from blockdata.store.snapshots import memory_session
    >>> kind_counts(memory_session(Catalogue()))["kind"].head(3).tolist()
    ['area', 'grid', 'street']
    """
    kinds = [k for k in session.catalogue if not k.private]
    union = " UNION ALL ".join(_count_of(k, place) for place, k in enumerate(kinds))
    return session.frame(f"SELECT * EXCLUDE place FROM ({union}) ORDER BY place")


def _count_of(kind: Kind, place: int) -> str:
    text = f"{quote(kind.address)} IS NOT NULL" if kind.address else "false"
    return (
        f"SELECT {place} AS place, '{kind.name}' AS kind, count(*) AS rows, "
        f"count(*) FILTER ({text}) AS texts, "
        f"count(*) FILTER ({text} AND address_id IS NOT NULL) AS matched, "
        f"count(x) AS located FROM {quote('base', kind.name)}"
    )


def latest_deliveries(session: Session) -> dict[str, dt.date]:
    """Return the date of each source's latest accepted delivery."""
    rows = session.rows(
        "SELECT source, max(delivered_on) FROM base.delivery WHERE status = 'accepted' "
        "GROUP BY source ORDER BY source"
    )
    return {str(source): day for source, day in rows if isinstance(day, dt.date)}


def quarantine_counts(session: Session) -> pd.DataFrame:
    """Return kind, source, field, reason, count of the rejected rows that are still open.

    A row that is rejected for two reasons counts under both; its value is not read.
    """
    return session.frame(
        "SELECT kind, source, field, reason, count(*) AS count FROM base.quarantine "
        "WHERE status = 'open' GROUP BY ALL ORDER BY source, kind, field NULLS FIRST, reason",
    )


def component_classes(session: Session) -> pd.DataFrame:
    """Return scheme, class_code, count of the components, by scheme and code."""
    return session.frame(
        "SELECT scheme, class_code, count(*) AS count FROM base.component "
        "GROUP BY ALL ORDER BY scheme, class_code",
    )


def quarantine_rows(session: Session) -> dict[str, int]:
    """Return how many rejected rows there are of each status; a row counts once."""
    rows = session.rows(
        "SELECT status, count(DISTINCT id) FROM base.quarantine GROUP BY status ORDER BY status"
    )
    return {str(status): int(str(count)) for status, count in rows}


def decision_counts(session: Session) -> dict[str, int]:
    """Return how many decisions there are of each verb."""
    rows = session.rows("SELECT verb, count(*) FROM base.decision GROUP BY verb ORDER BY verb")
    return {str(verb): int(str(count)) for verb, count in rows}


def layer_cells(session: Session, layer: str, day: dt.date) -> pd.DataFrame:
    """Return the cells of a layer that stand on a day, with or without a polygon.

    Parameters
    ----------
    session : Session
    layer : str
        A layer of grids, or a level of areas.
    day : date

    Returns
    -------
    DataFrame
        Columns cell, code, name, area (name of the area a grid is said to lie in), geom (shapely
        in the base's CRS, or None); sorted by cell.
    """
    frame = session.frame(
        "SELECT id AS cell, code, name, "
        "(SELECT min(a.name) FROM base.area a WHERE a.code = g.area_code) AS area, geom "
        f"FROM base.grid g WHERE layer = $layer AND {VALID} UNION ALL "
        f"SELECT id, code, name, NULL, geom FROM base.area WHERE level = $layer AND {VALID} "
        "ORDER BY cell",
        {"layer": layer, "day": day},
    )
    return frame.assign(geom=shapely.from_wkb(frame["geom"].to_numpy(dtype=object)))


def place_names(session: Session, ids: Sequence[str]) -> pd.DataFrame:
    """Return what a reader knows a place of any kind by.

    Parameters
    ----------
    session : Session
    ids : sequence of str
        Ids of addresses, grids, areas and of records of any open kind with a place; ids that are
        not there are left out.

    Returns
    -------
    DataFrame
        Columns id, kind, name, code, address (where a thing is said to stand), sorted by id; all
        but id and kind may be missing. An address has no code: its text says all, that of a flat
        what its building is called.
    """
    told = f"id, 'address' AS kind, {SHOWN_ADDRESS} AS name, NULL AS code, NULL AS address"
    parts = [f"SELECT {told} FROM base.address"]
    parts += [
        _names_of(kind)
        for kind in placed_kinds(session.catalogue)
        if kind.name not in ("address", "incident")
    ]
    return session.frame(
        f"FROM ({' UNION ALL '.join(f'{p} WHERE id IN (SELECT unnest($1))' for p in parts)}) "
        "ORDER BY id",
        [list(ids)],
    )


_STANDS_WHERE = frozenset({"component", "building", "camera", "hazard"})
"""Kinds whose address says where in the street a thing stands, and never names a flat."""


def _names_of(kind: Kind) -> str:
    """Return SQL for id, kind, name, code and address of a kind's rows."""
    fields = {f.name for f in kind.fields if f.held is Held.OPEN}
    name = "CAST(t.name AS VARCHAR)" if "name" in fields else "NULL"
    code = "CAST(t.code AS VARCHAR)" if "code" in fields else "NULL"
    where = f"coalesce({SHOWN_WHERE}, t.address_text)" if kind.name in _STANDS_WHERE else "NULL"
    if kind.name == "legal_entity":
        name, code = SHOWN_ENTITY, "CASE WHEN t.name IS NOT NULL THEN t.uscc END"
    return (
        f"SELECT t.id, '{kind.name}' AS kind, {name} AS name, {code} AS code, {where} AS address "
        f"FROM {quote('base', kind.name)} t"
    )


def cells_over(session: Session, ids: Sequence[str]) -> dict[str, str]:
    """Return in which cell records stand, by what it is called.

    Parameters
    ----------
    session : Session
    ids : sequence of str
        Of records of any kind.

    Returns
    -------
    dict of id to str
        Name or code of its unit grid, else responsibility grid, else community; records outside
        all of them are left out.
    """
    rows = session.rows(
        "SELECT c.id, arg_min(coalesce(g.name, g.code, a.name, a.code), "
        "list_position(['unit', 'responsibility', 'community'], c.layer)) AS name "
        "FROM base.cell_of c LEFT JOIN base.grid g ON g.id = c.cell "
        "LEFT JOIN base.area a ON a.id = c.cell WHERE c.id IN (SELECT unnest($1::VARCHAR[])) "
        "AND c.valid_to IS NULL AND c.layer IN ('unit', 'responsibility', 'community') "
        "GROUP BY c.id ORDER BY c.id",
        [sorted(set(ids))],
    )
    return {str(identifier): str(name) for identifier, name in rows if name is not None}
