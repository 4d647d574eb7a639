"""DBSCAN as a function of frames."""

from __future__ import annotations

import numpy as np
import pandas as pd

from blockdata.analysis.checks import require_numbers, require_whole
from blockdata.analysis.clusters.result import Clusters, described, points_of
from blockdata.kernels import dbscan

__all__ = ["dbscan_clusters"]


def dbscan_clusters(points: pd.DataFrame, *, eps_m: float, min_points: int) -> Clusters:
    """Find clusters of points that lie at least so densely everywhere.

    A point with at least `min_points` points within `eps_m`, itself included, is a core point; core
    points within `eps_m` of each other are of one cluster. A border point, itself no core point,
    may have core points of several clusters within `eps_m`: it goes to the one with the lowest
    number. Clusters are numbered by their first core point in the order of rows; so which points
    are core points, and how these are parted, does not follow the order of rows, and a border point
    between two clusters does.

    Parameters
    ----------
    points : DataFrame
        Columns x, y (metres, projected) and, optionally, place. Points on one spot count each for
        itself.
    eps_m : float
        Above 0; the distance itself is within.
    min_points : int
        At least 1.

    Returns
    -------
    Clusters
        `points` with cluster and core, `clusters` with core (number of core points) besides.

    Raises
    ------
    AnalysisError
        If a column or value is missing, coordinates look like degrees, or a setting is out of
        bounds.

    References
    ----------
    Ester, Kriegel, Sander and Xu (1996), A density-based algorithm for discovering clusters in
    large spatial databases with noise, KDD-96, 226-231.

    Examples
    --------
    >>> points = pd.DataFrame({"x": [0.0, 1, 2, 50], "y": 0.0})
    >>> found = dbscan_clusters(points, eps_m=1, min_points=3)
    >>> found.points["cluster"].tolist(), found.clusters["size"].tolist()
    ([0, 0, 0, -1], [3])
    """
    xy = points_of(points, "dbscan_clusters")
    require_numbers(eps_m, "dbscan_clusters eps_m")
    require_whole(min_points, 1, "dbscan_clusters min_points")
    label, core = dbscan(xy[:, 0], xy[:, 1], eps_m, min_points)
    clusters = described(points, xy, label)
    clusters["core"] = np.bincount(label[core], minlength=len(clusters)).astype(np.int64)
    return Clusters(pd.DataFrame({"cluster": label, "core": core}, index=points.index), clusters)
