"""How long the streets in each cell are."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from blockdata.errors import AnalysisError

__all__ = ["street_lengths_m"]


def street_lengths_m(cells: pd.DataFrame, streets: npt.ArrayLike) -> pd.Series[Any]:
    """Measure the streets in each cell; a street on a border counts for half on each side.

    Parameters
    ----------
    cells : DataFrame with cell (str), geom (shapely polygons in metres, or None)
        A cell may stand several times; its parts are added up.
    streets : array_like of shapely lines
        In the same CRS in metres; None is no street.

    Returns
    -------
    Series of float64, indexed by cell
        Metres, sorted by cell. Cells that no street reaches are not listed: they have none.

    Raises
    ------
    AnalysisError
        If `cells` lacks a column.

    Examples
    --------
    >>> boxes = [shapely.box(0, 0, 10, 10), shapely.box(10, 0, 20, 10)]
    >>> cells = pd.DataFrame({"cell": ["a", "b"], "geom": boxes})
    >>> along = shapely.LineString([(10, 0), (10, 10)])
    >>> street_lengths_m(cells, [along, shapely.LineString([(4, 5), (20, 5)])]).tolist()
    [11.0, 15.0]
    """
    if not {"cell", "geom"} <= set(cells.columns):
        raise AnalysisError("no column cell or geom", where="street_lengths_m cells")
    geoms = cells["geom"].to_numpy(dtype=object)
    lines = np.asarray(streets, dtype=object)
    street, cell = shapely.STRtree(geoms).query(lines, predicate="intersects")
    line = lines[street]
    border = shapely.length(shapely.intersection(line, shapely.boundary(geoms[cell])))
    inside = shapely.length(shapely.intersection(line, geoms[cell]))
    length: pd.Series[Any] = pd.Series(
        inside - border / 2, index=cells["cell"].to_numpy(dtype=object)[cell], dtype="float64"
    )
    return length.groupby(level=0).sum()
