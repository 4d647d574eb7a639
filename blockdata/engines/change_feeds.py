"""What changed at chronic places: works, grids drawn anew, addresses renumbered, sums by cell."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import pandas as pd

from blockdata.engines.standing_feeds import standing_kinds
from blockdata.store.connection import quote
from blockdata.store.session import Session

__all__ = ["address_changes", "came_and_went", "grid_changes", "interventions_in", "renamed_roads"]


def grid_changes(session: Session, cells: Sequence[str]) -> pd.DataFrame:
    """Return how cells were drawn anew.

    Returns
    -------
    DataFrame
        place (the cell), changed_on, change, old_code, new_code; by place and day. A cell that
        was cut off another, or went on as it, has a row under both.
    """
    return session.frame(
        "SELECT DISTINCT c.place, g.changed_on, g.change, g.old_code, g.new_code "
        "FROM (SELECT unnest($cells::VARCHAR[]) AS place) c "
        "JOIN base.grid_lineage g ON g.old = c.place OR g.new = c.place ORDER BY ALL",
        {"cells": sorted(set(cells))},
    )


def interventions_in(session: Session, cells: Sequence[str]) -> pd.DataFrame:
    """Return place (a cell), intervention: what was done inside some cells; sorted."""
    return session.frame(
        "SELECT DISTINCT cell AS place, id AS intervention FROM base.cell_of "
        "WHERE kind = 'intervention' AND cell IN (SELECT unnest($cells::VARCHAR[])) ORDER BY ALL",
        {"cells": sorted(set(cells))},
    )


def address_changes(session: Session, addresses: Sequence[str]) -> pd.DataFrame:
    """Return how addresses were merged, split or given a new number.

    Returns
    -------
    DataFrame
        address (id), changed_on, change, old_text, new_text (the code of one that the base does
        not have); by address and day.
    """
    known = (
        "known AS (SELECT code, id, full_text FROM base.address UNION ALL "
        "SELECT h.code, h.id, h.full_text FROM base.address_history h "
        "WHERE h.code NOT IN (SELECT code FROM base.address))"
    )
    return session.frame(
        f"WITH {known}, named AS (SELECT code, min(id) AS id, min(full_text) AS text "
        "FROM known GROUP BY code), own AS (SELECT code, id FROM known "
        "WHERE id IN (SELECT unnest($addresses::VARCHAR[]))) "
        "SELECT DISTINCT o.id AS address, c.changed_on, c.change, "
        "coalesce(a.text, c.old_code) AS old_text, coalesce(b.text, c.new_code) AS new_text "
        "FROM own o JOIN base.address_change c ON c.old_code = o.code OR c.new_code = o.code "
        "LEFT JOIN named a ON a.code = c.old_code LEFT JOIN named b ON b.code = c.new_code "
        "ORDER BY ALL",
        {"addresses": sorted(set(addresses))},
    )


def renamed_roads(session: Session, addresses: Sequence[str]) -> pd.DataFrame:
    """Return address, changed_on, former_name, current_name: roads and estates renamed; sorted."""
    return session.frame(
        "SELECT DISTINCT a.id AS address, n.changed_on, n.former_name, n.current_name "
        "FROM base.address a JOIN base.name_change n ON n.current_name = "
        "CASE n.element WHEN 'road' THEN a.road WHEN 'estate' THEN a.estate END "
        "WHERE a.id IN (SELECT unnest($addresses::VARCHAR[])) ORDER BY ALL",
        {"addresses": sorted(set(addresses))},
    )


def came_and_went(session: Session, cells: pd.DataFrame) -> pd.DataFrame:
    """Return how many records came to cells and went from them within a time of each cell's own.

    Parameters
    ----------
    session : Session
    cells : DataFrame
        place (a cell), since and until (dates; until is excluded), distinct together.

    Returns
    -------
    DataFrame
        place, since, until, kind, came, went; sorted, rows without either left out. A record counts
        where it ever lay, whichever grids were drawn since; a first delivery brings nothing new.
    """
    kinds = [k.name for k in standing_kinds(session)]
    union = " UNION ALL ".join(
        f"SELECT '{name}' AS kind, id, min(began) AS began, "
        "CASE WHEN bool_and(ended IS NOT NULL) THEN max(ended) END AS ended FROM ("
        + " UNION ALL ".join(
            f"SELECT id, coalesce(valid_from, {_REGISTERED}) AS began, valid_to AS ended "
            f"FROM {quote('base', table)} t "
            f"WHERE id IN (SELECT id FROM there WHERE kind = '{name}')"
            for table in (name, f"{name}_history")
        )
        + ") GROUP BY id"
        for name in kinds
    )
    return session.frame(
        "WITH asked AS (SELECT unnest($places::VARCHAR[]) AS place, "
        "unnest($since::DATE[]) AS since, unnest($until::DATE[]) AS until), "
        "first_of AS (SELECT source, min(seq) AS seq FROM base.delivery "
        "WHERE status = 'accepted' GROUP BY source), "
        "there AS (SELECT DISTINCT c.cell AS place, c.kind, c.id FROM base.cell_of c "
        "WHERE c.cell IN (SELECT place FROM asked) "
        f"AND c.kind IN (SELECT unnest($kinds::VARCHAR[]))), lived AS ({union}) "
        "SELECT h.place, a.since, a.until, h.kind, "
        "count(*) FILTER (l.began >= a.since AND l.began < a.until) AS came, "
        "count(*) FILTER (l.ended >= a.since AND l.ended < a.until) AS went "
        "FROM there h JOIN asked a ON a.place = h.place "
        "JOIN lived l ON l.kind = h.kind AND l.id = h.id "
        "GROUP BY ALL HAVING came > 0 OR went > 0 ORDER BY ALL",
        {
            "places": cells["place"].tolist(),
            "since": [_day(value) for value in cells["since"]],
            "until": [_day(value) for value in cells["until"]],
            "kinds": kinds,
        },
    )


_REGISTERED = (
    "(SELECT d.delivered_on FROM base.delivery d JOIN first_of f ON f.source = d.source "
    "WHERE d.seq = t.first_delivery AND d.seq > f.seq)"
)
"""Day on which a thing without a stated beginning came into its register after the first time."""


def _day(value: dt.date) -> dt.date:
    return pd.Timestamp(value).date()
