"""How likely independent draws from several urns hold so many bad ones."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.special import gammaln

__all__ = ["hypergeometric_sum_law", "hypergeometric_sum_tail"]

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]


def hypergeometric_sum_law(drawn: Integers, bad: Integers, total: Integers) -> Floats:
    """Return the chances of 0, 1, 2, ... bad ones in independent draws from several urns.

    Parameters
    ----------
    drawn, bad, total : ndarray of int64, shape (urns,)
        How many are drawn from each urn without putting back, and how many of its total are bad.

    Returns
    -------
    ndarray of float64
        As long as the most bad ones that there can be, and one.

    Examples
    --------
    >>> hypergeometric_sum_law(np.array([2]), np.array([2]), np.array([4])).round(3).tolist()
    [0.167, 0.667, 0.167]
    """
    law = np.ones(1)
    for n, k, size in zip(drawn.tolist(), bad.tolist(), total.tolist(), strict=True):
        law = np.convolve(law, _hypergeometric(n, k, size))
    return law


def hypergeometric_sum_tail(
    at_least: int, drawn: Integers, bad: Integers, total: Integers
) -> float:
    """Chance that independent draws from several urns hold so many bad ones or more together.

    Parameters
    ----------
    at_least : int
    drawn, bad, total : ndarray of int64, shape (urns,)
        As in `hypergeometric_sum_law`.

    Returns
    -------
    float

    Examples
    --------
    >>> round(hypergeometric_sum_tail(2, np.array([2]), np.array([2]), np.array([4])), 6)
    0.166667
    """
    return upper_tail(hypergeometric_sum_law(drawn, bad, total), at_least)


def upper_tail(law: Floats, at_least: int) -> float:
    """Return the chance of so many or more; small tails are summed from their small end."""
    return float(min(law[at_least:][::-1].sum(), 1.0)) if at_least < len(law) else 0.0


def _hypergeometric(drawn: int, bad: int, total: int) -> Floats:
    """Return the chances of 0 up to the most bad ones that there can be."""
    count = np.arange(min(drawn, bad) + 1)
    possible = drawn - count <= total - bad
    law = np.zeros(len(count))
    c = count[possible]
    log = (
        _log_choose(bad, c)
        + _log_choose(total - bad, drawn - c)
        - _log_choose(total, np.asarray(drawn))
    )
    law[possible] = np.exp(log)
    return law


def _log_choose(of: int, some: Integers) -> Floats:
    return np.asarray(gammaln(of + 1) - gammaln(some + 1) - gammaln(of - some + 1))
