"""What is read of a base to compute what cameras see, and what was computed."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import shapely

from blockdata.engines.feeds import VALID
from blockdata.store.session import Session


def _standing(session: Session, sql: str, day: dt.date | None) -> pd.DataFrame:
    """Return rows that hold on a day, or those without an end where no day is given."""
    if day is None:
        return session.frame(sql.format(stands="valid_to IS NULL"))
    return session.frame(sql.format(stands=VALID), {"day": day})


def _shaped(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.assign(geom=shapely.from_wkb(frame["geom"].to_numpy(dtype=object)))


def cameras(session: Session, day: dt.date | None = None) -> pd.DataFrame:
    """Return the cameras with where they stand and look; a line is the route of a vehicle.

    Parameters
    ----------
    session : Session
    day : date, optional
        Those that stand on a day; otherwise those without an end.

    Returns
    -------
    DataFrame
        Sorted by id. What is placed by a description in words alone stands nowhere: it is not
        known well enough to see anything.
    """
    return _shaped(
        _standing(
            session,
            "SELECT id, code, name, owner_name, mount, height_m, azimuth_deg, direction_type, "
            "field_angle_deg, view_distance_m, geom, "
            "CASE WHEN located_by <> 'description' THEN x END AS x, "
            "CASE WHEN located_by <> 'description' THEN y END AS y "
            "FROM base.camera WHERE {stands} ORDER BY id",
            day,
        )
    )


def buildings(session: Session, day: dt.date | None = None) -> pd.DataFrame:
    """Return id, height_m, floors, geom of the buildings with a footprint; see `cameras`."""
    sql = "SELECT id, height_m, floors, geom FROM base.building WHERE {stands} "
    frame = _shaped(_standing(session, sql + "AND geom IS NOT NULL ORDER BY id", day))
    flat = shapely.get_dimensions(frame["geom"].to_numpy(dtype=object)) < 2
    solid: pd.DataFrame = frame[~flat].reset_index(drop=True)
    return solid


def streets(session: Session, day: dt.date | None = None) -> pd.DataFrame:
    """Return id, width_m, geom of the streets; see `cameras`."""
    sql = "SELECT id, width_m, geom FROM base.street WHERE {stands} AND geom IS NOT NULL "
    return _shaped(_standing(session, sql + "ORDER BY id", day))


def water(session: Session, day: dt.date | None = None) -> pd.DataFrame:
    """Return id, geom of water; see `cameras`."""
    sql = "SELECT id, geom FROM base.land_water WHERE {stands} AND geom IS NOT NULL "
    return _shaped(_standing(session, sql + "AND use = 'water' ORDER BY id", day))


def components_of_class(session: Session, name_or_code: str) -> pd.DataFrame:
    """Return id, name, x, y of the components of one class that stand somewhere.

    Parameters
    ----------
    session : Session
    name_or_code : str
        Name of the component, or its class code.
    """
    return session.frame(
        "SELECT id, name, x, y FROM base.component WHERE x IS NOT NULL AND valid_to IS NULL "
        "AND (name = $what OR class_code = $what) ORDER BY id",
        {"what": name_or_code},
    )


def coverage(session: Session, layer: str | None = None) -> pd.DataFrame:
    """Return what the nightly run found covered, per layer, cell and group of owners."""
    return session.frame(
        "SELECT * FROM base.cell_coverage WHERE $layer IS NULL OR layer = $layer "
        "ORDER BY layer, cell, owner_group",
        {"layer": layer},
    )


def camera_counts(session: Session) -> pd.DataFrame:
    """Return, per group of owners, how many cameras there are and how they are known.

    Returns
    -------
    DataFrame
        owner_group, cameras, moving (on vehicles), unknown_direction, indoors, nowhere.
    """
    return session.frame(
        "SELECT owner_group, count(*) AS cameras, "
        "count(*) FILTER (mount = 'vehicle') AS moving, "
        "count(*) FILTER (direction = 'unknown' AND place NOT IN ('indoors', 'nowhere')) "
        "AS unknown_direction, "
        "count(*) FILTER (place = 'indoors') AS indoors, "
        "count(*) FILTER (place = 'nowhere') AS nowhere "
        "FROM base.camera_coverage GROUP BY owner_group ORDER BY owner_group"
    )


def hot_cells(session: Session) -> pd.DataFrame:
    """Return layer, cell, excess: hot cells of the nightly run with all their problems too many.

    Of several windows the longest counts.
    """
    rows = session.frame(
        "SELECT layer, cell, window_days, category, excess FROM base.hotspot WHERE hot "
        "ORDER BY layer, window_days, category, cell"
    )
    longest = rows[rows["window_days"] == rows.groupby("layer")["window_days"].transform("max")]
    found: pd.DataFrame = (
        longest.groupby(["layer", "cell"], sort=True)["excess"].sum().reset_index()
    )
    return found
