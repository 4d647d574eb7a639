"""Groups of reports of one occurrence, none longer or wider than stated."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt
import pandas as pd

from blockdata.link.duplicates.boxes import Box, box_around, diagonal_m
from blockdata.link.duplicates.columns import ReportColumns, report_columns
from blockdata.link.duplicates.settings import DuplicateSettings
from blockdata.link.order import positions

__all__ = ["duplicate_groups"]

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

_NEEDED = ("id", "reported_at", "x", "y", "caller")
"""Columns of reports that groups are told by."""


def duplicate_groups(
    reports: pd.DataFrame, pairs: pd.DataFrame, settings: DuplicateSettings | None = None
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Put reports of one occurrence together.

    Pairs of at least `same_probability` are taken from the most probable on, ties by the ids. The
    groups of a pair's two reports become one, if

    - first and last report are then at most `max_span_hours` apart,
    - the box around all points has a diagonal of at most `max_diameter_m`, and
    - the mean probability of all pairs between the two groups is at least `group_probability`,
      where a pair that is not listed has 0.

    So a chain of likely pairs whose ends do not fit is not one group. Only a person's word has
    probability 1; it knows no limits of time and place.

    Parameters
    ----------
    reports : DataFrame
        As for `duplicate_pairs`.
    pairs : DataFrame
        As from it.
    settings : DuplicateSettings, optional

    Returns
    -------
    groups : DataFrame
        Groups of two and more, sorted by group: group (id of its earliest report), reports,
        callers (different known ones), calling ("one_caller", "several_callers", or "unknown"
        where not every caller is known and no two differ), first_reported, last_reported,
        span_hours, diameter_m (null without points), probability (mean of all its pairs).
    members : DataFrame
        One row per report, sorted by report: report, group (its own id if it is alone),
        repeats (whether an earlier report of the group has the same caller).

    Raises
    ------
    AnalysisError
        If id or reported_at is no column, or ids are missing or repeat.

    Examples
    --------
    >>> reports = pd.DataFrame({"id": ["a", "b", "c"], "caller": ["p", "p", "q"],
    ...     "reported_at": pd.to_datetime(["2026-01-01", "2026-01-02", "2026-01-09"])})
    >>> pairs = pd.DataFrame({"first": ["a"], "second": ["b"], "probability": [0.9]})
    >>> groups, members = duplicate_groups(reports, pairs)
    >>> groups[["group", "reports", "calling"]].values.tolist()
    [['a', 2, 'one_caller']]
    >>> members.values.tolist()
    [['a', 'a', False], ['b', 'a', True], ['c', 'c', False]]
    """
    settings = settings or DuplicateSettings()
    compared = [name for name in _NEEDED if name in reports]
    columns = report_columns(reports[compared])
    grouping = _Grouping(columns, settings)
    ids = pd.Series(columns.id, dtype="str")
    i, j = positions(pairs["first"], ids), positions(pairs["second"], ids)
    probability = pairs["probability"].to_numpy(dtype=np.float64)
    there = (i >= 0) & (j >= 0)
    i, j, probability = i[there], j[there], probability[there]
    grouping.weigh(i, j, probability)
    # Rows are in order of time and id, so ties are broken by what the reports are.
    low, high = np.minimum(i, j), np.maximum(i, j)
    order = np.lexsort((high, low, -probability))
    for pair in order[probability[order] >= settings.same_probability].tolist():
        grouping.join(int(i[pair]), int(j[pair]))
    head = grouping.heads()
    groups = _described(columns, head, i, j, probability)
    return groups, _members(reports, columns, head)


class _Grouping:
    """Groups that grow: each is known by the row of its earliest report."""

    def __init__(self, columns: ReportColumns, settings: DuplicateSettings) -> None:
        self._settings = settings
        self._head = list(range(len(columns)))
        self._size: dict[int, int] = {}
        self._between: dict[int, dict[int, float]] = {}
        """Of two groups, the sum of the probabilities of the pairs between them."""
        self._time_us = columns.time_us
        self._x = columns.x
        self._y = columns.y
        self._last: dict[int, int] = {}
        self._box: dict[int, Box] = {}

    def weigh(self, i: Integers, j: Integers, probability: Floats) -> None:
        for one, other, chance in zip(i.tolist(), j.tolist(), probability.tolist(), strict=True):
            self._between.setdefault(one, {})[other] = chance
            self._between.setdefault(other, {})[one] = chance

    def head_of(self, row: int) -> int:
        while self._head[row] != row:
            self._head[row] = self._head[self._head[row]]
            row = self._head[row]
        return row

    def heads(self) -> Integers:
        return np.array([self.head_of(row) for row in range(len(self._head))], dtype=np.int64)

    def join(self, row: int, other_row: int) -> None:
        """Make the groups of two rows one, if that keeps all limits."""
        head, other = sorted((self.head_of(row), self.head_of(other_row)))
        if head == other:
            return
        size, other_size = self._size.get(head, 1), self._size.get(other, 1)
        support = self._between[head].get(other, 0.0) / (size * other_size)
        last = max(self._end(head), self._end(other))
        box = box_around(self._box_of(head), self._box_of(other))
        limits = self._settings
        far = self._time_us[last] - self._time_us[head] > limits.max_span_us
        far |= diagonal_m(box) > limits.max_diameter_m
        if support < limits.group_probability or (far and support < 1):
            return
        self._head[other], self._size[head] = head, size + other_size
        self._last[head], self._box[head] = last, box
        self._merge_sums(head, other)

    def _end(self, head: int) -> int:
        return self._last.get(head, head)

    def _box_of(self, head: int) -> Box:
        x, y = float(self._x[head]), float(self._y[head])
        return self._box.get(head, (x, y, x, y))

    def _merge_sums(self, head: int, other: int) -> None:
        own = self._between[head]
        for third, total in self._between.pop(other).items():
            if third == head:
                continue
            own[third] = own.get(third, 0.0) + total
            sums = self._between[third]
            sums[head] = own[third]
            del sums[other]
        own.pop(other, None)


def _described(
    columns: ReportColumns, head: Integers, i: Integers, j: Integers, probability: Floats
) -> pd.DataFrame:
    size = np.bincount(head, minlength=len(head))
    rows = np.flatnonzero(size[head] > 1)
    own = head[rows]
    frame = pd.DataFrame(
        {"head": own, "x": columns.x[rows], "y": columns.y[rows], "time": columns.time_us[rows]}
    )
    caller = columns.caller[rows]
    frame["caller"] = np.where(caller >= 0, caller, np.nan)
    parts = frame.groupby("head")
    found = parts.agg(
        reports=("time", "size"),
        callers=("caller", "nunique"),
        known=("caller", "count"),
        first=("time", "min"),
        last=("time", "max"),
        x0=("x", "min"),
        x1=("x", "max"),
        y0=("y", "min"),
        y1=("y", "max"),
    )
    inside = head[i] == head[j]
    total = np.bincount(head[i[inside]], weights=probability[inside], minlength=len(head))
    of_pairs = found["reports"] * (found["reports"] - 1) / 2
    result = pd.DataFrame(
        {
            "group": pd.Series(columns.id[found.index], dtype="str"),
            "reports": found["reports"].to_numpy(dtype=np.int64),
            "callers": found["callers"].to_numpy(dtype=np.int64),
            "calling": pd.Series(list(_calling(found)), dtype="str"),
            "first_reported": pd.to_datetime(found["first"].to_numpy(), unit="us"),
            "last_reported": pd.to_datetime(found["last"].to_numpy(), unit="us"),
            "span_hours": (found["last"] - found["first"]).to_numpy() / 3_600_000_000,
            "diameter_m": np.hypot(*_sides_m(found)),
            "probability": total[found.index] / of_pairs.to_numpy(),
        }
    )
    return result.sort_values("group", ignore_index=True)


def _sides_m(found: pd.DataFrame) -> tuple[Floats, Floats]:
    width, height = found["x1"] - found["x0"], found["y1"] - found["y0"]
    return width.to_numpy(dtype=np.float64), height.to_numpy(dtype=np.float64)


def _calling(found: pd.DataFrame) -> Iterable[str]:
    """Tell whether one caller reported, or several."""
    for callers, known, reports in zip(
        found["callers"], found["known"], found["reports"], strict=True
    ):
        if callers > 1:
            yield "several_callers"
        else:
            yield "one_caller" if known == reports else "unknown"


def _members(reports: pd.DataFrame, columns: ReportColumns, head: Integers) -> pd.DataFrame:
    caller = columns.caller
    key = pd.DataFrame({"head": head, "caller": caller})
    again = key.duplicated().to_numpy() & (caller >= 0)
    timed = pd.DataFrame(
        {
            "report": pd.Series(columns.id, dtype="str"),
            "group": pd.Series(columns.id[head], dtype="str"),
            "repeats": again,
        }
    )
    untimed = reports.loc[reports["reported_at"].isna(), "id"].astype("str")
    alone = pd.DataFrame({"report": untimed, "group": untimed, "repeats": False})
    return pd.concat([timed, alone]).sort_values("report", ignore_index=True)
