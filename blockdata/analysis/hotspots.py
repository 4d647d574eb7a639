"""Hot spots: cells with more incidents than their exposure explains."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from blockdata.analysis.checks import (
    require_columns,
    require_counts,
    require_distinct,
    require_share,
)
from blockdata.analysis.dispersion import negative_binomial_dispersion
from blockdata.analysis.exposure import Exposure
from blockdata.analysis.fdr import bh_qvalues
from blockdata.analysis.tails import FloatArray, negative_binomial_upper_tail
from blockdata.errors import AnalysisError

__all__ = ["HOTSPOT_COLUMNS", "excess_rank", "hotspot_test", "score_counts"]

HOTSPOT_COLUMNS = {
    "category": "str",
    "cell": "str",
    "count": "int64",
    "expected": "float64",
    "excess": "float64",
    "ratio": "float64",
    "exposure": "float64",
    "exposure_name": "str",
    "dispersion": "float64",
    "p": "float64",
    "q": "float64",
    "hot": "bool",
    "rank": "Int64",
    "reason": "str",
}


def hotspot_test(
    counts: pd.DataFrame, exposure: Exposure, *, alpha: float = 0.05, min_total: int = 5
) -> pd.DataFrame:
    """Test every cell of every category for more incidents than its exposure explains.

    Under the null the incidents of a category fall on cells in proportion to exposure, with
    negative binomial spread: a cell's expected count is the category's total times the cell's
    share of exposure, the dispersion is estimated per category from all tested cells, p is the
    exact upper tail and q is Benjamini and Hochberg's. The family is one category in the
    window that the caller's counts span, over its tested cells, cells without incident
    included.

    Parameters
    ----------
    counts : DataFrame with category (str), cell (str), count (int >= 0)
        Incidents of one window, at most one row per category and cell. Absent rows are 0.
    exposure : Exposure
        Its index tells all cells of the layer.
    alpha : float, default 0.05
        False discovery rate at which a cell is called hot.
    min_total : int, default 5
        A category with fewer incidents in cells with exposure is not tested.

    Returns
    -------
    DataFrame, one row per category and cell, sorted by both
        Columns `HOTSPOT_COLUMNS`. A row that was not tested has the code of its reason
        (`describe_reason` gives the words), no p, q or rank, and is never hot. `rank` orders
        the tested cells of a category by excess, ties share the smallest rank. `dispersion` is
        alpha in variance = expected + alpha * expected**2.
        Empty counts give an empty frame of the same columns.

    Raises
    ------
    AnalysisError
        If a column is missing or holds missing values, a count is no whole number >= 0, a
        category and cell stand twice, or the exposure is negative or infinite.

    Notes
    -----
    A count is judged by a dispersion in which it takes part, so several
    strong hot spots in one category hide each other to some degree. The tail assumes that
    unexplained differences between cells follow a gamma law; where they have a heavier tail
    and counts are high, more false alarms must be expected: with a lognormal law of variance
    0.2 at 10 incidents a cell 25 % of null districts have one, against at most 5 % within the
    assumption (benchmarks/null_districts.py).

    References
    ----------
    Hilbe, J. M. (2011). Negative Binomial Regression, 2nd ed., chapter 8 (NB2, rate with
    offset). Benjamini and Hochberg (1995), as in `bh_qvalues`.

    Examples
    --------
    >>> exposure = Exposure("people", pd.Series(100.0, index=[f"c{i:02}" for i in range(40)]))
    >>> counts = pd.DataFrame({"category": "noise", "cell": exposure.values.index, "count": 1})
    >>> counts.loc[7, "count"] = 30
    >>> hot = hotspot_test(counts, exposure).query("hot")
    >>> hot[["cell", "count", "rank", "exposure_name"]].to_numpy().tolist()
    [['c07', 30, 1, 'people']]
    """
    table = _counts_table(counts, exposure)
    values = exposure.values.reindex(table.columns).to_numpy(dtype=np.float64)
    blocks = []
    for category, row in zip(table.index, table.to_numpy(), strict=True):
        block = score_counts(row, values, alpha=alpha, min_total=min_total)
        blocks.append(block.assign(category=category, cell=table.columns))
    if not blocks:
        return pd.DataFrame({c: pd.Series(dtype=d) for c, d in HOTSPOT_COLUMNS.items()})
    result = pd.concat(blocks, ignore_index=True).assign(exposure_name=exposure.name)
    return result[list(HOTSPOT_COLUMNS)].astype(HOTSPOT_COLUMNS)


def score_counts(
    count: NDArray[np.int64], exposure: FloatArray, *, alpha: float, min_total: int
) -> pd.DataFrame:
    """Test the counts of one family of places against their exposure.

    Parameters
    ----------
    count : ndarray of int64, shape (n,)
        Counts >= 0, in a fixed order of the places: sums of exposure are taken in it.
    exposure : ndarray of float64, shape (n,)
        Exposure >= 0; NaN is not known. Both zero and NaN are outside the family.
    alpha : float
        False discovery rate.
    min_total : int
        Smallest total count that is tested, >= 1.

    Returns
    -------
    DataFrame, shape (n, 10)
        count, expected, excess, ratio, exposure, dispersion, p, q, hot, rank, reason, in the
        order of the input; null where not tested.

    Raises
    ------
    AnalysisError
        If `alpha` or `min_total` is out of range, or an exposure is negative or infinite.

    Examples
    --------
    >>> score_counts(np.array([9, 0]), np.array([5.0, 0.0]), alpha=0.05, min_total=5)["reason"][0]
    'one_cell'
    """
    require_share(alpha, "hotspot alpha")
    if min_total < 1:
        raise AnalysisError("min_total is too small", where="hotspot test", allowed="1 or more")
    if np.any((exposure < 0) | np.isinf(exposure)):
        raise AnalysisError(
            "exposure is negative or infinite", where="hotspot test", allowed="finite, >= 0"
        )
    reason = _reasons(count, exposure, min_total)
    tested = reason.isna().to_numpy()
    scores = {name: np.full(len(count), np.nan) for name in ("expected", "dispersion", "p")}
    if tested.any():
        expected = count[tested].sum() * exposure[tested] / exposure[tested].sum()
        dispersion = negative_binomial_dispersion(count[tested], expected)
        scores["expected"][tested] = expected
        scores["dispersion"][tested] = dispersion
        scores["p"][tested] = negative_binomial_upper_tail(count[tested], expected, dispersion)
    frame = pd.DataFrame({"count": count, "exposure": exposure, "reason": reason, **scores})
    frame["excess"] = frame["count"] - frame["expected"]
    frame["ratio"] = frame["count"] / frame["expected"]
    frame["q"] = bh_qvalues(scores["p"])
    frame["hot"] = frame["q"] <= alpha
    frame["rank"] = excess_rank(frame["excess"])
    return frame


def excess_rank(excess: pd.Series[Any]) -> pd.Series[Any]:
    """Rank from the largest excess down; ties share the smallest rank, NaN has none.

    Parameters
    ----------
    excess : Series of float

    Returns
    -------
    Series of Int64, same index

    Examples
    --------
    >>> excess_rank(pd.Series([0.5, 2.0, float("nan"), 2.0])).tolist()
    [3, 1, <NA>, 1]
    """
    return excess.rank(ascending=False, method="min").astype("Int64")


def _counts_table(counts: pd.DataFrame, exposure: Exposure) -> pd.DataFrame:
    """Category x cell, both sorted: the order makes sums independent of the rows' order."""
    where = "hotspot_test counts"
    require_columns(counts, ["category", "cell", "count"], where)
    require_distinct(counts, ["category", "cell"], where)
    if exposure.values.index.has_duplicates:
        raise AnalysisError("a cell stands twice", where="hotspot_test exposure")
    checked = counts[["category", "cell"]].assign(count=require_counts(counts["count"], where))
    cells = pd.Index(exposure.values.index.union(pd.Index(counts["cell"].unique()))).sort_values()
    table = checked.pivot(index="category", columns="cell", values="count")
    return table.reindex(columns=cells).fillna(0).astype("int64").sort_index()


def _reasons(count: NDArray[np.int64], exposure: FloatArray, min_total: int) -> pd.Series[Any]:
    """Why each place is not tested; missing where it is."""
    reason = pd.Series(None, index=range(len(count)), dtype="str")
    reason[np.isnan(exposure)] = "unknown_exposure"
    reason[exposure == 0] = "zero_exposure"
    exposed = exposure > 0
    if exposed.sum() == 1:
        reason[exposed] = "one_cell"
    elif count[exposed].sum() < min_total:
        reason[exposed] = "too_few_incidents"
    elif np.array_equal(count[exposed], exposure[exposed]):
        reason[exposed] = "exposure_is_category"
    return reason
