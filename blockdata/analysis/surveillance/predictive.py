"""Upper tail of a count to come, when its expected value is itself an estimate."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.special import gammaln

from blockdata.analysis.checks import require_numbers
from blockdata.analysis.tails import FloatArray, negative_binomial_upper_tail
from blockdata.errors import AnalysisError

__all__ = ["predictive_upper_tail"]

_NODES = 64
# Above this the two-moment tail is not needed exactly: nothing is called there.
_REFINED_BELOW = 0.1
# Below this the product of the two gamma laws is one of them to the last digits that matter.
_NEGLIGIBLE = 1e-9


def predictive_upper_tail(
    k: npt.ArrayLike, mean: npt.ArrayLike, dispersion: npt.ArrayLike, shape: npt.ArrayLike
) -> FloatArray:
    """Probability that a negative binomial count with an uncertain mean is at least `k`.

    The mean is a gamma variable around `mean`, the count negative binomial given it. With
    dispersion 0 this is the negative binomial tail of size `shape`; with that and shape = past
    count + 1 it is the exact conditional test of two Poisson counts.

    Parameters
    ----------
    k : array_like of int, shape (n,)
        Threshold; at or below 0 the tail is 1.
    mean : array_like of float, shape (n,)
        Expected count, >= 0.
    dispersion : array_like of float, shape (n,)
        alpha in variance = m + alpha * m**2 for a known mean m.
    shape : array_like of float, shape (n,)
        Shape of the gamma law, > 0: one over the squared coefficient of variation.

    Returns
    -------
    ndarray of float, shape (n,)
        The larger of the tail of the negative binomial with the same two moments and, where that
        is below 0.1, the mixture by numerical integration.

    Raises
    ------
    AnalysisError
        If a shape is not above 0, or as in `negative_binomial_upper_tail`.

    References
    ----------
    Johnson, N. L., Kemp, A. W. and Kotz, S. (2005). Univariate Discrete Distributions, 3rd ed.,
    chapter 5 (gamma mixtures). Przyborowski, J. and Wilenski, H. (1940). Homogeneity of results
    in testing samples from Poisson series. Biometrika 31, 313-323.

    Examples
    --------
    >>> past, days_past, days = 4, 90, 10
    >>> float(predictive_upper_tail(3, (past + 1) * days / days_past, 0.0, past + 1).round(6))
    0.025692
    """
    given = [require_numbers(a, "predictive_upper_tail") for a in (k, mean, dispersion, shape)]
    try:
        counts, mu, alpha, size = (np.atleast_1d(a).copy() for a in np.broadcast_arrays(*given))
    except ValueError:
        raise AnalysisError(
            "shapes do not fit", where="predictive_upper_tail", allowed="shapes that broadcast"
        ) from None
    if not (size > 0).all():
        raise AnalysisError("a shape is not above 0", where="predictive_upper_tail", allowed="> 0")
    p = negative_binomial_upper_tail(counts, mu, alpha + (1 + alpha) / size)
    again = (p < _REFINED_BELOW) & (counts > 0) & (alpha > _NEGLIGIBLE) & (1 / size > _NEGLIGIBLE)
    if again.any():
        mixed = _mixture(counts[again], mu[again], alpha[again], size[again])
        p[again] = np.maximum(p[again], mixed)
    return p.reshape(np.broadcast_shapes(*map(np.shape, (k, mean, dispersion, shape))))


def _mixture(k: FloatArray, mean: FloatArray, alpha: FloatArray, shape: FloatArray) -> FloatArray:
    """Integrate over the logarithm of the gamma variable by the trapezoid rule."""
    high = np.log1p(8 / np.sqrt(shape) + 30 / shape)
    low = -8 / np.sqrt(shape + k) - 35 / (shape + k)
    step = (high - low) / (_NODES - 1)
    total = np.zeros(len(k))
    constant = shape * np.log(shape) - gammaln(shape)
    for node in range(_NODES):
        u = low + node * step
        factor = np.exp(u)
        density = np.exp(shape * (u - factor) + constant)
        total += density * negative_binomial_upper_tail(k, mean * factor, alpha)
    return np.minimum(total * step, 1.0)
