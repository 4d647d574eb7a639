"""Where cameras are missed: hot cells that are hardly covered, and sites along streets."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from blockdata.kernels.blocks import non_negative_m

__all__ = ["MOST_COVERED", "blind_cells", "points_along", "with_shares"]

MOST_COVERED = 0.1
"""Share of a cell's land up to which it counts as blind."""

_SHARES = {
    "covered_share": ("covered_m2", "land_m2"),
    "twice_share": ("covered_twice_m2", "land_m2"),
    "street_share": ("street_covered_m2", "street_m2"),
    "street_twice_share": ("street_covered_twice_m2", "street_m2"),
}


def with_shares(cells: pd.DataFrame) -> pd.DataFrame:
    """Add the shares of land and of street space that are covered, and covered twice.

    Parameters
    ----------
    cells : DataFrame
        Areas as in `Survey.cells`.

    Returns
    -------
    DataFrame
        With covered_share, twice_share, street_share, street_twice_share; NaN where a cell has
        no such ground.

    Examples
    --------
    >>> areas = {"land_m2": [8.0], "covered_m2": [2.0], "covered_twice_m2": [0.0],
    ...          "street_m2": [0.0], "street_covered_m2": [0.0], "street_covered_twice_m2": [0.0]}
    >>> with_shares(pd.DataFrame(areas))[["covered_share", "street_share"]].values.tolist()
    [[0.25, nan]]
    """
    shares = {
        name: cells[part] / cells[whole].where(cells[whole] > 0)
        for name, (part, whole) in _SHARES.items()
    }
    return cells.assign(**shares)


def blind_cells(
    cells: pd.DataFrame, hot: pd.DataFrame, most_covered: float = MOST_COVERED
) -> pd.DataFrame:
    """Return the hot cells of which fixed cameras cover little.

    Parameters
    ----------
    cells : DataFrame
        cell, land_m2, covered_m2, ...: one row per cell, of one group of owners or of all.
    hot : DataFrame
        cell, excess: problems too many; a cell may stand several times, and its excess is summed.
    most_covered : float
        Share of the land up to which a cell is blind.

    Returns
    -------
    DataFrame
        Rows of `cells` with their shares and `excess`, the greatest excess first, then by cell.

    Examples
    --------
    >>> areas = {"land_m2": 8.0, "covered_twice_m2": 0.0, "street_m2": 0.0,
    ...          "street_covered_m2": 0.0, "street_covered_twice_m2": 0.0}
    >>> cells = pd.DataFrame({"cell": ["a", "b"], "covered_m2": [4.0, 0.0]}).assign(**areas)
    >>> hot = pd.DataFrame({"cell": ["a", "b", "b"], "excess": [9.0, 1.0, 2.0]})
    >>> blind_cells(cells, hot)[["cell", "covered_share", "excess"]].values.tolist()
    [['b', 0.0, 3.0]]
    """
    excess = hot.groupby("cell", sort=True)["excess"].sum().rename("excess")
    known = with_shares(cells).merge(excess.reset_index(), on="cell")
    blind = known[known["covered_share"] <= most_covered]
    order = blind.sort_values(["excess", "cell"], ascending=[False, True], kind="stable")
    return order.reset_index(drop=True)


def points_along(lines: npt.NDArray[np.object_], step_m: float) -> npt.NDArray[np.object_]:
    """Return points along lines, at most so far apart; none twice.

    Parameters
    ----------
    lines : ndarray of shapely lines
    step_m : float
        Above 0.

    Returns
    -------
    ndarray of shapely points
        Both ends of every part are among them; in the order of the lines.

    Examples
    --------
    >>> [p.x for p in points_along(np.array([shapely.LineString([(0, 0), (10, 0)])]), 6.0)]
    [0.0, 5.0, 10.0]
    """
    non_negative_m(1 / non_negative_m(step_m, "step_m") if step_m else np.inf, "1 / step_m")
    parts = shapely.get_parts(lines)
    count = np.ceil(shapely.length(parts) / step_m).astype(np.int64)
    of = np.repeat(np.arange(len(parts)), count + 1)
    turn = np.arange(len(of)) - np.repeat(np.cumsum(count + 1) - count - 1, count + 1)
    share = turn / np.maximum(count[of], 1)
    points = shapely.line_interpolate_point(parts[of], share, normalized=True)
    _, first = np.unique(shapely.get_coordinates(points), axis=0, return_index=True)
    kept: npt.NDArray[np.object_] = points[np.sort(first)]
    return kept
