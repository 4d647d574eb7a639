"""MapInfo tables (.tab with .dat, .map and .id), whatever encoding they say that they are in."""

from __future__ import annotations

import re
import tempfile
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import pyarrow as pa

from blockdata.errors import SourceError
from blockdata.store import files
from blockdata.store.delivered import parts_of
from blockdata_loaders.reader.charset import canonical_encoding, decode_table
from blockdata_loaders.reader.dbf import truncated
from blockdata_loaders.reader.gdal import read_layer
from blockdata_loaders.reader.raw import BadRow, RawTable, header_names

__all__ = ["read_mapinfo"]

_CHARSET = re.compile(rb'(!charset\s+|\bcharset\s+")([\w-]+)', re.IGNORECASE)
_NATIVE = re.compile(rb"^\s*type\s+native\b", re.IGNORECASE | re.MULTILINE)
_SEAMLESS = re.compile(rb'isseamless"?\s*=\s*"?true', re.IGNORECASE)
# Rows, bytes of the header and bytes of a row stand so in the head of a .dat file.
_COUNTS = ((4, 8), (8, 10), (10, 12))
_ID_BYTES = 4
# Only languages of more than one byte are taken at their word: a western charset, or none, is
# what software writes that knows none.
_CHARSETS = {
    "windowssimpchinese": "gb18030",
    "windowstradchinese": "cp950",
    "utf-8": "utf-8",
}


def read_mapinfo(path: Path, *, encoding: str | None = None) -> RawTable:
    """Read a MapInfo table.

    The driver turns characters that it cannot convert into others. So it is given a definition
    that says ISO-8859-1, in which every byte is a character, and the bytes are decoded here.

    Parameters
    ----------
    path : Path
        The .tab file; .dat, .map and .id lie beside it under its name.
    encoding : str, optional
        Stands above what the table says. Without either, UTF-8 or GB18030 by strict decoding.

    Returns
    -------
    RawTable
        Numbers without a point where they are whole, dates as YYYY-MM-DD, true and false. The
        format has no empty number: one is 0. Damaged records and bytes that are no text cost
        their row.

    Raises
    ------
    SourceError
        Reasons "missing_part", "unsupported_table" (a view or a link to other data),
        "truncated", "unknown_encoding", "undecodable_header" and those of `read_layer`.
    """
    parts = {part.suffix.lower(): part for part in parts_of(path)}
    _require(parts, path)
    definition = path.read_bytes()
    if _NATIVE.search(definition) is None or _SEAMLESS.search(definition):
        raise SourceError(
            "the table holds no data of its own but shows that of others",
            reason="unsupported_table",
            where=path.name,
            next_step="Save a copy of it as a native table and deliver that",
        )
    _check_length(parts)
    declared = encoding or _declared(definition)
    with tempfile.TemporaryDirectory(prefix="blockdata-") as folder:
        opaque = Path(folder, path.name)
        opaque.write_bytes(_CHARSET.sub(rb"\1ISO8859_1", definition))
        for suffix, part in parts.items():
            if suffix != ".tab":
                files.link_file(part, opaque.with_suffix(suffix))
        table = read_layer(opaque, driver="MapInfo File")
    known = None if declared is None else canonical_encoding(declared, path.name)
    return _decoded(path, table, known)


def _require(parts: dict[str, Path], path: Path) -> None:
    # A table without objects has no .map and no .id.
    needed = [".dat", *([".map", ".id"] if {".map", ".id"} & set(parts) else [])]
    missing = [suffix for suffix in needed if suffix not in parts]
    if missing:
        raise SourceError(
            f"the table comes without its {' and '.join(missing)}",
            reason="missing_part",
            where=path.name,
            next_step="Deliver all its files: .tab .dat .map .id",
        )


def _check_length(parts: dict[str, Path]) -> None:
    with parts[".dat"].open("rb") as file:
        head = file.read(12)
    rows, start, width = (int.from_bytes(head[a:b], "little") for a, b in _COUNTS)
    if len(head) < 12 or parts[".dat"].stat().st_size < start + rows * width:
        raise truncated(parts[".dat"])
    if ".id" in parts and parts[".id"].stat().st_size < rows * _ID_BYTES:
        raise truncated(parts[".id"])


def _declared(definition: bytes) -> str | None:
    found = [name.decode("ascii").lower() for _, name in _CHARSET.findall(definition)]
    return next((_CHARSETS[name] for name in reversed(found) if name in _CHARSETS), None)


def _decoded(path: Path, table: RawTable, encoding: str | None) -> RawTable:
    """Decode the characters that each stand for a byte."""
    columns = [_bytes(column) for column in table.columns.columns]
    found = decode_table(
        [name.encode("latin-1") for name in table.columns.column_names],
        columns,
        [None] * len(columns),
        encoding=encoding,
        where=path.name,
    )
    undecodable = found.undecodable
    bad = partial(BadRow, reason="undecodable", detail="bytes that are no text in its encoding")
    keep = pa.array(~undecodable)
    rows = [*table.bad_rows, *(bad(int(n)) for n in table.row_number[undecodable])]
    names = header_names(found.names, path.name)
    return replace(
        table,
        columns=pa.Table.from_arrays(found.columns, names=names).filter(keep),
        row_number=table.row_number[np.asarray(keep)],
        geometry=None if table.geometry is None else table.geometry.filter(keep),
        bad_rows=tuple(sorted(rows, key=lambda row: row.row_number)),
        encoding=found.encoding,
    )


def _bytes(column: pa.ChunkedArray) -> pa.ChunkedArray:
    distinct = column.combine_chunks().dictionary_encode()
    values = [text.encode("latin-1") for text in distinct.dictionary.to_pylist()]
    return pa.chunked_array([pa.array(values, pa.binary()).take(distinct.indices)])
