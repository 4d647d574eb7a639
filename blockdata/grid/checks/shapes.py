"""Cells of an unlikely form: slivers, several parts, areas far from the norm or not as stated."""

from __future__ import annotations

import numpy as np
import pandas as pd
import shapely

from blockdata.grid.checks.found import Geometries, faults
from blockdata.grid.checks.layer import Integers, Layer, longest_border
from blockdata.grid.checks.settings import CheckSettings

__all__ = ["far_areas", "several_parts", "slivers", "stated_areas"]


def slivers(layer: Layer, parent_of: Integers, settings: CheckSettings) -> pd.DataFrame:
    """Return the cells with little area for their border; `other` could take them in.

    Parameters
    ----------
    layer : Layer
    parent_of : ndarray of int, shape (len(layer),)
        A number of each cell's parent: a neighbour of the same goes before others.
    settings : CheckSettings
    """
    has_area = layer.area_m2 > 0
    ratio = np.full(len(layer), np.inf)
    ratio[has_area] = layer.area_m2[has_area] / shapely.length(layer.shapes[has_area])
    rows = np.flatnonzero(ratio < settings.sliver_m2_per_m)
    near = longest_border(
        layer.shapes[rows], layer, settings.tolerance_m, groups=(parent_of[rows], parent_of)
    )
    return faults(
        "sliver",
        layer.name,
        layer.shapes[rows],
        ratio[rows],
        "m2 per m",
        cell=layer.ids[rows],
        code=layer.codes[rows],
        other=np.append(layer.ids, [None])[near],
    )


def several_parts(layer: Layer, settings: CheckSettings) -> pd.DataFrame:
    """Return the cells of several parts, with all but the largest; `other` lies around those."""
    rows = np.flatnonzero(shapely.get_num_geometries(layer.shapes) > 1)
    lesser = np.empty(len(rows), dtype=object)
    lesser[:] = [_all_but_largest(shape) for shape in layer.shapes[rows]]
    near = longest_border(lesser, layer.without(_flags(layer, rows)), settings.tolerance_m)
    return faults(
        "multi_part",
        layer.name,
        lesser,
        shapely.get_num_geometries(layer.shapes[rows]).astype(float),
        "parts",
        cell=layer.ids[rows],
        code=layer.codes[rows],
        other=np.append(layer.ids, [None])[near],
    )


def _flags(layer: Layer, rows: Integers) -> np.ndarray:
    flags = np.zeros(len(layer), dtype=bool)
    flags[rows] = True
    return flags


def _all_but_largest(shape: shapely.Geometry) -> shapely.Geometry:
    parts = shapely.get_parts(shape)
    return shapely.MultiPolygon(list(np.delete(parts, shapely.area(parts).argmax())))


def far_areas(layer: Layer, told: Geometries, settings: CheckSettings) -> pd.DataFrame:
    """Return the cells whose area is far from the norm; `measure` is how many times the norm.

    Parameters
    ----------
    layer : Layer
    told : ndarray of str
        Cells that are slivers, and small for that reason.
    settings : CheckSettings
    """
    area_m2 = layer.area_m2
    known = area_m2 > 0
    if not known.any():
        return faults("area_far_from_norm", layer.name, [], [], "times")
    norm_m2 = settings.norm_m2 or float(np.median(area_m2[known]))
    times = np.where(known, area_m2, norm_m2) / norm_m2
    far = np.abs(np.log(times)) > np.log(settings.norm_factor)
    rows = np.flatnonzero(far & ~np.isin(layer.ids, told))
    return faults(
        "area_far_from_norm",
        layer.name,
        layer.shapes[rows],
        times[rows],
        "times",
        cell=layer.ids[rows],
        code=layer.codes[rows],
    )


def stated_areas(
    layer: Layer, explained_m2: dict[str, list[float]], settings: CheckSettings
) -> pd.DataFrame:
    """Return the cells whose stated area is not their geometry's; `measure` is the difference.

    Parameters
    ----------
    layer : Layer
    explained_m2 : dict of str to list of float
        By cell, by how much other faults of it make the geometry smaller (a gap) or larger (an
        overlap); a difference that one or all of them make up is theirs.
    settings : CheckSettings
    """
    differs = layer.stated_m2 - layer.area_m2
    allowed = np.maximum(settings.stated_m2, settings.stated_share * layer.area_m2)
    rows = np.flatnonzero((np.abs(differs) > allowed) & (layer.area_m2 > 0))
    kept = []
    for row in rows.tolist():
        causes = explained_m2.get(layer.ids[row], [])
        by = [0.0, sum(causes), *causes]
        if min(abs(differs[row] - b) for b in by) > allowed[row] or not causes:
            kept.append(row)
    rows = np.array(kept, dtype=np.int64)
    return faults(
        "stated_area",
        layer.name,
        layer.shapes[rows],
        np.abs(differs[rows]),
        "m2",
        cell=layer.ids[rows],
        code=layer.codes[rows],
    )
