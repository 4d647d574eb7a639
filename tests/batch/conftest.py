"""A small town in memory: a configuration of a few sources, and rows delivered without files."""

import datetime as dt
from pathlib import Path

import pytest

from blockdata.batch.deciding import apply_decisions
from blockdata.batch.discover import DECISIONS, Found
from blockdata.batch.flow import STEPS
from blockdata.batch.loading import Loading, apply_loaded
from blockdata.batch.people import settle_people
from blockdata.batch.steps import Clock, Context, run_steps
from blockdata.config import parse_config
from blockdata.records.identifiers import identity_check_character
from blockdata.store.batch import Delivery
from blockdata.store.connection import quote
from blockdata.store.decisions import write_decisions
from blockdata.store.layout import Layout
from blockdata.store.snapshots import memory_session

FIRST_DAY = dt.date(2026, 8, 1)


def make_config(*sources, folder=Path(), **sections):
    """Return a configuration; a source is (name, kind) or (name, kind, further settings)."""
    listed = [
        {"name": name, "kind": kind, "path": f"{name}-*.csv", "date": {"name": r"(\d{8})"}}
        | (rest[0] if rest else {})
        for name, kind, *rest in sources
    ]
    raw = {"city": {"name": "试验区", "crs": "EPSG:4549"}, "base": {"path": "unused"}}
    return parse_config(raw | {"source": listed} | sections, folder=folder)


class Town:
    """A base in memory to which sources deliver rows given as texts by field name."""

    def __init__(self, *sources, folder=Path(), steps=STEPS, **sections):
        self.steps = steps
        self.config = make_config(*sources, folder=folder, **sections)
        catalogue = self.config.catalogue()
        self.session = memory_session(catalogue)
        self.loading = Loading(self.config, catalogue, b"of a test")
        self.seq = 0

    def delivery(self, source, day=FIRST_DAY, mode=None):
        self.seq += 1
        mode = mode or self.loading.source(source).mode
        name = f"{source}-{self.seq}"
        return Delivery(source, name, day, mode, f"{self.seq:064x}", self.seq)

    def delivery_of(self, source, day):
        """Return the delivery that was applied last, for what looks at it afterwards."""
        return Delivery(source, f"{source}-{self.seq}", day, "full", f"{self.seq:064x}", self.seq)

    def deliver(self, source, rows, day=FIRST_DAY, *, settle=False):
        delivery = self.delivery(source, day)
        settings = self.loading.source(source)
        loader = self.loading.loader(settings.kind)
        batch = loader.load_values(self.loading.request(settings, None), rows)
        counts = apply_loaded(self.session, self.loading, delivery, batch)
        if settle:
            settle_people(self.session, self.config, day)
        return counts

    def decide(self, folder, *decisions):
        """Write decisions of one day, apply them and return what was found."""
        path = write_decisions(Layout(folder), decisions)
        self.seq += 1
        day = decisions[0].decided_on
        delivery = Delivery(DECISIONS, path.name, day, "delta", f"{self.seq:064x}", self.seq)
        before = len(self.loading.findings.items)
        apply_decisions(self.session, self.loading, Found(delivery, path))
        return [f.code for f in self.loading.findings.items[before:]]

    def finish(self, as_of=dt.date(2026, 11, 1), steps=None):
        """Run the steps at the end of a run, by default those of `self.steps`; return the kept."""
        context, clock = Context(self.config, as_of), Clock()
        run_steps(self.session, context, steps or self.steps, clock)
        return [str(p["step"]) for p in clock.parts if p.get("kept")]

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
def town(usual_steps):
    """Make a town of sources, whose runs end with the usual steps; it is closed at the end."""
    made = []

    def build(*sources, **settings):
        made.append(Town(*sources, **({"steps": usual_steps} | settings)))
        return made[-1]

    yield build
    for one in made:
        one.session.con.close()


@pytest.fixture(scope="session")
def config_of():
    """Return the function that makes a configuration of sources."""
    return make_config


@pytest.fixture(scope="session")
def identity_number():
    """Return a function that makes valid numbers of nobody; the area code is not in use."""

    def number(n):
        body = f"990102198001{1 + n % 28:02d}{n:03d}"
        return body + identity_check_character(body)

    return number


@pytest.fixture(scope="session")
def square():
    """Return a function that makes rows of grids: squares beside each other."""

    def row(n, side=100, **rest):
        left, right = 500000 + n * side, 500000 + (n + 1) * side
        ring = f"{left} 0, {right} 0, {right} {side}, {left} {side}, {left} 0"
        code = f"990102001001{n:03d}"
        return {"code": code, "layer": "unit", "geom": f"POLYGON (({ring}))"} | rest

    return row
