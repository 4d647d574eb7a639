"""How long a night takes over what never gets better, on a district that has had its night.

`python -m benchmarks.chronic --only nightly [--config CITY.toml] [--runs 3]`: the nightly steps of
chronic places, causes, effects, indicators, the scorecard and tasks are run again on a copy of the
published snapshot, which is thrown away. Without a configuration a `district` sample is generated
in `--folder` first, and its night is run (some ten minutes).
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from benchmarks.night_steps import add_arguments, config_path, opened, time_steps
from blockdata.config import load_config

STEPS = ("chronic", "causes", "effects", "indicators", "scorecard", "tasks")
_COUNTED = ("episode", "chronic", "indicator", "scorecard", "patrol_task", "upkeep_task")


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.chronic --only nightly", description=__doc__
    )
    add_arguments(parser)
    options = parser.parse_args(arguments)
    with config_path(options) as path, opened(load_config(path)) as (session, context):
        time_steps(session, context, STEPS, options.runs)
        told = ", ".join(f"{session.count(name):,} {name}" for name in _COUNTED)
        print(f"rows: {told}; medians of {options.runs}")
