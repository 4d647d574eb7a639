"""Cases close to the border of two grids, for which the neighbour's unit may answer as well."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from blockdata.errors import ConfigError

__all__ = ["near_borders"]


def near_borders(
    points: pd.DataFrame, cells: pd.DataFrame, *, within_m: float = 20.0
) -> pd.DataFrame:
    """Find, for points close to another grid than their own, that grid and how far it is.

    Parameters
    ----------
    points : DataFrame
        Columns id (str), x, y (metres), cell (the grid the point lies in; may be null).
    cells : DataFrame
        Columns cell (str), geom (polygons in the same CRS): one layer.
    within_m : float
        Farther borders are not looked at.

    Returns
    -------
    DataFrame
        Columns id, neighbour, border_m: the nearest other grid (ties: the lowest name) and its
        distance, one row per point that has one, sorted by id. Points without coordinates have
        none.

    Raises
    ------
    ConfigError
        If `within_m` is negative or not finite.

    Examples
    --------
    >>> cells = pd.DataFrame({"cell": ["a", "b"],
    ...                       "geom": [shapely.box(0, 0, 10, 10), shapely.box(10, 0, 20, 10)]})
    >>> points = pd.DataFrame({"id": ["i1"], "x": [8.0], "y": [5.0], "cell": ["a"]})
    >>> near_borders(points, cells).values.tolist()
    [['i1', 'b', 2.0]]
    """
    if not (np.isfinite(within_m) and within_m >= 0):
        raise ConfigError(f"within_m is {within_m}", where="borders", allowed="0 or more")
    known = points[points["x"].notna() & points["y"].notna()].reset_index(drop=True)
    places = shapely.points(known["x"].to_numpy(float), known["y"].to_numpy(float))
    shapes: npt.NDArray[np.object_] = cells["geom"].to_numpy(dtype=object)
    point, cell = shapely.STRtree(shapes).query(places, predicate="dwithin", distance=within_m)
    found = pd.DataFrame(
        {
            "id": known["id"].to_numpy(dtype=object)[point],
            "own": known["cell"].to_numpy(dtype=object)[point],
            "neighbour": cells["cell"].to_numpy(dtype=object)[cell],
            "border_m": shapely.distance(places[point], shapes[cell]),
        }
    )
    others = found[found["own"] != found["neighbour"]]
    nearest = others.sort_values(["id", "border_m", "neighbour"]).drop_duplicates("id")
    texts = {"id": "str", "neighbour": "str"}
    return nearest[["id", "neighbour", "border_m"]].astype(texts).reset_index(drop=True)
