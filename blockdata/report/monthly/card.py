"""The scorecard of the month: closing, in time, rework, satisfaction, with both counts."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Any

import pandas as pd

from blockdata.engines import score_feeds
from blockdata.report.monthly.asking import Ask
from blockdata.report.monthly.columns import NAMED
from blockdata.report.monthly.tables import Table
from blockdata.report.words import Words, share, whole

__all__ = ["SAID", "card", "card_tables", "written_value"]

SAID = ("closing", "closing_on_time", "rework", "satisfaction")
"""Indicators that the summary names: 解决率, 按时办结率, 返工率, 满意率."""

_WHOLE = "whole"


def card(ask: Ask) -> pd.DataFrame:
    """Return the scorecard of the month, with the values of the months it is compared with."""
    rows = score_feeds.card_rows_of_months(ask.session, ask.periods.compared)
    own = rows[rows["month"] == ask.periods.month]
    for name, month in (("before", ask.periods.before), ("year_ago", ask.periods.year_ago)):
        other = rows.loc[rows["month"] == month, ["unit_kind", "unit", "no", "value"]]
        own = own.merge(
            other.rename(columns={"value": f"value_{name}"}),
            on=["unit_kind", "unit", "no"],
            how="left",
        )
    return own


def card_tables(ask: Ask, rows: pd.DataFrame) -> list[Table]:
    """Return the scorecard of the whole base, that of departments, and its definitions.

    Parameters
    ----------
    ask : Ask
    rows : DataFrame
        As from `card`.
    """
    if rows.empty:
        return []
    words = ask.words
    city = rows[rows["unit_kind"] == _WHOLE]
    others = rows[(rows["unit_kind"] != _WHOLE) & rows["value"].notna()]
    found = [Table("card", words.t("考核指标：全区", "Scorecard: all"), _lines(city, words))]
    if len(others):
        title = words.t("主要指标：各处置单位", "Main indicators: handling units")
        found.append(Table("card_said", title, _said(others, words)))
        title = words.t("考核指标：各处置单位", "Scorecard: handling units")
        lines = _lines(others, words)
        lines.insert(0, "unit", others["unit"].tolist())
        found.append(Table("card_units", title, lines, in_book=True))
    return [*found, _definitions(city, words)]


def _lines(rows: pd.DataFrame, words: Words) -> pd.DataFrame:
    records = rows.to_dict("records")
    values = ("value", "low", "high", "value_before", "value_year_ago")
    told = {c: pd.Series([_number(r, c) for r in records], dtype=object) for c in values}
    return pd.DataFrame(
        {
            "measure": rows["zh" if words.lang == "zh" else "en"].tolist(),
            "numerator": pd.Series(_whole_numbers(rows["numerator"]), dtype=object),
            "denominator": pd.Series(_whole_numbers(rows["denominator"]), dtype=object),
            **told,
            "remark": [_remark(row, words) for row in records],
        }
    )


def _said(rows: pd.DataFrame, words: Words) -> pd.DataFrame:
    """Return the main indicators of each unit, a column each, with both counts."""
    own = rows[rows["indicator"].isin(SAID)].sort_values("no", kind="stable")
    label = NAMED + own["zh" if words.lang == "zh" else "en"]
    told = [
        f"{written_value(row, 'value')}"
        + words.t("（{}/{}）", " ({}/{})").format(
            *map(whole, (row["numerator"], row["denominator"]))
        )
        for row in own.to_dict("records")
    ]
    table = own.assign(label=label, told=told).pivot(index="unit", columns="label", values="told")
    table = table[list(dict.fromkeys(label))].astype(object)
    return table.where(table.notna(), None).rename_axis(columns=None).reset_index()


def _whole_numbers(values: pd.Series) -> list[int | None]:
    return [None if pd.isna(v) else round(v) for v in values]


def _number(row: Mapping[Hashable, Any], column: str) -> float | str | None:
    """Return a share as a number, and anything else as it is written."""
    value = row[column]
    if value is None or pd.isna(value):
        return None
    return float(value) / 100 if row["kind"] == "share" else f"{value:.2f}"


def written_value(row: Mapping[Hashable, Any], column: str) -> str:
    """Write a value as its definition asks: a share in per cent, else a number.

    Examples
    --------
    >>> written_value({"value": 94.06, "kind": "share"}, "value")
    '94.1%'
    >>> written_value({"value": None, "kind": "share"}, "value")
    '—'
    """
    number = _number(row, column)
    return number if isinstance(number, str) else share(number)


_REMARKS = {
    "not_kept": ("来源没有这项数据", "the sources do not tell"),
    "zero_denominator": ("当月没有应计入的案件", "no case to count"),
    "small_denominator": ("案件少，不排名", "few cases: no rank"),
}


def _remark(row: Mapping[Hashable, Any], words: Words) -> str:
    known = _REMARKS.get(str(row["reason"]))
    if known:
        return words.t(*known)
    rank = row["rank"]
    if pd.isna(rank):
        return ""
    return words.t(
        f"第 {int(rank)} 名，共 {int(row['ranked'])} 个单位", f"{int(rank)} of {int(row['ranked'])}"
    )


def _definitions(rows: pd.DataFrame, words: Words) -> Table:
    lang = "zh" if words.lang == "zh" else "en"
    frame = pd.DataFrame(
        {
            "measure": rows[lang],
            "definition": rows[f"numerator_{lang}"] + " ÷ " + rows[f"denominator_{lang}"],
        }
    ).reset_index(drop=True)
    return Table("card_definitions", words.t("考核指标的口径", "What they are"), frame)
