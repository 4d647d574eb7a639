"""The units that may answer for a case, ranked, each with the reason: 职能, 属地, 就近."""

from __future__ import annotations

from types import MappingProxyType

import numpy as np
import pandas as pd

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

_MATTER = ["scheme", "code"]


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
        Columns id (str, unique), scheme, code (the matter; null if unmapped), grid (code of the
        responsibility grid; null if unknown), neighbour (code of the grid across a near border;
        null if none is near), keeper, owner (department codes of the component's bodies; null),
        x, y (metres; null).
    matters : DataFrame
        Columns scheme, code, department: the catalogue in force.
    duties : DataFrame
        Columns grid, scheme, code, department: the responsibilities in force. A null scheme holds
        for every scheme.
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
    >>> cases = pd.DataFrame({"id": ["i1"], "scheme": "S", "code": "0401", "grid": "g1",
    ...     "neighbour": [None], "keeper": [None], "owner": [None], "x": [0.0], "y": [0.0]})
    >>> matters = pd.DataFrame({"scheme": ["S"], "code": ["0401"], "department": ["D01"]})
    >>> duties = pd.DataFrame({"grid": ["g1"], "scheme": ["S"], "code": ["0401"],
    ...                        "department": ["D02"]})
    >>> rank_units(cases, matters, duties)[["rank", "department", "reason"]].values.tolist()
    [[1, 'D02', 'duty'], [2, 'D01', 'function']]
    """
    named = [
        _by_duty(cases, duties, "grid", "duty"),
        _by_body(cases, "keeper"),
        _by_body(cases, "owner"),
        _by_function(cases, matters),
        _by_duty(cases, duties, "neighbour", "neighbour_duty"),
    ]
    if territory is not None:
        named.append(_reasoned(cases.merge(territory, on="grid"), "territory"))
    found = pd.concat(named, ignore_index=True)
    if stations is not None:
        alone = cases[~cases["id"].isin(found["id"])]
        found = pd.concat([found, _by_station(alone, stations)], ignore_index=True)
    return _ranked(found)


def _reasoned(found: pd.DataFrame, reason: str) -> pd.DataFrame:
    rows = found[["id", "department"]].dropna().drop_duplicates()
    return rows.assign(reason=reason).astype("str")


def _by_duty(cases: pd.DataFrame, duties: pd.DataFrame, grid: str, reason: str) -> pd.DataFrame:
    asked = cases[["id", *_MATTER]].assign(grid=cases[grid])
    asked = asked.dropna(subset=["code", "grid"])
    exact = asked.merge(duties[duties["scheme"].notna()], on=["grid", *_MATTER])
    open_ = duties[duties["scheme"].isna()].drop(columns="scheme")
    any_scheme = asked.merge(open_, on=["grid", "code"])
    return _reasoned(pd.concat([exact, any_scheme]), reason)


def _by_body(cases: pd.DataFrame, body: str) -> pd.DataFrame:
    return _reasoned(cases[["id"]].assign(department=cases[body]), body)


def _by_function(cases: pd.DataFrame, matters: pd.DataFrame) -> pd.DataFrame:
    asked = cases[["id", *_MATTER]].dropna()
    return _reasoned(asked.merge(matters, on=_MATTER), "function")


def _by_station(cases: pd.DataFrame, stations: pd.DataFrame) -> pd.DataFrame:
    there = stations.dropna(subset=["x", "y"]).sort_values("department", ignore_index=True)
    known = cases.dropna(subset=["x", "y"])
    if there.empty or known.empty:
        return _reasoned(known.assign(department=None), "nearest")
    apart = np.hypot(
        known["x"].to_numpy(float)[:, None] - there["x"].to_numpy(float),
        known["y"].to_numpy(float)[:, None] - there["y"].to_numpy(float),
    )
    nearest = there["department"].to_numpy(dtype=object)[apart.argmin(axis=1)]
    return _reasoned(known.assign(department=nearest), "nearest")


def _ranked(found: pd.DataFrame) -> pd.DataFrame:
    strength = {reason: place for place, reason in enumerate(REASONS)}
    found = found.assign(strength=found["reason"].map(strength).astype("int64"))
    found = found.sort_values(["id", "strength", "department"])
    found = found.drop_duplicates(["id", "department"])
    rank = found.groupby("id")["strength"].rank(method="dense").astype("int64")
    sharing = found.groupby(["id", "strength"])["department"].transform("size") > 1
    first = found.groupby("id")["strength"].transform("min") == found["strength"]
    across = found["reason"] == "neighbour_duty"
    contested = across.groupby(found["id"]).transform("any")
    disputed = sharing | across | (first & contested)
    ranked = found.assign(rank=rank, disputed=disputed)
    columns = ["id", "rank", "department", "reason", "disputed"]
    return ranked[columns].sort_values(columns[:3], ignore_index=True)
