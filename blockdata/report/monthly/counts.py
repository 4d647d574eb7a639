"""How many cases the month had: in all, by source and what became of them, by day, by group."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from blockdata.analysis.monthly import balance, compare_months
from blockdata.analysis.monthly.balance import TOTAL
from blockdata.analysis.scorecard import compare_totals
from blockdata.engines import monthly_feeds, monthly_source_feeds
from blockdata.report.monthly.asking import Ask
from blockdata.report.monthly.tables import Table
from blockdata.report.words import Words

__all__ = [
    "Counted",
    "balance_tables",
    "compared_table",
    "counted",
    "grouped",
    "overview",
    "stated_table",
]

_DELIVERED = (
    *("source", "delivered", "void", "ignored", "withdrawn", "quarantined", "outside"),
    *("analysed", "difference", "adds_up"),
)
_ANALYSED = (
    *("source", "analysed", "default_location", "uncertain_place", "no_place", "in_episodes"),
    *("episodes", "repeats", "further"),
)
_COMPARED = ("before", "change", "year_ago", "year_change")
_UNKNOWN = ("未写明", "not stated")


@dataclass(frozen=True)
class Counted:
    """The cases of the month, counted.

    Parameters
    ----------
    cases : DataFrame
        As from `cases_by_fate`, of the three months; the column month stands for span.
    balance : DataFrame
        As from `analysis.monthly.balance`, of the month.
    closings : DataFrame
        month, source, count.
    months, days : DataFrame
        span, reports, episodes; every month and day once.
    """

    cases: pd.DataFrame
    balance: pd.DataFrame
    closings: pd.DataFrame
    months: pd.DataFrame
    days: pd.DataFrame

    @property
    def analysed(self) -> pd.DataFrame:
        """The cases that the analysis sees, and reports and episodes of each line."""
        rows = self.cases[self.cases["fate"] == "analysed"]
        episodes = rows["count"].where(rows["is_first"], 0)
        return rows.assign(reports=rows["count"], episodes=episodes)


def counted(ask: Ask) -> Counted:
    """Read and add up the cases of the month."""
    cases = _of_month(monthly_feeds.cases_by_fate(ask.session, ask.compared))
    closings = monthly_feeds.closings_by_span(
        ask.session, ask.compared, ask.config.city.midnight_utc(ask.as_of)
    )
    return Counted(
        cases,
        _balanced(ask, cases),
        _of_month(closings),
        _every(monthly_feeds.cases_by_span(ask.session, ask.shown), ask.periods.shown),
        _every(monthly_feeds.cases_by_span(ask.session, ask.days), ask.periods.days),
    )


def _of_month(rows: pd.DataFrame) -> pd.DataFrame:
    return rows.rename(columns={"span": "month"}).assign(month=pd.to_datetime(rows["span"]))


def _every(rows: pd.DataFrame, spans: pd.DatetimeIndex) -> pd.DataFrame:
    indexed = rows.assign(span=pd.to_datetime(rows["span"])).set_index("span")
    return indexed.reindex(spans, fill_value=0).rename_axis("span").reset_index()


def _balanced(ask: Ask, cases: pd.DataFrame) -> pd.DataFrame:
    month = ask.periods.month
    own = cases[cases["month"] == month]
    rejected = monthly_source_feeds.quarantined_cases(ask.session)
    on = rejected["reported_on"].fillna(rejected["delivered_on"])
    rejected = rejected[(on >= month) & (on < ask.periods.end)]
    gone = monthly_source_feeds.withdrawn_cases(ask.session, ask.month)[["source", "count"]]
    rows = rejected.groupby(["source", "is_outside"], sort=True).size().rename("count")
    set_aside = rows.reset_index()
    set_aside["fate"] = np.where(set_aside.pop("is_outside"), "outside", "quarantined")
    others = pd.concat([gone.assign(fate="withdrawn"), set_aside], ignore_index=True)
    flags = dict.fromkeys(("in_episode", "is_first", "repeats"), False)
    fates = pd.concat([own, others.assign(excluded_reason=None, **flags)], ignore_index=True)
    there = monthly_source_feeds.cases_delivered(ask.session, ask.month)[["source", "count"]]
    delivered = pd.concat([there, others[["source", "count"]]], ignore_index=True)
    return balance(delivered, fates)


def overview(ask: Ask, found: Counted) -> Table:
    """Return reports, problems and closings of the month, compared."""
    rows = found.analysed
    parts = {
        "reports": rows.assign(count=rows["reports"]),
        "episodes": rows.assign(count=rows["episodes"]),
        "closed": found.closings,
    }
    names = {
        "reports": ask.words.t("上报件数", "Reports"),
        "episodes": ask.words.t("问题数", "Problems"),
        "closed": ask.words.t("办结件数", "Cases closed"),
    }
    told = [
        compare_months(part.assign(name=name), ask.observed, ask.periods, "name")
        for name, part in parts.items()
        if len(part)
    ]
    if not told:
        return Table("overview", ask.words.t("总体情况", "In all"), pd.DataFrame())
    every = pd.concat(told, ignore_index=True)
    columns = ["count", "days", "per_day", "before", "before_days", "before_per_day", "change"]
    columns += ["year_ago", "year_ago_days", "year_ago_per_day", "year_change"]
    shown = _with_changes(every, ask.words)[columns].rename(columns={"count": "now"})
    shown.insert(0, "measure", every["name"].map(names))
    title = ask.words.t("总体情况", "In all")
    return Table("overview", title, shown, tuple(_why_not(every, ask.words)))


def balance_tables(ask: Ask, found: Counted) -> list[Table]:
    """Return what became of the cases of each source, and of those that are analysed."""
    words = ask.words
    rows = found.balance
    named = rows.assign(
        source=rows["source"].replace(TOTAL, words.t("合计", "Total")),
        adds_up=[words.t("是", "yes") if fits else words.t("否", "no") for fits in rows["adds_up"]],
    )
    wrong = rows[~rows["adds_up"] & (rows["source"] != TOTAL)]
    notes = [
        words.t(
            "来源总数 = 作废 + 决定不计 + 已撤回 + 隔离 + 区外 + 进入分析 + 差额。",
            "Delivered = void + ignored + withdrawn + quarantined + outside + analysed + "
            "difference.",
        ),
        *(
            words.t(
                f"{source}：有 {difference} 件没有归入任何一项，对不上，须查明。",
                f"{source}: {difference} cases are in no part; this does not add up.",
            )
            for source, difference in zip(wrong["source"], wrong["difference"], strict=True)
        ),
    ]
    inside = words.t(
        "进入分析 = 默认位置 + 地点不确定 + 无法归并 + 计入问题；"
        "计入问题 = 问题数（首次上报）+ 重复上报 + 后续上报。",
        "Analysed = default place + uncertain place + no place + in problems; in problems = "
        "problems (first reports) + repeats + follow-ups.",
    )
    title = words.t("各来源的案件去向", "What became of each source's cases")
    of_those = words.t("进入分析的案件", "Of the analysed cases")
    return [
        Table("balance", title, named[list(_DELIVERED)], tuple(notes), sums=1),
        Table("analysed", of_those, named[list(_ANALYSED)], (inside,), sums=1),
    ]


def stated_table(ask: Ask, found: Counted) -> Table | None:
    """Hold the totals that sources state themselves against what was counted; None without any."""
    if not ask.stated:
        return None
    own = found.balance[found.balance["source"].isin(list(ask.stated))]
    counts = pd.DataFrame({"subject": own["source"], "total": own["delivered"]})
    stated = pd.DataFrame({"subject": list(ask.stated), "total": list(ask.stated.values())})
    both = compare_totals(counts, stated)
    agree = ask.words.t("一致", "they agree")
    said = both["zh" if ask.words.lang == "zh" else "en"]
    frame = pd.DataFrame(
        {
            "source": both["subject"],
            "stated": both["stated"],
            "counted": both["counted"],
            "difference": both["difference"],
            "finding": said.where(~both["agrees"], agree),
        }
    )
    title = ask.words.t("与来源自报总数的核对", "Against the totals that sources state")
    return Table("stated", title, frame)


def grouped(ask: Ask, found: Counted, column: str, title: str) -> Table | None:
    """Return reports and problems by a column of the cases, compared; None if none has it.

    Parameters
    ----------
    ask : Ask
    found : Counted
    column : str
    title : str
    """
    rows = found.analysed
    if rows.empty or rows[column].isna().all():
        return None
    rows = rows.assign(name=rows[column].fillna(ask.words.t(*_UNKNOWN)))
    return compared_table(ask, rows, column, title)


def compared_table(ask: Ask, rows: pd.DataFrame, name: str, title: str) -> Table:
    """Return reports and problems by name, compared.

    Parameters
    ----------
    ask : Ask
    rows : DataFrame
        name, source, month, reports, episodes.
    name : str
        Of the table.
    title : str
    """
    told = compare_months(rows.assign(count=rows["reports"]), ask.observed, ask.periods, "name")
    own = rows[rows["month"] == ask.periods.month]
    episodes = own.groupby("name")["episodes"].sum()
    total = int(told["count"].sum())
    frame = pd.DataFrame(
        {
            "name": told["name"],
            "reports": told["count"],
            "share": told["count"] / total if total else np.nan,
            "episodes": told["name"].map(episodes).fillna(0).astype("int64"),
        }
    ).join(_with_changes(told, ask.words)[list(_COMPARED)])
    sums = {
        "name": ask.words.t("合计", "Total"),
        "reports": total,
        "share": 1.0 if total else None,
        "episodes": int(frame["episodes"].sum()),
        "before": int(told["before"].sum()),
        "year_ago": int(told["year_ago"].sum()),
    }
    frame = pd.concat([frame.astype(object), pd.DataFrame([sums]).astype(object)])
    return Table(
        name, title, frame.reset_index(drop=True), tuple(_why_not(told, ask.words)), sums=1
    )


def _with_changes(told: pd.DataFrame, words: Words) -> pd.DataFrame:
    """Put words where a change is not told."""
    changed = told.copy()
    for change, why in (("change", "why_not"), ("year_change", "year_why_not")):
        values = [
            _word(reason, words) if isinstance(reason, str) else value
            for value, reason in zip(told[change], told[why], strict=True)
        ]
        changed[change] = pd.Series(values, index=told.index, dtype=object)
    return changed


def _word(reason: str, words: Words) -> str:
    return words.t("基数小", "few") if reason == "small" else words.t("不可比", "not comparable")


def _why_not(told: pd.DataFrame, words: Words) -> list[str]:
    """Say which sources are why months are not compared, each once."""
    said = []
    for column, zh, en in (
        ("why_not", "环比", "Month before"),
        ("year_why_not", "同比", "Year before"),
    ):
        short = told[told[column].isin(["silent", "begins_later"])]
        for reason in ("begins_later", "silent"):
            found = short.loc[short[column] == reason, f"{column}_sources"]
            names = sorted({name for text in found for name in text.split("、")})
            if names:
                listed = words.t("、", ", ").join(names)
                said.append(
                    words.t(f"{zh}不可比：", f"{en} not comparable: ")
                    + _because(reason, listed, words)
                )
    return said


def _because(reason: str, sources: str, words: Words) -> str:
    if reason == "silent":
        return words.t(
            f"{sources} 在所比月份里有一成以上的天没有数据（来源中断）。",
            f"{sources} had no data on more than a tenth of the days of a month compared.",
        )
    return words.t(
        f"{sources} 的数据在所比月份之后才开始，或当月才开始。",
        f"{sources} began after, or within, a month compared.",
    )
