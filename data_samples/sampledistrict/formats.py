"""Writers of the five formats, with the same bytes for the same content."""

from __future__ import annotations

import csv
import io
import json
import re
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import geopandas
import openpyxl
import pyogrio
import pyproj
import shapely
from shapely.geometry import mapping

from sampledistrict.plan import CRS

Row = Mapping[str, object]

DEGREES = "EPSG:4490"
_MADE = "2026-11-01T00:00:00"
_REFERENCE = re.compile(rb'(<(?:c|row)) r="[A-Z0-9]+"')
_MODIFIED = re.compile(rb"(<dcterms:(?:created|modified)[^>]*>)[^<]*")
_TO_DEGREES = pyproj.Transformer.from_crs(CRS, DEGREES, always_xy=True)
_DECIMALS = 7  # of a degree: a centimetre


@dataclass(frozen=True)
class File:
    """A file of a delivery.

    Parameters
    ----------
    path : str
        Below the folder of sources; the suffix chooses the format.
    rows : sequence of mapping
        Column name to value; all with the same columns.
    shapes : sequence of geometry, optional
        In metres of `CRS`, one for each row, for .geojson and .gpkg.
    encoding : str, default "utf-8"
        For .csv; "utf-8-sig" begins with a byte order mark, as spreadsheets write it.
    in_degrees : bool, default True
        Whether a .geojson states longitude and latitude, else metres with the name of their CRS.
    broken_lines : sequence of str
        Lines that follow the rows of a .csv as they are.
    """

    path: str
    rows: Sequence[Row]
    shapes: Sequence[shapely.Geometry] = ()
    encoding: str = "utf-8"
    in_degrees: bool = True
    broken_lines: Sequence[str] = ()


def degrees(x: float, y: float) -> tuple[float, float]:
    """Return longitude and latitude of a point in metres, to a centimetre.

    Parameters
    ----------
    x, y : float
        Metres of `CRS`.

    Returns
    -------
    lon, lat : float
        Degrees of EPSG:4490.

    Examples
    --------
    >>> degrees(538517.043, 3342351.856)
    (120.4, 30.2)
    """
    lon, lat = _TO_DEGREES.transform(x, y)
    return round(lon, _DECIMALS), round(lat, _DECIMALS)


def in_degrees(shape: shapely.Geometry) -> shapely.Geometry:
    """Return a shape in metres as one in degrees.

    Parameters
    ----------
    shape : geometry
        In metres of `CRS`.

    Returns
    -------
    geometry
        In degrees of EPSG:4490, longitude first.
    """
    return shapely.transform(shape, lambda points: [degrees(x, y) for x, y in points])


def write_file(folder: Path, file: File) -> None:
    """Write one file below a folder.

    Parameters
    ----------
    folder : Path
    file : File
    """
    path = folder / file.path
    path.parent.mkdir(parents=True, exist_ok=True)
    {".csv": _csv, ".xlsx": _xlsx, ".geojson": _geojson, ".gpkg": _gpkg}[path.suffix](path, file)


def _csv(path: Path, file: File) -> None:
    text = io.StringIO()
    writer = csv.DictWriter(text, list(file.rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(file.rows)
    text.writelines(f"{line}\n" for line in file.broken_lines)
    path.write_bytes(text.getvalue().encode(file.encoding))


def _xlsx(path: Path, file: File) -> None:
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("数据")
    sheet.append(list(file.rows[0]))
    for row in file.rows:
        sheet.append(["" if value is None else value for value in row.values()])
    held = io.BytesIO()
    book.save(held)
    path.write_bytes(_small_and_timeless(held.getvalue()))


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
            entry = zipfile.ZipInfo(name, (2026, 11, 1, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            new.writestr(entry, content)
    return held.getvalue()


def _geojson(path: Path, file: File) -> None:
    head = {"type": "FeatureCollection", "name": path.stem}
    if not file.in_degrees:
        urn = CRS.replace("EPSG:", "urn:ogc:def:crs:EPSG::")
        head |= {"crs": {"type": "name", "properties": {"name": urn}}}  # type: ignore[dict-item]
    features = ",\n".join(_features(file))
    text = json.dumps(head, ensure_ascii=False)[:-1] + f', "features": [\n{features}\n]}}\n'
    path.write_text(text, encoding="utf-8", newline="\n")


def _features(file: File) -> Iterator[str]:
    for row, shape in zip(file.rows, file.shapes, strict=True):
        geometry = mapping(in_degrees(shape) if file.in_degrees else shape)
        feature = {"type": "Feature", "properties": dict(row), "geometry": geometry}
        yield json.dumps(feature, ensure_ascii=False)


def _gpkg(path: Path, file: File) -> None:
    columns = {name: [row[name] for row in file.rows] for name in file.rows[0]}
    frame = geopandas.GeoDataFrame(columns, geometry=list(file.shapes), crs=CRS)
    path.unlink(missing_ok=True)
    with _clock_of_gdal(f"{_MADE}.000Z"):
        frame.to_file(path, layer=path.stem, driver="GPKG", engine="pyogrio", SPATIAL_INDEX="NO")


@contextmanager
def _clock_of_gdal(moment: str) -> Iterator[None]:
    """Let GDAL write a fixed time into the file, for the duration of a block."""
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": moment})
    try:
        yield
    finally:
        pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": None})


def write_files(folder: Path, files: Iterable[File]) -> None:
    """Write files below a folder.

    Parameters
    ----------
    folder : Path
    files : iterable of File
    """
    for file in files:
        write_file(folder, file)
