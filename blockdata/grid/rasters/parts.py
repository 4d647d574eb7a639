"""Which part of a building lies in which block: a cell of a layer, or a pixel of a raster."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from blockdata.grid.rasters.edges import polygons_in
from blockdata.grid.rasters.floors import HOME_WORDS, home_areas
from blockdata.grid.rasters.source import Raster
from blockdata.kernels import cells_of_points
from blockdata.kernels.coverage import CoverageIndex

__all__ = ["cells_with_homes", "parts_in_cells", "parts_in_pixels"]

Floats = npt.NDArray[np.float64]
Objects = npt.NDArray[np.object_]
Integers = npt.NDArray[np.int64]

_POLYGONS = (shapely.GeometryType.POLYGON.value, shapely.GeometryType.MULTIPOLYGON.value)


def parts_in_cells(buildings: npt.ArrayLike, cells: npt.ArrayLike) -> pd.DataFrame:
    """Return the share of each building's footprint that lies in each cell.

    Parameters
    ----------
    buildings : array_like of shapely geometries
        Footprints, or other geometries, which lie in a cell by their middle; null lies nowhere.
    cells : array_like of shapely geometries
        Valid polygons in the same plane. Where a point is covered by several, the first has it.

    Returns
    -------
    DataFrame
        Columns block (index of the cell), building (index), part (above 0, at most 1), sorted by
        both.

    Raises
    ------
    AnalysisError
        If a cell is not a valid polygon.

    Examples
    --------
    >>> cells = [shapely.box(0, 0, 10, 10), shapely.box(10, 0, 20, 10)]
    >>> parts_in_cells([shapely.box(8, 0, 12, 2), shapely.Point(1, 1)], cells).values.tolist()
    [[0.0, 0.0, 0.5], [0.0, 1.0, 1.0], [1.0, 0.0, 0.5]]
    """
    houses, blocks = np.asarray(buildings, dtype=object), np.asarray(cells, dtype=object)
    footprint = _footprints(houses)
    own = np.flatnonzero(footprint)
    found, block = shapely.STRtree(blocks).query(houses[own], predicate="intersects")
    whole = shapely.covers(blocks[block], houses[own[found]])
    part = whole.astype(np.float64)
    cut = np.flatnonzero(~whole)
    pieces = shapely.intersection(houses[own[found[cut]]], blocks[block[cut]])
    part[cut] = shapely.area(pieces) / shapely.area(houses[own[found[cut]]])
    rest = np.flatnonzero(~footprint)
    middle = shapely.centroid(houses[rest])
    at = cells_of_points(shapely.get_x(middle), shapely.get_y(middle), blocks)
    there = at >= 0
    return _sorted(
        np.concatenate([block, at[there]]),
        np.concatenate([own[found], rest[there]]),
        np.concatenate([part, np.ones(int(there.sum()))]),
    )


def parts_in_pixels(buildings: npt.ArrayLike, crs: str, raster: Raster) -> pd.DataFrame:
    """Return the share of each building's footprint that lies in each pixel.

    Parameters
    ----------
    buildings : array_like of shapely geometries
        As for `parts_in_cells`, in `crs`.
    crs : str
    raster : Raster

    Returns
    -------
    DataFrame
        Columns block (row * raster.columns + column of the pixel), building, part; sorted.

    Examples
    --------
    >>> from blockdata.grid.rasters.source import ArrayRaster
    >>> raster = ArrayRaster(np.ones((1, 2)), (10, 0, 0, 0, -10, 10), "EPSG:4549")
    >>> parts_in_pixels([shapely.box(8, 0, 12, 2)], "EPSG:4549", raster).values.tolist()
    [[0.0, 0.0, 0.5], [1.0, 0.0, 0.5]]
    """
    houses = np.asarray(buildings, dtype=object)
    footprint = _footprints(houses)
    own, rest = np.flatnonzero(footprint), np.flatnonzero(~footprint)
    there = polygons_in(houses[own], crs, raster.crs)
    index = CoverageIndex(there, raster.transform, checked=True)
    found = index.shares(raster.rows, raster.columns)
    part = found.share / index.area_pixels[found.polygon]
    centre = shapely.centroid(houses[rest])
    known = ~(shapely.is_missing(centre) | shapely.is_empty(centre))
    rest, middle = rest[known], shapely.get_coordinates(polygons_in(centre[known], crs, raster.crs))
    row, column = _pixel_of(middle, raster)
    inside = (row >= 0) & (row < raster.rows) & (column >= 0) & (column < raster.columns)
    return _sorted(
        np.concatenate([found.row, row[inside]]) * raster.columns
        + np.concatenate([found.column, column[inside]]),
        np.concatenate([own[found.polygon], rest[inside]]),
        np.concatenate([np.minimum(part, 1.0), np.ones(int(inside.sum()))]),
    )


def cells_with_homes(
    cells: pd.Series, buildings: pd.DataFrame, homes: Sequence[str] = HOME_WORDS
) -> pd.Series:
    """Tell in which cells a building stands that people may live in.

    Parameters
    ----------
    cells : Series of shapely polygons indexed by cell
    buildings : DataFrame
        As for `home_areas`.
    homes : sequence of str

    Returns
    -------
    Series of boolean indexed by cell
        Null without any building: nothing is known then.

    Examples
    --------
    >>> cells = pd.Series({"c1": shapely.box(0, 0, 9, 9), "c2": shapely.box(9, 0, 18, 9)})
    >>> buildings = pd.DataFrame({"building": ["b1"], "geom": [shapely.box(1, 1, 5, 5)]})
    >>> cells_with_homes(cells, buildings).to_list()
    [True, False]
    """
    if buildings.empty:
        return pd.Series(pd.NA, cells.index, dtype="boolean")
    lived_in = home_areas(buildings, homes=homes).to_numpy() > 0
    parts = parts_in_cells(buildings["geom"].to_numpy(dtype=object)[lived_in], cells.to_numpy())
    has = np.isin(np.arange(len(cells)), parts["block"].to_numpy())
    return pd.Series(has, cells.index, dtype="boolean")


def _footprints(houses: Objects) -> npt.NDArray[np.bool_]:
    polygonal = np.isin(shapely.get_type_id(houses), _POLYGONS)
    found: npt.NDArray[np.bool_] = polygonal & (shapely.area(houses) > 0)
    return found


def _pixel_of(points: Floats, raster: Raster) -> tuple[Integers, Integers]:
    a, b, c, d, e, f = raster.transform
    x, y = points[:, 0] - c, points[:, 1] - f
    row, column = (a * y - d * x) / (a * e - b * d), (e * x - b * y) / (a * e - b * d)
    return np.floor(row).astype(np.int64), np.floor(column).astype(np.int64)


def _sorted(block: Integers, building: Integers, part: Floats) -> pd.DataFrame:
    order = np.lexsort((building, block))
    order = order[part[order] > 0]
    return pd.DataFrame({"block": block[order], "building": building[order], "part": part[order]})
