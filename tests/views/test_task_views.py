"""`base.tasks` on the tiny district: lists, maps, and files in which nothing can run."""

import datetime as dt

import geopandas as gpd
import openpyxl
import pandas as pd
import pyogrio
import pytest
import shapely

import blockdata as bd
from blockdata.analysis.tasks import STOP_REASONS, UPKEEP_REASONS
from blockdata.errors import AnalysisError, GeometryNeededError
from blockdata.records import Catalogue
from blockdata.report.words import Words
from blockdata.store.snapshots import memory_session
from blockdata.views.tasks.files import write_files
from blockdata.views.tasks.tasks import Tasks

FILES = ("patrol.csv", "routes.csv", "upkeep.csv", "outcomes.csv", "tasks.xlsx", "tasks.gpkg")


@pytest.fixture(scope="module")
def base(tiny_base):
    with bd.open(tiny_base.base_path) as opened:
        yield opened


def test_every_grid_has_its_stops_in_the_order_of_the_way(base):
    found = base.tasks.patrol()
    frame, routes = found.gdf(), found.routes
    assert len(found) == routes["stops"].sum() > 0
    assert frame.crs == routes.crs == base.crs
    assert (frame["task_on"].astype(str).str[:10] == str(base.as_of)).all()
    for _, stops in frame.groupby("grid"):
        assert stops["no"].tolist() == list(range(1, len(stops) + 1))
        assert len(stops) <= base.config.tasks.stops_per_grid
    assert (routes["length_m"] <= routes["listed_m"] + 0.2).all()
    assert set(frame["reasons"].str.split(",").explode()) <= set(STOP_REASONS)
    assert frame["why_zh"].str.endswith("。").all()
    assert "得分" in found.explain() and "为什么去" in found._repr_html_()


def test_stops_lie_in_their_grid_and_no_flat_is_told(base):
    found = base.tasks.patrol()
    areas = found.areas.set_index("cell")["geom"]
    inside = [areas[g].covers(p) for g, p in zip(found.frame["grid"], found.frame.geometry)]
    assert all(inside)
    flats = base.address.df().dropna(subset=["room"])
    assert not set(found.frame["place"]) & set(flats["id"])
    assert not found.frame["name"].isin(flats["full_text"]).any()


def test_a_grid_is_asked_for_by_id_code_or_name(base):
    every = base.tasks.patrol()
    first = every.routes.iloc[0]
    own = [base.tasks.patrol(first[name]).frame for name in ("grid", "grid_code", "grid_name")]
    assert all(frame.equals(own[0]) for frame in own) and len(own[0]) == first["stops"]
    assert str(every.map()).startswith("<svg") and "巡查路线" in repr(every.map(first["grid"]))
    with pytest.raises(AnalysisError, match="no grid"):
        base.tasks.patrol("nowhere")


def test_upkeep_speaks_of_registers_and_nobody(base):
    found = base.tasks.upkeep()
    assert set(found.frame["reasons"].str.split(",").explode()) <= set(UPKEEP_REASONS)
    assert "person" not in set(found.frame["kind"])
    assert "登记维护" in repr(base.tasks) and "为什么去" in base.tasks._repr_html_()


def test_a_first_run_has_nothing_to_measure(base):
    found = base.tasks.outcomes()
    assert found.frame.empty and "尚无" in found.explain()


def test_files_hold_all_lists_and_are_the_same_bytes_again(base, tmp_path):
    first, again = base.tasks.write(tmp_path / "a"), base.tasks.write(tmp_path / "b")
    assert [path.name for path in first] == list(FILES)
    assert [p.read_bytes() for p in first] == [p.read_bytes() for p in again]
    book = openpyxl.load_workbook(tmp_path / "a" / "tasks.xlsx", read_only=True)
    assert book.sheetnames == ["巡查清单", "巡查路线", "登记维护", "清单效果"]
    assert book["巡查清单"]["A1"].value == "日期"
    listed = pd.read_csv(tmp_path / "a" / "patrol.csv", encoding="utf-8-sig")
    assert len(listed) == len(base.tasks.patrol())
    assert (tmp_path / "a" / "patrol.csv").read_bytes().startswith(b"\xef\xbb\xbf")
    layers = dict(pyogrio.list_layers(tmp_path / "a" / "tasks.gpkg").tolist())
    assert layers == {"stops": "Point", "routes": "LineString", "upkeep": "Point"}
    stops = gpd.read_file(tmp_path / "a" / "tasks.gpkg", layer="stops")
    assert stops.crs == base.crs and stops["no"].tolist() == listed["顺序"].tolist()


def test_one_grid_alone_is_written(base, tmp_path):
    grid = base.tasks.patrol().routes["grid"].iloc[-1]
    base.tasks.write(tmp_path, grid)
    layers = [gpd.read_file(tmp_path / "tasks.gpkg", layer=n) for n in ("stops", "upkeep")]
    assert set(layers[0]["grid"]) == {grid} and set(layers[1]["grid"]) <= {grid}


def test_a_base_without_tasks_has_empty_lists_and_files(base, tmp_path):
    session = memory_session(Catalogue())
    try:
        empty = Tasks(session, base.config, base.as_of, Words("en", Catalogue()))
        assert len(empty.patrol()) == len(empty.upkeep()) == 0
        assert "no patrol lists" in repr(empty) and "No record" in empty.explain()
        with pytest.raises(GeometryNeededError, match="no route"):
            empty.patrol().map()
        assert [path.name for path in empty.write(tmp_path)] == list(FILES)
    finally:
        session.con.close()


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030"])
def test_a_name_that_looks_like_a_formula_stays_text(tmp_path, encoding):
    names = ["=HYPERLINK(1)", "+1", "-2", "@x", "甲\x01乙"]
    table = pd.DataFrame({"名称": names, "米": [-1.5, 2.0, float("nan"), 4.0, 5.0]})
    points = gpd.GeoDataFrame(
        {"task_on": pd.Timestamp("2026-11-01"), "name": names},
        geometry=[shapely.Point(1, 2)] * 4 + [None],
        crs="EPSG:4549",
    )
    day = dt.date(2026, 11, 1)
    write_files(tmp_path, {"patrol": ("巡查", table)}, {"stops": points}, day, encoding)
    sheet = openpyxl.load_workbook(tmp_path / "tasks.xlsx")["巡查"]
    cells = [sheet.cell(row, 1) for row in range(2, 7)]
    assert [cell.data_type for cell in cells] == ["s"] * 5
    assert [cell.quotePrefix for cell in cells[:4]] == [True] * 4
    assert sheet["B2"].value == -1.5 and sheet["B4"].value is None
    text = (tmp_path / "patrol.csv").read_text(encoding=encoding)
    assert "'=HYPERLINK" in text and "'-2" in text and "\n-2" not in text
