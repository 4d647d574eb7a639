"""What is said of places that never get better: courses, models, and the sentence of each."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from types import MappingProxyType
from typing import Any

import numpy as np
import pandas as pd

from blockdata.analysis.lasting import STEP_DAYS
from blockdata.report.words import Words, share, tenth, whole

__all__ = [
    "calm_words",
    "chronic_sentences",
    "course_rule",
    "course_word",
    "group_of",
    "group_word",
    "interval_text",
    "measure_word",
    "model_words",
    "place_called",
    "return_words",
]

_COURSES = MappingProxyType(
    {
        "new": (
            *("新出现", "new"),
            "近 6 个月内开始，现在仍在发生",
            "began in the last 6 months and is still there",
        ),
        "rising": (
            *("加重", "rising"),
            "一直没有平静过，近 6 个月明显比以前多",
            "never calm, and clearly more in the last 6 months than before",
        ),
        "persistent": (
            *("持续", "persistent"),
            "一直没有平静过，近 6 个月与以前相当",
            "never calm, and as much in the last 6 months as before",
        ),
        "intermittent": (
            *("反复", "intermittent"),
            "时好时坏，已是第三轮或更多，现在又在发生",
            "comes and goes: the third round or more, and there now",
        ),
        "relapsed": (
            *("复发", "relapsed"),
            "平静三个月以上后又出现，现在仍在发生",
            "had been calm for three months or more, and is back",
        ),
        "improving": (
            *("好转", "improving"),
            "已平静 3 至 5 个月，或近 6 个月明显比以前少",
            "calm for 3 to 5 months, or clearly less in the last 6 months than before",
        ),
        "resolved": (
            *("已解决", "resolved"),
            "已平静 6 个月以上",
            "calm for six months or more",
        ),
    }
)
"""Word and rule of each course in Chinese and English; the rules of `blockdata.analysis.lasting`,
in which a month is bad if it and the two before it have more than such places' rate explains."""

_MODELS = MappingProxyType(
    {
        "regression": (
            "按同类地方的负二项回归（类别、季节、基数、存在时长、其他上报多少）推算",
            "by negative binomial regression on category, season, exposure, age and other reports",
        ),
        "proportional": (
            "问题太少，不足以回归，按基数和存在时长的比例推算",
            "too few problems for a regression: in proportion to exposure and time there",
        ),
    }
)
_MEASURES = MappingProxyType(
    {"chronic": ("久治不愈", "chronic"), "recurring": ("反复发生", "recurring")}
)
_MISSING = "—"
_GROUPS = (
    (("component", "address", "crossing", "premises"), ("具体地点", "Spots")),
    (("building",), ("楼栋", "Buildings")),
    (("legal_entity",), ("单位", "Entities")),
    (("area", "cell"), ("成片的地方", "Areas and cells")),
)
"""Kinds of place by size, the smallest first: a community and a manhole are not alike."""


def group_of(place_kind: str) -> int:
    """Return in which group of like size a kind of place is; 0 are the spots.

    Examples
    --------
    >>> group_of("address"), group_of("cell:unit")
    (0, 3)
    """
    kind = place_kind.split(":", 1)[0]
    return next((n for n, (kinds, _) in enumerate(_GROUPS) if kind in kinds), len(_GROUPS) - 1)


def group_word(number: int, words: Words) -> str:
    """Return what a group of kinds of place is called."""
    return words.t(*_GROUPS[number][1])


def course_word(code: object, words: Words) -> str:
    """Return what a course is called; a dash where there is none.

    Examples
    --------
    >>> from blockdata.records import Catalogue
    >>> course_word("relapsed", Words("zh", Catalogue()))
    '复发'
    """
    known = _COURSES.get(str(code))
    return words.t(*known[:2]) if known else _MISSING


def course_rule(code: object, words: Words) -> str:
    """Return the rule by which a course is told; empty where there is none."""
    known = _COURSES.get(str(code))
    return words.t(*known[2:]) if known else ""


def model_words(code: object, words: Words) -> str:
    """Return how the expected number was found; empty where nothing was expected."""
    known = _MODELS.get(str(code))
    return words.t(*known) if known else ""


def measure_word(code: object, words: Words) -> str:
    """Return what the problems that a measure finds are called."""
    return words.t(*_MEASURES.get(str(code), _MEASURES["chronic"]))


def interval_text(row: Mapping[Hashable, Any], words: Words) -> str:
    """Write the interval of an excess, in brackets; empty where there is none.

    Examples
    --------
    >>> from blockdata.records import Catalogue
    >>> interval_text({"excess_low": 3.53, "excess_high": 12.5}, Words("en", Catalogue()))
    ' (3.5 to 12.5)'
    """
    if _is_missing(row.get("excess_low")):
        return ""
    low, high = tenth(row["excess_low"]), tenth(row["excess_high"])
    return words.t(f"（{low} 至 {high}）", f" ({low} to {high})")


def place_called(row: Mapping[Hashable, Any]) -> str:
    """Return what a place is called in a sentence: by name, else code, else id.

    Many components have one name, so that these are told with their code.

    Examples
    --------
    >>> place_called({"place_kind": "component", "place": "cmp1", "name": "井盖", "code": "0102"})
    '井盖 0102'
    """
    known = [str(row[c]) for c in ("name", "code") if not _is_missing(row.get(c))]
    if row["place_kind"] == "component" and len(known) > 1:
        return " ".join(known)
    return known[0] if known else str(row["place"])


def return_words(row: Mapping[Hashable, Any], recur_days: int, words: Words) -> str:
    """Say how often a problem came back after closing; empty where no closing was followed.

    Examples
    --------
    >>> from blockdata.records import Catalogue
    >>> row = {"closings": 9, "followed": 8, "returned": 6, "share": 0.75, "share_km": 0.78,
    ...        "median_days": 17.3}
    >>> return_words(row, 90, Words("en", Catalogue())).partition("; ")[2]
    'Kaplan-Meier 78.0%), half within 17 days'
    """
    if not _number(row.get("closings")):
        return words.t("没有办结过", "it was never closed")
    followed, back = _number(row.get("followed")), _number(row.get("returned"))
    if not followed:
        return words.t(
            f"办结 {whole(row['closings'])} 次，都还没有观察满 {recur_days} 天",
            f"closed {whole(row['closings'])} times, none yet followed for {recur_days} days",
        )
    km, naive = share(row.get("share_km")), share(row.get("share"))
    told = words.t(
        f"观察满 {recur_days} 天的 {followed} 次办结中有 {back} 次复发"
        f"（{naive}；按 Kaplan-Meier 估计 {km}）",
        f"of {followed} closings followed for {recur_days} days {back} came back "
        f"({naive}; Kaplan-Meier {km})",
    )
    if _is_missing(row.get("median_days")) or np.isinf(row["median_days"]):
        return told
    days = f"{max(round(float(row['median_days'])), 1)}"
    return told + words.t(f"，一半在 {days} 天内", f", half within {days} day{'s' * (days != '1')}")


def calm_words(row: Mapping[Hashable, Any], words: Words) -> str:
    """Return the course with its rule, and for how long it has been calm; empty without one."""
    word = course_word(row.get("course"), words)
    if word == _MISSING:
        return ""
    rule = course_rule(row.get("course"), words)
    calm = _number(row.get("calm_months"))
    if calm and row.get("course") in ("improving", "resolved"):
        rule += words.t(f"；平静已 {calm} 个月", f"; calm for {calm} months")
    return words.t(f"走势：{word}（{rule}）", f"course: {word} ({rule})")


def chronic_sentences(
    row: Mapping[Hashable, Any], name: str, days: tuple[int, int], words: Words
) -> str:
    """Say what a place has too much of, whether it comes back, and how it goes on.

    Parameters
    ----------
    row : mapping
        A row of the table `chronic`.
    name : str
        What the place is called.
    days : tuple of int
        Length of the window (of chronic problems whole months of 30 days count), and within how
        many days of closing a return counts.
    words : Words

    Returns
    -------
    str
        One or two sentences.

    Examples
    --------
    >>> from blockdata.records import Catalogue
    >>> row = {"measure": "recurring", "category": "noise", "episodes": 9, "expected": 2.0,
    ...        "excess": 6.1, "excess_low": None, "active_months": 7, "course": None}
    >>> chronic_sentences(row, "pier 3", (365, 90), Words("en", Catalogue()))[:76]
    'In the past 365 days noise came up 9 times at pier 3, in 7 months of 30 days'
    """
    window_days, recur_days = days
    category, episodes = row["category"], whole(row["episodes"])
    expected, excess = tenth(row["expected"]), tenth(row["excess"])
    interval = interval_text(row, words)
    if row["measure"] == "recurring":
        first = words.t(
            f"过去{window_days}天，{name}的{category}出现 {episodes} 次，"
            f"分布在 {whole(row.get('active_months'))} 个月（每月按30天）；"
            f"同类地方应为 {expected} 次，多出 {excess} 次{interval}。",
            f"In the past {window_days} days {category} came up {episodes} times at {name}, in "
            f"{whole(row.get('active_months'))} months of 30 days; such places should have "
            f"{expected}: {excess} too many{interval}.",
        )
        return first + _closing_sentence([calm_words(row, words)], words)
    window_days -= window_days % STEP_DAYS
    first = words.t(
        f"过去{window_days}天，{name}的{category}出现 {episodes} 次，"
        f"同类地方应为 {expected} 次，扣除偶然后多出 {excess} 次{interval}。",
        f"In the past {window_days} days {category} came up {episodes} times at {name}; such "
        f"places should have {expected}: {excess} too many{interval}, chance allowed for.",
    )
    more = [return_words(row, recur_days, words), calm_words(row, words)]
    return first + _closing_sentence(more, words)


def _closing_sentence(parts: list[str], words: Words) -> str:
    told = [part for part in parts if part]
    if not told:
        return ""
    text = words.t("；", "; ").join(told)
    return words.t(f"{text}。", f" {text[0].upper()}{text[1:]}.")


def _number(value: object) -> int:
    return 0 if _is_missing(value) else int(float(str(value)))


def _is_missing(value: object) -> bool:
    return value is None or bool(pd.isna(value))  # type: ignore[call-overload]
