"""Geometries of a delivery: from the file or from columns of coordinates, in the base's system."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import shapely

from blockdata.crs import DEGREES, is_geographic, projection
from blockdata.errors import SourceError
from blockdata.records import Field, Type
from blockdata.records.convert import convert_column
from blockdata.store.batch import LoadRequest
from blockdata_loaders.arrays import BoolArray, flags, nulls, whole
from blockdata_loaders.columns import missing_texts, place
from blockdata_loaders.reader import RawTable

__all__ = ["Geometries", "from_base_wkt", "geometries"]

_Shapes = npt.NDArray[np.object_]

_NUMBERS = {
    name: Field(name, Type.FLOAT, "", "", unit=unit)
    for name, unit in (("x", "m"), ("y", "m"), ("lon", "°"), ("lat", "°"))
}


@dataclass(frozen=True)
class Geometries:
    """The geometries of n rows.

    Parameters
    ----------
    wkb : pa.Array, shape (n,)
        Two-dimensional little-endian WKB in the base's CRS; null where a row has none, or none
        that can be used.
    unreadable : ndarray of bool, shape (n,)
        Rows with a geometry or coordinate that cannot be read.
    infinite : ndarray of bool, shape (n,)
        Rows whose geometry has no place in the base's CRS.
    delivered : ndarray of object, shape (n,)
        The geometries as they came, in the delivery's CRS, to tell what they look like.
    """

    wkb: pa.Array
    unreadable: BoolArray
    infinite: BoolArray
    delivered: _Shapes


def geometries(
    request: LoadRequest, raw: RawTable, special: Mapping[str, str]
) -> Geometries | None:
    """Return the geometries of a file.

    The file's own geometries come first, then a column of WKT, then a pair of columns. Of two
    pairs, x and y are taken where the source declares a projected CRS, else lon and lat.

    Parameters
    ----------
    request : LoadRequest
        A CRS declared for the source stands above what the file states.
    raw : RawTable
    special : mapping of "x", "y", "lon", "lat", "wkt" to column

    Returns
    -------
    Geometries or None
        None where the kind has no geometry. Without a declared CRS, lon and lat are in
        EPSG:4490, and x, y and WKT in the base's CRS.

    Raises
    ------
    SourceError
        Reasons "missing_crs" (the file has geometries and states no CRS) and "unusable_crs".
    """
    if request.kind.geometry is None:
        return None
    source_crs = request.source.crs
    if raw.geometry is not None and raw.geometry.null_count < len(raw.geometry):
        shapes, unreadable = _from_wkb(raw.geometry)
        return _in_base(request, shapes, unreadable, source_crs or _stated_crs(request, raw))
    columns = {name: whole(raw.columns.column(column)) for name, column in special.items()}
    if "wkt" in columns:
        shapes, unreadable = _from_wkt(columns["wkt"], missing_texts(request))
        return _in_base(request, shapes, unreadable, source_crs or request.crs)
    pair = _chosen_pair(request, columns)
    if pair is None:
        return _none(raw.columns.num_rows)
    shapes, unreadable = _from_pair(request, columns, pair)
    default = DEGREES if pair == ("lon", "lat") else request.crs
    return _in_base(request, shapes, unreadable, source_crs or default)


def from_base_wkt(request: LoadRequest, texts: pa.Array) -> Geometries | None:
    """Return the geometries of texts in WKT that are in the base's CRS already."""
    if request.kind.geometry is None:
        return None
    shapes, unreadable = _from_wkt(texts, frozenset({""}))
    return _in_base(request, shapes, unreadable, request.crs)


def _none(count: int) -> Geometries:
    nothing = np.zeros(count, dtype=np.bool_)
    return Geometries(nulls(count, pa.binary()), nothing, nothing, np.full(count, None))


def _stated_crs(request: LoadRequest, raw: RawTable) -> str:
    if raw.crs is None:
        raise SourceError(
            "the file does not state the coordinate system of its geometries",
            reason="missing_crs",
            where=place(request),
            next_step='Ask the deliverer and set crs of the source, for example crs = "EPSG:4549"',
        )
    return raw.crs


def _from_wkb(wkb: pa.Array) -> tuple[_Shapes, BoolArray]:
    shapes = shapely.from_wkb(wkb.to_numpy(zero_copy_only=False), on_invalid="ignore")
    return shapes, flags(wkb.is_valid()) & shapely.is_missing(shapes)


def _from_wkt(texts: pa.Array, missing: frozenset[str]) -> tuple[_Shapes, BoolArray]:
    field = Field("wkt", Type.TEXT, "", "")
    written, _ = convert_column(field, texts, time_zone="UTC", missing=missing)
    shapes = shapely.from_wkt(written.to_numpy(zero_copy_only=False), on_invalid="ignore")
    return shapes, flags(written.is_valid()) & shapely.is_missing(shapes)


def _chosen_pair(request: LoadRequest, columns: Mapping[str, pa.Array]) -> tuple[str, str] | None:
    declared = request.source.crs
    projected_first = declared is not None and not is_geographic(declared, place(request))
    pairs: Sequence[tuple[str, str]] = [("lon", "lat"), ("x", "y")]
    for pair in reversed(pairs) if projected_first else pairs:
        if set(pair) <= set(columns):
            return pair
    return None


def _from_pair(
    request: LoadRequest, columns: Mapping[str, pa.Array], pair: tuple[str, str]
) -> tuple[_Shapes, BoolArray]:
    """Return points, and the rows where a coordinate cannot be read or stands alone."""
    numbers, bad = [], np.zeros(len(columns[pair[0]]), dtype=np.bool_)
    for name in pair:
        typed, unread = convert_column(
            _NUMBERS[name],
            columns[name],
            time_zone=request.time_zone,
            missing=missing_texts(request),
        )
        numbers.append(np.asarray(typed.to_numpy(zero_copy_only=False), dtype=np.float64))
        bad |= unread
    # Both zero is how registers write "not surveyed"; no district lies there.
    unsurveyed = (numbers[0] == 0) & (numbers[1] == 0)
    absent = np.isnan(numbers) | unsurveyed
    shapes = np.full(len(bad), None, dtype=object)
    whole_rows = ~absent.any(axis=0)
    shapes[whole_rows] = shapely.points(numbers[0][whole_rows], numbers[1][whole_rows])
    return shapes, bad | (absent[0] != absent[1])


def _in_base(request: LoadRequest, shapes: _Shapes, unreadable: BoolArray, crs: str) -> Geometries:
    project = projection(crs, request.crs, place(request))
    # One plane form for all formats: a height would make the same thing look changed.
    placed = shapely.force_2d(shapes)
    if project is not None:
        placed = shapely.transform(placed, project)
    infinite = _with_infinite_coordinates(placed)
    placed = np.where(infinite, None, placed)
    wkb = pa.array(shapely.to_wkb(placed, byte_order=1, flavor="iso"), pa.binary())
    return Geometries(wkb, unreadable, infinite, shapes)


def _with_infinite_coordinates(shapes: _Shapes) -> BoolArray:
    coordinates, rows = shapely.get_coordinates(shapes, return_index=True)
    infinite = np.zeros(len(shapes), dtype=np.bool_)
    infinite[rows[~np.isfinite(coordinates).all(axis=1)]] = True
    return infinite
