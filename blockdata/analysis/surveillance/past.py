"""The past of one category: its counts by place and day, and the weeks that were outbreaks."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from blockdata.analysis.tails import FloatArray, negative_binomial_upper_tail

__all__ = ["PairCounts", "Past", "pair_counts", "without_outbreaks"]

Integers = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

WEEK = 7
_OUTBREAK_PASSES = 3
_GROUPS = 9
# A reference week is called an outbreak where fewer than this many such weeks are to be expected
# by chance in the whole category: ordinary weeks are not thinned out.
_CHANCE_OUTBREAKS = 0.01
# A place with more than this share of such weeks has another level, not outbreaks.
_MOST_OUTBREAK_WEEKS = 0.1


@dataclass(frozen=True)
class Past:
    """What is known of one category before the windows.

    Parameters
    ----------
    places : int
    place, day, count : ndarray of int64, shape (n,)
        Bins with a count on observed days, days counted from the begin of the reference period.
    law : ndarray of float64, shape (days,)
        What the calendar lets expect on a day over all places; 0 where it was not observed.
    left_out : ndarray of bool, shape (places, weeks)
        Weeks of places that do not count, since they were outbreaks.

    Examples
    --------
    >>> past = Past(
    ...     places=2,
    ...     place=np.array([0, 0, 1]),
    ...     day=np.array([0, 8, 3]),
    ...     count=np.array([3, 1, 1]),
    ...     law=np.ones(14),
    ...     left_out=np.zeros((2, 2), dtype=np.bool_),
    ... )
    >>> past.totals().tolist(), past.exposure().tolist()
    ([4.0, 1.0], [14.0, 14.0])
    """

    places: int
    place: Integers
    day: Integers
    count: Integers
    law: FloatArray
    left_out: Flags

    @property
    def kept(self) -> Flags:
        """Whether each bin lies outside the weeks left out."""
        kept: Flags = ~self.left_out[self.place, self.day // WEEK]
        return kept

    def totals(self, days: Flags | None = None) -> FloatArray:
        """Counts per place outside the weeks left out, on the days marked."""
        used = self.kept if days is None else self.kept & days[self.day]
        sums = np.bincount(self.place[used], weights=self.count[used], minlength=self.places)
        return sums.astype(np.float64)

    def weekly_law(self, days: Flags | None = None) -> FloatArray:
        """Sum of the law by week over the days marked, shape (weeks,)."""
        marked = self.law if days is None else np.where(days, self.law, 0.0)
        return np.asarray(np.add.reduceat(marked, np.arange(0, len(marked), WEEK)))

    def exposure(self, days: Flags | None = None) -> FloatArray:
        """Law of the days marked that count for each place, shape (places,)."""
        weekly = self.weekly_law(days)
        return np.asarray(weekly.sum() - self.left_out @ weekly)


@dataclass(frozen=True)
class PairCounts:
    """Pairs of incidents within one window of one place, seen and expected without extra spread.

    Parameters
    ----------
    seen, expected : float
        Ordered pairs, over all places.
    variance : float
        Of `seen` - `expected` * ratio, from the places.
    concentration : float
        Sum of squared shares of the windows in the law.

    Examples
    --------
    >>> PairCounts(30.0, 10.0, 40.0, 0.01).seen
    30.0
    """

    seen: float
    expected: float
    variance: float
    concentration: float


def pair_counts(past: Past, window_days: int) -> PairCounts:
    """Count the pairs that tell how much windows of one length vary beyond the Poisson law.

    Given the total Y of a place, Poisson counts put Y (Y - 1) times the sum of squared shares of
    the windows into pairs of one window; with dispersion alpha it is (1 + alpha) times as many.
    No expected count of a place needs to be estimated for it.

    Parameters
    ----------
    past : Past
    window_days : int

    Returns
    -------
    PairCounts

    References
    ----------
    The factorial-moment form of the moment estimator: Anscombe, F. J. (1950). Sampling theory of
    the negative binomial and logarithmic series distributions. Biometrika 37, 358-382.

    Examples
    --------
    >>> past = Past(
    ...     places=2,
    ...     place=np.array([0, 0, 1]),
    ...     day=np.array([0, 8, 3]),
    ...     count=np.array([3, 1, 1]),
    ...     law=np.ones(14),
    ...     left_out=np.zeros((2, 2), dtype=np.bool_),
    ... )
    >>> pair_counts(past, 7).seen, pair_counts(past, 7).expected
    (6.0, 6.0)
    """
    seen, expected, share = _pairs(past, window_days)
    ratio = (seen.sum() + 2) / (expected.sum() + 1)
    residual = seen - ratio * expected
    return PairCounts(float(seen.sum()), float(expected.sum()), float(residual @ residual), share)


def _pairs(past: Past, window_days: int) -> tuple[FloatArray, FloatArray, float]:
    """Pairs seen and expected of each place, and the sum of squared shares of the windows."""
    y, place = _per_window(past, window_days, past.kept)
    seen = np.bincount(place, weights=y * (y - 1.0), minlength=past.places)
    total = past.totals()
    law = np.add.reduceat(past.law, np.arange(0, len(past.law), window_days))
    share = float((law**2).sum() / max(float(law.sum()) ** 2, 1e-300))
    return seen.astype(np.float64), total * np.maximum(total - 1.0, 0.0) * share, share


def _usual_dispersion(past: Past) -> float:
    """Median over groups of places: a few outbreaks cannot make themselves look ordinary."""
    seen, expected, _ = _pairs(past, WEEK)
    group = np.arange(past.places) % _GROUPS
    ratio = (np.bincount(group, weights=seen) + 2) / (np.bincount(group, weights=expected) + 1)
    return max(float(np.median(ratio)) - 1, 0.0)


def _per_window(past: Past, window_days: int, used: Flags) -> tuple[FloatArray, Integers]:
    """Counts of each place and window that has one, and the place."""
    windows = -(-len(past.law) // window_days)
    key, row = np.unique(
        past.place[used] * windows + past.day[used] // window_days, return_inverse=True
    )
    sums = np.bincount(row, weights=past.count[used], minlength=len(key))
    return sums.astype(np.float64), key // windows


def without_outbreaks(past: Past) -> Past:
    """Leave out the reference weeks that were outbreaks themselves.

    Farrington's rule gives past outbreaks a small weight, since they would raise the threshold and
    hide the next one. Here the weight is 0, and a week is an outbreak only where it is too high
    for chance in the whole category, by the tail conditional on the place's other weeks: so
    ordinary variation is not thinned out and the expected counts stay unbiased.

    Parameters
    ----------
    past : Past

    Returns
    -------
    Past
        Where nothing would remain, as given.

    References
    ----------
    Farrington, C. P. et al. (1996). A statistical algorithm for the early detection of outbreaks
    of infectious disease. Journal of the Royal Statistical Society A 159, 547-563. Noufaily, A. et
    al. (2013). An improved algorithm for outbreak detection in multiple surveillance systems.
    Statistics in Medicine 32, 1206-1222.

    Examples
    --------
    >>> past = Past(
    ...     places=2,
    ...     place=np.array([0, 0, 1]),
    ...     day=np.array([0, 8, 3]),
    ...     count=np.array([3, 1, 1]),
    ...     law=np.ones(14),
    ...     left_out=np.zeros((2, 2), dtype=np.bool_),
    ... )
    >>> int(without_outbreaks(past).left_out.sum())
    0
    """
    weeks = past.left_out.shape[1]
    key, row = np.unique(past.place * weeks + past.day // WEEK, return_inverse=True)
    y = np.bincount(row, weights=past.count, minlength=len(key))
    place, week = key // max(weeks, 1), key % max(weeks, 1)
    weekly = past.weekly_law()
    alpha = _usual_dispersion(past) if len(y) else 0.0
    for _ in range(_OUTBREAK_PASSES):
        out = past.left_out[place, week]
        others = past.totals()[place] - np.where(out, 0.0, y) + 1
        base = past.exposure()[place] - np.where(out, 0.0, weekly[week])
        mean = others * weekly[week] / np.maximum(base, 1e-300)
        usable = base > 1e-9 * weekly.sum()
        p = np.ones(len(y))
        p[usable] = negative_binomial_upper_tail(
            y[usable], mean[usable], alpha + (1 + alpha) / others[usable]
        )
        found = p * past.places * weeks < _CHANCE_OUTBREAKS
        left_out = np.zeros_like(past.left_out)
        left_out[place[found], week[found]] = True
        left_out[left_out.mean(axis=1) > _MOST_OUTBREAK_WEEKS] = False
        if np.array_equal(left_out, past.left_out):
            break
        fewer = replace(past, left_out=left_out)
        if not fewer.totals().any():
            break
        past = fewer
    return past
