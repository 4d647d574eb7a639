"""Law 4: kill -9 at random moments; the published base is whole and the next run converges."""

import datetime as dt
import json
import multiprocessing
import os
import random
import shutil
import signal
import time
from importlib import import_module

import pytest

from blockdata.batch.flow import STEPS
from blockdata.batch.nightly import nightly
from blockdata.config import load_config
from blockdata.store.content_hash import content_hash
from blockdata.store.keys import read_keys
from blockdata.store.layout import Layout
from blockdata.store.snapshots import open_snapshot

AS_OF = dt.date(2026, 11, 1)
FIRST_NIGHT = dt.date(2026, 9, 1)
KILLS = 6
TRIES = 4 * KILLS


def _run(path, as_of, names):
    module = import_module("blockdata.batch.nightly")
    module.STEPS = tuple(step for step in STEPS if step.name in names)
    nightly(load_config(path), as_of=as_of)


class Killer:
    """Starts runs in fresh processes and kills them somewhere on their way."""

    def __init__(self, seed, steps):
        self.steps = frozenset(step.name for step in steps)
        self.context = multiprocessing.get_context("forkserver")
        self.context.set_forkserver_preload(["blockdata.batch.nightly", "blockdata_loaders.person"])
        self.chance = random.Random(seed)
        self.usual_s = 0.0
        self.killed = 0

    def finish(self, path, as_of):
        """Let a run end."""
        assert self._run_for(None, path, as_of) == 0

    def kill(self, path, as_of):
        """Start a run and kill it at a random moment, unless it is quicker."""
        ended = self._run_for(self.chance.uniform(0, self.usual_s), path, as_of)
        assert ended in (0, -signal.SIGKILL)
        self.killed += ended == -signal.SIGKILL

    def _run_for(self, limit_s, path, as_of):
        """Return the exit code of a run; one that ends by itself tells how long runs take.

        The first may have to compile the kernels: what it took says little of the next.
        """
        begun = time.perf_counter()
        process = self.context.Process(target=_run, args=(path, as_of, self.steps))
        process.start()
        process.join(limit_s)
        if process.is_alive():
            os.kill(process.pid, signal.SIGKILL)
            process.join()
        else:
            self.usual_s = time.perf_counter() - begun
        return process.exitcode


def _told_and_held(config):
    """The content hash in the manifest of what CURRENT names, and that of what is there."""
    layout = Layout(config.base_path)
    number = layout.current_number()
    if number is None:
        return None
    keys = read_keys(config.folder / config.keys.people_file, config.folder / config.keys.text_file)
    session, _ = open_snapshot(layout, keys, config.catalogue())
    held = content_hash(session)
    session.con.close()
    told = json.loads(layout.manifest(number).read_text(encoding="utf-8"))["content_hash"]
    assert told == held
    return told


@pytest.mark.slow
@pytest.mark.parametrize("nights", [(), (FIRST_NIGHT,)], ids=["first run", "next night"])
def test_killed_runs_leave_the_base_whole_and_the_next_run_converges(
    tiny, tmp_path, canaries, usual_steps, nights
):
    config = load_config(tiny)
    killer = Killer(len(nights), usual_steps)
    for night in nights:
        killer.finish(tiny, night)
    before = tmp_path / "before"
    if config.base_path.exists():
        shutil.copytree(config.base_path, before)
    killer.finish(tiny, AS_OF)
    wanted = _told_and_held(config)
    for _ in range(TRIES):
        if killer.killed == KILLS:
            break
        if _told_and_held(config) == wanted:
            shutil.rmtree(config.base_path)
            if before.exists():
                shutil.copytree(before, config.base_path)
        killer.kill(tiny, AS_OF)
        _told_and_held(config)
        for left in (p for p in config.base_path.rglob("*") if p.is_file()):
            assert canaries.found_in(left.read_bytes()) == [], left.name
    assert killer.killed == KILLS
    killer.finish(tiny, AS_OF)
    assert _told_and_held(config) == wanted
    layout = Layout(config.base_path)
    parts = sorted(p.suffix for p in layout.snapshots.glob(f"{layout.current_number():06d}.*"))
    assert parts == [".duckdb", ".people", ".text"]
    assert not layout.work.exists()
