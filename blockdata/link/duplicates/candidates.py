"""Which pairs of reports are compared: those that share a place, or a caller, within days."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import numpy.typing as npt

from blockdata.link.duplicates.blocking import Pairs, near_pairs, pairs_of_key
from blockdata.link.duplicates.columns import ReportColumns
from blockdata.link.duplicates.settings import DuplicateSettings

__all__ = ["candidate_pairs", "is_candidate"]

Flags = npt.NDArray[np.bool_]
Integers = npt.NDArray[np.int64]

_KEYS = ("component_id", "building_id", "caller")


def is_candidate(
    one: ReportColumns,
    i: Integers,
    other: ReportColumns,
    j: Integers,
    settings: DuplicateSettings,
) -> Flags:
    """Tell which pairs are compared.

    A pair is, if its reports are at most `max_gap_hours` apart and

    - their points are at most `max_distance_m` apart, or
    - they are about one component, or one building, or come from one caller, or
    - they lie in one cell, and of at least one of them no point is known.

    Parameters
    ----------
    one, other : ReportColumns
    i, j : ndarray of int, shape (m,)
        Rows of the one and of the other.
    settings : DuplicateSettings

    Returns
    -------
    ndarray of bool, shape (m,)
    """
    flags = _is_near(one, i, other, j, settings)
    for name in _KEYS:
        flags |= _same(one, i, other, j, name)
    vague = ~(one.has_point[i] & other.has_point[j])
    flags |= vague & _same(one, i, other, j, "cell")
    flags &= np.abs(one.time_us[i] - other.time_us[j]) <= settings.max_gap_us
    return flags


def candidate_pairs(columns: ReportColumns, settings: DuplicateSettings) -> Iterator[Pairs]:
    """List the pairs of reports that are compared, each once, in chunks.

    Parameters
    ----------
    columns : ReportColumns
        In order of time.
    settings : DuplicateSettings

    Yields
    ------
    first, second : ndarray of int64
        Rows, first < second: the earlier report first.

    Examples
    --------
    >>> import pandas as pd
    >>> from blockdata.link.duplicates.columns import report_columns
    >>> frame = pd.DataFrame({"id": ["a", "b", "c"], "x": [0.0, 30.0, 0.0], "y": 0.0,
    ...     "reported_at": pd.to_datetime(["2026-01-01", "2026-01-02", "2026-02-01"])})
    >>> [p.tolist() for p in next(candidate_pairs(report_columns(frame), DuplicateSettings()))]
    [[0], [1]]
    """
    yield from near_pairs(columns, settings.max_distance_m, settings.max_gap_us)
    # A pair that several ways lead to is listed by the first of them.
    found: list[Callable[[Integers, Integers], Flags]] = [
        lambda i, j: _is_near(columns, i, columns, j, settings)
    ]
    for name in _KEYS:
        for i, j in pairs_of_key(getattr(columns, name), columns, settings.max_gap_us):
            fresh = ~np.logical_or.reduce([known(i, j) for known in found])
            yield i[fresh], j[fresh]
        found.append(lambda i, j, name=name: _same(columns, i, columns, j, name))  # type: ignore[misc]
    vague = ~columns.has_point
    for i, j in pairs_of_key(columns.cell, columns, settings.max_gap_us, vague):
        fresh = ~np.logical_or.reduce([known(i, j) for known in found])
        yield i[fresh], j[fresh]


def _same(one: ReportColumns, i: Integers, other: ReportColumns, j: Integers, name: str) -> Flags:
    key, other_key = getattr(one, name)[i], getattr(other, name)[j]
    same: Flags = (key == other_key) & (key >= 0)
    return same


def _is_near(
    one: ReportColumns,
    i: Integers,
    other: ReportColumns,
    j: Integers,
    settings: DuplicateSettings,
) -> Flags:
    across, along = one.x[i] - other.x[j], one.y[i] - other.y[j]
    near: Flags = across * across + along * along <= settings.max_distance_m**2
    return near
