"""What rasters of population and the transfer between layers read from a base."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
import shapely

from blockdata.config import PopulationRaster
from blockdata.engines import feeds
from blockdata.grid.rasters import RasterSettings
from blockdata.store.session import Session

__all__ = ["houses", "published", "raster_settings", "where_people_live"]


def houses(session: Session) -> pd.DataFrame:
    """Return the buildings that stand now, with what is known of how many may live there.

    Parameters
    ----------
    session : Session

    Returns
    -------
    DataFrame
        Columns building, x, y, geom (shapely, or None), use, floors, height_m, floor_area_m2,
        sorted by building.
    """
    frame = session.frame(
        'SELECT id AS building, x, y, geom, "use", floors, height_m, floor_area_m2 '
        "FROM base.building ORDER BY id"
    )
    return frame.assign(geom=shapely.from_wkb(frame["geom"].to_numpy(dtype=object)))


def where_people_live(session: Session) -> pd.DataFrame:
    """Return the buildings, and the addresses at which people are counted for want of a building.

    Parameters
    ----------
    session : Session

    Returns
    -------
    DataFrame
        Columns as of `houses`; an address has a place and nothing else.
    """
    bare = session.frame(
        "SELECT id AS building, x, y FROM base.address "
        "WHERE id IN (SELECT building FROM base.atom) ORDER BY id"
    )
    known = houses(session)
    if bare.empty:
        return known
    every = pd.concat([known, bare], ignore_index=True)
    geoms = np.append(known["geom"].to_numpy(dtype=object), [None] * len(bare))
    return every.assign(geom=geoms)


def published(session: Session, day: dt.date) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Return the atoms, their published figures, and the cells of their buildings on a day.

    Parameters
    ----------
    session : Session
    day : date

    Returns
    -------
    DataFrame
        Columns building, atom; empty where there are no atoms.
    DataFrame
        Columns atom, people.
    DataFrame
        Columns building, layer, cell.
    """
    atoms = session.read("atom").to_pandas()[["building", "atom"]]
    figures = session.read("atom_figure").to_pandas()[["atom", "people"]]
    where = pd.concat([feeds.cells_on(session, k, day) for k in ("building", "address")])
    return atoms, figures, where.rename(columns={"id": "building"})


def raster_settings(settings: PopulationRaster) -> RasterSettings:
    """Return how a configured raster is to be read."""
    return RasterSettings(settings.unit, settings.band, settings.nodata, settings.crs)
