"""Land that stays whole: large sites, water, rail, mountain and green land."""

from __future__ import annotations

import numpy as np
import pandas as pd
import shapely

from blockdata.grid.drafting.arrangement import Bools, Integers, Objects, holder
from blockdata.grid.drafting.ground import WHOLE_USES
from blockdata.grid.drafting.settings import DraftSettings

__all__ = ["is_narrow", "taken_faces", "uncovered", "whole_land"]

_MOST = 0.6
"""A face covered by this share is the site's, where the rest of it is the street around it."""

_BEYOND_M = 0.01


def whole_land(sites: pd.DataFrame, land_water: pd.DataFrame, smallest_m2: float) -> pd.DataFrame:
    """Return what stays whole, without overlap: sites first, then water, rail and so on.

    Parameters
    ----------
    sites : DataFrame
        id, geom.
    land_water : DataFrame
        use, geom.
    smallest_m2 : float
        Smaller pieces of land and water are left out; sites are not.

    Returns
    -------
    DataFrame
        site (id, null for land and water), use ("site" or a use), geom (Polygon).
    """
    layers = [sites.assign(site=sites["id"], use="site")]
    for use in WHOLE_USES:
        own = land_water[land_water["use"] == use]
        large = shapely.area(own["geom"].to_numpy(dtype=object)) >= smallest_m2
        layers.append(own[large].assign(site=None))
    table = pd.concat([layer[["site", "use", "geom"]] for layer in layers], ignore_index=True)
    parts, row = shapely.get_parts(
        _disjoint(table["geom"].to_numpy(dtype=object)), return_index=True
    )
    areal = shapely.area(parts) > 0
    whole: pd.DataFrame = table.iloc[row[areal]].assign(geom=parts[areal])
    return whole.reset_index(drop=True)


def _disjoint(shapes: Objects) -> Objects:
    """Return shapes less those before them."""
    result = shapes.copy()
    if len(shapes) < 2:
        return result
    low, high = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    for own in np.unique(low[high < low]):
        before = shapely.union_all(shapes[high[(low == own) & (high < own)]])
        result[own] = shapely.difference(shapes[own], before)
    return result


def is_narrow(shapes: Objects, narrow_m: float) -> Bools:
    """Whether the mean width of shapes, twice the area by the perimeter, is below a width."""
    return np.asarray(2 * shapely.area(shapes) < narrow_m * shapely.length(shapes))


def taken_faces(faces: Objects, wholes: Objects, settings: DraftSettings) -> Integers:
    """Return for each face the whole that takes it entirely, -1 for none.

    A whole takes a face that it covers but for a strip around it: sites and parks are drawn to
    the kerb, cells to the middle of the street.

    Parameters
    ----------
    faces, wholes : ndarray of Polygon
    settings : DraftSettings

    Returns
    -------
    ndarray of int64
    """
    taken = np.full(len(faces), -1, dtype=np.int64)
    whole, face = shapely.STRtree(faces).query(wholes, predicate="intersects")
    covered = shapely.area(shapely.intersection(faces[face], wholes[whole]))
    share = covered / shapely.area(faces)[face]
    for number in np.flatnonzero(share >= _MOST):
        rest = shapely.difference(faces[face[number]], wholes[whole[number]])
        broad = shapely.buffer(rest, -settings.narrow_m, join_style="mitre")
        parts = shapely.area(shapely.get_parts(broad))
        if parts.max(initial=0) < settings.smallest_m2:
            taken[face[number]] = whole[number]
    return taken


def uncovered(
    faces: Objects, taken: Integers, wholes: Objects, settings: DraftSettings
) -> tuple[Objects, Integers]:
    """Return the parts of wholes outside the faces that are taken, and whose they are.

    Narrow parts and crumbs are left out: they come from borders drawn twice.
    """
    rest = wholes.copy()
    gone = faces[taken >= 0]
    if len(gone):
        whole, face = shapely.STRtree(gone).query(wholes, predicate="intersects")
        for number in np.unique(whole):
            lost = shapely.union_all(gone[face[whole == number]])
            rest[number] = shapely.difference(wholes[number], lost)
    parts, owner = shapely.get_parts(rest, return_index=True)
    kept = (shapely.area(parts) >= settings.crumb_m2) & ~is_narrow(parts, settings.narrow_m)
    kept &= shapely.get_type_id(parts) == shapely.GeometryType.POLYGON.value
    return _to_the_street(parts[kept], faces[taken < 0], settings.narrow_m), owner[kept]


def _to_the_street(parts: Objects, faces: Objects, narrow_m: float) -> Objects:
    """Add the strips between what stays whole and the borders of the face that it lies in."""
    face, part = shapely.STRtree(parts).query(faces, predicate="intersects")
    strips: dict[int, list[shapely.Geometry]] = {}
    for number in np.unique(face):
        own = part[face == number]
        rest = shapely.difference(faces[number], shapely.union_all(parts[own]))
        broad = shapely.buffer(rest, -narrow_m / 2, join_style="mitre")
        broad = shapely.buffer(broad, narrow_m / 2 + _BEYOND_M, join_style="mitre")
        for strip in shapely.get_parts(shapely.difference(rest, broad)):
            beside = own[shapely.distance(parts[own], strip) < _BEYOND_M]
            if len(beside):
                strips.setdefault(int(beside.min()), []).append(strip)
    wider = parts.copy()
    for number, own_strips in sorted(strips.items()):
        wider[number] = _filled(shapely.union_all([parts[number], *own_strips]))
    return wider


def _filled(shape: shapely.Geometry) -> shapely.Polygon:
    """Return the largest part of a shape, cracks in it closed."""
    closed = shapely.buffer(shape, 2 * _BEYOND_M, join_style="mitre")
    closed = shapely.buffer(closed, -2 * _BEYOND_M, join_style="mitre")
    parts = shapely.get_parts(closed)
    return parts[int(np.argmax(shapely.area(parts).round(6)))]


def whole_of_faces(
    faces: Objects, former: Objects, taken: Integers, rest: Objects, owner: Integers
) -> Integers:
    """Return the whole that each face belongs to once the outlines of the rest are drawn in."""
    before = holder(faces, former)
    whole = np.where(before >= 0, np.append(taken, -1)[before], -1)
    inside = holder(faces, rest)
    return np.where((whole < 0) & (inside >= 0), np.append(owner, -1)[inside], whole)
