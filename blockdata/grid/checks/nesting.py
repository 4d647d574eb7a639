"""Cells that do not keep to their parent, or to their community."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from blockdata.grid.checks.found import Geometries, faults
from blockdata.grid.checks.layer import Layer, areal, first_of_largest, largest_share, wider_than
from blockdata.grid.checks.settings import CheckSettings

__all__ = ["crossings", "displacement", "overhangs"]

Integers = npt.NDArray[np.int64]

_MANY_SHARE = 0.2
_FEW_SHARE = 0.1
_LEAST_CELLS = 3


def _outside(layer: Layer, around: Layer, main: Integers) -> Geometries:
    """Return what of each cell lies outside the cell of another layer that has most of it."""
    shapes = np.append(around.shapes, [shapely.Polygon()])[main]
    inside = np.zeros(len(layer), dtype=bool)
    known = main >= 0
    inside[known] = shapely.covers(shapes[known], layer.shapes[known])
    left = np.full(len(layer), shapely.Polygon(), dtype=object)
    left[~inside] = shapely.difference(layer.shapes[~inside], shapes[~inside])
    return left


def crossings(
    layer: Layer, communities: Layer, main: Integers, settings: CheckSettings
) -> pd.DataFrame:
    """Return what of each cell lies in another community than most of it does.

    Parameters
    ----------
    layer, communities : Layer
    main : ndarray of int, shape (len(layer),)
        Row of the community that has most of each cell, -1 for none.
    settings : CheckSettings

    Returns
    -------
    DataFrame
        One row per cell; `other` is the community that it enters farthest.
    """
    left = _outside(layer, communities, main)
    cell, entered = communities.tree.query(left, predicate="intersects")
    cell, entered = cell[main[cell] != entered], entered[main[cell] != entered]
    parts = areal(shapely.intersection(left[cell], communities.shapes[entered]))
    real = wider_than(parts, settings.tolerance_m)
    cell, entered, parts = cell[real], entered[real], parts[real]
    most = first_of_largest(cell, entered, shapely.area(parts), len(layer))
    united = pd.Series(parts).groupby(cell).agg(lambda g: shapely.union_all(g.to_numpy()))
    rows = united.index.to_numpy(dtype=np.int64)
    shapes = united.to_numpy(dtype=object)
    return faults(
        "crosses_community",
        layer.name,
        shapes,
        shapely.area(shapes),
        "m2",
        cell=layer.ids[rows],
        code=layer.codes[rows],
        other=communities.ids[most[rows]],
    )


def overhangs(
    layer: Layer, parent: Layer, explained: Geometries, settings: CheckSettings
) -> pd.DataFrame:
    """Return what of each cell lies outside the parent that has most of it.

    Parameters
    ----------
    layer, parent : Layer
    explained : ndarray of polygons
        Where another fault is the cause: what crosses a community's border, and the faults of the
        parent layer itself.
    settings : CheckSettings

    Returns
    -------
    DataFrame
        One row per cell; `other` is the parent, null where none has any of it.
    """
    main = largest_share(layer.shapes, parent)
    left = _outside(layer, parent, main)
    out = np.flatnonzero(wider_than(left, settings.tolerance_m))
    if len(out) and len(explained):
        left[out] = shapely.difference(left[out], shapely.union_all(explained))
    out = out[wider_than(left[out], settings.tolerance_m)]
    return faults(
        "not_nested",
        layer.name,
        left[out],
        shapely.area(left[out]),
        "m2",
        cell=layer.ids[out],
        code=layer.codes[out],
        other=np.append(parent.ids, [None])[main[out]],
    )


def displacement(layer: Layer, parent: Layer, settings: CheckSettings) -> pd.DataFrame:
    """Tell whether a layer as a whole lies beside its parent, as one in a wrong system does.

    It is, if at least three cells and a fifth of all stand out of their parents, and moved by the
    way from its middle to the parents' middle less than a tenth of them still do.

    Parameters
    ----------
    layer, parent : Layer
    settings : CheckSettings

    Returns
    -------
    DataFrame
        One row or none: `measure` is the distance in metres, `geom` the layer.
    """
    none = np.array([], dtype=object)
    many = len(overhangs(layer, parent, none, settings))
    if many < max(_LEAST_CELLS, _MANY_SHARE * len(layer)):
        return faults("displaced", layer.name, [], [], "m")
    whole, goal = shapely.union_all(layer.shapes), shapely.union_all(parent.shapes)
    way = shapely.get_coordinates(goal.centroid)[0] - shapely.get_coordinates(whole.centroid)[0]
    moved = layer.moved(*way.tolist())
    # The middle is known no better than the borders are alike.
    lenient = CheckSettings(tolerance_m=max(settings.tolerance_m, 0.05 * float(np.hypot(*way))))
    if len(overhangs(moved, parent, none, lenient)) > _FEW_SHARE * many:
        return faults("displaced", layer.name, [], [], "m")
    distance = [round(float(np.hypot(*way)), 1)]
    return faults("displaced", layer.name, [whole], distance, "m", other=[None])
