"""The space-time scan with discrete Poisson model: cases in place and time against expectations."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from blockdata.analysis.checks import require_columns, require_days, require_numbers, require_whole
from blockdata.analysis.scan.cylinders import Limits, dated_cases, scan_cylinders
from blockdata.analysis.scan.places import Places, places_of, refuse
from blockdata.analysis.scan.result import Sequential

__all__ = ["expected_by_day", "space_time_poisson_scan"]

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]


def expected_by_day(expected: pd.Series[float], weight: pd.Series[float]) -> pd.DataFrame:
    """Spread expectations of places over days, for `space_time_poisson_scan`.

    Parameters
    ----------
    expected : Series of float, index place
        What each place expects over all days, up to a common factor: people, or what
        `standardised_expected` gives.
    weight : Series of float, index day
        Relative weight of each day of the period, such as 1 throughout, or what season and weekday
        lead one to expect; not negative.

    Returns
    -------
    DataFrame
        One row per place, one column per day; rows add up to `expected`.

    Raises
    ------
    AnalysisError
        If a weight is negative or not finite, or all are zero, or their index names no days.

    Examples
    --------
    >>> days = pd.date_range("2026-11-01", periods=2)
    >>> expected_by_day(pd.Series({"a": 4.0}), pd.Series([1.0, 3], index=days)).values.tolist()
    [[1.0, 3.0]]
    """
    share = require_numbers(weight, "expected_by_day weight")
    own = require_numbers(expected, "expected_by_day expected")
    days = require_days(weight.index.to_series(), "expected_by_day weight")
    wrong = {
        "a weight is negative or not finite": not (np.isfinite(share) & (share >= 0)).all(),
        "no day has a weight": not share.sum() > 0,
    }
    refuse({what: bool(is_so) for what, is_so in wrong.items()}, "expected_by_day")
    spread = np.outer(own, share / share.sum())
    return pd.DataFrame(spread, index=expected.index, columns=pd.DatetimeIndex(days))


def space_time_poisson_scan(
    cases: pd.DataFrame,
    places: pd.DataFrame,
    expected: pd.DataFrame,
    *,
    max_days: int = 28,
    max_radius_m: float = 500.0,
    max_share: float = 0.5,
    prospective: bool = False,
    replications: int | Sequential = 999,
    seed: int = 0,
) -> pd.DataFrame:
    """Find circles and stretches of days in which more cases fall than expected.

    All circles around every place, times all stretches of days, are compared by Kulldorff's
    likelihood ratio, conditional on the number of cases. Unlike `permutation_scan` it finds what
    is high all the time, and what is high everywhere on some days, unless `expected` says so.
    What is reported, and ties, are as there.

    Parameters
    ----------
    cases : DataFrame
        Columns place (as in `places`) and day (date or timestamp; only the day counts), within
        the days of `expected`. One row per case.
    places : DataFrame
        Columns place (str, unique) and x, y (metres, projected), or lon, lat (degrees) for
        great-circle distances.
    expected : DataFrame
        Expected cases, scaled so that they add up to the cases: index place (all places, each
        once), one column per day of the period, consecutive and ascending; see `expected_by_day`.
    max_days : int
        Days of the longest window.
    max_radius_m, max_share : float
        Largest radius of a circle, and largest share of all that is expected that it may hold.
    prospective : bool
        Whether only windows count that reach to the last day: what gathers now.
    replications : int or Sequential
        Simulated districts for p values: cases fall on places and days with the expected shares.
    seed : int

    Returns
    -------
    DataFrame
        As from `permutation_scan`, and relative_risk (inside against outside).

    Raises
    ------
    AnalysisError
        If a place repeats or is unknown or has no expectation, a day is missing or outside the
        period, an expectation is negative or not finite, cases lie where nothing is expected,
        coordinates are not finite or look like degrees, or a setting is out of bounds.

    References
    ----------
    Kulldorff, Athas, Feuer, Miller and Key (1998), American Journal of Public Health 88(9),
    1377-1380; Kulldorff (2001), Journal of the Royal Statistical Society A 164(1), 61-72, for
    prospective windows.

    Examples
    --------
    >>> days = pd.date_range("2026-11-01", periods=10)
    >>> places = pd.DataFrame({"place": ["a", "b"], "x": [0.0, 5000], "y": 0.0})
    >>> expected = expected_by_day(pd.Series({"a": 1.0, "b": 3.0}), pd.Series(1.0, index=days))
    >>> cases = pd.DataFrame({"place": ["a"] * 4 + ["b"] * 6,
    ...                       "day": days[[8, 8, 9, 9, 0, 1, 2, 3, 4, 5]]})
    >>> found = space_time_poisson_scan(cases, places, expected, replications=99)
    >>> found[["centre", "count", "expected"]].round(9).values.tolist()
    [['a', 4, 0.5]]
    """
    require_whole(seed, 0, "space_time_poisson_scan seed")
    limits = Limits(max_days, max_radius_m, max_share, prospective)
    limits.check("space_time_poisson_scan")
    known = places_of(places, "space_time_poisson_scan")
    matrix, period = _matrix(expected, known)
    dated = dated_cases(cases, known, period, "space_time_poisson_scan")
    nowhere = bool((matrix[dated.place, dated.day] == 0).any())
    refuse({"cases lie where nothing is expected": nowhere}, "space_time_poisson_scan")
    total = len(dated.place)
    if total:
        matrix = matrix * (total / matrix.sum())
    draw = _Drawn(matrix, total, seed)
    found = scan_cylinders(known, dated, (matrix, matrix.sum(axis=1)), limits, draw, replications)
    return _expected(found, matrix, total)


def _matrix(
    expected: pd.DataFrame, places: Places
) -> tuple[Floats, tuple[pd.Timestamp, pd.Timestamp]]:
    """Return expectations in the order of the places, and the first and last day."""
    require_columns(expected, [], "space_time_poisson_scan expected")
    named = require_days(expected.columns.to_series(), "space_time_poisson_scan expected")
    days = pd.DatetimeIndex(named).normalize()
    row = expected.index.get_indexer(places.names) if expected.index.is_unique else np.array([-1])
    consecutive = len(days) > 0 and bool(((days[1:] - days[:-1]) == pd.Timedelta(days=1)).all())
    wrong = {
        "the days of the expectations are not consecutive": not consecutive,
        "a place has no expectation, or several": bool((row < 0).any()),
    }
    refuse(wrong, "space_time_poisson_scan")
    matrix = require_numbers(expected, "space_time_poisson_scan expected")[row]
    sound = bool((np.isfinite(matrix) & (matrix >= 0)).all())
    refuse({"an expected value is negative or not finite": not sound}, "space_time_poisson_scan")
    return matrix, (days[0], days[-1])


class _Drawn:
    """Places and days of simulated cases, each drawn by the expectations."""

    def __init__(self, matrix: Floats, total: int, seed: int) -> None:
        self.upto = np.cumsum(matrix)
        self.days = matrix.shape[1]
        self.total = total
        self.random = np.random.default_rng(seed)

    def __call__(self, rows: int) -> tuple[Integers, Integers]:
        # Sorted, so that places come in order and the search keeps to one part of the table.
        spots = np.sort(self.random.random((rows, self.total)), axis=1) * self.upto[-1]
        cell = np.searchsorted(self.upto, spots, side="right")
        # A spot that rounding put at the very end belongs to the last cell that expects anything.
        last = int(np.searchsorted(self.upto, self.upto[-1], side="left"))
        cell = np.minimum(cell, last)
        return cell // self.days, cell % self.days


def _expected(found: pd.DataFrame, matrix: Floats, total: int) -> pd.DataFrame:
    expected = np.array(
        [
            matrix[own][:, first:stop].sum()
            for own, first, stop in zip(
                found["members"], found["first"], found["stop"], strict=True
            )
        ],
        dtype=np.float64,
    )
    count = found["count"].to_numpy()
    with np.errstate(divide="ignore", invalid="ignore"):
        outside = (total - count) / (total - expected)
        risk = np.where(outside > 0, count / expected / outside, np.inf)
    told = found.assign(expected=expected, ratio=count / expected, relative_risk=risk)
    return told[
        [
            *("rank", "centre", "radius_m", "places", "first_day", "last_day", "count"),
            *("expected", "ratio", "relative_risk", "llr", "p", "p_gumbel", "replications"),
            *("recurrence_days", "recurrence_days_gumbel", "tied"),
        ]
    ]
