"""Local statistics and emerging hot spots: oracles, speed beside esda, one night's work.

`--only local [--part oracles speed emerging null] [--oracles FOLDER] [--cells 100000]
[--districts 200]`.

The oracles are published or R's values for the folders memphis, getisord and columbus; without a
folder they are left out. Speed is the median of several runs after one that compiles. esda's p is
that of 999 permutations, one-sided; beside it stand the two-sided normal p and the adaptive
permutation p, which makes up to 99,999 draws where few sums are as large.
"""

from __future__ import annotations

import argparse
import json
import resource
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import shapely

from blockdata.analysis.emerging import emerging_hot_spots
from blockdata.analysis.local import (
    Draws,
    contiguity,
    distance_band,
    getis_ord,
    getis_ord_test,
    global_moran,
    local_moran,
    local_moran_test,
    neighbourhood_test,
)
from blockdata.analysis.local.weights import Weights

PARTS = ("oracles", "speed", "emerging", "null")
CLOSE = 1e-6
RUNS = 5
CELL_M = 100.0
CATEGORIES, CELLS, WEEKS = 40, 1_064, 52
REFERENCES = ("entire", 4, "step")


def main(arguments: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(prog="local", description=__doc__)
    parser.add_argument("--part", nargs="+", choices=PARTS, default=PARTS)
    parser.add_argument("--oracles", type=Path, help="folder with memphis, getisord, columbus")
    parser.add_argument("--cells", type=int, default=100_000, help="of the speed part")
    parser.add_argument("--districts", type=int, default=200, help="of each kind, null part")
    options = parser.parse_args(arguments)
    for part in options.part:
        print(f"-- {part}")
        globals()[f"_{part}"](options)


def _oracles(options: argparse.Namespace) -> None:
    if options.oracles is None:
        print("no folder given (--oracles)")
        return
    for oracle in (_getisord, _columbus, _memphis):
        oracle(options.oracles)


def _off(name: str, ours: object, theirs: object, limit: float = CLOSE) -> None:
    one, other = np.asarray(ours, dtype=float), np.asarray(theirs, dtype=float)
    off = np.abs(one - other).max()
    print(
        f"{name}: {one.size} values, farthest off {off:.1e} (limit {limit:g}: {_met(off <= limit)})"
    )


def _met(so: bool) -> str:
    return "met" if so else "MISSED"


def _getisord(folder: Path) -> None:
    told = pd.read_csv(folder / "getisord" / "oracle_getisord.csv")
    near = distance_band(told["x"], told["y"], 30)
    _off("getisord Gi*", getis_ord(told["val"], near)["z"], told["gstar30"])
    _off("getisord Gi", getis_ord(told["val"], near, star=False)["z"], told["gi30"])


def _columbus(folder: Path) -> None:
    told = pd.read_csv(folder / "columbus" / "oracle_columbus.csv")
    drawn = json.loads((folder / "columbus" / "columbus.geojson").read_text(encoding="utf-8"))
    wanted = json.loads((folder / "columbus" / "expected.json").read_text(encoding="utf-8"))
    shapes = {
        int(feature["properties"]["POLYID"]): shapely.from_geojson(json.dumps(feature["geometry"]))
        for feature in drawn["features"]
    }
    near = contiguity([shapes[number] for number in told["POLYID"]], tolerance_m=1e-6)
    crime = told["CRIME"]
    analytic = getis_ord_test(crime, near, method="analytic")
    _off("columbus Gi*", analytic["z"], told["gstarB"])
    _off("columbus Gi", getis_ord(crime, near, star=False)["z"], told["giB"])
    _off("columbus q of Gi* (BH)", analytic["q"], told["pBH"])
    counted = wanted["p_le_05"]
    print(
        f"columbus Gi* above 1.96: {(analytic['z'] > 1.96).sum()} / {wanted['gi_star_gt_1_96']}, "
        f"below -1.96: {(analytic['z'] < -1.96).sum()} / {wanted['gi_star_lt_minus_1_96']}, "
        f"p <= 0.05: {(analytic['p'] <= 0.05).sum()} / {counted['raw']}, "
        f"q <= 0.05: {(analytic['q'] <= 0.05).sum()} / {counted['benjamini_hochberg']}"
    )
    _off("columbus global Moran", global_moran(crime, near)["i"], wanted["moran_I_queen"])
    ours = local_moran(crime, near, divisor="n")
    for column, theirs in {"i": "Ii", "expected": "EIi", "variance": "VarIi", "z": "ZIi"}.items():
        _off(f"columbus local Moran, divisor n: {column}", ours[column], told[theirs])
    from esda.moran import Moran_Local

    # esda's I is scaled by n - 1, the moments that it tells by n: they do not belong together.
    # What its permutations give belongs to its I.
    peer = Moran_Local(crime.to_numpy(), _libpysal(near), permutations=9_999, seed=1)
    other = local_moran(crime, near, divisor="n-1")
    _off("columbus local Moran, divisor n - 1: i beside esda", other["i"], peer.Is)
    _off("columbus local Moran, divisor n: expected beside esda", ours["expected"], peer.EIc)
    _off("columbus local Moran, divisor n: variance beside esda", ours["variance"], peer.VIc)
    ratio = np.median(peer.VI_sim / other["variance"])
    print(
        f"columbus local Moran, divisor n - 1: esda's permuted variance / ours, median {ratio:.3f}"
    )


def _memphis(folder: Path) -> None:
    found = pd.read_csv(folder / "memphis" / "memphis_robberies_jan.csv")
    wanted = json.loads((folder / "memphis" / "expected.json").read_text(encoding="utf-8"))
    points = shapely.points(found["x"], found["y"])
    for cell_m in (500, 200):
        cells = _memphis_cells(found, points, cell_m)
        count = np.zeros(len(cells), dtype=np.int64)
        tree = shapely.STRtree(cells)
        count += np.bincount(tree.query(points, "intersects")[1], minlength=len(cells))
        z = getis_ord(count, contiguity(cells, tolerance_m=0.01))["z"]
        told = wanted[str(cell_m)]
        print(f"memphis {cell_m} m: {len(cells)} cells / {told['cells']}, {count.sum()} incidents")
        if "first_ten_gi_star" in told:
            _off(f"memphis {cell_m} m Gi*, three digits", z[:10], told["first_ten_gi_star"], 5.1e-4)
        else:
            _off(f"memphis {cell_m} m Gi*, one digit", z[3:6], told["gi_star_4th_to_6th"], 0.051)


def _memphis_cells(found: pd.DataFrame, points: np.ndarray, cell_m: int) -> np.ndarray:
    """Squares that touch the convex hull, which is widened by half a cell; row by row."""
    hull = shapely.buffer(shapely.convex_hull(shapely.multipoints(points)), cell_m / 2)
    west, south = found["x"].min() - cell_m / 2, found["y"].min() - cell_m / 2
    _, _, east, north = shapely.bounds(hull)
    across = west + cell_m * np.arange(int(np.ceil((east - west) / cell_m)))
    up = south + cell_m * np.arange(int(np.ceil((north - south) / cell_m)))
    x, y = (part.ravel() for part in np.meshgrid(across, up))
    cells = shapely.box(x, y, x + cell_m, y + cell_m)
    return cells[shapely.intersects(cells, hull)]


def _libpysal(near: Weights) -> object:
    from libpysal.weights import WSP

    return WSP(near).to_W(silence_warnings=True)


def _grid(cells: int) -> Weights:
    across, up = np.divmod(np.arange(cells), int(np.ceil(np.sqrt(cells))))
    return distance_band(across * CELL_M, up * CELL_M, 1.5 * CELL_M)


def _median_s(run: Callable[[], object], runs: int = RUNS) -> float:
    run()
    seconds = []
    for _ in range(runs):
        start = time.perf_counter()
        run()
        seconds.append(time.perf_counter() - start)
    return float(np.median(seconds))


def _speed(options: argparse.Namespace) -> None:
    from esda.getisord import G_Local

    near = _grid(options.cells)
    counts = np.random.default_rng(1).poisson(3.0, options.cells)
    weights, values = _libpysal(near), counts.astype(float)
    theirs: list[G_Local] = []

    def esda() -> None:
        theirs[:] = [G_Local(values, weights, transform="B", star=True, permutations=999, seed=1)]

    peer = _median_s(esda, 3)
    print(f"{options.cells} cells, esda G_Local, 999 permutations: {peer:.2f} s")
    ours = {
        "normal p and BH": lambda: getis_ord_test(counts, near, method="analytic"),
        "adaptive permutation p and BH": lambda: getis_ord_test(counts, near),
        "exact permutation p and BH": lambda: getis_ord_test(counts, near, method="exact"),
        "999 permutations, none stopped, and BH": lambda: getis_ord_test(
            counts, near, draws=Draws(999, 0)
        ),
        "adaptive permutation p of Gi": lambda: getis_ord_test(counts, near, star=False),
        "adaptive permutation p of local Moran": lambda: local_moran_test(counts, near),
        "negative binomial p by exposure": lambda: neighbourhood_test(
            counts, np.ones(options.cells), near
        ),
    }
    for name, run in ours.items():
        seconds = _median_s(run)
        times = peer / seconds
        print(
            f"  {name}: {seconds * 1000:.0f} ms, {times:.0f} times faster (50: {_met(times >= 50)})"
        )
    _agreement(counts, near, theirs[0])
    print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20:.2f} GiB")


def _agreement(counts: np.ndarray, near: Weights, peer: object) -> None:
    """Print how far statistics and p of the two are from one another."""
    adaptive = getis_ord_test(counts, near)
    normal = getis_ord_test(counts, near, method="analytic")
    _off("z beside esda's", adaptive["z"], peer.Zs)  # type: ignore[attr-defined]
    _off("normal p, halved, beside esda's p_norm", normal["p"] / 2, peer.p_norm)  # type: ignore[attr-defined]
    # esda keeps the cell's own value where it stands, so that its p of Gi* is the one of Gi; in the
    # lower tail it leaves out what is equal.
    gi = getis_ord_test(counts, near, star=False, alternative="greater")["p"].to_numpy()
    high = gi < 0.4
    one_sided = gi[high]
    error = np.sqrt(one_sided * (1 - one_sided) / 999 + one_sided**2 / Draws().stop_after)
    deviate = (one_sided - peer.p_sim[high]) / error  # type: ignore[attr-defined]
    print(
        f"adaptive p of Gi beside p_sim, upper tail: mean deviate {deviate.mean():.2f}, "
        f"standard deviation {deviate.std():.2f}"
    )
    draws = adaptive["replications"]
    print(
        f"adaptive p: draws on average {draws.mean():.0f}, at most {draws.max()}; "
        f"least p {adaptive['p'].min():.1e}, esda's {peer.p_sim.min():.1e}"  # type: ignore[attr-defined]
    )


def _night() -> tuple[list[np.ndarray], np.ndarray]:
    """180,000 incidents of a year in categories that differ in size, in cells that differ too."""
    rng = np.random.default_rng(1)
    exposure = rng.lognormal(0, 1, CELLS)
    means = 0.2 * 0.9 ** np.arange(CATEGORIES)
    risk = rng.gamma(5, 0.2, (CATEGORIES, CELLS, 1)) * exposure[:, None] / exposure.mean()
    return [
        rng.poisson(mean * r, (CELLS, WEEKS)) for mean, r in zip(means, risk, strict=True)
    ], exposure


def _emerging(options: argparse.Namespace) -> None:
    cubes, exposure = _night()
    near = _grid(CELLS)
    total = sum(int(cube.sum()) for cube in cubes)
    told = f"{CATEGORIES} categories x {CELLS} cells x {WEEKS} weeks, {total} incidents"
    emerging_hot_spots(cubes[0], near)
    for name, by in (("normal p", None), ("negative binomial p by exposure", exposure)):
        seconds, hot = [], []
        for reference in REFERENCES:
            emerging_hot_spots(cubes[0], near, reference=reference, exposure=by)
            start = time.perf_counter()
            found = [
                emerging_hot_spots(cube, near, reference=reference, exposure=by) for cube in cubes
            ]
            seconds.append(time.perf_counter() - start)
            hot.append(sum(int((one.cells["side"] == "hot").sum()) for one in found))
        apart = ", ".join(f"{r}: {s:.1f} s" for r, s in zip(REFERENCES, seconds, strict=True))
        verdict = f" (8 s: {_met(sum(seconds) <= 8)})" if by is None else ""
        print(f"{told}, {name}: {sum(seconds):.1f} s{verdict}; {apart}; hot cells {hot}")


def _null(options: argparse.Namespace) -> None:
    """Share of districts without a hot spot in which some neighbourhood is called one."""
    near, rng = _grid(CELLS), np.random.default_rng(20240501)
    print(
        f"{options.districts} districts of {CELLS} cells, unequal exposure; share with any false "
        "hot spot"
    )
    print("    k   mean  Gi* normal  Gi* permuted  binomial  negative binomial  the same, BY")
    for size in (np.inf, 5.0, 2.0):
        for mean in (0.02, 0.1, 0.5, 2.0, 10.0):
            called = np.zeros(5)
            for _ in range(options.districts):
                exposure = rng.lognormal(0, 1, CELLS)
                risk = rng.gamma(size, 1 / size, CELLS) if np.isfinite(size) else 1.0
                counts = rng.poisson(mean * exposure / exposure.mean() * risk)
                called += _called(counts, exposure, near)
            share = called / options.districts
            print(f"{size:5g} {mean:6g}  {share[0]:10.3f} {share[1]:13.3f} {share[2]:9.3f} "
                  f"{share[3]:18.3f} {share[4]:13.3f}", flush=True)  # fmt: skip


def _called(counts: np.ndarray, exposure: np.ndarray, near: Weights) -> np.ndarray:
    told = [
        getis_ord_test(counts, near, method="analytic", alternative="greater"),
        getis_ord_test(counts, near, alternative="greater"),
        neighbourhood_test(counts, exposure, near, method="binomial"),
        neighbourhood_test(counts, exposure, near),
        neighbourhood_test(counts, exposure, near, correction="by"),
    ]
    return np.array([bool((frame["q"] <= 0.05).any()) for frame in told])
