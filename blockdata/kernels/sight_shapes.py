"""Fields of view as polygons, to be drawn and given away."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
import shapely

from blockdata.kernels.jit import jit
from blockdata.kernels.sight import Fields, Views
from blockdata.kernels.sight_sweep import line_radius

__all__ = ["field_polygons"]

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
Objects = npt.NDArray[np.object_]

_ARC_DEG = 2.0
_SLACK_M = 1e-3


def field_polygons(views: Views, fields: Fields) -> Objects:
    """Return what each view sees as one geometry.

    Parameters
    ----------
    views : Views
    fields : Fields
        As from `fields_of_view` of these views.

    Returns
    -------
    ndarray of shapely polygons and multipolygons, shape (n,)
        True to some millimetres; an arc has a corner every two degrees. Empty where nothing is
        seen.

    Examples
    --------
    >>> from blockdata.kernels.sight import Obstacles, fields_of_view
    >>> one = np.array([0.0])
    >>> views = Views(one, one, one + 6, one + 90, one + 90, one, one + 20)
    >>> _, fields = fields_of_view(views, Obstacles([shapely.box(5, -9, 6, 9)], [9]), 1.5)
    >>> field_polygons(views, fields)[0].area.__round__(3)
    25.0
    """
    shapes = np.full(len(views.x), shapely.Polygon(), dtype=object)
    for v in range(len(shapes)):
        pieces = fields.pieces[fields.starts[v] : fields.starts[v + 1]]
        if len(pieces):
            xy, rings = _outlines(_joined(pieces), views.start[v], math.radians(_ARC_DEG))
            place = np.array([views.x[v], views.y[v]])
            parts = shapely.polygons(shapely.linearrings(xy + place, indices=rings))
            shapes[v] = _united(parts)
    return shapes


def _united(parts: Objects) -> shapely.Geometry:
    """Unite pieces; neighbours' sides differ in the last digits, and are made to overlap first."""
    wider = shapely.buffer(parts, _SLACK_M, join_style="mitre", mitre_limit=2.0)
    whole = shapely.union_all(wider)
    return shapely.buffer(whole, -_SLACK_M, join_style="mitre", mitre_limit=2.0)


@jit
def _joined(pieces: Floats) -> Floats:
    """Join pieces of neighbouring sectors that lie between the same lines."""
    joined, size = np.empty_like(pieces), 0
    for p in range(len(pieces)):
        # Pieces of the sector before are those joined ones that end where this one begins.
        match = -1
        for j in range(max(0, size - 64), size):
            if joined[j, 1] == pieces[p, 0] and (joined[j, 2:] == pieces[p, 2:]).all():
                match = j
        if match >= 0:
            joined[match, 1] = pieces[p, 1]
        else:
            joined[size] = pieces[p]
            size += 1
    return joined[:size]


@jit
def _outlines(pieces: Floats, start: float, arc: float) -> tuple[Floats, Integers]:
    """Return the outlines of pieces: coordinates from the camera, and the piece of each."""
    xy, ring, size = np.empty((64, 2)), np.empty(64, dtype=np.int64), 0
    for p in range(len(pieces)):
        turn = pieces[p, 1] - pieces[p, 0]
        steps = 1 + math.ceil(turn / arc)
        if size + 2 * steps + 4 > len(xy):
            room = 2 * (len(xy) + 2 * steps + 4)
            more, rings = np.empty((room, 2)), np.empty(room, dtype=np.int64)
            more[:size], rings[:size] = xy[:size], ring[:size]
            xy, ring = more, rings
        for side in range(2):
            line = pieces[p, 5:8] if side else pieces[p, 2:5]
            count = steps if line[0] == 0.0 and line[1] == 0.0 and line[2] > 0.0 else 1
            for i in range(count + 1):
                at = i / count if side == 0 else 1.0 - i / count
                angle = start + pieces[p, 0] + at * turn
                ux, uy = math.cos(angle), math.sin(angle)
                radius = line_radius(line[0], line[1], line[2], ux, uy)
                xy[size, 0], xy[size, 1], ring[size] = radius * ux, radius * uy, p
                size += 1
    return xy[:size], ring[:size]
