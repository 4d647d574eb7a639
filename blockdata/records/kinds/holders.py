"""Kinds that say who is there: persons (as counts only), legal entities, departments."""

from __future__ import annotations

from blockdata.records import codes
from blockdata.records.field import Field, Held, Kind, Type
from blockdata.records.field import Geometry as G
from blockdata.records.kinds import common

PERSON = Kind(
    "person",
    "per",
    "人口",
    "Person",
    "A person as six facts under a keyed pseudonym, in the steward's file, current state only.",
    (
        Field(
            "pseudonym",
            Type.CODE,
            "身份标识",
            "Pseudonym",
            doc="Keyed pseudonym of the identity number; the number itself is never stored.",
            required=True,
            aliases=("公民身份号码", "身份证号", "身份证号码", "证件号码", "identity_number"),
            held=Held.PSEUDONYM,
        ),
        Field(
            "address_text",
            Type.TEXT,
            "现住地",
            "Address",
            doc="Where the person lives now, as the source wrote it.",
            required=True,
            aliases=("现住址", "现住地址", "居住地址", "现住门楼详址", "现住门(楼)详址", "address"),
            held=Held.PEOPLE,
        ),
        Field(
            "birth_year",
            Type.INT,
            "出生年份",
            "Birth year",
            unit="1",
            ge=1880,
            le=2200,
            aliases=("出生年",),
            held=Held.PEOPLE,
        ),
        Field(
            "sex",
            Type.CODE,
            "性别",
            "Sex",
            codes=codes.SEX,
            held=Held.PEOPLE,
        ),
        Field(
            "residence",
            Type.CODE,
            "居住类型",
            "Residence",
            doc="人户一致, 空挂, 流动 or 境外; 空挂 is left out of every count.",
            required=True,
            codes=codes.RESIDENCE,
            aliases=("人口类型", "residence_kind", "人户一致标识"),
            held=Held.PEOPLE,
        ),
        Field(
            "household_key",
            Type.CODE,
            "户号",
            "Household",
            doc="Keyed pseudonym of the household's number.",
            aliases=("户编号", "household"),
            held=Held.PSEUDONYM,
        ),
    ),
    key=("pseudonym",),
    natural_key="pseudonym",
    address="address_text",
    private=True,
    refused=common.REFUSED_OF_PEOPLE,
)

LEGAL_ENTITY = Kind(
    "legal_entity",
    "ent",
    "法人",
    "Legal entity",
    "A company, public body, association or sole trader.",
    (
        Field(
            "uscc",
            Type.CODE,
            "统一社会信用代码",
            "Unified social credit code",
            required=True,
            identifier="uscc",
            aliases=("信用代码", "社会信用代码", "USCC"),
        ),
        common.name("单位名称", "Name", "企业名称", "法人名称", "机构名称", "市场主体名称", "名称"),
        common.address_text("住所", "经营场所", "注册地址", "单位地址"),
        Field("entity_type", Type.TEXT, "主体类型", "Type", aliases=("企业类型", "机构类型")),
        Field("industry", Type.TEXT, "行业", "Industry", aliases=("行业类别", "所属行业")),
        Field("industry_code", Type.CODE, "行业代码", "Industry code"),
        Field("status", Type.TEXT, "经营状态", "Status", aliases=("登记状态",)),
        Field("staff", Type.INT, "从业人数", "Staff", unit="1", ge=0, aliases=("职工人数",)),
        Field(
            "founded_on",
            Type.DATE,
            "成立日期",
            "Founded",
            aliases=("注册日期", "登记日期"),
        ),
        Field("dissolved_on", Type.DATE, "注销日期", "Dissolved", aliases=("吊销日期",)),
        Field(
            "representative",
            Type.TEXT,
            "法定代表人",
            "Representative",
            doc="Name of the representative or sole trader.",
            aliases=("法人代表", "经营者", "负责人", "经营者姓名"),
            held=Held.PEOPLE,
        ),
        Field(
            "trader_name",
            Type.TEXT,
            "个体工商户名称",
            "Sole trader's name",
            doc="Registered name of a sole trader, which is often a person's; moved here from `name`.",
            held=Held.PEOPLE,
        ),
    ),
    key=("uscc",),
    natural_key="uscc",
    geometry=G.POINT,
    address="address_text",
    begins="founded_on",
    ends="dissolved_on",
    dropped=common.PERSONAL,
)

DEPARTMENT = Kind(
    "department",
    "dep",
    "部门",
    "Department",
    "A unit that answers for matters.",
    (
        common.code("部门编码", "Department code", "单位编码", "部门代码"),
        common.name("部门名称", "Department name", "责任单位", required=True),
        Field("uscc", Type.CODE, "统一社会信用代码", "Credit code", identifier="uscc"),
        Field("parent_code", Type.CODE, "上级部门编码", "Parent department"),
        common.address_text("办公地址"),
    ),
    key=("code",),
    geometry=G.POINT,
    address="address_text",
    dropped=common.PERSONAL,
)

KINDS = (PERSON, LEGAL_ENTITY, DEPARTMENT)
