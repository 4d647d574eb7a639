"""What a file holds, told by its first bytes and never by its name.

The drivers of spatial libraries choose by content: a virtual format named .csv or .gpkg
would make them open other files or the network. So a file is opened only where its content
is what its name says, and by the reader of that format alone.
"""

from __future__ import annotations

import zipfile
from pathlib import Path

from blockdata.errors import SourceError

__all__ = ["FORMATS", "checked_format"]

FORMATS = {
    ".csv": "text",
    ".tsv": "text",
    ".txt": "text",
    ".xlsx": "xlsx",
    ".gpkg": "geopackage",
    ".geojson": "geojson",
    ".json": "geojson",
}
_HEAD_BYTES = 1 << 16
_SQLITE = b"SQLite format 3\x00"
_GEOPACKAGE_IDS = {b"GPKG", b"GP10", b"GP11"}  # SQLite's application id, at byte 68
_NO_TEXT = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"%PDF", b"Rar!", b"\x1f\x8b", b"7z\xbc\xaf")
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")


def _is_text(head: bytes) -> bool:
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    markup = start[:1] in (b"<", b"{")  # XML, HTML or JSON; no header begins so
    return not (markup or b"\x00" in head or head.startswith(_NO_TEXT))


def _is_geopackage(head: bytes) -> bool:
    return head.startswith(_SQLITE) and head[68:72] in _GEOPACKAGE_IDS


def _is_geojson(head: bytes) -> bool:
    # Whether it is GeoJSON shows when its members are read; no other driver is ever asked.
    return head.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"{") and b"\x00" not in head


def _is_xlsx(path: Path) -> bool:
    try:
        with zipfile.ZipFile(path) as archive:
            return "xl/workbook.xml" in archive.namelist()
    except (zipfile.BadZipFile, OSError):
        return False


def _content_fits(path: Path, file_format: str, head: bytes) -> bool:
    if file_format == "text":
        return _is_text(head)
    if file_format == "xlsx":
        return _is_xlsx(path)
    return _is_geopackage(head) if file_format == "geopackage" else _is_geojson(head)


def checked_format(path: Path) -> str:
    """Tell the format that the file's name promises, and check that its content keeps it.

    Parameters
    ----------
    path : Path
        A file.

    Returns
    -------
    str
        "text", "xlsx", "geopackage" or "geojson".

    Raises
    ------
    SourceError
        Reasons "missing_file", "empty_file", "unknown_format", "unsupported_encoding"
        (UTF-16) and "content_not_as_named".

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
    if not _content_fits(path, file_format, head):
        raise SourceError(
            f"the content is not what a name ending in {path.suffix!r} promises",
            reason="content_not_as_named",
            where=path.name,
            next_step="Export the file again in that format; renaming it is not enough",
        )
    return file_format


def _head(path: Path) -> bytes:
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
