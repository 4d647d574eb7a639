"""What the nightly run says of cases in codes, in the base's language."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import pandas as pd

from blockdata.link.responsibility import REASONS as UNIT_REASONS
from blockdata.records import codes
from blockdata.report.words import Words

__all__ = ["CaseWords"]

Pair = tuple[str, str]

_METHODS = MappingProxyType(
    {
        "text": ("按文本", "by text"),
        "code": ("按编码", "by code"),
        "name": ("按名称", "by name"),
        "via_address": ("经由地址", "by its address"),
        "coordinates": ("按坐标", "by coordinates"),
        "nearest_of_class": ("同类最近", "the nearest of its class"),
        "stated": ("来源写明", "stated by the source"),
        "source": ("来源写明", "stated by the source"),
        "address": ("按地址的位置", "by where its address is"),
        "description": ("按描述的位置", "by the described place"),
        "place": ("按地点", "by place"),
        "succession": ("按网格沿革", "by the succession of cells"),
        "decision": ("人工决定", "by a person’s decision"),
    }
)
_SIDES = MappingProxyType(
    {
        "address": ("地址", "the address"),
        "coordinates": ("坐标", "the coordinates"),
        "description": ("文字描述的位置", "the described place"),
        "address_text": ("地址文本", "the address text"),
        "address_code": ("地址编码", "the address code"),
        "component_code": ("部件编码", "the component code"),
        "camera_code": ("摄像头编码", "the camera code"),
    }
)
_CALLING = MappingProxyType(
    {
        "one_caller": ("同一来电人", "one caller"),
        "several_callers": ("不同来电人", "several callers"),
        "unknown": ("来电人不详", "caller unknown"),
    }
)
_RULES = MappingProxyType(
    {
        "entity": ("同一主体", "entity"),
        "component": ("同一部件", "component"),
        "building": ("同一楼栋", "building"),
        "near": ("位置相近", "near by"),
        "batch": ("同批部件", "batch"),
    }
)
"""By what cases of a chain are linked, in short; each link says more itself."""

_LIGHTS = MappingProxyType(
    {
        "red": ("红灯", "red"),
        "yellow": ("黄灯", "yellow"),
        "green": ("绿灯", "green"),
        "none": ("没有时限", "no limit"),
    }
)
_UNITS_EN = MappingProxyType(
    {
        "urgent_working_hour": "urgent working hours",
        "working_hour": "working hours",
        "working_day": "working days",
        "urgent_working_day": "urgent working days",
    }
)
_EXCLUDED = MappingProxyType(
    {
        "no reported_at": ("没有上报时间", "without a time"),
        "no place": ("落不到一处地方", "without a place"),
        "no category": ("没有类别", "without a category"),
        "default location": ("在来源的默认位置上", "at a default location of the source"),
        "uncertain place": ("地点把握不够", "whose place is too uncertain"),
        "after as_of": ("晚于截至时刻", "later than this page"),
    }
)
_STATES = MappingProxyType({"open": ("未了结", "open"), "closed": ("已了结", "closed")})
_MISSING = "—"


class CaseWords(Words):
    """The words of one language, those about cases among them.

    Examples
    --------
    >>> from blockdata.records import Catalogue
    >>> CaseWords("en", Catalogue()).side("component_code")
    'the component code'
    """

    def target(self, kind: str) -> str:
        """Return what a kind of target is called; "cell" stands for the cells of any layer."""
        return self.t("网格", "Cell") if kind == "cell" else self.place_kind(kind)

    def side(self, kind: str) -> str:
        """Return what one of two statements of a case that contradict each other is called."""
        if kind.startswith("cell:"):
            layer = self.layer(kind.removeprefix("cell:"))
            return self.t(f"来源写的{layer}", f"the {layer} that the source names")
        return self.t(*_SIDES[kind]) if kind in _SIDES else self.place_kind(kind)

    def method(self, code: object) -> str:
        """Return by what a link was made."""
        return self._told(_METHODS, code)

    def calling(self, code: object) -> str:
        """Return whether one caller or several reported."""
        return self._told(_CALLING, code)

    def rules(self, counted: object) -> str:
        """Return by which rules a chain was made, as "building 2, near 1" counts its links."""
        parts = [part.rpartition(" ") for part in str(counted).split(", ") if part]
        told = [f"{self._told(_RULES, name)} {count}" for name, _, count in parts]
        return self.t("、", ", ").join(told)

    def light(self, code: object) -> str:
        """Return what a light is called."""
        return self._told(_LIGHTS, code)

    def unit_reason(self, code: object) -> str:
        """Return why a unit may answer."""
        return self._told(UNIT_REASONS, code)

    def limit(self, limit: object, unit: object) -> str:
        """Return a limit with its unit, as 2 working days."""
        if pd.isna(limit) or pd.isna(unit):  # type: ignore[call-overload]
            return _MISSING
        own = str(unit)
        named = self.t(codes.TIME_LIMIT_UNIT.get(own, own), _UNITS_EN.get(own, own))
        return f"{float(str(limit)):g} {named}"

    def excluded(self, reason: object) -> str:
        """Return why a case is in no episode."""
        return self._told(_EXCLUDED, reason)

    def state(self, status: object) -> str:
        """Return what the status of an episode is called."""
        return self._told(_STATES, status)

    def moment(self, value: object, time_zone: str) -> str:
        """Return a time that is stored in UTC as the city's clocks showed it."""
        if not isinstance(value, pd.Timestamp) or pd.isna(value):
            return _MISSING
        return value.tz_localize("UTC").tz_convert(time_zone).strftime("%Y-%m-%d %H:%M")

    def _told(self, known: Mapping[str, Pair], code: object) -> str:
        if not isinstance(code, str):
            return _MISSING
        return self.t(*known.get(code, (code, code)))
