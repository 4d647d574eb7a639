"""Counts of places before and after a day."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import pandas as pd

__all__ = ["Counts", "EventLog", "Window"]

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]


@dataclass(frozen=True, order=True)
class Window:
    """Days that are compared, as day numbers since 1970; ends are exclusive.

    Parameters
    ----------
    pre_from, pre_to, post_from, post_to : int

    Examples
    --------
    >>> Window(0, 365, 400, 500).post_days
    100
    """

    pre_from: int
    pre_to: int
    post_from: int
    post_to: int

    @property
    def pre_days(self) -> int:
        """Days before."""
        return self.pre_to - self.pre_from

    @property
    def post_days(self) -> int:
        """Days after."""
        return self.post_to - self.post_from


@dataclass(frozen=True)
class Counts:
    """Events of every place in one window.

    Parameters
    ----------
    segments : ndarray of float64, shape (places, segments)
        Before, by parts of the time.
    post : ndarray of float64, shape (places,)

    Examples
    --------
    >>> Counts(np.array([[1.0, 2.0]]), np.array([1.0])).pre.tolist()
    [3.0]
    """

    segments: Floats
    post: Floats

    @cached_property
    def pre(self) -> Floats:
        """Events before."""
        total: Floats = self.segments.sum(axis=1)
        return total

    @cached_property
    def roots(self) -> Floats:
        """Square roots of the counts before: of each segment, and last of all together."""
        return np.sqrt(np.column_stack([self.segments, self.pre]))


class EventLog:
    """Events by place and day, made ready to be counted in many windows.

    Parameters
    ----------
    place : ndarray of int64
        Position of each event's place; -1 for places that take no part.
    day : ndarray of int64
        Days since 1970.
    places : int
        How many places there are.

    Examples
    --------
    >>> log = EventLog(np.array([0, 0, 1]), np.array([5, 12, 3]), 2)
    >>> log.counts(Window(0, 10, 10, 20), 2).post.tolist()
    [1.0, 0.0]
    """

    def __init__(self, place: Integers, day: Integers, places: int) -> None:
        known = place >= 0
        order = np.argsort(day[known], kind="stable")
        self._place, self._day = place[known][order], day[known][order]
        self._places = places

    def counts(self, window: Window, segments: int) -> Counts:
        """Count the events of every place before, by segments, and after."""
        edges = np.linspace(window.pre_from, window.pre_to, segments + 1)
        parts = [self._between(a, b) for a, b in pairwise(edges.tolist())]
        after = self._between(window.post_from, window.post_to)
        return Counts(np.column_stack(parts), after)

    def _between(self, begins: float, ends: float) -> Floats:
        first, last = np.searchsorted(self._day, [begins, ends], side="left")
        counted = np.bincount(self._place[first:last], minlength=self._places)
        return counted.astype(np.float64)


def day_numbers(days: pd.Series) -> Integers:
    """Return days since 1970; of a missing day the least number there is."""
    at = pd.to_datetime(days).to_numpy(dtype="datetime64[D]")
    return at.astype(np.int64)
