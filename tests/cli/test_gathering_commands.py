"""Commands over what gathers and repeats, on the tiny district."""

import csv

import pytest
from typer.testing import CliRunner

import blockdata as bd
from blockdata.cli import app
from blockdata.errors import ConfigError


@pytest.fixture
def run(tiny_base):
    def told(command, *after):
        words = ["patterns", command, str(tiny_base.base_path), *map(str, after)]
        done = CliRunner().invoke(app, words)
        assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
        return done.output

    return told


def test_emerging_is_explained(run):
    assert "热点走势" in run("emerging")
    assert "热点走势" in run("emerging", "--reference", "step", "--side", "hot")


def test_the_weeks_of_a_cell_are_written(run, tiny_base, tmp_path):
    with bd.open(tiny_base.base_path) as base:
        category = base.patterns.concentration(layer="unit").frame["category"].dropna().iloc[0]
        code = base.grid.df().query("layer == 'unit'")["code"].iloc[0]
    out = tmp_path / "weeks.csv"
    run("emerging", "--category", category, "--weeks-of", code, "--out", out)
    with out.open(encoding="utf-8-sig") as file:
        assert {row["code"] for row in csv.DictReader(file)} == {code}


def test_weeks_without_a_category_are_refused(tiny_base):
    words = ["patterns", "emerging", str(tiny_base.base_path), "--weeks-of", "nowhere"]
    done = CliRunner().invoke(app, words)
    assert isinstance(done.exception, ConfigError)
    assert "one category" in str(done.exception)


def test_near_repeat_and_concentration_are_explained(run):
    assert "近邻复发" in run("near-repeat")
    assert "集中程度" in run("concentration", "--layer", "unit")
