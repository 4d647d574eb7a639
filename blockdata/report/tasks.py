"""What to do tomorrow: patrol lists, upkeep of registers, and what the last lists brought."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import pandas as pd
from markupsafe import Markup

from blockdata.analysis.tasks import UPKEEP_REASONS
from blockdata.engines import feeds, task_feeds
from blockdata.report.route_map import draw_route
from blockdata.report.settings import Settings
from blockdata.report.task_words import outcome_lines, told_by
from blockdata.report.words import Words, metres, tenth
from blockdata.store.session import Session

__all__ = ["GridLine", "StopLine", "TaskSection", "task_section"]

_TOP_GRIDS, _TOP_STOPS = 10, 5


@dataclass(frozen=True)
class StopLine:
    """One stop: its number on the way, what it is, and why to go."""

    no: int
    name: str
    score: str
    why: str


@dataclass(frozen=True)
class GridLine:
    """One grid's list.

    Parameters
    ----------
    name, by, length_m : str
    stops, left_out, upkeep : int
    top : list of StopLine
        The stops with the highest scores; empty for grids beyond the first.
    """

    name: str
    stops: int
    left_out: int
    length_m: str
    by: str
    upkeep: int
    top: list[StopLine]


@dataclass(frozen=True)
class TaskSection:
    """Tasks of the day.

    Parameters
    ----------
    day : str
    layer : str
        What the grids are called.
    grids : list of GridLine
        Those whose stops have the highest scores first.
    map : Markup or None
        The first grid's route.
    map_name : str
    upkeep : list of (str, int)
        Reasons and how many records have them.
    upkeep_total : int
    outcomes : list of str
    notes : list of str
        What is on no list.
    """

    day: str
    layer: str
    grids: list[GridLine]
    map: Markup | None
    map_name: str
    upkeep: list[tuple[str, int]]
    upkeep_total: int
    outcomes: list[str]
    notes: list[str]


def task_section(
    session: Session, settings: Settings, words: Words, as_of: dt.date
) -> TaskSection | None:
    """Return the section; None where there are no tasks.

    Parameters
    ----------
    session : Session
    settings : Settings
    words : Words
    as_of : date
    """
    stops, routes, upkeep, outcomes = (
        task_feeds.tasks_of(session, table)
        for table in ("patrol_task", "patrol_route", "upkeep_task", "task_outcome")
    )
    if stops.empty and upkeep.empty:
        return None
    score = stops.groupby("grid")["score"].sum().rename("score").reset_index()
    ranked = routes.merge(score, on="grid").sort_values(
        ["score", "grid"], ascending=[False, True], ignore_index=True
    )
    told = task_feeds.findings_of(session)
    return TaskSection(
        day=f"{as_of:%Y-%m-%d}",
        layer=words.layer(settings.tasks.layer),
        grids=_grids(ranked, stops, upkeep, words),
        map=_map(session, ranked, stops, settings, words, as_of),
        map_name="" if ranked.empty else str(ranked["grid_name"].iloc[0]),
        upkeep=_reasons(upkeep, words),
        upkeep_total=len(upkeep),
        outcomes=outcome_lines(outcomes, words),
        notes=[words.t(zh, en) for zh, en in zip(told["zh"], told["en"], strict=True)],
    )


def _grids(
    ranked: pd.DataFrame, stops: pd.DataFrame, upkeep: pd.DataFrame, words: Words
) -> list[GridLine]:
    own = upkeep.groupby("grid").size()
    by_grid = dict(list(stops.groupby("grid")))
    return [
        GridLine(
            name=str(row["grid_name"]),
            stops=int(row["stops"]),
            left_out=int(row["left_out"]),
            length_m=metres(row["length_m"]),
            by=told_by(str(row["by"]), words),
            upkeep=int(own.get(row["grid"], 0)),
            top=_top(by_grid[row["grid"]], words) if place < _TOP_GRIDS else [],
        )
        for place, row in enumerate(ranked.to_dict("records"))
    ]


def _top(stops: pd.DataFrame, words: Words) -> list[StopLine]:
    first = stops.sort_values("priority").head(_TOP_STOPS)
    return [
        StopLine(int(row["no"]), _name(row["name"]), tenth(row["score"]), row[f"why_{words.lang}"])
        for row in first.to_dict("records")
    ]


def _name(name: object) -> str:
    return name if isinstance(name, str) else "—"


def _map(
    session: Session,
    ranked: pd.DataFrame,
    stops: pd.DataFrame,
    settings: Settings,
    words: Words,
    as_of: dt.date,
) -> Markup | None:
    if ranked.empty:
        return None
    route = ranked.iloc[0]
    day = as_of - dt.timedelta(days=1)
    grids = task_feeds.standing_grids(session, settings.tasks.layer, day)
    areas = grids.loc[grids["cell"] == route["grid"], "geom"].tolist()
    own = stops[stops["grid"] == route["grid"]]
    label = words.t(f"{route['grid_name']}巡查路线", f"Patrol route of {route['grid_name']}")
    titles = own["name"].fillna("") + words.t("：", ": ") + own[f"why_{words.lang}"]
    # draw_route escapes every text in it.
    return Markup(
        draw_route(
            own.assign(title=titles),
            (route["start_x"], route["start_y"]),
            areas[0] if areas else None,
            feeds.streets(session)["geom"].tolist(),
            label,
        )
    )


def _reasons(upkeep: pd.DataFrame, words: Words) -> list[tuple[str, int]]:
    counted = upkeep["reasons"].str.split(",").explode().value_counts()
    return [
        (words.t(*told), int(counted[code]))
        for code, told in UPKEEP_REASONS.items()
        if code in counted.index
    ]
