"""What a category's windows are to bring at each place, and how sure that is."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from blockdata.analysis.dispersion import negative_binomial_dispersion
from blockdata.analysis.expected import Calendar, CalendarLaw
from blockdata.analysis.expected.calendar import day_class
from blockdata.analysis.surveillance.past import WEEK, Past
from blockdata.analysis.surveillance.trend import own_trends
from blockdata.analysis.tails import FloatArray

__all__ = ["Forecast", "Level", "forecast", "learn_level", "matching_days"]

Flags = npt.NDArray[np.bool_]

_SEASON_DAYS = 45
_YEAR_DAYS = 365.25
# Own days of the same season and weekday class are enough at this many incidents' information.
_ENOUGH_MATCHED = 30.0
# A trend of a place's own needs a year and this many incidents.
_ENOUGH_FOR_TREND = 50.0
_WEEKS_FOR_TREND = 52


@dataclass(frozen=True)
class Level:
    """What a category's places have in common, and what each has of its own.

    Parameters
    ----------
    shape, rate : ndarray of float64, shape (places,)
        Gamma law of a place's level before its own past is looked at; the rate in units of the
        calendar law.
    information : ndarray of float64, shape (places,)
        Share of a Poisson count's information that its weekly counts have.
    slope, slope_variance : ndarray of float64, shape (places,)
        Trend of its own, per year, 0 at the windows.

    Examples
    --------
    >>> past = Past(
    ...     places=2,
    ...     place=np.repeat([0, 1], [14, 7]),
    ...     day=np.concatenate([np.arange(14), np.arange(0, 14, 2)]),
    ...     count=np.ones(21, dtype=np.int64),
    ...     law=np.ones(14),
    ...     left_out=np.zeros((2, 2), dtype=np.bool_),
    ... )
    >>> level = learn_level(past, np.ones(2), 0.0, np.array([-0.03, -0.01]))
    >>> level.slope.tolist()
    [0.0, 0.0]
    """

    shape: FloatArray
    rate: FloatArray
    information: FloatArray
    slope: FloatArray
    slope_variance: FloatArray


@dataclass(frozen=True)
class Forecast:
    """What one window is to bring.

    Parameters
    ----------
    expected : ndarray of float64, shape (places,)
    shape : ndarray of float64, shape (places,)
        Shape of the gamma law around `expected`.
    past_count : ndarray of float64, shape (places,)
        Incidents of the reference days.
    matched : ndarray of bool, shape (places,)
        Whether only days of the same season and weekday class were looked at.

    Examples
    --------
    >>> past = Past(
    ...     places=2,
    ...     place=np.repeat([0, 1], [14, 7]),
    ...     day=np.concatenate([np.arange(14), np.arange(0, 14, 2)]),
    ...     count=np.ones(21, dtype=np.int64),
    ...     law=np.ones(14),
    ...     left_out=np.zeros((2, 2), dtype=np.bool_),
    ... )
    >>> level = learn_level(past, np.ones(2), 0.0, np.array([-0.03, -0.01]))
    >>> from blockdata.analysis.expected import calendar_law
    >>> days = pd.date_range("2024-01-01", periods=15)
    >>> calendar = Calendar("none", weekday=False, trend="never")
    >>> law = calendar_law(np.ones(15), days, calendar)
    >>> ahead = forecast(
    ...     past,
    ...     level,
    ...     law,
    ...     window=np.array([14]),
    ...     matching=np.ones(14, dtype=np.bool_),
    ...     years=np.array([-0.03, -0.01]),
    ... )
    >>> ahead.past_count.tolist(), ahead.matched.tolist()
    ([14.0, 7.0], [False, False])
    """

    expected: FloatArray
    shape: FloatArray
    past_count: FloatArray
    matched: Flags


def learn_level(
    past: Past, relative: FloatArray, weekly_dispersion: float, years: FloatArray
) -> Level:
    """Learn how places differ, how much their counts tell, and their own trends.

    Parameters
    ----------
    past : Past
    relative : ndarray of float64, shape (places,)
        Exposure, up to a factor; above 0.
    weekly_dispersion : float
    years : ndarray of float64, shape (weeks,)
        Time of the reference weeks, 0 at the windows.

    Returns
    -------
    Level

    Examples
    --------
    >>> past = Past(
    ...     places=2,
    ...     place=np.repeat([0, 1], [14, 7]),
    ...     day=np.concatenate([np.arange(14), np.arange(0, 14, 2)]),
    ...     count=np.ones(21, dtype=np.int64),
    ...     law=np.ones(14),
    ...     left_out=np.zeros((2, 2), dtype=np.bool_),
    ... )
    >>> level = learn_level(past, np.ones(2), 0.0, np.array([-0.03, -0.01]))
    >>> level.information.tolist()
    [1.0, 1.0]
    """
    total, base = past.totals(), past.exposure()
    exposed = relative * base
    seen = exposed > 0
    # A place without exposure is not tested; 1 keeps its numbers finite.
    # All incidents can lie at such places; half of one then stands for none.
    incidents = max(float(total[seen].sum()), 0.5)
    mean = incidents / exposed.sum() * np.where(relative > 0, relative, 1.0)
    spread = negative_binomial_dispersion(total[seen].astype(np.int64), (mean * base)[seen])
    # The mean of all places is an estimate as well.
    spread = spread + 1 / incidents
    shape = np.full(past.places, 1 / spread)
    rate = shape / mean
    usual = (shape + total) / (rate + base)
    weekly = past.weekly_law()
    busy = usual * float(weekly.mean())
    information = 1 / (1 + weekly_dispersion * busy)
    slope, variance = np.zeros(past.places), np.zeros(past.places)
    dense = total * information >= _ENOUGH_FOR_TREND
    if len(weekly) >= _WEEKS_FOR_TREND and dense.any():
        law = np.where(past.left_out[dense], 0.0, weekly)
        slope[dense], variance[dense] = own_trends(
            _weekly_counts(past)[dense], law, years, information[dense]
        )
    return Level(shape, rate, information, slope, variance)


def _weekly_counts(past: Past) -> FloatArray:
    used = past.kept
    key = past.place[used] * past.left_out.shape[1] + past.day[used] // WEEK
    counts = np.bincount(key, weights=past.count[used], minlength=past.left_out.size)
    return counts.astype(np.float64).reshape(past.left_out.shape)


def matching_days(days: pd.DatetimeIndex, window: pd.DatetimeIndex, calendar: Calendar) -> Flags:
    """Tell which days are of the same season, and for a single day of the same weekday class.

    Parameters
    ----------
    days : DatetimeIndex
        Days of the reference period.
    window : DatetimeIndex
        Days of the window.
    calendar : Calendar
        Without a season or weekdays, these do not matter.

    Returns
    -------
    ndarray of bool
        Season: within 45 days of the window's middle day in any year.

    Examples
    --------
    >>> days = pd.date_range("2024-05-01", periods=7)
    >>> matching_days(days, pd.DatetimeIndex(["2025-05-03"]), Calendar()).tolist()
    [False, False, False, True, True, False, False]
    """
    matching: Flags = np.ones(len(days), dtype=np.bool_)
    if calendar.season != "none":
        apart = (days - window[len(window) // 2]) / pd.Timedelta(days=1)
        around = np.mod(np.asarray(apart, dtype=np.float64), _YEAR_DAYS)
        matching &= np.minimum(around, _YEAR_DAYS - around) <= _SEASON_DAYS
    if calendar.weekday and len(window) == 1:
        matching &= day_class(days, calendar) == day_class(window, calendar)[0]
    return matching


def forecast(
    past: Past,
    level: Level,
    law: CalendarLaw,
    *,
    window: npt.NDArray[np.int64],
    matching: Flags,
    years: FloatArray,
) -> Forecast:
    """Say what a window is to bring at each place.

    Parameters
    ----------
    past : Past
    level : Level
    law : CalendarLaw
        Of all days, the reference period first.
    window : ndarray of int64
        Its observed days, counted as in `past`.
    matching : ndarray of bool, shape (days,)
        As from `matching_days`.
    years : ndarray of float64, shape (weeks,)
        As in `learn_level`.

    Returns
    -------
    Forecast

    Examples
    --------
    >>> past = Past(
    ...     places=2,
    ...     place=np.repeat([0, 1], [14, 7]),
    ...     day=np.concatenate([np.arange(14), np.arange(0, 14, 2)]),
    ...     count=np.ones(21, dtype=np.int64),
    ...     law=np.ones(14),
    ...     left_out=np.zeros((2, 2), dtype=np.bool_),
    ... )
    >>> level = learn_level(past, np.ones(2), 0.0, np.array([-0.03, -0.01]))
    >>> from blockdata.analysis.expected import calendar_law
    >>> days = pd.date_range("2024-01-01", periods=15)
    >>> calendar = Calendar("none", weekday=False, trend="never")
    >>> law = calendar_law(np.ones(15), days, calendar)
    >>> ahead = forecast(
    ...     past,
    ...     level,
    ...     law,
    ...     window=np.array([14]),
    ...     matching=np.ones(14, dtype=np.bool_),
    ...     years=np.array([-0.03, -0.01]),
    ... )
    >>> bool(ahead.expected[0] > ahead.expected[1])
    True
    """
    every = _reference(past, level, law, window, None, years)
    alike = _reference(past, level, law, window, matching, years)
    matched = alike[0] * level.information >= _ENOUGH_MATCHED
    count, base, drift = (
        np.where(matched, one, other) for one, other in zip(alike, every, strict=True)
    )
    shape = level.shape + level.information * count
    rate = level.rate + level.information * base
    return Forecast(
        expected=shape / rate * law.expected[window].sum(),
        shape=1 / (1 / shape + drift),
        past_count=count.astype(np.float64),
        matched=matched,
    )


def _reference(
    past: Past,
    level: Level,
    law: CalendarLaw,
    window: npt.NDArray[np.int64],
    days: Flags | None,
    years: FloatArray,
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Count and exposure of each place's past, and the variance of what lies between."""
    weekly = past.weekly_law(days)
    base, drift = past.exposure(days), np.zeros(past.places)
    sloping = np.flatnonzero(level.slope)
    if sloping.size:
        grown = np.where(past.left_out[sloping], 0.0, weekly) * np.exp(
            level.slope[sloping, None] * years
        )
        base[sloping] = grown.sum(axis=1)
        centre = grown @ years / np.maximum(base[sloping], 1e-300)
        drift[sloping] = centre**2 * level.slope_variance[sloping]
    marked = past.law if days is None else np.where(days, past.law, 0.0)
    drift = drift + _law_variance(law, marked, window)
    return past.totals(days), base, drift


def _law_variance(law: CalendarLaw, reference: FloatArray, window: npt.NDArray[np.int64]) -> float:
    """Variance of the logarithm of the window's law over that of the reference days."""
    if not reference.sum() > 0:
        return 0.0
    ahead = np.average(law.design[window], axis=0, weights=law.expected[window])
    behind = np.average(law.design[: len(reference)], axis=0, weights=reference)
    columns = law.design.shape[1]
    apart = ahead - behind
    return float(apart @ law.fit.covariance[:columns, :columns] @ apart)
