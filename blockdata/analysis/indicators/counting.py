"""Measures counted per cell and month from what subjects say."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from blockdata.analysis.checks import require_columns, require_distinct
from blockdata.analysis.indicators.measures import Measure
from blockdata.analysis.indicators.months import month_numbers
from blockdata.errors import AnalysisError
from blockdata.link.order import positions

__all__ = ["WHOLE", "Facts", "Figures", "MeasureTable", "measure_table"]

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

WHOLE = "whole"
"""Layer and cell of the whole base: every row counts there, in a cell or not."""

_ALWAYS, _STILL = np.iinfo(np.int64).min, np.iinfo(np.int64).max


@dataclass(frozen=True)
class Facts:
    """Rows of a subject, and the cells they lie in.

    Parameters
    ----------
    rows : DataFrame
        id (distinct for events; one row per state for what stands) and the columns that measures
        name; days are local midnights.
    cells : DataFrame
        id, layer, cell; for what stands also valid_from, valid_to (null: since always, still).
        At most one cell per id, layer and moment.

    Examples
    --------
    >>> Facts(pd.DataFrame({"id": ["i1"]}), pd.DataFrame({"id": [], "layer": [], "cell": []}))\
.rows.shape
    (1, 1)
    """

    rows: pd.DataFrame
    cells: pd.DataFrame


@dataclass(frozen=True)
class Figures:
    """What comes counted by cell.

    Parameters
    ----------
    rows : DataFrame
        layer, cell and the columns that measures name. A cell without a row has 0 in a layer
        that has any row, and is not known in a layer that has none.

    Examples
    --------
    >>> Figures(pd.DataFrame({"layer": ["unit"], "cell": ["u1"], "people": [120]})).rows.shape
    (1, 3)
    """

    rows: pd.DataFrame


@dataclass(frozen=True)
class MeasureTable:
    """Measures of cells and months.

    Parameters
    ----------
    cells : DataFrame
        layer, cell; the whole base first, then sorted.
    months : DatetimeIndex
        First days of months.
    values : dict of measure to ndarray of float64, shape (cells, months)
        NaN: not known there and then.

    Examples
    --------
    >>> months = pd.DatetimeIndex(["2026-10-01"])
    >>> MeasureTable(pd.DataFrame({"layer": ["u"], "cell": ["a"]}), months, {}).shape
    (1, 1)
    """

    cells: pd.DataFrame
    months: pd.DatetimeIndex
    values: dict[str, Floats]

    @property
    def shape(self) -> tuple[int, int]:
        """Cells and months."""
        return len(self.cells), len(self.months)


def measure_table(
    measures: Iterable[Measure],
    subjects: Mapping[str, Facts | Figures],
    cells: pd.DataFrame,
    months: pd.DatetimeIndex,
) -> MeasureTable:
    """Count measures per cell and month.

    Parameters
    ----------
    measures : iterable of Measure
    subjects : mapping of name to Facts or Figures
        A measure whose subject is lacking is not known anywhere.
    cells : DataFrame with layer, cell (str)
        All cells of all layers; rows in others count for the whole base alone.
    months : DatetimeIndex
        As from `natural_months`.

    Returns
    -------
    MeasureTable
        Counts are 0 where a subject has no row. A measure of "now" is known in the last month
        alone.

    Raises
    ------
    AnalysisError
        If a cell stands twice or a subject lacks a column.

    Examples
    --------
    >>> from blockdata.analysis.indicators.measures import parse_measure
    >>> reported = parse_measure("reports", {"zh": "上报", "en": "Reports", "subject": "case",
    ...     "timing": "events", "when": "reported_on"})
    >>> rows = pd.DataFrame({"id": ["i1", "i2"],
    ...                      "reported_on": pd.to_datetime(["2026-10-03", "2026-10-31"])})
    >>> where = pd.DataFrame({"id": ["i1"], "layer": ["unit"], "cell": ["u1"]})
    >>> table = measure_table([reported], {"case": Facts(rows, where)},
    ...     pd.DataFrame({"layer": ["unit"], "cell": ["u1"]}), pd.DatetimeIndex(["2026-10-01"]))
    >>> table.values["reports"].ravel().tolist()
    [2.0, 1.0]
    """
    require_columns(cells, ["layer", "cell"], "measure_table cells")
    require_distinct(cells, ["cell"], "measure_table cells")
    whole = pd.DataFrame({"layer": [WHOLE], "cell": [WHOLE]})
    listed = cells[["layer", "cell"]].sort_values(["layer", "cell"])
    table = MeasureTable(pd.concat([whole, listed], ignore_index=True), months, {})
    by_subject: dict[str, list[Measure]] = {}
    for measure in measures:
        by_subject.setdefault(measure.subject, []).append(measure)
    for name, own in by_subject.items():
        table.values.update(_count(own, subjects.get(name), table))
    return table


def _count(
    measures: list[Measure], subject: Facts | Figures | None, table: MeasureTable
) -> dict[str, Floats]:
    if subject is None:
        return {m.id: np.full(table.shape, np.nan) for m in measures}
    asked = {c for m in measures for c in (*m.columns, *m.dates)}
    lacking = sorted(asked - set(subject.rows.columns))
    if lacking:
        raise AnalysisError(
            f"no column {', '.join(lacking)}", where=f"measure_table {measures[0].subject}"
        )
    if isinstance(subject, Figures):
        return {m.id: _figure(m, subject.rows, table) for m in measures}
    placed = _placed(subject, table)
    found: dict[str, Floats] = {}
    by_dates: dict[tuple[str, ...], list[Measure]] = {}
    for measure in measures:
        by_dates.setdefault(measure.dates, []).append(measure)
    for dates, own in by_dates.items():
        tally = _happened if len(dates) == 1 else _stood
        found |= tally(own, subject.rows, placed, table)
    return found


def _figure(measure: Measure, rows: pd.DataFrame, table: MeasureTable) -> Floats:
    position = pd.Index(table.cells["cell"]).get_indexer(rows["cell"])
    weights = measure.weights(rows)
    there = position >= 0
    total = np.bincount(position[there], weights[there], minlength=len(table.cells))
    unknown = rows["cell"][rows[measure.sum].isna() & measure.chosen(rows)]
    told = table.cells["layer"].isin(rows["layer"].unique()) & ~table.cells["cell"].isin(unknown)
    values = np.full(table.shape, np.nan)
    months = slice(None) if measure.timing == "constant" else slice(-1, None)
    values[:, months] = np.where(told.to_numpy(), total, np.nan)[:, None]
    return values


@dataclass(frozen=True)
class _Placed:
    """Each row in each cell of the table: row, cell, and the days from and to which it is so."""

    row: Integers
    cell: Integers
    begins: Integers
    ends: Integers


def _placed(subject: Facts, table: MeasureTable) -> _Placed:
    """Put every row into the whole base, and into each of its cells."""
    cells = subject.cells
    position = positions(cells["cell"], table.cells["cell"])
    row, of = _matched(subject.rows["id"], cells["id"])
    inside = position[of] >= 0
    row, of = row[inside], of[inside]
    every = np.arange(len(subject.rows))
    spans = []
    for column, missing in (("valid_from", _ALWAYS), ("valid_to", _STILL)):
        own = np.full(len(of), missing)
        if column in cells.columns:
            own = _days(cells[column], missing)[of]
        spans.append(np.concatenate([np.full(len(every), missing), own]))
    cell = np.concatenate([np.zeros(len(every), dtype=np.int64), position[of]])
    return _Placed(np.concatenate([every, row]), cell, *spans)


def _matched(rows: pd.Series, cells: pd.Series) -> tuple[Integers, Integers]:
    """Return the pairs of rows and cell rows of one id, cell rows in order."""
    distinct = pd.Series(rows.unique())
    own = positions(rows, distinct)
    order = np.argsort(own, kind="stable")
    count = np.bincount(own, minlength=len(distinct))
    start = np.cumsum(count) - count
    asked = positions(cells, distinct)
    known = np.flatnonzero(asked >= 0)
    times = count[asked[known]]
    of = np.repeat(known, times)
    within = np.arange(len(of)) - np.repeat(np.cumsum(times) - times, times)
    return order[start[asked[of]] + within], of


def _days(days: pd.Series, missing: int) -> Integers:
    at = pd.to_datetime(days).to_numpy(dtype="datetime64[us]")
    return np.where(np.isnat(at), missing, at.astype(np.int64))


def _happened(
    measures: list[Measure], rows: pd.DataFrame, placed: _Placed, table: MeasureTable
) -> dict[str, Floats]:
    """Count events of one column of days."""
    month = month_numbers(rows[measures[0].when], table.months)[placed.row]
    seen = month >= 0
    row, place = placed.row[seen], placed.cell[seen] * table.shape[1] + month[seen]
    return {m.id: _added(place, m.weights(rows)[row], table.shape) for m in measures}


def _stood(
    measures: list[Measure], rows: pd.DataFrame, placed: _Placed, table: MeasureTable
) -> dict[str, Floats]:
    """Count what stood on the last day of each month, by two columns of days."""
    cells, months = table.shape
    begins = _days(rows[measures[0].begins], _ALWAYS)[placed.row]
    ends = _days(rows[measures[0].ends], _STILL)[placed.row]
    last = _last_days(table.months)
    first = np.searchsorted(last, np.maximum(begins, placed.begins))
    gone = np.searchsorted(last, np.minimum(ends, placed.ends))
    stands = gone > first
    row, cell = placed.row[stands], placed.cell[stands] * (months + 1)
    comes, goes = cell + first[stands], cell + gone[stands]
    found: dict[str, Floats] = {}
    for measure in measures:
        weights = measure.weights(rows)[row]
        change = _added(comes, weights, (cells, months + 1))
        change -= _added(goes, weights, (cells, months + 1))
        found[measure.id] = np.cumsum(change, axis=1)[:, :months]
    return found


def _last_days(months: pd.DatetimeIndex) -> Integers:
    last = (months + pd.offsets.MonthEnd(0)).to_numpy(dtype="datetime64[us]")
    return last.astype(np.int64)


def _added(place: Integers, weights: Floats, shape: tuple[int, int]) -> Floats:
    added = np.bincount(place, weights, minlength=shape[0] * shape[1])
    return added.astype(np.float64).reshape(shape)
