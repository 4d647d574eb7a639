"""What the report reads of linked, repeated and chained cases, episodes and time limits.

Everything is counted or cut to the few rows that are shown before it leaves the base, so that a
page costs little however many cases there are.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import pandas as pd

from blockdata.store.session import Session

_LABELLED = (
    "(SELECT i.id, coalesce(c.label, i.category) AS label FROM base.incident i "
    "LEFT JOIN base.category c ON c.source = i.source AND c.category = i.category)"
)
"""Every incident with what its category counts as."""

_SEEN = "base.incident i JOIN base.incident_place p ON p.incident = i.id"
"""The cases that the analysis sees: each of them has one row of where it is, and no other has."""

_GROUP = (
    "CASE WHEN starts_with(target_kind, 'cell:') THEN 'cell' "
    "WHEN target_kind = 'crossing' THEN 'address' ELSE target_kind END"
)
"""Kinds of target as a reader tells them apart: the cells of all layers are one."""

_SMALLER = "(address OR component OR building OR cell OR other)"


def link_counts(session: Session) -> pd.DataFrame:
    """Return, per source, how many cases are linked to what.

    Returns
    -------
    DataFrame
        source, cases, address (or crossing), component, building, cell, area_only (an area and
        nothing smaller), nothing, at_default (at a default location of the source), counted (at
        the one place where it counts); sorted by source. A case may be in several columns.
    """
    kinds = ("address", "component", "building", "cell", "area")
    flags = ", ".join(f"bool_or(kind = '{kind}') AS {kind}" for kind in kinds)
    counts = ", ".join(f"count(*) FILTER ({kind}) AS {kind}" for kind in kinds[:-1])
    return session.frame(
        f"WITH found AS (SELECT incident, {flags}, "
        "bool_or(kind IN ('camera', 'premises', 'legal_entity')) AS other, "
        "bool_or(kind = 'default_location') AS at_default "
        f"FROM (SELECT incident, {_GROUP} AS kind FROM base.link) GROUP BY incident) "
        f"SELECT i.source, count(*) AS cases, {counts}, "
        f"count(*) FILTER (area AND NOT {_SMALLER}) AS area_only, "
        f"count(*) FILTER (f.incident IS NULL OR NOT (area OR {_SMALLER})) AS nothing, "
        "count(*) FILTER (at_default) AS at_default, count(p.place) AS counted "
        f"FROM {_SEEN} LEFT JOIN found f ON f.incident = i.id GROUP BY i.source ORDER BY i.source"
    )


def link_methods(session: Session, probability: float) -> pd.DataFrame:
    """Return, per source, kind of target and method, how sure the links are.

    Parameters
    ----------
    session : Session
    probability : float
        Links of less are counted as unsure.

    Returns
    -------
    DataFrame
        source, target_kind (all layers of cells as "cell"), method, links, median, unsure; the
        links of a default location, which say that nothing is known, are left out.
    """
    return session.frame(
        f"SELECT i.source, {_GROUP} AS target_kind, l.method, count(*) AS links, "
        "median(l.probability) AS median, "
        "count(*) FILTER (l.probability < $probability) AS unsure "
        "FROM base.link l JOIN base.incident i ON i.id = l.incident "
        "WHERE l.target_kind <> 'default_location' GROUP BY ALL "
        "ORDER BY i.source, 2, links DESC, l.method",
        {"probability": probability},
    )


def contradiction_counts(session: Session) -> pd.DataFrame:
    """Return first_kind, second_kind, cases, median_m, first_stands, the most frequent first."""
    return session.frame(
        "SELECT first_kind, second_kind, count(*) AS cases, median(distance_m) AS median_m, "
        "count(*) FILTER (stands = first_kind) AS first_stands "
        "FROM base.contradiction GROUP BY ALL ORDER BY cases DESC, first_kind, second_kind"
    )


def worst_contradictions(session: Session, limit: int) -> pd.DataFrame:
    """Return the contradictions that are farthest apart: ids and metres, never a text."""
    return session.frame(
        "SELECT incident, first_kind, second_kind, distance_m, allowed_m, stands "
        "FROM base.contradiction ORDER BY distance_m DESC NULLS LAST, incident, first_kind "
        "LIMIT $limit",
        {"limit": limit},
    )


def repeat_counts(session: Session, since: dt.datetime | None = None) -> pd.DataFrame:
    """Return how many reports since a moment, or of all time, were repeats, and whose.

    Returns
    -------
    DataFrame
        One row: reports, same_caller (an earlier report of the occurrence has the same caller),
        several_callers, unknown_caller (repeats that are neither). Reports without repeats are
        the occurrences.
    """
    return session.frame(
        "SELECT count(*) AS reports, "
        "count(*) FILTER (again AND same) AS same_caller, "
        "count(*) FILTER (again AND NOT same AND calling = 'several_callers') AS several_callers, "
        "count(*) FILTER (again AND NOT same AND calling <> 'several_callers') AS unknown_caller "
        "FROM (SELECT o.occurrence IS NOT NULL AND m.incident <> m.occurrence AS again, "
        "coalesce(m.repeats, false) AS same, coalesce(o.calling, 'unknown') AS calling "
        f"FROM {_SEEN} LEFT JOIN base.occurrence_member m ON m.incident = i.id "
        "LEFT JOIN base.occurrence o ON o.occurrence = m.occurrence "
        "WHERE $since IS NULL OR i.reported_at >= $since)",
        {"since": since},
    )


def largest_occurrences(session: Session, since: dt.datetime, limit: int) -> pd.DataFrame:
    """Return the occurrences with most reports whose last report is of a window.

    Returns
    -------
    DataFrame
        occurrence, label (of its earliest report's category), reports, calling, first_reported,
        span_hours, diameter_m, probability, reasons_zh, reasons_en (of its most probable pair);
        most reports first.
    """
    return session.frame(
        "WITH top AS (SELECT * FROM base.occurrence WHERE last_reported >= $since "
        "ORDER BY reports DESC, occurrence LIMIT $limit), "
        "why AS (SELECT one.occurrence, p.reasons_zh, p.reasons_en FROM base.duplicate_pair p "
        "JOIN base.occurrence_member one ON one.incident = p.first "
        "JOIN base.occurrence_member other ON other.incident = p.second "
        "AND other.occurrence = one.occurrence "
        "WHERE one.occurrence IN (SELECT occurrence FROM top) "
        "QUALIFY row_number() OVER (PARTITION BY one.occurrence "
        "ORDER BY p.probability DESC, p.first, p.second) = 1) "
        "SELECT top.occurrence, named.label, top.reports, top.calling, top.first_reported, "
        "top.span_hours, top.diameter_m, top.probability, why.reasons_zh, why.reasons_en "
        f"FROM top LEFT JOIN {_LABELLED} named ON named.id = top.occurrence "
        "LEFT JOIN why ON why.occurrence = top.occurrence ORDER BY top.reports DESC, 1",
        {"since": since, "limit": limit},
    )


def chains_since(session: Session, since: dt.datetime) -> pd.DataFrame:
    """Return the chains whose last case is of a window, all columns, sorted by chain."""
    return session.frame(
        "SELECT * FROM base.chain WHERE last_reported >= $since ORDER BY chain", {"since": since}
    )


def chain_reasons(session: Session, chains: Sequence[str]) -> pd.DataFrame:
    """Return chain, reason_zh, reason_en: the strongest link of each, sorted by chain."""
    return session.frame(
        "SELECT chain, reason_zh, reason_en FROM base.chain_link "
        "WHERE chain IN (SELECT unnest($chains)) QUALIFY row_number() OVER "
        "(PARTITION BY chain ORDER BY strength DESC, second, first) = 1 ORDER BY chain",
        {"chains": list(chains)},
    )


def chain_categories(session: Session, chains: Sequence[str]) -> pd.DataFrame:
    """Return chain, label, cases; of each chain the most frequent category first."""
    return session.frame(
        "SELECT m.chain, named.label, count(*) AS cases FROM base.chain_member m "
        f"JOIN {_LABELLED} named ON named.id = m.incident "
        "WHERE m.chain IN (SELECT unnest($chains)) GROUP BY ALL ORDER BY 1, cases DESC, 2",
        {"chains": list(chains)},
    )


def chain_places(session: Session, chains: Sequence[str]) -> pd.DataFrame:
    """Return chain, place, house: where most cases of each chain count; ties by the place's id.

    `house` is the text of an address up to its building: which flat it is stays out of a report.
    """
    return session.frame(
        "WITH most AS (SELECT m.chain, p.place FROM base.chain_member m "
        "JOIN base.incident_place p ON p.incident = m.incident "
        "WHERE m.chain IN (SELECT unnest($chains)) AND p.place IS NOT NULL "
        "GROUP BY m.chain, p.place QUALIFY row_number() "
        "OVER (PARTITION BY m.chain ORDER BY count(*) DESC, p.place) = 1) "
        "SELECT chain, place, CASE WHEN coalesce(unit, floor, room) IS NULL THEN full_text "
        "ELSE concat(town, community, road, road_no, estate, building) END AS house "
        "FROM most LEFT JOIN base.address a ON a.id = most.place ORDER BY chain",
        {"chains": list(chains)},
    )


def excluded_counts(session: Session) -> pd.DataFrame:
    """Return excluded_reason, reports: cases in no episode, the most frequent reason first."""
    return session.frame(
        "SELECT excluded_reason, count(*) AS reports FROM base.episode_member "
        "WHERE episode IS NULL GROUP BY ALL ORDER BY reports DESC, excluded_reason"
    )


def episode_counts(session: Session) -> pd.DataFrame:
    """Return one row that adds up: incidents, members, reports, occurrences, episodes.

    Returns
    -------
    DataFrame
        incidents (in the base), members (that episodes were made of, or excluded), reports (of
        the episodes), occurrences (of the episodes), episodes, and the episodes that are
        reopened, administrative, ignored_closing (closed before reported), late.
    """
    return session.frame(
        "SELECT (SELECT count(*) FROM base.incident) AS incidents, "
        "(SELECT count(*) FROM base.episode_member) AS members, "
        "coalesce(sum(reports), 0)::BIGINT AS reports, "
        "coalesce(sum(coalesce(occurrences, reports)), 0)::BIGINT AS occurrences, "
        "count(*) AS episodes, "
        "count(*) FILTER (reopenings > 0) AS reopened, "
        "count(*) FILTER (administrative_closings > 0) AS administrative, "
        "count(*) FILTER (ignored_closings > 0) AS ignored_closing, "
        "count(*) FILTER (late_reports > 0) AS late FROM base.episode"
    )


def episode_states(session: Session) -> pd.DataFrame:
    """Return status, episodes, sorted by status."""
    return session.frame(
        "SELECT status, count(*) AS episodes FROM base.episode GROUP BY ALL ORDER BY status"
    )
