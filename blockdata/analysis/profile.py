"""One row per cell: what lies in it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd
from pandas.api.extensions import ExtensionArray

from blockdata.analysis.checks import require_columns, require_distinct
from blockdata.errors import AnalysisError

__all__ = ["cell_profile"]

_CELL_COLUMNS = ["cell", "layer", "code", "name"]


def cell_profile(cells: pd.DataFrame, counts: Mapping[str, pd.Series[Any] | None]) -> pd.DataFrame:
    """Put counts side by side, one row per cell.

    Parameters
    ----------
    cells : DataFrame with cell (str, distinct), layer, code, name
        The cells of one or more layers; code and name may be missing.
    counts : mapping of str to Series indexed by cell, or None
        Column name to values. None means that the source does not exist: null everywhere. A
        cell that a series does not list has none (0); a missing value inside a series stays
        null (withheld or not known).

    Returns
    -------
    DataFrame, one row per cell, sorted by layer and cell
        The four columns of `cells`, then one column per count in the mapping's order: Float64
        for a series of floats (a length), else Int64.

    Raises
    ------
    AnalysisError
        If a cell is missing or stands twice, or a series counts in a cell that is not listed.

    Examples
    --------
    >>> cells = pd.DataFrame({"cell": ["a", "b"], "layer": "unit", "code": ["01", "02"],
    ...                       "name": ["A", "B"]})
    >>> profile = cell_profile(cells, {"addresses": pd.Series({"a": 3}), "people": None})
    >>> profile[["cell", "addresses", "people"]].to_numpy().tolist()
    [['a', 3, <NA>], ['b', 0, <NA>]]
    """
    require_columns(cells, ["cell", "layer"], "cell_profile cells")
    lacking = [column for column in _CELL_COLUMNS if column not in cells.columns]
    taken = [name for name in counts if name in _CELL_COLUMNS]
    if lacking or taken:
        raise AnalysisError(
            f"columns lacking or used twice: {', '.join(lacking + taken)}", where="cell_profile"
        )
    require_distinct(cells, ["cell"], "cell_profile cells")
    result = cells[_CELL_COLUMNS].sort_values(["layer", "cell"], ignore_index=True)
    index = pd.Index(result["cell"])
    for name, series in counts.items():
        result[name] = _column(name, series, index)
    return result


def _column(name: str, series: pd.Series[Any] | None, index: pd.Index[Any]) -> ExtensionArray:
    if series is None:
        return pd.array([pd.NA] * len(index), dtype="Int64")
    strangers = int((~series.index.isin(index)).sum())
    if strangers or series.index.has_duplicates:
        raise AnalysisError(
            f"{strangers} entries are for cells that are not listed, or a cell stands twice",
            where=f"cell_profile counts {name}",
            allowed="one value per listed cell",
        )
    if not pd.api.types.is_numeric_dtype(series):
        raise AnalysisError("values are not numbers", where=f"cell_profile counts {name}")
    full = series.reindex(index, fill_value=0)
    if pd.api.types.is_float_dtype(series):
        return full.astype("Float64").array
    return full.astype("Int64").array
