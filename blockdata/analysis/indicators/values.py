"""Values of indicators per cell and month, and why there is none where there is none."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from blockdata.analysis.checks import require_columns, require_distinct
from blockdata.analysis.indicators.counting import MeasureTable
from blockdata.analysis.indicators.registry import Indicator, Registry
from blockdata.analysis.intervals import wilson_interval

__all__ = ["VALUE_COLUMNS", "indicator_values", "mask_untold"]

Floats = npt.NDArray[np.float64]
Texts = npt.NDArray[np.object_]

VALUE_COLUMNS = {
    "layer": "str",
    "cell": "str",
    "month": "datetime64[us]",
    "indicator": "str",
    "numerator": "float64",
    "denominator": "float64",
    "value": "float64",
    "light": "str",
    "sure": "bool",
    "observed_share": "float64",
    "shared_people": "bool",
    "reason": "str",
}

_SEEN_ENOUGH = 0.5
_DAY = np.timedelta64(1, "D")


@dataclass(frozen=True)
class _Standing:
    """What is known of an indicator's inputs in each month."""

    reason: list[str | None]
    observed: Floats


def indicator_values(
    table: MeasureTable,
    registry: Registry,
    inputs: pd.DataFrame,
    *,
    as_of: pd.Timestamp,
    gaps: pd.DataFrame | None = None,
    shared: frozenset[str] = frozenset(),
) -> pd.DataFrame:
    """Work out every indicator in every cell and month.

    Parameters
    ----------
    table : MeasureTable
        With the measures that the registry's indicators name.
    registry : Registry
    inputs : DataFrame
        input (a kind or result, as `Indicator.inputs` names them), first_on (first day of which
        it tells; null: of all), newest_on (day of its newest delivery: of several sources, of
        the one that is furthest behind). An input without a row has no source.
    as_of : Timestamp
        Local midnight, exclusive end of what is known.
    gaps : DataFrame, optional
        input, start_on, end_on (inclusive days), weight (share of the input that was silent).
    shared : frozenset of str
        Cells whose figure of people is that of an atom they share with neighbours.

    Returns
    -------
    DataFrame, columns `VALUE_COLUMNS`, by indicator, then cells and months in the table's order
        value = scale * numerator / denominator, or the numerator of an amount; null with a
        reason: "no_source", "not_observed" (before the first day of an input, or more than half
        of the month silent), "stale_input" (an input is older at the end of the month than
        `Indicator.oldest_days`), "not_kept" (known of the last month alone, or of other layers),
        "zero_denominator", "small_denominator". `light` is green, yellow or red where there are
        thresholds; `sure` tells of a yellow or red share that its whole 95 % interval (Wilson)
        lies beyond the threshold. observed_share is the least of its inputs'.

    Raises
    ------
    AnalysisError
        If `inputs` or `gaps` lack a column or an input stands twice.

    Examples
    --------
    >>> from blockdata.analysis.indicators.registry import load_registry
    >>> months = pd.DatetimeIndex(["2026-10-01"])
    >>> cells = pd.DataFrame({"layer": ["unit"], "cell": ["u1"]})
    >>> whole = load_registry()
    >>> one = Registry({"repeat_share": whole.indicator("repeat_share")}, whole.measures)
    >>> table = MeasureTable(cells, months, {"reports": np.array([[50.0]]),
    ...                                      "reports_repeated": np.array([[5.0]])})
    >>> inputs = pd.DataFrame({"input": ["incident"], "first_on": [pd.NaT],
    ...                        "newest_on": pd.to_datetime(["2026-10-31"])})
    >>> values = indicator_values(table, one, inputs, as_of=pd.Timestamp("2026-11-01"))
    >>> values[["numerator", "denominator", "value", "light"]].values.tolist()
    [[5.0, 50.0, 10.0, 'green']]
    """
    require_columns(inputs, ["input", "newest_on"], "indicator_values inputs")
    require_distinct(inputs, ["input"], "indicator_values inputs")
    known = inputs.set_index("input")
    observed = _observed(known, table.months, gaps)
    blocks = [
        _block(i, table, _standing(i, known, observed, table.months, as_of), shared)
        for i in registry.indicators.values()
    ]
    if not blocks:
        return pd.DataFrame({c: pd.Series(dtype=d) for c, d in VALUE_COLUMNS.items()})
    names = list(registry.indicators)
    found = _keys(table, len(names)) | {c: np.concatenate([b[c] for b in blocks]) for c in _COUNTED}
    found["indicator"] = np.repeat(np.array(names, dtype=object), np.prod(table.shape))
    return pd.DataFrame(found)[list(VALUE_COLUMNS)].astype(VALUE_COLUMNS)


_COUNTED = (
    *("numerator", "denominator", "value", "light", "sure"),
    *("observed_share", "shared_people", "reason"),
)


def _keys(table: MeasureTable, times: int) -> dict[str, npt.NDArray[Any]]:
    """Return layer, cell and month of every value, over and over."""
    cells, months = table.shape
    keys = {
        name: np.repeat(table.cells[name].to_numpy(dtype=object), months)
        for name in ("layer", "cell")
    }
    keys["month"] = np.tile(table.months.to_numpy(), cells)
    return {name: np.tile(values, times) for name, values in keys.items()}


def mask_untold(
    table: MeasureTable,
    registry: Registry,
    inputs: pd.DataFrame,
    gaps: pd.DataFrame | None = None,
) -> MeasureTable:
    """Make measures unknown in months of which their inputs do not tell.

    Parameters
    ----------
    table : MeasureTable
    registry : Registry
        With the measures of the table.
    inputs, gaps : DataFrame
        As for `indicator_values`.

    Returns
    -------
    MeasureTable
        NaN where an input has no source, or tells of half of the month or less.

    Examples
    --------
    >>> from blockdata.analysis.indicators.registry import shipped_registry
    >>> months = pd.DatetimeIndex(["2026-09-01", "2026-10-01"])
    >>> table = MeasureTable(pd.DataFrame({"layer": ["unit"], "cell": ["u1"]}), months,
    ...                      {"reports": np.array([[5.0, 7.0]])})
    >>> inputs = pd.DataFrame({"input": ["incident"], "newest_on": [pd.Timestamp("2026-10-31")],
    ...                        "first_on": [pd.Timestamp("2026-09-20")]})
    >>> mask_untold(table, shipped_registry(), inputs).values["reports"].tolist()
    [[nan, 7.0]]
    """
    seen = _observed(inputs.set_index("input"), table.months, gaps)
    values = {}
    for name, counted in table.values.items():
        shares = [seen.get(i, np.zeros(len(table.months))) for i in registry.measures[name].inputs]
        values[name] = np.where(np.minimum.reduce(shares) > _SEEN_ENOUGH, counted, np.nan)
    return MeasureTable(table.cells, table.months, values)


def _observed(
    inputs: pd.DataFrame, months: pd.DatetimeIndex, gaps: pd.DataFrame | None
) -> dict[str, Floats]:
    """Return the share of each month that each input tells of."""
    begins = months.to_numpy(dtype="datetime64[D]")
    ends = (months + pd.offsets.MonthBegin(1)).to_numpy(dtype="datetime64[D]")
    days = (ends - begins) / _DAY
    silent = {name: np.zeros(len(months)) for name in inputs.index}
    for name, first in zip(inputs.index, pd.to_datetime(inputs["first_on"]), strict=True):
        if not pd.isna(first):
            before = np.minimum(np.datetime64(first, "D"), ends) - begins
            silent[name] += np.maximum(before / _DAY, 0)
    if gaps is not None and len(gaps):
        require_columns(gaps, ["input", "start_on", "end_on", "weight"], "indicator_values gaps")
        told = gaps[gaps["input"].isin(inputs.index)]
        start = pd.to_datetime(told["start_on"]).to_numpy(dtype="datetime64[D]")
        end = pd.to_datetime(told["end_on"]).to_numpy(dtype="datetime64[D]") + _DAY
        weight = told["weight"].to_numpy(dtype=np.float64)
        for row, name in enumerate(told["input"]):
            inside = (np.minimum(end[row], ends) - np.maximum(start[row], begins)) / _DAY
            silent[name] += weight[row] * np.maximum(inside, 0)
    return {name: np.maximum(1 - lost / days, 0.0) for name, lost in silent.items()}


def _standing(
    indicator: Indicator,
    inputs: pd.DataFrame,
    observed: Mapping[str, Floats],
    months: pd.DatetimeIndex,
    as_of: pd.Timestamp,
) -> _Standing:
    lacking = [name for name in indicator.inputs if name not in inputs.index]
    if lacking:
        return _Standing(["no_source"] * len(months), np.full(len(months), np.nan))
    seen = np.minimum.reduce([observed[name] for name in indicator.inputs])
    ends = (months.to_numpy(dtype="datetime64[M]") + 1).astype("datetime64[D]")
    last = np.minimum(ends, np.datetime64(as_of, "D")) - _DAY
    late = np.zeros(len(months), dtype=np.bool_)
    for name in indicator.inputs:
        day = np.datetime64(inputs["newest_on"].loc[name], "D")
        late |= (last - day) / _DAY > indicator.oldest_days(name)
    reasons: list[str | None] = [
        "not_observed" if share <= _SEEN_ENOUGH else "stale_input" if old else None
        for share, old in zip(seen, late, strict=True)
    ]
    return _Standing(reasons, seen)


def _block(
    indicator: Indicator, table: MeasureTable, standing: _Standing, shared: frozenset[str]
) -> dict[str, npt.NDArray[Any]]:
    cells, months = table.shape
    above, below = indicator.parsed.amounts(table.values)
    above = np.broadcast_to(above, table.shape).ravel()
    value, reason = above.copy(), np.full(above.shape, None, dtype=object)
    if below is not None:
        below = np.broadcast_to(below, table.shape).ravel()
        value = _divided(above, below, indicator.parsed.scale)
        reason[below < indicator.min_denominator] = "small_denominator"
        reason[below <= 0] = "zero_denominator"
    reason[np.isnan(above) | (False if below is None else np.isnan(below))] = "not_kept"
    general = np.tile(np.array(standing.reason, dtype=object), cells)
    reason = np.where(pd.notna(general), general, reason)
    value[pd.notna(reason)] = np.nan
    light, sure = _lights(indicator, value, above, below)
    marked = np.zeros(cells, dtype=np.bool_)
    if shared and "people" in indicator.parsed.measures:
        marked = table.cells["cell"].isin(shared).to_numpy()
    return {
        "numerator": above,
        "denominator": np.full(above.shape, np.nan) if below is None else below,
        "value": value,
        "light": light,
        "sure": sure,
        "observed_share": np.tile(standing.observed, cells),
        "shared_people": np.repeat(marked, months),
        "reason": reason,
    }


def _divided(above: Floats, below: Floats, scale: float) -> Floats:
    out = np.full(above.shape, np.nan)
    usable = below > 0
    np.divide(scale * above, below, out=out, where=usable)
    return out


def _lights(
    indicator: Indicator, value: Floats, above: Floats, below: Floats | None
) -> tuple[Texts, npt.NDArray[np.bool_]]:
    """Return the light of each value, and whether its whole interval is beyond the threshold."""
    none = np.zeros(value.shape, dtype=np.bool_)
    if indicator.yellow is None and indicator.red is None:
        return np.full(value.shape, None, dtype=object), none
    sign = 1.0 if indicator.bad == "above" else -1.0
    light = np.full(value.shape, "green", dtype=object)
    light[np.isnan(value)] = None
    sure = none.copy()
    mild = _mildest(indicator, value, above, below)
    for name in ("yellow", "red"):
        threshold = getattr(indicator, name)
        if threshold is not None:
            beyond = sign * value > sign * threshold
            light[beyond] = name
            sure[beyond] = (sign * mild > sign * threshold)[beyond]
    return light, sure


def _mildest(indicator: Indicator, value: Floats, above: Floats, below: Floats | None) -> Floats:
    """Return the end of each share's interval on its good side; the value of all else."""
    if indicator.parsed.rate != "share" or below is None:
        return value
    counts = (above >= 0) & (above <= below) & (above == np.floor(above)) & (below >= 1)
    mild = value.copy()
    low, high = wilson_interval(above[counts], below[counts])
    mild[counts] = 100.0 * (low if indicator.bad == "above" else high)
    return mild
