"""Writes a whole sample: its sources, its configuration and the truths planted in it."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from data_samples.district.case_tables import case_deliveries
from data_samples.district.config import configuration
from data_samples.district.coordinates import delivered
from data_samples.district.deliveries import Delivery, write_deliveries
from data_samples.district.holder_tables import holder_deliveries
from data_samples.district.names import Names, load_names
from data_samples.district.outline import SOUTH_WEST_M
from data_samples.district.place_tables import place_deliveries
from data_samples.district.population import write_population
from data_samples.district.redrawing import Grids, draw_grids
from data_samples.district.sizes import DISTRICTS_OF_A_CITY, PLANS, Hardness, Size
from data_samples.district.sources import delivered_by
from data_samples.district.streams import Streams
from data_samples.district.truth import TruthBook
from data_samples.district.truth_files import summary, write_truth
from data_samples.district.world import World, make_world

_TILE_M = (14_000.0, 12_000.0)
_COLUMNS = 5
_MARGIN_DEG = 0.02


@dataclass(frozen=True)
class Options:
    """What a sample is made by; the same options give the same bytes.

    Parameters
    ----------
    size : {"tiny", "small", "district", "city"}
    seed : int, default 7
    hardness : {"easy", "real", "hard"}, default "real"
    names : Path, optional
        TOML or JSON with other names, see `names.toml`.
    base : str, default "city.base"
        Path of the base in the configuration.
    keys : str, default "keys"
        Folder of the keys in the configuration.
    districts : int, optional
        Of a city; one otherwise.
    """

    size: Size
    seed: int = 7
    hardness: Hardness = "real"
    names: Path | None = None
    base: str = "city.base"
    keys: str = "keys"
    districts: int = DISTRICTS_OF_A_CITY


def write_sample(folder: Path, options: Options) -> None:
    """Write the sources of an invented district or city, `city.toml`, `truth.json` and `truth/`.

    A city is written district by district, so that memory does not grow with it.

    Parameters
    ----------
    folder : Path
        Made if it does not exist; files of the same names in it are replaced.
    options : Options
    """
    names = load_names(options.names)
    count = options.districts if options.size == "city" else 1
    summaries, bounds = [], []
    declared: Counter[str] = Counter()
    for number in range(count):
        world = _world(options, names, number)
        own = f"d{number + 1:02}" if options.size == "city" else ""
        grids = draw_grids(world)
        declared.update(grids.declared)
        summaries.append(_write_district(folder, own, world, grids, options.seed))
        bounds.append(world.places.land.border.bounds)
    name = names.city if options.size == "city" else names.city + names.district(0)
    code = names.city_code if options.size == "city" else names.district_code(0)
    text = configuration(
        options.size,
        (name, code),
        _extent(bounds),
        count,
        base=options.base,
        keys=options.keys,
        declared=declared,
    )
    _write(folder / "city.toml", text)
    told = summaries[0] if len(summaries) == 1 else {**summaries[0], "districts": summaries}
    _write(folder / "truth.json", json.dumps(told, ensure_ascii=False, indent=2) + "\n")


def _world(options: Options, names: Names, number: int) -> World:
    south_west = (
        SOUTH_WEST_M[0] + _TILE_M[0] * (number % _COLUMNS),
        SOUTH_WEST_M[1] + _TILE_M[1] * (number // _COLUMNS),
    )
    streams = Streams(options.seed, number)
    return make_world(
        options.size, PLANS[options.size], options.hardness, names, streams, south_west
    )


def _write_district(
    folder: Path, own: str, world: World, grids: Grids, seed: int
) -> dict[str, object]:
    book = TruthBook(world.library, frozenset(s.name for s in delivered_by(world.size)))
    for _ in write_deliveries(folder / "sources", world.size, _all(world, grids, book), own):
        pass
    write_truth(folder / "truth" / own, world, grids, book)
    if world.size != "city":
        write_population(folder, world, grids, folder / "truth" / own)
    return summary(world, book, seed)


def _all(world: World, grids: Grids, book: TruthBook) -> Iterator[Delivery]:
    yield from place_deliveries(world, grids, book)
    yield from holder_deliveries(world, book)
    yield from case_deliveries(world, book)


def _extent(bounds: list[tuple[float, float, float, float]]) -> tuple[float, float, float, float]:
    """Return west, south, east, north in degrees around the districts, with a margin."""
    box = np.array(bounds)
    corners = np.array([box[:, :2].min(axis=0), box[:, 2:].max(axis=0)])
    (west, south), (east, north) = delivered(corners, "EPSG:4490").round(4)
    return west - _MARGIN_DEG, south - _MARGIN_DEG, east + _MARGIN_DEG, north + _MARGIN_DEG


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8", newline="\n")
