"""What a base answers of an area of the analyst's own, against counting by hand."""

from itertools import pairwise

import geopandas as gpd
import openpyxl
import pandas as pd
import pytest
import shapely

import blockdata as bd
from blockdata.errors import AnalysisError, CrsError
from blockdata.views.inside.figures import HERE, _cells


@pytest.fixture(scope="module")
def base(tiny_base):
    with bd.open(tiny_base.base_path) as opened:
        yield opened


@pytest.fixture(scope="module")
def cell(base):
    """The responsibility grid with most cases."""
    return base.sql(
        "SELECT g.id, g.code FROM grid g JOIN link l ON l.target = g.id "
        "WHERE g.layer = 'responsibility' GROUP BY ALL ORDER BY count(*) DESC, g.id LIMIT 1"
    ).iloc[0]


@pytest.fixture(scope="module")
def whole(base):
    """A box around everything."""
    return shapely.box(*_bounds(base)).buffer(5000)


def _bounds(base):
    frame = base.sql("SELECT min(x) w, min(y) s, max(x) e, max(y) n FROM address").iloc[0]
    return [float(frame[c]) for c in "wsen"]


def test_everything_stands_inside_a_box_around_it(base, whole):
    standing = base.inside(whole).standing.set_index("kind")["count"]
    for kind in ("building", "component", "legal_entity"):
        own = base.sql(
            f"SELECT count(*) n FROM {kind} WHERE x IS NOT NULL "
            "AND located_by <> 'description' AND valid_to IS NULL"
        )
        assert standing[kind] == own["n"][0]
    assert "person" not in standing.index


def test_a_cell_counts_inside_what_the_run_counts_in_it(base, cell):
    inside = base.inside(cell["code"])
    assert inside.area.cell == cell["id"] == base.inside(cell["id"]).area.cell
    profile = base.sql(f"SELECT * FROM profile WHERE cell = '{cell['id']}'").iloc[0]
    standing = inside.standing.set_index("kind")["count"]
    # A point on a border is inside here, and in one cell only there.
    assert standing["building"] >= profile["buildings"]
    assert abs(standing["building"] - profile["buildings"]) <= 2


def test_people_are_sums_of_whole_atoms_whatever_is_drawn(base, whole):
    """Growing boxes: every figure is a sum of published atoms, and so is every difference."""
    figures = base.sql("SELECT people FROM atom_figure")["people"].astype(int).tolist()
    sums = {0}
    for figure in figures:
        sums |= {s + figure for s in sums}
    west, south, east, north = _bounds(base)
    told = []
    for share in (0.2, 0.4, 0.6, 0.8, 1.0):
        box = shapely.box(west - 1, south - 1, west + share * (east - west) + 1, north + 1)
        told.append(base.inside(box).people or 0)
    assert set(told) <= sums and {b - a for a, b in pairwise(told)} <= sums
    assert base.inside(whole).people == sum(figures)


def test_indicators_of_everything_are_those_of_the_whole_base(base, whole):
    """What is placed lies inside: the two differ by what has no point at most."""
    told = base.inside(whole).indicators(1).set_index("indicator")
    unplaced = base.sql(
        "SELECT count(*) n FROM incident_place WHERE x IS NULL OR made = 'description'"
    )["n"][0]
    assert 0 <= told.loc["reports", "whole"] - told.loc["reports", "value"] <= unplaced
    assert (
        told.loc["buildings_per_km2", "numerator"]
        == base.sql("SELECT count(*) n FROM building WHERE x IS NOT NULL AND valid_to IS NULL")[
            "n"
        ][0]
    )


def test_the_scorecard_prints_both_counts(base, whole):
    card = base.inside(whole).scorecard()
    shares = card.dropna(subset=["value"])
    assert len(shares) and (shares["numerator"] <= shares["denominator"]).any()
    assert card["name"].notna().all()


def test_hot_and_chronic_cells_are_told_with_the_share_inside(base, cell):
    row = base.sql(f"SELECT geom FROM grid WHERE id = '{cell['id']}'")
    shape = shapely.from_wkb(bytes(row["geom"][0]))
    west, south, east, north = shape.bounds
    half = shape.intersection(shapely.box(west, south, (west + east) / 2, north))
    for frame in (base.inside(half).hotspots, base.inside(half).chronic):
        assert frame.empty or frame["share_inside"].between(0, 1, inclusive="right").all()


def test_frames_bring_their_coordinate_system_along(base, whole):
    frame = gpd.GeoSeries([whole], crs=base.crs)
    there = base.inside(frame.to_crs("EPSG:4490")).standing
    pd.testing.assert_frame_equal(there, base.inside(whole).standing)


def test_stops_inside_are_walked_once_each(base, whole):
    stops = base.inside(whole).patrol
    listed = base.sql("SELECT count(*) n FROM patrol_task WHERE x IS NOT NULL")["n"][0]
    assert len(stops) == listed
    assert listed < 2 or stops["leg_m"].iloc[0] == 0


def test_all_of_it_is_written_as_a_workbook(base, whole, tmp_path):
    path = base.inside(whole).write(tmp_path / "区.xlsx")
    names = openpyxl.load_workbook(path).sheetnames
    assert {"说明", "热点", "久治不愈", "指标", "考核"} <= set(names)


@pytest.mark.parametrize(
    ("given", "error"),
    [
        (shapely.box(114.0, 22.5, 114.3, 22.7), CrsError),
        (shapely.Point(500000, 2500000), AnalysisError),
        (gpd.GeoSeries([shapely.box(0, 0, 1, 1)]), CrsError),
        ("no such cell", AnalysisError),
        (17, AnalysisError),
    ],
)
def test_what_is_no_area_is_refused(base, given, error):
    with pytest.raises(error):
        base.inside(given)


def test_records_without_an_id_list_lie_nowhere():
    cells = pd.DataFrame({"id": ["a"], "valid_from": pd.Series([pd.NaT], dtype="datetime64[us]")})
    assert _cells(None, cells).empty
    assert _cells(pd.Series(["a"]), cells)["cell"].tolist() == [HERE]
