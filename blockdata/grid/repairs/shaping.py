"""Giving pieces of ground from one cell to another, without hairs and pinholes."""

from __future__ import annotations

import numpy as np
import shapely

from blockdata.grid.checks.layer import areal, wider_than
from blockdata.records.wkb import shape_digest

__all__ = ["geometry_hash", "joined_to", "snapped", "taken_from"]


def geometry_hash(shape: shapely.Geometry | None) -> str:
    """Return 16 hexadecimal digits that tell a geometry, byte for byte as the base stores it.

    Examples
    --------
    >>> geometry_hash(shapely.box(0, 0, 1, 1)), geometry_hash(None)
    ('263617cf4a06f1ff', 'e3b0c44298fc1c14')
    """
    return shape_digest(stored(shape))


def stored(shape: shapely.Geometry | None) -> bytes:
    """Return a geometry as the base stores it: plane little-endian WKB, nothing for none."""
    return b"" if shape is None else shapely.to_wkb(shape, byte_order=1, flavor="iso")


def joined_to(shape: shapely.Geometry, piece: shapely.Geometry, hair_m: float) -> shapely.Geometry:
    """Return a cell with a piece added; what is left between them and is nowhere wider is closed.

    Examples
    --------
    >>> joined_to(shapely.box(0, 0, 1, 1), shapely.box(1.001, 0, 2, 1), 0.05).geom_type
    'Polygon'
    """
    whole = shapely.union(shape, piece)
    if shapely.get_num_geometries(whole) > shapely.get_num_geometries(shape):
        bridge = shapely.buffer(piece, hair_m, quad_segs=1, join_style="mitre")
        between = shapely.buffer(shape, hair_m, quad_segs=1, join_style="mitre")
        whole = shapely.union(whole, shapely.intersection(bridge, between))
    return tidy(whole, hair_m)


def taken_from(shape: shapely.Geometry, piece: shapely.Geometry, hair_m: float) -> shapely.Geometry:
    """Return a cell without a piece.

    Examples
    --------
    >>> taken_from(shapely.box(0, 0, 2, 1), shapely.box(1, 0, 2, 1), 0.05).area
    1.0
    """
    return tidy(shapely.difference(shape, piece), hair_m)


def tidy(shape: shapely.Geometry, hair_m: float) -> shapely.Geometry:
    """Return a geometry without parts and holes that are nowhere wider than a hair.

    Examples
    --------
    >>> hair = shapely.union(shapely.box(0, 0, 9, 9), shapely.box(20, 0, 20.01, 9))
    >>> tidy(hair, 0.05).geom_type
    'Polygon'
    """
    parts = shapely.get_parts(areal(np.array([shape], dtype=object))[0])
    parts = parts[wider_than(parts, hair_m)]
    kept = [_without_pinholes(part, hair_m) for part in parts]
    return kept[0] if len(kept) == 1 else shapely.MultiPolygon(kept)


def _without_pinholes(part: shapely.Geometry, hair_m: float) -> shapely.Geometry:
    if not len(part.interiors):
        return part
    holes = np.array([shapely.Polygon(ring) for ring in part.interiors], dtype=object)
    wide = wider_than(holes, hair_m)
    rings = [ring for ring, is_wide in zip(part.interiors, wide, strict=True) if is_wide]
    return shapely.Polygon(part.exterior, rings)


def snapped(
    shape: shapely.Geometry, around: shapely.Geometry, within_m: float
) -> shapely.Geometry | None:
    """Return a cell with its vertices moved on its neighbours' borders; None if that breaks it.

    Examples
    --------
    >>> near = shapely.box(10.5, 0, 20, 10)
    >>> snapped(shapely.box(0, 0, 10, 10), near, 1.0).bounds
    (0.0, 0.0, 10.5, 10.0)
    """
    moved = shapely.snap(shape, around, within_m)
    fits = moved.is_valid and not moved.is_empty
    return moved if fits and moved.geom_type == shape.geom_type else None
