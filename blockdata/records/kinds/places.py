"""Kinds that say where: areas, grids, streets, addresses, buildings."""

from __future__ import annotations

from types import MappingProxyType

from blockdata.records import codes
from blockdata.records.field import Field, Geometry, Kind, Type
from blockdata.records.kinds import common

_BEGINS = Field(
    "begins_on",
    Type.DATE,
    "初始日期",
    "Begins",
    doc="First day of the thing's own validity; empty: since always.",
    aliases=("初始时间", "CSRQ", "ORDate", "划定日期", "启用日期"),
)
_ENDS = Field(
    "ends_on",
    Type.DATE,
    "终止日期",
    "Ends",
    doc="First day on which it is no longer valid; empty while in use.",
    aliases=("终止时间", "ZZRQ", "停用日期"),
)

AREA = Kind(
    "area",
    "are",
    "行政区划",
    "Area",
    "A node of the administrative tree, of any depth.",
    (
        common.code("区划代码", "Area code", "行政区划代码", "社区代码", "社区编码"),
        common.name("区划名称", "Area name", "社区名称", "街道名称", required=True),
        Field("level", Type.CODE, "层级", "Level", required=True, codes=codes.AREA_LEVEL),
        Field("parent_code", Type.CODE, "上级代码", "Parent code", aliases=("上级区划代码",)),
        _BEGINS,
        _ENDS,
    ),
    key=("code",),
    geometry=Geometry.POLYGON,
    begins="begins_on",
    ends="ends_on",
)

GRID = Kind(
    "grid",
    "grd",
    "网格",
    "Grid",
    "A cell of the responsibility, unit or extended layer, or of a layer of the city's own.",
    (
        common.code("网格代码", "Grid code", "单元网格标识码", "网格编码", "网格编号", "DYWGBSM"),
        common.name("网格名称", "Grid name", "单元网格名称"),
        Field(
            "layer",
            Type.CODE,
            "网格层",
            "Layer",
            doc="responsibility, unit, extended, or the name of a further layer.",
            required=True,
            aliases=("网格类型", "图层"),
        ),
        Field("parent_code", Type.CODE, "上级网格代码", "Parent grid", aliases=("责任网格代码",)),
        Field("area_code", Type.CODE, "所属社区代码", "Community", aliases=("社区代码",)),
        Field(
            "area_m2",
            Type.FLOAT,
            "面积",
            "Area",
            doc="As the source states it; the geometry's own area is computed.",
            unit="m²",
            ge=0,
            aliases=("面积（平方米）", "AREA", "MJ"),
        ),
        _BEGINS,
        _ENDS,
    ),
    key=("layer", "code"),
    geometry=Geometry.POLYGON,
    begins="begins_on",
    ends="ends_on",
)

STREET = Kind(
    "street",
    "str",
    "街巷",
    "Street",
    "A street or lane as a line.",
    (
        common.code("街巷代码", "Street code", "道路编码", "街巷编码"),
        common.name("街巷名称", "Street name", "道路名称", "路名", required=True),
        Field("street_class", Type.TEXT, "道路等级", "Class", aliases=("街巷类别",)),
        Field("width_m", Type.FLOAT, "宽度", "Width", unit="m", ge=0, le=500),
    ),
    key=("code",),
    geometry=Geometry.LINE,
)

LAND_WATER = Kind(
    "land_water",
    "lwt",
    "地块水系",
    "Land and water",
    "Water, green land, rail and other land that borders and splits grids.",
    (
        common.code("地块代码", "Code", "要素代码", "水系编码"),
        common.name("地块名称", "Name", "水系名称"),
        Field("use", Type.CODE, "用地类别", "Use", required=True, codes=codes.LAND_WATER),
    ),
    key=("code",),
    geometry=Geometry.POLYGON,
)

_ELEMENT_LABELS = (
    ("province", "省", "Province"),
    ("city", "市", "City"),
    ("district", "区县", "District"),
    ("town", "街道乡镇", "Town"),
    ("community", "社区", "Community"),
    ("road", "道路", "Road"),
    ("road_no", "门牌号", "Door plate"),
    ("estate", "小区", "Estate"),
    ("building", "楼栋", "Building"),
    ("unit", "单元", "Unit"),
    ("floor", "楼层", "Floor"),
    ("room", "户室", "Room"),
)

ADDRESS = Kind(
    "address",
    "adr",
    "统一地址",
    "Address",
    "One entry of the standard address library; every other record is tied to one of them.",
    (
        common.code("地址编码", "Address code", "统一地址编码", "标准地址编码", "地址代码"),
        Field(
            "full_text",
            Type.TEXT,
            "标准地址",
            "Standard address",
            required=True,
            aliases=("地址全称", "标准地址全称", "详细地址", "地址"),
        ),
        *(Field(name, Type.TEXT, zh, en) for name, zh, en in _ELEMENT_LABELS),
        Field("parent_code", Type.CODE, "上级地址编码", "Parent address"),
        Field("building_code", Type.CODE, "建筑编码", "Building code", aliases=("楼栋编码",)),
        Field("status", Type.CODE, "地址状态", "Status", codes=codes.ADDRESS_STATUS),
        _BEGINS,
        _ENDS,
    ),
    key=("code",),
    geometry=Geometry.POINT,
    begins="begins_on",
    ends="ends_on",
)

ADDRESS_ALIAS = Kind(
    "address_alias",
    "ala",
    "地址别名",
    "Address alias",
    "Another text for an address: popular, short or former.",
    (
        Field(
            "address_code",
            Type.CODE,
            "地址编码",
            "Address code",
            required=True,
            aliases=("统一地址编码",),
        ),
        Field(
            "alias_text",
            Type.TEXT,
            "别名",
            "Alias",
            required=True,
            aliases=("俗称", "曾用名"),
        ),
        Field("alias_kind", Type.CODE, "别名类型", "Kind of alias", codes=codes.ALIAS_KIND),
        _BEGINS,
        _ENDS,
    ),
    key=("address_code", "alias_text"),
    begins="begins_on",
    ends="ends_on",
)

_CHANGED = Field(
    "changed_on",
    Type.DATE,
    "变更日期",
    "Changed on",
    doc="First day of the new state; empty: long ago.",
    aliases=("变更时间", "更名日期", "更名时间"),
)

NAME_CHANGE = Kind(
    "name_change",
    "nmc",
    "地名变更",
    "Name change",
    "A road, estate or division that got another name; its addresses stay known by the former.",
    (
        Field(
            "element",
            Type.CODE,
            "地址要素",
            "Element",
            doc="Level of the name, as the element columns of addresses are called.",
            required=True,
            codes=MappingProxyType({name: zh for name, zh, _ in _ELEMENT_LABELS}),
            aliases=("要素类型", "地名类别"),
        ),
        Field("former_name", Type.TEXT, "原名", "Former name", required=True, aliases=("曾用名",)),
        Field("current_name", Type.TEXT, "现名", "Current name", required=True, aliases=("新名",)),
        _CHANGED,
        Field(
            "area_code",
            Type.CODE,
            "所属区划代码",
            "Area code",
            doc="Division within which it holds; empty: everywhere.",
        ),
    ),
    key=("element", "former_name", "current_name", "changed_on"),
)

ADDRESS_CHANGE = Kind(
    "address_change",
    "adc",
    "地址沿革",
    "Address change",
    "An address code that went on as another: merged, split or given a new number.",
    (
        Field(
            "old_code",
            Type.CODE,
            "原地址编码",
            "Former address code",
            required=True,
            aliases=("变更前编码", "旧地址编码"),
        ),
        Field(
            "new_code",
            Type.CODE,
            "新地址编码",
            "New address code",
            required=True,
            aliases=("变更后编码", "现地址编码"),
        ),
        _CHANGED,
        Field(
            "change",
            Type.CODE,
            "变更方式",
            "Change",
            codes=codes.ADDRESS_CHANGE,
            aliases=("变更类型",),
        ),
    ),
    key=("old_code", "new_code", "changed_on"),
)

BUILDING = Kind(
    "building",
    "bld",
    "建筑物",
    "Building",
    "One building by its footprint or a point in it.",
    (
        common.code("建筑编码", "Building code", "建筑物编码", "楼栋编码", "房屋编码"),
        common.name("建筑名称", "Building name", "建筑物名称", "楼栋名称"),
        common.address_text("建筑地址", "坐落"),
        Field("use", Type.TEXT, "建筑用途", "Use", aliases=("楼宇功能", "房屋用途")),
        Field("floors", Type.INT, "层数", "Floors", unit="1", ge=0, le=200, aliases=("地上层数",)),
        Field(
            "height_m",
            Type.FLOAT,
            "建筑高度",
            "Height",
            unit="m",
            ge=0,
            le=1000,
            aliases=("高度",),
        ),
        Field(
            "floor_area_m2",
            Type.FLOAT,
            "建筑面积",
            "Floor area",
            unit="m²",
            ge=0,
            aliases=("建筑面积（平方米）",),
        ),
        Field(
            "built_year",
            Type.INT,
            "建成年份",
            "Year built",
            unit="1",
            ge=1000,
            le=2200,
            aliases=("竣工年份", "建成年代"),
        ),
    ),
    key=("code",),
    geometry=Geometry.ANY,
    address="address_text",
    dropped=common.PERSONAL,
)

KINDS = (
    *(AREA, GRID, STREET, LAND_WATER),
    *(ADDRESS, ADDRESS_ALIAS, NAME_CHANGE, ADDRESS_CHANGE, BUILDING),
)
