"""What is said of closings and of what stands at chronic places."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from types import MappingProxyType
from typing import Any

import pandas as pd

from blockdata.report.hot_words import stands_there
from blockdata.report.words import Words, percent, whole

__all__ = ["closing_words", "standing_words"]

_RESULTS_TOLD = 3
_RELATIONS = MappingProxyType(
    {
        "own": ("本处：", "Itself: "),
        "in": ("其中：", "In it: "),
        "near": ("30 米内：", "Within 30 m: "),
        "owner": ("权属于它：", "It owns: "),
        "keeper": ("由它养护：", "It keeps: "),
    }
)


def closing_words(row: Mapping[Hashable, Any], words: Words) -> str:
    """Say how many reports were closed, how often administratively, and with what results.

    Examples
    --------
    >>> from blockdata.records import Catalogue
    >>> row = {"closings": 40, "administrative": 6, "reopenings": 2, "ignored": 0, "sent_back": 1,
    ...        "results": [("行政办结", 5)]}
    >>> closing_words(row, Words("zh", Catalogue()))
    '办结 40 件，其中行政办结 6 件（15.0%）；重开 2 次；回退 1 次；办结结果：行政办结 5'
    """
    closings, by_form = int(row["closings"]), int(row["administrative"])
    if not closings:
        return words.t("没有办结的上报", "no report was closed")
    rate = percent(by_form, closings)
    parts = [
        words.t(
            f"办结 {whole(closings)} 件，其中行政办结 {whole(by_form)} 件（{rate}）",
            f"{whole(closings)} reports closed, {whole(by_form)} of them administratively ({rate})",
        )
    ]
    counted = (
        ("reopenings", "重开 {} 次", "reopened: {}"),
        ("sent_back", "回退 {} 次", "sent back: {}"),
        ("ignored", "不算数的办结 {} 次", "closings that do not count: {}"),
    )
    parts += [words.t(zh, en).format(int(row[name])) for name, zh, en in counted if int(row[name])]
    if row["results"]:
        named = words.t("、", ", ").join(
            f"{text} {count}" for text, count in row["results"][:_RESULTS_TOLD]
        )
        parts.append(words.t(f"办结结果：{named}", f"results: {named}"))
    return words.t("；", "; ").join(parts)


def standing_words(standing: pd.DataFrame, words: Words) -> list[str]:
    """Say what stands at a place, a line for each way in which it does.

    Parameters
    ----------
    standing : DataFrame
        relation, kind, count, names: of one place.
    words : Words

    Examples
    --------
    >>> from blockdata.records import Catalogue
    >>> there = pd.DataFrame({"relation": "in", "kind": ["legal_entity"], "count": [3],
    ...                       "names": [["春峰饭店", "海风网吧"]]})
    >>> standing_words(there, Words("zh", Catalogue()))
    ['其中：法人 3（春峰饭店、海风网吧等）']
    """
    lines = []
    for relation, label in _RELATIONS.items():
        rows = standing[standing["relation"] == relation]
        say = _itself if relation == "own" else _kind
        told = [say(row, words) for row in rows.to_dict("records")]
        if any(told):
            joined = words.t("，", ", ").join(text for text in told if text)
            lines.append(words.t(*label) + joined)
    return lines


def _itself(row: dict[Hashable, Any], words: Words) -> str:
    return words.t("，", ", ").join(row["names"])


def _kind(row: dict[Hashable, Any], words: Words) -> str:
    kind, count, names = str(row["kind"]), float(row["count"]), list(row["names"])
    counted = stands_there({kind: count}, [], words)
    if not counted:
        counted = f"{words.kind(kind)} {whole(count)}" if count else ""
    if not names or not counted:
        return counted
    named = words.t("、", ", ").join(names)
    more = words.t("等", " and more") if count > len(names) else ""
    return counted + words.t(f"（{named}{more}）", f" ({named}{more})")
