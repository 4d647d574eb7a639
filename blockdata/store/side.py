"""Side tables: the fields of open records that the encrypted files hold."""

from __future__ import annotations

from collections.abc import Iterator

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


def forget_closed(session: Session, kind: Kind) -> None:
    """Remove the side rows of records in `closing`."""
    for part, table in _side_tables(session, kind):
        session.run(f"DELETE FROM {quote(part, table.name)} WHERE id IN (FROM temp.closing)")


def write_side_tables(session: Session, target: Target) -> None:
    """Bring the side tables in line with what the delivery says in `spoken`.

    What it repeats is not touched. Where several sources speak of a thing, one that is silent
    about a field leaves what another said.
    """
    forget_closed(session, target.kind)
    for part, table in _side_tables(session, target.kind):
        _write(session, table, part, keeps=target.merges)


def _write(session: Session, table: Table, part: str, *, keeps: bool) -> None:
    name = quote(part, table.name)
    fields = [quote(n) for n in table.names[1:]]
    said = ", ".join(f"coalesce(s.{f}, t.{f}) AS {f}" if keeps else f"s.{f}" for f in fields)
    session.run(
        f"CREATE OR REPLACE TEMP TABLE said AS SELECT s.id, {said} FROM temp.spoken s "
        f"LEFT JOIN {name} t ON t.id = s.id"
    )
    differs = " OR ".join(f"s.{f} IS DISTINCT FROM t.{f}" for f in fields)
    session.run(
        f"DELETE FROM {name} t WHERE EXISTS (FROM temp.said s WHERE s.id = t.id AND ({differs}))"
    )
    something = " OR ".join(f"{f} IS NOT NULL" for f in fields)
    session.run(
        f"INSERT INTO {name} BY NAME FROM temp.said "
        f"WHERE ({something}) AND id NOT IN (SELECT id FROM {name})"
    )
