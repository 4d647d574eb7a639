"""Words that callers and catalogues use for one thing."""

from __future__ import annotations

import re
from functools import cache

from blockdata.records.code_tables.names import compared

__all__ = ["THINGS", "WORDS", "stem_of", "unified"]

WORDS = (
    (
        "机动车乱停放",
        "机动车违停",
        "机动车违规停车",
        "违规停车",
        "违章停车",
        "乱停车",
        "违停",
        "乱停乱放",
    ),
    ("无照经营游商", "流动摊贩", "流动商贩", "无证摊贩", "游商", "小摊贩"),
    ("占道经营", "占道摆摊", "马路市场"),
    ("非法小广告", "小广告", "牛皮癣"),
    ("噪声", "噪音"),
    ("道路", "路面", "马路"),
    ("破损", "坑洼", "损坏", "损毁", "破坏"),
    ("积存垃圾渣土", "建筑垃圾"),
    ("暴露垃圾", "垃圾未清", "垃圾成堆", "乱扔垃圾"),
    ("垃圾箱", "垃圾桶", "果皮箱"),
    ("供水", "停水", "自来水", "上水"),
    ("架空线缆", "架空线", "飞线"),
    ("共享单车", "共享自行车"),
    ("非机动车", "电动车", "自行车"),
    ("私搭乱建", "违章建筑", "违法建设", "违建"),
    ("店外经营", "出店经营", "跨门经营"),
    ("施工扰民", "工地噪声", "夜间施工"),
    ("绿地", "绿化带", "草坪"),
)
"""Groups of words; each is read as the first of its group."""

THINGS = (
    ("路灯",),
    ("行道树", "树木", "大树"),
    ("垃圾箱", "垃圾桶", "果皮箱"),
    ("路名牌", "路牌"),
    ("交通信号灯", "红绿灯", "信号灯"),
    ("消防设施", "消火栓", "消防栓"),
    ("公共厕所", "公厕", "公共卫生间"),
    ("交通护栏", "道路护栏"),
    (
        "监控摄像头",
        "监控",
        "摄像头",
        "摄像机",
        "电子眼",
        "监控探头",
        "监控电子眼",
        "监控电子眼设施",
    ),
    ("户外健身设施", "健身器材", "健身设施"),
    ("雨水箅子", "雨篦子", "雨水篦子"),
)
"""Groups of words for things in the street; each is read as the first of its group."""

_TROUBLES = (
    *("异常", "破损", "损坏", "毁坏", "缺失", "丢失", "被盗", "缺损", "残缺", "故障", "松动"),
    *("移位", "不亮", "常亮", "倾斜", "倒伏", "倒塌", "满溢", "堵塞", "污损", "脏污", "不洁"),
    *("锈蚀", "开裂", "断裂", "塌陷", "下沉", "凸起", "脱落", "枯死", "缺株", "问题", "维修"),
    *("响动", "翻起", "冒溢", "积水", "失灵", "掉落", "坠落", "设施"),
)
_TAIL = re.compile(f"(?:{'|'.join(_TROUBLES)})+$")


def unified(text: str) -> str:
    """Return a text as compared, with every synonym read as the first word of its group.

    Examples
    --------
    >>> unified("路面坑洼"), unified("噪音")
    ('道路破损', '噪声')
    """
    return _substitution()[0].sub(lambda met: _substitution()[1][met.group()], compared(text))


@cache
def _substitution() -> tuple[re.Pattern[str], dict[str, str]]:
    first = {compared(word): compared(group[0]) for group in WORDS for word in group}
    longest = sorted(first, key=lambda word: (-len(word), word))
    return re.compile("|".join(map(re.escape, longest))), first


def stem_of(category: str) -> str:
    """Return the thing that a category names, without what is wrong with it.

    Examples
    --------
    >>> stem_of("井盖破损松动"), stem_of("红绿灯故障"), stem_of("占道经营")
    ('井盖', '交通信号灯', '占道经营')
    """
    text = compared(category)
    stem = _TAIL.sub("", text) or text
    groups = {compared(word): compared(group[0]) for group in THINGS for word in group}
    return groups.get(text, groups.get(stem, stem))
