"""People from a raster of population: per cell, against the register, and on buildings."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import NamedTuple

import geopandas as gpd
import pandas as pd
import shapely

from blockdata.config import Config, PopulationRaster
from blockdata.engines import feeds, raster_feeds
from blockdata.errors import AnalysisError, GeometryNeededError, SourceError
from blockdata.grid.rasters import (
    HOME_WORDS,
    RasterSettings,
    compare_with_register,
    open_raster,
    people_in_cells,
    people_on_buildings,
    polygons_in,
    raster_area,
    register_bounds,
)
from blockdata.grid.rasters.parts import cells_with_homes
from blockdata.store.session import Session
from blockdata.views.layers.shapes import layer_cells, with_shapes

__all__ = ["RasterOnBuildings", "compare_raster", "people_from_raster", "raster_on_buildings"]

_ANY = PopulationRaster(path="")


class RasterOnBuildings(NamedTuple):
    """People of a raster on buildings.

    `buildings`: building, people, geometry. `on_land`: block, people, reason, of pixels or cells
    without a building that people may live in.
    """

    buildings: gpd.GeoDataFrame
    on_land: pd.DataFrame


def people_from_raster(
    session: Session,
    config: Config,
    day: dt.date,
    path: str | Path | None = None,
    grid: str = "unit",
    settings: RasterSettings | None = None,
) -> gpd.GeoDataFrame:
    """Return the people of each cell from a population raster; pixels by their exact share.

    Parameters
    ----------
    session : Session
    config : Config
    day : date
        The cells that stand on it.
    path : path of a GeoTIFF, optional
        The configured raster when left out.
    grid : str, default "unit"
        A layer of grids, a level of areas, or "h3_N".
    settings : RasterSettings, optional
        Unit, band and so on; the configured ones when left out.

    Returns
    -------
    GeoDataFrame
        cell, code, name, people, data_share, border_people, geometry; see `people_in_cells`.

    Raises
    ------
    SourceError, AnalysisError
        If the raster or the layer cannot be used.
    """
    cells = layer_cells(session, config, day, grid)
    found = people_in_cells(
        _path(config, path),
        cells.rename(columns={"cell": "id"}),
        config.city.crs,
        settings or raster_feeds.raster_settings(config.population_raster or _ANY),
    )
    return with_shapes(found, cells, config.city.crs)


def compare_raster(
    session: Session,
    config: Config,
    day: dt.date,
    path: str | Path | None = None,
    grid: str = "unit",
    settings: RasterSettings | None = None,
) -> gpd.GeoDataFrame:
    """Return where a population raster and the register's published figures disagree.

    Parameters
    ----------
    session : Session
    config : Config
        `population_raster` has the uncertainty and the least difference, if it is there.
    day : date
    path : path of a GeoTIFF, optional
    grid : str, default "unit"
        A layer of grids or a level of areas; not H3, by which people are not told.
    settings : RasterSettings, optional

    Returns
    -------
    GeoDataFrame
        The largest disagreement first; columns as of `compare_with_register`, and code, name,
        geometry. `attrs["ratio"]` is the raster's people over the register's.

    Raises
    ------
    SourceError, AnalysisError
        If the raster or the layer cannot be used, or the base publishes no figures of people.
    """
    layers = (*config.grid.layers, *config.grid.area_levels)
    if grid not in layers:
        raise AnalysisError(f"people are not told by layer {grid!r}", allowed=", ".join(layers))
    atoms, figures, where = raster_feeds.published(session, day)
    if atoms.empty:
        raise AnalysisError("the base publishes no figures of people")
    found = people_from_raster(session, config, day, path, grid, settings)
    told = config.population_raster or _ANY
    bounds = register_bounds(
        atoms,
        figures,
        where.loc[where["layer"] == grid, ["building", "cell"]],
        minimum=config.people.minimum,
        round_to=config.people.round_to,
    )
    compared = compare_with_register(
        pd.DataFrame(found[["cell", "people", "data_share", "border_people"]]),
        bounds,
        uncertainty=told.uncertainty,
        least_people=told.least_people,
        homes=cells_with_homes(
            found.set_index("cell")["geometry"],
            raster_feeds.houses(session),
            told.home_words or HOME_WORDS,
        ),
    )
    cells = pd.DataFrame(found).rename(columns={"geometry": "geom"})
    result = with_shapes(compared.cells, cells, config.city.crs)
    result.attrs["ratio"] = compared.ratio
    return result


def raster_on_buildings(
    session: Session,
    config: Config,
    day: dt.date,
    path: str | Path | None = None,
    grid: str | None = None,
    settings: RasterSettings | None = None,
) -> RasterOnBuildings:
    """Put the people of a raster onto buildings by floor area; totals of blocks are kept.

    Parameters
    ----------
    session : Session
    config : Config
    day : date
    path : path of a GeoTIFF, optional
    grid : str, optional
        Blocks are the cells of this layer; pixels when left out.
    settings : RasterSettings, optional

    Returns
    -------
    RasterOnBuildings
        An estimate from a public raster; the register has no part in it.

    Raises
    ------
    SourceError, AnalysisError
        If the raster or the layer cannot be used.
    """
    houses = raster_feeds.houses(session)
    crs, words = config.city.crs, (config.population_raster or _ANY).home_words or HOME_WORDS
    read = settings or raster_feeds.raster_settings(config.population_raster or _ANY)
    if grid is None:
        with open_raster(_path(config, path), read.band, read.crs) as raster:
            whole = _district(session, config, day)
            blocks = raster_area(raster, polygons_in([whole], crs, raster.crs)[0], read)
        found = people_on_buildings(blocks, houses, crs, homes=words)
    else:
        cells = people_from_raster(session, config, day, path, grid, read)
        named = pd.DataFrame(cells).rename(columns={"cell": "id", "geometry": "geom"})
        found = people_on_buildings(named, houses, crs, homes=words)
    people = found.people.groupby("building", sort=True)["people"].sum().reset_index()
    geoms = houses.set_index("building")["geom"].reindex(people["building"]).to_numpy()
    return RasterOnBuildings(gpd.GeoDataFrame(people, geometry=geoms, crs=crs), found.on_land)


def _district(session: Session, config: Config, day: dt.date) -> shapely.Geometry:
    grid = config.grid
    cells = feeds.cells_standing(session, grid.layers, grid.area_levels, day)
    if cells.empty:
        raise GeometryNeededError("no cell with a polygon stands on this day")
    return shapely.union_all(shapely.make_valid(cells["geom"].to_numpy(dtype=object)))


def _path(config: Config, path: str | Path | None) -> Path:
    if path is not None:
        return Path(path)
    if config.population_raster is None:
        raise AnalysisError(
            "no population raster is configured",
            where="[population_raster]",
            next_step="Give the path of one.",
        )
    configured = config.folder / config.population_raster.path
    if not configured.is_file():
        raise SourceError(
            "an opened base knows the raster's name, and it does not lie beside the base",
            reason="no_such_file",
            where=configured.name,
            next_step="Give its path.",
        )
    return configured
