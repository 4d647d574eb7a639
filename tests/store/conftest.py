"""A base in memory to which tests of the store deliver rows, without files or loaders."""

import datetime as dt

import pandas as pd
import pyarrow as pa
import pytest

from blockdata.records import Catalogue
from blockdata.records.tables import GEOM, field_column
from blockdata.store.batch import REJECTED_COLUMNS, Batch, Delivery
from blockdata.store.connection import quote
from blockdata.store.snapshots import memory_session
from blockdata.store.target import Target
from blockdata.store.upsert import apply_batch

FIRST_DAY = dt.date(2026, 9, 1)
_ROW = (
    ("source_id", pa.string()),
    ("row_number", pa.int64()),
    ("removes", pa.bool_()),
    ("stated_from", pa.date32()),
    ("stated_to", pa.date32()),
)


def make_batch(kind, rows, *, removes=(), rejected=(), period=None):
    """Make a batch of rows given as {"key": ..., field: value}; `rejected` are keys."""
    schema = pa.schema(
        [*_ROW, *((c.name, c.type) for c in map(field_column, kind.fields))]
        + ([(GEOM.name, GEOM.type)] if kind.geometry else [])
    )
    spoken = [{**row, "removes": False} for row in rows]
    spoken += [{"key": key, "removes": True} | dict(own) for key, own in removes]
    full = [
        dict.fromkeys(schema.names)
        | {n: v for n, v in row.items() if n != "key"}
        | {"source_id": row["key"], "row_number": n}
        for n, row in enumerate(spoken, start=1)
    ]
    lines = [
        (len(full) + n, key, "name", "unreadable", "?", '{"name": "?"}', '{"name": "as it came"}')
        for n, key in enumerate(rejected, start=1)
    ]
    return Batch(
        kind,
        pa.Table.from_pylist(full, schema=schema),
        len(full) + len(lines),
        rejected=pd.DataFrame(lines, columns=list(REJECTED_COLUMNS), dtype=object),
        period=period,
    )


class Base:
    """One base; every delivery comes a day after the one before unless its day is given."""

    def __init__(self):
        self.session = memory_session(Catalogue())
        self.seq = 0

    def target(self, kind, source="a", *, mode="full", day=None, sources=None, **rest):
        self.seq += 1
        on = day or FIRST_DAY + dt.timedelta(days=self.seq - 1)
        delivery = Delivery(source, f"{source}-{self.seq}", on, mode, f"{self.seq:064x}", self.seq)
        precedence = rest.pop("precedence", {})
        found = self.session.catalogue.kind(kind)
        return Target(found, delivery, sources or (source,), precedence, **rest)

    def deliver(self, kind, rows, source="a", *, removes=(), rejected=(), period=None, **rest):
        target = self.target(kind, source, **rest)
        keys = [pair if isinstance(pair, tuple) else (pair, {}) for pair in removes]
        batch = make_batch(target.kind, rows, removes=keys, rejected=rejected, period=period)
        return apply_batch(self.session, target, batch)

    def read(self, table, *columns, part="base"):
        """Return rows of a table, sorted; one column comes as plain values."""
        names = ", ".join(map(quote, columns))
        rows = self.session.rows(f"SELECT {names} FROM {quote(part, table)} ORDER BY ALL")
        return [row[0] for row in rows] if len(columns) == 1 else rows

    def id_of(self, table, key):
        found = self.session.value(
            f"SELECT id FROM {quote('base', table)} WHERE source_id=?", [key]
        )
        return str(found)


@pytest.fixture
def base():
    """An empty base in memory."""
    made = Base()
    yield made
    made.session.con.close()


@pytest.fixture(scope="session")
def new_base():
    """Make as many empty bases as a property needs."""
    return Base


@pytest.fixture(scope="session")
def batch_of():
    """Return the function that makes a batch of rows."""
    return make_batch
