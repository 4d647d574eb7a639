"""Kernel density along streets."""

from __future__ import annotations

from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from blockdata.analysis.checks import require_numbers
from blockdata.analysis.density.kernels import Kernel, checked_points
from blockdata.analysis.density.lixels import Edges, edges_of, lixel_shapes, place_on_edges
from blockdata.analysis.density.spreading import Streets, spread
from blockdata.errors import AnalysisError
from blockdata.kernels import StreetNetwork

__all__ = ["street_density"]

_MOST_LIXELS = 10_000_000

Split = Literal["discontinuous", "continuous"]

_M_OF_KM = 1e3


def street_density(
    points: pd.DataFrame,
    lines: npt.ArrayLike,
    *,
    bandwidth_m: float,
    lixel_m: float = 10.0,
    kernel: Kernel = "quartic",
    split: Split = "discontinuous",
    snap_m: float = 50.0,
) -> pd.DataFrame:
    """Estimate how densely events lie along streets, on short pieces of them (lixels).

    Each event is brought onto the nearest street and its kernel spreads along the streets from
    there, one half each way. At a crossing of n streets the equal-split discontinuous kernel goes
    on in equal parts, 1 / (n - 1) each; the continuous one sends 2 / n on each and -(n - 2) / n
    back, so that the density has no step at the crossing. All ways count, not only the shortest.
    At a dead end the kernel turns back whole. So nothing is lost, and `events` adds up to the
    events on streets (to 1e-7). An event on a crossing spreads evenly over its arms.

    On a lixel stands the kernel's integral over it, not its value at the middle. Ways of which the
    lengths differ by under a thousandth of the kernel's reach may be counted with their mean
    length, which changes a density by about 1e-6 of its largest value.

    Parameters
    ----------
    points : DataFrame
        Columns x, y (metres, projected) and, optionally, weight (>= 0; default 1). A point without
        a street within `snap_m` is on no lixel: compare the sum of `events`.
    lines : array_like of shapely lines, shape (m,)
        Streets, in the CRS of the points; connected where they share a vertex. A street that is
        given twice is two streets.
    bandwidth_m : float
        Half the width of the quartic kernel, 15 / (16 h) (1 - d^2 / h^2)^2; standard deviation of
        the Gaussian, which is cut at 4 of them and scaled to whole mass.
    lixel_m : float
        Longest lixel. The street between two crossings is cut into equal ones.
    kernel : {"quartic", "gaussian"}
    split : {"discontinuous", "continuous"}
        A continuous density can be below 0 beside crossings that are less than the bandwidth
        apart.
    snap_m : float
        Farthest a point may be from its street.

    Returns
    -------
    DataFrame
        One row per lixel, by street and along it: line (position in `lines`), from_m, to_m (along
        the street, its parts one after the other), events (weight of the kernels on it),
        density_per_km, geom (LineString). Without a street no row.

    Raises
    ------
    AnalysisError
        If a column or value is missing, coordinates look like degrees, a geometry is no line, or a
        setting is out of bounds.

    References
    ----------
    Okabe, Satoh and Sugihara (2009), A kernel density estimation method for networks,
    International Journal of Geographical Information Science 23, 7-32; Okabe and Sugihara (2012),
    Spatial Analysis along Networks, chapter 9; McSwiggan, Baddeley and Nair (2017), Scandinavian
    Journal of Statistics 44, 324-345.

    Examples
    --------
    >>> street = [shapely.LineString([(0, 0), (90, 0)])]
    >>> found = street_density(pd.DataFrame({"x": [45.0], "y": [3.0]}), street,
    ...                        bandwidth_m=45, lixel_m=30)
    >>> found["events"].round(4).tolist()
    [0.2099, 0.5802, 0.2099]
    """
    x, y, weight = checked_points(points, "street_density")
    _check_settings((bandwidth_m, lixel_m), snap_m, kernel, split)
    given = np.asarray(lines, dtype=object)
    if given.ndim != 1 or not (shapely.is_geometry(given) | shapely.is_missing(given)).all():
        raise AnalysisError("lines are no lines", where="street_density", allowed="LineStrings")
    if shapely.length(given).sum() / lixel_m > _MOST_LIXELS:
        raise AnalysisError(
            f"lixels of {lixel_m} m are over {_MOST_LIXELS:,}",
            where="street_density lixel_m",
            allowed="longer lixels",
        )
    on = StreetNetwork(given).snap(x, y, snap_m)
    edges = edges_of(given, lixel_m)
    near = on.line >= 0
    edge, on_m = place_on_edges(edges, on.line[near], on.along_m[near])
    streets = Streets(edges.nodes, edges.length_m, edges.lixels, edges.out_stops, edges.out)
    mass = spread(
        streets,
        (edge, on_m, weight[near]),
        continuous=split == "continuous",
        quartic=kernel == "quartic",
        bandwidth_m=bandwidth_m,
    )
    return _table(edges, mass)


def _check_settings(
    lengths: tuple[float, float], snap_m: float, kernel: Kernel, split: Split
) -> None:
    require_numbers([*lengths, snap_m], "street_density lengths")
    wrong = {
        "bandwidth_m or lixel_m is not above 0": not all(np.isfinite(v) and v > 0 for v in lengths),
        "snap_m is negative": not (np.isfinite(snap_m) and snap_m >= 0),
        f"kernel is {kernel!r}": kernel not in ("quartic", "gaussian"),
        f"split is {split!r}": split not in ("discontinuous", "continuous"),
    }
    for what, is_so in wrong.items():
        if is_so:
            raise AnalysisError(
                what,
                where="street_density",
                allowed="metres above 0; quartic or gaussian; discontinuous or continuous",
            )


def _table(edges: Edges, mass: npt.NDArray[np.float64]) -> pd.DataFrame:
    count = np.diff(edges.lixels)
    edge = np.repeat(np.arange(len(count)), count)
    number = np.arange(len(edge)) - edges.lixels[edge]
    width = edges.length_m[edge] / count[edge]
    shapes = lixel_shapes(edges)
    return pd.DataFrame(
        {
            "line": edges.line[edge],
            "from_m": edges.start_m[edge] + number * width,
            "to_m": edges.start_m[edge] + (number + 1) * width,
            "events": mass,
            "density_per_km": mass / width * _M_OF_KM,
            "geom": pd.Series(shapes, dtype=object),
        }
    )
