"""Linking and grouping beside their peers, in one run: `python -m benchmarks.linking --only peers`.

- *places*: cases grouped by their coordinates within some metres; scikit-learn's DBSCAN with one
  point as core, and scipy's k-d tree with connected components. The same groups are asked for.
- *components*: which component a case is about, by coordinates that err by 3 m; GeoPandas'
  `sjoin_nearest` to the nearest component of all, and to the nearest of the class. Right are links
  to the component that the case was drawn at; half of the cases are about none that is known, so
  whoever always answers is wrong there.
- *texts*: reports of one occurrence in a sample district; rapidfuzz's ratio of all texts with one
  another, of those within 72 hours, and of those of one category within 72 hours, each at the
  threshold that is best for it against the truth.

A peer that is not installed is left out and named. Medians of `--runs 3`; `--points 2e5`,
`--cases 5e4`, `--seed 701`, `--folder FOLDER` (of samples), `--task places components texts`.
"""

from __future__ import annotations

import argparse
import importlib.util
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from benchmarks.linking.invented import SIDE_M
from benchmarks.linking.samples import Sample, make_sample
from benchmarks.linking.scores import calibration_error, pairwise, show
from benchmarks.linking.truth_groups import same_group
from blockdata.batch.duplicates import duplicate_settings, model_of
from blockdata.batch.reports import reports_to_compare
from blockdata.batch.steps import Context
from blockdata.kernels import dbscan
from blockdata.link.duplicates import duplicate_pairs
from blockdata.link.duplicates.fingerprints import comparable_text
from blockdata.link.evidence import Known, fit_evidence, link_by_evidence
from data_samples.district.sizes import AS_OF

Flags = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

APART_M, ERROR_M, REACH_M = 5.0, 3.0, 150.0
HOURS = 72.0


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure each task, and print."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.linking --only peers",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--points", type=float, default=2e5)
    parser.add_argument("--cases", type=float, default=5e4)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--seed", type=int, default=701)
    parser.add_argument("--folder", type=Path)
    tasks = ("places", "components", "texts")
    parser.add_argument("--task", nargs="+", choices=tasks, default=tasks)
    options = parser.parse_args(arguments)
    if "places" in options.task:
        print_places(int(options.points), options.runs)
    if "components" in options.task:
        print_components(int(options.cases), options.runs)
    if "texts" in options.task:
        with tempfile.TemporaryDirectory() as name:
            sample = Sample.open(make_sample(options.folder or Path(name), options.seed))
            print_texts(sample)
            sample.session.con.close()


def there(module: str, peer: str) -> bool:
    """Tell whether a peer is installed, and say so if it is not."""
    if importlib.util.find_spec(module) is None:
        print(f"{peer} is not installed: left out")
        return False
    return True


def timed(act: Callable[[], Any], runs: int) -> tuple[float, Any]:
    """Return the median seconds of some runs, and the last answer."""
    seconds, answer = [], None
    for _ in range(runs):
        begun = time.perf_counter()
        answer = act()
        seconds.append(time.perf_counter() - begun)
    return statistics.median(seconds), answer


def print_places(count: int, runs: int) -> None:
    """Group points by coordinates; the same partition is asked of all."""
    rng = np.random.default_rng(1)
    spots = rng.uniform(0, SIDE_M, (count // 4, 2))[rng.integers(0, count // 4, count)]
    points = spots + rng.normal(0, 1.0, spots.shape)
    ways: dict[str, Callable[[], Any]] = {
        "blockdata": lambda: dbscan(points[:, 0], points[:, 1], APART_M, 1)[0]
    }
    if there("sklearn", "scikit-learn"):
        ways["scikit-learn DBSCAN"] = lambda: _by_sklearn(points)
    if there("scipy", "scipy"):
        ways["scipy tree and components"] = lambda: _by_scipy(points)
    ways["blockdata"]()
    ours_s, ours = timed(ways["blockdata"], runs)
    rows = []
    for name, act in ways.items():
        seconds, found = (ours_s, ours) if name == "blockdata" else timed(act, runs)
        same = pairwise(pd.Series(found), pd.Series(ours)) == (1.0, 1.0)
        rows.append((name, seconds, seconds / ours_s, len(np.unique(found)), same))
    print(f"\nplaces: {count:,} points, groups within {APART_M:g} m")
    show(pd.DataFrame(rows, columns=["by", "seconds", "times_ours", "groups", "same_groups"]))


def _by_sklearn(points: Floats) -> Integers:
    from sklearn.cluster import DBSCAN

    labels = DBSCAN(eps=APART_M, min_samples=1, n_jobs=-1).fit(points).labels_
    return np.asarray(labels, dtype=np.int64)


def _by_scipy(points: Floats) -> Integers:
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components
    from scipy.spatial import cKDTree

    pairs = cKDTree(points).query_pairs(APART_M, output_type="ndarray")
    near = coo_array((np.ones(len(pairs), dtype=bool), pairs.T), shape=(len(points),) * 2)
    return np.asarray(connected_components(near, directed=False)[1], dtype=np.int64)


def print_components(count: int, runs: int) -> None:
    """Link cases to components by coordinates, with and without the class."""
    known, cases, true = _cases_about_components(count)
    asked = (cases["component_code"].isna() & (cases["category"] == "井盖破损")).to_numpy()
    ways: dict[str, Callable[[], Any]] = {"blockdata": lambda: _by_evidence(cases, known)}
    if there("geopandas", "GeoPandas"):
        own = known.components[known.components["class_name"] == "污水井盖"]
        ways["nearest of the class"] = lambda: _by_sjoin(cases, own)
        ways["nearest of all"] = lambda: _by_sjoin(cases, known.components)
    ways["blockdata"]()
    rows, ours_s = [], np.nan
    for name, act in ways.items():
        seconds, (found, probability) = timed(act, runs)
        ours_s = seconds if name == "blockdata" else ours_s
        rows.append((name, seconds, seconds / ours_s, *_rightness(found, probability, true, asked)))
    print(f"\ncomponents: {count:,} cases, error {ERROR_M:g} m, half about none that is known")
    names = ["by", "seconds", "times_ours", "right", "answered", "false_of_answered", "ece"]
    show(pd.DataFrame(rows, columns=names))


def _cases_about_components(count: int) -> tuple[Known, pd.DataFrame, pd.Series]:
    """Return components of four classes along streets, and cases about lids, half of them known.

    A third of the known tell the component's code, by which the source's error is estimated. As
    many cases are about no component: they say how much denser lids stand where patrols go.
    """
    rng = np.random.default_rng(5)
    number = count // 2
    at = rng.uniform(0, SIDE_M, (number, 2))
    at[:, 1] = np.round(at[:, 1] / 100) * 100 + rng.normal(0, 2, number)
    classes = rng.choice(["污水井盖", "路灯", "行道树", "垃圾箱"], number, p=[0.2, 0.2, 0.4, 0.2])
    ids = [f"cmp{n:07}" for n in range(number)]
    things = pd.DataFrame({"id": ids, "code": ids, "x": at[:, 0], "y": at[:, 1]})
    things["class_name"] = classes
    lids = np.flatnonzero(classes == "污水井盖")
    thing = lids[rng.integers(0, len(lids), count)]
    is_known = rng.random(count) < 0.5
    spots = at[thing] + rng.normal(0, ERROR_M, (count, 2))
    elsewhere = rng.uniform(0, SIDE_M, (count, 2))
    elsewhere[:, 1] = np.round(elsewhere[:, 1] / 100) * 100 + rng.normal(0, 2, count)
    spots = np.where(is_known[:, None], spots, elsewhere)
    about = pd.Series(np.array(ids, dtype=object)[thing])
    names = "inc" + pd.Series(np.arange(count)).astype("str").str.zfill(8)
    cases = pd.DataFrame({"id": names, "source": "patrol", "category": "井盖破损"})
    cases = cases.assign(x=spots[:, 0], y=spots[:, 1])
    cases["component_code"] = about.where(is_known & (rng.random(count) < 0.33))
    others = rng.uniform(0, SIDE_M, (count, 2))
    others[:, 1] = np.round(others[:, 1] / 100) * 100 + rng.normal(0, 2, count)
    more = cases.assign(id="o" + names, category="占道经营", component_code=None)
    more = more.assign(x=others[:, 0], y=others[:, 1])
    meant = pd.DataFrame(
        {"category": ["井盖破损"], "kind": ["component"], "class_name": ["污水井盖"]}
    )
    known = Known(components=things, classes=meant)
    both = pd.concat([cases, more.astype({"component_code": "str"})], ignore_index=True)
    return known, both, about.where(is_known).reindex(both.index)


def _by_evidence(cases: pd.DataFrame, known: Known) -> tuple[pd.Series, pd.Series]:
    fresh = Known(components=known.components, classes=known.classes)
    found = link_by_evidence(cases, fresh, fit_evidence(cases, fresh)).links
    own = found[found["target_kind"] == "component"].set_index("incident")
    return cases["id"].map(own["target"]), cases["id"].map(own["probability"])


def _by_sjoin(cases: pd.DataFrame, things: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
    import geopandas

    lids = cases[cases["category"] == "井盖破损"]
    points = shapely.points(lids[["x", "y"]].to_numpy(dtype=float))
    left = geopandas.GeoDataFrame(lids[["id"]], geometry=points)
    spots = shapely.points(things[["x", "y"]].to_numpy(dtype=float))
    right = geopandas.GeoDataFrame({"thing": things["id"].to_numpy()}, geometry=spots)
    met = left.sjoin_nearest(right, max_distance=REACH_M)
    first = met.drop_duplicates("id").set_index("id")["thing"]
    found = cases["id"].map(first)
    return found, pd.Series(1.0, found.index).where(found.notna())


def _rightness(
    found: pd.Series, probability: pd.Series, true: pd.Series, asked: Flags
) -> tuple[float, ...]:
    """Return, of the cases without a code, right of those about a known one, answered, false.

    And the calibration error of all answers.
    """
    told = (probability >= 0.9).to_numpy() & asked
    same = found.to_numpy(dtype=object) == true.to_numpy(dtype=object)
    right, any_told = same & told, probability.notna().to_numpy() & asked
    has = true.notna().to_numpy() & asked
    false = 1 - right.sum() / max(told.sum(), 1)
    error = calibration_error(probability.to_numpy(dtype=np.float64)[any_told], same[any_told])
    return float(right.sum() / has.sum()), float(told.sum() / asked.sum()), float(false), error


def print_texts(sample: Sample) -> None:
    """Find reports of one occurrence by all evidence, and by texts alone."""
    context = Context(sample.config, AS_OF)
    begun = time.perf_counter()
    reports = reports_to_compare(sample.session, context.end)
    settings = duplicate_settings(sample.config)
    read_s, begun = time.perf_counter() - begun, time.perf_counter()
    pairs = duplicate_pairs(reports, settings, model_of(reports))
    seconds = time.perf_counter() - begun
    pairs = pairs[pairs["probability"] >= settings.same_probability]
    size = sample.truth.loc[sample.truth["group"] >= 0, "group"].value_counts()
    true = int((size * (size - 1) // 2).sum())
    right = int(same_group(sample, pairs).sum())
    rows: list[tuple[object, ...]] = [
        ("blockdata", seconds, settings.same_probability, right / len(pairs), right / true)
    ]
    print(f"\ntexts: {len(reports):,} reports, {true} true pairs; read in {read_s:.1f} s")
    if there("rapidfuzz", "rapidfuzz"):
        rows += _by_rapidfuzz(sample, reports, true)
    table = pd.DataFrame(rows, columns=["by", "seconds", "from", "precision", "recall"])
    f1 = 2 * table["precision"] * table["recall"] / (table["precision"] + table["recall"])
    show(table.assign(f1=f1, times_ours=table["seconds"] / seconds))


def _by_rapidfuzz(sample: Sample, reports: pd.DataFrame, true: int) -> list[tuple[object, ...]]:
    from rapidfuzz import fuzz, process

    texts = sample.session.frame("SELECT id, content FROM text.incident_text WHERE content <> ''")
    own = reports.merge(texts, on="id").dropna(subset="content").reset_index(drop=True)
    written = [comparable_text(text) for text in own["content"]]
    begun = time.perf_counter()
    alike = process.cdist(
        written, written, scorer=fuzz.ratio, score_cutoff=50, workers=-1, dtype=np.uint8
    )
    seconds = time.perf_counter() - begun
    i, j = np.nonzero(np.triu(alike, 1))
    chosen = own["id"].to_numpy(dtype=object)
    same = same_group(sample, pd.DataFrame({"first": chosen[i], "second": chosen[j]}))
    at = own["reported_at"].to_numpy(dtype="datetime64[us]").astype(np.int64)
    soon = np.abs(at[i] - at[j]) <= HOURS * 3.6e9
    category = own["category"].astype("category").cat.codes.to_numpy()
    alike_too = soon & (category[i] == category[j])
    score = alike[i, j]
    return [
        (f"rapidfuzz ratio, {name}", seconds, *_best(score[flags], same[flags], true))
        for name, flags in (
            ("all pairs", np.ones(len(i), dtype=bool)),
            (f"within {HOURS:g} h", soon),
            (f"one category within {HOURS:g} h", alike_too),
        )
    ]


def _best(score: npt.NDArray[np.uint8], same: Flags, true: int) -> tuple[float, float, float]:
    """Return the threshold with the best F1, and precision and recall there."""
    best = (0.0, 0.0, 0.0, 0.0)
    for least in range(50, 101):
        taken = score >= least
        right = int((same & taken).sum())
        precision, recall = right / max(int(taken.sum()), 1), right / max(true, 1)
        f1 = 2 * precision * recall / max(precision + recall, 1e-9)
        best = max(best, (f1, least / 100, precision, recall))
    return best[1:]
