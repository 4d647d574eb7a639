"""Commands over rises, clusters and scans, on the tiny district."""

import csv

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


def test_rises_are_told_with_what_they_stand_on(run, tmp_path):
    assert "近来增多之处" in run("rises")
    out = tmp_path / "rises.csv"
    run("rises", "--all", "--window", 28, "--out", out)
    with out.open(encoding="utf-8-sig") as file:
        rows = list(csv.DictReader(file))
    assert rows and {row["window_days"] for row in rows} == {"28"}


def test_clusters_are_told_with_those_that_may_be_chance(run):
    assert "新近聚集" in run("clusters")
    assert "时空重排扫描" in run("clusters", "--all")


def test_a_category_is_scanned_and_written(run, tmp_path):
    out = tmp_path / "scan.gpkg"
    told = run("scan", "占道经营", "--model", "bernoulli", "--days", 7, "--radius", 300)
    assert "扫描：占道经营" in told and "300" in told
    run("scan", "占道经营", "--since", "2026-09-01", "--now", "--out", out)
    assert out.exists()
