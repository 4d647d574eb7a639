"""Duplicates and chains of invented districts, against their truth.

`python -m benchmarks.linking_duplicates FOLDER...` judges; each folder is a sample of
`data_samples.generate` whose base and keys `blockdata nightly` and `blockdata keys` have made in
it. `--learn FOLDER...` learns the weights from other samples first, and `--write` puts them into
the package. `--without COLUMN...` judges as if reports did not have them (caller, component_id).
`--speed REPORTS` times the functions on so many reports.
"""

from __future__ import annotations

import argparse
import json
import resource
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from blockdata.batch.reports import reports_to_compare
from blockdata.batch.steps import Context
from blockdata.config import load_config
from blockdata.link.chains import ChainSettings, build_chains
from blockdata.link.duplicates import (
    DuplicateIndex,
    DuplicateModel,
    DuplicateSettings,
    coefficients,
    duplicate_groups,
    duplicate_pairs,
    model_for,
    text_fingerprints,
    usual_per_day,
)
from blockdata.link.duplicates.candidates import candidate_pairs
from blockdata.link.duplicates.columns import report_columns
from blockdata.link.duplicates.fitting import fit_duplicates
from blockdata.link.duplicates.terms import TERMS, levels_of
from blockdata.store.keys import keys_of
from blockdata.store.layout import Layout
from blockdata.store.snapshots import open_snapshot
from data_samples.district.sizes import AS_OF

Flags = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]

_KEY = b"key of an invented district"
_NEAR_M = 30
COMPONENT = (-4.0, 0.0, 8.0)
"""Weights of another component and of the same one, stated and not learned.

Within a day and at one spot, a pair with the same one has 0.95; two are two failures, unless a
code is wrong.
"""


@dataclass(frozen=True)
class Sample:
    """A sample's reports, and what is true of each of them, row by row."""

    name: str
    hardness: str
    reports: pd.DataFrame
    truth: pd.DataFrame


def read_sample(folder: Path) -> Sample:
    """Read the reports of a sample's base as the nightly run compares them, and the truth."""
    config = load_config(folder / "city.toml")
    session, _ = open_snapshot(Layout(config.base_path), keys_of(config), config.catalogue())
    reports = reports_to_compare(session, Context(config, AS_OF).end)
    case_no = session.frame("SELECT id, case_no FROM incident ORDER BY id").set_index("id")
    truth = pd.read_parquet(folder / "truth" / "incidents.parquet").set_index("case_no")
    said = pd.read_parquet(folder / "truth" / "address_of_record.parquet")
    said = said[said["source"].str.startswith("incident")].set_index("key")
    truth = truth.join(said[["address_code", "relation"]])
    truth = truth.loc[case_no.loc[reports["id"], "case_no"]].set_index(reports["id"])
    hardness = json.loads((folder / "truth.json").read_text())["made_by"]["hardness"]
    return Sample(folder.name, hardness, reports, truth)


def true_pairs(sample: Sample) -> int:
    """Count the pairs of reports that are one occurrence."""
    size = sample.truth.loc[sample.truth["group"] >= 0, "group"].value_counts()
    return int((size * (size - 1) // 2).sum())


def placed_recall(sample: Sample, taken: pd.DataFrame) -> float:
    """Return the recall among pairs whose two reports both tell a house, or were measured."""
    truth = sample.truth[sample.truth["group"] >= 0]
    vague = truth["relation"].isin(["none", "within", "crossing"])
    placed = truth.index[~vague | (truth["source"] == "incident_app")]
    size = truth["group"].loc[placed].value_counts()
    both = taken["first"].isin(placed) & taken["second"].isin(placed)
    return float(both.sum() / max((size * (size - 1) // 2).sum(), 1))


def _same(sample: Sample, first: npt.ArrayLike, second: npt.ArrayLike) -> Flags:
    group = sample.truth["group"]
    one, other = group.loc[first].to_numpy(), group.loc[second].to_numpy()
    same: Flags = (one == other) & (one >= 0)
    return same


def _coincidence(sample: Sample, pairs: pd.DataFrame) -> Flags:
    """Tell which pairs agree in all that is true of them, and are two occurrences by chance.

    Category, house (the first 19 digits of a standard address, or the same point) and day.
    """
    one, other = sample.truth.loc[pairs["first"]], sample.truth.loc[pairs["second"]]
    houses = [t["address_code"].fillna("").str[:19].to_numpy() for t in (one, other)]
    there = (houses[0] == houses[1]) & (houses[0] != "")
    there |= (pairs["distance_m"] <= _NEAR_M).to_numpy()
    alike: Flags = there & (one["category"].to_numpy() == other["category"].to_numpy())
    return alike


def calibration_error(probability: Floats, same: Flags, bins: int = 10) -> float:
    """Return the expected calibration error over equal bins of probability."""
    number = np.minimum((probability * bins).astype(int), bins - 1)
    gaps = [abs(probability[number == n].sum() - same[number == n].sum()) for n in range(bins)]
    return float(sum(gaps) / max(len(probability), 1))


def training_pairs(sample: Sample) -> tuple[npt.NDArray[np.int8], Flags]:
    """Return the levels of all compared pairs of a sample, and which are one occurrence."""
    columns, settings = report_columns(sample.reports), DuplicateSettings()
    levels, same = [], []
    for i, j in candidate_pairs(columns, settings):
        levels.append(levels_of(columns, i, columns, j))
        same.append(_same(sample, columns.id[i], columns.id[j]))
    return np.concatenate(levels, axis=1), np.concatenate(same)


def learn(samples: Sequence[Sample], *, text: bool = True) -> DuplicateModel:
    """Fit the model to samples together, with their texts or as if there were none."""
    parts = [training_pairs(sample if text else without_text(sample)) for sample in samples]
    fitted = fit_duplicates(
        np.concatenate([levels for levels, _ in parts], axis=1),
        np.concatenate([same for _, same in parts]),
    )
    # No invented component is reported twice for one failure, so this cannot be learned.
    return DuplicateModel(fitted.intercept, {**fitted.weights, "component": COMPONENT})


def without(sample: Sample, columns: Sequence[str]) -> Sample:
    """Return a sample as a base has it that does not know something of its reports."""
    return replace(sample, reports=sample.reports.drop(columns=list(columns)))


def without_text(sample: Sample) -> Sample:
    """Return a sample as a base has it that holds no texts."""
    return without(sample, ["fingerprint"])


def write_weights(model: DuplicateModel, textless: DuplicateModel) -> None:
    """Write the weights with and without texts into the package."""
    lines = ['"""Weights learned from invented districts; see `benchmarks.linking_duplicates`."""']
    lines += [
        "",
        "# Those of components are stated: no failure of an invented one is reported twice.",
    ]
    lines += ["", "from __future__ import annotations"]
    for name, written in (("", model), ("_WITHOUT_TEXT", textless)):
        lines += ["", f"INTERCEPT{name} = {written.intercept}"]
        lines += [f"WEIGHTS{name}: dict[str, tuple[float, ...]] = {{"]
        lines += [f'    "{term.name}": {written.weights[term.name]},' for term in TERMS] + ["}"]
    path = Path(str(coefficients.__file__))
    path.write_text("\n".join([*lines, ""]), encoding="utf-8")


def judge(sample: Sample, model: DuplicateModel) -> dict[str, object]:
    """Return the figures of one sample."""
    settings = DuplicateSettings()
    levels, same = training_pairs(sample)
    all_chances = model.probability(levels)
    pairs = duplicate_pairs(sample.reports, settings, model)
    groups, members = duplicate_groups(sample.reports, pairs, settings)
    listed = _same(sample, pairs["first"], pairs["second"])
    taken = (pairs["probability"] >= settings.same_probability).to_numpy()
    by_chance = _coincidence(sample, pairs) & ~listed
    right, wrong, total = (taken & listed).sum(), (taken & ~listed).sum(), true_pairs(sample)
    grouped = _pairs_in(members)
    together = _same(sample, grouped["first"], grouped["second"])
    caller = sample.truth["same_caller"].loc[groups["group"]].to_numpy()
    real = (sample.truth["group"].loc[groups["group"]] >= 0).to_numpy()
    told = (groups["calling"] == "one_caller").to_numpy()
    return {
        "sample": sample.name,
        "difficulty": sample.hardness,
        "reports": len(sample.reports),
        "compared": len(same),
        "true": total,
        "found": same.sum() / total,
        "precision": right / max(right + wrong, 1),
        "recall": right / total,
        "recall_placed": placed_recall(sample, pairs[taken & listed]),
        "precision_less_chance": right / max(right + (taken & ~listed & ~by_chance).sum(), 1),
        "group_precision": together.mean() if len(together) else 1.0,
        "group_recall": together.sum() / total,
        "caller_right": (caller == told)[real].mean() if real.any() else 1.0,
        "ece": calibration_error(all_chances, same),
        "ece_listed": calibration_error(pairs["probability"].to_numpy(), listed),
    }


def print_calibration(samples: Sequence[Sample], model: DuplicateModel) -> None:
    """Print the calibration of the listed pairs of all samples of a difficulty together."""
    for hardness in sorted({sample.hardness for sample in samples}):
        parts = [
            (pairs["probability"].to_numpy(), _same(sample, pairs["first"], pairs["second"]))
            for sample in samples
            if sample.hardness == hardness
            for pairs in [duplicate_pairs(sample.reports, model=model)]
        ]
        chance = np.concatenate([part[0] for part in parts])
        same = np.concatenate([part[1] for part in parts])
        error = calibration_error(chance, same)
        print(f"{hardness}: {len(chance)} listed pairs, calibration error {error:.4f}")


def _pairs_in(members: pd.DataFrame) -> pd.DataFrame:
    several = members[members["group"].duplicated(keep=False)]
    both = several.merge(several, on="group", suffixes=("", "_other"))
    both = both[both["report"] < both["report_other"]]
    return both.rename(columns={"report": "first", "report_other": "second"})


SHOP = {"shop": ("占道经营", "暴露垃圾", "油烟扰民", "噪声扰民")}
"""Categories that a shop causes: what the invented chains are about."""


def judge_chains(sample: Sample, model: DuplicateModel) -> dict[str, object]:
    """Return how many of the true chains' cases are found together, and how many others are."""
    pairs = duplicate_pairs(sample.reports, model=model)
    _, grouped = duplicate_groups(sample.reports, pairs)
    cases = sample.reports[sample.reports["id"].isin(grouped["group"])]
    causes = cases["category"].map(dict.fromkeys(SHOP["shop"], "shop"))
    usual = usual_per_day(cases.assign(category=causes.fillna(cases["category"])))
    settings = ChainSettings(families=SHOP)
    chains, links, members = build_chains(cases.assign(usual_per_day=usual), settings)
    true = sample.truth["chain"].loc[cases["id"]]
    true = true[true >= 0].rename("true")
    planted = sample.truth["planted"].loc[members["case"]].to_numpy()
    both = members.merge(true, left_on="case", right_index=True)
    together = both.groupby(["true", "chain"]).size().reset_index(name="cases")
    best = together.sort_values("cases").drop_duplicates("true", keep="last")
    in_best = int(best["cases"].sum())
    of_best = int(members["chain"].isin(best["chain"]).sum())
    return {
        "sample": sample.name,
        "difficulty": sample.hardness,
        "true_chains": true.nunique(),
        "true_cases": len(true),
        "chains": len(chains),
        "cases": len(members),
        "links": len(links),
        "recall": in_best / max(len(true), 1),
        "precision_there": in_best / max(of_best, 1),
        "precision_all": (planted == "chain").mean() if len(planted) else 1.0,
        "planted_otherwise": np.isin(planted, ["chronic", "relapsed", "resolved"]).sum(),
    }


def time_index(sample: Sample, model: DuplicateModel, asked: int = 200) -> float:
    """Return the longest time in ms that one new report took against all others of a sample."""
    reports = sample.reports.sort_values("reported_at", ignore_index=True)
    index = DuplicateIndex(model=model)
    index.add(reports.iloc[:-asked])
    index.ask(reports.iloc[[0]])  # what has to be compiled is compiled
    longest = 0.0
    for row in range(len(reports) - asked, len(reports)):
        begin = time.perf_counter()
        index.ask(reports.iloc[[row]])
        index.add(reports.iloc[[row]])
        longest = max(longest, time.perf_counter() - begin)
    return longest * 1000


def invented_reports(count: int, seed: int = 1) -> pd.DataFrame:
    """Return reports of a district over three years, a twentieth of them made twice."""
    rng = np.random.default_rng(seed)
    building = rng.integers(0, 60_000, count)
    at = rng.uniform(0, 8_000, (60_000, 2))[building]
    category = rng.integers(0, 11, count)
    begin = np.datetime64("2023-11-01", "us").astype(np.int64)
    time_us = begin + rng.integers(0, 1096 * 86_400_000_000, count)
    caller = rng.integers(0, 800_000, count)
    again = rng.random(count) < 0.05
    source = np.flatnonzero(again) - 1
    for values in (building, at, category, caller):
        values[again] = values[source]
    time_us[again] = time_us[source] + 3_600_000_000
    said = text_fingerprints([f"第{n}种说法的诉求内容{n * 7919}" for n in range(2000)], _KEY)
    names = pd.Series(building).astype("str")
    return pd.DataFrame(
        {
            "id": "r" + pd.Series(np.arange(count)).astype("str").str.zfill(8),
            "reported_at": pd.to_datetime(time_us, unit="us"),
            "category": pd.Series(category).astype("str"),
            "caller": pd.Series(caller).astype("str"),
            "building_id": "b" + names,
            "site_id": "s" + (pd.Series(building) // 4).astype("str"),
            "x": at[:, 0],
            "y": at[:, 1],
            "fingerprint": np.array(said, dtype=object)[(category * 97 + building) % 2000],
        }
    )


def print_speed(count: int) -> None:
    """Print how long pairs, groups, chains and one new report take, and the most memory."""
    model = model_for(invented_reports(2000))
    duplicate_pairs(invented_reports(2000), model=model)  # what has to be compiled is compiled
    reports = invented_reports(count)
    begin = time.perf_counter()
    pairs = duplicate_pairs(reports, model=model)
    print(f"{count} reports: {len(pairs)} pairs in {time.perf_counter() - begin:.1f} s")
    begin = time.perf_counter()
    groups, members = duplicate_groups(reports, pairs)
    print(f"{len(groups)} groups in {time.perf_counter() - begin:.1f} s")
    heads = reports[reports["id"].isin(members["group"])]
    begin = time.perf_counter()
    families = {"some": ("0", "1", "2", "3")}
    chains = build_chains(heads, ChainSettings(families)).chains
    print(f"{len(chains)} chains in {time.perf_counter() - begin:.1f} s")
    index = DuplicateIndex(model=model)
    newest = reports.sort_values("reported_at", ignore_index=True)
    index.add(newest.iloc[:-100])
    took = []
    for row in range(len(newest) - 100, len(newest)):
        begin = time.perf_counter()
        index.ask(newest.iloc[[row]])
        took.append(time.perf_counter() - begin)
        index.add(newest.iloc[[row]])
    print(f"index: one report {np.median(took) * 1000:.1f} ms, {max(took) * 1000:.1f} at most")
    print(f"memory: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20:.2f} GiB at most")


def main(arguments: Sequence[str] | None = None) -> int:
    """Learn if asked to, judge, print."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.linking_duplicates", description=__doc__
    )
    parser.add_argument("judge", nargs="*", type=Path)
    parser.add_argument("--learn", nargs="+", type=Path, default=[])
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--without", nargs="+", metavar="COLUMN", default=[])
    parser.add_argument("--speed", type=int, metavar="REPORTS")
    given = parser.parse_args(arguments)
    if given.speed:
        print_speed(given.speed)
        return 0
    model, textless = DuplicateModel(), DuplicateModel.without_text()
    if given.learn:
        learned_from = [read_sample(folder) for folder in given.learn]
        model, textless = learn(learned_from), learn(learned_from, text=False)
        if given.write:
            write_weights(model, textless)
    print(f"intercept {model.intercept}")
    for term in TERMS:
        told = zip((level.name for level in term.levels), model.weights[term.name], strict=True)
        print(f"{term.name}: " + ", ".join(f"{name} {weight:+.2f}" for name, weight in told))
    samples = [without(read_sample(folder), given.without) for folder in given.judge]
    figures = pd.DataFrame([judge(sample, model) for sample in samples])
    if len(figures):
        with pd.option_context("display.width", 250, "display.max_columns", None):
            print(figures.round(4).to_string(index=False))
            print(figures.groupby("difficulty").mean(numeric_only=True).round(4).to_string())
            print_calibration(samples, model)
            silent = [without_text(sample) for sample in samples]
            figures = pd.DataFrame([judge(sample, textless) for sample in silent])
            print("without texts:")
            print(figures.groupby("difficulty").mean(numeric_only=True).round(4).to_string())
            print_calibration(silent, textless)
            print(pd.DataFrame([judge_chains(s, model) for s in samples]).round(3).to_string())
        print(f"index: {time_index(samples[0], model):.1f} ms at most for one report")
    return 0


if __name__ == "__main__":
    sys.exit(main())
