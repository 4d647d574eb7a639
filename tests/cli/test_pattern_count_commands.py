"""Commands over counts, rates, expected counts and densities, on the tiny district."""

import csv

import geopandas as gpd
import pytest
from typer.testing import CliRunner

from blockdata.cli import app


@pytest.fixture
def run(tiny_base):
    def told(command, *after):
        words = ["patterns", command, str(tiny_base.base_path), *map(str, after)]
        done = CliRunner().invoke(app, words)
        assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
        return done.output

    return told


def test_counts_are_shown_and_written_with_what_is_left_out(run, tmp_path):
    out = tmp_path / "counts.csv"
    told = run("counts", "--by", "community", "--of", "reports", "--since", "2026-08-01")
    assert "已统计" in told and "observed_days" in told
    run("counts", "--step", "week", "--since", "2026-08-01", "--zeros", "--out", out)
    with out.open(encoding="utf-8-sig") as file:
        assert {"0"} < {row["count"] for row in csv.DictReader(file)}


def test_rates_and_densities_are_written_with_their_shapes(run, tmp_path):
    rates, density = tmp_path / "rates.gpkg", tmp_path / "density.gpkg"
    told = run("rates", "--exposure", "addresses", "--together", "--out", rates)
    assert "每千个地址" in told and gpd.read_file(rates)["smoothed_rate"].notna().any()
    run("density", "--bandwidth-m", "150", "--cell-m", "50", "--out", density)
    assert gpd.read_file(density)["density_per_km2"].max() > 0


def test_expected_counts_and_what_the_law_found(run):
    assert "ratio" in run("expected", "--since", "2026-08-01", "--learn-until", "2026-10-01")
    assert "星期一" in run("expected", "--since", "2026-08-01", "--effects")


def test_clusters_of_points_are_listed(run):
    assert "radius_m" in run("point-clusters", "--min-points", "4", "--eps-m", "80")
