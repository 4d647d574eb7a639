"""Intervals of shares and of ratios of counts."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.special import betaincinv, gammaincinv, ndtri

from blockdata.analysis.checks import require_share
from blockdata.errors import AnalysisError

__all__ = ["exact_interval", "rate_interval", "ratio_interval", "wilson_interval"]

Floats = npt.NDArray[np.float64]


def wilson_interval(
    successes: npt.ArrayLike, trials: npt.ArrayLike, *, level: float = 0.95
) -> tuple[Floats, Floats]:
    """Wilson's score interval of a share.

    Parameters
    ----------
    successes, trials : array_like of float
        0 <= successes <= trials; NaN or no trial gives NaN.
    level : float
        Confidence.

    Returns
    -------
    tuple of ndarray
        Lower and upper bound, from 0 to 1.

    Raises
    ------
    AnalysisError
        If successes are negative or more than trials.

    References
    ----------
    Wilson, E. B. (1927). Probable inference, the law of succession, and statistical inference.
    Journal of the American Statistical Association 22, 209-212.

    Examples
    --------
    >>> low, high = wilson_interval([8], [10])
    >>> low.round(4).tolist(), high.round(4).tolist()
    ([0.4902], [0.9433])
    """
    x, n = _shares(successes, trials, level)
    z = float(ndtri(0.5 + level / 2))
    with np.errstate(divide="ignore", invalid="ignore"):
        share = x / n
        middle = (share + z**2 / (2 * n)) / (1 + z**2 / n)
        half = z / (1 + z**2 / n) * np.sqrt(share * (1 - share) / n + z**2 / (4 * n**2))
    # The bound of nothing and of everything is exact; rounding would leave 1e-17 beside it.
    low = np.where(x == 0, 0.0, middle - half)
    high = np.where(x == n, 1.0, middle + half)
    known = (n > 0) & ~np.isnan(x)
    return np.where(known, low, np.nan), np.where(known, high, np.nan)


def exact_interval(
    successes: npt.ArrayLike, trials: npt.ArrayLike, *, level: float = 0.95
) -> tuple[Floats, Floats]:
    """Clopper and Pearson's exact interval of a share, which never covers too seldom.

    Parameters
    ----------
    successes, trials, level
        As for `wilson_interval`.

    Returns
    -------
    tuple of ndarray

    References
    ----------
    Clopper, C. and Pearson, E. S. (1934). The use of confidence or fiducial limits illustrated in
    the case of the binomial. Biometrika 26, 404-413.

    Examples
    --------
    >>> low, high = exact_interval([8], [10])
    >>> low.round(4).tolist(), high.round(4).tolist()
    ([0.4439], [0.9748])
    """
    x, n = _shares(successes, trials, level)
    tail = (1 - level) / 2
    some, all_but = np.maximum(x, 1e-9), np.maximum(n - x, 1e-9)
    low = np.where(x > 0, betaincinv(some, n - x + 1, tail), 0.0)
    high = np.where(x < n, betaincinv(x + 1, all_but, 1 - tail), 1.0)
    known = (n > 0) & ~np.isnan(x)
    return np.where(known, low, np.nan), np.where(known, high, np.nan)


def rate_interval(
    events: npt.ArrayLike, exposure: npt.ArrayLike, *, level: float = 0.95
) -> tuple[Floats, Floats]:
    """Garwood's exact interval of events per exposure, where events are a Poisson count.

    Parameters
    ----------
    events, exposure : array_like of float
        >= 0; no exposure gives NaN.
    level : float

    Returns
    -------
    tuple of ndarray

    References
    ----------
    Garwood, F. (1936). Fiducial limits for the Poisson distribution. Biometrika 28, 437-442.

    Examples
    --------
    >>> low, high = rate_interval([0, 10], [1, 1])
    >>> low.round(3).tolist(), high.round(3).tolist()
    ([0.0, 4.795], [3.689, 18.39])
    """
    require_share(level, "rate_interval level")
    x, n = _pair(events, exposure, "rate_interval")
    tail = (1 - level) / 2
    low = np.where(x > 0, gammaincinv(np.maximum(x, 1e-9), tail), 0.0)
    high = gammaincinv(x + 1, 1 - tail)
    known = (n > 0) & ~np.isnan(x)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(known, low / n, np.nan), np.where(known, high / n, np.nan)


def ratio_interval(
    one: npt.ArrayLike, other: npt.ArrayLike, *, level: float = 0.95
) -> tuple[Floats, Floats]:
    """Interval of the ratio of two independent Poisson counts, exact given their sum.

    Parameters
    ----------
    one, other : array_like of float
        Counts >= 0. Where `other` is 0 there is no ratio and no interval.
    level : float

    Returns
    -------
    tuple of ndarray

    References
    ----------
    Przyborowski, J. and Wilenski, H. (1940). Homogeneity of results in testing samples from
    Poisson series. Biometrika 31, 313-323: given the sum, one count is binomial.

    Examples
    --------
    >>> low, high = ratio_interval([20], [20])
    >>> bool(low[0] < 1 < high[0])
    True
    """
    x, y = _pair(one, other, "ratio_interval")
    low, high = exact_interval(x, x + y, level=level)
    with np.errstate(divide="ignore", invalid="ignore"):
        odds = low / (1 - low), high / (1 - high)
    known = (y > 0) & ~np.isnan(x)
    return np.where(known, odds[0], np.nan), np.where(known, odds[1], np.nan)


def _pair(one: npt.ArrayLike, other: npt.ArrayLike, where: str) -> tuple[Floats, Floats]:
    x, n = np.broadcast_arrays(
        np.asarray(one, dtype=np.float64), np.asarray(other, dtype=np.float64)
    )
    if np.any(x < 0) or np.any(n < 0) or np.isinf(x).any() or np.isinf(n).any():
        raise AnalysisError("a count is out of range", where=where, allowed="finite, >= 0")
    return x, n


def _shares(successes: npt.ArrayLike, trials: npt.ArrayLike, level: float) -> tuple[Floats, Floats]:
    require_share(level, "interval level")
    x, n = _pair(successes, trials, "interval of a share")
    if np.any(x > n):
        raise AnalysisError(
            "more successes than trials",
            where="interval of a share",
            allowed="successes that are among the trials",
        )
    return x, n
