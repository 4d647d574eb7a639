"""Everything that is so in a district, before any department writes it down."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from data_samples.district.buildings import build
from data_samples.district.cases import (
    Scene,
    draw_cases,
    scene_of,
    with_repeats,
    without_place,
)
from data_samples.district.doors import number_doors
from data_samples.district.holders import incorporate, shops_by_address
from data_samples.district.library import Library, compile_library
from data_samples.district.lore import (
    crossing_roads,
    crossings,
    popular_names,
    renamed_roads,
)
from data_samples.district.names import Names
from data_samples.district.people import settle
from data_samples.district.places import Places, lay_out
from data_samples.district.planted import Truth, plant
from data_samples.district.sizes import Hardness, Plan, Size
from data_samples.district.streams import Streams
from data_samples.district.things import furnish, watch
from data_samples.district.writing import Lore, Writer


@dataclass(frozen=True)
class World:
    """A district with all that is in it.

    Parameters
    ----------
    size, hardness : str
    plan : Plan
    names : Names
    streams : Streams
    places : Places
    library : Library
    lore : Lore
    renamed, crossings, persons, entities, components, cameras, cases : DataFrame
    truth : Truth
    writer : Writer
    """

    size: Size
    hardness: Hardness
    plan: Plan
    names: Names
    streams: Streams
    places: Places
    library: Library
    lore: Lore
    renamed: pd.DataFrame
    crossings: pd.DataFrame
    persons: pd.DataFrame
    entities: pd.DataFrame
    components: pd.DataFrame
    cameras: pd.DataFrame
    cases: pd.DataFrame
    truth: Truth
    writer: Writer
    default_address: int


def make_world(
    size: Size,
    plan: Plan,
    hardness: Hardness,
    names: Names,
    streams: Streams,
    south_west: tuple[float, float],
) -> World:
    """Make a district.

    Parameters
    ----------
    size : str
    plan : Plan
    hardness : str
    names : Names
    streams : Streams
    south_west : tuple of float
        Corner of the district's tile, metres.

    Returns
    -------
    World
    """
    places = lay_out(plan, names, streams, south_west)
    buildings = build(plan, places, streams.of("buildings"))
    doors = number_doors(places, buildings, streams.of("doors"))
    library = compile_library(plan, names, places, buildings, doors, streams.of("library"))
    code = places.district_code
    persons = settle(plan, names, code, library, streams.of("people"))
    entities = incorporate(plan, names, code, library, streams.of("entities"))
    components = furnish(plan, places, names.city, streams.of("components"))
    met = crossings(places)
    renamed = renamed_roads(places, names, streams.of("renamed"))
    lore = Lore(
        popular_names(places, streams.of("popular")),
        dict(zip(renamed["road"], renamed["former"], strict=True)),
        crossing_roads(places, met),
        shops_by_address(entities),
    )
    scene = scene_of(plan, hardness, places, library, components, persons)
    cases, truth = _cases(scene, streams)
    return World(
        size,
        hardness,
        plan,
        names,
        streams,
        places,
        library,
        lore,
        renamed,
        met,
        persons,
        entities,
        components,
        watch(plan, places, met, streams.of("cameras")),
        cases,
        truth,
        Writer(library, lore, hardness),
        _default_address(library, truth),
    )


def _cases(scene: Scene, streams: Streams) -> tuple[pd.DataFrame, Truth]:
    """Draw and plant all cases, in the order of their times and with their numbers."""
    drawn = draw_cases(scene, streams.of("cases"))
    planted, truth = plant(scene, drawn, streams.of("planted"))
    cases = with_repeats(planted, scene, streams.of("repeats"))
    cases = without_place(cases, scene, streams.of("default"))
    cases = cases.sort_values(["reported_at", "source", "matter", "caller"], kind="stable")
    cases = cases.reset_index(drop=True)
    prefix = np.array(["RX", "SP", "XC"], dtype=object)[cases["source"]]
    day = cases["reported_at"].dt.strftime("%Y%m%d").to_numpy(dtype=object)
    number = [f"{n:07}" for n in range(1, len(cases) + 1)]
    cases["case_no"] = prefix + day + np.array(number, dtype=object)
    return cases, truth


def _default_address(library: Library, truth: Truth) -> int:
    """Return the row of the address at which the hotline's office is."""
    table, buildings = library.table, library.buildings
    planted = set(truth.places["row"]) | set(truth.chains["address"])
    for name in ("shops", "front", "towers", "estate"):
        for row in buildings["address"][buildings["layout"] == name].tolist():
            if table["delivered"].to_numpy()[row] and row not in planted:
                return int(row)
    return int(buildings["address"].iloc[0])
