"""Defects of places: house numbers against the road's line, and points that many share."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from blockdata.address.defects.lines import road_lines
from blockdata.address.defects.listing import Found
from blockdata.address.defects.sequence import out_of_sequence_m, side_rule
from blockdata.address.tree.growing import Grown
from blockdata.address.tree.steps import STEPS
from blockdata.errors import AnalysisError

__all__ = ["Limits", "number_defects", "shared_points"]

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
Booleans = npt.NDArray[np.bool_]

_ROAD, _ROAD_NO, _ESTATE, _BUILDING, _DISTRICT = (
    STEPS.index(name) for name in ("road", "road_no", "estate", "building", "district")
)
_NUMBER = re.compile(r"[甲乙丙丁A-Z]?([0-9]{1,6})")
_ELONGATED = 0.2
_LARGEST_LON, _LARGEST_LAT = 180, 90


@dataclass(frozen=True)
class Limits:
    """What makes a defect of places.

    Parameters
    ----------
    sequence_m : float
        A house number that stands farther than this outside its stretch of the road.
    side_m : float
        Nearer to the road's line than this, the side of a door plate is not told.
    fewest_plates : int
        Door plates on a road (for sides: with a clear side) that it takes to find its rule.
    sequence_share, side_share : float
        Share of them that must keep the rule, else there is none.
    addresses_at_point : int
        Door plates that may share a point.
    """

    sequence_m: float = 30.0
    side_m: float = 2.0
    fewest_plates: int = 8
    sequence_share: float = 0.7
    side_share: float = 0.85
    addresses_at_point: int = 3


class _Plates(NamedTuple):
    """The door plates of one road."""

    rows: Integers
    numbers: Integers
    x: Floats
    y: Floats


def number_defects(
    grown: Grown, streets: pd.DataFrame | None, limits: Limits | None = None
) -> list[Found]:
    """Hold house numbers against the road along which they stand.

    Parameters
    ----------
    grown : Grown
        Its library has x and y in metres; entries that are door plates take part.
    streets : DataFrame, optional
        ``name`` and ``geometry`` (lines, in the same coordinate system). A road is measured along
        its line; one without (see `road_lines`) along the main axis of its door plates where they
        lie stretched out, and its sides are then not told.
    limits : Limits, optional

    Returns
    -------
    list of Found
        ``number_out_of_sequence`` and ``number_on_wrong_side``, measured in metres. Where odd and
        even numbers have a side each, each side has its own order. A number on the wrong side is
        no part of any order.

    Raises
    ------
    AnalysisError
        If the coordinates are degrees.
    """
    limits = limits or Limits()
    lines = {} if streets is None else road_lines(streets)
    off: list[tuple[int, float]] = []
    wrong: list[tuple[int, float]] = []
    for road, plates in _roads(grown):
        along, side = _linear(plates, lines.get(road))
        if along is None:
            continue
        rule = side_rule(
            plates.numbers,
            side,
            min_clear_m=limits.side_m,
            min_plates=limits.fewest_plates,
            min_share=limits.side_share,
        )
        wrong += zip(plates.rows[rule.wrong], np.abs(side[rule.wrong]), strict=True)
        for part in _parts(plates.numbers, rule.holds, rule.wrong):
            excess = out_of_sequence_m(
                plates.numbers[part], along[part], min_share=limits.sequence_share
            )
            far = excess > limits.sequence_m
            off += zip(plates.rows[part[far]], excess[far], strict=True)
    ids = grown.library["id"].to_numpy(object)
    return [
        Found(code, [[ids[row]] for row, _ in found], [float(m) for _, m in found])
        for code, found in (("number_out_of_sequence", off), ("number_on_wrong_side", wrong))
    ]


def shared_points(grown: Grown, limits: Limits | None = None) -> Found:
    """Return points at which more door plates stand than may, to the centimetre."""
    limits = limits or Limits()
    plates = _door_plates(grown)
    xy = _metres(grown.library)[plates]
    frame = pd.DataFrame(np.round(xy, 2) + 0.0, columns=["x", "y"])
    frame["id"] = grown.library["id"].to_numpy(object)[plates]
    frame["node"] = grown.steps.nodes[plates]
    places = frame.groupby(["x", "y"])["node"].transform("nunique")
    crowded = frame[places > limits.addresses_at_point].groupby(["x", "y"])
    counts = crowded["node"].nunique().to_list()
    return Found("shared_point", list(crowded["id"].agg(list)), [float(n) for n in counts])


def _metres(library: pd.DataFrame) -> Floats:
    xy = library[["x", "y"]].to_numpy(np.float64, na_value=np.nan)
    there = xy[np.isfinite(xy).all(axis=1)]
    if len(there) and (np.abs(there).max(axis=0) <= [_LARGEST_LON, _LARGEST_LAT]).all():
        raise AnalysisError(
            "the addresses have degrees for coordinates",
            where="columns 'x', 'y'",
            next_step="Give metres of the base's coordinate system.",
        )
    return xy


def _door_plates(grown: Grown) -> Integers:
    """Return the rows that are a door plate or an estate, with a place, and nothing within one."""
    paths = grown.steps.paths
    outside = (paths[:, _BUILDING:] < 0).all(axis=1)
    named = (paths[:, [_ESTATE, _ROAD_NO]] >= 0).any(axis=1)
    placed = np.isfinite(_metres(grown.library)).all(axis=1)
    return np.flatnonzero(outside & named & placed)


def _roads(grown: Grown) -> Iterator[tuple[str, _Plates]]:
    """Yield each road of a district by its comparable name, with its numbered door plates."""
    steps, rows = grown.steps, _door_plates(grown)
    rows = rows[(steps.paths[rows][:, [_ROAD, _ROAD_NO]] >= 0).all(axis=1)]
    roads = steps.tokens[steps.paths[rows, _ROAD]]
    districts = steps.paths[rows, : _DISTRICT + 1].max(axis=1, initial=-1)
    written = [steps.keys[_ROAD_NO][t] for t in steps.tokens[steps.paths[rows, _ROAD_NO]]]
    found = [_NUMBER.match(text) for text in written]
    numbers = np.array([-1 if m is None else int(m[1]) for m in found], np.int64)
    xy = _metres(grown.library)[rows]
    frame = pd.DataFrame({"road": roads, "district": districts, "at": np.arange(len(rows))})
    for _, own in frame[numbers >= 0].groupby(["road", "district"])["at"]:
        at = own.to_numpy()
        name = steps.keys[_ROAD][roads[at[0]]]
        yield name, _Plates(rows[at], numbers[at], xy[at, 0], xy[at, 1])


def _linear(plates: _Plates, line: shapely.Geometry | None) -> tuple[Floats | None, Floats]:
    """Return where plates stand along their road, and how far to its left; NaN where not known."""
    if line is None:
        return _along_axis(plates), np.full(len(plates.rows), np.nan)
    points = shapely.points(plates.x, plates.y)
    along = shapely.line_locate_point(line, points)
    step = min(1.0, line.length / 2)
    begin = shapely.line_interpolate_point(line, np.clip(along - step, 0, line.length))
    end = shapely.line_interpolate_point(line, np.clip(along + step, 0, line.length))
    from_x, from_y = shapely.get_x(begin), shapely.get_y(begin)
    cross = (shapely.get_x(end) - from_x) * (plates.y - from_y) - (shapely.get_y(end) - from_y) * (
        plates.x - from_x
    )
    return along, np.copysign(shapely.distance(line, points), cross)


def _along_axis(plates: _Plates) -> Floats | None:
    """Return where plates stand along their main axis, None unless they lie stretched out."""
    centred = np.column_stack([plates.x, plates.y])
    centred -= np.median(centred, axis=0)
    _, spread, axes = np.linalg.svd(centred, full_matrices=False)
    if len(spread) < len(axes[0]) or spread[1] > _ELONGATED * spread[0]:
        return None
    # The sign of an axis is the library's that computed it.
    axis = axes[0] if axes[0][np.argmax(np.abs(axes[0]))] > 0 else -axes[0]
    along: Floats = centred @ axis
    return along


def _parts(numbers: Integers, by_side: bool, wrong: Booleans) -> Iterator[Integers]:
    """Yield the places of the numbers that have one order."""
    if not by_side:
        yield np.arange(len(numbers))
        return
    for parity in (0, 1):
        yield np.flatnonzero((numbers % 2 == parity) & ~wrong)
