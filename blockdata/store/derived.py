"""Writing what a run computes at its end into the columns and tables that hold it."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd
import pyarrow as pa

from blockdata.records import Kind
from blockdata.records.tables import Table
from blockdata.store.connection import quote
from blockdata.store.result_tables import RESULTS
from blockdata.store.session import Session


def result_table(name: str) -> Table:
    """Return the declaration of a result table."""
    return next(t for t in RESULTS if t.name == name)


def write_result(session: Session, name: str, frame: pd.DataFrame) -> None:
    """Replace a result table by a frame; columns that it does not declare are left out."""
    clear_result(session, name)
    append_result(session, name, frame)


def clear_result(session: Session, *names: str) -> None:
    """Empty result tables, which may then be written in parts."""
    for name in names:
        session.run(f"DELETE FROM {quote('base', name)}")


def forget_findings(session: Session, step: str) -> None:
    """Remove what a step told before."""
    session.run("DELETE FROM base.finding WHERE step = ?", [step])


def append_result(session: Session, name: str, frame: pd.DataFrame) -> None:
    """Add a frame to a result table; columns that it does not declare are left out."""
    table = result_table(name)
    missing = [n for n in table.names if n not in frame.columns]
    full = frame.assign(**dict.fromkeys(missing)) if missing else frame
    rows = pa.Table.from_pandas(
        full[list(table.names)], schema=table.arrow_schema(), preserve_index=False, safe=False
    )
    session.append(name, rows)


def write_matches(session: Session, kinds: Iterable[Kind], matches: pd.DataFrame) -> None:
    """Write what address texts were matched to into every table with an address.

    Parameters
    ----------
    session : Session
    kinds : iterable of Kind
        Kinds with an address text.
    matches : DataFrame
        text, address_id, match_method, match_score, level: one row per distinct text.
    """
    columns = {
        "text": pa.string(),
        "address_id": pa.string(),
        "match_method": pa.string(),
        "match_score": pa.float64(),
        "match_level": pa.string(),
    }
    named = matches.rename(columns={"level": "match_level"})
    rows = pa.Table.from_pandas(
        named[list(columns)], schema=pa.schema(columns), preserve_index=False
    )
    session.lend("match", rows)
    filled = {part: session.filled(part) for part in session.parts}
    for kind in kinds:
        part = session.part_of(kind)
        names = (kind.name, f"{kind.name}_history")
        written = ("address_id",) if kind.private else tuple(columns)[1:]
        for name in sorted(filled[part].intersection(names)):
            _match_table(session, quote(part, name), kind, written)
    session.take_back("match")


def _match_table(session: Session, table: str, kind: Kind, columns: tuple[str, ...]) -> None:
    sets = ", ".join(f"{c} = m.{c}" for c in columns)
    differs = " OR ".join(f"t.{c} IS DISTINCT FROM m.{c}" for c in columns)
    text = quote(str(kind.address))
    session.run(
        f"UPDATE {table} AS t SET {sets} FROM temp.match m WHERE m.text = t.{text} AND ({differs})"
    )


_NOWHERE = "x = NULL, y = NULL, located_by = NULL, location_radius_m = NULL"


def forget_repinned(session: Session, tables: Iterable[str]) -> None:
    """Clear the points that decisions set, so that a decision taken back leaves nothing."""
    if session.value("SELECT 1 FROM base.decision WHERE verb = 'repin' LIMIT 1") is None:
        return
    for name in tables:
        session.run(
            f"UPDATE {quote('base', name)} SET {_NOWHERE} WHERE id IN "
            "(SELECT subject FROM base.decision WHERE verb = 'repin')"
        )


def write_points(session: Session, table: str, located: pd.DataFrame) -> None:
    """Write x and y of states, known by their geometry: columns id, last_delivery, x, y."""
    if located.empty:
        return
    session.lend("located", pa.Table.from_pandas(located, preserve_index=False))
    session.run(
        f"UPDATE {quote('base', table)} AS t SET x = l.x, y = l.y, located_by = 'geometry' "
        "FROM temp.located l WHERE l.id = t.id AND l.last_delivery = t.last_delivery"
    )


def inherit_points(session: Session, kind: Kind, tables: Iterable[str]) -> None:
    """Give rows of a kind's tables without a geometry the point of their address.

    Rows without an address stand where the description in their text leads, if anywhere.
    """
    own = "t.geom IS NULL AND" if kind.geometry else ""
    text = quote(str(kind.address))
    led = "SELECT text FROM base.described_place WHERE x IS NOT NULL"
    for name in tables:
        table = quote("base", name)
        session.run(
            f"UPDATE {table} AS t SET x = a.x, y = a.y, location_radius_m = NULL, "
            "located_by = CASE WHEN a.x IS NOT NULL THEN 'address' END "
            f"FROM base.address a WHERE {own} a.id = t.address_id AND (t.x IS DISTINCT FROM a.x "
            "OR t.y IS DISTINCT FROM a.y OR t.located_by <> 'address')"
        )
        session.run(
            f"UPDATE {table} AS t SET {_NOWHERE} WHERE {own} t.x IS NOT NULL AND "
            f"CASE WHEN t.address_id IS NULL THEN (t.{text} IN ({led})) IS NOT TRUE "
            "ELSE t.address_id NOT IN (SELECT id FROM base.address) END"
        )
        session.run(
            f"UPDATE {table} AS t SET x = d.x, y = d.y, located_by = 'description', "
            f"location_radius_m = d.radius_m FROM base.described_place d WHERE {own} "
            f"t.address_id IS NULL AND d.text = t.{text} AND d.x IS NOT NULL "
            "AND (t.x IS DISTINCT FROM d.x OR t.y IS DISTINCT FROM d.y "
            "OR t.location_radius_m IS DISTINCT FROM d.radius_m)"
        )


def repin(
    session: Session, kind: Kind, tables: Iterable[str], points: dict[str, tuple[float, float]]
) -> None:
    """Set the points that decisions name, in a kind's tables."""
    own = sorted(i for i in points if i.startswith(kind.prefix))
    if not own:
        return
    rows = {"id": own, "x": [points[i][0] for i in own], "y": [points[i][1] for i in own]}
    session.lend("pins", pa.table(rows))
    for name in tables:
        session.run(
            f"UPDATE {quote('base', name)} AS t SET x = p.x, y = p.y, located_by = 'decision', "
            "location_radius_m = NULL FROM temp.pins p WHERE p.id = t.id"
        )


def replace_provisional(session: Session, table: str, frame: pd.DataFrame, source: str) -> None:
    """Replace the rows that the base made from texts for want of a library.

    Rows that stand and are made again are not touched.
    """
    name = quote("base", table)
    if frame.empty:
        session.run(f"DELETE FROM {name} WHERE source = ?", [source])
        return
    rows = frame.assign(source=source, first_delivery=0, last_delivery=0)
    arrow = pa.Table.from_pandas(rows, preserve_index=False)
    session.lend("provisional", arrow)
    session.run(
        f"DELETE FROM {name} WHERE source = ? AND id NOT IN (SELECT id FROM temp.provisional)",
        [source],
    )
    session.run(
        f"INSERT INTO {name} BY NAME FROM temp.provisional p "
        f"WHERE p.id NOT IN (SELECT id FROM {name})"
    )
