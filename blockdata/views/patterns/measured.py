"""An answer by cell with a figure to draw: a table, its words, and a map."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from blockdata.errors import AnalysisError, GeometryNeededError
from blockdata.report.map import SHADES, draw_cells
from blockdata.report.words import Words
from blockdata.views.drawing import Drawing

__all__ = ["Measured", "Shaded", "quarters", "shaded"]

_MOST_LISTED = 20
_DOT_SHARE = 0.004
"""Half the width of a line or point on the map, as a share of the map's longer side."""

Floats = npt.NDArray[np.float64]
Objects = npt.NDArray[np.object_]


@dataclass(frozen=True, repr=False)
class Shaded(Drawing):
    """A map on which darker cells have more of something.

    Parameters
    ----------
    legend : str
        What the shades mean.
    """

    legend: str

    def _legend(self) -> str:
        return self.legend


@dataclass(frozen=True, repr=False)
class Measured:
    """An answer by cell.

    Parameters
    ----------
    frame : DataFrame or GeoDataFrame
    text : str
        What `explain` returns.
    drawn : str
        The column that a map shows.
    legend : str
        What that column is.
    streets : DataFrame
        geom: lines, for the map.
    words : Words
    """

    frame: pd.DataFrame
    text: str
    drawn: str
    legend: str
    streets: pd.DataFrame
    words: Words

    def explain(self) -> str:
        """Return in words what the answer stands on."""
        return self.text

    def map(self, category: str | None = None) -> Shaded:
        """Return a map of one category, as SVG that needs no network.

        Parameters
        ----------
        category : str, optional
            May be left out where there is only one.

        Raises
        ------
        AnalysisError
            If there are several categories and none is named, or it is not among them.
        GeometryNeededError
            If nothing here has a geometry.
        """
        rows = self.frame
        if "category" in rows:
            there = sorted(rows["category"].unique())
            name = there[0] if category is None and len(there) == 1 else category
            if name not in there:
                raise AnalysisError(
                    "a map shows one category", where="map", allowed=", ".join(there) or "none"
                )
            rows = rows[rows["category"] == name]
        key = "place" if "place" in rows else "cell"
        return shaded(rows, key, self.drawn, self.legend, self.streets, self.words)

    def _repr_html_(self) -> str:
        return str(self.frame.to_html(max_rows=_MOST_LISTED))

    def __repr__(self) -> str:
        shown = self.frame.drop(columns="geometry", errors="ignore")
        return f"{self.text}\n\n{shown.head(_MOST_LISTED)!r}"


def shaded(
    rows: pd.DataFrame,
    key: str,
    drawn: str,
    legend: str,
    streets: pd.DataFrame,
    words: Words,
    *,
    bounds: Floats | None = None,
) -> Shaded:
    """Draw cells in four shades; none where there is nothing.

    Parameters
    ----------
    rows : DataFrame
        With the columns `key` (distinct), `drawn` (numbers), geometry, and perhaps name.
    key, drawn : str
    legend : str
        What `drawn` is.
    streets : DataFrame
        geom: lines.
    words : Words
    bounds : ndarray of float, shape (3,), optional
        Upper bounds of the shades but the last; default: those of `quarters`.

    Raises
    ------
    GeometryNeededError
        If no row has a geometry.
    """
    shaped = rows
    if "geometry" in rows:
        shaped = rows[~shapely.is_missing(np.asarray(rows["geometry"], dtype=object))]
    if "geometry" not in rows or shaped.empty:
        raise GeometryNeededError(
            "there is no geometry to draw", next_step="Count by cells with polygons, or by streets."
        )
    geoms = _with_area(np.asarray(shaped["geometry"], dtype=object))
    values = shaped[drawn].to_numpy(dtype=np.float64, na_value=np.nan)
    bounds = quarters(values) if bounds is None else bounds
    with np.errstate(invalid="ignore"):
        there = values > 0
    classes = 1 + np.searchsorted(bounds, np.where(there, values, 0.0), side="left")
    names = shaped["name"] if "name" in shaped else shaped[key]
    titles = {
        str(cell): f"{name if isinstance(name, str) else cell}: {value:.4g}"
        for cell, name, value in zip(shaped[key], names, values, strict=True)
    }
    shades = {str(c): float(n) for c, n, t in zip(shaped[key], classes, there, strict=True) if t}
    cells = pd.DataFrame({"cell": shaped[key].astype("str").to_numpy(), "geom": geoms})
    laid = draw_cells(cells, streets, shades, titles, {})
    if laid is None:
        raise GeometryNeededError("there is no geometry to draw")
    steps = ", ".join(f"{bound:.3g}" for bound in bounds)
    told = words.t(
        f"颜色越深，{legend}越高（分级界限：{steps}）",
        f"The darker, the higher the {legend} (classes end at {steps})",
    )
    return Shaded(laid, words, told)


def quarters(values: Floats) -> Floats:
    """Return the upper bounds of all shades but the last: as many cells above 0 in each.

    Examples
    --------
    >>> quarters(np.array([0.0, 1.0, 2.0, 3.0, 4.0, 5.0]))
    array([2., 3., 4.])
    """
    positive = values[np.isfinite(values) & (values > 0)]
    if not len(positive):
        return np.zeros(SHADES - 1)
    shares = np.arange(1, SHADES) / SHADES
    return np.asarray(np.quantile(positive, shares), dtype=np.float64)


def _with_area(geoms: Objects) -> Objects:
    """Give points and lines a small area, so that they can be seen."""
    west, south, east, north = shapely.total_bounds(geoms)
    radius_m = max(_DOT_SHARE * max(east - west, north - south), 1.0)
    flat = shapely.area(geoms) == 0
    drawn: Objects = np.where(flat, shapely.buffer(geoms, radius_m, quad_segs=2), geoms)
    return drawn
