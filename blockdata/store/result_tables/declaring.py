"""How tables of no record kind are written down: a name, and columns with their types."""

from __future__ import annotations

import pyarrow as pa

from blockdata.records.tables import Column, Table

TEXT = pa.string()
INT = pa.int64()
FLOAT = pa.float64()
BOOL = pa.bool_()
DATE = pa.date32()
TIME = pa.timestamp("us")


def table(name: str, /, **columns: pa.DataType) -> Table:
    """Return a table by its name and its columns with their types.

    Examples
    --------
    >>> table("finding", step=TEXT, count=INT).names
    ('step', 'count')
    """
    return Table(name, tuple(Column(n, t) for n, t in columns.items()))
