"""The one declaration of what departments deliver: format, encoding, coordinates, mode, comment."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from data_samples.district.sizes import CRS, DELIVERED, Size

DEGREES = "EPSG:4490"


@dataclass(frozen=True)
class Source:
    """One source of a city.

    Parameters
    ----------
    name, kind : str
    stem : str
        Chinese beginning of its files' names; the date follows.
    form, tiny_form : str
        Suffix of its files; `tiny_form` empty where the tiny district does without it.
    doc : tuple of str
        What it is, in Chinese and in English.
    crs : str
        Coordinates of its shapes or columns; empty where it has none.
    columns : tuple of str
        Names of the columns of coordinates, east first; empty where a geometry is in the file.
    encoding : str
    has_cpg : bool
        Of a Shapefile.
    states_crs : bool
        Whether the files say their coordinate system themselves.
    mode, tiny_mode : str
        "full", "delta" or "period"; `tiny_mode` where the tiny district differs.
    flag : str
        Column of a delta that says which rows are added (A), changed (U) and taken away (D).
    settings : tuple of str
        Further lines of the configuration.
    large_form : str
        Suffix in a district or a city, where it differs.
    months, tiny_months : tuple of int
        Which of the three delivery dates it delivers on; the tiny district delivers less often.
    """

    name: str
    kind: str
    stem: str
    form: str
    tiny_form: str
    doc: tuple[str, str]
    crs: str = ""
    columns: tuple[str, ...] = ()
    encoding: str = "utf-8"
    has_cpg: bool = True
    states_crs: bool = True
    mode: str = "full"
    tiny_mode: str = ""
    flag: str = ""
    settings: tuple[str, ...] = ()
    large_form: str = ""
    months: tuple[int, ...] = (0,)
    tiny_months: tuple[int, ...] = (0,)

    def days(self, size: Size) -> tuple[dt.date, ...]:
        """Return the days of its deliveries in a size."""
        return tuple(DELIVERED[n] for n in (self.tiny_months if size == "tiny" else self.months))

    def mode_in(self, size: Size) -> str:
        """Return the mode of its deliveries in a size."""
        return self.tiny_mode if size == "tiny" and self.tiny_mode else self.mode

    def suffix(self, size: Size) -> str:
        """Return the suffix of its files, empty where a size does without the source."""
        if size == "tiny":
            return self.tiny_form
        return self.large_form if size in {"district", "city"} and self.large_form else self.form


_LON_LAT = ("经度", "纬度")
_GRID_LAYERS = (
    'key = ["layer", "name"]  # 编码可能重复，由检查来说 / codes may be wrong: checks tell',
    'contract = "freeze"  # 列一旦改变即停止运行 / a changed column stops the run',
    "[source.values.layer]",
    '"责任网格" = "responsibility"',
    '"单元网格" = "unit"',
    '"拓展网格" = "extended"',
)

SOURCES = (
    Source(
        "area",
        "area",
        "行政区划",
        ".geojson",
        ".geojson",
        (
            "省到社区及边界；GeoJSON，坐标为米，文件自带坐标系",
            "Province to community with borders; GeoJSON in metres that names its CRS",
        ),
        crs=CRS,
    ),
    Source(
        "grid",
        "grid",
        "网格",
        ".gpkg",
        ".gpkg",
        (
            "三层网格，GeoPackage；9 月重新划分",
            "The three grid layers, GeoPackage; redrawn in September",
        ),
        crs=CRS,
        settings=_GRID_LAYERS,
        months=(0, 1),
        tiny_months=(0,),
    ),
    Source(
        "street",
        "street",
        "道路中心线",
        ".shp",
        "",
        (
            "道路中心线；Shapefile，GB18030，没有 .cpg",
            "Street centre lines; Shapefile in GB18030 without .cpg, as old tools write it",
        ),
        crs=CRS,
        encoding="gb18030",
        has_cpg=False,
        settings=('encoding = "GB18030"',),
    ),
    Source(
        "land_water",
        "land_water",
        "地块水系",
        ".kml",
        "",
        ("河流、海、绿地、铁路、山；KML", "River, sea, green land, railway, hill; KML"),
        crs="EPSG:4326",
    ),
    Source(
        "building",
        "building",
        "建筑物",
        ".gdb",
        ".gpkg",
        (
            "建筑轮廓，文件地理数据库；全量，未再出现的即注销",
            "Footprints, a file geodatabase; full, so that what is gone is closed",
        ),
        crs=CRS,
        large_form=".gpkg",
        months=(0, 2),
        tiny_months=(0,),
    ),
    Source(
        "address",
        "address",
        "标准地址",
        ".tsv",
        ".csv",
        (
            "标准地址库，每月一份；有意不全",
            "The standard address library, monthly; incomplete on purpose",
        ),
        crs=DEGREES,
        columns=_LON_LAT,
        months=(0, 2),
        tiny_months=(0,),
    ),
    Source(
        "address_alias",
        "address_alias",
        "地址别名",
        ".csv",
        "",
        ("俗称与曾用名", "Popular and former names"),
    ),
    Source(
        "person",
        "person",
        "实有人口",
        ".csv",
        ".csv",
        (
            "实有人口；姓名、电话、民族在文件里，绝不入库",
            "Population register; name, phone and ethnicity are in the file and never taken",
        ),
        encoding="gb18030",
        mode="delta",
        tiny_mode="full",
        flag="变更标志",
        months=(0, 1, 2),
        tiny_months=(0, 1),
    ),
    Source(
        "department",
        "department",
        "责任部门",
        ".xlsx",
        ".csv",
        ("责任部门；坐标取自网络地图，BD-09", "Departments; coordinates from a web map, BD-09"),
        crs="BD-09",
        columns=("经度", "纬度"),
        states_crs=False,
    ),
    Source(
        "entity_market",
        "legal_entity",
        "市场主体",
        ".csv",
        ".csv",
        ("市场主体登记；名称以此为准", "Market register; its names win"),
        months=(0, 2),
        tiny_months=(2,),
    ),
    Source(
        "entity_tax",
        "legal_entity",
        "税务登记",
        ".xlsx",
        "",
        ("税务登记；从业人数以此为准", "Tax office; its staff numbers win"),
        settings=('columns = { "纳税人名称" = "name" }',),
        months=(1,),
        tiny_months=(),
    ),
    Source(
        "component",
        "component",
        "城市部件",
        ".csv",
        ".csv",
        (
            "城市部件；增量，变更标志 A/U/D；横、纵坐标为带号的米",
            "Components; a delta with a flag; metres with the zone in front",
        ),
        crs="EPSG:4528",
        columns=("横坐标", "纵坐标"),
        encoding="utf-8-sig",
        mode="delta",
        flag="变更标志",
        months=(0, 1, 2),
        tiny_months=(0,),
    ),
    Source(
        "camera",
        "camera",
        "监控点位",
        ".csv",
        ".csv",
        (
            "城管自建摄像头，GB18030；IP 与密码绝不入库",
            "The city management's cameras; network access is dropped on loading",
        ),
        crs=DEGREES,
        columns=("Longitude", "Latitude"),
        encoding="gb18030",
    ),
    Source(
        "camera_shared",
        "camera",
        "共享监控",
        ".parquet",
        "",
        (
            "公安、交警共享的摄像头；坐标为 GCJ-02",
            "Cameras shared by police and traffic police; GCJ-02",
        ),
        crs="GCJ-02",
        columns=("Longitude", "Latitude"),
        states_crs=False,
    ),
    Source(
        "camera_vehicle",
        "camera",
        "车载监控",
        ".geojson",
        "",
        (
            "城管巡查车的车载摄像头；图形是行车路线",
            "Cameras on patrol cars; the geometry is the route",
        ),
        crs=CRS,
    ),
    Source(
        "premises",
        "premises",
        "九小场所",
        ".xlsx",
        ".xlsx",
        ("九小场所；联系人与电话不公开", "Small regulated places; contacts do not become public"),
        settings=('constants = { rule_set = "九小场所分类2024" }',),
    ),
    Source(
        "hazard",
        "hazard",
        "危险源",
        ".shp.zip",
        "",
        (
            "危险源；压缩的 Shapefile，UTF-8，列名在第十个字节处被截断",
            "Sources of danger; a zipped Shapefile in UTF-8, names cut at the tenth byte",
        ),
        crs=CRS,
        settings=(
            "[source.columns]  # 被截断的列名 / names that were cut",
            '"危险源" = "code"',
            '"危险源_2" = "name"',
            '"风险等" = "risk_level"',
            '"联系电" = ""',
        ),
    ),
    Source(
        "resource",
        "resource",
        "应急资源",
        ".csv",
        "",
        ("应急资源；测绘习惯：X 为北，Y 为东", "Emergency resources; X is north, Y is east"),
        crs=CRS,
        columns=("Y坐标", "X坐标"),
        states_crs=False,
        settings=("swapped = true",),
    ),
    Source(
        "shanty",
        "shanty",
        "棚户区",
        ".tab",
        "",
        ("棚户区；MapInfo 表", "Old housing; a MapInfo table"),
        crs=CRS,
    ),
    Source(
        "matter", "matter", "事项清单", ".xlsx", "", ("事项清单与时限", "Matters and time limits")
    ),
    Source(
        "responsibility",
        "responsibility",
        "责任清单",
        ".csv",
        "",
        ("谁在哪里负责什么", "Who answers for what, where"),
    ),
    Source(
        "intervention",
        "intervention",
        "治理措施",
        ".fgb",
        "",
        ("治理措施；FlatGeobuf", "What was done about problems; FlatGeobuf"),
        crs=DEGREES,
    ),
    Source(
        "incident_hotline",
        "incident",
        "热线工单",
        ".csv",
        ".csv",
        (
            "热线工单，GB18030；按月，每月重报上一个月",
            "Hotline, GB18030; by period: each month repeats the month before",
        ),
        encoding="gb18030",
        mode="period",
        settings=('period = "month"',),
        months=(0, 1, 2),
        tiny_months=(0, 2),
    ),
    Source(
        "incident_app",
        "incident",
        "随手拍",
        ".csv",
        "",
        (
            "市民随手拍；手机地图坐标 GCJ-02，分类用自己的说法",
            "The citizens' app; phone-map coordinates, and words of its own",
        ),
        crs="GCJ-02",
        columns=_LON_LAT,
        mode="delta",
        states_crs=False,
        months=(0, 1, 2),
        tiny_months=(),
    ),
    Source(
        "incident_patrol",
        "incident",
        "巡查案件",
        ".csv",
        ".csv",
        (
            "巡查案件，有坐标和部件编码；增量",
            "Patrols, with coordinates and component codes; a delta",
        ),
        crs=DEGREES,
        columns=_LON_LAT,
        mode="delta",
        months=(0, 1, 2),
        tiny_months=(2,),
    ),
    Source(
        "incident_step",
        "incident_step",
        "办理环节",
        ".csv",
        "",
        ("巡查案件的办理环节", "The steps of the patrols' cases"),
        mode="delta",
        months=(0, 1, 2),
        tiny_months=(),
    ),
    Source(
        "bench",
        "bench",
        "休憩座椅",
        ".dxf",
        "",
        (
            "休憩座椅，本市自加的类型；DXF 图块带属性，本市独立坐标系",
            "Benches, a kind of this city's own; DXF blocks with attributes, local coordinates",
        ),
        crs="local",
        states_crs=False,
        settings=('columns = { entity = "", layer = "", block = "", text = "", rotation = "" }',),
    ),
)
"""In the order of the configuration: areas and grids first, incidents last."""


def source_named(name: str) -> Source:
    """Return a source."""
    return next(source for source in SOURCES if source.name == name)


def delivered_by(size: Size) -> tuple[Source, ...]:
    """Return the sources of a size."""
    return tuple(source for source in SOURCES if source.suffix(size))
