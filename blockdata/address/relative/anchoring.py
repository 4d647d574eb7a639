"""Where the anchors of descriptions are: addresses by text, crossings by the streets' names."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from blockdata.address.relative.description import Description
from blockdata.address.relative.precision import Precision, together_m
from blockdata.address.relative.streets import Crossings, StreetIndex

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
Objects = npt.NDArray[np.object_]
#: Streets, and a point near each description (NaN where none is known).
Ground = tuple[StreetIndex | None, Floats]

_ONE_ANCHOR, _TWO_STREETS = 1, 2


class Anchored(NamedTuple):
    """The anchor of each description: a point with its own uncertainty, or a reason."""

    x: Floats
    y: Floats
    radius_m: Floats
    geometry: Objects
    text: Objects
    is_gap: npt.NDArray[np.bool_]
    reason: Objects


class Chosen(NamedTuple):
    """One crossing for each pair of streets, NaN where there is a reason against it."""

    x: Floats
    y: Floats
    spread_m: Floats
    is_gap: npt.NDArray[np.bool_]
    reason: Objects


def anchor_all(
    descriptions: Sequence[Description],
    anchors: pd.DataFrame,
    ground: Ground,
    precision: Precision,
) -> Anchored:
    """Find the anchor of each description; `between` and `along` have none of their own."""
    count = len(descriptions)
    found = Anchored(
        np.full(count, np.nan),
        np.full(count, np.nan),
        np.full(count, np.nan),
        np.full(count, None, dtype=object),
        np.array([d.anchors[0] if d.anchors else "" for d in descriptions], dtype=object),
        np.zeros(count, dtype=bool),
        np.array([d.reason for d in descriptions], dtype=object),
    )
    spans = np.array([d.relation in {"between", "along"} for d in descriptions], dtype=bool)
    found.reason[spans & (found.reason == "")] = "anchor_unknown"
    readable = found.reason == ""
    by_text = readable & np.array([len(d.anchors) == _ONE_ANCHOR for d in descriptions], bool)
    by_street = readable & ~by_text
    _from_texts(found, np.flatnonzero(by_text), anchors, precision)
    _from_streets(found, np.flatnonzero(by_street), descriptions, ground, precision)
    return found


def resolved(
    texts: Sequence[str], anchors: pd.DataFrame, precision: Precision
) -> tuple[Floats, Floats, Floats, Objects]:
    """Look anchors' texts up: x, y, radius and geometry, NaN and None where unknown.

    The radius grows by the reach of the anchor's own geometry from its point.
    """
    rows = pd.Index(anchors["text"]).get_indexer(pd.Index(texts))
    known = rows >= 0
    x, y = (_taken(anchors[name].to_numpy(float), rows) for name in ("x", "y"))
    stated = np.full(len(rows), np.nan)
    if "radius_m" in anchors:
        stated = _taken(anchors["radius_m"].to_numpy(float), rows)
    radius_m = np.where(np.isnan(stated), precision.anchor_m, stated)
    geometry = np.full(len(rows), None, dtype=object)
    if "geometry" in anchors:
        geometry[known] = anchors["geometry"].to_numpy(object)[rows[known]]
    return x, y, together_m(radius_m, _reach_m(x, y, geometry)), geometry


def _taken(values: Floats, rows: npt.NDArray[np.intp]) -> Floats:
    taken = np.full(len(rows), np.nan)
    taken[rows >= 0] = values[rows[rows >= 0]]
    return taken


def _reach_m(x: Floats, y: Floats, geometry: Objects) -> Floats:
    """Return how far the corner of each geometry's box lies from its point, at most."""
    west, south, east, north = shapely.bounds(geometry).T
    reach: Floats = np.hypot(np.maximum(x - west, east - x), np.maximum(y - south, north - y))
    return np.nan_to_num(reach, nan=0.0)


def _from_texts(found: Anchored, rows: Integers, anchors: pd.DataFrame, p: Precision) -> None:
    x, y, radius_m, geometry = resolved([str(t) for t in found.text[rows]], anchors, p)
    found.x[rows], found.y[rows], found.radius_m[rows] = x, y, radius_m
    found.geometry[rows] = geometry
    found.reason[rows[np.isnan(x) | np.isnan(y)]] = "anchor_unknown"


def _from_streets(
    found: Anchored,
    rows: Integers,
    descriptions: Sequence[Description],
    ground: Ground,
    precision: Precision,
) -> None:
    streets, near = ground
    if streets is None:
        found.reason[rows] = "unknown_street"
        return
    sides = [descriptions[row].streets for row in rows]
    pairs, reason = street_pairs(sides, streets)
    found.reason[rows] = reason
    there = reason == ""
    chosen = choose_crossings(pairs[there], near[rows[there]], streets, precision)
    rows = rows[there]
    found.x[rows], found.y[rows] = chosen.x, chosen.y
    found.radius_m[rows] = together_m(precision.crossing_m, chosen.spread_m)
    found.is_gap[rows] = chosen.is_gap
    found.reason[rows] = chosen.reason


def street_pairs(
    sides: Sequence[tuple[str, ...]], streets: StreetIndex
) -> tuple[Integers, Objects]:
    """Return the numbers of the two streets that each description names, or a reason."""
    known = {side: _pair(side, streets) for side in set(sides)}
    pairs = np.array([known[side][0] for side in sides], dtype=np.int64).reshape(-1, 2)
    return pairs, np.array([known[side][1] for side in sides], dtype=object)


def _pair(side: tuple[str, ...], streets: StreetIndex) -> tuple[tuple[int, int], str]:
    if len(side) == _TWO_STREETS:
        # 甲路乙路与丙路: of a side with two names the last is meant.
        named = tuple(number for text in side for number in streets.named(text)[-1:])
        missing = "unknown_street"
    else:
        named = streets.named(side[0]) if side else ()
        missing = "one_street" if named else "unknown_street"
    if len(named) < _TWO_STREETS:
        return (-1, -1), missing
    if named[0] == named[1]:
        return (-1, -1), "one_street"
    return (min(named), max(named)), ""


def choose_crossings(
    pairs: Integers, near: Floats, streets: StreetIndex, precision: Precision
) -> Chosen:
    """Choose a crossing for each pair: the only one, or the nearest to a point nearby."""
    distinct, which = np.unique(pairs, axis=0, return_inverse=True)
    crossings = streets.crossings(
        distinct[:, 0], distinct[:, 1], merge_m=precision.merge_m, gap_m=precision.gap_m
    )
    which = which.reshape(-1)
    first, last = crossings.first[which], crossings.first[which + 1]
    row = np.where(last > first, first, -1)
    reason = np.where(last > first, "", "streets_do_not_cross").astype(object)
    for place in np.flatnonzero(last - first > 1):
        row[place] = _nearest(crossings, (int(first[place]), int(last[place])), near[place])
        reason[place] = "" if row[place] >= 0 else "several_crossings"
    return _chosen(crossings, row, reason)


def _nearest(crossings: Crossings, rows: tuple[int, int], near: Floats) -> int:
    among = slice(*rows)
    away = np.hypot(crossings.x[among] - near[0], crossings.y[among] - near[1])
    if np.isnan(away).any() or (away == away.min()).sum() > 1:
        return -1
    return rows[0] + int(away.argmin())


def _chosen(crossings: Crossings, row: Integers, reason: Objects) -> Chosen:
    there = row >= 0
    x, y, spread_m = (np.full(len(row), np.nan) for _ in range(3))
    is_gap = np.zeros(len(row), dtype=bool)
    x[there], y[there] = crossings.x[row[there]], crossings.y[row[there]]
    spread_m[there], is_gap[there] = crossings.spread_m[row[there]], crossings.is_gap[row[there]]
    return Chosen(x, y, spread_m, is_gap, reason)
