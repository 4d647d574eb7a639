"""A graph of cells that carry loads, and its bisection into two connected, even parts."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.sparse import coo_array, csr_array
from scipy.sparse.csgraph import (
    breadth_first_order,
    connected_components,
    minimum_spanning_tree,
)

from blockdata.grid.drafting.arrangement import Bools, Floats, Integers

__all__ = ["DIGITS", "SHAPE", "Graph", "bisection"]

TREES = 20
_FEW_CELLS = 13
"""So few cells are bisected in every possible way."""

SHAPE = 0.02
"""Weight of the length of borders beside squared deviations: it decides between equals."""

DIGITS = 10


@dataclass(frozen=True)
class Graph:
    """Cells that carry loads, and the borders between them.

    Parameters
    ----------
    load : ndarray of float64, shape (n, d)
        Each column in units of what a set should carry: its mean over all sets is 1.
    left, right : ndarray of int64, shape (m,)
        Neighbours, each pair once.
    length : ndarray of float64, shape (m,)
        Shared border in units of the side of a set.
    """

    load: Floats
    left: Integers
    right: Integers
    length: Floats

    def of(self, rows: Integers) -> Graph:
        """Return the part between some cells, numbered in their order."""
        number = np.full(len(self.load), -1, dtype=np.int64)
        number[rows] = np.arange(len(rows))
        inner = (number[self.left] >= 0) & (number[self.right] >= 0)
        return Graph(
            self.load[rows],
            number[self.left[inner]],
            number[self.right[inner]],
            self.length[inner],
        )

    def parts(self, joins: Bools | None = None) -> Integers:
        """Number the connected parts, over all borders or some."""
        count = len(self.load)
        left, right = self.left, self.right
        if joins is not None:
            left, right = left[joins], right[joins]
        matrix = coo_array((np.ones(len(left)), (left, right)), shape=(count, count))
        return np.asarray(connected_components(matrix, directed=False)[1], dtype=np.int64)


def bisection(
    graph: Graph, sets: tuple[int, int], rng: np.random.Generator, trees: int = TREES
) -> Bools:
    """Return the best bisection of many trees, or of all; each side has cells for its sets."""
    if len(graph.load) <= _FEW_CELLS:
        return _best_of_all(graph, sets)
    total = graph.load.sum(axis=0)
    mean = total / sum(sets)
    best, least = np.zeros(len(graph.load), dtype=bool), np.inf
    for _ in range(trees):
        order, before = _tree(graph, rng)
        below, count = _sums(graph.load, order, before)
        for flip in (False, True):
            one, other = (sets[1], sets[0]) if flip else sets
            value = (((below - one * mean) / (mean + 1e-12)) ** 2).mean(axis=1)
            fits = (count >= one) & (len(order) - count >= other) & (before >= 0)
            value = np.where(fits, value, np.inf).round(DIGITS)
            node = int(np.argmin(value))
            if value[node] < np.inf:
                side = _below(order, before, node) ^ flip
                cost = value[node] + SHAPE * _border(graph, side)
                if round(float(cost), DIGITS) < least:
                    best, least = side, round(float(cost), DIGITS)
    return best


def _best_of_all(graph: Graph, sets: tuple[int, int]) -> Bools:
    """Return the best of all bisections of a few cells in two connected parts."""
    count = len(graph.load)
    sides = (np.arange(2**count)[:, None] >> np.arange(count)) % 2 == 1
    size = sides.sum(axis=1)
    sides = sides[(size >= sets[0]) & (count - size >= sets[1])]
    mean = graph.load.sum(axis=0) / sum(sets)
    value = (((sides @ graph.load - sets[0] * mean) / (mean + 1e-12)) ** 2).mean(axis=1)
    value += SHAPE * ((sides[:, graph.left] != sides[:, graph.right]) @ graph.length)
    for number in np.argsort(value.round(DIGITS), kind="stable"):
        side: Bools = sides[number]
        if graph.parts(side[graph.left] == side[graph.right]).max() == 1:
            return side
    return np.asarray(sides[0])


def _border(graph: Graph, side: Bools) -> float:
    return float(graph.length[side[graph.left] != side[graph.right]].sum())


def _tree(graph: Graph, rng: np.random.Generator) -> tuple[Integers, Integers]:
    """Return a random spanning tree, long borders first: nodes in order, and their parents."""
    count = len(graph.load)
    weight = rng.uniform(0.5, 1.5, len(graph.left)) / (graph.length + 1e-3)
    tree = minimum_spanning_tree(
        csr_array((weight, (graph.left, graph.right)), shape=(count, count))
    )
    order, before = breadth_first_order(tree, 0, directed=False)
    return order.astype(np.int64), np.where(before < 0, -1, before).astype(np.int64)


def _sums(load: Floats, order: Integers, before: Integers) -> tuple[Floats, Integers]:
    """Return the load and number of the nodes below each node of a tree, itself included."""
    below, count = load.copy(), np.ones(len(load), dtype=np.int64)
    for node in order[:0:-1].tolist():
        below[before[node]] += below[node]
        count[before[node]] += count[node]
    return below, count


def _below(order: Integers, before: Integers, top: int) -> Bools:
    inside = np.zeros(len(before), dtype=bool)
    inside[top] = True
    for node in order.tolist():
        if before[node] >= 0 and inside[before[node]]:
            inside[node] = True
    return inside
