"""What the sections and columns of a place's page are called, and its codes in words."""

from __future__ import annotations

from types import MappingProxyType
from typing import Any

import pandas as pd

from blockdata.errors import DeclarationError
from blockdata.records import codes
from blockdata.report.chronic_words import course_word, measure_word
from blockdata.report.words import Words, q_value, share, tenth

__all__ = ["SHOWN", "column_label", "section_title", "shown"]

_TITLES = MappingProxyType(
    {
        "alias": ("别名", "Aliases"),
        "cell": ("所在网格", "Cells"),
        "standing": ("此处有", "What stands there"),
        "incident": ("案件", "Cases"),
        "episode": ("问题", "Episodes"),
        "chronic": ("久治不愈", "Chronic or recurring"),
        "hotspot": ("所在的热点", "Hot spots it lies in"),
        "chain": ("串并链", "Chains"),
        "indicator": ("所在网格的体征", "Indicators of its cells"),
        "patrol_task": ("待巡查", "To patrol"),
        "upkeep_task": ("待核实的登记", "Registers to check"),
        "camera_near": ("够得到的监控（不计遮挡）", "Cameras in range, nothing in the way"),
        "link": ("案件怎样关联到此处", "How cases are linked to it"),
        "contradiction": ("互相矛盾的线索", "Contradictions"),
    }
)
SHOWN = MappingProxyType(
    {
        "incident": (
            *("case_no", "reported_at", "category", "channel", "status", "closed_at"),
            *("department_name", "result", "sent_back", "reopened", "satisfaction"),
        ),
        "episode": (
            *("category", "first_reported", "last_reported", "closed_at", "status", "reports"),
            *("reopenings", "administrative_closings"),
        ),
        "chronic": (
            *("place_kind", "category", "measure", "course", "episodes", "expected", "excess"),
            *("closings", "returned", "share", "share_km", "q", "rank", "reason"),
        ),
        "hotspot": (
            *("layer", "window_days", "category", "count", "expected", "excess", "ratio", "q"),
        ),
        "chain": ("cases", "here", "first_reported", "last_reported", "span_days", "strength"),
        "indicator": ("layer", "cell_name", "month", "indicator_name", "value", "unit", "light"),
        "patrol_task": ("task_on", "no", "name", "categories", "why"),
        "upkeep_task": ("task_on", "no", "kind", "name", "why"),
        "camera_near": ("name", "owner_group", "distance_m", "range_m"),
        "link": ("target_kind", "method", "incidents", "probability"),
        "contradiction": ("incident", "first_kind", "second_kind", "distance_m", "allowed_m"),
        "cell": ("layer", "code", "name"),
        "standing": ("relation", "kind", "count", "names"),
    }
)
"""Columns that the page shows of each section; of a record those that its kind declares. Of
indicators only those with a light."""

_COLUMNS = MappingProxyType(
    {
        "text": ("文本", "Text"),
        "alias_kind": ("别名类型", "Kind of alias"),
        "layer": ("网格层", "Layer"),
        "code": ("编码", "Code"),
        "name": ("名称", "Name"),
        "kind": ("类型", "Kind"),
        "relation": ("关系", "Relation"),
        "count": ("数量", "Count"),
        "names": ("名称", "Names"),
        "result": ("办结结果", "Result"),
        "sent_back": ("回退", "Sent back"),
        "reopened": ("重开", "Reopened"),
        "first_reported": ("首次上报", "First reported"),
        "last_reported": ("末次上报", "Last reported"),
        "closed_at": ("办结时间", "Closed"),
        "status": ("状态", "Status"),
        "reports": ("上报数", "Reports"),
        "reopenings": ("重开", "Reopened"),
        "administrative_closings": ("行政办结", "Administrative closings"),
        "place_kind": ("地方类型", "Kind of place"),
        "category": ("类别", "Category"),
        "measure": ("判断", "Measure"),
        "course": ("走势", "Course"),
        "episodes": ("出现", "Episodes"),
        "expected": ("应有", "Expected"),
        "excess": ("多出", "Excess"),
        "closings": ("办结", "Closings"),
        "returned": ("复发", "Came back"),
        "share": ("复发比例", "Share back"),
        "share_km": ("复发比例（K-M）", "Share back (K-M)"),
        "rank": ("名次", "Rank"),
        "reason": ("未检验的原因", "Not tested because"),
        "window_days": ("天数", "Days"),
        "ratio": ("倍数", "Ratio"),
        "cases": ("案件数", "Cases"),
        "here": ("其中在此处", "Of these here"),
        "span_days": ("跨度（天）", "Span (days)"),
        "strength": ("强度", "Strength"),
        "cell_name": ("网格", "Cell"),
        "month": ("月份", "Month"),
        "indicator_name": ("体征", "Indicator"),
        "value": ("数值", "Value"),
        "unit": ("单位", "Unit"),
        "light": ("警示", "Light"),
        "task_on": ("日期", "Day"),
        "no": ("序", "No."),
        "categories": ("类别", "Categories"),
        "why": ("原因", "Why"),
        "owner_group": ("归属", "Owner group"),
        "distance_m": ("距离（米）", "Distance (m)"),
        "range_m": ("可视距离（米）", "Range (m)"),
        "target_kind": ("关联到", "Linked to"),
        "method": ("依据", "By"),
        "incidents": ("案件数", "Cases"),
        "probability": ("平均把握", "Mean probability"),
        "incident": ("案件", "Case"),
        "first_kind": ("线索一", "First"),
        "second_kind": ("线索二", "Second"),
        "allowed_m": ("允许距离（米）", "Allowed (m)"),
        "class_name": ("部件类别", "Class"),
        "valid_from": ("自", "From"),
        "valid_to": ("至（不含）", "Until"),
        "id": ("编号", "Id"),
        "x": ("东坐标（米）", "East (m)"),
        "y": ("北坐标（米）", "North (m)"),
    }
)
_STATES = MappingProxyType(
    {
        "open": ("未结", "open"),
        "closed": ("已结", "closed"),
        "void": ("作废", "void"),
        "suspended": ("挂账", "suspended"),
        "chronic": ("久治不愈", "chronic"),
        "recurring": ("反复发生", "recurring"),
    }
)
_LIGHTS = MappingProxyType(
    {"green": ("绿", "green"), "yellow": ("黄", "yellow"), "red": ("红", "red")}
)
_RELATIONS = MappingProxyType(
    {
        "own": ("本处", "itself"),
        "in": ("其中", "in it"),
        "near": ("30 米内", "within 30 m"),
        "owner": ("权属于它", "it owns"),
        "keeper": ("由它养护", "it keeps"),
    }
)


def section_title(name: str, words: Words) -> str:
    """Return what a section is called: its own title, else the label of the record kind."""
    return words.t(*_TITLES[name]) if name in _TITLES else words.kind(name)


def column_label(section: str, name: str, words: Words) -> str:
    """Return what a column is called: by the field's declaration, else by this table."""
    label = words.field(section, name)
    return words.t(*_COLUMNS[name]) if label == name and name in _COLUMNS else label


def shown(section: str, frame: pd.DataFrame, words: Words, method_words: Any) -> pd.DataFrame:
    """Return what a page shows of a section: its columns, codes told in words.

    Parameters
    ----------
    section : str
    frame : DataFrame
    words : Words
    method_words : callable
        Takes the code of a method of linking to its words.
    """
    told = frame
    if section in ("patrol_task", "upkeep_task"):
        told = told.assign(why=told[f"why_{words.lang}"])
    if section == "indicator":
        lit = told[told["light"].isin(["yellow", "red"])]
        told = lit.assign(indicator_name=lit[words.lang], unit=lit["unit"].replace("1", None))
    wanted = SHOWN.get(section) or _declared(section, words) or tuple(told.columns)
    told = told[[c for c in wanted if c in told.columns]]
    filled = [c for c in told.columns if told[c].notna().any()]
    say = {
        "place_kind": words.place_kind,
        "target_kind": words.place_kind,
        "first_kind": words.place_kind,
        "second_kind": words.place_kind,
        "kind": lambda code: (
            words.t("人口（取整）", "people (rounded)") if code == "people" else words.kind(code)
        ),
        "layer": words.layer,
        "course": lambda code: course_word(code, words),
        "measure": lambda code: measure_word(code, words),
        "reason": words.untested,
        "share": share,
        "share_km": share,
        "probability": share,
        "expected": tenth,
        "excess": tenth,
        "ratio": tenth,
        "q": q_value,
        "light": lambda code: words.t(*_LIGHTS.get(code, (code, code))),
        "relation": lambda code: words.t(*_RELATIONS.get(code, (code, code))),
        "owner_group": words.owner_group,
        "method": method_words,
        "alias_kind": lambda code: words.t(codes.ALIAS_KIND.get(code, code), code),
    }
    if section in ("episode", "incident"):
        say["status"] = lambda code: words.t(*_STATES.get(code, (code, code)))
    return told[filled].assign(
        **{
            column: told[column].map(
                say.get(column) or _of_the_list(section, column, words), na_action="ignore"
            )
            for column in filled
        }
    )


def _declared(section: str, words: Words) -> tuple[str, ...]:
    """Return the columns of a record that are about the thing, not about the row."""
    try:
        kind = words.catalogue.kind(section)
    except DeclarationError:
        return ()
    fields = [f.name for f in kind.fields]
    if "class_code" in fields:
        fields.insert(fields.index("class_code") + 1, "class_name")
    since = () if kind.begins else ("valid_from",)
    return (*fields, "text", *since, "valid_to")


def _of_the_list(section: str, column: str, words: Words) -> Any:
    """Return how a value is shown: by the field's code list, lists joined, else as it is."""
    listed: Any = {}
    try:
        for field in words.catalogue.kind(section).fields:
            if field.name == column and field.codes and words.lang == "zh":
                listed = field.codes
    except DeclarationError:
        pass
    joint = words.t("、", ", ")

    def show(value: Any) -> Any:
        if isinstance(value, list):
            return joint.join(map(str, value))
        return listed.get(value, value) if isinstance(value, str) else value

    return show
