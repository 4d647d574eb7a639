"""The spatial kernels beside their peers: `python -m benchmarks.spatial --only kernels`.

One invented district (1,064 irregular cells, 50,000 buildings, points half of which gather); each
task is done by our kernel and by every peer that is installed (shapely, GeoPandas, DuckDB spatial,
SedonaDB, scipy, scikit-learn), in turn, several times; medians of wall and processor seconds are
printed, the ratio to ours, the ratio of ours to reading the coordinates once from memory, whether
the answers agree, and the peak memory of one more run in a process of its own.

`--points 1e6`, `--runs 3`, `--task cells nearest ...` (all five if not given), `--peer duckdb ...`.
"""

from __future__ import annotations

import argparse
import importlib.util
import multiprocessing
import statistics
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import shapely

from blockdata.kernels import (
    CellIndex,
    FeatureIndex,
    count_pairs_within,
    dbscan,
    nearest_within,
    pairs_within,
)

WIDTH_M = 7_500.0
CELLS = 1_064
BUILDINGS = 50_000
NEAREST_M, PAIRS_M, EPS_M, MIN_POINTS = 50.0, 30.0, 25.0, 30
TARGETS = {
    "cells": {"shapely": 15, "sedonadb": 15, "duckdb": 40, "geopandas": 40},
    "nearest": {"duckdb": 8, "sedonadb": 15},
    "pairs": {"scipy": 25, "duckdb": 60},
    "listing": {},
    "clusters": {"sklearn": 8},
}
"""How many times faster than each peer the kernels are to be."""

OURS = ("kernel", "at hand")
"""Our kernel with its index made anew, as the peers make theirs, and with the index kept."""

Solver = Callable[["District"], Any]


@dataclass(frozen=True)
class District:
    """Invented cells, buildings and points; the same for the same number of points."""

    count: int

    @cached_property
    def points(self) -> np.ndarray:
        """Half of the points anywhere (some outside), half around 500 places."""
        rng = np.random.default_rng(1)
        half = self.count // 2
        place = rng.uniform(0, WIDTH_M, (500, 2))[rng.integers(0, 500, half)]
        near = place + rng.normal(0, 80, (half, 2))
        points = np.vstack([rng.uniform(-50, WIDTH_M + 50, (self.count - half, 2)), near])
        rng.shuffle(points)
        return points

    @cached_property
    def x(self) -> np.ndarray:
        """Eastings of the points."""
        return self.points[:, 0].copy()

    @cached_property
    def y(self) -> np.ndarray:
        """Northings of the points."""
        return self.points[:, 1].copy()

    @cached_property
    def cells(self) -> np.ndarray:
        """A tiling with wavy borders, to the millimetre."""
        rng = np.random.default_rng(2)
        whole = shapely.box(0, 0, WIDTH_M, WIDTH_M)
        seeds = shapely.multipoints(rng.uniform(0, WIDTH_M, (CELLS, 2)))
        tiles = shapely.get_parts(shapely.voronoi_polygons(seeds, extend_to=whole))
        fine = shapely.segmentize(shapely.intersection(tiles, whole), 20)
        return shapely.transform(fine, _wavy)

    @cached_property
    def buildings(self) -> np.ndarray:
        """L-shaped houses at any angle."""
        rng = np.random.default_rng(3)
        shape = np.array([[-1, -1], [1, -1], [1, 0.2], [0.3, 0.2], [0.3, 1], [-1, 1], [-1, -1]])
        angle = rng.uniform(0, np.pi, BUILDINGS)
        turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
        sized = shape[None] * rng.uniform(4, 15, (BUILDINGS, 1, 2))
        placed = np.einsum("ijn,nkj->nki", turn, sized)
        placed += rng.uniform(0, WIDTH_M, (BUILDINGS, 1, 2))
        return shapely.polygons(np.round(placed, 2))

    @cached_property
    def cell_index(self) -> CellIndex:
        """Our index, as a process that asks again has it at hand."""
        return CellIndex(self.cells)

    @cached_property
    def building_index(self) -> FeatureIndex:
        """Our index, as a process that asks again has it at hand."""
        return FeatureIndex(self.buildings)

    @cached_property
    def duckdb(self) -> Any:
        """Connection with the tables loaded."""
        import duckdb

        from blockdata.store.connection import load_extension

        con = duckdb.connect()
        load_extension(con, "spatial")
        for name, table in self.tables():
            con.register("given", table)
            geometry = "ST_Point(x, y)" if name == "point" else "ST_GeomFromWKB(wkb)"
            con.execute(f"create table {name} as select id, {geometry} as geom from given")
        return con

    @cached_property
    def sedonadb(self) -> Any:
        """Connection with the tables loaded."""
        import sedonadb

        con = sedonadb.connect()
        for name, table in self.tables():
            con.create_data_frame(table).to_view(f"{name}_given")
            geometry = "ST_Point(x, y)" if name == "point" else "ST_GeomFromWKB(wkb)"
            query = f"select id, {geometry} as geom from {name}_given"
            con.sql(query).to_memtable().to_view(name)
        return con

    def tables(self) -> Iterator[tuple[str, pa.Table]]:
        """Name and content of what the databases are given."""
        yield "point", pa.table({"id": np.arange(self.count), "x": self.x, "y": self.y})
        for name, shapes in (("cell", self.cells), ("building", self.buildings)):
            yield name, pa.table({"id": np.arange(len(shapes)), "wkb": shapely.to_wkb(shapes)})

    def prepare(self, peer: str) -> None:
        """Build everything that is no part of the task, before the clock starts."""
        _ = self.x, self.y, self.cells, self.buildings
        if peer == "at hand":
            _ = self.cell_index, self.building_index
        if peer in ("duckdb", "sedonadb"):
            getattr(self, peer)


def _wavy(xy: np.ndarray) -> np.ndarray:
    wave = np.column_stack([4 * np.sin(xy[:, 1] / 17), 4 * np.sin(xy[:, 0] / 13)])
    return np.round(xy + wave, 3)


def _lowest(count: int, point: np.ndarray, cell: np.ndarray) -> np.ndarray:
    found = np.full(count, np.iinfo(np.int64).max)
    np.minimum.at(found, point, cell)
    return np.where(found == np.iinfo(np.int64).max, -1, found)


def cells_kernel(d: District) -> Any:
    return CellIndex(d.cells).locate(d.x, d.y)


def cells_at_hand(d: District) -> Any:
    return d.cell_index.locate(d.x, d.y)


def cells_shapely(d: District) -> Any:
    cells = shapely.transform(d.cells, lambda xy: xy)  # not prepared by an earlier run
    shapely.prepare(cells)
    point, cell = shapely.STRtree(cells).query(shapely.points(d.x, d.y))
    inside = shapely.intersects_xy(cells[cell], d.x[point], d.y[point])
    return _lowest(d.count, point[inside], cell[inside])


def cells_geopandas(d: District) -> Any:
    import geopandas

    points = geopandas.GeoDataFrame(geometry=geopandas.points_from_xy(d.x, d.y))
    cells = geopandas.GeoDataFrame(geometry=d.cells)
    found = points.sjoin(cells, predicate="intersects")
    return _lowest(d.count, found.index.to_numpy(), found["index_right"].to_numpy())


CELLS_SQL = """
    select p.id as point, c.id as cell from point p join cell c on ST_Intersects(p.geom, c.geom)
"""
NEAREST_SQL = f"""
    select p.id as point, min(ST_Distance(p.geom, b.geom)) as distance_m
    from point p join building b on ST_DWithin(p.geom, b.geom, {NEAREST_M}) group by p.id
"""
PAIRS_SQL = f"""
    select count(*) as pairs
    from point p join point q on ST_DWithin(p.geom, q.geom, {PAIRS_M}) where p.id < q.id
"""


def cells_duckdb(d: District) -> Any:
    found = d.duckdb.execute(CELLS_SQL).fetchnumpy()
    return _lowest(d.count, found["point"], found["cell"])


def cells_sedonadb(d: District) -> Any:
    found = pa.table(d.sedonadb.sql(CELLS_SQL))
    return _lowest(d.count, found["point"].to_numpy(), found["cell"].to_numpy())


def nearest_kernel(d: District) -> Any:
    return np.nan_to_num(nearest_within(d.x, d.y, d.buildings, NEAREST_M)[1], nan=-1)


def nearest_at_hand(d: District) -> Any:
    return np.nan_to_num(d.building_index.nearest(d.x, d.y, NEAREST_M)[1], nan=-1)


def _distances(d: District, point: np.ndarray, distance_m: np.ndarray) -> np.ndarray:
    every_m = np.full(d.count, -1.0)
    every_m[point] = distance_m
    return every_m


def nearest_shapely(d: District) -> Any:
    (point, _), distance_m = shapely.STRtree(d.buildings).query_nearest(
        shapely.points(d.x, d.y), max_distance=NEAREST_M, return_distance=True, all_matches=False
    )
    return _distances(d, point, distance_m)


def nearest_duckdb(d: District) -> Any:
    found = d.duckdb.execute(NEAREST_SQL).fetchnumpy()
    return _distances(d, found["point"], found["distance_m"])


def nearest_sedonadb(d: District) -> Any:
    found = pa.table(d.sedonadb.sql(NEAREST_SQL))
    return _distances(d, found["point"].to_numpy(), found["distance_m"].to_numpy())


def pairs_kernel(d: District) -> Any:
    return count_pairs_within(d.x, d.y, PAIRS_M)


def pairs_scipy(d: District) -> Any:
    from scipy.spatial import cKDTree

    tree = cKDTree(d.points)
    return (int(tree.count_neighbors(tree, PAIRS_M)) - d.count) // 2


def listing_kernel(d: District) -> Any:
    return sum(len(first) for first, _ in pairs_within(d.x, d.y, PAIRS_M))


def listing_scipy(d: District) -> Any:
    from scipy.spatial import cKDTree

    return len(cKDTree(d.points).query_pairs(PAIRS_M, output_type="ndarray"))


def pairs_duckdb(d: District) -> Any:
    return int(d.duckdb.execute(PAIRS_SQL).fetchnumpy()["pairs"][0])


def pairs_sedonadb(d: District) -> Any:
    return int(pa.table(d.sedonadb.sql(PAIRS_SQL))["pairs"][0].as_py())


def clusters_kernel(d: District) -> Any:
    return dbscan(d.x, d.y, EPS_M, MIN_POINTS)[0]


def clusters_sklearn(d: District) -> Any:
    from sklearn.cluster import DBSCAN

    return DBSCAN(eps=EPS_M, min_samples=MIN_POINTS, n_jobs=-1).fit(d.points).labels_


TASKS: dict[str, dict[str, Solver]] = {
    "cells": {
        "kernel": cells_kernel,
        "at hand": cells_at_hand,
        "shapely": cells_shapely,
        "geopandas": cells_geopandas,
        "duckdb": cells_duckdb,
        "sedonadb": cells_sedonadb,
    },
    "nearest": {
        "kernel": nearest_kernel,
        "at hand": nearest_at_hand,
        "shapely": nearest_shapely,
        "duckdb": nearest_duckdb,
        "sedonadb": nearest_sedonadb,
    },
    "pairs": {
        "kernel": pairs_kernel,
        "scipy": pairs_scipy,
        "duckdb": pairs_duckdb,
        "sedonadb": pairs_sedonadb,
    },
    "listing": {"kernel": listing_kernel, "scipy": listing_scipy},
    "clusters": {"kernel": clusters_kernel, "sklearn": clusters_sklearn},
}


@dataclass
class Timing:
    """Seconds of each run of one solver, and its answer."""

    wall_s: list[float]
    cpu_s: list[float]
    answer: Any = None

    def take(self, solve: Solver, district: District) -> None:
        """Run the solver once more."""
        wall, cpu = time.perf_counter(), time.process_time()
        self.answer = solve(district)
        self.cpu_s.append(time.process_time() - cpu)
        self.wall_s.append(time.perf_counter() - wall)


def measure(task: str, peers: list[str], district: District, runs: int) -> dict[str, Timing]:
    """Run each solver of a task in turn, the first run of our kernel (compiling) not counted."""
    small = District(2_000)
    TASKS[task]["kernel"](small)
    timings = {peer: Timing([], []) for peer in peers}
    for peer in peers:
        district.prepare(peer)
    for _ in range(runs):
        for peer, timing in timings.items():
            timing.take(TASKS[task][peer], district)
    return timings


def agrees(task: str, one: Any, other: Any) -> str:
    """Tell in how many places two answers differ; distances may differ in rounding."""
    if task in ("pairs", "listing"):
        return "equal" if one == other else f"{other} pairs"
    if task == "nearest":
        wrong = int((~np.isclose(one, other, rtol=0, atol=1e-6)).sum())
    else:
        wrong = int((np.asarray(one) != np.asarray(other)).sum())
    return "equal" if wrong == 0 else f"{wrong} differ"


def _peak_of(task: str, peer: str, count: int, answer: Any) -> None:
    district = District(count)
    district.prepare(peer)
    if peer in OURS:
        TASKS[task][peer](District(2_000))
    # The kernel's high-water mark is inherited from the parent; writing 5 sets it to what is held.
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
    before = _memory_kib("VmRSS")
    TASKS[task][peer](district)
    answer.put((_memory_kib("VmHWM") - before) / 1024)


def _memory_kib(name: str) -> int:
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(name))


def peak_mib(task: str, peer: str, count: int) -> float:
    """Peak memory beyond the input, in a process of its own."""
    context = multiprocessing.get_context("spawn")
    answer = context.Queue()
    process = context.Process(target=_peak_of, args=(task, peer, count, answer))
    process.start()
    peak: float = answer.get(timeout=3600)
    process.join()
    return peak


def reading_s(district: District) -> float:
    """Median seconds of reading all coordinates once from memory."""
    times = []
    for _ in range(9):
        start = time.perf_counter()
        district.x.sum(), district.y.sum()
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def show(task: str, timings: dict[str, Timing], district: District) -> None:
    """Print one task: seconds, ratios, agreement and memory of each peer."""
    ours = timings["kernel"]
    wall, cpu = statistics.median(ours.wall_s), statistics.median(ours.cpu_s)
    read = reading_s(district)
    print(f"\n{task}: {district.count:,} points; ours = {wall / read:.0f} readings of them")
    print(
        f"  {'':10} {'wall s':>8} {'cpu s':>8} {'x wall':>7} {'x cpu':>7} {'target':>7}"
        f" {'MiB':>7}  answer"
    )
    for peer, timing in timings.items():
        peer_wall, peer_cpu = statistics.median(timing.wall_s), statistics.median(timing.cpu_s)
        target = TARGETS[task].get(peer, "")
        print(
            f"  {peer:10} {peer_wall:8.3f} {peer_cpu:8.3f} {peer_wall / wall:7.1f}"
            f" {peer_cpu / cpu:7.1f} {target:>7} {peak_mib(task, peer, district.count):7.0f}"
            f"  {agrees(task, ours.answer, timing.answer)}"
        )


def main(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--points", type=float, default=1e6)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--task", nargs="*", default=list(TASKS), choices=list(TASKS))
    parser.add_argument("--peer", nargs="*", default=None)
    options = parser.parse_args(arguments)
    district = District(int(options.points))
    for task in options.task:
        peers = [
            peer
            for peer in TASKS[task]
            if peer in OURS
            or (importlib.util.find_spec(peer) and (options.peer is None or peer in options.peer))
        ]
        show(task, measure(task, peers, district, options.runs), district)
