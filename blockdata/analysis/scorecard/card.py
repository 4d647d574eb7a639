"""The scorecard (考核): every unit, month and definition with both counts, interval and rank."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from blockdata.analysis.indicators.counting import WHOLE, MeasureTable
from blockdata.analysis.intervals import (
    exact_interval,
    rate_interval,
    ratio_interval,
    wilson_interval,
)
from blockdata.analysis.scorecard.definitions import Definition
from blockdata.analysis.scorecard.ranks import draw_rates, rank_spans
from blockdata.errors import AnalysisError

__all__ = ["CARD_COLUMNS", "CardSettings", "scorecard"]

Floats = npt.NDArray[np.float64]

CARD_COLUMNS = {
    "unit_kind": "str",
    "unit": "str",
    "month": "datetime64[us]",
    "indicator": "str",
    "definition": "str",
    "numerator": "float64",
    "denominator": "float64",
    "value": "float64",
    "low": "float64",
    "high": "float64",
    "small": "bool",
    "rank": "Int64",
    "rank_low": "Int64",
    "rank_high": "Int64",
    "ranked": "int64",
    "reason": "str",
}


@dataclass(frozen=True)
class CardSettings:
    """How a scorecard is worked out.

    Parameters
    ----------
    interval : {"wilson", "exact"}
        Of shares.
    level : float
        Confidence of intervals and of spans of ranks.
    min_denominator : float
        A smaller denominator is marked, and the unit has no rank.
    draws, seed : int
        Of the ranks.

    Raises
    ------
    AnalysisError
        If a setting is out of range.

    Examples
    --------
    >>> CardSettings().min_denominator
    30
    """

    interval: str = "wilson"
    level: float = 0.95
    min_denominator: float = 30
    draws: int = 2000
    seed: int = 0

    def __post_init__(self) -> None:
        fits = self.interval in ("wilson", "exact") and 0 < self.level < 1
        if not fits or self.min_denominator < 1 or self.draws < 100:
            raise AnalysisError(
                "settings do not fit",
                where="scorecard",
                allowed="interval wilson or exact, level between 0 and 1, min_denominator of 1 or "
                "more, 100 draws or more",
            )


def scorecard(
    table: MeasureTable, definitions: Iterable[Definition], settings: CardSettings | None = None
) -> pd.DataFrame:
    """Work out the definitions for every unit and month.

    Parameters
    ----------
    table : MeasureTable
        As from `measure_table` and `mask_untold`, with the measures of the definitions; a layer
        is a kind of unit (department, town, community), a cell a unit. The whole base takes part
        unranked.
    definitions : iterable of Definition
        As from `chosen_definitions`.
    settings : CardSettings, optional

    Returns
    -------
    DataFrame, columns `CARD_COLUMNS`, by definition, unit_kind, unit and month
        value is in per cent for shares, else numerator by denominator, and so are low and high:
        Wilson's or Clopper and Pearson's interval of a share, Garwood's of events per case, and
        the conditional one of two counts. Intervals take cases as independent; cases that come
        in bursts make them too narrow. Rank 1 is the best among the `ranked` units of the kind
        and month whose denominator is not small; equal values share the better rank; rank_low
        to rank_high is where it may truly stand. The reason is "not_kept" (a count is not
        known), "zero_denominator", "small_denominator" (value and interval stand, the rank does
        not), "one_unit" (nothing to be ranked against), or null.

    Raises
    ------
    AnalysisError
        If a measure is lacking, or a share's numerator is above its denominator.

    Examples
    --------
    >>> from blockdata.analysis.scorecard.definitions import chosen_definitions
    >>> units = pd.DataFrame({"layer": "department", "cell": ["A", "B"]})
    >>> counts = {"cases_due": np.array([[100.0], [200.0]]),
    ...           "cases_closed_in_time": np.array([[90.0], [120.0]])}
    >>> table = MeasureTable(units, pd.DatetimeIndex(["2026-10-01"]), counts)
    >>> one = [d for d in chosen_definitions() if d.id == "on_time_due"]
    >>> card = scorecard(table, one)
    >>> card[["unit", "numerator", "denominator", "value", "rank"]].values.tolist()
    [['A', 90.0, 100.0, 90.0, 1], ['B', 120.0, 200.0, 60.0, 2]]
    """
    settings = settings or CardSettings()
    ordered = _in_order(table)
    blocks = [_one(ordered, definition, settings) for definition in definitions]
    if not blocks:
        return pd.DataFrame({c: pd.Series(dtype=d) for c, d in CARD_COLUMNS.items()})
    card: pd.DataFrame = pd.concat(blocks, ignore_index=True)[list(CARD_COLUMNS)]
    return card.astype(CARD_COLUMNS)


def _in_order(table: MeasureTable) -> MeasureTable:
    """Return a table with its cells by layer and name."""
    order = table.cells.reset_index(drop=True).sort_values(["layer", "cell"]).index.to_numpy()
    values = {name: counted[order] for name, counted in table.values.items()}
    return MeasureTable(table.cells.iloc[order].reset_index(drop=True), table.months, values)


def _one(table: MeasureTable, definition: Definition, settings: CardSettings) -> pd.DataFrame:
    lacking = [m for m in definition.parsed.measures if m not in table.values]
    if lacking:
        raise AnalysisError(f"no measure {', '.join(lacking)}", where=f"scorecard {definition.id}")
    units, months = table.shape
    above, below = definition.parsed.amounts(table.values)
    assert below is not None  # every definition is a rate
    block = pd.DataFrame(
        {
            "unit_kind": np.repeat(table.cells["layer"].to_numpy(dtype=object), months),
            "unit": np.repeat(table.cells["cell"].to_numpy(dtype=object), months),
            "month": np.tile(table.months.to_numpy(), units),
            "numerator": above.ravel(),
            "denominator": below.ravel(),
        }
    )
    block = block.assign(indicator=definition.indicator, definition=definition.id)
    block = _with_values(block, definition, settings)
    return _with_ranks(block, definition, settings)


def _with_values(
    block: pd.DataFrame, definition: Definition, settings: CardSettings
) -> pd.DataFrame:
    x, n = (block[c].to_numpy(dtype=np.float64) for c in ("numerator", "denominator"))
    known = ~np.isnan(x) & ~np.isnan(n)
    usable = known & (n > 0)
    if definition.kind == "share" and np.any(x[usable] > n[usable]):
        raise AnalysisError(
            "a numerator is above its denominator",
            where=f"scorecard {definition.id}",
            next_step="Its counts are not of the same cases; call it a ratio.",
        )
    scale = definition.parsed.scale
    value, low, high = (np.full(len(x), np.nan) for _ in range(3))
    value[usable] = scale * x[usable] / n[usable]
    ends = _interval(x[usable], n[usable], definition.kind, settings)
    low[usable], high[usable] = scale * ends[0], scale * ends[1]
    small = usable & (n < settings.min_denominator)
    reason = np.full(len(x), None, dtype=object)
    reason[small] = "small_denominator"
    reason[known & ~usable] = "zero_denominator"
    reason[~known] = "not_kept"
    return block.assign(value=value, low=low, high=high, small=small, reason=reason)


def _interval(x: Floats, n: Floats, kind: str, settings: CardSettings) -> tuple[Floats, Floats]:
    if kind == "mean":
        return rate_interval(x, n, level=settings.level)
    if kind == "ratio":
        return ratio_interval(x, n, level=settings.level)
    interval = wilson_interval if settings.interval == "wilson" else exact_interval
    return interval(x, n, level=settings.level)


def _with_ranks(
    block: pd.DataFrame, definition: Definition, settings: CardSettings
) -> pd.DataFrame:
    reason = block["reason"].to_numpy(dtype=object).copy()
    x, n, value = (block[c].to_numpy(np.float64) for c in ("numerator", "denominator", "value"))
    found = np.zeros((4, len(block)), dtype=np.int64)
    for rows in _groups(block, pd.isna(reason)):
        if len(rows) == 1:
            reason[rows] = "one_unit"
            continue
        drawn = draw_rates(
            x[rows], n[rows], definition.kind, draws=settings.draws, seed=settings.seed
        )
        low, high = rank_spans(drawn, better=definition.better, level=settings.level)
        better = value[rows] if definition.better == "low" else -value[rows]
        rank = np.searchsorted(np.sort(better), better) + 1
        # Counts can be so one-sided that the drawn ranks leave out the one that stands.
        found[:3, rows] = rank, np.minimum(low, rank), np.maximum(high, rank)
        found[3, rows] = len(rows)
    unranked = found[3] == 0
    ranks = {
        name: pd.arrays.IntegerArray(values, unranked)
        for name, values in zip(("rank", "rank_low", "rank_high"), found, strict=False)
    }
    return block.assign(**ranks, ranked=found[3], reason=reason)


def _groups(block: pd.DataFrame, known: npt.NDArray[np.bool_]) -> list[npt.NDArray[np.int64]]:
    """Return the rows of units to be ranked against each other, in the order of their names."""
    at = np.flatnonzero(known & (block["unit_kind"] != WHOLE).to_numpy())
    if not len(at):
        return []
    keys = block.iloc[at][["unit_kind", "month"]].reset_index(drop=True)
    # Units come in the order of their names.
    grouped = keys.groupby(["unit_kind", "month"], sort=True)
    return [at[rows.to_numpy()] for rows in grouped.groups.values()]
