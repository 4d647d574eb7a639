"""One hash over all that a base says: every table, ids and history included, in no row order."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable

from blockdata.records.tables import DERIVED, Column, Table
from blockdata.store import schema
from blockdata.store.connection import quote
from blockdata.store.session import Session


def table_hashes(
    session: Session, tables: Iterable[tuple[str, Table]] | None = None, *, derived: bool = True
) -> dict[str, str]:
    """Return a hash of every table that has rows, whatever their order, by `part.table`.

    The rows' MD5 numbers are added up as integers, which needs no sorting and is the same on any
    number of threads; the sums are hashed. It tells changes apart, not forgeries.

    Parameters
    ----------
    session : Session
    tables : iterable of (part, Table), optional
        Default: all tables of all parts at hand.
    derived : bool, default True
        Whether columns that a run computes at its end take part.
    """
    wanted = _all_tables(session) if tables is None else tables
    filled = {part: session.filled(part) for part in session.parts}
    sums = " UNION ALL ".join(
        _sums(part, table, derived) for part, table in wanted if table.name in filled[part]
    )
    if not sums:
        return {}
    return {
        str(name): hashlib.sha256(f"{count} {upper} {lower}".encode()).hexdigest()
        for name, count, upper, lower in session.rows(sums)
        if count
    }


def _all_tables(session: Session) -> list[tuple[str, Table]]:
    return [
        (part, table)
        for part in session.parts
        for table in schema.tables_of(part, session.catalogue)
    ]


def _sums(part: str, table: Table, derived: bool) -> str:
    # Doubles print in DuckDB's shortest form that reads back the same, so equal means equal.
    texts = ", ".join(_unambiguous(c) for c in table.columns if derived or c.name not in DERIVED)
    return (
        f"SELECT '{part}.{table.name}' AS name, count(*) AS rows, "
        "sum((m >> 64)::UBIGINT) AS upper, sum((m & 18446744073709551615)::UBIGINT) AS lower "
        f"FROM (SELECT md5_number(concat_ws(',', {texts})) AS m "
        f"FROM {quote(part, table.name)})"
    )


def _unambiguous(column: Column) -> str:
    """Return SQL for a value as text; texts carry their length, for they may hold anything."""
    name = quote(column.name)
    if column.sql_type == "VARCHAR":
        return f"CASE WHEN {name} IS NULL THEN '-' ELSE concat(length({name}), ':', {name}) END"
    return f"coalesce({name}::VARCHAR, '-')"


def combined(hashes: dict[str, str]) -> str:
    """Return one hash for many tables."""
    text = "\n".join(f"{name} {digest}" for name, digest in sorted(hashes.items()))
    return hashlib.sha256(text.encode()).hexdigest()


def content_hash(session: Session) -> str:
    """Return the hash of a base's content: two bases are equal if and only if it is equal."""
    return combined(table_hashes(session))


def note_hashes(session: Session) -> str:
    """Write the hash of a base's content, and those of its tables, into it; return the former."""
    return _note(session, table_hashes(session))


def renewed_hash(session: Session) -> str:
    """Note and return the hash of a base whose encrypted parts went along unopened.

    Their tables are as they were when they were last noted.
    """
    before = json.loads(session.meta(_TABLES) or "{}")
    unopened = {name: digest for name, digest in before.items() if not name.startswith("base.")}
    return _note(session, table_hashes(session) | unopened)


_TABLES = "table_hashes"
"""Fact about a snapshot: the hash of every table."""


def _note(session: Session, hashes: dict[str, str]) -> str:
    digest = combined(hashes)
    session.set_facts({"content_hash": digest, _TABLES: json.dumps(hashes)})
    return digest
