"""What the readers of vector files share: batches of features, checked geometries, CRS names."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyproj
import shapely

from blockdata.records.wkb import plain_points
from blockdata_loaders.arrays import BoolArray, flags, nulls, whole
from blockdata_loaders.reader.growing import GrowingColumn
from blockdata_loaders.reader.raw import BadRow, RawTable

__all__ = ["BATCH_ROWS", "FeatureBatch", "crs_name", "feature_batch", "joined", "readable_wkb"]

BATCH_ROWS = 20_000


@dataclass(frozen=True)
class FeatureBatch:
    """Some consecutive features of a file, as in `RawTable`."""

    columns: pa.Table
    row_number: npt.NDArray[np.int64]
    geometry: pa.Array
    bad_rows: tuple[BadRow, ...]


def crs_name(stated: str) -> str:
    """Name a coordinate system as "EPSG:n" where it can be identified.

    Parameters
    ----------
    stated : str
        WKT, a URN or an authority code, as a file states it.

    Returns
    -------
    str
        "EPSG:n", else the text as stated. OGC:CRS84 is EPSG:4326 in the axis order that
        files use, longitude first.

    Examples
    --------
    >>> crs_name("urn:ogc:def:crs:EPSG::4549"), crs_name("urn:ogc:def:crs:OGC:1.3:CRS84")
    ('EPSG:4549', 'EPSG:4326')
    """
    try:
        crs = pyproj.CRS.from_user_input(stated)
        if crs.to_authority() == ("OGC", "CRS84"):
            return "EPSG:4326"
        code = crs.to_epsg()
    except pyproj.exceptions.CRSError:
        return stated
    return stated if code is None else f"EPSG:{code}"


def readable_wkb(wkb: pa.Array) -> BoolArray:
    """Tell which geometries can be read; none at all is not unreadable.

    Parameters
    ----------
    wkb : pyarrow.Array of binary

    Examples
    --------
    >>> readable_wkb(pa.array([shapely.Point(1, 2).wkb, b"?", None])).tolist()
    [True, False, True]
    """
    is_point, _ = plain_points(wkb)
    readable = is_point | flags(wkb.is_null())
    rows = np.flatnonzero(~readable)
    others = wkb.take(pa.array(rows)).to_numpy(zero_copy_only=False)
    readable[rows] = ~shapely.is_missing(shapely.from_wkb(others, on_invalid="ignore"))
    return readable


def feature_batch(
    columns: pa.Table,
    row_number: npt.NDArray[np.int64],
    wkb: pa.Array | Sequence[bytes | None],
    readable: BoolArray,
) -> FeatureBatch:
    """Make a batch without the features whose geometry is there but cannot be read.

    Parameters
    ----------
    columns : pyarrow.Table
        Attributes as text.
    row_number : ndarray of int64
        Numbers of the features.
    wkb : pyarrow.Array of binary, or sequence of bytes or None
        Geometries; None where a feature has none.
    readable : ndarray of bool
        False where a geometry was stated and is no geometry.

    Returns
    -------
    FeatureBatch
        The readable features, the others as bad rows.

    Examples
    --------
    >>> columns = pa.table({"code": ["1", "2"]})
    >>> batch = feature_batch(columns, np.array([1, 2]), [None, b"?"], np.array([True, False]))
    >>> batch.columns.num_rows, batch.bad_rows[0].row_number
    (1, 2)
    """
    geometry = wkb if isinstance(wkb, pa.Array) else pa.array(wkb, pa.binary())
    if readable.all():
        return FeatureBatch(columns, row_number, geometry, ())
    detail = "the geometry is damaged or of an unknown kind"
    bad = [BadRow(int(n), "unreadable_geometry", detail) for n in row_number[~readable]]
    keep = pa.array(readable)
    kept = columns.filter(keep) if columns.num_columns else columns
    return FeatureBatch(kept, row_number[readable], geometry.filter(keep), tuple(bad))


def joined(
    batches: Iterable[FeatureBatch],
    other_bad_rows: Iterable[BadRow],
    *,
    crs: str | None = None,
    encoding: str | None = None,
) -> RawTable:
    """Join batches into one table; a column missing in one of them is null there.

    Parameters
    ----------
    batches : iterable of FeatureBatch
        At least one, in the order of the file.
    other_bad_rows : iterable of BadRow
        Bad rows that no batch holds.
    crs, encoding : str or None
        As in `RawTable`.

    Returns
    -------
    RawTable
        Bad rows in the order of the file.

    Examples
    --------
    >>> none = feature_batch(pa.table({}), np.array([], int), [], np.array([], bool))
    >>> joined([none], [], crs=None, encoding=None).rows_read
    0
    """
    columns: dict[str, GrowingColumn] = {}
    geometry = GrowingColumn(kind=pa.binary())
    numbers, bad = [np.empty(0, np.int64)], list[BadRow]()
    for batch in batches:
        _add(columns, batch, rows_before=sum(map(len, numbers)))
        geometry.add(batch.geometry)
        numbers.append(batch.row_number)
        bad += batch.bad_rows
    bad += other_bad_rows  # which may be known only when all batches are read
    rows = np.concatenate(numbers)
    return RawTable(
        columns=pa.table({name: column.column() for name, column in columns.items()}),
        row_number=rows,
        geometry=whole(geometry.column()),
        crs=crs,
        bad_rows=tuple(sorted(bad, key=lambda row: row.row_number)),
        encoding=encoding,
        rows_read=len(rows) + len(bad),
    )


def _add(columns: dict[str, GrowingColumn], batch: FeatureBatch, rows_before: int) -> None:
    """Add a batch to columns, of which each may lack some that the other has."""
    for name in batch.columns.column_names:
        if name not in columns:
            columns[name] = GrowingColumn()
            columns[name].add(nulls(rows_before))
    for name, column in columns.items():
        has_it = name in batch.columns.column_names
        column.add(whole(batch.columns[name]) if has_it else nulls(len(batch.row_number)))
