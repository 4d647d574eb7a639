"""Small code lists that the record kinds share: code, then Chinese label."""

from __future__ import annotations

from types import MappingProxyType
from typing import Literal

Grade = Literal["A", "B", "C"]
"""How well a fact of a standard is evidenced."""

EVIDENCE = MappingProxyType(
    {
        "A": "标准原文、官方文件或两个以上相互独立且一致的来源",
        "B": "单一公开转录或实现",
        "C": "未经证实",
    }
)
"""What a `Grade` means."""

SEX = MappingProxyType({"1": "男", "2": "女", "0": "未知", "9": "未说明"})
"""GB/T 2261.1."""

RESIDENCE = MappingProxyType(
    {"resident": "人户一致", "registered_only": "空挂", "floating": "流动", "foreign": "境外"}
)
"""How a person stands to the place; `registered_only` lives elsewhere and is never counted."""

GRID_LAYER = MappingProxyType(
    {"responsibility": "责任网格", "unit": "单元网格", "extended": "拓展网格"}
)

AREA_LEVEL = MappingProxyType(
    {
        "province": "省",
        "city": "市",
        "district": "区县",
        "town": "街道乡镇",
        "community": "社区村",
    }
)

ADDRESS_STATUS = MappingProxyType(
    {"in_use": "在用", "former": "曾用", "abandoned": "废弃", "provisional": "暂定"}
)

ALIAS_KIND = MappingProxyType(
    {
        "alias": "别称",
        "former": "曾用名",
        "short": "简称",
        "popular": "俗称",
        "provisional": "临时名",
    }
)

ADDRESS_CHANGE = MappingProxyType({"merge": "合并", "split": "拆分", "renumber": "换号"})

INCIDENT_STATUS = MappingProxyType(
    {"open": "在办", "closed": "已结案", "void": "作废", "suspended": "挂账"}
)

INCIDENT_STEP = MappingProxyType(
    {
        "accepted": "受理",
        "dispatched": "派遣",
        "handled": "处置",
        "checked": "核查",
        "closed": "结案",
        "sent_back": "回退",
        "extended": "延时",
        "suspended": "挂账",
    }
)

MATTER_KIND = MappingProxyType({"component": "部件", "matter": "事项"})

DIRECTION = MappingProxyType(
    {
        "1": "东",
        "2": "西",
        "3": "南",
        "4": "北",
        "5": "东南",
        "6": "东北",
        "7": "西南",
        "8": "西北",
    }
)
"""DirectionType of GB/T 28181: where the optical axis points, to the nearest eighth."""

AZIMUTH_DEG = MappingProxyType(
    {"1": 90.0, "2": 270.0, "3": 180.0, "4": 0.0, "5": 135.0, "6": 45.0, "7": 225.0, "8": 315.0}
)
"""The azimuth of each `DIRECTION`, clockwise from north; true to within 22.5°."""

CAMERA_MOUNT = MappingProxyType({"fixed": "固定", "dome": "球机", "vehicle": "车载"})
"""How a camera is put up: looks one way (枪机, 半球), turns or sees all around, drives."""

LAND_WATER = MappingProxyType(
    {"water": "水域", "green": "绿地", "rail": "铁路", "mountain": "山地", "other": "其他"}
)

DELIVERY_MODE = MappingProxyType({"full": "全量", "delta": "增量", "period": "按期"})

DELIVERY_STATUS = MappingProxyType({"accepted": "已接收", "set_aside": "搁置"})

DECISION_VERB = MappingProxyType(
    {
        "address": "地址归属",
        "merge": "合并",
        "repin": "改定位",
        "override": "改值",
        "ignore": "忽略",
        "replay": "重放",
        "fit_parser": "重学地址解析",
        "reshape": "改边界",
        "link": "改关联",
        "same": "判重",
        "category": "类别对应",
    }
)

TIME_LIMIT_UNIT = MappingProxyType(
    {
        "urgent_working_hour": "紧急工作时",
        "working_hour": "工作时",
        "working_day": "工作日",
        "urgent_working_day": "紧急工作日",
    }
)
