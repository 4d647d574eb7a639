"""`blockdata tasks` on the tiny district."""

import pytest
from typer.testing import CliRunner

from blockdata.cli import app


@pytest.fixture
def run(tiny_base):
    def told(*after):
        done = CliRunner().invoke(app, ["tasks", str(tiny_base.base_path), *map(str, after)])
        assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
        return done.output

    return told


def test_lists_are_shown_with_what_they_stand_on(run):
    assert "巡查清单" in run() and "为什么去" in run()
    assert "登记维护" in run("--upkeep")
    assert "尚无上一份清单" in run("--outcomes")


def test_all_lists_are_written_into_a_folder(run, tmp_path):
    told = run("--out", tmp_path / "lists")
    assert "tasks.gpkg" in told and (tmp_path / "lists" / "tasks.xlsx").exists()
