"""What the effect of interventions is judged from: the interventions, places, and episodes."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import shapely

from blockdata.config import City
from blockdata.store.connection import quote
from blockdata.store.session import Session

__all__ = ["episode_days", "interventions", "places_of_kinds"]


def interventions(session: Session) -> pd.DataFrame:
    """Return the interventions that the base knows.

    Returns
    -------
    DataFrame
        intervention (id), code, name, category (the label as which episodes count, or as it was
        written; null if it states none), started_on, ended_on (null while it lasts), department,
        place (the address it was matched to), geom (shapely, metres; null if nowhere); by id. A
        point that only a description tells is left out.
    """
    frame = session.frame(
        "WITH named AS (SELECT category, min(label) AS label FROM base.category GROUP BY category) "
        "SELECT i.id AS intervention, i.code, i.name, coalesce(n.label, i.category) AS category, "
        "i.started_on, i.ended_on, i.department_name AS department, i.address_id AS place, "
        "CASE WHEN i.located_by <> 'description' THEN i.x END AS x, "
        "CASE WHEN i.located_by <> 'description' THEN i.y END AS y, i.geom "
        "FROM base.intervention i LEFT JOIN named n ON n.category = i.category ORDER BY i.id"
    )
    shapes = shapely.from_wkb(frame["geom"].to_numpy(dtype=object))
    shapes = [
        g if g is not None else None if pd.isna(x) or pd.isna(y) else shapely.Point(x, y)
        for g, x, y in zip(shapes, frame["x"], frame["y"], strict=True)
    ]
    told = frame.drop(columns=["x", "y"]).assign(
        geom=pd.Series(shapes, index=frame.index, dtype=object)
    )
    return told.astype({"started_on": "datetime64[us]", "ended_on": "datetime64[us]"})


def places_of_kinds(session: Session, kinds: Sequence[str]) -> pd.DataFrame:
    """Return place, group (its kind), x, y of all records of some kinds, by place.

    Places without any episode are among them: what follows a quiet year is to be known too.
    """
    union = " UNION ALL ".join(
        f"SELECT id AS place, '{name}' AS \"group\", "
        "CASE WHEN located_by <> 'description' THEN x END AS x, "
        "CASE WHEN located_by <> 'description' THEN y END AS y "
        f"FROM {quote('base', name)}"
        for name in dict.fromkeys(session.catalogue.kind(k).name for k in kinds)
    )
    return session.frame(f"FROM ({union}) ORDER BY place")


def episode_days(
    session: Session, city: City, kinds: Sequence[str], category: str | None = None
) -> pd.DataFrame:
    """Return place, category, day (local, of the first report) of episodes at places of kinds.

    Parameters
    ----------
    session : Session
    city : City
    kinds : sequence of str
        Kinds of place.
    category : str, optional
        Only this one.
    """
    rows = session.frame(
        "SELECT place, category, first_reported FROM base.episode "
        "WHERE place_kind IN (SELECT unnest($kinds::VARCHAR[])) "
        "AND ($category IS NULL OR category = $category) ORDER BY episode",
        {"kinds": list(kinds), "category": category},
    )
    return rows.assign(day=city.local_days(rows["first_reported"]))[["place", "category", "day"]]
