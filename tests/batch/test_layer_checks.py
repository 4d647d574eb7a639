"""The nightly step lists faults of layers with repairs; what is accepted mends them for good."""

import datetime as dt

import geopandas as gpd
import pytest
import shapely

from blockdata.batch.flow import STEPS
from blockdata.errors import AnalysisError, DecisionError, GeometryNeededError
from blockdata.records.wkb import shape_digest
from blockdata.report.layers import layer_lines
from blockdata.report.words import Words
from blockdata.views.layers.checks import accept_repair, check, repairs

DAY = dt.date(2026, 10, 31)
WEST, NORTH = 500_000, 3_340_000
OWN = [s for s in STEPS if s.name in ("locate", "cells", "layer_checks")]


@pytest.fixture
def usual_steps(steps_for):
    return steps_for("layer_checks")


def row(code, x0, x1, layer="unit", **rest):
    shape = shapely.box(WEST + x0, NORTH, WEST + x1, NORTH + 100)
    return {"code": code, "layer": layer, "geom": shape.wkt} | rest


COMMUNITY = {
    "code": "990102001001", "name": "望海社区", "level": "community",
    "geom": shapely.box(WEST, NORTH, WEST + 200, NORTH + 100).wkt,
}  # fmt: skip
WHOLE = row("990102001001R1", 0, 200, "responsibility")
LEFT = row("990102001001001", 0, 100, area_m2="10000")
SHORT = row("990102001001002", 100, 180, area_m2="8000")


@pytest.fixture
def made(town):
    built = town(
        ("areas", "area"), ("grids", "grid"), ("houses", "building"),
        grid={"declared": {"unit": 2, "responsibility": 2}},
    )  # fmt: skip
    built.deliver("areas", [COMMUNITY])
    built.deliver("grids", [WHOLE, LEFT, SHORT])
    house = shapely.box(WEST + 90, NORTH + 10, WEST + 110, NORTH + 20)
    built.deliver("houses", [{"code": "1", "geom": house.wkt}])
    return built


def defects(made):
    return made.read("layer_defect", "finding", "layer", "measure", "unit")


GAP = ("gap", "unit", 2000.0, "m2")
CUT = ("cuts_building", "unit", 100.0, "m2")
COUNT = ("declared_count", "responsibility", -1.0, "cells")


def test_faults_are_listed_with_repairs_and_told_once_a_kind(made):
    made.finish(steps=OWN)
    assert defects(made) == [CUT, COUNT, GAP]
    assert set(made.read("layer_repair", "finding", "action")) == {
        ("gap", "fill"), ("cuts_building", "trim"),
    }  # fmt: skip
    told = made.read("finding", "code", "subject", "count", "warns")
    assert ("layer_defect", "unit: gap", 1, True) in told
    assert ("layer_defect", "unit: cuts_building", 1, False) in told
    lines = layer_lines(made.session, Words("en", made.config.catalogue()))
    assert [(x.fault, x.count, x.size, x.repairs) for x in lines] == [
        ("count is not the declared one", "1", "-1 cells", "—"),
        ("cuts a building", "1", "100.0 m²", "1"),
        ("gap in the parent", "1", "2,000.0 m²", "1"),
    ]


def accepted(made, folder, finding, day=DAY):
    (proposal,) = {p for p, f in made.read("layer_repair", "proposal", "finding") if f == finding}
    decisions = accept_repair(made.session, made.config, proposal, day, note="实地看过")
    assert made.decide(folder, *decisions) == []
    made.finish(steps=OWN)
    return decisions


def test_an_accepted_repair_mends_its_fault_and_stays_through_deliveries(made, tmp_path):
    made.finish(steps=OWN)
    (decision,) = accepted(made, tmp_path, "gap", dt.date(2026, 10, 1))
    assert decision.value.startswith(shape_digest(shapely.from_wkt(SHORT["geom"]).wkb))
    assert defects(made) == [CUT, COUNT]
    assert made.deliver("grids", [WHOLE, LEFT, SHORT], dt.date(2026, 10, 2)).changed == 0
    made.finish(steps=OWN)
    assert defects(made) == [CUT, COUNT]
    assert "reshape_outdated" not in made.read("finding", "code")


def test_repairs_of_one_cell_are_accepted_one_after_another(made, tmp_path):
    made.finish(steps=OWN)
    accepted(made, tmp_path, "gap", dt.date(2026, 10, 1))
    assert len(accepted(made, tmp_path, "cuts_building", dt.date(2026, 10, 2))) == 2
    assert defects(made) == [COUNT]
    made.deliver("grids", [WHOLE, LEFT, SHORT], dt.date(2026, 10, 3))
    made.finish(steps=OWN)
    assert defects(made) == [COUNT]


def test_a_new_geometry_of_the_source_holds_and_the_decision_is_told_as_outdated(made, tmp_path):
    made.finish(steps=OWN)
    accepted(made, tmp_path, "gap", dt.date(2026, 10, 1))
    newer = row("990102001001002", 100, 190, area_m2="9000")
    made.deliver("grids", [WHOLE, LEFT, newer], dt.date(2026, 10, 2))
    made.finish(steps=OWN)
    assert ("gap", "unit", 1000.0, "m2") in defects(made)
    assert "reshape_outdated" in made.read("finding", "code")


def test_only_proposals_of_the_last_run_can_be_accepted(made):
    made.finish(steps=OWN)
    with pytest.raises(DecisionError, match="no proposal"):
        accept_repair(made.session, made.config, "0" * 16, DAY)


def test_cells_that_ended_are_not_checked_and_days_before_are(made):
    made.deliver("grids", [WHOLE, LEFT], dt.date(2026, 9, 1))
    before = check(made.session, made.config, dt.date(2026, 8, 15))
    after = check(made.session, made.config, DAY, layers=["unit"])
    assert before["measure"][before["finding"] == "gap"].tolist() == [2000.0]
    assert after["finding"].tolist() == ["declared_count", "gap"]
    assert after["measure"].tolist() == [-1.0, 10_000.0]


def draft(*rows, crs="EPSG:4549", **columns):
    shapes = [shapely.from_wkt(r["geom"]) for r in rows]
    frame = gpd.GeoDataFrame({"code": [r["code"] for r in rows]}, geometry=shapes, crs=crs)
    return frame.assign(**columns)


def test_a_draft_takes_the_place_of_its_layer_in_any_coordinate_system(made):
    sound = draft(LEFT, row("990102001001002", 100, 200)).to_crs("EPSG:4490")
    found = check(made.session, made.config, DAY, layers=["unit"], cells=sound)
    assert found["finding"].tolist() == ["cuts_building"]
    assert found.crs == "EPSG:4549"
    assert set(found["cell"]) <= {"990102001001001", "990102001001002"}
    wrong = draft(LEFT, SHORT, layer="unit")
    proposals = repairs(made.session, made.config, DAY, cells=wrong)
    assert set(proposals["finding"]) == {"gap", "cuts_building"}
    codes = draft(LEFT, row("990102001001001", 100, 200), layer="unit")
    named = check(made.session, made.config, DAY, cells=codes)
    assert named.loc[named["finding"] == "duplicate_code", "cell"].tolist() == ["row 2"]


def test_a_draft_that_cannot_be_placed_is_refused(made):
    with pytest.raises(GeometryNeededError):
        check(made.session, made.config, DAY, cells=draft(LEFT, crs=None, layer="unit"))
    with pytest.raises(AnalysisError, match="layer"):
        check(made.session, made.config, DAY, cells=draft(LEFT))
    with pytest.raises(AnalysisError, match="repeat an id"):
        twice = draft(LEFT, SHORT, layer="unit", id=["a", "a"])
        check(made.session, made.config, DAY, cells=twice)
