"""Gradient-boosted trees for a few classes: small, exact to the seed, no further library."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from blockdata.kernels.jit import jit

__all__ = ["Boosting", "Trees", "class_shares", "fit_trees"]

_BINS = 64


class Boosting(NamedTuple):
    """Settings of the fit.

    Parameters
    ----------
    rounds : int
        Trees for each class.
    depth : int
        Questions from root to leaf.
    rate : float
        Share of each tree's answer that is added.
    rows, columns : float
        Shares of rows and columns that each tree sees.
    ridge : float
        Added to the curvature of each leaf.
    least_rows : float
        Least weight of a leaf.
    """

    rounds: int = 220
    depth: int = 5
    rate: float = 0.05
    rows: float = 0.7
    columns: float = 0.35
    ridge: float = 8.0
    least_rows: float = 8.0


class Trees(NamedTuple):
    """Full binary trees: those of a round, one a class, stand together.

    Parameters
    ----------
    feature : ndarray of int32, shape (trees, 2**depth - 1)
        Column that a node asks for.
    least : ndarray of float32, same shape
        A row goes right if its value is greater; infinite where a node does not split.
    value : ndarray of float32, shape (trees, 2**depth)
        What each leaf adds to the score of the tree's class.
    start : ndarray of float32, shape (classes,)
        Scores before the first tree.
    """

    feature: npt.NDArray[np.int32]
    least: npt.NDArray[np.float32]
    value: npt.NDArray[np.float32]
    start: npt.NDArray[np.float32]


def _edges(rows: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """Return for each column the values that part it into bins of about equal size."""
    quantiles = np.linspace(0, 1, _BINS + 1)[1:-1]
    edges = np.full((rows.shape[1], _BINS - 1), np.inf, dtype=np.float32)
    for column in range(rows.shape[1]):
        values = np.unique(rows[:, column])
        if len(values) >= _BINS:
            values = np.unique(np.quantile(rows[:, column], quantiles, method="lower"))
        cuts = values[:-1] if len(values) < _BINS else values[: _BINS - 1]
        edges[column, : len(cuts)] = cuts
    return edges


@jit
def _grow(bins: Any, chosen: Any, columns: Any, gain: Any, edges: Any, settings: Any) -> Any:
    """Grow one tree level by level; return features, bins and leaf values.

    `gain` holds gradient and curvature of each row.
    """
    depth, ridge, least_rows, rate = settings
    depth = int(depth)
    feature = np.zeros(2**depth - 1, dtype=np.int32)
    cut = np.full(2**depth - 1, _BINS, dtype=np.int32)
    node = np.zeros(len(chosen), dtype=np.int32)
    for level in range(depth):
        width = 2**level
        sums = np.zeros((width, len(columns), _BINS, 2))
        for at in range(len(chosen)):
            row = chosen[at]
            for place in range(len(columns)):
                cell = sums[node[at], place, bins[row, columns[place]]]
                cell[0] += gain[row, 0]
                cell[1] += gain[row, 1]
        for own in range(width):
            place, best = _best_cut(sums[own], ridge, least_rows)
            if best >= 0:
                feature[width - 1 + own] = columns[place]
                cut[width - 1 + own] = best
        for at in range(len(chosen)):
            index = width - 1 + node[at]
            node[at] = 2 * node[at] + (bins[chosen[at], feature[index]] > cut[index])
    totals = np.zeros((2**depth, 2))
    for at in range(len(chosen)):
        totals[node[at]] += gain[chosen[at]]
    value = -rate * totals[:, 0] / (totals[:, 1] + ridge)
    least = np.full(len(cut), np.inf, dtype=np.float32)
    for index in range(len(cut)):
        if cut[index] < _BINS:
            least[index] = edges[feature[index], cut[index]]
    return feature, least, value.astype(np.float32)


@jit
def _best_cut(sums: Any, ridge: float, least_rows: float) -> tuple[int, int]:
    """Return column and bin of the cut that lowers the loss most; bin -1 for none."""
    best, best_place, best_bin = 1e-6, 0, -1
    for place in range(sums.shape[0]):
        gradient, curvature = sums[place, :, 0].sum(), sums[place, :, 1].sum()
        whole = gradient**2 / (curvature + ridge)
        left_gradient = left_curvature = 0.0
        for bin_ in range(_BINS - 1):
            left_gradient += sums[place, bin_, 0]
            left_curvature += sums[place, bin_, 1]
            right_curvature = curvature - left_curvature
            if left_curvature < least_rows / 8 or right_curvature < least_rows / 8:
                continue
            gain = (
                left_gradient**2 / (left_curvature + ridge)
                + (gradient - left_gradient) ** 2 / (right_curvature + ridge)
                - whole
            )
            if gain > best:
                best, best_place, best_bin = gain, place, bin_
    return best_place, best_bin


@jit
def _add(rows: Any, feature: Any, least: Any, value: Any, scores: Any) -> None:
    inner = len(feature)
    for row in range(len(rows)):
        node = 0
        while node < inner:
            node = 2 * node + 1 + (rows[row, feature[node]] > least[node])
        scores[row] += value[node - inner]


def _shares(scores: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    raised = np.exp(scores - scores.max(axis=1, keepdims=True))
    shares: npt.NDArray[np.float64] = raised / raised.sum(axis=1, keepdims=True)
    return shares


def fit_trees(
    rows: npt.NDArray[np.float32],
    labels: npt.NDArray[np.int64],
    weights: npt.NDArray[np.float64],
    *,
    settings: Boosting = Boosting(),  # noqa: B008 - a named tuple is never changed
    seed: int = 0,
) -> Trees:
    """Fit boosted trees to the multinomial loss.

    Parameters
    ----------
    rows : ndarray of float32, shape (n, columns)
        Finite numbers.
    labels : ndarray of int64, shape (n,)
        Classes from 0.
    weights : ndarray of float64, shape (n,)
    settings : Boosting
    seed : int, default 0
        Which rows and columns each tree sees.

    Returns
    -------
    Trees

    References
    ----------
    Friedman, J. (2001). Greedy function approximation: a gradient boosting machine.

    Examples
    --------
    >>> import numpy as np
    >>> rows = np.arange(200, dtype=np.float32)[:, None]
    >>> labels = (rows[:, 0] > 99).astype(np.int64)
    >>> trees = fit_trees(rows, labels, np.ones(200), settings=Boosting(columns=1.0))
    >>> bool((class_shares(trees, rows).argmax(axis=1) == labels).all())
    True
    """
    draw = np.random.default_rng(seed)
    classes = int(labels.max()) + 1
    edges = _edges(rows)
    bins = np.empty(rows.shape, dtype=np.uint8)
    for column in range(rows.shape[1]):
        bins[:, column] = np.searchsorted(edges[column], rows[:, column], side="left")
    own = np.eye(classes)[labels]
    start = np.log((own * weights[:, None]).sum(axis=0) / weights.sum())
    scores = np.tile(start, (len(rows), 1))
    options = (settings.depth, settings.ridge, settings.least_rows, settings.rate)
    sizes = [
        max(1, round(settings.rows * len(rows))),
        max(1, round(settings.columns * rows.shape[1])),
    ]
    found = []
    for _ in range(settings.rounds):
        shares = _shares(scores)
        chosen = np.sort(draw.choice(len(rows), sizes[0], replace=False))
        for own_class in range(classes):
            columns = np.sort(draw.choice(rows.shape[1], sizes[1], replace=False))
            share = shares[:, own_class]
            curvature = np.maximum(share * (1 - share), 1e-6)
            gain = np.stack([share - own[:, own_class], curvature], axis=1) * weights[:, None]
            found.append(_grow(bins, chosen, columns, gain, edges, options))
            feature, least, value = found[-1]
            _add(rows, feature, least, value, scores[:, own_class])
    features, least, values = (np.stack(parts) for parts in zip(*found, strict=True))
    return Trees(features, least, values, start.astype(np.float32))


def class_shares(trees: Trees, rows: npt.NDArray[np.float32]) -> npt.NDArray[np.float64]:
    """Return the probability of each class for each row.

    Parameters
    ----------
    trees : Trees
    rows : ndarray of float32, shape (n, columns)

    Returns
    -------
    ndarray of float64, shape (n, classes)
        Rows sum to 1.
    """
    classes = len(trees.start)
    scores = np.tile(trees.start.astype(np.float64), (len(rows), 1))
    for tree in range(len(trees.feature)):
        feature, least, value = trees.feature[tree], trees.least[tree], trees.value[tree]
        _add(rows, feature, least, value, scores[:, tree % classes])
    return _shares(scores)
