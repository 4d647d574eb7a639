"""Which records need a hand: reasons gathered by record and grid."""

from __future__ import annotations

from collections.abc import Iterator
from types import MappingProxyType

import numpy as np
import numpy.typing as npt
import pandas as pd

from blockdata.analysis.checks import require_columns
from blockdata.kernels import pairs_within

__all__ = ["UPKEEP_REASONS", "gather_upkeep", "twins"]

UPKEEP_REASONS = MappingProxyType(
    {
        "quarantined": ("来源数据有误，未入库", "set aside: the source's row is wrong"),
        "contradicted": ("案件给出的位置与登记相矛盾", "cases contradict where it is recorded"),
        "differs": ("各来源的登记不一致", "sources tell it differently"),
        "twice": ("疑似重复登记", "perhaps recorded twice"),
        "layer": ("图形或编码有问题", "shape or code is wrong"),
        "address": ("地址库中有问题", "wrong in the address library"),
        "register_visit": ("人口登记待核对", "the register of people wants a visit"),
        "raster_disagree": (
            "人口栅格与人口登记不符",
            "population raster and register of people disagree",
        ),
        "unmatched": ("地址未匹配上统一地址", "address text matches no address"),
        "coarse": ("地址只到楼栋或更粗", "address ends at the building or above"),
        "no_component": ("有建筑而没有登记部件", "buildings, and no component on record"),
        "stale": ("登记久未更新", "not checked for long"),
    }
)
"""Why a record is on a list, the most pressing first."""

_KEY = ["kind", "id"]


def gather_upkeep(found: pd.DataFrame, most: int) -> tuple[pd.DataFrame, int]:
    """Put the reasons of each record together, and take the most pressing ones of each grid.

    Parameters
    ----------
    found : DataFrame
        kind, id, reason (key of `UPKEEP_REASONS`), zh, en (what exactly; null says no more than
        the reason), grid (null: in none), building, name, x, y (null where not known, alike in
        all rows of a record).
    most : int
        Records of a grid; those in no grid count as one more.

    Returns
    -------
    frame : DataFrame
        grid, no (from 1 in each grid), building, kind, id, name, x, y, reasons (joined by ","),
        why_zh, why_en; sorted by grid (none last) and no. In a grid the records whose first reason
        stands first come first, then those with more reasons, then by kind and id.
    left : int
        Records that were left out.

    Examples
    --------
    >>> found = pd.DataFrame({"kind": "component", "id": ["c1", "c1", "c2"],
    ...     "reason": ["stale", "twice", "stale"], "zh": None, "en": None, "grid": "g",
    ...     "building": None, "name": None, "x": 0.0, "y": 0.0})
    >>> frame, left = gather_upkeep(found, 1)
    >>> frame[["id", "reasons", "why_zh"]].values.tolist(), left
    ([['c1', 'twice,stale', '疑似重复登记；登记久未更新。']], 1)
    """
    require_columns(found, [*_KEY, "reason"], "gather_upkeep found")
    rows = found.assign(rank=found["reason"].map(list(UPKEEP_REASONS).index)).sort_values(
        [*_KEY, "rank", "zh"], na_position="last", ignore_index=True
    )
    grouped = rows.groupby(_KEY, sort=True)
    listed = grouped[["grid", "building", "name", "x", "y", "rank"]].first()
    ordered = listed.assign(number=grouped["reason"].nunique()).reset_index()
    ordered = ordered.sort_values(
        ["grid", "rank", "number", *_KEY],
        ascending=[True, True, False, True, True],
        na_position="last",
        ignore_index=True,
    )
    no = ordered.groupby("grid", dropna=False).cumcount().to_numpy(dtype=np.int64) + 1
    kept = ordered.assign(no=no)[no <= most]
    told = kept.drop(columns=["rank", "number"]).merge(_said(rows, kept), on=_KEY)
    columns = ["grid", "no", "building", *_KEY, "name", "x", "y", "reasons", "why_zh", "why_en"]
    return told[columns], len(ordered) - len(kept)


def _said(rows: pd.DataFrame, kept: pd.DataFrame) -> pd.DataFrame:
    """Return kind, id, reasons, why_zh, why_en of the records that are listed."""
    rows = rows.merge(kept[_KEY], on=_KEY)
    zh, en = (
        rows["reason"].map({r: words[at] for r, words in UPKEEP_REASONS.items()}) for at in (0, 1)
    )
    rows = rows.assign(zh=rows["zh"].fillna(zh), en=rows["en"].fillna(en))
    rows = rows.drop_duplicates([*_KEY, "reason", "zh"])
    grouped = rows.groupby(_KEY, sort=True)
    return pd.DataFrame(
        {
            "reasons": grouped["reason"].agg(lambda reasons: ",".join(dict.fromkeys(reasons))),
            "why_zh": grouped["zh"].agg("；".join) + "。",
            "why_en": grouped["en"].agg("; ".join) + ".",
        }
    ).reset_index()


def twins(things: pd.DataFrame, radius_m: float) -> pd.DataFrame:
    """Find things of one class that stand so near that they may be one recorded twice.

    Parameters
    ----------
    things : DataFrame
        id (distinct), group (what they are), x, y in metres.
    radius_m : float
        Itself included.

    Returns
    -------
    DataFrame
        id, others (how many of its group are as near), sorted by id.

    Examples
    --------
    >>> things = pd.DataFrame({"id": ["a", "b", "c"], "group": ["lamp", "lamp", "bin"],
    ...     "x": [0.0, 0.1, 0.0], "y": 0.0})
    >>> twins(things, 0.5).values.tolist()
    [['a', 1], ['b', 1]]
    """
    require_columns(things, ["id", "group", "x", "y"], "twins things")
    groups = things["group"].to_numpy(dtype=object)
    positions = np.concatenate([np.empty(0, np.int64), *_pairs(things, groups, radius_m)])
    counted = np.bincount(positions, minlength=len(things))
    found = things[["id"]].assign(others=counted.astype(np.int64))[counted > 0]
    return found.sort_values("id", ignore_index=True)


def _pairs(
    things: pd.DataFrame, groups: npt.NDArray[np.object_], radius_m: float
) -> Iterator[npt.NDArray[np.int64]]:
    for first, second in pairs_within(things["x"], things["y"], radius_m):
        alike = groups[first] == groups[second]
        yield np.concatenate([first[alike], second[alike]])
