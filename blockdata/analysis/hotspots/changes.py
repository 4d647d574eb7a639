"""What became of hot spots between two nights."""

from __future__ import annotations

import numpy as np
import pandas as pd

from blockdata.analysis.checks import (
    require_columns,
    require_counts,
    require_distinct,
    require_numbers,
)
from blockdata.errors import AnalysisError

__all__ = ["CHANGES", "hot_spot_changes"]

CHANGES = ("new", "grown", "same", "shrunk", "gone")
"""What may have become of one; of the same size is one that changed by less than a tenth."""

_KEY = ["layer", "window_days", "category", "cell"]
_LEAST = 0.1
_COLUMNS = {
    "layer": "str",
    "window_days": "int64",
    "category": "str",
    "cell": "str",
    "change": "str",
    "count_before": "Int64",
    "count": "Int64",
    "excess_before": "float64",
    "excess": "float64",
}


def hot_spot_changes(before: pd.DataFrame, after: pd.DataFrame) -> pd.DataFrame:
    """Compare the hot spots of two nights.

    Parameters
    ----------
    before, after : DataFrame with layer, window_days, category, cell, count, excess, hot
        Tables of hot spots; rows that are not hot may be among them.

    Returns
    -------
    DataFrame, one row per hot spot of either night, sorted by layer, window, category and cell
        layer, window_days, category, cell, change (one of `CHANGES`), count_before, count (0 where
        the night has no row for it), excess_before, excess (then null). Grown and shrunk are
        those whose excess changed by a tenth of what it was, and by one incident, at least.
        Windows and layers that only one night tested are left out.

    Raises
    ------
    AnalysisError
        If a column is missing, a key stands twice, or window, count or excess are no numbers.

    Examples
    --------
    >>> row = {"layer": "unit", "window_days": 28, "category": "noise", "cell": "a", "hot": True}
    >>> before = pd.DataFrame([row | {"count": 9, "excess": 6.0}])
    >>> after = pd.DataFrame([row | {"count": 12, "excess": 9.0}])
    >>> hot_spot_changes(before, after)["change"].tolist()
    ['grown']
    """
    for frame, name in ((before, "before"), (after, "after")):
        where = f"hot_spot_changes {name}"
        require_columns(frame, [*_KEY, "hot"], where)
        if not {"count", "excess"} <= set(frame.columns):
            raise AnalysisError("no column count or excess", where=where)
        require_distinct(frame, _KEY, where)
        for column in ("window_days", "count", "excess"):
            require_numbers(frame[column], f"{where} {column}")
        if len(frame):
            require_counts(frame["count"].dropna(), f"{where} count")
    # Of one type, so that an empty night can be joined to one that found something.
    types = {"layer": "str", "window_days": "int64", "category": "str", "cell": "str"}
    before, after = before.astype(types), after.astype(types)
    if before.empty or after.empty:
        return pd.DataFrame({name: pd.Series(dtype=dtype) for name, dtype in _COLUMNS.items()})
    tested = ["layer", "window_days"]
    both = before[tested].drop_duplicates().merge(after[tested].drop_duplicates(), on=tested)
    columns = [*_KEY, "count", "excess", "hot"]
    paired = (
        before[columns]
        .merge(both, on=tested)
        .merge(
            after[columns].merge(both, on=tested),
            on=_KEY,
            how="outer",
            suffixes=("_before", ""),
        )
    )
    was, is_hot = (paired[c].eq(True).to_numpy() for c in ("hot_before", "hot"))
    paired["change"] = _named(paired, was, is_hot)
    kept = paired[was | is_hot].sort_values(_KEY, ignore_index=True)
    # Cells without an incident have no row.
    kept[["count_before", "count"]] = kept[["count_before", "count"]].fillna(0)
    kept = kept.astype({"count": "Int64", "count_before": "Int64", "change": "str"})
    return kept[list(_COLUMNS)]


def _named(
    paired: pd.DataFrame,
    was: np.ndarray[tuple[int, ...], np.dtype[np.bool_]],
    is_hot: np.ndarray[tuple[int, ...], np.dtype[np.bool_]],
) -> np.ndarray[tuple[int, ...], np.dtype[np.object_]]:
    by = (paired["excess"] - paired["excess_before"]).to_numpy(dtype=np.float64)
    least = np.maximum(_LEAST * paired["excess_before"].to_numpy(dtype=np.float64), 1.0)
    moved = ~np.isnan(by) & (np.abs(by) >= least)
    return np.select(
        [~was, ~is_hot, moved & (by > 0), moved],
        ["new", "gone", "grown", "shrunk"],
        "same",
    ).astype(object)
