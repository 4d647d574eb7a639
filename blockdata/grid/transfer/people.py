"""Where people are, as far as published figures say: an atom's, spread over its buildings."""

from __future__ import annotations

import numpy as np
import pandas as pd

from blockdata.grid.rasters.floors import home_areas

__all__ = ["people_points"]


def people_points(
    atoms: pd.DataFrame, figures: pd.DataFrame, buildings: pd.DataFrame
) -> pd.DataFrame:
    """Spread each atom's published figure over its buildings, by floor area that people live in.

    This is an estimate from what is published, and made to weigh with: it says nothing of who
    lives in a building, and an atom's buildings always add up to its figure.

    Parameters
    ----------
    atoms : DataFrame
        Columns building, atom.
    figures : DataFrame
        Columns atom, people.
    buildings : DataFrame
        Columns building, x, y, geom, and use, floors, height_m, floor_area_m2 where known; x and
        y in metres. Addresses that people were counted at for want of a building have no geom.

    Returns
    -------
    DataFrame
        Columns building, x, y, people (float), sorted by building. A building of an atom without
        a place has no row, its share goes to the others of the atom; where none of an atom's
        buildings has floor area, they have equal shares. What has no footprint and no stated
        area counts as the median building.

    Examples
    --------
    >>> import shapely
    >>> atoms = pd.DataFrame({"building": ["b1", "b2"], "atom": "a1"})
    >>> figures = pd.DataFrame({"atom": ["a1"], "people": [40]})
    >>> buildings = pd.DataFrame({"building": ["b1", "b2"], "x": [5.0, 15.0], "y": 5.0,
    ...     "floors": [1, 3], "geom": [shapely.box(0, 0, 10, 10), shapely.box(10, 0, 20, 10)]})
    >>> people_points(atoms, figures, buildings)["people"].to_list()
    [10.0, 30.0]
    """
    placed = buildings.assign(room=home_areas(buildings))[["building", "x", "y", "room"]]
    placed = placed.dropna(subset=["x", "y"]).drop_duplicates("building")
    own = atoms[["building", "atom"]].merge(placed, on="building")
    own = own.merge(figures[["atom", "people"]], on="atom")
    own = own.sort_values("building", kind="stable", ignore_index=True)
    room = own["room"].to_numpy(dtype=float)
    total = own.groupby("atom")["room"].transform("sum").to_numpy(dtype=float)
    count = own.groupby("atom")["room"].transform("size").to_numpy(dtype=float)
    with np.errstate(invalid="ignore", divide="ignore"):
        share = np.where(total > 0, room / total, 1 / count)
    people = own["people"].to_numpy(dtype=float) * share
    return own[["building", "x", "y"]].assign(people=people)
