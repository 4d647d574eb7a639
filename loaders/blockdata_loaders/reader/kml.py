"""KML, read placemark by placemark with a parser that follows no reference."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import shapely

from blockdata.errors import SourceError
from blockdata_loaders.reader.features import BATCH_ROWS, FeatureBatch, feature_batch, joined
from blockdata_loaders.reader.placemarks import Placemark, Placemarks, Shape, parsed
from blockdata_loaders.reader.raw import RawTable, check_width, header_names

__all__ = ["read_kml"]

_COLLECTIONS = {
    "Point": shapely.multipoints,
    "LineString": shapely.multilinestrings,
    "Polygon": shapely.multipolygons,
}
_Corner = tuple[float, float]


def read_kml(path: Path, *, layer: str | None = None) -> RawTable:
    """Read the placemarks of a KML document.

    Parameters
    ----------
    path : Path
        In UTF-8, or the encoding that its XML declaration names.
    layer : str, optional
        Name of a folder; only what lies in folders of that name is read.

    Returns
    -------
    RawTable
        Columns name, address, phoneNumber, description, when, begin and end where a placemark
        has them, then the names of its extended data; texts without white space around them.
        Points, lines, polygons and collections of them; a placemark with another geometry, or
        a damaged one, is a bad row. EPSG:4326, longitude first, as KML says.

    Raises
    ------
    SourceError
        Reasons "unreadable_kml" (no complete XML, a document type, nesting beyond 100 levels),
        "undecodable", "unknown_encoding", "missing_layer" and "duplicate_column".

    References
    ----------
    OGC 12-007r2, KML 2.3.

    Examples
    --------
    >>> import tempfile
    >>> point = "<Point><coordinates>120,36</coordinates></Point>"
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder, "a.kml")
    ...     text = f"<kml><Placemark><name> 甲 </name>{point}</Placemark></kml>"
    ...     _ = path.write_text(text, encoding="utf-8")
    ...     read_kml(path).columns.to_pydict()
    {'name': ['甲']}
    """
    collected = Placemarks(layer)
    table = joined(_batches(path, collected), (), crs="EPSG:4326", encoding=None)
    if layer is not None and layer not in collected.folders:
        raise SourceError(
            f"no folder called {layer!r}",
            reason="missing_layer",
            where=path.name,
            next_step="Folders in the file: " + ", ".join(dict.fromkeys(collected.folders)),
        )
    names = header_names(table.columns.column_names, path.name)
    return replace(table, columns=table.columns.rename_columns(names))


def _batches(path: Path, collected: Placemarks) -> Iterator[FeatureBatch]:
    number, waiting = 1, list[Placemark]()
    for _ in parsed(path, collected):
        waiting += collected.taken()
        if len(waiting) >= BATCH_ROWS:
            yield _batch(waiting, number)
            number, waiting = number + len(waiting), []
    yield _batch(waiting, number)


def _batch(placemarks: list[Placemark], number: int) -> FeatureBatch:
    names = list(dict.fromkeys(name for placemark in placemarks for name in placemark.texts))
    check_width(len(names), "data of the placemarks")
    arrays = [pa.array([p.texts.get(name) for p in placemarks], pa.string()) for name in names]
    shapes = np.full(len(placemarks), None, dtype=object)
    readable = np.ones(len(placemarks), dtype=np.bool_)
    points: dict[int, _Corner] = {}
    for place, placemark in enumerate(placemarks):
        shape = placemark.shape
        try:
            if shape is not None and shape.kind == "Point":
                (points[place],) = _corners(shape)
            elif shape is not None:
                shapes[place] = _geometry(shape)
        except (ValueError, shapely.errors.GEOSException):
            readable[place] = False
    shapes[list(points)] = shapely.points(list(points.values()) or np.zeros((0, 2)))
    return feature_batch(
        pa.Table.from_arrays(arrays, names=names),
        np.arange(number, number + len(placemarks), dtype=np.int64),
        list(shapely.to_wkb(shapes)),
        readable,
    )


def _geometry(shape: Shape) -> shapely.Geometry:
    if shape.kind == "MultiGeometry":
        parts = [_geometry(part) for part in shape.parts]
        kinds = {part.geom_type for part in parts}
        return _COLLECTIONS.get("".join(kinds), shapely.geometrycollections)(parts)
    if shape.kind == "Polygon":
        (shell,) = _rings(shape, "outerBoundaryIs")
        return shapely.Polygon(shell, _rings(shape, "innerBoundaryIs"))
    if shape.kind == "Point":
        return shapely.Point(*_corners(shape))
    if shape.kind in ("LineString", "LinearRing"):
        return shapely.LineString(_corners(shape))
    raise ValueError("no plane geometry")


def _rings(polygon: Shape, boundary: str) -> list[list[_Corner]]:
    boundaries = [part for part in polygon.parts if part.kind == boundary]
    return [_corners(ring) for part in boundaries for ring in part.parts]


def _corners(shape: Shape) -> list[_Corner]:
    """Longitudes and latitudes; heights are left out."""
    corners = [corner.split(",")[:2] for corner in shape.coordinates.split()]
    return [(float(longitude), float(latitude)) for longitude, latitude in corners]
