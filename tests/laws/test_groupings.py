"""Law 2 in memory: any grouping of the same deliveries into runs gives the same content."""

import datetime as dt
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from blockdata.batch.flow import STEPS
from blockdata.batch.loading import Loading, apply_loaded
from blockdata.batch.people import settle_people
from blockdata.batch.steps import Clock, Context, run_steps
from blockdata.config import parse_config
from blockdata.records.identifiers import (
    identity_check_character,
    organisation_check_character,
    uscc_check_character,
)
from blockdata.store import deliveries
from blockdata.store.batch import Delivery
from blockdata.store.content_hash import table_hashes
from blockdata.store.snapshots import memory_session

FIRST_DAY = dt.date(2026, 8, 1)
AS_OF = dt.date(2026, 11, 1)
SECRET = b"of a test"

_ON = {"on": FIRST_DAY}
CONFIG = parse_config(
    {
        "city": {"name": "试验区", "crs": "EPSG:4549"},
        "base": {"path": "unused"},
        "people": {"minimum": 10},
        "indicators": {"months": 1},
        "scorecard": {"months": 1},
        "source": [
            {"name": "library", "kind": "address", "path": "a", "date": _ON},
            {"name": "grids", "kind": "grid", "path": "g", "date": _ON},
            {"name": "market", "kind": "legal_entity", "path": "m", "date": _ON},
            {
                "name": "tax",
                "kind": "legal_entity",
                "path": "t",
                "date": _ON,
                "mode": "delta",
                "change": {"column": "变更"},
            },
            {"name": "hotline", "kind": "incident", "path": "h", "date": _ON, "mode": "period"},
            {"name": "patrol", "kind": "incident", "path": "p", "date": _ON, "mode": "delta"},
            {"name": "register", "kind": "person", "path": "r", "date": _ON},
        ],
        "precedence": {"legal_entity": {"name": ["tax", "market"]}},
    },
    folder=Path(),
)


def _uscc(number):
    organisation = f"MA00{number:04d}"
    body = "91990102" + organisation + organisation_check_character(organisation)
    return body + uscc_check_character(body)


def _identity(number):
    body = f"990102198001{1 + number % 28:02d}{number:03d}"
    return body + identity_check_character(body)


def _address(key, content):
    point = f"POINT ({500000 + 40 * key} {3340000 + 10 * content})"
    text = f"听涛路{key + 1}号"
    return {"code": f"A{key}", "full_text": text, "geom": point}


def _grid(key, content):
    left, right = 499980 + 80 * key, 500060 + 80 * key + 10 * content
    ring = f"{left} 3339000, {right} 3339000, {right} 3341000, {left} 3341000, {left} 3339000"
    return {
        "code": f"99010200100100{key}",
        "name": f"第{key}网格",
        "layer": "unit",
        "geom": f"POLYGON (({ring}))",
    }


def _entity(key, content):
    return {"uscc": _uscc(key), "name": f"单位{content}", "address_text": f"听涛路{content + 1}号"}


def _incident(key, content):
    day = 1 + (7 * key + content) % 28
    return {
        "case_no": f"N{key}",
        "reported_at": f"2026-{8 + key % 3:02d}-{day:02d} 09:00:00",
        "closed_at": f"2026-{8 + key % 3:02d}-{day:02d} 15:00:00" if content else "",
        "category": ("噪声扰民", "占道经营")[key % 2],
        "address_text": f"听涛路{1 + key % 3}号",
        "caller": f"1380000{key:04d}",
        "content": "电话13800000000",
    }


def _person(key, content):
    return {
        "pseudonym": _identity(key),
        "address_text": f"听涛路{1 + (key + content) % 4}号",
        "residence": "resident" if content else "floating",
    }


ROWS = {
    "library": (_address, 4),
    "grids": (_grid, 3),
    "market": (_entity, 4),
    "tax": (_entity, 4),
    "hotline": (_incident, 6),
    "patrol": (_incident, 6),
    "register": (_person, 24),
}


@st.composite
def histories(draw):
    """Deliveries in order: every source's rows come, change and go; every source may be silent."""
    history = []
    day = FIRST_DAY
    for _ in range(draw(st.integers(2, 7))):
        day += dt.timedelta(days=draw(st.sampled_from([0, 1, 31])))
        source = draw(st.sampled_from(sorted(ROWS)))
        make, number = ROWS[source]
        keys = draw(st.sets(st.integers(0, number - 1), min_size=1))
        rows = [make(k, draw(st.integers(0, 2))) for k in sorted(keys)]
        removes = draw(st.booleans()) and source == "tax"
        history.append((source, day, rows, removes))
    return history


def _load(loading, source_name, rows, removes):
    source = loading.source(source_name)
    values = [{**row, "变更": "D"} for row in rows] if removes else rows
    return loading.loader(source.kind).load_values(loading.request(source, None), values)


def _content(history, cuts, *, forgetful=False):
    """Apply a history, ending a run after each of the deliveries in `cuts`.

    Forgetful runs remember nothing of what they matched or computed before.
    """
    catalogue = CONFIG.catalogue()
    session = memory_session(catalogue)
    loading = Loading(CONFIG, catalogue, SECRET)
    for seq, (name, day, rows, removes) in enumerate(history, start=1):
        mode = loading.source(name).mode
        delivery = Delivery(name, f"{name}-{seq}", day, mode, f"{seq:064x}", seq)
        counts = apply_loaded(session, loading, delivery, _load(loading, name, rows, removes))
        assert counts.balanced
        if forgetful:
            session.kept.clear()
            session.run("DELETE FROM base.meta")
        settle_people(session, CONFIG, day)
        if seq in cuts or seq == len(history):
            run_steps(session, Context(CONFIG, AS_OF), STEPS, Clock())
    session.con.execute("SELECT 1")
    hashes = table_hashes(session)
    session.con.close()
    return hashes


@pytest.mark.slow
@given(st.data())
@settings(max_examples=5, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_neither_grouping_into_runs_nor_what_runs_remember_changes_the_content(data):
    history = data.draw(histories())
    cuts = data.draw(st.sets(st.integers(1, len(history))))
    grouped = _content(history, cuts)
    assert grouped == _content(history, set())
    assert grouped == _content(history, cuts, forgetful=True)


def test_a_repeated_full_delivery_touches_nothing():
    rows = [_address(k, 0) for k in range(4)]
    once = [("library", FIRST_DAY, rows, False)]
    again = [*once, ("library", FIRST_DAY + dt.timedelta(days=1), rows, False)]
    first, second = _content(once, set()), _content(again, set())
    assert first["base.address"] == second["base.address"]
    assert "base.address_history" not in second


@pytest.mark.parametrize("source", sorted(ROWS))
def test_every_source_loads_all_that_the_history_gives_it(source):
    catalogue = CONFIG.catalogue()
    session = memory_session(catalogue)
    loading = Loading(CONFIG, catalogue, SECRET)
    make, number = ROWS[source]
    rows = [make(k, 1) for k in range(number)]
    delivery = Delivery(source, "f", FIRST_DAY, loading.source(source).mode, "0" * 64, 1)
    counts = apply_loaded(session, loading, delivery, _load(loading, source, rows, False))
    assert counts.inserted == number
    assert deliveries.applied(session) == [delivery]
