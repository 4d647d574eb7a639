"""A base opened for work: a connection, its record kinds and the parts that are at hand."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import duckdb
import pandas as pd
import pyarrow as pa

from blockdata.records import Catalogue, Held, Kind
from blockdata.records.tables import Table
from blockdata.store import schema
from blockdata.store.connection import quote


@dataclass
class Session:
    """One base with its parts attached as `base`, `people` and `text`.

    Parameters
    ----------
    con : duckdb.DuckDBPyConnection
    catalogue : Catalogue
    parts : tuple of str
        The parts that are attached.
    """

    con: duckdb.DuckDBPyConnection
    catalogue: Catalogue
    parts: tuple[str, ...] = ("base",)

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

    def stage(self, name: str, rows: pa.Table) -> str:
        """Make an Arrow table available to SQL as a temporary table and return its quoted name."""
        self.con.register("_staged", rows)
        quoted = quote("temp", name)
        self.con.execute(f"CREATE OR REPLACE TEMP TABLE {quote(name)} AS FROM _staged")
        self.con.unregister("_staged")
        return quoted

    def lend(self, name: str, rows: pa.Table) -> None:
        """Let SQL read an Arrow table as `temp.<name>` without copying it."""
        self.con.register(name, rows)

    def append(self, table: str, rows: pa.Table, part: str = "base") -> None:
        """Add rows to a table, by column name."""
        if rows.num_rows == 0:
            return
        self.con.register("_staged", rows)
        self.con.execute(f"INSERT INTO {quote(part, table)} BY NAME FROM _staged")
        self.con.unregister("_staged")

    def replace(self, table: str, rows: pa.Table, part: str = "base") -> None:
        """Replace the rows of a table."""
        self.con.execute(f"DELETE FROM {quote(part, table)}")
        self.append(table, rows, part)

    def ensure_schema(self) -> None:
        """Create the tables that are missing and add the columns that are new."""
        for part in self.parts:
            there = self._columns(part)
            with self.transaction(part):
                for table in (*schema.tables_of(part, self.catalogue), schema.META):
                    self._ensure(part, table, there.get(table.name, set()))

    def _columns(self, part: str) -> dict[str, set[str]]:
        found: dict[str, set[str]] = {}
        for table, column in self.rows(
            "SELECT table_name, column_name FROM duckdb_columns() WHERE database_name = ?", [part]
        ):
            found.setdefault(str(table), set()).add(str(column))
        return found

    def _ensure(self, part: str, table: Table, there: set[str]) -> None:
        if not there:
            columns = ", ".join(f"{quote(c.name)} {c.sql_type}" for c in table.columns)
            self.run(f"CREATE TABLE {quote(part, table.name)} ({columns})")
            return
        for column in table.columns:
            if column.name not in there:
                self.run(
                    f"ALTER TABLE {quote(part, table.name)} "
                    f"ADD COLUMN {quote(column.name)} {column.sql_type}"
                )

    def meta(self, key: str, part: str = "base") -> str | None:
        """Return a fact about the snapshot, or None."""
        found = self.value(f"SELECT value FROM {quote(part, 'meta')} WHERE key = ?", [key])
        return None if found is None else str(found)

    def set_meta(self, key: str, value: str, part: str = "base") -> None:
        """Set a fact about the snapshot."""
        self.run(f"DELETE FROM {quote(part, 'meta')} WHERE key = ?", [key])
        self.run(f"INSERT INTO {quote(part, 'meta')} VALUES (?, ?)", [key, value])

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

    def use_one_thread(self) -> None:
        """Work on one thread: on small tables a second one costs more than it gives."""
        self.run("SET threads = 1")

    def forget_steps(self) -> None:
        """Have every step of the run computed anew, whatever its fingerprint."""
        self.run("DELETE FROM base.meta WHERE starts_with(key, 'step.')")
