"""The two kinds of the base itself: what came in, and what people decided."""

from __future__ import annotations

from blockdata.records import codes
from blockdata.records.field import Field, Kind, Type

_COUNTS = (
    ("rows_read", "读取行数", "Rows read"),
    ("inserted", "新增", "Inserted"),
    ("changed", "变更", "Changed"),
    ("unchanged", "未变", "Unchanged"),
    ("removed", "删除", "Removed"),
    ("merged", "合并", "Merged"),
    ("quarantined", "隔离", "Quarantined"),
    ("closed", "关闭", "Closed"),
)

DELIVERY = Kind(
    "delivery",
    "dlv",
    "交付",
    "Delivery",
    "One input as it came: source, file, date, hash, and what became of its rows.",
    (
        Field(
            "seq",
            Type.INT,
            "序号",
            "Sequence",
            unit="1",
            required=True,
            doc="Place in the order of application.",
        ),
        Field("source", Type.CODE, "来源", "Source", required=True),
        Field(
            "file", Type.TEXT, "文件", "File", required=True, doc="Path below the source's folder."
        ),
        Field("delivered_on", Type.DATE, "交付日期", "Delivered", required=True),
        Field("mode", Type.CODE, "模式", "Mode", codes=codes.DELIVERY_MODE),
        Field("sha256", Type.CODE, "哈希", "SHA-256", required=True, pattern="[0-9a-f]{64}"),
        Field("status", Type.CODE, "状态", "Status", required=True, codes=codes.DELIVERY_STATUS),
        Field("note", Type.TEXT, "说明", "Note"),
        *(Field(n, Type.INT, zh, en, unit="1", ge=0) for n, zh, en in _COUNTS),
    ),
    key=("seq",),
)

DECISION = Kind(
    "decision",
    "dec",
    "决定",
    "Decision",
    "A human answer: this address is that one, merge, re-pin, override, ignore, replay.",
    (
        Field("seq", Type.INT, "序号", "Sequence", unit="1", required=True),
        Field("decided_on", Type.DATE, "决定日期", "Decided", required=True, aliases=("日期",)),
        Field("verb", Type.CODE, "决定", "Verb", required=True, codes=codes.DECISION_VERB),
        Field(
            "subject",
            Type.TEXT,
            "对象",
            "Subject",
            required=True,
            doc="Address text, record id or quarantine id, as the verb asks for.",
        ),
        Field("field", Type.CODE, "字段", "Field", doc="Field to override."),
        Field(
            "value",
            Type.TEXT,
            "取值",
            "Value",
            doc="Address id, id to merge into, 'x y' in the base's CRS, or the new value.",
        ),
        Field("note", Type.TEXT, "备注", "Note"),
    ),
    key=("seq",),
)

KINDS = (DELIVERY, DECISION)
