"""Placemarks of a KML document, one by one, by a parser that follows no reference."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from xml.parsers import expat

from blockdata.errors import SourceError
from blockdata_loaders.reader.charset import canonical_encoding

__all__ = ["Placemark", "Placemarks", "Shape", "parsed"]

_CHUNK_CHARACTERS = 1 << 20
_HEAD_BYTES = 1024
_DEEPEST = 100
_DECLARED = re.compile(rb"""<\?xml[^>]*\bencoding\s*=\s*["']([\w.-]+)["']""")
_SHAPES = frozenset(
    (
        *("Point", "LineString", "LinearRing", "Polygon", "MultiGeometry"),
        *("outerBoundaryIs", "innerBoundaryIs", "Model", "Track", "MultiTrack"),
    )
)
# Texts that are taken, by the elements that they may stand in.
_TAKEN = {
    "name": ("Placemark", "Folder"),
    "address": ("Placemark",),
    "phoneNumber": ("Placemark",),
    "description": ("Placemark",),
    "when": ("TimeStamp",),
    "begin": ("TimeSpan",),
    "end": ("TimeSpan",),
    "value": ("Data",),
    "SimpleData": ("SchemaData",),
    "coordinates": tuple(_SHAPES),
}


@dataclass(slots=True)
class Shape:
    """A geometry element: its kind, its text of coordinates, and the geometries in it."""

    kind: str
    coordinates: str = ""
    parts: list[Shape] = field(default_factory=list)


@dataclass(slots=True)
class Placemark:
    """Texts of a placemark by name, without white space around them, and its geometry."""

    texts: dict[str, str] = field(default_factory=dict)
    shape: Shape | None = None


@dataclass
class Placemarks:
    """Collects placemarks as they end.

    Parameters
    ----------
    folder : str or None
        Only what lies in folders of that name is collected.
    folders : list of str
        Names of all folders met so far.
    """

    folder: str | None
    folders: list[str] = field(default_factory=list)
    _found: list[Placemark] = field(default_factory=list)
    _open: list[str] = field(default_factory=list)
    _around: list[str] = field(default_factory=list)
    _shapes: list[Shape] = field(default_factory=list)
    _placemark: Placemark | None = None
    _column: str = ""
    _text: list[str] | None = None

    def taken(self) -> list[Placemark]:
        """Return the placemarks that ended since the last time."""
        found, self._found = self._found, []
        return found

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """Note the start of an element.

        Raises
        ------
        ValueError
            If elements are nested too deep.
        """
        tag = _local(name)
        parent = self._open[-1] if self._open else ""
        self._open.append(tag)
        if len(self._open) > _DEEPEST:
            raise ValueError("nested too deep")
        if parent in _TAKEN.get(tag, ()):
            self._text = []
        if tag in ("Data", "SimpleData"):
            self._column = attributes.get("name", "")
        elif tag == "Placemark":
            self._placemark, self._shapes = Placemark(), []
        elif tag == "Folder":
            self._around.append("")
        elif tag in _SHAPES:
            self._shapes.append(Shape(tag))

    def data(self, text: str) -> None:
        """Note text inside an element."""
        if self._text is not None:
            self._text.append(text)

    def end(self, name: str) -> None:
        """Note the end of an element."""
        tag = self._open.pop()
        if self._text is not None and tag in _TAKEN:
            self._take(tag, "".join(self._text).strip())
            self._text = None
        elif tag in _SHAPES:
            self._end_shape()
        elif tag == "Folder":
            self._around.pop()
        elif tag == "Placemark" and self._placemark is not None:
            if self.folder is None or self.folder in self._around:
                self._found.append(self._placemark)
            self._placemark = None

    def _take(self, tag: str, text: str) -> None:
        if self._placemark is None:
            if tag == "name" and self._around:
                self._around[-1] = text
                self.folders.append(text)
        elif tag == "coordinates":
            self._shapes[-1].coordinates = text
        elif text:
            column = self._column if tag in ("value", "SimpleData") else tag
            self._placemark.texts.setdefault(column, text)

    def _end_shape(self) -> None:
        shape = self._shapes.pop()
        if self._shapes:
            self._shapes[-1].parts.append(shape)
        elif self._placemark is not None and self._placemark.shape is None:
            self._placemark.shape = shape


@cache
def _local(name: str) -> str:
    return name.rpartition(":")[2]


def parsed(path: Path, collected: Placemarks) -> Iterator[None]:
    """Parse a document piece by piece.

    Parameters
    ----------
    path : Path
    collected : Placemarks
        Holds what has ended since, each time that this yields.

    Raises
    ------
    SourceError
        Reasons "unreadable_kml", "undecodable" and "unknown_encoding".
    """
    parser = _parser(collected)
    encoding = _encoding(path)
    try:
        with path.open(encoding=encoding, newline="") as text:
            while chunk := text.read(_CHUNK_CHARACTERS):
                parser.Parse(chunk, False)
                yield
        parser.Parse("", True)
        yield
    except UnicodeDecodeError:
        raise SourceError(
            f"the file holds bytes that are no text in {encoding}",
            reason="undecodable",
            where=path.name,
            next_step="Export it again in UTF-8",
        ) from None
    except (expat.ExpatError, ValueError) as error:
        place = f" (line {error.lineno})" if isinstance(error, expat.ExpatError) else ""
        raise SourceError(
            f"the file is no complete KML document{place}",
            reason="unreadable_kml",
            where=path.name,
            next_step="Export it again",
        ) from None


def _parser(collected: Placemarks) -> expat.XMLParserType:
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler = collected.start
    parser.EndElementHandler = collected.end
    parser.CharacterDataHandler = collected.data
    # A document type declares entities, which can unfold to gigabytes or name other files.
    parser.StartDoctypeDeclHandler = _refuse_document_type
    return parser


def _refuse_document_type(*_: object) -> None:
    raise ValueError("a document type")


def _encoding(path: Path) -> str:
    with path.open("rb") as file:
        declared = _DECLARED.search(file.read(_HEAD_BYTES))
    name = declared.group(1).decode("ascii") if declared else "utf-8"
    found = canonical_encoding(name, path.name)
    return "utf-8-sig" if found == "utf-8" else found
