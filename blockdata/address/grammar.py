"""The grammar of levels as regular expressions over normalised address text."""

from __future__ import annotations

import re

_HAN = "[一-龥]"
# A division's or village's suffix is part of a road's name when a road word follows it
# (重庆路, 古镇路, 中关村大街), never a division then; 街道 and 社区 name no roads.
_ROAD_WORD = r"(?:[东南西北中]?[路街巷](?!道|桥)|大[街道]|胡同)"
_NOT_ROAD = rf"(?:(?<=街道)|(?<=社区)|(?!{_ROAD_WORD}))"
# Inside a name no character that ends one, but for 延安路街道, 横街镇, 新乡市.
_PLAIN = (
    rf"(?:(?![省市区县镇乡村路街巷弄号]){_HAN}|[路街巷村市镇](?=镇|乡|街道|社区|居委)|乡(?=[市县]))"
)


def _division(shortest: int, longest: int, suffixes: str, then: str = "") -> str:
    """Return the pattern of a name, so many characters long, and its suffix."""
    name = rf"{_HAN}{_PLAIN}{{{shortest - 1},{longest - 1}}}?"
    return rf"{name}(?:{suffixes}){_NOT_ROAD}{then}"


_PROVINCE = (
    r"((?:北京|上海|天津|重庆)市"
    rf"|(?:内蒙古|广西壮族|西藏|宁夏回族|新疆维吾尔)自治区|(?:香港|澳门)特别行政区|{_HAN}{{2,3}}?省"
    rf"|(?:河北|山西|辽宁|吉林|黑龙江|江苏|浙江|安徽|福建|江西|山东|河南|湖北|湖南|广东|海南|四川|贵州"
    rf"|云南|陕西|甘肃|青海|广西|内蒙古|宁夏|新疆|西藏)(?={_HAN}{{2,4}}市(?![场民政])))"
) + _NOT_ROAD
_NO_CITY_AFTER = r"(?!场|花园|广场|公寓|大厦|中心|超市|民|政|口)"
_CITY = (
    rf"(景德镇市|{_HAN}{{2,3}}(?=市[南北中]区)"
    rf"|{_HAN}{_PLAIN}{{1,10}}?(?:自治州|地区|盟(?=.{{1,4}}旗))"
    rf"|{_division(2, 6, '(?<![超夜菜])市', _NO_CITY_AFTER)})"
)
_NO_DISTRICT_BEFORE = (
    "(?<![小社园发业校院街景厂片库宿住一二三四五六七八九十])"
    # 海棠花苑南区 is a part of an estate; 江北区 after 省, 市 or at the start is a district.
    "(?<![^省市州][^省市][东西南北中])"
)
_DISTRICT = (
    rf"(市[南北中]区|{_division(1, 8, f'{_NO_DISTRICT_BEFORE}区(?!域|间|块)|县(?!城|医)|旗(?!舰)')}"
    rf"|{_division(2, 6, '(?<![超夜菜])市', _NO_CITY_AFTER)})"
)
_TOWN = rf"({_division(1, 8, '街道办事处|街道(?!口)|镇(?!政府)|乡(?!政府|市|县)|苏木')})"
_COMMUNITY = (
    rf"({_division(1, 8, '社区居委会|社区|居委会|村委会|(?<![新度农])村(?!口)')}(?:[0-9]+组)?)"
)
#: Divisions in the order in which a text may name them; each is optional.
DIVISIONS = tuple(
    (level, re.compile(pattern))
    for level, pattern in (
        ("province", _PROVINCE),
        ("city", _CITY),
        ("district", _DISTRICT),
        ("town", _TOWN),
        ("community", _COMMUNITY),
    )
)

_NOT_A_ROAD = r"(?!公路|马路|道路|铁路|线路|十字路|高架路|大街|大道|国道|省道|县道)"
_ROAD_NAME = rf"(?:(?![路街巷号弄区村市县镇乡旁与近])[一-龥]|[区村市县镇乡](?={_ROAD_WORD}))"
_ROAD_END = (
    r"(?:大街|大道|公路|胡同|(?<!铁)路(?!街道)|街(?!道|区|坊)|(?<![0-9])巷|(?<![0-9])弄(?!堂))"
    r"(?:[东西南北中0-9一二三四五六七八九十]{1,2}段)?"
    r"(?:[0-9一二三四五六七八九十]+(?:巷|支路|支弄|胡同))?"
)
#: A road right here: its first character may be one that otherwise ends a name (路桥路).
ROAD_HERE = re.compile(
    rf"({_NOT_A_ROAD}[一-龥]{_ROAD_NAME}{{0,8}}?[0-9]{{0,3}}{_ROAD_END}|[A-Z]?[0-9]+[国省县]道|[0-9]+号(?:大街|路))"
)
#: A road further on in the text.
ROAD_LATER = re.compile(rf"((?<!街){_NOT_A_ROAD}{_ROAD_NAME}{{1,8}}?[0-9]{{0,3}}{_ROAD_END})")

_NUMBER = r"(?:[A-Z]?[0-9]+[A-Z]?|[A-Z]|[甲乙丙丁])"
# Bounded, and begun only where a number begins, so that long rows of numbers cost no more.
_NUMBERS = rf"{_NUMBER}(?:[-,]{_NUMBER}){{0,7}}"
_DOOR = (
    r"(?:[甲乙丙丁]?[0-9]+[甲乙丙丁A-Z]?(?:[-,][0-9]+[A-Z]?)*号(?!楼)(?:附[0-9]+号)?(?:大?院)?"
    r"|附[0-9]+号(?!楼)|[0-9]+弄)"
)
#: The number on the street: 105号, 12-1号, 12号附1号, 669弄.
DOOR_NUMBER = re.compile(_DOOR)
#: A bare number after a road: alone, or the head of a chain such as 105-3-501.
BARE_DOOR_NUMBER = re.compile(
    r"[0-9]+(?=(?:-[0-9A-Z]+){2,3}(?:$| ))|[0-9]+(?:-[0-9A-Z]+)?(?![0-9A-Z-]|号楼|[号层室]|单元)"
)

_UNIT = rf"(?:{_NUMBER}|[东西南北中])单元"
_BARE = r"[A-Z]?[0-9]+[A-Z]?"
# A lone bare number may be anything unless the text ends there; a chain explains itself.
_END = r"(?=$| )"
_CHAIN_END = r"(?![0-9A-Z号层楼室单街弄-])"
_CHAIN = rf"{_BARE}(?:-{_BARE}){{1,2}}{_CHAIN_END}"
#: Where the numbered part of an address begins.
NUMBERED_START = re.compile(
    rf"(?<![0-9A-Z,-])(?:{_NUMBERS}(?:号|室)|{_UNIT}|负?[0-9]+层|{_CHAIN}|{_BARE}{_END})"
)
#: Building, unit, floor and room in this order, each optional.
NUMBERED = re.compile(
    rf"(?P<building>{_NUMBERS}号楼|{_NUMBERS}号)? ?(?P<unit>{_UNIT})? ?"
    rf"(?P<floor>负?[0-9]+(?:[-,][0-9]+)*层)? ?(?P<room>{_NUMBERS}(?:室|号(?!楼))|[东西中]户)?"
)
#: Bare numbers without class words.
BARE_CHAIN = re.compile(rf"[ -]?(?:({_BARE})-({_BARE})(?:-({_BARE}))?{_CHAIN_END}|({_BARE}){_END})")

#: Words after which a text describes a place near the address, not the address.
RELATIVE = re.compile(
    r"旁|对面|附近|路口|交叉口|交汇|交界|隔壁|斜对|(?<=[路街道巷])[与和]"
    r"|[东南西北]{1,2}侧|[往向以][东南西北]|[东南西北]{1,2}[0-9]+米"
)
_ESTATE_END = (
    "小区|花园|花苑|家园|新村|新苑|公寓|大厦|大楼|广场|中心|商城|市场|公馆|别墅|山庄|佳园|名邸|名苑"
    "|华庭|国际城|工业园|产业园|科技园|宿舍|学校|医院|(?:[里苑园城院厂坊庭府湾邸居庄](?=$|[0-9东西南北A-Z一二三四五六七八九十]))"
)
#: A named place: through its last word of the kind, and the phase or part that follows it.
ESTATE = re.compile(
    rf"[一-龥0-9A-Z]*(?:{_ESTATE_END})"
    r"(?:[0-9A-Z一二三四五六七八九十]{1,2}期|[0-9A-Z东南西北中一二三四五六七八九十][区苑园院])?"
)
#: A name that has no word of its kind, and the building that shows it to be an estate.
PLAIN_NAME = re.compile(r"[一-龥0-9A-Z]{1,12}")
NAMED_BUILDING = re.compile(rf"{_NUMBERS}号楼|{_CHAIN}")
