"""House numbers along a line: which of them break the order, robustly and in O(n log n)."""

from __future__ import annotations

from bisect import bisect_right
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

__all__ = ["SideRule", "longest_rising", "out_of_sequence_m", "side_rule"]

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
Booleans = npt.NDArray[np.bool_]


class SideRule(NamedTuple):
    """Whether odd and even numbers keep to their sides, and which numbers do not."""

    holds: bool
    wrong: Booleans


def longest_rising(values: Floats) -> Integers:
    """Return the places of a longest subsequence that never falls.

    Parameters
    ----------
    values : ndarray of float, shape (n,)

    Returns
    -------
    ndarray of int64
        Ascending. Of several longest ones, that which ends lowest, found from its end.

    References
    ----------
    Fredman, M. L. (1975), On computing the length of longest increasing subsequences, Discrete
    Mathematics 11, 29-35: O(n log n).

    Examples
    --------
    >>> longest_rising(np.array([1.0, 9.0, 2.0, 2.0, 3.0])).tolist()
    [0, 2, 3, 4]
    """
    tails: list[float] = []
    ends: list[int] = []
    before = np.full(len(values), -1, np.int64)
    for place, value in enumerate(values.tolist()):
        length = bisect_right(tails, value)
        before[place] = ends[length - 1] if length else -1
        if length == len(tails):
            tails.append(value)
            ends.append(place)
        else:
            tails[length] = value
            ends[length] = place
    chain = []
    place = ends[-1] if ends else -1
    while place >= 0:
        chain.append(place)
        place = int(before[place])
    return np.array(chain[::-1], np.int64)


def out_of_sequence_m(numbers: Integers, along_m: Floats, *, min_share: float = 0.7) -> Floats:
    """Measure how far each number stands from where its neighbours in the order allow it.

    Parameters
    ----------
    numbers : ndarray of int64, shape (n,)
        House numbers; equal ones may stand in any order.
    along_m : ndarray of float, shape (n,)
        Where each stands along the road, in metres.
    min_share : float
        Share of the numbers that must be in one order, else no order is assumed and all are right.

    Returns
    -------
    ndarray of float, shape (n,)
        Metres outside the stretch between the next smaller and the next larger number of the
        longest ordered subset; 0 within it. The order that keeps more numbers is taken, rising
        where both keep as many.

    Examples
    --------
    >>> numbers = np.array([1, 3, 5, 7, 9])
    >>> out_of_sequence_m(numbers, np.array([0.0, 20.0, 200.0, 60.0, 80.0])).tolist()
    [0.0, 0.0, 140.0, 0.0, 0.0]
    """
    best = np.zeros(len(numbers))
    kept = 0
    for direction in (1.0, -1.0):
        excess, count = _excess_m(numbers, direction * along_m)
        if count > kept:
            best, kept = excess, count
    return best if kept >= min_share * len(numbers) else np.zeros(len(numbers))


def _excess_m(numbers: Integers, along_m: Floats) -> tuple[Floats, int]:
    """Return the excess of each number over its stretch, and how many are in rising order."""
    order = np.lexsort((along_m, numbers))
    chain = order[longest_rising(along_m[order])]
    firsts = np.searchsorted(numbers[chain], numbers, side="left") - 1
    nexts = np.searchsorted(numbers[chain], numbers, side="right")
    bounds = along_m[chain]
    low = np.where(firsts >= 0, bounds[np.maximum(firsts, 0)], -np.inf)
    high = np.where(nexts < len(chain), bounds[np.minimum(nexts, len(chain) - 1)], np.inf)
    excess = np.maximum(np.maximum(low - along_m, along_m - high), 0.0)
    return excess, len(chain)


def side_rule(
    numbers: Integers, side_m: Floats, *, min_clear_m: float, min_plates: int, min_share: float
) -> SideRule:
    """Tell whether odd and even numbers keep to one side each, and who breaks the rule.

    Parameters
    ----------
    numbers : ndarray of int64, shape (n,)
    side_m : ndarray of float, shape (n,)
        Distance from the road's line in metres, positive to its left; NaN where it is not known.
    min_clear_m : float
        Nearer to the line than this, a side is not told.
    min_plates : int
        Numbers with a clear side that it takes, and a quarter as many of each parity.
    min_share : float
        Share of them that must keep the rule for it to be one.

    Returns
    -------
    SideRule

    Examples
    --------
    >>> sides = np.array([9.0, -9, 9, -9, 9, -9, 9, 9])
    >>> rule = side_rule(np.arange(1, 9), sides, min_clear_m=2, min_plates=8, min_share=0.8)
    >>> rule.holds, np.flatnonzero(rule.wrong).tolist()
    (True, [7])
    """
    clear = np.abs(side_m) >= min_clear_m
    odd = numbers % 2 == 1
    odd_left = (odd == (side_m > 0))[clear]
    total = int(clear.sum())
    fewest = min(int(odd[clear].sum()), int((~odd[clear]).sum()))
    kept = max(int(odd_left.sum()), total - int(odd_left.sum()))
    holds = total >= min_plates and 4 * fewest >= min_plates and kept >= min_share * total
    is_left = 2 * int(odd_left.sum()) >= total
    wrong = clear & ((odd == (side_m > 0)) != is_left)
    return SideRule(holds, wrong & holds)
