"""Commands: thin, told, and with the codes that machines rely on."""

import csv
import json
import subprocess
import sys

import geopandas as gpd
import pytest
from typer.testing import CliRunner

import blockdata as bd
from blockdata import cli
from blockdata.cli import COMMANDS, app
from blockdata.store.layout import Layout
from blockdata.store.lock import run_lock

AS_OF = "2026-11-01"


def _run(*arguments):
    done = CliRunner().invoke(app, [str(a) for a in arguments])
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return done


def _ends(capsys, *arguments):
    """Run `main` and return its code and what it told on standard error."""
    with pytest.raises(SystemExit) as ended:
        cli.main([str(a) for a in arguments])
    return ended.value.code, capsys.readouterr().err


@pytest.fixture
def base(tiny_base):
    return tiny_base.base_path


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help(name):
    done = _run(*name.split(), "--help")
    assert done.exit_code == 0
    assert COMMANDS[name].__doc__.split("\n")[0].strip(". ")[:30] in done.output


def test_the_module_is_the_command():
    done = subprocess.run(
        [sys.executable, "-m", "blockdata", "kinds", "--lang", "en"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.startswith("# Record kinds")


def test_info_tells_snapshot_rows_and_report(base):
    told = json.loads(_run("info", base, "--json").output)
    assert (told["number"], told["as_of"]) == (1, AS_OF)
    assert told["report"].endswith("000001/index.html")
    assert "案件 (incident)" in _run("info", base).output


def test_hotspots_and_chronic_tell_what_they_stand_on(base):
    told = _run("hotspots", base).output
    assert "错误发现率" in told
    with bd.open(base) as opened:
        said = bd.hotspots(opened, tell=None).frame["sentence_zh"].dropna().head(10)
    assert all(sentence in told for sentence in said)
    told = _run("chronic", base).output
    assert "久治不愈" in told
    assert "1. 过去" in told and "走势：" in told


def test_the_evidence_of_a_chronic_place_is_told_and_written_as_a_page(base, tmp_path):
    with bd.open(base) as opened:
        row = bd.chronic(opened, place_kind="component").still_bad.iloc[0]
    told = _run("chronic", base, "--kind", "component", "--evidence", row["code"]).output
    assert "办结" in told and "经过" in told
    page = tmp_path / "evidence.html"
    _run("chronic", base, "--evidence", row["place"], "--out", page)
    assert row["code"] in page.read_text(encoding="utf-8")


def test_a_place_is_written_as_a_page(base, tmp_path, capsys):
    with bd.open(base) as opened:
        camera = opened.sql("select min(id) as id from camera")["id"].iloc[0]
    page = tmp_path / "place.html"
    _run("place", base, camera, "--html", page)
    assert camera in page.read_text(encoding="utf-8")
    assert _ends(capsys, "place", base, camera, "--html", tmp_path / "place.txt")[0] == 2


def test_a_profile_is_written_as_csv_and_geopackage(base, tmp_path):
    for name in ("cells.csv", "cells.gpkg"):
        assert _run("profile", base, "--grid", "unit", "--out", tmp_path / name).exit_code == 0
    with (tmp_path / "cells.csv").open(encoding="utf-8-sig") as file:
        rows = list(csv.DictReader(file))
    cells = gpd.read_file(tmp_path / "cells.gpkg")
    assert [r["cell"] for r in rows] == cells["cell"].tolist()
    assert cells.crs.to_epsg() == 4549


def test_place_match_and_sql_answer(base):
    with bd.open(base) as opened:
        text = opened.address.df()["full_text"].iloc[0]
        identifier = opened.match([text])["address_id"].item()
    assert identifier in _run("place", base, text).output
    assert json.loads(_run("place", base, identifier, "--json").output)["id"] == identifier
    assert "exact" in _run("match", base, text, "天边路1号").output
    assert "42" in _run("sql", base, "select 42 as answer").output


def test_quarantine_is_listed_and_exported_safe_for_spreadsheets(base, tmp_path):
    path = tmp_path / "rows.csv"
    assert _run("quarantine", base, "--export", path).exit_code == 0
    with path.open(encoding="utf-8-sig") as file:
        rows = list(csv.DictReader(file))
    with bd.open(base) as opened:
        assert [r["id"] for r in rows] == opened.quarantine()["id"].tolist()
    assert rows[0]["id"] in _run("quarantine", base, "--all").output


def test_no_cell_of_a_csv_is_a_formula(base, tmp_path):
    path = tmp_path / "t.csv"
    _run("sql", base, "select unnest(['=1+1', '@x', '-1', 'x']) as t, -1 as n", "--out", path)
    lines = path.read_text(encoding="utf-8-sig").split()
    assert lines == ["t,n", "'=1+1,-1", "'@x,-1", "'-1,-1", "x,-1"]


def test_check_tells_every_file_and_writes_nothing(tiny_base):
    done = _run("check", tiny_base.folder / "city.toml")
    assert done.exit_code == 0
    assert "rows:" in done.output
    assert "rejected 1: unreadable (reported_at)" in done.output


def test_keys_are_made_once_outside_the_base(tmp_path):
    first = _run("keys", tmp_path / "keys").output
    key = (tmp_path / "keys" / "people.key").read_text(encoding="utf-8")
    assert _run("keys", tmp_path / "keys").output == first
    assert key == (tmp_path / "keys" / "people.key").read_text(encoding="utf-8")
    assert key.strip() not in first


@pytest.mark.usefixtures("loading_only")
def test_a_night_and_all_that_follows(tiny, tmp_path):
    """Night, nothing to do, decision, review, rollback, accept: each by its command."""
    base = bd.load_config(tiny).base_path
    done = _run("nightly", tiny, "--as-of", "2026-10-15", "--dry-run", "--json")
    assert json.loads(done.stdout.splitlines()[-1])["number"] is None
    assert not (base / "CURRENT").exists()

    done = _run("nightly", tiny, "--as-of", "2026-10-15", "--json")
    events = [json.loads(line) for line in done.stdout.splitlines()]
    assert {e["event"] for e in events} == {"step", "delivery", "published", "ended"}
    assert {e["phase"] for e in events if e["event"] == "step"} == {"begins", "ends"}
    assert (events[-1]["number"], events[-1]["code"]) == (1, done.exit_code)
    assert done.exit_code in (0, 3)

    done = _run("nightly", tiny, "--as-of", "2026-10-15")
    assert done.exit_code == 99
    assert "仍为快照 1" in done.output

    with bd.open(base) as opened:
        record = opened.incident.df()["id"].iloc[0]
    done = _run("decide", tiny, "ignore", record, "--note", "重复", "--on", "2026-10-14")
    assert done.output.strip().endswith("20261014-0001.jsonl")
    book = tmp_path / "review.xlsx"
    assert _run("review", tiny, "--out", book).exit_code == 0
    assert _run("review", tiny, "--take", book).output.strip() == "0"

    done = _run("nightly", tiny, "--as-of", "2026-10-15")
    assert "已发布快照 2" in done.output
    assert _run("rollback", tiny, 1).output.strip() == "3"
    done = _run("accept", tiny, "--source", "decisions")
    assert done.output.strip() == "2026-10-14 decisions: 20261014-0001.jsonl"


@pytest.mark.parametrize(
    ("arguments", "code", "text"),
    [
        (("nightly", "nowhere.toml"), 2, "no such file"),
        (("nightly", "nowhere.toml", "--nonsense"), 2, "No such option"),
        (("nonsense",), 2, "No such command"),
        (("info", "nowhere.base"), 1, "no base has been published here"),
        (("kinds", "--lang", "fr"), 2, "allowed: zh, en"),
    ],
)
def test_errors_have_codes_and_one_line(capsys, tmp_path, monkeypatch, arguments, code, text):
    monkeypatch.chdir(tmp_path)
    ended, told = _ends(capsys, *arguments)
    assert ended == code
    assert text in told
    assert "Traceback" not in told


def test_a_base_in_use_is_told_with_its_own_code(capsys, tiny_base):
    with run_lock(Layout(tiny_base.base_path)):
        ended, told = _ends(capsys, "nightly", tiny_base.folder / "city.toml")
    assert ended == 4
    assert "another run holds the base" in told


def test_a_missing_key_is_a_matter_of_configuration(capsys, tiny):
    for key in (tiny.parent / "keys").iterdir():
        key.unlink()
    ended, told = _ends(capsys, "nightly", tiny, "--as-of", AS_OF)
    assert ended == 2
    assert "blockdata keys FOLDER" in told


def test_a_foreign_error_is_named_and_its_text_never_shown(capsys, monkeypatch, tmp_path):
    value = str(138 * 10**8)

    def broken(*_arguments, **_options):
        raise ValueError(value)

    monkeypatch.setitem(bd.__dict__, "open", broken)
    for debug in ((), ("--debug",)):
        ended, told = _ends(capsys, *debug, "info", tmp_path)
        assert ended == 1
        assert "blockdata: ValueError in broken" in told
        assert value not in told
    assert "test_commands.py" in told


def test_review_needs_to_be_told_which_way(capsys, tiny_base):
    ended, told = _ends(capsys, "review", tiny_base.folder / "city.toml")
    assert ended == 2
    assert "--out or --take" in told


def test_unknown_kinds_of_files_are_refused(capsys, base, tmp_path):
    ended, told = _ends(capsys, "sql", base, "select 1", "--out", tmp_path / "x.docx")
    assert ended == 2
    assert ".csv, .gpkg" in told
    ended, told = _ends(capsys, "sql", base, "select 1", "--out", tmp_path / "x.gpkg")
    assert ended == 1
    assert "no geometry to write" in told
    ended, told = _ends(capsys, "sql", base, "select 1", "--out", tmp_path / "none" / "x.csv")
    assert ended == 2
    assert "no such folder" in told
