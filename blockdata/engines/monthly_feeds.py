"""What the monthly report reads of a base: cases counted by month.

A case counts in the month in which it was reported. Months and days are those of the city's clock;
they come in as spans in UTC.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import pandas as pd

from blockdata.engines.case_feeds import CLOSED, COURSE
from blockdata.engines.spans import IN_SPAN, SPAN, Spans
from blockdata.store.session import Session

__all__ = ["cases_by_area", "cases_by_fate", "cases_by_span", "closings_by_span"]

_IGNORED = "SELECT subject FROM base.decision WHERE verb = 'ignore'"
_LABEL = "LEFT JOIN base.category c ON c.source = i.source AND c.category = i.category"
_MEMBER = "LEFT JOIN base.episode_member m ON m.incident = i.id"


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
        f"WITH {SPAN} SELECT s.span, i.source, coalesce(c.label, i.category) AS category, "
        "i.channel, i.department_name AS department, "
        "CASE WHEN i.status = 'void' THEN 'void' "
        f"WHEN i.id IN ({_IGNORED}) THEN 'ignored' "
        "WHEN m.incident IS NOT NULL THEN 'analysed' ELSE 'unaccounted' END AS fate, "
        "m.excluded_reason, m.episode IS NOT NULL AS in_episode, "
        "coalesce(m.episode = i.id, false) AS is_first, "
        "coalesce(o.repeats, false) AS repeats, count(*) AS count "
        f"FROM base.incident i JOIN span s ON {IN_SPAN} {_LABEL} {_MEMBER} "
        "LEFT JOIN base.occurrence_member o ON o.incident = i.id GROUP BY ALL ORDER BY ALL",
        span.bound,
    )


def cases_by_span(session: Session, span: Spans) -> pd.DataFrame:
    """Return span, reports, episodes of the cases that the analysis sees; sorted by span."""
    return session.frame(
        f"WITH {SPAN} SELECT s.span, count(*) AS reports, "
        "count(*) FILTER (m.episode = i.id) AS episodes "
        f"FROM base.incident i JOIN span s ON {IN_SPAN} "
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
        f"WITH {SPAN}, layer AS (SELECT unnest($layers::VARCHAR[]) AS layer), "
        "seen AS (SELECT s.span, i.id, i.source, coalesce(c.label, i.category) AS category, "
        "coalesce(m.episode = i.id, false) AS is_first "
        f"FROM base.incident i JOIN span s ON {IN_SPAN} {_LABEL} "
        "JOIN base.episode_member m ON m.incident = i.id), "
        "place AS (SELECT incident, substr(target_kind, 6) AS layer, min(target) AS cell "
        "FROM base.link WHERE target_kind IN (SELECT 'cell:' || layer FROM layer) "
        "AND incident IN (SELECT id FROM seen) GROUP BY ALL) "
        "SELECT n.span, n.source, l.layer, p.cell, n.category, count(*) AS reports, "
        "count(*) FILTER (n.is_first) AS episodes FROM seen n CROSS JOIN layer l "
        "LEFT JOIN place p ON p.incident = n.id AND p.layer = l.layer GROUP BY ALL ORDER BY ALL",
        span.bound | {"layers": list(layers)},
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
        f"WITH {SPAN}, closed AS (SELECT i.source, {CLOSED} AS closed_at "
        f"FROM base.incident i JOIN base.episode_member m ON m.incident = i.id {COURSE}) "
        "SELECT s.span, n.source, count(*) AS count FROM closed n JOIN span s "
        "ON n.closed_at >= s.begins AND n.closed_at < s.ends GROUP BY ALL ORDER BY ALL",
        span.bound | {"end": end},
    )
