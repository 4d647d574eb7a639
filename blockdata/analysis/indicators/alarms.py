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
    "since": "datetime64[us]",
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
        a value ending the row; since the first of them (the first that `values` has, where it may
        have been so before); is_new whether it was not so the month before, of which there must
        be a value. Red before yellow, sure before unsure, long before short, then by indicator,
        layer and cell.

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
    require_columns(values, [*_KEY, "month"], "indicator_alarms values")
    month = pd.to_datetime(values["month"])
    newest = month.max()
    lit = values["light"].isin(_COLOURS).to_numpy()
    last = values[lit & (month == newest)]
    before = values.loc[month == newest - pd.offsets.MonthBegin(1), [*_KEY, "value"]]
    told = last.merge(before.rename(columns={"value": "previous"}), on=_KEY, how="left")
    told = told.merge(_rows_of_months(values.loc[lit, _KEY], month[lit]), on=_KEY, how="left")
    limits: dict[tuple[str, str], float] = {
        (i.id, c): getattr(i, c) for i in registry.indicators.values() for c in _COLOURS
    }
    told = told.assign(
        threshold=[limits[pair] for pair in zip(told["indicator"], told["light"], strict=True)],
        is_new=(told["months"] == 1) & told["previous"].notna(),
        _red=told["light"] == "red",
    )
    order = ["_red", "sure", "months", *_KEY]
    told = told.sort_values(order, ascending=[False, False, False, True, True, True])
    listed: pd.DataFrame = told[list(ALARM_COLUMNS)].reset_index(drop=True).astype(ALARM_COLUMNS)
    return listed


def _rows_of_months(keys: pd.DataFrame, month: pd.Series) -> pd.DataFrame:
    """Return of each key months and since: the months in a row that end with the newest of all."""
    number = month.dt.year * 12 + month.dt.month
    rows = keys.assign(ago=number.max() - number, month=month).sort_values([*_KEY, "ago"])
    unbroken = rows[rows["ago"] == rows.groupby(_KEY, sort=False).cumcount()]
    grouped = unbroken.groupby(_KEY, sort=False)["month"]
    return grouped.agg(months="count", since="min").reset_index()


_KEY = ["indicator", "layer", "cell"]
_COLOURS = ("yellow", "red")
