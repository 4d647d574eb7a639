"""False discovery rate: the step-up rules of Benjamini and Hochberg, and of Yekutieli."""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from blockdata.analysis.checks import require_numbers, require_share, require_whole
from blockdata.analysis.tails import FloatArray
from blockdata.errors import AnalysisError

__all__ = [
    "Correction",
    "adjusted_qvalues",
    "benjamini_hochberg",
    "benjamini_yekutieli",
    "bh_qvalues",
    "by_qvalues",
]

Correction = Literal["bh", "by"]
"""Benjamini and Hochberg (tests independent or positively dependent), or Benjamini and Yekutieli
(any dependence)."""


def bh_qvalues(p: ArrayLike, *, family_size: int | None = None) -> FloatArray:
    """Smallest level at which each p-value would be rejected.

    Parameters
    ----------
    p : array_like of float, shape (n,)
        p-values of one family. NaN was not tested: it is outside the family and stays NaN.
    family_size : int, optional
        Number of tests in the family when it is larger than the number of p-values. Needed
        when members were set aside *because of* data that also make the p-values: leaving
        them out of the count would reject too much. They count as p = 1.

    Returns
    -------
    ndarray of float, shape (n,)
        q-values in the order of `p`; equal p give equal q.

    Raises
    ------
    AnalysisError
        If a p-value is outside 0 to 1, or the family is smaller than its members.

    References
    ----------
    Benjamini, Y. and Hochberg, Y. (1995). Controlling the false discovery rate. Journal of the
    Royal Statistical Society B 57, 289-300.

    Examples
    --------
    >>> bh_qvalues([0.01, float("nan"), 0.04]).tolist()
    [0.02, nan, 0.04]
    """
    values = require_numbers(p, "p-values")
    if values.ndim != 1:
        raise AnalysisError(
            f"p-values of shape {values.shape}", where="bh_qvalues", allowed="one dimension"
        )
    if family_size is not None:
        require_whole(family_size, 0, "bh_qvalues family_size")
    tested = np.flatnonzero(~np.isnan(values))
    if np.any((values[tested] < 0) | (values[tested] > 1)):
        raise AnalysisError("a p-value is out of range", where="bh_qvalues", allowed="0 to 1, NaN")
    size = len(tested) if family_size is None else family_size
    if size < len(tested):
        raise AnalysisError(
            f"family of {size} for {len(tested)} p-values", where="bh_qvalues", allowed="not fewer"
        )
    order = tested[np.argsort(values[tested], kind="stable")]
    # p * (m / i), in this order, equals scipy's product to the last bit.
    scaled = values[order] * (size / np.arange(1, len(order) + 1))
    result = np.full(values.shape, np.nan)
    result[order] = np.minimum(np.minimum.accumulate(scaled[::-1])[::-1], 1.0)
    return result


def by_qvalues(p: ArrayLike, *, family_size: int | None = None) -> FloatArray:
    """Smallest level at which each p-value would be rejected, whatever the tests share.

    Parameters
    ----------
    p, family_size
        As in `bh_qvalues`.

    Returns
    -------
    ndarray of float, shape (n,)

    Raises
    ------
    AnalysisError
        As in `bh_qvalues`.

    References
    ----------
    Benjamini, Y. and Yekutieli, D. (2001). The control of the false discovery rate in multiple
    testing under dependency. Annals of Statistics 29, 1165-1188.

    Examples
    --------
    >>> by_qvalues([0.01, float("nan"), 0.04]).round(3).tolist()
    [0.03, nan, 0.06]
    """
    q = bh_qvalues(p, family_size=family_size)
    size = int((~np.isnan(q)).sum()) if family_size is None else family_size
    harmonic = float((1 / np.arange(1, size + 1)).sum())
    return np.asarray(np.minimum(q * harmonic, 1.0))


def benjamini_hochberg(
    p: ArrayLike, alpha: float, *, family_size: int | None = None
) -> NDArray[np.bool_]:
    """Which tests of a family are rejected at false discovery rate `alpha`.

    Parameters
    ----------
    p : array_like of float, shape (n,)
        p-values of one family; NaN is outside the family and never rejected.
    alpha : float
        Level, between 0 and 1.
    family_size : int, optional
        As in `bh_qvalues`.

    Returns
    -------
    ndarray of bool, shape (n,)

    Raises
    ------
    AnalysisError
        If `alpha` or a p-value is out of range.

    References
    ----------
    Benjamini and Hochberg (1995), as in `bh_qvalues`.

    Examples
    --------
    >>> benjamini_hochberg([0.001, 0.3, float("nan")], 0.05).tolist()
    [True, False, False]
    """
    require_share(alpha, "benjamini_hochberg alpha")
    return np.asarray(bh_qvalues(p, family_size=family_size) <= alpha)


def benjamini_yekutieli(
    p: ArrayLike, alpha: float, *, family_size: int | None = None
) -> NDArray[np.bool_]:
    """Which tests are rejected at false discovery rate `alpha`, whatever their dependence.

    Parameters
    ----------
    p : array_like of float, shape (n,)
        p-values of one family; NaN is outside the family and never rejected.
    alpha : float
        Level, between 0 and 1.
    family_size : int, optional
        As in `bh_qvalues`.

    Returns
    -------
    ndarray of bool, shape (n,)

    Raises
    ------
    AnalysisError
        If `alpha` or a p-value is out of range.

    References
    ----------
    Benjamini and Yekutieli (2001), as in `by_qvalues`.

    Examples
    --------
    >>> benjamini_yekutieli([0.001, 0.03, float("nan")], 0.04).tolist()
    [True, False, False]
    """
    require_share(alpha, "benjamini_yekutieli alpha")
    return np.asarray(by_qvalues(p, family_size=family_size) <= alpha)


def adjusted_qvalues(
    p: ArrayLike, correction: Correction, *, family_size: int | None = None
) -> FloatArray:
    """Return q-values by the rule that is named.

    Parameters
    ----------
    p : array_like of float, shape (n,)
        p-values of one family; NaN is outside the family and stays NaN.
    correction : {"bh", "by"}
    family_size : int, optional
        As in `bh_qvalues`.

    Returns
    -------
    ndarray of float, shape (n,)

    Raises
    ------
    AnalysisError
        If the rule is unknown or a p-value is out of range.

    Examples
    --------
    >>> adjusted_qvalues([0.01, 0.04], "bh").tolist()
    [0.02, 0.04]
    """
    rules = {"bh": bh_qvalues, "by": by_qvalues}
    if not isinstance(correction, str) or correction not in rules:
        raise AnalysisError(
            f"unknown correction {correction!r}", where="adjusted_qvalues", allowed="bh, by"
        )
    return rules[correction](p, family_size=family_size)
