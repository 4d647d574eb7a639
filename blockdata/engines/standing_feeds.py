"""What stands at chronic places and around them, now and before: states of records, dated."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from blockdata.engines import feeds
from blockdata.records import Held, Kind
from blockdata.store.connection import quote
from blockdata.store.session import Session

__all__ = [
    "NEAR_M",
    "compared_fields",
    "is_wide",
    "owned_by",
    "reach_of",
    "standing_kinds",
    "states_at",
]

NEAR_M = 30.0
"""How near a thing is that stands beside a component or a crossing."""

_NOT_STANDING = frozenset({"address", "incident", "intervention", "department"})
_NOT_COMPARED = frozenset(
    {
        *("code", "scheme", "uscc", "address_text", "unit_grid_code", "data_source"),
        *("class_code", "industry_code", "camera_type", "owner_code", "keeper_code"),
        *("authority_code", "staff", "households", "surveyed_on", "founded_on"),
        *("installed_on", "dissolved_on", "changed_on"),
    }
)
"""Fields whose change tells nothing of the place, is told as coming or going, or is of people."""

_SPOT_LEVELS = ("road_no", "building", "unit", "floor", "room")
"""Levels of a match that reach a house; what only reaches a road stands nowhere in particular."""

_TYPED = ("entity_type", "premises_type", "hazard_type", "resource_type", "use", "class_code")


def is_wide(place_kind: pd.Series[str]) -> pd.Series[bool]:
    """Whether a kind of place is an area or a cell.

    Examples
    --------
    >>> is_wide(pd.Series(["address", "cell:unit", "area"])).tolist()
    [False, True, True]
    """
    return place_kind.str.startswith("cell:") | (place_kind == "area")


def standing_kinds(session: Session) -> list[Kind]:
    """Return the kinds of record that stand at places, a city's own among them; never people."""
    return [k for k in feeds.gridded_kinds(session.catalogue) if k.name not in _NOT_STANDING]


def compared_fields(kind: Kind) -> list[str]:
    """Return the open fields of a kind whose changes are told, in order."""
    return [f.name for f in kind.fields if f.held is Held.OPEN and f.name not in _NOT_COMPARED]


_REACH = """
WITH RECURSIVE asked AS (
    SELECT unnest($kinds::VARCHAR[]) AS place_kind, unnest($places::VARCHAR[]) AS place
),
own(place_kind, place, address, goes_down) AS (
    SELECT place_kind, place, place, true FROM asked WHERE place_kind = 'address'
    UNION SELECT a.place_kind, a.place, b.address_id, true FROM asked a
    JOIN ({buildings}) b ON b.building = a.place WHERE a.place_kind = 'building'
    UNION SELECT a.place_kind, a.place, t.address_id, false FROM asked a
    JOIN base.legal_entity t ON t.id = a.place AND a.place_kind = 'legal_entity'
    WHERE t.match_level IN ({levels})
    UNION SELECT a.place_kind, a.place, t.address_id, false FROM asked a
    JOIN base.premises t ON t.id = a.place AND a.place_kind = 'premises'
    WHERE t.match_level IN ({levels})
),
within(place_kind, place, address, goes_down) AS (
    FROM own
    UNION
    SELECT w.place_kind, w.place, c.id, true FROM within w
    JOIN base.address p ON p.id = w.address AND w.goes_down
    JOIN base.address c ON c.parent_code = p.code
)
SELECT DISTINCT w.place_kind, w.place, w.address, a.building_code
FROM within w LEFT JOIN base.address a ON a.id = w.address WHERE w.address IS NOT NULL ORDER BY ALL
"""


def reach_of(session: Session, places: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the addresses and the points by which it is known what stands at places.

    Parameters
    ----------
    session : Session
    places : DataFrame
        place_kind, place, of any kind; areas and cells have neither.

    Returns
    -------
    addresses : DataFrame
        place_kind, place, address, building_code (of the library): an address with those below it,
        those of a building with those below them, that of an entity or of premises if it reaches
        a house; sorted.
    points : DataFrame
        place_kind, place, x, y, sorted; what only a description locates has none.
    """
    keys = places[["place_kind", "place"]].drop_duplicates().sort_values(["place_kind", "place"])
    asked: dict[str, object] = {
        "kinds": keys["place_kind"].tolist(),
        "places": keys["place"].tolist(),
    }
    sql = _REACH.format(
        buildings=feeds.BUILDINGS_OF_ADDRESSES,
        levels=", ".join(f"'{level}'" for level in _SPOT_LEVELS),
    )
    addresses = session.frame(sql, asked)
    tables = ["address", *(k.name for k in standing_kinds(session))]
    union = " UNION ALL ".join(
        f"SELECT id, x, y FROM {quote('base', name)} WHERE id IN (SELECT unnest($places)) "
        "AND x IS NOT NULL AND located_by IS DISTINCT FROM 'description'"
        for name in tables
    )
    points = session.frame(f"FROM ({union}) ORDER BY id", {"places": asked["places"]})
    return addresses, keys.merge(points.rename(columns={"id": "place"}), on="place")


def states_at(
    session: Session, places: pd.DataFrame, addresses: pd.DataFrame, points: pd.DataFrame
) -> pd.DataFrame:
    """Return the states of all that stands or stood at places, closed ones among them.

    Parameters
    ----------
    session : Session
    places : DataFrame
        place_kind, place.
    addresses, points : DataFrame
        As from `reach_of`; around components and crossings `NEAR_M` are looked at.

    Returns
    -------
    DataFrame
        place_kind, place, relation ("own", "in" or "near"), kind, id, code, name, type,
        distance_m (null but for "near"), x, y, begins_on (null: since always), registered_on (day
        of the delivery that first had the thing; null if that was the source's first), ends_on
        (null: still), is_current, facts (list of text, as `compared_fields` has them); sorted.
    """
    around = points[points["place_kind"].isin(["component", "crossing"])]
    parts = [
        _states_of(kind, name, route)
        for kind in standing_kinds(session)
        for name in (kind.name, f"{kind.name}_history")
        for route in _ROUTES
        if (route != "in" or kind.address) and (route != "coded" or kind.name == "building")
    ]
    known = places[["place_kind", "place"]].drop_duplicates()
    return session.frame(
        f"WITH {_FIRST}, own AS (SELECT unnest($own_kinds::VARCHAR[]) AS place_kind, "
        "unnest($own::VARCHAR[]) AS place), "
        "inside AS (SELECT unnest($in_kinds::VARCHAR[]) AS place_kind, "
        "unnest($in_places::VARCHAR[]) AS place, unnest($addresses::VARCHAR[]) AS address, "
        "unnest($codes::VARCHAR[]) AS building_code), "
        "around AS (SELECT unnest($near_kinds::VARCHAR[]) AS place_kind, "
        "unnest($near_places::VARCHAR[]) AS place, unnest($xs::DOUBLE[]) AS px, "
        "unnest($ys::DOUBLE[]) AS py) "
        f"FROM ({' UNION ALL '.join(parts)}) s "
        "ORDER BY place_kind, place, kind, id, begins_on NULLS FIRST, ends_on NULLS LAST, relation",
        {
            "own_kinds": known["place_kind"].tolist(),
            "own": known["place"].tolist(),
            "in_kinds": addresses["place_kind"].tolist(),
            "in_places": addresses["place"].tolist(),
            "addresses": addresses["address"].tolist(),
            "codes": addresses["building_code"]
            .astype(object)
            .where(addresses["building_code"].notna(), None)
            .tolist(),
            "near_kinds": around["place_kind"].tolist(),
            "near_places": around["place"].tolist(),
            "xs": around["x"].astype(float).tolist(),
            "ys": around["y"].astype(float).tolist(),
        },
    )


_FIRST = (
    "first_of AS (SELECT source, min(seq) AS seq FROM base.delivery WHERE status = 'accepted' "
    "GROUP BY source), came_by AS (SELECT d.seq, d.delivered_on FROM base.delivery d "
    "JOIN first_of f ON f.source = d.source AND d.seq > f.seq)"
)
"""Days of the deliveries that may bring something new: a source's first brings all that is old."""

_LOCATED = "t.x IS NOT NULL AND t.located_by IS DISTINCT FROM 'description'"
_DISTANCE = "sqrt((t.x - p.px) ** 2 + (t.y - p.py) ** 2)"
_IN_THE_BOX = (
    f"t.x BETWEEN p.px - {NEAR_M} AND p.px + {NEAR_M} "
    f"AND t.y BETWEEN p.py - {NEAR_M} AND p.py + {NEAR_M}"
)
_ROUTES = {
    "own": ("own p", "t.id = p.place", "NULL::DOUBLE"),
    "in": ("inside p", "t.address_id = p.address AND t.id <> p.place", "NULL::DOUBLE"),
    "coded": (
        "inside p",
        "t.code = p.building_code AND t.address_id IS DISTINCT FROM p.address AND t.id <> p.place",
        "NULL::DOUBLE",
    ),
    "near": (
        "around p",
        f"{_IN_THE_BOX} AND t.id <> p.place AND {_LOCATED} AND {_DISTANCE} <= {NEAR_M}",
        _DISTANCE,
    ),
}
"""How a record comes to be at a place: it is the place, its address lies there, the library says
that its address has this building, or it is near."""

_RELATIONS = {"coded": "in"}


def _states_of(kind: Kind, table: str, route: str) -> str:
    """Return SQL for the states of one table that one route leads to."""
    names = {f.name for f in kind.fields if f.held is Held.OPEN}
    typed = next((quote(n) for n in _TYPED if n in names), "NULL")
    facts = ", ".join(f"CAST(t.{quote(n)} AS VARCHAR)" for n in compared_fields(kind))
    place, condition, distance = _ROUTES[route]
    code = quote("code" if "code" in names else "uscc") if names & {"code", "uscc"} else "NULL"
    name = 't."name"' if "name" in names else "NULL"
    return (
        f"SELECT DISTINCT p.place_kind, p.place, '{_RELATIONS.get(route, route)}' AS relation, "
        f"'{kind.name}' AS kind, t.id, "
        f"CAST({code} AS VARCHAR) AS code, CAST({name} AS VARCHAR) AS name, "
        f"CAST({typed} AS VARCHAR) AS type, {distance} AS distance_m, "
        f"CASE WHEN {_LOCATED} THEN t.x END AS x, CASE WHEN {_LOCATED} THEN t.y END AS y, "
        "t.valid_from AS begins_on, d.delivered_on AS registered_on, t.valid_to AS ends_on, "
        f"{str(not table.endswith('_history')).lower()} AS is_current, "
        f"[{facts}]::VARCHAR[] AS facts "
        f"FROM {quote('base', table)} t JOIN {place} ON {condition} "
        "LEFT JOIN came_by d ON d.seq = t.first_delivery"
    )


def owned_by(session: Session, entities: Sequence[str]) -> pd.DataFrame:
    """Return place (an entity), kind, role ("owner" or "keeper"), count of what is an entity's.

    A thing is an entity's if it states its credit code, or else its name.
    """
    union = " UNION ALL ".join(
        f"SELECT o.place, '{kind}' AS kind, '{role}' AS role, t.id AS thing "
        f"FROM own o JOIN {quote('base', kind)} t ON {stated} = o.called"
        for kind, role, stated in _STATED
    )
    return session.frame(
        "WITH wanted AS (SELECT id, uscc, name FROM base.legal_entity "
        "WHERE id IN (SELECT unnest($entities::VARCHAR[]))), "
        "own AS (SELECT id AS place, uscc AS called FROM wanted UNION SELECT id, name FROM wanted) "
        f"SELECT place, kind, role, count(DISTINCT thing) AS count FROM ({union}) "
        "GROUP BY ALL ORDER BY ALL",
        {"entities": sorted(set(entities))},
    )


_STATED = (
    ("component", "owner", "coalesce(t.owner_code, t.owner_name)"),
    ("component", "keeper", "coalesce(t.keeper_code, t.keeper_name)"),
    ("camera", "owner", "t.owner_name"),
    ("premises", "owner", "t.uscc"),
)
"""Where things state whose they are: kind, role, column."""
