"""What a cube of counts holds, and how parts of it are taken."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from blockdata.analysis.checks import require_naive_time
from blockdata.errors import AnalysisError

__all__ = ["Cube"]

Integers = npt.NDArray[np.int64]

# A frame or an array of all bins beyond this is a mistake on the machines this runs on.
_MOST_BINS = 50_000_000


@dataclass(frozen=True)
class Cube:
    """Counts of place by category by time step, sparse; made by `counts_cube`.

    Bins that are not listed are zeros, where they were observed at all.

    Parameters
    ----------
    places, categories : Index of str
        All of them, sorted, those without a count included.
    edges : DatetimeIndex of datetime64[us], shape (t + 1,)
        Local midnights; step i spans edges[i] (inclusive) to edges[i + 1] (exclusive).
    step, category, place : ndarray of int64, shape (n,)
        Positions of the bins with a count, sorted by step, category and place.
    count : ndarray of int64, shape (n,)
        1 or more.
    observed_days : ndarray of int64, shape (categories, t)
        Days of each step on which the category's source was not silent.
    offsets : ndarray of int64, shape (t + 1,)
        Step i has the bins offsets[i] to offsets[i + 1].

    Examples
    --------
    >>> from blockdata.analysis.cube import counts_cube
    >>> days = pd.to_datetime(["2024-05-01", "2024-05-01", "2024-05-03"])
    >>> events = pd.DataFrame({"place": ["a", "a", "b"], "category": "noise", "day": days})
    >>> cube = counts_cube(events, start=days[0], end=pd.Timestamp("2024-05-04"))
    >>> cube.dense()[0].tolist()
    [[2, 0, 0], [0, 0, 1]]
    """

    places: pd.Index[Any]
    categories: pd.Index[Any]
    edges: pd.DatetimeIndex
    step: Integers
    category: Integers
    place: Integers
    count: Integers
    observed_days: Integers
    offsets: Integers

    @property
    def shape(self) -> tuple[int, int, int]:
        """Numbers of categories, places and steps."""
        return len(self.categories), len(self.places), len(self.edges) - 1

    @property
    def step_days(self) -> Integers:
        """Days of each step, shape (t,)."""
        return np.diff(self.edges.asi8) // 86_400_000_000

    def between(self, start: pd.Timestamp, end: pd.Timestamp) -> Cube:
        """Take the steps from `start` (inclusive) to `end` (exclusive), without copying a bin.

        Parameters
        ----------
        start, end : Timestamp
            Edges of the cube.

        Returns
        -------
        Cube
            Its bins are views; the step numbers count from 0 again.

        Raises
        ------
        AnalysisError
            If a moment is not an edge of the cube, or the period is empty.

        Examples
        --------
        >>> from blockdata.analysis.cube import counts_cube
        >>> days = pd.date_range("2024-05-01", periods=9)
        >>> events = pd.DataFrame({"place": "a", "category": "noise", "day": days})
        >>> cube = counts_cube(events, start=days[0], end=days[8])
        >>> cube.between(days[5], days[8]).shape
        (1, 1, 3)
        """
        first, last = (self._edge(moment) for moment in (start, end))
        if first >= last:
            raise AnalysisError("no period", where="Cube.between", allowed="start before end")
        rows = slice(int(self.offsets[first]), int(self.offsets[last]))
        return Cube(
            self.places,
            self.categories,
            self.edges[first : last + 1],
            self.step[rows] - first,
            self.category[rows],
            self.place[rows],
            self.count[rows],
            self.observed_days[:, first:last],
            self.offsets[first : last + 1] - self.offsets[first],
        )

    def _edge(self, moment: pd.Timestamp) -> int:
        at = require_naive_time(moment, "Cube.between")
        found = int(self.edges.searchsorted(at))
        if found == len(self.edges) or self.edges[found] != at:
            raise AnalysisError(
                f"{at.date()} begins no step of the cube",
                where="Cube.between",
                allowed=f"edges from {self.edges[0].date()} to {self.edges[-1].date()}",
            )
        return found

    def place_totals(self) -> Integers:
        """Counts of each category and place over all steps, shape (categories, places)."""
        kinds, places, _ = self.shape
        return _summed(self.category * places + self.place, self.count, (kinds, places))

    def step_totals(self) -> Integers:
        """Counts of each category and step over all places, shape (categories, t)."""
        kinds, _, steps = self.shape
        return _summed(self.category * steps + self.step, self.count, (kinds, steps))

    def dense(self) -> Integers:
        """All bins as an array of int64, shape (categories, places, t).

        Raises
        ------
        AnalysisError
            If there are more than 50 million.
        """
        self._require_few()
        kinds, places, steps = self.shape
        bins: Integers = np.zeros((kinds, places, steps), dtype=np.int64)
        bins[self.category, self.place, self.step] = self.count
        return bins

    def frame(self) -> pd.DataFrame:
        """All bins as a frame, sorted by category, place and step.

        Returns
        -------
        DataFrame
            category, place (str), start, end (datetime64[us], end exclusive), count (Int64),
            days, observed_days (int64). The count is null where no day was observed; a step
            observed in part has what was counted.

        Raises
        ------
        AnalysisError
            If there are more than 50 million bins.
        """
        kinds, places, steps = self.shape
        counted = self.dense().ravel()
        observed = np.repeat(self.observed_days, places, axis=0).ravel()
        tiles = kinds * places
        return pd.DataFrame(
            {
                "category": pd.Series(np.repeat(self.categories, places * steps), dtype="str"),
                "place": pd.Series(np.tile(np.repeat(self.places, steps), kinds), dtype="str"),
                "start": np.tile(self.edges[:-1], tiles),
                "end": np.tile(self.edges[1:], tiles),
                "count": pd.Series(counted, dtype="Int64").mask(observed == 0),
                "days": np.tile(self.step_days, tiles),
                "observed_days": observed,
            }
        )

    def _require_few(self) -> None:
        bins = int(np.prod(self.shape))
        if bins > _MOST_BINS:
            raise AnalysisError(
                f"{bins:,} bins",
                where="Cube.dense",
                allowed=f"at most {_MOST_BINS:,}",
                next_step="Take fewer steps by between() or coarsen().",
            )


def _summed(key: Integers, count: Integers, shape: tuple[int, int]) -> Integers:
    # Sums below 2**53 are exact in float64.
    sums = np.bincount(key, weights=count, minlength=shape[0] * shape[1])
    return sums.astype(np.int64).reshape(shape)
