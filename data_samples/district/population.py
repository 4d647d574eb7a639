"""An invented raster of population, as research groups publish them: people per pixel.

The people of the buildings in each pixel, with noise, of the year before; in a few unit grids the
raster is plainly wrong, which is told in the truth.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from data_samples.district.coordinates import delivered, delivered_shapes
from data_samples.district.geotiff import geotiff
from data_samples.district.people import residents
from data_samples.district.redrawing import Grids
from data_samples.district.world import World

Floats = npt.NDArray[np.float64]

RASTER = "rasters/population_2025.tif"
YEAR = 2025
PER_DEGREE = 1200
"""Pixels of three seconds of arc."""
NODATA = -99999.0

_GROWTH = 0.93
"""People of the year before, as a share of today's."""
_NOISE = 0.15
"""Standard deviation of the logarithm of a pixel's noise."""
_MARGIN = 2
_FEWEST_UNITS = 20
_ADDED = 20
"""People added to a grid, as a multiple of the mean grid's."""
_SUBPIXELS = 8


def write_population(folder: Path, world: World, grids: Grids, truth: Path) -> None:
    """Write the raster of a district, and what is wrong in it.

    Parameters
    ----------
    folder : Path
        Of the sample.
    world : World
    grids : Grids
        As redrawn; grids that were, or that have a fault, are left alone.
    truth : Path
        Folder of the truth; `raster_disagreements.csv` is written there.
    """
    values, west, north, planted = population(world, grids)
    path = folder / RASTER
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(geotiff(values, west, north, 1 / PER_DEGREE, NODATA))
    planted.to_csv(truth / "raster_disagreements.csv", index=False, lineterminator="\n")


def population(world: World, grids: Grids) -> tuple[Floats, float, float, pd.DataFrame]:
    """Return the raster's values, its western and northern edge, and what is planted in it.

    Parameters
    ----------
    world : World
    grids : Grids

    Returns
    -------
    ndarray of float, shape (rows, columns)
        People per pixel; `NODATA` where no land of the district is.
    float, float
        Degrees.
    DataFrame
        `unit_grid`, `disagreement` (raster_more, raster_only, register_more), `people`: how many
        the raster has there beyond those who live there, below 0 if fewer.
    """
    rng = world.streams.of("population")
    border = delivered_shapes(np.array([world.places.land.border]), "EPSG:4326")[0]
    first = np.floor(np.array(border.bounds[:2]) * PER_DEGREE).astype(int) - _MARGIN
    last = np.ceil(np.array(border.bounds[2:]) * PER_DEGREE).astype(int) + _MARGIN
    columns, rows = (last - first).tolist()
    west, north = first[0] / PER_DEGREE, last[1] / PER_DEGREE
    houses = world.library.buildings
    people = residents(world.persons, world.library).astype(float)
    planted, gone = _planted(world, grids, people)
    middles = shapely.get_coordinates(shapely.centroid(houses["geometry"].to_numpy()))
    at = delivered(middles, "EPSG:4326")
    column = np.floor((at[:, 0] - west) * PER_DEGREE).astype(int)
    row = np.floor((north - at[:, 1]) * PER_DEGREE).astype(int)
    values = np.zeros((rows, columns))
    np.add.at(values, (row, column), np.where(gone, 0.0, people) * _GROWTH)
    values *= rng.lognormal(-(_NOISE**2) / 2, _NOISE, values.shape)
    for grid in planted[planted["people"] > 0].itertuples():
        shape = delivered_shapes(np.array([grid.geometry]), "EPSG:4326")[0]
        values += grid.people * _inside(shape, west, north, values.shape)
    land = _pixels(west, north, values.shape)
    values[~shapely.intersects(border, land)] = NODATA
    return values, west, north, planted.drop(columns="geometry")


def _planted(
    world: World, grids: Grids, people: Floats
) -> tuple[pd.DataFrame, npt.NDArray[np.bool_]]:
    """Choose grids in which the raster is wrong, and tell which buildings it does not know."""
    columns = ["unit_grid", "disagreement", "people", "geometry"]
    after = grids.after
    units = after[(after["layer"] == "unit") & after["ends_on"].isna()]
    touched = {*grids.lineage["old_code"], *grids.lineage["new_code"], *grids.faults["code"]}
    units = units[~units["code"].isin(touched | set(grids.faults["other"]))]
    if len(units) < _FEWEST_UNITS:
        return pd.DataFrame(columns=columns), np.zeros(len(people), dtype=bool)
    units = units.sort_values("code", ignore_index=True)
    middles = shapely.centroid(world.library.buildings["geometry"].to_numpy())
    unit, house = shapely.STRtree(middles).query(units["geometry"].to_numpy(), "contains")
    own = np.bincount(unit, weights=people[house], minlength=len(units))
    more = round(_ADDED * people.sum() / len(units))
    full = int(np.argmax(own))
    area = shapely.area(units["geometry"].to_numpy())
    some = int(np.argmin(np.where((own > 0) & (area >= np.median(area)), own, np.inf)))
    bare = int(np.argmax(np.where(own == 0, area, -1)))
    chosen = [("register_more", full, -own[full]), ("raster_more", some, more)]
    chosen += [("raster_only", bare, more)] if own[bare] == 0 else []
    rows = [
        (units["code"][at], kind, round(float(count)), units["geometry"][at])
        for kind, at, count in chosen
    ]
    gone = np.zeros(len(people), dtype=bool)
    gone[house[unit == full]] = True
    return pd.DataFrame(rows, columns=columns), gone


def _pixels(west: float, north: float, shape: tuple[int, ...]) -> npt.NDArray[np.object_]:
    row, column = np.mgrid[0 : shape[0], 0 : shape[1]]
    left, top = west + column / PER_DEGREE, north - row / PER_DEGREE
    boxes = shapely.box(left, top - 1 / PER_DEGREE, left + 1 / PER_DEGREE, top)
    return np.asarray(boxes)


def _inside(area: shapely.Geometry, west: float, north: float, shape: tuple[int, ...]) -> Floats:
    """Return how something spread evenly over an area falls on the pixels; it adds up to 1."""
    part = shapely.area(shapely.intersection(_pixels(west, north, shape), area))
    return np.asarray(part / part.sum())
