"""Coverage as users hold it: cells, fields, blind spots, sites, words in both languages."""

import datetime as dt
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pyarrow as pa
import pytest
import shapely

from blockdata.config import parse_config
from blockdata.errors import AnalysisError, GeometryNeededError
from blockdata.report.cameras import camera_section
from blockdata.report.words import Words
from blockdata.store import derived
from blockdata.store.snapshots import memory_session
from blockdata.views.cameras import coverage

DAY = dt.date(2026, 10, 31)
COMMON = {"source": "s", "source_id": "-", "first_delivery": 1, "last_delivery": 1}
SECTION = {"range_m": 30.0, "lattice_m": 1.0, "target_height_m": 0.0}


def config_of(lang):
    raw = {"city": {"name": "试验区", "lang": lang}, "base": {"path": "unused"}, "source": []}
    return parse_config(raw | {"cameras": SECTION}, folder=Path())


def _square(n):
    return shapely.box(100 * n, 0, 100 * n + 100, 100)


def _camera(n, x, group, **more):
    code = {"own": "08", "police": "00"}[group]
    place = {"geom": shapely.Point(x, 50).wkb, "x": x, "y": 50.0, "located_by": "geometry"}
    number = {"id": f"cam{n}", "code": f"37020300{code}1320000{n:03}", "mount": "dome"}
    return number | place | more


ROWS = {
    "grid": [
        {"id": f"grd{n}", "code": f"99010200100100{n}", "name": f"{n}号", "layer": "unit",
         "geom": _square(n).wkb, "valid_to": None} for n in range(4)
    ] + [{"id": "grdold", "code": "x", "name": "旧", "layer": "unit", "geom": _square(7).wkb,
          "valid_to": dt.date(2026, 1, 1)}],
    "street": [{"id": "str1", "code": "1", "name": "试路", "width_m": 10.0,
                "geom": shapely.LineString([(0, 50), (400, 50)]).wkb}],
    "building": [{"id": "bld1", "code": "1", "height_m": 20.0,
                  "geom": shapely.box(120, 60, 180, 90).wkb}],
    "component": [{"id": f"cmp{n}", "code": f"{n}", "name": "路灯", "x": x, "y": 50.0}
                  for n, x in enumerate((150.0, 250.0, 350.0, 352.0))],
    "camera": [
        _camera(1, 50.0, "own"), _camera(2, 52.0, "police"), _camera(3, 350.0, "police"),
        _camera(4, 200.0, "own", mount="vehicle",
                geom=shapely.LineString([(200, 50), (300, 50)]).wkb),
    ],
}  # fmt: skip


@pytest.fixture(scope="module")
def session():
    made = memory_session(config_of("zh").catalogue())
    for table, rows in ROWS.items():
        made.append(table, pa.Table.from_pylist([COMMON | row for row in rows]))
    hot = {"layer": "unit", "window_days": 28, "category": "噪声", "hot": True}
    rows = [hot | {"cell": "grd0", "excess": 9.0}, hot | {"cell": "grd2", "excess": 4.0}]
    derived.write_result(made, "hotspot", pd.DataFrame(rows))
    yield made
    made.con.close()


@pytest.fixture(scope="module")
def found(session):
    return coverage(session, config_of("en"), DAY)


def test_cells_stand_on_the_day_and_have_shares(found):
    assert isinstance(found.frame, gpd.GeoDataFrame)
    assert found.frame["cell"].tolist() == ["grd0", "grd1", "grd2", "grd3"]
    share = found.frame["covered_share"].tolist()
    assert share[0] == pytest.approx(0.29, abs=0.01) and share[1:3] == [0, 0]
    assert set(found.by_owner["owner_group"]) == {"all", "city_management", "police"}


def test_owners_are_summed_all_first(found):
    rows = found.summary.set_index("owner_group")
    assert rows.index.tolist() == ["all", "city_management", "police"]
    assert rows["cameras"].tolist() == [4, 2, 2]
    assert rows["moving_cameras"].tolist() == [1, 1, 0]
    assert rows.loc["police", "covered_m2"] == pytest.approx(2 * 2827, rel=0.01)
    assert rows.loc["all", "moving_only_m2"] > 0
    both = found.together.set_index("owner_groups")["land_m2"]
    assert both["city_management+police"] == rows.loc["all", "covered_twice_m2"]


def test_fields_of_view_are_polygons(found):
    assert found.cameras.set_index("id").loc["cam1"].geometry.area == pytest.approx(2827, rel=0.01)
    assert found.cameras.crs is not None
    worth = found.cameras.set_index("id")["only_m2"]
    assert worth["cam3"] > 2800 and worth["cam1"] < 400


def test_blind_spots_are_hot_and_hardly_covered(found):
    assert found.blind_spots()[["cell", "excess"]].values.tolist() == [["grd2", 4.0]]
    hot = pd.DataFrame({"cell": ["grd0", "grd1"], "excess": [1.0, 2.0], "hot": [True, False]})
    assert found.blind_spots(hot, most_covered=0.5)["cell"].tolist() == ["grd0"]
    with pytest.raises(AnalysisError, match="'excess'"):
        found.blind_spots(pd.DataFrame({"cell": []}))


def test_the_best_sites_are_where_nobody_looks(found):
    sites = found.best_sites(2, "路灯")
    assert sites.frame["id"].tolist() == ["cmp0", "cmp1"]
    assert sites.at_least == 1.0 and sites.guarantee == 0.75
    assert "100.0%" in sites.explain() and "street space" in sites.explain()
    along = found.best_sites(3, 25.0, cells=["grd2"])
    assert (along.frame.geometry.x.between(200, 300)).all() or along.frame["gain_m2"].min() > 0
    points = gpd.GeoDataFrame(geometry=gpd.points_from_xy([150, 350], [20, 50]))
    assert found.best_sites(1, points, of="land").frame["total_m2"].iloc[0] > 1000
    with pytest.raises(AnalysisError, match="no candidate"):
        found.best_sites(1, "没有的部件")


def test_the_camera_of_others_that_adds_most(found):
    assert found.best_shared(1).frame[["id", "owner_group"]].values.tolist() == [["cam3", "police"]]
    own = coverage(found.session, config_of("en"), DAY, owners=["city_management"])
    with pytest.raises(AnalysisError, match="another owner"):
        own.best_shared()


def test_it_is_told_in_words_and_drawn(session, found):
    assert "4 cameras see" in found.explain() and "police" in found.explain()
    assert "4 台摄像头" in coverage(session, config_of("zh"), DAY).explain()
    assert "<svg" in str(found.map()) and "%" in repr(found.map())
    assert "<table" in found._repr_html_()


def test_what_is_not_there_is_said(session):
    with pytest.raises(GeometryNeededError, match="'extended'"):
        coverage(session, config_of("en"), DAY, grid="extended")
    with pytest.raises(AnalysisError, match="belongs to 'nobody'"):
        coverage(session, config_of("en"), DAY, owners=["nobody"])


def test_a_finer_lattice_can_be_asked_for(session, found):
    finer = coverage(session, config_of("en"), DAY, owners=["police"], lattice_m=0.5)
    assert finer.frame["covered_m2"].sum() == pytest.approx(2 * 2827, rel=0.005)


def test_the_report_has_a_section(session, found):
    words = Words("en", session.catalogue)
    assert camera_section(session, words, DAY) is None
    cells = found.found.cells
    derived.write_result(session, "cell_coverage", cells)
    cameras = found.found.cameras.rename(columns={"id": "camera"})
    derived.write_result(session, "camera_coverage", cameras)
    section = camera_section(session, words, DAY)
    assert [line.owner for line in section.owners] == ["all owners", "city management", "police"]
    assert (section.owners[0].cameras, section.owners[0].moving, section.hot) == (4, 1, 2)
    assert [(cell.name, cell.excess) for cell in section.blind] == [("2号", "4.0")]
