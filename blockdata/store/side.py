"""Side tables: the fields of open records that the encrypted files hold."""

from __future__ import annotations

from collections.abc import Iterator

import pyarrow as pa

from blockdata.records import Held, Kind
from blockdata.records.tables import Table, side_table
from blockdata.store.connection import quote
from blockdata.store.session import Session
from blockdata.store.target import Target

_HELD = {"people": (Held.PEOPLE, Held.PSEUDONYM), "text": (Held.TEXT,)}


def _side_tables(session: Session, kind: Kind) -> Iterator[tuple[str, Table]]:
    if kind.private:
        return
    for part, held in _HELD.items():
        if part in session.parts and kind.held_in(*held):
            yield part, side_table(kind, *held)


def forget_closed(session: Session, kind: Kind, closing: pa.Table) -> None:
    """Remove the side rows of records that are closed."""
    if not closing.num_rows:
        return
    session.lend("closing", closing)
    for part, table in _side_tables(session, kind):
        session.run(f"DELETE FROM {quote(part, table.name)} WHERE id IN (FROM temp.closing)")


def write_side_tables(
    session: Session, target: Target, closing: pa.Table, *, are_new: bool
) -> None:
    """Bring the side tables in line with what the delivery says in `spoken`.

    What it repeats is not touched. Where several sources speak of a thing, one that is silent
    about a field leaves what another said.

    Parameters
    ----------
    session : Session
    target : Target
    closing : pa.Table
        id of the records that are gone.
    are_new : bool
        Whether none of the records has ever been delivered before.
    """
    forget_closed(session, target.kind, closing)
    for part, table in _side_tables(session, target.kind):
        if are_new:
            _insert(session, table, part, "temp.spoken")
        else:
            _update(session, table, part, keeps=target.merges)


def _insert(session: Session, table: Table, part: str, rows: str) -> None:
    something = " OR ".join(f"{quote(f)} IS NOT NULL" for f in table.names[1:])
    names = ", ".join(map(quote, table.names))
    session.run(
        f"INSERT INTO {quote(part, table.name)} BY NAME SELECT {names} FROM {rows} "
        f"WHERE {something}"
    )


def _update(session: Session, table: Table, part: str, *, keeps: bool) -> None:
    name = quote(part, table.name)
    fields = [quote(n) for n in table.names[1:]]
    values = [f"coalesce(s.{f}, t.{f})" if keeps else f"s.{f}" for f in fields]
    said = ", ".join(f"{v} AS {f}" for v, f in zip(values, fields, strict=True))
    differs = " OR ".join(
        f"{v} IS DISTINCT FROM t.{f}" for v, f in zip(values, fields, strict=True)
    )
    rows = session.arrow(
        f"SELECT s.id, {said} FROM temp.spoken s LEFT JOIN {name} t ON t.id = s.id WHERE {differs}"
    )
    if rows.num_rows:
        session.lend("said", rows)
        session.run(f"DELETE FROM {name} WHERE id IN (SELECT id FROM temp.said)")
        _insert(session, table, part, "temp.said")
