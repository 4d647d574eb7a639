"""GeoPackage (OGC 12-128r19), read as the SQLite file it is."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import shapely

from blockdata.errors import SourceError
from blockdata_loaders.reader.features import (
    BATCH_ROWS,
    FeatureBatch,
    crs_name,
    feature_batch,
    joined,
)
from blockdata_loaders.reader.raw import BadRow, RawTable, float_text, header_names

__all__ = ["read_geopackage"]

# Bytes of the envelope in a geometry's header, by its code in the flags; 5 to 7 are invalid.
_ENVELOPE_BYTES = {0: 0, 1: 32, 2: 48, 3: 48, 4: 64}
_UNDEFINED = re.compile(r'(\w+\[")?undefined|\s*$', re.IGNORECASE)
_EXTENDED = 0x20
_NO_GEOMETRY = b"\x00"  # no WKB is as short: stands for a value that is no geometry


class _Undecodable:
    """Stands for a text whose bytes are not UTF-8."""


_UNDECODABLE = _Undecodable()


@dataclass(frozen=True)
class _Layer:
    """A layer's table: its geometry column, and the names and declared types of the others."""

    table: str
    geometry: str | None
    crs: str | None
    attributes: tuple[str, ...]
    types: tuple[str, ...]


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _decoded(data: bytes) -> str | _Undecodable:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return _UNDECODABLE


def _connect(path: Path) -> sqlite3.Connection:
    # A file in WAL mode without its log can be read without writing beside it.
    log = path.with_name(path.name + "-wal")
    mode = "mode=ro" if log.exists() and log.stat().st_size else "mode=ro&immutable=1"
    connection = sqlite3.connect(f"{path.absolute().as_uri()}?{mode}", uri=True)
    connection.execute("PRAGMA trusted_schema = OFF")
    return connection


def _layer_name(connection: sqlite3.Connection, layer: str | None, where: str) -> str:
    names = [
        str(name)
        for (name,) in connection.execute(
            "SELECT table_name FROM gpkg_contents"
            " WHERE data_type IN ('features', 'attributes') ORDER BY table_name"
        )
    ]
    if layer in names:
        return str(layer)
    if layer is None and len(names) == 1:
        return names[0]
    raise SourceError(
        "the file has several layers" if layer is None else f"no layer called {layer!r}",
        reason="missing_layer",
        where=where,
        next_step="Name one of its layers: " + ", ".join(names),
    )


def _stated_crs(connection: sqlite3.Connection, table: str) -> tuple[str | None, str | None]:
    """Geometry column and CRS of a layer, None for a layer without geometry."""
    row = connection.execute(
        "SELECT g.column_name, s.organization, s.organization_coordsys_id, s.definition"
        " FROM gpkg_geometry_columns g LEFT JOIN gpkg_spatial_ref_sys s USING (srs_id)"
        " WHERE g.table_name = ?",
        (table,),
    ).fetchone()
    if row is None:
        return None, None
    column, organisation, code, definition = row
    if str(organisation).upper() == "EPSG":
        return column, f"EPSG:{code}"
    if definition is None or _UNDEFINED.match(definition):
        return column, None
    return column, crs_name(definition)


def _layer(connection: sqlite3.Connection, layer: str | None, where: str) -> _Layer:
    table = _layer_name(connection, layer, where)
    geometry, crs = _stated_crs(connection, table)
    described = connection.execute("SELECT name, type, pk FROM pragma_table_info(?)", (table,))
    # The primary key is the file's own counter, which every export deals anew.
    kept = [(name, kind) for name, kind, pk in described if name != geometry and not pk]
    names, kinds = [name for name, _ in kept], [str(kind).upper() for _, kind in kept]
    return _Layer(table, geometry, crs, tuple(names), tuple(kinds))


def _text(value: Any, declared: str) -> str | None:
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, int):
        if declared == "BOOLEAN":
            return "true" if value else "false"
        return str(value)
    return float_text(value) if isinstance(value, float) else bytes(value).hex()


def _text_array(column: Sequence[Any], declared: str) -> pa.Array:
    if not {type(value) for value in column} <= {str, type(None)}:
        column = [_text(value, declared) for value in column]
    array = pa.array(column, pa.string())
    return pc.if_else(pc.equal(array, ""), None, array)


def _wkb(value: Any) -> bytes | None:
    """Take the WKB inside a geometry value, None where it is null."""
    if value is None:
        return None
    if not isinstance(value, bytes) or value[:2] != b"GP" or len(value) < 8:
        return _NO_GEOMETRY
    envelope = _ENVELOPE_BYTES.get(value[3] >> 1 & 7)
    if envelope is None or value[3] & _EXTENDED:
        return _NO_GEOMETRY
    return value[8 + envelope :] or _NO_GEOMETRY


def _rows(connection: sqlite3.Connection, layer: _Layer) -> Iterator[list[tuple[Any, ...]]]:
    """Batches of rows, the geometry first."""
    geometry = "NULL" if layer.geometry is None else _quoted(layer.geometry)
    names = ", ".join([geometry, *map(_quoted, layer.attributes)])
    # Names cannot be bound as values; they are quoted.
    cursor = connection.execute(f"SELECT {names} FROM {_quoted(layer.table)}")
    yield []  # so that there is one, and the columns of an empty layer are known
    while rows := cursor.fetchmany(BATCH_ROWS):
        yield rows


def _batch(rows: list[tuple[Any, ...]], numbers: list[int], layer: _Layer) -> FeatureBatch:
    values = list(zip(*rows, strict=True)) or [()] * (len(layer.attributes) + 1)
    arrays = [
        _text_array(column, declared)
        for column, declared in zip(values[1:], layer.types, strict=True)
    ]
    wkb = [_wkb(value) for value in values[0]]
    geometries = shapely.from_wkb(np.array(wkb, dtype=object), on_invalid="ignore")
    missing: npt.NDArray[np.bool_] = np.array([value is None for value in wkb], dtype=np.bool_)
    columns = pa.Table.from_arrays(arrays, names=list(layer.attributes))
    readable = missing | ~shapely.is_missing(geometries)
    return feature_batch(columns, np.array(numbers, dtype=np.int64), wkb, readable)


def _batches(
    connection: sqlite3.Connection, layer: _Layer, bad: list[BadRow]
) -> Iterator[FeatureBatch]:
    read = 0
    for rows in _rows(connection, layer):
        good, numbers = [], []
        for number, row in enumerate(rows, start=read + 1):
            if _UNDECODABLE in row:
                bad.append(BadRow(number, "undecodable", "a text that is not UTF-8"))
            else:
                good.append(row)
                numbers.append(number)
        read += len(rows)
        yield _batch(good, numbers, layer)


def _table(connection: sqlite3.Connection, layer: _Layer) -> RawTable:
    """Read in bulk; where a text is not UTF-8, again text by text to find its row."""
    bad: list[BadRow] = []
    try:
        batches = list(_batches(connection, layer, bad))
    except sqlite3.OperationalError as error:
        if "decode" not in str(error):
            raise
        connection.text_factory = _decoded
        batches = list(_batches(connection, layer, bad))
    return joined(batches, bad, crs=layer.crs, encoding=None)


def read_geopackage(path: Path, *, layer: str | None = None) -> RawTable:
    """Read one layer of a GeoPackage.

    Parameters
    ----------
    path : Path
        The file.
    layer : str, optional
        The layer's name; may be left out where the file has one layer only.

    Returns
    -------
    RawTable
        Attributes as text without the primary key: true and false for BOOLEAN, whole
        numbers without a point, dates and times as stored, which is ISO 8601. Features whose
        geometry or text cannot be read are bad rows; those without geometry stay.

    Raises
    ------
    SourceError
        Reasons "missing_layer", "duplicate_column" and "unreadable_geopackage".

    References
    ----------
    OGC 12-128r19, GeoPackage Encoding Standard, clause 2.1.3 (geometry encoding).

    Examples
    --------
    >>> import tempfile, geopandas
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder, "a.gpkg")
    ...     frame = geopandas.GeoDataFrame({"code": ["007"]}, geometry=[shapely.Point(1, 2)])
    ...     frame.set_crs(4490).to_file(path, driver="GPKG")
    ...     table = read_geopackage(path)
    >>> table.columns.to_pydict(), table.crs
    ({'code': ['007']}, 'EPSG:4490')
    """
    try:
        with closing(_connect(path)) as connection:
            found = _layer(connection, layer, path.name)
            table = _table(connection, found)
    except sqlite3.Error:
        raise SourceError(
            "the file is no complete GeoPackage",
            reason="unreadable_geopackage",
            where=path.name,
            next_step="Export the layer again",
        ) from None
    names = header_names(found.attributes, path.name)
    geometry = None if found.geometry is None else table.geometry
    return replace(table, columns=table.columns.rename_columns(names), geometry=geometry)
