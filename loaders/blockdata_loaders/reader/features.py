"""What the readers of vector files share: batches of features, checked geometries, CRS names."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyproj

from blockdata_loaders.reader.raw import BadRow, RawTable

__all__ = ["BATCH_ROWS", "FeatureBatch", "crs_name", "feature_batch", "joined"]

BATCH_ROWS = 50_000


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


def feature_batch(
    columns: pa.Table,
    row_number: npt.NDArray[np.int64],
    wkb: list[bytes | None],
    readable: npt.NDArray[np.bool_],
) -> FeatureBatch:
    """Make a batch without the features whose geometry is there but cannot be read.

    Parameters
    ----------
    columns : pyarrow.Table
        Attributes as text.
    row_number : ndarray of int64
        Numbers of the features.
    wkb : list of bytes or None
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
    detail = "the geometry is damaged or of an unknown kind"
    bad = [BadRow(int(n), "unreadable_geometry", detail) for n in row_number[~readable]]
    keep = pa.array(readable)
    geometry = pa.array(wkb, pa.binary()).filter(keep)
    kept = columns.filter(keep) if columns.num_columns else columns
    return FeatureBatch(kept, row_number[readable], geometry, tuple(bad))


def joined(
    batches: Iterable[FeatureBatch],
    other_bad_rows: Iterable[BadRow],
    *,
    crs: str | None,
    encoding: str | None,
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
    parts = list(batches)
    bad = [row for part in parts for row in part.bad_rows] + list(other_bad_rows)
    numbers = np.concatenate([part.row_number for part in parts]).astype(np.int64)
    return RawTable(
        columns=pa.concat_tables([part.columns for part in parts], promote_options="default"),
        row_number=numbers,
        geometry=pa.concat_arrays([part.geometry for part in parts]),
        crs=crs,
        bad_rows=tuple(sorted(bad, key=lambda row: row.row_number)),
        encoding=encoding,
        rows_read=len(numbers) + len(bad),
    )
