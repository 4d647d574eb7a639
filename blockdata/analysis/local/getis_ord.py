"""Gi and Gi* of Getis and Ord: descriptive values, never a test by themselves."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.sparse import csr_array, eye_array
from scipy.special import ndtr

from blockdata.analysis.local.permuted import Draws, shuffled_p
from blockdata.analysis.local.weights import ROUNDING, Weights, checked
from blockdata.errors import AnalysisError

__all__ = ["getis_ord", "global_getis_ord"]

Floats = npt.NDArray[np.float64]


def getis_ord(values: npt.ArrayLike, weights: Weights, *, star: bool = True) -> pd.DataFrame:
    """Return how far the sum of a cell's neighbourhood lies from its expectation.

    Parameters
    ----------
    values : array_like of float, shape (n,)
    weights : csr_array, shape (n, n)
        Without the cells themselves, as from `contiguity`, `distance_band` or `k_nearest`.
    star : bool, default True
        Gi*: the cell itself counts in its neighbourhood, with weight 1. Else Gi: it counts
        neither there nor in mean and variance.

    Returns
    -------
    DataFrame
        z (standard deviates under random permutation) and reason: null, or why there is no z:
        "island" (no neighbour), "constant" (the values that count are all alike), "everything"
        (the neighbourhood is the whole area), "too_few" (fewer than 3 cells). z is then null.

    Raises
    ------
    AnalysisError
        If shapes differ, a value is not finite, or a weight is negative or on the diagonal.

    Notes
    -----
    z is no significance: counts are discrete and overdispersed and exposure differs. Use the test
    of `hotspots` for that.

    References
    ----------
    Ord and Getis (1995), Geographical Analysis 27(4), 286-306.

    Examples
    --------
    >>> from blockdata.analysis.local.weights import distance_band
    >>> row = distance_band([0, 1, 2, 3, 4], [0] * 5, 1)
    >>> getis_ord([0, 0, 1, 9, 8], row)["z"].round(2).tolist()
    [-1.46, -1.99, -0.16, 1.46, 1.99]
    """
    x, neighbours = checked(values, weights)
    count = len(x)
    matrix = csr_array(neighbours + eye_array(count, format="csr")) if star else neighbours
    weight, squares = matrix.sum(axis=1), matrix.power(2).sum(axis=1)
    others = count if star else count - 1
    # Values are taken from their mean first: large ones would lose their last digits in squares.
    centred = x - x.mean() if count else x
    own = 0.0 if star else centred
    with np.errstate(divide="ignore", invalid="ignore"):
        mean = (centred.sum() - own) / others
        variance = ((centred**2).sum() - np.square(own)) / others - mean**2
        spread = (others * squares - weight**2) / (others - 1)
        z = (matrix @ centred - mean * weight) / np.sqrt(np.maximum(variance * spread, 0.0))
    scale = np.square(x).max(initial=0.0)
    reason = np.select(
        [
            np.full(count, others < 3),
            np.diff(neighbours.indptr) == 0,
            variance + np.zeros(count) <= ROUNDING * scale,
            spread <= 1e-12 * squares,
        ],
        ["too_few", "island", "constant", "everything"],
        "",
    )
    return _told(z, reason)


def _told(z: Floats, reason: npt.NDArray[np.str_]) -> pd.DataFrame:
    known = reason == ""
    return pd.DataFrame(
        {
            "z": np.where(known, z, np.nan),
            "reason": pd.Series(reason, dtype="str").mask(known),
        }
    )


def global_getis_ord(
    values: npt.ArrayLike, weights: Weights, *, draws: Draws | None = None
) -> dict[str, float]:
    """Return the general G: the share of all products of two values that neighbours have.

    Parameters
    ----------
    values : array_like of float, shape (n,)
        Not negative.
    weights : csr_array, shape (n, n)
    draws : Draws, optional
        Also tell p by random permutations.

    Returns
    -------
    dict
        g, expected, variance, z (under random permutation) and p (two-sided; of the normal law:
        assumes "exchangeable_normal"). With `draws` also p_permutation (two-sided; assumes
        "exchangeable") and replications.

    Raises
    ------
    AnalysisError
        If a value is negative, there are fewer than 4 cells, no products of two values, or G is the
        same in every permutation (all values alike, no cell or every cell a neighbour).

    References
    ----------
    Getis and Ord (1992), Geographical Analysis 24(3), 189-206.

    Examples
    --------
    >>> from blockdata.analysis.local.weights import distance_band
    >>> row = distance_band([0, 1, 2, 3, 4], [0] * 5, 1)
    >>> round(global_getis_ord([0, 0, 1, 9, 8], row)["z"], 2)
    1.35
    """
    x, matrix = checked(values, weights)
    n = len(x)
    first, second = x.sum(), np.square(x).sum()
    products = first**2 - second
    if n < 4 or (x < 0).any() or products <= 0:
        raise AnalysisError(
            "the general G needs 4 cells or more, no negative value and two above 0",
            where="global_getis_ord",
        )
    g = float(x @ (matrix @ x) / products)
    s0 = matrix.sum()
    expected = s0 / (n * (n - 1))
    squared = _variance(x, matrix)
    variance = squared - expected**2
    if variance <= 1e-14 * squared:
        raise AnalysisError(
            "the general G is the same in every permutation",
            where="global_getis_ord",
            allowed="values that differ, some cells that are neighbours and some that are not",
        )
    told = {"g": g, "expected": float(expected), "variance": float(variance)}
    told["z"] = float((g - expected) / np.sqrt(variance))
    told["p"] = float(2 * ndtr(-abs(told["z"])))
    if draws is not None:

        def general(orders: Floats) -> Floats:
            return np.asarray((orders * (matrix @ orders)).sum(axis=0) / products)

        told["p_permutation"], told["replications"] = shuffled_p(x, general, expected, draws)
    return told


def _variance(x: Floats, matrix: Weights) -> float:
    """Return the expectation of G squared under random permutation."""
    n = len(x)
    m1, m2, m3, m4 = (np.power(x, k).sum() for k in range(1, 5))
    s0 = matrix.sum()
    s1 = (matrix + matrix.T).power(2).sum() / 2
    s2 = np.square(matrix.sum(axis=0) + matrix.sum(axis=1)).sum()
    b0 = (n**2 - 3 * n + 3) * s1 - n * s2 + 3 * s0**2
    b1 = -((n**2 - n) * s1 - 2 * n * s2 + 6 * s0**2)
    b2 = -(2 * n * s1 - (n + 3) * s2 + 6 * s0**2)
    b3 = 4 * (n - 1) * s1 - 2 * (n + 1) * s2 + 8 * s0**2
    b4 = s1 - s2 + s0**2
    terms = b0 * m2**2 + b1 * m4 + b2 * m1**2 * m2 + b3 * m1 * m3 + b4 * m1**4
    below = (m1**2 - m2) ** 2 * n * (n - 1) * (n - 2) * (n - 3)
    return float(terms / below)
