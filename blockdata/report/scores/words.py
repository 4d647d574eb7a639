"""How indicators and the scorecard are said: values with their unit, both counts, alarms."""

from __future__ import annotations

import datetime as dt
from collections.abc import Hashable, Mapping
from types import MappingProxyType
from typing import Any

import pandas as pd

from blockdata.report.words import Words

__all__ = [
    "LIGHTS",
    "WHOLE",
    "alarm_sentence",
    "amount",
    "better_words",
    "group_words",
    "light_words",
    "month_words",
    "number",
    "span_words",
    "unit_kind_words",
    "unit_words",
    "value_words",
]

WHOLE = "whole"
"""Layer, kind of unit and cell of the whole base."""

_MISSING = "—"
_UNITS = MappingProxyType(
    {
        "%": ("%", "%"),
        "h": ("小时", "hours"),
        "1/1000": ("/千", "per 1,000"),
        "1/10000": ("/万", "per 10,000"),
        "1/km": ("/公里", "per km"),
        "1/km²": ("/平方公里", "per km²"),
        "1/100km²": ("/百平方公里", "per 100 km²"),
        "1": ("", ""),
    }
)
LIGHTS = MappingProxyType(
    {"red": ("红", "red"), "yellow": ("黄", "yellow"), "green": ("绿", "green")}
)
_GROUPS = MappingProxyType(
    {
        "cases": ("案件处置", "Cases"),
        "places": ("地点与人口", "Places"),
        "housing": ("房屋", "Housing"),
        "components": ("部件", "Components"),
        "safety": ("安全", "Safety"),
        "cameras": ("视频", "Cameras"),
        "data": ("数据质量", "Data"),
    }
)


def number(value: float | None) -> str:
    """Write a figure shortly: whole ones with thousands apart, others with what tells something.

    Examples
    --------
    >>> [number(v) for v in (1234.0, 41.19, 0.9867, 13468.9, 0.00031, None)]
    ['1,234', '41.2', '0.99', '13,469', '0.00031', '—']
    """
    if value is None or pd.isna(value):
        return _MISSING
    size = abs(value)
    if value == int(value) or size >= 1000:
        return f"{value:,.0f}"
    if size >= 10:
        return f"{value:.1f}"
    return f"{value:.2f}" if size >= 0.1 else f"{value:.2g}"


def amount(value: float | None) -> str:
    """Write a numerator or denominator: whole ones in full, areas and lengths shortly.

    Examples
    --------
    >>> amount(18463.73), amount(0.834), amount(789.0)
    ('18,464', '0.83', '789')
    """
    return number(value)


def unit_words(unit: str, words: Words) -> str:
    """Return what a unit is called; one that is not known stays as it is."""
    return words.t(*_UNITS.get(unit, (unit, unit)))


def value_words(value: float | None, unit: str, words: Words) -> str:
    """Write a value with its unit.

    Examples
    --------
    >>> from blockdata.records import Catalogue
    >>> words = Words("zh", Catalogue())
    >>> [value_words(v, u, words) for v, u in ((41.19, "%"), (61.9, "h"), (14.2, "1/km"))]
    ['41.2%', '61.9 小时', '14.2/公里']
    """
    text, name = number(value), unit_words(unit, words)
    if text == _MISSING or not name:
        return text
    return f"{text}{name}" if name.startswith(("%", "/")) else f"{text} {name}"


def light_words(light: object, words: Words) -> str:
    """Return what a light is called; nothing where there is none."""
    return words.t(*LIGHTS[light]) if isinstance(light, str) else ""


def group_words(group: str, words: Words) -> str:
    """Return what a group of indicators is called; a city's own stays as it is."""
    return words.t(*_GROUPS.get(group, (group, group)))


def unit_kind_words(kind: str, words: Words) -> str:
    """Return what a kind of unit is called: the whole, departments, or cells of a layer."""
    if kind == WHOLE:
        return words.t("全区", "The whole")
    return words.t("部门", "department") if kind == "department" else words.layer(kind)


def month_words(month: dt.date | pd.Timestamp, words: Words) -> str:
    """Write a month.

    Examples
    --------
    >>> from blockdata.records import Catalogue
    >>> month_words(dt.date(2026, 10, 1), Words("zh", Catalogue()))
    '2026年10月'
    """
    return words.t(f"{month.year}年{month.month}月", f"{month.year}-{month.month:02d}")


def better_words(better: str, words: Words) -> str:
    """Return which way a figure is good."""
    return (
        words.t("越高越好", "high is good")
        if better == "high"
        else words.t("越低越好", "low is good")
    )


def span_words(row: Mapping[Hashable, Any], words: Words) -> str:
    """Write a rank and where it may truly stand; nothing where there is none.

    Examples
    --------
    >>> from blockdata.records import Catalogue
    >>> row = {"rank": 2, "rank_low": 1, "rank_high": 4, "ranked": 6}
    >>> span_words(row, Words("zh", Catalogue()))
    '2（1–4）/6'
    """
    if pd.isna(row["rank"]):
        return ""
    low, high = int(row["rank_low"]), int(row["rank_high"])
    span = f"{low}" if low == high else f"{low}–{high}"
    return words.t(
        f"{int(row['rank'])}（{span}）/{int(row['ranked'])}",
        f"{int(row['rank'])} ({span}) of {int(row['ranked'])}",
    )


def alarm_sentence(
    row: Mapping[Hashable, Any],
    definition: Mapping[Hashable, Any],
    name: str,
    words: Words,
    kept_since: dt.date | None = None,
) -> str:
    """Say what is beyond its threshold, by which counts, and since when.

    Parameters
    ----------
    row : mapping
        Of the table `indicator_alarm`: month, light, value, threshold, previous, months, since,
        is_new, sure, numerator, denominator.
    definition : mapping
        Of the table `indicator_definition`: zh, en, unit, bad.
    name : str
        What the cell is called.
    words : Words
    kept_since : date, optional
        The first month that is told: what began then may have begun before.

    Returns
    -------
    str
    """
    unit = str(definition["unit"])
    value, threshold = (value_words(row[c], unit, words) for c in ("value", "threshold"))
    month = month_words(row["month"], words)
    return "".join(
        (
            words.t(
                f"{name}：{month}{definition['zh']} {value}",
                f"{name}: {definition['en']} {value} in {month}",
            ),
            _counts(row, words),
            _beyond(row, definition, threshold, words),
            _since(row, unit, words, kept_since),
            _chance(row, unit, words),
            words.t("。", "."),
        )
    )


def _counts(row: Mapping[Hashable, Any], words: Words) -> str:
    if pd.isna(row["denominator"]):
        return ""
    text = f"{amount(row['numerator'])}/{amount(row['denominator'])}"
    return words.t(f"（{text}）", f" ({text})")


def _beyond(
    row: Mapping[Hashable, Any], definition: Mapping[Hashable, Any], threshold: str, words: Words
) -> str:
    line = light_words(row["light"], words)
    above = definition["bad"] == "above"
    return words.t(
        f"，{'高于' if above else '低于'}{line}线 {threshold}",
        f", {'above' if above else 'below'} the {line} line of {threshold}",
    )


def _since(row: Mapping[Hashable, Any], unit: str, words: Words, kept_since: dt.date | None) -> str:
    previous = value_words(row["previous"], unit, words)
    if int(row["months"]) == 1:
        new = words.t(f"；上月 {previous}，未越线", f"; {previous} the month before, within it")
        return new if row["is_new"] else ""
    since = month_words(row["since"], words)
    if kept_since is not None and pd.Timestamp(kept_since) == pd.Timestamp(row["since"]):
        since = words.t(f"{since}或更早", f"{since} or earlier")
    return words.t(
        f"；自{since}起已连续 {int(row['months'])} 个月，上月 {previous}",
        f"; so for {int(row['months'])} months, since {since} ({previous} the month before)",
    )


def _chance(row: Mapping[Hashable, Any], unit: str, words: Words) -> str:
    if row["sure"] or unit != "%":
        return ""
    return words.t("；数量不多，可能是偶然波动", "; the counts are small: it may be chance")
