"""Fields and aliases that several kinds declare in the same way."""

from __future__ import annotations

from blockdata.records.field import Field, Held, Type

SECRETS = dict.fromkeys(
    (
        *("IPAddress", "IPAddr", "Port", "Password", "UserId", "MAC"),
        *("IP地址", "端口", "端口号", "密码", "口令", "用户名", "网络地址", "MAC地址"),
    ),
    "network access of a device; not held",
)
"""Network access of cameras and the like, left out on loading."""

PHONES = dict.fromkeys(
    (
        *("联系电话", "电话", "手机", "手机号", "联系方式", "phone", "contact_phone"),
        *("负责人电话", "法人电话", "经营者电话", "联系人电话", "联系人手机"),
        *("负责人联系方式", "内保负责人电话", "产权人联系方式", "户主联系方式", "户主电话"),
        *("手机号码", "电话号码", "移动电话", "固定电话", "座机"),
    ),
    "phone number; not held",
)
"""Phone numbers of contacts, left out on loading."""

IDENTITY_NUMBERS = dict.fromkeys(
    (
        *("证件号码", "身份证号", "身份证号码", "公民身份号码", "身份证", "idCardNum"),
        *("法人证件号", "负责人证件", "经营者身份证号", "负责人身份证号"),
        *("负责人证件号码", "产权人证件", "产权人证件号码", "户主身份号码", "户主身份证号"),
    ),
    "identity number; not held",
)

PERSONAL = {**PHONES, **IDENTITY_NUMBERS}
"""What is left out of every record that is not about a person."""

REFUSED_OF_PEOPLE = {
    alias: reason
    for reason, aliases in {
        "names of people are not held": (
            *("姓名", "name", "曾用名", "户主姓名", "户主", "出租人", "租住人", "寄住人"),
        ),
        "phone numbers are not held": tuple(PHONES),
        "identity numbers of others are not held": ("户主身份号码", "户主身份证号"),
        "family relations are not held": ("与户主关系",),
        "only where a person lives now is held": (
            *("户籍地", "户籍地址", "户籍门(楼)详址", "户籍门楼详址"),
        ),
        "nationality and reasons of stay are not held": ("国籍", "来华目的", "流入原因"),
        "ethnicity is not held": ("民族", "ethnicity", "籍贯"),
        "religion is not held": ("宗教信仰", "宗教", "religion"),
        "political status is not held": ("政治面貌", "党派", "political_status"),
        "health is not held": (
            *("健康状况", "health", "精神障碍", "艾滋病", "吸毒", "残疾", "疾病"),
        ),
        "lists of particular people are not held": (
            *("重点人员", "重点人员类别", "刑满释放", "社区矫正", "key_person", "人员标签"),
        ),
        "biometrics are not held": ("人脸", "照片", "指纹", "face", "photo"),
        "movements are not held": ("轨迹", "行踪", "活动轨迹", "track"),
        "marital status is not needed": ("婚姻", "婚姻状况"),
        "education and work of people are not needed": (
            *("学历", "职业", "职业类别", "服务处所", "从业人员"),
        ),
    }.items()
    for alias in aliases
}
"""DESIGN section 2: what is known of people is exactly the person record and no more."""


def code(zh: str = "编码", en: str = "Code", *aliases: str, identifier: str | None = None) -> Field:
    """Return the field `code`: the number a thing has in its source."""
    return Field(
        "code",
        Type.CODE,
        zh,
        en,
        doc="Code of the thing in its register; text, never a number.",
        required=True,
        identifier=identifier,
        aliases=aliases,
    )


def name(zh: str = "名称", en: str = "Name", *aliases: str, required: bool = False) -> Field:
    """Return the field `name`."""
    return Field("name", Type.TEXT, zh, en, required=required, aliases=aliases)


def address_text(*aliases: str) -> Field:
    """Return the field `address_text`: the address as the source wrote it."""
    return Field(
        "address_text",
        Type.TEXT,
        "地址",
        "Address",
        doc="Address as the source wrote it; `address_id` is what it was resolved to.",
        aliases=("详细地址", "所在地址", "位置", "address", *aliases),
    )


def contact_name(*aliases: str) -> Field:
    """Return the field `contact_name`, which only the steward's file holds."""
    return Field(
        "contact_name",
        Type.TEXT,
        "联系人",
        "Contact",
        doc="Name of the person to speak to.",
        aliases=("负责人", "责任人", "contact", *aliases),
        held=Held.PEOPLE,
    )


def unit_grid_code(*aliases: str) -> Field:
    """Return the field `unit_grid_code`: the unit grid as the source states it."""
    return Field(
        "unit_grid_code",
        Type.CODE,
        "所在单元网格",
        "Unit grid (stated)",
        doc="Unit grid as the source states it; `cell_of` holds what the geometry says.",
        identifier="unit_grid",
        aliases=("单元网格标识码", "所在单元网格标识码", "SZDYWGBSM", "BGID", "网格编码", *aliases),
    )
