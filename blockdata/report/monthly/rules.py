"""How the month was counted, and what a published report hides by which rule."""

from __future__ import annotations

from blockdata.analysis.monthly.comparison import MIN_COUNT, MIN_OBSERVED
from blockdata.report.monthly.asking import BESIDES, Ask
from blockdata.report.words import share

__all__ = ["rules"]


def rules(ask: Ask, withheld: list[str]) -> list[str]:
    """Return the rules of a report in sentences.

    Parameters
    ----------
    ask : Ask
    withheld : list of str
        Layers whose table by category cannot be published.
    """
    t, zone = ask.words.t, ask.config.city.time_zone
    missing = share(1 - MIN_OBSERVED)
    told = [
        t(
            f"月份是自然月，按本市时间（{zone}）的上报时间归月；办结件数按办结时间归月。"
            f"数据截至 {ask.as_of} 零时（不含），之后补报、改报会改变本月数字。",
            f"Months are natural months by the city's clock ({zone}); a case counts when it was "
            f"reported, a closing when it happened. State of knowledge: {ask.as_of} 00:00; what is "
            "delivered later may change the month.",
        ),
        t(
            f"环比、同比都比日均，这样月份长短不同也能比。某来源在所比月份缺了 {missing} 以上的天"
            f"（尚未开始，或中断）就写“不可比”；当时不足 {MIN_COUNT} 件写“基数小”。",
            "Changes are of cases per observed day, so that months of unlike length compare. Where "
            f"a source lacks more than {missing} of the days it is “not comparable”; with fewer "
            f"than {MIN_COUNT} cases then, “few”.",
        ),
        t(
            "人口只有按楼栋组合取整的合计，不涉及任何个人；住户单元一律写到楼栋。",
            "People appear only as rounded sums over groups of buildings; flats are told as their "
            "building.",
        ),
        t(
            "占比和各项率都由表中的两个数直接算出后再四舍五入，先算后舍。",
            "Shares and rates are worked out from the counts shown, and rounded last.",
        ),
    ]
    return [*told, *(_hidden(ask, withheld) if ask.publish else [_internal(ask)])]


def _internal(ask: Ask) -> str:
    return ask.words.t(
        "内部版：含具体地点和小数目，不要公开；公开请用公开版。",
        "For internal use: it names places and small counts. Publish the version made for that.",
    )


def _hidden(ask: Ask, withheld: list[str]) -> list[str]:
    t, least = ask.words.t, ask.small
    told = [
        t(
            f"公开版的小数目规则：某类别在某区域、网格或地点的件数为 1 至 {least - 1} 时"
            f"写“<{least}”；“{BESIDES}”是为防止由合计相减推出小数目而一并隐去的数。合计照常公布。"
            "隐去的每一个数，凭表中合计和本规则都至少有两种可能。",
            f"Small counts: 1 to {least - 1} of a category in an area, cell or place are shown "
            f"as “<{least}”; “{BESIDES}” is hidden so that these cannot be got by subtraction. "
            "Totals are shown. By the totals and this rule each hidden count can still be one of "
            "two at least.",
        ),
        t(
            "公开版中住宅、楼栋、法人和场所只写到道路或社区；路口、部件、网格和区划照常写名。",
            "Addresses, buildings, legal entities and premises are called by road or community; "
            "crossings, components, cells and areas by name.",
        ),
    ]
    told += [
        t(
            f"{ask.words.layer(layer)}与类别的交叉表无论怎样隐去都会被推出小数目，所以不公布。",
            f"The table of {ask.words.layer(layer)} by category would give small counts away "
            "however it is hidden, and is left out.",
        )
        for layer in withheld
    ]
    return told
