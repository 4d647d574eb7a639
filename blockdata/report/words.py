"""The report's words in Chinese and English, and how it writes numbers."""

from __future__ import annotations

import re
from dataclasses import dataclass
from types import MappingProxyType

import pandas as pd

from blockdata.analysis import EXPOSURE_WORDS, describe_reason
from blockdata.errors import DeclarationError
from blockdata.records import Catalogue, Kind, codes
from blockdata.records.checks import REASONS
from blockdata.records.code_tables import Standing
from blockdata.records.tables import GEOM

_H3_LAYER = re.compile(r"h3_(\d+)")
_COLUMNS = MappingProxyType(
    {
        GEOM.name: ("几何", "Geometry"),
        "address_id": ("统一地址编号", "Address id"),
        "match_score": ("匹配把握", "Probability of the match"),
        "match_level": ("匹配到的层级", "Level of the match"),
        "located_by": ("定位依据", "Located by"),
        "location_radius_m": ("定位误差（米）", "Location radius (m)"),
    }
)
"""Labels of columns that no kind declares."""

_LAYERS_EN = MappingProxyType(
    {
        "responsibility": "responsibility grid",
        "unit": "unit grid",
        "extended": "extended grid",
        "community": "community",
    }
)

_QUARANTINE_STATUS = MappingProxyType(
    {
        "open": ("待处理", "open"),
        "replayed": ("已重放入库", "replayed"),
        "superseded": ("已被后来的交付更正", "superseded by a later delivery"),
        "ignored": ("决定不予处理", "decided to be ignored"),
    }
)

_OWNER_GROUPS = MappingProxyType(
    {
        "all": ("全部", "all owners"),
        "city_management": ("城市管理", "city management"),
        "police": ("公安", "police"),
        "traffic": ("交警和交通", "traffic"),
        "other": ("其他单位", "others"),
    }
)

_STANDINGS = MappingProxyType(
    {
        Standing.NATIONAL: ("国家标准类别", "national class"),
        Standing.LOCAL: ("本地扩展类别", "class of the city's own"),
        Standing.UNLISTED: ("代码表未收录", "not in the part of the table that is known"),
        Standing.UNKNOWN: ("标准中没有的代码", "code that the edition does not have"),
        Standing.OTHER: ("标准版本不明或自定", "edition unknown, or a scheme of the city's own"),
    }
)

_MISSING = "—"
_SMALLEST_Q = 0.001
_SMALLEST_TENTH = 0.05


@dataclass(frozen=True)
class Words:
    """The words of one language.

    Parameters
    ----------
    lang : str
        "zh" or "en".
    catalogue : Catalogue
        Record kinds, whose labels are used.

    Examples
    --------
    >>> Words("en", Catalogue()).kind("building")
    'Building'
    """

    lang: str
    catalogue: Catalogue

    def t(self, zh: str, en: str) -> str:
        """Return the text of this language."""
        return zh if self.lang == "zh" else en

    def kind(self, name: str) -> str:
        """Return the label of a record kind; a name that is none stays as it is."""
        kind = self._kind(name)
        return self.t(kind.zh, kind.en) if kind else name

    def field(self, kind_name: str, name: str) -> str:
        """Return the label of a kind's field or of a column of the base; others stay."""
        if name in _COLUMNS:
            return self.t(*_COLUMNS[name])
        kind = self._kind(kind_name)
        for field in kind.fields if kind else ():
            if field.name == name:
                return self.t(field.zh, field.en)
        return name

    def _kind(self, name: str) -> Kind | None:
        try:
            return self.catalogue.kind(name)
        except DeclarationError:
            return None

    def layer(self, name: str) -> str:
        """Return the label of a layer of cells; a city's own layer is called by its name."""
        zh = {**codes.GRID_LAYER, **codes.AREA_LEVEL}
        if resolution := _H3_LAYER.fullmatch(name):
            size = resolution.group(1)
            return self.t(f"H3 {size} 级六边形", f"H3 cell of resolution {size}")
        return self.t(zh.get(name, name), _LAYERS_EN.get(name, name))

    def place_kind(self, name: str) -> str:
        """Return the label of a kind of place: a record kind, or the cells of a layer."""
        if name == "crossing":
            return self.t("路口", "Crossing")
        return self.layer(name.removeprefix("cell:")) if ":" in name else self.kind(name)

    def exposure(self, name: str) -> str:
        """Return what an exposure is called."""
        return self.t(*EXPOSURE_WORDS.get(name, (name, name)))

    def untested(self, code: str) -> str:
        """Return why something was not tested."""
        reason = describe_reason(code)
        return self.t(reason.zh, reason.en)

    def rejected(self, code: str) -> str:
        """Return why a row was set aside; a loader's own code stays as it is."""
        return self.t(*REASONS.get(code, (code, code)))

    def verb(self, code: str) -> str:
        """Return what a kind of decision is called."""
        return self.t(codes.DECISION_VERB.get(code, code), code)

    def owner_group(self, name: str) -> str:
        """Return what a group of owners of cameras is called; a city's own stays as it is."""
        return self.t(*_OWNER_GROUPS.get(name, (name, name)))

    def standing(self, standing: Standing) -> str:
        """Return what an edition says about a class code."""
        return self.t(*_STANDINGS[standing])

    def mode(self, code: str) -> str:
        """Return what a mode of delivery is called."""
        return self.t(codes.DELIVERY_MODE.get(code, code), code)

    def quarantine_status(self, code: str) -> str:
        """Return what has become of a rejected row."""
        return self.t(*_QUARANTINE_STATUS.get(code, (code, code)))


def whole(value: object) -> str:
    """Write a whole number with thousands apart.

    Examples
    --------
    >>> whole(1234567), whole(None)
    ('1,234,567', '—')
    """
    if _is_missing(value):
        return _MISSING
    # A column of whole numbers with gaps comes out of pandas as floats.
    return f"{int(value) if isinstance(value, float) else int(str(value)):,}"


def tenth(value: float | None) -> str:
    """Write a number with one decimal; what would round to nothing is told as small.

    Examples
    --------
    >>> tenth(2.14), tenth(0.01), tenth(float("nan"))
    ('2.1', '<0.1', '—')
    """
    if value is None or pd.isna(value):
        return _MISSING
    return "<0.1" if 0 < value < _SMALLEST_TENTH else f"{value:,.1f}"


def q_value(value: float | None) -> str:
    """Write a q value with three decimals.

    Examples
    --------
    >>> q_value(0.0312), q_value(1e-9)
    ('0.031', '<0.001')
    """
    if value is None or pd.isna(value):
        return _MISSING
    return "<0.001" if value < _SMALLEST_Q else f"{value:.3f}"


def percent(part: int, of: int) -> str:
    """Write a share in percent; never 0 or 100 unless it is none or all.

    Examples
    --------
    >>> percent(1, 3), percent(999_999, 1_000_000), percent(0, 0)
    ('33.3%', '>99.9%', '—')
    """
    return share(part / of) if of else _MISSING


def share(value: float | None) -> str:
    """Write a probability or a share in percent; never 0 or 100 unless it is none or all.

    Examples
    --------
    >>> share(0.934), share(0.9999), share(1.0), share(0.0002), share(None)
    ('93.4%', '>99.9%', '100%', '<0.1%', '—')
    """
    if value is None or pd.isna(value):
        return _MISSING
    text = f"{100 * value:.1f}%"
    if text == "100.0%":
        return "100%" if value == 1 else ">99.9%"
    if text == "0.0%":
        return "0%" if value == 0 else "<0.1%"
    return text


def metres(value: float | None) -> str:
    """Write a distance in whole metres, without the unit.

    Examples
    --------
    >>> metres(1234.4), metres(None)
    ('1,234', '—')
    """
    return _MISSING if value is None or pd.isna(value) else f"{value:,.0f}"


def _is_missing(value: object) -> bool:
    return value is None or bool(pd.isna(value))  # type: ignore[call-overload]
