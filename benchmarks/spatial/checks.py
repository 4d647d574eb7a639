"""Checks of layers: every fault planted in a generated district is found, and nothing else."""

from __future__ import annotations

import argparse
import time
from types import SimpleNamespace
from typing import cast

import numpy as np
import pandas as pd
import shapely

from blockdata.grid.checks import CheckSettings, check_layers
from blockdata.grid.repairs import apply_repairs, propose_repairs
from data_samples.district.buildings import build
from data_samples.district.names import load_names
from data_samples.district.places import lay_out
from data_samples.district.redrawing import Grids, draw_grids
from data_samples.district.sizes import PLANS, Size
from data_samples.district.streams import Streams
from data_samples.district.things import furnish
from data_samples.district.world import World

PARENTS = {"unit": "responsibility", "responsibility": "community"}
SOUTH_WEST_M = (538_200.0, 3_342_000.0)
COMPONENTS = 40_000
SHORT_LINE_M = 3.0
MEASURE_WITHIN = 2e-3
SECONDS = 5.0


def main(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.spatial --only checks", description=__doc__
    )
    parser.add_argument("--size", choices=("tiny", "small", "district"), default="district")
    parser.add_argument("--seed", type=int, default=7)
    options = parser.parse_args(arguments)
    world = land_of(options.size, options.seed)
    measure(world, draw_grids(world), options.seed)


def land_of(size: Size, seed: int) -> World:
    """Return a district with all that stands in it, without the people and cases of a sample."""
    plan, names, streams = PLANS[size], load_names(), Streams(seed)
    places = lay_out(plan, names, streams, SOUTH_WEST_M)
    buildings = build(plan, places, streams.of("buildings"))
    nothing = pd.DataFrame({"unit": [], "row": [], "kind": []})
    return cast(
        "World",
        SimpleNamespace(
            size=size,
            plan=plan,
            streams=streams,
            places=places,
            library=SimpleNamespace(
                buildings=buildings, table=pd.DataFrame({"block": np.array([], int)})
            ),
            components=furnish(plan, places, names.city, streams.of("components")),
            truth=SimpleNamespace(hot_spots=nothing, places=nothing),
        ),
    )


def measure(world: World, grids: Grids, seed: int) -> None:
    cells, buildings, components = (cells_of(world, grids), buildings_of(world), lines_near(world))
    settings = CheckSettings(crs="EPSG:4549", declared=grids.declared)
    held_to = {"parents": PARENTS, "communities": "community"}
    things = {"buildings": buildings, "components": components}
    print(
        f"{world.size}, seed {seed}: {(cells['layer'] == 'unit').sum():,} unit grids, "
        f"{len(buildings):,} buildings, {len(components):,} components (points, short lines)"
    )
    begun = time.perf_counter()
    found = check_layers(cells, settings=settings, **held_to, **things)
    seconds = time.perf_counter() - begun
    print(f"checks {seconds:.2f} s ({'met' if seconds <= SECONDS else 'NOT MET'}: {SECONDS:g} s)")
    print_found(found, grids.faults)
    begun = time.perf_counter()
    proposals = propose_repairs(cells, found, checks=settings, **held_to, **things)
    print(f"{proposals['proposal'].nunique()} proposals {time.perf_counter() - begun:.2f} s")
    for proposal, own in proposals.groupby("proposal"):
        after = check_layers(apply_repairs(cells, own), settings=settings, **held_to, **things)
        gone = set(found["finding"]) - set(after["finding"])
        come = set(after["finding"]) - set(found["finding"]) - {"declared_count"}
        told = f"gone: {', '.join(sorted(gone)) or '-'}; come: {', '.join(sorted(come)) or '-'}"
        print(f"  {proposal} {own['action'].iloc[0]:5} {own['finding'].iloc[0]:18} {told}")


def print_found(found: pd.DataFrame, planted: pd.DataFrame) -> None:
    cuts = found["finding"] == "cuts_component"
    both = planted.merge(found[~cuts], left_on="fault", right_on="finding", how="outer")
    close = np.isclose(
        both["measure_x"].astype(float), both["measure_y"], rtol=MEASURE_WITHIN, atol=0
    )
    missed, extra = int(both["finding"].isna().sum()), int(both["fault"].isna().sum())
    wrong = int((~close).sum())
    print(f"{len(planted)} planted: {missed} missed, {extra} others, {wrong} mismeasured")
    for row in both.itertuples():
        print(f"  {row.fault or '-':18} {row.measure_x:>10} {row.measure_y:12.3f} {row.unit_y}")
    print(f"  and {int(cuts.sum())} of the lines laid across borders are told as cut components")


def cells_of(world: World, grids: Grids) -> pd.DataFrame:
    now = grids.after[grids.after["ends_on"].isna()]
    cells = pd.DataFrame({"id": [f"g{n:06}" for n in range(len(now))]})
    columns = {"layer": "layer", "code": "code", "area_code": "area_code", "area_m2": "stated_m2"}
    for name, column in columns.items():
        cells[name] = now[column].to_numpy()
    cells["geom"] = now["geometry"].to_numpy()
    own = world.places.communities
    communities = pd.DataFrame({"id": "c" + own["code"], "layer": "community", "code": own["code"]})
    communities["geom"] = own["geometry"].to_numpy()
    return pd.concat([cells, communities], ignore_index=True)


def buildings_of(world: World) -> pd.DataFrame:
    shapes = world.library.buildings["geometry"].to_numpy()
    return pd.DataFrame({"id": [f"b{n:06}" for n in range(len(shapes))], "geom": shapes})


def lines_near(world: World) -> pd.DataFrame:
    """Half of the components as points, half as short lines beside the streets."""
    xy = world.components[["x", "y"]].to_numpy()[:COMPONENTS]
    shapes = shapely.points(xy)
    ends = np.stack([xy, xy + np.array([SHORT_LINE_M, 0.0])], axis=1)
    shapes[::2] = shapely.linestrings(ends[::2])
    return pd.DataFrame({"id": [f"p{n:06}" for n in range(len(shapes))], "geom": shapes})
