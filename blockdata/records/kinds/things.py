"""Kinds that say what stands there: components, cameras, premises, hazards, resources, shanties."""

from __future__ import annotations

from blockdata.records import codes
from blockdata.records.field import Field, Geometry, Kind, Type
from blockdata.records.kinds import common


def _body(name: str, zh: str, en: str, abbreviations: tuple[str, str]) -> tuple[Field, Field]:
    """Return name and code of one of the three bodies that stand behind a component."""
    pinyin, number = abbreviations
    return (
        Field(
            f"{name}_name",
            Type.TEXT,
            zh,
            en,
            aliases=(f"{zh}名称", f"{pinyin}MC", f"DeptName{number}"),
        ),
        Field(
            f"{name}_code",
            Type.CODE,
            f"{zh}代码",
            f"{en} code",
            doc="Its unified social credit code, or its number in a register of the city.",
            aliases=(f"{pinyin}DM", f"DeptCode{number}"),
        ),
    )


_SURVEYED = Field(
    "surveyed_on",
    Type.DATE,
    "初始日期",
    "Surveyed",
    aliases=("CSRQ", "ORDate", "普查日期"),
)
_CHANGED = Field("changed_on", Type.DATE, "变更日期", "Changed", aliases=("BGRQ", "CHDate"))
_RISK = Field("risk_level", Type.TEXT, "风险等级", "Risk level", aliases=("隐患等级", "危险等级"))
_AREA = Field(
    "area_m2",
    Type.FLOAT,
    "面积",
    "Area",
    unit="m²",
    ge=0,
    aliases=("营业面积", "占地面积", "面积（平方米）"),
)

COMPONENT = Kind(
    "component",
    "cmp",
    "部件",
    "Component",
    "A thing in the street: a manhole cover, a lamp, a bin.",
    (
        common.code(
            "部件标识码",
            "Component id",
            "管理部件标识码",
            "GLBJBSM",
            "ObjID",
            "部件编码",
            "标识码",
            identifier="component",
        ),
        common.name("部件名称", "Component name", "管理部件名称", "GLBJMC", "ObjName"),
        Field(
            "scheme",
            Type.CODE,
            "编码方案",
            "Code scheme",
            doc="Edition of the code table: CJ/T 214-2007, GB/T 30428.2-2013, GB/T 47678.5-2026.",
            aliases=("标准版本",),
        ),
        Field("class_code", Type.CODE, "部件类别代码", "Class code", aliases=("小类代码",)),
        Field(
            "status",
            Type.TEXT,
            "部件状态",
            "Status",
            aliases=("管理部件状态", "GLBJZT", "ObjState"),
        ),
        *_body("owner", "权属单位", "Owner", ("QSDW", "2")),
        *_body("keeper", "养护单位", "Keeper", ("YHDW", "3")),
        *_body("authority", "主管部门", "Authority", ("ZGBM", "1")),
        common.unit_grid_code(),
        common.address_text("位置描述", "LocateDSC"),
        Field(
            "data_source",
            Type.TEXT,
            "数据来源",
            "Data source",
            doc="How its position was found: measured, or taken from a map.",
            aliases=("SJLY", "DataSource"),
        ),
        _SURVEYED,
        _CHANGED,
    ),
    key=("code",),
    natural_key="code",
    geometry=Geometry.ANY,
    address="address_text",
    begins="surveyed_on",
    dropped=common.PERSONAL,
)

CAMERA = Kind(
    "camera",
    "cam",
    "监控摄像头",
    "Camera",
    "A camera as street furniture: an owner, a place and a field of view; one on a vehicle may "
    "have its route for a geometry.",
    (
        common.code(
            "设备编码",
            "Device id",
            "DeviceID",
            "摄像机编码",
            "国标编码",
            "设备编号",
            identifier="camera_gb28181",
        ),
        common.name("设备名称", "Name", "摄像机名称", "点位名称"),
        Field(
            "owner_name", Type.TEXT, "权属单位", "Owner", aliases=("Owner", "建设单位", "所属单位")
        ),
        Field("camera_type", Type.CODE, "摄像机类型", "Type", aliases=("PTZType", "设备类型")),
        Field(
            "mount",
            Type.CODE,
            "架设形式",
            "Mount",
            doc="Whether it looks one way, all around, or drives along a route; made of "
            "`camera_type` where the source does not state it.",
            codes=codes.CAMERA_MOUNT,
        ),
        Field(
            "height_m",
            Type.FLOAT,
            "安装高度",
            "Mounting height",
            unit="m",
            ge=0,
            le=1000,
            doc="Above the ground.",
            aliases=("架设高度", "离地高度"),
        ),
        Field(
            "azimuth_deg",
            Type.FLOAT,
            "朝向",
            "Azimuth",
            unit="°",
            ge=0,
            le=360,
            doc="Optical axis, clockwise from north; of a camera on a vehicle, from where it goes.",
            aliases=("方位角", "设备朝向"),
        ),
        Field(
            "direction_type",
            Type.CODE,
            "监视方位",
            "Direction",
            doc="Optical axis to the nearest eighth; `azimuth_deg` is made of it where the source "
            "gives no angle.",
            codes=codes.DIRECTION,
            aliases=("DirectionType", "监视方位类型"),
        ),
        Field(
            "field_angle_deg",
            Type.FLOAT,
            "水平视场角",
            "Horizontal field angle",
            unit="°",
            ge=0,
            le=360,
            aliases=("HorizontalFieldAngle",),
        ),
        Field(
            "view_distance_m",
            Type.FLOAT,
            "可视距离",
            "View distance",
            unit="m",
            ge=0,
            le=10000,
            aliases=("MaxViewDistance",),
        ),
        common.address_text("安装地址", "监控地点", "Address"),
        Field("status", Type.TEXT, "设备状态", "Status", aliases=("在线状态",)),
        Field("installed_on", Type.DATE, "安装日期", "Installed", aliases=("InstallTime",)),
    ),
    key=("code",),
    geometry=Geometry.ANY,
    address="address_text",
    begins="installed_on",
    dropped={**common.SECRETS, **common.PERSONAL},
)

PREMISES = Kind(
    "premises",
    "prm",
    "重点场所",
    "Premises",
    "A regulated place: one of the nine small kinds (九小场所) or another.",
    (
        common.code("场所编码", "Premises code", "场所编号"),
        common.name("场所名称", "Premises name", "名称"),
        Field("premises_type", Type.TEXT, "场所类型", "Type", required=True, aliases=("场所类别",)),
        Field(
            "rule_set",
            Type.TEXT,
            "分类规则",
            "Rule set",
            doc="The rule that defines the types; there is no national one.",
        ),
        Field("uscc", Type.CODE, "统一社会信用代码", "Credit code", identifier="uscc"),
        _AREA,
        common.address_text("场所地址", "经营地址"),
        common.contact_name(),
    ),
    key=("code",),
    geometry=Geometry.POINT,
    address="address_text",
    dropped=common.PERSONAL,
)

HAZARD = Kind(
    "hazard",
    "haz",
    "危险源",
    "Hazard",
    "A source of danger.",
    (
        common.code("危险源编码", "Hazard code", "危险源编号", "隐患编号"),
        common.name("危险源名称", "Hazard name", "名称"),
        Field("hazard_type", Type.TEXT, "危险源类型", "Type", required=True, aliases=("类别",)),
        _RISK,
        common.address_text(),
        common.contact_name(),
    ),
    key=("code",),
    geometry=Geometry.ANY,
    address="address_text",
    dropped=common.PERSONAL,
)

RESOURCE = Kind(
    "resource",
    "res",
    "应急资源",
    "Emergency resource",
    "A store, team, shelter or piece of equipment for emergencies.",
    (
        common.code("资源编码", "Resource code", "资源编号"),
        common.name("资源名称", "Resource name", "名称"),
        Field("resource_type", Type.TEXT, "资源类型", "Type", required=True, aliases=("资源类别",)),
        Field("material_code", Type.CODE, "物资编码", "Material code", doc="GB/T 38565-2020."),
        Field("quantity", Type.FLOAT, "数量", "Quantity", unit="1", ge=0),
        common.address_text("存放地点"),
        common.contact_name(),
    ),
    key=("code",),
    geometry=Geometry.ANY,
    address="address_text",
    dropped=common.PERSONAL,
)

SHANTY = Kind(
    "shanty",
    "shy",
    "棚户区",
    "Shanty area",
    "An area of old or makeshift housing.",
    (
        common.code("棚户区编码", "Shanty code", "棚户区编号"),
        common.name("棚户区名称", "Shanty name", "名称"),
        Field("households", Type.INT, "户数", "Households", unit="1", ge=0),
        _AREA,
        _RISK,
        common.address_text(),
    ),
    key=("code",),
    geometry=Geometry.POLYGON,
    address="address_text",
    dropped=common.PERSONAL,
)

KINDS = (COMPONENT, CAMERA, PREMISES, HAZARD, RESOURCE, SHANTY)
