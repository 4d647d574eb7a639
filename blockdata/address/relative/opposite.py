"""对面: across the street from an anchor."""

from __future__ import annotations

import re
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import shapely

from blockdata.address.relative.anchoring import Anchored
from blockdata.address.relative.precision import Precision
from blockdata.address.relative.streets import StreetIndex
from blockdata.kernels import FeatureIndex

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

_ROAD_OF_DOOR = re.compile(
    r"^.*?(?:大街|大道|路|街(?!道)|巷|弄|道)(?=[甲乙丙丁]?[0-9]+(?:-[0-9]+)?号)"
)


class Opposite(NamedTuple):
    """How far across the street lies from each anchor, and how sure that is."""

    east_m: Floats
    north_m: Floats
    radius_m: Floats
    has_street: Bools


def opposite_points(
    anchored: Anchored, rows: Bools, streets: StreetIndex | None, precision: Precision
) -> Opposite:
    """Mirror anchors in the street that their address names, else in the nearest one.

    A street farther away than `opposite_reach_m` does not count; an anchor without a street, or
    exactly on it, stays where it is with that radius.
    """
    x, y = anchored.x[rows], anchored.y[rows]
    still = np.zeros(len(x))
    around = np.full(len(x), precision.opposite_reach_m)
    if streets is None or not len(streets.lines) or not len(x):
        return Opposite(still, still.copy(), around, np.zeros(len(x), dtype=bool))
    street = _streets_of(anchored, rows, streets, precision)
    lines = streets.lines[np.maximum(street, 0)]
    here = shapely.points(x, y)
    foot = shapely.line_interpolate_point(lines, shapely.line_locate_point(lines, here))
    east_m, north_m = 2 * (shapely.get_x(foot) - x), 2 * (shapely.get_y(foot) - y)
    across_m = np.hypot(east_m, north_m)
    crossed = (street >= 0) & (across_m > 0) & (across_m <= 2 * precision.opposite_reach_m)
    # The deeper a building stands behind its street, the less is known of the one opposite.
    radius_m = np.where(crossed, np.hypot(precision.opposite_m, across_m / 2), around)
    zero = np.where(crossed, 1.0, 0.0)
    east_m, north_m = np.nan_to_num(east_m) * zero, np.nan_to_num(north_m) * zero
    return Opposite(east_m, north_m, radius_m, crossed)


def _streets_of(
    anchored: Anchored, rows: Bools, streets: StreetIndex, precision: Precision
) -> Integers:
    """Return the street of each anchor: the one that it names before its number, or the nearest."""
    named = np.array([_named(str(text), streets) for text in anchored.text[rows]], dtype=np.int64)
    x, y = anchored.x[rows], anchored.y[rows]
    near, _ = FeatureIndex(streets.lines).nearest(x, y, precision.opposite_reach_m)
    away_m = shapely.distance(shapely.points(x, y), streets.lines[np.maximum(named, 0)])
    use_name = (named >= 0) & (away_m <= precision.opposite_reach_m)
    return np.where(use_name, named, near).astype(np.int64)


def _named(text: str, streets: StreetIndex) -> int:
    match = _ROAD_OF_DOOR.match(text)
    found = () if match is None else streets.named(match.group())
    return found[-1] if found else -1
