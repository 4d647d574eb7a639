"""The step that says until when cases are to be dealt with, and which units answer for them."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd

from blockdata.batch.findings import Finding
from blockdata.batch.steps import Context
from blockdata.config import Config
from blockdata.engines import case_feeds, feeds
from blockdata.grid.standing import stands_on
from blockdata.link.clock import WorkCalendar, utc_times, wall_clock_times
from blockdata.link.order import positions
from blockdata.link.responsibility import (
    LightSettings,
    allowed_hours,
    departments_of_bodies,
    disputed_borders,
    disputed_duties,
    due_soon,
    lights,
    limits_of_cases,
    near_borders,
    ownerless,
    paused_hours,
    rank_units,
)
from blockdata.link.timelines import suspensions
from blockdata.store import derived
from blockdata.store.session import Session

_LAYER = "responsibility"
_TIMES = ("reported_at", "accepted_at", "dispatched_at", "handled_at", "closed_at")
_STARTS = ("reported", "accepted", "dispatched")
"""Steps at which a clock may start, in order."""


def write_responsibility(session: Session, context: Context) -> None:
    """Write limits, lights and units of the cases that are open or recent.

    The limit of a case is that of the catalogue in force on the day it was reported. Its units are
    those that lists and grids name on the last known day: who would be asked today.
    """
    since = context.as_of - dt.timedelta(days=context.config.responsibility.listed_days)
    cases = case_feeds.listed_cases(session, context.end, context.config.city.midnight_utc(since))
    matters = case_feeds.matter_states(session)
    cases = _with_clocks(cases, context.config)
    _write_limits(session, context, cases, matters)
    _write_units(session, context, cases, matters[stands_on(matters, context.last_day)])


def calendar_of(config: Config) -> WorkCalendar:
    """Return the calendar by which working time is counted."""
    return WorkCalendar(**config.calendar.model_dump())


def _with_clocks(cases: pd.DataFrame, config: Config) -> pd.DataFrame:
    """Turn times into local ones, and tell when each case's clock starts and stops.

    A case that its source calls suspended has no running clock if no step tells since when.
    """
    day = config.city.local_days(cases["reported_at"])
    local = {name: wall_clock_times(cases[name], config.city.zone) for name in _TIMES}
    opened = local["reported_at"]
    for name in _STARTS[1 : _STARTS.index(config.responsibility.clock_starts) + 1]:
        opened = local[f"{name}_at"].fillna(opened)
    if config.responsibility.suspension_stops_clock:
        opened = opened.mask(cases["held"] & cases["closed_at"].isna())
    handled = local["handled_at"].fillna(local["closed_at"])
    return cases.assign(day=day, opened_at=opened, handled_at=handled)


def _write_limits(
    session: Session, context: Context, cases: pd.DataFrame, matters: pd.DataFrame
) -> None:
    """Write the limit of every case that has one: due time, light and hours left."""
    _tell_catalogue(context, matters)
    rules, calendar = context.config.responsibility, calendar_of(context.config)
    now = pd.Timestamp(context.as_of)
    limits = _limits(cases, matters, calendar)
    limited = limits["limit"].notna()
    cases = cases[limited.to_numpy()].reset_index(drop=True)
    limits = limits[limited].reset_index(drop=True)
    paused = pd.DataFrame({"id": [], "begins": [], "ends": []})
    if rules.suspension_stops_clock:
        paused = _suspensions(session, context)
    running = cases.assign(limit=limits["limit"], limit_unit=limits["limit_unit"])
    running = running.assign(
        paused_hours=paused_hours(running, paused, calendar, now),
        allowed_hours=allowed_hours(
            running,
            calendar,
            extension_share=rules.extension_share,
            max_extensions=rules.max_extensions,
        ),
    )
    settings = LightSettings(yellow_share=rules.yellow_share, red_share=rules.red_share)
    told = lights(running, calendar, now, settings)
    waits = running["is_suspended"] & rules.suspension_stops_clock
    soon = due_soon(told[~waits], within_hours=rules.due_soon_hours)
    told = told.assign(due_soon=told["id"].isin(soon["id"]))
    _tell_due(context, soon)
    due_at = utc_times(told["due_at"], context.config.city.zone)
    written = limits.drop(columns="due_at").assign(**told.drop(columns="id"))
    written = written.assign(due_at=due_at).rename(columns={"id": "incident"})
    derived.write_result(session, "case_limit", written)


def _limits(cases: pd.DataFrame, matters: pd.DataFrame, calendar: WorkCalendar) -> pd.DataFrame:
    """Return the limit of each case by the catalogue that was in force on its day."""
    asked = cases.assign(condition_no=pd.Series(None, index=cases.index, dtype="str"))
    changes = pd.concat([matters["valid_from"], matters["valid_to"]]).dropna()
    changes = np.unique(pd.to_datetime(changes).to_numpy(dtype="datetime64[us]"))
    period = np.searchsorted(changes, cases["day"].to_numpy(dtype="datetime64[us]"), "right")
    parts = []
    for own in (asked[period == number] for number in np.unique(period)):
        in_force = matters[stands_on(matters, own["day"].iloc[0])]
        parts.append(limits_of_cases(own, in_force, calendar).set_index(own.index))
    return pd.concat(parts).sort_index() if parts else limits_of_cases(asked, matters, calendar)


def _suspensions(session: Session, context: Context) -> pd.DataFrame:
    steps = case_feeds.steps(session, context.end, of_suspended=True)
    found = suspensions(steps.rename(columns={"incident": "case_no"}))
    zone = context.config.city.zone
    local = {name: wall_clock_times(found[name], zone) for name in ("begins", "ends")}
    return found.rename(columns={"case_no": "id"}).assign(**local)


def _write_units(
    session: Session, context: Context, cases: pd.DataFrame, matters: pd.DataFrame
) -> None:
    """Write the ranked units of every case, and where nobody answers or two units do."""
    listed = case_feeds.duty_states(session)
    duties = listed[stands_on(listed, context.last_day)]
    derived.write_result(session, "disputed_duty", disputed_duties(duties))
    derived.clear_result(session, "case_unit", "ownerless", "disputed_border")
    _tell_list(context, listed)
    if cases.empty:
        return
    departments = case_feeds.departments(session)
    placed = _with_neighbours(session, context, _with_bodies(session, cases, departments))
    stations = departments.rename(columns={"code": "department"})
    ranked = rank_units(placed, matters, duties, stations=stations)
    at = positions(ranked["id"], placed["id"])
    written = ranked.rename(columns={"id": "incident"})
    written = written.assign(border_m=placed["border_m"].to_numpy(float)[at])
    derived.append_result(session, "case_unit", written)
    told = bool(len(duties) or matters["department"].notna().any())
    nobody = ownerless(placed.iloc[: None if told else 0], ranked)
    borders = disputed_borders(placed, ranked)
    derived.append_result(session, "ownerless", nobody)
    derived.append_result(session, "disputed_border", borders)
    _tell_disputes(context, nobody, borders)


def _with_bodies(session: Session, cases: pd.DataFrame, departments: pd.DataFrame) -> pd.DataFrame:
    """Add keeper and owner of the component that each case is about."""
    bodies = case_feeds.bodies_of_components(session)
    row = positions(cases["component"], bodies["id"])
    found = {
        name: departments_of_bodies(bodies[f"{name}_code"], bodies[f"{name}_name"], departments)
        for name in ("keeper", "owner")
    }
    taken = pd.DataFrame(found).reindex(row).set_axis(cases.index)
    return cases.assign(keeper=taken["keeper"], owner=taken["owner"])


def _with_neighbours(session: Session, context: Context, cases: pd.DataFrame) -> pd.DataFrame:
    """Add the code of the case's grid, and of the one across a near border with its distance."""
    cells = feeds.cells_standing(session, (_LAYER,), (), context.last_day)
    named = feeds.cell_names(session, (_LAYER,), (), context.last_day)
    code = dict(zip(named["cell"], named["code"], strict=True))
    within_m = context.config.responsibility.border_m
    inside = cases[cases["cell"].notna()]
    near = near_borders(inside, cells.rename(columns={"id": "cell"}), within_m=within_m)
    row = positions(cases["id"], near["id"])
    own = cases["cell"].map(code).astype("str")
    across = near["neighbour"].map(code).astype("str").reindex(row).set_axis(cases.index)
    border_m = near["border_m"].reindex(row).set_axis(cases.index)
    # Two grids with one code are one to the list of responsibilities.
    same = across.isna() | (across == own)
    return cases.assign(grid=own, neighbour=across.mask(same), border_m=border_m.mask(same))


def _tell_catalogue(context: Context, matters: pd.DataFrame) -> None:
    if matters["time_limit"].isna().all():
        context.tell(
            Finding(
                "no_time_limits",
                "matter",
                "没有写明时限的事项清单，案件没有时限和红黄绿灯",
                "no catalogue of matters states time limits: cases have no limit and no light",
                warns=False,
            )
        )


def _tell_list(context: Context, listed: pd.DataFrame) -> None:
    if listed.empty:
        context.tell(
            Finding(
                "no_responsibility_list",
                "responsibility",
                "没有责任清单，责任单位只依事项清单、部件权属与就近推定",
                "there is no list of responsibilities: units are only told by the catalogue of "
                "matters, by components and by who is nearest",
                warns=False,
            )
        )


def _tell_due(context: Context, soon: pd.DataFrame) -> None:
    """Say how many open cases are overdue, and how many soon will be."""
    overdue = int((soon["hours_left"] < 0).sum())
    if overdue:
        context.tell(
            Finding(
                "overdue",
                "incident",
                f"{overdue} 件在办案件已超过处置时限",
                f"{overdue} open cases are past their time limit",
                overdue,
                warns=False,
            )
        )
    if near := len(soon) - overdue:
        hours = f"{context.config.responsibility.due_soon_hours:g}"
        context.tell(
            Finding(
                "due_soon",
                "incident",
                f"{near} 件在办案件将在 {hours} 小时内（按各自时限的计时方式）到期",
                f"{near} open cases are due within {hours} hours of their own clock",
                near,
                warns=False,
            )
        )


def _tell_disputes(context: Context, nobody: pd.DataFrame, borders: pd.DataFrame) -> None:
    """Say for how many cases nobody is known, and along which border most are in dispute."""
    if cases := int(nobody["cases"].sum()):
        context.tell(
            Finding(
                "ownerless",
                "responsibility",
                f"{cases} 件案件（类别与网格的组合 {len(nobody)} 个）找不到责任单位",
                f"no unit answers for {cases} cases ({len(nobody)} combinations of category and "
                "grid)",
                cases,
                warns=False,
            )
        )
    if len(borders):
        cases, top = int(borders["cases"].sum()), borders.iloc[0]
        context.tell(
            Finding(
                "disputed_border",
                "responsibility",
                f"{cases} 件案件紧邻 {len(borders)} 条责任网格边界、两侧责任单位不同，"
                f"最多的是 {top['grid']} 与 {top['neighbour']} 之间（{top['cases']} 件）",
                f"{cases} cases lie along {len(borders)} borders of responsibility grids whose "
                f"sides have different units; most, {top['cases']}, between {top['grid']} and "
                f"{top['neighbour']}",
                cases,
                warns=False,
            )
        )
