"""Shapefiles: geometries, attributes, encoding and coordinate system of the files they are."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import shapely

from blockdata.errors import SourceError
from blockdata.store.delivered import parts_of
from blockdata_loaders.reader.charset import (
    Decoded,
    canonical_encoding,
    decode_table,
    distinct_names,
)
from blockdata_loaders.reader.dbf import DbfTable, read_dbf
from blockdata_loaders.reader.features import crs_name
from blockdata_loaders.reader.raw import BadRow, RawTable, header_names
from blockdata_loaders.reader.shapes import Shapes, read_shapes

__all__ = ["read_shapefile"]

# Languages of more than one byte. A western one is what software writes that knows none.
_LANGUAGES = {0x4D: "gb18030", 0x7A: "gb18030", 0x4F: "cp950", 0x78: "cp950"}


def read_shapefile(path: Path, *, encoding: str | None = None) -> RawTable:
    """Read a Shapefile.

    Parameters
    ----------
    path : Path
        The .shp file; .shx and .dbf lie beside it under its name, .prj and .cpg may.
    encoding : str, optional
        Stands above the .cpg, which stands above the language byte of the .dbf. Without any,
        UTF-8 or GB18030 by strict decoding of all names and values.

    Returns
    -------
    RawTable
        Numbers as written, dates as YYYY-MM-DD, true and false. A name or value that fills its
        field and was cut inside a character is without that character; names that are alike
        for that reason are numbered. A damaged geometry or bytes that are no text cost their
        row; deleted records are passed over. Geometries are plane.

    Raises
    ------
    SourceError
        Reasons "missing_part", "parts_do_not_fit" (another number of geometries than of
        attributes), "truncated", "unreadable_dbf", "unsupported_column", "unknown_encoding",
        "undecodable_header" and "duplicate_column".

    Examples
    --------
    >>> import tempfile, geopandas
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder, "a.shp")
    ...     frame = geopandas.GeoDataFrame({"名称": ["井盖"]}, geometry=[shapely.Point(1, 2)])
    ...     frame.set_crs(4549).to_file(path, encoding="GB18030")
    ...     table = read_shapefile(path)
    >>> table.columns.to_pydict(), table.crs, table.encoding
    ({'名称': ['井盖']}, 'EPSG:4549', 'gb18030')
    """
    parts = {part.suffix.lower(): part for part in parts_of(path)}
    _require(parts, path)
    table = read_dbf(parts[".dbf"])
    shapes = read_shapes(path, parts[".shx"])
    if len(shapes.geometries) != len(table.deleted):
        raise _do_not_fit(path, len(shapes.geometries), len(table.deleted))
    declared = encoding or _declared(parts.get(".cpg"), table.language)
    decoded = decode_table(
        [field.name for field in table.fields],
        table.columns,
        [field.width for field in table.fields],
        encoding=None if declared is None else canonical_encoding(declared, path.name),
        where=path.name,
    )
    return _joined(path, table, decoded, shapes, _crs(parts.get(".prj")))


def _require(parts: dict[str, Path], path: Path) -> None:
    missing = [suffix for suffix in (".shx", ".dbf") if suffix not in parts]
    if missing:
        raise SourceError(
            f"the Shapefile comes without its {' and '.join(missing)}",
            reason="missing_part",
            where=path.name,
            next_step="Deliver all its files: .shp .shx .dbf .prj and, where there is one, .cpg",
        )


def _do_not_fit(path: Path, geometries: int, attributes: int) -> SourceError:
    return SourceError(
        f"the .shx has {geometries} records and the .dbf {attributes}",
        reason="parts_do_not_fit",
        where=path.name,
        next_step="Its files are of different exports or cut off; export it again",
    )


def _declared(cpg: Path | None, language: int) -> str | None:
    stated = cpg.read_text(encoding="ascii", errors="replace").strip() if cpg else ""
    return stated or _LANGUAGES.get(language)


def _crs(prj: Path | None) -> str | None:
    stated = prj.read_text(encoding="utf-8-sig", errors="replace").strip() if prj else ""
    return crs_name(stated) if stated else None


def _joined(
    path: Path, table: DbfTable, decoded: Decoded, shapes: Shapes, crs: str | None
) -> RawTable:
    """Put attributes and geometries of the records that are not deleted beside each other."""
    numbers = np.flatnonzero(~table.deleted).astype(np.int64) + 1
    names = header_names(distinct_names(decoded.names), path.name)
    undecodable = decoded.undecodable if names else np.zeros(len(numbers), np.bool_)
    damaged = ~shapes.readable[numbers - 1]
    keep = ~undecodable & ~damaged
    columns = pa.Table.from_arrays(decoded.columns, names=names)
    bad = [
        *_bad(numbers[undecodable], "undecodable", "bytes that are no text in its encoding"),
        *_bad(numbers[damaged & ~undecodable], "unreadable_geometry", "the geometry is damaged"),
    ]
    wkb = shapely.to_wkb(shapes.geometries[numbers[keep] - 1])
    return RawTable(
        columns=columns.filter(pa.array(keep)) if names else columns,
        row_number=numbers[keep],
        geometry=pa.array(wkb, pa.binary()),
        crs=crs,
        bad_rows=tuple(sorted(bad, key=lambda row: row.row_number)),
        encoding=decoded.encoding,
        rows_read=len(numbers),
    )


def _bad(numbers: npt.NDArray[np.int64], reason: str, detail: str) -> list[BadRow]:
    return [BadRow(int(number), reason, detail) for number in numbers]
