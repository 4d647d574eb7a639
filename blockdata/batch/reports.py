"""Reports of a base, as they are compared to tell which speak of one occurrence."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

import numpy as np
import pandas as pd

from blockdata.engines import duplicate_feeds
from blockdata.link.duplicates import named_roads, place_keys, usual_per_day
from blockdata.link.order import positions
from blockdata.store.session import Session

_MEASURED_M, _AT_A_DOOR_PLATE_M = 15.0, 10.0
_HOUSE_LEVELS = ("building", "unit", "room")
_NINE_IN_TEN = 2.146
"""Nine in ten points of a normal law in the plane lie within so many standard errors."""

_PLACE = ("site_id", "building_id", "room_id", "road_id")


def reports_to_compare(
    session: Session, end: dt.datetime, since: dt.datetime | None = None
) -> pd.DataFrame:
    """Return the reports of a base with what they are compared by.

    How many reports usually come from a place is counted up to the start of the month, so that
    what was judged last night is not judged otherwise tonight because of one report more.

    Parameters
    ----------
    session : Session
        With the steward's part open, callers and fingerprints of texts take part.
    end : datetime
        as_of in UTC.
    since : datetime, optional
        Reports before it are left out; how many are usual is then counted from the others alone.

    Returns
    -------
    DataFrame
        As `blockdata.link.duplicates.REPORT_COLUMNS` says, and closed_at; sorted by id.
    """
    reports = duplicate_feeds.reports(session, end, since)
    reports = with_place_keys(reports, duplicate_feeds.address_elements(session))
    main = reports.dropna(subset="main_category").groupby("category")["main_category"].min()
    month = pd.Timestamp(end).normalize().replace(day=1)
    told = {
        "caller": _of_reports(reports, duplicate_feeds.callers(session), "caller"),
        "fingerprint": _of_reports(reports, duplicate_feeds.fingerprints(session), "fingerprint"),
        "main_category": reports["category"].map(main),
        "radius_m": radius_of_points_m(reports),
        "usual_per_day": usual_per_day(reports, until=month),
    }
    dropped = ["address_id", "address_text", "match_level", "made", "error_m"]
    return reports.assign(**told).drop(columns=dropped)


def with_place_keys(reports: pd.DataFrame, addresses: pd.DataFrame) -> pd.DataFrame:
    """Add the keys of site, building, room and roads that reports name.

    Parameters
    ----------
    reports : DataFrame
        address_id, address_text.
    addresses : DataFrame
        id and elements.
    """
    return with_known_places(reports, place_keys(addresses), addresses["road"].dropna().unique())


def with_known_places(
    reports: pd.DataFrame, named: pd.DataFrame, roads_there: Iterable[str]
) -> pd.DataFrame:
    """Add the keys of places as `with_place_keys` does.

    Parameters
    ----------
    reports : DataFrame
        address_id, address_text.
    named : DataFrame
        As from `place_keys`, of the addresses that the reports have at least.
    roads_there : iterable of str
        Names of the roads that there are.
    """
    row = positions(reports["address_id"], named["id"])
    keys = named[list(_PLACE)].reindex(row).set_axis(reports.index)
    unplaced = keys["site_id"].isna()
    roads = named_roads(reports.loc[unplaced, "address_text"], roads_there).reindex(keys.index)
    keys["road_id"] = roads["road_id"].where(unplaced, keys["road_id"])
    keys["other_road_id"] = roads["other_road_id"]
    return pd.concat([reports, keys], axis=1)


def _of_reports(reports: pd.DataFrame, known: pd.DataFrame, column: str) -> pd.Series:
    row = positions(reports["id"], known["id"])
    values: pd.Series = known[column].reindex(row).set_axis(reports.index)
    return values.astype(object).where(row >= 0, None)


def radius_of_points_m(reports: pd.DataFrame) -> pd.Series:
    """Return within which distance of its point nine in ten reports of its sort lie.

    Parameters
    ----------
    reports : DataFrame
        match_level (of the address), made (of what the point was), error_m (of a description).
    """
    house = reports["match_level"].isin(_HOUSE_LEVELS)
    radius = np.select(
        [reports["made"] == "coordinates", (reports["made"] == "address") & ~house],
        [_MEASURED_M, _AT_A_DOOR_PLATE_M],
        np.where(reports["made"] == "description", _NINE_IN_TEN * reports["error_m"], 0.0),
    )
    return pd.Series(radius, index=reports.index)
