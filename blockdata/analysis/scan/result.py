"""P values of scan statistics, and clusters that do not overlap."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import numpy.typing as npt

__all__ = ["apart_from_each_other", "best_first", "gumbel_tail", "rank_tail"]

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

_EULER = 0.577215664901532860606512090082


def rank_tail(statistic: Floats, simulated: Floats) -> Floats:
    """Return Monte-Carlo p values: the rank among the simulated maxima.

    Parameters
    ----------
    statistic : ndarray of float64, shape (k,)
    simulated : ndarray of float64, shape (r,)
        Largest statistic of each replication.

    Returns
    -------
    ndarray of float64, shape (k,)
        (1 + number of replications at least as large) / (r + 1).

    Examples
    --------
    >>> rank_tail(np.array([2.0, 9.0]), np.array([1.0, 2.0, 3.0]))
    array([0.75, 0.25])
    """
    ordered = np.sort(simulated)
    as_large = len(ordered) - np.searchsorted(ordered, statistic, side="left")
    p: Floats = (1 + as_large) / (len(ordered) + 1)
    return p


def gumbel_tail(statistic: Floats, simulated: Floats) -> Floats:
    """Return p values by a Gumbel law with mean and variance of the simulated maxima.

    It gives p values below 1 / (r + 1) and needs some hundred replications; it is an
    approximation, and called one wherever it is shown.

    Parameters
    ----------
    statistic : ndarray of float64, shape (k,)
    simulated : ndarray of float64, shape (r,)

    Returns
    -------
    ndarray of float64, shape (k,)
        NaN where the simulated maxima do not vary.

    References
    ----------
    Abrams, Kulldorff and Kleinman (2010), International Journal of Health Geographics 9:61.

    Examples
    --------
    >>> maxima = np.random.default_rng(1).gumbel(3, 1, 100_000)
    >>> bool(abs(gumbel_tail(np.array([3.0]), maxima)[0] - (1 - np.exp(-1))) < 0.01)
    True
    """
    spread = float(np.std(simulated, ddof=1)) if len(simulated) > 1 else 0.0
    if spread == 0:
        return np.full(len(statistic), np.nan)
    scale = spread * np.sqrt(6) / np.pi
    place = float(np.mean(simulated)) - _EULER * scale
    p: Floats = -np.expm1(-np.exp(-(statistic - place) / scale))
    return p


def best_first(llr: Floats, places: Integers) -> Integers:
    """Return the centres that have a window, by ratio, number of places and own number.

    Parameters
    ----------
    llr : ndarray of float64, shape (n,)
        Of each centre's best window; 0 where it has none.
    places : ndarray of int64, shape (n,)
        How many places that window holds.

    Returns
    -------
    ndarray of int64

    Examples
    --------
    >>> best_first(np.array([0.0, 3.0, 5.0, 3.0]), np.array([1, 4, 2, 1]))
    array([2, 3, 1])
    """
    # Two centres may reach one set of places by sums of another order: ratios that differ by
    # rounding alone are equal.
    order: Integers = np.lexsort((np.arange(len(llr)), places, -np.round(llr, 9)))
    return order[llr[order] > 0]


def apart_from_each_other(members: Sequence[Iterable[int]]) -> Integers:
    """Return which of ranked sets of places to keep: those that share none with a kept one.

    Parameters
    ----------
    members : sequence of iterables of int
        The best first.

    Returns
    -------
    ndarray of int64
        Places in the sequence, in order.

    Examples
    --------
    >>> apart_from_each_other([[1, 2], [2, 3], [3]])
    array([0, 2])
    """
    taken: set[int] = set()
    kept = []
    for number, own in enumerate(members):
        places = {int(place) for place in own}
        if taken.isdisjoint(places):
            taken |= places
            kept.append(number)
    return np.array(kept, dtype=np.int64)
