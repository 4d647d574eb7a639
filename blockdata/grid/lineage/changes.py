"""What became of each cell on each day on which a layer was redrawn."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from blockdata.grid.cells import refuse_bad_geometry
from blockdata.grid.lineage.kinds import kinds_of_change
from blockdata.grid.lineage.overlaps import SLIVER_WIDTH_M, overlap_areas, own_land
from blockdata.grid.standing import stands_on

__all__ = ["cells_at", "derive_lineage", "lineage_between"]

Flags = npt.NDArray[np.bool_]
_STATE = ["id", "code", "geom"]
_COLUMNS = {
    "layer": "str",
    "changed_on": "datetime64[us]",
    "change": "str",
    "old": "str",
    "old_code": "str",
    "new": "str",
    "new_code": "str",
    "area_m2": "float64",
    "share_area": "float64",
    "share_of_new": "float64",
}


def cells_at(cells: pd.DataFrame, moment: pd.Timestamp, *, before: bool = False) -> pd.DataFrame:
    """Return the states that stand on a day, or that stood until it; see `stands_on`.

    Parameters
    ----------
    cells : DataFrame
        Columns id, valid_from, valid_to (dates or midnights) and others.
    moment : Timestamp
        Midnight.
    before : bool, default False
        Whether to return what stood up to that midnight instead of what stands from it.

    Returns
    -------
    DataFrame
        Sorted by id.
    """
    # Validities begin and end at midnight: what stood until then stood on the day before.
    day = moment - pd.Timedelta(days=1) if before else moment
    return cells[stands_on(cells, day)].sort_values("id", ignore_index=True)


def derive_lineage(cells: pd.DataFrame, *, width_m: float = SLIVER_WIDTH_M) -> pd.DataFrame:
    """Derive from dated cells what became of each on each day of change.

    The day from which a layer has cells is no change. What differs by slivers alone (see
    `without_slivers`) is the same shape.

    Parameters
    ----------
    cells : DataFrame
        Columns id, layer, code, geom (valid polygons, metres), valid_from, valid_to; an id may
        have several rows with disjoint validities. Rows without a polygon are left out.
    width_m : float
        Mean width below which a piece of land is a sliver.

    Returns
    -------
    DataFrame
        As from `lineage_between`, with layer and changed_on first; sorted by these, old and new.

    Raises
    ------
    AnalysisError
        If a geometry is no valid polygon.

    Examples
    --------
    >>> cells = pd.DataFrame({"id": ["g1", "g2", "g3"], "layer": "unit", "code": ["1", "2", "3"],
    ...     "geom": [shapely.box(0, 0, 9, 9), shapely.box(0, 0, 6, 9), shapely.box(6, 0, 9, 9)],
    ...     "valid_from": [None, pd.Timestamp("2026-09-16"), pd.Timestamp("2026-09-16")],
    ...     "valid_to": [pd.Timestamp("2026-09-16"), None, None]})
    >>> derive_lineage(cells)[["change", "old_code", "new_code", "share_area"]].round(3)
      change old_code new_code  share_area
    0  split        1        2       0.667
    1  split        1        3       0.333
    """
    drawn = cells[~shapely.is_missing(cells["geom"].to_numpy(dtype=object))]
    refuse_bad_geometry(drawn)
    parts = [
        lineage_between(before, after, width_m=width_m).assign(layer=layer, changed_on=day)
        for layer, states in drawn.groupby("layer", sort=True)
        for day in _days_of_change(states)
        for before, after in [(cells_at(states, day, before=True), cells_at(states, day))]
        if len(before)
    ]
    empty = pd.DataFrame({name: [] for name in _COLUMNS})
    rows = pd.concat([part for part in parts if len(part)] or [empty], ignore_index=True)
    return rows[list(_COLUMNS)].astype(_COLUMNS)


def _days_of_change(states: pd.DataFrame) -> list[pd.Timestamp]:
    edges = pd.concat([states["valid_from"], states["valid_to"]])
    return sorted(pd.to_datetime(edges).dropna().unique())


def lineage_between(
    before: pd.DataFrame, after: pd.DataFrame, *, width_m: float = SLIVER_WIDTH_M
) -> pd.DataFrame:
    """Compare two states of one layer: two neighbouring ones, or any two.

    Parameters
    ----------
    before, after : DataFrame
        Columns id (unique), code, geom (valid polygons, metres).
    width_m : float
        See `derive_lineage`.

    Returns
    -------
    DataFrame
        One row per old and new cell that share land and of which one changed: change (see
        `kinds_of_change`), old, old_code, new, new_code, area_m2 (shared), share_area (of the old
        cell, slivers left out of both), share_of_new. A row without new is land that no cell of
        the layer has any more; one without old is a cell on land that none had.  The shares of
        an old cell sum to 1. Sorted by old and new, those without last.
    """
    changed_old, changed_new = _changed(before, after)
    old, new = _concerned(before, after, changed_old, changed_new)
    land = [own_land(states["geom"].to_numpy(dtype=object)) for states in (old, new)]
    pairs = overlap_areas(*land, width_m=width_m)
    total_old = pairs.groupby("old")["area_m2"].transform("sum")
    total_new = pairs.groupby("new")["area_m2"].transform("sum")
    rows = pd.DataFrame(
        {
            "old": _picked(old["id"], pairs["old"]),
            "old_code": _picked(old["code"], pairs["old"]),
            "new": _picked(new["id"], pairs["new"]),
            "new_code": _picked(new["code"], pairs["new"]),
            "area_m2": pairs["area_m2"].round(4),
            "share_area": (pairs["area_m2"] / total_old).where(pairs["old"] >= 0),
            "share_of_new": (pairs["area_m2"] / total_new).where(pairs["new"] >= 0),
        }
    )
    return kinds_of_change(rows)


def _picked(values: pd.Series, position: pd.Series) -> pd.Series:
    known = values.astype("str").reset_index(drop=True)
    return known.reindex(position.to_numpy()).reset_index(drop=True)


def _changed(before: pd.DataFrame, after: pd.DataFrame) -> tuple[Flags, Flags]:
    """Tell which cells of each state are not in the other with the same bytes and code."""
    same = []
    for states in (before, after):
        drawn = shapely.to_wkb(shapely.normalize(states["geom"].to_numpy(dtype=object)))
        rows = zip(states["id"], states["code"].astype("str").fillna(""), drawn, strict=True)
        same.append(list(rows))
    flags = [
        np.array([row not in other for row in own], dtype=bool)
        for own, other in ((same[0], set(same[1])), (same[1], set(same[0])))
    ]
    return flags[0], flags[1]


def _concerned(
    before: pd.DataFrame, after: pd.DataFrame, changed_old: Flags, changed_new: Flags
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Leave out what no changed cell touches."""
    moved = pd.concat([before["geom"][changed_old], after["geom"][changed_new]])
    tree = shapely.STRtree(moved.to_numpy(dtype=object))
    kept = []
    for states in (before, after):
        near = tree.query(states["geom"].to_numpy(dtype=object), predicate="intersects")[0]
        kept.append(states[_STATE].iloc[np.unique(near)].reset_index(drop=True))
    return kept[0], kept[1]
