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
        Columns id (str), x, y (metres), cell (the grid that the case is in; may be null).
    cells : DataFrame
        Columns cell (str), geom (polygons in the same CRS): one layer.
    within_m : float
        Farther borders are not looked at.

    Returns
    -------
    DataFrame
        Columns id, neighbour, border_m: the nearest other grid (ties: the lowest name) and its
        distance, one row per point that has one, sorted by id. Points without coordinates have
        none, nor have those that do not lie in their own grid: what they are about is elsewhere.

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
    known = points[points["x"].notna() & points["y"].notna()]
    sort = known.groupby(["x", "y", "cell"], dropna=False, sort=False).ngroup()
    # Many cases stand at one address: what they have in common is computed once.
    near = _nearest_others(known[["x", "y", "cell"]][~sort.duplicated()], cells, within_m)
    found = known[["id"]].assign(sort=sort).merge(near, left_on="sort", right_index=True)
    texts = found[["id", "neighbour", "border_m"]].astype({"id": "str", "neighbour": "str"})
    ordered: pd.DataFrame = texts.sort_values("id", ignore_index=True)
    return ordered


def _nearest_others(points: pd.DataFrame, cells: pd.DataFrame, within_m: float) -> pd.DataFrame:
    """Return neighbour, border_m of the points that have one, by the number of the point."""
    places = shapely.points(points["x"].to_numpy(float), points["y"].to_numpy(float))
    shapes: npt.NDArray[np.object_] = cells["geom"].to_numpy(dtype=object)
    point, cell = shapely.STRtree(shapes).query(places, predicate="dwithin", distance=within_m)
    names = cells["cell"].to_numpy(dtype=object)[cell]
    border_m = shapely.distance(places[point], shapes[cell])
    own = points["cell"].to_numpy(dtype=object)[point]
    is_own = own == names
    inside = np.isin(point, point[is_own & (border_m == 0)])
    found = pd.DataFrame({"neighbour": names, "border_m": border_m}, index=point)
    others = found[~is_own & (inside | pd.isna(own))].rename_axis("point").reset_index()
    others = others.sort_values(["point", "border_m", "neighbour"])
    nearest: pd.DataFrame = others.drop_duplicates("point").set_index("point")
    return nearest
