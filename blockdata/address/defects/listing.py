"""The published list of known defects: one form for every check."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import NamedTuple

import numpy as np
import pandas as pd

__all__ = ["DEFECTS", "Defect", "Found", "KnownDefects", "listed"]


class Defect(NamedTuple):
    """What a check looks for: the unit of its measure, and a sentence in two languages."""

    unit: str
    zh: str
    en: str


DEFECTS: Mapping[str, Defect] = MappingProxyType(
    {
        "duplicate_id": Defect("", "标识重复，只保留第一条", "The id is another row's, too"),
        "duplicate_code": Defect("", "地址编码重复", "The code is another address's, too"),
        "duplicate_address": Defect(
            "1", "同一地址有 {0:.0f} 条记录", "{0:.0f} entries are the same address"
        ),
        "same_elements": Defect(
            "1", "{0:.0f} 条记录的要素相同而全称不同", "{0:.0f} entries differ in text alone"
        ),
        "no_elements": Defect("", "没有任何地址要素", "The entry names no element"),
        "orphan": Defect("", "上级地址不存在", "The stated parent is not in the library"),
        "cycle": Defect("", "上级地址成环", "The stated parents lead back to the entry"),
        "narrow_parent": Defect(
            "", "上级地址的层级低于本级", "The stated parent is narrower than the entry"
        ),
        "code_outside_parent": Defect(
            "", "编码前缀与上级地址不符", "The code does not lie within the parent's"
        ),
        "hanging": Defect(
            "",
            "有单元、楼层或户室，却没有楼栋、门牌或小区",
            "A unit, floor or room has no building, door plate or estate",
        ),
        "impossible_order": Defect(
            "", "全称中要素次序颠倒", "The text names a part before what holds it"
        ),
        "text_differs": Defect(
            "1",
            "全称与要素列有 {0:.0f} 处不符",
            "Text and element columns differ in {0:.0f} places",
        ),
        "room_without_unit": Defect(
            "1",
            "同楼 {0:.0f} 户有单元，本户没有",
            "The room has no unit; {0:.0f} rooms of its building have",
        ),
        "number_out_of_sequence": Defect(
            "m",
            "门牌号沿路顺序不符，偏离 {0:.0f} 米",
            "The number is {0:.0f} m from its place in the road's sequence",
        ),
        "number_on_wrong_side": Defect(
            "m",
            "门牌号单双与路侧不符，离路中线 {0:.0f} 米",
            "The number is on the wrong side, {0:.0f} m from the road's line",
        ),
        "shared_point": Defect(
            "1", "{0:.0f} 个门牌共用一个坐标", "{0:.0f} door plates share one point"
        ),
        "address_without_building": Defect(
            "1",
            "{0:.0f} 条楼内地址没有对应的建筑物",
            "{0:.0f} addresses within a building have none in the register",
        ),
        "building_without_address": Defect("", "建筑物没有地址", "No address names the building"),
    }
)
"""Code of a defect: what it is, in the order in which defects are listed."""


class Found(NamedTuple):
    """What one check found: for each defect the ids it is about, and a measure."""

    code: str
    ids: Sequence[Sequence[str]]
    measures: Sequence[float]


@dataclass(frozen=True)
class KnownDefects:
    """Known defects of an address library.

    Attributes
    ----------
    rows : DataFrame
        One row per defect, sorted by kind of defect and first id: ``code``, ``ids`` (list of str,
        the entry itself first, or all that share it, sorted), ``measure`` (missing where nothing
        is measured), ``unit`` (SI, "1" for a count), ``zh``, ``en``.
    counts : DataFrame
        One row per kind of defect, in the order of `DEFECTS`: ``code``, ``checked`` (what the check
        needs was there), ``defects``, ``entries`` (distinct ids), ``zh``, ``en`` (the rule).
    """

    rows: pd.DataFrame
    counts: pd.DataFrame


def listed(found: Iterable[Found]) -> KnownDefects:
    """Make the list of what checks found; a check that is not among them was not done.

    Parameters
    ----------
    found : iterable of Found
        Several of one code count as one check.

    Examples
    --------
    >>> listed([Found("orphan", [["a2"], ["a1"]], [np.nan, np.nan])]).rows["ids"].tolist()
    [['a1'], ['a2']]
    """
    groups = list(found)
    frames = [_rows(group) for group in groups if len(group.ids)]
    rows = pd.concat(frames, ignore_index=True) if frames else _rows(Found("orphan", [], []))
    order = {code: n for n, code in enumerate(DEFECTS)}
    first = rows["ids"].str[0].to_numpy(object)
    rows = rows.iloc[np.lexsort((first, rows["code"].map(order)))].reset_index(drop=True)
    return KnownDefects(rows, _counts(rows, {group.code for group in groups}))


def _rows(found: Found) -> pd.DataFrame:
    defect = DEFECTS[found.code]
    measures = np.asarray(found.measures, dtype=np.float64)
    ids = np.empty(len(found.ids), object)
    ids[:] = [list(group) for group in found.ids]
    return pd.DataFrame(
        {
            "code": pd.Series(found.code, range(len(ids)), dtype="str"),
            "ids": pd.Series(ids, dtype=object),
            "measure": measures,
            "unit": pd.Series(defect.unit, range(len(ids)), dtype="str"),
            "zh": pd.Series([defect.zh.format(m) for m in measures], dtype="str"),
            "en": pd.Series([defect.en.format(m) for m in measures], dtype="str"),
        }
    )


def _counts(rows: pd.DataFrame, checked: set[str]) -> pd.DataFrame:
    codes = list(DEFECTS)
    entries = rows.explode("ids").groupby("code")["ids"].nunique()
    return pd.DataFrame(
        {
            "code": pd.Series(codes, dtype="str"),
            "checked": [code in checked for code in codes],
            "defects": rows["code"].value_counts().reindex(codes, fill_value=0).to_numpy(),
            "entries": entries.reindex(codes, fill_value=0).to_numpy(),
            "zh": pd.Series([_rule(DEFECTS[c].zh) for c in codes], dtype="str"),
            "en": pd.Series([_rule(DEFECTS[c].en) for c in codes], dtype="str"),
        }
    )


def _rule(sentence: str) -> str:
    return sentence.replace("{0:.0f}", "N")
