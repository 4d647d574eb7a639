"""What chains are made of: occurrences with what they are about, and all the places there are."""

from __future__ import annotations

import datetime as dt

import pandas as pd

from blockdata.store.connection import quote
from blockdata.store.session import Session

MAKER, MADE = "maker", "made_on"
"""Fields of a component, where a city declares them, by which with its class a batch is known."""


def cases(session: Session, end: dt.datetime, probability: float) -> pd.DataFrame:
    """Return the occurrences that can be in a chain: of the reports of one the earliest.

    Parameters
    ----------
    session : Session
    end : datetime
        as_of in UTC.
    probability : float
        What a case is about counts from this probability on.

    Returns
    -------
    DataFrame
        Sorted by id: id, reported_at, category (the label), main_category (of the label),
        entity_id (a legal entity, else premises), component_id, component_batch, building_id, x,
        y. At a default location or a crossing a case has neither building nor point.
    """
    batch = _batch(session)
    return session.frame(
        f"""
        WITH about AS (
            SELECT incident, target_kind, target FROM base.link
            WHERE target_kind IN ('legal_entity', 'premises', 'component', 'building')
                AND probability >= $probability
            QUALIFY row_number() OVER (
                PARTITION BY incident, target_kind ORDER BY probability DESC, target) = 1
        ), thing AS (
            SELECT incident,
                coalesce(max(target) FILTER (target_kind = 'legal_entity'),
                    max(target) FILTER (target_kind = 'premises')) AS entity_id,
                max(target) FILTER (target_kind = 'component') AS component_id,
                max(target) FILTER (target_kind = 'building') AS building_id
            FROM about GROUP BY incident
        ), nowhere AS (
            SELECT DISTINCT incident FROM base.link
            WHERE target_kind IN ('default_location', 'crossing')
        ), named AS (
            SELECT label, min(main_category) AS main_category
            FROM base.incident i JOIN base.category c
                ON c.source = i.source AND c.category = i.category
            WHERE i.reported_at < $end GROUP BY label
        )
        SELECT i.id, i.reported_at, c.label AS category, named.main_category, thing.entity_id,
            thing.component_id, {batch} AS component_batch,
            CASE WHEN nowhere.incident IS NULL THEN thing.building_id END AS building_id,
            CASE WHEN nowhere.incident IS NULL AND p.made <> 'description' THEN p.x END AS x,
            CASE WHEN nowhere.incident IS NULL AND p.made <> 'description' THEN p.y END AS y
        FROM base.incident_place p JOIN base.incident i ON i.id = p.incident
        LEFT JOIN base.category c ON c.source = i.source AND c.category = i.category
        LEFT JOIN named ON named.label = c.label
        LEFT JOIN base.occurrence_member o ON o.incident = i.id
        LEFT JOIN thing ON thing.incident = i.id
        LEFT JOIN nowhere ON nowhere.incident = i.id
        LEFT JOIN base.component k ON k.id = thing.component_id
        WHERE i.reported_at < $end
        QUALIFY row_number() OVER (
            PARTITION BY coalesce(o.occurrence, i.id) ORDER BY i.reported_at, i.id) = 1
        ORDER BY i.id
        """,
        {"end": end, "probability": probability},
    )


def places(session: Session) -> pd.DataFrame:
    """Return kind, place, sort, size of all places: which there are, and which are alike.

    Buildings are alike by use, components and batches of them by class, premises by type.
    """
    batch = _batch(session)
    return session.frame(
        f"""
        SELECT 'building' AS kind, id AS place, coalesce(use, '') AS sort, 1.0 AS size
        FROM base.building
        UNION ALL SELECT 'component', id, coalesce(class_code, ''), 1.0 FROM base.component
        UNION ALL SELECT 'entity', id, 'legal_entity', 1.0 FROM base.legal_entity
        UNION ALL SELECT 'entity', id, coalesce(premises_type, ''), 1.0 FROM base.premises
        UNION ALL SELECT 'batch', {batch}, min(coalesce(class_code, '')), count(*)::DOUBLE
        FROM base.component k WHERE {batch} IS NOT NULL GROUP BY {batch}
        ORDER BY kind, place
        """
    )


def _batch(session: Session) -> str:
    """Return the expression of a component's batch; null where the city has no such fields."""
    columns = session.rows(
        "SELECT column_name FROM information_schema.columns WHERE table_name = 'component' "
        "AND column_name IN (?, ?)",
        [MAKER, MADE],
    )
    if len({name for (name,) in columns}) < 2:
        return "CAST(NULL AS VARCHAR)"
    made = f"left(CAST(k.{quote(MADE)} AS VARCHAR), 4)"
    return f"k.class_code || ' ' || k.{quote(MAKER)} || ' ' || {made}"
