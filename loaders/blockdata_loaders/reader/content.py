"""What a file holds, told by its first bytes and never by its name.

The drivers of spatial libraries choose by content: a virtual format named .csv or .gpkg
would make them open other files or the network. So a file is opened only where its content
is what its name says, and by the reader of that format alone.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable
from pathlib import Path

from blockdata.errors import SourceError
from blockdata_loaders.reader.shapes import header_says

__all__ = ["FORMATS", "checked_format"]

FORMATS = {
    ".csv": "text",
    ".tsv": "text",
    ".txt": "text",
    ".xlsx": "xlsx",
    ".xls": "xls",
    ".shp": "shapefile",
    ".gpkg": "geopackage",
    ".gdb": "geodatabase",
    ".tab": "mapinfo",
    ".geojson": "geojson",
    ".json": "geojson",
    ".fgb": "flatgeobuf",
    ".kml": "kml",
    ".kmz": "archive",
    ".dxf": "dxf",
    ".parquet": "parquet",
    ".geoparquet": "parquet",
    ".zip": "archive",
}
"""Format by the end of a name."""

_HEAD_BYTES = 1 << 16
_SQLITE = b"SQLite format 3\x00"
_GEOPACKAGE_IDS = {b"GPKG", b"GP10", b"GP11"}  # SQLite's application id, at byte 68
_ZIP, _OFFICE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_NO_TEXT = (_ZIP, _OFFICE[:4], b"%PDF", b"Rar!", b"\x1f\x8b", b"7z\xbc\xaf")
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")
_UTF_8_MARK = b"\xef\xbb\xbf"
_BINARY_DXF = b"AutoCAD Binary DXF"
# Before its root a document may have a declaration, comments and instructions, nothing else.
_KML = re.compile(rb"\s*(?:<\?.*?\?>\s*|<!--.*?-->\s*)*<(?:\w+:)?kml[\s>]", re.DOTALL)
_DXF = re.compile(rb"\s*(?:999\r?\n[^\n]*\n\s*)*0[ \t]*\r?\n\s*SECTION\s")
_LOOKS = {
    _ZIP: "a zip archive or an .xlsx workbook",
    _OFFICE: "an older Office document such as .xls",
    _SQLITE: "an SQLite database",
    b"PAR1": "Parquet",
    b"%PDF": "PDF",
    b"<": "XML or HTML",
    b"{": "JSON",
}


def _without_mark(head: bytes) -> bytes:
    return head.removeprefix(_UTF_8_MARK)


def _is_text(path: Path, head: bytes) -> bool:
    markup = _without_mark(head).lstrip()[:1] in (b"<", b"{")  # no header begins so
    return not (markup or b"\x00" in head or head.startswith(_NO_TEXT))


def _is_geopackage(path: Path, head: bytes) -> bool:
    return head.startswith(_SQLITE) and head[68:72] in _GEOPACKAGE_IDS


def _is_geojson(path: Path, head: bytes) -> bool:
    # Whether it is GeoJSON shows when its members are read; no other driver is ever asked.
    return _without_mark(head).lstrip().startswith(b"{") and b"\x00" not in head


def _is_xlsx(path: Path, head: bytes) -> bool:
    try:
        with zipfile.ZipFile(path) as archive:
            return "xl/workbook.xml" in archive.namelist()
    except (zipfile.BadZipFile, OSError):
        return False


def _is_geodatabase(path: Path, head: bytes) -> bool:
    # The first table of every geodatabase lists the others.
    catalogue = path / "a00000001.gdbtable"
    if not path.is_dir() or not catalogue.is_file():
        return False
    with catalogue.open("rb") as file:
        return file.read(4) in (b"\x03\0\0\0", b"\x04\0\0\0")


def _is_archive(path: Path, head: bytes) -> bool:
    return head.startswith(_ZIP) and not _is_xlsx(path, head)


_FITS: dict[str, Callable[[Path, bytes], bool]] = {
    "text": _is_text,
    "xlsx": _is_xlsx,
    "xls": lambda path, head: head.startswith(_OFFICE),
    "shapefile": lambda path, head: header_says(head),
    "geopackage": _is_geopackage,
    "geodatabase": _is_geodatabase,
    "mapinfo": lambda path, head: _without_mark(head).lstrip()[:6].lower() == b"!table",
    "geojson": _is_geojson,
    "flatgeobuf": lambda path, head: head.startswith(b"fgb\x03fgb"),
    "kml": lambda path, head: _KML.match(_without_mark(head)) is not None,
    "dxf": lambda path, head: _DXF.match(_without_mark(head)) is not None,
    "parquet": lambda path, head: head.startswith(b"PAR1"),
    "archive": _is_archive,
}


def checked_format(path: Path) -> str:
    """Tell the format that the file's name promises, and check that its content keeps it.

    Parameters
    ----------
    path : Path
        A file, or the folder that a file geodatabase is.

    Returns
    -------
    str
        A value of `FORMATS`.

    Raises
    ------
    SourceError
        Reasons "missing_file", "empty_file", "unknown_format", "unsupported_encoding"
        (UTF-16), "unsupported_dxf" (binary) and "content_not_as_named".

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder, "a.csv")
    ...     _ = path.write_text("code,name")
    ...     checked_format(path)
    'text'
    """
    head = _head(path)
    file_format = FORMATS.get(path.suffix.lower())
    if file_format is None:
        raise SourceError(
            f"no reader for files ending in {path.suffix!r}",
            reason="unknown_format",
            where=path.name,
            next_step="Deliver one of " + " ".join(sorted(FORMATS)),
        )
    if file_format == "text" and head.startswith(_UTF_16):
        raise SourceError(
            "the file is in UTF-16",
            reason="unsupported_encoding",
            where=path.name,
            next_step="Save it as CSV in UTF-8",
        )
    if file_format == "dxf" and head.startswith(_BINARY_DXF):
        raise SourceError(
            "the drawing is in the binary form of DXF",
            reason="unsupported_dxf",
            where=path.name,
            next_step="Save it as text DXF",
        )
    if not _FITS[file_format](path, head):
        raise _not_as_named(path, head)
    return file_format


def _not_as_named(path: Path, head: bytes) -> SourceError:
    start = _without_mark(head).lstrip()
    looks = next((what for sign, what in _LOOKS.items() if start.startswith(sign)), None)
    seen = f"; it looks like {looks}" if looks else ""
    return SourceError(
        f"the content is not what a name ending in {path.suffix!r} promises{seen}",
        reason="content_not_as_named",
        where=path.name,
        next_step="Export the file again in that format; renaming it is not enough",
    )


def _head(path: Path) -> bytes:
    if path.is_dir() and path.suffix.lower() == ".gdb":
        return b""
    if not path.is_file():
        raise SourceError(
            "there is no such file",
            reason="missing_file",
            where=str(path),
            next_step="Check the delivery and the source's path",
        )
    with path.open("rb") as file:
        head = file.read(_HEAD_BYTES)
    if not head.strip():
        raise SourceError("the file is empty", reason="empty_file", where=path.name)
    return head
