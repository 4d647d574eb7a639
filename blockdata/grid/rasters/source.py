"""Rasters as they are read: a GeoTIFF window by window, or an array that is there already."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
import numpy.typing as npt

from blockdata.errors import SourceError

if TYPE_CHECKING:
    import rasterio

__all__ = ["ArrayRaster", "PixelWindow", "Raster", "RasterFile", "open_raster", "strips"]

Floats = npt.NDArray[np.float64]
Transform = tuple[float, float, float, float, float, float]

_MAGIC = (b"II*\x00", b"MM\x00*", b"II+\x00", b"MM\x00+")
_OPTIONS = {
    # Files beside the raster could say otherwise what it is, or lead to others: none is looked at.
    "GDAL_DISABLE_READDIR_ON_OPEN": "EMPTY_DIR",
    "GDAL_PAM_ENABLED": "NO",
    "GDAL_GEOREF_SOURCES": "INTERNAL",
    "GDAL_CACHEMAX": 64,
}
_STRIP_PIXELS = 1 << 22


@dataclass(frozen=True)
class PixelWindow:
    """A part of a raster: its first row and column, and how many."""

    row: int
    column: int
    rows: int
    columns: int


class Raster(Protocol):
    """What is asked of a raster.

    `transform` as in `blockdata.kernels.coverage`; `crs`, a text that PROJ knows; `unit`, what
    the file says its numbers are, or empty.
    """

    @property
    def transform(self) -> Transform:
        """Where pixels lie."""

    @property
    def crs(self) -> str:
        """A text that PROJ knows."""

    @property
    def rows(self) -> int:
        """Height in pixels."""

    @property
    def columns(self) -> int:
        """Width in pixels."""

    @property
    def unit(self) -> str:
        """What the file says its numbers are."""

    def read(self, window: PixelWindow) -> Floats:
        """Return the values of a window; NaN where there is no data, or a number below 0."""


@dataclass(frozen=True)
class ArrayRaster:
    """A raster in memory.

    Parameters
    ----------
    values : ndarray, shape (rows, columns)
    transform : tuple of 6 float
        x = a * column + b * row + c and y = d * column + e * row + f.
    crs : str
    nodata : float, optional
        Number that stands for no data; NaN, infinite and negative numbers always do.
    unit : str, default ""

    Examples
    --------
    >>> raster = ArrayRaster(np.array([[1, -99999]]), (1, 0, 0, 0, -1, 1), "EPSG:4549")
    >>> raster.read(PixelWindow(0, 0, 1, 2))
    array([[ 1., nan]])
    """

    values: npt.NDArray[Any]
    transform: Transform
    crs: str
    nodata: float | None = None
    unit: str = ""

    @property
    def rows(self) -> int:
        """Height in pixels."""
        return int(self.values.shape[0])

    @property
    def columns(self) -> int:
        """Width in pixels."""
        return int(self.values.shape[1])

    def read(self, window: PixelWindow) -> Floats:
        """Return the values of a window; NaN where there is no data, or a number below 0."""
        rows = slice(window.row, window.row + window.rows)
        part = self.values[rows, window.column : window.column + window.columns]
        known = np.ones(part.shape, dtype=bool) if self.nodata is None else part != self.nodata
        return _clean(part.astype(np.float64), known)


def _clean(values: Floats, known: npt.NDArray[np.bool_]) -> Floats:
    """Return values with NaN for what is no number of people."""
    with np.errstate(invalid="ignore"):
        known &= np.isfinite(values) & (values >= 0)
    return np.where(known, values, np.nan)


class RasterFile:
    """One band of an open GeoTIFF; made by `open_raster`."""

    def __init__(self, opened: rasterio.DatasetReader, band: int, crs: str, where: str) -> None:
        self._opened, self._band, self._where = opened, band, where
        self.transform: Transform = tuple(opened.transform)[:6]
        self.crs = crs
        self.rows, self.columns = int(opened.height), int(opened.width)
        self.unit = str(opened.units[band - 1] or "")
        self._scale = float(opened.scales[band - 1])
        self._offset = float(opened.offsets[band - 1])

    def read(self, window: PixelWindow) -> Floats:
        """Return the values of a window; NaN where there is no data, or a number below 0."""
        import rasterio.windows

        part = rasterio.windows.Window(window.column, window.row, window.columns, window.rows)
        try:
            values = self._opened.read(self._band, window=part).astype(np.float64)
            known = self._opened.read_masks(self._band, window=part) > 0
        except rasterio.errors.RasterioError as error:
            raise _unreadable(self._where) from error
        return _clean(values * self._scale + self._offset, known)


@contextmanager
def open_raster(path: str | Path, band: int = 1, crs: str | None = None) -> Iterator[RasterFile]:
    """Open a GeoTIFF for reading by windows.

    Only the file itself is looked at: no side-car files, no network, no driver but GTiff,
    whatever the name and the environment say (a foreign PROJ_LIB or GDAL_DATA too).

    Parameters
    ----------
    path : path of a local file
    band : int, default 1
    crs : str, optional
        For a file that names no coordinate system; one that does is believed.

    Yields
    ------
    RasterFile

    Raises
    ------
    SourceError
        Reason "no_such_file", "not_a_geotiff", "unreadable", "no_such_band",
        "no_georeference" or "no_crs".

    Examples
    --------
    >>> with open_raster("/no/such/file.tif") as raster:
    ...     pass
    Traceback (most recent call last):
    ...
    blockdata.errors.SourceError: file.tif: there is no such file
    """
    file = Path(path)
    _require_tiff(file)
    import rasterio

    with rasterio.Env(**_OPTIONS), warnings.catch_warnings():
        warnings.simplefilter("ignore", rasterio.errors.NotGeoreferencedWarning)
        _use_own_definitions()
        try:
            opened = rasterio.open(file.resolve(), driver="GTiff", sharing=False)
        except rasterio.errors.RasterioError as error:
            raise _unreadable(file.name) from error
        with opened:
            yield RasterFile(opened, *_checked(opened, band, crs, file.name), file.name)


def _require_tiff(file: Path) -> None:
    try:
        if not file.is_file():
            raise SourceError("there is no such file", reason="no_such_file", where=file.name)
        with file.open("rb") as stream:
            magic = stream.read(4)
    except OSError as error:
        raise _unreadable(file.name) from error
    if magic not in _MAGIC:
        raise SourceError(
            "the file is not a GeoTIFF",
            reason="not_a_geotiff",
            where=file.name,
            next_step="Convert it, for example with gdal_translate -of GTiff",
        )


def _use_own_definitions() -> None:
    """Let GDAL take coordinate systems from its own wheel, whatever PROJ_LIB says."""
    import rasterio
    from rasterio._env import set_proj_data_search_path

    own = Path(rasterio.__file__).parent / "proj_data"
    if own.is_dir():
        set_proj_data_search_path(str(own))


def _checked(
    opened: rasterio.DatasetReader, band: int, crs: str | None, where: str
) -> tuple[int, str]:
    if not 1 <= band <= opened.count:
        raise SourceError(
            f"band {band} is asked for and there are {opened.count}",
            reason="no_such_band",
            where=where,
        )
    if opened.transform.is_identity or np.iscomplexobj(np.empty(0, opened.dtypes[band - 1])):
        raise SourceError(
            "the raster does not say where its pixels lie, or they are no real numbers",
            reason="no_georeference",
            where=where,
            next_step="Write its transform into the file; files beside it are not read",
        )
    found = opened.crs.to_wkt() if opened.crs else crs
    if not found:
        raise SourceError(
            "the raster names no coordinate system",
            reason="no_crs",
            where=where,
            next_step="Give it as crs of the raster's settings",
        )
    return band, found


def _unreadable(where: str) -> SourceError:
    return SourceError(
        "the raster cannot be read",
        reason="unreadable",
        where=where,
        next_step="Look at it with gdalinfo; it may be cut off",
    )


def strips(window: PixelWindow) -> Iterator[PixelWindow]:
    """Cut a window into pieces of whole rows that are read one after the other.

    Parameters
    ----------
    window : PixelWindow

    Yields
    ------
    PixelWindow
        Of about four million pixels at most, and one row at least.

    Examples
    --------
    >>> [w.rows for w in strips(PixelWindow(0, 0, 3, 1 << 21))]
    [2, 1]
    """
    rows = max(1, _STRIP_PIXELS // max(window.columns, 1))
    for row in range(window.row, window.row + window.rows, rows):
        left = window.row + window.rows - row
        yield PixelWindow(row, window.column, min(rows, left), window.columns)
