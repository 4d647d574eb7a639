"""Holding a file's coordinates against control points, the city's extent and its outline."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import shapely

from blockdata.crs import (
    DEGREES,
    Suspicion,
    bounds_in,
    crs_hint,
    projection,
    suspect_by_control,
    suspect_by_outline,
    suspect_by_region,
)
from blockdata.errors import SourceError
from blockdata.store.batch import Doubt, LoadRequest
from blockdata_loaders.arrays import BoolArray, flags
from blockdata_loaders.columns import place
from blockdata_loaders.coordinates import Geometries

__all__ = ["crs_doubts"]

_MOST = 0.5
_SAMPLE = 5000

_Coordinates = npt.NDArray[np.float64]


def crs_doubts(
    request: LoadRequest,
    given: Geometries | None,
    outside: BoolArray,
    keys: pa.Array,
    names: pa.Array | None,
) -> tuple[Doubt, ...]:
    """Refuse a file whose CRS is clearly another one, and tell what is suspected.

    Parameters
    ----------
    request : LoadRequest
        With the source's control points, and what is known of the city's extent and outline.
    given : Geometries or None
        None where the kind has none.
    outside : ndarray of bool, shape (n,)
        Rows outside the extent.
    keys, names : pa.Array of string, shape (n,)
        By which rows are known as control points; names may be None.

    Returns
    -------
    tuple of Doubt

    Raises
    ------
    SourceError
        Reason "wrong_crs".
    """
    if given is None or request.source.trust_crs:
        return ()
    doubts = _by_control(request, given, keys, names)
    delivered = _sample(given)
    _require_inside(request, given, outside, delivered)
    if request.outline is None or not len(delivered):
        return doubts
    held = (delivered, given.read_as, request.crs, request.outline)
    found = suspect_by_region(*held, request.outline)
    if found is None or not found.clear:
        found = suspect_by_outline(*held)
    return (*doubts, *_told(request, found))


def _sample(given: Geometries) -> _Coordinates:
    """Return a point of each of some geometries, spread evenly over the file."""
    have = np.flatnonzero(flags(given.delivered.is_valid()))
    some = given.delivered_shapes(have[:: max(1, -(-len(have) // _SAMPLE))])
    points: _Coordinates = shapely.get_coordinates(shapely.centroid(some))
    return points[np.isfinite(points).all(axis=1)]


def _by_control(
    request: LoadRequest, given: Geometries, keys: pa.Array, names: pa.Array | None
) -> tuple[Doubt, ...]:
    rows = _control_rows(request, given, keys, names)
    if not rows:
        return _without_control(request)
    to_base = projection(DEGREES, request.crs, place(request))
    known = np.array([request.source.control[name] for name in rows], dtype=np.float64)
    found = suspect_by_control(
        shapely.get_coordinates(
            shapely.centroid(given.delivered_shapes(np.array([*rows.values()])))
        ),
        known if to_base is None else to_base(known),
        given.read_as,
        request.crs,
        within_m=request.source.control_within_m,
    )
    return _told(request, found)


def _control_rows(
    request: LoadRequest, given: Geometries, keys: pa.Array, names: pa.Array | None
) -> dict[str, int]:
    """Return the row of each control point that the file has."""
    rows = {}
    for name in request.source.control:
        at = flags(pc.equal(keys, name))
        if names is not None:
            at = at | flags(pc.equal(names, name))
        found = np.flatnonzero(at)
        shapes = given.delivered_shapes(found)
        found = found[~shapely.is_empty(shapes) & ~shapely.is_missing(shapes)]
        # Of several records with one name, nobody knows which is meant.
        if len(found) == 1:
            rows[name] = int(found[0])
    return rows


def _without_control(request: LoadRequest) -> tuple[Doubt, ...]:
    if not request.source.control or request.source.mode != "full":
        return ()
    zh = "[source.control] 的控制点在文件中一个也没有（按主键或名称查找）"
    en = "no record of the file has a key or name that [source.control] names"
    return (_doubt(request, "no_control_point", zh, en),)


def _doubt(request: LoadRequest, code: str, zh: str, en: str) -> Doubt:
    file = "" if request.path is None else request.path.name
    return Doubt(code, f"文件 {file}：{zh}", f"file {file}: {en}")


def _told(request: LoadRequest, found: Suspicion | None) -> tuple[Doubt, ...]:
    if found is None:
        return ()
    if found.clear:
        raise SourceError(
            f"coordinates {found.looks} ({found.evidence})",
            reason="wrong_crs",
            where=place(request),
            next_step=f"{found.next_step}; if the CRS is right as it is, set trust_crs = true",
        )
    off = f"偏差约 {found.off_m:.0f} 米"
    zh = f"坐标可能是 {found.system}，{off}" if found.system else f"控制点{off}"
    en = f"coordinates {found.looks} ({found.evidence}). If so: {found.next_step}"
    return (_doubt(request, "doubtful_crs", f"{zh}；请核实来源的坐标系", en),)


def _require_inside(
    request: LoadRequest, given: Geometries, outside: BoolArray, delivered: _Coordinates
) -> None:
    have = int((flags(given.wkb.is_valid()) | given.infinite).sum())
    count = int(outside.sum())
    if request.extent is None or count <= _MOST * have:
        return
    district = request.outline
    if district is None:
        district = shapely.box(*bounds_in(request.extent, request.crs, place(request)))
    found = suspect_by_region(delivered, given.read_as, request.crs, district, request.outline)
    if found is None:
        looks, next_step = crs_hint(delivered, swapped=given.read_as.swapped)
    else:
        looks, next_step = f"{found.looks} ({found.evidence})", found.next_step
    raise SourceError(
        f"{count} of {have} geometries lie outside the city's extent; coordinates {looks}",
        reason="wrong_crs",
        where=place(request),
        next_step=next_step,
    )
