"""People of blocks put onto the buildings in them (dasymetric mapping), block totals kept."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from blockdata.errors import AnalysisError
from blockdata.grid.rasters.floors import HOME_WORDS, STOREY_M, home_areas
from blockdata.grid.rasters.parts import parts_in_cells, parts_in_pixels
from blockdata.grid.rasters.people import RasterSettings, opened, people_of
from blockdata.grid.rasters.source import ArrayRaster, PixelWindow, Raster
from blockdata.kernels.coverage import CoverageIndex

__all__ = ["OnBuildings", "RasterArea", "people_on_buildings", "raster_area", "sum_by_layer"]

Floats = npt.NDArray[np.float64]


class OnBuildings(NamedTuple):
    """Where the people of blocks were put.

    `people`: columns block, building, people (float), sorted by both. `on_land`: columns block,
    people, reason ("no_building", "no_home": there are buildings and nobody lives in them), of
    the blocks whose people stay on the land. Together they are the people given.
    """

    people: pd.DataFrame
    on_land: pd.DataFrame


class RasterArea(NamedTuple):
    """Pixels around some area as blocks: the raster of their people, and where it begins."""

    raster: ArrayRaster
    row: int
    column: int


def people_on_buildings(
    blocks: pd.DataFrame | RasterArea,
    buildings: pd.DataFrame,
    crs: str,
    *,
    homes: Sequence[str] | None = HOME_WORDS,
    storey_m: float = STOREY_M,
) -> OnBuildings:
    """Put the people of each block onto its buildings, in proportion to their floor area in it.

    A building counts with the part of its floor area that lies in the block; how its floor area
    is found is told at `floor_areas`, and which buildings hold nobody at `home_areas`. Every
    block's total is kept: a block without a building that people may live in keeps its people on
    the land.

    Parameters
    ----------
    blocks : DataFrame or RasterArea
        Columns id (str, unique), geom (valid polygons in `crs`) and people (float; null and 0
        put nobody anywhere); or pixels, as `raster_area` makes them.
    buildings : DataFrame
        Columns building (str, unique), geom (footprint, point or null), and what is known of use,
        floors, height_m, floor_area_m2.
    crs : str
        Of blocks and buildings; in metres.
    homes : sequence of str, optional
        Words of uses that people live in; None: every building counts.
    storey_m : float, default 3.0

    Returns
    -------
    OnBuildings
        Blocks by their id, or pixels as "row,column".

    Raises
    ------
    AnalysisError
        If an id occurs twice, or a block's geometry is bad.

    References
    ----------
    Mennis, J. (2003), "Generating surface models of population using dasymetric mapping", The
    Professional Geographer 55(1), 31-42.

    Examples
    --------
    >>> blocks = pd.DataFrame({"id": ["g1", "g2"], "people": [90.0, 5.0],
    ...     "geom": [shapely.box(0, 0, 50, 50), shapely.box(50, 0, 99, 50)]})
    >>> buildings = pd.DataFrame({"building": ["b1", "b2"], "floors": [6, 3],
    ...     "geom": [shapely.box(0, 0, 10, 10), shapely.box(20, 0, 30, 10)]})
    >>> found = people_on_buildings(blocks, buildings, "EPSG:4549")
    >>> found.people["people"].to_list(), found.on_land.values.tolist()
    ([60.0, 30.0], [['g2', 5.0, 'no_building']])
    """
    if buildings["building"].duplicated().any():
        raise AnalysisError("a building occurs twice", where="buildings", allowed="one row each")
    houses = buildings.sort_values("building", kind="stable", ignore_index=True)
    weight = home_areas(houses, homes=homes, storey_m=storey_m).to_numpy()
    geoms = houses["geom"].to_numpy(dtype=object)
    if isinstance(blocks, RasterArea):
        names, people = _pixels(blocks)
        parts = parts_in_pixels(geoms, crs, blocks.raster)
    else:
        if blocks["id"].duplicated().any():
            raise AnalysisError("an id occurs twice", where="blocks", allowed="one row each")
        ordered = blocks.sort_values("id", kind="stable", ignore_index=True)
        names = ordered["id"].astype("str")
        people = ordered["people"].to_numpy(dtype=float, na_value=np.nan)
        parts = parts_in_cells(geoms, ordered["geom"].to_numpy(dtype=object))
    return _spread(parts, weight, names, np.nan_to_num(people), houses["building"])


def _pixels(area: RasterArea) -> tuple[pd.Series, Floats]:
    raster = area.raster
    row, column = np.divmod(np.arange(raster.rows * raster.columns), raster.columns)
    names = [f"{r},{c}" for r, c in zip(row + area.row, column + area.column, strict=True)]
    return pd.Series(names, dtype="str"), raster.values.astype(np.float64).ravel()


def _spread(
    parts: pd.DataFrame, weight: Floats, names: pd.Series, people: Floats, buildings: pd.Series
) -> OnBuildings:
    block, building = parts["block"].to_numpy(), parts["building"].to_numpy()
    room = parts["part"].to_numpy() * weight[building]
    total = np.bincount(block, weights=room, minlength=len(people))
    some = (room > 0) & (people[block] > 0)
    block, building, room = block[some], building[some], room[some]
    found = pd.DataFrame(
        {
            "block": names.to_numpy()[block],
            "building": buildings.to_numpy()[building],
            "people": people[block] * (room / total[block]),
        }
    ).astype({"block": "str", "building": "str"})
    left = np.flatnonzero((people > 0) & (total == 0))
    built = np.isin(left, parts["block"].to_numpy())
    land = pd.DataFrame(
        {
            "block": names.to_numpy()[left],
            "people": people[left],
            "reason": np.where(built, "no_home", "no_building"),
        }
    ).astype({"block": "str", "reason": "str"})
    return OnBuildings(found.sort_values(["block", "building"], ignore_index=True), land)


def raster_area(
    raster: Raster | str | Path,
    geometry: shapely.Geometry,
    settings: RasterSettings,
) -> RasterArea:
    """Take the pixels of a raster that an area reaches into, each with the people of its part.

    Parameters
    ----------
    raster : Raster or path
    geometry : shapely polygon
        In the raster's coordinate system.
    settings : RasterSettings

    Returns
    -------
    RasterArea
        People of a pixel that lies partly inside are counted by its exact share, as
        `people_in_cells` counts them; pixels without data have none.

    Examples
    --------
    >>> pixels = ArrayRaster(np.array([[4.0, 8.0]]), (10, 0, 0, 0, -10, 10), "EPSG:4549")
    >>> raster_area(pixels, shapely.box(5, 0, 20, 10), RasterSettings()).raster.values
    array([[2., 8.]])
    """
    with opened(raster, settings) as source:
        index = CoverageIndex([geometry], source.transform, checked=True)
        top, bottom, left, right = index.windows(0, 0, source.rows, source.columns)[0].tolist()
        window = PixelWindow(top, left, bottom - top, right - left)
        shares = np.zeros((window.rows, window.columns))
        if shares.size:
            found = index.shares(window.rows, window.columns, top, left)
            shares[found.row - top, found.column - left] = found.share
            shares *= np.nan_to_num(people_of(source, window, settings))
        a, b, c, d, e, f = source.transform
        origin = (a * left + b * top + c, d * left + e * top + f)
        there = ArrayRaster(shares, (a, b, origin[0], d, e, origin[1]), source.crs)
        return RasterArea(there, top, left)


def sum_by_layer(found: OnBuildings, buildings: pd.DataFrame, cells: pd.DataFrame) -> pd.DataFrame:
    """Sum the people on buildings over the cells of any layer.

    A building that lies in several cells is split by the area of its footprint in each.

    Parameters
    ----------
    found : OnBuildings
    buildings : DataFrame
        Columns building, geom.
    cells : DataFrame
        Columns id, geom, in the plane of the buildings.

    Returns
    -------
    DataFrame
        Columns cell, people, sorted by cell; people on buildings outside of all cells, or on the
        land, are in none.

    Examples
    --------
    >>> found = OnBuildings(pd.DataFrame({"block": ["g1"], "building": ["b1"], "people": [8.0]}),
    ...                     pd.DataFrame())
    >>> buildings = pd.DataFrame({"building": ["b1"], "geom": [shapely.box(0, 0, 4, 4)]})
    >>> cells = pd.DataFrame({"id": ["c1", "c2"],
    ...     "geom": [shapely.box(0, 0, 1, 4), shapely.box(1, 0, 4, 4)]})
    >>> sum_by_layer(found, buildings, cells).values.tolist()
    [['c1', 2.0], ['c2', 6.0]]
    """
    layer = cells.sort_values("id", kind="stable", ignore_index=True)
    parts = parts_in_cells(
        buildings["geom"].to_numpy(dtype=object), layer["geom"].to_numpy(dtype=object)
    )
    people = found.people.groupby("building", sort=True)["people"].sum()
    own = buildings["building"].map(people).fillna(0.0).to_numpy(dtype=float)
    shared = np.bincount(parts["building"], weights=parts["part"], minlength=len(buildings))
    # Cells that overlap have a building once between them.
    part = parts["part"].to_numpy() / np.maximum(shared, 1.0)[parts["building"].to_numpy()]
    sums = np.bincount(
        parts["block"], weights=part * own[parts["building"].to_numpy()], minlength=len(layer)
    )
    return pd.DataFrame({"cell": layer["id"].astype("str"), "people": sums})
