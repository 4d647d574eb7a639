"""How fast cases are linked and grouped: `python -m benchmarks.linking --only speed`.

On an invented district, each task in a process of its own: a million cases linked and grouped
(duplicates, episodes, chains); 1,000 new ones beside a million; one new report linked and held
against the open ones. Printed are seconds, seconds of processors and the peak of memory, input
included. `--cases 1e6`, `--new 1000`, `--asked 200`, `--task whole added one`.

`--district FOLDER` runs the night of a sample district (`python -m data_samples.generate --size
district --out FOLDER`, keys in FOLDER/keys) unless its base is there, and prints what the steps of
the last night took. `--more 1000` then delivers so many new cases of the app, in a file that it
adds to the folder, and runs one more night.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import multiprocessing
import os
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from benchmarks.linking.invented import invented_cases, invented_known
from benchmarks.linking.scores import show
from blockdata.batch.nightly import nightly
from blockdata.config import load_config
from blockdata.link import build_episodes
from blockdata.link.chains import ChainSettings, build_chains
from blockdata.link.duplicates import (
    DuplicateIndex,
    DuplicateSettings,
    duplicate_groups,
    duplicate_pairs,
    usual_per_day,
)
from blockdata.link.evidence import EvidenceModel, Known, fit_evidence, link_by_evidence
from blockdata.store.layout import Layout
from data_samples.district.sizes import AS_OF

BLOCK = 2**18
"""Incidents that a run links at once."""

LIMITS = {"whole": 60.0, "added": 3.0, "one": 0.05}
MOST_GIB = 4.0
STEPS = ("prints", "categories", "link", "duplicates", "episodes", "chains")
"""Steps of the nightly run that link and group."""

SHOP = ChainSettings({"shop": ("占道经营", "暴露垃圾", "油烟扰民", "噪声扰民")})
_KEPT = DuplicateSettings(min_probability=0.5)

Row = tuple[str, float, float]


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure, and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.linking --only speed")
    parser.add_argument("--cases", type=float, default=1e6)
    parser.add_argument("--new", type=int, default=1_000)
    parser.add_argument("--asked", type=int, default=200)
    parser.add_argument("--task", nargs="*", choices=list(TASKS), default=list(TASKS))
    parser.add_argument("--district", type=Path, help="folder of a sample district")
    parser.add_argument("--more", type=int, default=0, help="new cases of a night more")
    options = parser.parse_args(arguments)
    print(f"{os.cpu_count()} processors, {int(options.cases):,} invented cases")
    for name in options.task:
        told = in_own_process(name, (int(options.cases), options.new, options.asked))
        print(f"\n{name}: peak {told['peak_gib']:.2f} GiB (input {told['input_gib']:.2f})")
        if told["rows"]:
            show(pd.DataFrame(told["rows"], columns=["step", "seconds", "processor_seconds"]))
        print("; ".join(told["words"]))
    if options.district:
        run_night(options.district, options.more)


class Watch:
    """Seconds of steps, of the clock and of all processors, and what is to be said of them."""

    def __init__(self) -> None:
        self.rows: list[Row] = []
        self.words: list[str] = []

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Measure what is done within."""
        wall, cpu = time.perf_counter(), time.process_time()
        yield
        self.rows.append((name, time.perf_counter() - wall, time.process_time() - cpu))

    def total(self, name: str, limit_s: float) -> None:
        """Add the sum of all steps, and say whether it keeps within its limit."""
        wall, cpu = (sum(row[at] for row in self.rows) for at in (1, 2))
        self.rows.append((name, wall, cpu))
        self.words.append(f"limit {limit_s:g} s: {'ok' if wall <= limit_s else 'SHORT'}")


def in_own_process(name: str, sizes: tuple[int, int, int]) -> dict[str, Any]:
    """Run a task in a process that has done nothing else, and return what it measured."""
    context = multiprocessing.get_context("spawn")
    answer = context.Queue()
    process = context.Process(target=_answer, args=(name, sizes, answer))
    process.start()
    told: dict[str, Any] = answer.get(timeout=3_600)
    process.join()
    return told


def _answer(name: str, sizes: tuple[int, int, int], answer: Any) -> None:
    known = invented_known()
    _warm(known)
    cases = invented_cases(sizes[0], known)
    given_gib, watch = memory_gib("VmRSS"), Watch()
    TASKS[name](watch, known, cases, sizes)
    peak_gib = memory_gib("VmHWM")
    told = {"rows": watch.rows, "words": watch.words, "input_gib": given_gib, "peak_gib": peak_gib}
    answer.put(told)


def _warm(known: Known) -> None:
    """Have compiled what is compiled once for all runs, and nothing of `known` made ready."""
    few, again = invented_cases(3_000, known), Known(**_frames(known))
    link_by_evidence(few, again, fit_evidence(few, again))
    pairs = duplicate_pairs(few.assign(usual_per_day=usual_per_day(few)))
    duplicate_groups(few, pairs)
    build_chains(few, SHOP)


def _frames(known: Known) -> dict[str, pd.DataFrame]:
    return {n: getattr(known, n) for n in known.__dataclass_fields__ if not n.startswith("_")}


def memory_gib(name: str) -> float:
    """Return a line of the process's status: VmRSS is held now, VmHWM was held at most."""
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(name)) / 2**20


def measure_whole(
    watch: Watch, known: Known, cases: pd.DataFrame, _sizes: tuple[int, int, int]
) -> None:
    """Link and group all cases."""
    with watch.step("errors and shares of sources"):
        model = fit_evidence(cases, known)
    with watch.step("links"):
        links, places = _linked(cases, known, model)
    reports = _reports(cases, links, places)
    with watch.step("usual reports of a place"):
        reports = reports.assign(usual_per_day=usual_per_day(reports))
    with watch.step("pairs"):
        pairs = duplicate_pairs(reports, _KEPT)
    with watch.step("occurrences"):
        groups, members = duplicate_groups(reports, pairs)
    with watch.step("episodes"):
        episodes, _ = build_episodes(reports)
    heads = reports[reports["id"].isin(members["group"])]
    with watch.step("chains"):
        chains = build_chains(heads, SHOP).chains
    watch.words.append(
        f"{len(links):,} links, {len(pairs):,} pairs, {len(groups):,} occurrences of several "
        f"reports, {len(episodes):,} episodes, {len(chains):,} chains"
    )
    watch.total("together", LIMITS["whole"])
    peak = memory_gib("VmHWM")
    watch.words.append(f"limit {MOST_GIB:g} GiB: {'ok' if peak <= MOST_GIB else 'SHORT'}")


def _linked(
    cases: pd.DataFrame, known: Known, model: EvidenceModel
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Link in the blocks of a run; of the links those are kept that grouping reads."""
    links, places = [], []
    for start in range(0, len(cases), BLOCK):
        found = link_by_evidence(cases.iloc[start : start + BLOCK], known, model)
        links.append(found.links[["incident", "target_kind", "target", "probability"]])
        places.append(found.places)
    return pd.concat(links, ignore_index=True), pd.concat(places, ignore_index=True)


def _reports(cases: pd.DataFrame, links: pd.DataFrame, places: pd.DataFrame) -> pd.DataFrame:
    """Return the cases with what linking has found, as reports to be compared."""

    def target(kind: str) -> pd.Series:
        own = links[links["target_kind"] == kind].set_index("incident")["target"]
        return cases["id"].map(own).astype("str")

    component, building = target("component"), target("building")
    return cases.assign(
        x=places["x"].to_numpy(),
        y=places["y"].to_numpy(),
        component_id=component,
        building_id=building.fillna(cases["building_id"]),
        cell=target("cell:responsibility"),
        place=component.fillna(cases["address_id"]).fillna(target("cell:unit")),
    )


def measure_added(
    watch: Watch, known: Known, cases: pd.DataFrame, sizes: tuple[int, int, int]
) -> None:
    """Link 1,000 new cases and find what they repeat, beside all that are there."""
    cases = cases.sort_values("reported_at", ignore_index=True)
    old, new = cases.iloc[: -sizes[1]], cases.iloc[-sizes[1] :]
    model = fit_evidence(old, known)
    link_by_evidence(old.iloc[:1_000], known, model)  # what is known is at hand
    with watch.step("errors and shares of sources, of all"):
        fresh = fit_evidence(cases, known)
    with watch.step(f"links of {len(new):,}"):
        found = link_by_evidence(new, known, fresh)
    since = new["reported_at"].min() - pd.Timedelta(hours=_KEPT.max_gap_hours)
    near = cases[cases["reported_at"] >= since]
    with watch.step("pairs of new ones"):
        pairs = duplicate_pairs(near, _KEPT)
        pairs = pairs[pairs["second"].isin(new["id"])]
    with watch.step("occurrences near them in time"):
        duplicate_groups(near, pairs)
    watch.total("together", LIMITS["added"])
    same = model.key() == fresh.key()
    watch.words.append(
        f"{len(found.links):,} links, {len(pairs):,} pairs; "
        f"{'the others stay as they are' if same else 'shares changed: all are linked anew'}"
    )


def measure_one(
    watch: Watch, known: Known, cases: pd.DataFrame, sizes: tuple[int, int, int]
) -> None:
    """Link one new report, and hold it against the open ones: again and again."""
    cases = cases.sort_values("reported_at", ignore_index=True)
    model = fit_evidence(cases, known)
    old, new = cases.iloc[: -sizes[2]], cases.iloc[-sizes[2] :]
    is_open = ~(old["closed_at"] <= old["reported_at"].max())
    for title, there in (("open", old[is_open]), ("all", old)):
        index = DuplicateIndex(_KEPT)
        index.add(there)
        index.ask(new.iloc[[0]])
        asking = _seconds(lambda row, index=index: index.ask(new.iloc[[row]]), len(new))
        watch.words.append(f"held against {len(there):,} {title}: {_percentiles(asking)}")
    link_by_evidence(old.iloc[:1_000], known, model)  # what is known is at hand
    linking = _seconds(lambda row: link_by_evidence(new.iloc[[row]], known, model), len(new))
    watch.words.append(f"linking it: {_percentiles(linking)}")
    watch.words.append(f"limit {LIMITS['one'] * 1_000:g} ms")


def _seconds(act: Callable[[int], object], count: int) -> list[float]:
    took = []
    for row in range(count):
        begun = time.perf_counter()
        act(row)
        took.append(time.perf_counter() - begun)
    return took


def _percentiles(seconds: list[float]) -> str:
    median, most = (float(np.percentile(seconds, p)) * 1_000 for p in (50, 95))
    return f"median {median:.1f} ms, 95th percentile {most:.1f} ms of {len(seconds)}"


TASKS: dict[str, Callable[..., None]] = {
    "whole": measure_whole,
    "added": measure_added,
    "one": measure_one,
}


def run_night(folder: Path, more: int) -> None:
    """Run the first night of a district unless there was one, and one with more cases if asked.

    Parameters
    ----------
    folder : Path
        Of a sample district.
    more : int
        New cases of the day after the last delivery; 0 for no further night.
    """
    config = load_config(folder / "city.toml")
    if Layout(config.base_path).current_number() is None:
        nightly(config, as_of=AS_OF)
    print_last_night(folder, Layout(config.base_path))
    if more:
        _deliver(folder, more)
        nightly(config, as_of=AS_OF + dt.timedelta(days=1))
        print_last_night(folder, Layout(config.base_path))


def _deliver(folder: Path, count: int) -> None:
    """Write a delivery of new cases: those that the app delivered last, said again a day later."""
    files = sorted((folder / "sources" / "incident_app").glob("*.csv"))
    given = pd.read_csv(files[-1], dtype=str, keep_default_na=False).tail(count)
    is_open = given["完成时间"] == ""
    serial = pd.Series(range(len(given)), given.index).astype("str").str.zfill(7)
    new = given.assign(
        案件编号="SP" + f"{AS_OF:%Y%m%d}" + serial,
        创建时间=f"{AS_OF:%Y-%m-%d} " + given["创建时间"].str[11:16],
        完成时间="",
        案件状态=given.loc[is_open, "案件状态"].iloc[0],
    )
    name = files[-1].name.replace(files[-1].stem[-8:], f"{AS_OF:%Y%m%d}")
    new.to_csv(files[-1].with_name(name), index=False)


def print_last_night(folder: Path, layout: Layout) -> None:
    """Print what the steps of the last night of a district took."""
    manifest = json.loads(layout.manifest(layout.require_current()).read_text(encoding="utf-8"))
    steps = pd.DataFrame(manifest["steps"]).set_index("step")
    own = steps[steps.index.isin(STEPS)]
    print(f"\nlast night of {folder}: {manifest['rows'].get('incident'):,} incidents")
    show(own[["seconds", "peak_memory_mib"]].reset_index())
    seconds, peak_gib = own["seconds"].sum(), own["peak_memory_mib"].max() / 2**10
    print(
        f"together {seconds:.1f} s (limit {LIMITS['whole']:g} s), peak {peak_gib:.2f} GiB of the "
        f"whole run (limit {MOST_GIB:g}); all steps {steps['seconds'].sum():.1f} s"
    )
