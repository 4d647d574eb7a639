"""Exact share of every pixel of a raster that lies inside a polygon.

Every edge is walked through the pixels it crosses, and leaves in each the signed area to its
right: summed along a row this is the share of each pixel inside, as in scan converters with exact
area coverage. Edges that two polygons share leave the same numbers with opposite signs.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import shapely

from blockdata.errors import AnalysisError
from blockdata.kernels.blocks import each_block
from blockdata.kernels.jit import jit
from blockdata.kernels.segments import bad_polygons, refuse, refuse_far

__all__ = ["CoverageIndex", "PixelShares", "Sums", "Transform", "no_sums", "polygons_on_pixels"]

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
Transform = Sequence[float]
"""a, b, c, d, e, f: x = a * column + b * row + c and y = d * column + e * row + f, where a pixel's
upper left corner has whole numbers; turned and sheared rasters too."""

_BLOCK = 64
# What is less than this of a pixel, or so little less than all of it, is the rounding of doubles.
_NOTHING = 1e-12
_MOST_PIXELS = 1 << 28


class PixelShares(NamedTuple):
    """Pixels that polygons reach into, sorted by polygon, row and column.

    `polygon`, its index; `row`, `column` of the pixel; `share` of the pixel inside, above 0 and
    at most 1.
    """

    polygon: Integers
    row: Integers
    column: Integers
    share: Floats


class Sums(NamedTuple):
    """Sums over the pixels of each polygon, shape (m,).

    `total`, of share times value; `covered`, of the shares of pixels whose value is known;
    `blurred`, of the squares of share * (1 - share) * value: what lies in a pixel may lie on one
    side of a border in it, and the root tells how much that may be.
    """

    total: Floats
    covered: Floats
    blurred: Floats


def no_sums(count: int) -> Sums:
    """Return the sums of so many polygons before anything is added.

    Examples
    --------
    >>> no_sums(2).total
    array([0., 0.])
    """
    return Sums(*(np.zeros(count) for _ in range(3)))


class _Rings(NamedTuple):
    """Rings in pixels.

    Ring k has the corners `first[k]` to `first[k + 1]` of `xy` and adds with `sign[k]`; polygon p
    has the rings `of_polygon[p]` to `of_polygon[p + 1]`.
    """

    xy: Floats
    first: Integers
    sign: Floats
    of_polygon: Integers


class CoverageIndex:
    """Polygons, made ready to be laid over rasters of one origin and pixel size.

    Parameters
    ----------
    polygons : array_like of shapely geometries, shape (m,)
        Valid polygons and multipolygons, in the coordinate system of the raster. None and empty
        geometries cover nothing.
    transform : sequence of 6 float
        Of the raster, as rasterio and affine give it (`src.transform[:6]`).
    checked : bool, default False
        Whether the polygons are known to be valid: in their own plane they were, and brought into
        the raster's a vertex may have crossed an edge by the last bit, which changes no area.

    Raises
    ------
    AnalysisError
        If a geometry is not polygonal or not valid, or the transform makes pixels of no area.

    Examples
    --------
    >>> index = CoverageIndex([shapely.box(0.5, 0, 2, 1)], (1, 0, 0, 0, -1, 1))
    >>> index.shares(rows=1, columns=3).share
    array([0.5, 1. ])
    >>> index.area_pixels
    array([1.5])
    """

    def __init__(
        self, polygons: npt.ArrayLike, transform: Transform, *, checked: bool = False
    ) -> None:
        given = np.asarray(polygons, dtype=object)
        if not checked:
            bad = bad_polygons(given)
            refuse(bad, "are not valid polygons", "valid polygons and multipolygons")
        refuse_far(given)
        self._rings, area = _rings(given, transform)
        self._boxes = _boxes(self._rings)
        self.area_pixels: Floats = area
        """Area of each polygon in pixels, what lies outside of any raster included."""

    def windows(self, row: int, column: int, rows: int, columns: int) -> Integers:
        """Return first row, row after the last, first column, column after the last, clipped.

        Parameters
        ----------
        row, column : int
            Upper left pixel of the raster or of a window of it.
        rows, columns : int
            Its size.

        Returns
        -------
        ndarray of int64, shape (m, 4)
            Counted from the origin of the transform; all zero for a polygon that lies outside.

        Examples
        --------
        >>> index = CoverageIndex([shapely.box(0.5, 0, 2, 1)], (1, 0, 0, 0, -1, 1))
        >>> index.windows(0, 0, 1, 9).tolist()
        [[0, 1, 0, 2]]
        """
        with np.errstate(invalid="ignore"):
            low = np.floor(self._boxes[:, [1, 0]])
            high = np.ceil(self._boxes[:, [3, 2]])
            least, most = (row, column), (row + rows, column + columns)
            low, high = np.maximum(low, least), np.minimum(high, most)
            there = (low[:, 0] < high[:, 0]) & (low[:, 1] < high[:, 1])
        bounds = np.column_stack([low[:, 0], high[:, 0], low[:, 1], high[:, 1]])
        return np.where(there[:, None], bounds, 0.0).astype(np.int64)

    def shares(self, rows: int, columns: int, row: int = 0, column: int = 0) -> PixelShares:
        """Return the share of each pixel inside each polygon.

        Parameters
        ----------
        rows, columns : int
            Size of the raster, or of a window of it.
        row, column : int, default 0
            Upper left pixel of the window; results count from the origin of the transform.

        Returns
        -------
        PixelShares
            Exact to some 1e-12 of a pixel; a whole pixel has 1.0.

        Raises
        ------
        AnalysisError
            If a polygon's window has more than 268 million pixels: take windows then.

        Examples
        --------
        >>> found = CoverageIndex([shapely.box(0, 0, 1.5, 1)], (1, 0, 0, 0, -1, 1)).shares(1, 2)
        >>> found.column, found.share
        (array([0, 1]), array([1. , 0.5]))
        """
        windows = self.windows(row, column, rows, columns)
        _refuse_wide(windows)
        starts = range(0, len(windows), _BLOCK)
        parts: list[PixelShares] = [_NO_SHARES] * len(starts)

        def work(start: int, stop: int) -> None:
            room = int(_sizes(windows[start:stop]).sum())
            pixels, share = np.empty((room, 3), dtype=np.int64), np.empty(room)
            size = _list_block(self._rings, windows, start, stop, pixels, share)
            polygon, row, column = (np.ascontiguousarray(pixels[:size, k]) for k in range(3))
            parts[start // _BLOCK] = PixelShares(polygon, row, column, share[:size].copy())

        each_block(len(windows), work, block=_BLOCK)
        return PixelShares(*(np.concatenate(c) for c in zip(_NO_SHARES, *parts, strict=True)))

    def add_sums(self, values: Floats, sums: Sums, row: int = 0, column: int = 0) -> None:
        """Add the values of a window of a raster to each polygon, by the shares of its pixels.

        Parameters
        ----------
        values : ndarray of float64, shape (rows, columns)
            NaN where nothing is known.
        sums : Sums
            Added to.
        row, column : int, default 0
            Upper left pixel of the window.

        Notes
        -----
        Each polygon is summed by one thread in the order of its pixels: the same bits every time.

        Examples
        --------
        >>> index = CoverageIndex([shapely.box(0.5, 0, 3, 1)], (1, 0, 0, 0, -1, 1))
        >>> sums = no_sums(1)
        >>> index.add_sums(np.array([[4.0, 10.0, np.nan]]), sums)
        >>> sums
        Sums(total=array([12.]), covered=array([1.5]), blurred=array([1.]))
        """
        grid = np.ascontiguousarray(values, dtype=np.float64)
        windows = self.windows(row, column, *grid.shape)
        _refuse_wide(windows)
        near = np.flatnonzero(_sizes(windows))
        each_block(
            len(near),
            lambda start, stop: _sum_block(
                self._rings, windows, near[start:stop], grid, (row, column), sums
            ),
            block=_BLOCK,
        )


def polygons_on_pixels(
    polygons: npt.ArrayLike, transform: Transform, rows: int, columns: int
) -> PixelShares:
    """Return the share of every pixel of a raster inside each polygon: a `CoverageIndex` once.

    Parameters
    ----------
    polygons : array_like of shapely geometries
    transform : sequence of 6 float
    rows, columns : int

    Returns
    -------
    PixelShares

    Raises
    ------
    AnalysisError
        If a geometry is not polygonal or not valid, or the transform makes pixels of no area.

    Examples
    --------
    >>> polygons_on_pixels([shapely.box(0, 0, 1, 0.25)], (1, 0, 0, 0, -1, 1), 1, 1).share
    array([0.25])
    """
    return CoverageIndex(polygons, transform).shares(rows, columns)


_NONE = np.empty(0, dtype=np.int64)
_NO_SHARES = PixelShares(_NONE, _NONE, _NONE, np.empty(0))


def _sizes(windows: Integers) -> Integers:
    sizes: Integers = (windows[:, 1] - windows[:, 0]) * (windows[:, 3] - windows[:, 2])
    return sizes


def _refuse_wide(windows: Integers) -> None:
    widest = int(_sizes(windows).max(initial=0))
    if widest > _MOST_PIXELS:
        raise AnalysisError(
            f"a polygon reaches over {widest} pixels at once",
            allowed=f"{_MOST_PIXELS}",
            next_step="Take the raster window by window.",
        )


def _rings(polygons: npt.NDArray[np.object_], transform: Transform) -> tuple[_Rings, Floats]:
    """Return the rings of polygons in pixels, and the area of each polygon in pixels."""
    a, b, c, d, e, f = (float(v) for v in transform)
    pixel_area = a * e - b * d
    if not (np.isfinite([a, b, c, d, e, f]).all() and pixel_area):
        raise AnalysisError("the raster's transform gives its pixels no area", where="transform")
    parts, of_polygon = shapely.get_parts(polygons, return_index=True)
    rings, of_part = shapely.get_rings(parts, return_index=True)
    coordinates, of_ring = shapely.get_coordinates(rings, return_index=True)
    x, y = coordinates[:, 0] - c, coordinates[:, 1] - f
    xy = np.column_stack([(e * x - b * y) / pixel_area, (a * y - d * x) / pixel_area])
    first = np.searchsorted(of_ring, np.arange(len(rings) + 1))
    is_hole = np.concatenate([[False], of_part[1:] == of_part[:-1]])[: len(rings)]
    sign, area = np.empty(len(rings)), np.empty(len(rings))
    _orient(xy, first, is_hole, sign, area)
    owner = of_polygon[of_part]
    found = _Rings(xy, first, sign, np.searchsorted(owner, np.arange(len(polygons) + 1)))
    total = np.zeros(len(polygons))
    np.add.at(total, owner, area)
    return found, total


@jit
def _orient(
    xy: Floats, first: Integers, is_hole: npt.NDArray[np.bool_], sign: Floats, area: Floats
) -> None:
    """Find the sign with which each ring adds, and its area, negative for a hole."""
    for ring in range(len(sign)):
        twice = 0.0
        x0, y0 = xy[first[ring], 0], xy[first[ring], 1]
        for k in range(first[ring], first[ring + 1] - 1):
            x1, y1, x2, y2 = xy[k, 0] - x0, xy[k, 1] - y0, xy[k + 1, 0] - x0, xy[k + 1, 1] - y0
            twice += x1 * y2 - x2 * y1
        role = -1.0 if is_hole[ring] else 1.0
        area[ring] = role * abs(twice) / 2
        sign[ring] = -role if twice > 0 else role


@jit
def _boxes(rings: _Rings) -> Floats:
    """Return least x, least y, greatest x, greatest y of each polygon; NaN of an empty one."""
    of_polygon, first, xy = rings.of_polygon, rings.first, rings.xy
    boxes = np.full((len(of_polygon) - 1, 4), np.nan)
    for p in range(len(boxes)):
        if of_polygon[p] < of_polygon[p + 1]:
            start, stop = first[of_polygon[p]], first[of_polygon[p + 1]]
            for axis in range(2):
                boxes[p, axis] = xy[start:stop, axis].min()
                boxes[p, axis + 2] = xy[start:stop, axis].max()
    return boxes


@jit
def _add_piece(covers: Floats, columns: int, xa: float, xb: float, height: float) -> None:
    """Leave the area to the right of a piece of an edge that stays in one row.

    `covers` is that row: one number a pixel and one beyond.
    """
    left, right = min(xa, xb), max(xa, xb)
    if left >= columns or height == 0:
        return
    if right <= 0:
        covers[0] += height
        return
    if left < 0 or right > columns:
        slope = height / (right - left)
        if left < 0:
            covers[0] -= left * slope
            left = 0.0
        right = min(right, float(columns))
        height = (right - left) * slope
    column = int(left)
    if right <= column + 1:
        beyond = height * ((left + right) / 2 - column)
        covers[column] += height - beyond
        covers[column + 1] += beyond
        return
    slope = height / (right - left)
    while left < right:
        edge = min(column + 1.0, right)
        part = (edge - left) * slope
        beyond = part * ((left + edge) / 2 - column)
        covers[column] += part - beyond
        covers[column + 1] += beyond
        left = edge
        column += 1


@jit
def _add_edge(
    covers: Floats, size: tuple[int, int], ends: tuple[float, float, float, float], sign: float
) -> None:
    """Leave the area to the right of an edge x0, y0, x1, y1 in every pixel of a window.

    An edge is always walked from its lesser y: so two polygons at its sides see one edge.
    """
    x0, y0, x1, y1 = ends
    if y0 > y1:
        x0, y0, x1, y1, sign = x1, y1, x0, y0, -sign
    rows, columns = size
    if y0 == y1 or y1 <= 0 or y0 >= rows:
        return
    slope = (x1 - x0) / (y1 - y0)
    ya, xa = y0, x0
    if ya < 0:
        ya, xa = 0.0, x0 - y0 * slope
    row = int(ya)
    while row < rows and ya < y1:
        yb = min(row + 1.0, y1)
        xb = x1 if yb == y1 else x0 + (yb - y0) * slope
        _add_piece(covers[row], columns, xa, xb, (yb - ya) * sign)
        ya, xa = yb, xb
        row += 1


@jit
def _add_polygon(rings: _Rings, polygon: int, window: Integers, covers: Floats) -> None:
    row, column = window[0], window[2]
    size = (window[1] - row, window[3] - column)
    xy, first, sign = rings.xy, rings.first, rings.sign
    for ring in range(rings.of_polygon[polygon], rings.of_polygon[polygon + 1]):
        for k in range(first[ring], first[ring + 1] - 1):
            # Whole numbers are taken off exactly: small coordinates keep their last bits.
            x0, y0 = xy[k, 0] - column, xy[k, 1] - row
            x1, y1 = xy[k + 1, 0] - column, xy[k + 1, 1] - row
            _add_edge(covers, size, (x0, y0, x1, y1), sign[ring])


@jit
def _share_of(inside: float) -> float:
    """Return a share without its rounding errors."""
    if inside < _NOTHING:
        return 0.0
    return 1.0 if inside > 1 - _NOTHING else inside


@jit
def _settled(inside: float) -> float:
    """Return what is inside of pixels that no edge crosses: all or nothing."""
    whole = np.round(inside)
    return whole if abs(inside - whole) < 1e-9 else inside


@jit
def _room(windows: Integers, start: int, stop: int) -> int:
    most = 0
    for p in range(start, stop):
        rows, columns = windows[p, 1] - windows[p, 0], windows[p, 3] - windows[p, 2]
        most = max(most, rows * (columns + 1))
    return most


@jit
def _list_block(
    rings: _Rings, windows: Integers, start: int, stop: int, pixels: Integers, share: Floats
) -> int:
    """Write down polygon, row, column and share of the pixels of some polygons."""
    room = np.zeros(_room(windows, start, stop))
    size = 0
    for p in range(start, stop):
        rows, columns = windows[p, 1] - windows[p, 0], windows[p, 3] - windows[p, 2]
        covers = room[: rows * (columns + 1)].reshape(rows, columns + 1)
        _add_polygon(rings, p, windows[p], covers)
        for row in range(rows):
            inside = 0.0
            for column in range(columns):
                left = covers[row, column]
                inside = inside + left if left != 0 else _settled(inside)
                found = _share_of(inside)
                if found > 0:
                    pixels[size, 0] = p
                    pixels[size, 1] = windows[p, 0] + row
                    pixels[size, 2] = windows[p, 2] + column
                    share[size] = found
                    size += 1
        covers[:] = 0.0
    return size


@jit
def _sum_block(
    rings: _Rings,
    windows: Integers,
    polygons: Integers,
    values: Floats,
    origin: tuple[int, int],
    sums: Sums,
) -> None:
    """Add values and known pixels of a window to some polygons."""
    total, covered, blurred = sums.total, sums.covered, sums.blurred
    for p in polygons:
        rows, columns = windows[p, 1] - windows[p, 0], windows[p, 3] - windows[p, 2]
        covers = np.zeros((rows, columns + 1))
        _add_polygon(rings, p, windows[p], covers)
        top, left = windows[p, 0] - origin[0], windows[p, 2] - origin[1]
        weighed = known = squares = 0.0
        for row in range(rows):
            inside = 0.0
            for column in range(columns):
                change = covers[row, column]
                inside = inside + change if change != 0 else _settled(inside)
                value = values[top + row, left + column]
                if value == value:
                    share = _share_of(inside)
                    weighed += share * value
                    known += share
                    squares += (share * (1 - share) * value) ** 2
        total[p] += weighed
        covered[p] += known
        blurred[p] += squares
