"""Parquet and GeoParquet files."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import shapely

from blockdata.errors import SourceError
from blockdata_loaders.reader.features import BATCH_ROWS, crs_name
from blockdata_loaders.reader.raw import RawTable, header_names
from blockdata_loaders.reader.typed import Layout, checked_table

__all__ = ["read_parquet"]

_LONGITUDE_FIRST = "EPSG:4326"
# One value repeated is written once: a kilobyte can say that it is a thousand million rows.
_ALWAYS_FINE_CELLS, _MOST_CELLS_PER_BYTE = 10_000_000, 100


def read_parquet(path: Path) -> RawTable:
    """Read a Parquet file.

    Parameters
    ----------
    path : Path
        The geometry is the primary column of GeoParquet's metadata, encoded as WKB or as
        points, else the first column of Parquet's own geometry type.

    Returns
    -------
    RawTable
        Values as exact text, see `checked_table`. A column without a stated CRS is EPSG:4326,
        longitude first, as both formats say; one whose CRS is stated to be unknown has none.
        Rows with bytes that are no text or no geometry are bad.

    Raises
    ------
    SourceError
        Reasons "unreadable_parquet", "too_large" (it says to unpack to a multiple of what
        data does), "unsupported_geometry" and "duplicate_column".

    References
    ----------
    GeoParquet 1.1.0; Apache Parquet, logical types GEOMETRY and GEOGRAPHY.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder, "a.parquet")
    ...     pq.write_table(pa.table({"code": ["007"], "count": [3.0]}), path)
    ...     read_parquet(path).columns.to_pydict()
    {'code': ['007'], 'count': ['3']}
    """
    try:
        with pq.ParquetFile(path) as file:
            return _table(path, file)
    except (pa.ArrowException, OSError, json.JSONDecodeError, KeyError) as error:
        if getattr(error, "errno", None) is not None:
            raise
        raise SourceError(
            "the file is damaged",
            reason="unreadable_parquet",
            where=path.name,
            next_step="Write or transfer it again",
        ) from None


def _table(path: Path, file: pq.ParquetFile) -> RawTable:
    schema = file.schema_arrow
    _check_size(path, file.metadata.num_rows * len(schema))
    geometry, crs, encoding = _geometry(file)
    if encoding not in ("WKB", "point"):
        raise SourceError(
            f"the geometry column is encoded as {encoding!r}",
            reason="unsupported_geometry",
            where=path.name,
            next_step="Write it with the encoding WKB",
        )
    place = None if geometry is None else schema.names.index(geometry)
    attributes = [i for i in range(len(schema)) if i != place]
    names = header_names([schema.names[i] for i in attributes], path.name)
    batches = file.iter_batches(BATCH_ROWS)
    if encoding == "point":
        batches = (_with_wkb(batch, place) for batch in batches)
    return checked_table(batches, Layout(attributes, geometry=place), names, crs)


def _check_size(path: Path, cells: int) -> None:
    if cells > max(_ALWAYS_FINE_CELLS, _MOST_CELLS_PER_BYTE * path.stat().st_size):
        raise SourceError(
            f"the file says to hold {cells} cells, far more than its size could",
            reason="too_large",
            where=path.name,
            next_step="Deliver it as CSV or in parts",
        )


def _geometry(file: pq.ParquetFile) -> tuple[str | None, str | None, str]:
    """Name, CRS and encoding of the geometry column; no name where there is none."""
    stated = (file.schema_arrow.metadata or {}).get(b"geo")
    if stated is not None:
        geo = json.loads(stated)
        name = geo["primary_column"]
        described = geo["columns"][name]
        crs = described.get("crs", "OGC:CRS84")
        named = None if crs is None else crs_name(crs if isinstance(crs, str) else json.dumps(crs))
        return name, named, described["encoding"]
    for place in range(len(file.schema)):
        column = file.schema.column(place)
        logical: dict[str, Any] = json.loads(column.logical_type.to_json())
        if logical["Type"] in ("Geometry", "Geography"):
            crs = logical.get("crs", "").replace("srid:", "EPSG:")
            return column.name, crs_name(crs) if crs else _LONGITUDE_FIRST, "WKB"
    return None, None, "WKB"


def _with_wkb(batch: pa.RecordBatch, place: int | None) -> pa.RecordBatch:
    """Write points given as structures of x and y as WKB."""
    points = batch.column(place).to_pylist()
    shapes = [None if xy is None else shapely.Point(xy["x"], xy["y"]) for xy in points]
    wkb = pa.array(shapely.to_wkb(np.array(shapes, dtype=object)), pa.binary())
    return batch.set_column(place, batch.schema.names[place], wkb)
