"""Spots: addresses that may be told in print, a flat counted as its building."""

from __future__ import annotations

import pandas as pd

from blockdata.engines.feeds import BUILDINGS_OF_ADDRESSES
from blockdata.store.session import Session

__all__ = ["SPOTS_SQL", "SPOT_OF_BUILDING_SQL", "spots"]

_HOUSE = ("town", "community", "road", "road_no", "estate", "building")
_KEY = " || '|' || ".join(f"coalesce({name}, '')" for name in _HOUSE)

SPOTS_SQL = (
    "SELECT id AS address, below, CASE WHEN house = '|||||' THEN id ELSE coalesce("
    "min(id) FILTER (WHERE NOT below) OVER (PARTITION BY house), "
    "min(id) OVER (PARTITION BY house)) END AS spot FROM "
    f"(SELECT id, coalesce(unit, floor, room) IS NOT NULL AS below, {_KEY} AS house "
    "FROM base.address)"
)
"""address, below (whether it is a flat, a floor or an entrance), spot (the address of its building,
or the first flat of a building that has no address of its own)."""

SPOT_OF_BUILDING_SQL = (
    "SELECT h.building, min(s.spot) AS spot "
    f"FROM ({BUILDINGS_OF_ADDRESSES}) h JOIN spot s ON s.address = h.address_id GROUP BY h.building"
)
"""building, spot; stands on a table `spot` of `SPOTS_SQL`."""


def spots(session: Session) -> pd.DataFrame:
    """Return every spot with what it is like and what it shares with others.

    Returns
    -------
    DataFrame
        place (id of the address), stratum (use and storeys of its building, and by how many flats
        the address goes on), estate, road (each with its community or town, null without), x, y
        (null where only a description places it); by place.
    """
    return session.frame(
        f"WITH spot AS MATERIALIZED ({SPOTS_SQL}), of_building AS ({SPOT_OF_BUILDING_SQL}), "
        'built AS (SELECT o.spot, arg_max(b."use", (coalesce(b.floors, 0), b.id)) AS "use", '
        "max(b.floors) AS floors FROM of_building o JOIN base.building b ON b.id = o.building "
        "GROUP BY o.spot), "
        "flats AS (SELECT spot, count(*) FILTER (WHERE below) AS flats FROM spot GROUP BY spot) "
        "SELECT a.id AS place, concat_ws(' ', coalesce(b.\"use\", '?'), "
        "CASE WHEN b.floors IS NULL THEN '?' WHEN b.floors <= 3 THEN '1-3' "
        "WHEN b.floors <= 6 THEN '4-6' ELSE '7-' END, "
        "CASE WHEN f.flats = 0 THEN '0' WHEN f.flats < 10 THEN '1-9' "
        "WHEN f.flats < 40 THEN '10-39' ELSE '40-' END) AS stratum, "
        "CASE WHEN a.estate IS NOT NULL THEN concat_ws(' ', a.community, a.estate) END AS estate, "
        "CASE WHEN a.road IS NOT NULL THEN concat_ws(' ', a.town, a.road) END AS road, "
        "CASE WHEN a.located_by <> 'description' THEN a.x END AS x, "
        "CASE WHEN a.located_by <> 'description' THEN a.y END AS y "
        "FROM flats f JOIN base.address a ON a.id = f.spot LEFT JOIN built b ON b.spot = f.spot "
        "ORDER BY a.id"
    )
