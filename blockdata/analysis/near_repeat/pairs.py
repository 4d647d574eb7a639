"""Events with a place and a day, their pairs by distance band, and random orders of their days."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from blockdata.analysis.checks import (
    looks_like_degrees,
    require_columns,
    require_days,
    require_numbers,
    require_whole,
)
from blockdata.errors import AnalysisError
from blockdata.kernels import count_pairs_within, hilbert_index, pairs_within
from blockdata.kernels.blocks import each_block

__all__ = ["SAME_PLACE", "BandedPairs", "Events", "days_since_first", "events_of", "orders_of"]

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
Int32s = npt.NDArray[np.int32]
Float32s = npt.NDArray[np.float32]

SAME_PLACE = "same place"
"""Name of the first distance band: pairs of events on one spot."""

_KEPT_PAIRS = 2**25
"""Pairs that are held in memory; more are found anew for each block of permutations."""

_HELD_DAYS = 2**25
"""Permuted days that are held at once."""

_ORDERS = 128
_COLUMNS = 16


class Events(NamedTuple):
    """Events along a curve through the plane, so that those near one another are so in memory.

    `x`, `y` in metres; `day` in whole days from any first one.
    """

    x: Floats
    y: Floats
    day: Integers


def events_of(events: pd.DataFrame, where: str) -> Events:
    """Check a frame of events and take what counts.

    Parameters
    ----------
    events : DataFrame
        Columns x, y (metres, projected), day (date or naive timestamp; only the day counts).
    where : str
        Name of the calling function.

    Returns
    -------
    Events

    Raises
    ------
    AnalysisError
        If a column or value is missing, a time has a zone, or coordinates are not finite or look
        like degrees.

    Examples
    --------
    >>> one = pd.DataFrame({"x": [1.0], "y": [2.0], "day": pd.to_datetime(["1970-01-03"])})
    >>> events_of(one, "demo").day
    array([2])
    """
    require_columns(events, ["x", "y", "day"], where)
    xy = require_numbers(events[["x", "y"]], where)
    moment = require_days(events["day"], where)
    wrong = {
        "a coordinate is not finite": not np.isfinite(xy).all(),
        "coordinates look like degrees": looks_like_degrees(xy),
        "a day has a time zone": moment.dt.tz is not None,
    }
    for what, is_so in wrong.items():
        if is_so:
            raise AnalysisError(what, where=where, allowed="metres, and local days without a zone")
    day = moment.to_numpy(dtype="datetime64[D]").astype(np.int64)
    along = np.argsort(hilbert_index(xy[:, 0], xy[:, 1]), kind="stable")
    return Events(xy[along, 0], xy[along, 1], day[along])


@dataclass(frozen=True)
class BandedPairs:
    """Pairs of events up to a distance, chunk by chunk, with the distance band of each.

    Band 0 is one spot. Few pairs are kept (12 bytes each), many are found anew in each pass, so
    that memory does not grow with them.

    Parameters
    ----------
    events : Events
    edges_m : ndarray of float64
        Ends of the bands, ascending.
    inside : {"left", "right"}
        Whether a distance that equals an edge belongs to the band before it ("left") or after.

    Examples
    --------
    >>> events = Events(np.array([0.0, 0, 5]), np.zeros(3), np.zeros(3, dtype=np.int64))
    >>> [band.tolist() for _, _, band in BandedPairs(events, np.array([10.0])).passes()()]
    [[0, 1, 1]]
    """

    events: Events
    edges_m: Floats
    inside: Literal["left", "right"] = "left"

    def passes(self) -> _Pass:
        """Return what gives all chunks, each time it is called."""
        reach_m = self._reach_m()
        if count_pairs_within(self.events.x, self.events.y, reach_m) > _KEPT_PAIRS:
            return _Pass(self, None)
        return _Pass(self, list(self.chunks()))

    def chunks(self) -> Iterator[tuple[Int32s, Int32s, Int32s]]:
        """Find first event, second event and band of all pairs, in chunks."""
        x, y = self.events.x, self.events.y
        for first, second in pairs_within(x, y, self._reach_m()):
            apart = np.hypot(x[first] - x[second], y[first] - y[second])
            band = np.searchsorted(self.edges_m, apart, side=self.inside) + 1
            band[apart == 0] = 0
            near = band <= len(self.edges_m)
            one, other, own = (v[near].astype(np.int32) for v in (first, second, band))
            yield one, other, own

    def _reach_m(self) -> float:
        # A hair more: distances are rounded otherwise there than here.
        return float(self.edges_m[-1]) * (1 + 1e-12)


class _Pass(NamedTuple):
    pairs: BandedPairs
    kept: list[tuple[Int32s, Int32s, Int32s]] | None

    def __call__(self) -> Iterator[tuple[Int32s, Int32s, Int32s]]:
        return self.pairs.chunks() if self.kept is None else iter(self.kept)


def orders_of(day: Integers, permutations: int, seed: int) -> Iterator[Float32s]:
    """Give the days in random orders, in blocks.

    Parameters
    ----------
    day : ndarray of int64, shape (n,)
    permutations : int
    seed : int
        The order of permutation r follows from the seed and r alone, not from the blocks.

    Yields
    ------
    ndarray of float32, shape (n, r)
        Days since the earliest, exact.

    Examples
    --------
    >>> [block.shape for block in orders_of(np.array([5, 7, 9]), 200, 0)]
    [(3, 128), (3, 72)]
    """
    require_whole(seed, 0, "permutations' seed")
    require_whole(permutations, 0, "permutations")
    since = days_since_first(day)
    width = int(np.clip(_HELD_DAYS // max(len(day), 1), 1, _ORDERS))
    for start in range(0, permutations, width):
        block = np.empty((len(day), min(width, permutations - start)), dtype=np.float32)
        _shuffle(since, block, (seed, start))
        yield block


def _shuffle(since: Float32s, block: Float32s, first: tuple[int, int]) -> None:
    """Fill each column with the days in the random order of its number."""
    seed, start = first

    def work(low: int, high: int) -> None:
        for column in range(low, high):
            random = np.random.default_rng([seed, start + column])
            block[:, column] = random.permutation(since)

    each_block(block.shape[1], work, block=_COLUMNS)


def days_since_first(day: Integers) -> Float32s:
    """Count days from the earliest, in floats of 32 bits, which hold 45,000 years exactly.

    Parameters
    ----------
    day : ndarray of int64, shape (n,)

    Returns
    -------
    ndarray of float32, shape (n,)

    Examples
    --------
    >>> days_since_first(np.array([7, 5])).tolist()
    [2.0, 0.0]
    """
    return (day - (day.min() if len(day) else 0)).astype(np.float32)
