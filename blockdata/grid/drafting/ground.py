"""What a draft of grids stands on: the frames, cleaned and in an order of their own."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import shapely

from blockdata.errors import AnalysisError
from blockdata.grid.drafting.arrangement import Bools, Objects

__all__ = ["WHOLE_USES", "Ground", "prepared"]

WHOLE_USES = ("water", "rail", "mountain", "green")
"""Uses of land and water that are cells of their own, in order of precedence."""

_POLYGON = (shapely.GeometryType.POLYGON.value, shapely.GeometryType.MULTIPOLYGON.value)
_LINE = (shapely.GeometryType.LINESTRING.value, shapely.GeometryType.MULTILINESTRING.value)


def _nothing(*columns: str) -> pd.DataFrame:
    return pd.DataFrame({name: pd.Series(dtype=object) for name in columns})


@dataclass(frozen=True)
class Ground:
    """Frames of shapes in one CRS in metres, in any order of rows.

    Parameters
    ----------
    communities : DataFrame
        code (str, unique), geom (polygons); name (str) where cells are to be named.
    streets : DataFrame, optional
        geom (lines), street_class (str or null), width_m (float or null).
    land_water : DataFrame, optional
        geom (polygons), use ("water", "rail", "mountain", "green"; others are land).
    buildings, components : DataFrame, optional
        id (str), geom; points and missing shapes cannot be cut and are left out.
    sites : DataFrame, optional
        id (str), geom (polygons): large sites of a single owner, which stay whole.
    """

    communities: pd.DataFrame
    streets: pd.DataFrame | None = None
    land_water: pd.DataFrame | None = None
    buildings: pd.DataFrame | None = None
    components: pd.DataFrame | None = None
    sites: pd.DataFrame | None = None


@dataclass(frozen=True)
class Prepared:
    """The same, repaired: each frame with a column geom of valid shapes of one kind, sorted."""

    communities: pd.DataFrame
    streets: pd.DataFrame
    land_water: pd.DataFrame
    buildings: pd.DataFrame
    lines: pd.DataFrame
    sites: pd.DataFrame


def prepared(ground: Ground) -> Prepared:
    """Repair shapes by `shapely.make_valid`, drop what has none, and bring rows into an order.

    Parameters
    ----------
    ground : Ground

    Returns
    -------
    Prepared
        Polygonal components stand with the buildings, those that are lines apart.

    Raises
    ------
    AnalysisError
        If there is no community with a polygon, or two share a code.
    """
    communities = _polygons(ground.communities, "code")
    if communities.empty:
        raise AnalysisError(
            "no community has a polygon", where="draft", next_step="Load areas with their borders."
        )
    if communities["code"].duplicated().any():
        raise AnalysisError("two communities share a code", where="draft")
    streets = _or(ground.streets, "geom", "street_class", "width_m")
    components = _or(ground.components, "id", "geom")
    obstacles = [_polygons(_or(ground.buildings, "id", "geom"), "id"), _polygons(components, "id")]
    return Prepared(
        communities,
        _lines(streets),
        _polygons(_or(ground.land_water, "geom", "use"), "use"),
        pd.concat([o.assign(what=w) for o, w in zip(obstacles, _OBSTACLES, strict=True)]),
        _lines(components),
        _polygons(_or(ground.sites, "id", "geom"), "id"),
    )


_OBSTACLES = ("building", "component")


def _or(frame: pd.DataFrame | None, *columns: str) -> pd.DataFrame:
    return _nothing(*columns) if frame is None else frame.reset_index(drop=True)


def _polygons(frame: pd.DataFrame, first: str) -> pd.DataFrame:
    """Return the rows with an area, one valid shape each, sorted by a column and place."""
    shapes = frame["geom"].to_numpy(dtype=object)
    valid: Objects = np.full(len(shapes), None, dtype=object)
    there = np.isin(shapely.get_type_id(shapes), _POLYGON) & _is_finite(shapes)
    valid[there] = _areal(shapes[there])
    kept = ~shapely.is_missing(valid) & ~shapely.is_empty(valid)
    return _sorted(frame[kept].assign(geom=shapely.normalize(valid[kept])), first)


def _is_finite(shapes: Objects) -> Bools:
    return np.asarray(np.isfinite(shapely.bounds(shapes)).all(axis=1))


def _areal(shapes: Objects) -> Objects:
    bad = ~shapely.is_valid(shapes)
    repaired = shapes.copy()
    repaired[bad] = shapely.make_valid(shapes[bad], method="structure", keep_collapsed=False)
    return np.asarray(shapely.force_2d(repaired))


def _lines(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the rows that are lines, one row for each part."""
    shapes = frame["geom"].to_numpy(dtype=object)
    there = np.isin(shapely.get_type_id(shapes), _LINE) & _is_finite(shapes)
    parts, row = shapely.get_parts(shapely.force_2d(shapes[there]), return_index=True)
    long = shapely.length(parts) > 0
    exploded = frame[there].iloc[row[long]]
    return _sorted(exploded.assign(geom=shapely.normalize(parts[long])), None)


def _sorted(frame: pd.DataFrame, first: str | None) -> pd.DataFrame:
    keys = [shapely.to_wkb(frame["geom"].to_numpy(dtype=object))]
    if first is not None:
        keys.append(frame[first].astype(object).fillna("").astype(str).to_numpy())
    order = np.lexsort(keys) if len(frame) else np.empty(0, dtype=int)
    return frame.iloc[order].reset_index(drop=True)
