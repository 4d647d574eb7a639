"""How incidents fall on cells where nothing is hot: a level per unit of exposure, and a spread."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from blockdata.analysis.dispersion import fit_dispersion
from blockdata.analysis.tails import FloatArray, negative_binomial_upper_tail

__all__ = ["Law", "fit_law"]

_EXPONENTS = (0.0, 0.5, 1.0)
_ROUNDS = 4
_LEVEL_STEPS = 20
_ENOUGH = 1e-10
_SAME = 1e-3


@dataclass(frozen=True)
class Law:
    """A negative binomial law of counts, given exposure.

    Parameters
    ----------
    level : float
        Incidents expected per unit of exposure.
    spread : float
        Dispersion of a cell whose exposure is `reference`.
    exponent : float
        How fast dispersion falls with exposure: 0, all cells are equally uneven (each has a risk
        of its own); 1, the variance is proportional to the mean (incidents come in bursts, or
        cells are unions of smaller ones).
    reference : float
        Geometric mean of the exposures.

    Examples
    --------
    >>> law = Law(0.1, 0.5, 1.0, 20.0)
    >>> exposure = np.array([20.0, 40.0])
    >>> law.expected(exposure).tolist(), law.dispersion(exposure).tolist()
    ([2.0, 4.0], [0.5, 0.25])
    """

    level: float
    spread: float
    exponent: float
    reference: float

    def expected(self, exposure: FloatArray) -> FloatArray:
        """Return the expected counts."""
        return self.level * exposure

    def dispersion(self, exposure: FloatArray) -> FloatArray:
        """Return alpha in variance = expected + alpha * expected**2."""
        return np.asarray(self.spread * (exposure / self.reference) ** -self.exponent)

    def upper_tail(
        self, count: NDArray[np.int64] | FloatArray, exposure: FloatArray, risk: float = 1.0
    ) -> FloatArray:
        """Return the probability of a count at least as high, at so many times the due."""
        return negative_binomial_upper_tail(
            count, risk * self.expected(exposure), self.dispersion(exposure)
        )


def fit_law(count: NDArray[np.int64], exposure: FloatArray) -> Law:
    """Fit level, dispersion and how it depends on exposure, by maximum likelihood.

    The level of a negative binomial law weighs each cell by how much it tells: a cell with most
    of the exposure, whose own unexplained risk moves its count, does not set the level of all
    others. Without dispersion it is the total count over the total exposure. Of equally likely
    exponents the smallest is taken.

    Parameters
    ----------
    count : ndarray of int64, shape (n,)
        At least one above 0.
    exposure : ndarray of float64, shape (n,)
        Above 0.

    Returns
    -------
    Law

    References
    ----------
    Lawless, J. F. (1987). Negative binomial and mixed Poisson regression. Canadian Journal of
    Statistics 15, 209-225: level and dispersion in turn. Greene, W. (2008). Functional forms for
    the negative binomial model for count data. Economics Letters 99, 585-590 (NB-P: the
    exponent).

    Examples
    --------
    >>> law = fit_law(np.array([4, 6, 5]), np.array([40.0, 60.0, 50.0]))
    >>> law.level, law.spread
    (0.1, 0.0)
    """
    reference = float(np.exp(np.log(exposure).mean()))
    start = float(count.sum() / exposure.sum())
    best, most = Law(start, 0.0, 0.0, reference), _poisson(count, start * exposure)
    for exponent in _EXPONENTS:
        weight = (exposure / reference) ** -exponent
        level, spread, likelihood = _alternated(count, exposure, weight, start)
        if spread > 0 and likelihood > most + _ENOUGH * abs(most):
            best, most = Law(level, spread, exponent, reference), likelihood
    return best


def _alternated(
    count: NDArray[np.int64], exposure: FloatArray, weight: FloatArray, level: float
) -> tuple[float, float, float]:
    """Fit dispersion and level in turn; return level, dispersion, log-likelihood."""
    same = weight if np.ptp(weight) > 0 else None
    spread, gain = 0.0, 0.0
    for _ in range(_ROUNDS):
        before = spread
        spread, gain = fit_dispersion(count, level * exposure, same)
        if abs(spread - before) <= _SAME * spread:
            break
        level = _level(count, exposure, spread * weight, level)
    return level, spread, gain + _poisson(count, level * exposure)


def _poisson(count: NDArray[np.int64], expected: FloatArray) -> float:
    """Log-likelihood of the Poisson law, less what depends on the counts alone."""
    return float(count @ np.log(expected) - expected.sum())


def _level(
    count: NDArray[np.int64], exposure: FloatArray, dispersion: FloatArray, start: float
) -> float:
    """Solve the score of the level by weighing anew."""
    level = start
    for _ in range(_LEVEL_STEPS):
        weight = 1.0 / (1.0 + dispersion * level * exposure)
        better = float(count @ weight / (exposure @ weight))
        if abs(better - level) <= _ENOUGH * level:
            return better
        level = better
    return level
