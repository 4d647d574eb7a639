"""What indicators are counted from, as the base has it: one frame per subject.

People are published figures of atoms only. Days are local.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd

from blockdata.analysis.indicators import Facts, Figures
from blockdata.config import Config
from blockdata.engines import feeds
from blockdata.engines.case_feeds import CLOSED, COURSE
from blockdata.engines.indicator_asked import THINGS, Asked, indicator_cells
from blockdata.engines.indicator_figures import FIGURES_OF, outermost, shared_cells
from blockdata.engines.indicator_inputs import indicator_gaps, indicator_inputs
from blockdata.link.episodes.recurrences import recurrences
from blockdata.link.order import positions
from blockdata.records import Type
from blockdata.store.connection import quote
from blockdata.store.session import Session

__all__ = [
    "THINGS",
    "Asked",
    "case_facts",
    "case_subject",
    "cases_in_cells",
    "episode_facts",
    "episode_subject",
    "episodes_in_all_cells",
    "indicator_cells",
    "indicator_gaps",
    "indicator_inputs",
    "indicator_subjects",
    "outermost",
    "shared_cells",
    "void_facts",
]

_TIMES = ("reported", "accepted", "dispatched", "handled", "closed", "due")

_LASTED = "(e.first_reported >= $begins OR e.closed_at IS NULL OR e.closed_at >= $begins)"
"""Episodes `e` that were not over before $begins."""


def indicator_subjects(session: Session, asked: Asked) -> dict[str, Facts | Figures]:
    """Return every subject that the registry's measures ask for and the base has rows of.

    Parameters
    ----------
    session : Session
        Whose run has linked cases and found courses, limits, episodes, coverage, hot and chronic
        places.
    asked : Asked

    Returns
    -------
    dict of subject to Facts or Figures
        For `measure_table`. "case", "void_case" and "episode" as from `case_facts`, `void_facts`
        and `episode_facts`; records of a kind in their states, with the cells they stood in;
        figures by cell, the whole base among them.

    Raises
    ------
    ConfigError
        As from `Registry.check`.
    """
    made: dict[str, Callable[[Session, Asked], Facts | Figures | None]] = {
        "case": case_subject,
        "void_case": _void_cases,
        "episode": episode_subject,
        **FIGURES_OF,
    }
    asked.registry.check(session.catalogue)
    found: dict[str, Facts | Figures] = {}
    for name in asked.registry.subjects():
        subject = made[name](session, asked) if name in made else _records(session, asked, name)
        if subject is not None:
            found[name] = subject
    return found


def case_facts(session: Session, asked: Asked) -> pd.DataFrame:
    """Return what is known of every case that the analysis sees.

    Parameters
    ----------
    session : Session
    asked : Asked

    Returns
    -------
    DataFrame
        In no order: id, source, label (what its category counts as), channel, demand,
        satisfaction, department (as the source states it), place_kind; is_placed, is_mapped,
        is_repeat, has_steps, is_accepted, is_dispatched, is_closed, was_sent_back, was_reopened,
        is_extended, was_suspended, closed_at_once, closed_in_time and handled_in_time (null
        without a limit) as flags; was_handled (also if it was sent back since); times_sent_back;
        accept_s, dispatch_s, close_s, the whole seconds from report to acceptance, from that to
        dispatch, and from report to closing; closed_in_due_month; local days
        reported_on, accepted_on, dispatched_on, handled_on, closed_on, due_on, overdue_from (the
        day on whose end it is overdue) and open_90_from.
    """
    frame = session.frame(
        "SELECT i.id, i.source, coalesce(c.label, i.category) AS label, i.channel, i.demand, "
        "i.satisfaction, i.department_name AS department, p.place_kind, "
        "p.place IS NOT NULL AS is_placed, c.code IS NOT NULL AS is_mapped, "
        "m.occurrence IS NOT NULL AND m.occurrence <> i.id AS is_repeat, "
        "t.incident IS NOT NULL AS has_steps, t.accepted_at IS NOT NULL AS is_accepted, "
        "t.dispatched_at IS NOT NULL AS is_dispatched, "
        "coalesce(t.sent_back, 0) AS times_sent_back, coalesce(t.sent_back, 0) > 0 "
        "AS was_sent_back, coalesce(t.reopened, 0) > 0 AS was_reopened, "
        "coalesce(t.extended, 0) > 0 AS is_extended, coalesce(t.suspended, 0) > 0 "
        "AS was_suspended, i.reported_at, t.accepted_at, t.dispatched_at, t.handled_at, "
        f"{CLOSED} AS closed_at, l.due_at, l.used_share "
        "FROM base.incident_place p JOIN base.incident i ON i.id = p.incident "
        "LEFT JOIN base.category c ON c.source = i.source AND c.category = i.category "
        "LEFT JOIN base.occurrence_member m ON m.incident = i.id "
        f"LEFT JOIN base.case_limit l ON l.incident = i.id {COURSE} "
        f"WHERE i.reported_at >= $begins OR l.due_at >= $begins OR {CLOSED} IS NULL "
        f"OR {CLOSED} >= $begins",
        {"end": asked.end, "begins": asked.begins},
    )
    return _told(frame, asked.config)


def _told(cases: pd.DataFrame, config: Config) -> pd.DataFrame:
    """Turn times into days, hours and flags."""
    days = {f"{n}_on": config.city.local_days(cases[f"{n}_at"]) for n in _TIMES}
    closed, due, limited = cases["closed_at"], cases["due_at"], cases["due_at"].notna()
    close_s = _whole_seconds(cases["reported_at"], closed)
    flags = {
        "is_closed": closed.notna(),
        "was_handled": cases["handled_at"].notna() | cases["was_sent_back"],
        "closed_at_once": (close_s >= 0) & (close_s <= config.episodes.administrative_s),
        "closed_in_time": (closed <= due).astype("boolean").mask(~limited),
        "handled_in_time": (
            (cases["used_share"] <= 1) & (cases["handled_at"].notna() | closed.notna())
        )
        .astype("boolean")
        .mask(~limited),
    }
    told = cases.drop(columns=[*(f"{n}_at" for n in _TIMES), "used_share"])
    return told.assign(
        **days,
        **flags,
        overdue_from=days["due_on"],
        open_90_from=days["reported_on"] + pd.Timedelta(days=91),
        accept_s=_whole_seconds(cases["reported_at"], cases["accepted_at"]).clip(lower=0),
        dispatch_s=_whole_seconds(cases["accepted_at"], cases["dispatched_at"]).clip(lower=0),
        close_s=close_s.clip(lower=0),
        closed_in_due_month=_month(days["closed_on"]) <= _month(days["due_on"]),
    )


def _month(days: pd.Series) -> pd.Series:
    """Return a number that grows with the month; null where there is no day."""
    number: pd.Series = days.dt.year * 12 + days.dt.month
    return number


def _whole_seconds(begins: pd.Series, ends: pd.Series) -> pd.Series:
    """Return the seconds between moments, whole, so that they add up to one sum in any order."""
    return (ends - begins).dt.total_seconds().floordiv(1)


def cases_in_cells(session: Session) -> pd.DataFrame:
    """Return id, layer, cell of the cells that cases are linked to, in no order.

    A case is linked to one cell of a layer at most.
    """
    return session.frame(
        "SELECT incident AS id, substr(target_kind, 6) AS layer, target AS cell FROM base.link "
        "WHERE starts_with(target_kind, 'cell:') AND target IS NOT NULL"
    )


def void_facts(session: Session, asked: Asked) -> pd.DataFrame:
    """Return id, department, reported_on of the cases that were made void; the day is local."""
    rows = session.frame(
        "SELECT id, department_name AS department, reported_at FROM base.incident "
        "WHERE status = 'void' AND reported_at < $end",
        {"end": asked.end},
    )
    return rows.assign(reported_on=asked.config.city.local_days(rows["reported_at"]))


def _void_cases(session: Session, asked: Asked) -> Facts | None:
    """Return void cases, which are linked to no cell."""
    if not feeds.has_rows(session, "incident_place"):
        return None
    none = pd.DataFrame({name: pd.Series(dtype="str") for name in ("id", "layer", "cell")})
    return Facts(void_facts(session, asked), none)


def case_subject(session: Session, asked: Asked) -> Facts | None:
    """Return `case_facts` with the cells they are linked to, or None without any case."""
    if not feeds.has_rows(session, "incident_place"):
        return None
    return Facts(case_facts(session, asked), cases_in_cells(session))


def episode_facts(session: Session, asked: Asked) -> pd.DataFrame | None:
    """Return the episodes with whether each closing was followed, and the problem came back.

    Parameters
    ----------
    session : Session
    asked : Asked

    Returns
    -------
    DataFrame or None
        In no order: id, place_kind, place, label, reports, status, first_on, closed_on (local
        days), is_followed (closed at a thing, one of `THINGS`, at least `chronic.recur_days`
        before as_of), recurred (within these days). None without episodes.
    """
    rows = session.frame(
        "SELECT episode, place_kind, place, category, first_reported, closed_at, reports, status "
        f"FROM base.episode e WHERE {_LASTED}",
        {"begins": asked.begins},
    )
    if rows.empty:
        return None
    days, end = asked.config.chronic.recur_days, pd.Timestamp(asked.end)
    came = recurrences(rows[rows["place_kind"].isin(THINGS)], as_of=end)
    recurred = (came["recurred"] & (came["days"] <= days)).to_numpy(dtype=bool)
    whole = (came["closed_at"] + pd.Timedelta(days=days) < end).to_numpy(dtype=bool)
    city = asked.config.city
    row = positions(rows["episode"], came["episode"])
    there = row >= 0
    return rows.assign(
        id=rows["episode"],
        label=rows["category"],
        first_on=city.local_days(rows["first_reported"]),
        closed_on=city.local_days(rows["closed_at"]),
        is_followed=there & np.append(whole, False)[row],
        recurred=there & np.append(recurred, False)[row],
    )


def episodes_in_all_cells(session: Session, asked: Asked) -> pd.DataFrame:
    """Return id, layer, cell: the cell of each episode's first report that has one, in no order."""
    return session.frame(
        "SELECT m.episode AS id, substr(l.target_kind, 6) AS layer, "
        f"arg_min(l.target, {feeds.OWN_FIRST}) AS cell "
        "FROM base.episode_member m JOIN base.link l ON l.incident = m.incident "
        "JOIN base.episode e ON e.episode = m.episode "
        f"WHERE starts_with(l.target_kind, 'cell:') AND {_LASTED} "
        "GROUP BY m.episode, l.target_kind",
        {"begins": asked.begins},
    )


def episode_subject(session: Session, asked: Asked) -> Facts | None:
    """Return `episode_facts` with their cells, or None without any episode."""
    rows = episode_facts(session, asked)
    return None if rows is None else Facts(rows, episodes_in_all_cells(session, asked))


def _records(session: Session, asked: Asked, name: str) -> Facts | None:
    """Return the states of a kind's records that have held, and the cells they stood in."""
    if not feeds.has_rows(session, name):
        return None
    columns = ("id", "valid_from", "valid_to", *asked.registry.columns_of(name))
    listed = ", ".join(quote(c) for c in dict.fromkeys(columns))
    union = " UNION ALL ".join(
        f"SELECT {listed} FROM {quote('base', table)} "
        "WHERE valid_from IS NULL OR valid_to IS NULL OR valid_from < valid_to"
        for table in (name, f"{name}_history")
    )
    rows = session.frame(f"FROM ({union}) ORDER BY id, valid_from NULLS FIRST")
    moments = [f.name for f in session.catalogue.kind(name).fields if f.type is Type.TIME]
    local = {c: asked.config.city.local_days(rows[c]) for c in moments if c in rows.columns}
    rows = rows.assign(**local)
    cells = session.frame(
        "SELECT id, layer, cell, valid_from, valid_to FROM base.cell_of "
        "WHERE kind = $kind ORDER BY id, layer, valid_from NULLS FIRST",
        {"kind": name},
    )
    return Facts(rows, cells)
