"""Words that stand in addresses and name no place: where a place lies, and what introduces it."""

from __future__ import annotations

__all__ = ["CROSSING", "FILLER", "RELATIVE", "WORDS"]

RELATIVE, CROSSING, FILLER = 1, 2, 3

_RELATIVE = (
    *("旁", "旁边", "对面", "斜对", "斜对面", "附近", "附进", "隔壁", "门口", "门前", "楼下"),
    *(
        "楼前",
        "楼后",
        "层下",
        "后面",
        "前面",
        "后边",
        "前边",
        "周边",
        "周围",
        "沿线",
        "外侧",
        "内侧",
    ),
    *(a + b for a in "东南西北" for b in "侧边面"),
    *(a + b for a in "以往向" for b in "东南西北"),
    *(a + b + "侧" for a in "东西" for b in "南北"),
    *("路" + a for a in "东南西北"),
    *("之间", "中间段"),
)
_CROSSING = (
    *("路口", "街口", "巷口", "交叉口", "交叉处", "交叉路口", "十字路口", "丁字路口"),
    *("交汇处", "交汇", "交会处", "交会", "交界处", "交界", "相交处", "相交", "路交叉口"),
)
_FILLER = (
    *("中国", "中华人民共和国", "在", "位于", "地址", "住址", "住", "就是", "暂住", "现住", "户籍"),
    *("的", "与", "和", "及", "至", "近", "靠近", "临街", "沿街", "内", "里面", "院内", "小区内"),
    *("居委会", "村委会", "办事处"),
)

#: Word to what it is.
WORDS: dict[str, int] = {
    **dict.fromkeys(_FILLER, FILLER),
    **dict.fromkeys(_RELATIVE, RELATIVE),
    **dict.fromkeys(_CROSSING, CROSSING),
}
