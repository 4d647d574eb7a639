"""Counts and lineage as users ask for them, over a base whose grids were redrawn."""

import datetime as dt

import pandas as pd
import pytest

from blockdata.errors import AnalysisError, GeometryNeededError
from blockdata.views.layers.counts import counts
from blockdata.views.layers.lineage import (
    compare_stated_lineage,
    lineage,
    successors_of_cell,
)

EAST = 500000
AS_OF = dt.date(2026, 11, 1)
REDRAWN = "2026-09-16"


@pytest.fixture
def usual_steps(steps_for):
    return steps_for("profile")


def grid(number, left, right, **dates):
    ring = f"{EAST + left} 0, {EAST + right} 0, {EAST + right} 100, {EAST + left} 100"
    shape = f"POLYGON (({ring}, {EAST + left} 0))"
    code = f"990102001001{number:03d}"
    return {"code": code, "name": f"第{number}网格", "layer": "unit", "geom": shape} | dates


def case(n, day, number=None, x=None, category="噪声", **rest):
    row = {"case_no": f"N{n}", "reported_at": f"{day} 09:00:00", "category": category} | rest
    if number is not None:
        row["unit_grid_code"] = f"990102001001{number:03d}"
    return row if x is None else row | {"geom": f"POINT ({EAST + x} 50)"}


@pytest.fixture
def base(town):
    """1 is split into 3 and 4 in September, 2 stays; of some cases only the grid is known."""
    made = town(
        ("hotline", "incident", {"mode": "delta"}), ("grids", "grid"), ("houses", "building")
    )
    made.deliver("grids", [grid(1, 0, 100), grid(2, 100, 200)], dt.date(2026, 8, 1))
    gone, new = {"ends_on": REDRAWN}, {"begins_on": REDRAWN}
    after = [grid(1, 0, 100, **gone), grid(2, 100, 200), grid(3, 0, 40, **new)]
    made.deliver("grids", [*after, grid(4, 40, 100, **new)], dt.date(2026, 9, 30))
    points = (10, 50, 60, 70, 150)
    rows = [{"code": f"B{x}", "geom": f"POINT ({EAST + x} 50)"} for x in points]
    made.deliver("houses", rows, dt.date(2026, 8, 1))
    cases = [
        case(1, "2026-08-10", 1, x=20),
        case(2, "2026-08-10", 1),
        case(3, "2026-10-10", 1),
        case(4, "2026-10-10", 4),
        case(5, "2026-08-10", 2),
        case(6, "2026-08-10", 99),
        case(7, "2026-10-10", x=900),
        case(8, "2026-10-10", x=20, category="占道"),
        case(9, "2026-10-10", x=20, status="void"),
    ]
    made.deliver("hotline", cases)
    made.finish(as_of=AS_OF)
    return made


def told(made, **options):
    frame = counts(made.session, made.config, AS_OF, **options)
    columns = ["count", "located", "moved", "low", "high", "rule"]
    cells = [None if code is None or code != code else code[-1] for code in frame["code"]]
    return dict(zip(cells, frame[columns].to_numpy().tolist(), strict=True)), frame


def test_any_window_on_the_cells_of_today(base):
    found, frame = told(base)
    assert found == {
        "2": [1.0, 0, 1.0, 1, 1, "certain"],
        "3": [2.5, 2, 0.5, 2, 4, "building"],
        "4": [2.5, 0, 2.5, 1, 3, "building"],
        None: [1.0, 1, 0.0, 1, 1, "outside"],
    }
    assert (frame.attrs["records"], frame.attrs["unplaced"], frame.attrs["at_default"]) == (8, 1, 0)
    assert frame["count"].sum() + frame.attrs["unplaced"] == frame.attrs["records"]
    assert frame.geometry.notna().tolist() == [True] * 3 + [False]
    assert str(frame.crs) == "EPSG:4549"


def test_today_on_past_cells_and_a_window_alone(base):
    august = dt.date(2026, 8, 20)
    found, _ = told(base, on=august, since=dt.date(2026, 10, 1))
    assert found["1"] == [3.0, 1, 2.0, 3, 3, "certain"]
    assert found["2"] == [0.0, 0, 0.0, 0, 0, "located"]
    found, _ = told(base, until=dt.date(2026, 9, 1), category="噪声", by="area")
    assert found["3"] == [1.4, 1, 0.4, 1, 2, "area"]
    assert found["4"] == [0.6, 0, 0.6, 0, 1, "area"]


def test_things_without_a_time_are_those_that_stand_now(base):
    found, _ = told(base, kind="building")
    assert {code: row[1] for code, row in found.items()} == {"2": 1, "3": 1, "4": 3}


def test_what_cannot_be_counted_is_refused(base):
    for wrong in ({"by": "luck"}, {"kind": "matter"}, {"kind": "building", "category": "噪声"}):
        with pytest.raises(AnalysisError):
            told(base, **wrong)
    with pytest.raises(GeometryNeededError, match="no cell with a polygon"):
        told(base, grid="extended")


def test_lineage_of_one_cell_forwards_and_backwards(base):
    def code(number):
        return f"990102001001{number:03d}"

    rows = lineage(base.session, base.config)
    assert rows["change"].tolist() == ["split", "split"]
    assert len(lineage(base.session, base.config, code(1))) == 2
    assert lineage(base.session, base.config, code(3))["new_code"].tolist() == [code(3)]
    assert lineage(base.session, base.config, code(2)).empty
    with pytest.raises(AnalysisError, match="no cell"):
        lineage(base.session, base.config, code(77))
    heirs = successors_of_cell(base.session, base.config, AS_OF, code(1))
    assert heirs[["new_code", "share"]].to_numpy().tolist() == [[code(4), 0.75], [code(3), 0.25]]
    heirs = successors_of_cell(base.session, base.config, AS_OF, code(1), by="area")
    assert heirs["share"].tolist() == [0.6, 0.4]
    itself = successors_of_cell(base.session, base.config, AS_OF, code(2))
    assert itself[["new_code", "share"]].to_numpy().tolist() == [[code(2), 1.0]]
    with pytest.raises(AnalysisError, match="by is"):
        successors_of_cell(base.session, base.config, AS_OF, code(1), by="luck")
    stated = pd.DataFrame({"old_code": [code(1)], "new_code": [code(3)], "change": ["split"]})
    verdicts = compare_stated_lineage(base.session, stated)["verdict"].tolist()
    assert verdicts == ["agrees", "not_stated"]
