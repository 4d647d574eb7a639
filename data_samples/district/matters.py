"""The catalogue of matters: codes, limits, who answers, how often and where they happen."""

from __future__ import annotations

from dataclasses import dataclass

DEPARTMENTS = {
    "D01": "{district}城市管理局",
    "D02": "{district}公安分局",
    "D03": "{district}生态环境分局",
    "D04": "{district}住房和建设局",
    "D05": "{city}水务公司",
    "D06": "{district}市政养护中心",
}
SCHEME = "{district}事项清单2025"


@dataclass(frozen=True)
class Matter:
    """A category of cases.

    Parameters
    ----------
    name, code, main, department : str
    hours : int
        Time limit in working hours.
    called, patrolled : float
        Share of the hotline's and of the patrols' cases.
    where : str
        "home", "building", "street", or the name of the component it is about.
    summer : float
        How much more of it there is in July than in the mean month; negative: in January.
    app_name : str
        What the app calls it.
    """

    name: str
    code: str
    main: str
    department: str
    hours: int
    called: float
    patrolled: float
    where: str
    summer: float
    app_name: str


MATTERS = (
    Matter(
        "占道经营",
        "0401",
        "街面秩序",
        "D01",
        2,
        0.28,
        0.4,
        "building",
        0.3,
        "流动摊贩",
    ),
    Matter(
        "违规停车",
        "0402",
        "街面秩序",
        "D02",
        4,
        0.14,
        0.1,
        "building",
        0.0,
        "乱停车",
    ),
    Matter(
        "暴露垃圾",
        "0102",
        "市容环境",
        "D01",
        4,
        0.12,
        0.15,
        "building",
        0.2,
        "垃圾未清",
    ),
    Matter(
        "噪声扰民",
        "0601",
        "环境保护",
        "D03",
        8,
        0.12,
        0.0,
        "home",
        0.35,
        "噪音",
    ),
    Matter(
        "物业管理",
        "0701",
        "住房物业",
        "D04",
        40,
        0.13,
        0.0,
        "home",
        0.0,
        "物业问题",
    ),
    Matter("供水问题", "0702", "公用服务", "D05", 8, 0.07, 0.0, "home", -0.3, "停水"),
    Matter(
        "油烟扰民",
        "0116",
        "市容环境",
        "D03",
        16,
        0.08,
        0.0,
        "building",
        0.15,
        "油烟",
    ),
    Matter(
        "道路破损",
        "0110",
        "市政设施",
        "D06",
        24,
        0.06,
        0.05,
        "building",
        -0.1,
        "路面坑洼",
    ),
    Matter(
        "井盖破损",
        "0801",
        "市政设施",
        "D06",
        2,
        0.0,
        0.15,
        "井盖",
        0.1,
        "井盖",
    ),
    Matter("路灯故障", "0802", "市政设施", "D06", 16, 0.0, 0.07, "路灯", -0.2, "路灯不亮"),
    Matter(
        "非法小广告",
        "0201",
        "宣传广告",
        "D01",
        4,
        0.0,
        0.08,
        "street",
        0.0,
        "小广告",
    ),
)
"""Kinds of matters, with their codes in the district's own scheme."""

NAMES = tuple(m.name for m in MATTERS)


def number_of(name: str) -> int:
    """Return the row of a matter.

    Examples
    --------
    >>> number_of("占道经营")
    0
    """
    return NAMES.index(name)
