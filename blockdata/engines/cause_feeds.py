"""What may stand behind chronic places: who owns, keeps and runs them, and what they share."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from blockdata.engines.feeds import OWN_FIRST, STANDS_THERE
from blockdata.engines.spot_feeds import SPOT_OF_BUILDING_SQL, SPOTS_SQL, spots
from blockdata.store.connection import quote
from blockdata.store.session import Session

__all__ = [
    "component_places",
    "departments_answering",
    "is_any_chronic",
    "known_bodies",
    "listed_categories",
    "near_places",
    "spot_companies",
    "spot_fields",
    "spot_places",
    "told_names",
]

_POINT = (
    "CASE WHEN {0}.located_by <> 'description' THEN {0}.x END AS x, "
    "CASE WHEN {0}.located_by <> 'description' THEN {0}.y END AS y"
)
_AT_SPOTS = (
    f"WITH spot AS MATERIALIZED ({SPOTS_SQL}), of_building AS ({SPOT_OF_BUILDING_SQL}), "
    "told AS (SELECT s.spot AS place, c.category, c.status FROM base.chronic c "
    "JOIN spot s ON s.address = c.place WHERE c.place_kind = 'address' UNION ALL "
    "SELECT o.spot, c.category, c.status FROM base.chronic c "
    "JOIN of_building o ON o.building = c.place WHERE c.place_kind = 'building') "
)
"""What is chronic at flats and at buildings, told of their spot."""


def is_any_chronic(session: Session) -> bool:
    """Tell whether the run has found any place chronic."""
    return session.value("SELECT 1 FROM base.chronic WHERE status IS NOT NULL LIMIT 1") is not None


def known_bodies(session: Session) -> frozenset[str]:
    """Return the names of departments, and of legal entities that are no sole traders."""
    rows = session.rows(
        "SELECT name FROM base.department WHERE name IS NOT NULL UNION SELECT name "
        "FROM base.legal_entity WHERE name IS NOT NULL AND NOT starts_with(uscc, '92')"
    )
    return frozenset(str(name) for (name,) in rows)


def component_places(session: Session, fields: Sequence[str] = ()) -> pd.DataFrame:
    """Return all components, with what several of them share and whether they are chronic.

    Parameters
    ----------
    session : Session
        Whose run has found chronic places.
    fields : sequence of str
        Further fields of components, of the city's own.

    Returns
    -------
    DataFrame
        place, stratum (the component's name: lamps are compared with lamps), owner, owner_code,
        keeper, keeper_code, name, surveyed_year, road (of its address), the fields, bad (chronic
        in any category), seen (has had any problem), x, y (null where only a description places
        it); by place.
    """
    own = "".join(f", c.{_named(field)}::VARCHAR AS {_named(field)}" for field in fields)
    return session.frame(
        "WITH told AS (SELECT place, bool_or(status IS NOT NULL) AS bad FROM base.chronic "
        "WHERE place_kind = 'component' GROUP BY place) "
        "SELECT c.id AS place, coalesce(c.name, c.class_code, '') AS stratum, "
        "c.owner_name AS owner, c.owner_code, c.keeper_name AS keeper, c.keeper_code, "
        "coalesce(c.name, c.class_code) AS name, year(c.surveyed_on) AS surveyed_year, "
        "CASE WHEN a.road IS NOT NULL THEN concat_ws(' ', a.town, a.road) END AS road, "
        f"coalesce(t.bad, false) AS bad, t.place IS NOT NULL AS seen, {_POINT.format('c')}{own} "
        "FROM base.component c LEFT JOIN told t ON t.place = c.id "
        "LEFT JOIN base.address a ON a.id = c.address_id ORDER BY c.id"
    )


def _named(field: str) -> str:
    return '"' + field.replace('"', '""') + '"'


def spot_places(session: Session) -> pd.DataFrame:
    """Return all spots (see `spots`), bad where chronic in any category, seen with any problem."""
    told = session.frame(
        f"{_AT_SPOTS} SELECT place, bool_or(status IS NOT NULL) AS bad FROM told "
        "GROUP BY place ORDER BY place"
    )
    every = spots(session).merge(told.assign(seen=True), on="place", how="left")
    return every.assign(bad=every["bad"].eq(True), seen=every["seen"].eq(True))


def spot_companies(session: Session) -> pd.DataFrame:
    """Return place (a spot), company: who stands there, sole traders left out.

    Companies that the base holds, and those that premises name by their credit code. What was
    matched to an estate or a road alone stands at no spot.
    """
    return session.frame(
        f"WITH spot AS MATERIALIZED ({SPOTS_SQL}), company AS ("
        "SELECT uscc, name, address_id, match_level FROM base.legal_entity "
        "WHERE name IS NOT NULL AND NOT starts_with(uscc, '92') AND dissolved_on IS NULL) "
        "SELECT DISTINCT s.spot AS place, w.name AS company FROM ("
        f"SELECT address_id, name FROM company c WHERE {STANDS_THERE.format('c')} UNION "
        "SELECT p.address_id, c.name FROM base.premises p JOIN company c ON c.uscc = p.uscc "
        f"WHERE {STANDS_THERE.format('p')}) w JOIN spot s ON s.address = w.address_id ORDER BY ALL"
    )


def spot_fields(session: Session, kind: str, field: str) -> pd.DataFrame:
    """Return place (a spot), cause: the values of a field of the buildings or premises there."""
    text = f"k.{_named(field)}::VARCHAR"
    where = (
        "JOIN of_building o ON o.building = k.id"
        if kind == "building"
        else "JOIN spot o ON o.address = k.address_id"
    )
    return session.frame(
        f"WITH spot AS MATERIALIZED ({SPOTS_SQL}), of_building AS ({SPOT_OF_BUILDING_SQL}) "
        f"SELECT DISTINCT o.spot AS place, {text} AS cause FROM {quote('base', kind)} k {where} "
        f"WHERE {text} IS NOT NULL ORDER BY ALL"
    )


def departments_answering(session: Session) -> pd.DataFrame:
    """Return which unit mostly dealt with each problem whose closings were tested.

    Returns
    -------
    DataFrame
        place_kind (address, component, ...), place, category, status, department (of most of its
        episodes, by the first report of each, ties by name; null where no source names one). What
        an episode counts for besides its own place (its building, its cell) is left out.
    """
    return session.frame(
        "WITH tested AS (SELECT place_kind, place, category, status FROM base.chronic "
        "WHERE reason IS NULL AND place_kind NOT LIKE 'cell:%' AND place_kind <> 'area'), "
        "own AS (SELECT e.episode, t.* FROM tested t JOIN base.episode e "
        "ON e.place_kind = t.place_kind AND e.place = t.place AND e.category = t.category), "
        f"done AS (SELECT o.*, arg_min(i.department_name, {OWN_FIRST}) AS department FROM own o "
        "JOIN base.episode_member m ON m.episode = o.episode "
        "LEFT JOIN base.incident i ON i.id = m.incident AND i.department_name IS NOT NULL "
        "GROUP BY ALL), "
        "counted AS (SELECT place_kind, place, category, status, department, count(*) AS n "
        "FROM done GROUP BY ALL) "
        "SELECT place_kind, place, category, status, arg_max(department, (n, department)) "
        "AS department FROM counted GROUP BY ALL ORDER BY ALL"
    )


def listed_categories(session: Session) -> pd.DataFrame:
    """Return place_kind (address for spots), place, category of what is chronic."""
    return session.frame(
        f"{_AT_SPOTS} SELECT DISTINCT 'address' AS place_kind, place, category FROM told "
        "WHERE status IS NOT NULL UNION SELECT place_kind, place, category FROM base.chronic "
        "WHERE status IS NOT NULL AND place_kind NOT IN ('address', 'building') ORDER BY ALL"
    )


def near_places(session: Session, kind: str) -> pd.DataFrame:
    """Return place, stratum (industry or type), bad, x, y of entities or premises with a problem.

    Parameters
    ----------
    session : Session
    kind : str
        "legal_entity" or "premises".
    """
    sort = "industry" if kind == "legal_entity" else "premises_type"
    return session.frame(
        "WITH told AS (SELECT place, bool_or(status IS NOT NULL) AS bad FROM base.chronic "
        f"WHERE place_kind = $kind GROUP BY place) SELECT k.id AS place, "
        f"coalesce(k.{sort}, '') AS stratum, t.bad, {_POINT.format('k')} "
        f"FROM told t JOIN {quote('base', kind)} k ON k.id = t.place ORDER BY k.id",
        {"kind": kind},
    )


def told_names(session: Session, ids: Sequence[str]) -> pd.DataFrame:
    """Return place, name of places as they may be told in print, by place.

    A flat is called by its building, an entity or premises of a sole trader by its address.
    """
    house = "concat(a.town, a.community, a.road, a.road_no, a.estate, a.building)"
    address = (
        f"CASE WHEN coalesce(a.unit, a.floor, a.room) IS NULL THEN a.full_text ELSE {house} END"
    )
    trader = "starts_with(coalesce(k.uscc, '92'), '92')"
    joined = "LEFT JOIN base.address a ON a.id = k.address_id"
    wanted = "IN (SELECT unnest($ids::VARCHAR[]))"
    return session.frame(
        f"SELECT a.id AS place, nullif({address}, '') AS name FROM base.address a "
        f"WHERE a.id {wanted} UNION ALL "
        f"SELECT k.id, coalesce(k.name, nullif({address}, ''), k.code) FROM base.building k "
        f"{joined} WHERE k.id {wanted} UNION ALL "
        "SELECT k.id, concat_ws(' ', k.name, k.code) FROM base.component k "
        f"WHERE k.id {wanted} UNION ALL "
        f"SELECT k.id, CASE WHEN {trader} THEN {address} ELSE k.name END "
        f"FROM base.legal_entity k {joined} WHERE k.id {wanted} UNION ALL "
        f"SELECT k.id, concat_ws(' ', k.premises_type, CASE WHEN {trader} THEN {address} "
        f"ELSE k.name END) FROM base.premises k {joined} WHERE k.id {wanted} UNION ALL "
        f"SELECT id, coalesce(name, code) FROM base.grid WHERE id {wanted} UNION ALL "
        f"SELECT id, coalesce(name, code) FROM base.area WHERE id {wanted} ORDER BY place",
        {"ids": sorted(set(ids))},
    )
