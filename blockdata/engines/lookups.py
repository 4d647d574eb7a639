"""What users ask of a base: whole tables, single records, places and the run's answers."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from blockdata.engines.feeds import SHOWN_ADDRESS, SHOWN_ENTITY, placed_kinds
from blockdata.records import Held, Kind
from blockdata.store.connection import quote
from blockdata.store.session import Session

_WITHIN = """
WITH RECURSIVE within(id, code) AS (
    SELECT id, code FROM base.address WHERE id = ?
    UNION
    SELECT a.id, a.code FROM base.address a JOIN within w ON a.parent_code = w.code
)
SELECT id FROM within ORDER BY id
"""


def table_names(session: Session, part: str) -> list[str]:
    """Return the names of a part's tables, sorted."""
    rows = session.rows(
        "SELECT table_name FROM duckdb_tables() WHERE database_name = ? ORDER BY table_name", [part]
    )
    return [str(row[0]) for row in rows]


def table_columns(session: Session, part: str, table: str) -> list[str]:
    """Return the columns of a table in order; none if there is no such table."""
    rows = session.rows(
        "SELECT column_name FROM duckdb_columns() WHERE database_name = ? AND table_name = ? "
        "ORDER BY column_index",
        [part, table],
    )
    return [str(row[0]) for row in rows]


def table_frame(session: Session, part: str, table: str) -> pd.DataFrame:
    """Return a table without its geometries; times are naive UTC and days are midnights."""
    has_shapes = "geom" in table_columns(session, part, table)
    without = " EXCLUDE (geom)" if has_shapes else ""
    return session.con.execute(f"SELECT *{without} FROM {quote(part, table)}").df()


def rows_with(session: Session, table: str, column: str, values: Sequence[str]) -> pd.DataFrame:
    """Return the rows of an open table whose column has one of some values, sorted by id."""
    return session.con.execute(
        f"SELECT * FROM {quote('base', table)} "
        f"WHERE {quote(column)} IN (SELECT unnest(?::VARCHAR[])) ORDER BY id",
        [list(values)],
    ).df()


def is_record(session: Session, kind: Kind, identifier: str) -> bool:
    """Whether an id is, or ever was, that of a record of an open kind."""
    union = " UNION ALL ".join(
        f"SELECT 1 FROM {quote('base', name)} WHERE id = $1"
        for name in ("id_registry", kind.name, f"{kind.name}_history")
    )
    return session.value(f"{union} LIMIT 1", [identifier]) is not None


def is_address(session: Session, identifier: str) -> bool:
    """Whether an id is that of an address that stands now."""
    return session.value("SELECT 1 FROM base.address WHERE id = ?", [identifier]) is not None


_SUCCESSIONS = """
WITH known AS (
    SELECT code, id, 0 AS age FROM base.address
    UNION ALL SELECT code, id, 1 FROM base.address_history
),
named AS (SELECT code, arg_min(id, (age, id)) AS id FROM known GROUP BY code)
SELECT coalesce(o.id, c.old_code) AS old_id, coalesce(n.id, c.new_code) AS new_id,
       c.changed_on AS "on", c.change AS kind
FROM base.address_change c
LEFT JOIN named o ON o.code = c.old_code LEFT JOIN named n ON n.code = c.new_code
UNION ALL
SELECT subject, value, decided_on, verb FROM base.decision
WHERE verb = 'merge' AND value IS NOT NULL AND starts_with(subject, ?)
ORDER BY ALL
"""


def address_successions(session: Session) -> pd.DataFrame:
    """Return which addresses went on as which: old_id, new_id, on, kind.

    An address that the base never had is known by its code.
    """
    prefix = session.catalogue.kind("address").prefix
    return session.frame(_SUCCESSIONS, [prefix])


def addresses_within(session: Session, identifier: str) -> list[str]:
    """Return the ids of an address and of all below it, sorted."""
    return [str(row[0]) for row in session.rows(_WITHIN, [identifier])]


def episodes_at(session: Session, places: Sequence[str]) -> pd.DataFrame:
    """Return the episodes at one of some places, by time."""
    return session.con.execute(
        "SELECT * FROM base.episode WHERE place IN (SELECT unnest(?::VARCHAR[])) "
        "ORDER BY first_reported, episode",
        [list(places)],
    ).df()


def chronic_at(session: Session, places: Sequence[str]) -> pd.DataFrame:
    """Return what was found about chronic problems at one of some places: found first."""
    return session.con.execute(
        "SELECT * FROM base.chronic WHERE place IN (SELECT unnest(?::VARCHAR[])) "
        "ORDER BY status IS NULL, place_kind, place, category",
        [list(places)],
    ).df()


def places(session: Session, ids: Sequence[str]) -> pd.DataFrame:
    """Return id, kind, code, name, x, y, geom (WKB) of records of any open kind with a place.

    Sorted by id; ids of other things are left out. An address is named by its text, a flat as its
    building.
    """
    union = " UNION ALL ".join(
        _place_of(kind) for kind in placed_kinds(session.catalogue) if kind.name != "incident"
    )
    found = session.con.execute(f"FROM ({union}) ORDER BY id", {"ids": sorted(set(ids))})
    frame: pd.DataFrame = found.to_arrow_table().to_pandas()
    return frame


def _place_of(kind: Kind) -> str:
    """Return SQL for id, kind, code, name, x, y and geom of a kind's wanted rows."""
    fields = {f.name for f in kind.fields if f.held is Held.OPEN}
    code = "t.code" if "code" in fields else "NULL"
    name = "t.name" if "name" in fields else "NULL"
    if kind.name == "address":
        code, name = "NULL", SHOWN_ADDRESS
    elif kind.name == "legal_entity":
        code, name = "CASE WHEN t.name IS NOT NULL THEN t.uscc END", SHOWN_ENTITY
    return (
        f"SELECT t.id, '{kind.name}' AS kind, CAST({code} AS VARCHAR) AS code, "
        f"CAST({name} AS VARCHAR) AS name, t.x, t.y, "
        f"{'t.geom' if kind.geometry else 'NULL::BLOB'} AS geom "
        f"FROM {quote('base', kind.name)} t WHERE t.id IN (SELECT unnest($ids::VARCHAR[]))"
    )


def profile_rows(session: Session) -> pd.DataFrame:
    """Return the profile of every cell of every layer."""
    return session.con.execute("SELECT * FROM base.profile ORDER BY layer, cell").df()


def hotspot_rows(session: Session) -> pd.DataFrame:
    """Return what was tested for hot spots: hot first, then by q and excess."""
    return session.con.execute(
        "SELECT * FROM base.hotspot "
        "ORDER BY layer, window_days, hot DESC, q, excess DESC, category, cell"
    ).df()


def chronic_rows(session: Session) -> pd.DataFrame:
    """Return what was tested for chronic problems, by kind of place, category and place."""
    return session.con.execute(
        "SELECT * FROM base.chronic ORDER BY place_kind, category, place"
    ).df()


def category_names(session: Session) -> list[str]:
    """Return the categories of incidents, sorted."""
    rows = session.rows("SELECT DISTINCT category FROM base.category ORDER BY category")
    return [str(row[0]) for row in rows]


def result_counts(session: Session) -> dict[str, int]:
    """Return how many episodes, hot spots and chronic or recurring places a base has.

    What was found and has been resolved since is counted by itself.
    """
    counts = {
        "episodes": session.count("episode"),
        "hotspots": int(str(session.value("SELECT count(*) FROM base.hotspot WHERE hot"))),
    }
    told = "course" in table_columns(session, "base", "chronic")
    state = "CASE WHEN course = 'resolved' THEN course ELSE status END" if told else "status"
    for status, count in session.rows(
        f"SELECT {state} AS state, count(*) FROM base.chronic WHERE status IS NOT NULL "
        "GROUP BY state ORDER BY state"
    ):
        counts[str(status)] = int(str(count))
    return counts
