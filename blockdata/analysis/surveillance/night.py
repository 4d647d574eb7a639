"""One night's counts, cut into the windows and the past before them."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from blockdata.analysis.cube import Cube
from blockdata.analysis.expected import CalendarLaw, calendar_law
from blockdata.analysis.surveillance.past import WEEK, Past, without_outbreaks
from blockdata.analysis.surveillance.settings import FEWEST_WEEKS, Watch
from blockdata.analysis.tails import FloatArray
from blockdata.errors import AnalysisError

__all__ = ["Night", "Window", "prepare_night"]

Integers = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

_YEAR_DAYS = 365.25
# One normal standard deviation of every calendar coefficient before the data: a category with few
# incidents is told by its level, and one with hundreds by its own calendar.
_CALENDAR_SD = 1.0


@dataclass(frozen=True)
class Window:
    """What one category had in one window.

    Parameters
    ----------
    length_days : int
    days : ndarray of int64
        Its observed days, counted from the begin of the past.
    count : ndarray of int64, shape (places,)

    Examples
    --------
    >>> Window(1, np.array([700]), np.array([0, 2])).count.sum()
    np.int64(2)
    """

    length_days: int
    days: Integers
    count: Integers


@dataclass(frozen=True)
class Night:
    """The days from the begin of the past to as_of.

    Parameters
    ----------
    cube : Cube
        Of these days alone.
    watch : Watch
    weeks : int
        Weeks of the past.
    observed : ndarray of bool, shape (categories, days)
    reasons : ndarray of str, shape (categories,)
        Why a category has no past to compare with; "" where it has.
    rows : list of ndarray of int64
        Bins of the cube by category.

    Examples
    --------
    >>> from blockdata.analysis.cube import counts_cube
    >>> days = pd.date_range("2024-01-01", periods=140)
    >>> events = pd.DataFrame({"place": ["a", "b"] * 70, "category": "noise", "day": days})
    >>> cube = counts_cube(events, start=days[0], end=pd.Timestamp("2024-05-20"))
    >>> night = prepare_night(cube, pd.Timestamp("2024-05-20"), Watch())
    >>> night.weeks, night.window(0, 7).count.tolist()
    (16, [3, 4])
    """

    cube: Cube
    watch: Watch
    weeks: int
    observed: Flags
    reasons: npt.NDArray[np.str_]
    rows: list[npt.NDArray[np.intp]]

    @property
    def days(self) -> pd.DatetimeIndex:
        """All days."""
        return self.cube.edges[:-1]

    @property
    def years(self) -> FloatArray:
        """Time of the middle of each week of the past, in years before as_of."""
        middle = (np.arange(self.weeks) + 0.5) * WEEK
        return np.asarray((middle - len(self.days)) / _YEAR_DAYS)

    def past(self, category: int) -> tuple[Past, CalendarLaw]:
        """Fit a category's calendar to its past and leave out its outbreaks.

        Parameters
        ----------
        category : int
            One without a reason.

        Returns
        -------
        Past, CalendarLaw

        Examples
        --------
        >>> from blockdata.analysis.cube import counts_cube
        >>> days = pd.date_range("2024-01-01", periods=140)
        >>> events = pd.DataFrame({"place": ["a", "b"] * 70, "category": "noise", "day": days})
        >>> cube = counts_cube(events, start=days[0], end=pd.Timestamp("2024-05-20"))
        >>> night = prepare_night(cube, pd.Timestamp("2024-05-20"), Watch())
        >>> night.past(0)[0].totals().tolist()
        [56.0, 56.0]
        """
        length = self.weeks * WEEK
        observed = self.observed[category].copy()
        observed[length:] = False
        place, day, count = self._bins(category)
        used = observed[day]
        totals = np.bincount(day[used], weights=count[used], minlength=len(observed))
        law = calendar_law(
            totals, self.days, self.watch.calendar, used=observed, prior_sd=_CALENDAR_SD
        )
        past = Past(
            places=self.cube.shape[1],
            place=place[used],
            day=day[used],
            count=count[used],
            law=np.where(observed, law.expected, 0.0)[:length],
            left_out=np.zeros((self.cube.shape[1], self.weeks), dtype=np.bool_),
        )
        return without_outbreaks(past), law

    def window(self, category: int, length_days: int) -> Window:
        """Count a category's window that ends at as_of, over its observed days.

        Parameters
        ----------
        category : int
        length_days : int

        Returns
        -------
        Window

        Examples
        --------
        >>> from blockdata.analysis.cube import counts_cube
        >>> days = pd.date_range("2024-01-01", periods=140)
        >>> events = pd.DataFrame({"place": ["a", "b"] * 70, "category": "noise", "day": days})
        >>> cube = counts_cube(events, start=days[0], end=pd.Timestamp("2024-05-20"))
        >>> night = prepare_night(cube, pd.Timestamp("2024-05-20"), Watch())
        >>> night.window(0, 28).count.tolist()
        [14, 14]
        """
        last = len(self.days)
        first = max(last - length_days, 0)
        days = np.arange(first, last)[self.observed[category, first:]]
        place, day, count = self._bins(category)
        inside = (day >= first) & self.observed[category, day]
        counts = np.bincount(place[inside], weights=count[inside], minlength=self.cube.shape[1])
        return Window(length_days, days, counts.astype(np.int64))

    def _bins(self, category: int) -> tuple[Integers, Integers, Integers]:
        rows = self.rows[category]
        return self.cube.place[rows], self.cube.step[rows], self.cube.count[rows]


def prepare_night(cube: Cube, as_of: pd.Timestamp, watch: Watch) -> Night:
    """Cut a cube of days at as_of and say which categories have a past.

    Parameters
    ----------
    cube : Cube
    as_of : Timestamp
    watch : Watch

    Returns
    -------
    Night

    Raises
    ------
    AnalysisError
        If the steps are not days, or as_of is no edge after the first.

    Examples
    --------
    >>> from blockdata.analysis.cube import counts_cube
    >>> days = pd.date_range("2024-01-01", periods=140)
    >>> events = pd.DataFrame({"place": ["a", "b"] * 70, "category": "noise", "day": days})
    >>> cube = counts_cube(events, start=days[0], end=pd.Timestamp("2024-05-20"))
    >>> night = prepare_night(cube, pd.Timestamp("2024-05-20"), Watch())
    >>> night.reasons.tolist(), len(night.days)
    ([''], 140)
    """
    if (cube.step_days != 1).any():
        raise AnalysisError(
            "the steps are not days",
            where="surveillance_test cube",
            allowed="counts_cube(step=day)",
        )
    known = cube.between(cube.edges[0], as_of)
    guard = max(watch.windows_days)
    weeks = max(min(watch.past_days, known.shape[2] - guard), 0) // WEEK
    first = max(known.shape[2] - guard - weeks * WEEK, 0)
    recent = known.between(known.edges[first], as_of)
    order = np.argsort(recent.category, kind="stable")
    ends = np.searchsorted(recent.category[order], np.arange(1, max(recent.shape[0], 1)))
    rows = np.split(order, ends)
    night = Night(recent, watch, weeks, recent.observed_days > 0, np.array([], dtype=str), rows)
    return replace(night, reasons=_reasons(night))


def _reasons(night: Night) -> npt.NDArray[np.str_]:
    length = night.weeks * WEEK
    seen = night.observed[:, :length].sum(axis=1)
    totals = (night.cube.step_totals() * night.observed)[:, :length].sum(axis=1)
    return np.select(
        [
            (night.weeks < FEWEST_WEEKS) | (2 * seen < length),
            totals < night.watch.min_total,
        ],
        ["too_little_past", "too_few_incidents"],
        "",
    )
