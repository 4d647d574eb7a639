"""A base opened for work: a connection, its record kinds and the parts that are at hand."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

import duckdb
import pandas as pd
import pyarrow as pa

from blockdata.records import Catalogue, Held, Kind
from blockdata.records.tables import Table
from blockdata.store import schema
from blockdata.store.connection import quote

_FEW_ROWS = 10_000
"""A table of no more rows may stay lent: giving back its memory takes longer than it is worth."""


@dataclass
class Session:
    """One base with its parts attached as `base`, `people` and `text`.

    Parameters
    ----------
    con : duckdb.DuckDBPyConnection
    catalogue : Catalogue
    parts : tuple of str
        The parts that are attached.
    kept : dict
        What has been computed of the base and may be asked again before the session ends; who
        puts it there tells by it whether it still holds.
    """

    con: duckdb.DuckDBPyConnection
    catalogue: Catalogue
    parts: tuple[str, ...] = ("base",)
    kept: dict[str, object] = field(default_factory=dict, repr=False)

    def part_of(self, kind: Kind) -> str:
        """Return the part that holds a kind's table."""
        return "people" if kind.private else "base"

    def rows(self, sql: str, values: Sequence[object] = ()) -> list[tuple[object, ...]]:
        """Run a statement and return its rows."""
        return self.con.execute(sql, list(values)).fetchall()

    def value(self, sql: str, values: Sequence[object] = ()) -> object:
        """Run a statement and return its single value, or None without a row."""
        row = self.con.execute(sql, list(values)).fetchone()
        return None if row is None else row[0]

    def number(self, sql: str, values: Sequence[object] = ()) -> int:
        """Run a statement that returns a whole number."""
        return int(str(self.value(sql, values)))

    def run(self, sql: str, values: Sequence[object] = ()) -> None:
        """Run a statement for its effect."""
        self.con.execute(sql, list(values))

    def arrow(self, sql: str, values: Sequence[object] = ()) -> pa.Table:
        """Run a statement and return an Arrow table."""
        return self.con.execute(sql, list(values)).to_arrow_table()

    def frame(self, sql: str, values: Sequence[object] | dict[str, object] = ()) -> pd.DataFrame:
        """Run a statement and return a frame; values are a list, or a mapping of named ones."""
        bound = values if isinstance(values, dict) else list(values)
        found: pd.DataFrame = self.con.execute(sql, bound).to_arrow_table().to_pandas()
        return found

    def read(self, table: str, part: str = "base") -> pa.Table:
        """Return a whole table."""
        return self.arrow(f"FROM {quote(part, table)}")

    def count(self, table: str, part: str = "base") -> int:
        """Return how many rows a table has."""
        return self.number(f"SELECT count(*) FROM {quote(part, table)}")

    def lend(self, name: str, rows: pa.Table) -> None:
        """Let SQL read an Arrow table as `temp.<name>` without copying it, until it is returned."""
        self.con.register(name, rows)

    def take_back(self, *names: str) -> None:
        """End the loan of tables, so that their memory is free again."""
        for name in names:
            self.con.unregister(name)

    def append(self, table: str, rows: pa.Table, part: str = "base") -> None:
        """Add rows to a table, by column name."""
        if rows.num_rows == 0:
            return
        self.lend("_appended", rows)
        self.run(f"INSERT INTO {quote(part, table)} BY NAME FROM temp._appended")
        if rows.num_rows > _FEW_ROWS:
            self.take_back("_appended")

    def replace(self, table: str, rows: pa.Table, part: str = "base") -> None:
        """Replace the rows of a table."""
        self.con.execute(f"DELETE FROM {quote(part, table)}")
        self.append(table, rows, part)

    def ensure_schema(self) -> None:
        """Create the tables that are missing and add the columns that are new."""
        for part in self.parts:
            there = self._columns(part)
            tables = (*schema.tables_of(part, self.catalogue), *schema.WORKING[part])
            statements = [
                text for t in tables for text in _missing(part, t, there.get(t.name, set()))
            ]
            if statements:
                with self.transaction(part):
                    self.run("; ".join(statements))

    def _columns(self, part: str) -> dict[str, set[str]]:
        found: dict[str, set[str]] = {}
        for table, column in self.rows(
            "SELECT table_name, column_name FROM duckdb_columns() WHERE database_name = ?", [part]
        ):
            found.setdefault(str(table), set()).add(str(column))
        return found

    def meta(self, key: str, part: str = "base") -> str | None:
        """Return a fact about the snapshot, or None."""
        found = self.value(f"SELECT value FROM {quote(part, 'meta')} WHERE key = ?", [key])
        return None if found is None else str(found)

    def facts(self, beginning: str, part: str = "base") -> dict[str, str]:
        """Return the facts about the snapshot whose names have a beginning."""
        rows = self.rows(
            f"SELECT key, value FROM {quote(part, 'meta')} WHERE starts_with(key, ?)", [beginning]
        )
        return {str(key): str(value) for key, value in rows}

    def set_meta(self, key: str, value: str, part: str = "base") -> None:
        """Set a fact about the snapshot."""
        self.set_facts({key: value}, part)

    def set_facts(self, facts: Mapping[str, str], part: str = "base") -> None:
        """Set facts about the snapshot."""
        keys, values = list(facts), list(facts.values())
        meta = quote(part, "meta")
        self.run(f"DELETE FROM {meta} WHERE key IN (SELECT unnest(?::VARCHAR[]))", [keys])
        self.run(
            f"INSERT INTO {meta} SELECT unnest(?::VARCHAR[]), unnest(?::VARCHAR[])", [keys, values]
        )

    def filled(self, part: str = "base") -> frozenset[str]:
        """Return the tables of a part that have had rows, as committed; the others are empty."""
        found = self.rows(
            "SELECT table_name FROM duckdb_tables() WHERE database_name = ? AND estimated_size > 0",
            [part],
        )
        return frozenset(str(row[0]) for row in found)

    @contextmanager
    def transaction(self, *parts: str) -> Iterator[None]:
        """Make many writes one, which saves a sync of the disk for each.

        DuckDB lets a transaction write to one file only: with several parts nothing is bundled.
        That is safe, because a run works on a copy that only a finished run publishes.
        """
        if len(parts) != 1:
            yield
            return
        self.con.execute("BEGIN")
        try:
            yield
        except BaseException:
            self.con.execute("ROLLBACK")
            raise
        self.con.execute("COMMIT")

    def parts_written(self, kind: Kind) -> tuple[str, ...]:
        """Return the parts that a delivery of a kind writes to; records of it are open data."""
        parts = ["base"]
        if kind.has_private_fields:
            parts.append("people")
        if kind.held_in(Held.TEXT):
            parts.append("text")
        return tuple(p for p in parts if p in self.parts)

    def expect_little(self) -> None:
        """Work for a small base: a second thread, and looking for the best compression, cost more.

        What grows is written anew and compressed by the larger runs that make it grow.
        """
        self.run("SET threads = 1; SET force_compression = 'uncompressed'")

    def forget_steps(self) -> None:
        """Have every step of the run computed anew, whatever its fingerprint."""
        self.run("DELETE FROM base.meta WHERE starts_with(key, 'step.')")


def _missing(part: str, table: Table, there: set[str]) -> list[str]:
    """Return the statements that make a table, or the columns that it does not have."""
    name = quote(part, table.name)
    columns = {c.name: f"{quote(c.name)} {c.sql_type}" for c in table.columns}
    if not there:
        return [f"CREATE TABLE {name} ({', '.join(columns.values())})"]
    new = (text for column, text in columns.items() if column not in there)
    return [f"ALTER TABLE {name} ADD COLUMN {text}" for text in new]
