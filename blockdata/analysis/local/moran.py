"""Moran's I, global and local: descriptive values."""

from __future__ import annotations

from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.sparse import csr_array, diags_array

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
        cell, then its neighbours, against the mean) and reason ("island", "constant", "too_few"
        where the rest is null; else null).

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
    own, near = (np.where(v > 0, "high", "low") for v in (deviation, lag))
    quadrant = np.char.add(np.char.add(own, "_"), near)
    known = reason == ""
    numbers = {"i": i, "expected": expected, "variance": variance, "z": z}
    return pd.DataFrame(
        {
            **{name: np.where(known, column, np.nan) for name, column in numbers.items()},
            "quadrant": pd.Series(quadrant, dtype="str").where(known),
            "reason": pd.Series(reason, dtype="str").mask(known),
        }
    )


def _row_standardised(matrix: Weights) -> Weights:
    sums = matrix.sum(axis=1)
    inverse = np.divide(1.0, sums, out=np.zeros_like(sums), where=sums > 0)
    return csr_array(diags_array(inverse) @ matrix)


def global_moran(
    values: npt.ArrayLike, weights: Weights, *, standardised: bool = True
) -> dict[str, float]:
    """Return Moran's I of all cells with its moments under random permutation.

    Parameters
    ----------
    values : array_like of float, shape (n,)
    weights : csr_array, shape (n, n)
    standardised : bool, default True
        Whether rows of the weights are made to add up to 1.

    Returns
    -------
    dict
        i, expected, variance, z. Islands count in n.

    Raises
    ------
    AnalysisError
        If there are fewer than 4 cells, no neighbours, or all values are alike.

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
    variance = (first - second) / ((n - 1) * (n - 2) * (n - 3) * s0**2) - expected**2
    z = (i - expected) / np.sqrt(variance)
    return {"i": float(i), "expected": expected, "variance": float(variance), "z": float(z)}
