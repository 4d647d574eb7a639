"""Proposed grids of a generated district: areas against the target, buildings cut, balance, time.

Responsibility grids stand beside spopt's regionalisations on the same unit grids in the same run:
SKATER, AZP, max-p, region k-means and spatially encouraged spectral clustering. They part each
community into as many sets as the draft does (max-p: about as many, by a floor under their load).
"""

from __future__ import annotations

import argparse
import time
import warnings
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
import pandas as pd
import shapely

from blockdata.grid.drafting import (
    DraftSettings,
    Ground,
    propose_responsibility,
    propose_units,
    summary_of_units,
)
from blockdata.grid.drafting.responsibility import neighbours
from data_samples.district.buildings import build
from data_samples.district.names import load_names
from data_samples.district.places import Places, lay_out
from data_samples.district.sizes import PLANS
from data_samples.district.streams import Streams

_SOUTH_WEST = (538_200.0, 3_342_000.0)
_USES = {"river": "water", "sea": "water", "rail": "rail", "hill": "mountain"}
_M2_A_HEAD = 35.0
_MAXP = "max-p, floor of load"
_MAXP_FLOOR = 0.85
_UNITS_A_GRID = 8
_SLOW_FROM = 200
"""Unit grids from which on max-p is left out: of 867 it took more than ten minutes."""


def main(arguments: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.spatial --only drafting")
    parser.add_argument("--size", choices=["small", "district"], default="small")
    parser.add_argument("--target", type=float, default=None, help="square metres of a unit grid")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--without-peers", action="store_true")
    options = parser.parse_args(arguments)
    plan = PLANS[options.size]
    ground, places, buildings = _ground(options.size, options.seed)
    target = options.target or float(round(plan.unit_m2, -4) or plan.unit_m2)
    _tell_ground(options.size, ground)
    units = _units(ground, places, target)
    loads = _loads(units, buildings, options.seed)
    count = max(plan.responsibility, len(units) // _UNITS_A_GRID)
    _responsibility(units, loads, count, peers=not options.without_peers)


def _ground(size: str, seed: int) -> tuple[Ground, Places, pd.DataFrame]:
    plan, streams = PLANS[size], Streams(seed)  # type: ignore[index]
    places = lay_out(plan, load_names(), streams, _SOUTH_WEST)
    buildings = build(plan, places, streams.of("buildings"))
    land = [(use, getattr(places.land, name)) for name, use in _USES.items()]
    green = places.blocks[places.blocks["use"].isin(["park", "green"])]
    land += [("green", shape) for shape in green["open"]]
    sites = places.grids[places.grids["layer"] == "extended"]
    ground = Ground(
        places.communities.rename(columns={"geometry": "geom"})[["code", "name", "geom"]],
        places.streets.rename(columns={"geometry": "geom"})[["street_class", "width_m", "geom"]],
        pd.DataFrame([row for row in land if not row[1].is_empty], columns=["use", "geom"]),
        pd.DataFrame({"id": buildings.index.astype(str), "geom": buildings["geometry"]}),
        None,
        pd.DataFrame({"id": sites["code"], "geom": sites["geometry"]}),
    )
    return ground, places, buildings


def _tell_ground(size: str, ground: Ground) -> None:
    streets = ground.streets if ground.streets is not None else pd.DataFrame()
    buildings = ground.buildings if ground.buildings is not None else pd.DataFrame()
    print(
        f"generated {size}: {len(ground.communities)} communities, {len(streets)} streets, "
        f"{len(buildings)} buildings"
    )


def _units(ground: Ground, places: Places, target_m2: float) -> pd.DataFrame:
    begin = time.perf_counter()
    units = propose_units(ground, DraftSettings(target_area_m2=target_m2))
    took = time.perf_counter() - begin
    told = summary_of_units(units, target_m2, ground.buildings, ground.components)
    print(told)
    drawn = places.grids[places.grids["layer"] == "unit"].rename(columns={"geometry": "geom"})
    drawn = drawn.assign(community_code=drawn["code"].str[:12])
    own = summary_of_units(drawn, target_m2, ground.buildings)
    print(
        f"the district's own grids for comparison: {own.cells}, "
        f"outside half to twice {own.outside_factor_2}, buildings cut {own.cut_buildings}"
    )
    _met("no building is cut", told.cut_buildings == 0)
    _met("nine of ten land cells lie within half to twice", told.outside_factor_2 < told.land / 10)
    _met(f"minutes at most: {took:.1f} s", took < 120)
    return units


def _met(what: str, is_met: bool) -> None:
    print(f"{'met ' if is_met else 'MISSED'}  {what}")


def _loads(units: pd.DataFrame, buildings: pd.DataFrame, seed: int) -> pd.DataFrame:
    """Invent people by floor area, and incidents with a long tail."""
    shapes = buildings["geometry"].to_numpy(dtype=object)
    people = shapely.area(shapes) * buildings["floors"].to_numpy(dtype=float) / _M2_A_HEAD
    cell, house = shapely.STRtree(shapely.centroid(shapes)).query(units["geom"], "contains")
    rng = np.random.default_rng(seed)
    total = np.bincount(cell, people[house], minlength=len(units))
    mean = 5 + 0.05 * total * rng.gamma(2.0, 0.5, len(units))
    return pd.DataFrame(
        {
            "code": units["code"],
            "people": (total / 5).round() * 5,
            "incidents": rng.poisson(mean).astype(float),
        }
    )


def _responsibility(units: pd.DataFrame, loads: pd.DataFrame, count: int, *, peers: bool) -> None:
    begin = time.perf_counter()
    draft = propose_responsibility(units, loads, count=count)
    took = time.perf_counter() - begin
    print(f"responsibility grids: {len(draft.grids)} of {len(units)} unit grids")
    print("deviation from the mean of all sets, and from the mean of the own community's:")
    print(f"{'':24}  sets     max    mean own max own mean  pieces  compact  seconds")
    label = pd.factorize(draft.parent_code.reindex(units["code"]))[0]
    own = _row("bisection and exchange", units, loads, label, took)
    if not peers:
        return
    found = [_row(name, units, loads, *rest) for name, *rest in _peers(units, loads, label)]
    best = min(found, default=np.inf)
    _met("more even inside communities than every peer (mean)", own < best)


def _row(
    name: str, units: pd.DataFrame, loads: pd.DataFrame, label: np.ndarray[Any, Any], took: float
) -> float:
    """Print how even, whole and compact sets are; return the mean deviation in communities."""
    sums = loads.drop(columns="code").groupby(label).sum()
    community = units["community_code"].groupby(label).first()
    off = (sums / sums.mean() - 1).abs().to_numpy()
    own = (sums / sums.groupby(community).transform("mean") - 1).abs().to_numpy()
    shapes = units["geom"].groupby(label).agg(lambda g: shapely.union_all(g.to_numpy()))
    whole = shapes.to_numpy(dtype=object)
    compact = 4 * np.pi * shapely.area(whole) / shapely.length(whole) ** 2
    pieces = int(shapely.get_num_geometries(whole).sum())
    print(
        f"{name:24}{len(sums):6}{off.max():8.3f}{off.mean():8.3f}{own.max():8.3f}{own.mean():9.3f}"
        f"{pieces:8}{compact.mean():9.3f}{took:9.2f}",
        flush=True,
    )
    return float(own.mean())


def _peers(
    units: pd.DataFrame, loads: pd.DataFrame, label: np.ndarray[Any, Any]
) -> Iterator[tuple[str, np.ndarray[Any, Any], float]]:
    try:
        solvers = _solvers()
    except ImportError:
        print("spopt is not installed: no peers")
        return
    if len(units) >= _SLOW_FROM:
        solvers.pop(_MAXP)
        print(f"{_MAXP}: left out, it takes many minutes here")
    pairs = neighbours(units["geom"].to_numpy(dtype=object))
    community = pd.factorize(units["community_code"])[0]
    for name, solve in solvers.items():
        found, begin = np.zeros(len(units), dtype=int), time.perf_counter()
        for number in range(community.max() + 1):
            rows = np.flatnonzero(community == number)
            sets = len(np.unique(label[rows]))
            part = _regions(solve, units.iloc[rows], loads.iloc[rows], _within(pairs, rows), sets)
            found[rows] = found.max() + 1 + part
        yield name, found, time.perf_counter() - begin


def _within(pairs: pd.DataFrame, rows: np.ndarray[Any, Any]) -> list[tuple[int, int]]:
    number = {int(row): n for n, row in enumerate(rows)}
    both = zip(pairs["left"], pairs["right"], strict=True)
    return [(number[a], number[b]) for a, b in both if a in number and b in number]


def _regions(
    solve: Callable[..., np.ndarray[Any, Any]],
    units: pd.DataFrame,
    loads: pd.DataFrame,
    pairs: list[tuple[int, int]],
    sets: int,
) -> np.ndarray[Any, Any]:
    if sets == 1:
        return np.zeros(len(units), dtype=int)
    import geopandas as gpd
    from libpysal.weights import W

    near: dict[int, list[int]] = {n: [] for n in range(len(units))}
    for one, other in pairs:
        near[one].append(other)
        near[other].append(one)
    middle = shapely.get_coordinates(shapely.centroid(units["geom"].to_numpy(dtype=object)))
    relative = loads[["people", "incidents"]] / loads[["people", "incidents"]].sum()
    frame = gpd.GeoDataFrame(
        relative.reset_index(drop=True).assign(
            load=relative.mean(axis=1).to_numpy(), x=middle[:, 0], y=middle[:, 1]
        ),
        geometry=units["geom"].to_numpy(dtype=object),
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        np.random.seed(0)  # noqa: NPY002 - spopt draws from the global generator
        found = solve(frame, W(near, silence_warnings=True), sets)
    return np.asarray(pd.factorize(np.asarray(found))[0])


def _solvers() -> dict[str, Callable[..., np.ndarray[Any, Any]]]:
    from spopt.region import AZP, MaxPHeuristic, RegionKMeansHeuristic, Skater, Spenc

    place, load = ["x", "y"], ["people", "incidents"]

    def solved(model: Any) -> np.ndarray[Any, Any]:
        model.solve()
        return np.asarray(model.labels_)

    return {
        "AZP, place": lambda g, w, k: solved(AZP(g, w, place, n_clusters=k, random_state=0)),
        "AZP, loads": lambda g, w, k: solved(AZP(g, w, load, n_clusters=k, random_state=0)),
        "SKATER, place": lambda g, w, k: solved(
            Skater(g, w, place, n_clusters=k, floor=max(1, len(g) // (2 * k)))
        ),
        _MAXP: lambda g, w, k: solved(
            MaxPHeuristic(g, w, place, "load", _MAXP_FLOOR / k, 2, max_iterations_construction=20)
        ),
        "region k-means": lambda g, w, k: solved(RegionKMeansHeuristic(g[place].to_numpy(), k, w)),
        "Spenc": lambda g, w, k: solved(Spenc(g, w, place, n_clusters=k, random_state=0)),
    }
