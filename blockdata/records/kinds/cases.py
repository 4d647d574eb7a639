"""Kinds that say what happened and who answers for it."""

from __future__ import annotations

from blockdata.records import codes
from blockdata.records.field import Field, Geometry, Held, Kind, Type
from blockdata.records.kinds import common

_MATTER_SCHEME = Field(
    "scheme",
    Type.CODE,
    "编码方案",
    "Code scheme",
    doc="Edition or owner of the class table; a bare class code says nothing.",
    aliases=("分类体系",),
)

_CALLER_COLUMNS = (
    *("来电人电话", "联系电话", "举报人电话", "主叫号码"),
    *("cusPhone", "reporter_phone"),
)

INCIDENT = Kind(
    "incident",
    "inc",
    "案件",
    "Incident",
    "One report or case, from a hotline, a patrol, an app or a sensor.",
    (
        Field(
            "case_no",
            Type.CODE,
            "案件编号",
            "Case number",
            required=True,
            aliases=("工单编号", "工单号", "任务号", "案卷编号", "REC_ID", "case_code"),
        ),
        Field(
            "reported_at",
            Type.TIME,
            "上报时间",
            "Reported",
            required=True,
            aliases=("受理时间", "来电时间", "创建时间", "CREATE_TIME", "发生时间"),
        ),
        Field("closed_at", Type.TIME, "结案时间", "Closed", aliases=("办结时间", "完成时间")),
        Field("status", Type.CODE, "案件状态", "Status", codes=codes.INCIDENT_STATUS),
        _MATTER_SCHEME,
        Field(
            "category",
            Type.TEXT,
            "案件类别",
            "Category",
            required=True,
            doc="The source's own class; the matter catalogue gives it a code.",
            aliases=("小类名称", "问题类型", "事项小类", "诉求分类", "SUB_TYPE_NAME", "小类"),
        ),
        Field(
            "main_category",
            Type.TEXT,
            "案件大类",
            "Main category",
            aliases=("大类名称", "大类", "MAIN_TYPE_NAME"),
        ),
        Field(
            "demand",
            Type.TEXT,
            "诉求类型",
            "Demand",
            doc="Complaint, question, suggestion, thanks.",
            aliases=("诉求性质", "工单类型", "EVENT_PROPERTY_NAME"),
        ),
        Field(
            "channel",
            Type.TEXT,
            "来源渠道",
            "Channel",
            aliases=("问题来源", "上报渠道", "EVENT_SRC_NAME"),
        ),
        common.address_text("事发地址", "发生地址", "事发位置", "问题地址", "OCCUR_PLACE"),
        Field("area_code", Type.CODE, "社区代码", "Community code", aliases=("所在社区代码",)),
        Field(
            "area_name",
            Type.TEXT,
            "所属社区",
            "Community",
            aliases=("所在社区", "社区名称", "COMMUNITY_NAME"),
        ),
        Field(
            "town_name",
            Type.TEXT,
            "所属街道",
            "Town",
            aliases=("所在街道", "街道名称", "STREET_NAME"),
        ),
        common.unit_grid_code(),
        Field("component_code", Type.CODE, "部件标识码", "Component", aliases=("部件编码",)),
        Field(
            "department_name",
            Type.TEXT,
            "处置单位",
            "Handling unit",
            aliases=("承办单位", "责任单位", "DISPOSE_UNIT_NAME"),
        ),
        Field("satisfaction", Type.TEXT, "满意度", "Satisfaction", aliases=("回访满意度",)),
        Field(
            "caller",
            Type.CODE,
            "来电号码",
            "Caller",
            doc="Keyed pseudonym of the caller's number, to tell repeats from different callers.",
            aliases=_CALLER_COLUMNS,
            held=Held.PSEUDONYM,
        ),
        Field(
            "content",
            Type.TEXT,
            "诉求内容",
            "Content",
            doc="What was said, masked.",
            aliases=("问题描述", "工单内容", "事件描述", "内容"),
            held=Held.TEXT,
        ),
    ),
    key=("case_no",),
    geometry=Geometry.POINT,
    address="address_text",
    time="reported_at",
    dropped={
        **{n: reason for n, reason in common.PERSONAL.items() if n not in _CALLER_COLUMNS},
        **dict.fromkeys(
            (
                *("来电人", "来电人姓名", "联系人", "举报人", "投诉人", "市民姓名", "姓名"),
                *("cusName", "reporter", "reporter_name"),
            ),
            "name of a caller; not held",
        ),
        **dict.fromkeys(
            ("来电人性别", "诉求人性别", "cusSex", "来电人地址", "联系地址", "cusAddress"),
            "sex or address of a caller; not held",
        ),
    },
)

INCIDENT_STEP = Kind(
    "incident_step",
    "stp",
    "案件环节",
    "Incident step",
    "One step of a case: accepted, dispatched, handled, checked, closed, sent back, extended, "
    "suspended.",
    (
        Field(
            "case_no", Type.CODE, "案件编号", "Case number", required=True, aliases=("工单编号",)
        ),
        Field(
            "step",
            Type.CODE,
            "环节",
            "Step",
            required=True,
            codes=codes.INCIDENT_STEP,
            aliases=("环节名称", "办理环节"),
        ),
        Field("step_at", Type.TIME, "环节时间", "Time", required=True, aliases=("办理时间",)),
        Field("department_name", Type.TEXT, "办理单位", "Unit", aliases=("处置单位",)),
        Field("result", Type.TEXT, "环节结果", "Result", aliases=("办理结果",)),
    ),
    key=("case_no", "step", "step_at"),
    time="step_at",
    dropped={
        **common.PERSONAL,
        **dict.fromkeys(("办理人", "经办人", "处理人"), "name of a handler; not held"),
    },
)

MATTER = Kind(
    "matter",
    "mat",
    "事项清单",
    "Matter",
    "An entry of the versioned catalogue: condition, responsible unit, time limit, legal basis.",
    (
        Field("scheme", Type.CODE, "编码方案", "Code scheme", required=True, aliases=("标准版本",)),
        Field(
            "matter_kind",
            Type.CODE,
            "事项类型",
            "Kind",
            required=True,
            codes=codes.MATTER_KIND,
        ),
        common.code("事项代码", "Matter code", "事项编码", "小类代码"),
        common.name("事项名称", "Matter name", "小类名称", required=True),
        Field("main_name", Type.TEXT, "大类名称", "Main class"),
        Field("condition_no", Type.CODE, "立案条件序号", "Condition number", aliases=("条件序号",)),
        Field("condition", Type.TEXT, "立案条件", "Opening condition"),
        Field("time_limit", Type.FLOAT, "处置时限", "Time limit", unit="1", ge=0),
        Field(
            "time_limit_unit",
            Type.CODE,
            "时限单位",
            "Unit of the limit",
            codes=codes.TIME_LIMIT_UNIT,
        ),
        Field("department_code", Type.CODE, "责任部门编码", "Responsible unit"),
        Field("legal_basis", Type.TEXT, "法律依据", "Legal basis"),
        Field("begins_on", Type.DATE, "生效日期", "In force from"),
        Field("ends_on", Type.DATE, "失效日期", "In force until"),
    ),
    key=("scheme", "matter_kind", "code", "condition_no"),
    begins="begins_on",
    ends="ends_on",
)

RESPONSIBILITY = Kind(
    "responsibility",
    "rsp",
    "责任清单",
    "Responsibility",
    "Which unit answers for which matter in which grid.",
    (
        Field("grid_code", Type.CODE, "网格代码", "Grid", required=True, aliases=("责任网格代码",)),
        Field("matter_code", Type.CODE, "事项代码", "Matter", required=True),
        Field("scheme", Type.CODE, "编码方案", "Code scheme"),
        Field("department_code", Type.CODE, "部门编码", "Department", required=True),
        Field("begins_on", Type.DATE, "生效日期", "From"),
        Field("ends_on", Type.DATE, "失效日期", "Until"),
    ),
    key=("grid_code", "matter_code", "department_code"),
    begins="begins_on",
    ends="ends_on",
)

INTERVENTION = Kind(
    "intervention",
    "ivn",
    "治理措施",
    "Intervention",
    "Something done about a problem: what, where, when, by which unit.",
    (
        common.code("措施编号", "Intervention code", "治理编号"),
        common.name("措施名称", "Name", required=True),
        Field("category", Type.TEXT, "针对类别", "Category", aliases=("案件类别",)),
        Field("started_on", Type.DATE, "开始日期", "Started", required=True),
        Field("ended_on", Type.DATE, "结束日期", "Ended"),
        Field("department_name", Type.TEXT, "实施单位", "Unit"),
        common.address_text("实施地点"),
    ),
    key=("code",),
    geometry=Geometry.ANY,
    address="address_text",
    begins="started_on",
    ends="ended_on",
)

KINDS = (INCIDENT, INCIDENT_STEP, MATTER, RESPONSIBILITY, INTERVENTION)
