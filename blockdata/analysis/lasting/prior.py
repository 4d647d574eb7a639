"""How far a count may be believed: most places are like such places, a few are bad."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import betaln, gammainc, gammaln

__all__ = [
    "BadShare",
    "fit_bad_share",
    "log_likelihoods",
    "log_negative_binomial",
    "posterior_interval",
    "posterior_mean",
]

Floats = npt.NDArray[np.float64]

_MEANS = 2.0 ** np.arange(1, 11)
_TURNS = 60
_HALVINGS = 32


@dataclass(frozen=True)
class BadShare:
    """The law of how many times the expected rate a place has.

    Parameters
    ----------
    dispersion : float
        Of the many: a gamma law of mean 1 and this variance (0: exactly 1).
    share : float
        How many places are bad, 0 to 1.
    mean : float
        How many times the expected rate these have, by an exponential law of this mean.
    gain : float
        By how much the logarithm of the likelihood is higher than without bad places.

    Examples
    --------
    >>> BadShare(0.2, 0.01, 10.0).mean
    10.0
    """

    dispersion: float
    share: float = 0.01
    mean: float = 10.0
    gain: float = 0.0


def log_negative_binomial(count: Floats, mean: Floats, dispersion: float) -> Floats:
    """Return the logarithm of the probability of counts; a dispersion of 0 is Poisson's law.

    Parameters
    ----------
    count : ndarray of whole numbers >= 0
    mean : ndarray of float, > 0
    dispersion : float, >= 0

    Examples
    --------
    >>> np.exp(log_negative_binomial(np.array([0.0]), np.array([1.0]), 1.0)).round(6).tolist()
    [0.5]
    """
    return _log_chance(_log_ways(count, dispersion), count, mean, dispersion)


def _log_chance(ways: Floats, count: Floats, mean: Floats, dispersion: float) -> Floats:
    """Return `log_negative_binomial`, of which the part without the mean is known."""
    if dispersion <= 0:
        return np.asarray(ways + count * np.log(mean) - mean)
    odds = np.log1p(dispersion * mean)
    return np.asarray(ways + count * (np.log(dispersion * mean) - odds) - odds / dispersion)


def _log_ways(count: Floats, dispersion: float) -> Floats:
    """Return the part of `log_negative_binomial` that the mean has no part in."""
    if dispersion <= 0:
        return np.asarray(-gammaln(count + 1))
    # gamma(y + size) / gamma(size) / y! by the beta function: exact for large sizes too.
    some = np.maximum(count, 1.0)
    return np.where(count > 0, -betaln(1 / dispersion, some) - np.log(some), 0.0)


def log_likelihoods(
    count: Floats, mean: Floats, weight: Floats, dispersions: Sequence[float]
) -> Floats:
    """Return the sum of `log_negative_binomial`, each count times its weight, by dispersion.

    Parameters
    ----------
    count, mean, weight : ndarray of float, shape (n,)
        As for `log_negative_binomial`; how many places each row stands for.
    dispersions : sequence of float
        >= 0.

    Returns
    -------
    ndarray of float64, shape (len(dispersions),)

    Examples
    --------
    >>> ones = np.ones(1)
    >>> np.exp(log_likelihoods(0 * ones, ones, ones, [0.0, 1.0])).round(6).tolist()
    [0.367879, 0.5]
    """
    # Few counts differ: what hangs on them alone is worked out once for each.
    kinds, which = np.unique(count, return_inverse=True)
    return np.array(
        [
            weight @ _log_chance(_log_ways(kinds, one)[which], count, mean, one)
            for one in dispersions
        ]
    )


def fit_bad_share(
    count: npt.ArrayLike, expected: npt.ArrayLike, weight: npt.ArrayLike, dispersion: float
) -> BadShare:
    """Find the likeliest share of bad places and how bad they are.

    Parameters
    ----------
    count : array_like of int, shape (n,)
    expected : array_like of float, shape (n,)
        > 0.
    weight : array_like of float, shape (n,)
        How many places a row stands for.
    dispersion : float
        Of the many.

    Returns
    -------
    BadShare
        The mean is the likeliest of 2, 4, 8, ... 1024.

    References
    ----------
    DuMouchel, W. (1999). Bayesian data mining in large frequency tables. The American Statistician
    53, 177-190 (a mixture of two gamma laws; here the first is that of the bulk).

    Examples
    --------
    >>> law = fit_bad_share([0, 1, 9], [0.5, 0.5, 0.5], [60, 30, 1], 0.0)
    >>> 0.001 < law.share < 0.1, law.mean > 4
    (True, True)
    """
    y, mu = np.asarray(count, dtype=np.float64), np.asarray(expected, dtype=np.float64)
    w = np.asarray(weight, dtype=np.float64)
    plain = log_negative_binomial(y, mu, dispersion)
    found = BadShare(dispersion, 0.0, 2.0)
    for mean in _MEANS.tolist():
        bad = log_negative_binomial(y, mu * mean, 1.0)
        share = 0.01
        for _ in range(_TURNS):
            before = share
            share = float(w @ _weight_of_bad(plain, bad, share)) / float(w.sum())
            if abs(share - before) < 1e-3 * before + 1e-9:
                break
        gain = float(w @ (np.logaddexp(_log(1 - share) + plain, _log(share) + bad) - plain))
        if gain > found.gain + 1e-9:
            found = BadShare(dispersion, share, mean, gain)
    return found


def posterior_mean(count: Floats, expected: Floats, law: BadShare) -> Floats:
    """Return how many times the expected rate places have, given their counts.

    Parameters
    ----------
    count : ndarray of float64, shape (n,)
        >= 0; weighted counts need not be whole.
    expected : ndarray of float64, shape (n,)
        > 0; NaN gives NaN.
    law : BadShare

    Returns
    -------
    ndarray of float64, shape (n,)

    Examples
    --------
    >>> posterior_mean(np.array([0.0, 20.0]), np.full(2, 0.1), BadShare(0.0)).round(1).tolist()
    [1.0, 105.0]
    """
    many, bad, weight = _gammas(count, expected, law)
    return np.asarray((1 - weight) * many[0] / many[1] + weight * bad[0] / bad[1])


def posterior_interval(
    count: Floats, expected: Floats, law: BadShare, interval: float
) -> tuple[Floats, Floats]:
    """Return between which multiples of the expected rate places lie; its two tails are equal.

    Parameters
    ----------
    count, expected, law
        As in `posterior_mean`.
    interval : float
        Probability of the interval.

    Returns
    -------
    low, high : ndarray of float64, shape (n,)

    Examples
    --------
    >>> low, high = posterior_interval(np.array([20.0]), np.array([0.1]), BadShare(0.0), 0.9)
    >>> bool(low[0] < 105 < high[0])
    True
    """
    told = np.flatnonzero(expected > 0)
    # Many places are alike: each pair of count and expected count is worked out once.
    pairs, which = np.unique(count[told] + 1j * expected[told], return_inverse=True)
    many, bad, weight = _gammas(pairs.real, pairs.imag, law)
    # So few are in the many at a ratio far beyond the bad ones' mean that doubling ends soon.
    top = 2 * np.maximum(bad[0] / bad[1] + 8 * np.sqrt(bad[0]) / bad[1], 8.0)
    ends = []
    for side in (-1, 1):
        low, high = np.zeros(len(pairs)), top.copy()
        for _ in range(_HALVINGS):
            middle = (low + high) / 2
            below = (1 - weight) * _below(many, middle, law) + weight * gammainc(
                bad[0], bad[1] * middle
            )
            under = below < (1 + side * interval) / 2
            low, high = np.where(under, middle, low), np.where(under, high, middle)
        end = np.full(len(count), np.nan)
        end[told] = high[which]
        ends.append(end)
    return ends[0], ends[1]


def _below(many: tuple[Floats, Floats], ratio: Floats, law: BadShare) -> Floats:
    if law.dispersion <= 0:
        return (ratio >= 1.0).astype(np.float64)
    return np.asarray(gammainc(many[0], many[1] * ratio))


def _gammas(
    count: Floats, expected: Floats, law: BadShare
) -> tuple[tuple[Floats, Floats], tuple[Floats, Floats], Floats]:
    """Return shape and rate of the many and of the bad, and the probability of being bad."""
    weight = chance_of_bad(count, expected, law)
    ones = np.ones(len(count))
    own = 1.0 / law.dispersion if law.dispersion > 0 else 0.0
    many = (count + own, expected + own) if own else (ones, ones)
    return many, (count + 1.0, expected + 1.0 / law.mean), weight


def chance_of_bad(count: Floats, expected: Floats, law: BadShare) -> Floats:
    """Return the probability that each place is a bad one, given its count.

    Parameters
    ----------
    count, expected, law
        As in `posterior_mean`.

    Examples
    --------
    >>> chance_of_bad(np.array([0.0, 9.0]), np.full(2, 0.5), BadShare(0.2)).round(2).tolist()
    [0.0, 1.0]
    """
    return _weight_of_bad(
        log_negative_binomial(count, expected, law.dispersion),
        log_negative_binomial(count, expected * law.mean, 1.0),
        law.share,
    )


def _weight_of_bad(plain: Floats, bad: Floats, share: float) -> Floats:
    """Return the probability that each place is a bad one."""
    if share <= 0:
        return np.zeros(len(plain))
    odds = _log(1 - share) + plain - _log(share) - bad
    return np.asarray(1 / (1 + np.exp(np.clip(odds, -700, 700))))


def _log(share: float) -> float:
    return float(np.log(max(share, 1e-300)))
