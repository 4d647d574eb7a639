"""What one camera sees on flat ground, exactly: a sweep over directions among walls.

A direction is told by its angle against the clock from the beginning of the field of view. The
field is cut into sectors at every end of a wall and wherever a wall, or the end of its shadow,
crosses the nearest or the farthest distance; inside a sector the same lines are met in every
direction. Two straight lines cross once at most, so where their order is the same at both sides
of a sector it is the same throughout; where it is not, the sector is cut at the crossing. What is
seen is thus a list of pieces, each between two directions and two lines, and its area has a
closed form.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from blockdata.kernels.jit import jit

__all__ = ["PIECE", "area_of_pieces", "line_radius", "sweep"]

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

PIECE = 8
"""Columns of a piece: first and last direction, then normal x, y and distance of the near line and
of the far line. A normal of zero stands for a circle of that radius."""

_FULL = 2.0 * math.pi
_HIDES, _SHOWS, _STOPS = 0.0, 1.0, 2.0
_SAME = 1e-9
_NARROW = 1e-12
_STACK = 128


@jit
def line_radius(nx: float, ny: float, distance_m: float, ux: float, uy: float) -> float:
    """Distance at which a line, or a circle where the normal is zero, is met in a direction."""
    if nx == 0.0 and ny == 0.0:
        return distance_m
    along = nx * ux + ny * uy
    return distance_m / along if along > 0.0 else np.inf


@jit
def _turned(angle: float, start: float) -> float:
    """Angle from the beginning of the field, 0 to a full turn."""
    turned = (angle - start) % _FULL
    return 0.0 if turned >= _FULL else turned


@jit
def _inside(edges: Floats, x: float, y: float) -> int:
    """Number of buildings around a point: how often their borders wind around it."""
    count = 0
    for e in range(len(edges)):
        x1, y1, x2, y2 = edges[e, 0] - x, edges[e, 1] - y, edges[e, 2] - x, edges[e, 3] - y
        cross = x1 * y2 - y1 * x2
        if y1 <= 0.0 < y2 and cross > 0.0:
            count += 1
        elif y2 <= 0.0 < y1 and cross < 0.0:
            count -= 1
    return count


@jit
def _walls(
    edges: Floats, reach: Floats, x: float, y: float, field: tuple[float, float, float, float]
) -> tuple[Floats, Floats]:
    """Return the walls in the field of view, and the lines that they are.

    Returns
    -------
    spans : ndarray, shape (n, 3)
        First and last direction, and row of `lines`; sorted.
    lines : ndarray, shape (k, 4)
        Normal x, y and distance, and what is met there: something begins to hide, ceases to hide
        (where the shadow of the wall ends), or hides all that follows.
    """
    start, width, _, range_m = field
    spans, lines = np.empty((2 * len(edges), 3)), np.empty((len(edges), 4))
    size = 0
    for e in range(len(edges)):
        ax, ay, bx, by = edges[e, 0] - x, edges[e, 1] - y, edges[e, 2] - x, edges[e, 3] - y
        dx, dy = bx - ax, by - ay
        length = math.sqrt(dx * dx + dy * dy)
        signed = (ax * dy - ay * dx) / length if length > 0.0 else 0.0
        distance = abs(signed)
        if distance < _SAME or distance > range_m:
            continue
        # With the inside of a building on the left, a camera on the left sees a wall it leaves by.
        leaves = signed > 0.0
        sign = 1.0 if leaves else -1.0
        lines[e, 0], lines[e, 1] = sign * dy / length, -sign * dx / length
        lines[e, 2], lines[e, 3] = distance, _SHOWS if leaves else _HIDES
        if np.isinf(reach[e]):
            lines[e, 3] = _STOPS
        elif leaves:
            lines[e, 2] = distance * reach[e]
        if not leaves:
            ax, ay, bx, by = bx, by, ax, ay
        begin, end = math.atan2(ay, ax), math.atan2(by, bx)
        first = _turned(begin, start)
        last = first + (end - begin) % _FULL
        size = _add_span(spans, size, (first, min(last, _FULL), width), e)
        if last > _FULL:
            size = _add_span(spans, size, (0.0, last - _FULL, width), e)
    order = np.argsort(spans[:size, 0], kind="mergesort")
    return spans[:size][order], lines


@jit
def _add_span(spans: Floats, size: int, span: tuple[float, float, float], e: int) -> int:
    """Add the part of a span of directions that lies in the field."""
    first, last = span[0], min(span[1], span[2])
    if first >= last:
        return size
    spans[size, 0], spans[size, 1], spans[size, 2] = first, last, e
    return size + 1


@jit
def _directions(spans: Floats, lines: Floats, field: tuple[float, float, float, float]) -> Floats:
    """Return the directions at which sectors meet, sorted."""
    start, width, near_m, range_m = field
    found = np.empty(2 + 6 * len(spans))
    found[0], found[1] = 0.0, width
    size = 2
    for s in range(len(spans)):
        e = int(spans[s, 2])
        found[size], found[size + 1] = spans[s, 0], spans[s, 1]
        size += 2
        foot = math.atan2(lines[e, 1], lines[e, 0])
        for radius in (near_m, range_m):
            if lines[e, 2] < radius:
                turn = math.acos(lines[e, 2] / radius)
                for side in (-turn, turn):
                    angle = _turned(foot + side, start)
                    if spans[s, 0] < angle < spans[s, 1]:
                        found[size] = angle
                        size += 1
    return np.sort(found[:size])


@jit
def _ordered(
    active: Integers, spans: Floats, lines: Floats, range_m: float, sector: Floats
) -> tuple[Floats, Floats]:
    """Sort the lines of a sector by where its first side meets them.

    Left out is what lies beyond the range, and what lies behind the nearest wall that hides all.

    Returns
    -------
    items : ndarray, shape (n, 4)
        Rows of `lines`.
    ends : ndarray, shape (n,)
        Where the last side meets each.
    """
    near, wall, size = np.empty(len(active)), -1, 0
    items, ends = np.empty((len(active), 4)), np.empty(len(active))
    for span in active:
        line = lines[int(spans[span, 2])]
        if line_radius(line[0], line[1], line[2], sector[4], sector[5]) >= range_m:
            continue
        items[size] = line
        near[size] = line_radius(line[0], line[1], line[2], sector[2], sector[3])
        ends[size] = line_radius(line[0], line[1], line[2], sector[6], sector[7])
        if line[3] == _STOPS and (wall < 0 or near[size] < near[wall]):
            wall = size
        size += 1
    order = np.argsort(near[:size], kind="mergesort")
    kept, kept_ends, count = np.empty((size, 4)), np.empty(size), 0
    for i in order:
        if wall >= 0 and near[i] > near[wall] and ends[i] > ends[wall]:
            continue
        kept[count], kept_ends[count] = items[i], ends[i]
        count += 1
    return kept[:count], kept_ends[:count]


@jit
def _crossing(items: Floats, ends: Floats, start: float, sector: Floats) -> float:
    """Direction well inside a sector in which two neighbouring lines cross; -1 for none."""
    slack = 1e-7 * (sector[1] - sector[0])
    for i in range(len(items) - 1):
        if ends[i] <= ends[i + 1] * (1.0 + _SAME):
            continue
        det = items[i, 0] * items[i + 1, 1] - items[i, 1] * items[i + 1, 0]
        if det == 0.0:
            continue
        px = (items[i, 2] * items[i + 1, 1] - items[i + 1, 2] * items[i, 1]) / det
        py = (items[i, 0] * items[i + 1, 2] - items[i + 1, 0] * items[i, 2]) / det
        angle = _turned(math.atan2(py, px), start)
        if sector[0] + slack < angle < sector[1] - slack:
            return angle
    return -1.0


@jit
def _add_piece(
    pieces: Floats, size: int, sector: Floats, bounds: Floats, near_m: float
) -> tuple[Floats, int]:
    """Add what lies between two lines in a sector, from the nearest distance on."""
    low = line_radius(bounds[0], bounds[1], bounds[2], sector[4], sector[5])
    high = line_radius(bounds[3], bounds[4], bounds[5], sector[4], sector[5])
    if high - max(low, near_m) < _SAME:
        return pieces, size
    if size == len(pieces):
        larger = np.empty((2 * size, PIECE))
        larger[:size] = pieces
        pieces = larger
    pieces[size, :2], pieces[size, 2:] = sector[:2], bounds
    if low <= near_m:
        pieces[size, 2], pieces[size, 3], pieces[size, 4] = 0.0, 0.0, near_m
    return pieces, size + 1


@jit
def _walk(
    pieces: Floats,
    size: int,
    items: Floats,
    inside: int,
    sector: Floats,
    field: tuple[float, float, float, float],
) -> tuple[Floats, int]:
    """Walk outwards through a sector and add each stretch that no building and no shadow hides."""
    near_m, range_m = field[2], field[3]
    bounds, hiding = np.zeros(6), inside
    for i in range(len(items)):
        seen = hiding == 0
        hiding += -1 if items[i, 3] == _SHOWS else 1
        if seen and hiding > 0:
            bounds[3:] = items[i, :3]
            pieces, size = _add_piece(pieces, size, sector, bounds, near_m)
        elif hiding == 0 and not seen:
            bounds[:3] = items[i, :3]
        if items[i, 3] == _STOPS:
            return pieces, size
    if hiding == 0:
        bounds[3], bounds[4], bounds[5] = 0.0, 0.0, range_m
        pieces, size = _add_piece(pieces, size, sector, bounds, near_m)
    return pieces, size


@jit
def _open_sector(first: float, last: float, start: float, sector: Floats) -> None:
    """Write a sector: its directions, and unit vectors just inside, in the middle and at the end.

    The two sides are looked at from just inside, because walls meet in corners on them.
    """
    slack = 1e-7 * (last - first)
    sector[0], sector[1] = first, last
    angles = (first + slack, (first + last) / 2.0, last - slack)
    for i in range(3):
        sector[2 + 2 * i] = math.cos(start + angles[i])
        sector[3 + 2 * i] = math.sin(start + angles[i])


@jit
def sweep(
    edges: Floats,
    reach: Floats,
    x: float,
    y: float,
    field: tuple[float, float, float, float],
) -> Floats:
    """Find what is seen from a point among buildings.

    Parameters
    ----------
    edges : ndarray of float64, shape (k, 4)
        x1, y1, x2, y2 of the walls of every building that has any part within the range; the
        building lies on the left of each wall.
    reach : ndarray of float64, shape (k,)
        How far the shadow of a wall reaches, as a multiple of the wall's own distance: 1 where
        only the footprint is hidden, infinity where all that lies behind is.
    x, y : float
    field : tuple of float
        First direction (radians, against the clock from east) and width of the field of view,
        nearest and farthest distance.

    Returns
    -------
    ndarray of float64, shape (n, 8)
        Pieces, see `PIECE`, sorted by their first direction, and outwards within a sector.

    Examples
    --------
    >>> pieces = sweep(np.empty((0, 4)), np.empty(0), 0.0, 0.0, (0.0, np.pi, 3.0, 5.0))
    >>> round(area_of_pieces(pieces, 0.0) / np.pi, 6)
    8.0
    """
    start, near_m, range_m = field[0], field[2], field[3]
    pieces, size = np.empty((64, PIECE)), 0
    if near_m >= range_m:
        return pieces[:0]
    spans, lines = _walls(edges, reach, x, y, field)
    directions = _directions(spans, lines, field)
    inside = _inside(edges, x, y)
    active, count, following = np.empty(len(spans), dtype=np.int64), 0, 0
    stack, sector = np.empty((_STACK, 2)), np.empty(8)
    for d in range(len(directions) - 1):
        if directions[d + 1] - directions[d] < _NARROW:
            continue
        middle = (directions[d] + directions[d + 1]) / 2.0
        while following < len(spans) and spans[following, 0] < middle:
            active[count] = following
            count, following = count + 1, following + 1
        count = _still_active(active, count, spans, middle)
        stack[0, 0], stack[0, 1] = directions[d], directions[d + 1]
        waiting = 1
        while waiting:
            waiting -= 1
            _open_sector(stack[waiting, 0], stack[waiting, 1], start, sector)
            items, ends = _ordered(active[:count], spans, lines, range_m, sector)
            cut = _crossing(items, ends, start, sector)
            if cut >= 0.0 and waiting + 2 < _STACK:
                stack[waiting, 0], stack[waiting, 1] = cut, sector[1]
                stack[waiting + 1, 0], stack[waiting + 1, 1] = sector[0], cut
                waiting += 2
                continue
            pieces, size = _walk(pieces, size, items, inside, sector, field)
    return pieces[:size].copy()


@jit
def _still_active(active: Integers, count: int, spans: Floats, middle: float) -> int:
    """Forget the spans that have ended."""
    kept = 0
    for a in range(count):
        if spans[active[a], 1] > middle:
            active[kept] = active[a]
            kept += 1
    return kept


@jit
def area_of_pieces(pieces: Floats, start: float) -> float:
    """Return the area of pieces in square metres: half the integral of the squared radius.

    Parameters
    ----------
    pieces : ndarray of float64, shape (n, 8)
    start : float
        First direction of the field of view, radians.

    Returns
    -------
    float

    Examples
    --------
    >>> area_of_pieces(np.array([[0.0, np.pi / 4, 0, 0, 0.0, 1.0, 0.0, 2.0]]), 0.0).__round__(9)
    2.0
    """
    total = 0.0
    for p in range(len(pieces)):
        first, last = pieces[p, 0], pieces[p, 1]
        u = (math.cos(start + first), math.sin(start + first))
        v = (math.cos(start + last), math.sin(start + last))
        low, high = pieces[p, 2:5], pieces[p, 5:8]
        total += _swept(high, u, v, last - first) - _swept(low, u, v, last - first)
    return total / 2.0


@jit
def _swept(line: Floats, u: tuple[float, float], v: tuple[float, float], turn: float) -> float:
    """Integral of the squared radius of a line or circle from direction u to direction v."""
    if line[0] == 0.0 and line[1] == 0.0:
        return float(line[2] * line[2] * turn)
    begin = (line[0] * u[1] - line[1] * u[0]) / (line[0] * u[0] + line[1] * u[1])
    end = (line[0] * v[1] - line[1] * v[0]) / (line[0] * v[0] + line[1] * v[1])
    return float(line[2] * line[2] * (end - begin))
