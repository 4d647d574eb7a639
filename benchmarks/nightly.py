"""How fast a night is: `python -m benchmarks.nightly [--incidents N]`.

Prints seconds, peak memory and rows per second of each step for a first run on an invented
district, for the next night with one more day of incidents, and for a night with nothing new; the
size of the base, the time to copy it, and the time to import the package.
"""

from __future__ import annotations

import argparse
import csv
import datetime as dt
import random
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import shapely

from blockdata.batch.nightly import Outcome, nightly
from blockdata.config import Config, load_config
from blockdata.store import files
from blockdata.store.layout import Layout

AS_OF = dt.date(2026, 11, 1)
CELLS_A_SIDE = 32
CELL_M = 250
ORIGIN = (500_000, 3_340_000)
CATEGORIES = ("噪声扰民", "占道经营", "暴露垃圾", "道路破损", "无照经营游商", "机动车乱停放")
IMPORTS = 7
CONFIG = """
[city]
name = "测速区"
crs = "EPSG:4549"

[base]
path = "speed.base"

[[source]]
name = "grid"
kind = "grid"
path = "grid.csv"
date = { on = 2026-01-01 }

[[source]]
name = "hotline"
kind = "incident"
path = "hotline_*.csv"
mode = "delta"
date = { name = '_(\\d{8})\\.' }
"""


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--incidents", type=int, default=200_000)
    rows = parser.parse_args().incidents
    print(f"import blockdata: {import_seconds():.3f} s, median of {IMPORTS} fresh processes")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        config = write_sources(folder, rows)
        show("first run", nightly(config, as_of=AS_OF), rows)
        write_incidents(folder / "hotline_20261031.csv", rows // 400, "M")
        show("next night", nightly(config, as_of=AS_OF), rows // 400)
        begun = time.perf_counter()
        code = nightly(config, as_of=AS_OF).code
        print(f"\nnothing new: code {int(code)}, {time.perf_counter() - begun:.2f} s")
        layout = Layout(config.base_path)
        snapshot = layout.part(layout.require_current())
        begun = time.perf_counter()
        how = files.copy_file(snapshot, folder / "copy")
        seconds = time.perf_counter() - begun
        size_mib = snapshot.stat().st_size / 2**20
        print(f"snapshot: {size_mib:.1f} MiB; {how} in {seconds:.3f} s")


def import_seconds() -> float:
    """Return the median time of `import blockdata` in a fresh process, its start left out."""

    def took(statement: str) -> float:
        begun = time.perf_counter()
        subprocess.run([sys.executable, "-c", statement], check=True)
        return time.perf_counter() - begun

    pairs = [took("import blockdata") - took("pass") for _ in range(IMPORTS)]
    return statistics.median(pairs)


def write_sources(folder: Path, rows: int) -> Config:
    """Write a district of square cells and its incidents; return its configuration."""
    with (folder / "grid.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["网格代码", "网格名称", "网格层", "WKT"])
        for number in range(CELLS_A_SIDE**2):
            x, y = number % CELLS_A_SIDE * CELL_M, number // CELLS_A_SIDE * CELL_M
            box = shapely.box(x, y, x + CELL_M, y + CELL_M)
            placed = shapely.transform(box, lambda c: c + ORIGIN)
            code = f"990102{1 + number // 900:03d}001{number % 900:03d}"
            writer.writerow([code, f"第{number}网格", "unit", shapely.to_wkt(placed)])
    write_incidents(folder / "hotline_20261030.csv", rows, "N")
    (folder / "city.toml").write_text(CONFIG, encoding="utf-8")
    return load_config(folder / "city.toml")


def write_incidents(path: Path, rows: int, prefix: str) -> None:
    """Write incidents of a year before AS_OF at random places."""
    chance = random.Random(rows)
    side_m = CELLS_A_SIDE * CELL_M
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["工单编号", "上报时间", "结案时间", "案件类别", "事发地址", "X", "Y"])
        for number in range(rows):
            day = AS_OF - dt.timedelta(days=chance.randint(1, 365))
            road, door = chance.randint(1, 200), chance.randint(1, 300)
            x, y = ORIGIN[0] + chance.random() * side_m, ORIGIN[1] + chance.random() * side_m
            times = (f"{day} 09:10:00", f"{day + dt.timedelta(days=2)} 16:00:00")
            category = CATEGORIES[number % len(CATEGORIES)]
            place = (f"第{road}大街{door}号", f"{x:.2f}", f"{y:.2f}")
            writer.writerow([f"{prefix}{number}", *times, category, *place])


def show(title: str, outcome: Outcome, rows: int) -> None:
    """Print a run's steps."""
    steps: list[dict[str, Any]] = outcome.manifest["steps"]  # type: ignore[assignment]
    total = sum(float(step["seconds"]) for step in steps)
    rate = rows / total if total else 0
    print(f"\n{title}: code {int(outcome.code)}, {rows} rows, {total:.1f} s, {rate:.0f} rows/s")
    print(f"{'step':<10} {'seconds':>8} {'peak MiB':>9} {'rows/s':>10}")
    for step in steps:
        seconds = float(step["seconds"])
        rate_text = f"{rows / seconds:>10.0f}" if seconds > 0.01 else " " * 10
        peak = step["peak_memory_mib"] or 0.0
        print(f"{step['step']:<10} {seconds:>8.2f} {peak:>9.0f} {rate_text}")


if __name__ == "__main__":
    main()
