"""Shortest ways along a network from many places, each no farther than a bound.

References
----------
Dijkstra, E. W. (1959). A note on two problems in connexion with graphs. Numerische Mathematik 1,
269-271.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from blockdata.kernels.jit import jit

__all__ = ["Graph", "adjacent", "walk"]

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]


class Graph(NamedTuple):
    """Segments between nodes.

    `nodes`, the two ends of each segment; `length_m`; `stops`, where the segments at each node
    end in `at_node`.
    """

    nodes: Integers
    length_m: Floats
    stops: Integers
    at_node: Integers


class _Front(NamedTuple):
    """Places reached: least distance of each, and which have one; `size[0]` tells how many."""

    least_m: Floats
    reached: Integers
    size: Integers


class _Heap(NamedTuple):
    """A binary heap of nodes by distance; `size[0]` tells how many."""

    distance_m: Floats
    node: Integers
    size: Integers


@jit
def adjacent(nodes: Integers, count: int) -> tuple[Integers, Integers]:
    """List the segments at each node.

    Parameters
    ----------
    nodes : ndarray of int64, shape (k, 2)
        The two ends of each segment.
    count : int
        Number of nodes.

    Returns
    -------
    stops, at_node : ndarray of int64
        Where each node begins, and the end; segments, node by node.

    Examples
    --------
    >>> adjacent(np.array([[0, 1], [1, 2]]), 3)
    (array([0, 1, 3, 4]), array([0, 0, 1, 1]))
    """
    stops = np.zeros(count + 1, dtype=np.int64)
    for s in range(len(nodes)):
        stops[nodes[s, 0] + 1] += 1
        stops[nodes[s, 1] + 1] += 1
    stops = np.cumsum(stops)
    free, at_node = stops[:-1].copy(), np.empty(stops[-1], dtype=np.int64)
    for s in range(len(nodes)):
        for end in range(2):
            at_node[free[nodes[s, end]]] = s
            free[nodes[s, end]] += 1
    return stops, at_node


@jit
def walk(
    graph: Graph,
    sources: tuple[Integers, Floats],
    targets: tuple[Integers, Floats],
    radius_m: float,
) -> tuple[Integers, Integers, Floats]:
    """Find the targets within a distance of each source along the network.

    Parameters
    ----------
    graph : Graph
    sources : tuple
        Segment of each source (-1: nowhere), and how far along that it is.
    targets : tuple
        Where the targets on each segment begin, and the end; how far along it each is.
    radius_m : float
        Largest distance, itself included.

    Returns
    -------
    source, target : ndarray of int64
    distance_m : ndarray of float64

    Examples
    --------
    >>> nodes = np.array([[0, 1], [1, 2]])
    >>> graph = Graph(nodes, np.array([10.0, 20.0]), *adjacent(nodes, 3))
    >>> sources = (np.array([0]), np.array([4.0]))
    >>> targets = (np.array([0, 0, 1]), np.array([5.0]))
    >>> walk(graph, sources, targets, 15.0)
    (array([0]), array([0]), array([11.]))
    """
    nodes_reached = _front(len(graph.stops) - 1)
    met = _front(len(targets[1]))
    room = len(graph.at_node) + 2
    heap = _Heap(np.empty(room), np.empty(room, dtype=np.int64), np.zeros(1, dtype=np.int64))
    source = np.empty(64, dtype=np.int64)
    target, distance_m = np.empty(64, dtype=np.int64), np.empty(64)
    size = 0
    for i in range(len(sources[0])):
        if sources[0][i] < 0:
            continue
        _spread(
            graph, (sources[0][i], sources[1][i]), targets, radius_m, (nodes_reached, met, heap)
        )
        count = met.size[0]
        while size + count > len(source):
            source, target = np.append(source, source), np.append(target, target)
            distance_m = np.append(distance_m, distance_m)
        for place in range(count):
            found = met.reached[place]
            source[size], target[size], distance_m[size] = i, found, met.least_m[found]
            size += 1
        _clear(nodes_reached)
        _clear(met)
    return source[:size].copy(), target[:size].copy(), distance_m[:size].copy()


@jit
def _front(count: int) -> _Front:
    least_m = np.full(count, np.inf)
    return _Front(least_m, np.empty(count, dtype=np.int64), np.zeros(1, dtype=np.int64))


@jit
def _clear(front: _Front) -> None:
    for place in range(front.size[0]):
        front.least_m[front.reached[place]] = np.inf
    front.size[0] = 0


@jit
def _improve(front: _Front, place: int, distance_m: float) -> bool:
    """Note a distance of a place if it is the least so far, and tell so."""
    known_m = front.least_m[place]
    if not distance_m < known_m:
        return False
    if known_m == np.inf:
        front.reached[front.size[0]] = place
        front.size[0] += 1
    front.least_m[place] = distance_m
    return True


@jit
def _spread(
    graph: Graph,
    source: tuple[int, float],
    targets: tuple[Integers, Floats],
    radius_m: float,
    state: tuple[_Front, _Front, _Heap],
) -> None:
    """Walk outward from one source, in the order of distance, and meet the targets on the way."""
    nodes_reached, met, heap = state
    segment, on_m = source
    for place in range(targets[0][segment], targets[0][segment + 1]):
        straight_m = abs(targets[1][place] - on_m)
        if straight_m <= radius_m:
            _improve(met, place, straight_m)
    _arrive(nodes_reached, heap, graph.nodes[segment, 0], on_m, radius_m)
    _arrive(nodes_reached, heap, graph.nodes[segment, 1], graph.length_m[segment] - on_m, radius_m)
    while heap.size[0] > 0:
        node, distance_m = _pop(heap)
        if distance_m > nodes_reached.least_m[node]:
            continue
        for place in range(graph.stops[node], graph.stops[node + 1]):
            s = graph.at_node[place]
            start = graph.nodes[s, 0] == node
            end = graph.nodes[s, 1] if start else graph.nodes[s, 0]
            _arrive(nodes_reached, heap, end, distance_m + graph.length_m[s], radius_m)
            _meet(met, targets, s, (start, distance_m, graph.length_m[s]), radius_m)


@jit
def _arrive(
    nodes_reached: _Front, heap: _Heap, node: int, distance_m: float, radius_m: float
) -> None:
    if distance_m <= radius_m and _improve(nodes_reached, node, distance_m):
        _push(heap, node, distance_m)


@jit
def _meet(
    met: _Front,
    targets: tuple[Integers, Floats],
    s: int,
    way: tuple[bool, float, float],
    radius_m: float,
) -> None:
    """Meet the targets on a segment; the way tells whether from its start, how far, its length."""
    start, distance_m, length_m = way
    for place in range(targets[0][s], targets[0][s + 1]):
        on_m = targets[1][place]
        total_m = distance_m + (on_m if start else length_m - on_m)
        if total_m <= radius_m:
            _improve(met, place, total_m)


@jit
def _push(heap: _Heap, node: int, distance_m: float) -> None:
    place = heap.size[0]
    heap.size[0] += 1
    while place > 0 and heap.distance_m[(place - 1) // 2] > distance_m:
        above = (place - 1) // 2
        heap.distance_m[place], heap.node[place] = heap.distance_m[above], heap.node[above]
        place = above
    heap.distance_m[place], heap.node[place] = distance_m, node


@jit
def _pop(heap: _Heap) -> tuple[int, float]:
    node, distance_m = heap.node[0], heap.distance_m[0]
    heap.size[0] -= 1
    size = heap.size[0]
    last_node, last_m = heap.node[size], heap.distance_m[size]
    place, below = 0, 1
    while below < size:
        if below + 1 < size and heap.distance_m[below + 1] < heap.distance_m[below]:
            below += 1
        if heap.distance_m[below] >= last_m:
            break
        heap.distance_m[place], heap.node[place] = heap.distance_m[below], heap.node[below]
        place, below = below, 2 * below + 1
    heap.distance_m[place], heap.node[place] = last_m, last_node
    return node, distance_m
