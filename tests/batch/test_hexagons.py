"""A base without grids draws H3 cells: records are counted in them, people never are."""

import pytest

POINTS = [(540000.0, 3990000.0), (540010.0, 3990000.0), (560000.0, 3990000.0)]


@pytest.fixture
def made(town):
    built = town(
        ("patrol", "incident", {"mode": "delta"}),
        grid={"h3_resolution": 8},
        hotspots={"layer": "h3_8"},
    )
    rows = [
        {
            "case_no": f"N{n}",
            "reported_at": "2026-08-20 09:00:00",
            "category": "噪声",
            "geom": f"POINT ({x} {y})",
        }
        for n, (x, y) in enumerate(POINTS)
    ]
    built.deliver("patrol", rows)
    built.finish()
    return built


def test_every_incident_lies_in_one_cell_and_near_ones_share_it(made):
    cells = made.session.rows(
        "SELECT cell FROM base.cell_of WHERE kind = 'incident' AND layer = 'h3_8' ORDER BY id"
    )
    assert len(cells) == len(POINTS)
    assert len(set(cells)) == 2


def test_cells_are_made_rows_of_the_base_and_stay_the_same(made):
    before = made.read("grid", "id", "layer", "source")
    assert {(layer, source) for _, layer, source in before} == {("h3_8", "provisional")}
    made.finish()
    assert made.read("grid", "id", "layer", "source") == before


def test_the_profile_counts_in_them_and_says_nothing_of_people(made):
    rows = made.session.rows("SELECT incidents, people FROM base.profile WHERE incidents > 0")
    assert sorted(rows) == [(1, None), (2, None)]
