"""What an analyst gives as an area, as one shape in the plane of the base."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TypeAlias

import geopandas as gpd
import numpy as np
import shapely

from blockdata.analysis.checks import looks_like_degrees
from blockdata.engines import inside_feeds
from blockdata.errors import AnalysisError, CrsError
from blockdata.store.session import Session
from blockdata.views.layers.shapes import own_cells

__all__ = ["Area", "Given", "area_of"]

Given: TypeAlias = shapely.Geometry | gpd.GeoDataFrame | gpd.GeoSeries | str

_WHERE = "inside"
_ALLOWED = (
    "a polygon in the base's coordinate system, a GeoSeries or GeoDataFrame with one of its own, "
    "or the id or code of a cell or an area"
)


@dataclass(frozen=True)
class Area:
    """An area of the analyst's own.

    Parameters
    ----------
    shape : shapely polygon or multipolygon
        In the base's CRS, valid.
    name : str
        Of the cell or area that was named; empty for what was drawn.
    cell : str or None
        Its id.
    """

    shape: shapely.Geometry
    name: str = ""
    cell: str | None = None

    @property
    def area_m2(self) -> float:
        """Of the shape."""
        return float(self.shape.area)


def area_of(session: Session, given: Given, crs: str, day: dt.date) -> Area:
    """Return what was given as one shape in the base's CRS.

    Parameters
    ----------
    session : Session
    given : shapely polygon, GeoSeries, GeoDataFrame or str
        Several shapes are taken together. A bare polygon is in the base's CRS.
    crs : str
        Of the base.
    day : date
        On which a cell that is named stands.

    Raises
    ------
    AnalysisError
        If it is no area, looks like degrees, or no cell of the name stands on the day.
    CrsError
        If a frame has no coordinate system.
    """
    if isinstance(given, str):
        return _named(session, given, day)
    if isinstance(given, gpd.GeoSeries):
        given = given.to_frame("geometry")
    if isinstance(given, gpd.GeoDataFrame):
        return Area(_one_shape(own_cells(given, crs)["geom"].to_numpy(dtype=object)))
    if not isinstance(given, shapely.Geometry):
        raise AnalysisError(f"{type(given).__name__} is no area", where=_WHERE, allowed=_ALLOWED)
    shape = _one_shape(np.array([given], dtype=object))
    if looks_like_degrees(shapely.get_coordinates(shape)):
        raise CrsError(
            "the polygon's coordinates look like degrees",
            where=_WHERE,
            allowed=f"metres in {crs}",
            next_step="Give a GeoSeries with its crs: gpd.GeoSeries([polygon], crs='EPSG:4490').",
        )
    return Area(shape)


def _named(session: Session, name: str, day: dt.date) -> Area:
    found = inside_feeds.cell_shape(session, name, day)
    if len(found) != 1:
        told = "no cell or area" if found.empty else f"{len(found)} cells or areas"
        raise AnalysisError(
            f"{told} {name!r} with a polygon stand on {day}", where=_WHERE, allowed=_ALLOWED
        )
    row = found.iloc[0]
    shape = _one_shape(np.array([row["geom"]], dtype=object))
    return Area(shape, str(row["name"]), str(row["id"]))


def _one_shape(geoms: np.ndarray) -> shapely.Geometry:
    there = geoms[~shapely.is_missing(geoms)]
    whole = shapely.union_all(shapely.make_valid(there)) if len(there) else shapely.Polygon()
    polygons = [p for p in shapely.get_parts(whole) if p.geom_type == "Polygon"]
    if not sum(p.area for p in polygons) > 0:
        raise AnalysisError("the shape has no area", where=_WHERE, allowed=_ALLOWED)
    return shapely.union_all(polygons)
