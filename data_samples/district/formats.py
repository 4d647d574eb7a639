"""Writers of the formats that departments use, with the same bytes for the same content."""

from __future__ import annotations

import io
import json
import re
import shutil
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import geopandas
import numpy as np
import numpy.typing as npt
import openpyxl
import pandas as pd
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet
import pyogrio
import shapely

_MADE = "2026-11-01T00:00:00"
_REFERENCE = re.compile(rb'(<(?:c|row)) r="[A-Z0-9]+"')
_MODIFIED = re.compile(rb"(<dcterms:(?:created|modified)[^>]*>)[^<]*")
_CHUNK = 200_000
_DRIVERS = {
    ".gpkg": ("GPKG", {"SPATIAL_INDEX": "NO"}),
    ".fgb": ("FlatGeobuf", {"SPATIAL_INDEX": "NO"}),
    ".gdb": ("OpenFileGDB", {}),
    ".tab": ("MapInfo File", {"ENCODING": "CP936"}),
    ".kml": ("KML", {}),
    ".shp": ("ESRI Shapefile", {}),
}


@dataclass(frozen=True)
class File:
    """A file of a delivery.

    Parameters
    ----------
    path : Path
        Its suffix chooses the format; ".shp.zip" is a zipped Shapefile.
    table : DataFrame
        Columns as they are delivered.
    shapes : ndarray of geometry, optional
        In the coordinates of the delivery, one for each row.
    crs : str, optional
        What the file says of them; left out where the format cannot say it.
    encoding : str, default "utf-8"
        Of text, and of a Shapefile's attributes.
    has_cpg : bool, default True
        Whether a Shapefile names its encoding.
    broken_lines : sequence of str
        Lines that follow the rows of a .csv as they are.
    """

    path: Path
    table: pd.DataFrame
    shapes: npt.NDArray[np.object_] | None = None
    crs: str | None = None
    encoding: str = "utf-8"
    has_cpg: bool = True
    broken_lines: Sequence[str] = ()


def write_file(file: File) -> None:
    """Write one file, and the folders above it.

    Parameters
    ----------
    file : File
    """
    file.path.parent.mkdir(parents=True, exist_ok=True)
    name = file.path.name
    if name.endswith((".csv", ".tsv")):
        _delimited(file)
    elif name.endswith(".xlsx"):
        _xlsx(file)
    elif name.endswith(".geojson"):
        _geojson(file)
    elif name.endswith(".shp.zip"):
        _zipped_shapefile(file)
    elif name.endswith(".parquet"):
        _parquet(file)
    elif name.endswith(".dxf"):
        _dxf(file)
    else:
        _vector(file)


def _delimited(file: File) -> None:
    """Write rows as text; a delimiter or a quote in a cell is quoted, nothing else."""
    with file.path.open("wb") as out:
        first = True
        for begin in range(0, max(len(file.table), 1), _CHUNK):
            part = file.table.iloc[begin : begin + _CHUNK]
            out.write(_delimited_text(part, file, header=first).encode(file.encoding))
            first = False
            file = File(file.path, file.table, encoding=file.encoding.removesuffix("-sig"),
                        broken_lines=file.broken_lines)  # fmt: skip
        out.write("".join(f"{line}\n" for line in file.broken_lines).encode(file.encoding))


def _delimited_text(part: pd.DataFrame, file: File, *, header: bool) -> str:
    delimiter = "\t" if file.path.suffix == ".tsv" else ","
    options = pa.csv.WriteOptions(include_header=False, delimiter=delimiter, quoting_style="needed")
    held = io.BytesIO()
    table = pa.Table.from_pandas(part, preserve_index=False)
    pa.csv.write_csv(table, held, options)
    head = delimiter.join(part.columns) + "\n" if header else ""
    return head + held.getvalue().decode("utf-8")


def _xlsx(file: File) -> None:
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("数据")
    sheet.append(list(file.table.columns))
    columns = [file.table[name].astype(object).tolist() for name in file.table.columns]
    for row in zip(*columns, strict=True):
        sheet.append(["" if value is None or value != value else value for value in row])
    held = io.BytesIO()
    book.save(held)
    file.path.write_bytes(_small_and_timeless(held.getvalue()))


def _small_and_timeless(workbook: bytes) -> bytes:
    """Return a workbook without what makes it large or different each time.

    That is the times at which it was made, and the references of cells and rows: they may be left
    out where none is skipped, and without them the archive is half as large.
    """
    held = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(workbook)) as old,
        zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as new,
    ):
        for name in old.namelist():
            content = old.read(name)
            if name == "docProps/core.xml":
                content = _MODIFIED.sub(rb"\g<1>" + f"{_MADE}Z".encode(), content)
            elif name.startswith("xl/worksheets/"):
                content = _REFERENCE.sub(rb"\g<1>", content)
            new.writestr(_timeless(name), content)
    return held.getvalue()


def _timeless(name: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, (2026, 11, 1, 0, 0, 0))
    entry.compress_type = zipfile.ZIP_DEFLATED
    return entry


def _geojson(file: File) -> None:
    """Write features; coordinates in metres come with the name of their system."""
    head: dict[str, object] = {"type": "FeatureCollection", "name": file.path.stem}
    if file.crs and file.crs not in {"EPSG:4326", "EPSG:4490"}:
        urn = file.crs.replace("EPSG:", "urn:ogc:def:crs:EPSG::")
        head["crs"] = {"type": "name", "properties": {"name": urn}}
    text = json.dumps(head, ensure_ascii=False)[:-1]
    with file.path.open("w", encoding="utf-8", newline="\n") as out:
        out.write(f'{text}, "features": [\n')
        out.write(",\n".join(_features(file)))
        out.write("\n]}\n")


def _features(file: File) -> Iterator[str]:
    assert file.shapes is not None
    rows = _plain(file.table).to_dict("records")
    for row, shape in zip(rows, shapely.to_geojson(file.shapes), strict=True):
        told = json.dumps({"type": "Feature", "properties": row}, ensure_ascii=False)
        yield f'{told[:-1]}, "geometry": {shape}}}'


def _plain(table: pd.DataFrame) -> pd.DataFrame:
    """Return a frame whose missing values are None and whose numbers are Python's."""
    return table.astype(object).where(table.notna(), None)


def _parquet(file: File) -> None:
    if file.shapes is None:
        table = pa.Table.from_pandas(file.table, preserve_index=False)
        pa.parquet.write_table(table, file.path, compression="zstd")
        return
    frame = geopandas.GeoDataFrame(file.table, geometry=list(file.shapes), crs=file.crs)
    frame.to_parquet(file.path, index=False, compression="zstd")


def _vector(file: File) -> None:
    driver, options = _DRIVERS[file.path.suffix]
    _remove(file.path)
    narrow = {name: "int32" for name, kind in file.table.dtypes.items() if kind == "int64"}
    table = file.table.astype(narrow)
    frame = geopandas.GeoDataFrame(table, geometry=list(file.shapes), crs=file.crs)  # type: ignore[arg-type]
    encoding = None
    if file.path.suffix == ".shp":
        encoding = file.encoding.upper()
        frame.columns = [*(f"F{n}" for n in range(len(file.table.columns))), "geometry"]
    with _clock_of_gdal(f"{_MADE}.000Z"):
        pyogrio.write_dataframe(
            frame, file.path, layer=file.path.stem, driver=driver, encoding=encoding, **options
        )
    if file.path.suffix == ".shp":
        _name_fields(file)


def _name_fields(file: File) -> None:
    """Write the names of a Shapefile's fields as old tools do: ten bytes, cut where they fall.

    Byte 29 of a .dbf names the code page; old tools leave it at "nobody knows".
    """
    path = file.path.with_suffix(".dbf")
    content = bytearray(path.read_bytes())
    content[1:4] = bytes((126, 11, 1))
    for place, name in enumerate(file.table.columns):
        begin = 32 + 32 * place
        content[begin : begin + 11] = name.encode(file.encoding)[:10].ljust(11, b"\0")
    if not file.has_cpg:
        file.path.with_suffix(".cpg").unlink(missing_ok=True)
        content[29] = 0
    path.write_bytes(content)


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    path.unlink(missing_ok=True)


def _zipped_shapefile(file: File) -> None:
    folder = file.path.with_suffix("").with_suffix("")
    folder.mkdir()
    inner = folder / f"{folder.name}.shp"
    _vector(File(inner, file.table, file.shapes, file.crs, file.encoding, file.has_cpg))
    with zipfile.ZipFile(file.path, "w", zipfile.ZIP_DEFLATED) as archive:
        for part in sorted(folder.iterdir()):
            archive.writestr(_timeless(part.name), part.read_bytes())
    shutil.rmtree(folder)


@contextmanager
def _clock_of_gdal(moment: str) -> Iterator[None]:
    """Let GDAL write a fixed time and fixed ids into the file, for the duration of a block."""
    fixed = {"OGR_CURRENT_DATE": moment, "OPENFILEGDB_REPRODUCIBLE_UUID": "YES"}
    pyogrio.set_gdal_config_options(fixed)
    try:
        yield
    finally:
        pyogrio.set_gdal_config_options(dict.fromkeys(fixed))


def _dxf(file: File) -> None:
    """Write one block reference per row with its cells as attributes, as drawing offices do."""
    assert file.shapes is not None
    name = file.path.stem.split("_")[0]
    out = [*_pairs(0, "SECTION", 2, "HEADER", 9, "$ACADVER", 1, "AC1021", 0, "ENDSEC")]
    out += _pairs(0, "SECTION", 2, "BLOCKS", 0, "BLOCK", 8, "0", 2, name, 70, 2)
    out += _pairs(10, 0.0, 20, 0.0, 30, 0.0, 3, name, 1, "")
    out += _pairs(0, "POINT", 8, "0", 10, 0.0, 20, 0.0, 30, 0.0, 0, "ENDBLK", 8, "0", 0, "ENDSEC")
    out += _pairs(0, "SECTION", 2, "ENTITIES")
    for row, shape in zip(file.table.to_dict("records"), file.shapes, strict=True):
        x, y = shape.x, shape.y
        out += _pairs(0, "INSERT", 8, name, 66, 1, 2, name, 10, x, 20, y, 30, 0.0)
        for tag, value in row.items():
            out += _pairs(0, "ATTRIB", 8, name, 10, x, 20, y, 30, 0.0, 40, 1.0)
            out += _pairs(1, value, 2, tag, 70, 0)
        out += _pairs(0, "SEQEND", 8, name)
    out += _pairs(0, "ENDSEC", 0, "EOF")
    file.path.write_text("\n".join(out) + "\n", encoding="utf-8", newline="\n")


def _pairs(*items: object) -> list[str]:
    return [f"{item}" for item in items]
