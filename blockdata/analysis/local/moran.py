"""Moran's I, global and local: descriptive values."""

from __future__ import annotations

from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.sparse import csr_array, diags_array
from scipy.special import ndtr

from blockdata.analysis.local.permuted import Draws, shuffled_p
from blockdata.analysis.local.weights import ROUNDING, Weights, checked
from blockdata.errors import AnalysisError

__all__ = ["global_moran", "local_moran"]

Floats = npt.NDArray[np.float64]


def local_moran(
    values: npt.ArrayLike, weights: Weights, *, divisor: Literal["n", "n-1"] = "n"
) -> pd.DataFrame:
    """Return how a cell and its neighbours go together, and in which quadrant they lie.

    Rows of the weights are made to add up to 1. Expectation and variance are those of a random
    permutation of the other cells' values, given the cell's own.

    Parameters
    ----------
    values : array_like of float, shape (n,)
    weights : csr_array, shape (n, n)
        Without the cells themselves.
    divisor : {"n", "n-1"}
        Of the variance of all values by which I is scaled; both are in use. R's spdep takes n,
        esda n - 1.

    Returns
    -------
    DataFrame
        i, expected, variance, z, quadrant ("high_high", "low_high", "low_low", "high_low": the
        cell, then its neighbours, against the mean) and reason: null, or why the rest is ("island",
        "constant", "too_few"). Where I is the same in every permutation only variance and z are
        null: "at_mean" (the cell's value is the mean), "others_alike", "everything" (all cells are
        its neighbours).

    Raises
    ------
    AnalysisError
        If shapes differ, a value is not finite, or a weight is negative or on the diagonal.

    References
    ----------
    Anselin (1995), Geographical Analysis 27(2), 93-115; Sauer et al. (2021), Geographical
    Analysis 53(3), for the conditional moments.

    Examples
    --------
    >>> from blockdata.analysis.local.weights import distance_band
    >>> row = distance_band([0, 1, 2, 3, 4], [0] * 5, 1)
    >>> local_moran([0, 0, 1, 9, 8], row)["quadrant"].tolist()
    ['low_low', 'low_low', 'low_high', 'high_high', 'high_high']
    """
    x, given = checked(values, weights)
    n = len(x)
    matrix = _row_standardised(given)
    deviation = x - x.mean() if n else x
    total = float(np.square(deviation).sum())
    island = np.diff(given.indptr) == 0
    reason = np.where(island, "island", "").astype(object)
    if total <= ROUNDING * n * np.square(x).max(initial=0.0):
        reason[:] = "constant"
    if n < 3:
        reason[:] = "too_few"
    with np.errstate(divide="ignore", invalid="ignore"):
        scale = np.float64(total) / (n if divisor == "n" else n - 1)
        lag = matrix @ deviation
        weight, squares = matrix.sum(axis=1), matrix.power(2).sum(axis=1)
        i = deviation / scale * lag
        expected = -np.square(deviation) * weight / ((n - 1) * scale)
        others = np.float64(total) / n - np.square(deviation) / (n - 1)
        spread = (squares - weight**2 / (n - 1)) * n / np.float64(n - 2)
        variance = np.square(deviation / scale) * spread * others
        z = (i - expected) / np.sqrt(variance)
        least = ROUNDING * np.square(x).max(initial=0.0)
        still = np.select(
            [np.square(deviation) <= least, n * others <= 1e-13 * total, spread <= 1e-12 * squares],
            ["at_mean", "others_alike", "everything"],
            "",
        )
    own, near = (np.where(v > 0, "high", "low") for v in (deviation, lag))
    quadrant = np.char.add(np.char.add(own, "_"), near)
    known = reason == ""
    moves = known & (still == "")
    reason[known] = still[known]
    values_of = {"i": (i, known), "expected": (expected, known), "variance": (variance, moves)}
    return pd.DataFrame(
        {
            **{name: np.where(told, v, np.nan) for name, (v, told) in values_of.items()},
            "z": np.where(moves, z, np.nan),
            "quadrant": pd.Series(quadrant, dtype="str").where(known),
            "reason": pd.Series(reason, dtype="str").mask(reason == ""),
        }
    )


def _row_standardised(matrix: Weights) -> Weights:
    sums = matrix.sum(axis=1)
    inverse = np.divide(1.0, sums, out=np.zeros_like(sums), where=sums > 0)
    return csr_array(diags_array(inverse) @ matrix)


def global_moran(
    values: npt.ArrayLike,
    weights: Weights,
    *,
    standardised: bool = True,
    draws: Draws | None = None,
) -> dict[str, float]:
    """Return Moran's I of all cells with its moments under random permutation.

    Parameters
    ----------
    values : array_like of float, shape (n,)
    weights : csr_array, shape (n, n)
    standardised : bool, default True
        Whether rows of the weights are made to add up to 1.
    draws : Draws, optional
        Also tell p by random permutations.

    Returns
    -------
    dict
        i, expected, variance, z and p (two-sided; of the normal law: assumes
        "exchangeable_normal"). With `draws` also p_permutation (two-sided; assumes "exchangeable")
        and replications. Islands count in n.

    Raises
    ------
    AnalysisError
        If there are fewer than 4 cells, no neighbours, all values are alike, or all cells are
        neighbours.

    References
    ----------
    Cliff and Ord (1981), Spatial Processes, chapter 2.

    Examples
    --------
    >>> from blockdata.analysis.local.weights import distance_band
    >>> row = distance_band([0, 1, 2, 3, 4], [0] * 5, 1)
    >>> round(global_moran([0, 0, 1, 9, 8], row)["i"], 3)
    0.621
    """
    x, given = checked(values, weights)
    n = len(x)
    deviation = x - x.mean() if n else x
    total = np.square(deviation).sum()
    if n < 4 or given.nnz == 0 or total <= ROUNDING * n * np.square(x).max():
        raise AnalysisError(
            "Moran's I needs 4 cells or more, neighbours, and values that differ",
            where="global_moran",
        )
    matrix = _row_standardised(given) if standardised else given
    s0 = matrix.sum()
    s1 = (matrix + matrix.T).power(2).sum() / 2
    s2 = np.square(matrix.sum(axis=0) + matrix.sum(axis=1)).sum()
    kurtosis = n * np.power(deviation, 4).sum() / total**2
    i = n / s0 * (deviation @ (matrix @ deviation)) / total
    expected = -1 / (n - 1)
    first = n * ((n**2 - 3 * n + 3) * s1 - n * s2 + 3 * s0**2)
    second = kurtosis * ((n**2 - n) * s1 - 2 * n * s2 + 6 * s0**2)
    squared = (first - second) / ((n - 1) * (n - 2) * (n - 3) * s0**2)
    variance = squared - expected**2
    if variance <= 1e-12 * abs(squared):
        raise AnalysisError(
            "Moran's I is the same in every permutation",
            where="global_moran",
            allowed="some cells that are neighbours and some that are not",
        )
    told = {"i": float(i), "expected": expected, "variance": float(variance)}
    told["z"] = float((i - expected) / np.sqrt(variance))
    told["p"] = float(2 * ndtr(-abs(told["z"])))
    if draws is not None:

        def moran(orders: Floats) -> Floats:
            return np.asarray(n / s0 * (orders * (matrix @ orders)).sum(axis=0) / total)

        told["p_permutation"], told["replications"] = shuffled_p(deviation, moran, expected, draws)
    return told
