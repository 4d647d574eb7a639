"""Scoring counts against their exposure, all that is tested together as one family."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from blockdata.analysis.checks import require_counts, require_numbers, require_share
from blockdata.analysis.fdr import Correction, adjusted_qvalues
from blockdata.analysis.hotspots.law import Law, fit_law
from blockdata.analysis.tails import FloatArray
from blockdata.errors import AnalysisError

__all__ = ["excess_rank", "score_counts", "score_family"]

_MOST_ROUNDS = 10
_MOST_LEFT_OUT = 0.1
"""No more than this share of a category's cells is left out of its law."""

Integers = NDArray[np.int64]
Flags = NDArray[np.bool_]


def score_counts(
    count: Integers, exposure: FloatArray, *, alpha: float, min_total: int
) -> pd.DataFrame:
    """Test the counts of one category of places; see `score_family`.

    Parameters
    ----------
    count : ndarray of int64, shape (n,)
    exposure : ndarray of float64, shape (n,)
    alpha, min_total
        As in `score_family`.

    Returns
    -------
    DataFrame, shape (n, 12)
        As from `score_family`, without `part`.

    Raises
    ------
    AnalysisError
        As `score_family`.

    Examples
    --------
    >>> score_counts(np.array([9, 0]), np.array([5.0, 0.0]), alpha=0.05, min_total=5)["reason"][0]
    'one_cell'
    """
    scored = score_family([count], [exposure], alpha=alpha, min_total=min_total)
    return scored.drop(columns="part")


def score_family(
    counts: Sequence[Integers],
    exposures: Sequence[FloatArray],
    *,
    alpha: float,
    min_total: int,
    correction: Correction = "bh",
) -> pd.DataFrame:
    """Test the counts of several categories (or windows) against exposure, as one family.

    Each part has its own law (`fit_law`), p is its exact upper tail, and q is over all parts. If
    something is hot, the laws of the parts that have it are fitted again to the cells that are
    not hot, all cells are tested against these, and so on until nothing is added: what is hot
    does not hide what else is. Where nothing is found at first this changes nothing, so that the
    chance of any false alarm where nothing is hot stays what it is.

    Parameters
    ----------
    counts : sequence of ndarray of int64, shapes (n_i,)
        Counts >= 0 of each part, in a fixed order of the places: sums are taken in it.
    exposures : sequence of ndarray of float64, shapes (n_i,)
        Exposure >= 0; NaN is not known. Both zero and NaN are outside the family.
    alpha : float
        False discovery rate.
    min_total : int
        Smallest total count of a part that is tested, >= 1.
    correction : {"bh", "by"}

    Returns
    -------
    DataFrame, one row per part and place in the order of the input
        part, count, exposure, reason, expected, dispersion, p, excess, ratio, statistic (the
        excess in standard deviations of the null), q, hot, rank (by excess within the part);
        null where not tested.

    Raises
    ------
    AnalysisError
        If `alpha` or `min_total` is out of range, shapes differ, a count is no whole number >= 0,
        or an exposure is negative or infinite.

    References
    ----------
    Leaving out what was found before judging again: the outward testing of outliers of
    Davies, L. and Gather, U. (1993), Journal of the American Statistical Association 88,
    782-792.

    Examples
    --------
    >>> counts, ones = np.array([9, 1, 1, 1]), np.ones(4)
    >>> scored = score_family([counts, counts[::-1]], [ones, ones], alpha=0.05, min_total=5)
    >>> scored["part"].tolist()
    [0, 0, 0, 0, 1, 1, 1, 1]
    """
    require_share(alpha, "hotspot alpha")
    if min_total < 1:
        raise AnalysisError("min_total is too small", where="hotspot test", allowed="1 or more")
    counts = [_counts(count) for count in counts]
    exposures = [require_numbers(exposure, "hotspot exposure") for exposure in exposures]
    if any(np.any((exposure < 0) | np.isinf(exposure)) for exposure in exposures):
        raise AnalysisError(
            "exposure is negative or infinite", where="hotspot test", allowed="finite, >= 0"
        )
    if [len(count) for count in counts] != [len(exposure) for exposure in exposures]:
        raise AnalysisError("counts and exposures differ in number", where="hotspot test")
    parts = [
        _Part(count, exposure, _reasons(count, exposure, min_total))
        for count, exposure in zip(counts, exposures, strict=True)
    ]
    if not parts:
        return pd.DataFrame()
    laws, p, q = _fitted(parts, alpha, min_total, correction)
    return _frame(parts, laws, p, q, alpha)


def _counts(count: Integers) -> Integers:
    checked: Integers = require_counts(pd.Series(count), "hotspot counts").to_numpy(np.int64)
    return checked


@dataclass(frozen=True)
class _Part:
    """Counts and exposure of one category, and why each place is not tested ("" where it is)."""

    count: Integers
    exposure: FloatArray
    reason: NDArray[np.str_]

    @property
    def tested(self) -> Flags:
        return np.asarray(self.reason == "")

    def law(self, used: Flags) -> Law | None:
        return fit_law(self.count[used], self.exposure[used]) if used.any() else None

    def tail(self, law: Law | None) -> FloatArray:
        p = np.full(len(self.count), np.nan)
        if law is not None:
            p[self.tested] = law.upper_tail(self.count[self.tested], self.exposure[self.tested])
        return p


def _fitted(
    parts: Sequence[_Part], alpha: float, min_total: int, correction: Correction
) -> tuple[list[Law | None], FloatArray, FloatArray]:
    """Fit the laws, leaving out round by round what is hot."""
    laws = [part.law(part.tested) for part in parts]
    tails = [part.tail(law) for part, law in zip(parts, laws, strict=True)]
    out = [np.zeros(len(part.count), dtype=np.bool_) for part in parts]
    ends = np.cumsum([len(part.count) for part in parts])[:-1]
    p = np.concatenate(tails)
    q = adjusted_qvalues(p, correction)
    for _ in range(_MOST_ROUNDS):
        added = False
        for at, hot in enumerate(np.split(q <= alpha, ends)):
            left_out = out[at] | hot
            if (hot & ~out[at]).any() and _enough(parts[at], left_out, min_total):
                out[at], added = left_out, True
                laws[at] = parts[at].law(parts[at].tested & ~left_out)
                tails[at] = parts[at].tail(laws[at])
        if not added:
            break
        p = np.concatenate(tails)
        q = adjusted_qvalues(p, correction)
    return laws, p, q


def _enough(part: _Part, left_out: Flags, min_total: int) -> bool:
    """Whether a law can be fitted to what is left."""
    few = left_out.sum() <= _MOST_LEFT_OUT * part.tested.sum()
    return bool(few and part.count[part.tested & ~left_out].sum() >= min_total)


def _frame(
    parts: Sequence[_Part], laws: Sequence[Law | None], p: FloatArray, q: FloatArray, alpha: float
) -> pd.DataFrame:
    sizes = [len(part.count) for part in parts]
    count = np.concatenate([part.count for part in parts])
    exposure = np.concatenate([part.exposure for part in parts])
    expected, dispersion = (
        np.concatenate([_of_law(law, name, part) for law, part in zip(laws, parts, strict=True)])
        for name in ("expected", "dispersion")
    )
    reason = np.concatenate([part.reason for part in parts])
    part_no = np.repeat(np.arange(len(parts)), sizes)
    excess = count - expected
    return pd.DataFrame(
        {
            "part": part_no,
            "count": count,
            "exposure": exposure,
            "reason": pd.Series(reason, dtype="str").mask(reason == ""),
            "expected": expected,
            "dispersion": dispersion,
            "p": p,
            "excess": excess,
            "ratio": count / expected,
            "statistic": excess / np.sqrt(expected * (1 + dispersion * expected)),
            "q": q,
            "hot": q <= alpha,
            "rank": excess_rank(pd.Series(excess), pd.Series(part_no)),
        }
    )


def _of_law(law: Law | None, name: str, part: _Part) -> FloatArray:
    """What a law says of each tested place; NaN elsewhere."""
    told = np.full(len(part.count), np.nan)
    if law is not None:
        told[part.tested] = getattr(law, name)(part.exposure[part.tested])
    return told


def excess_rank(excess: pd.Series[Any], by: pd.Series[Any] | None = None) -> pd.Series[Any]:
    """Rank from the largest excess down; ties share the smallest rank, NaN has none.

    Parameters
    ----------
    excess : Series of float
    by : Series, optional
        Same index: ranks are within each of its values.

    Returns
    -------
    Series of Int64, same index

    Raises
    ------
    AnalysisError
        If `excess` are no numbers.

    Examples
    --------
    >>> excess_rank(pd.Series([0.5, 2.0, float("nan"), 2.0])).tolist()
    [3, 1, <NA>, 1]
    """
    require_numbers(excess, "excess_rank")
    ranked = excess if by is None else excess.groupby(by)
    return ranked.rank(ascending=False, method="min").astype("Int64")


def _reasons(count: Integers, exposure: FloatArray, min_total: int) -> NDArray[np.str_]:
    """Why each place is not tested; empty where it is."""
    unknown = np.isnan(exposure)
    exposed = exposure > 0
    reason = np.where(unknown, "unknown_exposure", np.where(exposed, "", "zero_exposure"))
    reason = reason.astype("<U24")
    if exposed.sum() == 1:
        reason[exposed] = "one_cell"
    elif count[exposed].sum() < min_total:
        reason[exposed] = "too_few_incidents"
    elif np.array_equal(count[exposed], exposure[exposed]):
        reason[exposed] = "exposure_is_category"
    return reason
