"""Law 4: kill -9 at random moments; the published base is whole and the next run converges."""

import datetime as dt
import json
import multiprocessing
import os
import random
import shutil
import signal
import time

import pytest

from blockdata.batch.nightly import Code, nightly
from blockdata.config import load_config
from blockdata.store.content_hash import content_hash
from blockdata.store.keys import read_keys
from blockdata.store.layout import Layout
from blockdata.store.snapshots import open_snapshot

AS_OF = dt.date(2026, 11, 1)
KILLS = 50


def _run(path, as_of):
    nightly(load_config(path), as_of=as_of)


def _assert_whole(config):
    """The snapshot that CURRENT names opens and holds exactly what its manifest says."""
    layout = Layout(config.base_path)
    number = layout.current_number()
    if number is None:
        return
    keys = read_keys(config.folder / config.keys.people_file, config.folder / config.keys.text_file)
    session, _ = open_snapshot(layout, keys, config.catalogue())
    told = json.loads(layout.manifest(number).read_text(encoding="utf-8"))["content_hash"]
    assert content_hash(session) == told
    session.con.close()


@pytest.mark.slow
def test_killed_runs_leave_the_base_whole_and_the_next_run_converges(tiny_sources, tmp_path):
    root = tmp_path / "tiny"
    shutil.copytree(tiny_sources, root)
    path = root / "district" / "city.toml"
    config = load_config(path)
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["blockdata.batch.nightly", "blockdata_loaders.standard"])
    chance = random.Random(20261101)
    begun = time.perf_counter()
    _finish(context, path, AS_OF)
    full_s = time.perf_counter() - begun
    day, killed = AS_OF, 0
    for _ in range(KILLS):
        # A new as_of gives every run something to publish.
        day += dt.timedelta(days=1)
        process = context.Process(target=_run, args=(path, day))
        process.start()
        time.sleep(chance.uniform(0.05, full_s))
        if process.is_alive():
            os.kill(process.pid, signal.SIGKILL)
            killed += 1
        process.join()
        _assert_whole(config)
    assert killed >= KILLS // 2
    assert nightly(config, as_of=day).code in (Code.PUBLISHED, Code.WARNINGS, Code.NOTHING)
    layout = Layout(config.base_path)
    assert sorted(p.suffix for p in layout.snapshots.glob(f"{layout.current_number():06d}.*")) == [
        ".duckdb",
        ".people",
        ".text",
    ]
    assert not layout.work.exists()


def _finish(context, path, day):
    process = context.Process(target=_run, args=(path, day))
    process.start()
    process.join()
    assert process.exitcode == 0
