"""What the monthly report reads of places: most reports, hot spots, chronic ones, their names."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import pandas as pd

from blockdata.engines import feeds
from blockdata.engines.spans import IN_SPAN, SPAN, Spans
from blockdata.store.session import Session

__all__ = ["THINGS", "chronic_rows", "hot_rows", "place_labels", "places_by_reports"]

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
        f"WITH {SPAN} SELECT p.place_kind, min(p.place) AS place, "
        f"coalesce(nullif({_SITE.format('a')}, ''), p.place) AS site, count(*) AS reports, "
        "count(*) FILTER (m.episode = i.id) AS episodes "
        f"FROM base.incident i JOIN span s ON {IN_SPAN} "
        "JOIN base.incident_place p ON p.incident = i.id "
        "LEFT JOIN base.episode_member m ON m.incident = i.id "
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
        f"WITH {SPAN}, seen AS (SELECT c.place_kind, c.place, c.category, count(*) AS n "
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
