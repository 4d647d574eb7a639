"""Shares of what stood in an old cell: buildings, floor area, people."""

from __future__ import annotations

import numpy as np
import pandas as pd

from blockdata.grid.lineage.changes import cells_at
from blockdata.grid.standing import stands_on
from blockdata.kernels import cells_of_points

__all__ = ["people_of_buildings", "with_shares"]

_PAIR = ["old", "new"]


def people_of_buildings(
    atoms: pd.DataFrame, figures: pd.DataFrame, floor_area_m2: pd.Series
) -> pd.DataFrame:
    """Spread the published figure of each atom over its buildings.

    By floor area where it is known of all buildings of the atom, else equally. What comes out is
    made of published figures and open data alone, and says no more of anybody than they do.

    Parameters
    ----------
    atoms : DataFrame
        Columns building, atom.
    figures : DataFrame
        Columns atom, people.
    floor_area_m2 : Series indexed by building
        Square metres; missing or 0 where unknown.

    Returns
    -------
    DataFrame
        Columns building, people (float64), sorted by building.

    Examples
    --------
    >>> atoms = pd.DataFrame({"building": ["b1", "b2"], "atom": "a"})
    >>> figures = pd.DataFrame({"atom": ["a"], "people": [30]})
    >>> floors = pd.Series({"b1": 100.0, "b2": 200.0})
    >>> people_of_buildings(atoms, figures, floors)["people"].tolist()
    [10.0, 20.0]
    """
    rows = atoms[["building", "atom"]].sort_values("building", ignore_index=True)
    area = rows["building"].map(floor_area_m2).astype(float)
    known = area.gt(0).groupby(rows["atom"]).transform("all")
    weight = area.where(known, 1.0)
    share = weight / weight.groupby(rows["atom"]).transform("sum")
    figure = rows["atom"].map(figures.set_index("atom")["people"]).astype(float)
    return rows[["building"]].assign(people=share * figure)


def with_shares(lineage: pd.DataFrame, cells: pd.DataFrame, things: pd.DataFrame) -> pd.DataFrame:
    """Add what share of an old cell's things each row of a lineage takes along.

    A thing lies in the cell that covers its point, the lowest id of several; what the slivers
    between two drawings take along is left out.

    Parameters
    ----------
    lineage : DataFrame
        As from `derive_lineage`.
    cells : DataFrame
        The cells that it was derived from.
    things : DataFrame
        Columns x, y, valid_from, valid_to, and one column per measure (its weight in the
        thing's own unit; missing is 0).

    Returns
    -------
    DataFrame
        With a column share_<measure> for each: 0 to 1, null where the old cell has none of it.
    """
    measures = [n for n in things.columns if n not in ("x", "y", "valid_from", "valid_to")]
    names = {measure: f"share_{measure}" for measure in measures}
    result = lineage.assign(**dict.fromkeys(names.values(), np.nan))
    for (layer, day), rows in lineage.groupby(["layer", "changed_on"], sort=True):
        moved = _moved(cells[cells["layer"] == layer], things, pd.Timestamp(str(day)), measures)
        own = rows[_PAIR].fillna("").merge(moved, on=_PAIR, how="left")[measures].fillna(0.0)
        own = own.set_axis(rows.index)
        total = own.groupby(rows["old"].fillna("")).transform("sum")
        some = (total > 0).mul(rows["old"].notna(), axis=0)
        result.loc[rows.index, list(names.values())] = (own / total.where(some)).to_numpy()
    return result


def _moved(
    cells: pd.DataFrame, things: pd.DataFrame, day: pd.Timestamp, measures: list[str]
) -> pd.DataFrame:
    """Return old, new and the weights that lie in the one before a day and in the other on it."""
    standing = things[stands_on(things, day)]
    lies = {"old": _cell_of(standing, cells, day, True), "new": _cell_of(standing, cells, day)}
    weights = standing[measures].astype(float).fillna(0.0).reset_index(drop=True)
    return weights.assign(**lies).groupby(_PAIR, sort=True)[measures].sum().reset_index()


def _cell_of(
    things: pd.DataFrame, cells: pd.DataFrame, day: pd.Timestamp, before: bool = False
) -> pd.Series:
    states = cells_at(cells, day, before=before)
    x, y = (things[name].to_numpy(dtype=float, na_value=np.nan) for name in ("x", "y"))
    found = cells_of_points(x, y, states["geom"].to_numpy(dtype=object))
    ids = np.append(states["id"].to_numpy(dtype=object), "")
    return pd.Series(ids[found], dtype="str")
