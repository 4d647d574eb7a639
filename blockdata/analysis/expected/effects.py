"""What a calendar law has found: season, weekdays, holidays and trend as ratios, with intervals."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import chdtrc, ndtr

from blockdata.analysis.expected.calendar import Calendar, calendar_design
from blockdata.analysis.expected.counts import CalendarLaw

__all__ = ["EFFECT_COLUMNS", "calendar_effects"]

Floats = npt.NDArray[np.float64]

EFFECT_COLUMNS = {
    "part": "str",
    "level": "str",
    "ratio": "float64",
    "low": "float64",
    "high": "float64",
    "p": "float64",
}
_NORMAL_95 = 1.959963984540054
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
# A year without 29 February; any will do, for the law knows the day of the year alone.
_YEAR = pd.date_range("2023-01-01", "2023-12-31")


def calendar_effects(law: CalendarLaw, calendar: Calendar) -> pd.DataFrame:
    """Tell a calendar law as ratios to the average day of its part of the calendar.

    Parameters
    ----------
    law : CalendarLaw
    calendar : Calendar
        That the law was fitted by.

    Returns
    -------
    DataFrame, columns `EFFECT_COLUMNS`, in this order
        part "weekday", levels "all", "monday" to "sunday": a weekday beside the geometric mean of
        all seven; "holiday": a day off beside that mean; "season", levels "all" and "01" to "12"
        (the middle of a month beside the mean of the year); "trend", level "year": the change in
        365.25 days. low and high bound the ratio with 95 %. p is two-sided, of "all" that of all
        levels together (Wald); "all" has the highest level beside the lowest as its ratio and no
        bounds. A part that the law has not is not listed; a level that the days could not tell
        apart from others has no figures.

    Notes
    -----
    Coefficients that were held near 0 by a prior are told so: bounds and p then lean to "nothing".
    With quasi-Poisson laws the excess variance is in the bounds.

    References
    ----------
    McCullagh, P. and Nelder, J. A. (1989). Generalized Linear Models, 2nd ed., 9.2; Wald, A.
    (1943). Tests of statistical hypotheses concerning several parameters when the number of
    observations is large. Transactions of the American Mathematical Society 54, 426-482.

    Examples
    --------
    >>> from blockdata.analysis.expected import calendar_law
    >>> days = pd.date_range("2024-01-01", periods=700)
    >>> calendar = Calendar("none", trend="never")
    >>> totals = np.where(days.day_of_week == 6, 40, 10)
    >>> law = calendar_law(totals, days, calendar, prior_sd=None)
    >>> effects = calendar_effects(law, calendar).set_index("level")
    >>> float((effects.loc["sunday", "ratio"] / effects.loc["monday", "ratio"]).round(6))
    4.0
    """
    rows = []
    if any(term.startswith("weekday_") for term in law.terms):
        week = np.vstack([_weekday(law, day) for day in range(7)])
        rows += _part(law, "weekday", week - week.mean(axis=0), _WEEKDAYS)
        off = _one(law, "holiday") - week.mean(axis=0)
        rows.append(_row(law, "holiday", "holiday", off))
    if calendar.season != "none":
        months = _months(law, calendar)
        rows += _part(law, "season", months, [f"{month:02}" for month in range(1, 13)])
    if "trend" in law.terms:
        rows.append(_row(law, "trend", "year", _one(law, "trend")))
    return pd.DataFrame(rows, columns=list(EFFECT_COLUMNS)).astype(EFFECT_COLUMNS)


def _one(law: CalendarLaw, term: str) -> Floats:
    contrast = np.zeros(len(law.terms))
    if term in law.terms:
        contrast[law.terms.index(term)] = 1.0
    return contrast


def _weekday(law: CalendarLaw, day: int) -> Floats:
    return _one(law, f"weekday_{day}")


def _months(law: CalendarLaw, calendar: Calendar) -> Floats:
    """Return the contrast of each month's middle with the mean of the year."""
    season = Calendar(calendar.season, calendar.harmonics, weekday=False, trend="never")
    table = calendar_design(_YEAR, season, _YEAR[0]).drop(columns="level")
    whole = np.zeros((len(_YEAR), len(law.terms)))
    for term in table:
        whole[:, law.terms.index(str(term))] = table[term].to_numpy()
    middles = whole[_YEAR.day == 15] - whole.mean(axis=0)
    return np.asarray(middles, dtype=np.float64)


def _part(
    law: CalendarLaw, part: str, contrasts: Floats, levels: tuple[str, ...] | list[str]
) -> list[tuple[object, ...]]:
    """Return the row of all levels together and those of each."""
    beta, known = law.fit.coefficients, _is_known(law, contrasts)
    effects, covariance = contrasts @ beta, contrasts @ law.fit.covariance @ contrasts.T
    rank = int(np.linalg.matrix_rank(covariance, hermitian=True)) if known.all() else 0
    p, ratio = np.nan, np.nan
    if rank:
        pinv = np.linalg.pinv(covariance, hermitian=True)
        p = float(chdtrc(rank, max(float(effects @ pinv @ effects), 0.0)))
        ratio = float(np.exp(effects.max() - effects.min()))
    each = [_row(law, part, level, c) for level, c in zip(levels, contrasts, strict=True)]
    return [(part, "all", ratio, np.nan, np.nan, p), *each]


def _is_known(law: CalendarLaw, contrasts: Floats) -> npt.NDArray[np.bool_]:
    """Tell which contrasts use estimated coefficients alone."""
    return np.asarray(~(np.atleast_2d(contrasts)[:, ~law.fit.estimated] != 0).any(axis=1))


def _row(law: CalendarLaw, part: str, level: str, contrast: Floats) -> tuple[object, ...]:
    variance = float(contrast @ law.fit.covariance @ contrast)
    if not _is_known(law, contrast)[0] or not variance > 0:
        return (part, level, np.nan, np.nan, np.nan, np.nan)
    effect, spread = float(contrast @ law.fit.coefficients), np.sqrt(variance)
    low, high = effect - _NORMAL_95 * spread, effect + _NORMAL_95 * spread
    p = float(2 * ndtr(-abs(effect) / spread))
    return (part, level, *(float(np.exp(v)) for v in (effect, low, high)), p)
