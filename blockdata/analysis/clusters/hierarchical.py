"""HDBSCAN* as a function of frames."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.spatial import cKDTree

from blockdata.analysis.checks import require_numbers, require_whole
from blockdata.analysis.clusters.condensing import condense, excess_of_mass
from blockdata.analysis.clusters.result import Clusters, described, points_of
from blockdata.analysis.clusters.spanning import spanning_tree
from blockdata.errors import AnalysisError

__all__ = ["hdbscan_clusters"]

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]


def hdbscan_clusters(
    points: pd.DataFrame,
    *,
    min_size: int,
    min_points: int | None = None,
    accuracy_m: float = 1.0,
) -> Clusters:
    """Find clusters of points that differ in density, without a radius.

    A point's core distance is that to its `min_points`-th nearest point, itself included; two
    points are as far apart as their distance or the larger core distance. As the distance shrinks
    the points fall apart; pieces of at least `min_size` points are clusters, and of clusters within
    clusters those are chosen that last longest (excess of mass), never the whole. Joints of equal
    length part at once: ties, and the order of rows, decide nothing but the numbers. (Core
    distances make many ties, which scikit-learn parts one by one: there a few clusters can differ.)
    A point that leaves a chosen cluster early is of it still, with a low membership; border points
    in the sense of DBSCAN there are none.

    Parameters
    ----------
    points : DataFrame
        Columns x, y (metres, projected) and, optionally, place. Points on one spot count each for
        itself.
    min_size : int
        Fewest points of a cluster, at least 2.
    min_points : int, optional
        At least 1; default: `min_size`.
    accuracy_m : float
        Above 0. Distances below it count as it: without that, reports on one spot would be denser
        than anything, and each such spot a cluster.

    Returns
    -------
    Clusters
        `points` with cluster and membership (0 to 1), `clusters` with parts_m (distance at which it
        parts from the rest) and stability besides. Clusters are numbered by their first point in
        the order of rows. With fewer points than `min_size` or `min_points`, or where the points
        never part into two clusters, there is none.

    Raises
    ------
    AnalysisError
        If a column or value is missing, coordinates look like degrees, or a setting is out of
        bounds.

    References
    ----------
    Campello, Moulavi, Zimek and Sander (2015), Hierarchical density estimates for data clustering,
    visualization, and outlier detection, ACM Transactions on Knowledge Discovery from Data 10(1).

    Examples
    --------
    >>> points = pd.DataFrame({"x": [0.0, 9, 18, 500, 509, 518, 9_000], "y": 0.0})
    >>> hdbscan_clusters(points, min_size=3, min_points=2).points["cluster"].tolist()
    [0, 0, 0, 1, 1, 1, -1]
    """
    xy = points_of(points, "hdbscan_clusters")
    fewest = min_size if min_points is None else min_points
    _check_settings(min_size, fewest, accuracy_m)
    if len(xy) < max(min_size, fewest):
        label = np.full(len(xy), -1, dtype=np.int64)
        return _result(points, xy, label, np.zeros(len(xy)), (np.empty(0), np.empty(0)))
    first, second, squared = spanning_tree(xy, _squared_core(xy, fewest))
    condensed = condense(first, second, np.maximum(np.sqrt(squared), accuracy_m), min_size)
    chosen, membership = excess_of_mass(condensed)
    used, number = _numbered(chosen)
    told = (1 / condensed.birth[used], condensed.stability[used])
    return _result(points, xy, number, membership, told)


def _check_settings(min_size: int, min_points: int, accuracy_m: float) -> None:
    require_whole(min_size, None, "hdbscan_clusters min_size")
    require_whole(min_points, None, "hdbscan_clusters min_points")
    require_numbers(accuracy_m, "hdbscan_clusters accuracy_m")
    if min_size < 2 or min_points < 1 or not (np.isfinite(accuracy_m) and accuracy_m > 0):
        raise AnalysisError(
            f"min_size is {min_size}, min_points is {min_points}, accuracy_m is {accuracy_m}",
            where="hdbscan_clusters",
            allowed="2 or more, 1 or more, above 0",
        )


def _squared_core(xy: Floats, min_points: int) -> Floats:
    """Return squared distances, computed as those between points are: equal ones are equal."""
    nearest = np.asarray(cKDTree(xy).query(xy, k=[min_points])[1])[:, 0]
    apart = xy[nearest] - xy
    squared: Floats = apart[:, 0] * apart[:, 0] + apart[:, 1] * apart[:, 1]
    return squared


def _numbered(chosen: Integers) -> tuple[Integers, Integers]:
    """Number the chosen clusters by their first point."""
    used, first = np.unique(chosen, return_index=True)
    used = used[np.argsort(first, kind="stable")]
    used = used[used >= 0]
    number = np.full(int(chosen.max(initial=-1)) + 2, -1, dtype=np.int64)
    number[used] = np.arange(len(used))
    return used, number[chosen]  # -1 finds the last place, which is -1


def _result(
    points: pd.DataFrame,
    xy: Floats,
    label: Integers,
    membership: Floats,
    told: tuple[Floats, Floats],
) -> Clusters:
    own = pd.DataFrame({"cluster": label, "membership": membership}, index=points.index)
    clusters = described(points, xy, label).assign(parts_m=told[0], stability=told[1])
    return Clusters(own, clusters)
