"""Which share of each cell of one layer lies in each cell of another."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from blockdata.errors import AnalysisError
from blockdata.kernels import CellIndex
from blockdata.kernels.segments import bad_polygons, refuse

__all__ = ["By", "overlap_weights"]

By = Literal["area", "people", "buildings", "floor_area"]
"""What the value of a cell may be shared by."""

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
Objects = npt.NDArray[np.object_]

_WHOLE = 1e-9


def overlap_weights(
    source_geoms: Any,
    target_geoms: Any,
    points: npt.ArrayLike | None = None,
    weights: npt.ArrayLike | None = None,
) -> pd.DataFrame:
    """Return the share of each source cell that lies in each target cell.

    Without points shares are of the area; with points they are of the weights of the points in
    the source cell (people, floor area, or 1 for each building). A source cell without a point of
    any weight is shared by area. Both layers are in one plane, in metres.

    Parameters
    ----------
    source_geoms, target_geoms : Series or array_like of shapely geometries
        Valid polygons; null and empty ones overlap nothing. A Series' index names the cells, else
        they are known by their position.
    points : array_like of float, shape (n, 2), optional
        A point on a border belongs to the first cell that covers it; where target cells overlap,
        also to the first.
    weights : array_like of float, shape (n,), optional
        Not negative; null counts 0. 1 each when left out.

    Returns
    -------
    DataFrame
        Columns source, target, share (of the source; above 0) and weight (what is shared: square
        metres, or the points' weights), sorted by the positions of both. The shares of a source
        add up to 1 where the targets cover it (to 1e-9), and to at most 1: where targets overlap
        one another they are scaled down, so that nothing is counted twice.

    Raises
    ------
    AnalysisError
        If a geometry is not a valid polygon, an index repeats a name, or weights do not fit.

    References
    ----------
    Goodchild, M. F. and Lam, N. S. (1980), "Areal interpolation: a variant of the traditional
    spatial problem", Geo-Processing 1, 297-312.

    Examples
    --------
    >>> source = [shapely.box(0, 0, 4, 1)]
    >>> target = [shapely.box(0, 0, 1, 1), shapely.box(1, 0, 9, 1)]
    >>> overlap_weights(source, target)["share"].to_list()
    [0.25, 0.75]
    >>> overlap_weights(source, target, [[0.5, 0.5], [2, 0.5]], [9, 1])["share"].to_list()
    [0.9, 0.1]
    """
    source, source_names = _cells(source_geoms, "source")
    target, target_names = _cells(target_geoms, "target")
    found = _by_area(source, target)
    if points is not None:
        at, weight = _weighted(points, weights)
        found = _by_points(source, target, at, weight, found)
    found = _shares(found, len(source))
    return pd.DataFrame(
        {
            "source": source_names[found["source"].to_numpy()],
            "target": target_names[found["target"].to_numpy()],
            "share": found["share"],
            "weight": found["weight"],
        }
    )


def _cells(geoms: Any, where: str) -> tuple[Objects, Any]:
    index = pd.RangeIndex(len(geoms))
    names = geoms.index if isinstance(geoms, pd.Series) else index
    if names.has_duplicates:
        raise AnalysisError("two cells have one name", where=f"{where}_geoms")
    found = np.asarray(geoms, dtype=object)
    refuse(bad_polygons(found), "are not valid polygons", "valid polygons and multipolygons")
    return found, names


def _weighted(points: npt.ArrayLike, weights: npt.ArrayLike | None) -> tuple[Floats, Floats]:
    at = np.asarray(points, dtype=np.float64).reshape(-1, 2)
    weight = np.ones(len(at)) if weights is None else np.asarray(weights, dtype=np.float64)
    if weight.shape != (len(at),) or (weight < 0).any():
        raise AnalysisError("weights are negative or not one for each point", where="weights")
    return at, np.nan_to_num(weight)


def _by_area(source: Objects, target: Objects) -> pd.DataFrame:
    """Return source, target, weight (square metres) and whole (the source's area)."""
    there, here = shapely.STRtree(source).query(target, predicate="intersects")
    weight = shapely.area(shapely.intersection(source[here], target[there]))
    whole = shapely.area(source[here])
    found = pd.DataFrame({"source": here, "target": there, "weight": weight, "whole": whole})
    found = found[found["weight"] > 0]
    return found.sort_values(["source", "target"], ignore_index=True)


def _by_points(
    source: Objects, target: Objects, at: Floats, weight: Floats, area: pd.DataFrame
) -> pd.DataFrame:
    """Return the same of points' weights; what has no point stays with its areas."""
    own = CellIndex(source).locate(at[:, 0], at[:, 1])
    other = CellIndex(target).locate(at[:, 0], at[:, 1])
    held = (own >= 0) & (weight > 0)
    whole = np.bincount(own[held], weights=weight[held], minlength=len(source))
    pairs = pd.DataFrame({"source": own, "target": other, "weight": weight})
    pairs = pairs[held & (other >= 0)].groupby(["source", "target"], as_index=False).sum()
    pairs["whole"] = whole[pairs["source"].to_numpy()]
    # So that means over both kinds of cells weigh alike, an area without points is as full of
    # them as a thousandth of a point: it decides nothing where a point is.
    bare = area[whole[area["source"].to_numpy()] == 0]
    bare = bare.assign(weight=bare["weight"] / bare["whole"] * _LEAST, whole=_LEAST)
    both: pd.DataFrame = pd.concat([pairs, bare], ignore_index=True)
    return both.sort_values(["source", "target"], ignore_index=True)


_LEAST = 1e-3


def _shares(found: pd.DataFrame, count: int) -> pd.DataFrame:
    share = found["weight"].to_numpy() / found["whole"].to_numpy()
    own = found["source"].to_numpy()
    total = np.bincount(own, weights=share, minlength=count)
    scale = np.where(total > 1 - _WHOLE, total, 1.0)
    return found.assign(share=share / scale[own])
