"""Incidents of a cell and its neighbours against what their exposure explains."""

from __future__ import annotations

from typing import Literal, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.sparse import csr_array, diags_array, eye_array

from blockdata.analysis.checks import require_numbers
from blockdata.analysis.dispersion import negative_binomial_dispersion
from blockdata.analysis.fdr import Correction, adjusted_qvalues
from blockdata.analysis.local.sums import summed_tails
from blockdata.analysis.local.weights import Weights, checked
from blockdata.analysis.tails import binomial_upper_tail
from blockdata.errors import AnalysisError

__all__ = ["neighbourhood_test"]

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

_ASSUMES = {"negative_binomial": "proportional_overdispersed", "binomial": "proportional"}


def neighbourhood_test(
    counts: npt.ArrayLike,
    exposure: npt.ArrayLike,
    weights: Weights,
    *,
    star: bool = True,
    method: Literal["negative_binomial", "binomial"] = "negative_binomial",
    alternative: Literal["greater", "less", "two-sided"] = "greater",
    correction: Correction = "bh",
) -> pd.DataFrame:
    """Test each neighbourhood for more incidents than its exposure explains.

    Incidents are expected in proportion to exposure. "negative_binomial": each cell's count has
    the dispersion that is estimated from all cells, and p is the tail of the sum of such counts.
    "binomial": p is exact given the total, whose incidents fall one by one; where they come in
    bursts it is too small.

    Parameters
    ----------
    counts : array_like of int, shape (n,)
        Incidents, 0 or more.
    exposure : array_like of float, shape (n,)
        0 or more; NaN is unknown. Cells of zero or unknown exposure take part in no sum, with
        whatever incidents they have.
    weights : csr_array, shape (n, n)
        Neighbours, without the cell itself; any weight above 0 is one.
    star : bool, default True
        Whether the cell itself counts in its neighbourhood. Else it counts neither there nor, for
        "binomial", in the total.
    method : {"negative_binomial", "binomial"}
    alternative : {"greater", "less", "two-sided"}
        Two-sided p is twice the smaller tail, at most 1.
    correction : {"bh", "by"}
        The family is all tested cells of this call. Neighbourhoods overlap and go together: "bh"
        stands on that dependence being positive.

    Returns
    -------
    DataFrame
        count, expected, ratio and exposure (of the neighbourhood), dispersion (alpha of a cell;
        null for "binomial"), p, q, p_method, assumes (a key of `ASSUMPTIONS`) and reason: null, or
        why there is no p: "unknown_exposure", "zero_exposure" (of the cell), "island", "one_cell"
        (no more than one cell has exposure), "no_incident" (none in all), "everything" (the
        neighbourhood is the whole area). Such cells are outside the family.

    Raises
    ------
    AnalysisError
        If shapes differ, a count is no whole number of 0 or more, an exposure is negative or
        infinite, a weight is negative or on the diagonal, or a method is unknown.

    References
    ----------
    As `summed_tails` and `negative_binomial_dispersion`; "binomial": the law of a multinomial's
    part given its total.

    Examples
    --------
    >>> from blockdata.analysis.local import distance_band
    >>> row = distance_band([0, 1, 2, 3, 4, 5], [0] * 6, 1)
    >>> found = neighbourhood_test([0, 1, 0, 1, 6, 7], [10, 20, 10, 20, 10, 10], row)
    >>> found["p"].round(3).tolist()
    [0.849, 0.932, 0.883, 0.443, 0.157, 0.045]
    """
    if method not in _ASSUMES or alternative not in {"greater", "less", "two-sided"}:
        raise AnalysisError(
            f"unknown method {method!r} or alternative {alternative!r}",
            where="neighbourhood_test",
            allowed=f"{', '.join(_ASSUMES)}; greater, less, two-sided",
        )
    given = _read(counts, exposure, weights, star=star)
    reason = _reasons(given, star=star)
    tested = np.flatnonzero(reason == "")
    law = _binomial if method == "binomial" else _negative_binomial
    expected, dispersion, tails = law(given, tested, alternative, star)
    if alternative == "two-sided":
        tails = np.minimum(2 * tails, 1.0)
    numbers = {"expected": expected, "dispersion": dispersion, "p": tails}
    spread = {name: np.full(len(reason), np.nan) for name in numbers}
    for name, column in numbers.items():
        spread[name][tested] = column
    counted = np.asarray(given.members @ given.counts)
    return pd.DataFrame(
        {
            "count": counted,
            "expected": spread["expected"],
            "ratio": counted / spread["expected"],
            "exposure": given.members @ given.exposure,
            "dispersion": spread["dispersion"],
            "p": spread["p"],
            "q": adjusted_qvalues(spread["p"], correction),
            "p_method": pd.Series(method, index=range(len(reason)), dtype="str"),
            "assumes": pd.Series(_ASSUMES[method], index=range(len(reason)), dtype="str"),
            "reason": pd.Series(reason, dtype="str").mask(reason == ""),
        }
    )


class _Given(NamedTuple):
    """Counts and exposure, 0 where none is above 0; exposure as it came; neighbourhoods."""

    counts: Integers
    exposure: Floats
    raw: Floats
    members: Weights


def _read(
    counts: npt.ArrayLike, exposure: npt.ArrayLike, weights: Weights, *, star: bool
) -> _Given:
    count, matrix = checked(counts, weights)
    raw = require_numbers(exposure, "neighbourhood_test exposure")
    if raw.shape != count.shape or (raw < 0).any() or np.isinf(raw).any():
        raise AnalysisError(
            "an exposure is negative, infinite or of no cell",
            where="neighbourhood_test",
            allowed="as many as counts, finite, >= 0, NaN where unknown",
        )
    if (count < 0).any() or (count >= 2**53).any() or (count != np.floor(count)).any():
        raise AnalysisError(
            "a count is negative or fractional",
            where="neighbourhood_test",
            allowed="whole numbers >= 0",
        )
    usable = raw > 0
    kept = diags_array(usable.astype(np.float64))
    whole = matrix + eye_array(len(count)) if star else matrix
    members = csr_array(kept @ whole @ kept)
    members.eliminate_zeros()
    members.sort_indices()
    ones = csr_array(
        (np.ones(members.nnz, dtype=np.int64), members.indices, members.indptr), members.shape
    )
    return _Given(np.where(usable, count, 0).astype(np.int64), np.where(usable, raw, 0), raw, ones)


def _reasons(given: _Given, *, star: bool) -> npt.NDArray[np.str_]:
    exposed = given.raw > 0
    size = np.diff(given.members.indptr)
    # Without the cell itself the rest of the area is all that can be compared.
    most = exposed.sum() - (not star)
    return np.select(
        [
            np.isnan(given.raw),
            ~exposed,
            np.full(len(exposed), exposed.sum() == 1),
            size == int(star),
            np.full(len(exposed), given.counts.sum() == 0),
            size == most,
        ],
        ["unknown_exposure", "zero_exposure", "one_cell", "island", "no_incident", "everything"],
        "",
    )


def _negative_binomial(
    given: _Given, tested: Integers, alternative: str, star: bool
) -> tuple[Floats, float, Floats]:
    if not len(tested):
        return np.empty(0), np.nan, np.empty(0)
    exposed = given.exposure > 0
    expected = given.counts.sum() * given.exposure / given.exposure.sum()
    dispersion = negative_binomial_dispersion(given.counts[exposed], expected[exposed])
    members = csr_array(given.members[tested])
    sums, mean = members @ given.counts, np.asarray(members @ expected)
    tails = summed_tails(sums, expected, members, dispersion, _upper(alternative, sums, mean))
    return mean, dispersion, tails


def _binomial(
    given: _Given, tested: Integers, alternative: str, star: bool
) -> tuple[Floats, float, Floats]:
    members = csr_array(given.members[tested])
    sums, reach = members @ given.counts, members @ given.exposure
    total = given.counts.sum() - (0 if star else given.counts[tested])
    area = given.exposure.sum() - (0 if star else given.exposure[tested])
    share = np.clip(reach / area, 0.0, 1.0)
    expected = total * share
    upper = _upper(alternative, sums, expected)
    above = binomial_upper_tail(sums, total, share)
    # What is at most s has probability 1 less that of s + 1 and more, counted from the other side.
    below = binomial_upper_tail(total - sums, total, 1 - share)
    return expected, np.nan, np.where(upper, above, below)


def _upper(alternative: str, sums: Integers, expected: Floats) -> Flags:
    if alternative == "two-sided":
        return np.asarray(sums >= expected)
    return np.full(len(sums), alternative == "greater")
