"""Files of the hotline and the city management centre."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence

import numpy as np
import shapely

from sampledistrict.cases import HOTLINE, PATROL, Case
from sampledistrict.formats import File, Row, degrees
from sampledistrict.people import invented_name
from sampledistrict.places import Ground
from sampledistrict.plan import DELIVERED, DISTRICT_CODE, midnight
from sampledistrict.wording import caller, said

DEPARTMENTS = {
    "D01": "滨河区城市管理局",
    "D02": "滨河区公安分局",
    "D03": "滨河区生态环境分局",
    "D04": "滨河区住房和建设局",
    "D05": "云海水务公司",
    "D06": "滨河区市政养护中心",
}
MATTERS = {
    "占道经营": ("0401", "街面秩序", "D01", 2),
    "违规停车": ("0402", "街面秩序", "D02", 4),
    "暴露垃圾": ("0102", "市容环境", "D01", 4),
    "噪声扰民": ("0601", "环境保护", "D03", 8),
    "油烟扰民": ("0116", "市容环境", "D03", 16),
    "物业管理": ("0701", "住房物业", "D04", 40),
    "供水问题": ("0702", "公用服务", "D05", 8),
    "道路破损": ("0110", "市政设施", "D06", 24),
    "井盖破损": ("0801", "市政设施", "D06", 2),
    "路灯故障": ("0802", "市政设施", "D06", 16),
    "非法小广告": ("0201", "宣传广告", "D01", 4),
}
"""Category: code, main class, responsible unit and time limit in working hours."""

MATTER_SCHEME = "滨河区事项清单2025"
_FIRST = f"{DELIVERED[0]:%Y%m%d}"
_STEPS = (("受理", 0.0), ("派遣", 0.05), ("处置", 0.8), ("核查", 0.95), ("结案", 1.0))
"""Steps of a case and the share of its time that has passed by then."""

_STEP_FROM = midnight(dt.date(2026, 6, 1))
_LONG_AGO = midnight(dt.date(2000, 1, 1))
_SATISFIED = ("满意", "基本满意", "不满意", "")


def case_files(cases: Sequence[Case], rng: np.random.Generator) -> Iterator[File]:
    """Yield what hotline and patrol deliver.

    Parameters
    ----------
    cases : sequence of Case
        Numbered and sorted.
    rng : numpy Generator

    Yields
    ------
    File
    """
    yield from _hotline_files([c for c in cases if c.origin == HOTLINE], rng)
    patrol = [c for c in cases if c.origin == PATROL]
    for number, day in enumerate(DELIVERED):
        rows = [_patrol_row(c, _end(day)) for c in _news(patrol, number)]
        if number == len(DELIVERED) - 1:
            rows.append(
                {**rows[-1], "任务号": "XC9999999900001", "上报时间": "2026-13-45 10:00:00"}
            )
        yield File(f"incident_patrol/巡查案件_{day:%Y%m%d}.csv", rows)
        steps = [step for c in _news(patrol, number) for step in _step_rows(c, number)]
        yield File(f"incident_step/办理环节_{day:%Y%m%d}.csv", steps)


def _end(day: dt.date) -> dt.datetime:
    """Return the moment at which a delivery is drawn: the end of its day."""
    return midnight(day) + dt.timedelta(days=1)


def _begin_of_month(day: dt.date, months_back: int) -> dt.datetime:
    month = day.year * 12 + day.month - 1 - months_back
    return midnight(dt.date(month // 12, month % 12 + 1, 1))


def _hotline_files(cases: Sequence[Case], rng: np.random.Generator) -> Iterator[File]:
    """Yield the history first, then each month together with the month before, as it stands."""
    texts = {c.number: _said_by(c, rng) for c in cases}
    for number, day in enumerate(DELIVERED):
        begin = _begin_of_month(day, 1) if number else cases[0].reported_at
        end = _end(day)
        told = [c for c in cases if begin <= c.reported_at < end]
        rows = [_hotline_row(c, end, *texts[c.number]) for c in told]
        path = f"incident_hotline/热线工单_{day:%Y%m%d}.csv"
        yield File(path, rows, encoding="gb18030")


def _said_by(case: Case, rng: np.random.Generator) -> tuple[str, str, str]:
    """Return who called, from which number, and what was said."""
    phone = caller(int(rng.integers(10_000)))
    return invented_name(rng), phone, said(case.category, case.text, phone, rng)


def _closed(case: Case, end: dt.datetime) -> str:
    """Return when a case was closed, empty where it was still open when the delivery was drawn."""
    return f"{case.closed_at}" if case.closed_at and case.closed_at < end else ""


def _hotline_row(case: Case, end: dt.datetime, name: str, phone: str, content: str) -> Row:
    _, main, department, _ = MATTERS[case.category]
    closed = _closed(case, end)
    return {
        "工单编号": case.number,
        "受理时间": f"{case.reported_at:%Y/%m/%d %H:%M:%S}",
        "办结时间": closed.replace("-", "/"),
        "案件状态": "已结案" if closed else "在办",
        "大类名称": main,
        "诉求分类": case.category,
        "诉求性质": "投诉" if case.serial % 5 else "求助",
        "上报渠道": "电话" if case.serial % 4 else "微信",
        "事发地址": case.text,
        "所在社区": case.block.community.name,
        "所在街道": case.block.community.town,
        "承办单位": DEPARTMENTS[department],
        "满意度": _SATISFIED[case.serial % 4] if closed else "",
        "来电人": name,
        "联系电话": phone,
        "诉求内容": content,
    }


def _news(cases: Sequence[Case], number: int) -> list[Case]:
    """Return the cases that a delivery adds, and those closed since the one before."""
    end = _end(DELIVERED[number])
    begin = _end(DELIVERED[number - 1]) if number else _LONG_AGO
    return [
        c
        for c in cases
        if c.reported_at < end
        and (c.reported_at >= begin or (c.closed_at is not None and begin <= c.closed_at < end))
    ]


def _patrol_row(case: Case, end: dt.datetime) -> Row:
    lon, lat = degrees(*(case.point or (0.0, 0.0)))
    _, main, department, _ = MATTERS[case.category]
    closed = _closed(case, end)
    return {
        "任务号": case.number,
        "上报时间": f"{case.reported_at}",
        "结案时间": closed,
        "案件状态": "已结案" if closed else "在办",
        "分类体系": MATTER_SCHEME,
        "大类名称": main,
        "小类名称": case.category,
        "问题来源": "巡查上报",
        "所在社区": case.block.community.name,
        "单元网格标识码": case.block.unit_grid,
        "部件编码": case.component.code if case.component else "",
        "责任单位": DEPARTMENTS[department],
        "经度": lon,
        "纬度": lat,
    }


def _step_rows(case: Case, number: int) -> Iterator[Row]:
    """Yield the steps of a recent case that were taken since the delivery before."""
    if case.reported_at < _STEP_FROM:
        return
    begin = _end(DELIVERED[number - 1]) if number else _LONG_AGO
    took = (case.closed_at or case.reported_at) - case.reported_at
    for name, share in _STEPS[: 5 if case.closed_at else 2]:
        at = case.reported_at + dt.timedelta(seconds=round(max(took.total_seconds(), 0) * share))
        if begin <= at < _end(DELIVERED[number]):
            unit = DEPARTMENTS[MATTERS[case.category][2]]
            yield {"案件编号": case.number, "环节名称": name, "办理时间": f"{at}", "办理单位": unit}


def rule_files(ground: Ground) -> Iterator[File]:
    """Yield departments, the catalogue of matters, who answers for what, and what was done.

    Parameters
    ----------
    ground : Ground

    Yields
    ------
    File
    """
    departments = [
        {"部门编码": code, "部门名称": name, "联系电话": "13600000000"}
        for code, name in DEPARTMENTS.items()
    ]
    yield File(f"department/责任部门_{_FIRST}.xlsx", departments)
    yield File(f"matter/事项清单_{_FIRST}.xlsx", [_matter_row(name) for name in MATTERS])
    codes = [c.code for c in ground.cells if c.layer == "responsibility"]
    duties = [
        {"责任网格代码": grid, "事项代码": code, "编码方案": MATTER_SCHEME, "部门编码": department}
        | {"生效日期": "2025-01-01"}
        for grid in codes
        for code, _, department, _ in MATTERS.values()
    ]
    yield File(f"responsibility/责任清单_{_FIRST}.csv", duties)
    yield _interventions(ground)


def _matter_row(name: str) -> Row:
    code, main, department, hours = MATTERS[name]
    return {
        "编码方案": MATTER_SCHEME,
        "事项类型": "部件" if main == "市政设施" else "事项",
        "事项代码": code,
        "事项名称": name,
        "大类名称": main,
        "立案条件序号": "1",
        "立案条件": f"发现{name}问题",
        "处置时限": hours,
        "时限单位": "工作时",
        "责任部门编码": department,
        "生效日期": dt.date(2025, 1, 1),
    }


def _interventions(ground: Ground) -> File:
    """Write two measures, one as an area and one as a point."""
    park = next(c for c in ground.cells if c.layer == "extended")
    corner = shapely.Point(ground.corners[1, 1])
    rows: list[Row] = [
        {"措施编号": f"{DISTRICT_CODE}M{number:02}", "措施名称": name, "案件类别": category}
        | {"开始日期": begun, "结束日期": ended or "", "实施单位": DEPARTMENTS["D01"]}
        for number, (name, category, begun, ended) in enumerate(
            (
                ("厂区周边停车整治", "违规停车", "2026-03-01", "2026-05-31"),
                ("路口疏导点", "占道经营", "2026-06-15", None),
            ),
            start=1,
        )
    ]
    return File(f"intervention/治理措施_{_FIRST}.geojson", rows, [park.shape, corner])
