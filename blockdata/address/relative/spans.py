"""Areas between things: between two places, and along a street between two others."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from shapely.ops import substring

from blockdata.address.relative.anchoring import (
    Ground,
    choose_crossings,
    resolved,
    street_pairs,
)
from blockdata.address.relative.description import Description
from blockdata.address.relative.precision import Precision
from blockdata.address.relative.streets import StreetIndex

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
Objects = npt.NDArray[np.object_]


def place_between(
    out: pd.DataFrame,
    descriptions: Sequence[Description],
    anchors: pd.DataFrame,
    precision: Precision,
) -> None:
    """Write the areas between two anchors into the placed descriptions."""
    rows = np.array(
        [n for n, d in enumerate(descriptions) if d.relation == "between" and not d.reason],
        dtype=np.int64,
    )
    ends = [
        resolved([descriptions[row].anchors[side] for row in rows], anchors, precision)
        for side in (0, 1)
    ]
    (x0, y0, r0, _), (x1, y1, r1, _) = ends
    apart_m = np.hypot(x1 - x0, y1 - y0)
    unknown, far = np.isnan(apart_m), apart_m > precision.between_most_m
    out.loc[rows[unknown], "reason"] = "anchor_unknown"
    out.loc[rows[far], "reason"] = "too_far_apart"
    good = ~unknown & ~far
    ways = shapely.linestrings(np.stack([np.c_[x0, y0], np.c_[x1, y1]], axis=1)[good])
    _write(out, rows[good], ways, precision.between_m, np.maximum(r0, r1)[good])
    out.loc[rows[good], "method"] = "between"


def place_along(
    out: pd.DataFrame, descriptions: Sequence[Description], ground: Ground, precision: Precision
) -> None:
    """Write the pieces of streets between two others into the placed descriptions."""
    streets, near = ground
    rows = np.array(
        [n for n, d in enumerate(descriptions) if d.relation == "along" and not d.reason],
        dtype=np.int64,
    )
    if streets is None or not len(rows):
        return
    street, ends, reason = _bounds(rows, descriptions, (streets, near), precision)
    pieces = _pieces(street, ends, streets, precision)
    broken = (reason == "") & shapely.is_missing(pieces)
    reason[broken] = "street_in_pieces"
    out.loc[rows, "reason"] = reason
    good = reason == ""
    _write(out, rows[good], pieces[good], precision.along_m, np.zeros(int(good.sum())))
    out.loc[rows[good], "method"] = "along"


def _bounds(
    rows: Integers,
    descriptions: Sequence[Description],
    ground: tuple[StreetIndex, Floats],
    precision: Precision,
) -> tuple[Integers, Floats, Objects]:
    """Return each row's street, the two crossings that bound its piece, and why there are none."""
    streets, near = ground
    ends = np.full((len(rows), 2, 2), np.nan)
    reason = np.full(len(rows), "", dtype=object)
    for side in (0, 1):
        named = [(descriptions[r].streets[0], descriptions[r].streets[side + 1]) for r in rows]
        pairs, missing = street_pairs(named, streets)
        known = missing == ""
        chosen = choose_crossings(pairs[known], near[rows[known]], streets, precision)
        ends[known, side] = np.c_[chosen.x, chosen.y]
        missing[known] = chosen.reason
        reason = np.where(reason == "", missing, reason)
    street = [(streets.named(descriptions[row].streets[0]) or (-1,))[-1] for row in rows]
    return np.array(street, dtype=np.int64), ends, reason


def _pieces(street: Integers, ends: Floats, streets: StreetIndex, precision: Precision) -> Objects:
    """Cut the pieces, each distinct one once; None where an end is unknown or no line has both."""
    pieces = np.full(len(street), None, dtype=object)
    known = np.flatnonzero(~np.isnan(ends).any(axis=(1, 2)))
    keys = np.c_[street[known].astype(float), ends[known].reshape(-1, 4)]
    distinct, which = np.unique(keys, axis=0, return_inverse=True)
    cut = np.full(len(distinct), None, dtype=object)
    for place, key in enumerate(distinct):
        cut[place] = _piece(streets.lines[int(key[0])], key[1:].reshape(2, 2), precision)
    pieces[known] = cut[which.reshape(-1)]
    return pieces


def _piece(
    street: shapely.Geometry, ends: Floats, precision: Precision
) -> shapely.LineString | None:
    lines = shapely.get_parts(shapely.line_merge(street))
    points = shapely.points(ends)
    away_m = np.array([shapely.distance(lines, point) for point in points]).max(axis=0)
    if away_m.min() > precision.merge_m / 2:
        return None
    line = lines[int(away_m.argmin())]
    start, stop = sorted(shapely.line_locate_point(line, points))
    return substring(line, start, stop) if start < stop else None


def _write(
    out: pd.DataFrame, rows: Integers, ways: Objects, width_m: float, ends_m: Floats
) -> None:
    """Write areas around lines: the point in the middle, and a radius that holds all of it."""
    if not len(rows):
        return
    middle = shapely.line_interpolate_point(ways, 0.5, normalized=True)
    x, y = shapely.get_x(middle), shapely.get_y(middle)
    area = shapely.buffer(ways, width_m)
    xy, owner = shapely.get_coordinates(ways, return_index=True)
    away_m = pd.Series(np.hypot(xy[:, 0] - x[owner], xy[:, 1] - y[owner]))
    reach_m = away_m.groupby(owner).max().to_numpy()
    out.loc[rows, "x"], out.loc[rows, "y"] = x, y
    out.loc[rows, "radius_m"] = reach_m + np.maximum(width_m, ends_m)
    out.loc[rows, "geometry"] = area
    out.loc[rows, "reason"] = ""
