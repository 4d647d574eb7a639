"""What the space-time scans share: cases with days, windows, clusters and recurrence intervals."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from blockdata.analysis.checks import (
    require_columns,
    require_days,
    require_numbers,
    require_period,
    require_whole,
)
from blockdata.analysis.scan.circles import Circles, circles_around
from blockdata.analysis.scan.cylinder_kernel import (
    Cylinders,
    best_cylinders,
    cylinders_of,
    largest_of_cases,
)
from blockdata.analysis.scan.last_day_kernel import fits, largest_to_last_day
from blockdata.analysis.scan.places import Places, clusters_of, refuse
from blockdata.analysis.scan.result import Sequential, simulated_maxima, with_p
from blockdata.errors import AnalysisError

__all__ = ["DatedCases", "Draw", "Limits", "dated_cases", "scan_cylinders"]

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
Rows = npt.NDArray[np.integer]
Draw = Callable[[int], tuple[Rows, Rows]]


class DatedCases(NamedTuple):
    """Place and day of each case as numbers, sorted by place, in a period of so many days."""

    place: Integers
    day: Integers
    begin: pd.Timestamp
    days: int


class Limits(NamedTuple):
    """How large windows may be, and whether they must reach to the last day."""

    max_days: int
    max_radius_m: float
    max_share: float
    prospective: bool

    def check(self, where: str) -> None:
        """Refuse settings that are out of bounds."""
        require_whole(self.max_days, None, f"{where} max_days")
        require_numbers([self.max_share, self.max_radius_m], f"{where} limits")
        if self.max_days < 1 or not 0 < self.max_share <= 1 or not self.max_radius_m >= 0:
            raise AnalysisError(
                f"max_days is {self.max_days}, max_radius_m {self.max_radius_m}, "
                f"max_share {self.max_share}",
                where=where,
                allowed="1 day or more, 0 m or more, a share above 0 and up to 1",
            )


def dated_cases(
    cases: pd.DataFrame,
    places: Places,
    period: tuple[pd.Timestamp, pd.Timestamp],
    where: str,
) -> DatedCases:
    """Number the places and days of cases.

    Parameters
    ----------
    cases : DataFrame
        Columns place and day (date or timestamp; only the day counts).
    places : Places
    period : (Timestamp, Timestamp)
        First and last day, both part of it.
    where : str
        Name of the calling function.

    Returns
    -------
    DatedCases

    Raises
    ------
    AnalysisError
        If a column is missing, the period has no day, or a case's place is unknown or its day
        missing, outside the period or with a time zone.

    Examples
    --------
    >>> from blockdata.analysis.scan.places import places_of
    >>> places = places_of(pd.DataFrame({"place": ["a"], "x": 0.0, "y": 0.0}), "demo")
    >>> cases = pd.DataFrame({"place": ["a"], "day": [pd.Timestamp("2026-11-02")]})
    >>> dated_cases(cases, places, (pd.Timestamp("2026-11-01"),) * 2, "demo").day
    Traceback (most recent call last):
    blockdata.errors.AnalysisError: demo: a day is missing or outside the period
    """
    require_columns(cases, [], where)
    lacking = not {"place", "day"} <= set(cases.columns)
    refuse({"cases need the columns place and day": lacking}, where)
    begin, end = (day.normalize() for day in require_period(period, where))
    number = places.names.get_indexer(pd.Index(cases["place"]))
    moment = require_days(cases["day"], where)
    zoned = not pd.api.types.is_datetime64_dtype(moment)
    refuse({"days have a time zone, or are no days": zoned}, where)
    day = (moment.dt.normalize() - begin).dt.days.to_numpy(np.float64)
    days = (end - begin).days + 1
    wrong = {
        "the period ends before it begins": days < 1,
        "a case names a place that is not among the places": bool((number < 0).any()),
        "a day is missing or outside the period": not ((day >= 0) & (day < days)).all(),
    }
    refuse(wrong, where)
    order = np.argsort(number, kind="stable")
    return DatedCases(number[order].astype(np.int64), day[order].astype(np.int64), begin, days)


def scan_cylinders(
    places: Places,
    cases: DatedCases,
    expected: tuple[Floats, Floats],
    limits: Limits,
    draw: Draw,
    replications: int | Sequential,
) -> pd.DataFrame:
    """Find the clusters of a space-time scan.

    Parameters
    ----------
    places : Places
    cases : DatedCases
    expected : (ndarray of float64, shape (n, d), ndarray of float64, shape (n,))
        Expected cases of each place and day, adding up to the cases; and the places' sizes, of
        which a circle holds at most a share.
    limits : Limits
    draw : callable
        Returns place, ascending in each row (or one row for all), and day of the cases of so many
        further simulated districts.
    replications : int or Sequential

    Returns
    -------
    DataFrame
        Columns as of `permutation_scan`, and members (numbers of the places).
    """
    matrix, size = expected
    circles = circles_around(
        places.xy,
        size,
        max_size=limits.max_share * size.sum(),
        max_radius_m=limits.max_radius_m,
        coordinates=places.coordinates,
    )
    total = len(cases.place)
    cylinders = cylinders_of(
        circles, matrix, total, max_days=limits.max_days, last_only=limits.prospective
    )
    found = _found(places, cases, circles, cylinders)
    observed = float(found["llr"].max()) if len(found) else np.inf

    def simulate(rows: int) -> Floats:
        place, day = draw(rows)
        if fits(cylinders):
            return largest_to_last_day(cylinders, place, day)
        return largest_of_cases(cylinders, place, day)

    simulated = simulated_maxima(simulate, replications if total else 0, observed)
    return _recurring(with_p(found, simulated), limits.prospective)


def _found(
    places: Places, cases: DatedCases, circles: Circles, cylinders: Cylinders
) -> pd.DataFrame:
    llr, window = best_cylinders(cylinders, cases.place, cases.day)
    kept, found = clusters_of(places, circles, llr, window[:, 0])
    first, length = window[kept, 1], window[kept, 2]
    count = [
        int((np.isin(cases.place, own) & (cases.day >= start) & (cases.day < start + days)).sum())
        for own, start, days in zip(found["members"], first, length, strict=True)
    ]
    return found.assign(
        first_day=cases.begin + pd.to_timedelta(first, unit="D"),
        last_day=cases.begin + pd.to_timedelta(first + length - 1, unit="D"),
        first=first,
        stop=first + length,
        count=np.array(count, dtype=np.int64),
    )


def _recurring(found: pd.DataFrame, prospective: bool) -> pd.DataFrame:
    """Add how often chance alone makes so strong an alarm, if the scan is made every day."""
    if not prospective:
        return found.assign(recurrence_days=np.nan, recurrence_days_gumbel=np.nan)
    by_gumbel = found["p_gumbel"].clip(lower=np.finfo(np.float64).tiny)
    return found.assign(recurrence_days=1 / found["p"], recurrence_days_gumbel=1 / by_gumbel)
