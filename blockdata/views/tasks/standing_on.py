"""What lists of tasks stand on, in words."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from blockdata.analysis.tasks import STOP_REASONS, UPKEEP_REASONS
from blockdata.config import Config
from blockdata.report.words import Words

__all__ = ["explain_patrol", "explain_upkeep"]


def explain_patrol(stops: pd.DataFrame, routes: pd.DataFrame, config: Config, words: Words) -> str:
    """Tell what patrol lists stand on.

    Parameters
    ----------
    stops, routes : DataFrame
        Tables patrol_task and patrol_route.
    config : Config
    words : Words
    """
    return "\n".join(_patrol(stops, routes, config, words))


def _patrol(
    stops: pd.DataFrame, routes: pd.DataFrame, config: Config, words: Words
) -> Iterator[str]:
    if stops.empty:
        yield words.t("没有巡查清单。", "There are no patrol lists.")
        return
    settings, day = config.tasks, f"{stops['task_on'].iloc[0]:%Y-%m-%d}"
    length_m = routes["length_m"].sum()
    yield words.t(
        f"{day} 巡查清单：{len(routes)} 个网格，{len(stops)} 站，路线共 {length_m:,.0f} 米",
        f"Patrol lists for {day}: {len(routes)} grids, {len(stops)} stops, {length_m:,.0f} m",
    )
    yield words.t(
        f"得分（一次到场可能遇到的问题数）＝ 未来 {settings.horizon_days} 天预计新发"
        f" ＋ {settings.open_weight:g} × 未办结 ＋ {settings.idle_weight:g} × {settings.idle_days} "
        f"天无进展 ＋ {settings.overdue_weight:g} × 超期 ＋ {settings.due_soon_weight:g} × 临期；"
        f"每格至多 {settings.stops_per_grid} 站，其中整格巡查至多 {settings.cells_per_grid} 站",
        f"score (problems that a visit may meet) = new ones expected in {settings.horizon_days} "
        f"days + {settings.open_weight:g} x open + {settings.idle_weight:g} x idle for "
        f"{settings.idle_days} days + {settings.overdue_weight:g} x overdue + "
        f"{settings.due_soon_weight:g} x soon due; at most {settings.stops_per_grid} stops a grid, "
        f"{settings.cells_per_grid} of them whole cells",
    )
    straight = int((routes["by"] != "streets").sum())
    yield words.t(
        f"路线从起点走到最后一站，其中 {len(routes) - straight} 条沿街道计算，{straight} 条按直线",
        f"routes run from the start to the last stop, {len(routes) - straight} measured along "
        f"streets, {straight} straight",
    )
    yield from _counts(stops, {**STOP_REASONS}, words, ("站", "stops"))


def explain_upkeep(rows: pd.DataFrame, words: Words) -> str:
    """Tell what the upkeep tasks are.

    Parameters
    ----------
    rows : DataFrame
        Table upkeep_task.
    words : Words
    """
    if rows.empty:
        return words.t("没有登记维护任务。", "No record wants upkeep.")
    first = words.t(
        f"登记维护：{len(rows)} 条记录（只说物、单位和建筑，不说人）",
        f"Upkeep of registers: {len(rows)} records (things, entities, buildings, never a person)",
    )
    return "\n".join([first, *_counts(rows, {**UPKEEP_REASONS}, words, ("条", "records"))])


def _counts(
    rows: pd.DataFrame,
    reasons: dict[str, tuple[str, str]],
    words: Words,
    unit: tuple[str, str],
) -> Iterator[str]:
    counted = rows["reasons"].str.split(",").explode().value_counts()
    for code, told in reasons.items():
        if number := int(counted.get(code, 0)):
            yield words.t(f"  {told[0]}：{number} {unit[0]}", f"  {told[1]}: {number} {unit[1]}")
