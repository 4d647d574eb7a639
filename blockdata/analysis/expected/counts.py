"""Expected counts of places, categories and days: one calendar law per category."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import ndtr

from blockdata.analysis.checks import require_numbers
from blockdata.analysis.cube import Cube
from blockdata.analysis.expected.calendar import Calendar, calendar_design
from blockdata.analysis.expected.fit import LogLinearFit, fit_log_linear
from blockdata.analysis.exposure import Exposure
from blockdata.errors import AnalysisError

__all__ = ["EXPECTED_COLUMNS", "CalendarLaw", "calendar_law", "expected_counts"]

Floats = npt.NDArray[np.float64]
_LEVEL = 0.05

EXPECTED_COLUMNS = {
    "exposure_name": "str",
    "category": "str",
    "place": "str",
    "count": "int64",
    "expected": "float64",
    "excess": "float64",
    "ratio": "float64",
    "observed_days": "int64",
    "reason": "str",
}


@dataclass(frozen=True)
class CalendarLaw:
    """How many incidents of one category a day brings, over all places.

    Parameters
    ----------
    expected : ndarray of float64, shape (t,)
        Per day of the cube, also of days that were not observed.
    design : ndarray of float64, shape (t, columns)
    terms : list of str
        Names of the columns.
    fit : LogLinearFit
    trend_p : float
        Two-sided p of the trend; NaN where it was not asked for.

    Examples
    --------
    >>> days = pd.date_range("2024-01-01", periods=28)
    >>> calendar = Calendar("none", weekday=False, trend="never")
    >>> calendar_law(np.full(28, 3), days, calendar).terms
    ['level']
    """

    expected: Floats
    design: Floats
    terms: list[str]
    fit: LogLinearFit
    trend_p: float


def calendar_law(
    totals: npt.ArrayLike,
    days: pd.DatetimeIndex,
    calendar: Calendar,
    *,
    used: npt.ArrayLike | None = None,
    family: Literal["quasi_poisson", "negative_binomial"] = "quasi_poisson",
    prior_sd: float | None = 1.0,
) -> CalendarLaw:
    """Fit the calendar to daily totals of one category.

    Parameters
    ----------
    totals : array_like of int, shape (t,)
        Counts >= 0 over all places.
    days : DatetimeIndex, shape (t,)
        Local midnights.
    calendar : Calendar
    used : array_like of bool, shape (t,), optional
        Days to learn from: those that were observed. The others get an expected count as well.
    family, prior_sd
        As in `fit_log_linear`.

    Returns
    -------
    CalendarLaw

    Raises
    ------
    AnalysisError
        If no day is used, all used days are zeros, shapes differ, or what `fit_log_linear` and
        `calendar_design` refuse.

    References
    ----------
    As `fit_log_linear`.

    Notes
    -----
    Where each place has its own constant level, the likeliest calendar coefficients of a Poisson
    law of place by day are those of the totals, so that nothing is lost by adding up.

    Examples
    --------
    >>> days = pd.date_range("2024-01-01", periods=28)
    >>> totals = np.where(days.day_of_week == 6, 2, 8)
    >>> law = calendar_law(totals, days, Calendar("none", trend="never"), prior_sd=None)
    >>> law.expected[:7].round(3).tolist()
    [8.0, 8.0, 8.0, 8.0, 8.0, 8.0, 2.0]
    """
    y = require_numbers(totals, "calendar_law totals")
    learn = np.ones(len(y), dtype=np.bool_) if used is None else np.asarray(used, dtype=np.bool_)
    if not len(y) or y.shape != (len(days),) or learn.shape != y.shape:
        raise AnalysisError(
            f"{y.shape} totals, {len(days)} days, {learn.shape} used",
            where="calendar_law",
            allowed="as many totals as days, 1 or more",
        )
    table = calendar_design(days, calendar, days[len(days) // 2])
    design, trend_p = table.to_numpy(), np.nan
    fit = fit_log_linear(y[learn], design[learn], family=family, prior_sd=prior_sd)
    if calendar.trend != "never":
        trend_p = _two_sided(fit.coefficients[-1], fit.covariance[-1, -1])
        if calendar.trend == "significant" and not trend_p < _LEVEL:
            design, table = design[:, :-1], table.iloc[:, :-1]
            fit = fit_log_linear(y[learn], design[learn], family=family, prior_sd=prior_sd)
    return CalendarLaw(
        np.exp(design @ fit.coefficients), design, table.columns.tolist(), fit, trend_p
    )


def _two_sided(coefficient: float, variance: float) -> float:
    if not variance > 0:
        return float("nan")
    return float(2 * ndtr(-abs(coefficient) / np.sqrt(variance)))


def expected_counts(
    cube: Cube,
    exposures: Iterable[Exposure] = (),
    *,
    calendar: Calendar | None = None,
    learn_until: pd.Timestamp | None = None,
    prior_sd: float | None = 1.0,
) -> pd.DataFrame:
    """Say how many incidents each place was to have, by the calendar and its exposure.

    Parameters
    ----------
    cube : Cube
        Of days.
    exposures : iterable of Exposure
        A place's share of a category is its share of the exposure, in the cube's places. Under
        the name "own_past" there is always a further answer: its share of the category's count
        on the days that were learned from.
    calendar : Calendar, optional
        Default: two harmonics, weekdays, trend if significant.
    learn_until : Timestamp, optional
        The law is learned from days before it and the answer is for the days from it on; without
        it both are the whole cube.
    prior_sd : float, optional
        As in `fit_log_linear`; 1 holds the calendar flat where a category has few incidents.

    Returns
    -------
    DataFrame, columns `EXPECTED_COLUMNS`, sorted by exposure_name, category and place
        Counts and expected counts over the observed days of the answer; the reason is
        "not_observed" (no such day), "too_few_incidents" (no count to learn from),
        "zero_exposure" or "unknown_exposure", and then there is no expected count.

    Raises
    ------
    AnalysisError
        If the cube's steps are not days, `learn_until` is no edge inside it, or an exposure is
        negative, infinite or has a place twice.

    Examples
    --------
    >>> from blockdata.analysis.cube import counts_cube
    >>> days = pd.date_range("2024-01-01", periods=14)
    >>> events = pd.DataFrame({"place": ["a", "b"] * 7, "category": "noise", "day": days})
    >>> cube = counts_cube(events, start=days[0], end=pd.Timestamp("2024-01-15"))
    >>> people = Exposure("people", pd.Series({"a": 30.0, "b": 10.0}))
    >>> answer = expected_counts(cube, [people], calendar=Calendar("none", trend="never"))
    >>> answer[["exposure_name", "place", "expected"]].round(1).to_numpy().tolist()[2:]
    [['people', 'a', 10.5], ['people', 'b', 3.5]]
    """
    chosen = calendar or Calendar()
    observed = _observed_days(cube)
    split = (
        cube.shape[2] if learn_until is None else cube.between(cube.edges[0], learn_until).shape[2]
    )
    answered = np.arange(cube.shape[2]) >= (0 if learn_until is None else split)
    learned = np.arange(cube.shape[2]) < split
    brought = _per_category(cube, chosen, observed & learned, observed & answered, prior_sd)
    own = _own_shares(cube, observed & learned)
    listed = list(exposures)
    given = {e.name: _shares(e, cube) for e in listed}
    if len(given) < len(listed) or "own_past" in given:
        raise AnalysisError(
            "an exposure's name stands twice, or is own_past", where="expected_counts exposures"
        )
    shares = {"own_past": own, **given}
    counted = _counted(cube, observed & answered)
    seen = (observed & answered).sum(axis=1)
    blocks = [
        _block(name, cube, counted, np.broadcast_to(shares[name], counted.shape), brought, seen)
        for name in sorted(shares)
    ]
    return pd.concat(blocks, ignore_index=True).astype(EXPECTED_COLUMNS)


def _observed_days(cube: Cube) -> npt.NDArray[np.bool_]:
    if (cube.step_days != 1).any():
        raise AnalysisError(
            "the steps are not days", where="expected_counts cube", allowed="counts_cube(step=day)"
        )
    return cube.observed_days > 0


def _per_category(
    cube: Cube,
    calendar: Calendar,
    learned: npt.NDArray[np.bool_],
    answered: npt.NDArray[np.bool_],
    prior_sd: float | None,
) -> Floats:
    """Return what the answer's days were to bring, per category; NaN where there is no law."""
    totals, days = cube.step_totals(), cube.edges[:-1]
    brought = np.full(cube.shape[0], np.nan)
    for kind, (row, learn, ask) in enumerate(zip(totals, learned, answered, strict=True)):
        if row[learn].sum() > 0:
            law = calendar_law(row, days, calendar, used=learn, prior_sd=prior_sd)
            brought[kind] = law.expected[ask].sum()
    return brought


def _counted(cube: Cube, days: npt.NDArray[np.bool_]) -> npt.NDArray[np.int64]:
    """Counts of category and place on the days marked for the category."""
    kinds, places, _ = cube.shape
    key = cube.category * places + cube.place
    weight = np.where(days[cube.category, cube.step], cube.count, 0)
    sums = np.bincount(key, weights=weight, minlength=kinds * places)
    return sums.astype(np.int64).reshape(kinds, places)


def _own_shares(cube: Cube, learned: npt.NDArray[np.bool_]) -> Floats:
    past = _counted(cube, learned).astype(np.float64)
    return np.asarray(past / np.maximum(past.sum(axis=1, keepdims=True), 1.0))


def _shares(exposure: Exposure, cube: Cube) -> Floats:
    if exposure.values.index.has_duplicates:
        raise AnalysisError("a place stands twice", where=f"expected_counts {exposure.name}")
    given = exposure.values.reindex(cube.places)
    values = require_numbers(given, f"expected_counts {exposure.name}")
    if np.any((values < 0) | np.isinf(values)):
        raise AnalysisError(
            "an exposure is negative or infinite",
            where=f"expected_counts {exposure.name}",
            allowed="finite, >= 0",
        )
    total = float(np.nansum(values))
    return np.asarray(values / total if total > 0 else values * 0.0)


def _block(
    name: str,
    cube: Cube,
    counted: npt.NDArray[np.int64],
    share: npt.NDArray[Any],
    brought: Floats,
    seen: npt.NDArray[np.int64],
) -> pd.DataFrame:
    kinds, places, _ = cube.shape
    days, expected = np.repeat(seen, places), (brought[:, None] * share).ravel()
    zero = (share == 0).ravel() if name != "own_past" else np.zeros(kinds * places, dtype=bool)
    reason = np.select(
        [days == 0, np.repeat(np.isnan(brought), places), np.isnan(share).ravel(), zero],
        ["not_observed", "too_few_incidents", "unknown_exposure", "zero_exposure"],
        "",
    )
    told = np.where(reason == "", expected, np.nan)
    count = counted.ravel()
    ratio = np.divide(count, told, out=np.full(len(told), np.nan), where=told > 0)
    return pd.DataFrame(
        {
            "exposure_name": name,
            "category": np.repeat(cube.categories.to_numpy(), places),
            "place": np.tile(cube.places.to_numpy(), kinds),
            "count": count,
            "expected": told,
            "excess": count - told,
            "ratio": ratio,
            "observed_days": days,
            "reason": pd.Series(reason, dtype="str").mask(reason == ""),
        }
    )
