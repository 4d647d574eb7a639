"""How a lasting problem goes on: new, rising, persistent, intermittent, improving, and so on."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from blockdata.analysis.tails import binomial_upper_tail
from blockdata.errors import AnalysisError

__all__ = ["COURSES", "bad_months", "courses_of"]

COURSES = (
    "new",
    "rising",
    "persistent",
    "intermittent",
    "improving",
    "resolved",
    "relapsed",
)
"""All classes; the rules stand in the table of `blockdata.analysis.lasting`."""

_SUM_MONTHS = 3
_RECENT_MONTHS = 6
_LEVEL = 0.05

Floats = npt.NDArray[np.float64]
Booleans = npt.NDArray[np.bool_]


def courses_of(count: npt.ArrayLike, expected: npt.ArrayLike, ratio: npt.ArrayLike) -> pd.DataFrame:
    """Class series of months by the rules of `blockdata.analysis.lasting`.

    Parameters
    ----------
    count : array_like of int, shape (n, months)
        Episodes of each place per month, the oldest first; at least 6 months.
    expected : array_like of float, shape (n, months)
        What such places have; >= 0, 0 where the place was not there yet.
    ratio : array_like of float, shape (n,)
        How many times the expected the place has over all months, > 0.

    Returns
    -------
    DataFrame, one row per series in the order given
        course (one of `COURSES`; null for a series without any bad month), spells (how often it
        was bad, one after another), bad_months, calm_months (since the last episode of the last
        spell; 0 if it is bad now).

    Raises
    ------
    AnalysisError
        If shapes differ, there are fewer than 6 months, or a number is negative or not finite.

    References
    ----------
    Page, E. S. (1954). Continuous inspection schemes. Biometrika 41, 100-115; Lucas, J. M. (1985).
    Counted data CUSUM's. Technometrics 27, 129-144 (the reference value between two rates).

    Examples
    --------
    >>> month = np.full((1, 12), 0.1)
    >>> courses_of([[1, 1, 0, 1, 1, 0, 0, 0, 0, 0, 0, 0]], month, [4.0])["course"].tolist()
    ['resolved']
    """
    y, mean, times = _inputs(count, expected, ratio)
    bad = _bad(y, mean, times)
    starts = bad & ~np.column_stack([np.zeros(len(bad), np.bool_), bad[:, :-1]])
    spells = starts.sum(axis=1)
    calm = _calm(bad)
    first = np.where(spells > 0, np.argmax(bad, axis=1), 0)
    rises, falls = _trend(y, mean, first)
    months = y.shape[1]
    conditions = [
        spells == 0,
        calm > _RECENT_MONTHS - _SUM_MONTHS,
        calm > 0,
        spells > 2,
        spells == 2,
        first >= months - _RECENT_MONTHS,
        rises,
        falls,
    ]
    names = ["", "resolved", "improving", "intermittent", "relapsed", "new", "rising", "improving"]
    course = pd.Series(np.select(conditions, names, "persistent"), dtype="str")
    quiet = np.where(calm > 0, calm + _SUM_MONTHS - 1, 0)
    return pd.DataFrame(
        {
            "course": course.mask(course == ""),
            "spells": spells.astype(np.int64),
            "bad_months": bad.sum(axis=1).astype(np.int64),
            "calm_months": np.where(spells > 0, quiet, months).astype(np.int64),
        }
    )


def bad_months(count: npt.ArrayLike, expected: npt.ArrayLike, ratio: npt.ArrayLike) -> Booleans:
    """Tell which months are bad by the rule of `blockdata.analysis.lasting`.

    Parameters
    ----------
    count, expected, ratio : array_like
        As for `courses_of`.

    Returns
    -------
    ndarray of bool, shape (n, months)

    Raises
    ------
    AnalysisError
        As `courses_of`.

    Examples
    --------
    >>> bad_months([[0, 0, 0, 2, 0, 0, 0, 0]], np.full((1, 8), 0.1), [4.0]).argmax(axis=1)
    array([3])
    """
    return _bad(*_inputs(count, expected, ratio))


def _inputs(
    count: npt.ArrayLike, expected: npt.ArrayLike, ratio: npt.ArrayLike
) -> tuple[Floats, Floats, Floats]:
    y, mean = np.asarray(count, dtype=np.float64), np.asarray(expected, dtype=np.float64)
    times = np.asarray(ratio, dtype=np.float64)
    fits = y.ndim == 2 and y.shape == mean.shape and times.shape == (len(y),)
    if not fits or y.shape[1] < _RECENT_MONTHS:
        raise AnalysisError(
            "shapes differ, or there are too few months",
            where="courses_of",
            allowed=f"n series of equal length, {_RECENT_MONTHS} months or more",
        )
    numbers = np.concatenate([y.ravel(), mean.ravel(), times])
    if not np.isfinite(numbers).all() or (numbers < 0).any() or (times == 0).any():
        raise AnalysisError(
            "a number is negative or not finite", where="courses_of", allowed="numbers >= 0"
        )
    return y, mean, times


def _bad(y: Floats, mean: Floats, ratio: Floats) -> Booleans:
    """Tell in which months the last three speak for this place's rate, not such places' rate."""
    # The likelihoods of two Poisson rates are equal at their logarithmic mean.
    times = np.maximum(ratio, 1.0 + 1e-9)
    reference = _sums(mean) * ((times - 1) / np.log(times))[:, None]
    return np.asarray(_sums(y) > reference)


def _sums(series: Floats) -> Floats:
    """Return sums over each month and the two before it."""
    run = np.column_stack([np.zeros((len(series), _SUM_MONTHS)), np.cumsum(series, axis=1)])
    return run[:, _SUM_MONTHS:] - run[:, :-_SUM_MONTHS]


def _calm(bad: Booleans) -> npt.NDArray[np.int64]:
    """Return how many months at the end are not bad."""
    backwards = bad[:, ::-1]
    return np.asarray(
        np.where(backwards.any(axis=1), np.argmax(backwards, axis=1), bad.shape[1]), np.int64
    )


def _trend(y: Floats, mean: Floats, first: npt.NDArray[np.int64]) -> tuple[Booleans, Booleans]:
    """Tell whether the last six months have more, or fewer, than the spell before them."""
    since = np.arange(y.shape[1]) >= first[:, None]
    recent = np.arange(y.shape[1]) >= y.shape[1] - _RECENT_MONTHS
    total, late = (y * since).sum(axis=1), (y * (since & recent)).sum(axis=1)
    whole = (mean * since).sum(axis=1)
    share = np.divide(
        (mean * (since & recent)).sum(axis=1), whole, out=np.full(len(y), 0.5), where=whole > 0
    )
    share = np.clip(share, 0.0, 1.0)
    rises = binomial_upper_tail(late, total, share) <= _LEVEL
    falls = binomial_upper_tail(total - late, total, 1 - share) <= _LEVEL
    return rises, falls & ~rises
