"""What reports are compared by: the open part, and callers and fingerprints where they may be."""

from __future__ import annotations

import datetime as dt

import pandas as pd

from blockdata.engines.feeds import ELEMENTS
from blockdata.store.connection import quote
from blockdata.store.session import Session


def reports(session: Session, end: dt.datetime, since: dt.datetime | None = None) -> pd.DataFrame:
    """Return the linked reports with what they are compared by.

    Parameters
    ----------
    session : Session
    end : datetime
        as_of in UTC.
    since : datetime, optional
        Reports before it are left out.

    Returns
    -------
    DataFrame
        Sorted by id: id, reported_at, closed_at, category (the label), main_category,
        address_id, address_text, match_level, component_id, cell (its area), x, y, made, error_m.
    """
    return session.frame(
        "SELECT i.id, i.reported_at, CASE WHEN i.closed_at < $end THEN i.closed_at END AS "
        "closed_at, c.label AS category, i.main_category, a.target AS address_id, i.address_text, "
        "i.match_level, t.target AS component_id, r.target AS cell, p.x, p.y, p.made, p.error_m "
        "FROM base.incident_place p JOIN base.incident i ON i.id = p.incident "
        "LEFT JOIN base.category c ON c.source = i.source AND c.category = i.category "
        "LEFT JOIN base.link a ON a.incident = i.id AND a.target_kind = 'address' "
        "LEFT JOIN base.link t ON t.incident = i.id AND t.target_kind = 'component' "
        "LEFT JOIN base.link r ON r.incident = i.id AND r.target_kind = 'area' "
        "WHERE i.reported_at < $end AND i.reported_at >= coalesce($since, i.reported_at) "
        "ORDER BY i.id",
        {"end": end, "since": since},
    )


def callers(session: Session) -> pd.DataFrame:
    """Return id, caller of the incidents with a known caller; empty without the steward's key."""
    if "people" not in session.parts:
        return pd.DataFrame({"id": [], "caller": []}, dtype="str")
    return session.frame(
        "SELECT id, caller FROM people.incident_people WHERE caller IS NOT NULL ORDER BY id"
    )


def fingerprints(session: Session) -> pd.DataFrame:
    """Return id, fingerprint of the incidents with a text; empty without the steward's key."""
    if "people" not in session.parts:
        return pd.DataFrame({"id": pd.Series(dtype="str"), "fingerprint": []}, dtype=object)
    return session.frame(
        "SELECT id, print AS fingerprint FROM people.incident_print "
        "WHERE print IS NOT NULL ORDER BY id"
    )


def address_elements(session: Session) -> pd.DataFrame:
    """Return id and elements of the addresses."""
    elements = ", ".join(map(quote, ELEMENTS))
    return session.frame(f"SELECT id, {elements} FROM base.address ORDER BY id")


def decided_pairs(session: Session) -> pd.DataFrame:
    """Return first, second, same: pairs of incidents that persons have judged.

    first is the lesser id. Of several decisions on a pair the last holds; one without a value
    takes those before it back.
    """
    pair = "least(subject, field) AS first, greatest(subject, field) AS second"
    return session.frame(
        f"SELECT first, second, value = 'yes' AS same FROM (SELECT {pair}, value FROM "
        "base.decision WHERE verb = 'same' QUALIFY row_number() OVER "
        "(PARTITION BY first, second ORDER BY seq DESC) = 1) WHERE value IS NOT NULL ORDER BY ALL"
    )
