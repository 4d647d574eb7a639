"""Boxes around points, by which groups and chains are kept from growing wide."""

from __future__ import annotations

import math

import numpy as np

__all__ = ["Box", "box_around", "diagonal_m"]

Box = tuple[float, float, float, float]
"""Least x and y, greatest x and y; all NaN where there is no point."""


def box_around(one: Box, other: Box) -> Box:
    """Return the box around two boxes; one without a point adds nothing.

    Examples
    --------
    >>> box_around((0.0, 0.0, 0.0, 0.0), (3.0, 4.0, 3.0, 4.0))
    (0.0, 0.0, 3.0, 4.0)
    """
    low, high = np.fmin(one[:2], other[:2]), np.fmax(one[2:], other[2:])
    return float(low[0]), float(low[1]), float(high[0]), float(high[1])


def diagonal_m(box: Box) -> float:
    """Return the diagonal of a box in metres, 0 without a point.

    Examples
    --------
    >>> diagonal_m((0.0, 0.0, 3.0, 4.0))
    5.0
    """
    diagonal = math.hypot(box[2] - box[0], box[3] - box[1])
    return 0.0 if math.isnan(diagonal) else diagonal
