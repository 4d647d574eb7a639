"""The sections of a monthly report, each from what was counted and found."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

import pandas as pd

from blockdata.engines import monthly_feeds
from blockdata.report.charts import columns_chart, rows_chart
from blockdata.report.map import CellMap
from blockdata.report.monthly.areas import Areas, rate_map
from blockdata.report.monthly.asking import Ask
from blockdata.report.monthly.card import card_tables
from blockdata.report.monthly.counts import (
    Counted,
    balance_tables,
    grouped,
    overview,
    stated_table,
)
from blockdata.report.monthly.findings import Hot, chronic_tables
from blockdata.report.monthly.rankings import Ranked, map_layer, top_cells, top_places
from blockdata.report.monthly.sentences import rankings_differ
from blockdata.report.monthly.tables import Table

__all__ = ["Drawn", "Parts", "Section"]

_GROUPS = (
    ("category", "按类别", "By category"),
    ("channel", "按渠道", "By channel"),
    ("department", "按处置单位", "By handling unit"),
)
_CHARTED = 12


@dataclass(frozen=True)
class Drawn:
    """A map with what it shows.

    Parameters
    ----------
    map : CellMap
    title, unit, caption : str
        unit tells what the colours count.
    """

    map: CellMap
    title: str
    unit: str
    caption: str


@dataclass(frozen=True)
class Section:
    """One section: sentences, charts (SVG), maps and tables, in this order."""

    title: str
    sentences: list[str] = field(default_factory=list)
    charts: list[tuple[str, str]] = field(default_factory=list)
    maps: list[Drawn] = field(default_factory=list)
    tables: list[Table] = field(default_factory=list)


@dataclass(frozen=True)
class Parts:
    """What the sections are made of.

    Parameters
    ----------
    ask : Ask
    found : Counted
    areas : Areas
    card : DataFrame
        As from `card`.
    tested : DataFrame
        As from `hot_rows`; empty where the snapshot's window does not speak of the month.
    hot : Hot or None
    chronic, spots : DataFrame
        As from `chronic_rows` and `distinct_spots`; empty likewise.
    """

    ask: Ask
    found: Counted
    areas: Areas
    card: pd.DataFrame
    tested: pd.DataFrame
    hot: Hot | None
    chronic: pd.DataFrame
    spots: pd.DataFrame

    @cached_property
    def layer(self) -> str | None:
        """The layer of maps and of the ranking of cells."""
        return map_layer(self.ask)

    @cached_property
    def in_cells(self) -> pd.DataFrame:
        """cell, reports, episodes of the month in that layer, for cells with any; by cell."""
        rows = monthly_feeds.cases_by_area(self.ask.session, self.ask.month, [str(self.layer)])
        rows = rows.dropna(subset="cell")
        return rows.groupby("cell", sort=True)[["reports", "episodes"]].sum().reset_index()

    def sections(self) -> list[Section]:
        """Return all sections, those with nothing to tell among them."""
        t = self.ask.words.t
        return [
            self._in_all(),
            self._balance(),
            self._groups(),
            self._areas(),
            Section(
                t("办理情况", "How cases were handled"), tables=card_tables(self.ask, self.card)
            ),
            self._rankings(),
            self._hot(),
            self._chronic(),
        ]

    def _in_all(self) -> Section:
        t = self.ask.words.t
        series = [
            Table(name, title, _series(rows, name, form), in_book=True)
            for name, title, rows, form in (
                ("month", t("近 13 个月", "Thirteen months"), self.found.months, "%Y-%m"),
                ("day", t("当月每日", "By day"), self.found.days, "%Y-%m-%d"),
            )
        ]
        return Section(
            t("总体情况", "In all"),
            charts=[self._months(), self._days()],
            tables=[overview(self.ask, self.found), *series],
        )

    def _months(self) -> tuple[str, str]:
        t = self.ask.words.t
        rows = self.found.months
        title = t(
            "近 13 个月上报件数（深红为当月）", "Reports of thirteen months (dark red: this one)"
        )
        chart = columns_chart(
            [f"{day:%Y-%m}"[2:] for day in rows["span"]],
            rows["reports"].astype(float).tolist(),
            title=title,
            axis=t("件", "reports"),
            marked=[day == self.ask.periods.month for day in rows["span"]],
        )
        return title, chart

    def _days(self) -> tuple[str, str]:
        t = self.ask.words.t
        rows = self.found.days
        title = t("当月每日上报件数（深红为周末）", "Reports by day (dark red: weekends)")
        chart = columns_chart(
            [str(day.day) for day in rows["span"]],
            rows["reports"].astype(float).tolist(),
            title=title,
            axis=t("件", "reports"),
            marked=[day.weekday() >= 5 for day in rows["span"]],
        )
        return title, chart

    def _balance(self) -> Section:
        stated = stated_table(self.ask, self.found)
        tables = [*balance_tables(self.ask, self.found), *([stated] if stated else [])]
        return Section(self.ask.words.t("案件去向", "What became of the cases"), tables=tables)

    def _groups(self) -> Section:
        t = self.ask.words.t
        made = [grouped(self.ask, self.found, name, t(zh, en)) for name, zh, en in _GROUPS]
        tables = [table for table in made if table is not None]
        charts = []
        if tables and tables[0].name == "category":
            rows = tables[0].frame.iloc[: len(tables[0].frame) - 1].head(_CHARTED)
            title = t("件数最多的类别", "Most frequent categories")
            values = rows["reports"].astype(float).tolist()
            axis = t("上报件数", "reports")
            charts = [
                (
                    title,
                    rows_chart(rows["name"].astype(str).tolist(), values, title=title, axis=axis),
                )
            ]
        title = t("按类别、渠道和单位", "By category, channel and unit")
        return Section(title, charts=charts, tables=tables)

    def _areas(self) -> Section:
        ask, t = self.ask, self.ask.words.t
        maps = []
        layer = self.layer
        drawn = rate_map(ask, layer, self.in_cells) if layer else None
        if layer and drawn:
            label = ask.words.layer(layer)
            few = ""
            if ask.publish:
                few = t(
                    f"不足 {ask.small} 件的不着色。",
                    f"Cells with fewer than {ask.small} have no colour.",
                )
            title = t(f"{label}：{drawn[1]}", f"{label}: {drawn[1]}")
            maps = [Drawn(drawn[0], title, drawn[1], few)]
        return Section(t("分布在哪里", "Where they are"), maps=maps, tables=self.areas.tables)

    def _rankings(self) -> Section:
        ask = self.ask
        layer = self.layer
        made: list[Ranked | None] = [top_places(ask, self.spots)]
        if layer:
            made.append(top_cells(ask, self.tested, layer, self.in_cells))
        ranked = [one for one in made if one is not None]
        said = [rankings_differ(ask, ranked[0])] if ranked and ask.is_last else []
        if ranked and not ask.is_last:
            said = self._why_none()
        return Section(
            ask.words.t("件数排名与多出排名", "Most reports, most excess"),
            sentences=said,
            tables=[one.table for one in ranked],
        )

    def _hot(self) -> Section:
        t = self.ask.words.t
        title = t("热点及其变化", "Hot spots and their change")
        if self.hot is None:
            return Section(title, sentences=self._why_none())
        maps = []
        if self.hot.map is not None:
            unit = t("多出起数", "problems too many")
            caption = t("数字是表中的序号。", "Numbers are those of the table.")
            maps = [Drawn(self.hot.map, self.hot.table.title, unit, caption)]
        if self.hot.table.frame.empty:
            return Section(title, [t("没有热点。", "There is no hot spot.")], maps=maps)
        return Section(title, maps=maps, tables=[self.hot.table])

    def _chronic(self) -> Section:
        title = self.ask.words.t("久治不愈的地方", "Places that never get better")
        tables = chronic_tables(self.ask, self.chronic, self.spots)
        none = self.ask.words.t("没有检出久治不愈的地方。", "No place was found to be chronic.")
        said = [] if tables else [none] if self.ask.is_last else self._why_none()
        return Section(title, sentences=said, tables=tables)

    def _why_none(self) -> list[str]:
        ask = self.ask
        if ask.is_last:
            return [ask.words.t("这份快照没有做热点检验。", "No test for hot spots was made.")]
        end = ask.periods.end.date()
        return [
            ask.words.t(
                f"这份快照截至 {ask.as_of}，它的热点和久治不愈说的是截至那时的情况，不是这个月的。"
                f"要看当月的，请打开 {end} 前后的快照。",
                f"This snapshot is as of {ask.as_of}: its hot spots and chronic places are of that "
                f"time and not of the month. Open a snapshot of about {end} instead.",
            )
        ]


def _series(rows: pd.DataFrame, name: str, form: str) -> pd.DataFrame:
    """Return reports and problems of months or days, these as texts that sort."""
    told = rows[["reports", "episodes"]].reset_index(drop=True)
    told.insert(0, name, [day.strftime(form) for day in rows["span"]])
    return told
