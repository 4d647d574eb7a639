"""Exact upper tails P(X >= k) of count distributions, vectorised.

They stand on the incomplete beta and gamma functions of `scipy.special`, which keep their
relative accuracy in far tails; one minus a distribution function does not.
"""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import betainc, gammainc

from blockdata.errors import AnalysisError

__all__ = [
    "FloatArray",
    "binomial_upper_tail",
    "negative_binomial_upper_tail",
    "poisson_upper_tail",
]

FloatArray: TypeAlias = NDArray[np.float64]

# Below this the negative binomial and the Poisson tail agree to the last digits, and
# 1 / dispersion soon leaves the range in which betainc is defined.
_SMALLEST_DISPERSION = 1e-14


def _ceiled(k: ArrayLike) -> FloatArray:
    return np.ceil(np.asarray(k, dtype=np.float64))


def _bounded(values: ArrayLike, name: str, upper: float = np.inf) -> FloatArray:
    numbers = np.asarray(values, dtype=np.float64)
    if np.any((numbers < 0) | (numbers > upper)) or np.any(np.isinf(numbers)):
        raise AnalysisError(
            f"{name} is out of range", where="upper tail", allowed=f"finite, 0 to {upper:g}"
        )
    return numbers


def poisson_upper_tail(k: ArrayLike, mean: ArrayLike) -> FloatArray:
    """Probability that a Poisson count is at least `k`.

    Parameters
    ----------
    k : array_like of float
        Threshold; a fraction is rounded up. At or below 0 the tail is 1.
    mean : array_like of float
        Expected count, >= 0; broadcast against `k`.

    Returns
    -------
    ndarray of float
        NaN where an input is NaN.

    Raises
    ------
    AnalysisError
        If a mean is negative or infinite.

    References
    ----------
    NIST Digital Library of Mathematical Functions, 8.4.10: P(X >= k) = P(k, mean), the
    regularised lower incomplete gamma function.

    Examples
    --------
    >>> float(poisson_upper_tail(1, 0.5).round(6))
    0.393469
    """
    at_least, mu = np.broadcast_arrays(_ceiled(k), _bounded(mean, "mean"))
    tail = gammainc(np.maximum(at_least, 1.0), mu)
    return np.where((at_least <= 0) & ~np.isnan(mu), 1.0, tail)


def binomial_upper_tail(k: ArrayLike, trials: ArrayLike, share: ArrayLike) -> FloatArray:
    """Probability that a binomial count is at least `k`.

    Parameters
    ----------
    k : array_like of float
        Threshold; a fraction is rounded up. At or below 0 the tail is 1, above `trials` 0.
    trials : array_like of float
        Number of trials, >= 0.
    share : array_like of float
        Probability of success, 0 to 1.

    Returns
    -------
    ndarray of float
        NaN where an input is NaN.

    Raises
    ------
    AnalysisError
        If a number of trials or a share is out of range.

    References
    ----------
    NIST Digital Library of Mathematical Functions, 8.17.5:
    P(X >= k) = I_share(k, trials - k + 1).

    Examples
    --------
    >>> float(binomial_upper_tail(2, 2, 0.1).round(6))
    0.01
    """
    at_least, n, success = np.broadcast_arrays(
        _ceiled(k), _bounded(trials, "trials"), _bounded(share, "share", 1.0)
    )
    inside = np.clip(at_least, 1.0, np.maximum(n, 1.0))
    tail = betainc(inside, np.maximum(n, 1.0) - inside + 1.0, success)
    known = ~np.isnan(n) & ~np.isnan(success)
    tail = np.where(known & (at_least > n), 0.0, tail)
    return np.where(known & (at_least <= 0), 1.0, tail)


def negative_binomial_upper_tail(
    k: ArrayLike, mean: ArrayLike, dispersion: ArrayLike
) -> FloatArray:
    """Probability that a negative binomial count is at least `k`.

    Parameters
    ----------
    k : array_like of float
        Threshold; a fraction is rounded up. At or below 0 the tail is 1.
    mean : array_like of float
        Expected count, >= 0.
    dispersion : array_like of float
        alpha = 1 / size, >= 0: the variance is mean + alpha * mean**2. 0 is the Poisson count.

    Returns
    -------
    ndarray of float
        NaN where an input is NaN.

    Raises
    ------
    AnalysisError
        If a mean or a dispersion is negative or infinite.

    References
    ----------
    NIST Digital Library of Mathematical Functions, 8.17: P(X >= k) = I_x(k, 1 / alpha) with
    x = alpha * mean / (1 + alpha * mean).

    Examples
    --------
    >>> float(negative_binomial_upper_tail(1, 2.0, 1.0).round(6))
    0.666667
    >>> negative_binomial_upper_tail(3, 0.5, 0.0) == poisson_upper_tail(3, 0.5)
    np.True_
    """
    at_least, mu, alpha = np.broadcast_arrays(
        _ceiled(k), _bounded(mean, "mean"), _bounded(dispersion, "dispersion")
    )
    usable = np.maximum(alpha, _SMALLEST_DISPERSION)
    odds = usable * mu
    tail = betainc(np.maximum(at_least, 1.0), 1.0 / usable, odds / (1.0 + odds))
    tail = np.where((at_least <= 0) & ~np.isnan(mu) & ~np.isnan(alpha), 1.0, tail)
    poisson = alpha < _SMALLEST_DISPERSION
    return np.where(poisson, poisson_upper_tail(at_least, mu), tail) if poisson.any() else tail
