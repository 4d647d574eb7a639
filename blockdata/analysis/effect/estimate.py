"""How many times the expected events came where the intervention was, with an interval."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import stdtr, stdtrit

from blockdata.analysis.dispersion import negative_binomial_dispersion

__all__ = ["Estimate", "estimate_ratio", "randomisation_p"]

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

_FARTHEST = 12.0  # e to the 12th: no ratio of a city is beyond
_TURNS = 60


@dataclass(frozen=True)
class Estimate:
    """Ratio of events with the intervention to those without.

    Parameters
    ----------
    ratio, low, high : float
    p : float
        Two-sided, that the ratio is 1.
    level : float
        By how much the matched places themselves differ from what was expected of them.
    dispersion : float
        alpha of the negative binomial law.

    Examples
    --------
    >>> Estimate(0.5, 0.4, 0.7, 0.01, 1.0, 0.0).ratio
    0.5
    """

    ratio: float
    low: float
    high: float
    p: float
    level: float
    dispersion: float


def estimate_ratio(count: Floats, expected: Floats, treated: Flags, level: float) -> Estimate:
    """Compare treated places with the others by a negative binomial law.

    The count of a place is negative binomial with mean expected * exp(a + theta * treated); the
    interval of exp(theta) is that of the likelihood ratio, cut at the square of Student's t for
    the number of places less two.

    Parameters
    ----------
    count : ndarray of float64, shape (n,)
        Whole numbers; some of the others is above 0.
    expected : ndarray of float64, shape (n,)
        Above 0.
    treated : ndarray of bool, shape (n,)
        At least one, and one other.
    level : float
        Confidence.

    Returns
    -------
    Estimate
        A ratio of 0 where no treated place has an event; its interval begins at 0.

    References
    ----------
    McCullagh, P. and Nelder, J. A. (1989). Generalized Linear Models, 2nd ed., 11.2 (negative
    binomial), 7.4 (profile likelihood).

    Examples
    --------
    >>> count = np.array([5.0, 4.0, 6.0, 10.0, 9.0, 11.0] * 3)
    >>> treated = np.array(([True] * 3 + [False] * 3) * 3)
    >>> found = estimate_ratio(count, np.full(18, 10.0), treated, 0.95)
    >>> round(found.ratio, 3), found.low < 0.5 < found.high < 1
    (0.5, True)
    """
    base = expected * _totals_ratio(count, expected, ~treated)
    theta = np.log(max(_totals_ratio(count, base, treated), 1e-12))
    alpha = 0.0
    for _ in range(6):
        mean = base * np.where(treated, np.exp(theta), 1.0)
        alpha = negative_binomial_dispersion(count.astype(np.int64), np.maximum(mean, 1e-9))
        base = expected * np.exp(_level(count[~treated], expected[~treated], alpha))
        theta = _level(count[treated], base[treated], alpha)
    freedom = len(count) - 2
    cut = float(stdtrit(freedom, 0.5 + level / 2)) ** 2

    def lost(at: float) -> float:
        return 2 * (best - _profile(count, expected, treated, alpha, at))

    best = _profile(count, expected, treated, alpha, theta)
    low = _where(lost, theta, -_FARTHEST, cut)
    high = _where(lost, theta, _FARTHEST, cut)
    p = float(2 * stdtr(freedom, -np.sqrt(max(lost(0.0), 0.0))))
    none = not count[treated].any()
    return Estimate(
        ratio=0.0 if none else float(np.exp(theta)),
        low=0.0 if none else float(np.exp(low)),
        high=float(np.exp(high)),
        p=min(p, 1.0),
        level=float(base[0] / expected[0]),
        dispersion=alpha,
    )


def _totals_ratio(count: Floats, expected: Floats, chosen: Flags) -> float:
    return float(count[chosen].sum() / expected[chosen].sum())


def _level(count: Floats, expected: Floats, alpha: float) -> float:
    """Return the likeliest a of counts with mean expected * exp(a), within the farthest."""
    if not count.any():
        return -_FARTHEST
    at = float(np.log(count.sum() / expected.sum()))
    for _ in range(_TURNS):
        mean = expected * np.exp(at)
        slope = float(((count - mean) / (1 + alpha * mean)).sum())
        bend = float((mean * (1 + alpha * count) / (1 + alpha * mean) ** 2).sum())
        step = float(np.clip(slope / bend, -2, 2))
        at = float(np.clip(at + step, -_FARTHEST, _FARTHEST))
        if abs(step) < 1e-10:
            break
    return at


def _profile(count: Floats, expected: Floats, treated: Flags, alpha: float, theta: float) -> float:
    """Log-likelihood of a theta with the likeliest level, less what depends on neither."""
    moved = expected * np.where(treated, np.exp(theta), 1.0)
    mean = moved * np.exp(_level(count, moved, alpha))
    if alpha == 0:
        return float(count @ np.log(mean) - mean.sum())
    return float(count @ np.log(mean) - (count + 1 / alpha) @ np.log1p(alpha * mean))


def _where(lost: Callable[[float], float], inside: float, outside: float, cut: float) -> float:
    """Return where what is lost passes the cut, between a point inside and the farthest."""
    if lost(outside) <= cut:
        return outside
    for _ in range(_TURNS):
        middle = (inside + outside) / 2
        if lost(middle) <= cut:
            inside = middle
        else:
            outside = middle
    return (inside + outside) / 2


def randomisation_p(score: Floats, sets: list[Integers], *, permutations: int, seed: int) -> float:
    """Test whether the treated place of each set could be any of its members.

    Parameters
    ----------
    score : ndarray of float64, shape (n,)
        By how much each place had more than was expected of it.
    sets : list of ndarray of int64
        Positions of the members of each set, the treated one first; two or more.
    permutations, seed : int

    Returns
    -------
    float
        Two-sided: (1 + draws whose mean lies at least as far from the mean of all draws) by
        (1 + draws).

    References
    ----------
    Rosenbaum, P. R. (2002). Observational Studies, 2nd ed., 2.4.

    Examples
    --------
    >>> sets = [np.array([3 * i, 3 * i + 1, 3 * i + 2]) for i in range(8)]
    >>> score = np.tile([-1.0, 0.0, 0.1], 8)
    >>> randomisation_p(score, sets, permutations=999, seed=1) < 0.01
    True
    """
    random = np.random.default_rng(seed)
    drawn = np.zeros(permutations)
    observed = middle = 0.0
    for members in sets:
        own = score[members]
        drawn += own[random.integers(0, len(own), permutations)]
        observed += own[0]
        middle += own.mean()
    far = np.abs(drawn - middle) >= abs(observed - middle) - 1e-12
    return float((1 + int(far.sum())) / (1 + permutations))
