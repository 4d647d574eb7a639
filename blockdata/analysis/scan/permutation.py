"""The space-time permutation scan: cases that gather in place and time, without a population."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from blockdata.analysis.scan.result import (
    apart_from_each_other,
    best_first,
    gumbel_tail,
    rank_tail,
)
from blockdata.errors import AnalysisError
from blockdata.kernels.circles import Circles, nested_circles
from blockdata.kernels.cylinders import (
    Cylinders,
    best_cylinders,
    cylinders_of,
    largest_of_permuted,
)

__all__ = ["permutation_scan"]

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

_HELD = 2**24
"""Permuted days that are held at once."""


def permutation_scan(
    cases: pd.DataFrame,
    places: pd.DataFrame,
    *,
    period: tuple[pd.Timestamp, pd.Timestamp],
    max_days: int = 28,
    max_radius_m: float = 500.0,
    max_share: float = 0.5,
    prospective: bool = False,
    replications: int = 999,
    seed: int = 0,
) -> pd.DataFrame:
    """Find circles and stretches of days in which more cases fall than place and day explain.

    What is expected in a window is the circle's cases of the whole period times the share of all
    cases that fall on its days: no population is needed, and what holds for a place all the time,
    or for all places on a day, is no cluster. Of each centre the best window counts; reported are
    those that share no place with a better one, and not those that fall short of every simulated
    district. Of equal ratios the circle of fewer places comes first.

    Parameters
    ----------
    cases : DataFrame
        Columns place (as in `places`) and day (date or timestamp; only the day counts), within
        the period. One row per case.
    places : DataFrame
        Columns place (str, unique), x, y (metres, projected).
    period : (Timestamp, Timestamp)
        First and last day, both part of it.
    max_days : int
        Days of the longest window.
    max_radius_m, max_share : float
        Largest radius of a circle, and largest share of all cases that it may hold.
    prospective : bool
        Whether only windows count that reach to the last day: what gathers now.
    replications : int
        Random orders of the days among the cases, for p values.
    seed : int

    Returns
    -------
    DataFrame
        Columns rank, centre, radius_m, places (list), first_day, last_day, count, expected,
        ratio, llr, p (Monte Carlo), p_gumbel (approximation), recurrence_days (one false alarm
        as strong in so many days, if the scan is made every day; prospective only, else null).
        Empty where no window has more cases than expected.

    Raises
    ------
    AnalysisError
        If a place repeats or is unknown, a day is missing or outside the period, coordinates are
        not finite or look like degrees, or a setting is out of bounds.

    References
    ----------
    Kulldorff, Heffernan, Hartman, Assuncao and Mostashari (2005), PLoS Medicine 2(3), e59;
    Kleinman, Lazarus and Platt (2004) for the recurrence interval.

    Examples
    --------
    >>> day = pd.Timestamp("2026-11-01")
    >>> places = pd.DataFrame({"place": ["a", "b"], "x": [0.0, 5000], "y": 0.0})
    >>> days = [day + pd.Timedelta(days=n) for n in (8, 8, 9, 9, 0, 1, 2, 3, 4, 5)]
    >>> cases = pd.DataFrame({"place": ["a"] * 4 + ["b"] * 6, "day": days})
    >>> found = permutation_scan(cases, places, period=(day, days[2]), replications=99)
    >>> found[["centre", "count", "expected"]].values.tolist()
    [['a', 4, 1.6]]
    """
    _check_settings(max_days, max_share, replications)
    number, day, days = _numbered(cases, places, period)
    count = np.bincount(number, minlength=len(places))
    circles = nested_circles(
        places["x"],
        places["y"],
        count,
        max_size=max_share * len(number),
        max_radius_m=max_radius_m,
    )
    cylinders = cylinders_of(circles, number, day, days, max_days, prospective)
    simulated = _simulated(cylinders, day, replications, seed)
    weakest = float(simulated.min()) if len(simulated) else 0.0
    llr, window = best_cylinders(cylinders, day, weakest)
    order = best_first(llr, window[:, 0] - circles.first[:-1])
    inside = [circles.member[circles.first[c] : window[c, 0]] for c in order]
    kept = order[apart_from_each_other(inside)]
    found = _clusters(places, circles, cylinders, (kept, llr[kept], window[kept]))
    starts = pd.Timestamp(period[0]).normalize()
    return _told(found, (number, day), starts, simulated, prospective=prospective)


def _check_settings(max_days: int, max_share: float, replications: int) -> None:
    if max_days < 1 or not 0 < max_share <= 1 or replications < 0:
        raise AnalysisError(
            f"max_days is {max_days}, max_share {max_share}, replications {replications}",
            where="permutation_scan",
            allowed="1 day or more, a share above 0 and up to 1, 0 replications or more",
        )


def _numbered(
    cases: pd.DataFrame, places: pd.DataFrame, period: tuple[pd.Timestamp, pd.Timestamp]
) -> tuple[Integers, Integers, int]:
    """Return place and day of each case as numbers, sorted by place, and the days of the period."""
    begin, end = (pd.Timestamp(day).normalize() for day in period)
    names = pd.Index(places["place"])
    xy = places[["x", "y"]].to_numpy(np.float64)
    number = names.get_indexer(cases["place"]) if names.is_unique else np.array([-1])
    day = (pd.to_datetime(cases["day"]).dt.normalize() - begin).dt.days.to_numpy(np.float64)
    days = (end - begin).days + 1
    spread = np.ptp(xy, axis=0).max() if len(xy) else 0.0
    wrong = {
        "a place repeats": not names.is_unique,
        "a case names a place that is not among the places": (number < 0).any(),
        "a day is missing or outside the period": not ((day >= 0) & (day < days)).all(),
        "coordinates look like degrees": 0 < spread < 1 and bool((np.abs(xy) <= (180, 90)).all()),
    }
    for what, is_so in wrong.items():
        if is_so:
            raise AnalysisError(what, where="permutation_scan")
    order = np.argsort(number, kind="stable")
    return number[order].astype(np.int64), day[order].astype(np.int64), days


def _simulated(cylinders: Cylinders, day: Integers, replications: int, seed: int) -> Floats:
    """Return the largest ratio for each random order of the days."""
    random = np.random.default_rng(seed)
    rows = max(1, _HELD // max(len(day), 1))
    largest = [np.empty(0)]
    for start in range(0, replications, rows):
        orders = np.tile(day.astype(np.int16), (min(rows, replications - start), 1))
        largest.append(largest_of_permuted(cylinders, random.permuted(orders, axis=1)))
    return np.concatenate(largest)


def _clusters(
    places: pd.DataFrame,
    circles: Circles,
    cylinders: Cylinders,
    kept: tuple[Integers, Floats, Integers],
) -> pd.DataFrame:
    centre, llr, window = kept
    names = places["place"].to_numpy(dtype=object)
    stop, first, length = window.T
    inside = [circles.member[circles.first[c] : s] for c, s in zip(centre, stop, strict=True)]
    within = cylinders.of_days[length - 1, first - cylinders.skipped]
    return pd.DataFrame(
        {
            "rank": np.arange(1, len(centre) + 1),
            "centre": pd.Series(names[centre], dtype="str"),
            "radius_m": circles.radius_m[stop - 1],
            "places": pd.Series([names[m].tolist() for m in inside], dtype=object),
            "first": first,
            "length": length,
            "members": pd.Series(inside, dtype=object),
            "expected": cylinders.cases[stop - 1] * within / max(cylinders.total, 1),
            "llr": llr,
        }
    )


def _told(
    found: pd.DataFrame,
    cases: tuple[Integers, Integers],
    starts: pd.Timestamp,
    simulated: Floats,
    *,
    prospective: bool,
) -> pd.DataFrame:
    """Return the clusters as they are told, with counts, days and p values."""
    number, day = cases
    stops = found["first"] + found["length"]
    count = [
        int((np.isin(number, members) & (day >= first) & (day < stop)).sum())
        for members, first, stop in zip(found["members"], found["first"], stops, strict=True)
    ]
    statistic = found["llr"].to_numpy()
    p = rank_tail(statistic, simulated) if len(simulated) else np.full(len(found), np.nan)
    told = found.assign(
        first_day=starts + pd.to_timedelta(found["first"], unit="D"),
        last_day=starts + pd.to_timedelta(stops - 1, unit="D"),
        count=np.array(count, dtype=np.int64),
        p=p,
        p_gumbel=gumbel_tail(statistic, simulated),
        recurrence_days=1 / p if prospective else np.nan,
    )
    told["ratio"] = told["count"] / told["expected"]
    return told[
        [
            *("rank", "centre", "radius_m", "places", "first_day", "last_day", "count"),
            *("expected", "ratio", "llr", "p", "p_gumbel", "recurrence_days"),
        ]
    ]
