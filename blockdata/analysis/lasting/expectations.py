"""How many episodes, and how many returns, each place would have if it were like such places."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from blockdata.analysis.lasting.ground import Floats, Ground, Integers, coarse
from blockdata.analysis.lasting.prior import BadShare
from blockdata.analysis.lasting.rules import LastingRules
from blockdata.analysis.lasting.such_places import fit_such_places

__all__ = ["Expected", "Tally", "expectations"]

_LEAST_PLACES = 20
_LEAST_RETURNS = 5
_DISPERSION_UNKNOWN = 1.0
"""alpha where a kind of place has too few episodes to tell: rates differ as an exponential law."""
_CAP_SHARE = 0.99
_PER_MONTH = 10
_KNOTS_APART, _MOST_KNOTS = 2.0, 4


@dataclass(frozen=True)
class Tally:
    """Long tables of one kind of place, places and categories as numbers.

    Parameters
    ----------
    counts : DataFrame
        category, place (int), count: episodes in the window; distinct keys.
    months : ndarray of int64, shape (categories, months)
        Episodes per category and month.
    returns : DataFrame
        category, place (int), returned, followed_days.
    """

    counts: pd.DataFrame
    months: Integers
    returns: pd.DataFrame


@dataclass(frozen=True)
class Expected:
    """What is expected of the places of one category that have an episode in the window.

    Parameters
    ----------
    place : ndarray of int64
        Places with an episode, sorted.
    count, expected : ndarray
    returned, expected_returns : ndarray
        Returns within the days, and what such places have in as many days followed.
    dispersion : float
        See `SuchPlaces`; NaN where not tested.
    bad : BadShare
    profile : ndarray of float64
        Share of the category in each month.
    model : str
        "regression", "proportional", or "" where not tested.
    reason : ndarray of object
        Why a place is not tested; None where it is.
    family : int
        Places that are tested, with or without an episode.
    """

    place: Integers
    count: Floats
    expected: Floats
    returned: Floats
    expected_returns: Floats
    dispersion: float
    bad: BadShare
    profile: Floats
    model: str
    reason: npt.NDArray[np.object_]
    family: int


def expectations(ground: Ground, tally: Tally, rules: LastingRules) -> list[Expected]:
    """Return what is expected of each category of one kind of place, in the tally's order.

    Parameters
    ----------
    ground : Ground
    tally : Tally
    rules : LastingRules
    """
    scene = _Scene(ground, tally, rules)
    laws = [scene.fitted(number) for number in range(len(tally.months))]
    known = [law.dispersion for law in laws if law is not None]
    usual = float(np.median(known)) if known else _DISPERSION_UNKNOWN
    return [
        scene.finished(number, law or scene.proportional(number, usual))
        for number, law in enumerate(laws)
    ]


@dataclass(frozen=True)
class _CountLaw:
    """Expected counts of the places of a category that have an episode."""

    expected: Floats
    dispersion: float
    bad: BadShare
    model: str
    reason: str


class _Scene:
    """One kind of place, and what is the same for all its categories."""

    def __init__(self, ground: Ground, tally: Tally, rules: LastingRules) -> None:
        self.ground, self.rules = ground, rules
        self.exposure = coarse(ground.exposure)
        self.profiles = _profiles(ground, self.exposure, tally.months)
        parts = (ground.group, np.nan_to_num(self.exposure), ground.begins, ground.ends)
        self.alike = np.zeros(len(ground.places), dtype=np.int64)
        for part in parts:
            number, kinds = pd.factorize(part, sort=True)
            self.alike = pd.factorize(self.alike * len(kinds) + number, sort=True)[0]
        self.counts = _by_number(tally.counts, len(tally.months))
        self.returns = _by_number(tally.returns, len(tally.months))
        self.capped = tally.counts["count"].clip(upper=tally.counts["category"].map(_caps(tally)))
        self.all_capped = np.bincount(
            tally.counts["place"], weights=self.capped, minlength=len(ground.places)
        )

    def base(self, number: int) -> Floats:
        """Return exposure times the share of the category's time; 0 where a place is outside."""
        share = self.ground.share_of_time(self.profiles[number])
        return np.where(self.ground.usable, np.nan_to_num(self.exposure) * share, 0.0)

    def others(self, number: int) -> Integers:
        """Return each place's episodes of other categories.

        No category counts for more than 99 in 100 of the places that have it at all: one bad
        problem is no excuse for another.
        """
        rows = self.counts[number]
        own = np.bincount(
            rows["place"], weights=self.capped[rows.index], minlength=len(self.all_capped)
        )
        return (self.all_capped - own).astype(np.int64)

    def design(self, number: int, places: Integers) -> Floats:
        """Return the columns of the regression: level, exposure, other episodes, groups."""
        usable = np.nan_to_num(self.exposure[places])
        size = np.log(np.where(usable > 0, usable, 1.0))
        other = np.log1p(self.others(number)[places].astype(np.float64))
        group = self.ground.group[places]
        columns = [size - size.mean(), *_hinges(size), other, *_hinges(other)]
        columns += [(group == one).astype(np.float64) for one in range(1, int(group.max()) + 1)]
        kept = [column for column in columns if float(np.ptp(column)) > 0]
        return np.column_stack([np.ones(len(places)), *kept])

    def fitted(self, number: int) -> _CountLaw | None:
        """Return the regression of a category; None if it has too few episodes for one."""
        base, rows = self.base(number), self.counts[number]
        inside = rows[base[rows["place"]] > 0]
        enough = inside["count"].sum() >= self.rules.min_fit and len(inside) >= _LEAST_PLACES
        if not enough:
            return None
        y = np.zeros(len(base), np.int64)
        y[rows["place"]] = rows["count"]
        places = np.flatnonzero(base > 0)
        other = self.others(number)
        key = (self.alike * (other.max() + 1) + other) * (y.max() + 1) + y
        # Places that are alike in all that counts, and in their count, are one row of the fit.
        _, first, which, weight = np.unique(
            key[places], return_index=True, return_inverse=True, return_counts=True
        )
        rows_of = places[first]
        law = fit_such_places(
            y[rows_of], base[rows_of], self.design(number, places)[first], weight=weight
        )
        expected = np.full(len(base), np.nan)
        expected[places] = law.expected[which]
        return _CountLaw(expected[rows["place"]], law.dispersion, law.bad, "regression", "")

    def proportional(self, number: int, dispersion: float) -> _CountLaw:
        """Return expected counts in proportion to exposure and days, without the place's own."""
        base, rows = self.base(number), self.counts[number]
        own, count = base[rows["place"]], rows["count"].to_numpy(dtype=np.float64)
        total = float(count[own > 0].sum())
        untold = np.full(len(rows), np.nan)
        if int((base > 0).sum()) < 2:
            return _CountLaw(untold, np.nan, BadShare(0.0), "", "one_cell")
        if total < self.rules.min_total:
            return _CountLaw(untold, np.nan, BadShare(0.0), "", "too_few_incidents")
        elsewhere = (total - count + 0.5) / (base.sum() - own)
        expected = np.where(own > 0, own * elsewhere, np.nan)
        return _CountLaw(expected, dispersion, BadShare(dispersion), "proportional", "")

    def finished(self, number: int, law: _CountLaw) -> Expected:
        """Add what is expected of the returns, and why some places are not tested."""
        rows, base = self.counts[number], self.base(number)
        place = rows["place"].to_numpy(dtype=np.int64)
        back = self.returns[number].set_index("place")
        return Expected(
            place,
            rows["count"].to_numpy(dtype=np.float64),
            law.expected,
            back["returned"].reindex(place).fillna(0).to_numpy(dtype=np.float64),
            self._returns(back, law, place),
            law.dispersion,
            law.bad,
            self.profiles[number],
            law.model,
            self._reasons(place, base, law.reason),
            int((base > 0).sum()) if law.model else 0,
        )

    def _returns(self, back: pd.DataFrame, law: _CountLaw, place: Integers) -> Floats:
        """Return how often such places' problems come back in as many days as were followed.

        In proportion to their expected count a day, once a problem has been there at all, times
        how much oftener than that problems of the category do come back.
        """
        days = back["followed_days"].reindex(place).to_numpy(dtype=np.float64)
        returned = back["returned"].reindex(place).to_numpy(dtype=np.float64)
        told = (days > 0) & (law.expected > 0)
        expected = np.full(len(place), np.nan)
        if int(told.sum()) < 2:
            return expected
        mu, alpha = law.expected[told], law.dispersion
        length = (self.ground.ends - self.ground.begins)[place[told]]
        base = days[told] * mu / length * (1 + alpha) / (1 + alpha * mu)
        y = returned[told]
        if len(y) < _LEAST_PLACES or y.sum() < _LEAST_RETURNS:
            expected[told] = base * (y.sum() - y + 0.5) / (base.sum() - base)
        else:
            ones = np.ones((len(y), 1))
            expected[told] = fit_such_places(y, base, ones, dispersion=alpha).expected
        return expected

    def _reasons(self, place: Integers, base: Floats, of_all: str) -> npt.NDArray[np.object_]:
        exposure = self.ground.exposure[place]
        reason = np.full(len(place), None, dtype=object)
        reason[base[place] <= 0] = "not_observed"
        reason[exposure == 0] = "zero_exposure"
        reason[np.isnan(exposure)] = "unknown_exposure"
        if of_all:
            reason[[one is None for one in reason]] = of_all
        return reason


def _hinges(values: Floats) -> list[Floats]:
    """Return what lets a slope change: zero up to a knot, and what is above it.

    Knots stand two apart, a factor of seven, from the smallest value on. Without them the many
    doors of one household set the slope by which an estate of hundreds is judged.
    """
    knots = np.arange(float(values.min()) + _KNOTS_APART, float(values.max()), _KNOTS_APART)
    return [np.maximum(values - knot, 0.0) for knot in knots[:_MOST_KNOTS]]


def _by_number(table: pd.DataFrame, categories: int) -> list[pd.DataFrame]:
    """Return the rows of each category, by place."""
    ordered = table.sort_values(["category", "place"])
    bounds = np.searchsorted(ordered["category"], np.arange(categories + 1))
    return [ordered.iloc[a:b] for a, b in pairwise(bounds)]


def _caps(tally: Tally) -> pd.Series[Any]:
    """Return the count that 99 in 100 of the places with a category do not exceed."""
    share = tally.counts.groupby("category")["count"].quantile(_CAP_SHARE)
    return share.apply(np.floor).clip(lower=1.0)


def _profiles(ground: Ground, exposure: Floats, months: Integers) -> Floats:
    """Return which share of each category falls into each month, at equal exposure.

    A category's months are drawn towards those of all categories, and these towards equal ones,
    by ten episodes a month each: few episodes tell nothing of a season.
    """
    number = months.shape[1]
    size = np.where(ground.usable, np.nan_to_num(exposure), 0.0)
    there = np.empty(number)
    for month in range(number):
        part = np.minimum(ground.ends, month + 1) - np.maximum(ground.begins, month)
        there[month] = size @ np.clip(part, 0.0, 1.0)
    some = np.count_nonzero(there)
    if not some:
        return np.full(months.shape, 1.0 / number)
    weight = float(_PER_MONTH * some)
    usual = _drawn(months.sum(axis=0), there / there.sum(), weight)
    share = np.array([_drawn(own, usual, weight) for own in months])
    rate = np.divide(share, there, out=np.zeros(share.shape), where=there > 0)
    return np.asarray(rate / rate.sum(axis=1, keepdims=True))


def _drawn(count: Integers, towards: Floats, weight: float) -> Floats:
    """Return the shares of months, drawn towards others; none where nobody was there."""
    own = np.where(towards > 0, count + weight * towards, 0.0)
    return np.asarray(own / own.sum())
