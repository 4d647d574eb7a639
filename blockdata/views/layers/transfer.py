"""Values of one layer on another, and the neutral lattice of H3 beside the legal grids."""

from __future__ import annotations

import datetime as dt
from typing import Literal

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

from blockdata.config import Config
from blockdata.engines import raster_feeds
from blockdata.errors import AnalysisError
from blockdata.grid.hexagons import hexagons_covering
from blockdata.grid.rasters import floor_areas
from blockdata.grid.transfer import By, overlap_weights, people_points
from blockdata.grid.transfer import transfer as brought
from blockdata.store.session import Session
from blockdata.views.layers.shapes import (
    drawn_hexagons,
    hexagon_cells,
    layer_cells,
    own_cells,
    with_shapes,
)

__all__ = ["hexagons", "transfer"]

Floats = npt.NDArray[np.float64]


def hexagons(
    session: Session, config: Config, resolution: int, day: dt.date | None = None
) -> gpd.GeoDataFrame:
    """Return the H3 cells of a resolution over the district, whether the base draws any or not.

    Parameters
    ----------
    session : Session
    config : Config
    resolution : int
        0 to 15.
    day : date, optional
        On which the cells stand that are covered; those that stand for good when left out.

    Returns
    -------
    GeoDataFrame
        cell and code (the H3 index), name (of the layer), geometry (polygons in the base's CRS
        with straight edges), sorted by cell.

    Raises
    ------
    AnalysisError
        If the resolution does not exist, or there would be more than 2 million cells.
    GeometryNeededError
        If the base has no cells with polygons and no records with a place.
    """
    cells = drawn_hexagons(session, config, day or dt.date(9999, 1, 1), resolution)
    return with_shapes(cells[["cell"]], cells, config.city.crs)


def transfer(
    session: Session,
    config: Config,
    day: dt.date,
    values: pd.DataFrame | pd.Series,
    source: str | gpd.GeoDataFrame = "unit",
    target: str | gpd.GeoDataFrame = "h3_9",
    *,
    by: By = "area",
    kind: Literal["total", "mean"] = "total",
) -> gpd.GeoDataFrame:
    """Bring values by cell from one layer onto another.

    Parameters
    ----------
    session : Session
    config : Config
    day : date
        The cells that stand on it.
    values : Series or DataFrame of numbers
        Indexed by cell, or with a column `cell`; every other column of numbers is brought over.
        What has no cell (the last row of `counts`) stays in the remainder.
    source, target : str or GeoDataFrame
        A layer of grids, a level of areas, "h3_N", or areas of one's own.
    by : {"area", "people", "buildings", "floor_area"}
        What a cell's value is shared by. "people" are the published figures of atoms, spread over
        the atom's buildings by floor area; a cell without any is shared by area.
    kind : {"total", "mean"}

    Returns
    -------
    GeoDataFrame
        cell, code, name, the columns (`value` for a Series), known_share, geometry; sorted as the
        target is. `attrs["remainder"]` has, by column, what of each source cell lies in no
        target (totals only); under "" what had no cell.

    Raises
    ------
    AnalysisError
        If a value's cell is not in the source layer, or there is nothing to share by.
    """
    table = _columns(values)
    placed = np.asarray(table.index.notna(), dtype=bool)
    nowhere, table = table[~placed], table[placed]
    here = _cells(session, config, day, source)
    strange = ~np.asarray(table.index.isin(here["cell"]))
    if strange.any():
        raise AnalysisError(
            f"{int(strange.sum())} values are of no cell of the source layer",
            where="values",
            next_step="Index them by the cells' ids, as base.profile() has them.",
        )
    there = _target(session, config, day, target, here)
    points, weights = _points(session, day, by)
    shares = overlap_weights(
        here.set_index("cell")["geom"], there.set_index("cell")["geom"], points, weights
    )
    result, remainder = pd.DataFrame({"cell": there["cell"]}), {}
    for name in table:
        found = brought(table[name], shares, kind=kind, targets=there["cell"].tolist())
        result[name] = found.cells["value"].to_numpy()
        result["known_share"] = found.cells["known_share"].to_numpy()
        left = found.remainder[found.remainder.fillna(0) != 0]
        remainder[str(name)] = {str(cell): float(rest) for cell, rest in left.items()}
        if kind == "total" and nowhere[name].sum():
            remainder[str(name)][""] = float(nowhere[name].sum())
    drawn = with_shapes(result, there, config.city.crs)
    drawn.attrs["remainder"] = remainder
    return drawn


def _columns(values: pd.DataFrame | pd.Series) -> pd.DataFrame:
    if isinstance(values, pd.Series):
        return values.rename("value").to_frame()
    indexed = values.set_index("cell") if "cell" in values else values
    numbers = indexed.select_dtypes("number")
    if numbers.empty:
        raise AnalysisError("there is no column of numbers", where="values")
    return pd.DataFrame(numbers)


def _cells(
    session: Session, config: Config, day: dt.date, layer: str | gpd.GeoDataFrame
) -> pd.DataFrame:
    if isinstance(layer, str):
        return layer_cells(session, config, day, layer)
    return own_cells(layer, config.city.crs)


def _target(
    session: Session,
    config: Config,
    day: dt.date,
    target: str | gpd.GeoDataFrame,
    here: pd.DataFrame,
) -> pd.DataFrame:
    """Return the target's cells; H3 cells over the source, so that nothing is left outside."""
    if not isinstance(target, str) or not target.startswith("h3_"):
        return _cells(session, config, day, target)
    resolution = int(target.removeprefix("h3_")) if target[3:].isdecimal() else -1
    found = hexagons_covering(here["geom"].to_numpy(dtype=object), config.city.crs, resolution)
    return hexagon_cells(found, resolution)


def _points(session: Session, day: dt.date, by: str) -> tuple[Floats | None, Floats | None]:
    """Return the points and weights that values are shared by; None to share them by area."""
    if by == "area":
        return None, None
    if by == "people":
        atoms, figures, _ = raster_feeds.published(session, day)
        points = people_points(atoms, figures, raster_feeds.where_people_live(session))
        weight = points["people"].to_numpy(dtype=float)
    elif by in {"buildings", "floor_area"}:
        houses = raster_feeds.houses(session)
        points = houses[houses["x"].notna()]
        area = floor_areas(houses)["floor_area_m2"].loc[points.index]
        weight = area.to_numpy(dtype=float) if by == "floor_area" else np.ones(len(points))
    else:
        allowed = "area, people, buildings, floor_area"
        raise AnalysisError(f"unknown way {by!r}", where="by", allowed=allowed)
    if not len(points):
        raise AnalysisError(f"the base has no {by} to share by", where="by", allowed="area")
    return points[["x", "y"]].to_numpy(dtype=float), weight
