"""The kernels of densities: quartic and Gaussian, on the plane and along a line."""

from __future__ import annotations

from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from blockdata.analysis.checks import looks_like_degrees, require_columns, require_numbers
from blockdata.errors import AnalysisError

__all__ = ["Kernel", "bandwidth_by_rule", "checked_points", "reach_of"]

Kernel = Literal["quartic", "gaussian"]
Floats = npt.NDArray[np.float64]

_SIGMAS = 8.0
"""Beyond so many standard deviations a Gaussian on the plane has 1e-14 of its mass."""

_QUARTIC_OF_SIGMA = np.sqrt(8.0)
"""Radius of the quartic kernel on the plane that spreads as far as a Gaussian of sigma 1."""


def checked_points(points: pd.DataFrame, where: str) -> tuple[Floats, Floats, Floats]:
    """Check a frame of points and return x, y and weights.

    Parameters
    ----------
    points : DataFrame
        Columns x, y (metres, projected) and, optionally, weight (finite, >= 0; default 1).
    where : str
        Name of the calling function.

    Returns
    -------
    x, y, weight : ndarray of float64, shape (n,)
        Sorted by y, x, weight, so that the order of rows never changes a sum.

    Raises
    ------
    AnalysisError

    Examples
    --------
    >>> checked_points(pd.DataFrame({"x": [1.0, 2.0], "y": [5.0, 0.0]}), "demo")[0]
    array([2., 1.])
    """
    require_columns(points, ["x", "y"], where)
    columns = ["x", "y", *(["weight"] if "weight" in points.columns else [])]
    require_columns(points, columns, where)
    given = require_numbers(points[columns], where)
    weight = given[:, 2] if len(columns) > 2 else np.ones(len(given))
    wrong = {
        "a coordinate or weight is not finite": not np.isfinite(given).all(),
        "a weight is negative": (weight < 0).any(),
        "coordinates look like degrees": looks_like_degrees(given[:, :2]),
    }
    for what, is_so in wrong.items():
        if is_so:
            raise AnalysisError(what, where=where, allowed="finite metres, weights from 0 on")
    order = np.lexsort((weight, given[:, 0], given[:, 1]))
    return given[order, 0], given[order, 1], weight[order]


def reach_of(kernel: Kernel, bandwidth_m: float) -> float:
    """Return the distance beyond which a kernel on the plane is taken as 0.

    Parameters
    ----------
    kernel : {"quartic", "gaussian"}
    bandwidth_m : float

    Returns
    -------
    float

    Examples
    --------
    >>> reach_of("quartic", 300.0), reach_of("gaussian", 100.0)
    (300.0, 800.0)
    """
    return bandwidth_m if kernel == "quartic" else _SIGMAS * bandwidth_m


def bandwidth_by_rule(points: pd.DataFrame, *, kernel: Kernel = "quartic") -> float:
    """Choose a bandwidth from the points: Silverman's rule with a robust spread.

    sigma = 0.9 min(s, sqrt(1 / ln 2) D) n^(-1/5), with s the standard distance
    (sqrt(var x + var y), divisor n) and D the median distance from the mean centre, is the default
    search radius that planners know from their GIS; it is the radius of a quartic kernel. A
    Gaussian takes the standard deviation that spreads as far: the radius over sqrt(8). Points are
    not weighed.

    Parameters
    ----------
    points : DataFrame
        Columns x, y (metres, projected).
    kernel : {"quartic", "gaussian"}

    Returns
    -------
    float
        Metres.

    Raises
    ------
    AnalysisError
        If there are no two spots, or the points cannot be used.

    References
    ----------
    Silverman (1986), Density Estimation for Statistics and Data Analysis, section 3.4.2.

    Examples
    --------
    >>> points = pd.DataFrame({"x": [0.0, 100, 0, 100], "y": [0.0, 0, 100, 100]})
    >>> round(bandwidth_by_rule(points), 2)  # 0.9 x 70.71 x 4 ** -0.2
    48.23
    """
    x, y, _ = checked_points(points, "bandwidth_by_rule")
    far = np.hypot(x - x.mean(), y - y.mean()) if len(x) else x
    spread = float(np.sqrt((far * far).mean())) if len(x) else 0.0
    if not spread > 0:
        raise AnalysisError(
            "there are no two spots to choose a bandwidth from",
            where="bandwidth_by_rule",
            next_step="Give bandwidth_m.",
        )
    typical = float(np.sqrt(1 / np.log(2)) * np.median(far))
    # More than half on one spot: the median says nothing.
    least = min(spread, typical) if typical > 0 else spread
    radius_m = 0.9 * least * len(x) ** -0.2
    return float(radius_m if kernel == "quartic" else radius_m / _QUARTIC_OF_SIGMA)
