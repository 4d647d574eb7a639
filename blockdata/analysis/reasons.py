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
    "legal_layers_only": (
        "人口只按法定网格和社区公布",
        "people are told by legal layers only, as sums of atoms",
    ),
    "not_of_a_place": ("单个地点没有这种基数", "a place has none of its own"),
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
    "zero_exposure": ("此处基数为零，不能检验", "exposure here is zero"),
    "unknown_exposure": ("此处基数未知，不能检验", "exposure here is not known"),
    "too_few_incidents": (
        "该类别的案件总数太少，不能检验",
        "the category has too few incidents to be tested",
    ),
    "not_observed": ("时间窗内没有可用数据", "the source was silent in the window"),
    "too_little_past": (
        "历史不足八周，或一半以上无数据",
        "there are less than eight weeks of past, or over half of it was not observed",
    ),
    "no_cluster": (
        "没有哪片地方近来多于平常",
        "nowhere were there lately more than usual",
    ),
    "island": ("没有相邻单元，不参加检验", "it has no neighbour, and no part in the test"),
    "constant": ("各单元的数值都相同", "all values are alike"),
    "others_alike": ("其他单元的数值都相同", "the values of all other cells are alike"),
    "at_mean": ("该单元的数值等于平均值", "the cell's value is the mean"),
    "everything": ("邻域就是全部单元，没有可比较的对象", "its neighbourhood is the whole area"),
    "too_few": ("单元或时间步太少", "there are too few cells or steps"),
    "no_incident": ("没有案件", "there is no incident"),
    "one_cell": (
        "只有一处有基数，没有可比较的对象",
        "only one place has exposure: there is nothing to compare it with",
    ),
    "exposure_is_category": (
        "基数就是该类别自身的数量，没有可比较的内容",
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
    "no_near_pair": (
        "没有相距这么近的两起案件",
        "no two incidents lie that near one another",
    ),
    "one_day": (
        "所有案件都在同一天，打乱日期没有意义",
        "all incidents have one day: shuffling days changes nothing",
    ),
    "no_other_order": (
        "日期怎样打乱结果都一样",
        "however the days are shuffled, the result is the same",
    ),
    "too_few_events": ("案件不足两起", "there are fewer than two incidents"),
    "no_events": ("没有案件", "there are no incidents"),
    "stale_input": ("最新数据过旧", "the newest input is too old"),
    "zero_denominator": ("分母为零", "the denominator is zero"),
    "small_denominator": (
        "分母太小，数值不足为凭",
        "the denominator is too small for the value to tell anything",
    ),
    "not_kept": (
        "没有该月或该层的数据，只知道现状",
        "not known of this month or layer: only the present state is kept",
    ),
    "too_few_definitions": (
        "可用的指标权重太少，不排名",
        "too many of the weighted indicators are lacking for a rank",
    ),
    "one_unit": ("只有一个单位，不排名", "there is one unit only: nothing to rank"),
    "too_few_places": ("地点太少，不能比较", "too few places to be compared"),
    "too_few_to_tell": (
        "地点或久治不愈的太少，再差也可能是碰巧",
        "so few places or bad ones that even the worst could be chance",
    ),
    "unknown_place": ("不在地点名单中", "not among the places that are known"),
    "too_few_matches": (
        "找不到足够的相似地点作对照",
        "too few similar places without the intervention were found",
    ),
    "too_few_cases": ("案件太少，不能比较", "too few incidents to be compared"),
    "no_other_like": (
        "没有同类的其他地点可供比较",
        "there is no other place like these to compare with",
    ),
    "none_or_all_bad": (
        "可比地点要么都没有问题、要么都有问题，无从比较",
        "of the places to compare with none or all are bad",
    ),
    "not_followed": (
        "措施前后没有足够的观察期",
        "the time before or after the intervention was not observed for long enough",
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
