"""Cells that cover a place twice, and places of the parent that no cell covers."""

from __future__ import annotations

import numpy as np
import pandas as pd
import shapely

from blockdata.grid.checks.found import faults
from blockdata.grid.checks.layer import Layer, areal, largest_share, longest_border, wider_than
from blockdata.grid.checks.settings import CheckSettings

__all__ = ["gaps", "overlaps", "overlaps_between"]


def overlaps(layer: Layer, settings: CheckSettings) -> pd.DataFrame:
    """Return what two cells of a layer both cover.

    Parameters
    ----------
    layer : Layer
    settings : CheckSettings

    Returns
    -------
    DataFrame
        One row per pair, told of the lower id.
    """
    one, two = layer.tree.query(layer.shapes, predicate="intersects")
    one, two = one[one < two], two[one < two]
    return _common(layer, one, layer, two, settings)


def overlaps_between(layer: Layer, other: Layer, settings: CheckSettings) -> pd.DataFrame:
    """Return what a cell of a layer and a cell of another one both cover, told of the first."""
    one, two = other.tree.query(layer.shapes, predicate="intersects")
    return _common(layer, one, other, two, settings)


def _common(
    layer: Layer,
    one: np.ndarray,
    other: Layer,
    two: np.ndarray,
    settings: CheckSettings,
) -> pd.DataFrame:
    common = areal(shapely.intersection(layer.shapes[one], other.shapes[two]))
    real = wider_than(common, settings.tolerance_m)
    one, two, common = one[real], two[real], common[real]
    return faults(
        "overlap",
        layer.name,
        common,
        shapely.area(common),
        "m2",
        cell=layer.ids[one],
        code=layer.codes[one],
        other=other.ids[two],
    )


def gaps(
    layer: Layer, parent: Layer, filled_by: tuple[Layer, ...], settings: CheckSettings
) -> pd.DataFrame:
    """Return the pieces of a parent layer that neither a layer nor those beside it cover.

    Parameters
    ----------
    layer, parent : Layer
    filled_by : tuple of Layer
        Layers that are carved out of this one.
    settings : CheckSettings

    Returns
    -------
    DataFrame
        One row per piece; `other` is the parent, `cell` the cell of the layer with the longest
        border with the piece, one of the same parent first.
    """
    fillers = np.concatenate([layer.shapes, *(f.shapes for f in filled_by)])
    owner, filler = shapely.STRtree(fillers).query(parent.shapes, predicate="intersects")
    covers = (
        pd.Series(fillers[filler]).groupby(owner).agg(lambda g: shapely.union_all(g.to_numpy()))
    )
    rows = covers.index.to_numpy(dtype=np.int64)
    left = parent.shapes.copy()
    left[rows] = shapely.difference(parent.shapes[rows], covers.to_numpy(dtype=object))
    pieces, owner = shapely.get_parts(left, return_index=True)
    real = wider_than(pieces, settings.tolerance_m)
    pieces, owner = pieces[real], owner[real]
    of_cells = largest_share(layer.shapes, parent) if len(pieces) else owner
    near = longest_border(pieces, layer, settings.tolerance_m, groups=(owner, of_cells))
    return faults(
        "gap",
        layer.name,
        pieces,
        shapely.area(pieces),
        "m2",
        cell=np.append(layer.ids, [None])[near],
        code=np.append(layer.codes, [None])[near],
        other=parent.ids[owner],
    )
