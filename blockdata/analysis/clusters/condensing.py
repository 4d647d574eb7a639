"""From the tree that joins points to the clusters that last longest.

References
----------
Campello, Moulavi, Zimek and Sander (2015), Hierarchical density estimates for data clustering,
visualization, and outlier detection, ACM Transactions on Knowledge Discovery from Data 10(1), 5.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from blockdata.kernels.jit import jit

__all__ = ["Condensed", "condense", "excess_of_mass"]

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]


class Condensed(NamedTuple):
    """Clusters within clusters, 0 the whole, and when each point leaves the last that holds it.

    `own` and `leaves`, of each point: that cluster, and the density (1 / m) at which it leaves;
    `parent`, `birth`, `last` (the greatest density at which something leaves it) and `stability`,
    of each cluster, parents before children.
    """

    own: Integers
    leaves: Floats
    parent: Integers
    birth: Floats
    last: Floats
    stability: Floats


class _Dendrogram(NamedTuple):
    """Joints of two: node n + k joins `left[k]` and `right[k]` at `density[k]`; `size` of all."""

    left: Integers
    right: Integers
    density: Floats
    size: Integers


def condense(first: Integers, second: Integers, length_m: Floats, min_size: int) -> Condensed:
    """Follow how the points fall apart as the distance shrinks.

    All joints of one length part at once: what comes apart in several pieces of at least `min_size`
    points is that many clusters, smaller pieces leave. So ties need no order.

    Parameters
    ----------
    first, second : ndarray of int64, shape (n - 1,)
    length_m : ndarray of float64, shape (n - 1,)
        Ascending, above 0.
    min_size : int
        At least 2.

    Returns
    -------
    Condensed

    Examples
    --------
    >>> found = condense(np.array([0, 2, 1]), np.array([1, 3, 2]), np.array([1.0, 1, 4]), 2)
    >>> found.own, found.stability
    (array([1, 1, 2, 2]), array([1. , 1.5, 1.5]))
    """
    tree = _dendrogram(first, second, 1 / length_m)
    count, own, leaves, parent, birth, last, stability = _condense(tree, min_size)
    kept = slice(0, count)
    return Condensed(own, leaves, parent[kept], birth[kept], last[kept], stability[kept])


@jit
def _dendrogram(first: Integers, second: Integers, density: Floats) -> _Dendrogram:
    n = len(first) + 1
    left, right = np.empty(n - 1, dtype=np.int64), np.empty(n - 1, dtype=np.int64)
    size = np.ones(2 * n - 1, dtype=np.int64)
    above, top = np.arange(n), np.arange(n)
    for joint in range(n - 1):
        a, b = first[joint], second[joint]
        while above[a] != a:
            above[a] = above[above[a]]
            a = above[a]
        while above[b] != b:
            above[b] = above[above[b]]
            b = above[b]
        left[joint], right[joint] = top[a], top[b]
        size[n + joint] = size[top[a]] + size[top[b]]
        if size[top[a]] < size[top[b]]:
            a, b = b, a
        above[b], top[a] = a, n + joint
    return _Dendrogram(left, right, density, size)


@jit
def _condense(
    tree: _Dendrogram, min_size: int
) -> tuple[int, Integers, Floats, Integers, Floats, Floats, Floats]:
    n = len(tree.left) + 1
    most = 2 * (n // min_size) + 2
    own, leaves = np.zeros(n, dtype=np.int64), np.zeros(n)
    parent, birth = np.full(most, -1, dtype=np.int64), np.zeros(most)
    last, stability = np.zeros(most), np.zeros(most)
    nodes, clusters = np.empty(most, dtype=np.int64), np.empty(most, dtype=np.int64)
    nodes[0], clusters[0], waiting, count = 2 * n - 2, 0, 1, 1
    stack, pieces = np.empty(n, dtype=np.int64), np.empty(n, dtype=np.int64)
    while waiting:
        waiting -= 1
        node, cluster = nodes[waiting], clusters[waiting]
        density = tree.density[node - n]
        found, large = _fall_apart(tree, node, min_size, stack, pieces)
        last[cluster] = density
        gone = tree.size[node]
        for place in range(found):
            piece = pieces[place]
            if tree.size[piece] < min_size:
                _let_go(tree, piece, (cluster, density), (own, leaves), stack)
            elif large == 1:
                gone -= tree.size[piece]
                nodes[waiting], clusters[waiting] = piece, cluster
                waiting += 1
            else:
                parent[count], birth[count] = cluster, density
                nodes[waiting], clusters[waiting] = piece, count
                waiting, count = waiting + 1, count + 1
        stability[cluster] += gone * (density - birth[cluster])
    return count, own, leaves, parent, birth, last, stability


@jit
def _fall_apart(
    tree: _Dendrogram, node: int, min_size: int, stack: Integers, pieces: Integers
) -> tuple[int, int]:
    """List the pieces into which a node falls at its density; tell how many, and how many large."""
    n = len(tree.left) + 1
    density = tree.density[node - n]
    size, found, large = 1, 0, 0
    stack[0] = node
    while size:
        size -= 1
        joint = stack[size] - n
        for side in range(2):
            piece = tree.right[joint] if side else tree.left[joint]
            if piece >= n and tree.density[piece - n] == density:
                stack[size] = piece
                size += 1
            else:
                pieces[found] = piece
                found += 1
                large += tree.size[piece] >= min_size
    return found, large


@jit
def _let_go(
    tree: _Dendrogram,
    piece: int,
    when: tuple[int, float],
    points: tuple[Integers, Floats],
    stack: Integers,
) -> None:
    """Note of all points of a piece which cluster they leave, and when."""
    n = len(tree.left) + 1
    own, leaves = points
    size = 1
    stack[0] = piece
    while size:
        size -= 1
        node = stack[size]
        if node < n:
            own[node], leaves[node] = when
        else:
            stack[size], stack[size + 1] = tree.left[node - n], tree.right[node - n]
            size += 2


def excess_of_mass(condensed: Condensed) -> tuple[Integers, Floats]:
    """Choose the clusters that together last longest, none within another, and never the whole.

    A cluster is preferred to those within it unless these last longer together.

    Parameters
    ----------
    condensed : Condensed

    Returns
    -------
    chosen : ndarray of int64, shape (n,)
        The chosen cluster that each point is of, -1 for none.
    membership : ndarray of float64, shape (n,)
        How long the point stays, from 0 (none) to 1 (to the last).

    Examples
    --------
    >>> found = condense(np.array([0, 2, 1]), np.array([1, 3, 2]), np.array([1.0, 1, 4]), 2)
    >>> excess_of_mass(found)[0]
    array([1, 1, 2, 2])
    """
    parent, stability = condensed.parent, condensed.stability
    inner, best = np.zeros(len(parent)), stability.copy()
    kept = np.ones(len(parent), dtype=np.bool_)
    for cluster in range(len(parent) - 1, 0, -1):
        if inner[cluster] > stability[cluster]:
            kept[cluster], best[cluster] = False, inner[cluster]
        inner[parent[cluster]] += best[cluster]
    of = np.full(len(parent), -1, dtype=np.int64)
    for cluster in range(1, len(parent)):
        above = of[parent[cluster]]
        of[cluster] = above if above >= 0 else cluster if kept[cluster] else -1
    chosen = of[condensed.own]
    longest = condensed.last[chosen]
    stays = np.minimum(condensed.leaves, longest) / longest
    return chosen, np.where(chosen >= 0, stays, 0.0)
