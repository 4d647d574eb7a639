"""Log-linear laws of counts with exposure: quasi-Poisson and negative binomial, by IRLS."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from blockdata.analysis.checks import require_numbers
from blockdata.analysis.dispersion import negative_binomial_dispersion
from blockdata.errors import AnalysisError

__all__ = ["LogLinearFit", "fit_log_linear"]

Floats = npt.NDArray[np.float64]

_TURNS = 50
_DISPERSION_TURNS = 12
# No count of a city is exp(20) times the average: there a coefficient has no finite best value.
_FARTHEST = 20.0
_SETTLED = 1e-10


@dataclass(frozen=True)
class LogLinearFit:
    """A fitted law: expected count = exposure * exp(design @ coefficients).

    Parameters
    ----------
    coefficients : ndarray of float64, shape (columns,)
        0 for a column that was left out since others make it up (`estimated`).
    covariance : ndarray of float64, shape (columns, columns)
        Of the coefficients, with the excess variance in it; 0 where not estimated.
    estimated : ndarray of bool, shape (columns,)
    fitted : ndarray of float64, shape (n,)
        Expected counts; 0 where the exposure is 0.
    variance_factor : float
        Pearson's chi-square by its degrees of freedom, at least 1; 1 for the negative binomial.
    dispersion : float
        alpha in variance = mean + alpha * mean**2; 0 for the quasi-Poisson law.
    converged : bool
        Whether the last step changed nothing; False where no finite best value exists.

    Examples
    --------
    >>> fit_log_linear([2, 4], [[1.0], [1.0]]).fitted.round(9).tolist()
    [3.0, 3.0]
    """

    coefficients: Floats
    covariance: Floats
    estimated: npt.NDArray[np.bool_]
    fitted: Floats
    variance_factor: float
    dispersion: float
    converged: bool


def fit_log_linear(
    count: npt.ArrayLike,
    design: npt.ArrayLike,
    exposure: npt.ArrayLike | None = None,
    *,
    family: Literal["quasi_poisson", "negative_binomial"] = "quasi_poisson",
    prior_sd: float | None = None,
) -> LogLinearFit:
    """Fit counts by a log-linear law with exposure as offset.

    Parameters
    ----------
    count : array_like of float, shape (n,)
        Counts >= 0, at least one above 0.
    design : array_like of float, shape (n, columns)
        The first column is the level (ones). A column that those before it make up is left out.
    exposure : array_like of float, shape (n,), optional
        >= 0, default 1. Rows of exposure 0 take no part; they must not have a count.
    family : {"quasi_poisson", "negative_binomial"}
        The variance grows as the mean times a factor, or as mean + alpha * mean**2 with the
        likeliest alpha.
    prior_sd : float, optional
        Standard deviation of a normal law around 0 for every coefficient but the level: where
        data are few, the law is flat and its uncertainty is this. Without it, coefficients are
        the likeliest ones.

    Returns
    -------
    LogLinearFit

    Raises
    ------
    AnalysisError
        If shapes differ, a number is not finite or negative, or there is no count at all.

    References
    ----------
    McCullagh, P. and Nelder, J. A. (1989). Generalized Linear Models, 2nd ed., 2.5 and 9.2
    (iteratively reweighted least squares, quasi-likelihood). Hilbe, J. M. (2011). Negative
    Binomial Regression, 2nd ed., 8.3.

    Examples
    --------
    >>> weekend = [0, 0, 1, 1]
    >>> design = np.column_stack([np.ones(4), weekend])
    >>> fit_log_linear([8, 12, 4, 6], design).coefficients.round(4).tolist()
    [2.3026, -0.6931]
    """
    y, x, n = _inputs(count, design, exposure)
    if prior_sd is not None and not (require_numbers(prior_sd, "prior_sd") > 0).all():
        raise AnalysisError(f"prior_sd is {prior_sd}", where="fit_log_linear", allowed="above 0")
    used = n > 0
    kept = _independent(x[used])
    if not kept.any():
        raise AnalysisError("the design is all zeros", where="fit_log_linear")
    shrink = np.zeros(int(kept.sum()))
    if prior_sd is not None:
        shrink[1:] = 1.0 / prior_sd**2
    rows = x[used][:, kept]
    beta, converged = _solve(y[used], rows, n[used], shrink, 0.0, None)
    dispersion = 0.0
    if family == "negative_binomial":
        beta, dispersion, converged = _negative_binomial(y[used], rows, n[used], shrink, beta)
    mu = n[used] * np.exp(rows @ beta)
    spread = mu * (1 + dispersion * mu)
    freedom = max(len(mu) - rows.shape[1], 1)
    factor = 1.0
    if family == "quasi_poisson":
        factor = max(1.0, float(((y[used] - mu) ** 2 / spread).sum()) / freedom)
    information = (rows.T * (mu / (1 + dispersion * mu) / factor)) @ rows + np.diag(shrink)
    coefficients = np.zeros(x.shape[1])
    coefficients[kept] = beta
    covariance = np.zeros((x.shape[1], x.shape[1]))
    covariance[np.ix_(kept, kept)] = np.linalg.pinv(information, hermitian=True)
    fitted = np.zeros(len(y))
    fitted[used] = mu
    return LogLinearFit(coefficients, covariance, kept, fitted, factor, dispersion, converged)


def _inputs(
    count: npt.ArrayLike, design: npt.ArrayLike, exposure: npt.ArrayLike | None
) -> tuple[Floats, Floats, Floats]:
    y = require_numbers(count, "fit_log_linear count")
    x = require_numbers(design, "fit_log_linear design")
    n = np.ones(y.shape) if exposure is None else require_numbers(exposure, "fit_log_linear")
    fits = y.ndim == 1 and x.ndim == 2 and len(x) == len(y) and n.shape == y.shape
    fits = fits and x.shape[1] > 0
    if not fits or not (np.isfinite(y).all() and np.isfinite(x).all() and np.isfinite(n).all()):
        raise AnalysisError(
            "shapes differ or a number is not finite",
            where="fit_log_linear",
            allowed="n counts, n rows of a design, n exposures",
        )
    if (
        (y < 0).any()
        or (y >= 2**53).any()
        or (np.abs(x) > 1e9).any()
        or (n < 0).any()
        or (y[n == 0] > 0).any()
    ):
        raise AnalysisError(
            "a number is negative or too large, or there is a count without exposure",
            where="fit_log_linear",
            allowed="numbers >= 0, counts below 2**53; a design of numbers up to 1e9",
        )
    if not y.sum() > 0:
        raise AnalysisError(
            "there is no count above 0",
            where="fit_log_linear",
            next_step="Leave such a category out: it has no law.",
        )
    return y, x, n


def _independent(x: Floats) -> npt.NDArray[np.bool_]:
    """Tell which columns are not made up by those before them."""
    kept = np.zeros(x.shape[1], dtype=np.bool_)
    basis = np.empty((len(x), 0))
    for column, values in enumerate(x.T):
        rest = values - basis @ (basis.T @ values)
        rest = rest - basis @ (basis.T @ rest)
        length = float(np.linalg.norm(rest))
        if length > 1e-9 * max(float(np.linalg.norm(values)), 1e-300) and length > 0:
            kept[column] = True
            basis = np.column_stack([basis, rest / length])
    return kept


def _solve(
    y: Floats, x: Floats, n: Floats, shrink: Floats, alpha: float, start: Floats | None
) -> tuple[Floats, bool]:
    """Find the likeliest coefficients for a known alpha, halving steps that make it worse."""
    level = np.log(y.sum() / n.sum())
    if start is None:
        start = np.zeros(x.shape[1])
        start[0] = level
    beta, best = start, _gain(y, x, n, shrink, alpha, start)
    for _ in range(_TURNS):
        mu = n * np.exp(x @ beta)
        weight = 1 / (1 + alpha * mu)
        slope = x.T @ ((y - mu) * weight) - shrink * beta
        bend = (x.T * (mu * weight)) @ x + np.diag(shrink)
        step = np.linalg.lstsq(bend, slope, rcond=1e-13)[0]
        step = step * min(1.0, 4.0 / max(float(np.abs(x @ step).max()), 1e-300))
        for _ in range(20):
            gain = _gain(y, x, n, shrink, alpha, beta + step)
            if gain >= best - 1e-12 * abs(best):
                break
            step = step / 2
        beta, best = beta + step, gain
        if float(np.abs(x @ beta - level).max()) > _FARTHEST:
            return beta, False
        if float(np.abs(step).max()) < _SETTLED:
            return beta, True
    return beta, False


def _gain(y: Floats, x: Floats, n: Floats, shrink: Floats, alpha: float, beta: Floats) -> float:
    """Log-likelihood less what does not depend on the coefficients."""
    eta = x @ beta
    # A step that is much too long is halved; it must not overflow before.
    mu = n * np.exp(np.minimum(eta, 50.0))
    prior = 0.5 * float(shrink @ beta**2)
    if alpha == 0:
        return float(y @ eta - mu.sum()) - prior
    return float(y @ eta - (y + 1 / alpha) @ np.log1p(alpha * mu)) - prior


def _negative_binomial(
    y: Floats, x: Floats, n: Floats, shrink: Floats, beta: Floats
) -> tuple[Floats, float, bool]:
    """Turn about between the likeliest alpha and the likeliest coefficients."""
    alpha, converged = 0.0, True
    if (y != np.floor(y)).any():
        raise AnalysisError(
            "a count is fractional", where="fit_log_linear", allowed="whole numbers"
        )
    for _ in range(_DISPERSION_TURNS):
        before = alpha
        mu = np.maximum(n * np.exp(x @ beta), 1e-300)
        alpha = negative_binomial_dispersion(y.astype(np.int64), mu)
        beta, converged = _solve(y, x, n, shrink, alpha, beta)
        if abs(alpha - before) <= 1e-4 * max(alpha, 1e-12):
            break
    return beta, alpha, converged
