"""Point patterns: published pair counts, and speed and answers beside peers in one run.

`--only points [--part oracles knox k clusters density] [--oracles FOLDER] [--runs 3]`. The oracle
is the folder near_repeat; without a folder it is left out. Peers are pointpats, scikit-learn and
scipy; one that is not installed is left out. Own times are medians of several runs, without
compiling; a peer that takes long runs once. On a busy machine compare processor seconds. Points
are invented: half of them even, half in knots of 200.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import resource
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import shapely

from blockdata.analysis.clusters import dbscan_clusters, hdbscan_clusters
from blockdata.analysis.density import plane_density, street_density
from blockdata.analysis.near_repeat import knox, space_time_k

PARTS = ("oracles", "knox", "k", "clusters", "density")
WIDTH_M = 7_500.0
FIRST = pd.Timestamp("2026-01-01")
AREA = shapely.box(0, 0, WIDTH_M, WIDTH_M)
KNOX_TIMES = 100
TIES = (
    " (core distances make joints of equal length, which scikit-learn parts one after the other, "
    "in no stated order, and we at once)"
)


def main(arguments: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(prog="points", description=__doc__)
    parser.add_argument("--part", nargs="+", choices=PARTS, default=PARTS)
    parser.add_argument("--oracles", type=Path, help="folder with near_repeat")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--events", type=int, default=45_000, help="events of Knox's test")
    options = parser.parse_args(arguments)
    for part in options.part:
        print(f"-- {part}")
        globals()[f"_{part}"](options)


def _oracles(options: argparse.Namespace) -> None:
    if options.oracles is None:
        print("no folder given (--oracles)")
        return
    folder = options.oracles / "near_repeat"
    told = json.loads((folder / "expected.json").read_text(encoding="utf-8"))
    events = pd.read_csv(folder / "chicago_burglary_2016.csv")
    events["day"] = pd.to_datetime(events["date_single"], format="%d/%m/%Y")
    how = {
        "distance_edges_m": told["distance_bands_m"][1:],
        "day_bands": [tuple(band) for band in told["time_bands_days_right_closed"]],
    }
    for convention, key in (
        ("right_closed", "observed_pairs_right_closed"),
        ("calculator", "observed_pairs_near_repeat_calculator"),
    ):
        found = knox(events, convention=convention, permutations=999, **how)
        wanted = [count for row in told[key].values() for count in row]
        same = found["observed"].tolist() == wanted
        print(f"{len(events)} events, {convention}: pairs {'same' if same else 'OTHER'}")
        if convention == "calculator":
            ratios = [ratio for row in told["knox_ratio_near_repeat_calculator"].values()
                      for ratio in row]  # fmt: skip
            ours = found["ratio"].round(3).tolist()[: len(ratios)]
            print(f"  ratios {ours}, published {ratios} (other permutations)")


def _points(count: int, seed: int = 1) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    centres = rng.uniform(300, WIDTH_M - 300, (max(count // 400, 1), 2))
    knots = centres[rng.integers(0, len(centres), count // 2)]
    knots = knots + rng.normal(0, 30, knots.shape)
    xy = np.vstack([knots, rng.uniform(0, WIDTH_M, (count - len(knots), 2))])
    return pd.DataFrame(rng.permutation(xy), columns=["x", "y"])


def _events(count: int) -> pd.DataFrame:
    rng = np.random.default_rng(2)
    events = pd.DataFrame(rng.uniform(0, WIDTH_M, (count, 2)), columns=["x", "y"])
    return events.assign(day=FIRST + pd.to_timedelta(rng.integers(0, 365, count), unit="D"))


def _timed(work: Callable[[], Any], runs: int) -> tuple[float, float, Any]:
    """Return medians of seconds and of processor seconds (all threads), and what was found."""
    seconds, busy, found = [], [], None
    for _ in range(runs):
        start, own = time.perf_counter(), time.process_time()
        found = work()
        seconds.append(time.perf_counter() - start)
        busy.append(time.process_time() - own)
    return float(np.median(seconds)), float(np.median(busy)), found


def _has(package: str) -> bool:
    there = importlib.util.find_spec(package) is not None
    if not there:
        print(f"{package} is not installed: left out")
    return there


def _memory() -> str:
    return f"peak so far {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20:.2f} GiB"


def _knox(options: argparse.Namespace) -> None:
    events = _events(options.events)
    one = {"distance_edges_m": [100], "day_bands": [(0, 7)], "permutations": 99}
    knox(events[:50], **one)
    ours, busy, table = _timed(lambda: knox(events, **one), options.runs)
    full, _, _ = _timed(lambda: knox(events), options.runs)
    print(
        f"{len(events)} events, 100 m, 7 days, 99 permutations: {ours:.3f} s, "
        f"{busy:.3f} of processors"
    )
    print(f"the same, 5 x 3 bands, 999 permutations: {full:.2f} s, {_memory()}")
    if _has("pointpats"):
        from pointpats.spacetime import Knox

        day = (events["day"] - FIRST).dt.days.to_numpy()[:, None]
        peer, peer_busy, found = _timed(
            lambda: Knox(events[["x", "y"]].to_numpy(), day, 100, 7, 99), 1
        )
        same = int(table["observed"].sum()) == found.nst
        times = peer / ours
        print(
            f"pointpats {peer:.1f} s, once, {peer_busy:.1f} of processors: {times:.0f} times ours, "
            f"{peer_busy / busy:.0f} of processors "
            f"(target {KNOX_TIMES}: {'met' if times >= KNOX_TIMES else 'MISSED'}); statistic "
            f"{int(table['observed'].sum())} / {found.nst}: {'same' if same else 'OTHER'}; "
            f"p {table['p'].iloc[-1]:.2f} / {found.p_sim:.2f}"
        )


def _k(options: argparse.Namespace) -> None:
    events = _events(10_000)
    space_time_k(events[:50], area=AREA, permutations=2)
    seconds, _, found = _timed(
        lambda: space_time_k(events, area=AREA, permutations=99), options.runs
    )
    poisson = np.pi * found.table["distance_m"] ** 2
    off = float((found.table["k_space"] / poisson - 1).abs().max())
    print(
        f"{len(events)} even events, 4 distances, 3 spans, 99 permutations: {seconds:.2f} s, "
        f"K1 within {100 * off:.1f} % of a circle, p {found.p:.2f}"
    )


def _same_parts(one: Any, other: Any) -> str:
    """Tell whether two labellings part the points alike, whatever the numbers."""
    pairs = pd.DataFrame({"one": np.asarray(one), "other": np.asarray(other)})
    kinds = pairs.drop_duplicates()
    alike = kinds["one"].is_unique and kinds["other"].is_unique
    noise = ((pairs["one"] < 0) == (pairs["other"] < 0)).all()
    best = pairs.groupby("one")["other"].transform(lambda v: v.mode()[0])
    differ = int((best != pairs["other"]).sum())
    return "same" if alike and noise else f"OTHER for {differ} of {len(pairs)} points"


def _clusters(options: argparse.Namespace) -> None:
    for count in (20_000, 100_000):
        points = _points(count)
        xy = points.to_numpy()
        how = {"min_size": 20, "min_points": 10, "accuracy_m": 1e-6}
        dbscan_clusters(points[:50], eps_m=25, min_points=10)
        hdbscan_clusters(points[:50], **how)
        plain, _, found = _timed(
            lambda: dbscan_clusters(points, eps_m=25, min_points=10),  # noqa: B023
            options.runs,
        )
        deep, _, parted = _timed(lambda: hdbscan_clusters(points, **how), options.runs)  # noqa: B023
        print(f"{count} points: dbscan {plain:.2f} s, {len(found.clusters)} clusters; "
              f"hdbscan {deep:.2f} s, {len(parted.clusters)} clusters; {_memory()}")  # fmt: skip
        if not _has("sklearn"):
            continue
        from sklearn.cluster import DBSCAN, HDBSCAN

        peer, _, labels = _timed(lambda: DBSCAN(eps=25, min_samples=10).fit(xy).labels_, 1)  # noqa: B023
        equal = (labels == found.points["cluster"]).all()
        print(f"  scikit-learn DBSCAN {peer:.2f} s: labels {'same' if equal else 'OTHER'}")
        if count > 20_000:
            continue  # minutes
        for fewest in (1, 10):
            own = hdbscan_clusters(points, **{**how, "min_points": fewest}).points
            model = HDBSCAN(min_cluster_size=20, min_samples=fewest, copy=True)
            peer, _, model = _timed(lambda: model.fit(xy), 1)  # noqa: B023
            held = (own["cluster"] >= 0).to_numpy() & (model.labels_ >= 0)
            off = np.abs(own["membership"].to_numpy() - model.probabilities_)[held]
            print(
                f"  scikit-learn HDBSCAN, min_points {fewest}, {peer:.2f} s: clusters "
                f"{_same_parts(own['cluster'], model.labels_)}, membership off by over 1e-9 for "
                f"{int((off > 1e-9).sum())}{TIES if fewest > 1 else ''}"
            )


def _density(options: argparse.Namespace) -> None:
    points = _points(20_000)
    plane_density(points[:50], bandwidth_m=100, cell_m=500, kernel="gaussian")
    how = {"bandwidth_m": 100, "cell_m": 50, "kernel": "gaussian", "area": AREA}
    seconds, _, plain = _timed(lambda: plane_density(points, edge="none", **how), options.runs)
    told = f"{len(points)} points, {len(plain)} cells"
    print(f"{told}, Gaussian: {seconds:.2f} s")
    at = plain[["x", "y"]].to_numpy()[::7]
    ours = plain["density_per_km2"].to_numpy()[::7] / 1e6 / len(points)
    if _has("sklearn"):
        from sklearn.neighbors import KernelDensity

        model = KernelDensity(bandwidth=100, rtol=0, atol=0).fit(points.to_numpy())
        peer, _, logs = _timed(lambda: model.score_samples(at), 1)
        off = np.abs(np.exp(logs) - ours).max() / ours.max()
        print(f"  scikit-learn, a seventh of the cells {peer:.2f} s: off by {off:.1e} of the top")
    _density_scipy()
    for kernel, width_m in (("quartic", 300.0), ("gaussian", 100.0)):
        for edge in ("diggle", "uniform"):
            given = {"kernel": kernel, "bandwidth_m": width_m, "edge": edge, "area": AREA}
            plane_density(points[:50], cell_m=500, **given)
            seconds, _, found = _timed(
                lambda: plane_density(points, cell_m=25, **given),  # noqa: B023
                options.runs,
            )
            total = (found["density_per_km2"] * found["area_m2"]).sum() / 1e6
            print(f"{len(points)} points, {len(found)} cells, {kernel}, {edge}: {seconds:.2f} s, "
                  f"integral {total:.3f}")  # fmt: skip
    million = _points(1_000_000)
    seconds, _, _ = _timed(lambda: plane_density(million, bandwidth_m=300, cell_m=25, area=AREA), 1)
    print(f"a million points, quartic, diggle: {seconds:.1f} s, {_memory()}")
    _density_streets(points, million, options.runs)


def _density_scipy() -> None:
    """Compare with scipy, whose bandwidth follows the points' covariance: of points made round."""
    from scipy.stats import gaussian_kde

    xy = _points(2_000).to_numpy()
    xy = (xy - xy.mean(axis=0)) @ np.linalg.inv(np.linalg.cholesky(np.cov(xy.T))).T * 1_000
    found = plane_density(pd.DataFrame(xy, columns=["x", "y"]), bandwidth_m=100, cell_m=100,
                          kernel="gaussian")  # fmt: skip
    peer = gaussian_kde(xy.T, bw_method=0.1)(found[["x", "y"]].to_numpy().T) * len(xy) * 1e6
    off = np.abs(found["density_per_km2"] - peer).max() / peer.max()
    print(f"  scipy gaussian_kde, 2000 points: off by {off:.1e} of the top")


def _streets(blocks: int = 45) -> list[Any]:
    """Lay out streets that cross at right angles, but for 10 m."""
    rng = np.random.default_rng(3)
    at = np.stack(np.meshgrid(*[np.linspace(0, WIDTH_M, blocks + 1)] * 2), axis=-1)
    at = at + rng.normal(0, 10, at.shape)
    pairs = [np.stack([at[:-1], at[1:]], axis=2), np.stack([at[:, :-1], at[:, 1:]], axis=2)]
    return list(shapely.linestrings(np.concatenate([p.reshape(-1, 2, 2) for p in pairs])))


def _density_streets(points: pd.DataFrame, million: pd.DataFrame, runs: int) -> None:
    streets = _streets()
    for split in ("discontinuous", "continuous"):
        how = {"bandwidth_m": 300, "split": split, "snap_m": 200}
        street_density(points[:50], streets, **how)
        seconds, _, found = _timed(lambda: street_density(points, streets, **how), runs)  # noqa: B023
        print(f"{len(points)} points, {len(streets)} streets, {len(found)} lixels, {split}: "
              f"{seconds:.2f} s, total {found['events'].sum():.4f}")  # fmt: skip
    seconds, _, found = _timed(lambda: street_density(million, streets, **how), 1)
    print(f"a million points, continuous: {seconds:.1f} s, total {found['events'].sum():.2f}, "
          f"{_memory()}")  # fmt: skip
