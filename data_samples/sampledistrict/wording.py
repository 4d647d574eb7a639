"""How people write addresses and what they say about a problem."""

from __future__ import annotations

import datetime as dt

import numpy as np

from blockdata.records.identifiers import identity_check_character
from sampledistrict.homes import Address
from sampledistrict.people import invented_name, phone_number
from sampledistrict.plan import DISTRICT_CODE

_PLACE_TOLD = 0.2
"""Share of contents that repeat the address."""

CALLERS = "1390000"
"""First digits of every caller's number."""

_FULL_WIDTH = str.maketrans("0123456789", "０１２３４５６７８９")
_IN_CHINESE = {"1单元": "一单元", "2单元": "二单元"}

STYLES = ("standard", "short", "building_word", "full_width", "chinese_unit", "estate")
STYLE_SHARES = (0.45, 0.15, 0.15, 0.1, 0.1, 0.05)

SAID = {
    "占道经营": "有商贩占道经营，影响通行",
    "噪声扰民": "夜间噪声扰民，影响休息",
    "违规停车": "机动车占用通道停放",
    "暴露垃圾": "垃圾堆积无人清理",
    "物业管理": "物业服务不到位",
    "供水问题": "家中水压不足",
    "油烟扰民": "餐饮油烟直排",
    "道路破损": "路面破损坑洼",
    "井盖破损": "井盖破损松动，存在安全隐患",
    "路灯故障": "路灯不亮",
    "非法小广告": "墙面张贴非法小广告",
}


def written(address: Address, style: str) -> str:
    """Write an address in one of the ways people do.

    Parameters
    ----------
    address : Address
    style : str
        One of `STYLES`; one that does not fit the address gives its standard text.

    Returns
    -------
    str

    Examples
    --------
    >>> STYLES[2]
    'building_word'
    """
    community = address.block.community
    if style == "short":
        return f"{community.name}{address.short_text}"
    if style == "building_word":
        return address.short_text.replace("号楼", "栋") + ("室" if address.room else "")
    if style == "full_width":
        return address.full_text.translate(_FULL_WIDTH)
    if style == "chinese_unit" and address.unit:
        return address.full_text.replace(address.unit, _IN_CHINESE[address.unit])
    if style == "estate" and address.building and address.block.estate:
        return f"{address.block.estate}{address.building.label}{address.unit}{address.room}"
    return address.full_text


def any_style(rng: np.random.Generator) -> str:
    """Draw a way of writing, in the shares in which they occur.

    Parameters
    ----------
    rng : numpy Generator

    Returns
    -------
    str
    """
    return str(rng.choice(STYLES, p=STYLE_SHARES))


def said(category: str, where: str, phone: str, rng: np.random.Generator) -> str:
    """Write down what a caller said, sometimes with what must be masked.

    Parameters
    ----------
    category : str
    where : str
        The address as written.
    phone : str
        The caller's number.
    rng : numpy Generator

    Returns
    -------
    str
    """
    chance = rng.random()
    text = f"反映{where if chance < _PLACE_TOLD and where != '-' else ''}{SAID[category]}。"
    if chance < 0.06:
        text += f"姓名：{invented_name(rng)}，联系电话{phone}。"
    elif chance < 0.1:
        text += f"请回复{phone}，联系人：{invented_name(rng)}。"
    elif chance < 0.11:
        text += f"身份证号{_identity_number(rng)}。"
    return text


def _identity_number(rng: np.random.Generator) -> str:
    birth = dt.date(1950, 1, 1) + dt.timedelta(int(rng.integers(18000)))
    body = f"{DISTRICT_CODE}{birth:%Y%m%d}999"
    return body + identity_check_character(body)


def caller(serial: int) -> str:
    """Return the number of a caller.

    Parameters
    ----------
    serial : int

    Returns
    -------
    str

    Examples
    --------
    >>> caller(7)
    '13900000007'
    """
    return phone_number(serial, CALLERS)
