"""GeoJSON (RFC 7946), read feature by feature."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Any, TextIO

import numpy as np
import pyarrow as pa
import shapely

from blockdata.errors import SourceError
from blockdata.records.texts import byte_lengths, replaced_rows
from blockdata.records.wkb import points_wkb
from blockdata_loaders.arrays import BoolArray, flags, nulls
from blockdata_loaders.reader.encoding import detect_encoding
from blockdata_loaders.reader.features import (
    BATCH_ROWS,
    FeatureBatch,
    crs_name,
    feature_batch,
    joined,
)
from blockdata_loaders.reader.raw import (
    BadRow,
    RawTable,
    check_width,
    float_text,
    header_names,
)

__all__ = ["read_geojson"]

_Numbered = tuple[int, dict[str, Any]]

_BLANK = re.compile(r"[ \t\r\n]*")
_HALF_CHARACTER = re.compile(r"\\u[dD][89a-fA-F]")
_ESCAPE_LENGTH = 6
_LONGEST_TOKEN = 16
_WINDOW = 1 << 20
# NaN is no JSON, but some exports write it for a missing number.
_DECODER = json.JSONDecoder(parse_constant=lambda _: None)


class _Document:
    """A GeoJSON document: its members, and its features one after the other.

    Only a window of its text is held, so that a file takes no memory of its own size.
    """

    def __init__(self, file: TextIO) -> None:
        self.members: dict[str, Any] = {}
        self.has_half_characters = False
        self.lines_before = 0
        """Lines before the window."""
        self._file = file
        self._text = ""
        self._place = 0
        self._read_on()
        self._text = self._text.removeprefix("\ufeff")

    def _read_on(self) -> bool:
        """Move the window, at least twice as large as what it must still hold."""
        left = self._text[self._place :]
        more = self._file.read(max(_WINDOW, len(left)))
        if not more:
            return False
        self.lines_before += self._text.count("\n", 0, self._place)
        self._text, self._place = left + more, 0
        begin = max(0, len(left) - _ESCAPE_LENGTH)
        self.has_half_characters |= _HALF_CHARACTER.search(self._text, begin) is not None
        return True

    def _next(self) -> str:
        while True:
            match = _BLANK.match(self._text, self._place)
            self._place = match.end() if match else self._place
            if self._place < len(self._text) or not self._read_on():
                return self._text[self._place : self._place + 1]

    def _take(self, expected: str) -> str:
        found = self._next()
        if not found or found not in expected:
            raise ValueError(f"expected one of {expected}")
        self._place += 1
        return found

    def _value(self) -> Any:
        self._next()
        while True:
            try:
                value, end = _DECODER.raw_decode(self._text, self._place)
            except json.JSONDecodeError as error:
                if not (_may_go_on(error) and self._read_on()):
                    raise
                continue
            # A number near the end of the window may go on there.
            if end < len(self._text) - _LONGEST_TOKEN or not self._read_on():
                self._place = end
                return value

    def _elements(self) -> Iterator[Any]:
        self._take("[")
        if self._next() == "]":
            self._take("]")
            return
        yield self._value()
        while self._take(",]") == ",":
            yield self._value()

    def features(self) -> Iterator[Any]:
        """Yield the elements of the list of features; `members` is whole at their end."""
        self._take("{")
        separator = ","
        while separator == ",":
            name = self._value()
            self._take(":")
            if name == "features" and self._next() == "[":
                yield from self._elements()
            else:
                self.members[name] = self._value()
            separator = self._take(",}")
        if self._next():
            raise ValueError("something follows the document")
        if self.members.get("type") == "Feature":
            yield self.members


def _may_go_on(error: json.JSONDecodeError) -> bool:
    """Tell whether an error can come from the end of the window alone."""
    is_at_end = error.pos >= len(error.doc) - _LONGEST_TOKEN
    return is_at_end or error.msg.startswith("Unterminated string")


def _text(value: Any) -> str | None:
    if isinstance(value, str):
        return value or None
    if value is None:
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return float_text(value)
    return json.dumps(value, ensure_ascii=False)


def _text_array(values: list[Any]) -> pa.Array:
    if not set(map(type, values)) <= {str, type(None)}:
        values = [_text(value) for value in values]
    texts = pa.array(values, pa.string())
    empty = np.flatnonzero((byte_lengths(texts) == 0) & flags(texts.is_valid()))
    return replaced_rows(texts, empty, nulls(len(empty)))


def _attributes(feature: dict[str, Any]) -> dict[str, Any]:
    properties: dict[str, Any] = feature.get("properties") or {}
    if "id" in feature and "id" not in properties:
        return properties | {"id": feature["id"]}
    return properties


def _is_feature(element: Any) -> bool:
    return (
        isinstance(element, dict)
        and element.get("type") == "Feature"
        and isinstance(element.get("properties"), dict | None)
    )


def _point(geometry: Any) -> list[float] | None:
    """Take the coordinates of a plain point, None of anything else."""
    if not isinstance(geometry, dict) or geometry.get("type") != "Point":
        return None
    place = geometry.get("coordinates")
    if not isinstance(place, list) or [type(number) for number in place] != [float, float]:
        return None
    return place if math.isfinite(place[0] + place[1]) else None


def _geometries(stated: list[Any]) -> tuple[pa.Array, BoolArray]:
    """Return geometries as WKB, and tell which of them are null or a geometry."""
    points = [_point(geometry) for geometry in stated]
    is_point: BoolArray = np.array([point is not None for point in points], dtype=np.bool_)
    coordinates = np.array([p for p in points if p is not None], dtype=np.float64).reshape(-1, 2)
    wkb = points_wkb(coordinates, is_point)
    rows = np.flatnonzero(~is_point)
    others = [stated[row] for row in rows]
    texts = [None if geometry is None else json.dumps(geometry) for geometry in others]
    shapes = shapely.from_geojson(np.array(texts, dtype=object), on_invalid="ignore")
    readable = is_point.copy()
    readable[rows] = np.array([t is None for t in texts], np.bool_) | ~shapely.is_missing(shapes)
    return replaced_rows(wkb, rows, pa.array(shapely.to_wkb(shapes), pa.binary())), readable


def _batch(numbered: list[_Numbered]) -> FeatureBatch:
    rows = [_attributes(feature) for _, feature in numbered]
    names = list(dict.fromkeys(name for row in rows for name in row))
    check_width(len(names), "properties of the features")
    arrays = [_text_array([row.get(name) for row in rows]) for name in names]
    wkb, readable = _geometries([feature.get("geometry") for _, feature in numbered])
    numbers = np.array([number for number, _ in numbered], dtype=np.int64)
    return feature_batch(pa.Table.from_arrays(arrays, names=names), numbers, wkb, readable)


def _stated_crs(members: dict[str, Any]) -> str | None:
    """Take the CRS of the older GeoJSON's member, else the one RFC 7946 fixes."""
    if "crs" not in members:
        return "EPSG:4326"
    try:
        return crs_name(str(members["crs"]["properties"]["name"]))
    except (KeyError, TypeError):
        return None


def _encoding(path: Path) -> str:
    encoding, strict = detect_encoding(path)
    if not strict:
        raise SourceError(
            "the file holds bytes that are no text in UTF-8 or GB18030",
            reason="undecodable",
            where=path.name,
            next_step="Export it again in UTF-8",
        )
    return encoding


def _is_text(element: Any) -> bool:
    """Tell whether all texts can be encoded: an escape may name half of a character."""
    try:
        json.dumps(element, ensure_ascii=False).encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def _numbered(document: _Document, bad: list[BadRow], where: str) -> Iterator[_Numbered]:
    try:
        for number, element in enumerate(document.features(), start=1):
            if not _is_feature(element):
                bad.append(BadRow(number, "not_a_feature", "the element is no GeoJSON feature"))
            elif document.has_half_characters and not _is_text(element):
                bad.append(BadRow(number, "undecodable", "half of a character"))
            else:
                yield number, element
    except (ValueError, RecursionError) as error:
        place = ""
        if isinstance(error, json.JSONDecodeError):
            place = f" (line {document.lines_before + error.lineno})"
        raise SourceError(
            f"the file is no complete JSON document{place}",
            reason="unreadable_geojson",
            where=where,
            next_step="Export it again",
        ) from None


def _batches(features: Iterator[_Numbered]) -> Iterator[FeatureBatch]:
    yield _batch([])  # so that there is one, and the columns of an empty file are known
    while batch := list(islice(features, BATCH_ROWS)):
        yield _batch(batch)


def read_geojson(path: Path) -> RawTable:
    """Read a GeoJSON FeatureCollection or Feature.

    Parameters
    ----------
    path : Path
        The file, in UTF-8 or GB18030.

    Returns
    -------
    RawTable
        Properties as text (nested ones as JSON, whole numbers without a point), and the
        feature's id where no property has that name. Features with a geometry that cannot
        be read are bad rows; those with none stay. Without a crs member the CRS is
        EPSG:4326, longitude first, as RFC 7946 says.

    Raises
    ------
    SourceError
        Reasons "unreadable_geojson", "undecodable", "duplicate_column" and
        "content_not_as_named" (JSON of another kind).

    References
    ----------
    RFC 7946; the crs member of the GeoJSON specification of 2008.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder, "a.geojson")
    ...     _ = path.write_text('{"type": "Feature", "properties": {"n": 1}, "geometry": null}')
    ...     read_geojson(path).columns.to_pydict()
    {'n': ['1']}
    """
    encoding = _encoding(path)
    bad: list[BadRow] = []
    with path.open(encoding=encoding) as file:
        document = _Document(file)
        table = joined(_batches(_numbered(document, bad, path.name)), bad, encoding=encoding)
    if document.members.get("type") not in ("FeatureCollection", "Feature"):
        raise SourceError(
            "the file is JSON but no GeoJSON FeatureCollection",
            reason="content_not_as_named",
            where=path.name,
            next_step="Export the layer as GeoJSON",
        )
    names = header_names(table.columns.column_names, path.name)
    columns = table.columns.rename_columns(names)
    return replace(table, columns=columns, crs=_stated_crs(document.members))
