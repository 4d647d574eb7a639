"""Why to go to a place, in words."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping
from typing import Any

import pandas as pd

from blockdata.analysis.tasks.rules import TaskRules

__all__ = ["why"]

_TENTH = 0.05


def why(stops: pd.DataFrame, rules: TaskRules) -> pd.DataFrame:
    """Say why to go to each stop.

    Parameters
    ----------
    stops : DataFrame
        As from `score_stops`.
    rules : TaskRules

    Returns
    -------
    DataFrame, index of `stops`
        why_zh, why_en.

    Examples
    --------
    >>> stops = pd.DataFrame({"hot": ["噪声"], "chronic": "", "expected": 1.24, "open": 2,
    ...     "idle": 0, "overdue": 1, "due_soon": 0, "idle_days": None, "unseen_days": None})
    >>> print(why(stops, TaskRules())["why_zh"][0])
    “噪声”热点；2 起问题未办结，其中 1 件超期；未来 7 天预计新发 1.2 起。
    """
    rows = stops.to_dict("records")
    told = {
        "why_zh": ["；".join(zh for zh, _ in _told(row, rules)) + "。" for row in rows],
        "why_en": ["; ".join(en for _, en in _told(row, rules)) + "." for row in rows],
    }
    return pd.DataFrame(told, index=stops.index, dtype="str")


def _told(row: Mapping[Hashable, Any], rules: TaskRules) -> Iterator[tuple[str, str]]:
    if row["hot"]:
        yield f"“{row['hot']}”热点", f"hot spot of {row['hot']}"
    if row["open"]:
        yield _open(row)
    if row["idle"]:
        idle, days = row["idle"], f"{row['idle_days']:.0f}"
        yield (
            f"{idle} 起问题最长 {days} 天没有进展",
            f"{idle} open problem(s) without progress, the longest for {days} days",
        )
    if row["chronic"]:
        yield f"“{row['chronic']}”久治不愈", f"chronic: {row['chronic']}"
    yield from _unseen(row["unseen_days"], rules)
    if row["expected"] >= _TENTH:
        number, ahead = f"{row['expected']:.1f}", rules.horizon_days
        yield (
            f"未来 {ahead} 天预计新发 {number} 起",
            f"{number} new problem(s) expected within {ahead} days",
        )


def _open(row: Mapping[Hashable, Any]) -> tuple[str, str]:
    zh, en = [f"{row['open']} 起问题未办结"], [f"{row['open']} open problem(s)"]
    if row["overdue"]:
        zh.append(f"其中 {row['overdue']} 件超期")
        en.append(f"{row['overdue']} case(s) overdue")
    if row["due_soon"]:
        zh.append(f"{row['due_soon']} 件临期")
        en.append(f"{row['due_soon']} case(s) soon due")
    return "，".join(zh), ", ".join(en)


def _unseen(days: Any, rules: TaskRules) -> Iterator[tuple[str, str]]:
    if pd.isna(days) or days < rules.unseen_days:
        return
    if days == float("inf"):
        yield "从未有处置或核查记录", "no visit on record"
    else:
        yield (
            f"已 {days:.0f} 天没有处置或核查记录",
            f"nothing handled or checked for {days:.0f} days",
        )
