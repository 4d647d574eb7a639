"""What old cells share with new ones, by area, slivers left out."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

__all__ = ["SLIVER_WIDTH_M", "overlap_areas", "own_land", "without_slivers"]

Objects = npt.NDArray[np.object_]
Integers = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

SLIVER_WIDTH_M = 1.0
"""Pieces narrower than this are slivers of two drawings of one border, not land that changed
hands. Surveyed borders are good to half a metre, and those traced by hand to about a metre."""

_SMALL_SHARE = 0.5
"""A narrow piece that is at least this share of a whole cell is the cell, not a sliver of it."""


def without_slivers(geoms: Objects, width_m: float, whole_m2: Floats) -> Floats:
    """Return the area of each geometry in its parts that are no slivers.

    Parameters
    ----------
    geoms : ndarray of shapely geometries, shape (n,)
    width_m : float
        Mean width, twice the area over the perimeter, below which a part is a sliver.
    whole_m2 : ndarray of float64, shape (n,)
        Area of the smaller of the two cells; a part of at least half of it counts always.

    Returns
    -------
    ndarray of float64, shape (n,)
        Square metres.

    Examples
    --------
    >>> geoms = np.array([shapely.box(0, 0, 100, 0.3), shapely.box(0, 0, 100, 5)])
    >>> without_slivers(geoms, 1.0, np.array([900.0, 900.0])).tolist()
    [0.0, 500.0]
    """
    parts, owner = shapely.get_parts(geoms, return_index=True)
    # Collections of a polygon and lines where cells only touch come out of overlays too.
    nested = shapely.get_type_id(parts) == shapely.GeometryType.GEOMETRYCOLLECTION
    if nested.any():
        inner, of = shapely.get_parts(parts[nested], return_index=True)
        parts = np.concatenate([parts[~nested], inner])
        owner = np.concatenate([owner[~nested], owner[nested][of]])
    area, around = shapely.area(parts), shapely.length(parts)
    wide = (2 * area >= width_m * around) & (area > 0)
    wide |= (area >= _SMALL_SHARE * whole_m2[owner]) & (area > 0)
    found = np.zeros(len(geoms))
    np.add.at(found, owner[wide], area[wide])
    return found


def overlap_areas(old: Objects, new: Objects, *, width_m: float = SLIVER_WIDTH_M) -> pd.DataFrame:
    """Return which old cells share land with which new ones, and what is left of each.

    Parameters
    ----------
    old, new : ndarray of shapely polygons, shape (n,) and (m,)
        In one CRS in metres, as from `own_land`. None and empty geometries share nothing.
    width_m : float
        See `without_slivers`.

    Returns
    -------
    DataFrame
        Columns old, new (positions; new is -1 for land of an old cell that no new cell covers,
        old is -1 for the reverse), area_m2. Sorted by old and new, those of -1 last in each.

    Examples
    --------
    >>> old = np.array([shapely.box(0, 0, 10, 10)])
    >>> new = np.array([shapely.box(0, 0, 4, 10), shapely.box(4, 0, 8, 10)])
    >>> overlap_areas(old, new).to_numpy().tolist()
    [[0.0, 0.0, 40.0], [0.0, 1.0, 40.0], [0.0, -1.0, 20.0]]
    """
    a, b = _pairs(old, new)
    shared = shapely.intersection(old[a], new[b])
    whole = np.minimum(shapely.area(old[a]), shapely.area(new[b]))
    area = without_slivers(shared, width_m, whole)
    there = area > 0
    parts = [
        _frame(a[there], b[there], area[there]),
        _left(old, new, a, b, width_m),
        _left(new, old, b, a, width_m).rename(columns={"old": "new", "new": "old"}),
    ]
    rows = pd.concat(parts, ignore_index=True)
    order = np.lexsort((rows["new"] % (len(new) + 1), rows["old"] % (len(old) + 1)))
    return rows.iloc[order].reset_index(drop=True)


def _frame(old: Integers, new: Integers, area: Floats) -> pd.DataFrame:
    return pd.DataFrame({"old": old, "new": new, "area_m2": area})


def _pairs(old: Objects, new: Objects) -> tuple[Integers, Integers]:
    a, b = shapely.STRtree(new).query(old, predicate="intersects")
    order = np.lexsort((b, a))
    return a[order].astype(np.int64), b[order].astype(np.int64)


def own_land(geoms: Objects) -> Objects:
    """Return each cell without what earlier cells cover: the rule by which a point gets its cell.

    Parameters
    ----------
    geoms : ndarray of shapely polygons, shape (n,)
        In the order of ids.

    Returns
    -------
    ndarray of shapely geometries, shape (n,)
        Disjoint but for borders.

    Examples
    --------
    >>> over = np.array([shapely.box(0, 0, 6, 1), shapely.box(4, 0, 9, 1)])
    >>> shapely.area(own_land(over)).tolist()
    [6.0, 3.0]
    """
    tree = shapely.STRtree(geoms)
    one, other = tree.query(geoms, predicate="intersects")
    later = one > other
    one, other = one[later], other[later]
    over = ~shapely.touches(geoms[one], geoms[other])
    earlier: dict[int, list[int]] = {}
    for cell, before in sorted(zip(one[over].tolist(), other[over].tolist(), strict=True)):
        earlier.setdefault(cell, []).append(before)
    own = geoms.copy()
    for cell, before in earlier.items():
        own[cell] = shapely.difference(geoms[cell], shapely.union_all(geoms[before]))
    return own


def _left(old: Objects, new: Objects, a: Integers, b: Integers, width_m: float) -> pd.DataFrame:
    """Return the land of each old cell that no new one covers."""
    rest = old.copy()
    bounds = np.searchsorted(np.sort(a), np.arange(len(old) + 1))
    order = np.argsort(a, kind="stable")
    for cell in range(len(old)):
        over = b[order[bounds[cell] : bounds[cell + 1]]]
        if len(over):
            rest[cell] = shapely.difference(old[cell], shapely.union_all(new[np.sort(over)]))
    present = np.flatnonzero(~shapely.is_missing(rest))
    area = without_slivers(rest[present], width_m, shapely.area(old[present]))
    there = area > 0
    return _frame(present[there], np.full(int(there.sum()), -1), area[there])
