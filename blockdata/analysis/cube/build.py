"""Count reports or episodes into a cube."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from blockdata.analysis.checks import (
    require_columns,
    require_counts,
    require_naive_times,
    require_one_type,
)
from blockdata.analysis.cube.model import Cube
from blockdata.analysis.cube.steps import step_edges
from blockdata.errors import AnalysisError

__all__ = ["coarsen", "counts_cube"]

Integers = npt.NDArray[np.int64]
_DAY_US = 86_400_000_000


def counts_cube(
    events: pd.DataFrame,
    *,
    start: pd.Timestamp,
    end: pd.Timestamp,
    step: str | pd.DatetimeIndex = "day",
    places: Iterable[str] | None = None,
    categories: Iterable[str] | None = None,
    gaps: pd.DataFrame | None = None,
) -> Cube:
    """Count events by place, category and time step.

    Parameters
    ----------
    events : DataFrame with place, category (str), day (datetime64); optionally count (int >= 0)
        One row per report or episode, or per group of them with its `count`. A place is a cell
        of any layer, a street segment or any other id; `day` is the local day (or moment in local
        time): the caller knows the zone. Days outside the period are left aside.
    start, end : Timestamp
        The period, local midnights, `end` exclusive.
    step : {"day", "week", "month"} or DatetimeIndex
        As in `step_edges`.
    places, categories : iterable of str, optional
        All places and categories, those without an event included; without them, those of the
        events, also of events outside the period.
    gaps : DataFrame with start, end (datetime64, end exclusive); optionally category, optional
        Days on which the source was silent, as from `coverage_gaps`; with a category, only that
        one's. Null or no category is all of them. Gaps may overlap. What was counted within a gap
        stays counted.

    Returns
    -------
    Cube

    Raises
    ------
    AnalysisError
        If a column is missing or holds missing values, a count is no whole number >= 0, a place
        or category is not among those given, or the period is empty.

    Examples
    --------
    >>> events = pd.DataFrame(
    ...     {"place": ["a"], "category": ["noise"], "day": pd.to_datetime(["2024-05-02"])}
    ... )
    >>> gaps = pd.DataFrame(
    ...     {"start": pd.to_datetime(["2024-05-03"]), "end": pd.to_datetime(["2024-05-04"])}
    ... )
    >>> month = dict(start=pd.Timestamp("2024-05-01"), end=pd.Timestamp("2024-05-04"))
    >>> counts_cube(events, **month, places=["a", "b"], gaps=gaps).frame()["count"].tolist()
    [0, 1, <NA>, 0, 0, <NA>]
    """
    where = "counts_cube events"
    require_columns(events, ["place", "category", "day"], where)
    edges = step_edges(start, end, step)
    day = require_naive_times(events["day"], where).to_numpy().astype(np.int64)
    place, all_places = _coded(events["place"], places, "place")
    category, kinds = _coded(events["category"], categories, "category")
    count = np.ones(len(events), dtype=np.int64)
    if "count" in events.columns:
        count = require_counts(events["count"], where).to_numpy(dtype=np.int64)
    inside = (day >= edges.asi8[0]) & (day < edges.asi8[-1]) & (count > 0)
    steps = np.searchsorted(edges.asi8, day[inside], side="right").astype(np.int64) - 1
    key = (steps * len(kinds) + category[inside]) * len(all_places) + place[inside]
    return _cube(key, count[inside], all_places, kinds, edges, _observed(gaps, kinds, edges))


def coarsen(cube: Cube, step: str | pd.DatetimeIndex) -> Cube:
    """Sum a cube into longer steps.

    Parameters
    ----------
    cube : Cube
    step : {"week", "month"} or DatetimeIndex
        As in `step_edges`; every new edge must be an edge of the cube.

    Returns
    -------
    Cube

    Raises
    ------
    AnalysisError
        If a new edge lies inside a step of the cube.

    Examples
    --------
    >>> days = pd.to_datetime(["2024-05-01", "2024-05-31"])
    >>> events = pd.DataFrame({"place": "a", "category": "noise", "day": days})
    >>> cube = counts_cube(events, start=days[0], end=pd.Timestamp("2024-06-02"))
    >>> coarsen(cube, "month").dense().tolist()
    [[[2, 0]]]
    """
    edges = step_edges(cube.edges[0], cube.edges[-1], step)
    if not edges.isin(cube.edges).all():
        raise AnalysisError(
            "an edge lies inside a step", where="coarsen", allowed="edges of the cube"
        )
    owner = np.searchsorted(edges.asi8, cube.edges.asi8[:-1], side="right") - 1
    kinds, places, _ = cube.shape
    key = (owner[cube.step] * kinds + cube.category) * places + cube.place
    observed = np.add.reduceat(
        cube.observed_days, np.searchsorted(cube.edges.asi8, edges.asi8[:-1]), axis=1
    )
    return _cube(key, cube.count, cube.places, cube.categories, edges, observed)


def _labels(values: Iterable[str], name: str) -> pd.Index[Any]:
    listed = list(values)
    if any(pd.isna(label) for label in listed):
        raise AnalysisError("a name is missing", where=f"counts_cube {name}")
    if len(set(listed)) < len(listed):
        raise AnalysisError("a name stands twice", where=f"counts_cube {name}")
    require_one_type(pd.Index(listed, dtype=object), f"counts_cube {name}")
    labels: pd.Index[Any] = pd.Index(sorted(listed), dtype="str")
    return labels


def _coded(
    values: pd.Series[Any], listed: Iterable[str] | None, name: str
) -> tuple[Integers, pd.Index[Any]]:
    """Positions of the values among the sorted labels, and the labels."""
    codes, own = pd.factorize(values)
    labels = _labels(own if listed is None else listed, name)
    found = labels.get_indexer(pd.Index(own, dtype="str")).astype(np.int64)[codes]
    unknown = int((found < 0).sum())
    if unknown:
        raise AnalysisError(
            f"{unknown} of {len(values)} rows have a {name} that is not listed",
            where="counts_cube events",
            next_step="Leave these rows out and report how many they are.",
        )
    return found, labels


def _cube(
    key: Integers,
    count: Integers,
    places: pd.Index[Any],
    categories: pd.Index[Any],
    edges: pd.DatetimeIndex,
    observed_days: Integers,
) -> Cube:
    bins, row = np.unique(key, return_inverse=True)
    sums = np.bincount(row, weights=count, minlength=len(bins)).astype(np.int64)
    kinds_places = max(len(categories) * len(places), 1)
    step, rest = np.divmod(bins, kinds_places)
    category, place = np.divmod(rest, max(len(places), 1))
    offsets = np.searchsorted(step, np.arange(len(edges))).astype(np.int64)
    return Cube(places, categories, edges, step, category, place, sums, observed_days, offsets)


def _observed(
    gaps: pd.DataFrame | None, categories: pd.Index[Any], edges: pd.DatetimeIndex
) -> Integers:
    """Days of each category and step outside all gaps."""
    first = int(edges.asi8[0])
    cuts = (edges.asi8 - first) // _DAY_US
    seen = np.ones((len(categories), int(cuts[-1])), dtype=np.int64)
    if gaps is not None and len(gaps):
        where = "counts_cube gaps"
        require_columns(gaps, ["start", "end"], where)
        begins, ends = (
            (require_naive_times(gaps[c], where).to_numpy().astype(np.int64) - first) / _DAY_US
            for c in ("start", "end")
        )
        rows = _gap_rows(gaps, categories)
        for row, begin, end in zip(rows, np.floor(begins), np.ceil(ends), strict=True):
            seen[row, max(int(begin), 0) : max(int(end), 0)] = 0
    return np.add.reduceat(seen, cuts[:-1], axis=1)


def _gap_rows(gaps: pd.DataFrame, categories: pd.Index[Any]) -> list[slice | int]:
    if "category" not in gaps.columns:
        return [slice(None)] * len(gaps)
    at = categories.get_indexer(pd.Index(gaps["category"].fillna(""), dtype="str"))
    every, unknown = gaps["category"].isna().to_numpy(), at < 0
    # A gap of a category that the cube does not have concerns none of its rows.
    none = slice(0, 0)
    return [
        slice(None) if e else (none if u else int(p))
        for e, u, p in zip(every, unknown, at, strict=True)
    ]
