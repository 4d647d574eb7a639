"""What indicators are counted from, as the base has it: one frame per subject.

People are published figures of atoms only. Days are local.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import pandas as pd

from blockdata.analysis.indicators import WHOLE, Facts, Figures, Registry
from blockdata.config import Config
from blockdata.engines import feeds
from blockdata.engines.case_feeds import CLOSED, COURSE
from blockdata.engines.exposure_feeds import people_by_cell, street_length_m
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
    "shared_cells",
    "void_facts",
]

THINGS = ("address", "building", "component", "legal_entity", "premises", "camera", "hazard")
"""Kinds of place that are one thing; what comes back in a cell or an area need not be the same."""

_LIMIT_DAYS = 31
"""Cases that were closed before limits are kept, and due after: none has a limit longer than so."""

_TIMES = ("reported", "accepted", "dispatched", "handled", "closed", "due")
_COVERED = (
    *("land_m2", "covered_m2", "covered_twice_m2"),
    *("street_m2", "street_covered_m2", "street_covered_twice_m2"),
)


@dataclass(frozen=True)
class Asked:
    """What a feed is to know besides the base.

    Parameters
    ----------
    registry : Registry
    config : Config
    as_of : date
        Local midnight, exclusive.
    since : date, optional
        First day that is asked for: cases and episodes that were over before it are left out,
        which is quicker and changes no count of a later month.
    """

    registry: Registry
    config: Config
    as_of: dt.date
    since: dt.date | None = None

    @property
    def day(self) -> dt.date:
        """The last day that is known whole."""
        return self.as_of - dt.timedelta(days=1)

    @property
    def end(self) -> dt.datetime:
        """as_of in UTC."""
        return self.config.city.midnight_utc(self.as_of)

    @property
    def begins(self) -> dt.datetime:
        """The beginning of `since` in UTC, or of all time."""
        return dt.datetime.min if self.since is None else self.config.city.midnight_utc(self.since)


_LASTED = "(e.first_reported >= $begins OR e.closed_at IS NULL OR e.closed_at >= $begins)"
"""Episodes `e` that were not over before $begins."""


def indicator_cells(session: Session, asked: Asked) -> pd.DataFrame:
    """Return layer, cell, code, name of all cells that stand on the last day, drawn ones too."""
    grid = asked.config.grid
    return feeds.cell_names(session, grid.all_layers, grid.area_levels, asked.day)


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
        "people": _people,
        "area": _areas,
        "street_length": _street_lengths,
        "camera_coverage": _coverage,
        "hotspot": _hotspots,
        "chronic": _chronic,
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
    return Facts(void_facts(session, asked), cases_in_cells(session).head(0))


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


def _whole(rows: pd.DataFrame, **totals: float) -> Figures:
    whole = pd.DataFrame({"layer": [WHOLE], "cell": [WHOLE], **{n: [v] for n, v in totals.items()}})
    return Figures(pd.concat([whole, rows], ignore_index=True))


def _legal_cells(session: Session, asked: Asked) -> pd.DataFrame:
    """Return layer, cell of the layers inside which atoms are whole."""
    cells = indicator_cells(session, asked)
    grid = asked.config.grid
    return cells[cells["layer"].isin((*grid.layers, *grid.area_levels))]


def _people(session: Session, asked: Asked) -> Figures | None:
    """Return the published people of cells, and of the whole base: each atom once."""
    cells = _legal_cells(session, asked)
    people = people_by_cell(session, cells[["layer", "cell"]], asked.day)
    if people.empty:
        return None
    total = session.value("SELECT sum(people)::BIGINT FROM base.atom_figure")
    rows = people.merge(cells[["layer", "cell"]], on="cell")[["layer", "cell", "people"]]
    return _whole(rows.astype({"people": "float64"}), people=float(str(total)))


def shared_cells(session: Session, asked: Asked) -> frozenset[str]:
    """Return the cells whose figure of people is that of an atom they share with neighbours."""
    people = people_by_cell(session, _legal_cells(session, asked)[["layer", "cell"]], asked.day)
    return frozenset(people["cell"][people["shared"].astype(bool)]) if len(people) else frozenset()


def _areas(session: Session, asked: Asked) -> Figures | None:
    """Return the area of cells; that of the whole base is the widest layer's."""
    grid = asked.config.grid
    shapes = feeds.cells_standing(session, grid.all_layers, grid.area_levels, asked.day)
    if shapes.empty:
        return None
    area = shapes["geom"].map(lambda g: g.area).astype("float64")
    drawn = pd.DataFrame({"layer": shapes["layer"], "cell": shapes["id"], "area_m2": area})
    rows = drawn.groupby(["layer", "cell"])["area_m2"].sum().reset_index()
    return _whole(rows, area_m2=float(rows.groupby("layer")["area_m2"].sum().max()))


def _street_lengths(session: Session, asked: Asked) -> Figures | None:
    """Return the length of streets in cells; of the whole base, of all streets."""
    cells = indicator_cells(session, asked)
    lengths = street_length_m(session, asked.config.grid, cells["cell"].tolist(), asked.day)
    if lengths is None:
        return None
    lines = feeds.streets(session)["geom"]
    drawn = feeds.cells_standing(
        session, asked.config.grid.all_layers, asked.config.grid.area_levels, asked.day
    )
    # A cell that no street reaches has none; a layer without polygons is not known.
    rows = drawn[["layer", "id"]].drop_duplicates().rename(columns={"id": "cell"})
    length = rows["cell"].map(lengths).fillna(0.0).astype("float64")
    return _whole(
        rows.assign(street_length_m=length),
        street_length_m=float(lines.map(lambda g: g.length).sum()),
    )


def _coverage(session: Session, asked: Asked) -> Figures | None:
    """Return what cameras of all owners cover; the whole base by the widest layer."""
    sums = ", ".join(f"sum({n} ORDER BY {n}) AS {n}" for n in _COVERED)
    rows = session.frame(
        f"SELECT layer, cell, {sums} FROM base.cell_coverage WHERE owner_group = 'all' "
        "GROUP BY layer, cell ORDER BY layer, cell"
    )
    if rows.empty:
        return None
    widest = rows.groupby("layer")["land_m2"].sum().idxmax()
    totals = rows.loc[rows["layer"] == widest, list(_COVERED)].sum()
    return _whole(rows, **{str(n): float(v) for n, v in totals.items()})


def _hotspots(session: Session, asked: Asked) -> Figures | None:
    """Return how many categories are hot in each cell of the layers that were tested.

    Of several windows the longest counts, as in `camera_feeds.hot_cells`.
    """
    rows = session.frame(
        "SELECT layer, cell, count(*) FILTER (coalesce(hot, false))::DOUBLE AS hot_cells "
        "FROM (FROM base.hotspot QUALIFY window_days = max(window_days) OVER (PARTITION BY layer)) "
        "GROUP BY layer, cell ORDER BY layer, cell"
    )
    return None if rows.empty else _whole(rows, hot_cells=float(rows["hot_cells"].sum()))


def _chronic(session: Session, asked: Asked) -> Figures | None:
    """Return how many places and categories are chronic in each cell."""
    if not feeds.has_rows(session, "chronic"):
        return None
    found = "SELECT place_kind, place FROM base.chronic WHERE status IS NOT NULL"
    rows = session.frame(
        f"WITH found AS ({found}), placed AS (SELECT c.layer, c.cell FROM found f "
        f"JOIN base.cell_of c ON c.id = f.place AND c.kind = f.place_kind AND {feeds.VALID} "
        "UNION ALL SELECT substr(place_kind, 6), place FROM found "
        "WHERE starts_with(place_kind, 'cell:')) "
        "SELECT layer, cell, count(*)::DOUBLE AS places FROM placed GROUP BY ALL ORDER BY ALL",
        {"day": asked.day},
    )
    cells = indicator_cells(session, asked)[["layer", "cell"]]
    rows = cells.merge(rows, on=["layer", "cell"], how="left").fillna({"places": 0.0})
    total = session.number(f"SELECT count(*) FROM ({found})")
    return _whole(rows, places=float(total))


def indicator_inputs(session: Session, asked: Asked) -> pd.DataFrame:
    """Return since when and up to when each input tells.

    Parameters
    ----------
    session : Session
    asked : Asked

    Returns
    -------
    DataFrame
        input, first_on, newest_on; sorted by input. newest_on of a kind is the day of the newest
        accepted delivery of that of its sources which is furthest behind; a source that no longer
        delivers is taken out of the configuration. first_on stands for what happens alone: the
        day of the first case and of the first step; limits are kept for as long as cases are
        listed. People are as of the day on which figures were settled.
    """
    newest = session.frame(
        "SELECT source, max(delivered_on) AS newest_on FROM base.delivery "
        "WHERE status = 'accepted' GROUP BY source ORDER BY source"
    ).set_index("source")["newest_on"]
    newest_of: dict[str, list[pd.Timestamp]] = {}
    for source in asked.config.sources:
        if source.name in newest.index:
            newest_of.setdefault(source.kind, []).append(pd.Timestamp(newest[source.name]))
    told: dict[str, _Span] = {k: (None, min(d)) for k, d in newest_of.items() if k != "person"}
    _, settled = feeds.atoms_dates(session)
    if settled is not None:
        told["person"] = (None, pd.Timestamp(settled))
    if "grid" not in told and "area" in told:
        # The cells of a base without grids are areas.
        told["grid"] = told["area"]
    _with_first_days(session, asked, told)
    rows = [(name, *days) for name, days in sorted(told.items())]
    frame = pd.DataFrame(rows, columns=["input", "first_on", "newest_on"])
    return frame.astype({"first_on": "datetime64[us]", "newest_on": "datetime64[us]"})


_Span: TypeAlias = tuple[pd.Timestamp | None, pd.Timestamp]


def _with_first_days(session: Session, asked: Asked, told: dict[str, _Span]) -> None:
    city = asked.config.city
    for kind, column in (("incident", "reported_at"), ("incident_step", "step_at")):
        if kind in told:
            first = session.frame(f"SELECT min({column}) AS at FROM {quote('base', kind)}")
            told[kind] = (city.local_days(first["at"]).iloc[0], told[kind][1])
    if "incident" in told and feeds.has_rows(session, "case_limit"):
        listed = asked.config.responsibility.listed_days - _LIMIT_DAYS
        told["case_limit"] = (
            pd.Timestamp(asked.as_of - dt.timedelta(days=max(listed, 0))),
            told["incident"][1],
        )


def indicator_gaps(session: Session, asked: Asked) -> pd.DataFrame:
    """Return input, start_on, end_on, weight: when sources of cases were silent.

    The weight is the share of the cases that the silent source has among all.
    """
    shares = session.frame("SELECT source, count(*) AS n FROM base.incident GROUP BY source")
    gaps = session.frame("SELECT source, start_on, end_on FROM base.coverage_gap ORDER BY ALL")
    total = max(int(shares["n"].sum()), 1)
    weight = gaps["source"].map(shares.set_index("source")["n"] / total).fillna(0.0)
    return gaps.assign(input="incident", weight=weight.astype("float64"))[
        ["input", "start_on", "end_on", "weight"]
    ]
