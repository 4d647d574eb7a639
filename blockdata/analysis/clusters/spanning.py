"""The shortest tree that joins points by mutual reachability, exactly.

References
----------
Boruvka (1926); March, Ram and Gray (2010), Fast Euclidean minimum spanning tree, KDD 2010, 603-612.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from blockdata.kernels.jit import jit

__all__ = ["spanning_tree"]

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

_LEAF = 16


class _Boxes(NamedTuple):
    """Points halved again and again along the wider side; the halves of box b: 2 b + 1, 2 b + 2.

    `order` holds the points; `first` and `last`, where each box's are; `box`, west, south, east and
    north; `core`, the least squared core distance in it.
    """

    order: Integers
    first: Integers
    last: Integers
    box: Floats
    core: Floats


def spanning_tree(xy: Floats, core: Floats) -> tuple[Integers, Integers, Floats]:
    """Join points by the shortest tree, with the larger of distance and both core distances.

    Parameters
    ----------
    xy : ndarray of float64, shape (n, 2)
        Metres, finite.
    core : ndarray of float64, shape (n,)
        Squared core distances.

    Returns
    -------
    first, second : ndarray of int64, shape (n - 1,)
    squared : ndarray of float64, shape (n - 1,)
        Squared length of each joint. Of ties any may be taken: how the points fall apart at each
        length is the same.

    Examples
    --------
    >>> spanning_tree(np.array([[0.0, 0], [9, 0], [3, 0]]), np.zeros(3))[2].tolist()
    [9.0, 36.0]
    """
    if len(xy) < 2:
        none = np.empty(0, dtype=np.int64)
        return none, none, np.empty(0)
    levels = max(0, int(np.ceil(np.log2(len(xy) / _LEAF))))
    boxes = _boxes(xy, core, 2 ** (levels + 1) - 1)
    # Points of a box lie together in memory, too.
    first, second, squared = _join(xy[boxes.order], core[boxes.order], boxes)
    order = np.argsort(squared, kind="stable")
    return boxes.order[first[order]], boxes.order[second[order]], squared[order]


@jit
def _boxes(xy: Floats, core: Floats, count: int) -> _Boxes:
    order = np.arange(len(xy))
    first, last = np.zeros(count, dtype=np.int64), np.zeros(count, dtype=np.int64)
    box, least = np.empty((count, 4)), np.empty(count)
    last[0] = len(xy)
    for b in range(count):
        own = order[first[b] : last[b]]
        x, y = xy[own, 0], xy[own, 1]
        box[b, 0], box[b, 1], box[b, 2], box[b, 3] = x.min(), y.min(), x.max(), y.max()
        least[b] = core[own].min()
        if 2 * b + 2 < count:
            wider = x if box[b, 2] - box[b, 0] >= box[b, 3] - box[b, 1] else y
            order[first[b] : last[b]] = own[np.argsort(wider)]
            middle = (first[b] + last[b]) // 2
            first[2 * b + 1], last[2 * b + 1] = first[b], middle
            first[2 * b + 2], last[2 * b + 2] = middle, last[b]
    return _Boxes(order, first, last, box, least)


@jit
def _root(parent: Integers, point: int) -> int:
    while parent[point] != point:
        parent[point] = parent[parent[point]]
        point = parent[point]
    return point


@jit
def _join(xy: Floats, core: Floats, boxes: _Boxes) -> tuple[Integers, Integers, Floats]:
    """Let each part take its shortest joint to another, until there is one part."""
    n = len(xy)
    parent, part = np.arange(n), np.arange(n)
    best, here, there = np.empty(n), np.empty(n, dtype=np.int64), np.empty(n, dtype=np.int64)
    first, second = np.empty(n - 1, dtype=np.int64), np.empty(n - 1, dtype=np.int64)
    squared = np.empty(n - 1)
    of_box = np.empty(len(boxes.first), dtype=np.int64)
    joined = 0
    while joined < n - 1:
        _mark(boxes, part, of_box)
        best[:] = np.inf
        for point in range(n):
            if core[point] < best[part[point]]:
                _nearest_of_others(point, xy, core, boxes, (part, of_box), (best, here, there))
        for own in range(n):
            if part[own] == own:
                a, b = _root(parent, here[own]), _root(parent, there[own])
                if a != b:  # else another part took a joint as short, and they are one already
                    parent[max(a, b)] = min(a, b)
                    first[joined], second[joined] = here[own], there[own]
                    squared[joined] = best[own]
                    joined += 1
        for point in range(n):
            part[point] = _root(parent, point)
    return first, second, squared


@jit
def _mark(boxes: _Boxes, part: Integers, of_box: Integers) -> None:
    """Note of which part a box's points are, if all are of one, else -1."""
    for b in range(len(of_box) - 1, -1, -1):
        if 2 * b + 2 < len(of_box):
            left, right = of_box[2 * b + 1], of_box[2 * b + 2]
            of_box[b] = left if left == right else -1
        else:
            of_box[b] = part[boxes.first[b]]
            for point in range(boxes.first[b] + 1, boxes.last[b]):
                if part[point] != of_box[b]:
                    of_box[b] = -1
                    break


@jit
def _away(x: float, y: float, box: Floats) -> float:
    """Return the squared distance of a point from a box."""
    across = max(box[0] - x, x - box[2], 0.0)
    along = max(box[1] - y, y - box[3], 0.0)
    squared: float = across * across + along * along
    return squared


@jit
def _nearest_of_others(
    point: int,
    xy: Floats,
    core: Floats,
    boxes: _Boxes,
    parts: tuple[Integers, Integers],
    bests: tuple[Floats, Integers, Integers],
) -> None:
    """Shorten the joint of the point's part, if the point has a shorter one."""
    part, of_box = parts
    best, here, there = bests
    own, x, y = part[point], xy[point, 0], xy[point, 1]
    stack, size = np.empty(64, dtype=np.int64), 1
    stack[0] = 0
    while size:
        size -= 1
        b = stack[size]
        if of_box[b] == own or max(_away(x, y, boxes.box[b]), boxes.core[b]) >= best[own]:
            continue
        left, right = 2 * b + 1, 2 * b + 2
        if right < len(of_box):
            # The nearer one last, so that it is looked at first.
            swap = _away(x, y, boxes.box[left]) <= _away(x, y, boxes.box[right])
            stack[size], stack[size + 1] = (right, left) if swap else (left, right)
            size += 2
            continue
        for other in range(boxes.first[b], boxes.last[b]):
            if part[other] != own:
                across, along = xy[other, 0] - x, xy[other, 1] - y
                squared = max(across * across + along * along, core[point], core[other])
                if squared < best[own]:
                    best[own], here[own], there[own] = squared, point, other
