"""Layers of cells by name or as an analyst's own frame, in the plane of the base."""

from __future__ import annotations

import datetime as dt
import re

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from blockdata.config import Config
from blockdata.crs import DEGREES, is_geographic, projection
from blockdata.engines import feeds
from blockdata.errors import AnalysisError, CrsError, GeometryNeededError
from blockdata.grid.hexagons import hexagon_layer, hexagons_around, hexagons_covering
from blockdata.grid.rasters import polygons_in
from blockdata.store.session import Session

__all__ = ["drawn_hexagons", "hexagon_cells", "layer_cells", "own_cells", "with_shapes"]

Objects = npt.NDArray[np.object_]

_H3 = re.compile(r"h3_(\d+)")
_CELL = ["cell", "code", "name", "geom"]


def layer_cells(session: Session, config: Config, day: dt.date, layer: str) -> pd.DataFrame:
    """Return the cells of a layer that stand on a day.

    Parameters
    ----------
    session : Session
    config : Config
    day : date
    layer : str
        A layer of grids, a level of areas that the configuration names, or "h3_N".

    Returns
    -------
    DataFrame
        Columns cell (id; the code of an H3 cell), code, name, geom, sorted by cell.

    Raises
    ------
    AnalysisError
        If there is no such layer.
    GeometryNeededError
        If its cells have no polygons.
    """
    grid = config.grid
    drawn = _H3.fullmatch(layer)
    if drawn:
        return drawn_hexagons(session, config, day, int(drawn[1]))
    if layer not in (*grid.layers, *grid.area_levels):
        raise AnalysisError(
            f"there is no layer {layer!r}",
            allowed=", ".join((*grid.layers, *grid.area_levels, "h3_0 to h3_15")),
        )
    cells = feeds.cells_standing(session, (layer,), (layer,), day).drop_duplicates("id")
    if cells.empty:
        raise GeometryNeededError(
            f"no cell of layer {layer!r} with a polygon stands on {day}",
            next_step="Load the layer with its polygons, or take an H3 layer.",
        )
    cells = cells.rename(columns={"id": "cell"})[_CELL]
    return cells.sort_values("cell", ignore_index=True)


def drawn_hexagons(session: Session, config: Config, day: dt.date, resolution: int) -> pd.DataFrame:
    """Return the H3 cells over all cells of the base, or around its records if it has none."""
    grid = config.grid
    cells = feeds.cells_standing(session, grid.layers, grid.area_levels, day)
    geoms = cells["geom"].to_numpy(dtype=object)
    if len(geoms):
        whole = shapely.union_all(shapely.make_valid(geoms))
        found = hexagons_covering([whole], config.city.crs, resolution)
    else:
        found = _around_records(session, config, resolution)
    return hexagon_cells(found, resolution)


def hexagon_cells(hexagons: pd.DataFrame, resolution: int) -> pd.DataFrame:
    """Return H3 cells (code, geom) as cells of a layer: cell, code, name, geom."""
    layer = hexagon_layer(resolution)
    return hexagons[["code", "geom"]].assign(cell=hexagons["code"], name=layer)[_CELL]


def _around_records(session: Session, config: Config, resolution: int) -> pd.DataFrame:
    states = feeds.placed_states(session, feeds.gridded_kinds(session.catalogue))
    points = states.select(["x", "y"]).to_pandas().drop_duplicates().to_numpy(dtype=float)
    if not len(points):
        raise GeometryNeededError(
            "the base has neither cells with polygons nor records with a place",
            next_step="Load a layer of cells, or records with coordinates.",
        )
    crs = config.city.crs
    to_degrees, back = projection(crs, DEGREES, "city.crs"), projection(DEGREES, crs, "city.crs")
    degrees = points if to_degrees is None else to_degrees(points)
    found = hexagons_around(degrees[:, 0], degrees[:, 1], resolution)
    if back is None:
        return found
    return found.assign(geom=shapely.transform(found["geom"].to_numpy(dtype=object), back))


def own_cells(frame: gpd.GeoDataFrame, crs: str) -> pd.DataFrame:
    """Return an analyst's own areas as cells in the plane of the base.

    Parameters
    ----------
    frame : GeoDataFrame
        With a coordinate system; a column `cell` or `id` names the areas, else the index does.
    crs : str
        Of the base.

    Returns
    -------
    DataFrame
        Columns cell, code, name, geom.

    Raises
    ------
    AnalysisError
        If it is no GeoDataFrame.
    CrsError
        If the frame has no coordinate system.
    """
    if not isinstance(frame, gpd.GeoDataFrame):
        raise AnalysisError(
            f"areas come as {type(frame).__name__}", allowed="the name of a layer, or GeoDataFrame"
        )
    if frame.crs is None:
        raise CrsError(
            "the frame has no coordinate system", next_step="Set it: frame.set_crs('EPSG:4490')."
        )
    geoms = np.asarray(frame.geometry.to_numpy(), dtype=object)
    name = next((n for n in ("cell", "id") if n in frame), None)
    names = frame.index.to_numpy() if name is None else frame[name].to_numpy()
    own = frame.crs.to_wkt()
    # Straight edges in the frame's own system; in degrees there is no length in metres to keep.
    there = geoms if frame.crs.equals(crs) else _brought(geoms, own, crs)
    cells = {"cell": names, "code": frame.get("code"), "name": frame.get("name"), "geom": there}
    return pd.DataFrame(cells).reset_index(drop=True)


def _brought(geoms: Objects, own: str, crs: str) -> Objects:
    if not is_geographic(own, "frame"):
        return polygons_in(geoms, own, crs)
    project = projection(own, crs, "frame")
    if project is None:
        return geoms
    return np.asarray(shapely.transform(shapely.segmentize(geoms, _EDGE_DEGREES), project))


_EDGE_DEGREES = 0.005


def with_shapes(table: pd.DataFrame, cells: pd.DataFrame, crs: str) -> gpd.GeoDataFrame:
    """Return a table by cell with the code, name and polygon of each cell."""
    own = cells.set_index("cell").reindex(table["cell"])
    named = table.assign(code=own["code"].to_numpy(), name=own["name"].to_numpy())
    first = ["cell", "code", "name"]
    columns = [*first, *(c for c in named if c not in first)]
    return gpd.GeoDataFrame(named[columns], geometry=own["geom"].to_numpy(), crs=crs)
