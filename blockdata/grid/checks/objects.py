"""Buildings and components that the border between two cells cuts."""

from __future__ import annotations

import numpy as np
import pandas as pd
import shapely

from blockdata.grid.checks.found import Geometries, faults
from blockdata.grid.checks.layer import Layer, first_of_largest, usable, wider_than
from blockdata.grid.checks.settings import CheckSettings

__all__ = ["cut_objects"]

_LINES = (shapely.GeometryType.LINESTRING.value, shapely.GeometryType.MULTILINESTRING.value)
_AREAS = (shapely.GeometryType.POLYGON.value, shapely.GeometryType.MULTIPOLYGON.value)


def cut_objects(
    finding: str, layer: Layer, objects: pd.DataFrame, settings: CheckSettings
) -> pd.DataFrame:
    """Return which parts of things lie in another cell than most of them does.

    A thing that one cell covers whole is not cut, though another may overlap it; what lies in no
    cell is a gap's matter.

    Parameters
    ----------
    finding : {"cuts_building", "cuts_component"}
    layer : Layer
    objects : DataFrame
        id, geom: polygons and lines; points and missing geometries cannot be cut.
    settings : CheckSettings

    Returns
    -------
    DataFrame
        One row per thing and cell that has a lesser part of it: `other` is the thing, `measure`
        the part's area or, of a line, its length.
    """
    rows = objects.sort_values("id", kind="stable")
    shapes = rows["geom"].to_numpy(dtype=object)
    kind = shapely.get_type_id(shapes)
    is_line = np.isin(kind, _LINES)
    shapes = np.where(is_line, shapes, usable(shapes))
    thing, cell, parts = _lesser_parts(layer, shapes, is_line)
    of_line = is_line[thing]
    real = np.zeros(len(parts), dtype=bool)
    real[of_line] = shapely.length(parts[of_line]) > settings.cut_tolerance_m
    real[~of_line] = wider_than(parts[~of_line], settings.cut_tolerance_m)
    ids = rows["id"].to_numpy(dtype=object)
    told = []
    for chosen, measured, unit in (
        (real & ~of_line, shapely.area, "m2"),
        (real & of_line, shapely.length, "m"),
    ):
        told.append(
            faults(
                finding,
                layer.name,
                parts[chosen],
                measured(parts[chosen]),
                unit,
                cell=layer.ids[cell[chosen]],
                code=layer.codes[cell[chosen]],
                other=ids[thing[chosen]],
            )
        )
    return pd.concat(told, ignore_index=True)


def _lesser_parts(
    layer: Layer,
    shapes: Geometries,
    is_line: np.ndarray,
) -> tuple[np.ndarray, np.ndarray, Geometries]:
    """Return thing, cell and part of all that reaches out of the cell with most of it."""
    whole = shapely.STRtree(shapes).query(layer.shapes, predicate="covers")[1]
    doubtful = np.setdiff1d(np.arange(len(shapes)), whole)
    cell, place = shapely.STRtree(shapes[doubtful]).query(layer.shapes, predicate="intersects")
    thing = doubtful[place]
    parts = shapely.intersection(shapes[thing], layer.shapes[cell])
    size = np.where(is_line[thing], shapely.length(parts), shapely.area(parts))
    main = first_of_largest(thing, cell, size, len(shapes))
    lesser = (main[thing] >= 0) & (main[thing] != cell)
    thing, cell, parts = thing[lesser], cell[lesser], parts[lesser]
    return thing, cell, shapely.difference(parts, layer.shapes[main[thing]])
