"""A map of a layer's cells as shapes for inline SVG: no tiles, no script, no request."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

__all__ = ["CellMap", "CellShape", "draw_cells", "round_length_m", "shade_steps"]

WIDTH, HEIGHT, MARGIN = 900.0, 620.0, 14.0
"""The box that a map must fit in, and the margin around it, in SVG units."""

NARROWEST = 260.0
"""Smallest width of a drawing: the scale bar and the north arrow stand side by side below it."""

SHADES = 4
"""Classes of colour for excess."""

_SIMPLIFY = 0.3
"""Largest shift of a line in SVG units, for the sake of the page's size; it cannot be seen."""

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class CellShape:
    """One cell on the map: SVG path, tooltip, class of colour (0: not hot), number in the table."""

    path: str
    title: str
    shade: int
    number: str
    x: float
    y: float


@dataclass(frozen=True)
class CellMap:
    """A map ready to be drawn.

    Parameters
    ----------
    width, height : float
        Of the drawing, in SVG units.
    cells : list of CellShape
    streets : str
        SVG path of all streets.
    scale_m : int
        Length that the scale bar stands for, in metres.
    scale_width : float
        The bar's length in SVG units.
    steps : list of int
        Upper bounds of the classes of excess but the last.
    without_shape : int
        Cells that could not be drawn for want of a polygon.
    """

    width: float
    height: float
    cells: list[CellShape]
    streets: str
    scale_m: int
    scale_width: float
    steps: list[int]
    without_shape: int


def draw_cells(
    cells: pd.DataFrame,
    streets: pd.DataFrame,
    excess: Mapping[str, float],
    titles: Mapping[str, str],
    numbers: Mapping[str, str],
) -> CellMap | None:
    """Lay out the cells of a layer.

    Parameters
    ----------
    cells : DataFrame
        Columns cell, geom (shapely polygons in a projected CRS in metres, or None).
    streets : DataFrame
        Column geom: lines in the same CRS.
    excess : mapping of cell to float
        Hot cells and how many problems they have too many.
    titles, numbers : mapping of cell to str
        The tooltip of each cell, and the numbers of the hot ones.

    Returns
    -------
    CellMap or None
        None where no cell has a polygon: there is nothing to draw.

    Examples
    --------
    >>> cells = pd.DataFrame({"cell": ["a"], "geom": [shapely.box(0, 0, 872, 592)]})
    >>> drawn = draw_cells(cells, cells.head(0), {"a": 7.0}, {"a": "A"}, {"a": "1"})
    >>> drawn.scale_m, drawn.cells[0].shade, drawn.steps
    (200, 4, [2, 4, 6])
    """
    shaped = cells[shapely.area(cells["geom"].to_numpy(dtype=object)) > 0]
    if shaped.empty:
        return None
    geoms = shaped["geom"].to_numpy(dtype=object)
    bounds = shapely.total_bounds(geoms)
    scale = _scale(bounds)
    drawn = _to_drawing(geoms, bounds, scale)
    inside = shapely.point_on_surface(drawn)
    steps = shade_steps(max(excess.values(), default=0.0))
    shapes = [
        CellShape(
            _path(geom),
            titles.get(cell, cell),
            0 if cell not in excess else 1 + sum(excess[cell] > step for step in steps),
            numbers.get(cell, ""),
            round(float(shapely.get_x(point)), 1),
            round(float(shapely.get_y(point)), 1),
        )
        for cell, geom, point in zip(shaped["cell"], drawn, inside, strict=True)
    ]
    scale_m = round_length_m((bounds[2] - bounds[0]) / 4)
    return CellMap(
        width=max(NARROWEST, round(float(bounds[2] - bounds[0]) * scale + 2 * MARGIN, 1)),
        height=round(float(bounds[3] - bounds[1]) * scale + 2 * MARGIN, 1),
        # Hot cells are drawn last, so that their borders lie over those of their neighbours.
        cells=sorted(shapes, key=lambda shape: shape.shade > 0),
        streets=_streets(streets, bounds, scale),
        scale_m=scale_m,
        scale_width=round(scale_m * scale, 1),
        steps=steps,
        without_shape=len(cells) - len(shaped),
    )


def shade_steps(largest: float) -> list[int]:
    """Return the upper bounds of all classes of excess but the last, in whole problems.

    Examples
    --------
    >>> shade_steps(11.9), shade_steps(0.7)
    ([3, 6, 9], [1, 2, 3])
    """
    step = max(1, math.ceil(largest / SHADES))
    return [step * n for n in range(1, SHADES)]


def round_length_m(longest_m: float) -> int:
    """Return the longest of 1, 2, 5, 10, 20, 50, ... metres that is not longer than a length.

    Examples
    --------
    >>> round_length_m(730.0), round_length_m(0.2)
    (500, 1)
    """
    power = int(10 ** (len(str(int(longest_m))) - 1))
    return max(power * n for n in (1, 2, 5) if n == 1 or power * n <= longest_m)


def _scale(bounds: Floats) -> float:
    """Return SVG units per metre."""
    width_m, height_m = bounds[2] - bounds[0], bounds[3] - bounds[1]
    return float(min((WIDTH - 2 * MARGIN) / width_m, (HEIGHT - 2 * MARGIN) / height_m))


def _to_drawing(
    geoms: npt.NDArray[np.object_], bounds: Floats, scale: float
) -> npt.NDArray[np.object_]:
    """Turn metres into SVG units: y grows downwards there."""
    origin = np.array([bounds[0], bounds[3]])
    moved = shapely.transform(geoms, lambda xy: (xy - origin) * [scale, -scale] + MARGIN)
    return np.asarray(shapely.simplify(moved, _SIMPLIFY), dtype=object)


def _path(geom: shapely.Geometry) -> str:
    rings = shapely.get_rings(shapely.get_parts(geom))
    return "".join(f"M{_points(ring)}Z" for ring in rings)


def _points(line: shapely.Geometry) -> str:
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in shapely.get_coordinates(line))


def _streets(streets: pd.DataFrame, bounds: Floats, scale: float) -> str:
    """Return the streets within the drawing; what is shorter than can be seen is left out."""
    lines = streets["geom"].to_numpy(dtype=object)
    clipped = shapely.clip_by_rect(lines, *bounds) if len(lines) else lines
    parts = shapely.get_parts(_to_drawing(clipped, bounds, scale))
    return "".join(f"M{_points(part)}" for part in parts if shapely.length(part) > 1)
