"""A trend of a place's own, where its past is long and dense enough to show one."""

from __future__ import annotations

import numpy as np
from scipy.special import ndtr

from blockdata.analysis.fdr import bh_qvalues
from blockdata.analysis.tails import FloatArray

__all__ = ["own_trends"]

_TURNS = 12
_LEVEL = 0.05
# Beyond e**3 = 20 times a year it is no trend but a place that opened or closed.
_STEEPEST = 3.0


def own_trends(
    weekly: FloatArray, law: FloatArray, years: FloatArray, information: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Estimate the trend of each series beyond the law's, and keep the significant ones.

    Parameters
    ----------
    weekly : ndarray of float, shape (n, weeks)
        Counts.
    law : ndarray of float, shape (n, weeks)
        What the category's law lets expect, up to a factor per series; 0 for a week left out.
    years : ndarray of float, shape (weeks,)
        Time of the weeks.
    information : ndarray of float, shape (n,)
        Share of a Poisson count's information that an overdispersed one has, 0 to 1.

    Returns
    -------
    slope, variance : ndarray of float, shape (n,)
        Change of the logarithm per year, and the variance of its estimate; 0 where the slope is
        not significant (Wald's test, Benjamini and Hochberg's 0.05 over the series).

    Notes
    -----
    Given its total, a Poisson series falls on the weeks with chances proportional to
    law * exp(slope * years): the level needs no estimate.

    Examples
    --------
    >>> years = np.arange(104) / 52
    >>> rising = 20 * np.exp(years)
    >>> slope, _ = own_trends(rising[None].round(), np.ones((1, 104)), years, np.ones(1))
    >>> slope.round(1).tolist()
    [1.0]
    """
    slope = np.zeros(len(weekly))
    total, moment = weekly.sum(axis=1), weekly @ years
    for _ in range(_TURNS):
        mean, spread = _moments(law, years, slope)
        step = (moment / np.maximum(total, 1e-300) - mean) / np.maximum(spread, 1e-12)
        slope = np.clip(slope + np.clip(step, -1.0, 1.0), -_STEEPEST, _STEEPEST)
    _, spread = _moments(law, years, slope)
    variance = 1 / np.maximum(information * total * spread, 1e-12)
    p = 2 * ndtr(-np.abs(slope) / np.sqrt(variance))
    kept = (bh_qvalues(p) < _LEVEL) & (np.abs(slope) < _STEEPEST)
    return np.where(kept, slope, 0.0), np.where(kept, variance, 0.0)


def _moments(
    law: FloatArray, years: FloatArray, slope: FloatArray
) -> tuple[FloatArray, FloatArray]:
    chance = law * np.exp(slope[:, None] * years)
    chance = chance / np.maximum(chance.sum(axis=1, keepdims=True), 1e-300)
    mean = chance @ years
    return mean, chance @ years**2 - mean**2
