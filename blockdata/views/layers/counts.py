"""Counts of any window on the cells of any day."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TypedDict, Unpack

import geopandas as gpd
import numpy as np
import pandas as pd

from blockdata.batch.lineage import things_moved
from blockdata.config import City, Config
from blockdata.engines import feeds, lineage_feeds
from blockdata.errors import AnalysisError, GeometryNeededError
from blockdata.grid.lineage import RULES, CellCounts, cells_at, count_on_cells, states_of_codes
from blockdata.grid.standing import stands_on
from blockdata.store.session import Session

_MEASURE = {"building": "buildings", "people": "people", "floor_area": "floor_area"}
_CODED = "unit"
"""The layer whose codes records name."""


class Options(TypedDict, total=False):
    """The parameters of `counts` that are given by name; see there."""

    since: dt.date | None
    until: dt.date | None
    on: dt.date | None
    category: str | None
    by: str


def counts(
    session: Session,
    config: Config,
    as_of: dt.date,
    kind: str = "incident",
    grid: str = "unit",
    **options: Unpack[Options],
) -> gpd.GeoDataFrame:
    """Count the records of any window on the cells of any day, past or today.

    Records at a point count in the cell that covers it on that day. Those of which only the unit
    grid is known, by a code that may have ended since, are shared out among the cells that share
    land with that grid as it stood on the record's day.

    Parameters
    ----------
    session : Session
    config : Config
    as_of : date
        End of what is known, exclusive.
    kind : str, default "incident"
        A record kind with a place. Of one without a time those that stand now are counted.
    grid : str, default "unit"
        A layer of grids, or a level of areas.
    since, until : date, optional
        Local days; since is in the window, until is not. None is without end, but as_of.
    on : date, optional
        The cells are those that stand on this day; None is the last known one.
    category : str, optional
        Only records of this category.
    by : str, default "building"
        By what is shared out: "building" (number), "floor_area", "people" (published figures
        spread over buildings), or "area". Where a grid has none of it, by land.

    Returns
    -------
    GeoDataFrame
        cell, code, name, count (located and moved), located (at a point), moved (expected number
        of the others), low and high (bounds of the true number, certain for every record that
        lies in the grid it was recorded by), rule, geometry; sorted by cell. A last row without
        cell has what lies outside all of them, if anything may. `attrs` tells on, since, until,
        records (all of the window), unplaced (no point, and no grid with a polygon) and
        at_default (at a default location, which is no place): counts and these sum to records.

    Raises
    ------
    AnalysisError
        If `by` or the kind is unknown, or the kind has no place or no categories.
    GeometryNeededError
        If the layer has no polygons on that day.
    """
    by = options.get("by", "building")
    if by not in RULES:
        raise AnalysisError(f"by is {by!r}", where="counts", allowed=", ".join(RULES))
    since, end = options.get("since"), min(options.get("until") or as_of, as_of)
    on = options.get("on") or as_of - dt.timedelta(days=1)
    cells = feeds.cells(session, config.grid.all_layers, config.grid.area_levels)
    target = _standing(cells, grid, on)
    records = _records(session, config, kind, (since, end, as_of))
    if category := options.get("category"):
        records = _of_category(records, category, kind, session)
    known = _known_by_code(records, cells, config.city, on)
    found = count_on_cells(
        target["geom"].to_numpy(dtype=object),
        (known.x, known.y),
        known.sources,
        known.numbers,
        None if by == "area" else _things(session, _MEASURE[by], on),
    )
    told = _frame(target, found, by, config.city.crs)
    told.attrs = {"on": on, "since": since, "until": end, "records": len(records)}
    told.attrs |= {"unplaced": known.unplaced, "at_default": known.at_default}
    return told


@dataclass(frozen=True)
class _Known:
    """What is known of where records are: points, cells with numbers of records, nothing."""

    x: np.ndarray
    y: np.ndarray
    sources: np.ndarray
    numbers: np.ndarray
    unplaced: int
    at_default: int


def _standing(cells: pd.DataFrame, layer: str, on: dt.date) -> pd.DataFrame:
    target = cells_at(cells[cells["layer"] == layer], pd.Timestamp(on))
    if target.empty:
        raise GeometryNeededError(
            f"the layer {layer!r} has no cell with a polygon on {on}",
            where="counts",
            allowed=", ".join(sorted(cells["layer"].unique())) or "none",
        )
    return target


def _records(
    session: Session, config: Config, name: str, days: tuple[dt.date | None, dt.date, dt.date]
) -> pd.DataFrame:
    placed = {kind.name: kind for kind in feeds.placed_kinds(session.catalogue)}
    if name not in placed:
        raise AnalysisError(
            f"{name!r} is no kind with a place", where="counts", allowed=", ".join(sorted(placed))
        )
    since, until, as_of = days
    return lineage_feeds.countable(
        session,
        placed[name],
        None if since is None else config.city.midnight_utc(since),
        config.city.midnight_utc(until),
        as_of - dt.timedelta(days=1),
    )


def _of_category(records: pd.DataFrame, category: str, name: str, session: Session) -> pd.DataFrame:
    if "category" not in {f.name for f in session.catalogue.kind(name).fields}:
        raise AnalysisError(f"{name} has no categories", where="counts")
    return records[records["category"] == category]


def _known_by_code(records: pd.DataFrame, cells: pd.DataFrame, city: City, on: dt.date) -> _Known:
    lost = records["at_default"].astype(bool)
    located = records["x"].notna() & records["y"].notna()
    rest = records[~located]
    days = city.local_days(pd.to_datetime(rest["at"])).fillna(pd.Timestamp(on))
    units = cells[(cells["layer"] == _CODED) & cells["code"].notna()]
    units = units.sort_values(["code", "valid_from"], na_position="first", ignore_index=True)
    state = states_of_codes(rest["unit_grid_code"], days, units)
    numbers = np.bincount(state[state >= 0], minlength=len(units))
    used = np.flatnonzero(numbers)
    points = records[located & ~lost]
    return _Known(
        points["x"].to_numpy(dtype=float),
        points["y"].to_numpy(dtype=float),
        units["geom"].to_numpy(dtype=object)[used],
        numbers[used],
        int((state < 0).sum()),
        int((located & lost).sum()),
    )


def _things(session: Session, measure: str, on: dt.date) -> pd.DataFrame:
    things = things_moved(session)
    return things[stands_on(things, on)].rename(columns={measure: "weight"})[["x", "y", "weight"]]


def _frame(target: pd.DataFrame, found: CellCounts, by: str, crs: str) -> gpd.GeoDataFrame:
    numbers = found.cells.assign(rule=found.cells["rule"].str.replace("things", by))
    rows = target[["id", "code", "name"]].rename(columns={"id": "cell"})
    rows = pd.concat([rows, numbers[["count", "located", "moved", "low", "high", "rule"]]], axis=1)
    shapes = target["geom"].to_numpy(dtype=object)
    if found.outside["high"] > 0:
        outside = pd.DataFrame([found.outside]).assign(rule="outside")
        rows = pd.concat([rows, outside.astype(dict.fromkeys(("located", "low", "high"), "int64"))])
        shapes = np.append(shapes, [None])
    return gpd.GeoDataFrame(rows.reset_index(drop=True), geometry=shapes, crs=crs)
