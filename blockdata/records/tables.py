"""The tables that follow from a declaration: columns with Arrow and SQL types."""

from __future__ import annotations

from dataclasses import dataclass

import pyarrow as pa

from blockdata.records.field import Field, Held, Kind, Type

ARROW = {
    Type.TEXT: pa.string(),
    Type.CODE: pa.string(),
    Type.INT: pa.int64(),
    Type.FLOAT: pa.float64(),
    Type.BOOL: pa.bool_(),
    Type.DATE: pa.date32(),
    Type.TIME: pa.timestamp("us"),
}

SQL = {
    pa.string(): "VARCHAR",
    pa.int64(): "BIGINT",
    pa.float64(): "DOUBLE",
    pa.bool_(): "BOOLEAN",
    pa.date32(): "DATE",
    pa.timestamp("us"): "TIMESTAMP",
    pa.binary(): "BLOB",
    pa.uint64(): "UBIGINT",
    pa.list_(pa.uint32()): "UINTEGER[]",
    pa.list_(pa.string()): "VARCHAR[]",
}


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table: name, Arrow type and whether it may be null."""

    name: str
    type: pa.DataType
    nullable: bool = True

    @property
    def sql_type(self) -> str:
        """The DuckDB type."""
        return SQL[self.type]


@dataclass(frozen=True, slots=True)
class Table:
    """A table: its name and columns, and the projections of both."""

    name: str
    columns: tuple[Column, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """Column names in order."""
        return tuple(c.name for c in self.columns)

    def arrow_schema(self) -> pa.Schema:
        """Return the Arrow schema."""
        return pa.schema([pa.field(c.name, c.type, c.nullable) for c in self.columns])


BEFORE = (
    Column("id", pa.string(), nullable=False),
    Column("source", pa.string(), nullable=False),
    Column("source_id", pa.string(), nullable=False),
)
"""Who a row is: its id for life, the source it stands for, and the source's key."""

RESOLVED = (
    Column("address_id", pa.string()),
    Column("match_method", pa.string()),
    Column("match_score", pa.float64()),
    Column("match_level", pa.string()),
)
"""What the last run made of the address text; computed anew at the end of every run.

The level says how far the match goes: a text that names a room may reach its building only.
"""

TIMES = (
    Column("first_delivery", pa.int64(), nullable=False),
    Column("last_delivery", pa.int64(), nullable=False),
    Column("valid_from", pa.date32()),
    Column("valid_to", pa.date32()),
)
"""Deliveries that brought the thing and this state of it, and the state's own validity."""

PLACE = (
    Column("x", pa.float64()),
    Column("y", pa.float64()),
    Column("located_by", pa.string()),
    Column("location_radius_m", pa.float64()),
)
"""Where, and by what that is known; computed at the end of every run.

By "geometry", by "address" (the point of the resolved address), by "description" (50 m east of an
address, a crossing: with the radius in which the place lies nine times of ten) or by "decision".
"""

GEOM = Column("geom", pa.binary())
"""Geometry as the source delivered it, WKB in the base's CRS."""

DERIVED = frozenset(c.name for c in (*RESOLVED, *PLACE))
"""Columns that are results of a run and not part of what was delivered."""


def field_column(field: Field) -> Column:
    """Return the column of a field; pseudonyms are text."""
    return Column(field.name, ARROW[field.type], nullable=True)


def content_columns(kind: Kind) -> tuple[Column, ...]:
    """Return the columns of the open table that a delivery fills: fields and geometry."""
    held = tuple(Held) if kind.private else (Held.OPEN,)
    fields = tuple(field_column(f) for f in kind.held_in(*held))
    return (*fields, GEOM) if kind.geometry else fields


def current_table(kind: Kind) -> Table:
    """Return the table of current rows.

    Examples
    --------
    >>> from blockdata.records.catalogue import Catalogue
    >>> current_table(Catalogue().kind("shanty")).names[:4]
    ('id', 'source', 'source_id', 'address_id')
    """
    content = content_columns(kind)
    if kind.private:
        # A person has no history, no coordinates and no validity: what is not kept cannot leak.
        return Table(kind.name, (*BEFORE, Column("address_id", pa.string()), TIMES[1], *content))
    return Table(kind.name, (*BEFORE, *RESOLVED, *TIMES, *PLACE, *content))


def history_table(kind: Kind) -> Table:
    """Return the table of closed rows: the same columns, and the delivery that closed them."""
    closed_by = Column("closed_by", pa.int64(), nullable=False)
    return Table(f"{kind.name}_history", (*current_table(kind).columns, closed_by))


def side_table(kind: Kind, *held: Held) -> Table:
    """Return the table of a kind's fields that an encrypted file holds, one row per record."""
    suffix = "text" if Held.TEXT in held else "people"
    columns = tuple(field_column(f) for f in kind.held_in(*held))
    return Table(f"{kind.name}_{suffix}", (Column("id", pa.string(), nullable=False), *columns))


def plain_table(kind: Kind) -> Table:
    """Return the table of a kind that the base writes itself: its fields and nothing else."""
    return Table(
        kind.name,
        tuple(Column(f.name, ARROW[f.type], nullable=not f.required) for f in kind.fields),
    )
