"""DXF drawings: points, blocks with their attributes, texts and straight lines."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import shapely

from blockdata.errors import SourceError
from blockdata_loaders.reader.charset import Decoded, canonical_encoding, decode_table
from blockdata_loaders.reader.dxf_entities import Entity, entities_of
from blockdata_loaders.reader.dxf_shapes import is_supported, shape_of
from blockdata_loaders.reader.raw import BadRow, RawTable, check_width, header_names

__all__ = ["read_dxf"]

_UTF_8_SINCE = "AC1021"
_CODE_PAGES = {"ansi_936": "gb18030", "gb2312": "gb18030", "ansi_950": "cp950"}
_ESCAPED = re.compile(r"\\U\+([0-9A-Fa-f]{4})")
_NAMES = (b"entity", b"layer", b"block", b"text", b"rotation")
_TEXT, _NAME, _LONG_TEXT, _LAYER, _ROTATION = 1, 2, 3, 8, 50


def read_dxf(path: Path, *, layer: str | None = None, encoding: str | None = None) -> RawTable:
    """Read the entities in the model space of a drawing.

    Parameters
    ----------
    path : Path
        Text form.
    layer : str, optional
        Only entities of this layer are read.
    encoding : str, optional
        Stands above what the drawing declares: UTF-8 since AutoCAD 2007, before that a code
        page. Without a Chinese one, UTF-8 or GB18030 by strict decoding.

    Returns
    -------
    RawTable
        Columns entity, layer, block, text and rotation, then the attributes of blocks by their
        tags. POINT, INSERT, TEXT and MTEXT are points; LINE, LWPOLYLINE and POLYLINE lines, or
        polygons where they are closed. Other entities (arcs, hatches, dimensions, arrays of
        blocks, polylines with arcs) are bad rows, "unsupported_entity". A drawing states no
        coordinate system.

    Raises
    ------
    SourceError
        Reasons "unreadable_dxf", "truncated", "missing_layer", "unknown_encoding",
        "undecodable_header" and "duplicate_column".

    Examples
    --------
    >>> import tempfile
    >>> tags = "0 SECTION 2 ENTITIES 0 INSERT 8 井盖 2 MH 10 5.5 20 6 0 ENDSEC 0 EOF"
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder, "a.dxf")
    ...     _ = path.write_text(tags.replace(" ", chr(10)), encoding="utf-8")
    ...     read_dxf(path).columns.to_pylist()
    [{'entity': 'INSERT', 'layer': '井盖', 'block': 'MH', 'text': None, 'rotation': None}]
    """
    variables: dict[str, str] = {}
    entities = _Entities()
    for entity in entities_of(path, variables):
        entities.add(entity)
    declared = encoding or _declared(variables)
    known = None if declared is None else canonical_encoding(declared, path.name)
    decoded = _decoded(path, entities.attributes, known)
    layers = decoded.columns[1].to_pylist()
    if layer is not None and layer not in layers:
        raise SourceError(
            f"no entity lies in a layer called {layer!r}",
            reason="missing_layer",
            where=path.name,
            next_step="Layers in the drawing: " + ", ".join(sorted(set(filter(None, layers)))),
        )
    wanted = np.array([layer is None or found == layer for found in layers], dtype=np.bool_)
    return _table(path, entities, decoded, wanted)


@dataclass
class _Entities:
    """Attributes and geometry of every entity, or what is wrong with it."""

    attributes: list[dict[bytes, bytes | None]] = field(default_factory=list)
    shapes: list[shapely.Geometry | None] = field(default_factory=list)
    wrong: list[tuple[str, str] | None] = field(default_factory=list)

    def add(self, entity: Entity) -> None:
        supported = is_supported(entity)
        shape = shape_of(entity) if supported else None
        wrong = None
        if not supported:
            wrong = ("unsupported_entity", f"entity {entity.kind}")
        elif shape is None:
            wrong = ("unreadable_geometry", f"entity {entity.kind} with damaged coordinates")
        self.attributes.append(_attributes(entity))
        self.shapes.append(shape)
        self.wrong.append(wrong)


def _declared(variables: dict[str, str]) -> str | None:
    if variables.get("$ACADVER", "") >= _UTF_8_SINCE:
        return "utf-8"
    return _CODE_PAGES.get(variables.get("$DWGCODEPAGE", "").lower())


def _decoded(path: Path, rows: list[dict[bytes, bytes | None]], encoding: str | None) -> Decoded:
    names = list(dict.fromkeys([*_NAMES, *(name for row in rows for name in row)]))
    check_width(len(names), path.name)
    columns = [
        pa.chunked_array([pa.array([row.get(name) for row in rows], pa.binary())]) for name in names
    ]
    widths = [None] * len(names)
    return decode_table(names, columns, widths, encoding=encoding, where=path.name)


def _attributes(entity: Entity) -> dict[bytes, bytes | None]:
    values: dict[bytes, bytes | None] = {
        b"entity": entity.kind.encode("latin-1"),
        b"layer": entity.first(_LAYER).strip() or None,
    }
    if entity.kind == "INSERT":
        values[b"block"] = entity.first(_NAME).strip() or None
        values[b"rotation"] = entity.first(_ROTATION).strip() or None
        for part in entity.parts:
            values.setdefault(part.first(_NAME).strip(), part.first(_TEXT).strip() or None)
    elif entity.kind in ("TEXT", "MTEXT"):
        pieces = [value for code, value in entity.tags if code in (_LONG_TEXT, _TEXT)]
        values[b"text"] = b"".join(pieces).strip() or None
    return values


def _table(
    path: Path, entities: _Entities, decoded: Decoded, wanted: npt.NDArray[np.bool_]
) -> RawTable:
    wrong = list(entities.wrong)
    for place in np.flatnonzero(decoded.undecodable).tolist():
        wrong[place] = ("undecodable", "bytes that are no text in its encoding")
    told = [(i, wrong[i]) for i in np.flatnonzero(wanted).tolist()]
    bad = [BadRow(i + 1, *reason) for i, reason in told if reason is not None]
    keep = wanted & np.array([reason is None for reason in wrong], dtype=np.bool_)
    shapes = np.array(entities.shapes, dtype=object)[keep]
    names = header_names(decoded.names, path.name)
    columns = [_unescaped(column) for column in decoded.columns]
    return RawTable(
        columns=pa.Table.from_arrays(columns, names=names).filter(pa.array(keep)),
        row_number=np.flatnonzero(keep).astype(np.int64) + 1,
        geometry=pa.array(shapely.to_wkb(shapes), pa.binary()),
        crs=None,
        bad_rows=tuple(bad),
        encoding=decoded.encoding,
        rows_read=int(wanted.sum()),
    )


def _unescaped(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Write characters that older drawings name by their number."""
    texts = [
        t if t is None or "\\U+" not in t else _ESCAPED.sub(lambda m: chr(int(m[1], 16)), t)
        for t in column.to_pylist()
    ]
    return pa.chunked_array([pa.array(texts, pa.string())])
