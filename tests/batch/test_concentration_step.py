"""Concentration of the nightly run, on places whose numbers are known."""

import datetime as dt

import pytest

from blockdata.batch.flow import STEPS

AS_OF = dt.date(2026, 11, 1)
NEEDED = (
    *("resolve", "locate", "cells", "courses", "lineage", "categories", "link"),
    *("episodes", "concentration"),
)


def case(n, cell, day, category="噪声"):
    return {
        "case_no": f"N{n}",
        "reported_at": f"2026-10-{day:02d} 09:00:00",
        "closed_at": f"2026-10-{day:02d} 11:00:00",
        "category": category,
        "geom": f"POINT ({500050 + 100 * cell} 50)",
    }


@pytest.fixture
def made(town, square):
    def build(rows, cells=5, **sections):
        built = town(("grids", "grid"), ("hotline", "incident", {"mode": "delta"}), **sections)
        built.deliver("grids", [square(n) for n in range(cells)])
        built.deliver("hotline", rows)
        built.finish(AS_OF, [step for step in STEPS if step.name in NEEDED])
        return built

    return build


def row_of(built, category, *columns):
    names = ", ".join(columns)
    [row] = built.session.rows(
        f"SELECT {names} FROM base.concentration "
        f"WHERE layer = 'unit' AND category IS NOT DISTINCT FROM $1",
        [category],
    )
    return row


def test_eight_of_ten_in_one_of_five_cells(made):
    rows = [case(n, 0, 3 + 3 * n) for n in range(8)] + [case(8 + n, 1 + n, 9) for n in range(2)]
    built = made(rows)
    columns = ("places", "places_with_any", "episodes", "half_places", "top_20", "gini")
    assert row_of(built, "噪声", *columns) == (5, 3, 10, 1, 0.8, 0.68)
    assert row_of(built, None, *columns) == (5, 3, 10, 1, 0.8, 0.68)


def test_all_categories_together_are_one_more_row(made):
    rows = [case(n, n, 9) for n in range(5)] + [case(9 + n, n, 20, "占道") for n in range(2)]
    built = made(rows)
    assert row_of(built, None, "episodes", "places_with_any") == (7, 5)
    assert row_of(built, "占道", "episodes", "places_with_any") == (2, 2)


def test_even_spread_has_no_gini_once_few_events_are_allowed_for(made):
    built = made([case(n, n, 9) for n in range(3)])
    gini, adjusted = row_of(built, "噪声", "gini", "gini_adjusted")
    assert gini == pytest.approx(0.4)
    assert adjusted == pytest.approx(0)


def test_places_are_counted_with_those_that_had_nothing(town):
    built = town(("library", "address"), ("hotline", "incident", {"mode": "delta"}))
    built.deliver(
        "library",
        [
            {"code": f"A{n}", "full_text": f"听涛路{n}号", "geom": f"POINT ({500000 + n} 50)"}
            for n in range(1, 9)
        ],
    )
    rows = [case(n, 0, 5 + 4 * n) | {"address_text": "听涛路1号", "geom": None} for n in range(4)]
    built.deliver("hotline", rows)
    built.finish(AS_OF, [step for step in STEPS if step.name in NEEDED])
    [found] = built.session.rows(
        "SELECT places, places_with_any, episodes, half_places FROM base.concentration "
        "WHERE layer = 'address' AND category IS NULL"
    )
    assert found == (8, 1, 4, 1)


def test_older_episodes_than_the_window_do_not_count(made):
    built = made([case(1, 0, 5), case(2, 0, 30)], concentration={"window_days": 10})
    assert row_of(built, None, "episodes") == (1,)


def test_one_cell_has_nothing_to_compare_with(made):
    built = made([case(1, 0, 5)], cells=1)
    assert row_of(built, None, "reason", "gini") == ("one_cell", None)


def test_nothing_is_told_as_nothing(made):
    assert made([]).session.count("concentration") == 0
