"""GeoJSON (RFC 7946), read feature by feature."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import shapely

from blockdata.errors import SourceError
from blockdata_loaders.reader.features import (
    BATCH_ROWS,
    FeatureBatch,
    crs_name,
    feature_batch,
    joined,
)
from blockdata_loaders.reader.raw import BadRow, RawTable, float_text, header_names
from blockdata_loaders.reader.text import detect_encoding

__all__ = ["read_geojson"]

_Numbered = tuple[int, dict[str, Any]]

_BLANK = re.compile(r"[ \t\r\n]*")
_HALF_CHARACTER = re.compile(r"\\u[dD][89a-fA-F]")
# NaN is no JSON, but some exports write it for a missing number.
_DECODER = json.JSONDecoder(parse_constant=lambda _: None)


class _Document:
    """A GeoJSON document: its members, and its features one after the other."""

    def __init__(self, text: str) -> None:
        self.members: dict[str, Any] = {}
        self.has_half_characters = _HALF_CHARACTER.search(text) is not None
        self._text = text
        self._place = 0

    def _next(self) -> str:
        match = _BLANK.match(self._text, self._place)
        self._place = match.end() if match else self._place
        return self._text[self._place : self._place + 1]

    def _take(self, expected: str) -> str:
        found = self._next()
        if not found or found not in expected:
            raise ValueError(f"expected one of {expected} at character {self._place}")
        self._place += 1
        return found

    def _value(self) -> Any:
        self._next()
        value, self._place = _DECODER.raw_decode(self._text, self._place)
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
            raise ValueError(f"something follows the document at character {self._place}")
        if self.members.get("type") == "Feature":
            yield self.members


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


def _attributes(feature: dict[str, Any]) -> dict[str, str | None]:
    values = {name: _text(value) for name, value in (feature.get("properties") or {}).items()}
    if "id" in feature:
        values.setdefault("id", _text(feature["id"]))
    return values


def _is_feature(element: Any) -> bool:
    return (
        isinstance(element, dict)
        and element.get("type") == "Feature"
        and isinstance(element.get("properties"), dict | None)
    )


def _batch(numbered: list[_Numbered]) -> FeatureBatch:
    rows = [_attributes(feature) for _, feature in numbered]
    names = list(dict.fromkeys(name for row in rows for name in row))
    arrays = [pa.array([row.get(name) for row in rows], pa.string()) for name in names]
    stated = [feature.get("geometry") for _, feature in numbered]
    texts = [None if geometry is None else json.dumps(geometry) for geometry in stated]
    geometries = shapely.from_geojson(np.array(texts, dtype=object), on_invalid="ignore")
    missing: npt.NDArray[np.bool_] = np.array([text is None for text in texts], dtype=np.bool_)
    numbers = np.array([number for number, _ in numbered], dtype=np.int64)
    return feature_batch(
        pa.Table.from_arrays(arrays, names=names),
        numbers,
        list(shapely.to_wkb(geometries)),
        missing | ~shapely.is_missing(geometries),
    )


def _stated_crs(members: dict[str, Any]) -> str | None:
    """Take the CRS of the older GeoJSON's member, else the one RFC 7946 fixes."""
    if "crs" not in members:
        return "EPSG:4326"
    try:
        return crs_name(str(members["crs"]["properties"]["name"]))
    except (KeyError, TypeError):
        return None


def _decoded(path: Path) -> tuple[str, str]:
    encoding, strict = detect_encoding(path)
    if not strict:
        raise SourceError(
            "the file holds bytes that are no text in UTF-8 or GB18030",
            reason="undecodable",
            where=path.name,
            next_step="Export it again in UTF-8",
        )
    return path.read_text(encoding=encoding).removeprefix("\ufeff"), encoding


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
        place = f" (line {error.lineno})" if isinstance(error, json.JSONDecodeError) else ""
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
    text, encoding = _decoded(path)
    document = _Document(text)
    bad: list[BadRow] = []
    batches = list(_batches(_numbered(document, bad, path.name)))
    if document.members.get("type") not in ("FeatureCollection", "Feature"):
        raise SourceError(
            "the file is JSON but no GeoJSON FeatureCollection",
            reason="content_not_as_named",
            where=path.name,
            next_step="Export the layer as GeoJSON",
        )
    table = joined(batches, bad, crs=_stated_crs(document.members), encoding=encoding)
    names = header_names(table.columns.column_names, path.name)
    return replace(table, columns=table.columns.rename_columns(names))
