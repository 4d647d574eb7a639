"""What tables of tasks are called in print: their columns, and codes told in words."""

from __future__ import annotations

from types import MappingProxyType

import pandas as pd

from blockdata.report.words import Words

__all__ = ["COLUMNS", "SHEETS", "outcome_lines", "printed", "told_by"]

SHEETS = MappingProxyType(
    {
        "patrol": ("巡查清单", "Patrol"),
        "routes": ("巡查路线", "Routes"),
        "upkeep": ("登记维护", "Upkeep"),
        "outcomes": ("清单效果", "Outcomes"),
    }
)
"""The tables, and what their sheets are called."""

_GRID = {
    "grid_code": ("责任网格代码", "Grid code"),
    "grid_name": ("责任网格", "Grid"),
}
_ON = {"task_on": ("日期", "Day")}

COLUMNS = MappingProxyType(
    {
        "patrol": {
            **_ON,
            **_GRID,
            "no": ("顺序", "Order"),
            "name": ("地点", "Place"),
            "place_kind": ("地点类型", "Kind"),
            "categories": ("问题类别", "Categories"),
            "why": ("为什么去", "Why"),
            "score": ("得分", "Score"),
            "expected": ("预计新发（起）", "Expected new"),
            "open": ("未办结（起）", "Open"),
            "idle": ("长期无进展（起）", "Idle"),
            "overdue": ("超期（件）", "Overdue cases"),
            "due_soon": ("临期（件）", "Cases soon due"),
            "leg_m": ("距上一站（米）", "From the stop before (m)"),
            "x": ("X", "X"),
            "y": ("Y", "Y"),
            "place": ("地点编号", "Place id"),
        },
        "routes": {
            **_ON,
            **_GRID,
            "stops": ("站数", "Stops"),
            "left_out": ("未列入的地点", "Places left out"),
            "length_m": ("路线长度（米）", "Length (m)"),
            "listed_m": ("按得分顺序走（米）", "In order of score (m)"),
            "by": ("距离算法", "Measured along"),
            "start": ("起点", "Start"),
            "start_x": ("起点 X", "Start X"),
            "start_y": ("起点 Y", "Start Y"),
        },
        "upkeep": {
            **_ON,
            **_GRID,
            "no": ("序号", "No."),
            "kind": ("记录类型", "Kind"),
            "name": ("名称", "Name"),
            "why": ("为什么", "Why"),
            "x": ("X", "X"),
            "y": ("Y", "Y"),
            "building": ("所在建筑编号", "Building id"),
            "id": ("记录编号", "Record id"),
        },
        "outcomes": {
            "since": ("清单日期", "List of"),
            "as_of": ("统计截至", "Known until"),
            "list": ("清单", "List"),
            **_GRID,
            "stops": ("站数", "Stops"),
            "met": ("有新问题的站", "Stops with new problems"),
            "reported": ("有新上报的站", "Stops reported"),
            "closed": ("有办结的站", "Stops with a closing"),
            "handled": ("有处置或核查的站", "Stops handled or checked"),
            "episodes": ("站内新问题（起）", "New problems at stops"),
            "grid_episodes": ("网格新问题（起）", "New problems in the grid"),
            "best_episodes": ("最佳清单可得（起）", "Of the best list"),
            "hit_rate": ("命中率", "Hit rate"),
            "efficiency": ("预测效率", "Prediction efficiency"),
        },
    }
)
"""Columns in print, by table."""

_CODES = MappingProxyType(
    {
        "streets": ("沿街道", "streets"),
        "straight line": ("直线", "straight line"),
        "station": ("驻点", "station"),
        "inner point": ("网格内离各站最近处", "inner point nearest to the stops"),
        "patrol": ("巡查清单", "patrol list"),
        "raw_count": ("按近 90 天起数选的同样多地点", "as many places by 90 days’ count"),
    }
)


_DIGITS = {"score": 2, "expected": 2, "x": 1, "y": 1, "hit_rate": 3, "efficiency": 3}


def told_by(code: str, words: Words) -> str:
    """Return what a code of the tables is called.

    Examples
    --------
    >>> from blockdata.records import Catalogue
    >>> told_by("streets", Words("en", Catalogue()))
    'streets'
    """
    return words.t(*_CODES[code])


def printed(frame: pd.DataFrame, table: str, words: Words) -> pd.DataFrame:
    """Return a table of tasks as it is printed: labels for names, words for codes.

    Parameters
    ----------
    frame : DataFrame
        As from `blockdata.engines.task_feeds.tasks_of`.
    table : str
        Key of `SHEETS`.
    words : Words

    Returns
    -------
    DataFrame
    """
    shown = frame.copy()
    if "why_zh" in shown:
        shown["why"] = shown[f"why_{words.lang}"]
    for column in ("place_kind", "kind"):
        if column in shown:
            shown[column] = [words.place_kind(str(name)) for name in shown[column]]
    for column in ("by", "start", "list"):
        if column in shown:
            shown[column] = [told_by(str(code), words) for code in shown[column]]
    if "grid_name" in shown:
        nowhere = ("全区", "all grids") if table == "outcomes" else ("未落网格", "in no grid")
        shown["grid_name"] = shown["grid_name"].fillna(words.t(*nowhere))
    shown = shown.round({name: digits for name, digits in _DIGITS.items() if name in shown})
    labels = {name: words.t(*told) for name, told in COLUMNS[table].items()}
    return shown[list(labels)].rename(columns=labels)


def outcome_lines(frame: pd.DataFrame, words: Words) -> list[str]:
    """Say of all grids together what the lists have brought.

    Parameters
    ----------
    frame : DataFrame
        The table task_outcome.
    words : Words

    Returns
    -------
    list of str
        Empty where nothing was measured.
    """
    lines = []
    for row in frame[frame["grid"] == "*"].sort_values("list").to_dict("records"):
        name = told_by(str(row["list"]), words)
        rate = "—" if pd.isna(row["hit_rate"]) else f"{100 * row['hit_rate']:.1f}%"
        lines.append(
            words.t(
                f"{row['since']:%Y-%m-%d} 至 {row['as_of']:%Y-%m-%d}，{name} {row['stops']} 站："
                f"{row['met']} 站有新问题，{row['closed']} 站有办结，"
                f"{row['handled']} 站有处置或核查；"
                f"新问题 {row['episodes']}/{row['grid_episodes']} 起在站内，命中率 {rate}，"
                f"同样多的地点最多可得 {row['best_episodes']} 起。",
                f"{row['since']:%Y-%m-%d} to {row['as_of']:%Y-%m-%d}, {name}, {row['stops']} stops:"
                f" {row['met']} with new problems, {row['closed']} with a closing, "
                f"{row['handled']} handled or checked; {row['episodes']} of {row['grid_episodes']}"
                f" new problems lay there (hit rate {rate}), the best list of as many places would "
                f"have had {row['best_episodes']}.",
            )
        )
    return lines
