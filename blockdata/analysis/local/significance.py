"""p values of Gi, Gi* and local Moran: normal, exact and by random permutations, each labelled."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import ndtr

from blockdata.analysis.fdr import Correction, adjusted_qvalues
from blockdata.analysis.local.getis_ord import getis_ord
from blockdata.analysis.local.moran import local_moran
from blockdata.analysis.local.permuted import Draws, permuted_tails
from blockdata.analysis.local.subsets import exact_tails
from blockdata.analysis.local.weights import Weights, checked
from blockdata.errors import AnalysisError

__all__ = ["ASSUMPTIONS", "Alternative", "Method", "getis_ord_test", "local_moran_test"]

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
Method = Literal["analytic", "exact", "permutation"]
Alternative = Literal["two-sided", "greater", "less"]

ASSUMPTIONS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "exchangeable_normal": (
            "各单元的数值可互换（暴露量相同），邻域之和近似正态；计数少或暴露不均时不能判定显著",
            "cells are alike in exposure and sums over neighbours are normal; else no significance",
        ),
        "exchangeable": (
            "各单元的数值可互换（暴露量相同）；暴露不均时不能判定显著",
            "cells are alike in exposure; else no significance",
        ),
        "proportional": (
            "案件相互独立，按暴露量比例落入各单元；案件有聚发时会误报",
            "incidents fall one by one in proportion to exposure; bursts make false alarms",
        ),
        "proportional_overdispersed": (
            "案件按暴露量比例分布，离散程度由数据估计（负二项），各单元相互独立",
            "incidents in proportion to exposure, spread as estimated, cells independent",
        ),
    }
)
"""What a p value stands on, in Chinese and English, by the code in column `assumes`."""

_ASSUMES = {
    "analytic": "exchangeable_normal",
    "exact": "exchangeable",
    "permutation": "exchangeable",
}


def getis_ord_test(
    values: npt.ArrayLike,
    weights: Weights,
    *,
    star: bool = True,
    method: Method = "permutation",
    alternative: Alternative = "two-sided",
    correction: Correction = "bh",
    draws: Draws | None = None,
) -> pd.DataFrame:
    """Return Gi* or Gi with p and q, and what they stand on.

    All three methods ask where a value could stand if values were dealt out to cells at random:
    Gi* deals out all values, Gi those of the other cells. That is no significance where exposure
    differs (`neighbourhood_test` is, and `hotspots`).

    Parameters
    ----------
    values : array_like of float, shape (n,)
    weights : csr_array, shape (n, n)
        As for `getis_ord`; ones for all methods but "analytic".
    star : bool, default True
    method : {"permutation", "exact", "analytic"}
        Random permutations that stop early; all permutations at once (whole numbers of 0 or more;
        the hypergeometric law where they are 0 or 1); the normal law.
    alternative : {"two-sided", "greater", "less"}
        Two-sided p is twice the smaller tail, at most 1. "greater" is hot.
    correction : {"bh", "by"}
        The family is all cells of this call that have a z.
    draws : Draws, optional
        For "permutation". p depends on the seed, and so on the order of the cells.

    Returns
    -------
    DataFrame
        z, p, q, p_method, assumes (a key of `ASSUMPTIONS`), replications (draws looked at, null
        for other methods) and reason: null, or why z, p and q are ("island", "constant",
        "everything", "too_few"). Such cells are outside the family.

    Raises
    ------
    AnalysisError
        As `getis_ord`; if a method or alternative is unknown, weights are no ones, or exact p is
        asked of what are no counts or would take too long.

    References
    ----------
    Ord and Getis (1995), Geographical Analysis 27(4), 286-306; Besag and Clifford (1991),
    Biometrika 78(2), 301-304.

    Examples
    --------
    >>> from blockdata.analysis.local import distance_band
    >>> row = distance_band([0, 1, 2, 3, 4], [0] * 5, 1)
    >>> getis_ord_test([0, 0, 1, 9, 8], row, method="exact")["p"].round(3).tolist()
    [0.2, 0.2, 1.0, 0.2, 0.2]
    """
    x, matrix = checked(values, weights)
    told = getis_ord(x, matrix, star=star)
    sums = matrix @ x + (x if star else 0.0)
    sizes = np.diff(matrix.indptr) + int(star)
    high = np.asarray(told["z"] >= 0)
    upper = _upper(alternative, high, np.ones(len(x), dtype=bool))
    asked = _Asked(x, matrix, sums, sizes, upper, star)
    return _with_p(told, asked, (method, alternative), correction, draws or Draws())


def local_moran_test(
    values: npt.ArrayLike,
    weights: Weights,
    *,
    divisor: Literal["n", "n-1"] = "n",
    method: Method = "permutation",
    alternative: Alternative = "two-sided",
    correction: Correction = "bh",
    draws: Draws | None = None,
) -> pd.DataFrame:
    """Return local Moran's I with p and q, and what they stand on.

    The cell's own value stays and the other values are dealt out at random; since I is then the
    sum over the neighbours times a constant, exact and random p are those of Gi, in the tail that
    the cell's own side tells.

    Parameters
    ----------
    values, weights, method, correction, draws
        As for `getis_ord_test`.
    divisor : {"n", "n-1"}
        As for `local_moran`; no p depends on it.
    alternative : {"two-sided", "greater", "less"}
        "greater" is a cell like its neighbours, "less" one that differs from them.

    Returns
    -------
    DataFrame
        i, expected, variance, z, quadrant, p, q, p_method, assumes, replications and reason
        as in `local_moran`. Cells with a reason have no p and are outside the family.

    Raises
    ------
    AnalysisError
        As `getis_ord_test`.

    References
    ----------
    Anselin (1995), Geographical Analysis 27(2), 93-115; Besag and Clifford (1991).

    Examples
    --------
    >>> from blockdata.analysis.local import distance_band
    >>> row = distance_band([0, 1, 2, 3, 4], [0] * 5, 1)
    >>> local_moran_test([0, 0, 1, 9, 8], row, method="exact")["p"].round(3).tolist()
    [0.5, 0.333, 1.0, 0.333, 0.5]
    """
    x, matrix = checked(values, weights)
    told = local_moran(x, matrix, divisor=divisor)
    sums, sizes = np.asarray(matrix @ x), np.diff(matrix.indptr)
    # I rises with the sum of the neighbours where the cell is above the mean, else it falls.
    above = x > x.mean() if len(x) else x > 0
    high = np.asarray(told["z"] >= 0)
    asked = _Asked(x, matrix, sums, sizes, _upper(alternative, high, above), star=False)
    return _with_p(told, asked, (method, alternative), correction, draws or Draws())


class _Asked(NamedTuple):
    """Sums over neighbours and which tail of their law is asked."""

    x: Floats
    matrix: Weights
    sums: Floats
    sizes: Integers
    upper: Flags
    star: bool


def _upper(alternative: str, high: Flags, rises: Flags) -> Flags:
    """Tell whose upper tail of the sum is asked; `rises` is whether the statistic does with it."""
    if alternative not in {"two-sided", "greater", "less"}:
        raise AnalysisError(
            f"unknown alternative {alternative!r}",
            where="local statistics",
            allowed="two-sided, greater, less",
        )
    wanted = high if alternative == "two-sided" else np.full(len(high), alternative == "greater")
    return np.asarray(wanted == rises)


def _with_p(
    told: pd.DataFrame,
    asked: _Asked,
    how: tuple[str, str],
    correction: Correction,
    draws: Draws,
) -> pd.DataFrame:
    method, alternative = how
    if method not in _ASSUMES:
        raise AnalysisError(
            f"unknown method {method!r}", where="local statistics", allowed=", ".join(_ASSUMES)
        )
    known = told["reason"].isna().to_numpy()
    replications = pd.Series(pd.NA, index=told.index, dtype="Int64")
    if method == "analytic":
        p = _normal_tails(told["z"].to_numpy(), alternative)
    else:
        tails, made = _dealt_tails(asked, known, draws if method == "permutation" else None)
        p = np.minimum(2 * tails, 1.0) if alternative == "two-sided" else tails
        if method == "permutation":
            replications[known] = made[known]
    p = np.where(known, p, np.nan)
    return told.drop(columns="reason").assign(
        p=p,
        q=adjusted_qvalues(p, correction),
        p_method=pd.Series(method, index=told.index, dtype="str"),
        assumes=pd.Series(_ASSUMES[method], index=told.index, dtype="str"),
        replications=replications,
        reason=told["reason"],
    )


def _dealt_tails(asked: _Asked, known: Flags, draws: Draws | None) -> tuple[Floats, Integers]:
    """Return the tails over random permutations, or over all of them without `draws`."""
    if (asked.matrix.data != 1).any():
        raise AnalysisError(
            "weights are not all 1",
            where="local statistics",
            allowed="ones for exact and permutation p",
            next_step="Take weights of ones, or method='analytic'.",
        )
    sizes = np.where(known, asked.sizes, 0)
    if draws is not None:
        sign = np.where(asked.upper, 1, -1)
        return permuted_tails(asked.x, asked.sums, sizes, sign, draws, star=asked.star)
    counts, sums = _counts(asked.x), asked.sums.astype(np.int64)
    return exact_tails(counts, sums, sizes, asked.upper, star=asked.star), sizes


def _normal_tails(z: Floats, alternative: str) -> Floats:
    if alternative == "two-sided":
        return np.asarray(2 * ndtr(-np.abs(z)))
    return np.asarray(ndtr(-z if alternative == "greater" else z))


def _counts(x: Floats) -> Integers:
    if (x < 0).any() or (x != np.floor(x)).any():
        raise AnalysisError(
            "values are no counts",
            where="exact permutation p",
            allowed="whole numbers >= 0",
            next_step="Take method='permutation'.",
        )
    return x.astype(np.int64)
