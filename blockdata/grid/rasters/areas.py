"""How many square metres of ground a pixel covers."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyproj

from blockdata.crs.names import known_crs
from blockdata.grid.rasters.source import PixelWindow, Raster

__all__ = ["pixel_areas_m2"]

Floats = npt.NDArray[np.float64]

_STEP_PIXELS = 64
_NEAR_M = 50.0


def pixel_areas_m2(raster: Raster, window: PixelWindow) -> Floats:
    """Return the area of each pixel of a window on the ellipsoid.

    It is computed at nodes 64 pixels apart and is linear between them: a projection's areal scale
    and the area of a degree change that slowly (less than one part in 10,000 between nodes of
    pixels of 1 km).

    Parameters
    ----------
    raster : Raster
    window : PixelWindow

    Returns
    -------
    ndarray of float64, shape (window.rows, window.columns)

    Notes
    -----
    Web Mercator's pixel of 100 m by 100 m covers 6,500 m² at 36° north: the plane's area will not
    do.

    Examples
    --------
    >>> from blockdata.grid.rasters.source import ArrayRaster
    >>> step = 1 / 1200
    >>> raster = ArrayRaster(np.ones((2, 2)), (step, 0, 120, 0, -step, 36), "EPSG:4326")
    >>> pixel_areas_m2(raster, PixelWindow(0, 0, 2, 2)).round(1)[0].tolist()
    [6947.6, 6947.6]
    """
    row, across = _nodes(window.row, window.rows)
    column, along = _nodes(window.column, window.columns)
    rows, columns = np.meshgrid(row, column, indexing="ij")
    a, b, c, d, e, f = raster.transform
    x, y = a * columns + b * rows + c, d * columns + e * rows + f
    factor = _square_metres(known_crs(raster.crs), x, y) * abs(a * e - b * d)
    return np.asarray(across @ factor @ along.T)


def _nodes(first: int, count: int) -> tuple[Floats, Floats]:
    """Return nodes along one axis, and for each pixel's middle the weights of the nodes."""
    pieces = max(1, -(-count // _STEP_PIXELS))
    nodes = first + np.linspace(0, count, pieces + 1)
    middle = (np.arange(count) + 0.5) * (pieces / count)
    weights = np.maximum(0, 1 - np.abs(middle[:, None] - np.arange(pieces + 1)))
    return nodes, weights


def _square_metres(crs: pyproj.CRS, x: Floats, y: Floats) -> Floats:
    """Return the square metres of ground of one square unit of a coordinate system."""
    unit = float(crs.axis_info[0].unit_conversion_factor)
    if crs.is_geographic:
        return _on_ellipsoid(crs, unit**2, np.rad2deg(y * unit))
    to_degrees = pyproj.Transformer.from_crs(crs, crs.geodetic_crs, always_xy=True)
    step = _NEAR_M / unit
    # Differences know what PROJ's own factors do not: Web Mercator's figure of the earth.
    east, west = (np.array(to_degrees.transform(x + h, y)) for h in (step, -step))
    north, south = (np.array(to_degrees.transform(x, y + h)) for h in (step, -step))
    (a, b), (c, d) = (east - west) / (2 * step), (north - south) / (2 * step)
    middle = (east[1] + west[1]) / 2
    return _on_ellipsoid(crs, np.abs(a * d - b * c) * np.deg2rad(1) ** 2, middle)


def _on_ellipsoid(crs: pyproj.CRS, square_radians: Floats | float, latitude: Floats) -> Floats:
    """Return the square metres of a small square of degrees at some latitude."""
    figure = crs.ellipsoid
    major, minor = (
        (6_378_137.0, 6_356_752.314245)
        if figure is None
        else (figure.semi_major_metre, figure.semi_minor_metre)
    )
    squared, turn = 1 - (minor / major) ** 2, np.deg2rad(latitude)
    curve = (1 - squared) / (1 - squared * np.sin(turn) ** 2) ** 2
    return np.asarray(major**2 * curve * np.cos(turn) * square_radians, dtype=np.float64)
