"""Places along a Hilbert curve: what is near on the ground comes near in a file."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

__all__ = ["hilbert_index"]

_BITS = 16


def hilbert_index(x: npt.NDArray[np.float64], y: npt.NDArray[np.float64]) -> npt.NDArray[np.int64]:
    """Number points along a Hilbert curve over their own extent.

    Parameters
    ----------
    x, y : ndarray of float64, shape (n,)
        Coordinates in any unit; a point with NaN comes last.

    Returns
    -------
    ndarray of int64, shape (n,)
        Place on a curve of 2**16 by 2**16 steps; points within one step share a place.

    References
    ----------
    Skilling, J. (2004). Programming the Hilbert curve. AIP Conf. Proc. 707, 381.

    Examples
    --------
    >>> hilbert_index(np.array([0.0, 0.0, 1.0, 1.0]), np.array([0.0, 1.0, 1.0, 0.0])).argsort()
    array([0, 1, 2, 3])
    """
    known = np.isfinite(x) & np.isfinite(y)
    place = np.full(len(x), np.iinfo(np.int64).max)
    if known.any():
        place[known] = _along_curve(_steps(x[known]), _steps(y[known]))
    return place


def _steps(values: npt.NDArray[np.float64]) -> npt.NDArray[np.int64]:
    low, high = values.min(), values.max()
    scale = (2**_BITS - 1) / (high - low) if high > low else 0.0
    steps: npt.NDArray[np.int64] = ((values - low) * scale).astype(np.int64)
    return steps


def _along_curve(x: npt.NDArray[np.int64], y: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Walk down the quadrants, turning each so that the curve joins the next."""
    place = np.zeros(len(x), dtype=np.int64)
    side = 1 << (_BITS - 1)
    while side:
        right, upper = (x & side) > 0, (y & side) > 0
        place += side * side * ((3 * right) ^ upper)
        turn = ~upper
        flip = turn & right
        x, y = np.where(flip, 2**_BITS - 1 - x, x), np.where(flip, 2**_BITS - 1 - y, y)
        x, y = np.where(turn, y, x), np.where(turn, x, y)
        side >>= 1
    return place
