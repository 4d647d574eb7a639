"""Lines that part a block which is too large, between its buildings where there is room."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely

from blockdata.grid.drafting.arrangement import Floats, Objects
from blockdata.grid.drafting.settings import DraftSettings

__all__ = ["cuts_of"]

_OFFSETS = 33
_GAPS = 40
"""Places at which a cut is tried in each direction: even steps, and gaps between buildings."""

_REACH = 0.22
"""A part may miss its share of the area by this share of the whole."""

_HIT = 0.6
_OFF = 6.0
_LENGTH = 1.0
_LANE_BONUS = 1.5
_BEYOND_M = 0.01


@dataclass(frozen=True)
class _Candidates:
    lines: Objects
    share: Floats
    hits: Floats
    bonus: float


def cuts_of(
    face: shapely.Polygon, buildings: Objects, lanes: Objects, settings: DraftSettings
) -> list[shapely.LineString]:
    """Return lines that part a face until no part is too large.

    A part is cut at about the half, or at a third where three parts come nearer to the target.
    The cut hits as few buildings as can be, then is short and parts the area evenly; a lane that
    ends inside the face is followed where it leads that way.

    Parameters
    ----------
    face : Polygon
    buildings : ndarray of polygons
    lanes : ndarray of LineString
        Streets that end inside the face.
    settings : DraftSettings

    Returns
    -------
    list of LineString
        Each a little longer than the face; empty if the face is not too large.
    """
    count = int(np.rint(face.area / settings.target_area_m2))
    if face.area <= settings.largest_m2 or count < 2:
        return []
    best = _best_cut(face, buildings, lanes, (count // 2) / count)
    if best is None:
        return []
    found = [_beyond(part) for part in _lines_inside(best, face)]
    for part in shapely.get_parts(shapely.polygonize([_noded_with(face, best)])):
        found.extend(cuts_of(part, _inside(buildings, part), _inside(lanes, part), settings))
    return found


def _lines_inside(line: shapely.LineString, face: shapely.Polygon) -> list[shapely.LineString]:
    return [p for p in shapely.get_parts(shapely.intersection(line, face)) if p.length > _BEYOND_M]


def _beyond(line: shapely.LineString) -> shapely.LineString:
    """Carry a line a little beyond both ends, so that it surely crosses what it ends on."""
    points = shapely.get_coordinates(line)
    return shapely.LineString(
        [
            _ahead(points[1], points[0], _BEYOND_M),
            *points,
            _ahead(points[-2], points[-1], _BEYOND_M),
        ]
    )


def _noded_with(face: shapely.Polygon, line: shapely.LineString) -> shapely.Geometry:
    whole = shapely.union(face.boundary, line, grid_size=1e-6)
    return shapely.GeometryCollection(list(shapely.get_parts(whole)))


def _inside(shapes: Objects, part: shapely.Polygon) -> Objects:
    return shapes[shapely.intersects(shapes, part)] if len(shapes) else shapes


def _best_cut(
    face: shapely.Polygon, buildings: Objects, lanes: Objects, share: float
) -> shapely.LineString | None:
    best, cost = None, np.inf
    solid = buildings[shapely.area(buildings) > 0] if len(buildings) else buildings
    tries = [_straight(face, solid, angle) for angle in _angles(face, solid)]
    tries += [c for lane in lanes if (c := _along(face, solid, lane)) is not None]
    scale = np.sqrt(face.area)
    for candidates in tries:
        off = np.minimum(abs(candidates.share - share), abs(candidates.share - 1 + share))
        length = shapely.length(shapely.intersection(candidates.lines, face)) / scale
        costs = _HIT * candidates.hits + _OFF * off + _LENGTH * length - candidates.bonus
        costs = np.where(off <= _REACH, costs, np.inf).round(9)
        number = int(np.argmin(costs)) if len(costs) else -1
        if number >= 0 and costs[number] < cost:
            best, cost = candidates.lines[number], costs[number]
    return best


def _angles(face: shapely.Polygon, buildings: Objects) -> list[float]:
    """Return directions of cuts: along and across the face, and along and across buildings."""
    shapes = [face]
    if len(buildings):
        shapes.append(buildings[int(np.argmax(shapely.area(buildings).round(3)))])
    found = []
    for shape in shapes:
        ring = shapely.get_coordinates(shapely.minimum_rotated_rectangle(shape))
        if len(ring) < 4:
            continue
        steps = np.diff(ring[:3], axis=0)
        found += [float(np.arctan2(step[1], step[0])) for step in steps]
    return found


def _straight(face: shapely.Polygon, buildings: Objects, angle: float) -> _Candidates:
    """Return straight lines in one direction across a face."""
    ahead = np.array([np.cos(angle), np.sin(angle)])
    aside = np.array([-ahead[1], ahead[0]])
    middle = np.array([face.centroid.x, face.centroid.y])
    points = shapely.get_coordinates(face) - middle
    low, high = float((points @ aside).min()), float((points @ aside).max())
    reach = float(np.abs(points @ ahead).max()) + 1.0
    even = np.linspace(low, high, _OFFSETS + 2)[1:-1]
    begins, ends = _extents(buildings, middle, aside)
    offsets = np.concatenate([even, _gaps(begins, ends, low, high)])
    shares = np.interp(offsets, even, _shares(face, middle, (ahead, aside), (even, low, reach)))
    hits = ((begins[:, None] < offsets) & (offsets < ends[:, None])).sum(axis=0).astype(float)
    start = middle + offsets[:, None] * aside
    lines = shapely.linestrings(np.stack([start - reach * ahead, start + reach * ahead], axis=1))
    return _Candidates(np.asarray(lines), shares, hits, 0.0)


def _extents(buildings: Objects, middle: Floats, aside: Floats) -> tuple[Floats, Floats]:
    """Return where each building begins and ends along a direction."""
    if not len(buildings):
        return np.empty(0), np.empty(0)
    points, row = shapely.get_coordinates(buildings, return_index=True)
    along = (points - middle) @ aside
    begins = np.full(len(buildings), np.inf)
    ends = np.full(len(buildings), -np.inf)
    np.minimum.at(begins, row, along)
    np.maximum.at(ends, row, along)
    return begins, ends


def _gaps(begins: Floats, ends: Floats, low: float, high: float) -> Floats:
    """Return the middles of the widest gaps between buildings."""
    if not len(begins):
        return np.empty(0)
    order = np.argsort(begins, kind="stable")
    reached = np.maximum.accumulate(ends[order])
    gap_low, gap_high = reached[:-1], begins[order][1:]
    wide = gap_high - gap_low
    widest = np.argsort(-wide, kind="stable")[:_GAPS]
    widest = widest[wide[widest] > 0]
    middles = np.sort((gap_low[widest] + gap_high[widest]) / 2)
    return middles[(middles > low) & (middles < high)]


def _shares(
    face: shapely.Polygon,
    middle: Floats,
    axes: tuple[Floats, Floats],
    extent: tuple[Floats, float, float],
) -> Floats:
    """Return the share of a face's area on one side of each offset."""
    (ahead, aside), (offsets, low, reach) = axes, extent
    bottom = middle + (low - 1.0) * aside
    top = middle + offsets[:, None] * aside
    corners = np.stack(
        [
            np.broadcast_to(bottom - reach * ahead, top.shape),
            np.broadcast_to(bottom + reach * ahead, top.shape),
            top + reach * ahead,
            top - reach * ahead,
        ],
        axis=1,
    )
    below = shapely.area(shapely.intersection(face, shapely.polygons(corners)))
    return np.asarray(below / face.area)


def _along(
    face: shapely.Polygon, buildings: Objects, lane: shapely.LineString
) -> _Candidates | None:
    """Return a lane carried on to both borders of a face."""
    points = shapely.get_coordinates(lane)
    reach = float(np.hypot(*np.ptp(shapely.get_coordinates(face), axis=0))) + 1.0
    line = shapely.LineString(
        [_ahead(points[1], points[0], reach), *points, _ahead(points[-2], points[-1], reach)]
    )
    inside = _lines_inside(line, face)
    if len(inside) != 1:
        return None
    whole = _beyond(inside[0])
    parts = shapely.get_parts(shapely.polygonize([_noded_with(face, whole)]))
    if len(parts) != 2:
        return None
    hits = float(shapely.crosses(whole, buildings).sum()) if len(buildings) else 0.0
    share = np.array([parts[0].area / face.area])
    return _Candidates(np.array([whole], dtype=object), share, np.array([hits]), _LANE_BONUS)


def _ahead(back: Floats, tip: Floats, reach: float) -> Floats:
    step = tip - back
    return np.asarray(tip + reach * step / max(float(np.hypot(*step)), 1e-9))
