"""The features near a point: not the nearest alone, but all that it may be about."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from blockdata.errors import AnalysisError
from blockdata.kernels import FeatureIndex
from blockdata.kernels.blocks import BLOCK, coordinates, each_block
from blockdata.kernels.cells import locate_block
from blockdata.kernels.jit import jit
from blockdata.kernels.search import BinnedSegments, squared_distance

__all__ = ["NearFeatures"]

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

_FAR_M = 2e9


class NearFeatures(FeatureIndex):
    """Features, made ready to be asked which of them are near a point.

    Distances are those of `FeatureIndex`; of polygons that overlap, only one is told to cover a
    point, the others are as far as their borders.

    Parameters
    ----------
    features : array_like of shapely geometries, shape (m,)
        Points, lines and valid polygons in a CRS in metres; None and empty ones are never near.

    Examples
    --------
    >>> import numpy as np, shapely
    >>> near = NearFeatures(shapely.points([[0, 0], [3, 0], [50, 0]]))
    >>> near.within([1.0], [0.0], np.array([10.0]), limit=3)
    (array([[ 0,  1, -1]]), array([[ 1.,  2., nan]]))
    """

    def within(
        self, x: npt.ArrayLike, y: npt.ArrayLike, radius_m: npt.ArrayLike, limit: int
    ) -> tuple[Integers, Floats]:
        """Find the features within a distance of each point, the nearest first.

        Parameters
        ----------
        x, y : array_like of float, shape (n,)
            Metres; nothing is near a point without coordinates.
        radius_m : array_like of float, shape (n,)
            Each point's largest distance, itself included; NaN finds nothing.
        limit : int
            Most features of a point; of several as far away, those of lower index.

        Returns
        -------
        index : ndarray of int64, shape (n, limit)
            -1 where there is no further one.
        distance_m : ndarray of float64, shape (n, limit)
            NaN where there is no further one.

        Raises
        ------
        AnalysisError
            If `limit` is below 1 or the lengths differ.
        """
        xs, ys = coordinates(x, y)
        radius = np.ascontiguousarray(radius_m, dtype=np.float64)
        if limit < 1 or radius.shape != xs.shape:
            raise AnalysisError("a limit or a radius cannot be used", allowed="1 or more; (n,)")
        index = np.full((len(xs), limit), -1, dtype=np.int64)
        distance_m = np.full((len(xs), limit), np.nan)
        binned, raster = self._binned, self._raster
        if binned is None:
            return index, distance_m

        def work(start: int, stop: int) -> None:
            part = slice(start, stop)
            covering = np.full(stop - start, -1, dtype=np.int64)
            if raster is not None:
                locate_block(raster, xs[part], ys[part], covering)
            asked = xs[part], ys[part], radius[part]
            _near_block(binned, asked, covering, index[part], distance_m[part])

        each_block(len(xs), work, block=BLOCK)
        return index, distance_m


@jit
def _near_block(
    binned: BinnedSegments,
    asked: tuple[Floats, Floats, Floats],
    covering: Integers,
    index: Integers,
    distance_m: Floats,
) -> None:
    x, y, radius_m = asked
    lattice, stops, segments = binned.lattice, binned.stops, binned.segments
    squared = np.empty(index.shape[1])
    for i in range(len(x)):
        if not (abs(x[i]) <= _FAR_M and abs(y[i]) <= _FAR_M and radius_m[i] >= 0.0):
            continue
        squared[:] = np.inf
        if covering[i] >= 0:
            squared[0], index[i, 0] = 0.0, covering[i]
        reach_m = radius_m[i] + lattice.slack_m
        left, right = _span(x[i] - lattice.x0, reach_m, lattice.per_m, lattice.columns)
        low, high = _span(y[i] - lattice.y0, reach_m, lattice.per_m, lattice.rows)
        if left > right:
            continue
        most = radius_m[i] * radius_m[i]
        for row in range(low, high + 1):
            first, last = row * lattice.columns + left, row * lattice.columns + right
            for s in range(stops[first], stops[last + 1]):
                apart = squared_distance(segments, s, x[i], y[i])
                if apart <= most:
                    _keep(index[i], squared, int(segments[s, 4]), apart)
        for place in range(len(squared)):
            if squared[place] < np.inf:
                distance_m[i, place] = np.sqrt(squared[place])


@jit
def _span(from_m: float, reach_m: float, per_m: float, count: int) -> tuple[int, int]:
    """First and last bin within reach; none where the first is behind the last."""
    first = int(np.floor(max((from_m - reach_m) * per_m, -1.0)))
    last = int(np.floor(min((from_m + reach_m) * per_m, float(count))))
    return max(first, 0), min(last, count - 1)


@jit
def _keep(index: Integers, squared: Floats, owner: int, apart: float) -> None:
    """Enter a feature's distance into the list of the nearest, each of them once."""
    limit = len(squared)
    place = limit
    for at in range(limit):
        if index[at] == owner and squared[at] < np.inf:
            place = at
            break
    if place < limit and squared[place] <= apart:
        return
    if place == limit:
        place = limit - 1
        if not (apart, owner) < (squared[place], index[place]):
            return
    while place > 0 and (apart, owner) < (squared[place - 1], index[place - 1]):
        squared[place], index[place] = squared[place - 1], index[place - 1]
        place -= 1
    squared[place], index[place] = apart, owner
