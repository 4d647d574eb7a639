"""Reports as arrays: what two of them are compared by."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from blockdata.errors import AnalysisError
from blockdata.link.duplicates.fingerprints import prints_of
from blockdata.link.order import ranks

__all__ = ["REPORT_COLUMNS", "KeyCodes", "ReportColumns", "report_columns"]

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

_KEYS = (
    *("site_id", "building_id", "room_id", "road_id", "other_road_id", "component_id"),
    *("cell", "caller", "category", "main_category"),
)
_ROADS = ("road_id", "other_road_id")
REPORT_COLUMNS = ("id", "reported_at", *_KEYS, "x", "y", "radius_m", "usual_per_day", "fingerprint")
"""What a frame of reports may have. Only `id` and `reported_at` must be there.

================  =============================================================================
id                str, unique
reported_at       UTC timestamp; a report without one is in no pair
site_id           door plate or estate that it names, as from `place_keys`; null for a default
building_id       location, and so are the next two; building, null where it names none
room_id           room, null where it names none
road_id           a road that its place is on, as from `named_roads`
other_road_id     the second one of a crossing
component_id      the component it is about
cell              its cell in one layer that most reports know (community); the same for all
caller            pseudonym, never a number
category          its class, in one scheme for all sources
main_category     the class above it
x, y              metres
radius_m          within this distance of x, y it lies with 90 %; null is 0
usual_per_day     reports of its category that usually come from here, as from `usual_per_day`
fingerprint       bytes, as from `text_fingerprints`
================  =============================================================================
"""


@dataclass(frozen=True)
class ReportColumns:
    """Reports as arrays of one length; keys are numbers, -1 for a missing one.

    `time_us` is microseconds since 1970, `x`, `y` are NaN where no point is known.
    """

    id: npt.NDArray[np.object_]
    time_us: Integers
    x: Floats
    y: Floats
    radius_m: Floats
    site_id: Integers
    building_id: Integers
    room_id: Integers
    road_id: Integers
    other_road_id: Integers
    component_id: Integers
    cell: Integers
    caller: Integers
    category: Integers
    main_category: Integers
    usual_per_day: Floats
    slots: npt.NDArray[np.uint8]
    text_size: Floats

    def __len__(self) -> int:
        return len(self.time_us)

    @property
    def has_point(self) -> npt.NDArray[np.bool_]:
        """Of which reports a point is known."""
        return np.isfinite(self.x) & np.isfinite(self.y)

    def take(self, rows: npt.NDArray[np.int64] | slice) -> ReportColumns:
        """Return some of the reports."""
        return ReportColumns(**{f.name: getattr(self, f.name)[rows] for f in fields(self)})

    def joined(self, others: ReportColumns) -> ReportColumns:
        """Return the reports and others after them."""
        both = {
            f.name: np.concatenate([getattr(self, f.name), getattr(others, f.name)])
            for f in fields(self)
        }
        return ReportColumns(**both)


class KeyCodes:
    """Numbers for keys that come one after another.

    Examples
    --------
    >>> codes = KeyCodes()
    >>> codes("caller", pd.Series(["a", None, "b"])), codes("caller", pd.Series(["b"]))
    (array([ 0, -1,  1]), array([1]))
    """

    def __init__(self) -> None:
        self._known: dict[str, dict[str, int]] = {}

    def __call__(self, column: str, keys: pd.Series) -> Integers:
        """Return the number of each key of a column, a new one for a new key."""
        known = self._known.setdefault(column, {})
        return np.array(
            [-1 if pd.isna(key) else known.setdefault(str(key), len(known)) for key in keys],
            dtype=np.int64,
        )


def report_columns(
    reports: pd.DataFrame, number: Callable[[str, pd.Series], Integers] | None = None
) -> ReportColumns:
    """Take a frame of reports as arrays, those without a time left out.

    Parameters
    ----------
    reports : DataFrame
        See `REPORT_COLUMNS`; columns that are not there count as missing throughout.
    number : callable, optional
        Numbers the keys of a column; default: by their order.

    Returns
    -------
    ReportColumns
        In order of time, then id.

    Raises
    ------
    AnalysisError
        If id or reported_at is no column, or an id is missing or repeats.

    Examples
    --------
    >>> frame = pd.DataFrame({"id": ["b", "a"], "caller": ["c", None],
    ...                       "reported_at": pd.to_datetime(["2026-01-02", "2026-01-01"])})
    >>> columns = report_columns(frame)
    >>> columns.id.tolist(), columns.caller
    (['a', 'b'], array([-1,  0]))
    """
    missing = [name for name in ("id", "reported_at") if name not in reports]
    if missing:
        raise AnalysisError(
            f"column {missing[0]} is not there", where="reports", allowed=", ".join(REPORT_COLUMNS)
        )
    if reports["id"].isna().any() or reports["id"].duplicated().any():
        raise AnalysisError("report ids are missing or repeat", where="reports", allowed="unique")
    timed = reports[reports["reported_at"].notna()]
    time_us = pd.to_datetime(timed["reported_at"]).to_numpy(dtype="datetime64[us]").astype(np.int64)
    order = np.lexsort((ranks(timed["id"]), time_us))
    rows = timed.iloc[order]
    prints = rows["fingerprint"].tolist() if "fingerprint" in rows else [None] * len(rows)
    slots, text_size = prints_of(prints)
    return ReportColumns(
        id=rows["id"].to_numpy(dtype=object),
        time_us=time_us[order],
        x=_numbers(rows, "x"),
        y=_numbers(rows, "y"),
        radius_m=np.nan_to_num(_numbers(rows, "radius_m")),
        **_coded(rows, number if number is not None else _ranked),
        usual_per_day=_numbers(rows, "usual_per_day"),
        slots=slots,
        text_size=text_size,
    )


def _coded(rows: pd.DataFrame, number: Callable[[str, pd.Series], Integers]) -> dict[str, Any]:
    """Return the keys as numbers; both roads of a crossing are numbered alike."""
    coded = {name: number(name, _column(rows, name)) for name in _KEYS if name not in _ROADS}
    roads = number("road", pd.concat([_column(rows, name) for name in _ROADS]))
    return coded | dict(zip(_ROADS, np.split(roads, 2), strict=True))


def _ranked(_: str, keys: pd.Series) -> Integers:
    return ranks(keys)


def _column(rows: pd.DataFrame, name: str) -> pd.Series:
    return rows[name] if name in rows else pd.Series(None, index=rows.index, dtype="str")


def _numbers(rows: pd.DataFrame, name: str) -> Floats:
    if name not in rows:
        return np.full(len(rows), np.nan)
    return rows[name].to_numpy(dtype=np.float64)
