"""What the effect of interventions is judged from: the interventions, places, and episodes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import pandas as pd
import shapely

from blockdata.config import City
from blockdata.engines.feeds import OWN_FIRST, VALID
from blockdata.engines.spot_feeds import SPOT_OF_BUILDING_SQL, SPOTS_SQL
from blockdata.store.session import Session

__all__ = [
    "cell_episode_days",
    "episode_days",
    "interventions",
    "observed_from",
    "spots_of_places",
    "standing_cells",
    "standing_places",
]


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


def standing_places(session: Session) -> pd.DataFrame:
    """Return place, place_kind, x, y of every spot (as "address") and component, by place.

    A flat counts as its building. Places without any problem are among them: what follows a quiet
    year is to be known too.
    """
    point = (
        "CASE WHEN located_by <> 'description' THEN x END AS x, "
        "CASE WHEN located_by <> 'description' THEN y END AS y"
    )
    return session.frame(
        f"WITH spot AS (SELECT DISTINCT spot FROM ({SPOTS_SQL})) SELECT id AS place, "
        f"'address' AS place_kind, {point} FROM base.address JOIN spot ON spot = id UNION ALL "
        f"SELECT id, 'component', {point} FROM base.component ORDER BY place"
    )


def standing_cells(session: Session, layer: str, day: dt.date) -> pd.DataFrame:
    """Return place, place_kind, x, y, geom of the cells of a layer that have a polygon, by place.

    x and y are those of the centre.
    """
    frame = session.frame(
        f"SELECT id AS place, geom FROM base.grid WHERE layer = $layer AND {VALID} "
        "AND geom IS NOT NULL UNION ALL "
        f"SELECT id, geom FROM base.area WHERE level = $layer AND {VALID} AND geom IS NOT NULL "
        "ORDER BY place",
        {"layer": layer, "day": day},
    )
    shapes = shapely.from_wkb(frame["geom"].to_numpy(dtype=object))
    centre = shapely.centroid(shapes)
    return frame.assign(
        place_kind=f"cell:{layer}", geom=shapes, x=shapely.get_x(centre), y=shapely.get_y(centre)
    )


def spots_of_places(session: Session, ids: Sequence[str]) -> pd.DataFrame:
    """Return id, place: the spot of addresses and buildings; what is none of them is left out."""
    return session.frame(
        f"WITH spot AS MATERIALIZED ({SPOTS_SQL}), of_building AS ({SPOT_OF_BUILDING_SQL}) "
        "SELECT address AS id, spot AS place FROM spot WHERE address IN "
        "(SELECT unnest($ids::VARCHAR[])) UNION ALL SELECT building, spot FROM of_building "
        "WHERE building IN (SELECT unnest($ids::VARCHAR[])) ORDER BY id",
        {"ids": list(ids)},
    )


def episode_days(
    session: Session, city: City, categories: Sequence[str] | None = None
) -> pd.DataFrame:
    """Return the episodes at spots and components, by episode.

    Parameters
    ----------
    session : Session
    city : City
    categories : sequence of str, optional
        Only these.

    Returns
    -------
    DataFrame
        place_kind ("address" for spots, those at buildings among them, or "component"), place,
        category, day (local, of the first report).
    """
    rows = session.frame(
        f"WITH spot AS MATERIALIZED ({SPOTS_SQL}), of_building AS ({SPOT_OF_BUILDING_SQL}) "
        "SELECT CASE WHEN e.place_kind = 'component' THEN 'component' ELSE 'address' END "
        "AS place_kind, coalesce(s.spot, b.spot, e.place) AS place, e.category, e.first_reported "
        "FROM base.episode e "
        "LEFT JOIN spot s ON s.address = e.place LEFT JOIN of_building b ON b.building = e.place "
        "WHERE (e.place_kind = 'component' OR coalesce(s.spot, b.spot) IS NOT NULL) "
        "AND ($wanted::VARCHAR[] IS NULL OR e.category IN (SELECT unnest($wanted::VARCHAR[]))) "
        "ORDER BY e.episode",
        {"wanted": None if categories is None else list(categories)},
    )
    return _with_days(rows, city)


def cell_episode_days(
    session: Session, city: City, layer: str, categories: Sequence[str] | None = None
) -> pd.DataFrame:
    """Return place_kind, place (the cell), category, day of the episodes in cells of a layer.

    The cell is that of an episode's first report, else of the next by id that has one.
    """
    rows = session.frame(
        f"SELECT $kind AS place_kind, arg_min(l.target, {OWN_FIRST}) AS place, e.category, "
        "e.first_reported FROM base.episode e "
        "JOIN base.episode_member m ON m.episode = e.episode "
        "JOIN base.link l ON l.incident = m.incident AND l.target_kind = $kind "
        "WHERE $wanted::VARCHAR[] IS NULL OR e.category IN (SELECT unnest($wanted::VARCHAR[])) "
        "GROUP BY e.episode, e.category, e.first_reported ORDER BY e.episode",
        {
            "kind": f"cell:{layer}",
            "wanted": None if categories is None else list(categories),
        },
    )
    return _with_days(rows, city)


def _with_days(rows: pd.DataFrame, city: City) -> pd.DataFrame:
    told = rows.assign(day=city.local_days(rows["first_reported"]))
    return told[["place_kind", "place", "category", "day"]]


def observed_from(session: Session, city: City, source_share: float) -> pd.Timestamp | None:
    """Return the first whole day on which all sources of weight had begun; None without any.

    Parameters
    ----------
    session : Session
    city : City
    source_share : float
        A source that brings so much of all incidents is one of weight. If one begins later than
        the others, what was there before cannot be compared with what came after.
    """
    rows = session.frame(
        "SELECT source, count(*) AS n, min(reported_at) AS first FROM base.incident "
        "WHERE reported_at IS NOT NULL GROUP BY source ORDER BY source"
    )
    of_weight = rows[rows["n"] >= source_share * rows["n"].sum()]
    if of_weight.empty:
        of_weight = rows
    days = city.local_days(of_weight["first"]).dropna()
    return None if days.empty else pd.Timestamp(days.max()) + pd.Timedelta(days=1)
