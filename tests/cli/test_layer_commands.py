"""Commands over layers of cells and cameras, on the tiny district."""

import geopandas as gpd
import pytest
from typer.testing import CliRunner

from blockdata.cli import app


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


def test_coverage_is_told_in_words_and_new_sites_with_their_guarantee(run):
    assert "视线被建筑遮挡的不算" in run("coverage")
