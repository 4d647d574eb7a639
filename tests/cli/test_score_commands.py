"""Commands over indicators and the scorecard, on the tiny district."""

import csv

import openpyxl
import pytest
from typer.testing import CliRunner

from blockdata.cli import app
from blockdata.errors import ConfigError


@pytest.fixture
def run(tiny_base):
    def told(command, *after):
        words = [command, str(tiny_base.base_path), *map(str, after)]
        done = CliRunner().invoke(app, words)
        assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
        return done.output

    return told


def _rows(path):
    with path.open(encoding="utf-8-sig") as file:
        return list(csv.DictReader(file))


def test_indicators_are_shown_of_the_last_month_and_written_of_all(run, tmp_path):
    assert "体征（截至 2026-11-01" in run("indicators")
    out = tmp_path / "all.csv"
    run("indicators", "--indicator", "reports", "--all", "--out", out)
    rows = _rows(out)
    assert len({r["month"] for r in rows}) > 6 and {"whole", "community"} <= {
        r["layer"] for r in rows
    }
    assert "share(" in run("indicators", "--definitions")


def test_alarms_are_read_out(run, tmp_path):
    said = run("alarms", "--layer", "whole")
    assert "1. 全区" in said
    out = tmp_path / "alarms.csv"
    run("alarms", "--light", "red", "--out", out)
    assert {r["light"] for r in _rows(out)} == {"red"}


def test_the_scorecard_is_shown_and_written(run, tmp_path):
    assert "分母小于 30" in run("scorecard", "--month", "2026-09")
    assert "综合得分" in run("scorecard", "--scores")
    assert "分部与总数核对" in run("scorecard", "--totals")
    assert "rework_due" in run("scorecard", "--definitions")
    out = tmp_path / "card.csv"
    run("scorecard", "--layer", "community", "--out", out)
    rows = _rows(out)
    assert {r["unit_kind"] for r in rows} == {"community"}
    assert {r["month"] for r in rows} == {"2026-10-01"}


def test_a_workbook_has_numbers_as_numbers(run, tmp_path, tiny_base):
    out = tmp_path / "card.xlsx"
    run("scorecard", "--out", out)
    head, *rows = openpyxl.load_workbook(out)["考核"].iter_rows(values_only=True)
    told = [dict(zip(head, row, strict=True)) for row in rows]
    first = next(row for row in told if row["denominator"] is not None)
    assert first["month"] == "2026-10-01" and isinstance(first["denominator"], int | float)
    words = ["scorecard", str(tiny_base.base_path), "--out", str(tmp_path / "card.txt")]
    done = CliRunner().invoke(app, words)
    assert isinstance(done.exception, ConfigError) and ".csv, .xlsx" in str(done.exception)
