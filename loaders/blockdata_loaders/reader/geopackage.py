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
import pyarrow as pa

from blockdata.errors import SourceError
from blockdata.store.files import is_in_memory
from blockdata_loaders.arrays import nulls
from blockdata_loaders.reader.features import (
    BATCH_ROWS,
    FeatureBatch,
    crs_name,
    feature_batch,
    joined,
)
from blockdata_loaders.reader.gpkg_values import (
    SEPARATOR,
    is_utf8,
    split_blobs,
    split_texts,
    value_blobs,
    value_texts,
    value_wkb,
)
from blockdata_loaders.reader.raw import BadRow, RawTable, header_names

__all__ = ["read_geopackage"]

_UNDEFINED = re.compile(r'(\w+\[")?undefined|\s*$', re.IGNORECASE)
_NO_UTF8 = "a text that is not UTF-8"


@dataclass(frozen=True)
class _Geometry:
    """A geometry column, the shape it is declared to hold, and its CRS."""

    column: str
    shape: str
    crs: str | None


@dataclass(frozen=True)
class _Layer:
    """A layer's table, its whole-numbered primary key, and declared types of its attributes."""

    table: str
    key: str | None
    geometry: _Geometry | None
    types: dict[str, str]

    @property
    def geometry_column(self) -> str:
        """The name of the geometry column, empty where there is none."""
        return self.geometry.column if self.geometry else ""

    @property
    def columns(self) -> tuple[str, ...]:
        """All columns that are read, the geometry last; its name is empty where there is none."""
        return (*self.types, self.geometry_column)


@dataclass(frozen=True)
class _Bulk:
    """What is read as one text per column."""

    texts: list[str]
    has_points: bool


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _connect(path: Path) -> sqlite3.Connection:
    if is_in_memory(path):
        return _connect_to_bytes(path.read_bytes())
    # A file in WAL mode without its log can be read without writing beside it.
    log = path.with_name(path.name + "-wal")
    mode = "mode=ro" if log.exists() and log.stat().st_size else "mode=ro&immutable=1"
    connection = sqlite3.connect(f"{path.absolute().as_uri()}?{mode}", uri=True)
    connection.execute("PRAGMA trusted_schema = OFF")
    return connection


def _connect_to_bytes(data: bytes) -> sqlite3.Connection:
    """Open a file that was unpacked into memory, which SQLite does not find by its name."""
    connection = sqlite3.connect(":memory:")
    connection.execute("PRAGMA trusted_schema = OFF")
    # The two bytes say whether there is a log; here is none.
    connection.deserialize(data[:18] + b"\1\1" + data[20:])
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


def _geometry(connection: sqlite3.Connection, table: str) -> _Geometry | None:
    """Geometry column of a layer, None for a layer without geometry."""
    row = connection.execute(
        "SELECT g.column_name, upper(g.geometry_type_name),"
        " s.organization, s.organization_coordsys_id, s.definition"
        " FROM gpkg_geometry_columns g LEFT JOIN gpkg_spatial_ref_sys s USING (srs_id)"
        " WHERE g.table_name = ?",
        (table,),
    ).fetchone()
    if row is None:
        return None
    column, shape, organisation, code, definition = row
    if str(organisation).upper() == "EPSG":
        return _Geometry(column, shape, f"EPSG:{code}")
    if definition is None or _UNDEFINED.match(definition):
        return _Geometry(column, shape, None)
    return _Geometry(column, shape, crs_name(definition))


def _layer(connection: sqlite3.Connection, layer: str | None, where: str) -> _Layer:
    table = _layer_name(connection, layer, where)
    geometry = _geometry(connection, table)
    columns = "SELECT name, upper(type), pk FROM pragma_table_info(?)"
    described = connection.execute(columns, (table,)).fetchall()
    # The primary key is the file's own counter, which every export deals anew.
    keys = [(name, kind) for name, kind, pk in described if pk]
    no_attributes = {geometry.column if geometry else None, *(name for name, _ in keys)}
    types = {name: kind for name, kind, _ in described if name not in no_attributes}
    key = keys[0][0] if len(keys) == 1 and keys[0][1] == "INTEGER" else None
    return _Layer(table, key, geometry, types)


def _keys(connection: sqlite3.Connection, layer: _Layer) -> list[int]:
    """Return the primary keys of all rows in their order; none where they have no plain one."""
    if layer.key is None:
        return []
    key = _quoted(layer.key)
    rows = connection.execute(f"SELECT {key} FROM {_quoted(layer.table)} ORDER BY {key}")
    keys = [row[0] for row in rows]
    return keys if set(map(type, keys)) == {int} else []


def _holds(connection: sqlite3.Connection, layer: _Layer, conditions: list[str]) -> bool:
    """Tell whether one of some conditions holds for any row."""
    either = " OR ".join(conditions) or "0"
    found = connection.execute(f"SELECT 1 FROM {_quoted(layer.table)} WHERE {either} LIMIT 1")
    return found.fetchone() is not None


def _bulk_columns(connection: sqlite3.Connection, layer: _Layer) -> _Bulk:
    """Choose what can be read as one text per column: texts alone, and points."""
    texts = [name for name, kind in layer.types.items() if "TEXT" in kind]
    # SQLite sorts numbers before the empty text, and bytes after all texts.
    if _holds(connection, layer, [f"{_quoted(n)} NOT BETWEEN '' AND x''" for n in texts]):
        texts = []
    has_points = layer.geometry is not None and layer.geometry.shape == "POINT"
    if has_points and _holds(connection, layer, [f"{_quoted(layer.geometry_column)} < x''"]):
        has_points = False
    return _Bulk(texts, has_points)


def _in_bulk(
    connection: sqlite3.Connection, layer: _Layer, bulk: _Bulk, run: list[int]
) -> dict[str, pa.Array]:
    """Read columns of a run of rows as one text each, far quicker than cell by cell."""
    apart, geometry = f"char({SEPARATOR})", _quoted(layer.geometry_column)
    wanted = [f"group_concat(ifnull({_quoted(name)}, ''), {apart})" for name in bulk.texts]
    if bulk.has_points:
        sizes = f"group_concat(ifnull(length({geometry}), -1), {apart})"
        wanted += [f"group_concat(ifnull({geometry}, x''), '')", sizes]
    connection.text_factory = bytes
    selected = f"SELECT {', '.join(wanted)} FROM {_quoted(layer.table)} {_where(layer, run)}"
    try:
        joined = connection.execute(selected).fetchone()
    except sqlite3.DataError:  # longer than SQLite's longest text
        return {}
    found = {n: split_texts(t, len(run)) for n, t in zip(bulk.texts, joined, strict=False)}
    if bulk.has_points:
        found[layer.geometry_column] = split_blobs(joined[-2], joined[-1])
    return {name: column for name, column in found.items() if column is not None}


def _where(layer: _Layer, run: list[int]) -> str:
    return f"WHERE {_quoted(str(layer.key))} BETWEEN {run[0]} AND {run[-1]}"


def _cells(
    connection: sqlite3.Connection, layer: _Layer, names: Sequence[str], where: str = ""
) -> Iterator[dict[str, pa.Array]]:
    """Read columns cell by cell; texts come as bytearrays, so that bytes are told apart."""
    connection.text_factory = bytearray
    # Names cannot be bound as values; they are quoted.
    wanted = ", ".join(_quoted(name) if name else "NULL" for name in names)
    cursor = connection.execute(f"SELECT {wanted} FROM {_quoted(layer.table)} {where}")
    while rows := cursor.fetchmany(BATCH_ROWS):
        columns = zip(names, zip(*rows, strict=True), strict=True)
        yield {name: _values(layer, name, column) for name, column in columns}


def _values(layer: _Layer, name: str, column: Sequence[Any]) -> pa.Array:
    return value_texts(column, layer.types[name]) if name in layer.types else value_blobs(column)


def _parts(connection: sqlite3.Connection, layer: _Layer) -> Iterator[dict[str, pa.Array]]:
    """Read all columns, some rows at a time."""
    keys = _keys(connection, layer)
    if not keys:
        yield from _cells(connection, layer, layer.columns)
        return
    bulk = _bulk_columns(connection, layer)
    for begin in range(0, len(keys), BATCH_ROWS):
        run = keys[begin : begin + BATCH_ROWS]
        found = _in_bulk(connection, layer, bulk, run) if bulk.texts or bulk.has_points else {}
        others = [name for name in layer.columns if name not in found]
        if others:
            (cells,) = _cells(connection, layer, others, _where(layer, run))
            found |= cells
        yield found


def _batch(columns: dict[str, pa.Array], layer: _Layer, first: int) -> FeatureBatch:
    """Return the readable rows of a batch whose first row has the number `first`."""
    geometry = columns[layer.geometry_column]
    count = len(geometry)
    numbers = np.arange(first, first + count, dtype=np.int64)
    wkb, readable = value_wkb(geometry)
    texts = [columns[name] for name in layer.types]
    decoded = np.logical_and.reduce([np.ones(count, np.bool_), *map(is_utf8, texts)])
    if not decoded.all():
        good = pa.array(decoded)
        texts, wkb = [column.filter(good) for column in texts], wkb.filter(good)
        numbers, readable = numbers[decoded], readable[decoded]
    arrays = [column.cast(pa.string()) for column in texts]
    batch = feature_batch(
        pa.Table.from_arrays(arrays, names=list(layer.types)), numbers, wkb, readable
    )
    bad = [BadRow(first + int(p), "undecodable", _NO_UTF8) for p in np.flatnonzero(~decoded)]
    return replace(batch, bad_rows=(*batch.bad_rows, *bad))


def _batches(connection: sqlite3.Connection, layer: _Layer) -> Iterator[FeatureBatch]:
    # The first one is empty: there must be one, with the columns of an empty layer.
    yield _batch({name: nulls(0, pa.binary()) for name in layer.columns}, layer, 1)
    number = 1
    for columns in _parts(connection, layer):
        batch = _batch(columns, layer, number)
        yield batch
        number += len(batch.row_number) + len(batch.bad_rows)


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
    >>> import tempfile, geopandas, shapely
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
            table = joined(
                _batches(connection, found),
                (),
                crs=found.geometry.crs if found.geometry else None,
                encoding=None,
            )
    except sqlite3.Error:
        raise SourceError(
            "the file is no complete GeoPackage",
            reason="unreadable_geopackage",
            where=path.name,
            next_step="Export the layer again",
        ) from None
    names = header_names(found.types, path.name)
    geometry = None if found.geometry is None else table.geometry
    return replace(table, columns=table.columns.rename_columns(names), geometry=geometry)
