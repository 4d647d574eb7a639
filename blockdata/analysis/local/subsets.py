"""The exact law of the sum of m values taken at random from n: what permuting them would give."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from blockdata.errors import AnalysisError
from blockdata.kernels.jit import jit

__all__ = ["exact_tails", "subset_sums"]

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

_MOST_STEPS = 2e9
"""Additions that are worth waiting for, about two seconds."""


def subset_sums(values: npt.ArrayLike, size: int) -> Floats:
    """Return the law of the sum of `size` of the values, taken at random without replacement.

    Parameters
    ----------
    values : array_like of int, shape (n,)
        Counts, 0 or more.
    size : int
        From 0 to n.

    Returns
    -------
    ndarray of float64, shape (total + 1,)
        Probability of each sum. Where all values are 0 or 1 it is the hypergeometric law.

    References
    ----------
    The values are looked at one by one; of j looked at with k taken, the next is taken with
    probability (size - k) / (n - j). Only sums of positive numbers: no digit is lost.

    Examples
    --------
    >>> subset_sums([0, 0, 1, 3], 2).round(4).tolist()
    [0.1667, 0.3333, 0.0, 0.3333, 0.1667]
    """
    counts = np.sort(np.asarray(values, dtype=np.int64))
    return _law(counts[counts > 0], len(counts), size)


def exact_tails(
    counts: Integers, sums: Integers, sizes: Integers, upper: npt.NDArray[np.bool_], *, star: bool
) -> Floats:
    """Return how likely a sum of neighbours as extreme as each is, over all permutations.

    Parameters
    ----------
    counts : ndarray of int64, shape (n,)
        0 or more.
    sums, sizes : ndarray of int64, shape (n,)
        Of each cell's neighbourhood: sum of the counts and number of cells; size 0 is not asked.
    upper : ndarray of bool, shape (n,)
        Whether the tail from the sum upwards is asked, else from the sum downwards.
    star : bool
        Whether all counts are permuted, else all but the cell's own.

    Returns
    -------
    ndarray of float64, shape (n,)
        NaN where size is 0.

    Raises
    ------
    AnalysisError
        If it would take too long.

    Examples
    --------
    >>> counts, size = np.array([0, 0, 1, 3]), np.array([2, 0, 0, 2])
    >>> exact_tails(counts, np.array([3, 0, 0, 4]), size, size > 0, star=True).round(4).tolist()
    [0.5, nan, nan, 0.1667]
    """
    asked = np.flatnonzero(sizes > 0)
    own = np.zeros(len(asked), dtype=np.int64) if star else counts[asked]
    kinds, kind = np.unique(np.column_stack([sizes[asked], own]), axis=0, return_inverse=True)
    positive = np.sort(counts[counts > 0])
    _refuse_work(kinds[:, 0], positive, len(counts))
    tails = np.full(len(counts), np.nan)
    for number, (size, value) in enumerate(kinds.tolist()):
        cells = asked[kind == number]
        pool, people = positive, len(counts)
        if not star:
            people -= 1
            pool = np.delete(positive, np.searchsorted(positive, value)) if value else positive
        law = _law(pool, people, size)
        above, below = np.cumsum(law[::-1])[::-1], np.cumsum(law)
        place = sums[cells]
        tails[cells] = np.where(upper[cells], above[place], below[place])
    return np.asarray(np.minimum(tails, 1.0))


def _refuse_work(sizes: Integers, positive: Integers, people: int) -> None:
    # Of n taken, what is left has the sum that is left: the smaller of the two is looked at.
    lesser = np.minimum(np.minimum(sizes, people - sizes), len(positive))
    largest = np.concatenate([[0], np.cumsum(positive[::-1])])[lesser]
    steps = float((lesser * largest.astype(np.float64)).sum()) * len(positive)
    if steps > _MOST_STEPS:
        raise AnalysisError(
            f"{int(positive.sum())} incidents in neighbourhoods of up to {sizes.max(initial=0)} "
            "cells are too many for exact p",
            where="exact permutation p",
            next_step="Take method='permutation'.",
        )


def _law(positive: Integers, people: int, size: int) -> Floats:
    if size > people - size:
        return np.flip(_law(positive, people, people - size))
    return np.asarray(_sums(positive, people, size))


@jit
def _sums(positive: Integers, people: int, size: int) -> Floats:
    """Return the law of the sum; the values above 0 in rising order, the zeros need no look."""
    most = min(size, len(positive))
    top = positive[len(positive) - most :].sum()
    law = np.zeros((most + 1, top + 1))
    law[0, 0] = 1.0
    reached = 0
    for j in range(len(positive)):
        value = positive[j]
        for k in range(min(most, j + 1), -1, -1):
            left = 1.0 - (size - k) / (people - j)
            row = law[k]
            for s in range(reached + 1):
                row[s] *= left
            if k > 0:
                chance = (size - k + 1) / (people - j)
                fewer = law[k - 1]
                # No sum of so many values is larger than the largest of them together.
                for s in range(min(reached, top - value) + 1):
                    row[s + value] += fewer[s] * chance
        reached = min(reached + value, top)
    result = np.zeros(positive.sum() + 1)
    for k in range(most + 1):
        result[: top + 1] += law[k]
    return result
