"""Why something was not tested or not used, in words: one table for the whole layer.

Frames carry the short code in their column `reason`; pages and workbooks look the words up here.
"""

from __future__ import annotations

from dataclasses import dataclass

from blockdata.errors import AnalysisError

__all__ = ["Reason", "describe_reason"]


@dataclass(frozen=True)
class Reason:
    """One reason, as a code for machines and in words for readers.

    Parameters
    ----------
    code : str
        Short code, stable between versions.
    zh, en : str
        The reason in Chinese and in English.

    Examples
    --------
    >>> Reason("no_source", "没有数据来源", "there is no source").code
    'no_source'
    """

    code: str
    zh: str
    en: str


_WORDS: dict[str, tuple[str, str]] = {
    "no_source": ("没有数据来源", "there is no source"),
    "not_finite": (
        "有 {cells} 个单元的数值缺失或不是有限数",
        "the value of {cells} cells is missing or not finite",
    ),
    "negative": ("有 {cells} 个单元的数值为负", "the value of {cells} cells is negative"),
    "too_few_exposed_cells": (
        "只有 {cells} 个单元的数值大于零，至少需要 2 个",
        "only {cells} cells have a value above zero; 2 are needed",
    ),
    "incidents_unexposed": (
        "{percent}% 的案件落在数值为零的单元，上限为 {limit}%",
        "{percent} % of the incidents fall in cells whose value is zero; the limit is {limit} %",
    ),
    "zero_exposure": ("此处暴露量为零，不能检验", "exposure here is zero"),
    "unknown_exposure": ("此处暴露量未知，不能检验", "exposure here is not known"),
    "too_few_incidents": (
        "该类别的案件总数太少，不能检验",
        "the category has too few incidents to be tested",
    ),
    "not_observed": ("时间窗内没有可用数据", "the source was silent in the window"),
    "too_little_past": (
        "历史不足八周，或一半以上无数据",
        "there are less than eight weeks of past, or over half of it was not observed",
    ),
    "one_cell": (
        "只有一处有暴露量，没有可比较的对象",
        "only one place has exposure: there is nothing to compare it with",
    ),
    "exposure_is_category": (
        "暴露量就是该类别自身的数量，没有可比较的内容",
        "the exposure is this category's own count: the comparison would be empty",
    ),
    "no_closing_at_risk": (
        "时间窗内没有可观察满复发期的办结",
        "no closing in the window was followed for the whole recurrence period",
    ),
    "too_few_closings": ("办结次数太少，不能检验", "too few closings to be tested"),
    "no_other_place": (
        "该类别没有其他地点的办结可供比较",
        "no other place has a closing of this category to compare with",
    ),
}


def describe_reason(code: str, **numbers: int) -> Reason:
    """Give the words of a reason code.

    Parameters
    ----------
    code : str
        A code as it stands in a column `reason` or in ``Exposure.skipped``.
    **numbers : int
        The figures named in the words; reasons in frames need none.

    Returns
    -------
    Reason

    Raises
    ------
    AnalysisError
        If the code is not in the table.

    Examples
    --------
    >>> describe_reason("zero_exposure").en
    'exposure here is zero'
    >>> describe_reason("negative", cells=3).zh
    '有 3 个单元的数值为负'
    """
    if code not in _WORDS:
        raise AnalysisError(
            f"unknown reason code {code!r}", where="describe_reason", allowed=", ".join(_WORDS)
        )
    zh, en = _WORDS[code]
    return Reason(code, zh.format(**numbers), en.format(**numbers))
