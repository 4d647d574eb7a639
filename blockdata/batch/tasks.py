"""The step that says what to do tomorrow: where to go, and which records want a hand."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Any

import pandas as pd

from blockdata.analysis.tasks import (
    Evidence,
    TaskRules,
    choose_stops,
    distances_between,
    lay_route,
    score_stops,
    start_in,
    why,
)
from blockdata.batch.findings import Finding
from blockdata.batch.steps import Context
from blockdata.batch.upkeep import write_upkeep
from blockdata.config import Config
from blockdata.config.tasks import Tasks
from blockdata.engines import feeds, task_feeds
from blockdata.kernels.network import StreetNetwork
from blockdata.store import derived
from blockdata.store.session import Session

__all__ = ["find_tasks", "placed_stops"]

_STOP = ["stop_kind", "stop"]
_PLACE = ["place_kind", "place"]
_METRES_DIGITS = 1


def find_tasks(session: Session, context: Context) -> None:
    """Write the patrol list and route of every grid for the day `as_of`, and the upkeep tasks.

    Where no grid of the layer stands there are no patrol lists, and that is told.
    """
    settings = context.config.tasks
    derived.clear_result(session, "patrol_task", "patrol_route", "upkeep_task")
    grids = task_feeds.standing_grids(session, settings.layer, context.last_day)
    cells = task_feeds.cells_in_grids(session, context.config.grid, grids, context.last_day)
    if grids.empty:
        told = (
            "没有责任网格，未生成巡查清单",
            "there are no such grids: no patrol lists were made",
        )
        context.tell(Finding("no_grids", settings.layer, *told, warns=False))
    else:
        _write_patrol(session, context, grids, cells)
    write_upkeep(session, context, grids, cells)


def rules_of(config: Config) -> TaskRules:
    """Return the settings as the analysis takes them."""
    settings = config.tasks
    return TaskRules(
        window_days=config.chronic.window_days // 30 * 30,
        horizon_days=settings.horizon_days,
        idle_days=settings.idle_days,
        unseen_days=settings.unseen_days,
        open_weight=settings.open_weight,
        idle_weight=settings.idle_weight,
        overdue_weight=settings.overdue_weight,
        due_soon_weight=settings.due_soon_weight,
        stops_per_grid=settings.stops_per_grid,
        cells_per_grid=settings.cells_per_grid,
    )


def _write_patrol(
    session: Session, context: Context, grids: pd.DataFrame, cells: pd.DataFrame
) -> None:
    rules = rules_of(context.config)
    scored = score_stops(_evidence(session), as_of=pd.Timestamp(context.end), rules=rules)
    placed = placed_stops(session, scored, grids, cells)
    _tell_unplaced(context, len(scored) - int(placed["grid"].notna().sum()))
    chosen = choose_stops(placed, rules)
    candidates = placed.groupby("grid").size()
    routed = _routes(session, context.config.tasks, chosen, grids)
    if not routed:
        return
    stops = pd.concat([stops for stops, _ in routed], ignore_index=True)
    stops = stops.join(why(stops, rules)).assign(task_on=context.as_of)
    stops = stops.rename(columns={"stop_kind": "place_kind", "stop": "place"})
    routes = pd.DataFrame([route for _, route in routed]).assign(task_on=context.as_of)
    routes["left_out"] = routes["grid"].map(candidates) - routes["stops"]
    derived.write_result(session, "patrol_task", stops)
    derived.write_result(session, "patrol_route", routes)


def _evidence(session: Session) -> Evidence:
    """Read what speaks for places, told of the stops where one goes for them."""
    frames = {
        "rates": task_feeds.chronic_rates(session),
        "open_episodes": task_feeds.open_episodes(session),
        "hot": task_feeds.hot_places(session),
        "seen": task_feeds.seen_places(session),
    }
    open_ = frames["open_episodes"]
    frames["open_episodes"] = open_[open_["place_kind"] != "area"].reset_index(drop=True)
    listed = pd.concat([frame[_PLACE] for frame in frames.values()])
    stops = task_feeds.stops_of(session, listed)
    told = {
        name: frame.merge(stops, on=_PLACE).drop(columns=_PLACE) for name, frame in frames.items()
    }
    return Evidence(**told)


def placed_stops(
    session: Session, stops: pd.DataFrame, grids: pd.DataFrame, cells: pd.DataFrame
) -> pd.DataFrame:
    """Give stops x, y, name and grid (null in none); those without a point are left out.

    Parameters
    ----------
    session : Session
    stops : DataFrame
        stop_kind, stop.
    grids, cells : DataFrame
        As from `task_feeds.standing_grids` and `task_feeds.cells_in_grids`.
    """
    facts = task_feeds.stop_facts(session, stops, cells)
    facts["grid"] = (
        facts["grid"].astype("str").fillna(task_feeds.grid_of_points(grids, facts["x"], facts["y"]))
    )
    return stops.merge(facts, on=_STOP)


def _tell_unplaced(context: Context, count: int) -> None:
    if count:
        context.tell(
            Finding(
                "stops_without_grid",
                context.config.tasks.layer,
                f"{count} 个待巡查地点没有坐标或不在任何责任网格内，未列入清单",
                f"{count} places to go to have no point or lie in no grid: they are on no list",
                count,
                warns=False,
            )
        )


def _routes(
    session: Session, settings: Tasks, chosen: pd.DataFrame, grids: pd.DataFrame
) -> list[tuple[pd.DataFrame, dict[str, object]]]:
    lines = feeds.streets(session)["geom"].to_numpy(dtype=object)
    streets = StreetNetwork(lines) if len(lines) else None
    facts = {str(row["cell"]): row for row in grids.to_dict("records")}
    return [
        _route(facts[str(grid)], stops, streets, settings)
        for grid, stops in chosen.groupby("grid", sort=True)
    ]


def _route(
    grid: Mapping[Hashable, Any],
    stops: pd.DataFrame,
    streets: StreetNetwork | None,
    settings: Tasks,
) -> tuple[pd.DataFrame, dict[str, object]]:
    """Return the stops of a grid in the order of the way, and the facts of the route."""
    x, y = stops["x"].tolist(), stops["y"].tolist()
    station = settings.stations.get(str(grid["code"]))
    start = station or start_in(x, y, grid["geom"])
    distance_m, by = distances_between([start[0], *x], [start[1], *y], streets, settings.reach_m)
    way = lay_route(distance_m, settings.max_route_m)
    walked = stops.iloc[way.order].reset_index(drop=True)
    walked = walked.assign(no=range(1, len(walked) + 1), leg_m=way.leg_m.round(_METRES_DIGITS))
    return walked, {
        "grid": grid["cell"],
        "stops": len(walked),
        "length_m": round(way.length_m, _METRES_DIGITS),
        "listed_m": round(way.naive_m, _METRES_DIGITS),
        "by": by,
        "start": "station" if station else "inner point",
        "start_x": round(start[0], _METRES_DIGITS),
        "start_y": round(start[1], _METRES_DIGITS),
    }
