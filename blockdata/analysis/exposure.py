"""What counts are measured against: the first usable exposure, and why not the earlier ones."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

import numpy as np
import pandas as pd

from blockdata.analysis.checks import require_one_type, require_share
from blockdata.analysis.reasons import Reason, describe_reason
from blockdata.errors import AnalysisError

__all__ = ["EXPOSURE_ORDER", "EXPOSURE_WORDS", "Exposure", "choose_exposure"]

EXPOSURE_WORDS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "people": ("人口", "people"),
        "addresses": ("地址数", "addresses"),
        "street_length_m": ("街巷长度", "street length"),
        "all_incidents": ("全部类别的问题数", "problems of all categories"),
        "buildings": ("建筑数", "buildings"),
        "legal_entities": ("法人和其他单位数", "legal entities"),
        "components": ("部件数", "components"),
        "addresses_and_components": ("地址和部件数", "addresses and components"),
        "floor_area_m2": ("建筑面积", "floor area"),
        "each": ("每处相同", "one each"),
        "reports": ("同样渠道的全部上报数", "all reports by the same channels"),
        "all_episodes": ("该处全部类别的问题数", "the place's problems of all categories"),
    }
)
"""Names of exposures in Chinese and English."""

EXPOSURE_ORDER = ("people", "addresses", "street_length_m", "all_incidents")


@dataclass(frozen=True)
class Exposure:
    """The exposure an analysis stands on.

    Parameters
    ----------
    name : str
        Which exposure it is, e.g. one of `EXPOSURE_ORDER`.
    values : Series of float64, indexed by cell
        Exposure per cell, in the unit the name tells.
    skipped : mapping of str to Reason
        Every exposure that stands earlier in the order, and why it was passed over.

    Examples
    --------
    >>> Exposure("people", pd.Series({"a": 40.0, "b": 60.0})).name
    'people'
    """

    name: str
    values: pd.Series[Any]
    skipped: Mapping[str, Reason] = field(default_factory=dict)


def choose_exposure(
    candidates: Mapping[str, pd.Series[Any] | Reason | None],
    cells: Iterable[str],
    *,
    incidents: pd.Series[Any] | None = None,
    max_unexposed_share: float = 0.2,
) -> Exposure:
    """Take the first usable exposure in the order people, addresses, street length, incidents.

    Parameters
    ----------
    candidates : mapping of str to Series indexed by cell, Reason or None
        Keys from `EXPOSURE_ORDER`. A key that is absent or None has no source; a reason says why
        there is none. A cell that a
        series does not list has none of it (0); a missing value inside a series is unknown.
    cells : iterable of str
        All cells of the layer; entries of a series for other cells are left aside.
    incidents : Series of int, indexed by cell, optional
        Incidents of all categories per cell. An exposure is refused when too many of them
        fall where it is zero: it does not describe where incidents can happen.
    max_unexposed_share : float, default 0.2
        The largest share of incidents in cells of zero exposure that is accepted.

    Returns
    -------
    Exposure
        Values sorted by cell, and the reason why each earlier candidate was passed over.

    Raises
    ------
    AnalysisError
        If no candidate is usable, a key is unknown, or a cell stands twice.

    Notes
    -----
    Usable means: every value finite and not negative, and at least two cells above zero.

    Examples
    --------
    >>> streets = pd.Series({"a": 900.0, "b": 300.0})
    >>> chosen = choose_exposure({"street_length_m": streets}, ["a", "b", "c"])
    >>> chosen.name, chosen.values.tolist(), chosen.skipped["people"].en
    ('street_length_m', [900.0, 300.0, 0.0], 'there is no source')
    """
    require_share(max_unexposed_share, "choose_exposure max_unexposed_share")
    unknown = sorted(set(candidates) - set(EXPOSURE_ORDER))
    if unknown:
        raise AnalysisError(
            f"unknown exposure {', '.join(unknown)}",
            where="choose_exposure candidates",
            allowed=", ".join(EXPOSURE_ORDER),
        )
    index = _sorted_cells(cells)
    cases = None if incidents is None else _per_cell(incidents, index, "incidents")
    skipped: dict[str, Reason] = {}
    for name in EXPOSURE_ORDER:
        series = candidates.get(name)
        if isinstance(series, Reason):
            skipped[name] = series
            continue
        values = None if series is None else _per_cell(series, index, name)
        reason = _why_unusable(values, cases, max_unexposed_share)
        if reason is None and values is not None:
            return Exposure(name, values, skipped)
        skipped[name] = reason or describe_reason("no_source")
    raise AnalysisError(
        "no exposure is usable: " + "; ".join(f"{k}: {v.en}" for k, v in skipped.items()),
        where="choose_exposure",
        next_step="Load people, addresses or streets, or widen the window.",
    )


def _sorted_cells(cells: Iterable[str]) -> pd.Index[Any]:
    index = pd.Index(list(cells), name="cell")
    if index.has_duplicates or index.hasnans:
        raise AnalysisError("a cell is missing or stands twice", where="choose_exposure cells")
    require_one_type(index, "choose_exposure cells")
    return index.sort_values()


def _per_cell(series: pd.Series[Any], index: pd.Index[Any], name: str) -> pd.Series[Any]:
    where = f"choose_exposure {name}"
    if not isinstance(series, pd.Series):
        raise AnalysisError("no Series", where=where, allowed="a Series indexed by cell")
    if series.index.has_duplicates:
        raise AnalysisError("a cell stands twice", where=where, allowed="one value per cell")
    if not pd.api.types.is_numeric_dtype(series):
        raise AnalysisError("values are not numbers", where=where, allowed="numbers >= 0")
    numbers = pd.Series(series.to_numpy(dtype=np.float64, na_value=np.nan), index=series.index)
    return numbers.reindex(index, fill_value=0.0).rename(name)


def _why_unusable(
    values: pd.Series[Any] | None, incidents: pd.Series[Any] | None, max_unexposed_share: float
) -> Reason | None:
    if values is None:
        return describe_reason("no_source")
    if not np.isfinite(values).all():
        return describe_reason("not_finite", cells=int((~np.isfinite(values)).sum()))
    if (values < 0).any():
        return describe_reason("negative", cells=int((values < 0).sum()))
    if int((values > 0).sum()) < 2:
        return describe_reason("too_few_exposed_cells", cells=int((values > 0).sum()))
    if incidents is None or incidents.sum() == 0:
        return None
    share = float(incidents[values == 0].sum() / incidents.sum())
    if share <= max_unexposed_share:
        return None
    return describe_reason(
        "incidents_unexposed", percent=round(100 * share), limit=round(100 * max_unexposed_share)
    )
