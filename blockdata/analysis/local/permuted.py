"""Random permutations that stop early: many only for cells where few sums are as large.

All cells look at the same draws, in the same order: a cell with m neighbours at the first m cells
of a draw. Each p has its own law for itself; that they share draws makes p values of different
cells go together, no single one of them wrong.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from blockdata.analysis.checks import require_whole
from blockdata.errors import AnalysisError
from blockdata.kernels.jit import jit

__all__ = ["Draws", "permuted_tails", "shuffled_p"]

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
Int32s = npt.NDArray[np.int32]

_ROWS = 4_096
_CELLS = 4_000_000
"""Draws, and cells in draws, that are made at once."""

_AS_GOOD = 1e-10
"""Sums are told apart to so much of the largest: the same values may be added in another order."""


@dataclass(frozen=True)
class Draws:
    """How many random permutations, and when to stop.

    Parameters
    ----------
    replications : int
        Most permutations; p is never below 1 / (replications + 1), twice that if two-sided.
    stop_after : int
        A cell needs no more once so many sums are at least as extreme as its own: p is then known
        to 1 / sqrt(stop_after) of itself. 0 never stops.
    seed : int

    References
    ----------
    Besag and Clifford (1991), Sequential Monte Carlo p-values, Biometrika 78(2), 301-304.

    Examples
    --------
    >>> Draws(replications=999)
    Draws(replications=999, stop_after=50, seed=0)
    """

    replications: int = 99_999
    stop_after: int = 50
    seed: int = 0

    def check(self, where: str) -> None:
        """Raise if a setting is out of bounds.

        Parameters
        ----------
        where : str

        Raises
        ------
        AnalysisError

        Examples
        --------
        >>> Draws().check("demo")
        """
        for value, name in ((self.replications, "replications"), (self.stop_after, "stop_after")):
            require_whole(value, None, f"{where} {name}")
        require_whole(self.seed, 0, f"{where} seed")
        if self.replications < 1 or self.stop_after < 0:
            raise AnalysisError(
                f"{self.replications} replications, stopped after {self.stop_after}",
                where=where,
                allowed="1 replication or more, stopped after 0 (never) or more",
            )


def permuted_tails(
    values: Floats, sums: Floats, sizes: Integers, sign: Integers, draws: Draws, *, star: bool
) -> tuple[Floats, Integers]:
    """Return how often the sum of as many cells drawn at random is as extreme as each.

    Parameters
    ----------
    values : ndarray of float64, shape (n,)
    sums, sizes : ndarray, shape (n,)
        Of each cell's neighbourhood: sum of its values, number of its cells; size 0 is not asked.
    sign : ndarray of int64, shape (n,)
        1 where sums at least as large count, -1 where sums at most as large do.
    draws : Draws
    star : bool
        Whether cells are drawn from all, else from all but the one that is asked.

    Returns
    -------
    p : ndarray of float64, shape (n,)
        h / l where the h-th sum as extreme came with draw l and ended the search, else
        (1 + found) / (1 + replications); NaN where size is 0.
    replications : ndarray of int64, shape (n,)
        Draws that each cell looked at.

    Examples
    --------
    >>> values, size = np.array([0.0, 0, 1, 3]), np.array([2, 0, 0, 2])
    >>> own, sign = np.array([3.0, 0, 0, 4]), np.ones(4, dtype=np.int64)
    >>> p, made = permuted_tails(values, own, size, sign, Draws(9_999, 0), star=True)
    >>> p[[0, 3]].round(1).tolist(), bool(np.isnan(p[1])), made.max() <= 9_999
    ([0.5, 0.2], True, np.True_)
    """
    draws.check("permuted p")
    open_cells = np.flatnonzero(sizes > 0)
    distinct, kind = np.unique(sizes, return_inverse=True)
    width = int(distinct[-1]) + (not star) if len(open_cells) else 0
    slack = _AS_GOOD * np.abs(values).max(initial=0.0) * np.maximum(sizes, 1)
    least = sign * sums - slack
    found, made = np.zeros(len(values), dtype=np.int64), np.zeros(len(values), dtype=np.int64)
    random = np.random.default_rng(draws.seed)
    order = np.arange(len(values), dtype=np.int32)
    done = 0
    while done < draws.replications and len(open_cells):
        rows = max(1, min(_ROWS, _CELLS // width, draws.replications - done))
        taken = _draw(order, random.random((rows, width)))
        prefix = _prefix_sums(values, taken, distinct)
        stops, entries = _where_drawn(taken, len(values)) if not star else _NOWHERE
        _look(
            open_cells,
            (values, least, sign, kind, distinct),
            (taken, prefix, stops, entries),
            draws.stop_after,
            (found, made),
        )
        done += rows
        if draws.stop_after:
            open_cells = open_cells[found[open_cells] < draws.stop_after]
    p = (found + 1) / (made + 1)
    if draws.stop_after:
        ended = found >= draws.stop_after
        p[ended] = draws.stop_after / made[ended]
    return np.where(sizes > 0, p, np.nan), made


def shuffled_p(
    values: Floats, statistic: Callable[[Floats], Floats], expected: float, draws: Draws
) -> tuple[float, int]:
    """Return the two-sided p of one statistic of all cells by shuffling their values.

    Parameters
    ----------
    values : ndarray of float64, shape (n,)
    statistic : callable
        Takes orders of the values, shape (n, rows), and returns one number for each.
    expected : float
        Mean of the statistic over all orders, which tells the tail that is looked at.
    draws : Draws

    Returns
    -------
    p : float
        Twice that of the tail, which is as in `permuted_tails`; at most 1.
    replications : int
        Orders that were looked at.

    Examples
    --------
    >>> values = np.arange(8.0)
    >>> p, made = shuffled_p(values, lambda v: v[0] * v[1], 11.5, Draws(9_999, 0))
    >>> round(p, 1), made
    (0.5, 9999)
    """
    draws.check("shuffled p")
    own = float(statistic(values[:, None])[0])
    sign = 1.0 if own >= expected else -1.0
    least = sign * own - _AS_GOOD * abs(own)
    random, found, made = np.random.default_rng(draws.seed), 0, 0
    while made < draws.replications:
        rows = max(1, min(256, _CELLS // len(values), draws.replications - made))
        orders = random.permuted(np.tile(values, (rows, 1)), axis=1).T
        as_large = np.cumsum(sign * statistic(orders) >= least) + found
        if draws.stop_after and as_large[-1] >= draws.stop_after:
            made += int(np.argmax(as_large >= draws.stop_after)) + 1
            return min(2 * draws.stop_after / made, 1.0), made
        found, made = int(as_large[-1]), made + rows
    return min(2 * (found + 1) / (made + 1), 1.0), made


_NOWHERE = (np.zeros(0, dtype=np.int64), np.zeros((0, 2), dtype=np.int32))


@jit
def _draw(order: Int32s, uniform: Floats) -> Int32s:
    """Draw cells without replacement, a row each; `order` is shuffled on and never put back."""
    rows, width = uniform.shape
    taken = np.empty((rows, width), dtype=np.int32)
    for r in range(rows):
        for k in range(width):
            other = k + int(uniform[r, k] * (len(order) - k))
            order[k], order[other] = order[other], order[k]
            taken[r, k] = order[k]
    return taken


@jit
def _prefix_sums(values: Floats, taken: Int32s, sizes: Integers) -> Floats:
    """Return the sum of the first cells of each draw, a row for each size."""
    rows, width = taken.shape
    result = np.empty((len(sizes), rows))
    for r in range(rows):
        total, kind = 0.0, 0
        for k in range(width + 1):
            while kind < len(sizes) and sizes[kind] == k:
                result[kind, r] = total
                kind += 1
            if k < width:
                total += values[taken[r, k]]
    return result


@jit
def _where_drawn(taken: Int32s, count: int) -> tuple[Integers, Int32s]:
    """Return for each cell the draws that hold it and at which place, as runs of one array."""
    rows, width = taken.shape
    stops = np.zeros(count + 1, dtype=np.int64)
    for r in range(rows):
        for k in range(width):
            stops[taken[r, k] + 1] += 1
    for cell in range(count):
        stops[cell + 1] += stops[cell]
    free = stops[:-1].copy()
    entries = np.empty((rows * width, 2), dtype=np.int32)
    for r in range(rows):
        for k in range(width):
            place = free[taken[r, k]]
            entries[place, 0], entries[place, 1] = r, k
            free[taken[r, k]] += 1
    return stops, entries


@jit
def _look(
    cells: Integers,
    asked: tuple[Floats, Floats, Integers, Integers, Integers],
    drawn: tuple[Int32s, Floats, Integers, Int32s],
    stop_after: int,
    state: tuple[Integers, Integers],
) -> None:
    """Let each cell look at the draws until it has seen enough."""
    values, least, sign, kind, sizes = asked
    taken, prefix, stops, entries = drawn
    found, made = state
    rows = taken.shape[0]
    for cell in cells:
        row, own, size = prefix[kind[cell]], least[cell], sizes[kind[cell]]
        direction, seen, looked = sign[cell], found[cell], rows
        place, end = (stops[cell], stops[cell + 1]) if len(stops) else (0, 0)
        for r in range(rows):
            drawn_sum = row[r]
            if place < end and entries[place, 0] == r:
                # The cell itself was drawn: the one drawn after the others takes its place.
                if entries[place, 1] < size:
                    drawn_sum += values[taken[r, size]] - values[cell]
                place += 1
            if direction * drawn_sum >= own:
                seen += 1
                if seen == stop_after:
                    looked = r + 1
                    break
        found[cell] = seen
        made[cell] += looked
