"""The space-time K function: clustering in place and time beyond that in each alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from blockdata.analysis.checks import require_numbers, require_period, require_whole
from blockdata.analysis.density.boundary import Rim, near_rim, points_inside, rim_of
from blockdata.analysis.near_repeat.circles import circle_weights, weigh_pairs
from blockdata.analysis.near_repeat.pairs import (
    BandedPairs,
    Events,
    events_of,
    orders_of,
)
from blockdata.errors import AnalysisError
from blockdata.kernels import count_pairs_within
from blockdata.kernels.blocks import each_block

__all__ = ["SpaceTimeK", "space_time_k"]

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
Float32s = npt.NDArray[np.float32]
Int32s = npt.NDArray[np.int32]

_MOST_PAIRS = 50_000_000


@dataclass(frozen=True)
class SpaceTimeK:
    """What `space_time_k` found.

    Parameters
    ----------
    table : DataFrame
        One row per distance and number of days: distance_m, days, k (m2 days), k_space (m2),
        k_time (days), d (k less k_space times k_time), d0 (d over k_space times k_time: 0.5 is
        half as many again as without interaction), residual (d over its standard deviation among
        the permutations), p (upper tail of d, each row for itself), reason.
    statistic : float
        Sum of the residuals; null without permutations.
    p : float
        Upper tail of the statistic, (1 + number as large) / (permutations + 1): the one test of
        all distances and days together.
    reason : str or None
        Why there is no p: "too_few_events" (under 2), "one_day", "no_near_pair" or
        "no_other_order" (all orders of the days are as good, as of two events).
    """

    table: pd.DataFrame
    statistic: float
    p: float
    reason: str | None


class _Weighed(NamedTuple):
    pairs: tuple[Int32s, Int32s, Int32s]
    weights: tuple[Floats, Floats]


def space_time_k(
    events: pd.DataFrame,
    *,
    distances_m: Sequence[float] = (100, 200, 300, 400),
    days: Sequence[int] = (7, 14, 28),
    area: Any = None,
    period: tuple[pd.Timestamp, pd.Timestamp] | None = None,
    permutations: int = 999,
    seed: int = 0,
) -> SpaceTimeK:
    """Compare how events gather in place and time with how they gather in each alone.

    K(s, t) = A T / (n (n - 1)) times the sum over ordered pairs at most s and t apart of w v. The
    weight w is 1 over the share of the circle around the one through the other that lies in the
    study area (Ripley's correction, exact for a polygon, at most 100), v is 1 if both days as far
    from the one's as the other's lie in the period, else 2. K1(s) and K2(t) are the same for place
    and time alone; without interaction K = K1 K2. Time is in whole days, T counts them, and of
    evenly spread days K2(t) is about 2 t + 1. Chance is judged by shuffling the days.

    Memory: 28 bytes for each pair within the largest distance, of which 50 million are allowed.

    Parameters
    ----------
    events : DataFrame
        Columns x, y (metres, projected), day (date or naive timestamp; only the day counts).
    distances_m : sequence of float
        Ascending, above 0; the distance itself is within.
    days : sequence of int
        Ascending, from 0 on; the difference itself is within.
    area : shapely Polygon or MultiPolygon, optional
        Study area that holds all events. Default: the events' bounding rectangle, which makes K1
        a little too small.
    period : tuple of two timestamps, optional
        First and last day of the study, both in it. Default: the events' own.
    permutations : int
    seed : int

    Returns
    -------
    SpaceTimeK

    Raises
    ------
    AnalysisError
        If a column or value is missing, coordinates look like degrees, an event lies outside the
        area or the period, the area has no inside, there are too many pairs, or a setting is out of
        bounds.

    References
    ----------
    Diggle, Chetwynd, Haggkvist and Morris (1995), Second-order analysis of space-time clustering,
    Statistical Methods in Medical Research 4, 124-136; Ripley (1976), Journal of Applied
    Probability 13, 255-266.

    Examples
    --------
    >>> events = pd.DataFrame({"x": [1.0, 2, 8, 9], "y": 5.0,
    ...                        "day": pd.to_datetime(["2026-01-01"] * 2 + ["2026-01-09"] * 2)})
    >>> found = space_time_k(events, distances_m=[2], days=[1], area=shapely.box(0, 0, 10, 10))
    >>> found.table["d0"].round(3).tolist()
    [2.0]
    """
    known = events_of(events, "space_time_k")
    edges, ends = _checked(distances_m, days, permutations)
    if len(known.day) < 2:
        return _nothing(edges, ends, "too_few_events")
    rim = _rim(known, area)
    day, length = _in_period(known.day, period)
    known = known._replace(day=day)
    weighed = _weighed(known, edges, rim)
    n, table = len(known.day), np.searchsorted(ends, np.arange(ends[-1] + 1))
    scale = 1 / (n * (n - 1))
    k_space = rim.area_m2 * scale * _within(weighed, edges)
    k_time = length * scale * _near_in_time(day, ends, length)

    def k_of(orders: Float32s) -> Floats:
        sums = np.zeros((orders.shape[1], len(edges) + 1, len(ends)))

        def work(start: int, stop: int) -> None:
            for order in range(start, stop):
                own = np.ascontiguousarray(orders[:, order])
                weigh_pairs(*weighed, own, (table, length), sums[order])

        each_block(len(sums), work, block=4)
        spatial = np.concatenate([sums[:, :1] + sums[:, 1:2], sums[:, 2:]], axis=1)
        found: Floats = spatial.cumsum(axis=1).cumsum(axis=2) * (rim.area_m2 * length * scale)
        return found

    k = k_of(day.astype(np.float32)[:, None])[0]
    product = k_space[:, None] * k_time
    # Orders count from the events' first day, and the period may begin before it.
    before = np.float32(day.min())
    orders = orders_of(day, permutations, seed)
    shuffled = [np.empty((0, *k.shape)), *(k_of(block + before) - product for block in orders)]
    one_day = int(np.ptp(day)) == 0
    return _judged(_table(edges, ends, k, k_space, k_time), np.concatenate(shuffled), one_day)


def _checked(
    distances_m: Sequence[float], days: Sequence[int], permutations: int
) -> tuple[Floats, Integers]:
    require_whole(permutations, None, "space_time_k permutations")
    edges = np.atleast_1d(require_numbers(distances_m, "space_time_k distances_m"))
    given = np.atleast_1d(require_numbers(days, "space_time_k days"))
    if not (given == np.rint(given)).all():
        raise AnalysisError("days are not whole", where="space_time_k")
    ends = given.astype(np.int64)
    wrong = {
        "distances are not ascending and above 0": not len(edges)
        or not (np.diff(edges, prepend=0.0) > 0).all()
        or not np.isfinite(edges[-1]),
        "days are not ascending and from 0 on": not len(ends)
        or not (np.diff(ends, prepend=-1) > 0).all(),
        "permutations are fewer than 0": permutations < 0,
    }
    for what, is_so in wrong.items():
        if is_so:
            raise AnalysisError(what, where="space_time_k")
    return edges, ends


def _rim(known: Events, area: Any) -> Rim:
    if area is None:
        area = shapely.box(known.x.min(), known.y.min(), known.x.max(), known.y.max())
        if not shapely.area(area) > 0:
            raise AnalysisError(
                "the events lie on one line or spot", where="space_time_k", next_step="Give area."
            )
    rim = rim_of(area, "space_time_k")
    outside = int((~points_inside(rim, known.x, known.y)).sum())
    if outside:
        raise AnalysisError(
            f"{outside} of {len(known.x)} events lie outside the study area",
            where="space_time_k",
            next_step="Leave them out and report how many they are.",
        )
    return rim


def _in_period(
    day: Integers, period: tuple[pd.Timestamp, pd.Timestamp] | None
) -> tuple[Integers, int]:
    """Return days since the period's first, and how many it has."""
    first, last = int(day.min()), int(day.max())
    if period is not None:
        moments = require_period(period, "space_time_k")
        ends = [moment.to_datetime64().astype("datetime64[D]") for moment in moments]
        if int(ends[0].astype(np.int64)) > first or int(ends[1].astype(np.int64)) < last:
            raise AnalysisError("an event lies outside the period", where="space_time_k period")
        first, last = (int(end.astype(np.int64)) for end in ends)
    return day - first, last - first + 1


def _weighed(known: Events, edges: Floats, rim: Rim) -> _Weighed:
    xy = (known.x, known.y)
    if count_pairs_within(*xy, float(edges[-1])) > _MOST_PAIRS:
        raise AnalysisError(
            "over 50 million pairs lie within the largest distance",
            where="space_time_k",
            next_step="Take shorter distances, one category, or a shorter period; or use knox.",
        )
    near = _segments_near(rim, known, float(edges[-1]))
    parts = []
    for first, second, band in BandedPairs(known, edges).chunks():
        weights = (
            circle_weights(first, second, xy, near, rim.ends),
            circle_weights(second, first, xy, near, rim.ends),
        )
        parts.append((first, second, band, *weights))
    none = np.empty(0, dtype=np.int32)
    whole = [np.concatenate([none, *(part[n] for part in parts)]) for n in range(3)]
    both = [np.concatenate([np.empty(0), *(part[n] for part in parts)]) for n in (3, 4)]
    return _Weighed((whole[0], whole[1], whole[2]), (both[0], both[1]))


def _segments_near(rim: Rim, known: Events, reach_m: float) -> tuple[Integers, Integers]:
    counts, parts = np.zeros(len(known.x), dtype=np.int64), [np.empty(0, dtype=np.int64)]
    for points, stops, segments in near_rim(rim, known.x, known.y, reach_m):
        counts[points] = np.diff(stops)
        parts.append(segments)
    return np.concatenate([[0], np.cumsum(counts)]), np.concatenate(parts)


def _within(weighed: _Weighed, edges: Floats) -> Floats:
    both = weighed.weights[0] + weighed.weights[1]
    sums = np.bincount(weighed.pairs[2], weights=both, minlength=len(edges) + 1)
    return np.cumsum(sums.astype(np.float64))[1:]


def _near_in_time(day: Integers, ends: Integers, length: int) -> Floats:
    """Sum of the weights of ordered pairs of days at most so far apart."""
    held = np.bincount(day, minlength=length).astype(np.float64)
    lags = np.zeros(int(ends[-1]) + 1)
    lags[0] = float((held * (held - 1)).sum())
    at = np.arange(length)
    for lag in range(1, min(len(lags), length)):
        weight = np.where((at >= lag) & (at + lag < length), 1.0, 2.0)
        pairs = held[:-lag] * held[lag:]
        lags[lag] = float((pairs * (weight[:-lag] + weight[lag:])).sum())
    sums: Floats = np.cumsum(lags)[ends]
    return sums


def _table(
    edges: Floats, ends: Integers, k: Floats, k_space: Floats, k_time: Floats
) -> pd.DataFrame:
    product = (k_space[:, None] * k_time).ravel()
    table = pd.DataFrame(
        {
            "distance_m": np.repeat(edges, len(ends)),
            "days": np.tile(ends, len(edges)),
            "k": k.ravel(),
            "k_space": np.repeat(k_space, len(ends)),
            "k_time": np.tile(k_time, len(edges)),
            "d": k.ravel() - product,
        }
    )
    return table.assign(d0=table["d"] / pd.Series(product).where(product > 0))


def _judged(table: pd.DataFrame, shuffled: Floats, one_day: bool) -> SpaceTimeK:
    permutations = len(shuffled)
    rows = shuffled.reshape(permutations, len(table))
    spread = rows.std(axis=0, ddof=1) if permutations > 1 else np.full(len(table), np.nan)
    # What only rounding tells apart does not differ.
    rounding = 1e-9 * (table["k"].abs() + 1e-300)
    spread = np.where(spread > rounding, spread, np.nan)
    d = table["d"].to_numpy()
    p = (1 + (rows >= d - rounding.to_numpy()).sum(axis=0)) / (permutations + 1)
    no_pair = table["k_space"] == 0
    why = np.select([no_pair, np.full(len(d), one_day)], ["no_near_pair", "one_day"], "")
    tested = (why == "") & (permutations > 0)
    table = table.assign(
        residual=np.where(tested, d / spread, np.nan),
        p=np.where(tested, p, np.nan),
        reason=pd.Series(why, dtype="str").where(why != "", None),
    )
    usable = tested & ~np.isnan(spread)
    if not usable.any():
        # Of two events no order of the days differs from another.
        alike = "no_other_order" if permutations > 1 else None
        reason = next((str(w) for w in why if w), alike)
        return SpaceTimeK(table, float("nan"), float("nan"), reason)
    statistic = float((d / spread)[usable].sum())
    others = (rows[:, usable] / spread[usable]).sum(axis=1)
    as_large = int((others >= statistic - 1e-9 * abs(statistic)).sum())
    return SpaceTimeK(table, statistic, (1 + as_large) / (permutations + 1), None)


def _nothing(edges: Floats, ends: Integers, reason: str) -> SpaceTimeK:
    null = np.full((len(edges), len(ends)), np.nan)
    table = _table(edges, ends, null, null[:, 0], null[0])
    table = table.assign(residual=np.nan, p=np.nan, reason=reason)
    return SpaceTimeK(table, float("nan"), float("nan"), reason)
