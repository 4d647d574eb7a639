"""How long the statistics of a night take, on a district that has had its night.

`python -m benchmarks.statistics --only nightly [--config CITY.toml] [--runs 3]`: the nightly
steps that count, test and scan are run again on a copy of the published snapshot, which is thrown
away. Without a configuration a `district` sample is generated in `--folder` first, and its night
is run (some ten minutes). The windows are those of `--windows`, all categories are tested.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from benchmarks.night_steps import add_arguments, config_path, opened, time_steps
from blockdata.config import Config, load_config, parse_config

STATISTICS = ("hotspots", "emerging", "near_repeat", "concentration", "rises", "clusters")
WINDOWS_DAYS = (7, 28, 91)


def main(arguments: Sequence[str]) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.statistics --only nightly", description=__doc__
    )
    add_arguments(parser)
    parser.add_argument("--windows", type=int, nargs="+", default=list(WINDOWS_DAYS))
    options = parser.parse_args(arguments)
    with config_path(options) as path:
        _measure(_with_windows(load_config(path), options.windows), options.runs)


def _with_windows(config: Config, windows_days: Sequence[int]) -> Config:
    raw = config.model_dump(by_alias=True, mode="json", exclude_unset=True)
    raw["hotspots"] = {**raw.get("hotspots", {}), "windows_days": list(windows_days)}
    return parse_config(raw, folder=config.folder)


def _measure(config: Config, runs: int) -> None:
    with opened(config) as (session, context):
        time_steps(session, context, STATISTICS, runs)
        counted = session.frame(
            "SELECT count(*) AS cells, (SELECT count(DISTINCT category) FROM base.episode) AS "
            "categories, (SELECT count(*) FROM base.episode) AS episodes, "
            "(SELECT count(*) FROM base.hotspot WHERE hot) AS hot FROM base.grid "
            "WHERE layer = 'unit'"
        ).iloc[0]
    told = ", ".join(f"{value:,} {name}" for name, value in counted.items())
    print(f"{told}; windows of {config.hotspots.windows_days} days; medians of {runs}")
