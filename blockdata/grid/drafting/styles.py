"""How QGIS shows the layers of a draft: names of fields, colours, codes as labels."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from xml.sax.saxutils import quoteattr

import pandas as pd

__all__ = ["ALIASES", "style_table"]

ALIASES: Mapping[str, str] = MappingProxyType(
    {
        "code": "网格代码",
        "name": "网格名称",
        "community_code": "所属社区代码",
        "parent_code": "责任网格代码",
        "use": "用地",
        "site": "整块单位",
        "area_m2": "面积（平方米）",
        "units": "单元网格数",
        "people": "人口",
        "incidents": "案件数",
        "deviation_people": "人口偏差",
        "deviation_incidents": "案件偏差",
        "remark": "备注",
        "finding": "问题",
        "layer": "图层",
        "cell": "网格",
        "other": "相关对象",
        "measure": "数值",
        "unit": "单位",
        "street_class": "道路等级",
        "width_m": "宽度（米）",
    }
)
"""Chinese name of each field of a draft."""

_LOOKS: Mapping[str, tuple[str, str, str, float]] = MappingProxyType(
    {
        "draft_unit": ("fill", "255,255,255,0", "192,57,43,255", 0.4),
        "draft_responsibility": ("fill", "255,255,255,0", "31,78,121,255", 1.0),
        "finding": ("fill", "255,0,0,110", "255,0,0,255", 0.6),
        "community": ("fill", "255,255,255,0", "0,0,0,255", 0.8),
        "building": ("fill", "160,160,160,255", "120,120,120,255", 0.1),
        "street": ("line", "", "140,160,190,255", 0.4),
        "sent_unit": ("fill", "255,255,255,0", "190,190,190,255", 0.2),
        "sent_responsibility": ("fill", "255,255,255,0", "190,190,190,255", 0.3),
    }
)
"""Kind of symbol, colour of the area and of the line, width of the line in millimetres."""

_LABELLED = frozenset({"draft_unit", "draft_responsibility"})


def style_table(layers: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Return the rows of the table `layer_styles` from which QGIS takes a layer's style.

    Parameters
    ----------
    layers : mapping of str to DataFrame
        The attributes of each layer.

    Returns
    -------
    DataFrame
        As QGIS declares it; one default style for each layer that has one here.
    """
    shown = [name for name in layers if name in _LOOKS]
    return pd.DataFrame(
        {
            "f_table_catalog": "",
            "f_table_schema": "",
            "f_table_name": shown,
            "f_geometry_column": "geom",
            "styleName": shown,
            "styleQML": [_qml(name, list(layers[name].columns)) for name in shown],
            "styleSLD": "",
            "useAsDefault": True,
            "description": "",
            "owner": "",
            "ui": "",
        }
    )


def _qml(layer: str, columns: list[str]) -> str:
    aliases = "".join(
        f'<alias field={quoteattr(c)} index="{n}" name={quoteattr(ALIASES.get(c, c))}/>'
        for n, c in enumerate(columns, start=1)
    )
    labels = _labels() if layer in _LABELLED else ""
    return (
        "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>"
        f'<qgis version="3.28.0" labelsEnabled="{int(bool(labels))}">'
        f"<aliases>{aliases}</aliases>{_renderer(layer)}{labels}</qgis>"
    )


def _renderer(layer: str) -> str:
    kind, fill, line, width = _LOOKS[layer]
    options = {"line_color": line, "line_width": width, "line_style": "solid"}
    if kind == "fill":
        options = {
            "color": fill,
            "style": "solid",
            "outline_color": line,
            "outline_width": width,
            "outline_style": "solid",
        }
    listed = "".join(
        f'<Option type="QString" name="{name}" value="{value}"/>' for name, value in options.items()
    )
    drawn = "SimpleFill" if kind == "fill" else "SimpleLine"
    return (
        '<renderer-v2 type="singleSymbol" symbollevels="0"><symbols>'
        f'<symbol type="{kind}" name="0" alpha="1"><layer class="{drawn}" enabled="1">'
        f'<Option type="Map">{listed}</Option></layer></symbol></symbols></renderer-v2>'
    )


def _labels() -> str:
    return (
        '<labeling type="simple"><settings><text-style fieldName="right(code,3)" '
        'isExpression="1" fontSize="8" textColor="60,60,60,255"/></settings></labeling>'
    )
