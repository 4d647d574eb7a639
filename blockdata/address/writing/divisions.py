"""Provinces, cities and counties: the national list that the grammar and the lexicons share."""

from __future__ import annotations

import functools
import re
from pathlib import Path
from typing import NamedTuple

__all__ = ["Area", "areas", "full_name", "short_name"]

_FILE = Path(__file__).parent / "divisions.txt"
_ENDINGS = (
    *(
        "特别行政区",
        "维吾尔自治区",
        "壮族自治区",
        "回族自治区",
        "自治区",
        "自治州",
        "自治县",
        "自治旗",
    ),
    *("林区", "新区", "地区", "矿区", "省", "市", "区", "县", "旗", "盟", "州"),
)
_SHORTENED = 2
_OF_A_PEOPLE = re.compile(
    r"^(..+?)(?:朝鲜|土家|苗|藏|羌|彝|布依|侗|哈尼|壮|傣|白|景颇|傈僳|回|蒙古|哈萨克|柯尔克孜|满|黎|瑶|畲|水|各|仫佬|毛南"
    r"|仡佬|纳西|拉祜|佤|独龙|怒|普米|撒拉|东乡|土|裕固|达斡尔|维吾尔)族?.*自治[州县旗]$"
)


class Area(NamedTuple):
    """A city with its province and its districts; a municipality is its own city.

    Examples
    --------
    >>> Area("甲省", "乙市", ("丙区",)).districts
    ('丙区',)
    """

    province: str
    city: str
    districts: tuple[str, ...]


@functools.cache
def areas() -> tuple[Area, ...]:
    """Return every city of the country.

    Examples
    --------
    >>> any(area.city == "青岛市" for area in areas())
    True
    """
    found, province = [], ""
    for line in _FILE.read_text(encoding="utf-8").splitlines():
        name, _, districts = line.partition(":")
        if not districts:
            province = name
        elif name:
            found.append(Area(province, name, tuple(districts.split())))
    return tuple(found)


def short_name(name: str) -> str:
    """Return a division without its class word, if two characters of a name stay.

    Examples
    --------
    >>> short_name("浙江省"), short_name("吉县"), short_name("西湖区")
    ('浙江', '吉县', '西湖')
    """
    if found := _OF_A_PEOPLE.match(name):
        return found[1]
    for ending in _ENDINGS:
        if name.endswith(ending) and len(name) - len(ending) >= _SHORTENED:
            return name.removesuffix(ending)
    return name


def full_name(name: str) -> str:
    """Return a division with its class word; one that is not in the list as it is.

    Where several have one short name the last of the list is returned.

    Examples
    --------
    >>> full_name("青岛"), full_name("青岛市"), full_name("某地")
    ('青岛市', '青岛市', '某地')
    """
    return _full_names().get(name, name)


@functools.cache
def _full_names() -> dict[str, str]:
    names = [name for area in areas() for name in (area.city, *area.districts)]
    return {short_name(name): name for name in names}
