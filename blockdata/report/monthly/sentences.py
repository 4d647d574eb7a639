"""The month in sentences, each from the tables of the report."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from blockdata.analysis.monthly.balance import TOTAL
from blockdata.report.monthly.asking import Ask
from blockdata.report.monthly.card import SAID, written_value
from blockdata.report.monthly.counts import Counted
from blockdata.report.monthly.findings import Hot, now_resolved
from blockdata.report.monthly.rankings import Ranked
from blockdata.report.monthly.tables import Table, written
from blockdata.report.words import share, whole

__all__ = ["rankings_differ", "summary"]

_MOST = 3


def summary(
    ask: Ask,
    found: Counted,
    tables: dict[str, Table],
    card: pd.DataFrame,
    hot: Hot | None,
    spots: pd.DataFrame,
) -> list[str]:
    """Return the sentences at the head of the report."""
    said = [
        *_went(ask, found),
        *_changed(ask, tables),
        *_most(ask, tables),
        *_measured(ask, card),
        *_found(ask, hot, spots),
    ]
    return [*said, _adds_up(ask, found)]


def _went(ask: Ask, found: Counted) -> Iterator[str]:
    row = found.balance[found.balance["source"] == TOTAL].iloc[0]
    month = ask.periods.month
    closings = found.closings
    closed = int(closings.loc[closings["month"] == month, "count"].sum())
    left = int(row["delivered"] - row["analysed"])
    yield ask.words.t(
        f"{month.year} 年 {month.month} 月，各来源共交来当月上报的案件 "
        f"{whole(row['delivered'])} 件，其中作废、不计、撤回、隔离等 {whole(left)} 件，"
        f"进入分析 {whole(row['analysed'])} 件，归并为 {whole(row['episodes'])} 个新问题；"
        f"当月办结 {whole(closed)} 件。",
        f"In {ask.periods.name} the sources delivered {whole(row['delivered'])} cases reported in "
        f"the month; {whole(left)} were void, ignored, withdrawn or set aside and "
        f"{whole(row['analysed'])} analysed: {whole(row['episodes'])} new problems. "
        f"{whole(closed)} cases were closed.",
    )


def _changed(ask: Ask, tables: dict[str, Table]) -> Iterator[str]:
    rows = tables["overview"].frame if "overview" in tables else pd.DataFrame()
    if rows.empty:
        return
    row = rows.iloc[0]
    day = written(row["per_day"], "number")
    before, year = (written(row[c], "change") for c in ("change", "year_change"))
    yield ask.words.t(
        f"日均上报 {day} 件，环比 {before}，同比 {year}。",
        f"{day} reports a day; month on month {before}, year on year {year}.",
    )


def _most(ask: Ask, tables: dict[str, Table]) -> Iterator[str]:
    table = tables.get("category")
    if table is None:
        return
    rows = table.frame.head(min(_MOST, len(table.frame) - table.sums))
    listed = [
        ask.words.t(
            f"{name}（{whole(count)} 件，占 {share(part)}）",
            f"{name} ({whole(count)}, {share(part)})",
        )
        for name, count, part in zip(rows["name"], rows["reports"], rows["share"], strict=True)
    ]
    if listed:
        told = ask.words.t("、", ", ").join(listed)
        yield ask.words.t(f"件数最多的类别：{told}。", f"Most frequent categories: {told}.")


def _measured(ask: Ask, card: pd.DataFrame) -> Iterator[str]:
    rows = card[(card["unit_kind"] == "whole") & card["indicator"].isin(SAID)]
    rows = rows[rows["value"].notna()]
    listed = [
        f"{row['zh' if ask.words.lang == 'zh' else 'en']} {written_value(row, 'value')}"
        + ask.words.t("（{}/{}）", " ({}/{})").format(
            whole(row["numerator"]), whole(row["denominator"])
        )
        for row in rows.to_dict("records")
    ]
    if listed:
        yield ask.words.t("，", ", ").join(listed) + ask.words.t("。", ".")


def _found(ask: Ask, hot: Hot | None, spots: pd.DataFrame) -> Iterator[str]:
    if hot is not None:
        count = len(hot.table.frame)
        since = (
            ""
            if hot.new is None
            else ask.words.t(
                f"，与上次发布相比新出现 {hot.new} 处、消退 {hot.gone} 处",
                f"; since the snapshot before {hot.new} are new and {hot.gone} gone",
            )
        )
        yield ask.words.t(
            f"月末共有热点 {count} 处{since}。", f"{count} hot spots at its end{since}."
        )
    if len(spots):
        listed = (spots["course"] != "resolved").sum()
        month = spots[spots["in_month"] > 0]["course"].value_counts()
        new, back = int(month.get("new", 0)), int(month.get("relapsed", 0))
        gone = int(now_resolved(spots).sum())
        yield ask.words.t(
            f"久治不愈的具体地点尚未解决 {listed} 处，当月新出现 {new} 处、复发 {back} 处，"
            f"刚满六个月平静、算已解决 {gone} 处。",
            f"{listed} spots are chronic; {new} new and {back} back this month, "
            f"{gone} resolved: calm for six months.",
        )


def _adds_up(ask: Ask, found: Counted) -> str:
    if bool(found.balance["adds_up"].all()):
        return ask.words.t(
            "各来源的总数与去向逐项相加一致。", "Each source's total equals the sum of its parts."
        )
    wrong = found.balance[~found.balance["adds_up"] & (found.balance["source"] != TOTAL)]
    names = ask.words.t("、", ", ").join(wrong["source"])
    return ask.words.t(
        f"总数与去向对不上的来源：{names}，见“案件去向”。",
        f"Totals do not equal the sum of parts for {names}; see what became of the cases.",
    )


def rankings_differ(ask: Ask, ranked: Ranked) -> str:
    """Say why the ranking by reports and that by excess are not the same.

    Parameters
    ----------
    ask : Ask
    ranked : Ranked
    """
    words = ask.words
    said = words.t(
        f"两张榜回答的不是一个问题。左榜按件数：人多、事多、报得勤的地方自然靠前，一人连报多次也算多件。"
        f"右榜按多出数：扣除这样的地方本来就该有的，再看多出几起，连续上报只算一起。"
        f"左榜 {ranked.shown} 处中有 {ranked.both} 处也在右榜。",
        "The two rankings answer different questions. The left one counts reports: places with "
        "many people, and those from which much is reported, come first, and ten calls of one "
        "person are ten. The right one takes off what such a place has anyway, and counts reports "
        f"that follow each other once. Of {ranked.shown} on the left {ranked.both} are on the "
        "right too.",
    )
    if ranked.first_elsewhere:
        said += words.t(
            f"例如“{ranked.first_elsewhere}”件数靠前，但没有检出明显多于同类地方，派力量前先看右榜。",
            f" {ranked.first_elsewhere}, for one, has many reports, but was not found to have more "
            "than such places have: look at the right side before sending people.",
        )
    return said
