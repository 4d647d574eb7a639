"""Law 5: no personal value outside the encrypted files: not in a file, log, error or report."""

import datetime as dt
import re
import subprocess
import sys

import pytest

from blockdata.config import load_config
from blockdata.store.connection import quote
from blockdata.store.keys import KeyRing
from blockdata.store.layout import Layout
from blockdata.store.snapshots import open_snapshot

AS_OF = "2026-11-01"


def _open_text(config):
    """Everything that the open file says, as text; its pages are compressed on disk."""
    layout = Layout(config.base_path)
    session, _ = open_snapshot(layout, KeyRing(), config.catalogue())
    tables = [
        str(row[0])
        for row in session.rows(
            "SELECT table_name FROM duckdb_tables() WHERE database_name = 'base'"
        )
    ]
    text = "\n".join(
        repr(row) for table in tables for row in session.rows(f"FROM {quote('base', table)}")
    )
    session.con.close()
    return text


def test_the_sources_hold_canaries(canaries, tiny_sources):
    district = tiny_sources / "district"
    everything = b"".join(
        p.read_bytes() for p in district.rglob("*") if p.suffix in (".csv", ".geojson")
    )
    assert len(canaries.texts) > 200
    assert len(canaries.found_in(everything)) > 100


def test_no_canary_in_the_open_tables(canaries, tiny_base):
    assert canaries.found_in(_open_text(tiny_base)) == []


def test_no_canary_in_any_byte_of_the_base_folder(canaries, tiny_base):
    for path in Layout(tiny_base.base_path).root.rglob("*"):
        if path.is_file():
            assert canaries.found_in(path.read_bytes()) == [], path.name


def test_no_canary_in_what_the_command_prints_or_leaves(canaries, tiny, tmp_path):
    temp = tmp_path / "temp"
    temp.mkdir()
    command = [sys.executable, "-m", "blockdata", "nightly", str(tiny), "--as-of", AS_OF, "--json"]
    done = subprocess.run(
        command, capture_output=True, check=False, env={"PATH": "", "TMPDIR": str(temp)}
    )
    assert done.returncode == 3, done.stderr
    assert canaries.found_in(done.stdout + done.stderr) == []
    left = [p for p in temp.rglob("*") if p.is_file()]
    assert all(canaries.found_in(p.read_bytes()) == [] for p in left)


def test_the_parts_about_people_hold_what_the_open_file_does_not(tiny_base):
    layout = Layout(tiny_base.base_path)
    people = (tiny_base.folder / tiny_base.keys.people_file).read_text().strip()
    session, _ = open_snapshot(layout, KeyRing(people=people), tiny_base.catalogue())
    assert session.count("person", "people") > 0
    assert session.count("incident_people", "people") > 0
    pseudonyms = session.rows("SELECT pseudonym FROM people.person")
    assert all(re.fullmatch("[0-9a-f]{32}", str(p)) for (p,) in pseudonyms)
    session.con.close()


def test_without_keys_a_base_opens_and_knows_no_person(tiny_base):
    session, _ = open_snapshot(Layout(tiny_base.base_path), KeyRing(), tiny_base.catalogue())
    tables = {str(row[0]) for row in session.rows("SELECT table_name FROM duckdb_tables()")}
    assert session.parts == ("base",)
    assert not {t for t in tables if t == "person" or t.endswith(("_people", "_text"))}
    session.con.close()


def test_a_run_with_people_and_no_key_stops_before_it_reads(tiny):
    config = load_config(tiny)
    for path in (config.keys.people_file, config.keys.text_file):
        (config.folder / path).unlink()
    from blockdata.batch.nightly import nightly
    from blockdata.errors import KeyMissingError

    with pytest.raises(KeyMissingError, match="nothing was read"):
        nightly(config, as_of=dt.date(2026, 11, 1))
    assert not config.base_path.exists()
