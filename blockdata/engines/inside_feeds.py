"""What lies inside an area that an analyst draws: records, cases, episodes, atoms."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
import shapely

from blockdata.engines import feeds
from blockdata.engines.feeds import OWN_FIRST, SEEN, VALID
from blockdata.store.connection import quote
from blockdata.store.session import Session

__all__ = [
    "atoms_inside",
    "cases_inside",
    "cell_shape",
    "episodes_inside",
    "records_inside",
    "streets_inside",
]

_BOX = "x BETWEEN $west AND $east AND y BETWEEN $south AND $north"
_CASE_BOX = "p.x BETWEEN $west AND $east AND p.y BETWEEN $south AND $north"


def cell_shape(session: Session, name: str, day: dt.date) -> pd.DataFrame:
    """Return id, name, geom of the cells and areas of an id or code that stand on a day."""
    frame = session.frame(
        f"SELECT id, coalesce(name, code) AS name, geom FROM base.grid WHERE {VALID} "
        "AND (id = $name OR code = $name) AND geom IS NOT NULL UNION ALL "
        f"SELECT id, coalesce(name, code), geom FROM base.area WHERE {VALID} "
        "AND (id = $name OR code = $name) AND geom IS NOT NULL ORDER BY id",
        {"name": name, "day": day},
    )
    return frame.assign(geom=shapely.from_wkb(frame["geom"].to_numpy(dtype=object)))


def records_inside(session: Session, area: shapely.Geometry, day: dt.date) -> pd.DataFrame:
    """Return kind, id of the records that stand inside an area on a day.

    Parameters
    ----------
    session : Session
    area : shapely polygon or multipolygon
        In the base's CRS. A point on its border is inside.
    day : date

    Returns
    -------
    DataFrame
        By kind and id. What only a description locates is left out, as it is from cells; cases
        are told by `cases_inside`, what makes the borders (cells, streets) is not told.
    """
    kinds = [k for k in feeds.gridded_kinds(session.catalogue) if k.time is None]
    union = " UNION ALL ".join(
        f"SELECT '{kind.name}' AS kind, id, x, y FROM {quote('base', kind.name)} "
        f"WHERE {_BOX} AND located_by <> 'description' AND {VALID}"
        for kind in kinds
    )
    found = session.frame(f"FROM ({union}) ORDER BY kind, id", _box(area) | {"day": day})
    return _within(found, area)[["kind", "id"]].reset_index(drop=True)


def cases_inside(session: Session, area: shapely.Geometry, end: dt.datetime) -> pd.DataFrame:
    """Return id of the cases inside an area, reported before `end` (UTC), by id."""
    found = session.frame(
        "SELECT p.incident AS id, p.x, p.y FROM base.incident_place p "
        f"JOIN base.incident i ON i.id = p.incident WHERE {SEEN} AND {_CASE_BOX} "
        "AND p.made IS DISTINCT FROM 'description' ORDER BY p.incident",
        _box(area) | {"end": end},
    )
    return _within(found, area)[["id"]].reset_index(drop=True)


def episodes_inside(session: Session, area: shapely.Geometry) -> pd.DataFrame:
    """Return id of the episodes inside an area, by the first report that has a point; by id."""
    found = session.frame(
        f"WITH placed AS (SELECT m.episode AS id, arg_min(p.x, {OWN_FIRST}) AS x, "
        f"arg_min(p.y, {OWN_FIRST}) AS y FROM base.episode_member m "
        "JOIN base.incident_place p ON p.incident = m.incident WHERE m.episode IS NOT NULL "
        "AND p.x IS NOT NULL AND p.made IS DISTINCT FROM 'description' GROUP BY m.episode) "
        f"SELECT id, x, y FROM placed WHERE {_BOX} ORDER BY id",
        _box(area),
    )
    return _within(found, area)[["id"]].reset_index(drop=True)


def atoms_inside(session: Session, area: shapely.Geometry) -> tuple[int | None, int, int]:
    """Return the published people of an area: the sum of the atoms that lie whole inside it.

    Parameters
    ----------
    session : Session
    area : shapely polygon or multipolygon

    Returns
    -------
    people : int or None
        None where no atom lies whole inside, or the base has none.
    whole, cut : int
        How many atoms lie whole inside, and how many the border cuts: these are left out, so that
        two areas differ by whole atoms only.
    """
    atoms = session.read("atom").to_pandas()[["atom", "building"]]
    if atoms.empty:
        return None, 0, 0
    at = feeds.coordinates(session).drop_duplicates("id").set_index("id").reindex(atoms["building"])
    inside = _covers(area, at["x"], at["y"])
    share = pd.Series(inside).groupby(atoms["atom"].to_numpy()).mean()
    whole = share.index[share == 1.0]
    cut = int(((share > 0) & (share < 1)).sum())
    figures = session.read("atom_figure").to_pandas().set_index("atom")["people"]
    people = figures.reindex(whole).dropna()
    return (int(people.sum()) if len(people) else None), len(whole), cut


def streets_inside(session: Session, area: shapely.Geometry) -> float | None:
    """Return the length of streets inside an area in metres; None where the base has no streets."""
    lines = feeds.streets(session)
    if lines.empty:
        return None
    cut = shapely.intersection(lines["geom"].to_numpy(dtype=object), area)
    return float(shapely.length(cut).sum())


def _box(area: shapely.Geometry) -> dict[str, object]:
    west, south, east, north = (float(v) for v in shapely.bounds(area))
    return {"west": west, "south": south, "east": east, "north": north}


def _within(found: pd.DataFrame, area: shapely.Geometry) -> pd.DataFrame:
    return found[_covers(area, found["x"], found["y"])]


def _covers(area: shapely.Geometry, x: pd.Series, y: pd.Series) -> np.ndarray:
    """Whether points lie in an area or on its border; a point that is not known does not."""
    shapely.prepare(area)
    xs, ys = x.to_numpy(dtype=np.float64), y.to_numpy(dtype=np.float64)
    return np.asarray(shapely.intersects_xy(area, xs, ys))


def area_found(session: Session, table: str, area: shapely.Geometry) -> pd.DataFrame:
    """Return the rows with x and y of a result table that lie inside an area.

    Parameters
    ----------
    session : Session
    table : {"patrol_task", "upkeep_task"}
    area : shapely polygon or multipolygon
    """
    rows = session.frame(f"SELECT * FROM {quote('base', table)} WHERE {_BOX}", _box(area))
    return _within(rows, area).reset_index(drop=True)


def chronic_inside(
    session: Session, area: shapely.Geometry, day: dt.date, *, ids: pd.Series
) -> pd.DataFrame:
    """Return the chronic problems of an area, the worst of each kind of place first.

    Parameters
    ----------
    session : Session
    area : shapely polygon or multipolygon
    day : date
    ids : Series of str
        Records that stand inside, as from `records_inside`.

    Returns
    -------
    DataFrame
        The rows of `chronic` that are listed: at these records, and of cells of which any part lies
        inside, with share_inside (1 for what is no cell).
    """
    rows = session.frame(
        "SELECT * FROM base.chronic WHERE status IS NOT NULL AND (place IN "
        "(SELECT unnest($ids::VARCHAR[])) OR starts_with(place_kind, 'cell:')) "
        "ORDER BY place_kind, rank, place, category",
        {"ids": ids.tolist()},
    )
    return _with_share(session, rows, "place", area, day)


def hot_inside(session: Session, area: shapely.Geometry, day: dt.date) -> pd.DataFrame:
    """Return the hot spots of which any part lies inside an area, with share_inside."""
    rows = session.frame(
        "SELECT layer, window_days, category, cell, count, expected, excess, ratio, q, rank "
        "FROM base.hotspot WHERE hot ORDER BY window_days, rank, layer, category, cell"
    )
    return _with_share(session, rows, "cell", area, day)


def _with_share(
    session: Session, rows: pd.DataFrame, column: str, area: shapely.Geometry, day: dt.date
) -> pd.DataFrame:
    """Add the share of each cell that lies inside; what is no cell lies inside whole."""
    found = session.frame(
        f"SELECT id, geom FROM base.grid WHERE id IN (SELECT unnest($ids::VARCHAR[])) AND {VALID} "
        f"UNION ALL SELECT id, geom FROM base.area WHERE id IN (SELECT unnest($ids::VARCHAR[])) "
        f"AND {VALID} ORDER BY id",
        {"ids": sorted(set(rows[column])), "day": day},
    )
    shapes = shapely.from_wkb(found["geom"].to_numpy(dtype=object))
    whole = shapely.area(shapes)
    inside = shapely.area(shapely.intersection(shapes, area))
    share = pd.Series(np.divide(inside, whole, out=np.zeros(len(whole)), where=whole > 0))
    by_cell = share.groupby(found["id"]).max()
    told = rows.assign(share_inside=rows[column].map(by_cell).fillna(1.0))
    return told[told["share_inside"] > 0].reset_index(drop=True)
