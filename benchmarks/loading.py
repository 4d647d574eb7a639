"""How fast files load: `python -m benchmarks.loading [--rows N] [--formats csv gpkg ...]`.

Writes invented deliveries into a temporary folder and prints, for each, the median seconds of
reading it with `read_file`, of loading it with all checks (read, map, convert, check, mask, key),
and of plainly reading the same file with pandas, GeoPandas, DuckDB and pyarrow; how many times
the plain reading the load takes; and the peak memory of each. Every figure is of a process of its
own, and all ways take turns, so that a busy moment of the machine meets all of them.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

_TEXT = ("pandas, dtype=str", "pandas", "DuckDB", "pyarrow")
_VECTOR = ("GeoPandas", "GeoPandas, Arrow")
_OURS = ("our read", "our load")
_MOST_TIMES = 1.5


@dataclass(frozen=True)
class Case:
    """A file to be read: kind of its rows, format, peers, and its share of the rows asked for."""

    kind: str
    file_format: str
    peers: tuple[str, ...]
    share: float = 1.0


CASES = {
    "csv": Case("incident", "csv", _TEXT),
    "csv-gb18030": Case("incident", "csv-gb18030", ("pandas, dtype=str", "pandas", "pyarrow")),
    "tsv": Case("incident", "tsv", ("pandas, dtype=str", "pandas", "pyarrow")),
    "parquet": Case("incident", "parquet", ("pandas, Parquet", "DuckDB, Parquet")),
    "gpkg": Case("incident", "gpkg", _VECTOR),
    "shp": Case("incident", "shp", _VECTOR, 0.5),
    "fgb": Case("incident", "fgb", _VECTOR),
    "geojson": Case("incident", "geojson", _VECTOR, 0.2),
    "xlsx": Case("incident", "xlsx", ("pandas, Excel",), 0.05),
    "component": Case("component", "csv", _TEXT),
    "building": Case("building", "csv", _TEXT),
    "person": Case("person", "csv", _TEXT),
    "legal_entity": Case("legal_entity", "csv", _TEXT),
}


@dataclass(frozen=True)
class Measured:
    """Median seconds of a way and its largest peak memory."""

    seconds: float
    peak_mib: float


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--formats", nargs="+", choices=CASES, default=list(CASES))
    asked = parser.parse_args()
    busy = ", ".join(f"{load:.1f}" for load in os.getloadavg())
    print(f"{os.cpu_count()} processors, load of the last minutes {busy}; {asked.runs} runs")
    with tempfile.TemporaryDirectory() as folder:
        for name in asked.formats:
            rows = max(1, int(asked.rows * CASES[name].share))
            show(name, CASES[name], rows, Path(folder), asked.runs)


def show(name: str, case: Case, rows: int, folder: Path, runs: int) -> None:
    """Write one file, measure every way on it, print them, and remove it."""
    path = Path(_python("benchmarks.loading_files", case.kind, case.file_format, rows, folder))
    found = measured(path, case, runs)
    ours = found["our load"].seconds
    size_mb = sum(part.stat().st_size for part in folder.glob(f"{path.stem}.*")) / 1e6
    print(f"\n{name}: {rows:,} rows of {case.kind}, {size_mb:.0f} MB")
    print(f"{'way':<20} {'seconds':>8} {'rows/s':>11} {'peak MiB':>9} {'load takes':>11}")
    for way, one in found.items():
        times = f"{ours / one.seconds:>9.2f} x" if way in case.peers else ""
        speed = f"{one.seconds:>8.2f} {rows / one.seconds:>11,.0f} {one.peak_mib:>9.0f}"
        print(f"{way:<20} {speed} {times}", flush=True)
    for part in folder.glob(f"{path.stem}.*"):
        part.unlink()


def measured(path: Path, case: Case, runs: int) -> dict[str, Measured]:
    """Return every way's figures; the ways take turns."""
    ways = (*_OURS, *case.peers)
    turns = [[_once(way, path, case.kind) for way in ways] for _ in range(runs)]
    return {
        way: Measured(
            statistics.median(turn[place].seconds for turn in turns),
            max(turn[place].peak_mib for turn in turns),
        )
        for place, way in enumerate(ways)
    }


def _once(way: str, path: Path, kind: str) -> Measured:
    return Measured(**json.loads(_python("benchmarks.loading_run", way, path, kind)))


def _python(module: str, *arguments: object) -> str:
    command = [sys.executable, "-m", module, *map(str, arguments)]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


if __name__ == "__main__":
    main()
