"""What the monthly report reads of sources: what each delivered, withdrew, missed, had rejected."""

from __future__ import annotations

import datetime as dt
import json
import re

import pandas as pd

from blockdata.config import City
from blockdata.engines.spans import IN_SPAN, SPAN, Spans
from blockdata.store.session import Session

__all__ = ["cases_delivered", "first_days", "quarantined_cases", "silences", "withdrawn_cases"]

_DAY = re.compile(r"(\d{4})\D{1,2}(\d{1,2})\D{1,2}(\d{1,2})")


def cases_delivered(session: Session, span: Spans) -> pd.DataFrame:
    """Return span, source, count of all cases in the base, whatever became of them; sorted."""
    return session.frame(
        f"WITH {SPAN} SELECT s.span, i.source, count(*) AS count "
        f"FROM base.incident i JOIN span s ON {IN_SPAN} GROUP BY ALL ORDER BY ALL",
        span.bound,
    )


def withdrawn_cases(session: Session, span: Spans) -> pd.DataFrame:
    """Return span, source, count of the cases that their source no longer delivers; sorted."""
    return session.frame(
        f"WITH {SPAN}, i AS (SELECT id, source, arg_max(reported_at, last_delivery) AS "
        "reported_at FROM base.incident_history WHERE id NOT IN (SELECT id FROM base.incident) "
        "GROUP BY id, source) SELECT s.span, i.source, count(*) AS count "
        f"FROM i JOIN span s ON {IN_SPAN} GROUP BY ALL ORDER BY ALL",
        span.bound,
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
