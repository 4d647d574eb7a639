"""What is becoming of hot places, on a row of cells over a few weeks."""

import datetime as dt

import numpy as np
import pytest

from blockdata.batch.emerging import AS_THEY_ARE, Watch, watch_layer
from blockdata.batch.flow import STEPS

AS_OF = dt.date(2026, 11, 1)
CELLS, WEEKS = 16, 12
NEEDED = (
    *("resolve", "locate", "cells", "courses", "lineage", "categories", "link"),
    *("episodes", "profile", "emerging"),
)


def incidents(cell, weeks_ago, count, category="噪声"):
    """Return closed incidents of one cell and week, each an episode of its own."""
    first = AS_OF - dt.timedelta(weeks=weeks_ago)
    made = []
    for n in range(count):
        day, hour = first + dt.timedelta(days=n % 7), 2 + 3 * (n // 7)
        made.append(
            {
                "case_no": f"{category}-{cell}-{weeks_ago}-{n}",
                "reported_at": f"{day} {hour:02d}:00:00",
                "closed_at": f"{day} {hour + 1:02d}:00:00",
                "category": category,
                "geom": f"POINT ({500050 + 100 * cell} 50)",
            }
        )
    return made


def usual(category="噪声", weeks=WEEKS):
    return [
        row
        for cell in range(CELLS)
        for week in range(1, weeks + 1)
        for row in incidents(cell, week, 2 + (cell + week) % 2, category)
    ]


@pytest.fixture
def made(town, square):
    def build(rows, squares=CELLS, **sections):
        built = town(("grids", "grid"), ("hotline", "incident", {"mode": "delta"}), **sections)
        built.deliver("grids", [square(n) for n in range(squares)])
        built.deliver("hotline", rows)
        built.finish(AS_OF, [step for step in STEPS if step.name in NEEDED])
        return built

    return build


def found(made, *columns):
    names = ", ".join(columns)
    return made.session.rows(
        f"SELECT {names} FROM base.emerging e JOIN base.grid g ON g.id = e.cell ORDER BY ALL"
    )


def codes(made):
    return made.session.rows("SELECT code FROM base.finding WHERE step = 'emerging' ORDER BY 1")


def test_a_burst_of_the_last_weeks_is_a_consecutive_hot_spot_there_and_beside_it(made, square):
    burst = [row for week in (1, 2) for row in incidents(8, week, 45, "占道")]
    built = made([*usual(), *usual("占道"), *burst])
    rows = found(built, "g.code", "category", "label", "side", "run_steps", "exposure_name")
    here = {row for row in rows if row[0] == square(8)["code"]}
    assert (square(8)["code"], "占道", "consecutive", "hot", 2, "all_incidents") in here
    near = {square(n)["code"] for n in (7, 8, 9)}
    assert {row[0] for row in rows if row[3] == "hot"} <= near
    assert {row[1] for row in rows if row[3] == "hot"} == {"占道"}


def test_every_reference_of_the_configuration_is_computed(made):
    rows = [*usual(), *usual("占道"), *incidents(8, 1, 45, "占道")]
    built = made(rows, emerging={"references": ["step"]})
    assert {row[0] for row in found(built, "reference")} == {"step"}


def test_a_category_that_is_all_there_is_stands_on_counts(made):
    burst = [row for week in (1, 2) for row in incidents(8, week, 18)]
    built = made([*usual(), *burst])
    assert {row[0] for row in found(built, "exposure_name")} == {AS_THEY_ARE}


def test_bins_are_gi_star_of_a_cell_its_neighbours_and_the_week_before(made):
    built = made([*usual(), *incidents(8, 1, 18)])
    watched = watch_layer(built.session, built.config, AS_OF)
    counts = watched.counts("噪声").astype(float)
    assert counts.shape == (CELLS, WEEKS)
    assert int(counts.sum()) == built.session.count("episode")
    row = int(np.flatnonzero(watched.weights.toarray().sum(axis=1) == 2)[0])
    own = [row, *np.flatnonzero(watched.weights.toarray()[row])]
    weight, n = 2.0 * len(own), counts.size
    expected = (counts[own, -2:].sum() - counts.mean() * weight) / (
        counts.std() * np.sqrt((n * weight - weight**2) / (n - 1))
    )
    bins = watched.ask("噪声", "entire").bins
    mine = bins[(bins["cell"] == row) & (bins["step"] == WEEKS - 1)]
    assert mine["z"].item() == pytest.approx(expected, abs=1e-9)


def test_cells_without_polygons_have_no_neighbours_and_that_is_told(town, square):
    built = town(("grids", "grid"), ("hotline", "incident", {"mode": "delta"}))
    built.deliver("grids", [square(n) | {"geom": None} for n in range(CELLS)])
    rows = [row | {"geom": None, "unit_grid_code": square(1)["code"]} for row in usual()]
    built.deliver("hotline", rows)
    built.finish(AS_OF, [step for step in STEPS if step.name in NEEDED])
    assert (codes(built), built.session.count("emerging")) == ([("no_geometry",)], 0)


def test_one_week_is_no_course(made):
    built = made(usual(weeks=1))
    assert (codes(built), built.session.count("emerging")) == ([("emerging_too_few_weeks",)], 0)


def test_few_episodes_of_a_category_are_left_out_and_it_is_named(made):
    built = made([*usual(), *incidents(3, 1, 2, "占道")])
    told = built.session.rows("SELECT zh FROM base.finding WHERE code = 'emerging_sparse'")
    assert len(told) == 1
    assert "占道" in told[0][0]
    assert "噪声" not in told[0][0]


def test_one_cell_has_no_course(made):
    rows = [row for week in range(1, WEEKS + 1) for row in incidents(0, week, 5)]
    built = made(rows, squares=1)
    assert built.session.count("emerging") == 0
    watched = watch_layer(built.session, built.config, AS_OF)
    assert isinstance(watched, Watch)
    assert set(watched.ask("噪声", "entire").bins["reason"]) == {"island"}
    assert ("emerging_islands",) in codes(built)


def test_nothing_at_all_is_told_as_nothing(town):
    built = town(("grids", "grid"))
    built.finish(AS_OF, [step for step in STEPS if step.name in NEEDED])
    assert (codes(built), built.session.count("emerging")) == ([], 0)
