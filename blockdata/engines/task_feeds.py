"""What the patrol lists are made of, and what is measured of them afterwards."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import pandas as pd
import pyarrow as pa
import shapely

from blockdata.config import Grid
from blockdata.engines import feeds, gathering_feeds, report_feeds
from blockdata.kernels import bad_polygons, cells_of_points
from blockdata.store.session import Session

__all__ = [
    "HOME_TEXT",
    "cells_in_grids",
    "chronic_rates",
    "findings_of",
    "grid_of_points",
    "hot_places",
    "open_episodes",
    "seen_places",
    "standing_grids",
    "stop_facts",
    "stops_of",
    "tasks_of",
]

_PLACE = ["place_kind", "place"]
_STOP = ["stop_kind", "stop"]

_FLAT = "coalesce({0}.unit, {0}.floor, {0}.room) IS NOT NULL"
_GATE = "concat({0}.town, {0}.community, {0}.road, {0}.road_no, {0}.estate, {0}.building)"
HOME_TEXT = f"CASE WHEN {_FLAT} THEN {_GATE} ELSE {{0}}.full_text END"
"""What an address `{0}` is called in print: a flat by its building."""


def chronic_rates(session: Session) -> pd.DataFrame:
    """Return the rows of the table chronic that tell how often a problem comes.

    Returns
    -------
    DataFrame
        place_kind, place, category, episodes, expected, excess, excess_now, status, course; areas
        are no place to go to and are left out.
    """
    return session.frame(
        "SELECT place_kind, place, category, episodes, expected, excess, excess_now, status, "
        "course FROM base.chronic WHERE place_kind <> 'area' "
        "AND (expected IS NOT NULL OR status IS NOT NULL) ORDER BY ALL"
    )


def open_episodes(session: Session) -> pd.DataFrame:
    """Return the open episodes, each with its last sign and its cases that are short of time.

    Returns
    -------
    DataFrame
        episode, place_kind, place, category, last_sign_at (last report or step, naive UTC),
        overdue, due_soon (cases); sorted by episode.
    """
    steps = "c.accepted_at, c.dispatched_at, c.handled_at, c.checked_at, c.closed_at"
    return session.frame(
        "SELECT e.episode, e.place_kind, e.place, e.category, "
        f"greatest(e.last_reported, max(greatest({steps}))) AS last_sign_at, "
        "count(*) FILTER (l.due_soon AND l.hours_left < 0) AS overdue, "
        "count(*) FILTER (l.due_soon AND l.hours_left >= 0) AS due_soon "
        "FROM base.episode e JOIN base.episode_member m ON m.episode = e.episode "
        "LEFT JOIN base.case_course c ON c.incident = m.incident "
        "LEFT JOIN base.case_limit l ON l.incident = m.incident "
        "WHERE e.status = 'open' AND e.place IS NOT NULL "
        "GROUP BY e.episode, e.place_kind, e.place, e.category, e.last_reported ORDER BY e.episode"
    )


def hot_places(session: Session) -> pd.DataFrame:
    """Return the places behind hot cells; cases known by an area alone count for the cell.

    Returns
    -------
    DataFrame
        place_kind, place, category, window_days, cell, episodes, count, excess; sorted.
    """
    return session.frame(
        "SELECT CASE WHEN coalesce(c.place_kind, 'area') = 'area' THEN 'cell:' || c.layer "
        "ELSE c.place_kind END AS place_kind, CASE WHEN coalesce(c.place_kind, 'area') = 'area' "
        "THEN c.cell ELSE c.place END AS place, c.category, c.window_days, c.cell, "
        "count(DISTINCT c.episode) AS episodes, any_value(h.count) AS count, "
        "any_value(h.excess) AS excess FROM base.hotspot_case c JOIN base.hotspot h "
        "USING (layer, window_days, category, cell) WHERE h.hot GROUP BY ALL ORDER BY ALL"
    )


def seen_places(session: Session) -> pd.DataFrame:
    """Return place_kind, place, seen_at: when something was last handled, checked or closed there.

    Only the places of the table chronic_case are asked for; null where nothing ever was.
    """
    return session.frame(
        "SELECT k.place_kind, k.place, max(greatest(c.handled_at, c.checked_at, c.closed_at, "
        "e.closed_at)) AS seen_at FROM base.chronic_case k "
        "JOIN base.episode e ON e.episode = k.episode "
        "JOIN base.episode_member m ON m.episode = e.episode "
        "LEFT JOIN base.case_course c ON c.incident = m.incident GROUP BY ALL ORDER BY 1, 2"
    )


_STOPS = f"""
WITH home AS (
    SELECT place_kind, place, place AS address FROM temp.asked WHERE place_kind = 'address'
    UNION ALL SELECT k.place_kind, k.place, r.address_id FROM temp.asked k
    JOIN base.legal_entity r ON r.id = k.place WHERE k.place_kind = 'legal_entity'
    UNION ALL SELECT k.place_kind, k.place, r.address_id FROM temp.asked k
    JOIN base.premises r ON r.id = k.place WHERE k.place_kind = 'premises'
), housed AS (
    SELECT address_id, min(building) AS building, count(DISTINCT building) AS buildings
    FROM temp.house GROUP BY 1
), known AS (
    SELECT h.place_kind, h.place, a.id AS address, {_FLAT.format("a")} AS flat,
           {_GATE.format("a")} AS gate, p.building, coalesce(p.buildings, 0) AS buildings
    FROM home h JOIN base.address a ON a.id = h.address
    LEFT JOIN housed p ON p.address_id = a.id
), gate AS (
    SELECT {_GATE.format("a")} AS gate,
           arg_min(a.id, concat(({_FLAT.format("a")})::INTEGER, a.id)) AS address
    FROM base.address a
    WHERE {_GATE.format("a")} IN (
        SELECT gate FROM known WHERE flat AND buildings = 0 AND gate <> '') GROUP BY 1
)
SELECT k.place_kind, k.place,
       CASE WHEN n.address IS NULL THEN k.place_kind
            WHEN n.buildings = 1 OR (n.flat AND n.buildings > 0) THEN 'building'
            ELSE 'address' END AS stop_kind,
       CASE WHEN n.address IS NULL THEN k.place
            WHEN n.buildings = 1 OR (n.flat AND n.buildings > 0) THEN n.building
            WHEN n.flat THEN coalesce(g.address, n.address) ELSE n.address END AS stop
FROM temp.asked k LEFT JOIN known n ON n.place_kind = k.place_kind AND n.place = k.place
LEFT JOIN gate g ON n.flat AND g.gate = n.gate ORDER BY k.place_kind, k.place
"""


def stops_of(session: Session, places: pd.DataFrame) -> pd.DataFrame:
    """Say where a patrol stops for each place.

    An address with one building, and every flat, is told as the building (the first by id); a flat
    without one as the address of its gate, and if the library has none as the first by id of all
    flats there, whichever it was; an entity and premises as their address. Other places are stops
    themselves.

    Parameters
    ----------
    session : Session
    places : DataFrame
        place_kind, place; repetitions are allowed.

    Returns
    -------
    DataFrame
        place_kind, place (distinct), stop_kind, stop.
    """
    asked = places[_PLACE].drop_duplicates()
    houses = feeds.buildings_of_addresses(session)
    session.lend("asked", _lent(asked, _PLACE))
    session.lend("house", _lent(houses, ["address_id", "building"]))
    found = session.frame(_STOPS)
    session.take_back("asked", "house")
    return found


def _lent(frame: pd.DataFrame, columns: Sequence[str]) -> pa.Table:
    schema = pa.schema([(name, pa.string()) for name in columns])
    return pa.Table.from_pandas(frame[list(columns)], schema=schema, preserve_index=False)


_FACTS = f"""
SELECT k.stop_kind, k.stop, r.x, r.y, coalesce(r.name, r.code) AS name
FROM temp.asked k JOIN base.building r ON r.id = k.stop WHERE k.stop_kind = 'building'
UNION ALL SELECT k.stop_kind, k.stop, r.x, r.y, {HOME_TEXT.format("r")}
FROM temp.asked k JOIN base.address r ON r.id = k.stop
WHERE k.stop_kind IN ('address', 'crossing')
UNION ALL SELECT k.stop_kind, k.stop, r.x, r.y, concat_ws(' ', r.name, r.code)
FROM temp.asked k JOIN base.component r ON r.id = k.stop WHERE k.stop_kind = 'component'
UNION ALL SELECT k.stop_kind, k.stop, r.x, r.y, coalesce(r.name, r.uscc)
FROM temp.asked k JOIN base.legal_entity r ON r.id = k.stop WHERE k.stop_kind = 'legal_entity'
UNION ALL SELECT k.stop_kind, k.stop, r.x, r.y, coalesce(r.name, r.code)
FROM temp.asked k JOIN base.premises r ON r.id = k.stop WHERE k.stop_kind = 'premises'
ORDER BY 1, 2
"""


def stop_facts(session: Session, stops: pd.DataFrame, cells: pd.DataFrame) -> pd.DataFrame:
    """Return stop_kind, stop, x, y, name of stops; without a point the place is left out.

    Parameters
    ----------
    session : Session
    stops : DataFrame
        stop_kind, stop; repetitions are allowed.
    cells : DataFrame
        As from `cells_in_grids`.

    Returns
    -------
    DataFrame
        Also grid for cells (null for others, which their points tell); sorted.
    """
    asked = stops[_STOP].drop_duplicates()
    session.lend("asked", _lent(asked, _STOP))
    things = session.frame(_FACTS)
    session.take_back("asked")
    whole = asked[asked["stop_kind"].astype("str").str.startswith("cell:")]
    whole = whole.merge(cells.rename(columns={"cell": "stop"}), on="stop")
    found = pd.concat([things, whole[[*_STOP, "x", "y", "name", "grid"]]], ignore_index=True)
    known = found.dropna(subset=["x", "y"]).sort_values(_STOP, ignore_index=True)
    return known.reindex(columns=[*_STOP, "x", "y", "name", "grid"])


def standing_grids(session: Session, layer: str, day: dt.date) -> pd.DataFrame:
    """Return cell, code, name, geom (None where it is bad or missing) of the grids with a list."""
    cells = report_feeds.layer_cells(session, layer, day)
    geoms = cells["geom"].to_numpy(dtype=object)
    bad = shapely.is_missing(geoms) | bad_polygons(geoms)
    return cells.assign(geom=pd.Series(geoms, dtype=object).where(~bad, None))


def grid_of_points(grids: pd.DataFrame, x: pd.Series[float], y: pd.Series[float]) -> pd.Series[str]:
    """Return the grid in which each point lies, null outside of all.

    Parameters
    ----------
    grids : DataFrame
        As from `standing_grids`.
    x, y : Series of float
        Alike in index.
    """
    shaped = grids[grids["geom"].notna()]
    at = cells_of_points(x, y, shaped["geom"].to_numpy(dtype=object))
    # What lies in no polygon has -1, the last.
    ids = [*shaped["cell"], None]
    return pd.Series([ids[place] for place in at.tolist()], index=x.index, dtype="str")


def cells_in_grids(session: Session, grid: Grid, grids: pd.DataFrame, day: dt.date) -> pd.DataFrame:
    """Return the cells of all layers and the grid that a point inside each lies in.

    A cell without a polygon lies in the grid that it names as its parent, and has no point.

    Parameters
    ----------
    session : Session
    grid : Grid
    grids : DataFrame
        As from `standing_grids`.
    day : date

    Returns
    -------
    DataFrame
        cell, grid, x, y, code, name; sorted by cell.
    """
    cells = session.frame(
        "SELECT id AS cell, code, coalesce(name, code) AS name, parent_code, geom "
        f"FROM base.grid WHERE layer IN (SELECT unnest($layers)) AND {feeds.VALID} ORDER BY id",
        {"layers": list(grid.all_layers), "day": day},
    )
    inside = shapely.point_on_surface(shapely.from_wkb(cells["geom"].to_numpy(dtype=object)))
    cells = cells.assign(x=shapely.get_x(inside), y=shapely.get_y(inside))
    named = cells["parent_code"].map(grids.drop_duplicates("code").set_index("code")["cell"])
    own = cells["cell"].where(cells["cell"].isin(grids["cell"])).astype("str")
    found = own.fillna(grid_of_points(grids, cells["x"], cells["y"])).fillna(named.astype("str"))
    return cells.assign(grid=found)[["cell", "grid", "x", "y", "code", "name"]]


def findings_of(session: Session) -> pd.DataFrame:
    """Return zh, en of what the step has told."""
    return gathering_feeds.findings_of(session, "tasks")


def tasks_of(session: Session, table: str) -> pd.DataFrame:
    """Return a table of tasks with code and name of its grids.

    Parameters
    ----------
    session : Session
    table : {"patrol_task", "patrol_route", "upkeep_task", "task_outcome"}

    Returns
    -------
    DataFrame
        The table's columns, with grid_code and grid_name; in the order of grids' codes.
    """
    order = {"patrol_task": "t.no", "upkeep_task": "t.no", "task_outcome": "t.list"}.get(table)
    return session.frame(
        "SELECT t.*, coalesce(g.code, a.code) AS grid_code, "
        f"coalesce(g.name, a.name, g.code, a.code) AS grid_name FROM base.{table} t "
        "LEFT JOIN base.grid g ON g.id = t.grid LEFT JOIN base.area a ON a.id = t.grid "
        f"ORDER BY grid_code NULLS LAST, t.grid{f', {order}' if order else ''}"
    )
