"""Commands over cases, on the tiny district."""

import csv
import json

import pytest
from typer.testing import CliRunner

import blockdata as bd
from blockdata.cli import app


@pytest.fixture
def run(tiny_base):
    def told(command, *after, text=None):
        words = ["cases", command, str(tiny_base.base_path), *map(str, after)]
        done = CliRunner().invoke(app, words, input=text)
        assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
        return done.output

    return told


@pytest.fixture
def incident(tiny_base):
    with bd.open(tiny_base.base_path) as base:
        return base.link.df()["incident"].iloc[0]


def test_a_case_is_explained_as_text_and_as_json(run, incident):
    assert "计入地点" in run("explain", incident)
    assert json.loads(run("explain", incident, "--json"))["id"] == incident


def test_links_are_shown_and_written(run, incident, tmp_path):
    out = tmp_path / "links.csv"
    run("links", incident, "--out", out)
    with out.open(encoding="utf-8-sig") as file:
        assert {row["incident"] for row in csv.DictReader(file)} == {incident}
    assert "probability" in run("links", "--at-most", "0.9")
    assert run("links", "--contradictions")


def test_categories_and_their_candidates(run):
    assert "占道经营" in run("categories")
    assert "score" in run("categories", "--unmapped")


def test_duplicates_tell_who_in_general_only(run):
    told = run("duplicates")
    assert "calling" in told and "callers" not in told.replace("several_callers", "")


@pytest.mark.parametrize(
    ("command", "option"),
    [
        ("chains", None),
        ("episodes", None),
        ("episodes", "--revised"),
        ("due", None),
        ("disputes", None),
        ("disputes", "--ownerless"),
    ],
)
def test_the_others_show_rows_or_what_would_fill_them(run, command, option):
    assert run(command, *([option] if option else [])).strip()


def test_a_new_report_comes_by_options_or_as_json(run, tmp_path):
    told = run("repeats-of", "--at", "2020-01-01 08:00", "--category", "占道经营")
    assert "没有在办案件" in told
    report = json.dumps({"reported_at": "2020-01-01 08:00", "content": "路灯不亮"})
    assert json.loads(run("repeats-of", "-", "--json", text=report)) == []
    path = tmp_path / "report.json"
    path.write_text(report, encoding="utf-8")
    assert json.loads(run("repeats-of", path, "--json")) == []


def test_a_report_that_cannot_be_read_is_an_error(tiny_base, tmp_path):
    path = tmp_path / "report.json"
    path.write_text("[]", encoding="utf-8")
    words = ["cases", "repeats-of", str(tiny_base.base_path), str(path)]
    done = CliRunner().invoke(app, words)
    assert "one JSON object" in str(done.exception)
