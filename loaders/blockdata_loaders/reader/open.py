"""Open a file of any known format."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from importlib import import_module
from pathlib import Path

from blockdata.store.delivered import changed_while_read, stamp_of, unreadable_file
from blockdata_loaders.reader.content import checked_format
from blockdata_loaders.reader.raw import RawTable

__all__ = ["read_file"]

_Options = dict[str, str | None]

_ROLLBACK_JOURNAL = bytes.fromhex("d9d505f920a163d7")

# Format: module, function, and the options that it takes. Each reader is imported where it is
# used: openpyxl and pyproj are slow to import.
_READERS: dict[str, tuple[str, str, tuple[str, ...]]] = {
    "text": ("text", "read_text", ("encoding", "delimiter")),
    "xlsx": ("excel", "read_excel", ("sheet",)),
    "xls": ("xls", "read_xls", ("sheet",)),
    "shapefile": ("shapefile", "read_shapefile", ("encoding",)),
    "geopackage": ("geopackage", "read_geopackage", ("layer",)),
    "geodatabase": ("gdal", "read_geodatabase", ("layer",)),
    "mapinfo": ("mapinfo", "read_mapinfo", ("encoding",)),
    "geojson": ("geojson", "read_geojson", ()),
    "flatgeobuf": ("gdal", "read_flatgeobuf", ()),
    "kml": ("kml", "read_kml", ("layer",)),
    "dxf": ("dxf", "read_dxf", ("layer", "encoding")),
    "parquet": ("parquet", "read_parquet", ()),
}


def read_file(
    path: Path,
    *,
    sheet: str | None = None,
    layer: str | None = None,
    encoding: str | None = None,
    delimiter: str | None = None,
) -> RawTable:
    r"""Read a delivery as text cells with row numbers, after checking what it is.

    Parameters
    ----------
    path : Path
        A file whose name ends as `FORMATS` lists; a zip archive or a folder with one dataset,
        or several of the same layout.
    sheet : str, optional
        Sheet of a workbook; else its first sheet.
    layer : str, optional
        Layer of a GeoPackage or geodatabase, which may be left out where there is one only;
        layer of a drawing, or folder of a KML document, where not all of it is wanted.
    encoding : str, optional
        Of delimited text, Shapefiles, MapInfo tables and drawings; else as they declare or by
        strict decoding.
    delimiter : str, optional
        For delimited text; else found from the content.

    Returns
    -------
    RawTable
        Good rows as text, bad rows with reasons.

    Raises
    ------
    SourceError
        The delivery as a whole cannot be read; `reason` says why. For all formats:
        "missing_file", "empty_file", "unknown_format", "content_not_as_named",
        "unreadable_file" (the system does not let it be read) and "changed_while_read".

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder, "a.csv")
    ...     _ = path.write_text("code,name\n007,a\n", encoding="utf-8")
    ...     read_file(path).columns.to_pydict()
    {'code': ['007'], 'name': ['a']}
    """
    options: _Options = {
        "sheet": sheet,
        "layer": layer,
        "encoding": encoding,
        "delimiter": delimiter,
    }
    try:
        before = stamp_of(path)
        try:
            return _read(path, options)
        finally:
            if stamp_of(path) != before:
                raise changed_while_read(path)
    except OSError as error:
        raise unreadable_file(path, error) from None


def _read(path: Path, options: _Options) -> RawTable:
    from blockdata_loaders.reader.archive import unpacked
    from blockdata_loaders.reader.folder import read_folder

    inside = partial(_read, options=options)
    if path.is_dir() and path.suffix.lower() != ".gdb":
        return read_folder(path, path.name, inside)
    file_format = checked_format(path)
    if file_format == "archive":
        with unpacked(path) as folder:
            return read_folder(folder, path.name, inside)
    if file_format == "geopackage":
        _check_finished(path)
    module, function, taken = _READERS[file_format]
    read: Callable[..., RawTable] = getattr(
        import_module(f"blockdata_loaders.reader.{module}"), function
    )
    return read(path, **{name: options[name] for name in taken})


def _check_finished(path: Path) -> None:
    """Refuse a database that somebody is in the middle of writing to, or died over."""
    journal = path.with_name(f"{path.name}-journal")
    if journal.is_file():
        with journal.open("rb") as file:
            if file.read(len(_ROLLBACK_JOURNAL)) == _ROLLBACK_JOURNAL:
                raise changed_while_read(path)
