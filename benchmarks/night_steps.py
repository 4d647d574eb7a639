"""Steps of a night run again on a copy of a district's snapshot, and timed."""

from __future__ import annotations

import argparse
import datetime as dt
import statistics
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from benchmarks.linking.samples import make_sample
from blockdata.batch.flow import STEPS
from blockdata.batch.steps import Context
from blockdata.config import Config
from blockdata.store import files
from blockdata.store.keys import keys_of
from blockdata.store.layout import Layout
from blockdata.store.session import Session
from blockdata.store.snapshots import work_on

SEED = 901


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options by which a district is named and how often its steps are run."""
    parser.add_argument("--config", type=Path, help="of a district whose night has been run")
    parser.add_argument("--folder", type=Path, help="where the sample is made; default temporary")
    parser.add_argument("--runs", type=int, default=3)


@contextmanager
def config_path(options: argparse.Namespace) -> Iterator[Path]:
    """Give the configuration that was named, else that of a district that is made now."""
    with tempfile.TemporaryDirectory() as name:
        folder = options.folder or Path(name)
        yield options.config or make_sample(folder, SEED, "district") / "city.toml"


@contextmanager
def opened(config: Config) -> Iterator[tuple[Session, Context]]:
    """Open a copy of the published snapshot, which is thrown away afterwards."""
    layout = Layout(config.base_path)
    with work_on(layout, layout.require_current(), keys_of(config), config.catalogue()) as work:
        work.session.ensure_schema()
        as_of = dt.date.fromisoformat(str(work.session.meta("as_of")))
        yield work.session, Context(config, as_of)


def time_steps(session: Session, context: Context, names: Sequence[str], runs: int) -> None:
    """Run steps in order, so many times, and print seconds (medians) and peak memory of each."""
    acts = {step.name: step.act for step in STEPS}
    seconds: dict[str, list[float]] = {name: [] for name in names}
    peaks: dict[str, float] = dict.fromkeys(names, 0.0)
    for _ in range(runs):
        for name in names:
            files.reset_peak_memory()
            begun = time.perf_counter()
            with session.transaction("base"):
                acts[name](session, context)
            seconds[name].append(time.perf_counter() - begun)
            peaks[name] = max(peaks[name], files.peak_memory_mib() or 0.0)
    for name in names:
        print(f"{name:<14} {statistics.median(seconds[name]):7.2f} s {peaks[name]:8.0f} MiB")
    total = [sum(run) for run in zip(*seconds.values(), strict=True)]
    print(f"{'together':<14} {statistics.median(total):7.2f} s {max(peaks.values()):8.0f} MiB")
