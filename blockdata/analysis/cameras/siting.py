"""The best few of many sites or cameras: greedy maximum coverage, with its guarantee."""

from __future__ import annotations

import threading
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from blockdata.analysis.cameras.scene import Scene, Sightings
from blockdata.errors import AnalysisError
from blockdata.kernels.jit import jit

__all__ = ["Chosen", "choose_most", "points_to_gain"]

Integers = npt.NDArray[np.int64]
Int32s = npt.NDArray[np.int32]
Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Chosen:
    """What was chosen, in order, and how good it is at least.

    Parameters
    ----------
    rows : ndarray of int64
        Chosen sets.
    gains : ndarray of int64
        What each added to those before it.
    guarantee : float
        Share of the optimum that greedy choice reaches whatever the sets: 1 - (1 - 1/k)^k, which
        is above 1 - 1/e.
    bound : int
        No choice of k sets covers more, as the gains that were left show.
    """

    rows: Integers
    gains: Integers
    guarantee: float
    bound: int

    @property
    def at_least(self) -> float:
        """Share of the optimum that is reached for certain, by the better of both bounds."""
        if self.bound == 0:
            return 1.0
        return max(self.guarantee, float(self.gains.sum()) / self.bound)


def choose_most(starts: Integers, members: Int32s, weights: Integers, k: int) -> Chosen:
    """Choose k sets that together cover most, greedily: always the one that adds most.

    Parameters
    ----------
    starts : ndarray of int64, shape (n + 1,)
    members : ndarray of int32
        Of set i those from `starts[i]` to `starts[i + 1]`, each once.
    weights : ndarray of int64
        What each member is worth, not negative.
    k : int
        At least 1. Fewer are chosen where no further set adds anything.

    Returns
    -------
    Chosen
        Of equally good sets the first is chosen.

    Raises
    ------
    AnalysisError
        If k is below 1.

    References
    ----------
    Nemhauser, G. L., Wolsey, L. A., Fisher, M. L. (1978). An analysis of approximations for
    maximizing submodular set functions. Mathematical Programming 14, 265-294.
    Minoux, M. (1978). Accelerated greedy algorithms for maximizing submodular set functions.
    Leskovec, J. et al. (2007). Cost-effective outbreak detection in networks. KDD 2007 (the bound
    from the gains that are left).

    Examples
    --------
    >>> starts, members = np.array([0, 3, 5, 6]), np.array([0, 1, 2, 2, 3, 3], dtype=np.int32)
    >>> chosen = choose_most(starts, members, np.ones(4, dtype=np.int64), 2)
    >>> chosen.rows, chosen.gains, chosen.bound, chosen.guarantee
    (array([0, 1]), array([3, 1]), 4, 0.75)
    """
    if k < 1:
        raise AnalysisError(f"k is {k}", allowed="a whole number of at least 1")
    covered = np.zeros(len(weights), dtype=np.bool_)
    gains = _gains(starts, members, weights, covered)
    # The sum of the k largest gains bounds every choice; so does any prefix with what it leaves.
    bound = int(np.sort(gains)[::-1][:k].sum())
    rows, won = _choose(starts, members, weights, covered, gains.copy(), k)
    left = np.sort(_gains(starts, members, weights, covered))[::-1][:k].sum()
    bound = min(bound, int(won.sum() + left))
    return Chosen(rows, won, 1.0 - (1.0 - 1.0 / k) ** k, bound)


@jit
def _gain(starts: Integers, members: Int32s, weights: Integers, covered: Bools, row: int) -> int:
    gain = 0
    for member in members[starts[row] : starts[row + 1]]:
        if not covered[member]:
            gain += weights[member]
    return gain


@jit
def _gains(starts: Integers, members: Int32s, weights: Integers, covered: Bools) -> Integers:
    gains = np.empty(len(starts) - 1, dtype=np.int64)
    for row in range(len(gains)):
        gains[row] = _gain(starts, members, weights, covered, row)
    return gains


@jit
def _choose(
    starts: Integers, members: Int32s, weights: Integers, covered: Bools, most: Integers, k: int
) -> tuple[Integers, Integers]:
    """Choose lazily: a set's gain only shrinks, so an old gain bounds the present one."""
    rows, won = np.empty(k, dtype=np.int64), np.empty(k, dtype=np.int64)
    fresh, chosen = np.full(len(most), -1, dtype=np.int64), 0
    while chosen < k and len(most):
        best = np.argmax(most)
        if most[best] <= 0:
            break
        if fresh[best] < chosen:
            most[best] = _gain(starts, members, weights, covered, int(best))
            fresh[best] = chosen
            continue
        rows[chosen], won[chosen] = best, most[best]
        for member in members[starts[best] : starts[best + 1]]:
            covered[member] = True
        most[best] = 0
        chosen += 1
    return rows[:chosen], won[:chosen]


def points_to_gain(
    scene: Scene,
    covered: Scene | None,
    *,
    streets_only: bool,
    cells: Bools | None = None,
) -> tuple[Integers, Int32s]:
    """List, for each candidate camera, the points in cells that no present camera sees.

    Parameters
    ----------
    scene : Scene
        Of the candidates.
    covered : Scene, optional
        Of the fixed cameras that are there, over the same ground.
    streets_only : bool
        Whether street space is wanted, or all land.
    cells : ndarray of bool, optional
        Which cells of the ground count; all if not given.

    Returns
    -------
    starts : ndarray of int64, shape (candidates + 1,)
    points : ndarray of int32
        Numbers of points, each point that any candidate sees having one.
    """
    lock, found = threading.Lock(), {}
    counts = np.append(np.ones(len(scene.ground.cells), bool) if cells is None else cells, False)

    def gather(seen: Sightings) -> None:
        wanted = seen.painted.street if streets_only else seen.painted.land
        wanted = wanted & counts[seen.painted.cells].any(axis=0)
        if covered is not None:
            wanted[covered.look_at(seen.tile).points] = False
        kept = wanted[seen.points]
        of = np.repeat(seen.cameras, np.diff(seen.starts))[kept]
        with lock:
            found[seen.number] = (of, seen.points[kept])

    scene.each_tile(gather, cells_too=False)
    return _numbered(found, len(scene.stands.cameras))


def _numbered(
    found: dict[int, tuple[Integers, Int32s]], candidates: int
) -> tuple[Integers, Int32s]:
    """Give the points of all tiles numbers without gaps and sort them by candidate."""
    cameras, points, begin = [np.empty(0, dtype=np.int64)], [np.empty(0, dtype=np.int32)], 0
    for number in sorted(found):
        of, own = found[number]
        distinct, place = np.unique(own, return_inverse=True)
        cameras.append(of)
        points.append((place + begin).astype(np.int32))
        begin += len(distinct)
    of = np.concatenate(cameras)
    order = np.argsort(of, kind="stable")
    starts = np.searchsorted(of[order], np.arange(candidates + 1))
    return starts, np.concatenate(points)[order]
