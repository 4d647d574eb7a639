"""How long the statistics of a night take, on a district that has had its night.

`python -m benchmarks.statistics --only nightly [--config CITY.toml] [--runs 3]`: the nightly
steps that count, test and scan are run again on a copy of the published snapshot, which is thrown
away. Without a configuration a `district` sample is generated in `--folder` first, and its night
is run (some ten minutes). The windows are those of `--windows`, all categories are tested.
"""

from __future__ import annotations

import argparse
import datetime as dt
import statistics
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from benchmarks.linking.samples import make_sample
from blockdata.batch.flow import STEPS
from blockdata.batch.steps import Context
from blockdata.config import Config, load_config, parse_config
from blockdata.store import files
from blockdata.store.keys import keys_of
from blockdata.store.layout import Layout
from blockdata.store.snapshots import work_on

STATISTICS = ("hotspots", "emerging", "near_repeat", "concentration", "rises", "clusters")
WINDOWS_DAYS = (7, 28, 91)
SEED = 901


def main(arguments: Sequence[str]) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.statistics --only nightly", description=__doc__
    )
    parser.add_argument("--config", type=Path, help="of a district whose night has been run")
    parser.add_argument("--folder", type=Path, help="where the sample is made; default temporary")
    parser.add_argument("--windows", type=int, nargs="+", default=list(WINDOWS_DAYS))
    parser.add_argument("--runs", type=int, default=3)
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as name:
        path = options.config
        if path is None:
            path = make_sample(options.folder or Path(name), SEED, "district") / "city.toml"
        _measure(_with_windows(load_config(path), options.windows), options.runs)


def _with_windows(config: Config, windows_days: Sequence[int]) -> Config:
    raw = config.model_dump(by_alias=True, mode="json", exclude_unset=True)
    raw["hotspots"] = {**raw.get("hotspots", {}), "windows_days": list(windows_days)}
    return parse_config(raw, folder=config.folder)


def _measure(config: Config, runs: int) -> None:
    layout = Layout(config.base_path)
    number, keys = layout.require_current(), keys_of(config)
    acts = {step.name: step.act for step in STEPS}
    seconds: dict[str, list[float]] = {name: [] for name in STATISTICS}
    peaks: dict[str, float] = {}
    with work_on(layout, number, keys, config.catalogue()) as work:
        session = work.session
        session.ensure_schema()
        as_of = dt.date.fromisoformat(str(session.meta("as_of")))
        context = Context(config, as_of)
        for _ in range(runs):
            for name in STATISTICS:
                files.reset_peak_memory()
                begun = time.perf_counter()
                with session.transaction("base"):
                    acts[name](session, context)
                seconds[name].append(time.perf_counter() - begun)
                peaks[name] = max(peaks.get(name, 0.0), files.peak_memory_mib() or 0.0)
        counted = session.frame(
            "SELECT count(*) AS cells, (SELECT count(DISTINCT category) FROM base.episode) AS "
            "categories, (SELECT count(*) FROM base.episode) AS episodes, "
            "(SELECT count(*) FROM base.hotspot WHERE hot) AS hot FROM base.grid "
            "WHERE layer = 'unit'"
        ).iloc[0]
    told = ", ".join(f"{value:,} {name}" for name, value in counted.items())
    print(f"{told}; windows of {config.hotspots.windows_days} days; medians of {runs}")
    for name in STATISTICS:
        print(f"{name:<14} {statistics.median(seconds[name]):7.2f} s {peaks[name]:8.0f} MiB")
    total = [sum(run) for run in zip(*seconds.values(), strict=True)]
    print(f"{'together':<14} {statistics.median(total):7.2f} s {max(peaks.values()):8.0f} MiB")
