"""Kernels that spread along a network, all events at once.

What walks away from events along a half-edge is a share and the distance it has come. Where it
meets a node it divides. Walkers that reach a node by the same half-edge, and have come as far but
for a thousandth of the kernel's reach, go on as one, with their mean distance: no share is lost,
and the work does not grow with the ways there are. What they leave on a lixel is the kernel's
integral.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from blockdata.kernels.jit import jit

__all__ = ["Streets", "spread"]

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

_BUCKETS = 1_000
_ON_NODE_M = 1e-6
_SIGMAS = 4.0


class Streets(NamedTuple):
    """Edges as `edges_of` cuts them: `nodes`, `length_m`, `lixels`, `out_stops` and `out`."""

    nodes: Integers
    length_m: Floats
    lixels: Integers
    out_stops: Integers
    out: Integers


class _Way(NamedTuple):
    """How a kernel falls and divides: `continuous` or not, `quartic` or not, its width, its end."""

    continuous: bool
    quartic: bool
    bandwidth_m: float
    reach_m: float


class _Pool(NamedTuple):
    """Walkers by bucket of distance, in lists: `head` of each bucket, `next` of each walker.

    `half`, the half-edge by whose end each has arrived; `share`; `come_m`, how far. `free[0]` is
    the first unused place.
    """

    head: Integers
    next: Integers
    half: Integers
    share: Floats
    come_m: Floats
    free: Integers


def spread(
    streets: Streets,
    events: tuple[Integers, Floats, Floats],
    *,
    continuous: bool,
    quartic: bool,
    bandwidth_m: float,
) -> Floats:
    """Return how much of the events' kernels lies on each lixel.

    Parameters
    ----------
    streets : Streets
    events : tuple of ndarrays, shape (n,)
        Edge of each event, how far along it is, its weight.
    continuous : bool
        Whether a part turns back at a node, so that the density has no step there.
    quartic : bool
        Else Gaussian.
    bandwidth_m : float

    Returns
    -------
    ndarray of float64, one for each lixel

    Examples
    --------
    >>> road = Streets(np.array([[0, 1]]), np.array([30.0]), np.array([0, 3]),
    ...                np.array([0, 1, 2]), np.array([0, 1]))
    >>> spread(road, (np.array([0]), np.array([15.0]), np.ones(1)),
    ...        continuous=False, quartic=True, bandwidth_m=15.0).round(4)
    array([0.2099, 0.5802, 0.2099])
    """
    reach_m = bandwidth_m if quartic else _SIGMAS * bandwidth_m
    way = _Way(continuous, quartic, float(bandwidth_m), float(reach_m))
    mass = np.zeros(int(streets.lixels[-1]))
    _spread(streets, events, way, mass)
    return mass


@jit
def _below(distance_m: float, way: _Way) -> float:
    """Return the kernel's integral from the event to a distance: a half in all."""
    u = min(distance_m / way.bandwidth_m, way.reach_m / way.bandwidth_m)
    if way.quartic:
        return 15 / 16 * u * (1 - u * u * (2 / 3 - u * u / 5))
    return 0.5 * math.erf(u / math.sqrt(2.0)) / math.erf(_SIGMAS / math.sqrt(2.0))


@jit
def _leave(
    streets: Streets,
    half: int,
    walker: tuple[float, float, float],
    way: _Way,
    mass: Floats,
) -> None:
    """Leave a walker's kernel on the lixels of a half-edge, from where it sets out.

    The walker is its share, how far it has come, and how far along the half-edge it sets out.
    """
    share, come_m, from_m = walker
    edge = half // 2
    first, count = streets.lixels[edge], streets.lixels[edge + 1] - streets.lixels[edge]
    width = streets.length_m[edge] / count
    lixel = min(int(from_m / width), count - 1)
    before = _below(come_m, way)
    while lixel < count:
        reached = come_m + max((lixel + 1) * width - from_m, 0.0)
        after = _below(reached, way)
        place = lixel if half % 2 == 0 else count - 1 - lixel
        mass[first + place] += share * (after - before)
        if reached >= way.reach_m:
            break
        before = after
        lixel += 1


@jit
def _push(pool: _Pool, half: int, share: float, come_m: float, way: _Way) -> _Pool:
    """Put a walker that arrives at the end of a half-edge into its bucket, if within reach."""
    if come_m >= way.reach_m or share == 0.0:
        return pool
    place = pool.free[0]
    if place < 0:
        pool = _larger(pool)
        place = pool.free[0]
    pool.free[0] = pool.next[place]
    bucket = min(int(come_m / way.reach_m * _BUCKETS), _BUCKETS - 1)
    pool.half[place], pool.share[place], pool.come_m[place] = half, share, come_m
    pool.next[place] = pool.head[bucket]
    pool.head[bucket] = place
    return pool


@jit
def _larger(pool: _Pool) -> _Pool:
    size = len(pool.next)
    following = np.append(pool.next, np.arange(size + 1, 2 * size + 1))
    following[-1] = -1
    pool.free[0] = size
    return _Pool(
        pool.head,
        following,
        np.append(pool.half, pool.half),
        np.append(pool.share, pool.share),
        np.append(pool.come_m, pool.come_m),
        pool.free,
    )


@jit
def _divide(
    streets: Streets, walker: tuple[int, float, float], way: _Way, mass: Floats, pool: _Pool
) -> _Pool:
    """Send a walker (half-edge, share, how far it has come) on from the node at its end."""
    half, share, come_m = walker
    edge = half // 2
    node = streets.nodes[edge, 1 - half % 2]
    low, high = streets.out_stops[node], streets.out_stops[node + 1]
    ways, back = high - low, half ^ 1
    for place in range(low, high):
        out = streets.out[place]
        if ways == 1:
            part = share  # a dead end turns all back
        elif out == back:
            part = share * (2 - ways) / ways if way.continuous else 0.0
        else:
            part = share * 2 / ways if way.continuous else share / (ways - 1)
        if part != 0.0:
            _leave(streets, out, (part, come_m, 0.0), way, mass)
            pool = _push(pool, out, part, come_m + streets.length_m[out // 2], way)
    return pool


@jit
def _set_out(
    streets: Streets, event: tuple[int, float, float], way: _Way, mass: Floats, pool: _Pool
) -> _Pool:
    """Let an event's walkers leave: two along its edge, or one each way from the node it is on."""
    edge, on_m, weight = event
    length_m = streets.length_m[edge]
    at_start, at_end = on_m <= _ON_NODE_M, length_m - on_m <= _ON_NODE_M
    if not at_start and not at_end:
        for side in range(2):
            from_m = length_m - on_m if side else on_m
            _leave(streets, 2 * edge + side, (weight, 0.0, from_m), way, mass)
            pool = _push(pool, 2 * edge + side, weight, length_m - from_m, way)
        return pool
    node = streets.nodes[edge, 0 if at_start else 1]
    low, high = streets.out_stops[node], streets.out_stops[node + 1]
    for place in range(low, high):
        out, part = streets.out[place], 2 * weight / (high - low)
        _leave(streets, out, (part, 0.0, 0.0), way, mass)
        pool = _push(pool, out, part, streets.length_m[out // 2], way)
    return pool


@jit
def _spread(
    streets: Streets, events: tuple[Integers, Floats, Floats], way: _Way, mass: Floats
) -> None:
    edge, on_m, weight = events
    following = np.arange(1, 1025)
    following[-1] = -1
    pool = _Pool(
        np.full(_BUCKETS, -1, dtype=np.int64),
        following,
        np.empty(1024, dtype=np.int64),
        np.empty(1024),
        np.empty(1024),
        np.zeros(1, dtype=np.int64),
    )
    for event in range(len(edge)):
        one = (edge[event], on_m[event], weight[event])
        pool = _set_out(streets, one, way, mass, pool)
    halves = 2 * len(streets.length_m)
    # What arrives by each half-edge in a bucket; what turned back counts below 0, on its own.
    share, moment = np.zeros((halves, 2)), np.zeros((halves, 2))
    seen, arrived = np.zeros(halves, dtype=np.bool_), np.empty(halves, dtype=np.int64)
    for bucket in range(_BUCKETS):
        while pool.head[bucket] >= 0:
            count = _gather(pool, bucket, (share, moment), seen, arrived)
            for place in range(count):
                half = arrived[place]
                seen[half] = False
                for sign in range(2):
                    total = share[half, sign]
                    if total != 0.0:
                        come_m = moment[half, sign] / total
                        pool = _divide(streets, (half, total, come_m), way, mass, pool)
                        share[half, sign], moment[half, sign] = 0.0, 0.0


@jit
def _gather(
    pool: _Pool, bucket: int, sums: tuple[Floats, Floats], seen: Flags, arrived: Integers
) -> int:
    """Join the walkers of a bucket by half-edge, empty it, and tell how many half-edges it had."""
    share, moment = sums
    count, place = 0, pool.head[bucket]
    while place >= 0:
        half, sign = pool.half[place], 1 if pool.share[place] < 0 else 0
        share[half, sign] += pool.share[place]
        moment[half, sign] += pool.share[place] * pool.come_m[place]
        if not seen[half]:
            seen[half] = True
            arrived[count] = half
            count += 1
        following = pool.next[place]
        pool.next[place] = pool.free[0]
        pool.free[0] = place
        place = following
    pool.head[bucket] = -1
    return count
