"""What became of cells, and what a cell came from."""

from __future__ import annotations

import datetime as dt

import pandas as pd

from blockdata.config import Config
from blockdata.engines import lineage_feeds
from blockdata.errors import AnalysisError
from blockdata.grid.lineage import RULES, compare_lineage, compose, moves_of
from blockdata.store.session import Session


def lineage(session: Session, config: Config, cell_or_code: str | None = None) -> pd.DataFrame:
    """Return what became of cells on every day on which their layer was redrawn.

    Parameters
    ----------
    session : Session
    config : Config
    cell_or_code : str, optional
        A cell's id or code: only the changes that led to it and from it, over any number of
        redrawings.

    Returns
    -------
    DataFrame
        layer, changed_on, change (split, merge, border, recode, redraw, new, ended), old,
        old_code, new, new_code, area_m2 (land they share), share_area, share_of_new,
        share_buildings, share_floor_area, share_people (of what stood in the old cell; people by
        published figures). Sorted by layer, day, old and new.

    Raises
    ------
    AnalysisError
        If nothing has this id or code.
    """
    rows = lineage_feeds.lineage_rows(session)
    if cell_or_code is None:
        return rows
    cells = _cells_named(session, config, cell_or_code)
    later = _reached(rows, cells, "old", "new")
    earlier = _reached(rows.iloc[::-1], cells, "new", "old")
    return rows[later.reindex(rows.index) | earlier.reindex(rows.index)].reset_index(drop=True)


def successors_of_cell(
    session: Session,
    config: Config,
    as_of: dt.date,
    cell_or_code: str,
    since: dt.date | None = None,
    by: str = "building",
) -> pd.DataFrame:
    """Return the cells of the last known day that have what a cell had.

    Parameters
    ----------
    session : Session
    config : Config
    as_of : date
    cell_or_code : str
        A cell's id or code.
    since : date, optional
        The cell is taken as it stood on this day; None is from its beginning on.
    by : str, default "building"
        What the shares are of: "building", "floor_area", "people" or "area".

    Returns
    -------
    DataFrame
        cell, since, new (id of the successor; null for what no cell has any more), new_code,
        share; the largest first, summing to 1 for each cell.

    Raises
    ------
    AnalysisError
        If nothing has this id or code, or `by` is unknown.
    """
    if by not in RULES:
        raise AnalysisError(f"by is {by!r}", where="successors_of_cell", allowed=", ".join(RULES))
    rows = lineage_feeds.lineage_rows(session)
    cells = sorted(_cells_named(session, config, cell_or_code))
    begins = pd.Timestamp(since) if since else pd.Timestamp("1678-01-01")
    starts = pd.DataFrame({"cell": cells, "since": begins})
    found = compose(moves_of(rows, by), starts, pd.Timestamp(as_of) - pd.Timedelta(days=1))
    codes = rows.dropna(subset=["new"]).drop_duplicates("new", keep="last")
    named = dict(zip(codes["new"], codes["new_code"], strict=True))
    own = lineage_feeds.codes_of_cells(session, cells)
    found["new_code"] = [None if pd.isna(c) else named.get(c, own.get(c)) for c in found["new"]]
    return found[["cell", "since", "new", "new_code", "share"]]


def compare_stated_lineage(session: Session, stated: pd.DataFrame) -> pd.DataFrame:
    """Hold what a source says of redrawn grids to what the grids' own shapes say.

    Parameters
    ----------
    session : Session
    stated : DataFrame
        Columns old_code, new_code and, where the source has it, change; from a table of any kind.

    Returns
    -------
    DataFrame
        See `blockdata.grid.lineage.compare_lineage`.
    """
    return compare_lineage(lineage_feeds.lineage_rows(session), stated)


def _cells_named(session: Session, config: Config, cell_or_code: str) -> set[str]:
    grid = config.grid
    layers = (*grid.all_layers, *grid.area_levels)
    cells = lineage_feeds.cells_named(session, cell_or_code, layers)
    if not cells:
        raise AnalysisError(
            "no cell has this id or code", where="lineage", allowed="an id or a code of a cell"
        )
    return cells


def _reached(rows: pd.DataFrame, cells: set[str], at: str, to: str) -> pd.Series:
    """Tell which rows lie on a way from some cells, rows in the order of the way."""
    known, found = set(cells), []
    for here, there in zip(rows[at], rows[to], strict=True):
        found.append(here in known)
        if here in known and not pd.isna(there):
            known.add(there)
    return pd.Series(found, index=rows.index, dtype=bool)
