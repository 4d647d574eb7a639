"""H3 cells as one more layer, for districts without a grid of their own and for comparison."""

from __future__ import annotations

from collections.abc import Iterable

import h3
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from blockdata.crs import DEGREES, projection
from blockdata.errors import AnalysisError
from blockdata.grid.rasters.edges import polygons_in

__all__ = ["hexagon_layer", "hexagons_around", "hexagons_covering"]

Objects = npt.NDArray[np.object_]

_MOST_CELLS = 2_000_000


def hexagon_layer(resolution: int) -> str:
    """Return the name of the layer of H3 cells of a resolution.

    Examples
    --------
    >>> hexagon_layer(8)
    'h3_8'
    """
    return f"h3_{resolution}"


def hexagons_around(
    lon: npt.NDArray[np.float64], lat: npt.NDArray[np.float64], resolution: int
) -> pd.DataFrame:
    """Return the H3 cells in which points lie, with their neighbours.

    A point on the edge of a cell may lie in the next one in a projected plane, where edges are
    straight; with the neighbours there, it always lies in some cell.

    Parameters
    ----------
    lon, lat : ndarray of float, shape (n,)
        Degrees of WGS 84 or CGCS2000.
    resolution : int
        0 to 15; at 8 a cell has 0.74 km² on average, at 9 0.105 km².

    Returns
    -------
    DataFrame
        code (the H3 index as text), geom (polygon in degrees, longitude first), sorted by code.

    References
    ----------
    https://h3geo.org/docs/core-library/restable

    Examples
    --------
    >>> around = hexagons_around(np.array([120.4]), np.array([36.1]), 8)
    >>> len(around), around["geom"].iloc[0].geom_type
    (7, 'Polygon')
    """
    distinct = {h3.latlng_to_cell(y, x, resolution) for x, y in zip(lon, lat, strict=True)}
    codes = sorted({near for cell in distinct for near in h3.grid_disk(cell, 1)})
    geoms = np.array([_polygon(h3.cell_to_boundary(code)) for code in codes], dtype=object)
    return pd.DataFrame({"code": pd.Series(codes, dtype="str"), "geom": geoms})


def hexagons_covering(geometries: npt.ArrayLike, crs: str, resolution: int) -> pd.DataFrame:
    """Return the H3 cells that polygons reach into, as polygons in their plane.

    A cell's corners are brought into the plane and joined by straight lines: so neighbours share
    their edges, every place in the polygons lies in a cell, and map and count agree.

    Parameters
    ----------
    geometries : array_like of shapely polygons
        In `crs`; null and empty ones are left out.
    crs : str
        In metres.
    resolution : int
        0 to 15; at 8 a cell has 0.74 km² on average, at 9 0.105 km², at 10 15,000 m².

    Returns
    -------
    DataFrame
        code (the H3 index as text), geom (polygon in `crs`), sorted by code.

    Raises
    ------
    AnalysisError
        If the resolution does not exist, or there would be more than 2 million cells.

    Examples
    --------
    >>> found = hexagons_covering([shapely.box(534000, 3993000, 534500, 3993500)], "EPSG:4549", 9)
    >>> len(found), bool(found["geom"].iloc[0].is_valid)
    (8, True)
    """
    if resolution not in range(16):
        raise AnalysisError(f"resolution is {resolution}", where="H3", allowed="0 to 15")
    given = np.asarray(geometries, dtype=object)
    area_m2 = float(shapely.area(given).sum())
    if area_m2 / h3.average_hexagon_area(resolution, "m^2") > _MOST_CELLS:
        raise AnalysisError(
            f"cells of resolution {resolution} over {area_m2 / 1e6:,.0f} km² would be too many",
            where="H3",
            allowed=f"{_MOST_CELLS:,} cells",
            next_step="Take a coarser resolution or a smaller area.",
        )
    whole = shapely.union_all(given)
    codes = sorted(_near(polygons_in([whole], crs, DEGREES)[0], resolution))
    geoms = np.array([_polygon(h3.cell_to_boundary(code)) for code in codes], dtype=object)
    to_plane = projection(DEGREES, crs, "crs")
    if to_plane is not None and len(geoms):
        geoms = shapely.transform(geoms, to_plane)
    shapely.prepare(whole)
    there = np.flatnonzero(shapely.intersects(whole, geoms))
    found = np.array(codes, dtype=object)[there]
    return pd.DataFrame({"code": pd.Series(found, dtype="str"), "geom": geoms[there]})


def _near(area: shapely.Geometry, resolution: int) -> set[str]:
    """Return the cells of an area in degrees, and their neighbours, whose edges bulge less."""
    found: set[str] = set()
    for part in shapely.get_parts(area):
        rings = [[(y, x) for x, y in ring.coords] for ring in (part.exterior, *part.interiors)]
        shape = h3.LatLngPoly(*rings)
        found |= set(h3.polygon_to_cells_experimental(shape, resolution, "overlap"))
    rim = {near for cell in found for near in h3.grid_disk(cell, 1)}
    return found | rim


def _polygon(boundary: Iterable[tuple[float, float]]) -> shapely.Polygon:
    return shapely.Polygon([(lon, lat) for lat, lon in boundary])
