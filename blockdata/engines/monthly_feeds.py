"""What the monthly report reads of a base: counts by month, names and places.

A case counts in the month in which it was reported. Months and days are those of the city's clock;
they come in as spans in UTC.
"""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from blockdata.config import City
from blockdata.engines import feeds
from blockdata.engines.case_feeds import CLOSED, COURSE
from blockdata.store.session import Session

__all__ = [
    "THINGS",
    "Spans",
    "card_rows",
    "cases_by_area",
    "cases_by_fate",
    "cases_by_span",
    "cases_delivered",
    "chronic_rows",
    "closings_by_span",
    "first_days",
    "hot_rows",
    "place_labels",
    "places_by_reports",
    "quarantined_cases",
    "silences",
    "spans_of",
    "withdrawn_cases",
]

_DAY = re.compile(r"(\d{4})\D{1,2}(\d{1,2})\D{1,2}(\d{1,2})")

_SPAN = (
    "span AS (SELECT unnest($names::TIMESTAMP[]) AS span, unnest($begins::TIMESTAMP[]) AS begins, "
    "unnest($ends::TIMESTAMP[]) AS ends)"
)
_IN_SPAN = "i.reported_at >= s.begins AND i.reported_at < s.ends"
_IGNORED = "SELECT subject FROM base.decision WHERE verb = 'ignore'"
_LABEL = "LEFT JOIN base.category c ON c.source = i.source AND c.category = i.category"
_MEMBER = "LEFT JOIN base.episode_member m ON m.incident = i.id"


@dataclass(frozen=True)
class Spans:
    """Local months or days, and when they begin and end in UTC.

    Parameters
    ----------
    names : list of datetime
        Their first local midnights.
    begins, ends : list of datetime
        In UTC; the end is excluded.
    """

    names: list[dt.datetime]
    begins: list[dt.datetime]
    ends: list[dt.datetime]

    @property
    def bound(self) -> dict[str, object]:
        """The values that queries bind."""
        return {"names": self.names, "begins": self.begins, "ends": self.ends}


def spans_of(city: City, days: pd.DatetimeIndex, offset: pd.DateOffset) -> Spans:
    """Return the spans that begin on local days.

    Parameters
    ----------
    city : City
    days : DatetimeIndex
        First local days.
    offset : DateOffset
        How long each is.

    Examples
    --------
    >>> month = pd.DatetimeIndex(["2026-10-01"])
    >>> spans_of(City(name="试验区"), month, pd.DateOffset(months=1)).ends
    [datetime.datetime(2026, 10, 31, 16, 0)]
    """
    begins = [city.midnight_utc(day.date()) for day in days]
    ends = [city.midnight_utc((day + offset).date()) for day in days]
    return Spans([day.to_pydatetime() for day in days], begins, ends)


def cases_by_fate(session: Session, span: Spans) -> pd.DataFrame:
    """Return how many cases of each span there are, by all that the report tells them apart by.

    Parameters
    ----------
    session : Session
    span : Spans

    Returns
    -------
    DataFrame
        span, source, category (the label by which it counts), channel, department, fate ("void",
        "ignored", "analysed", or "unaccounted" where no step of the run has seen the case),
        excluded_reason, in_episode, is_first (the report that its episode begins with), repeats,
        count; sorted.
    """
    return session.frame(
        f"WITH {_SPAN} SELECT s.span, i.source, coalesce(c.label, i.category) AS category, "
        "i.channel, i.department_name AS department, "
        "CASE WHEN i.status = 'void' THEN 'void' "
        f"WHEN i.id IN ({_IGNORED}) THEN 'ignored' "
        "WHEN m.incident IS NOT NULL THEN 'analysed' ELSE 'unaccounted' END AS fate, "
        "m.excluded_reason, m.episode IS NOT NULL AS in_episode, "
        "coalesce(m.episode = i.id, false) AS is_first, "
        "coalesce(o.repeats, false) AS repeats, count(*) AS count "
        f"FROM base.incident i JOIN span s ON {_IN_SPAN} {_LABEL} {_MEMBER} "
        "LEFT JOIN base.occurrence_member o ON o.incident = i.id GROUP BY ALL ORDER BY ALL",
        span.bound,
    )


def cases_by_span(session: Session, span: Spans) -> pd.DataFrame:
    """Return span, reports, episodes of the cases that the analysis sees; sorted by span."""
    return session.frame(
        f"WITH {_SPAN} SELECT s.span, count(*) AS reports, "
        "count(*) FILTER (m.episode = i.id) AS episodes "
        f"FROM base.incident i JOIN span s ON {_IN_SPAN} "
        "JOIN base.episode_member m ON m.incident = i.id GROUP BY ALL ORDER BY ALL",
        span.bound,
    )


def cases_by_area(session: Session, span: Spans, layers: Sequence[str]) -> pd.DataFrame:
    """Return how many cases of each span lie in each cell of some layers.

    Parameters
    ----------
    session : Session
    span : Spans
    layers : sequence of str

    Returns
    -------
    DataFrame
        span, source, layer, cell (null: of those in none), category, reports, episodes (by the
        cell of their first report); sorted.
    """
    return session.frame(
        f"WITH {_SPAN}, layer AS (SELECT unnest($layers::VARCHAR[]) AS layer), "
        "seen AS (SELECT s.span, i.id, i.source, coalesce(c.label, i.category) AS category, "
        "coalesce(m.episode = i.id, false) AS is_first "
        f"FROM base.incident i JOIN span s ON {_IN_SPAN} {_LABEL} "
        "JOIN base.episode_member m ON m.incident = i.id), "
        "place AS (SELECT incident, substr(target_kind, 6) AS layer, min(target) AS cell "
        "FROM base.link WHERE target_kind IN (SELECT 'cell:' || layer FROM layer) "
        "AND incident IN (SELECT id FROM seen) GROUP BY ALL) "
        "SELECT n.span, n.source, l.layer, p.cell, n.category, count(*) AS reports, "
        "count(*) FILTER (n.is_first) AS episodes FROM seen n CROSS JOIN layer l "
        "LEFT JOIN place p ON p.incident = n.id AND p.layer = l.layer GROUP BY ALL ORDER BY ALL",
        span.bound | {"layers": list(layers)},
    )


def cases_delivered(session: Session, span: Spans) -> pd.DataFrame:
    """Return span, source, count of all cases in the base, whatever became of them; sorted."""
    return session.frame(
        f"WITH {_SPAN} SELECT s.span, i.source, count(*) AS count "
        f"FROM base.incident i JOIN span s ON {_IN_SPAN} GROUP BY ALL ORDER BY ALL",
        span.bound,
    )


def withdrawn_cases(session: Session, span: Spans) -> pd.DataFrame:
    """Return span, source, count of the cases that their source no longer delivers; sorted."""
    return session.frame(
        f"WITH {_SPAN}, i AS (SELECT id, source, arg_max(reported_at, last_delivery) AS "
        "reported_at FROM base.incident_history WHERE id NOT IN (SELECT id FROM base.incident) "
        "GROUP BY id, source) SELECT s.span, i.source, count(*) AS count "
        f"FROM i JOIN span s ON {_IN_SPAN} GROUP BY ALL ORDER BY ALL",
        span.bound,
    )


def closings_by_span(session: Session, span: Spans, end: dt.datetime) -> pd.DataFrame:
    """Return span, source, count of the cases that were closed in each span; sorted.

    Parameters
    ----------
    session : Session
    span : Spans
    end : datetime
        as_of in UTC.
    """
    return session.frame(
        f"WITH {_SPAN}, closed AS (SELECT i.source, {CLOSED} AS closed_at "
        f"FROM base.incident i JOIN base.episode_member m ON m.incident = i.id {COURSE}) "
        "SELECT s.span, n.source, count(*) AS count FROM closed n JOIN span s "
        "ON n.closed_at >= s.begins AND n.closed_at < s.ends GROUP BY ALL ORDER BY ALL",
        span.bound | {"end": end},
    )


def quarantined_cases(session: Session) -> pd.DataFrame:
    """Return the rejected rows of cases that the base has no case of.

    Returns
    -------
    DataFrame
        source, reported_on (the local day that the row gives; null if it cannot be read),
        delivered_on, is_outside (of the district); sorted by id. Rows that were replayed or
        delivered again are left out.
    """
    rows = session.frame(
        "WITH rejected AS (SELECT q.id, q.source, q.source_id, max(q.delivery) AS delivery, "
        "bool_or(q.reason = 'outside_extent') AS is_outside FROM base.quarantine q "
        "WHERE q.kind = 'incident' AND q.status IN ('open', 'ignored') GROUP BY ALL) "
        "SELECT q.source, d.delivered_on, q.is_outside, r.raw FROM rejected q "
        "LEFT JOIN base.quarantine_row r ON r.id = q.id "
        "LEFT JOIN base.delivery d ON d.seq = q.delivery "
        "WHERE NOT EXISTS (SELECT 1 FROM base.incident i "
        "WHERE i.source = q.source AND i.source_id = q.source_id) ORDER BY q.id"
    )
    days = pd.to_datetime(pd.Series([_day_told(raw) for raw in rows["raw"]], dtype="object"))
    delivered = pd.to_datetime(rows["delivered_on"])
    return rows.drop(columns="raw").assign(reported_on=days, delivered_on=delivered)


def _day_told(raw: object) -> dt.date | None:
    """Return the day of the report that a rejected row gives; null if it gives none."""
    found = _DAY.search(str(json.loads(raw).get("reported_at"))) if isinstance(raw, str) else None
    try:
        return dt.date(*map(int, found.groups())) if found else None
    except ValueError:
        return None


def first_days(session: Session, city: City) -> pd.DataFrame:
    """Return source, first_on: the local day of each source's first case; by source."""
    rows = session.frame(
        "SELECT source, min(reported_at) AS at FROM base.incident GROUP BY source ORDER BY source"
    )
    return rows.assign(first_on=city.local_days(rows["at"]))[["source", "first_on"]]


def silences(session: Session) -> pd.DataFrame:
    """Return source, start_on, end_on of stretches without any case; sorted."""
    return session.frame("SELECT source, start_on, end_on FROM base.coverage_gap ORDER BY ALL")


THINGS = ("address", "building", "component", "legal_entity", "premises", "crossing")
"""Kinds of place that are one spot, not an area or a cell."""


_SITE = "concat({0}.town, {0}.community, {0}.road, {0}.road_no, {0}.estate, {0}.building)"
"""Where an address `{0}` is, without unit, floor and room; empty where nothing of it is known."""


def places_by_reports(session: Session, span: Spans, top: int) -> pd.DataFrame:
    """Return the things and crossings with most reports in the spans.

    Parameters
    ----------
    session : Session
    span : Spans
    top : int

    Returns
    -------
    DataFrame
        place_kind, place, site (flats of one building are one), reports, episodes; most reports
        first, then by site.
    """
    return session.frame(
        f"WITH {_SPAN} SELECT p.place_kind, min(p.place) AS place, "
        f"coalesce(nullif({_SITE.format('a')}, ''), p.place) AS site, count(*) AS reports, "
        "count(*) FILTER (m.episode = i.id) AS episodes "
        f"FROM base.incident i JOIN span s ON {_IN_SPAN} "
        f"JOIN base.incident_place p ON p.incident = i.id {_MEMBER} "
        "LEFT JOIN base.address a ON a.id = p.place "
        "WHERE p.place_kind IN (SELECT unnest($kinds::VARCHAR[])) "
        "GROUP BY p.place_kind, site ORDER BY reports DESC, site, p.place_kind LIMIT $top",
        span.bound | {"kinds": list(THINGS), "top": top},
    )


def hot_rows(session: Session) -> pd.DataFrame:
    """Return what was tested for hot spots in the longest window, largest excess first."""
    return session.frame(
        "FROM base.hotspot QUALIFY window_days = max(window_days) OVER () "
        "ORDER BY excess DESC NULLS LAST, category, cell"
    )


def chronic_rows(session: Session, span: Spans) -> pd.DataFrame:
    """Return the places that are or were chronic, or recurring where no closing is known.

    Parameters
    ----------
    session : Session
    span : Spans
        Of one month.

    Returns
    -------
    DataFrame
        Columns of table `chronic`, and in_month: episodes that began in the month; by kind of
        place and rank.
    """
    return session.frame(
        f"WITH {_SPAN}, seen AS (SELECT c.place_kind, c.place, c.category, count(*) AS n "
        "FROM base.chronic_case c JOIN base.episode e ON e.episode = c.episode "
        "JOIN span s ON e.first_reported >= s.begins AND e.first_reported < s.ends GROUP BY ALL) "
        "SELECT c.*, coalesce(n.n, 0) AS in_month FROM base.chronic c LEFT JOIN seen n "
        "ON n.place_kind = c.place_kind AND n.place = c.place AND n.category = c.category "
        "WHERE c.status IS NOT NULL ORDER BY c.place_kind, c.rank, c.place, c.category",
        span.bound,
    )


def place_labels(session: Session, ids: Sequence[str], day: dt.date) -> pd.DataFrame:
    """Return what places are called, and by which road and community they may be called instead.

    Parameters
    ----------
    session : Session
    ids : sequence of str
    day : date

    Returns
    -------
    DataFrame
        place, name (a flat is told as its building), site (the same for all that has one door
        plate and building), road, community; sorted by place. All but place may be missing.
    """
    site, there = _SITE.format("a"), "IN (SELECT unnest($ids::VARCHAR[]))"
    # The city's own name is left out: all places lie in it.
    above = "concat(a.province, a.city, a.district)"
    full = f"CASE WHEN starts_with(a.full_text, {above}) THEN substr(a.full_text, "
    full += f"length({above}) + 1) ELSE a.full_text END"
    flat = f"CASE WHEN coalesce(a.unit, a.floor, a.room) IS NULL THEN {full} ELSE {site} END"
    at = f"{site} AS site, coalesce(a.road, a.estate) AS road, a.community"
    parts = [f"SELECT a.id, {flat} AS name, {at} FROM base.address a WHERE a.id {there}"]
    parts += [
        f"SELECT t.id, coalesce({name}, {flat}), {own}, coalesce(a.road, a.estate), a.community "
        f"FROM base.{kind} t LEFT JOIN base.address a ON a.id = t.address_id WHERE t.id {there}"
        for kind, name, own in (
            ("building", "NULL", site),
            ("legal_entity", "t.name", "''"),
            ("premises", "t.name", "''"),
            ("component", "t.name || ' ' || t.code, t.code", "''"),
        )
    ]
    parts += [
        f"SELECT t.id, coalesce(t.name, t.code), '', NULL, NULL FROM base.{kind} t "
        f"WHERE t.id {there}"
        for kind in ("grid", "area")
    ]
    return session.frame(
        f"WITH known AS ({' UNION ALL '.join(parts)}), inside AS ("
        "SELECT o.id, min(a.name) AS name FROM base.cell_of o JOIN base.area a ON a.id = o.cell "
        f"WHERE o.layer = 'community' AND o.id {there} "
        f"AND {feeds.VALID.replace('valid_', 'o.valid_')} GROUP BY o.id) "
        "SELECT k.id AS place, min(k.name) AS name, nullif(min(k.site), '') AS site, "
        "min(k.road) AS road, "
        "min(coalesce(n.name, k.community)) AS community "
        "FROM known k LEFT JOIN inside n ON n.id = k.id GROUP BY k.id ORDER BY k.id",
        {"ids": sorted(set(ids)), "day": day},
    )


def card_rows(session: Session, months: pd.DatetimeIndex) -> pd.DataFrame:
    """Return the scorecard of the whole base and of departments, as the run has made it.

    Parameters
    ----------
    session : Session
    months : DatetimeIndex
        First days.

    Returns
    -------
    DataFrame
        unit_kind, unit, month, indicator, numerator, denominator, value, low, high, rank, ranked,
        reason; and zh, en, numerator_zh, numerator_en, denominator_zh, denominator_en, kind and
        no of the definition. By no, the whole first, then by unit and month.
    """
    rows = session.frame(
        "SELECT s.unit_kind, s.unit, s.month, s.indicator, s.numerator, s.denominator, s.value, "
        "s.low, s.high, s.rank, s.ranked, s.reason, d.zh, d.en, d.numerator_zh, d.numerator_en, "
        "d.denominator_zh, d.denominator_en, d.kind, d.no FROM base.scorecard s "
        "JOIN base.scorecard_definition d ON d.definition = s.definition "
        "WHERE s.unit_kind IN ('whole', 'department') "
        "AND s.month IN (SELECT unnest($months::TIMESTAMP[])::DATE) "
        "ORDER BY d.no, s.unit_kind DESC, s.unit, s.month",
        {"months": [m.to_pydatetime() for m in months]},
    )
    return rows.assign(month=pd.to_datetime(rows["month"]))
