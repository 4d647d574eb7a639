"""Alarms: indicators beyond a threshold in the last month, and since when."""

from __future__ import annotations

import pandas as pd

from blockdata.analysis.checks import require_columns
from blockdata.analysis.indicators.registry import Registry

__all__ = ["ALARM_COLUMNS", "indicator_alarms"]

ALARM_COLUMNS = {
    "layer": "str",
    "cell": "str",
    "month": "datetime64[us]",
    "indicator": "str",
    "light": "str",
    "value": "float64",
    "threshold": "float64",
    "previous": "float64",
    "months": "int64",
    "is_new": "bool",
    "sure": "bool",
    "numerator": "float64",
    "denominator": "float64",
}


def indicator_alarms(values: pd.DataFrame, registry: Registry) -> pd.DataFrame:
    """List what is yellow or red in the last month.

    Parameters
    ----------
    values : DataFrame
        As from `indicator_values`.
    registry : Registry

    Returns
    -------
    DataFrame, columns `ALARM_COLUMNS`
        threshold is that which was passed; previous the value of the month before (null if there
        was none); months for how many months in a row it has been yellow or red, a month without
        a value ending the row; is_new whether that is one. Red before yellow, sure before unsure,
        long before short, then by indicator, layer and cell.

    Raises
    ------
    AnalysisError
        If a column is missing.

    Examples
    --------
    >>> from blockdata.analysis.indicators.registry import shipped_registry
    >>> months = pd.to_datetime(["2026-09-01", "2026-10-01"])
    >>> values = pd.DataFrame({"layer": "unit", "cell": "u1", "month": months,
    ...     "indicator": "repeat_share", "numerator": [5.0, 20.0], "denominator": 50.0,
    ...     "value": [10.0, 40.0], "light": ["green", "red"], "sure": [False, True]})
    >>> alarms = indicator_alarms(values, shipped_registry())
    >>> alarms[["light", "value", "threshold", "previous", "is_new"]].values.tolist()
    [['red', 40.0, 35.0, 10.0, True]]
    """
    key = ["indicator", "layer", "cell"]
    require_columns(values, [*key, "month"], "indicator_alarms values")
    rows = values.sort_values([*key, "month"], ignore_index=True)
    lit = rows["light"].isin(["yellow", "red"])
    group = rows.groupby(key, sort=False)
    # A row of months ends wherever one is not lit.
    spell = (~lit).groupby([rows[k] for k in key], sort=False).cumsum()
    months = lit.groupby([*(rows[k] for k in key), spell], sort=False).cumsum()
    told = rows.assign(previous=group["value"].shift(), months=months)
    last = told[lit & (rows["month"] == rows["month"].max())]
    limits = {(i.id, c): getattr(i, c) for i in registry.indicators.values() for c in _COLOURS}
    last = last.assign(
        threshold=[limits.get(pair) for pair in zip(last["indicator"], last["light"], strict=True)],
        is_new=last["months"] == 1,
        _red=last["light"] == "red",
    )
    order = ["_red", "sure", "months", *key]
    last = last.sort_values(order, ascending=[False, False, False, True, True, True])
    listed: pd.DataFrame = last[list(ALARM_COLUMNS)].reset_index(drop=True).astype(ALARM_COLUMNS)
    return listed


_COLOURS = ("yellow", "red")
