"""`blockdata causes` and `blockdata effects`, on the tiny district."""

import csv

import pytest
from typer.testing import CliRunner

from blockdata.cli import app


@pytest.fixture
def run(tiny_base):
    def told(command, *after):
        done = CliRunner().invoke(app, [command, str(tiny_base.base_path), *map(str, after)])
        assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
        return done.output

    return told


def test_causes_are_explained_with_neighbours(run):
    assert "久治不愈的共同点" in run("causes") and "是否扎堆" in run("causes", "--all")


def test_effects_are_explained(run):
    assert "措施的效果" in run("effects")


@pytest.mark.parametrize(
    ("command", "columns"),
    [
        (("causes", "--all"), {"cause", "q", "sentence_zh"}),
        (("causes", "--places"), {"cause", "place", "name"}),
        (("effects",), {"ratio", "low", "high", "zh"}),
        (("effects", "--places"), {"matched_to", "expected"}),
    ],
)
def test_all_rows_are_written(run, tmp_path, command, columns):
    out = tmp_path / "rows.csv"
    run(*command, "--out", out)
    with out.open(encoding="utf-8-sig") as file:
        assert columns <= set(csv.DictReader(file).fieldnames)
