"""Run the job on real input and write down what it prints: `python -m benchmarks.real_runs`.

The data lie outside the project; name their folder by argument or by the variable PINGSHAN.
"""

from __future__ import annotations

import argparse
import datetime as dt
import os
import tempfile
from pathlib import Path
from typing import Any

import pandas as pd

from blockdata.batch.nightly import nightly
from blockdata.config import load_config, parse_config
from blockdata.records.checks import REASONS
from blockdata.store.keys import KeyRing
from blockdata.store.layout import Layout
from blockdata.store.snapshots import open_snapshot

ROOT = Path(__file__).parents[1]
AS_OF = dt.date(2018, 10, 1)
TOP = 15


def main() -> None:
    """Run, and write docs/real-runs.md."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pingshan", default=os.environ.get("PINGSHAN"))
    parser.add_argument("--out", default=str(ROOT / "docs" / "real-runs.md"))
    options = parser.parse_args()
    if not options.pingshan:
        parser.error("name the folder of the Pingshan file: --pingshan FOLDER or $PINGSHAN")
    os.environ["PINGSHAN"] = options.pingshan
    with tempfile.TemporaryDirectory() as folder:
        text = _pingshan(Path(folder))
    Path(options.out).write_text(text, encoding="utf-8")
    print(text)


def _pingshan(folder: Path) -> str:
    loaded = load_config(ROOT / "examples" / "pingshan.toml")
    raw = loaded.model_dump(by_alias=True, mode="json")
    raw["base"]["path"] = str(folder / "pingshan.base")
    config = parse_config(raw, folder=loaded.folder)
    outcome = nightly(config, as_of=AS_OF)
    session, _ = open_snapshot(Layout(config.base_path), KeyRing(), config.catalogue())
    tables = {
        name: session.read(name).to_pandas()
        for name in ("area", "category", "hotspot", "chronic", "coverage_gap", "quarantine")
    }
    session.con.close()
    names = tables["area"].set_index("id")["name"]
    return "\n\n".join(
        [
            "# Real runs",
            "Written by `python -m benchmarks.real_runs`; do not edit. The data are not part of "
            "the project.",
            "## Pingshan, citizen cases, February to September 2018 "
            f"(`examples/pingshan.toml`, as_of {AS_OF})",
            f"Exit code {int(outcome.code)}. The file has no coordinates, no addresses and no "
            "closing times: everything below is told per community.",
            "### Counts",
            _counts(outcome.manifest),
            "### Quarantine reasons",
            _quarantine(tables["quarantine"]),
            "### What the run told",
            _findings(outcome.manifest),
            "### Categories and the matter catalogue (GB/T 47678.5-2026, names equal)",
            _categories(tables["category"]),
            "### Hot spots (episodes against the place's share of all incidents, q <= 0.05)",
            _hot(tables["hotspot"], names),
            "### Recurring problems (no closing times, so not called chronic)",
            _recurring(tables["chronic"], names),
            "### Gaps in coverage (reported, not tested)",
            _markdown(tables["coverage_gap"]),
            "### Seconds and peak memory",
            _steps(outcome.manifest),
        ]
    )


def _markdown(frame: pd.DataFrame) -> str:
    if frame.empty:
        return "none"
    lines = ["| " + " | ".join(map(str, frame.columns)) + " |", "|" + "---|" * frame.shape[1]]
    lines += ["| " + " | ".join(map(str, row)) + " |" for row in frame.itertuples(index=False)]
    return "\n".join(lines)


def _counts(manifest: dict[str, Any]) -> str:
    rows = [
        {"source": name, **source["counts"]}
        for name, source in manifest["sources"].items()
        if source["counts"]
    ]
    kept = {k: v for k, v in manifest["rows"].items() if v}
    return f"{_markdown(pd.DataFrame(rows))}\n\nThe base holds {kept}."


def _quarantine(rows: pd.DataFrame) -> str:
    if rows.empty:
        return "No row was rejected."
    counted = rows.groupby(["source", "field", "reason"], dropna=False).size().rename("rows")
    table = counted.reset_index()
    table["meaning"] = [REASONS[r][1] for r in table["reason"]]
    return _markdown(table)


def _findings(manifest: dict[str, Any]) -> str:
    return "\n".join(f"- `{f['code']}` {f['subject']}: {f['en']}" for f in manifest["findings"])


def _categories(rows: pd.DataFrame) -> str:
    mapped = rows[rows["code"].notna()].sort_values("incidents", ascending=False)
    unmapped = rows[rows["code"].isna()].sort_values("incidents", ascending=False)
    return (
        f"{len(mapped)} of {len(rows)} categories, {mapped['incidents'].sum()} of "
        f"{rows['incidents'].sum()} incidents, carry a national name.\n\n"
        f"{_markdown(mapped[['category', 'code', 'incidents']])}\n\n"
        f"Largest of the others:\n\n{_markdown(unmapped[['category', 'incidents']].head(TOP))}"
    )


def _hot(rows: pd.DataFrame, names: pd.Series[Any]) -> str:
    hot = rows[rows["hot"]].sort_values(["window_days", "q"])
    table = pd.DataFrame(
        {
            "days": hot["window_days"],
            "community": hot["cell"].map(names),
            "category": hot["category"],
            "episodes": hot["count"],
            "expected": hot["expected"].round(2),
            "q": hot["q"].round(4),
        }
    )
    return _markdown(table)


def _recurring(rows: pd.DataFrame, names: pd.Series[Any]) -> str:
    listed = rows[rows["status"].notna()].sort_values("excess", ascending=False).head(TOP)
    table = pd.DataFrame(
        {
            "community": listed["place"].map(names),
            "category": listed["category"],
            "episodes": listed["episodes"],
            "active 30-day months": listed["active_months"],
            "expected": listed["expected"].round(2),
            "q": listed["q"].round(4),
        }
    )
    untested = rows[rows["reason"].notna()]["reason"].value_counts().to_dict()
    return f"{_markdown(table)}\n\nPlaces and categories not tested: {untested}."


def _steps(manifest: dict[str, Any]) -> str:
    return _markdown(pd.DataFrame(manifest["steps"]).drop(columns="kept", errors="ignore"))


if __name__ == "__main__":
    main()
