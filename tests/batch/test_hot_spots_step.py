"""The step of hot spots: cases behind them, choices told, a layer chosen, changes since before."""

import datetime as dt

import pytest

from blockdata.batch.hot_spots import layer_tested, note_hot_spot_changes
from blockdata.batch.steps import Context

AS_OF = dt.date(2026, 11, 1)
CELLS = 20


def _case(n, cell, day="2026-10-20", **fields):
    return {
        "case_no": f"N{n}",
        "reported_at": f"{day} 09:00:00",
        "category": "噪声",
        "geom": f"POINT ({500050 + 100 * cell} 50)",
        **fields,
    }


def _cases(hot=30):
    rows = [_case(n, 0, f"2026-10-{6 + n % 25:02d}") for n in range(hot)]
    rows += [_case(100 + n, n % CELLS) for n in range(100)]
    return rows + [_case(1000 + n, n % CELLS, category="占道") for n in range(600)]


@pytest.fixture
def made(town, square):
    def build(rows, **sections):
        built = town(("grids", "grid"), ("hotline", "incident", {"mode": "delta"}), **sections)
        built.deliver("grids", [square(n) for n in range(CELLS)])
        built.deliver("hotline", rows)
        built.finish(AS_OF)
        return built

    return build


def test_the_cases_behind_a_hot_spot_are_those_counted_in_it(made):
    session = made(_cases()).session
    behind = session.rows(
        "SELECT h.count, count(DISTINCT c.episode), count(*), min(i.reported_at) "
        "FROM base.hotspot h JOIN base.hotspot_case c USING (layer, window_days, category, cell) "
        "JOIN base.incident i ON i.id = c.incident WHERE h.hot GROUP BY ALL"
    )
    assert len(behind) == 1
    count, episodes, cases, first = behind[0]
    assert count == episodes <= cases and first >= dt.datetime(2026, 10, 3, 16)
    cold = session.value(
        "SELECT count(*) FROM base.hotspot_case c JOIN base.hotspot h "
        "USING (layer, window_days, category, cell) WHERE NOT h.hot"
    )
    assert cold == 0


def test_every_choice_is_written_in_both_languages(made):
    built = made(_cases())
    rows = built.session.rows(
        "SELECT no, topic, choice, zh, en FROM base.hotspot_choice ORDER BY no"
    )
    assert [row[0] for row in rows] == list(range(1, len(rows) + 1))
    assert {row[1]: row[2] for row in rows}["layer"] == "unit"
    assert all(row[3] and row[4] for row in rows)
    assert layer_tested(built.session, Context(built.config, AS_OF)) == "unit"


def test_a_configured_layer_without_cells_tests_nothing(made):
    built = made(_cases(), hotspots={"layer": "responsibility"})
    for table in ("hotspot", "hotspot_choice", "hotspot_case"):
        assert built.session.count(table) == 0
    assert layer_tested(built.session, Context(built.config, AS_OF)) == "responsibility"


def test_without_cells_there_is_no_layer(town):
    built = town(("hotline", "incident", {"mode": "delta"}))
    built.finish(AS_OF)
    assert layer_tested(built.session, Context(built.config, AS_OF)) is None


def test_what_became_of_hot_spots_is_told_once_and_kept_for_its_day(made):
    before, after = made(_cases()), made(_cases(hot=40))
    before.session.set_meta("as_of", "2026-10-31")
    note_hot_spot_changes(after.session, before.session, AS_OF)
    rows = after.session.rows("SELECT as_of, since, change FROM base.hotspot_change")
    assert rows == [(AS_OF, dt.date(2026, 10, 31), "grown")]
    after.session.set_meta("as_of", AS_OF.isoformat())
    again = made(_cases(hot=40))
    note_hot_spot_changes(again.session, after.session, AS_OF)
    assert again.session.rows("SELECT as_of, since, change FROM base.hotspot_change") == rows
    note_hot_spot_changes(before.session, after.session, dt.date(2026, 10, 1))
    assert before.session.count("hotspot_change") == 0


def test_what_is_no_more_hot_is_gone(made):
    before, after = made(_cases()), made(_cases(hot=0))
    before.session.set_meta("as_of", "2026-10-31")
    note_hot_spot_changes(after.session, before.session, AS_OF)
    assert after.session.rows("SELECT change FROM base.hotspot_change") == [("gone",)]
