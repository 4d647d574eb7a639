"""How a pair stands beside the other candidates for the same text."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from blockdata.kernels.jit import jit

__all__ = ["beside_features"]


@jit
def _fill(rows: Any, features: Any, order: Any, bounds: Any) -> None:
    columns = features.shape[1]
    for group in range(len(bounds) - 1):
        own = order[bounds[group] : bounds[group + 1]]
        for column in range(columns):
            total = 0.0
            first = second = -np.inf
            for row in own:
                value = features[row, column]
                total += value
                if value > first:
                    first, second = value, first
                elif value > second:
                    second = value
            for row in own:
                value = features[row, column]
                rows[row, column] = value - total / len(own)
                best_other = second if value == first else first
                rows[row, columns + column] = value - best_other if len(own) > 1 else 0.0
                above = 0
                for other in own:
                    above += features[other, column] > value
                rows[row, 2 * columns + column] = above
        for row in own:
            rows[row, 3 * columns] = len(own)


def beside_features(
    features: npt.NDArray[np.float32], groups: npt.NDArray[np.int64]
) -> npt.NDArray[np.float32]:
    """Set every feature of a pair against that of the other pairs of its group.

    Parameters
    ----------
    features : ndarray of float32, shape (n, columns)
    groups : ndarray of int64, shape (n,)
        Pairs with the same number are candidates for one text. Their order does not matter.

    Returns
    -------
    ndarray of float32, shape (n, 4 * columns + 1)
        The features; each less the group's mean; less the best other; how many of the group are
        above; and the size of the group.

    Examples
    --------
    >>> import numpy as np
    >>> rows = beside_features(np.float32([[3], [1], [2]]), np.array([0, 0, 1]))
    >>> rows[:, 2].tolist(), rows[:, 4].tolist()
    ([2.0, -2.0, 0.0], [2.0, 2.0, 1.0])
    """
    order = np.argsort(groups, kind="stable")
    starts = np.flatnonzero(np.diff(groups[order], prepend=-1))
    bounds = np.append(starts, len(groups))
    rows = np.zeros((len(features), 3 * features.shape[1] + 1), dtype=np.float32)
    _fill(rows, features, order, bounds)
    return np.hstack([features, rows])
