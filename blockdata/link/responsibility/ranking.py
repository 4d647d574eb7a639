"""The units that may answer for a case, ranked, each with the reason: 职能, 属地, 就近."""

from __future__ import annotations

from types import MappingProxyType

import numpy as np
import numpy.typing as npt
import pandas as pd

from blockdata.link.order import is_in, ranks

__all__ = ["REASONS", "rank_units"]

REASONS = MappingProxyType(
    {
        "duty": ("职能加属地：责任清单写明", "named for this matter in this grid"),
        "keeper": ("养护单位", "keeps the component"),
        "owner": ("权属单位", "owns the component"),
        "function": ("职能：事项清单写明", "named for this matter by the catalogue"),
        "neighbour_duty": (
            "边界附近：相邻网格的责任清单写明",
            "named for this matter in the grid across the border",
        ),
        "territory": ("属地：负责该网格", "answers for the grid"),
        "nearest": ("就近：驻地最近", "is stationed nearest"),
    }
)
"""Why a unit may answer, the strongest reason first; in Chinese and English."""

_MATTER = ["scheme", "matter_kind", "code"]
_DUTY = ["scheme", "code"]
_ALIKE = [*_MATTER, "grid", "neighbour", "keeper", "owner"]
"""Cases that have all of these in common have the same units, but for the nearest station."""


def rank_units(
    cases: pd.DataFrame,
    matters: pd.DataFrame,
    duties: pd.DataFrame,
    *,
    territory: pd.DataFrame | None = None,
    stations: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Rank the units that may answer for each case.

    Reasons count in the order of `REASONS`: who is named for the matter in the very grid comes
    before the component's keeper and owner, these before who is named for the matter anywhere,
    then who is named across a near border, who answers for the grid in general, and last, if
    nobody else is known, whose station is nearest. A unit that has several reasons stands at its
    strongest. Units with the same reason share a rank and are disputed; so are a unit in the grid
    and another one across a near border.

    Parameters
    ----------
    cases : DataFrame
        Columns id (str, unique), scheme, matter_kind, code (the matter; null if unmapped), grid
        (code of the responsibility grid; null if unknown), neighbour (code of the grid across a
        near border; null if none is near), keeper, owner (department codes of the component's
        bodies; null), x, y (metres; null).
    matters : DataFrame
        Columns scheme, matter_kind, code, department: the catalogue in force.
    duties : DataFrame
        Columns grid, scheme, code, department: the responsibilities in force, for components and
        other matters alike. A null scheme holds for every scheme.
    territory : DataFrame, optional
        Columns grid, department: who answers for a grid whatever the matter.
    stations : DataFrame, optional
        Columns department, x, y (metres).

    Returns
    -------
    DataFrame
        Columns id, rank (1 is the first), department, reason, disputed, sorted by id, rank,
        department. A case for which nobody is known has no row.

    Examples
    --------
    >>> cases = pd.DataFrame({"id": ["i1"], "scheme": "S", "matter_kind": "matter",
    ...     "code": "0401", "grid": "g1", "neighbour": [None], "keeper": [None], "owner": [None],
    ...     "x": [0.0], "y": [0.0]})
    >>> matters = pd.DataFrame({"scheme": ["S"], "matter_kind": "matter", "code": ["0401"],
    ...                         "department": ["D01"]})
    >>> duties = pd.DataFrame({"grid": ["g1"], "scheme": ["S"], "code": ["0401"],
    ...                        "department": ["D02"]})
    >>> rank_units(cases, matters, duties)[["rank", "department", "reason"]].values.tolist()
    [[1, 'D02', 'duty'], [2, 'D01', 'function']]
    """
    cases = cases.iloc[np.argsort(ranks(cases["id"]))]
    sort = cases.groupby(_ALIKE, dropna=False, sort=False).ngroup().to_numpy().astype(np.int64)
    alike = cases[_ALIKE].iloc[_first_of_each(sort)].reset_index(drop=True)
    alike = alike.assign(sort=np.arange(len(alike)))
    named = [
        _by_duty(alike, duties, "grid", "duty"),
        _by_body(alike, "keeper"),
        _by_body(alike, "owner"),
        _reasoned(alike[["sort", *_MATTER]].dropna().merge(matters, on=_MATTER), "function"),
        _by_duty(alike, duties, "neighbour", "neighbour_duty"),
    ]
    if territory is not None:
        named.append(
            _reasoned(alike.dropna(subset="grid").merge(territory, on="grid"), "territory")
        )
    ranked = _of_each(cases["id"], sort, _ranked(pd.concat(named, ignore_index=True)))
    if stations is None:
        return ranked
    alone = _by_station(cases[~is_in(cases["id"], ranked["id"])], stations)
    both = pd.concat([ranked, alone], ignore_index=True)
    order = np.argsort(ranks(both["id"]), kind="stable")
    ordered: pd.DataFrame = both.take(order).reset_index(drop=True)
    return ordered


def _first_of_each(sort: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Return the first row of each sort, sorts being numbered in the order of first rows."""
    first: npt.NDArray[np.int64] = np.unique(sort, return_index=True)[1]
    return first


def _of_each(ids: pd.Series, sort: npt.NDArray[np.int64], ranked: pd.DataFrame) -> pd.DataFrame:
    """Return the units of each case, given those of each sort of cases, in order."""
    kinds = int(sort.max()) + 1 if len(sort) else 0
    starts = np.searchsorted(ranked["sort"], np.arange(kinds + 1))
    many = np.diff(starts)[sort]
    within = np.arange(many.sum()) - np.repeat(np.cumsum(many) - many, many)
    rows = ranked.iloc[np.repeat(starts[sort], many) + within].reset_index(drop=True)
    rows.insert(0, "id", ids.iloc[np.repeat(np.arange(len(ids)), many)].array)
    told: pd.DataFrame = rows.drop(columns="sort")
    return told


def _reasoned(found: pd.DataFrame, reason: str) -> pd.DataFrame:
    rows = found[["sort", "department"]].dropna().drop_duplicates()
    return rows.astype({"department": "str"}).assign(
        reason=pd.Series(reason, rows.index, dtype="str")
    )


def _by_duty(alike: pd.DataFrame, duties: pd.DataFrame, grid: str, reason: str) -> pd.DataFrame:
    asked = alike[["sort", *_DUTY]].assign(grid=alike[grid]).dropna(subset=["code", "grid"])
    exact = asked.merge(duties[duties["scheme"].notna()], on=["grid", *_DUTY])
    open_ = duties[duties["scheme"].isna()].drop(columns="scheme")
    any_scheme = asked.merge(open_, on=["grid", "code"])
    return _reasoned(pd.concat([exact, any_scheme]), reason)


def _by_body(alike: pd.DataFrame, body: str) -> pd.DataFrame:
    return _reasoned(alike[["sort"]].assign(department=alike[body]), body)


def _by_station(cases: pd.DataFrame, stations: pd.DataFrame) -> pd.DataFrame:
    there = stations.dropna(subset=["department", "x", "y"]).sort_values("department")
    known = cases.dropna(subset=["x", "y"]).iloc[: None if len(there) else 0]
    x, y = known["x"].to_numpy(float), known["y"].to_numpy(float)
    nearest, nearest_m = np.zeros(len(known), dtype=np.int64), np.full(len(known), np.inf)
    for number, (east, north) in enumerate(zip(there["x"], there["y"], strict=True)):
        apart_m = np.hypot(x - east, y - north)
        nearest[apart_m < nearest_m] = number
        nearest_m = np.minimum(nearest_m, apart_m)
    rows = known[["id"]].reset_index(drop=True)
    return rows.assign(
        rank=1,
        department=there["department"].iloc[nearest].array,
        reason=pd.Series("nearest", rows.index, dtype="str"),
        disputed=False,
    )


def _ranked(found: pd.DataFrame) -> pd.DataFrame:
    strength = {reason: place for place, reason in enumerate(REASONS)}
    found = found.assign(strength=found["reason"].map(strength).astype("int64"))
    found = found.sort_values(["sort", "strength", "department"])
    found = found.drop_duplicates(["sort", "department"])
    rank = found.groupby("sort")["strength"].rank(method="dense").astype("int64")
    sharing = found.groupby(["sort", "strength"])["department"].transform("size") > 1
    first = found.groupby("sort")["strength"].transform("min") == found["strength"]
    across = found["reason"] == "neighbour_duty"
    contested = across.groupby(found["sort"]).transform("any")
    disputed = sharing | across | (first & contested)
    ranked = found.assign(rank=rank, disputed=disputed)
    columns = ["sort", "rank", "department", "reason", "disputed"]
    return ranked[columns].sort_values(columns[:3], ignore_index=True)
