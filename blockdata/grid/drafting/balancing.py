"""Contiguous sets of cells with even loads: bisection by spanning trees, then local search.

Regionalisation by likeness (SKATER, AZP, max-p and others of spopt) joins cells that are alike;
here every set is to carry as much as the next. A spanning tree falls into two connected parts at
each of its edges, so the best edge of many random trees is a good contiguous bisection; two
neighbouring sets are put together and bisected anew while that helps, and single cells change
sides.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from blockdata.grid.drafting.arrangement import Floats, Integers
from blockdata.grid.drafting.bisecting import DIGITS, SHAPE, Graph, bisection

__all__ = ["balanced", "graph_of", "shares"]

_FEW_TREES = 8
_STARTS = 2
_PASSES = 12


def graph_of(load: Floats, borders: pd.DataFrame, side_m: float) -> Graph:
    """Return a graph of cells.

    Parameters
    ----------
    load : ndarray of float64, shape (n, d)
    borders : DataFrame
        left, right, length_m.
    side_m : float
        Side of a square of the mean area of a set.
    """
    return Graph(
        load,
        borders["left"].to_numpy(dtype=np.int64),
        borders["right"].to_numpy(dtype=np.int64),
        borders["length_m"].to_numpy(dtype=np.float64) / side_m,
    )


def balanced(graph: Graph, count: int, *, seed: int = 0) -> Integers:
    """Part cells into contiguous sets of even loads.

    Minimised is the sum over sets and kinds of load of the squared deviation from the mean, plus
    a small weight on the length of the borders between sets.

    Parameters
    ----------
    graph : Graph
        Connected parts of it are never joined.
    count : int
        Sets; at least one for every connected part, at most one for every cell.
    seed : int

    Returns
    -------
    ndarray of int64
        Number of each cell's set, in the order of their first cells.

    Examples
    --------
    >>> import numpy as np
    >>> row = Graph(np.array([[2.0], [1.0], [1.0], [2.0]]) / 3, np.arange(3), np.arange(1, 4),
    ...             np.ones(3))
    >>> balanced(row, 2).tolist()
    [0, 0, 1, 1]
    """
    part = graph.parts()
    count = min(max(count, int(part.max(initial=-1)) + 1), len(graph.load))
    best, least = np.zeros(len(part), dtype=np.int64), np.inf
    for start in range(_STARTS):
        rng = np.random.default_rng([seed, start])
        label = _improved(graph, _first(graph, part, count, rng), rng)
        value = _value(graph, label)
        if value < least:
            best, least = label, value
    return _by_first(best)


def shares(load: Floats, count: int, room: Integers, least: Integers | None = None) -> Integers:
    """Share out a number of sets by load, by Webster's divisors.

    Parameters
    ----------
    load : ndarray of float64, shape (n,)
    count : int
    room : ndarray of int64, shape (n,)
        Most that each can take.
    least : ndarray of int64, shape (n,), optional
        Fewest that each takes; default: 1.

    Returns
    -------
    ndarray of int64
        Their sum is `count`, as far as room and least allow.

    Examples
    --------
    >>> shares(np.array([10.0, 31.0]), 4, np.array([5, 5])).tolist()
    [1, 3]
    """
    given = np.ones(len(load), dtype=np.int64) if least is None else least.copy()
    while given.sum() < min(count, room.sum()):
        rank = np.where(given < room, load / (given + 0.5), -1.0).round(DIGITS)
        given[int(np.argmax(rank))] += 1
    return given


def _by_first(label: Integers) -> Integers:
    _, first, number = np.unique(label, return_index=True, return_inverse=True)
    return np.argsort(np.argsort(first)).astype(np.int64)[number]


def _loads(graph: Graph, label: Integers) -> Floats:
    total = np.zeros((label.max(initial=-1) + 1, graph.load.shape[1]))
    np.add.at(total, label, graph.load)
    return total


def _value(graph: Graph, label: Integers) -> float:
    apart = graph.length[label[graph.left] != label[graph.right]]
    off = ((_loads(graph, label) - 1.0) ** 2).mean(axis=1).sum()
    return round(float(off + SHAPE * apart.sum()), DIGITS)


def _first(graph: Graph, part: Integers, count: int, rng: np.random.Generator) -> Integers:
    """Part each connected part by itself."""
    names, room = np.unique(part, return_counts=True)
    weight = np.array([graph.load[part == name].mean(axis=1).sum() for name in names])
    label, begin = np.zeros(len(part), dtype=np.int64), 0
    for name, sets in zip(names, shares(weight, count, room.astype(np.int64)), strict=True):
        rows = np.flatnonzero(part == name)
        label[rows] = begin + _halved(graph.of(rows), int(sets), rng)
        begin += int(sets)
    return label


def _halved(graph: Graph, count: int, rng: np.random.Generator) -> Integers:
    """Part a connected graph by halving again and again."""
    label = np.zeros(len(graph.load), dtype=np.int64)
    if count <= 1:
        return label
    half = count // 2
    one = bisection(graph, (half, count - half), rng)
    first, second = np.flatnonzero(one), np.flatnonzero(~one)
    label[first] = _halved(graph.of(first), half, rng)
    label[second] = half + _halved(graph.of(second), count - half, rng)
    return label


def _improved(graph: Graph, label: Integers, rng: np.random.Generator) -> Integers:
    """Bisect pairs of neighbouring sets anew and let single cells change, while it helps."""
    label = label.copy()
    tried: set[bytes] = set()
    for _ in range(_PASSES):
        before = _value(graph, label)
        label = _exchanged(graph, label)
        for one, other in _neighbours(graph, label):
            rows = np.flatnonzero((label == one) | (label == other))
            if rows.tobytes() not in tried:
                tried.add(rows.tobytes())
                label = _rebisected(graph, label, rows, rng)
        if _value(graph, label) >= before:
            break
    return label


def _neighbours(graph: Graph, label: Integers) -> list[tuple[int, int]]:
    """Return the pairs of neighbouring sets, those farthest apart in load first."""
    ends = np.sort(np.stack([label[graph.left], label[graph.right]], axis=1), axis=1)
    pairs = np.unique(ends[ends[:, 0] != ends[:, 1]], axis=0)
    load = _loads(graph, label).mean(axis=1)
    gap = np.abs(load[pairs[:, 0]] - load[pairs[:, 1]]).round(DIGITS)
    return [(int(a), int(b)) for a, b in pairs[np.argsort(-gap, kind="stable")]]


def _rebisected(
    graph: Graph, label: Integers, rows: Integers, rng: np.random.Generator
) -> Integers:
    """Bisect the cells of two sets anew if that is better."""
    part = graph.of(rows)
    names, now = np.unique(label[rows], return_inverse=True)
    if len(rows) <= 2 or part.parts().max(initial=0) > 0:
        return label
    side = bisection(part, (1, 1), rng, _FEW_TREES).astype(np.int64)
    if _value(part, side) >= _value(part, now.astype(np.int64)):
        return label
    better = label.copy()
    better[rows] = names[side]
    return better


def _exchanged(graph: Graph, label: Integers) -> Integers:
    """Let single cells change to a neighbouring set while that helps and nothing falls apart."""
    label = label.copy()
    load = _loads(graph, label)
    near = _adjacency(graph)
    for _ in range(_PASSES):
        moves = 0
        for cell in range(len(label)):
            moves += _change(graph, label, load, near, cell)
        if not moves:
            break
    return label


def _adjacency(graph: Graph) -> list[dict[int, float]]:
    near: list[dict[int, float]] = [{} for _ in graph.load]
    for left, right, length in zip(graph.left, graph.right, graph.length, strict=True):
        near[int(left)][int(right)] = near[int(right)][int(left)] = float(length)
    return near


def _change(
    graph: Graph, label: Integers, load: Floats, near: list[dict[int, float]], cell: int
) -> int:
    own, mine = int(label[cell]), graph.load[cell]
    border: dict[int, float] = {}
    for other in sorted(near[cell]):
        name = int(label[other])
        border[name] = border.get(name, 0.0) + near[cell][other]
    best, where = -1e-9, own
    for name in sorted(border.keys() - {own}):
        gain = ((load[own] - mine - 1) ** 2 + (load[name] + mine - 1) ** 2).mean()
        gain -= ((load[own] - 1) ** 2 + (load[name] - 1) ** 2).mean()
        gain += SHAPE * (border.get(own, 0.0) - border[name])
        if round(float(gain), DIGITS) < best:
            best, where = round(float(gain), DIGITS), name
    if where == own or not _holds_without(label, near, cell):
        return 0
    label[cell] = where
    load[own] -= mine
    load[where] += mine
    return 1


def _holds_without(label: Integers, near: list[dict[int, float]], cell: int) -> bool:
    """Whether the rest of a cell's set is in one piece, and there is a rest."""
    own = label[cell]
    beside = [n for n in near[cell] if label[n] == own]
    if not beside:
        return False
    seen, todo, wanted = {cell, beside[0]}, [beside[0]], set(beside)
    while todo and not wanted <= seen:
        for other in near[todo.pop()]:
            if other not in seen and label[other] == own:
                seen.add(other)
                todo.append(other)
    return wanted <= seen
