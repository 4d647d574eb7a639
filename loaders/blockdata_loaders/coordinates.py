"""Geometries of a delivery: from the file or from columns of coordinates, in the base's system."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import shapely

from blockdata.crs import DEGREES, Reading, is_geographic, projection
from blockdata.errors import SourceError
from blockdata.records import Field, Geometry, Type
from blockdata.records.convert import convert_column
from blockdata.records.repair import closed_wkb, repaired_shapes
from blockdata.records.texts import replaced_rows
from blockdata.records.wkb import plain_points, points_wkb
from blockdata.store.batch import LoadRequest
from blockdata_loaders.arrays import BoolArray, flags, nulls, whole
from blockdata_loaders.columns import missing_texts, place
from blockdata_loaders.reader import RawTable

__all__ = ["Geometries", "from_base_wkt", "geometries"]

_Shapes = npt.NDArray[np.object_]
_Coordinates = npt.NDArray[np.float64]
_Move = Callable[[_Coordinates], _Coordinates]

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
    delivered : pa.Array, shape (n,)
        WKB of the geometries as they came, in the delivery's CRS, to tell what they look like;
        null where there is none or none that can be read.
    read_as : Reading
        How their coordinates were read.
    repairs : ndarray of str or None, shape (n,)
        What was done to a geometry that was not valid: a key of `blockdata.records.repair.REPAIRS`.
    """

    wkb: pa.Array
    unreadable: BoolArray
    infinite: BoolArray
    delivered: pa.Array
    read_as: Reading
    repairs: _Shapes

    def delivered_shapes(self, rows: npt.NDArray[np.int64]) -> _Shapes:
        """Return the geometries of some rows as they came."""
        return _shapes(self.delivered.take(pa.array(rows)))


def geometries(
    request: LoadRequest, raw: RawTable, special: Mapping[str, str]
) -> Geometries | None:
    """Return the geometries of a file.

    The file's own geometries come first, then a column of WKT, then a pair of columns. Of two
    pairs, x and y are taken where the source declares a projected CRS, else lon and lat.

    Parameters
    ----------
    request : LoadRequest
        A CRS declared for the source stands above what the file states; where the source is
        swapped, the first of two coordinates is the northing or latitude.
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
        nothing = np.zeros(len(raw.geometry), dtype=np.bool_)
        return _read(request, raw.geometry, nothing, source_crs or _stated_crs(request, raw))
    columns = {name: whole(raw.columns.column(column)) for name, column in special.items()}
    if "wkt" in columns:
        delivered, unreadable = _from_wkt(columns["wkt"], missing_texts(request))
        return _read(request, delivered, unreadable, source_crs or request.crs)
    pair = _chosen_pair(request, columns)
    if pair is None:
        return _none(request, raw.columns.num_rows)
    delivered, unreadable = _from_pair(request, columns, pair)
    default = DEGREES if pair == ("lon", "lat") else request.crs
    return _read(request, delivered, unreadable, source_crs or default)


def from_base_wkt(request: LoadRequest, texts: pa.Array) -> Geometries | None:
    """Return the geometries of texts in WKT that are in the base's CRS already."""
    if request.kind.geometry is None:
        return None
    delivered, unreadable = _from_wkt(texts, frozenset({""}))
    return _in_base(request, delivered, unreadable, Reading(request.crs))


def _none(request: LoadRequest, count: int) -> Geometries:
    nothing, nowhere = np.zeros(count, dtype=np.bool_), nulls(count, pa.binary())
    unchanged = np.full(count, None, dtype=object)
    return Geometries(nowhere, nothing, nothing, nowhere, Reading(request.crs), unchanged)


def _stated_crs(request: LoadRequest, raw: RawTable) -> str:
    if raw.crs is None:
        raise SourceError(
            "the file does not state the coordinate system of its geometries",
            reason="missing_crs",
            where=place(request),
            next_step='Ask the deliverer and set crs of the source, for example crs = "EPSG:4549"',
        )
    return raw.crs


def _shapes(wkb: pa.Array) -> _Shapes:
    with np.errstate(invalid="ignore"):  # NaN in a geometry is looked for, and no news
        found: _Shapes = shapely.from_wkb(wkb.to_numpy(zero_copy_only=False), on_invalid="ignore")
    return found


def _from_wkt(texts: pa.Array, missing: frozenset[str]) -> tuple[pa.Array, BoolArray]:
    field = Field("wkt", Type.TEXT, "", "")
    written, _ = convert_column(field, texts, time_zone="UTC", missing=missing)
    shapes = shapely.from_wkt(written.to_numpy(zero_copy_only=False), on_invalid="ignore")
    unreadable = flags(written.is_valid()) & shapely.is_missing(shapes)
    return pa.array(shapely.to_wkb(shapes), pa.binary()), unreadable


def _chosen_pair(request: LoadRequest, columns: Mapping[str, pa.Array]) -> tuple[str, str] | None:
    declared = request.source.crs
    projected_first = declared is not None and not is_geographic(
        request.systems.get(declared, declared), place(request)
    )
    pairs: Sequence[tuple[str, str]] = [("lon", "lat"), ("x", "y")]
    for pair in reversed(pairs) if projected_first else pairs:
        if set(pair) <= set(columns):
            return pair
    return None


def _from_pair(
    request: LoadRequest, columns: Mapping[str, pa.Array], pair: tuple[str, str]
) -> tuple[pa.Array, BoolArray]:
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
    is_whole = ~absent.any(axis=0)
    points = np.column_stack([coordinates[is_whole] for coordinates in numbers])
    return points_wkb(points, is_whole), bad | (absent[0] != absent[1])


def _read(request: LoadRequest, delivered: pa.Array, unreadable: BoolArray, crs: str) -> Geometries:
    system = request.systems.get(crs, crs)
    return _in_base(request, delivered, unreadable, Reading(system, request.source.swapped))


def _in_base(
    request: LoadRequest, delivered: pa.Array, unreadable: BoolArray, read_as: Reading
) -> Geometries:
    """Place points as plain numbers, and only what is none as shapes."""
    project = projection(read_as.crs, request.crs, place(request))
    is_plain = project is None and not read_as.swapped
    move = None if is_plain else functools.partial(read_as.placed, base=request.crs)
    is_point, points = plain_points(delivered)
    is_finite = np.isfinite(points).all(axis=1)
    is_point[is_point] = is_finite
    others = np.flatnonzero(flags(delivered.is_valid()) & ~is_point)
    shapes, closed = _readable(delivered.take(pa.array(others)))
    wkb, infinite = _placed_points(points[is_finite], is_point, move)
    placed, infinite[others] = _placed_shapes(shapes, move)
    placed, repairs_of_shapes = repaired_shapes(placed, request.kind.geometry or Geometry.ANY)
    of_shapes = pa.array(shapely.to_wkb(placed, byte_order=1, flavor="iso"), pa.binary())
    repairs = np.full(len(delivered), None, dtype=object)
    repairs[others] = np.where(closed, "unclosed_ring", repairs_of_shapes)
    no_geometry = others[shapely.is_missing(shapes)]
    unreadable = unreadable.copy()
    unreadable[no_geometry] = True
    return Geometries(
        replaced_rows(wkb, others, of_shapes),
        unreadable,
        infinite,
        replaced_rows(delivered, no_geometry, nulls(len(no_geometry), pa.binary())),
        read_as,
        repairs,
    )


def _readable(wkb: pa.Array) -> tuple[_Shapes, BoolArray]:
    """Return shapes, and which of them had a ring that had to be closed.

    One with a coordinate that is no finite number cannot be read: it has no place to be moved to.
    """
    shapes = _shapes(wkb)
    closed = shapely.is_missing(shapes) & flags(wkb.is_valid())
    if closed.any():
        as_bytes = wkb.to_numpy(zero_copy_only=False)
        shapes[closed] = closed_wkb(as_bytes[closed])
        closed &= ~shapely.is_missing(shapes)
    shapes[_with_infinite_coordinates(shapes)] = None
    return shapes, closed


def _placed_points(
    points: _Coordinates, is_point: BoolArray, move: _Move | None
) -> tuple[pa.Array, BoolArray]:
    """Return points in the base, null elsewhere, and the rows of those that have no place there."""
    placed = points if move is None else move(points)
    is_finite = np.isfinite(placed).all(axis=1)
    given, infinite = is_point.copy(), np.zeros(len(is_point), dtype=np.bool_)
    given[is_point], infinite[is_point] = is_finite, ~is_finite
    return points_wkb(placed[is_finite], given), infinite


def _placed_shapes(shapes: _Shapes, move: _Move | None) -> tuple[_Shapes, BoolArray]:
    # One plane form for all formats: a height would make the same thing look changed.
    placed = shapely.force_2d(shapes)
    if move is not None:
        placed = shapely.transform(placed, move)
    infinite = _with_infinite_coordinates(placed)
    placed[infinite] = None
    return placed, infinite


def _with_infinite_coordinates(shapes: _Shapes) -> BoolArray:
    coordinates, rows = shapely.get_coordinates(shapes, return_index=True)
    infinite = np.zeros(len(shapes), dtype=np.bool_)
    infinite[rows[~np.isfinite(coordinates).all(axis=1)]] = True
    return infinite
