"""People of every cell from a raster of population."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from blockdata.errors import AnalysisError
from blockdata.grid.cells import refuse_bad_geometry
from blockdata.grid.rasters.areas import pixel_areas_m2
from blockdata.grid.rasters.edges import polygons_in
from blockdata.grid.rasters.source import PixelWindow, Raster, open_raster, strips
from blockdata.kernels.coverage import CoverageIndex, no_sums

__all__ = ["PIXEL_UNITS", "RasterSettings", "RasterUnit", "opened", "people_in_cells", "people_of"]

Floats = npt.NDArray[np.float64]
Objects = npt.NDArray[np.object_]
RasterUnit = Literal["count", "per_km2", "per_hectare", "per_m2"]

PIXEL_UNITS = MappingProxyType({"per_km2": 1e6, "per_hectare": 1e4, "per_m2": 1.0})
"""Square metres that one number of a raster of densities is people of."""

_MOST_PER_KM2 = 300_000
_COVERED = 1e-9


@dataclass(frozen=True)
class RasterSettings:
    """How a raster of population is to be read.

    Parameters
    ----------
    unit : {"count", "per_km2", "per_hectare", "per_m2"}
        What a number is: people of the pixel, or a density of people on the ground.
    band : int, default 1
    nodata : {"unknown", "nobody"}
        What pixels without data are: unknown, or nobody lives there (WorldPop's rasters that are
        constrained to settlements).
    crs : str, optional
        For a file that names no coordinate system.
    """

    unit: RasterUnit = "count"
    band: int = 1
    nodata: Literal["unknown", "nobody"] = "unknown"
    crs: str | None = None


_DEFAULTS = RasterSettings()


def people_in_cells(
    raster: Raster | str | Path,
    cells: pd.DataFrame,
    crs: str,
    settings: RasterSettings = _DEFAULTS,
) -> pd.DataFrame:
    """Sum the people of a raster over cells; a pixel counts by the exact share that lies inside.

    The cells go into the raster's coordinate system with corners added to their edges, so that no
    edge leaves its place by more than 1 mm (`EDGE_TOLERANCE_M`). The raster is read in strips of
    whole rows, those that cells reach into alone, some 4 million pixels at a time.

    Parameters
    ----------
    raster : path of a GeoTIFF, or a raster that is open or in memory
        Any coordinate system that PROJ knows, turned ones too; NaN, infinite and negative numbers
        are no data, as is what the file says is none. Scale and offset of the band are applied.
    cells : DataFrame
        Columns id (str, unique) and geom (valid polygons in `crs`; null or empty covers nothing).
    crs : str
        Of the cells; in metres.
    settings : RasterSettings

    Returns
    -------
    DataFrame
        Columns cell, people (float; null where no pixel of the cell has data), data_share (of
        the cell's area that pixels with data cover) and border_people (how many may lie on the
        other side of the border, because a pixel does not say where in it they are: twice the
        root of the sum of squares of share * (1 - share) * people), sorted by cell. People are
        those of the pixels with data: nothing is added for the rest.

    Raises
    ------
    SourceError
        If the file cannot be read as a GeoTIFF with a known place, see `open_raster`.
    AnalysisError
        If a cell's geometry is bad, an id occurs twice, the file says another unit, or the cells
        would have more than 300,000 people per km² in all.

    Notes
    -----
    Over cells that tile an area, the sums add up to the raster's sum over it.

    Examples
    --------
    >>> import shapely
    >>> from blockdata.grid.rasters.source import ArrayRaster
    >>> raster = ArrayRaster(np.array([[10.0, 30.0]]), (100, 0, 0, 0, -100, 100), "EPSG:4549")
    >>> cells = pd.DataFrame({"id": ["g1"], "geom": [shapely.box(0, 0, 150, 100)]})
    >>> people_in_cells(raster, cells, "EPSG:4549").values.tolist()
    [['g1', 25.0, 1.0, 15.0]]
    """
    if cells["id"].duplicated().any():
        raise AnalysisError("an id occurs twice", where="cells", allowed="one row per cell")
    refuse_bad_geometry(cells.assign(layer=cells.get("layer", "cells")))
    ordered = cells.sort_values("id", kind="stable", ignore_index=True)
    geoms = ordered["geom"].to_numpy(dtype=object)
    with opened(raster, settings) as source:
        _require_unit(source, settings)
        there = polygons_in(geoms, crs, source.crs)
        index = CoverageIndex(there, source.transform, checked=True)
        sums = no_sums(len(geoms))
        for window in _windows(index, source):
            values = people_of(source, window, settings)
            index.add_sums(values, sums, window.row, window.column)
    with np.errstate(invalid="ignore", divide="ignore"):
        share = np.nan_to_num(sums.covered / index.area_pixels)
    # The last bits of sums over many pixels are no area without data.
    share = np.where(share > 1 - _COVERED, 1.0, share)
    found = pd.DataFrame(
        {
            "cell": ordered["id"].astype("str"),
            "people": np.where(sums.covered > 0, sums.total, np.nan),
            "data_share": share,
            "border_people": np.where(sums.covered > 0, 2 * np.sqrt(sums.blurred), np.nan),
        }
    )
    _require_sense(found["people"].to_numpy(), geoms, settings)
    return found


@contextmanager
def opened(raster: Raster | str | Path, settings: RasterSettings) -> Iterator[Raster]:
    """Take a raster as it is, or open the file of this path.

    Parameters
    ----------
    raster : Raster or path
    settings : RasterSettings

    Yields
    ------
    Raster

    Raises
    ------
    SourceError
        See `open_raster`.

    Examples
    --------
    >>> from blockdata.grid.rasters.source import ArrayRaster
    >>> with opened(ArrayRaster(np.ones((1, 1)), (1, 0, 0, 0, -1, 1), "EPSG:4549"),
    ...             RasterSettings()) as raster:
    ...     raster.rows
    1
    """
    if isinstance(raster, str | Path):
        with open_raster(raster, settings.band, settings.crs) as source:
            yield source
    else:
        yield raster


def people_of(raster: Raster, window: PixelWindow, settings: RasterSettings) -> Floats:
    """Return the people of each pixel of a window; NaN where they are not known.

    Parameters
    ----------
    raster : Raster
    window : PixelWindow
    settings : RasterSettings

    Returns
    -------
    ndarray of float64, shape (window.rows, window.columns)

    Examples
    --------
    >>> from blockdata.grid.rasters.source import ArrayRaster
    >>> raster = ArrayRaster(np.array([[5.0]]), (200, 0, 500000, 0, -200, 4000200), "EPSG:4549")
    >>> people_of(raster, PixelWindow(0, 0, 1, 1), RasterSettings(unit="per_hectare")).round(6)
    array([[20.]])
    """
    values = raster.read(window)
    if settings.nodata == "nobody":
        values = np.nan_to_num(values, nan=0.0)
    if settings.unit != "count":
        values = values * pixel_areas_m2(raster, window) / PIXEL_UNITS[settings.unit]
    return values


def _windows(index: CoverageIndex, raster: Raster) -> Iterator[PixelWindow]:
    """Yield the strips of a raster that cells reach into, each as wide as those cells."""
    every = index.windows(0, 0, raster.rows, raster.columns)
    every = every[every[:, 1] > every[:, 0]]
    if not len(every):
        return
    top, bottom = int(every[:, 0].min()), int(every[:, 1].max())
    left, right = int(every[:, 2].min()), int(every[:, 3].max())
    for strip in strips(PixelWindow(top, left, bottom - top, right - left)):
        near = every[(every[:, 0] < strip.row + strip.rows) & (every[:, 1] > strip.row)]
        if len(near):
            left, right = int(near[:, 2].min()), int(near[:, 3].max())
            yield PixelWindow(strip.row, left, strip.rows, right - left)


def _require_unit(raster: Raster, settings: RasterSettings) -> None:
    """Hold what the file says its numbers are against what is said of it."""
    told = raster.unit.casefold().replace(" ", "").replace("²", "2").replace("^", "")
    density = any(word in told for word in ("/km2", "perkm2", "km-2", "persqkm", "/sqkm", "/ha"))
    if density and settings.unit == "count":
        raise AnalysisError(
            "the file says that its numbers are a density",
            where="unit",
            allowed="per_km2, per_hectare or per_m2",
            next_step="Set the raster's unit.",
        )


def _require_sense(people: Floats, geoms: Objects, settings: RasterSettings) -> None:
    """Refuse numbers that no city has: densities taken for counts, or the other way round."""
    known = np.isfinite(people)
    area_km2 = float(shapely.area(geoms[known]).sum()) / 1e6
    total = float(people[known].sum())
    if area_km2 > 0 and total > _MOST_PER_KM2 * area_km2:
        raise AnalysisError(
            f"the cells would have {total / area_km2:,.0f} people per km² in all",
            where=f"unit {settings.unit!r}",
            allowed=f"at most {_MOST_PER_KM2:,}",
            next_step="The raster's numbers are probably of another unit: try 'per_km2'.",
        )
