"""An accepted draft as the next delivery of the source of grids."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import numpy as np
import pandas as pd
import shapely

from blockdata.errors import AnalysisError
from blockdata.grid.drafting.arrangement import holder
from blockdata.grid.drafting.changes import cells_left_out, changes_of
from blockdata.grid.drafting.files import write_layers

__all__ = ["grid_delivery", "write_delivery"]

COLUMNS = (
    *("code", "name", "layer", "parent_code", "area_code", "area_m2", "begins_on", "ends_on"),
    "geom",
)
"""Columns of kind grid, by the names that its loader knows without a mapping."""

_DRAFTED = ("responsibility", "unit")


def grid_delivery(
    current: pd.DataFrame, units: pd.DataFrame, responsibility: pd.DataFrame, begins_on: dt.date
) -> pd.DataFrame:
    """Return all grids as they are from the day on which an accepted draft takes effect.

    Where the draft has cells, a cell whose ground stays the same stays, with its
    code; the others end on that day, and the draft's begin. All other rows stay as they are: the
    delivery is complete, as a source of mode "full" needs it.

    Parameters
    ----------
    current : DataFrame
        Rows of kind grid as they stand, ended ones included: code, name, layer, parent_code,
        area_code, area_m2, begins_on, ends_on, geom.
    units, responsibility : DataFrame
        code (new_code where it came back from QGIS), name, community_code, parent_code (units),
        geom. A draft without responsibility grids leaves those that stand, and its units lie in
        them.
    begins_on : date

    Returns
    -------
    DataFrame
        Columns of kind grid, sorted by layer, code.

    Raises
    ------
    AnalysisError
        If a drafted cell has no code, or one that another grid of its layer has had.
    """
    drafts = {"responsibility": responsibility, "unit": units}
    fresh = {name: _drafted(rows, name, begins_on) for name, rows in drafts.items()}
    kept: list[pd.Index] = []
    renamed: dict[str, str] = {}
    for layer in _DRAFTED:
        now = current[(current["layer"] == layer) & current["ends_on"].isna()]
        now = _covered(now, fresh[layer])
        same = _same(now, fresh[layer])
        renamed |= dict(zip(same["code"], same["was"], strict=True))
        kept.append(now.index[now["code"].isin(same["was"])])
        ended = now.index.difference(kept[-1])
        current = _ended(current, ended, begins_on)
        fresh[layer] = fresh[layer][~fresh[layer]["code"].isin(same["code"])]
    if responsibility.empty:
        fresh["unit"] = _under_standing(fresh["unit"], current)
    rows = [current, *(_under(fresh[layer], renamed) for layer in _DRAFTED)]
    current = _reparented(current, kept[1], units, renamed) if len(responsibility) else current
    table = pd.concat([current, *rows[1:]], ignore_index=True)
    _require_codes(table)
    return table[list(COLUMNS)].sort_values(["layer", "code", "begins_on"], ignore_index=True)


def _drafted(draft: pd.DataFrame, layer: str, begins_on: dt.date) -> pd.DataFrame:
    code = draft["new_code"] if "new_code" in draft else draft["code"]
    if code.isna().any():
        raise AnalysisError(
            f"{int(code.isna().sum())} cells of the draft have no code",
            where=layer,
            next_step="Correct what the check found, and read the draft again.",
        )
    parent = draft["parent_code"] if layer == "unit" and "parent_code" in draft else None
    return pd.DataFrame(
        {
            "code": code.to_numpy(dtype=object),
            "name": draft["name"].to_numpy(dtype=object) if "name" in draft else None,
            "layer": layer,
            "parent_code": None if parent is None else parent.to_numpy(dtype=object),
            "area_code": draft["community_code"].to_numpy(dtype=object),
            "area_m2": shapely.area(draft["geom"].to_numpy(dtype=object)).round(2),
            "begins_on": begins_on,
            "ends_on": None,
            "geom": draft["geom"].to_numpy(dtype=object),
        }
    )


def _covered(now: pd.DataFrame, fresh: pd.DataFrame) -> pd.DataFrame:
    """Return the standing cells that lie by more than half where the draft has cells."""
    shaped: pd.DataFrame = now[~shapely.is_missing(now["geom"].to_numpy(dtype=object))]
    return shaped.drop(index=cells_left_out(shaped, fresh).index)


def _same(now: pd.DataFrame, fresh: pd.DataFrame) -> pd.DataFrame:
    """Return code, was of the drafted cells whose ground a standing cell has."""
    told = changes_of(now, fresh)
    same = told["change"] == "unchanged"
    return pd.DataFrame({"code": fresh.loc[same, "code"], "was": told.loc[same, "was"]})


def _ended(current: pd.DataFrame, rows: pd.Index, day: dt.date) -> pd.DataFrame:
    ends = current["ends_on"].astype(object)
    ends[rows] = day
    return current.assign(ends_on=ends)


def _under(fresh: pd.DataFrame, renamed: dict[str, str]) -> pd.DataFrame:
    """Return drafted cells under the codes that their parents keep."""
    return fresh.assign(parent_code=fresh["parent_code"].map(lambda c: renamed.get(c, c)))


def _under_standing(fresh: pd.DataFrame, current: pd.DataFrame) -> pd.DataFrame:
    """Return drafted units under the responsibility grids that stand where they lie."""
    above = current[(current["layer"] == "responsibility") & current["ends_on"].isna()]
    shaped = above[~shapely.is_missing(above["geom"].to_numpy(dtype=object))]
    held = holder(fresh["geom"].to_numpy(dtype=object), shaped["geom"].to_numpy(dtype=object))
    code = np.array([*shaped["code"], None], dtype=object)
    return fresh.assign(parent_code=code[held])


def _reparented(
    current: pd.DataFrame, kept: pd.Index, units: pd.DataFrame, renamed: dict[str, str]
) -> pd.DataFrame:
    """Return the rows with the cells that stay under their new parents."""
    code = units["new_code"] if "new_code" in units else units["code"]
    if "parent_code" not in units:
        return current
    parent = {
        renamed[own]: renamed.get(above, above)
        for own, above in zip(code, units["parent_code"], strict=True)
        if own in renamed
    }
    changed = current["parent_code"].astype(object)
    changed[kept] = current.loc[kept, "code"].map(parent)
    return current.assign(parent_code=changed)


def _require_codes(table: pd.DataFrame) -> None:
    twice = table.duplicated(["layer", "code"], keep=False)
    if twice.any():
        raise AnalysisError(
            f"{int(twice.sum())} grids share their code with another of their layer",
            where="draft",
            next_step="Draft with all codes ever used as taken: they are not given again.",
        )


def write_delivery(path: Path | str, rows: pd.DataFrame, crs: str) -> None:
    """Write a delivery of kind grid as a GeoPackage with one layer, "grid".

    Parameters
    ----------
    path : path
        Is not to exist yet; its name carries the date where the source takes it from there.
    rows : DataFrame
        As from `grid_delivery`.
    crs : str
    """
    shapes = rows["geom"].to_numpy(dtype=object)
    there = ~shapely.is_missing(shapes)
    dated = rows.assign(begins_on=_texts(rows["begins_on"]), ends_on=_texts(rows["ends_on"]))
    write_layers(Path(path), {"grid": dated[there].reset_index(drop=True)}, crs)


def _texts(days: pd.Series) -> pd.Series:
    return pd.to_datetime(days).dt.strftime("%Y-%m-%d").astype(object)
