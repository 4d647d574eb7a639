"""What the nightly run says of one case, in the base's language."""

from __future__ import annotations

from types import MappingProxyType

import pandas as pd

from blockdata.records import codes
from blockdata.report.cases import words as of_the_page
from blockdata.views.cases.hints import WHY_EMPTY

__all__ = ["PHRASES_ZH", "CaseWords"]

PHRASES_ZH = MappingProxyType(
    {
        "its text names the address": "地址文本写明该地址",
        "its code is the address's": "地址编码即该地址",
        "its text names what is registered there": "文本写明的单位登记在该地址",
        "its coordinates agree": "坐标相符",
        "its coordinates are too far away": "坐标相距过远",
        "it is the building of the address": "是该地址所在建筑",
        "the address has several": "该地址有多栋建筑",
        "its coordinates are there": "坐标落在该处",
        "it has its code": "写明了它的编码",
        "it is near and of the category's class": "位置相近且属于该类别对应的部件类",
        "its code is in no catalogue": "所写编码不在名录中",
        "its place lies there": "地点落在其中",
        "the source names the cell": "来源写明该网格",
        "the source names another": "来源写的是另一个",
        "its text has the name": "文本中有该名称",
        "the address is the same": "地址相同",
        "the address is another": "地址不同",
        "several have the name": "同名的有多个",
        "a person decided": "人工决定",
        "the source names the area": "来源写明该区划",
        "where the source puts what it cannot place": "来源把定不了位的案件都放在这里",
        "the cell that the source names has ended": "来源所写网格已撤销",
        (
            "of its successors this one has the largest share of its buildings, or of its land "
            "where it has none"
        ): "取继承其建筑（没有建筑则取土地）最多的网格",
    }
)
"""Chinese for phrases that result tables hold in English; others stay as they are."""

_MADE = MappingProxyType(
    {
        "coordinates": ("坐标", "its coordinates"),
        "address": ("地址的点位", "the point of its address"),
        "description": ("文字描述的位置", "the place that its text describes"),
    }
)
_BASES = MappingProxyType(
    {
        "stated": ("案件写明立案条件", "the case states its opening condition"),
        "only": ("该事项只有一个立案条件", "the matter has one opening condition only"),
        "strictest": (
            "案件未写明立案条件，按最严的",
            "the case states no opening condition: the strictest",
        ),
        "none": ("没有对应的时限", "no limit applies"),
    }
)
_ANSWERS = MappingProxyType(
    {
        "links": ("关联", "links"),
        "contradictions": ("互相矛盾的线索", "contradictions"),
        "unmapped": ("未对应到代码的类别", "categories that are mapped to no class"),
        "occurrences": ("重复上报的事件", "occurrences reported more than once"),
        "chains": ("串并链", "chains"),
        "open_episodes": ("未结问题", "open episodes"),
        "due_soon": ("临期和超期案件", "cases overdue or soon due"),
        "ownerless": ("无主事项", "matters without an owner"),
        "disputed_duties": ("争议事项", "matters in dispute"),
        "disputed_borders": ("争议边界", "borders in dispute"),
    }
)
_STEPS_EN = MappingProxyType({"sent_back": "sent back"})
_BY_TABLE = ("按对照表", "by the table of categories")
_DEFAULT_LOCATION = ("默认位置", "default location")
_MISSING = "—"


class CaseWords(of_the_page.CaseWords):
    """The words of the page about cases, and those that one case alone needs.

    Examples
    --------
    >>> from blockdata.records import Catalogue
    >>> CaseWords("zh", Catalogue()).phrase("it has its code; its place lies there")
    '写明了它的编码；地点落在其中'
    """

    def answer(self, name: str) -> str:
        """Return what an answer of the nightly run is called."""
        return self._told(_ANSWERS, name)

    def thing(self, kind: object) -> str:
        """Return what a kind of target is called."""
        if kind == "default_location":
            return self.t(*_DEFAULT_LOCATION)
        return self.place_kind(str(kind))

    def mapped_by(self, method: object) -> str:
        """Return by what a category was mapped."""
        return self.t(*_BY_TABLE) if method == "table" else self.method(method)

    def made(self, code: object) -> str:
        """Return of what the point was made at which a case stands."""
        return self._told(_MADE, code)

    def basis(self, code: object) -> str:
        """Return why a limit is the one that holds."""
        return self._told(_BASES, code)

    def step(self, code: str) -> str:
        """Return what a step of a case is called."""
        return self.t(codes.INCIDENT_STEP.get(code, code), _STEPS_EN.get(code, code))

    def disorder(self, text: object) -> str:
        """Return which steps are out of order, as "handled before accepted"."""
        after, between, before = str(text).partition(" before ")
        if not between:
            return str(text)
        return self.t(
            f"{self.step(after)}早于{self.step(before)}",
            f"{self.step(after)} before {self.step(before)}",
        )

    def phrase(self, text: object) -> str:
        """Return evidence, phrases separated by semicolons, in this language."""
        if not isinstance(text, str):
            return _MISSING
        if self.lang != "zh":
            return text
        return "；".join(PHRASES_ZH.get(part, part) for part in text.split("; "))

    def calling_of_pairs(self, caller: pd.Series) -> pd.Series:
        """Return of pairs whether one caller or several reported."""
        return caller.map({"same": "one_caller", "different": "several_callers"}).fillna("unknown")

    def hinted(self, rows: pd.DataFrame, answer: str) -> pd.DataFrame:
        """Say beside an empty table, in `attrs`, what would fill it."""
        if rows.empty:
            rows.attrs["summary"] = self.t(*WHY_EMPTY[answer])
        return rows
