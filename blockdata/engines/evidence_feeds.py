"""The evidence of chronic places: their episodes, reports and steps, and places that were alike."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import pandas as pd

from blockdata.engines.episode_feeds import CLOSED
from blockdata.store.connection import quote
from blockdata.store.session import Session

__all__ = [
    "KEY",
    "asked_of",
    "chronic_found",
    "episodes_of",
    "has_evidence",
    "hot_spots_over",
    "reports_of",
    "similar_to",
    "steps_of",
]

KEY = ["place_kind", "place", "category"]
"""What names a problem of a place."""

_ASKED = (
    "asked AS (SELECT unnest($kinds::VARCHAR[]) AS place_kind, "
    "unnest($places::VARCHAR[]) AS place, unnest($categories::VARCHAR[]) AS category)"
)


def asked_of(found: pd.DataFrame) -> dict[str, object]:
    """Return problems of places, distinct and sorted, as the values of a query."""
    keys = found[KEY].drop_duplicates().sort_values(KEY)
    return {
        "kinds": keys["place_kind"].tolist(),
        "places": keys["place"].tolist(),
        "categories": keys["category"].tolist(),
    }


def has_evidence(session: Session) -> bool:
    """Whether a snapshot holds which episodes count at chronic places; earlier versions do not."""
    there = session.rows(
        "SELECT count(DISTINCT table_name) FROM duckdb_tables() WHERE database_name = 'base' "
        "AND table_name IN ('chronic_case', 'chronic_similar')"
    )
    return there[0][0] == 2


def chronic_found(session: Session) -> pd.DataFrame:
    """Return the places that are chronic or recurring, by kind of place and rank."""
    return session.frame(
        "FROM base.chronic WHERE status IS NOT NULL ORDER BY place_kind, rank, category, place"
    )


def episodes_of(session: Session, found: pd.DataFrame) -> pd.DataFrame:
    """Return the episodes that count at chronic places.

    Parameters
    ----------
    session : Session
    found : DataFrame
        place_kind, place, category.

    Returns
    -------
    DataFrame
        place_kind, place, category, episode, first_reported, last_reported, closed_at (UTC; null
        while open), status, reports, reopenings, administrative_closings, ignored_closings, at_kind
        and at (where the episode itself counts: the address of a building); by place and time.
    """
    return session.frame(
        f"WITH {_ASKED} SELECT a.*, e.episode, e.first_reported, e.last_reported, e.closed_at, "
        "e.status, e.reports, e.reopenings, e.administrative_closings, e.ignored_closings, "
        "e.place_kind AS at_kind, e.place AS at FROM asked a "
        "JOIN base.chronic_case c USING (place_kind, place, category) "
        "JOIN base.episode e ON e.episode = c.episode "
        "ORDER BY a.place_kind, a.place, a.category, e.first_reported, e.episode",
        asked_of(found),
    )


def reports_of(
    session: Session,
    episodes: Sequence[str],
    end: dt.datetime,
    *,
    administrative_s: float,
    by_form: Sequence[str],
) -> pd.DataFrame:
    """Return the reports of episodes, with their closings and what these were.

    Parameters
    ----------
    session : Session
    episodes : sequence of str
    end : datetime
        In UTC; later closings have not happened yet.
    administrative_s : float
        A closing sooner than this after the report is administrative.
    by_form : sequence of str
        Results of a closing step that say so too.

    Returns
    -------
    DataFrame
        episode, incident, case_no, reported_at, closed_at (UTC), status, channel, department,
        satisfaction, sent_back, reopened, suspended (how often, of its course), result (of its
        last closing step), administrative (null while open); by episode and time.
    """
    return session.frame(
        "WITH member AS (SELECT incident, episode FROM base.episode_member "
        "WHERE episode IN (SELECT unnest($episodes::VARCHAR[]))), "
        "told AS (SELECT m.episode, i.id AS incident, i.case_no, i.reported_at, "
        f"CASE WHEN {CLOSED} < $end THEN {CLOSED} END AS closed_at, i.status, i.channel, "
        "i.department_name AS department, i.satisfaction, t.sent_back, t.reopened, t.suspended "
        "FROM member m JOIN base.incident i ON i.id = m.incident "
        "LEFT JOIN base.case_course t ON t.incident = i.id), "
        "form AS (SELECT s.case_no, max_by(s.result, s.step_at) AS result "
        "FROM base.incident_step s WHERE s.step = 'closed' AND s.step_at < $end "
        "AND s.case_no IN (SELECT case_no FROM told) GROUP BY s.case_no) "
        "SELECT t.*, f.result, CASE WHEN t.closed_at IS NOT NULL THEN "
        "t.closed_at - t.reported_at < to_milliseconds($soon_ms) "
        "OR coalesce(f.result IN (SELECT unnest($by_form::VARCHAR[])), false) "
        "END AS administrative FROM told t LEFT JOIN form f ON f.case_no = t.case_no "
        "ORDER BY t.episode, t.reported_at, t.incident",
        {
            "episodes": sorted(set(episodes)),
            "end": end,
            "soon_ms": round(administrative_s * 1000),
            "by_form": list(by_form),
        },
    )


def steps_of(session: Session, episodes: Sequence[str], end: dt.datetime) -> pd.DataFrame:
    """Return the steps in which the reports of episodes were dealt with.

    Returns
    -------
    DataFrame
        episode, incident, step, step_at (UTC), department, result; by episode, report and time.
    """
    return session.frame(
        "SELECT m.episode, m.incident, s.step, s.step_at, s.department_name AS department, "
        "s.result FROM base.episode_member m JOIN base.incident i ON i.id = m.incident "
        "JOIN base.incident_step s ON s.case_no = i.case_no "
        "WHERE m.episode IN (SELECT unnest($episodes::VARCHAR[])) AND s.step_at < $end "
        "ORDER BY m.episode, i.reported_at, m.incident, s.step_at, s.step, s.department_name",
        {"episodes": sorted(set(episodes)), "end": end},
    )


def similar_to(session: Session, found: pd.DataFrame) -> pd.DataFrame:
    """Return the places most like chronic ones that got better.

    Parameters
    ----------
    session : Session
    found : DataFrame
        place_kind, place, category.

    Returns
    -------
    DataFrame
        Rows of the table `chronic_similar`, by place and nearness.
    """
    return session.frame(
        f"WITH {_ASKED} SELECT s.* FROM asked a "
        "JOIN base.chronic_similar s USING (place_kind, place, category) "
        "ORDER BY s.place_kind, s.place, s.category, s.nearness",
        asked_of(found),
    )


def hot_spots_over(session: Session, places: Sequence[str]) -> pd.DataFrame:
    """Return the hot spots that are, or hold, some places: their rows of the table `hotspot`.

    Parameters
    ----------
    session : Session
    places : sequence of str
        Ids of records and cells.

    Returns
    -------
    DataFrame
        By layer, window, rank and category.
    """
    cells = (
        f"SELECT cell FROM {quote('base', 'cell_of')} WHERE id IN (SELECT unnest($places)) "
        "AND valid_to IS NULL UNION SELECT unnest($places)"
    )
    return session.frame(
        f"FROM base.hotspot WHERE hot AND cell IN ({cells}) "
        "ORDER BY layer, window_days, rank, category, cell",
        {"places": sorted(set(places))},
    )
