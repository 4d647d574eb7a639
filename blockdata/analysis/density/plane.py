"""Kernel density on the plane, over a grid of square cells."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from blockdata.analysis.checks import require_numbers
from blockdata.analysis.density.boundary import Rim, near_rim, points_inside, rim_of
from blockdata.analysis.density.kernels import Kernel, checked_points, reach_of
from blockdata.analysis.density.mass import mass_inside
from blockdata.analysis.density.summing import add_up
from blockdata.errors import AnalysisError

__all__ = ["plane_density"]

Floats = npt.NDArray[np.float64]
Edge = Literal["none", "uniform", "diggle"]

_MOST_CELLS = 20_000_000
_M2_OF_KM2 = 1e6


def plane_density(
    points: pd.DataFrame,
    *,
    bandwidth_m: float,
    cell_m: float,
    kernel: Kernel = "quartic",
    area: Any = None,
    edge: Edge = "diggle",
) -> pd.DataFrame:
    """Estimate how densely events lie, at the centre of each cell of a grid.

    Every event adds its kernel at every centre within reach: no binning, and the result is exact
    but for rounding (of a Gaussian what lies beyond 8 standard deviations, 1e-14 of its mass, is
    left out). Near the rim of a study area a part of each kernel lies outside. Uniform correction
    divides the density at a place by the mass of the kernel around that place inside the area;
    Diggle's divides each event's kernel by the mass of its own inside, and so keeps the number of
    events: density times area adds up to it, the finer the cells, the closer.

    Parameters
    ----------
    points : DataFrame
        Columns x, y (metres, projected) and, optionally, weight (>= 0; default 1). Events outside
        the area are refused.
    bandwidth_m : float
        Radius of the quartic kernel, standard deviation of the Gaussian; see `bandwidth_by_rule`.
    cell_m : float
        Width of a cell. Cells lie on multiples of it, so that grids of different nights agree.
    kernel : {"quartic", "gaussian"}
        Quartic: 3 / (pi h^2) (1 - d^2 / h^2)^2 within h.
    area : shapely Polygon or MultiPolygon, optional
        Study area, in the CRS of the points. Without it the grid covers all kernels whole and
        nothing is corrected.
    edge : {"diggle", "uniform", "none"}
        The correction at the rim of `area`.

    Returns
    -------
    DataFrame
        One row per cell that overlaps the area, from south to north and west to east: x, y
        (centre; in cells of the rim it may lie outside), area_m2 (inside the area),
        density_per_km2. Without an event every density is 0; without event and area no row.

    Raises
    ------
    AnalysisError
        If a column or value is missing, coordinates look like degrees, a setting is out of
        bounds, an event lies outside the area, or the grid would have over 20 million cells.

    References
    ----------
    Silverman (1986), Density Estimation for Statistics and Data Analysis, section 4.2; Diggle
    (1985), A kernel method for smoothing point process data, Applied Statistics 34, 138-147;
    Jones (1993), Simple boundary correction for kernel density estimation, Statistics and
    Computing 3, 135-146.

    Examples
    --------
    >>> events = pd.DataFrame({"x": [10.0, 50.0], "y": [50.0, 50.0]})
    >>> found = plane_density(events, bandwidth_m=30, cell_m=2, area=shapely.box(0, 0, 100, 100))
    >>> round(float((found["density_per_km2"] * found["area_m2"]).sum() / 1e6), 2)
    2.0
    """
    x, y, weight = checked_points(points, "plane_density")
    _check_settings(bandwidth_m, cell_m, kernel, edge)
    rim = None if area is None else rim_of(area, "plane_density")
    if rim is not None:
        _refuse_outside(rim, x, y)
    reach_m = reach_of(kernel, bandwidth_m)
    columns, rows = _centres(x, y, rim, reach_m, cell_m)
    if rim is not None and edge == "diggle":
        weight = weight / mass_inside(rim, x, y, kernel, bandwidth_m)
    density = add_up((x, y, weight), (columns, rows), kernel == "quartic", bandwidth_m, reach_m)
    cells = pd.DataFrame(
        {
            "x": np.tile(columns, len(rows)),
            "y": np.repeat(rows, len(columns)),
            "area_m2": cell_m * cell_m,
            "density_per_km2": density.ravel() * _M2_OF_KM2,
        }
    )
    if rim is None:
        return cells
    cells["area_m2"] = _areas_inside(rim, cells["x"].to_numpy(), cells["y"].to_numpy(), cell_m)
    cells = cells[cells["area_m2"] > 0].reset_index(drop=True)
    if edge == "uniform":
        at = cells["x"].to_numpy(), cells["y"].to_numpy()
        mass = mass_inside(rim, *at, kernel, bandwidth_m)
        cells["density_per_km2"] = cells["density_per_km2"] / np.where(mass > 0, mass, 1.0)
    return cells


def _check_settings(bandwidth_m: float, cell_m: float, kernel: Kernel, edge: Edge) -> None:
    require_numbers([bandwidth_m, cell_m], "plane_density bandwidth_m and cell_m")
    for value, name in ((bandwidth_m, "bandwidth_m"), (cell_m, "cell_m")):
        if not (np.isfinite(value) and value > 0):
            raise AnalysisError(f"{name} is {value}", where="plane_density", allowed="above 0")
    if kernel not in ("quartic", "gaussian") or edge not in ("none", "uniform", "diggle"):
        raise AnalysisError(
            f"kernel is {kernel!r}, edge is {edge!r}",
            where="plane_density",
            allowed="quartic or gaussian; diggle, uniform or none",
        )


def _refuse_outside(rim: Rim, x: Floats, y: Floats) -> None:
    outside = int((~points_inside(rim, x, y)).sum())
    if outside:
        raise AnalysisError(
            f"{outside} of {len(x)} events lie outside the study area",
            where="plane_density",
            next_step="Leave them out and report how many they are.",
        )


def _centres(
    x: Floats, y: Floats, rim: Rim | None, reach_m: float, cell_m: float
) -> tuple[Floats, Floats]:
    if rim is not None:
        west, south, east, north = shapely.bounds(rim.shape).tolist()
    elif len(x):
        west, south = float(x.min()) - reach_m, float(y.min()) - reach_m
        east, north = float(x.max()) + reach_m, float(y.max()) + reach_m
    else:
        return np.empty(0), np.empty(0)
    first = (np.floor(west / cell_m), np.floor(south / cell_m))
    last = (np.ceil(east / cell_m), np.ceil(north / cell_m))
    if (last[0] - first[0]) * (last[1] - first[1]) > _MOST_CELLS:
        raise AnalysisError(
            "the grid would have over 20 million cells",
            where="plane_density",
            next_step="Make cell_m larger.",
        )
    columns, rows = (
        (np.arange(low, high) + 0.5) * cell_m for low, high in zip(first, last, strict=True)
    )
    return columns, rows


def _areas_inside(rim: Rim, x: Floats, y: Floats, cell_m: float) -> Floats:
    """Return the area of each cell in the study area; only cells at the rim are cut."""
    half = cell_m / 2
    areas = np.where(points_inside(rim, x, y), cell_m * cell_m, 0.0)
    for cut, _, _ in near_rim(rim, x, y, half * np.sqrt(2)):
        cells = shapely.box(x[cut] - half, y[cut] - half, x[cut] + half, y[cut] + half)
        areas[cut] = shapely.area(shapely.intersection(cells, rim.shape))
    return areas
