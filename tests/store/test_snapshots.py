"""Snapshots: published in one step, read while others publish, kept by policy."""

import datetime as dt
import json
import os
import subprocess
import sys
import threading
import traceback

import pyarrow as pa
import pytest

from blockdata.errors import BlockdataError, KeyMissingError, SnapshotError, StoreError
from blockdata.records import Catalogue
from blockdata.store import files
from blockdata.store.keys import KeyRing
from blockdata.store.layout import Layout
from blockdata.store.snapshots import (
    PEOPLE_KEPT,
    number_as_of,
    open_snapshot,
    retire,
    work_on,
)

KEYS = KeyRing("p" * 40, "t" * 40)
ONE_KIND = Catalogue((Catalogue().kind("incident"),))
FIRST_DAY = dt.date(2026, 9, 1)


@pytest.fixture
def layout(tmp_path):
    made = Layout(tmp_path / "城 1.base")
    made.create()
    return made


def publish(layout, keys=KEYS, *, keep=None, as_of=None, texts=()):
    """Publish a snapshot whose tables hold its own number everywhere."""
    number = layout.next_number()
    with work_on(layout, layout.current_number(), keys, ONE_KIND) as work:
        session = work.session
        session.set_meta("number", str(number))
        for part in session.parts:
            rows = pa.table({"id": [str(number)] * 50, "raw": ["canary"] * 50})
            if part != "text":
                session.replace("quarantine_row", rows, part)
        if "text" in session.parts and texts:
            session.append("incident_text", pa.table({"id": texts, "content": texts}), "text")
        work.close()
        work.name(number)
    day = as_of or FIRST_DAY + dt.timedelta(days=number)
    manifest = json.dumps({"as_of": day.isoformat()})
    layout.manifest(number).write_text(manifest, encoding="utf-8")
    layout.publish(number)
    if keep:
        retire(layout, keep, 0)
    return number


def told(layout, keys=KeyRing()):
    """Return every number that a freshly opened snapshot speaks of; one, when it is whole."""
    session, number = open_snapshot(layout, keys)
    try:
        said = {number, int(session.meta("number"))}
        for part in set(session.parts) - {"text"}:
            said |= {int(i) for i in session.read("quarantine_row", part)["id"].to_pylist()}
        return said
    finally:
        session.con.close()


class TestPublishing:
    """From a copy to the published snapshot."""

    def test_a_snapshot_goes_on_from_the_one_before(self, layout):
        publish(layout, texts=["a"])
        publish(layout, texts=["b"])
        session, number = open_snapshot(layout, KEYS)
        assert number == 2
        assert sorted(session.read("incident_text", "text")["id"].to_pylist()) == ["a", "b"]
        session.con.close()

    def test_work_keeps_no_log_beside_its_files(self, layout):
        with work_on(layout, None, KEYS, ONE_KIND) as work:
            for number in range(3):
                work.session.set_meta("number", str(number))
            assert sorted(p.name for p in layout.work.glob("*.db*")) == [
                f"{part}.db" for part in ("base", "people", "text")
            ]

    def test_work_that_is_not_published_leaves_nothing(self, layout):
        publish(layout)
        before = layout.part(1).read_bytes()
        with pytest.raises(ZeroDivisionError), work_on(layout, 1, KEYS, ONE_KIND) as work:
            work.session.set_meta("number", "99")
            raise ZeroDivisionError
        assert layout.part(1).read_bytes() == before
        assert not layout.work.exists()
        assert told(layout) == {1}

    def test_files_that_are_named_but_not_published_are_not_seen(self, layout):
        publish(layout)
        for part in ("duckdb", "people"):
            files.copy_file(layout.part(1, part), layout.part(2, part))
        assert told(layout) == {1}
        assert layout.kept_numbers() == [1]
        assert publish(layout) == 3

    def test_what_was_never_published_cannot_be_opened(self, layout):
        publish(layout)
        files.copy_file(layout.part(1), layout.part(2))
        with pytest.raises(SnapshotError):
            open_snapshot(layout, KeyRing(), number=2)

    def test_a_run_ends_in_one_file_a_part_and_no_log_beside(self, layout):
        publish(layout)
        assert sorted(p.name for p in layout.snapshots.iterdir()) == [
            "000001.duckdb",
            "000001.people",
            "000001.text",
        ]


class TestReaders:
    """Readers meanwhile are never refused and never see a mixture."""

    def test_an_open_snapshot_stays_readable_when_its_file_is_removed(self, layout):
        publish(layout)
        session, _ = open_snapshot(layout, KEYS)
        for _ in range(3):
            publish(layout, keep=2)
        assert not layout.part(1).exists()
        assert set(session.read("quarantine_row", "people")["id"].to_pylist()) == {"1"}
        session.con.close()

    def test_a_thread_that_opens_in_a_loop_sees_whole_snapshots(self, layout):
        publish(layout, KeyRing())
        seen, failures, done = [], [], threading.Event()

        def read():
            while not done.is_set():
                try:
                    seen.append(told(layout))
                except BlockdataError:
                    failures.append(traceback.format_exc())

        reader = threading.Thread(target=read)
        reader.start()
        try:
            for _ in range(15):
                publish(layout, KeyRing(), keep=2)
        finally:
            done.set()
            reader.join()
        assert failures == []
        assert {len(numbers) for numbers in seen} == {1}

    def test_a_process_that_opens_in_a_loop_sees_whole_snapshots(self, layout, tmp_path):
        publish(layout, KeyRing())
        code = (
            "import sys; from pathlib import Path\n"
            "from blockdata.store.keys import KeyRing\n"
            "from blockdata.store.layout import Layout\n"
            "from blockdata.store.snapshots import open_snapshot\n"
            "layout, stop = Layout(Path(sys.argv[1])), Path(sys.argv[2])\n"
            "print('ready', flush=True)\n"
            "while not stop.exists():\n"
            "    session, number = open_snapshot(layout, KeyRing())\n"
            "    ids = set(session.read('quarantine_row')['id'].to_pylist())\n"
            "    assert {session.meta('number')} == ids == {str(number)}, (number, ids)\n"
            "    session.con.close()\n"
        )
        stop = tmp_path / "stop"
        reader = subprocess.Popen(
            [sys.executable, "-c", code, str(layout.root), str(stop)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
        )
        assert reader.stdout.readline().strip() == b"ready"
        try:
            for _ in range(15):
                publish(layout, KeyRing(), keep=2)
        finally:
            stop.touch()
            _, errors = reader.communicate(timeout=60)
        assert (reader.returncode, errors) == (0, b"")


class TestKeys:
    """The encrypted parts open with their own key alone."""

    def test_each_part_opens_with_its_key_and_is_unknown_without(self, layout):
        publish(layout)
        for keys, parts in (
            (KeyRing(), ("base",)),
            (KeyRing(people=KEYS.people), ("base", "people")),
            (KeyRing(text=KEYS.text), ("base", "text")),
            (KEYS, ("base", "people", "text")),
        ):
            session, _ = open_snapshot(layout, keys)
            found = session.rows("SELECT database_name FROM duckdb_databases() WHERE NOT internal")
            assert session.parts == parts
            assert {str(name) for (name,) in found} == {*parts, "memory"}
            session.con.close()

    def test_a_wrong_key_is_refused_and_not_told(self, layout):
        publish(layout)
        wrong = "wrong-and-still-somebodys-secret-key-0123"
        with pytest.raises(KeyMissingError) as caught:
            open_snapshot(layout, KeyRing(people=wrong))
        assert wrong not in "".join(traceback.format_exception(caught.value))

    def test_the_bytes_of_the_encrypted_parts_say_nothing(self, layout):
        publish(layout, texts=["canary"])
        assert b"canary" in layout.part(1).read_bytes()
        for part in ("people", "text"):
            data = layout.part(1, part).read_bytes()
            assert b"canary" not in data
            assert b"quarantine_row" not in data

    def test_a_run_without_the_analysts_key_loses_no_text(self, layout):
        publish(layout, texts=["told once"])
        try:
            publish(layout, KeyRing(people=KEYS.people))
        except KeyMissingError:
            return
        publish(layout)
        session, _ = open_snapshot(layout, KEYS)
        texts = session.read("incident_text", "text")["id"].to_pylist()
        session.con.close()
        assert texts == ["told once"]


class TestOpening:
    """Which snapshot is opened, and what is told where none is."""

    def test_before_the_first_there_is_none(self, layout):
        with pytest.raises(SnapshotError, match="no base"):
            open_snapshot(layout, KeyRing())

    def test_a_number_that_is_not_kept_is_told_with_those_that_are(self, layout):
        publish(layout)
        with pytest.raises(SnapshotError, match="allowed: 1"):
            open_snapshot(layout, KeyRing(), number=7)

    def test_a_broken_file_is_an_error_of_the_store(self, layout):
        publish(layout)
        layout.part(1).write_bytes(b"broken " * 10_000)
        with pytest.raises(StoreError, match=r"000001\.duckdb"):
            open_snapshot(layout, KeyRing())

    def test_as_of_opens_the_newest_that_is_not_later(self, layout):
        for day in (1, 8, 5, 20):
            publish(layout, KeyRing(), as_of=dt.date(2026, 9, day))
        found = {d: number_as_of(layout, dt.date(2026, 9, d)) for d in (1, 4, 7, 8, 30)}
        assert found == {1: 1, 4: 1, 7: 3, 8: 3, 30: 4}
        with pytest.raises(SnapshotError, match="2026-09-01"):
            number_as_of(layout, dt.date(2026, 8, 31))

    def test_an_open_snapshot_cannot_be_written_to(self, layout):
        publish(layout)
        session, _ = open_snapshot(layout, KEYS)
        for part in session.parts:
            with pytest.raises(Exception, match="read-only"):
                session.set_meta("number", "9", part)
        session.con.close()


class TestRetention:
    """What stays: the newest, the last of each month, and of people two."""

    def test_the_newest_stay_and_people_are_kept_for_two(self, layout):
        for _ in range(5):
            publish(layout, keep=3)
        parts = {p: [n for n in range(9) if layout.part(n, p).exists()] for p in ("duckdb", "text")}
        assert parts == {"duckdb": [3, 4, 5], "text": [3, 4, 5]}
        people = [n for n in range(9) if layout.part(n, "people").exists()]
        assert people == [4, 5]
        assert len(people) == PEOPLE_KEPT

    def test_the_last_of_each_month_stays(self, layout):
        days = ("07-01", "07-31", "08-15", "08-31", "09-01", "09-02", "09-03")
        for day in days:
            publish(layout, KeyRing(), as_of=dt.date.fromisoformat(f"2026-{day}"))
        assert retire(layout, keep=2, months=2) == [1, 2, 3, 5]
        assert layout.kept_numbers() == [4, 6, 7]

    def test_retiring_again_removes_nothing_more(self, layout):
        for _ in range(4):
            publish(layout, KeyRing())
        retire(layout, 2, 0)
        assert retire(layout, 2, 0) == []

    def test_an_unreadable_manifest_does_not_stop_retention(self, layout):
        for _ in range(4):
            publish(layout)
        layout.manifest(1).unlink()
        retire(layout, 2, 0)
        assert not layout.part(2, "people").exists()
