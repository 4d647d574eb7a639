"""P values of scan statistics, and clusters that do not overlap."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from blockdata.analysis.checks import require_numbers, require_whole
from blockdata.errors import AnalysisError

__all__ = [
    "Sequential",
    "apart_from_each_other",
    "best_first",
    "gumbel_tail",
    "rank_tail",
    "simulated_maxima",
    "tied_with",
    "with_p",
]

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

_EULER = 0.577215664901532860606512090082

_AS_GOOD = 1e-9
"""Ratios are told apart to so much: the same cases may be summed in another order."""

_ROWS = 256
"""Replications that are simulated at once."""


@dataclass(frozen=True)
class Sequential:
    """Replications that stop early where nothing unusual is seen.

    Parameters
    ----------
    replications : int
        Most replications.
    stop_after : int
        Stop once so many replications are at least as large as the most likely cluster.

    References
    ----------
    Besag and Clifford (1991), Sequential Monte Carlo p-values, Biometrika 78(2), 301-304. Their p
    is h / l after l replications; here (h + 1) / (l + 1), which is never smaller.

    Examples
    --------
    >>> Sequential(replications=9999)
    Sequential(replications=9999, stop_after=10)
    """

    replications: int = 999
    stop_after: int = 10


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
        (1 + number of replications at least as large) / (r + 1); NaN without replications. What
        differs by less than 1e-9 is as large.

    Raises
    ------
    AnalysisError
        If they are no numbers in one dimension.

    Examples
    --------
    >>> rank_tail(np.array([2.0, 9.0]), np.array([1.0, 2.0, 3.0]))
    array([0.75, 0.25])
    """
    statistic, simulated = _maxima(statistic, "rank_tail"), _maxima(simulated, "rank_tail")
    if not len(simulated):
        return np.full(len(statistic), np.nan)
    ordered = np.sort(simulated)
    as_large = len(ordered) - np.searchsorted(ordered, statistic - _AS_GOOD, side="left")
    p: Floats = np.where(np.isnan(statistic), np.nan, (1 + as_large) / (len(ordered) + 1))
    return p


def _maxima(values: npt.ArrayLike, where: str) -> Floats:
    numbers = require_numbers(values, where)
    if numbers.ndim != 1:
        raise AnalysisError(f"shape {numbers.shape}", where=where, allowed="one dimension")
    return numbers


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
        NaN where the simulated maxima do not vary by more than rounding.

    Raises
    ------
    AnalysisError
        If they are no numbers in one dimension, or a simulated maximum is infinite.

    References
    ----------
    Abrams, Kulldorff and Kleinman (2010), International Journal of Health Geographics 9:61.

    Examples
    --------
    >>> maxima = np.random.default_rng(1).gumbel(3, 1, 100_000)
    >>> bool(abs(gumbel_tail(np.array([3.0]), maxima)[0] - (1 - np.exp(-1))) < 0.01)
    True
    """
    statistic, simulated = _maxima(statistic, "gumbel_tail"), _maxima(simulated, "gumbel_tail")
    if np.isinf(simulated).any():
        raise AnalysisError("a simulated maximum is infinite", where="gumbel_tail")
    spread = float(np.std(simulated, ddof=1)) if len(simulated) > 1 else 0.0
    if spread <= _AS_GOOD:
        return np.full(len(statistic), np.nan)
    scale = spread * np.sqrt(6) / np.pi
    place = float(np.mean(simulated)) - _EULER * scale
    # Far below all maxima p is 1, and a larger exponent would only overflow.
    p: Floats = -np.expm1(-np.exp(np.minimum(-(statistic - place) / scale, 100.0)))
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
    inside = [np.asarray(own, dtype=np.int64) for own in members]
    taken = np.zeros(max((int(own.max(initial=0)) for own in inside), default=0) + 1, dtype=bool)
    kept = []
    for number, own in enumerate(inside):
        if not taken[own].any():
            taken[own] = True
            kept.append(number)
    return np.array(kept, dtype=np.int64)


def tied_with(llr: Floats, members: Sequence[Integers], kept: Integers) -> list[list[int]]:
    """Return, for each kept set of places, the others that are as good, and overlap it.

    Parameters
    ----------
    llr : ndarray of float64, shape (k,)
        Of ranked windows, the best first.
    members : sequence of ndarray of int
        Their places.
    kept : ndarray of int64
        Numbers of those that are reported.

    Returns
    -------
    list of lists of int
        Numbers of windows with the same ratio (to 9 decimals), a place in common, and other
        places than the kept one: each could have been reported in its place.

    Examples
    --------
    >>> tied_with(np.array([5.0, 5.0, 2.0]), [np.array([1, 2]), np.array([2, 3]),
    ...                                       np.array([3])], np.array([0]))
    [[1]]
    """
    rounded = np.round(llr, 9)
    result = []
    for number in kept:
        own = set(members[number].tolist())
        # Ranked by ratio, so those that are as good stand together.
        low, high = np.searchsorted(-rounded, -rounded[number], side="left"), number + 1
        while high < len(rounded) and rounded[high] == rounded[number]:
            high += 1
        others = ((other, set(members[other].tolist())) for other in range(int(low), int(high)))
        result.append([n for n, places in others if places != own and places & own])
    return result


def simulated_maxima(
    simulate: Callable[[int], Floats], replications: int | Sequential, observed: float
) -> Floats:
    """Return the largest ratio of each simulated district, block by block.

    Parameters
    ----------
    simulate : callable
        Returns the largest ratios of so many further districts; the same whatever the blocks.
    replications : int or Sequential
    observed : float
        Ratio of the most likely cluster, for early stopping.

    Returns
    -------
    ndarray of float64

    Raises
    ------
    AnalysisError
        If replications are negative, or nothing would ever stop them.

    Examples
    --------
    >>> simulated_maxima(lambda rows: np.ones(rows), 3, 2.0)
    array([1., 1., 1.])
    >>> len(simulated_maxima(lambda rows: np.ones(rows), Sequential(999, 5), 0.5))
    5
    """
    early = isinstance(replications, Sequential)
    stop_after = replications.stop_after if isinstance(replications, Sequential) else np.inf
    most = replications.replications if isinstance(replications, Sequential) else replications
    require_whole(most, None, "scan replications")
    if most < 0 or stop_after < 1:
        raise AnalysisError(
            f"{most} replications, stopped after {stop_after}",
            where="scan",
            allowed="0 replications or more, stopped after 1 or more",
        )
    largest = np.empty(0)
    while len(largest) < most:
        rows = min(_ROWS // 4 if early else _ROWS, most - len(largest))
        largest = np.concatenate([largest, simulate(rows)])
        reached = np.flatnonzero(np.cumsum(largest >= observed - _AS_GOOD) >= stop_after)
        if len(reached):
            return largest[: reached[0] + 1]
    return largest


def with_p(found: pd.DataFrame, simulated: Floats) -> pd.DataFrame:
    """Return clusters with their p values and the number of replications behind them.

    Parameters
    ----------
    found : DataFrame
        With column llr.
    simulated : ndarray of float64, shape (r,)

    Returns
    -------
    DataFrame
        With p, p_gumbel and replications.

    Examples
    --------
    >>> with_p(pd.DataFrame({"llr": [3.0]}), np.array([1.0, 2.0, 2.5]))["p"].tolist()
    [0.25]
    """
    statistic = found["llr"].to_numpy(dtype=np.float64)
    return found.assign(
        p=rank_tail(statistic, simulated),
        p_gumbel=gumbel_tail(statistic, simulated),
        replications=np.full(len(found), len(simulated), dtype=np.int64),
    )
