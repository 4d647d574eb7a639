"""The ground as a lattice of points, tile by tile: open land, street space, cells of layers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from blockdata.kernels.blocks import non_negative_m
from blockdata.kernels.painting import Shapes, Tile, paint_polygons, paint_strips
from blockdata.kernels.segments import bad_polygons, refuse

__all__ = ["Ground", "Painted", "ground_of", "tiles_over"]

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
Objects = npt.NDArray[np.object_]

_TILE_POINTS = 512


class Painted(NamedTuple):
    """What each point of a tile is.

    Parameters
    ----------
    open : ndarray of bool, shape (n,)
        Not under a building.
    land : ndarray of bool
        Open and not water.
    street : ndarray of bool
        Land within half the width of a street.
    cells : ndarray of int32, shape (layers, n)
        Row of the cell in each layer, -1 in none.
    """

    open: Bools
    land: Bools
    street: Bools
    cells: npt.NDArray[np.int32]


class _Layer(NamedTuple):
    shapes: Shapes
    tree: shapely.STRtree
    rows: Integers


@dataclass(frozen=True)
class Ground:
    """What lies on the ground, made ready to be painted tile by tile.

    Parameters
    ----------
    step_m : float
        Distance between points.
    layers : tuple of str
    cells : DataFrame
        id, layer, geom; the order in which cells are numbered.
    parts : tuple
        Indexed buildings, water, streets (with half their width), and layers.
    """

    step_m: float
    layers: tuple[str, ...]
    cells: pd.DataFrame
    buildings: _Layer
    water: _Layer
    streets: _Layer
    half_m: Floats
    of_layers: tuple[_Layer, ...]

    @property
    def point_m2(self) -> float:
        """Area that a point stands for."""
        return self.step_m**2

    def paint(self, tile: Tile) -> Painted:
        """Tell what each point of a tile is."""
        built, wet = (
            _painted(part, tile, np.zeros(len(part.rows), dtype=np.int64)) == 0
            for part in (self.buildings, self.water)
        )
        street = np.zeros(tile.size, dtype=np.bool_)
        near = np.sort(self.streets.tree.query(tile.box))
        paint_strips(near, self.half_m[near], *self.streets.shapes, tile, street)
        cells = np.empty((len(self.layers), tile.size), dtype=np.int32)
        for place, part in enumerate(self.of_layers):
            cells[place] = _painted(part, tile, part.rows)
        return Painted(~built, ~built & ~wet, street & ~built & ~wet, cells)


def _painted(part: _Layer, tile: Tile, values: Integers) -> npt.NDArray[np.int32]:
    """Return the value of the polygon that each point lies in, -1 outside; the last one wins."""
    out = np.full(tile.size, -1, dtype=np.int32)
    near = np.sort(part.tree.query(tile.box))
    paint_polygons(near, values[near], *part.shapes, tile, out)
    return out


def ground_of(
    cells: pd.DataFrame,
    *,
    buildings: Objects,
    water: Objects,
    streets: pd.DataFrame,
    step_m: float,
    street_width_m: float,
) -> Ground:
    """Index what lies on the ground.

    Parameters
    ----------
    cells : DataFrame
        id, layer, geom (polygons in metres, or None). Where cells of a layer overlap, the one with
        the greatest id has the ground.
    buildings, water : ndarray of shapely geometries
        Polygons count; others lie on no ground.
    streets : DataFrame
        geom (lines), width_m (NaN where unknown).
    step_m : float
        Distance between points of the lattice, above 0.
    street_width_m : float
        Of a street whose width is unknown.

    Returns
    -------
    Ground

    Raises
    ------
    AnalysisError
        If a polygon is invalid or a distance is negative or not finite.

    Examples
    --------
    >>> cells = pd.DataFrame({"id": ["a"], "layer": ["unit"], "geom": [shapely.box(0, 0, 9, 9)]})
    >>> streets = pd.DataFrame({"geom": [shapely.LineString([(0, 3), (9, 3)])], "width_m": [6.0]})
    >>> ground = ground_of(cells, buildings=np.array([shapely.box(0, 6, 9, 9)]),
    ...     water=np.array([]), streets=streets, step_m=1.0, street_width_m=10.0)
    >>> painted = ground.paint(Tile(0.0, 0.0, 1.0, 9, 9))
    >>> int(painted.land.sum()), int(painted.street.sum())
    (54, 54)
    """
    non_negative_m(1 / non_negative_m(step_m, "step_m") if step_m else np.inf, "1 / step_m")
    known = cells[~shapely.is_missing(cells["geom"].to_numpy(dtype=object))]
    known = known.sort_values(["layer", "id"], kind="stable").reset_index(drop=True)
    layers = tuple(dict.fromkeys(known["layer"]))
    shapes = known["geom"].to_numpy(dtype=object)
    width = streets["width_m"].to_numpy(dtype=np.float64, na_value=np.nan)
    lines = streets["geom"].to_numpy(dtype=object)
    half = np.where(width > 0, width, non_negative_m(street_width_m, "street_width_m")) / 2
    boxes = shapely.box(*(shapely.bounds(lines) + half[:, None] * [-1, -1, 1, 1]).T)
    of_layer = (np.flatnonzero(known["layer"] == name) for name in layers)
    return Ground(
        step_m,
        layers,
        known[["id", "layer", "geom"]],
        _layer_of(buildings),
        _layer_of(water),
        _Layer(Shapes.of_lines(lines), shapely.STRtree(boxes), np.arange(len(lines))),
        half,
        tuple(_layer_of(shapes[rows], rows) for rows in of_layer),
    )


def _layer_of(geoms: Objects, rows: Integers | None = None) -> _Layer:
    polygons = np.array(geoms, dtype=object)
    polygons[shapely.get_dimensions(polygons) < 2] = None
    refuse(bad_polygons(polygons), "are no valid polygons", "valid polygons")
    numbers = np.arange(len(polygons)) if rows is None else rows
    return _Layer(Shapes.of_polygons(polygons), shapely.STRtree(polygons), numbers)


def tiles_over(bounds: Floats, step_m: float) -> Sequence[Tile]:
    """Return the tiles of a lattice that some boxes touch.

    The lattice begins at the origin of the coordinates, so a point is the same whatever is asked.

    Parameters
    ----------
    bounds : ndarray of float, shape (n, 4)
        Least x, least y, greatest x, greatest y; rows with NaN are passed over.
    step_m : float

    Returns
    -------
    sequence of Tile
        From south to north and west to east.

    Examples
    --------
    >>> [(t.x0, t.y0) for t in tiles_over(np.array([[500.0, 0.0, 600.0, 1.0]]), 1.0)]
    [(0.0, 0.0), (512.0, 0.0)]
    """
    size = _TILE_POINTS * step_m
    number = np.floor(bounds[np.isfinite(bounds).all(axis=1)] / size).astype(np.int64)
    found = {
        (row, column)
        for west, south, east, north in np.unique(number, axis=0).tolist()
        for row in range(south, north + 1)
        for column in range(west, east + 1)
    }
    return [
        Tile(column * size, row * size, step_m, _TILE_POINTS, _TILE_POINTS)
        for row, column in sorted(found)
    ]
