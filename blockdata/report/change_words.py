"""What is said of what changed at a place: what came, went, changed, was done or was renumbered."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from types import MappingProxyType
from typing import Any

import pandas as pd

from blockdata.analysis.causes import told_bodies
from blockdata.grid.lineage.kinds import CHANGES
from blockdata.records import Catalogue
from blockdata.records.code_tables import COMPONENT
from blockdata.report.words import Words

__all__ = [
    "apart_words",
    "change_sentence",
    "day_text",
    "may_be_told",
    "sum_sentence",
    "thing_words",
]

_CAME = MappingProxyType(
    {
        "legal_entity": ("成立", "founded"),
        "component": ("普查登记", "surveyed first"),
        "camera": ("安装", "installed"),
        "address": ("启用", "taken into use"),
    }
)
_GONE = MappingProxyType(
    {
        "legal_entity": ("注销或迁出", "dissolved or moved away"),
        "component": ("不再登记", "no longer registered"),
        "address": ("停用", "no longer used"),
    }
)
_RELATIONS = MappingProxyType(
    {"own": ("本处", "the place itself"), "in": ("", ""), "near": ("旁边", "beside it")}
)
_RENUMBERED = MappingProxyType(
    {"merge": ("合并", "merged"), "split": ("拆分", "split"), "renumber": ("换号", "renumbered")}
)


def day_text(day: object) -> str:
    """Write a day; a dash where there is none."""
    return "—" if day is None or pd.isna(day) else str(pd.Timestamp(day).date())  # type: ignore[call-overload,arg-type]


def apart_words(days: object, words: Words) -> str:
    """Say how far a day lies from the beginning of the problem; empty where that is not known.

    Examples
    --------
    >>> from blockdata.records import Catalogue
    >>> apart_words(-12, Words("zh", Catalogue())), apart_words(3, Words("en", Catalogue()))
    ('比问题开始早 12 天', '3 days after the problem began')
    """
    if days is None or pd.isna(days):  # type: ignore[call-overload]
        return ""
    number = int(float(str(days)))
    if number == 0:
        return words.t("与问题开始同一天", "on the day the problem began")
    if number < 0:
        return words.t(f"比问题开始早 {-number} 天", f"{-number} days before the problem began")
    return words.t(f"比问题开始晚 {number} 天", f"{number} days after the problem began")


def thing_words(row: Mapping[Hashable, Any], words: Words) -> str:
    """Name a thing by its kind, name or code, and type.

    Examples
    --------
    >>> from blockdata.records import Catalogue
    >>> thing = {"kind": "premises", "name": "海风网吧", "code": "P1", "type": "网吧"}
    >>> thing_words(thing, Words("zh", Catalogue()))
    '重点场所“海风网吧”（网吧）'
    """
    # A sole trader has no name here: what it is says more than its number.
    known = ("name", "type") if row["kind"] == "legal_entity" else ("name", "code")
    name = next((str(row[c]) for c in known if _text(row.get(c))), "")
    kind = words.kind(str(row["kind"]))
    type_ = "" if row["kind"] == COMPONENT else _text(row.get("type"))
    named = words.t(f"“{name}”", f" “{name}”") if name else ""
    typed = words.t(f"（{type_}）", f" ({type_})") if type_ and type_ != name else ""
    return f"{kind}{named}{typed}"


def change_sentence(row: Mapping[Hashable, Any], words: Words) -> str:
    """Say what changed, when, and how far from the beginning of the problem.

    Parameters
    ----------
    row : mapping
        what ("came", "registered", "gone", "changed", "replaced", "intervention", "grid",
        "renumbered" or "renamed"), on, days, relation, kind, id, name, code, type, field, before,
        after, until, department, distance_m; what does not apply is missing.
    words : Words

    Returns
    -------
    str

    Examples
    --------
    >>> from blockdata.records import Catalogue
    >>> row = {"what": "came", "on": "2026-03-01", "days": -9, "relation": "in", "name": "春峰饭店",
    ...        "kind": "legal_entity", "type": "餐饮业"}
    >>> change_sentence(row, Words("zh", Catalogue()))
    '2026-03-01 法人“春峰饭店”（餐饮业）成立，比问题开始早 9 天。'
    """
    said = _SAID[str(row["what"])](row, words)
    apart = apart_words(row.get("days"), words)
    where = _where(row, words)
    if words.lang == "zh":
        return f"{day_text(row['on'])} {where}{said}{f'，{apart}' if apart else ''}。"
    beside = f" ({where})" if where else ""
    return f"{day_text(row['on'])}: {said}{beside}{f', {apart}' if apart else ''}."


def sum_sentence(row: Mapping[Hashable, Any], words: Words) -> str:
    """Say how much of a kind came to a cell or an area and went from it around the beginning.

    Examples
    --------
    >>> from blockdata.records import Catalogue
    >>> row = {"kind": "legal_entity", "came": 12, "went": 3, "since": "2026-01-01",
    ...        "until": "2026-07-01"}
    >>> sum_sentence(row, Words("zh", Catalogue()))
    '2026-01-01 至 2026-07-01：法人新增 12、减少 3。'
    """
    span = words.t(
        f"{day_text(row['since'])} 至 {day_text(row['until'])}：",
        f"{day_text(row['since'])} to {day_text(row['until'])}: ",
    )
    kind = words.kind(str(row["kind"]))
    came, went = int(row["came"]), int(row["went"])
    return span + words.t(f"{kind}新增 {came}、减少 {went}。", f"{kind}: {came} came, {went} went.")


def _where(row: Mapping[Hashable, Any], words: Words) -> str:
    relation = words.t(*_RELATIONS.get(str(row.get("relation")), ("", "")))
    distance = row.get("distance_m")
    if row.get("relation") == "near" and _text(distance):
        return relation + words.t(f" {float(str(distance)):.0f} 米的", f", {distance:.0f} m")
    return relation


def _came(row: Mapping[Hashable, Any], words: Words) -> str:
    verb = words.t(*_CAME.get(str(row["kind"]), ("启用", "came")))
    return words.t(f"{thing_words(row, words)}{verb}", f"{thing_words(row, words)} {verb}")


def _registered(row: Mapping[Hashable, Any], words: Words) -> str:
    thing = thing_words(row, words)
    return words.t(f"{thing}首次出现在登记中", f"{thing} first stood in the register")


def _gone(row: Mapping[Hashable, Any], words: Words) -> str:
    verb = words.t(*_GONE.get(str(row["kind"]), ("不再登记", "no longer registered")))
    return words.t(f"{thing_words(row, words)}{verb}", f"{thing_words(row, words)} {verb}")


def _changed(row: Mapping[Hashable, Any], words: Words) -> str:
    label = words.field(str(row["kind"]), str(row["field"]))
    before, after = _value(row, "before", words), _value(row, "after", words)
    thing = thing_words(row, words)
    return words.t(
        f"{thing}的{label}由“{before}”改为“{after}”",
        f"{thing}: {label} changed from “{before}” to “{after}”",
    )


def _replaced(row: Mapping[Hashable, Any], words: Words) -> str:
    thing = thing_words(row, words)
    return words.t(f"{thing}换成了新的", f"{thing} was replaced by a new one")


def _intervention(row: Mapping[Hashable, Any], words: Words) -> str:
    ends, by = _text(row.get("until")), _text(row.get("department"))
    until = words.t(f"至 {day_text(row['until'])}", f"until {day_text(row['until'])}")
    more = words.t("，", ", ").join(part for part in (until if ends else "", by) if part)
    named = words.t(f"开始治理：{row['name']}", f"works began: {row['name']}")
    return named + (words.t(f"（{more}）", f" ({more})") if more else "")


def _grid(row: Mapping[Hashable, Any], words: Words) -> str:
    zh, en = CHANGES.get(str(row["field"]), (str(row["field"]), str(row["field"])))
    before, after = _text(row.get("before")) or "—", _text(row.get("after")) or "—"
    return words.t(
        f"网格{zh}：{before} → {after}", f"the grid was drawn anew ({en}): {before} → {after}"
    )


def _renumbered(row: Mapping[Hashable, Any], words: Words) -> str:
    verb = words.t(*_RENUMBERED.get(str(row["field"]), ("变更", "changed")))
    return words.t(
        f"地址{verb}：{row['before']} → {row['after']}",
        f"address {verb}: {row['before']} → {row['after']}",
    )


def _renamed(row: Mapping[Hashable, Any], words: Words) -> str:
    return words.t(
        f"路名或小区名由“{row['before']}”改为“{row['after']}”",
        f"“{row['before']}” was renamed “{row['after']}”",
    )


_SAID = MappingProxyType(
    {
        "came": _came,
        "registered": _registered,
        "gone": _gone,
        "changed": _changed,
        "replaced": _replaced,
        "intervention": _intervention,
        "grid": _grid,
        "renumbered": _renumbered,
        "renamed": _renamed,
    }
)


def may_be_told(field: str, value: object) -> bool:
    """Whether a value is there, and is not a name that may be a person's.

    Owners and keepers may be private people.

    Examples
    --------
    >>> may_be_told("owner_name", "滨河区环卫中心"), may_be_told("owner_name", "赵某")
    (True, False)
    """
    text = _text(value)
    if not field.endswith("_name"):
        return bool(text)
    return bool(text) and not told_bodies(pd.Series([text])).isna().iloc[0]


def _value(row: Mapping[Hashable, Any], side: str, words: Words) -> str:
    """Return a value of a field as a reader knows it: with the label of its code list."""
    text = _text(row.get(side))
    if not text:
        return words.t("空", "nothing")
    if not may_be_told(str(row["field"]), text):
        return words.t("个人", "a private person")
    for field in _fields(words.catalogue, str(row["kind"])):
        if field.name == row["field"] and field.codes and words.lang == "zh":
            return str(field.codes.get(text, text))
    return text.removesuffix(".0")


def _fields(catalogue: Catalogue, kind: str) -> tuple[Any, ...]:
    return tuple(catalogue.kind(kind).fields)


def _text(value: object) -> str:
    return "" if value is None or pd.isna(value) else str(value)  # type: ignore[call-overload]
