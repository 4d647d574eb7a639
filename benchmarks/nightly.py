"""How fast a night is: `python -m benchmarks.nightly [--share S | --config CITY.toml]`.

Prints seconds and peak memory of each step for a first run on an invented district, for the next
night with one more day of incidents, and for a night with nothing new; the size of the base, the
time to copy it, and the time to import the package. A share of 1 is a district of a million
people and a million incidents over three years. With a configuration the district is that one,
for example what `python -m data_samples.generate` has written; its base must not exist yet.
"""

from __future__ import annotations

import argparse
import datetime as dt
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks.invented import AS_OF, Size, write_district, write_incidents
from blockdata.batch.nightly import Outcome, nightly
from blockdata.config import Config, load_config
from blockdata.store import files
from blockdata.store.layout import Layout

IMPORTS = 7
A_DAY = dt.timedelta(days=1)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--share", type=float, default=0.1, help="1: a million people")
    parser.add_argument("--config", type=Path, help="measure on this district instead")
    options = parser.parse_args()
    print(f"import blockdata: {import_seconds():.3f} s, median of {IMPORTS} fresh processes")
    with tempfile.TemporaryDirectory() as name:
        if options.config is not None:
            config = load_config(options.config)
            peaks = [measured("first run", config, AS_OF), measured("nothing new", config, AS_OF)]
        else:
            config, peaks = measure_invented(Path(name), Size.of(options.share))
        tell_size(Layout(config.base_path), Path(name) / "copy")
    print(f"peak memory of the process: {max(peaks):.0f} MiB")


def measure_invented(folder: Path, size: Size) -> tuple[Config, list[float]]:
    """Measure three nights on a district that is invented for it.

    Returns
    -------
    Config
    list of float
        Peak memory of each night in MiB.
    """
    config, district = write_district(folder, size)
    print(f"\ninvented: {size}")
    peaks = [measured("first run", config, AS_OF)]
    a_day = size.incidents // (365 * 3)
    numbers = (size.incidents, size.incidents + a_day)
    write_incidents(folder, district, (AS_OF, AS_OF), *numbers)
    peaks.append(measured(f"next night, {a_day} new incidents", config, AS_OF + A_DAY))
    peaks.append(measured("nothing new", config, AS_OF + A_DAY))
    return config, peaks


def import_seconds() -> float:
    """Return the median time of `import blockdata` in a fresh process, its start left out."""

    def took(statement: str) -> float:
        begun = time.perf_counter()
        subprocess.run([sys.executable, "-c", statement], check=True)
        return time.perf_counter() - begun

    pairs = [took("import blockdata") - took("pass") for _ in range(IMPORTS)]
    return statistics.median(pairs)


def measured(title: str, config: Config, as_of: dt.date) -> float:
    """Run a night, print its time, that of the processors and its steps; return its peak in MiB."""
    begun, used = time.perf_counter(), time.process_time()
    outcome = nightly(config, as_of=as_of)
    seconds, cpu = time.perf_counter() - begun, time.process_time() - used
    print(f"\n{title}: code {int(outcome.code)}, {seconds:.1f} s, {cpu:.1f} s of processors")
    show_steps(outcome)
    steps: Any = outcome.manifest.get("steps", [])
    return max((step["peak_memory_mib"] or 0.0 for step in steps), default=0.0)


def show_steps(outcome: Outcome) -> None:
    """Print seconds and peak memory of a run's steps, and how many rows a second it read."""
    steps: list[dict[str, Any]] = outcome.manifest.get("steps", [])  # type: ignore[assignment]
    if not steps:
        return
    sources: dict[str, Any] = outcome.manifest["sources"]  # type: ignore[assignment]
    rows = sum((s["counts"] or {}).get("read", 0) for s in sources.values())
    print(f"{'step':<10} {'seconds':>8} {'peak MiB':>9}")
    for step in steps:
        told = "kept" if step.get("kept") else f"{float(step['seconds']):.2f}"
        print(f"{step['step']:<10} {told:>8} {step['peak_memory_mib'] or 0.0:>9.0f}")
    loading = sum(float(step["seconds"]) for step in steps if step["step"] == "load")
    print(f"{rows} rows read and applied, {rows / max(loading, 0.01):.0f} a second")


def tell_size(layout: Layout, copy: Path) -> None:
    """Print the size of the published snapshot and the time to copy it."""
    snapshot = layout.part(layout.require_current())
    begun = time.perf_counter()
    how = files.copy_file(snapshot, copy)
    seconds = time.perf_counter() - begun
    parts = {path.suffix[1:]: path.stat().st_size for path in layout.snapshots.glob("*.*")}
    told = ", ".join(f"{name} {size / 2**20:.1f}" for name, size in sorted(parts.items()))
    print(f"\nsnapshot in MiB: {told}; {how} of its open data in {seconds:.3f} s")


if __name__ == "__main__":
    main()
