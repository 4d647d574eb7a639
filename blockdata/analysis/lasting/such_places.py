"""What places like this one have: a negative binomial regression that one bad place cannot bend."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from blockdata.analysis.lasting.prior import BadShare, fit_bad_share, log_likelihoods
from blockdata.analysis.tails import negative_binomial_upper_tail

__all__ = ["SuchPlaces", "fit_such_places"]

Floats = npt.NDArray[np.float64]

_BEYOND = 0.01
"""Counts of which such places have fewer than this share are taken as "so many or more"."""
_TURNS = 8
_STEPS = 40
_SETTLED = 1e-9
_GRID = np.append(0.0, 10.0 ** np.linspace(-3.0, 1.5, 46))
"""Dispersions that are compared; neighbours differ by 26 %."""
_NONE = 1e-12


@dataclass(frozen=True)
class SuchPlaces:
    """A fitted law of counts.

    Parameters
    ----------
    expected : ndarray of float64
        Expected count of each row.
    dispersion : float
        alpha in variance = expected + alpha * expected**2 of the bulk of places: extreme counts
        take part as "so many or more", so that no place is judged by a spread it makes itself.
    bad : BadShare
        How many places are bad, and how bad, with every count as it is.
    coefficients : ndarray of float64

    Examples
    --------
    >>> SuchPlaces(np.ones(2), 0.0, BadShare(0.0), np.zeros(1)).expected.tolist()
    [1.0, 1.0]
    """

    expected: Floats
    dispersion: float
    bad: BadShare
    coefficients: Floats


def fit_such_places(
    count: npt.ArrayLike,
    base: npt.ArrayLike,
    design: npt.ArrayLike,
    *,
    weight: npt.ArrayLike | None = None,
    dispersion: float | None = None,
    prior_sd: float = 1.0,
) -> SuchPlaces:
    """Fit expected count = base * exp(design @ coefficients), robustly.

    Counts beyond what one in a hundred such places has are censored: of them only this is used,
    that they are beyond. Coefficients and dispersion are fitted in turns, the censored counts
    standing at their expected values (Dempster, Laird and Rubin's EM); the cut follows the fit.
    On counts without extreme places the estimates are consistent, whatever the cut. It holds up to
    about one bad place in a hundred: what more places have is what such places are like. A wider
    cut, or leaving out of the bulk what `fit_bad_share` calls bad, bore six bad places in three
    hundred, but then listed houses whose many dwellings no register told.

    Parameters
    ----------
    count : array_like of int, shape (n,)
        >= 0.
    base : array_like of float, shape (n,)
        > 0: exposure times days at risk, or the like.
    design : array_like of float, shape (n, columns)
        The first column is ones.
    weight : array_like of float, shape (n,), optional
        How many places a row stands for; default 1.
    dispersion : float, optional
        If it is known from elsewhere, neither it nor the share of bad places is fitted.
    prior_sd : float, default 1
        Standard deviation of a normal law around 0 for all coefficients but the first: where data
        are few, counts go by `base` alone.

    Returns
    -------
    SuchPlaces

    References
    ----------
    Hilbe, J. M. (2011). Negative Binomial Regression, 2nd ed., 8.3 and 12.2 (censored). Dempster,
    A. P., Laird, N. M. and Rubin, D. B. (1977). Maximum likelihood from incomplete data via the EM
    algorithm. Journal of the Royal Statistical Society B 39, 1-38.

    Examples
    --------
    >>> law = fit_such_places([2, 1, 3, 0, 90] + [1, 2, 3] * 15, np.ones(50), np.ones((50, 1)))
    >>> bool(law.dispersion < 0.2), bool(0 < law.bad.share < 0.1)
    (True, True)
    """
    y, n = np.asarray(count, dtype=np.float64), np.asarray(base, dtype=np.float64)
    x = np.asarray(design, dtype=np.float64)
    w = np.ones(len(y)) if weight is None else np.asarray(weight, dtype=np.float64)
    prior = np.full(x.shape[1], 1.0 / prior_sd**2)
    prior[0] = 0.0
    start = np.zeros(x.shape[1])
    start[0] = np.log(max(float(w @ y), 0.5) / float(w @ n))
    rows = _Rows(y, n, x, w, prior)
    beta = rows.coefficients(0.0, start)
    mu = n * np.exp(x @ beta)
    # From below: a large dispersion would find nothing extreme, and so stay large.
    alpha = 0.0 if dispersion is None else dispersion
    for _ in range(_TURNS):
        before = alpha, beta
        cut = _cut(y, mu, alpha)
        seen, beyond = y.copy(), y > cut
        seen[beyond] = _mean_beyond(cut[beyond], mu[beyond], alpha)
        beta = replace(rows, y=seen).coefficients(alpha, beta)
        mu = n * np.exp(x @ beta)
        if dispersion is None:
            alpha = _dispersion(y, mu, w, cut)
        if alpha == before[0] and float(np.abs(beta - before[1]).max()) < 1e-3:
            break
    bad = fit_bad_share(y, mu, w, alpha) if dispersion is None else BadShare(alpha)
    return SuchPlaces(mu, alpha, bad, beta)


@dataclass(frozen=True)
class _Rows:
    """Counts, their base and design, how many places each is, and the prior's precision."""

    y: Floats
    n: Floats
    x: Floats
    w: Floats
    prior: Floats

    def gain(self, alpha: float, beta: Floats) -> float:
        """Return the log-likelihood less what does not depend on the coefficients."""
        eta = self.x @ beta
        # A step that is much too long is halved; it must not overflow before.
        mu = self.n * np.exp(np.minimum(eta, 50.0))
        penalty = 0.5 * float(self.prior @ beta**2)
        if alpha < _NONE:
            return float(self.w @ (self.y * eta - mu)) - penalty
        spread = (self.y + 1 / alpha) * np.log1p(alpha * mu)
        return float(self.w @ (self.y * eta - spread)) - penalty

    def coefficients(self, alpha: float, start: Floats) -> Floats:
        """Find the likeliest coefficients for a known dispersion; worse steps are halved."""
        beta, best = start, self.gain(alpha, start)
        for _ in range(_STEPS):
            mu = self.n * np.exp(self.x @ beta)
            pull = self.w / (1 + alpha * mu)
            slope = self.x.T @ (pull * (self.y - mu)) - self.prior * beta
            bend = (self.x.T * (pull * mu)) @ self.x + np.diag(self.prior)
            step = np.linalg.lstsq(bend, slope, rcond=1e-12)[0]
            step = step * min(1.0, 3.0 / max(float(np.abs(self.x @ step).max()), _NONE))
            gain = self.gain(alpha, beta + step)
            while gain < best - 1e-9 * abs(best) and float(np.abs(step).max()) > _SETTLED:
                step = step / 2
                gain = self.gain(alpha, beta + step)
            beta, best = beta + step, gain
            if float(np.abs(step).max()) < 1e-6:
                break
        return beta


def _cut(y: Floats, mu: Floats, alpha: float) -> Floats:
    """Return beyond which number each count is extreme: one in a hundred such places exceeds it.

    Infinite where the count is not beyond it. Where nearly all have none, a count of one is seen as
    it is: else nothing told of the spread.
    """
    some = np.flatnonzero(y > 1)
    # Only counts that stand above the cut need it: it is sought up to the count itself.
    top, low = y[some], np.full(len(some), -1.0)
    unsettled = np.arange(len(some))
    while len(unsettled):
        middle = np.floor((low[unsettled] + top[unsettled]) / 2)
        tail = negative_binomial_upper_tail(middle + 1, mu[some[unsettled]], alpha)
        fits = tail <= _BEYOND
        top[unsettled] = np.where(fits, middle, top[unsettled])
        low[unsettled] = np.where(fits, low[unsettled], middle)
        unsettled = unsettled[top[unsettled] - low[unsettled] > 1]
    found = np.maximum(top, 1.0)
    cut = np.full(len(y), np.inf)
    cut[some] = np.where(found < y[some], found, np.inf)
    return cut


def _mean_beyond(cut: Floats, mu: Floats, alpha: float) -> Floats:
    """Return the mean of a count that is known to exceed the cut.

    The sum of y * P(y) from k on is mu * P(Y' >= k - 1), where Y' has size 1 / alpha + 1.
    """
    k = cut + 1
    tail = negative_binomial_upper_tail(k, mu, alpha)
    other = negative_binomial_upper_tail(k - 1, mu * (1 + alpha), alpha / (1 + alpha))
    mean = np.where(tail > 1e-290, mu * other / np.maximum(tail, 1e-290), k)
    return np.asarray(np.maximum(mean, k))


def _dispersion(y: Floats, mu: Floats, w: Floats, cut: Floats) -> float:
    """Return the likeliest dispersion, 0 if none is likelier than Poisson's law."""
    beyond = y > cut
    gains = log_likelihoods(y[~beyond], mu[~beyond], w[~beyond], _GRID.tolist())
    for place, alpha in enumerate(_GRID.tolist()):
        tail = negative_binomial_upper_tail(cut[beyond] + 1, mu[beyond], alpha)
        gains[place] += float(w[beyond] @ _log(tail))
    # The first is Poisson's law: of equal ones the least dispersion is taken.
    return float(_GRID[int(np.argmax(gains > gains.max() - 1e-9))])


def _log(values: Floats) -> Floats:
    return np.log(np.maximum(values, 1e-290))
