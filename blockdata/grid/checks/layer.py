"""One layer of cells as arrays, and the geometry that all checks share."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from blockdata.grid.checks.found import Geometries
from blockdata.kernels import bad_polygons

__all__ = [
    "Layer",
    "areal",
    "first_of_largest",
    "largest_share",
    "layer_of",
    "longest_border",
    "usable",
    "wider_than",
]

Integers = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

_FIRST = 1e6
"""No border of a cell is longer than that of another by this factor."""

_POLYGONAL = (shapely.GeometryType.POLYGON.value, shapely.GeometryType.MULTIPOLYGON.value)


@dataclass(frozen=True)
class Layer:
    """The cells of one layer, sorted by id.

    Parameters
    ----------
    name : str
    ids, codes, area_codes : ndarray of str or None, shape (n,)
        `area_codes` are the communities that the source states.
    stated_m2 : ndarray of float, shape (n,)
        As the source states it, NaN where it does not.
    given : ndarray of shapely geometries, shape (n,)
    shapes : ndarray of polygons, shape (n,)
        The valid form of each; empty where there is none.
    """

    name: str
    ids: Geometries
    codes: Geometries
    area_codes: Geometries
    stated_m2: npt.NDArray[np.float64]
    given: Geometries
    shapes: Geometries

    def __len__(self) -> int:
        return len(self.ids)

    @cached_property
    def tree(self) -> shapely.STRtree:
        """Index of the shapes; empty ones are in no answer."""
        return shapely.STRtree(self.shapes)

    @cached_property
    def area_m2(self) -> npt.NDArray[np.float64]:
        """Area of each shape."""
        return np.asarray(shapely.area(self.shapes))

    def beside(self, *others: Layer) -> Layer:
        """Return the cells of this layer and of others as one layer of this one's name."""
        every = (self, *others)
        names = ("ids", "codes", "area_codes", "stated_m2", "given", "shapes")
        return Layer(self.name, *(np.concatenate([getattr(e, n) for e in every]) for n in names))

    def moved(self, east_m: float, north_m: float) -> Layer:
        """Return the layer with all its shapes moved."""
        shapes = shapely.transform(self.shapes, lambda xy: xy + np.array([east_m, north_m]))
        return self._with_shapes(shapes)

    def without(self, rows: Flags) -> Layer:
        """Return the layer with empty shapes in the place of some."""
        return self._with_shapes(np.where(rows, shapely.Polygon(), self.shapes))

    def _with_shapes(self, shapes: Geometries) -> Layer:
        told = self.ids, self.codes, self.area_codes, self.stated_m2
        return Layer(self.name, *told, self.given, shapes)


def layer_of(name: str, cells: pd.DataFrame) -> Layer:
    """Return the cells of one layer as arrays.

    Parameters
    ----------
    name : str
    cells : DataFrame
        id, geom, and code, area_code, area_m2 where they are known; of one layer.

    Returns
    -------
    Layer

    Examples
    --------
    >>> cells = pd.DataFrame({"id": ["b", "a"], "geom": [None, shapely.box(0, 0, 1, 1)]})
    >>> layer_of("unit", cells).area_m2.tolist()
    [1.0, 0.0]
    """
    own = cells.sort_values("id", kind="stable")
    given = own["geom"].to_numpy(dtype=object)
    stated = own["area_m2"] if "area_m2" in own else pd.Series(np.nan, index=own.index)
    return Layer(
        name,
        _texts(own, "id"),
        _texts(own, "code"),
        _texts(own, "area_code"),
        np.asarray(stated.to_numpy(dtype=float, na_value=np.nan), dtype=np.float64),
        given,
        usable(given),
    )


def _texts(cells: pd.DataFrame, column: str) -> Geometries:
    values = np.full(len(cells), None, dtype=object)
    if column in cells:
        known = cells[column].notna().to_numpy()
        values[known] = cells[column].to_numpy(dtype=object)[known]
    return values


def usable(given: Geometries) -> Geometries:
    """Return the polygonal form of each geometry; what has none becomes an empty polygon.

    Examples
    --------
    >>> usable(np.array([None, shapely.Point(0, 0)], dtype=object)).tolist()
    [<POLYGON EMPTY>, <POLYGON EMPTY>]
    """
    polygonal = np.isin(shapely.get_type_id(given), _POLYGONAL)
    shapes: Geometries = np.where(polygonal, given, shapely.Polygon())
    bad = bad_polygons(shapes)
    if bad.any():
        with np.errstate(invalid="ignore"):  # a geometry with NaN coordinates becomes empty
            shapes[bad] = shapely.make_valid(shapes[bad], method="structure", keep_collapsed=False)
        shapes[~np.isin(shapely.get_type_id(shapes), _POLYGONAL)] = shapely.Polygon()
    return shapes


def areal(shapes: Geometries) -> Geometries:
    """Return what of each geometry has an area: a shared border is no overlap.

    Examples
    --------
    >>> areal(np.array([shapely.from_wkt("GEOMETRYCOLLECTION (POINT (1 2))")])).tolist()
    [<POLYGON EMPTY>]
    """
    mixed = shapely.get_type_id(shapes) == shapely.GeometryType.GEOMETRYCOLLECTION.value
    result = shapes.copy()
    result[mixed] = shapely.buffer(shapes[mixed], 0)
    return result


def wider_than(pieces: Geometries, width_m: float) -> Flags:
    """Return which polygons are somewhere wider than a width.

    Examples
    --------
    >>> wider_than(np.array([shapely.box(0, 0, 100, 0.01), shapely.box(0, 0, 1, 1)]), 0.05).tolist()
    [False, True]
    """
    wide: Flags = np.asarray(shapely.area(pieces) > width_m * width_m / 4)
    shrunk = shapely.buffer(pieces[wide], -width_m / 2, quad_segs=1, join_style="mitre")
    wide[wide] = ~shapely.is_empty(shrunk)
    return wide


def largest_share(shapes: Geometries, cells: Layer) -> Integers:
    """Return in which cell the largest part of each shape lies; -1 where none has any.

    Parameters
    ----------
    shapes : ndarray of polygons, shape (n,)
    cells : Layer

    Returns
    -------
    ndarray of int, shape (n,)
        Of equal parts the cell that comes first.

    Examples
    --------
    >>> cells = layer_of("unit", pd.DataFrame({"id": ["a"], "geom": [shapely.box(0, 0, 1, 1)]}))
    >>> largest_share(np.array([shapely.box(0, 0, 3, 1), shapely.box(5, 5, 6, 6)]), cells).tolist()
    [0, -1]
    """
    shape, cell = cells.tree.query(shapes, predicate="intersects")
    common_m2 = shapely.area(shapely.intersection(shapes[shape], cells.shapes[cell]))
    return first_of_largest(shape, cell, common_m2, len(shapes))


def first_of_largest(
    group: Integers, choice: Integers, measure: npt.NDArray[np.float64], count: int
) -> Integers:
    """Return the choice with the largest positive measure of each of `count` groups, else -1.

    Examples
    --------
    >>> first_of_largest(np.array([0, 0]), np.array([4, 3]), np.array([2.0, 2.0]), 2).tolist()
    [3, -1]
    """
    order = np.lexsort((choice, -measure, group))
    order = order[measure[order] > 0]
    best = np.full(count, -1, dtype=np.int64)
    # Written backwards, the largest of each group is written last.
    best[group[order[::-1]]] = choice[order[::-1]]
    return best


def longest_border(
    pieces: Geometries,
    cells: Layer,
    within_m: float,
    *,
    groups: tuple[Integers, Integers] | None = None,
) -> Integers:
    """Return the cell that each piece shares its longest border with.

    Parameters
    ----------
    pieces : ndarray of polygons, shape (n,)
    cells : Layer
    within_m : float
        Borders this near are one.
    groups : tuple of ndarray of int, shapes (n,) and (len(cells),), optional
        A number for each piece and each cell: cells of a piece's own number go before others.

    Returns
    -------
    ndarray of int, shape (n,)
        Of equal borders the cell that comes first; -1 where no cell is near. A cell that is the
        piece itself is none of its neighbours.

    Examples
    --------
    >>> shapes = [shapely.box(0, 0, 4, 4), shapely.box(5, 0, 9, 1)]
    >>> cells = layer_of("unit", pd.DataFrame({"id": ["a", "b"], "geom": shapes}))
    >>> longest_border(np.array([shapely.box(4, 0, 5, 4)]), cells, 0.05).tolist()
    [0]
    """
    piece, cell = cells.tree.query(pieces, predicate="dwithin", distance=within_m)
    own = shapely.equals(pieces[piece], cells.shapes[cell])
    piece, cell = piece[~own], cell[~own]
    reach = shapely.buffer(pieces, within_m, quad_segs=1)
    shared = shapely.intersection(shapely.boundary(cells.shapes[cell]), reach[piece])
    length_m = np.asarray(shapely.length(shared))
    # What only ends at the piece touches it along the reach.
    length_m = np.where(length_m > 4 * within_m, length_m, 0.0)
    if groups is not None:
        length_m = np.where(groups[0][piece] == groups[1][cell], length_m * _FIRST, length_m)
    return first_of_largest(piece, cell, length_m, len(pieces))
