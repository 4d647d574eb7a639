"""Kernels of many points added up at the centres of a grid's cells."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from blockdata.kernels.blocks import each_block
from blockdata.kernels.jit import jit

__all__ = ["add_up"]

Floats = npt.NDArray[np.float64]

_ROWS = 8


def add_up(
    points: tuple[Floats, Floats, Floats],
    grid: tuple[Floats, Floats],
    quartic: bool,
    bandwidth_m: float,
    reach_m: float,
) -> Floats:
    """Add up kernels at the centres of a grid, each centre on its own: nothing is binned.

    Parameters
    ----------
    points : tuple of three ndarrays of float64, shape (n,)
        x, y and weight, sorted by y.
    grid : tuple of two ndarrays of float64
        x of the columns and y of the rows, ascending and evenly spaced.
    quartic : bool
        Else Gaussian.
    bandwidth_m, reach_m : float

    Returns
    -------
    ndarray of float64, shape (rows, columns)
        Per square metre.

    Examples
    --------
    >>> one = (np.zeros(1), np.zeros(1), np.ones(1))
    >>> add_up(one, (np.array([0.0, 5]), np.array([0.0])), True, 10.0, 10.0).round(6)
    array([[0.009549, 0.005371]])
    """
    columns, rows = grid
    density = np.zeros((len(rows), len(columns)))
    x, y, weight = points

    def work(start: int, stop: int) -> None:
        first = np.searchsorted(y, rows[start] - reach_m)
        last = np.searchsorted(y, rows[stop - 1] + reach_m, side="right")
        near = (x[first:last], y[first:last], weight[first:last])
        block = density[start:stop]
        if quartic:
            _add_quartic(near, columns, rows[start:stop], bandwidth_m, block)
        else:
            _add_gaussian(near, columns, rows[start:stop], (bandwidth_m, reach_m), block)

    each_block(len(rows), work, block=_ROWS)
    scale = 3 / (np.pi * bandwidth_m**2) if quartic else 1 / (2 * np.pi * bandwidth_m**2)
    return density * scale


@jit
def _columns_near(columns: Floats, x: float, reach_m: float) -> tuple[int, int]:
    step = columns[1] - columns[0] if len(columns) > 1 else 1.0
    first = int(max(0.0, np.floor((x - reach_m - columns[0]) / step)))
    last = int(min(float(len(columns)), np.ceil((x + reach_m - columns[0]) / step) + 1))
    return first, last


@jit
def _add_quartic(
    points: tuple[Floats, Floats, Floats],
    columns: Floats,
    rows: Floats,
    radius_m: float,
    density: Floats,
) -> None:
    x, y, weight = points
    per = 1 / (radius_m * radius_m)
    for i in range(len(x)):
        for row in range(len(rows)):
            up = rows[row] - y[i]
            left = radius_m * radius_m - up * up
            if left <= 0:
                continue
            first, last = _columns_near(columns, x[i], np.sqrt(left))
            for column in range(first, last):
                across = columns[column] - x[i]
                inside = max((left - across * across) * per, 0.0)
                density[row, column] += weight[i] * inside * inside


@jit
def _add_gaussian(
    points: tuple[Floats, Floats, Floats],
    columns: Floats,
    rows: Floats,
    widths: tuple[float, float],
    density: Floats,
) -> None:
    x, y, weight = points
    sigma_m, reach_m = widths
    per = -0.5 / (sigma_m * sigma_m)
    across = np.empty(len(columns))
    for i in range(len(x)):
        first, last = _columns_near(columns, x[i], reach_m)
        for column in range(first, last):
            apart = columns[column] - x[i]
            across[column] = weight[i] * np.exp(per * apart * apart)
        for row in range(len(rows)):
            up = rows[row] - y[i]
            if abs(up) <= reach_m:
                share = np.exp(per * up * up)
                for column in range(first, last):
                    density[row, column] += share * across[column]
