"""Circles around places: for each centre the places within, from near to far, up to a limit."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.spatial import cKDTree

from blockdata.errors import AnalysisError
from blockdata.kernels.blocks import coordinates

__all__ = ["Circles", "nested_circles"]

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
Int32s = npt.NDArray[np.int32]
Flags = npt.NDArray[np.bool_]


class Circles(NamedTuple):
    """Nested circles around n centres; those of one centre stand together, from small to large.

    Parameters
    ----------
    first : ndarray of int64, shape (n + 1,)
        Where each centre's members begin.
    member : ndarray of int32
        The place that each larger circle takes in; the centre itself comes first.
    whole : ndarray of bool
        Whether the members up to here make a circle: places at one distance from the centre enter
        a circle together.
    radius_m : ndarray of float64
        Distance of the member from the centre.
    """

    first: Integers
    member: Int32s
    whole: Flags
    radius_m: Floats


def nested_circles(
    x: npt.ArrayLike,
    y: npt.ArrayLike,
    size: npt.ArrayLike,
    *,
    max_size: float,
    max_radius_m: float = np.inf,
) -> Circles:
    """List the circles around every place that hold no more than a limit.

    Parameters
    ----------
    x, y : array_like of float, shape (n,)
        Metres, finite.
    size : array_like of float, shape (n,)
        What a circle may hold only so much of, such as people at risk; not negative.
    max_size : float
        Largest sum of sizes of a circle. A centre that alone has more has no circle.
    max_radius_m : float
        Largest radius, inclusive.

    Returns
    -------
    Circles
        Places at one distance are in the order of their numbers.

    Raises
    ------
    AnalysisError
        If a coordinate is not finite, or shapes differ.

    Examples
    --------
    >>> circles = nested_circles([0, 1, 5], [0, 0, 0], [1, 1, 1], max_size=2)
    >>> [circles.member[a:b].tolist() for a, b in zip(circles.first[:-1], circles.first[1:])]
    [[0, 1], [1, 0], [2, 1]]
    """
    xs, ys = coordinates(x, y)
    sizes = np.ascontiguousarray(size, dtype=np.float64)
    if not (np.isfinite(xs).all() and np.isfinite(ys).all()) or sizes.shape != xs.shape:
        raise AnalysisError("places need finite coordinates and a size each", where="circles")
    near = _near(xs, ys, max_radius_m)
    parts = [
        _of_centre(centre, near, (xs, ys), sizes, (max_size, max_radius_m))
        for centre in range(len(xs))
    ]
    counts = [len(member) for member, _, _ in parts]
    first = np.concatenate([[0], np.cumsum(counts, dtype=np.int64)]).astype(np.int64)
    none = (np.empty(0, np.int32), np.empty(0, bool), np.empty(0))
    member, whole, radius = (
        np.concatenate([none[n], *(part[n] for part in parts)]) for n in range(3)
    )
    return Circles(first, member, whole, radius)


def _near(x: Floats, y: Floats, max_radius_m: float) -> list[Integers] | None:
    """Return the places near each centre, or None where the radius limits nothing."""
    if not np.isfinite(max_radius_m):
        return None
    points = np.column_stack([x, y])
    # A little farther than asked: the distance that decides is computed in one way below.
    found = cKDTree(points).query_ball_point(points, max_radius_m * (1 + 1e-9), return_sorted=True)
    return [np.asarray(members, dtype=np.int64) for members in found]


def _of_centre(
    centre: int,
    near: list[Integers] | None,
    place: tuple[Floats, Floats],
    size: Floats,
    limits: tuple[float, float],
) -> tuple[Int32s, Flags, Floats]:
    x, y = place
    others = np.arange(len(x)) if near is None else near[centre]
    apart = np.hypot(x[others] - x[centre], y[others] - y[centre])
    # The centre comes first, whatever else stands on its spot.
    apart[others == centre] = -1.0
    order = np.argsort(apart, kind="stable")
    radius = np.maximum(apart[order], 0.0)
    last = np.append(radius[1:] > radius[:-1], True)
    held = np.cumsum(size[others[order]])
    fits = last & (held <= limits[0]) & (radius <= limits[1])
    count = int(np.flatnonzero(fits)[-1]) + 1 if fits.any() else 0
    return others[order][:count].astype(np.int32), last[:count], radius[:count]
