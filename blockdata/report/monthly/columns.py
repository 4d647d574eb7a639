"""Every column of the monthly report: its heading, how it is written, and what it means."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType

from blockdata.report.words import Words

__all__ = ["COLUMNS", "NAMED", "heading", "meaning"]

NAMED = "="
"""Beginning of columns that are named by what came in: a category, an indicator."""


@dataclass(frozen=True)
class Column:
    """One column: heading and definition in both languages, and how its values are written.

    Parameters
    ----------
    kind : str
        "text", "int", "number", "share" (of 1) or "change" (of 1, with its sign).
    """

    kind: str
    zh: str
    en: str
    means_zh: str
    means_en: str


_REPORTS = (
    "当月（自然月，本市时间）上报、进入分析的件数；作废、决定不计、撤回、隔离的不在内",
    "analysed cases of the natural month by the city's clock: not void, ignored or set aside",
)
_EPISODES = (
    "当月开始的问题数：同一处、同一类、接连上报的算一个问题，记在首次上报所在的月",
    "problems that began in the month: reports that follow each other at one place count once",
)

COLUMNS = MappingProxyType(
    {
        "name": Column("text", "名称", "Name", "分组的名称", "what the line is about"),
        "measure": Column("text", "指标", "Measure", "统计的内容", "what is counted"),
        "source": Column("text", "来源", "Source", "数据来源的名称", "name of the source"),
        "month": Column("text", "月份", "Month", "自然月", "natural month"),
        "day": Column("text", "日期", "Day", "本市时间的一天", "day by the city's clock"),
        "reports": Column("int", "上报件数", "Reports", *_REPORTS),
        "episodes": Column("int", "问题数", "Problems", *_EPISODES),
        "share": Column(
            *("share", "占比", "Share"),
            "本行件数除以合计件数，保留一位小数；各行四舍五入，相加可能差 0.1",
            "reports of the line by all reports, to one decimal; rounded lines may not add up",
        ),
        "now": Column("int", "当月", "This month", "当月的数", "of the month"),
        "days": Column(
            *("int", "观测天数", "Days observed"),
            "当月有数据的天数，取各来源中最少的；来源中断的天不算",
            "days of the month with data, of the source with fewest; silent days do not count",
        ),
        "per_day": Column(
            *("number", "日均", "Per day"),
            "各来源件数除以各自观测天数之和",
            "cases by days observed, added up over sources",
        ),
        "before": Column("int", "上月", "Month before", "上一个自然月的数", "of the month before"),
        "before_days": Column(
            *("int", "上月天数", "Days then"), "上月的观测天数", "days observed in the month before"
        ),
        "before_per_day": Column(
            *("number", "上月日均", "Per day then"), "上月的日均", "per day in the month before"
        ),
        "change": Column(
            *("change", "环比", "Change"),
            "日均比上月增减的比例；上月不足 10 件写“基数小”，来源不全写“不可比”",
            "change per day since the month before; “few” below 10 cases then, “not comparable” "
            "where a source was not observed",
        ),
        "year_ago": Column(
            *("int", "上年同月", "Year ago"), "上年同一个月的数", "of the same month a year before"
        ),
        "year_ago_days": Column(
            *("int", "上年同月天数", "Days a year ago"),
            "上年同月的观测天数",
            "days observed a year before",
        ),
        "year_ago_per_day": Column(
            *("number", "上年同月日均", "Per day a year ago"),
            "上年同月的日均",
            "per day a year before",
        ),
        "year_change": Column(
            *("change", "同比", "Year on year"),
            "日均比上年同月增减的比例，规则同环比",
            "change per day since a year before, by the same rules",
        ),
        "delivered": Column(
            *("int", "来源总数", "Delivered"),
            "来源交来的、当月上报的案件总数，不论后来如何",
            "all cases of the month that the source delivered, whatever became of them",
        ),
        "void": Column("int", "作废", "Void", "来源标为作废的", "called void by the source"),
        "ignored": Column(
            *("int", "决定不计", "Ignored"), "经人工决定不统计的", "ignored by a person's decision"
        ),
        "withdrawn": Column(
            *("int", "已撤回", "Withdrawn"),
            "来源后来不再交付的",
            "no longer delivered by the source",
        ),
        "quarantined": Column(
            *("int", "隔离", "Quarantined"),
            "没有通过检查、未入库的；读不出上报时间的，按交付日期所在月计",
            "rejected by a check; without a readable time they count in the month of delivery",
        ),
        "outside": Column(
            *("int", "区外", "Outside"), "位置在本市范围之外、未入库的", "outside the city"
        ),
        "analysed": Column("int", "进入分析", "Analysed", *_REPORTS),
        "default_location": Column(
            *("int", "默认位置", "Default place"),
            "落在来源的默认位置上，地点不可信，不计入问题",
            "at a default location of the source: in no problem",
        ),
        "uncertain_place": Column(
            *("int", "地点不确定", "Uncertain place"),
            "地点把握不够，不计入问题",
            "too uncertain a place: in no problem",
        ),
        "no_place": Column(
            *("int", "无法归并", "No place"),
            "落不到一处地方或没有类别，不计入问题",
            "without a place or a category: in no problem",
        ),
        "in_episodes": Column(
            *("int", "计入问题", "In problems"),
            "属于某个问题的上报件数",
            "reports that belong to a problem",
        ),
        "repeats": Column(
            *("int", "重复上报", "Repeats"),
            "同一件事的再次上报",
            "further reports of the same occurrence",
        ),
        "further": Column(
            *("int", "后续上报", "Follow-ups"),
            "已开始的问题的后续上报",
            "later reports of a problem that had begun",
        ),
        "difference": Column(
            *("int", "差额", "Difference"),
            "来源总数减去各项之和；不是 0 就是对不上",
            "delivered less all parts; not 0: it does not add up",
        ),
        "adds_up": Column(
            *("text", "是否平衡", "Adds up"), "差额是否为 0", "whether the difference is 0"
        ),
        "stated": Column(
            *("int", "来源自报", "Stated"), "来源自己公布的总数", "total that the source states"
        ),
        "counted": Column(
            *("int", "按记录计", "Counted"),
            "与“来源总数”相同",
            "the same as delivered",
        ),
        "finding": Column(
            "text", "核对结果", "Finding", "自报与记录是否一致", "whether both agree"
        ),
        "people": Column(
            *("int", "人口", "People"),
            "按楼栋组合取整的合计，每组不少于规定人数；没有人口来源时空",
            "rounded sums over groups of buildings; empty without a source of people",
        ),
        "per_1000": Column(
            *("number", "每千人件数", "Per 1,000 people"),
            "上报件数除以人口，乘以 1000",
            "reports by people, times 1,000",
        ),
        "unit": Column(
            *("text", "单位", "Unit"), "来源写的处置单位", "the handling unit that the source names"
        ),
        "numerator": Column("int", "分子", "Numerator", "见指标口径", "see the definition"),
        "denominator": Column("int", "分母", "Denominator", "见指标口径", "see the definition"),
        "value": Column(
            *("share", "数值", "Value"),
            "分子除以分母；占比为百分数",
            "numerator by denominator; shares in per cent",
        ),
        "low": Column(
            *("share", "95% 下限", "Low"),
            "只凭这么多案件，真实水平可能低到",
            "how low the true level may be, given so many cases",
        ),
        "high": Column(
            *("share", "95% 上限", "High"),
            "只凭这么多案件，真实水平可能高到",
            "how high the true level may be, given so many cases",
        ),
        "value_before": Column("share", "上月", "Month before", "上月的数值", "a month before"),
        "value_year_ago": Column("share", "上年同月", "Year ago", "上年的数值", "a year before"),
        "remark": Column(
            "text", "说明", "Remark", "为什么没有数值或不排名", "why there is no value"
        ),
        "definition": Column(
            *("text", "口径", "Definition"), "分子和分母的含义", "what both counts are"
        ),
        "rank": Column("int", "序", "No.", "名次", "rank"),
        "raw_name": Column(
            *("text", "件数榜：地方", "By reports: place"),
            "当月上报件数最多的地方",
            "places with most reports of the month",
        ),
        "raw_reports": Column("int", "件数", "Reports", *_REPORTS),
        "raw_episodes": Column("int", "问题数", "Problems", *_EPISODES),
        "raw_also": Column(
            *("text", "也在右榜", "In both"),
            "是否也在按多出数排的榜上",
            "whether it is in the ranking by excess too",
        ),
        "excess_name": Column(
            *("text", "多出榜：地方", "By excess: place"),
            "比同类地方应有多出最多的地方",
            "places that have most beyond what such places have",
        ),
        "excess_category": Column("text", "类别", "Category", "问题类别", "category"),
        "excess_count": Column(
            *("int", "窗口内问题数", "Problems in window"),
            "分析窗口内的问题数；窗口见表下说明",
            "problems in the window, which is told below the table",
        ),
        "excess_value": Column(
            *("number", "多出", "Excess"),
            "比按基数应有的多出几起；久治不愈的按目前水平折算成一年",
            "problems beyond what is expected; of chronic places a year, as it is now",
        ),
        "category": Column(
            *("text", "类别", "Category"),
            "统一后的类别；没有对应关系的用来源自己的",
            "category by the catalogue, else the source's own",
        ),
        "code": Column("text", "编码", "Code", "网格或区划的编码", "code of the cell"),
        "count": Column("int", "起数", "Count", "窗口内的问题数", "problems in the window"),
        "expected": Column(
            *("number", "应有", "Expected"),
            "若只随基数多少而变，应有几起",
            "what there would be if it depended on exposure alone",
        ),
        "excess": Column("number", "多出", "Excess", "起数减应有", "count less expected"),
        "ratio": Column("number", "倍数", "Ratio", "起数除以应有", "count by expected"),
        "became": Column(
            *("text", "变化", "Change"), "与上一次发布相比", "since the snapshot before"
        ),
        "course": Column(
            *("text", "走势", "Course"), "近期走势，规则见表下", "how it goes on; rules below"
        ),
        "place_kind": Column("text", "种类", "Kind", "地方的种类", "kind of place"),
        "in_month": Column("int", "当月问题数", "In the month", *_EPISODES),
        "excess_now": Column(
            *("number", "目前每年多出", "Excess a year, now"),
            "按目前水平，一年比同类地方多出几起",
            "problems a year beyond such places, as it is now",
        ),
        "calm_months": Column(
            *("int", "平静月数", "Calm months"),
            "最近一轮之后没有问题的月数",
            "months since the last problem",
        ),
        "places": Column("int", "处数", "Places", "地方与类别的组合数", "places and categories"),
        "other": Column("int", "其他类别", "Others", "其余类别之和", "all other categories"),
        "total": Column("int", "合计", "Total", "本行合计", "sum of the line"),
        "cell": Column("text", "网格", "Cell", "网格或区划", "cell or area"),
    }
)


def heading(name: str, words: Words) -> str:
    """Return a column's heading; of one that is named by what came in, its own name."""
    known = COLUMNS.get(name)
    return words.t(known.zh, known.en) if known else name.removeprefix(NAMED)


def meaning(name: str, words: Words) -> str:
    """Return what a column means.

    Parameters
    ----------
    name : str
        One of `COLUMNS`.
    words : Words
    """
    known = COLUMNS[name]
    return words.t(known.means_zh, known.means_en)
