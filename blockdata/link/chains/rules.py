"""The rules by which cases are linked, each with its strength and its reason."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from blockdata.link.chains.settings import ChainSettings
from blockdata.link.duplicates.blocking import Pairs, near_pairs, pairs_of_key
from blockdata.link.duplicates.columns import ReportColumns, report_columns
from blockdata.link.order import positions, ranks

__all__ = ["RULES", "Cases", "Rule", "cases_of", "links_of", "main_categories"]

Flags = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Rule:
    """A rule: its strength between cases of one moment, and how a link says it."""

    name: str
    strength: float
    zh: str
    en: str


RULES = (
    Rule("entity", 0.95, "同一主体，类别相关", "the same entity, related categories"),
    Rule("component", 0.9, "同一部件再次出现问题", "the same component again"),
    Rule(
        "building",
        0.9,
        "同一楼栋，不同而相关的问题",
        "the same building, different related matters",
    ),
    Rule("near", 0.7, "位置相近，不同而相关的问题", "near by, different related matters"),
    Rule("batch", 0.6, "同批次部件，同类问题", "components of one batch, the same matter"),
)
"""From the strongest to the weakest; of several that link a pair the first counts."""


@dataclass(frozen=True)
class Cases:
    """Cases as arrays, in order of time; `entity`, `batch` and `main` are -1 where unknown.

    `family` has a row for every cause: whether each case can come from it. `main` is the main
    category, by which categories that no family names are related.
    """

    columns: ReportColumns
    entity: Integers
    batch: Integers
    main: Integers
    family: Flags


def cases_of(cases: pd.DataFrame, settings: ChainSettings) -> Cases:
    """Take a frame of cases as arrays."""
    columns = report_columns(cases)
    rows = cases.iloc[positions(pd.Series(columns.id, dtype="str"), cases["id"])]
    category = rows["category"] if "category" in rows else pd.Series(None, index=rows.index)
    family = [category.isin(names).to_numpy() for names in settings.families.values()]
    return Cases(
        columns,
        _keys(rows, "entity_id"),
        _keys(rows, "component_batch"),
        ranks(main_categories(rows, settings)),
        np.array(family, dtype=np.bool_).reshape(len(family), len(columns)),
    )


def main_categories(cases: pd.DataFrame, settings: ChainSettings) -> pd.Series:
    """Return the main category of each case, null where a family names its category.

    Of a category in a family it is known with which others it comes. The main category, by which
    an office files, stands in where nobody has said that.

    Examples
    --------
    >>> cases = pd.DataFrame({"category": ["noise", "lamp"], "main_category": ["town", "town"]})
    >>> main_categories(cases, ChainSettings({"shop": ("fumes", "noise")})).tolist()
    [nan, 'town']
    """
    if not {"category", "main_category"} <= set(cases):
        return pd.Series(None, index=cases.index, dtype="str")
    named = {category for family in settings.families.values() for category in family}
    return cases["main_category"].astype("str").mask(cases["category"].isin(named))


def _keys(rows: pd.DataFrame, name: str) -> Integers:
    return ranks(rows[name]) if name in rows else np.full(len(rows), -1)


def links_of(cases: Cases, settings: ChainSettings) -> pd.DataFrame:
    """List the links between cases that are strong enough.

    =========  ==============================================================  =================
    rule       what links two cases                                            strength
    =========  ==============================================================  =================
    entity     one entity; the same or related categories                      0.95
    component  one component                                                   0.9
    building   one building; different and related categories                  0.9
    near       points within `near_m`, no building of either known; as above   0.7
    batch      components of one batch, not the same; the same category        0.6
    =========  ==============================================================  =================

    Related are categories of one family, and those of one main category that no family names.
    The strength falls evenly with the time between the cases, to half of it at the longest that
    the rule allows.

    Parameters
    ----------
    cases : Cases
    settings : ChainSettings

    Returns
    -------
    DataFrame
        i, j (rows, i < j), rule (place in `RULES`), strength; a pair once, sorted by j, strength
        from the strongest on, and i.
    """
    found = [_of_rule(cases, settings, number) for number in range(len(RULES))]
    links = pd.concat(found, ignore_index=True)
    links = links[links["strength"] >= settings.min_strength]
    # A link by batch makes chains of its own, and stands beside the others.
    links = links.assign(basis=links["rule"] == len(RULES) - 1)
    links = links.sort_values(["i", "j", "rule"]).drop_duplicates(["i", "j", "basis"])
    order = np.lexsort((links["i"], -links["strength"], links["j"]))
    return links.iloc[order].drop(columns="basis").reset_index(drop=True)


def _of_rule(cases: Cases, settings: ChainSettings, number: int) -> pd.DataFrame:
    rule, columns = RULES[number], cases.columns
    parts = []
    for i, j in _candidates(cases, settings, rule.name):
        gap_us = columns.time_us[j] - columns.time_us[i]
        fits = _FITS[rule.name](cases, i, j)
        strength = rule.strength * (1 - gap_us / (2 * max(settings.gap_us(rule.name), 1)))
        parts.append(
            pd.DataFrame({"i": i[fits], "j": j[fits], "rule": number, "strength": strength[fits]})
        )
    empty = {"i": np.int64, "j": np.int64, "rule": np.int64, "strength": np.float64}
    nothing = pd.DataFrame({name: np.empty(0, dtype=kind) for name, kind in empty.items()})
    return pd.concat(parts, ignore_index=True) if parts else nothing


def _candidates(cases: Cases, settings: ChainSettings, rule: str) -> Iterator[Pairs]:
    gap_us = settings.gap_us(rule)
    if rule == "near":
        return near_pairs(cases.columns, settings.near_m, gap_us)
    keys = {
        "entity": cases.entity,
        "component": cases.columns.component_id,
        "building": cases.columns.building_id,
        "batch": cases.batch,
    }
    return pairs_of_key(keys[rule], cases.columns, gap_us)


def _same_category(cases: Cases, i: Integers, j: Integers) -> Flags:
    category = cases.columns.category
    same: Flags = (category[i] == category[j]) & (category[i] >= 0)
    return same


def _related(cases: Cases, i: Integers, j: Integers) -> Flags:
    related: Flags = (cases.main[i] == cases.main[j]) & (cases.main[i] >= 0)
    for family in cases.family:
        related |= family[i] & family[j]
    return related


def _of_entity(cases: Cases, i: Integers, j: Integers) -> Flags:
    return _same_category(cases, i, j) | _related(cases, i, j)


def _of_component(_: Cases, i: Integers, __: Integers) -> Flags:
    return np.ones(len(i), dtype=np.bool_)


def _of_building(cases: Cases, i: Integers, j: Integers) -> Flags:
    # The same matter again at one place is a question of chronic places, not of chains.
    return _related(cases, i, j) & ~_same_category(cases, i, j)


def _of_near(cases: Cases, i: Integers, j: Integers) -> Flags:
    building = cases.columns.building_id
    # Between buildings a stray point would join whatever stands within reach of it.
    untold = (building[i] < 0) & (building[j] < 0)
    return untold & _of_building(cases, i, j)


def _of_batch(cases: Cases, i: Integers, j: Integers) -> Flags:
    component = cases.columns.component_id
    other: Flags = (component[i] != component[j]) | (component[i] < 0)
    return other & _same_category(cases, i, j)


_FITS: dict[str, Callable[[Cases, Integers, Integers], Flags]] = {
    "entity": _of_entity,
    "component": _of_component,
    "building": _of_building,
    "near": _of_near,
    "batch": _of_batch,
}
