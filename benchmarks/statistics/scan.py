"""Scan statistics: oracles, speed and false alarms.

`--only scan [--part oracles speed district null] [--oracles FOLDER] [--cases 4000]`. The oracles
are answers of SaTScan 10.3.2 for the folders pennlc and nycfever; without a folder they are left
out. Speed is measured on invented places and cases without clusters, the slowest case, as ratios of
such districts are low and most windows come near. Compiling is left out of the times; the memory is
the process's peak.
"""

from __future__ import annotations

import argparse
import json
import resource
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from blockdata.analysis.scan import (
    Sequential,
    bernoulli_scan,
    expected_by_day,
    permutation_scan,
    poisson_scan,
    space_time_poisson_scan,
)

PARTS = ("oracles", "speed", "district", "null")
FIRST = pd.Timestamp("2026-01-01")
YEAR = (FIRST, FIRST + pd.Timedelta(days=364))
PLACES, WIDTH_M, REPLICATIONS, NULL = 3_000, 10_000.0, 999, 300
TARGETS = {"poisson_scan": 20.0, "permutation, all": 120.0, "permutation, last day": 120.0}
LIMITS = {"max_days": 28, "max_radius_m": 500.0}


def main(arguments: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(prog="scan", description=__doc__)
    parser.add_argument("--part", nargs="+", choices=PARTS, default=PARTS)
    parser.add_argument("--oracles", type=Path, help="folder with pennlc and nycfever")
    parser.add_argument("--cases", type=int, nargs="+", default=[4_000])
    options = parser.parse_args(arguments)
    for part in options.part:
        print(f"-- {part}")
        globals()[f"_{part}"](options)


def _oracles(options: argparse.Namespace) -> None:
    if options.oracles is None:
        print("no folder given (--oracles)")
        return
    for name, scan in (("pennlc", _pennlc), ("nycfever", _nycfever)):
        folder = options.oracles / name
        told = json.loads((folder / "expected.json").read_text(encoding="utf-8"))
        found = scan(folder)
        for number, cluster in enumerate(told["clusters"]):
            ours = found.iloc[number]
            llr = cluster.get("llr", cluster.get("statistic"))
            same = set(ours["places"]) == set(cluster["locations"])
            days = cluster.get("start", "") in ("", str(ours.get("first_day"))[:10])
            print(
                f"{name} {number + 1}: llr {ours['llr']:.6f} / {llr} off {ours['llr'] - llr:.1e}, "
                f"members {'same' if same else 'OTHER'}, days {'same' if days else 'OTHER'}, "
                f"cases {ours['count']} / {cluster['cases']}, "
                f"expected {ours['expected']:.2f} / {cluster['expected']}, "
                f"p {ours['p']:.3f} (Gumbel {ours['p_gumbel']:.2g}) / {cluster['p']}"
            )


def _pennlc(folder: Path) -> pd.DataFrame:
    county = pd.read_csv(folder / "pennLC.csv").rename(columns={"county": "place"})
    given = {"count": county["cases"], "expected": county["population"].astype(float)}
    return poisson_scan(county[["place", "lon", "lat"]].assign(**given))


def _nycfever(folder: Path) -> pd.DataFrame:
    where = pd.read_csv(folder / "NYCfevergeo.csv", dtype={"zip": str})
    cases = pd.read_csv(folder / "NYCfevercas.csv", dtype={"zip": str})
    cases = cases.loc[cases.index.repeat(cases["cases"])]
    return permutation_scan(
        cases.rename(columns={"zip": "place"}).assign(day=pd.to_datetime(cases["date"])),
        where.rename(columns={"zip": "place", "long": "lon"})[["place", "lon", "lat"]],
        period=(pd.Timestamp("2001-11-01"), pd.Timestamp("2001-11-24")),
        max_days=7,
        max_radius_m=3_000,
        prospective=True,
    )


def _places(count: int, width_m: float) -> tuple[pd.DataFrame, np.ndarray]:
    rng = np.random.default_rng(1)
    x, y = rng.uniform(0, width_m, (2, count))
    people = rng.lognormal(5, 1, count).round()
    return pd.DataFrame({"place": [f"p{n}" for n in range(count)], "x": x, "y": y}), people


def _cases(people: np.ndarray, count: int, seed: int) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    place = rng.choice(len(people), count, p=people / people.sum())
    day = FIRST + pd.to_timedelta(rng.integers(0, 365, count), unit="D")
    return pd.DataFrame({"place": [f"p{n}" for n in place], "day": day})


def _timed(name: str, scan: Callable[[int | Sequential], pd.DataFrame]) -> None:
    scan(1)
    start = time.perf_counter()
    found = scan(REPLICATIONS)
    seconds = time.perf_counter() - start
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    target = TARGETS.get(name.partition(":")[0])
    verdict = "" if target is None else f" (target {target:.0f} s: {_met(seconds <= target)})"
    print(
        f"{name}: {seconds:.1f} s{verdict}, {memory:.2f} GiB, best p {found['p'].min():.3f}",
        flush=True,
    )


def _met(so: bool) -> str:
    return "met" if so else "MISSED"


def _speed(options: argparse.Namespace) -> None:
    places, people = _places(PLACES, WIDTH_M)
    for count in options.cases:
        cases = _cases(people, count, 2)
        own = cases["place"].value_counts().reindex(places["place"], fill_value=0).to_numpy()
        given = places.assign(count=own, expected=people, controls=people.astype(int))
        days = pd.Series(1.0, index=pd.date_range(*YEAR))
        expected = expected_by_day(pd.Series(people, index=places["place"]), days)
        told = f"{PLACES} places, {count} cases, {REPLICATIONS} replications"
        _timed(f"poisson_scan: {told}", lambda r: poisson_scan(given, replications=r))  # noqa: B023
        _timed(f"bernoulli_scan: {told}", lambda r: bernoulli_scan(given, replications=r))  # noqa: B023
        for prospective, word in ((True, "last day"), (False, "all")):
            how = {**LIMITS, "prospective": prospective}
            _timed(
                f"permutation, {word}: {told}",
                lambda r: permutation_scan(cases, places, period=YEAR, replications=r, **how),  # noqa: B023
            )
            _timed(
                f"space-time Poisson, {word}: {told}",
                lambda r: space_time_poisson_scan(cases, places, expected, replications=r, **how),  # noqa: B023
            )


def _categories() -> Iterator[int]:
    """200,000 cases of a year in 40 categories, the largest with a tenth."""
    weight = 0.9 ** np.arange(40)
    yield from np.round(200_000 * weight / weight.sum()).astype(int).tolist()


def _district(options: argparse.Namespace) -> None:
    """All categories of a district in one night, by cells and by places."""
    for name, count in (("cells", 1_064), ("places", 20_000)):
        places, people = _places(count, 7_500.0)
        nightly = [_cases(people, size, seed) for seed, size in enumerate(_categories())]
        for prospective in (True, False):
            for replications in (REPLICATIONS, Sequential(REPLICATIONS, 10)):
                # What would take minutes is left out.
                if (count > 5_000) + (not prospective) + (replications == REPLICATIONS) > 1:
                    continue
                start, made = time.perf_counter(), []
                for cases in nightly:
                    # Only places with a case can change what a window holds or expects.
                    own = places[places["place"].isin(cases["place"])]
                    how = {**LIMITS, "prospective": prospective, "replications": replications}
                    found = permutation_scan(cases, own, period=YEAR, **how)
                    made.append(found["replications"].max() if len(found) else 0)
                memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
                print(
                    f"{count} {name}, {len(nightly)} categories, "
                    f"{sum(len(cases) for cases in nightly)} cases, "
                    f"{'last day' if prospective else 'all windows'}, {replications}: "
                    f"{time.perf_counter() - start:.1f} s, {np.mean(made):.0f} replications "
                    f"on average, {memory:.2f} GiB",
                    flush=True,
                )


def _null(options: argparse.Namespace) -> None:
    """Share of districts without clusters whose best cluster has p at most 0.05."""
    places, people = _places(60, 3_000.0)
    days = pd.Series(1.0, index=pd.date_range(*YEAR))
    expected = expected_by_day(pd.Series(people, index=places["place"]), days)
    p: dict[str, list[float]] = {}
    for seed in range(NULL):
        cases = _cases(people, 150, 1_000 + seed)
        own = cases["place"].value_counts().reindex(places["place"], fill_value=0).to_numpy()
        given = places.assign(count=own, expected=people, controls=people.astype(int))
        how = {**LIMITS, "replications": 99, "seed": seed}
        found = {
            "poisson": poisson_scan(given, replications=99, seed=seed),
            "bernoulli": bernoulli_scan(given, replications=99, seed=seed),
            "permutation": permutation_scan(cases, places, period=YEAR, **how),
            "space-time Poisson": space_time_poisson_scan(cases, places, expected, **how),
        }
        for name, clusters in found.items():
            p.setdefault(name, []).append(clusters["p"].min() if len(clusters) else 1.0)
    for name, values in p.items():
        shares = ", ".join(f"{level}: {np.mean(np.array(values) <= level):.3f}" for level in
                           (0.05, 0.25, 0.5, 0.75))  # fmt: skip
        print(f"{name}: share of {NULL} null districts with p at most {shares}")
