"""How much of a kernel's mass around a point lies in the study area, exactly.

Around a point inside, the mass outside is a sum over the segments of the rim. Seen from the point,
a segment at distance d, between the offsets l1 and l2 along it, hides the directions atan(l1 / d)
to atan(l2 / d); in the direction phi what lies behind it is 1 - F(d / cos phi), with F the mass
within a radius. For the quartic kernel the integral is a polynomial, for the Gaussian Owen's T.
On the rim itself the directions that lead inside count: half of them, or the angle of the corner;
nearer than 1e-9 of the bandwidth is on the rim.

References
----------
Owen (1956), Tables for computing bivariate normal probabilities, Annals of Mathematical Statistics
27, 1075-1090.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.special import owens_t

from blockdata.analysis.density.boundary import Rim, near_rim, points_inside
from blockdata.analysis.density.kernels import Kernel, reach_of

__all__ = ["mass_inside"]

Floats = npt.NDArray[np.float64]

_ROWS = 2**20
_ON_RIM = 1e-9


def mass_inside(rim: Rim, x: Floats, y: Floats, kernel: Kernel, bandwidth_m: float) -> Floats:
    """Return the share of the kernel's mass around each point that lies in the study area.

    Parameters
    ----------
    rim : Rim
    x, y : ndarray of float64, shape (n,)
        Points inside or outside, in the metres of the rim.
    kernel : {"quartic", "gaussian"}
    bandwidth_m : float

    Returns
    -------
    ndarray of float64, shape (n,)
        0 to 1, but for rounding of about 1e-12.

    Examples
    --------
    >>> import shapely
    >>> from blockdata.analysis.density.boundary import rim_of
    >>> rim = rim_of(shapely.box(0, -9_000, 9_000, 9_000), "demo")
    >>> mass_inside(rim, np.array([0.0, 500]), np.zeros(2), "quartic", 300.0)
    array([0.5, 1. ])
    """
    behind = _behind_quartic if kernel == "quartic" else _behind_gaussian
    mass = points_inside(rim, x, y).astype(np.float64)
    for points, _, _ in near_rim(rim, x, y, _ON_RIM * bandwidth_m):
        mass[points] = [_share_of_directions(x[p], y[p], rim, bandwidth_m) for p in points]
    for points, stops, segments in near_rim(rim, x, y, reach_of(kernel, bandwidth_m)):
        if not len(points):
            continue
        # Blocks of points whose segments are few enough to be worked on at once.
        cuts = np.searchsorted(stops, np.arange(0, stops[-1], _ROWS))
        for low, high in zip(cuts, [*cuts[1:], len(points)], strict=True):
            own = slice(stops[low], stops[high])
            which = np.repeat(np.arange(low, high), np.diff(stops[low : high + 1]))
            at = points[which]
            hidden = behind(*_seen_from(x[at], y[at], rim.ends[segments[own]]), bandwidth_m)
            outside = np.bincount(which - low, weights=hidden, minlength=high - low)
            mass[points[low:high]] -= outside / (2 * np.pi)
    return np.clip(mass, 0.0, 1.0)


def _seen_from(x: Floats, y: Floats, ends: Floats) -> tuple[Floats, Floats, Floats]:
    """Return distance (positive where the point is on the left) and offsets of both ends."""
    ax, ay, bx, by = ends[:, 0] - x, ends[:, 1] - y, ends[:, 2] - x, ends[:, 3] - y
    dx, dy = bx - ax, by - ay
    length = np.hypot(dx, dy)
    length = np.where(length > 0, length, 1.0)
    return (ax * dy - ay * dx) / length, (ax * dx + ay * dy) / length, (bx * dx + by * dy) / length


def _share_of_directions(x: float, y: float, rim: Rim, bandwidth_m: float) -> float:
    """Return which share of the directions from a point on the rim leads inside."""
    here = np.full(len(rim.ends), x), np.full(len(rim.ends), y)
    away, low, high = _seen_from(*here, rim.ends)
    angle = np.arctan2(high * away - low * away, away * away + low * high)
    return float(angle[np.abs(away) > _ON_RIM * bandwidth_m].sum() / (2 * np.pi))


def _behind_quartic(away: Floats, low: Floats, high: Floats, radius_m: float) -> Floats:
    d = away / radius_m
    half = np.sqrt(np.maximum(1 - d * d, 0.0))  # the part of the line within reach
    ends = np.clip(np.stack([low, high]) / radius_m, -half, half)
    near = np.abs(d)
    angle = np.arctan2(ends, near)
    square, cube = ends**2, ends**3
    # Integrals of rho, rho^2 and rho^3, where rho = (d / cos phi)^2 and l = d tan phi.
    one = near * ends
    two = near**3 * ends + near * cube / 3
    three = near**5 * ends + 2 * near**3 * cube / 3 + near * cube * square / 5
    hidden = angle - 3 * one + 3 * two - three
    behind: Floats = _side(d) * (hidden[1] - hidden[0])
    return behind


def _behind_gaussian(away: Floats, low: Floats, high: Floats, sigma_m: float) -> Floats:
    near = np.maximum(np.abs(away), _ON_RIM * sigma_m)
    from_, to = (owens_t(near / sigma_m, end / near) for end in (low, high))
    return _side(away / sigma_m) * (2 * np.pi * (to - from_))


def _side(d: Floats) -> Floats:
    """Return 1 for a point on the left of a segment, -1 on its right, 0 on its line."""
    side: Floats = np.where(np.abs(d) <= _ON_RIM, 0.0, np.sign(d))
    return side
