"""On which side of a line a point lies, decided without rounding error.

Points are on the left, on the right, or on the line; a wrong answer puts a point into two cells
or into none. The determinant is first computed in doubles with a bound on its error (most points
are decided there), and, where the bound does not decide, as an exact sum of doubles.

References
----------
Shewchuk, J. R. (1997). Adaptive precision floating-point arithmetic and fast robust geometric
predicates. Discrete & Computational Geometry 18, 305-363.
Dekker, T. J. (1971). A floating-point technique for extending the available precision.
Numerische Mathematik 18, 224-242.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from blockdata.kernels.jit import jit

__all__ = ["orientation"]

Floats = npt.NDArray[np.float64]

# Shewchuk's bound on the relative error of the determinant in doubles: (3 + 16 u) u, u = 2**-53.
_ERROR = (3.0 + 16.0 * 2.0**-53) * 2.0**-53
_SPLITTER = 2.0**27 + 1.0


@jit
def orientation(ax: float, ay: float, bx: float, by: float, px: float, py: float) -> int:
    """Tell on which side of the line from a to b the point p lies.

    The answer is exact for all coordinates below 1e150 whose differences are zero or above 1e-140.

    Parameters
    ----------
    ax, ay, bx, by : float
        The line, in its direction.
    px, py : float
        The point.

    Returns
    -------
    int
        1 left, -1 right, 0 on the line.

    Examples
    --------
    >>> orientation(0.0, 0.0, 10.0, 0.0, 5.0, 1.0), orientation(0.0, 0.0, 3.0, 3.0, 2.0, 2.0)
    (1, 0)
    """
    left, right = (ax - px) * (by - py), (ay - py) * (bx - px)
    determinant = left - right
    bound = _ERROR * (abs(left) + abs(right))
    if determinant > bound:
        return 1
    if -determinant > bound:
        return -1
    return _exact(ax, ay, bx, by, px, py)


@jit
def _exact(ax: float, ay: float, bx: float, by: float, px: float, py: float) -> int:
    """Sign of (ax - px)(by - py) - (ay - py)(bx - px), each difference as a sum of two doubles."""
    sums = np.zeros(32)
    size = 0
    a, a_rest = _difference(ax, px)
    b, b_rest = _difference(by, py)
    c, c_rest = _difference(py, ay)  # turned round, so that the second product is added
    d, d_rest = _difference(bx, px)
    for one, other in ((a, b), (a, b_rest), (a_rest, b), (a_rest, b_rest)):
        size = _add_product(sums, size, one, other)
    for one, other in ((c, d), (c, d_rest), (c_rest, d), (c_rest, d_rest)):
        size = _add_product(sums, size, one, other)
    return _sign(sums, size)


@jit
def _sum(a: float, b: float) -> tuple[float, float]:
    """Rounded sum of two doubles, and exactly what rounding lost (Knuth)."""
    total = a + b
    of_b = total - a
    return total, (a - (total - of_b)) + (b - of_b)


@jit
def _difference(a: float, b: float) -> tuple[float, float]:
    return _sum(a, -b)


@jit
def _add_product(sums: Floats, size: int, a: float, b: float) -> int:
    """Add a * b, exactly, to an expansion: doubles that do not overlap, smallest first."""
    product = a * b
    scaled = _SPLITTER * a
    a_high = scaled - (scaled - a)
    scaled = _SPLITTER * b
    b_high = scaled - (scaled - b)
    a_low, b_low = a - a_high, b - b_high
    rest = a_low * b_low - (((product - a_high * b_high) - a_low * b_high) - a_high * b_low)
    return _grow(sums, _grow(sums, size, rest), product)


@jit
def _grow(sums: Floats, size: int, value: float) -> int:
    carried = value
    for place in range(size):
        carried, sums[place] = _sum(carried, sums[place])
    sums[size] = carried
    return size + 1


@jit
def _sign(sums: Floats, size: int) -> int:
    """Parts do not overlap, so the largest that is not zero decides."""
    for place in range(size - 1, -1, -1):
        if sums[place] != 0.0:
            return 1 if sums[place] > 0.0 else -1
    return 0
