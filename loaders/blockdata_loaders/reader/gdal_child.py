"""The process that opens a file with GDAL: one driver, no foreign settings, nothing unheard.

It is started by `blockdata_loaders.reader.gdal` and writes to its standard output one line of
JSON and a stream of Arrow batches: attributes, then the geometry as WKB where there is one; row
by row also what is wrong with a row. What GDAL complains of while it goes on stands in the
standard error.
"""

from __future__ import annotations

import json
import logging
import math
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO

import pyarrow as pa

from blockdata_loaders.reader.raw import float_text

__all__ = ["main"]

_BATCH_ROWS = 10_000
# Ids of deleted rows are not given again, so that a geodatabase has gaps.
_MOST_GAPS = 20
_UNDECODABLE, _DAMAGED = "undecodable", "damaged_record"


def main(arguments: list[str]) -> None:
    """Write a layer to the standard output.

    Parameters
    ----------
    arguments : list of str
        "bulk" or "rows", the driver, the path, and the layer or "" where it is the only one.
    """
    mode, driver, path, layer = arguments
    write = _write_bulk if mode == "bulk" else _write_rows
    write(sys.stdout.buffer, driver, path, layer or None)


def _tell(sink: BinaryIO, **facts: Any) -> None:
    sink.write(json.dumps(facts).encode() + b"\n")


def _write_bulk(sink: BinaryIO, driver: str, path: str, layer: str | None) -> None:
    # They take most of the time that a small file needs, and nothing here needs them.
    for unneeded in ("geopandas", "pandas", "shapely"):
        sys.modules[unneeded] = None  # type: ignore[assignment]
    import pyogrio
    from pyogrio.raw import open_arrow

    if list(pyogrio.list_drivers()) != [driver]:
        raise RuntimeError("other drivers are at hand")
    layers = [str(name) for name, _ in pyogrio.list_layers(path)]
    chosen = layers[0] if layer is None and len(layers) == 1 else layer
    if chosen not in layers:
        _tell(sink, layers=layers)
        return
    count = int(pyogrio.read_info(path, layer=chosen)["features"])
    # As texts, since as moments they lose their offset from UTC.
    opened = open_arrow(path, layer=chosen, use_pyarrow=True, datetime_as_string=True)
    with opened as (facts, reader):
        has_geometry = reader.schema.names[-1:] == [facts["geometry_name"] or "wkb_geometry"]
        fields = list(reader.schema)[: -1 if has_geometry else None]
        _tell(
            sink,
            names=[field.name for field in fields],
            flags=[i for i, field in enumerate(fields) if pa.types.is_boolean(field.type)],
            moments=[i for i, field in enumerate(fields) if _is_moment(field)],
            has_geometry=has_geometry,
            crs=facts["crs"],
            count=count,
        )
        with pa.ipc.new_stream(sink, reader.schema) as stream:
            for batch in reader:
                stream.write_batch(batch)


def _is_moment(field: pa.Field) -> bool:
    return (field.metadata or {}).get(b"GDAL:OGR:type") == b"DateTime"


class _Heard(logging.Handler):
    """Remembers that the library says that something is wrong, and nothing of what it says."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.wrong: str | None = None

    def emit(self, record: logging.LogRecord) -> None:
        is_text = str(record.msg).startswith("Failed to decode")
        self.wrong = self.wrong or (_UNDECODABLE if is_text else _DAMAGED)


@dataclass(frozen=True)
class _Row:
    values: list[str | None]
    wkb: bytes | None = None
    wrong: str | None = None


def _write_rows(sink: BinaryIO, driver: str, path: str, layer: str | None) -> None:
    try:
        import fiona
    except ImportError:
        _tell(sink, error="no_fiona")
        return
    heard = _Heard()
    logger = logging.getLogger("fiona")
    logger.addHandler(heard)
    logger.propagate = False
    with fiona.open(path, layer=layer, enabled_drivers=[driver]) as source:
        kinds = dict(source.schema["properties"])
        _tell(sink)
        with pa.ipc.new_stream(sink, _schema(len(kinds))) as stream:
            rows: list[_Row] = []
            for row in _rows(source, kinds, driver, heard):
                rows.append(row)
                if len(rows) == _BATCH_ROWS:
                    stream.write_batch(_of_rows(rows, len(kinds)))
                    rows = []
            stream.write_batch(_of_rows(rows, len(kinds)))


def _rows(source: Any, kinds: dict[str, str], driver: str, heard: _Heard) -> Iterator[_Row]:
    """Ask for one feature after the other by its id; going on to the next ends at a bad one."""
    first = 0 if driver == "FlatGeobuf" else 1
    count, found = len(source), 0
    for place in range(first, first + count * _MOST_GAPS):
        if found == count:
            return
        heard.wrong = None
        try:
            feature = source.get(place)
        except KeyError:
            feature = None
        if heard.wrong:
            yield _Row([None] * len(kinds), wrong=heard.wrong)
        elif feature is not None:
            yield _row(feature, kinds)
        elif driver != "FlatGeobuf":
            continue
        else:
            yield _Row([None] * len(kinds), wrong=_DAMAGED)
        found += 1
    yield from (_Row([None] * len(kinds), wrong=_DAMAGED) for _ in range(count - found))


def _row(feature: Any, kinds: dict[str, str]) -> _Row:
    import shapely
    from shapely.geometry import shape

    values = [_text(feature.properties[name], kind) for name, kind in kinds.items()]
    try:
        wkb = None if feature.geometry is None else shapely.to_wkb(shape(feature.geometry))
    except (ValueError, shapely.errors.ShapelyError):
        return _Row([None] * len(kinds), wrong=_DAMAGED)
    return _Row(values, wkb)


def _text(value: Any, kind: str) -> str | None:
    if value is None or value == "":
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return None if math.isnan(value) else float_text(value)
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, list | dict):
        return json.dumps(value, ensure_ascii=False, default=str)
    # Reading in bulk, the library writes UTC as Z.
    return str(value).replace("+00:00", "Z") if kind == "datetime" else str(value)


def _schema(columns: int) -> pa.Schema:
    texts = [(str(place), pa.string()) for place in range(columns)]
    return pa.schema([*texts, ("wkb", pa.binary()), ("wrong", pa.string())])


def _of_rows(rows: list[_Row], columns: int) -> pa.RecordBatch:
    arrays = [pa.array([row.values[i] for row in rows], pa.string()) for i in range(columns)]
    arrays.append(pa.array([row.wkb for row in rows], pa.binary()))
    arrays.append(pa.array([row.wrong for row in rows], pa.string()))
    return pa.record_batch(arrays, schema=_schema(columns))


if __name__ == "__main__":
    main(sys.argv[1:])
