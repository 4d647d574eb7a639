"""How bad it is now: what lies far back counts for less, by as much as the data say."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from blockdata.analysis.lasting.expectations import Expected
from blockdata.analysis.lasting.ground import Floats, Ground, Integers
from blockdata.analysis.lasting.prior import posterior_mean
from blockdata.analysis.lasting.rules import STEP_DAYS

__all__ = ["HALF_LIVES_MONTHS", "Series", "half_life_months", "ratio_now"]

HALF_LIVES_MONTHS = (6.0, 12.0, 24.0, 48.0, float("inf"))
"""Half-lives that are compared, in months of 30 days; for ever stands last."""

_USUAL_MONTHS = 24.0
_LEAST = 50


@dataclass(frozen=True)
class Series:
    """Episodes of one category by place and month.

    Parameters
    ----------
    row, month : ndarray of int64, shape (episodes,)
        Row of `Expected`, and month of the window.
    """

    row: Integers
    month: Integers


def ratio_now(
    ground: Ground, one: Expected, series: Series, half_life: float, until: int | None = None
) -> Floats:
    """Return how many times the expected rate each place has at the end.

    A count of one category at one place is taken for the sum of its months, each weighted by
    one half per half-life; what is expected of it likewise.

    Parameters
    ----------
    ground : Ground
    one : Expected
    series : Series
    half_life : float
        In months; infinity weighs all months alike.
    until : int, optional
        Month that is not seen any more; default the end of the window.

    References
    ----------
    Harvey, A. C. and Fernandes, C. (1989). Time series models for count or qualitative
    observations. Journal of Business and Economic Statistics 7, 407-417 (discounted counts).
    """
    months = len(one.profile)
    end = months if until is None else until
    age = end - np.arange(months) - 0.5
    weight = np.where(age > 0, np.exp2(-np.maximum(age, 0.0) / half_life), 0.0)
    own = weight[series.month]
    count = np.bincount(series.row, weights=own, minlength=len(one.place)).astype(np.float64)
    there = _share(ground, one, np.ones(months))
    seen = _share(ground, one, weight)
    expected = one.expected * np.divide(seen, there, out=np.zeros(len(there)), where=there > 0)
    return posterior_mean(count, np.maximum(expected, 1e-12), one.bad)


def _share(ground: Ground, one: Expected, weight: Floats) -> Floats:
    """Return the weighted share of the category's time that its places were there for."""
    run = np.append(0.0, np.cumsum(one.profile * weight))
    month = np.arange(len(run))
    ends, begins = ground.ends[one.place], ground.begins[one.place]
    return np.asarray(np.interp(ends, month, run) - np.interp(begins, month, run))


def half_life_months(ground: Ground, found: list[Expected], series: list[Series]) -> float:
    """Return the half-life by which the first two thirds tell the last third best.

    Judged by Poisson's likelihood of the episodes of the last third at places that had one
    before. With fewer than 50 of them, it is 24 months.

    Parameters
    ----------
    ground : Ground
    found : list of Expected
    series : list of Series
        In the same order.
    """
    months = len(found[0].profile)
    until = months - months // 3
    gains, seen = np.zeros(len(HALF_LIVES_MONTHS)), 0.0
    for one, own in zip(found, series, strict=True):
        late = own.month >= until
        before = np.bincount(own.row[~late], minlength=len(one.place)) > 0
        told = before & (one.expected > 0)
        if not told.any():
            continue
        after = np.bincount(own.row[late], minlength=len(one.place))[told]
        there = _share(ground, one, np.ones(months))[told]
        later = _share(ground, one, (np.arange(months) >= until).astype(np.float64))[told]
        mean = one.expected[told] * later / there
        seen += float(after.sum())
        for place, half_life in enumerate(HALF_LIVES_MONTHS):
            rate = np.maximum(mean * ratio_now(ground, one, own, half_life, until)[told], 1e-12)
            gains[place] += float(after @ np.log(rate) - rate.sum())
    return _USUAL_MONTHS if seen < _LEAST else HALF_LIVES_MONTHS[int(np.argmax(gains))]


def rate_a_year(ground: Ground, one: Expected) -> Floats:
    """Return how many episodes a year of 365 days are expected of each place."""
    length = (ground.ends - ground.begins)[one.place] * STEP_DAYS / 365
    whole = np.full(len(length), np.nan)
    return np.asarray(np.divide(one.expected, length, out=whole, where=length > 0))


def series_of(rows: pd.DataFrame, found: list[Expected]) -> list[Series]:
    """Return the series of each category from episodes with category, place and month.

    Parameters
    ----------
    rows : DataFrame
        category, place, month (int).
    found : list of Expected
    """
    ordered = rows.sort_values(["category", "place"], kind="stable")
    bounds = np.searchsorted(ordered["category"], np.arange(len(found) + 1))
    place, month = (ordered[c].to_numpy(dtype=np.int64) for c in ("place", "month"))
    return [
        Series(np.searchsorted(one.place, place[a:b]), month[a:b])
        for one, a, b in zip(found, bounds[:-1], bounds[1:], strict=True)
    ]
