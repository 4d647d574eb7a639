"""Commands over layers of cells and cameras, on the tiny district."""

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from typer.testing import CliRunner

import blockdata as bd
from blockdata.cli import app
from blockdata.engines import camera_feeds


@pytest.fixture
def run(tiny_base):
    def told(*arguments, after=()):
        words = [str(a) for a in (*arguments, tiny_base.base_path, *after)]
        done = CliRunner().invoke(app, words)
        assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
        return done.output

    return told


def test_checks_and_repairs_tell_their_columns(run):
    assert "measure" in run("layers", "check")
    assert "proposal" in run("layers", "repairs", after=("--layer", "unit"))


def test_lineage_of_a_cell_that_is_not_there_is_an_error(tiny_base):
    done = CliRunner().invoke(app, ["layers", "lineage", str(tiny_base.base_path), "nowhere"])
    assert "no cell has this id or code" in str(done.exception)


def test_counts_of_a_window_stand_on_the_cells_of_a_day(run, tmp_path):
    out = tmp_path / "counts.gpkg"
    run("layers", "counts", after=("--since", "2026-10-01", "--on", "2026-09-01", "--out", out))
    counted = gpd.read_file(out)
    assert counted["count"].sum() > 0
    assert (counted["low"] <= counted["high"]).all()


def test_a_draft_goes_to_a_geopackage_and_comes_back_checked(run, tmp_path):
    draft = tmp_path / "draft.gpkg"
    told = run("layers", "draft", after=(draft, "--responsibility", "2"))
    assert "buildings cut: 0" in told
    assert f"{draft}: " in run("layers", "check", after=("--draft", draft))


def test_a_raster_tells_people_and_disagreements(run, tiny_base):
    raster = tiny_base.folder / "rasters" / "population_2025.tif"
    assert "data_share" in run("layers", "raster", after=(raster,))
    assert "disagreement" in run("layers", "raster", after=(raster, "--compare"))


@pytest.fixture
def streets(tiny_base, monkeypatch):
    """Let two streets cross the tiny district, to which no source of streets delivers."""
    with bd.open(tiny_base.base_path) as base:
        left, bottom, right, top = base.coverage().frame.total_bounds
    ends = [[(left, bottom), (right, top)], [(left, top), (right, bottom)]]
    rows = {"id": ["s1", "s2"], "width_m": 10.0, "geom": [shapely.LineString(e) for e in ends]}
    monkeypatch.setattr(camera_feeds, "streets", lambda *_: pd.DataFrame(rows))


def test_coverage_is_told_in_words_and_new_sites_with_their_guarantee(run, streets, tmp_path):
    assert "视线被建筑遮挡的不算" in run("coverage")
    out = tmp_path / "sites.gpkg"
    told = run("coverage", after=("--sites", "3", "--out", out))
    assert "选出 3 处" in told and "街道空间" in told
    # The bound of a greedy choice of three, whatever the candidates: 1 - (1 - 1/3)^3.
    assert f"贪心法在任何情形下的下限是 {1 - (2 / 3) ** 3:.1%}" in told
    sites = gpd.read_file(out)
    assert sites["rank"].tolist() == [1, 2, 3]
    assert sites["gain_m2"].is_monotonic_decreasing and (sites["gain_m2"] > 0).all()
    assert sites["total_m2"].iloc[-1] == pytest.approx(sites["gain_m2"].sum())


def test_without_streets_there_are_no_new_sites_along_them(tiny_base):
    told = CliRunner().invoke(app, ["coverage", str(tiny_base.base_path), "--sites", "3"])
    assert "there is no candidate site" in str(told.exception)
