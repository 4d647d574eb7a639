"""Testing windows, categories and cells together, as one family."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd

from blockdata.analysis.checks import (
    require_columns,
    require_counts,
    require_distinct,
    require_numbers,
    require_one_type,
)
from blockdata.analysis.exposure import Exposure
from blockdata.analysis.fdr import Correction
from blockdata.analysis.hotspots.scoring import score_family
from blockdata.errors import AnalysisError

__all__ = ["HOTSPOT_COLUMNS", "hot_spots"]

HOTSPOT_COLUMNS = {
    "window_days": "Int64",
    "category": "str",
    "cell": "str",
    "count": "int64",
    "expected": "float64",
    "excess": "float64",
    "ratio": "float64",
    "statistic": "float64",
    "exposure": "float64",
    "exposure_name": "str",
    "dispersion": "float64",
    "p": "float64",
    "q": "float64",
    "family": "int64",
    "hot": "bool",
    "rank": "Int64",
    "reason": "str",
}

_WHERE = "hot_spots counts"


def hot_spots(
    counts: pd.DataFrame,
    exposure: Exposure | Mapping[int, Exposure],
    *,
    alpha: float = 0.05,
    min_total: int = 5,
    correction: Correction = "bh",
) -> pd.DataFrame:
    """Test every cell of every category and window for more incidents than exposure explains.

    Under the null the incidents of a category fall on cells in proportion to exposure, with
    negative binomial spread: level and dispersion are estimated per category and window from all
    cells that are not hot (`score_family`), p is the exact upper tail. The family of q is
    everything that is tested here, over all windows, categories and cells, cells without incident
    included: where nothing is hot, the chance that anything at all is called hot is at most
    `alpha`.

    Parameters
    ----------
    counts : DataFrame with category (str), cell (str), count (int >= 0); optionally window_days
        Incidents, at most one row per window, category and cell. Absent rows are 0.
    exposure : Exposure or mapping of int to Exposure
        Of each window, or one for all. Its index tells all cells of the layer.
    alpha : float, default 0.05
        False discovery rate at which a cell is called hot.
    min_total : int, default 5
        A category with fewer incidents in cells with exposure is not tested in that window.
    correction : {"bh", "by"}
        Benjamini and Hochberg, or Benjamini and Yekutieli, which holds whatever the tests have
        to do with one another and finds less.

    Returns
    -------
    DataFrame, one row per window, category and cell, sorted by the three
        Columns `HOTSPOT_COLUMNS`. `family` is the number of tests. A row that was not tested
        has the code of its reason (`describe_reason` gives the words), no p, q or rank, and is
        never hot. `rank` orders the tested cells of a category and window by excess, ties share
        the smallest rank. `statistic` is the excess in standard deviations of the null.
        `dispersion` is alpha in variance = expected + alpha * expected**2. Empty counts give an
        empty frame of the same columns.

    Raises
    ------
    AnalysisError
        If a column is missing or holds missing values, a count is no whole number >= 0, a key
        stands twice, a window has no exposure, or an exposure is negative or infinite.

    Notes
    -----
    The tail assumes that unexplained differences between cells follow a gamma law; where they
    have a heavier tail and counts are high, more false alarms must be expected
    (`python -m benchmarks.statistics --only null`).
    Windows that overlap, and cells of one category, have counts that rise together or are
    nearly independent; "bh" holds for both (Benjamini and Yekutieli 2001, section 3).

    References
    ----------
    Hilbe, J. M. (2011). Negative Binomial Regression, 2nd ed., chapter 8 (NB2, rate with
    offset). Benjamini and Hochberg (1995), as in `bh_qvalues`; Benjamini and Yekutieli (2001),
    as in `by_qvalues`.

    Examples
    --------
    >>> exposure = Exposure("people", pd.Series(100.0, index=[f"c{i:02}" for i in range(40)]))
    >>> counts = pd.DataFrame({"category": "noise", "cell": exposure.values.index, "count": 1})
    >>> counts.loc[7, "count"] = 30
    >>> hot = hot_spots(counts, exposure).query("hot")
    >>> hot[["cell", "count", "rank", "exposure_name", "family"]].to_numpy().tolist()
    [['c07', 30, 1, 'people', 40]]
    """
    tables = [
        (window, _counts_table(part, of_window), of_window)
        for window, part, of_window in _windows(counts, exposure)
        if len(part)
    ]
    if not tables:
        return pd.DataFrame({c: pd.Series(dtype=d) for c, d in HOTSPOT_COLUMNS.items()})
    values = [
        require_numbers(of_window.values.reindex(table.columns), "hot_spots exposure")
        for _, table, of_window in tables
    ]
    result = score_family(
        [row for _, table, _ in tables for row in table.to_numpy()],
        [
            of_table
            for (_, table, _), of_table in zip(tables, values, strict=True)
            for _ in table.index
        ],
        alpha=alpha,
        min_total=min_total,
        correction=correction,
    )
    named = pd.concat([_named(*table) for table in tables], ignore_index=True)
    result = named.join(result)
    result["family"] = int(result["p"].notna().sum())
    return result[list(HOTSPOT_COLUMNS)].astype(HOTSPOT_COLUMNS)


def _named(window: int | None, table: pd.DataFrame, exposure: Exposure) -> pd.DataFrame:
    """Name the rows of a table of counts, category by category."""
    categories, cells = table.shape
    return pd.DataFrame(
        {
            "window_days": pd.array([window] * (categories * cells), dtype="Int64"),
            "category": np.repeat(table.index.to_numpy(dtype=object), cells),
            "cell": np.tile(table.columns.to_numpy(dtype=object), categories),
            "exposure_name": exposure.name,
        }
    )


def _windows(
    counts: pd.DataFrame, exposure: Exposure | Mapping[int, Exposure]
) -> Iterator[tuple[int | None, pd.DataFrame, Exposure]]:
    """Yield each window with its counts and its exposure."""
    require_columns(counts, ["category", "cell", "count"], _WHERE)
    checked = counts.assign(count=require_counts(counts["count"], _WHERE))
    require_one_type(counts["category"], f"{_WHERE} category")
    if "window_days" not in counts.columns:
        if not isinstance(exposure, Exposure):
            raise AnalysisError("no column window_days", where=_WHERE)
        yield None, checked, exposure
        return
    require_columns(counts, ["window_days"], _WHERE)
    checked["window_days"] = require_counts(counts["window_days"], f"{_WHERE} window_days")
    for window, part in checked.groupby("window_days", sort=True):
        days = int(str(window))
        if not isinstance(exposure, Exposure) and days not in exposure:
            raise AnalysisError(f"no exposure for {days} days", where="hot_spots exposure")
        yield days, part, exposure if isinstance(exposure, Exposure) else exposure[days]


def _counts_table(counts: pd.DataFrame, exposure: Exposure) -> pd.DataFrame:
    """Category x cell, both sorted: the order makes sums independent of the rows' order."""
    require_distinct(counts, ["category", "cell"], _WHERE)
    if exposure.values.index.has_duplicates:
        raise AnalysisError("a cell stands twice", where="hot_spots exposure")
    cells: pd.Index[Any] = exposure.values.index.append(pd.Index(counts["cell"].unique())).unique()
    require_one_type(cells, "hot_spots cell")
    table = counts.pivot(index="category", columns="cell", values="count")
    return table.reindex(columns=cells.sort_values()).fillna(0).astype("int64").sort_index()
