"""Likelihood ratios of windows, and how many cases a window needs for a ratio worth looking at.

The largest ratio of a simulated district is sought among millions of windows. Ratios grow with the
cases of a window and shrink with what is expected in it, so tables made once tell, for a number of
levels, which windows can reach the level; a logarithm is taken only for those.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from blockdata.kernels.jit import jit_inline

__all__ = [
    "LEVELS",
    "bernoulli_llr",
    "bins_of",
    "largest_expected",
    "level_of",
    "llr_of",
    "needed_cases",
    "poisson_llr",
]

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
Int32s = npt.NDArray[np.int32]

_STEP = 0.25
LEVELS: Floats = _STEP * np.arange(64, dtype=np.float64)
"""Ratios for which tables are made; the largest of a district without clusters is 4 to 12."""

_BINS = 16.0
"""Bins of expected counts for each unit of their square root: each bin is an eighth of a standard
deviation wide."""


@jit_inline
def poisson_llr(count: float, expected: float, total: float) -> float:
    """Return the log likelihood ratio of a window with too many cases, discrete Poisson model.

    Parameters
    ----------
    count, expected : float
        Cases in the window, and how many are expected there.
    total : float
        Cases in all; the expected counts add up to it.

    Returns
    -------
    float
        0 where there are no more cases than expected.

    References
    ----------
    Kulldorff (1997), A spatial scan statistic, Communications in Statistics 26(6), 1481-1496.

    Examples
    --------
    >>> round(poisson_llr(4.0, 1.6, 10.0), 6)
    1.64633
    """
    if count <= expected:
        return 0.0
    ratio = count * math.log(count / expected)
    if count < total:
        ratio += (total - count) * math.log((total - count) / (total - expected))
    return ratio


@jit_inline
def bernoulli_llr(count: float, size: float, total: float, people: float) -> float:
    """Return the log likelihood ratio of a window with too many cases, Bernoulli model.

    Parameters
    ----------
    count, size : float
        Cases, and cases and controls together, in the window.
    total, people : float
        The same of the whole district.

    Returns
    -------
    float
        0 where the share of cases is no higher inside than outside.

    References
    ----------
    Kulldorff (1997), A spatial scan statistic, Communications in Statistics 26(6), 1481-1496.

    Examples
    --------
    >>> round(bernoulli_llr(4.0, 5.0, 6.0, 20.0), 6)
    3.825157
    """
    if count * people <= total * size:
        return 0.0
    ratio = _entropy(count, size) + _entropy(total - count, people - size)
    return ratio - _entropy(total, people)


@jit_inline
def _entropy(count: float, size: float) -> float:
    """Return the largest log likelihood of so many cases among so many."""
    result = 0.0
    if count > 0:
        result += count * math.log(count / size)
    if count < size:
        result += (size - count) * math.log((size - count) / size)
    return result


@jit_inline
def llr_of(count: float, expected: float, total: float, people: float) -> float:
    """Return the ratio of the model: Bernoulli if people are counted, else Poisson.

    Parameters
    ----------
    count, expected : float
        Cases in the window, and how many are expected there.
    total : float
        Cases in all.
    people : float
        Cases and controls together; 0 for the Poisson model.

    Returns
    -------
    float

    Examples
    --------
    >>> round(llr_of(4.0, 1.5, 6.0, 20.0), 6), round(llr_of(4.0, 1.6, 10.0, 0.0), 6)
    (3.825157, 1.64633)
    """
    if people > 0:
        return bernoulli_llr(count, expected * people / total, total, people)
    return poisson_llr(count, expected, total)


@jit_inline
def level_of(ratio: float) -> int:
    """Return the number of the highest level that is no higher than a ratio.

    Examples
    --------
    >>> level_of(1.1), level_of(99.0)
    (4, 63)
    """
    # A little less than the ratio: tables and ratios are rounded each in its own way.
    return min(max(int(ratio / 0.25 - 1e-6), 0), 63)


def largest_expected(total: int, most: int) -> Floats:
    """Return the largest expectation against which a number of cases reaches each level.

    Parameters
    ----------
    total : int
        Cases in all.
    most : int
        Largest number of cases to tabulate; larger ones stand for themselves.

    Returns
    -------
    ndarray of float64, shape (levels, most + 1)
        By level and number of cases, Poisson model; rounded up.

    Notes
    -----
    As a function of the expectation the ratio is convex and falling up to the number of cases, so
    that Newton's method from the left converges without overshooting.

    Examples
    --------
    >>> limit = largest_expected(10, 4)[6, 4]
    >>> bool(round(poisson_llr(4.0, float(limit), 10.0), 6) == LEVELS[6])
    True
    """
    count = np.arange(1.0, most + 1)[None, :]
    outside, level = total - count, LEVELS[1:, None]
    expected = count * np.exp(-level / count - 1)
    safe = np.maximum(outside, 1e-300)
    for _ in range(60):
        rest = total - expected
        above = count * np.log(count / expected) + outside * np.log(safe / rest) - level
        step = above / (count / expected - outside / rest)
        expected = expected + step
        if (np.abs(step) <= 1e-11 * expected).all():
            break
    table = np.zeros((len(LEVELS), most + 1))
    table[0, 1:], table[1:, 1:] = count, expected * (1 + 1e-9)
    return table


def bins_of(expected: Floats) -> Int32s:
    """Return the bin of each expected count; bins are equally wide in its square root.

    Parameters
    ----------
    expected : ndarray of float64

    Returns
    -------
    ndarray of int32

    Examples
    --------
    >>> bins_of(np.array([0.0, 1.0, 4.0])).tolist()
    [0, 16, 32]
    """
    return (_BINS * np.sqrt(expected)).astype(np.int32)


def needed_cases(total: int, people: int, bins: int) -> Int32s:
    """Return the fewest cases with which a window can reach each level, by bin of its expectation.

    Parameters
    ----------
    total : int
        Cases in all.
    people : int
        Cases and controls together; 0 for the Poisson model.
    bins : int
        How many bins; see `bins_of`.

    Returns
    -------
    ndarray of int32, shape (levels, bins)
        Never too many for any expectation of the bin; total + 1 where none is enough.

    Examples
    --------
    >>> needed_cases(10, 0, 40)[6, bins_of(np.array([1.6]))[0]]
    np.int32(4)
    """
    expected = (np.arange(bins) / _BINS) ** 2 * (1 - 1e-9)
    low = np.broadcast_to(np.floor(expected), (len(LEVELS), bins)).copy()
    high = np.full((len(LEVELS), bins), total + 1.0)
    level = LEVELS[:, None] * (1 - 1e-9)
    # Between a count that is too few and one that is enough (or beyond all).
    for _ in range(int(np.ceil(np.log2(total + 2))) + 1):
        middle = np.floor((low + high) / 2)
        enough = _ratios(middle, expected[None, :], total, people) >= level
        enough &= middle > expected
        high = np.where(enough, middle, high)
        low = np.where(enough, low, np.maximum(low, middle))
    needed: Int32s = np.maximum(high, 1).astype(np.int32)
    return needed


def _ratios(count: Floats, expected: Floats, total: int, people: int) -> Floats:
    """Return ratios, without a limit to one side, for many windows at a time."""
    tiny = 1e-300
    inside = np.maximum(np.minimum(count, total), tiny)
    rest = np.maximum(total - inside, tiny)
    if people:
        # A window holds no fewer people than cases, whatever the lower end of its bin says.
        expected = np.maximum(expected, inside * total / people)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = inside * np.log(inside / np.maximum(expected, tiny))
        ratio += rest * np.log(rest / np.maximum(total - expected, tiny))
        if people:
            size = expected * people / total
            well, well_outside = size - inside, people - size - rest
            ratio += _shares(well, size) + _shares(well_outside, people - size)
            ratio -= _shares(np.array(float(people - total)), np.array(float(people)))
    return np.where(np.isfinite(ratio), ratio, np.inf)


def _shares(part: Floats, whole: Floats) -> Floats:
    # Where more cases were asked for than there are people, all of them are cases.
    part = np.maximum(part, 0.0)
    safe = np.maximum(part, 1e-300)
    return np.where(part > 0, part * np.log(safe / np.maximum(whole, 1e-300)), 0.0)
