"""The space-time permutation scan: cases that gather in place and time, without a population."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from blockdata.analysis.checks import require_whole
from blockdata.analysis.scan.cylinders import (
    DatedCases,
    Draw,
    Limits,
    dated_cases,
    scan_cylinders,
)
from blockdata.analysis.scan.places import places_of
from blockdata.analysis.scan.result import Sequential

__all__ = ["permutation_scan"]

Integers = npt.NDArray[np.int64]


def permutation_scan(
    cases: pd.DataFrame,
    places: pd.DataFrame,
    *,
    period: tuple[pd.Timestamp, pd.Timestamp],
    max_days: int = 28,
    max_radius_m: float = 500.0,
    max_share: float = 0.5,
    prospective: bool = False,
    replications: int | Sequential = 999,
    seed: int = 0,
) -> pd.DataFrame:
    """Find circles and stretches of days in which more cases fall than place and day explain.

    What is expected in a window is the circle's cases of the whole period times the share of all
    cases that fall on its days: no population is needed, and what holds for a place all the time,
    or for all places on a day, is no cluster. Of each centre the best window counts; reported are
    those that share no place with a better one. Of equal ratios the smallest circle, the shortest
    and the earliest stretch come first, then the centre that is named first; what else was as good
    stands in `tied`.

    Parameters
    ----------
    cases : DataFrame
        Columns place (as in `places`) and day (date or timestamp; only the day counts), within
        the period. One row per case.
    places : DataFrame
        Columns place (str, unique) and x, y (metres, projected), or lon, lat (degrees) for
        great-circle distances. All are centres; those without a case cost time.
    period : (Timestamp, Timestamp)
        First and last day, both part of it.
    max_days : int
        Days of the longest window.
    max_radius_m, max_share : float
        Largest radius of a circle, and largest share of all cases that it may hold.
    prospective : bool
        Whether only windows count that reach to the last day: what gathers now.
    replications : int or Sequential
        Random orders of the days among the cases, for p values.
    seed : int

    Returns
    -------
    DataFrame
        Columns rank, centre, radius_m, places (list), first_day, last_day, count, expected,
        ratio, llr, p (Monte Carlo), p_gumbel (approximation), replications (made),
        recurrence_days and recurrence_days_gumbel (chance alone raises one alarm as strong in so
        many days, if the scan is made every day: 1 / p; prospective only, else null), tied (list
        of other centres whose best window has the same ratio and shares a place). Empty where no
        window has more cases than expected.

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
    require_whole(seed, 0, "permutation_scan seed")
    limits = Limits(max_days, max_radius_m, max_share, prospective)
    limits.check("permutation_scan")
    known = places_of(places, "permutation_scan")
    dated = dated_cases(cases, known, period, "permutation_scan")
    of_place = np.bincount(dated.place, minlength=len(places))
    of_day = np.bincount(dated.day, minlength=dated.days)
    expected = of_place[:, None] * of_day[None, :] / max(len(dated.day), 1)
    draw = _recent(dated, max_days, seed) if prospective else _all(dated, seed)
    size = of_place.astype(np.float64)
    found = scan_cylinders(known, dated, (expected, size), limits, draw, replications)
    return _expected(found, dated, of_place, of_day)


def _all(dated: DatedCases, seed: int) -> Draw:
    """Shuffle the days of all cases."""
    random = np.random.default_rng(seed)
    # Sixteen bits are shuffled faster, and hold the days of 89 years.
    kind = np.int16 if dated.days <= np.iinfo(np.int16).max else np.int32

    def draw(rows: int) -> tuple[Integers, npt.NDArray[np.integer]]:
        orders = np.tile(dated.day.astype(kind), (rows, 1))
        return dated.place[None], random.permuted(orders, axis=1)

    return draw


def _recent(dated: DatedCases, max_days: int, seed: int) -> Draw:
    """Choose which cases a shuffle of all days would put on the last days, and shuffle these."""
    random = np.random.default_rng(seed)
    recent = dated.day[dated.day >= dated.days - max_days]

    def draw(rows: int) -> tuple[Integers, Integers]:
        place = np.empty((rows, len(recent)), dtype=np.int64)
        day = np.empty_like(place)
        for row in range(rows):
            chosen = random.choice(len(dated.place), len(recent), replace=False, shuffle=False)
            # Cases are sorted by place, so that ascending numbers are ascending places.
            place[row] = dated.place[np.sort(chosen)]
            day[row] = random.permutation(recent)
        return place, day

    return draw


def _expected(
    found: pd.DataFrame, dated: DatedCases, of_place: Integers, of_day: Integers
) -> pd.DataFrame:
    """Return the clusters with what is expected of each: whole numbers, divided once."""
    expected = [
        int(of_place[own].sum()) * int(of_day[first:stop].sum()) / len(dated.day)
        for own, first, stop in zip(found["members"], found["first"], found["stop"], strict=True)
    ]
    told = found.assign(expected=np.array(expected, dtype=np.float64))
    told["ratio"] = told["count"] / told["expected"]
    return told[
        [
            *("rank", "centre", "radius_m", "places", "first_day", "last_day", "count"),
            *("expected", "ratio", "llr", "p", "p_gumbel", "replications"),
            *("recurrence_days", "recurrence_days_gumbel", "tied"),
        ]
    ]
