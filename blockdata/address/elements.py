"""Compare elements of addresses: names as names, numbers as whole numbers."""

from __future__ import annotations

import re

from blockdata.address.parts import LEVELS

#: Columns that hold the elements of an address, the unplaced remainder last.
ELEMENT_COLUMNS = (*LEVELS, "rest")

_CLASS_WORDS = {
    "province": "省|市|(?:壮族|回族|维吾尔)?自治区|特别行政区",
    "city": "市|地区",
    "district": "区|县|市|旗",
    "town": "街道办事处|街道|镇|乡",
    "community": "社区居委会|社区|居委会|村委会",
    "road_no": "号?大?院|号",
    "building": "号楼|号",
    "unit": "单元",
    "floor": "层",
    "room": "室|号",
}
# A suffix goes only when two characters of a name stay: 城区 is not 城.
_STRIP = {
    level: re.compile(rf"(?<=..)(?:{words})$" if level in LEVELS[:5] else rf"(?:{words})$")
    for level, words in _CLASS_WORDS.items()
}


def comparable(level: str, text: str) -> str:
    """Return what of a normalised element is compared.

    A division without its class word (示例区 as 示例), a number without its own (3号楼 as 3),
    a road or an estate as it is. Numbers stay whole: 12-1号 gives 12-1, and no part of it.

    Parameters
    ----------
    level : str
        A name of `LEVELS`, or "rest".
    text : str
        The element's normalised text.

    Returns
    -------
    str

    Examples
    --------
    >>> comparable("building", "3号楼"), comparable("district", "示例区")
    ('3', '示例')
    """
    strip = _STRIP.get(level)
    return text if strip is None else strip.sub("", text)
