"""Run the job on real input and write down what it prints: `python -m benchmarks.real_runs`.

The data lie outside the project; name their folders by argument or by the variables PINGSHAN and
BOSTON311. A run that has no folder is left out of the page.
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
TOP = 15
HEAD = """# Real runs

Written by `python -m benchmarks.real_runs`; do not edit. The data are not part of the project."""


class Run:
    """A run of an example on real data, and the tables of its base."""

    def __init__(self, example: str, as_of: dt.date, folder: Path) -> None:
        loaded = load_config(ROOT / "examples" / f"{example}.toml")
        raw = loaded.model_dump(by_alias=True, mode="json")
        raw["base"]["path"] = str(folder / f"{example}.base")
        config = parse_config(raw, folder=loaded.folder)
        outcome = nightly(config, as_of=as_of)
        self.code, self.manifest = int(outcome.code), outcome.manifest
        session, _ = open_snapshot(Layout(config.base_path), KeyRing(), config.catalogue())
        names = (
            *("address", "area", "category", "chronic", "coverage_gap", "episode", "grid"),
            *("hotspot", "incident", "link", "quarantine"),
        )
        self.tables = {name: session.read(name).to_pandas() for name in names}
        session.con.close()


def main() -> None:
    """Run, and write docs/real-runs.md."""
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("pingshan", "boston311"):
        parser.add_argument(f"--{name}", default=os.environ.get(name.upper()))
    parser.add_argument("--out", default=str(ROOT / "docs" / "real-runs.md"))
    options = parser.parse_args()
    parts = []
    for name, tell in (("pingshan", _pingshan), ("boston311", _boston)):
        if data := getattr(options, name):
            os.environ[name.upper()] = data
            with tempfile.TemporaryDirectory() as folder:
                parts += tell(Path(folder))
    if not parts:
        parser.error("name a folder of data: --pingshan FOLDER, --boston311 FOLDER, or variables")
    text = "\n\n".join([HEAD, *parts]) + "\n"
    Path(options.out).write_text(text, encoding="utf-8")
    print(text)


def _pingshan(folder: Path) -> list[str]:
    as_of = dt.date(2018, 10, 1)
    run = Run("pingshan", as_of, folder)
    tables = run.tables
    names = tables["area"].set_index("id")["name"]
    return [
        "## Pingshan, citizen cases, February to September 2018 "
        f"(`examples/pingshan.toml`, as_of {as_of})",
        f"Exit code {run.code}. The file has no coordinates, no addresses and no "
        "closing times: everything below is told per community.",
        *_loaded(run),
        "### Categories and the national classes of the same name (newest edition first)",
        _categories(tables["category"]),
        "### Hot spots (episodes against the place's share of all incidents, q <= 0.05)",
        _hot(tables["hotspot"], names),
        "### Recurring problems (no closing times, so not called chronic)",
        _recurring(tables["chronic"], names),
        *_ending(run),
    ]


def _boston(folder: Path) -> list[str]:
    as_of = dt.date(2017, 1, 1)
    run = Run("boston311", as_of, folder)
    tables = run.tables
    codes = tables["grid"].set_index("id")["code"]
    return [
        "## Boston, animal and pest cases of the 311 line, 2013 to 2016 "
        f"(`examples/boston311.toml`, as_of {as_of})",
        f"Exit code {run.code}. Coordinates and English address texts, no register of addresses "
        "and no grid: each distinct text is a place, hot spots stand on H3 cells of resolution 8.",
        *_loaded(run),
        "### Places",
        _places(tables),
        "### Hot spots (episodes against the cell's share of all incidents, q <= 0.05)",
        _hot(tables["hotspot"], codes),
        "The strongest cells of the year whatever their q (overdispersion between cells is part of "
        "the test, so a cell has to stand out from what cells differ by anyway):",
        _strongest(tables["hotspot"], codes),
        "### Chronic places (recurrence within 90 days of closing, 2014 to 2016, q <= 0.05)",
        _chronic(tables["chronic"], tables["address"].set_index("id")["full_text"]),
        *_ending(run),
    ]


def _loaded(run: Run) -> list[str]:
    return [
        "### Counts",
        _counts(run.manifest),
        "### Quarantine reasons",
        _quarantine(run.tables["quarantine"]),
        "### What the run told",
        _findings(run.manifest),
    ]


def _ending(run: Run) -> list[str]:
    return [
        "### Gaps in coverage (reported, not tested)",
        _markdown(run.tables["coverage_gap"]),
        "### Seconds and peak memory",
        _steps(run.manifest),
    ]


def _places(tables: dict[str, pd.DataFrame]) -> str:
    links = tables["link"].groupby("target_kind")["incident"].nunique().to_dict()
    texts = tables["incident"]["address_text"].nunique()
    places = tables["episode"].groupby("place_kind")["place"].nunique().to_dict()
    return (
        f"{texts} distinct texts, {len(tables['address'])} provisional addresses. Incidents by "
        f"what they are linked to: {links}. Places with an episode: {places}."
    )


def _strongest(rows: pd.DataFrame, names: pd.Series[Any]) -> str:
    longest = rows[rows["window_days"] == rows["window_days"].max()]
    first = longest.sort_values("p").groupby("category", sort=True).head(1).sort_values("p")
    return _hot(first.assign(hot=True), names)


def _chronic(rows: pd.DataFrame, texts: pd.Series[Any]) -> str:
    listed = rows[rows["status"].notna()].sort_values("excess", ascending=False).head(TOP)
    table = pd.DataFrame(
        {
            "kind": listed["place_kind"],
            "place": listed["place"].map(texts),
            "category": listed["category"],
            "episodes": listed["episodes"],
            "closings": listed["closings"],
            "returns": listed["returns"],
            "course": listed["course"],
            "expected": listed["expected"].round(2),
            "q": listed["q"].round(4),
        }
    )
    untested = rows[rows["reason"].notna()]["reason"].value_counts().to_dict()
    return f"{_markdown(table)}\n\nPlaces and categories not tested: {untested}."


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
            "cell": hot["cell"].map(names),
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
