"""Counts per cell, category and time step."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from blockdata.errors import AnalysisError
from blockdata.kernels.jit import jit

__all__ = ["CellCounts", "steps_of_times"]

Integers = npt.NDArray[np.int64]

_MOST_DENSE = 1 << 24
_BUFFERED = 1 << 20


class CellCounts:
    """Counts of records by cell, category and time step, added up batch by batch.

    While the whole table has at most 16 million entries it is held whole; a larger one is held
    as the entries above 0. Memory does not grow with the records.

    Parameters
    ----------
    cells, categories, steps : int
        How many there are of each; codes run from 0.

    Raises
    ------
    AnalysisError
        If one of them is negative, or the table would have more than 2**62 entries.

    Attributes
    ----------
    left_out : int
        Records with a negative code (in no cell, of no category, outside all steps) so far.

    Examples
    --------
    >>> counts = CellCounts(cells=2, categories=1, steps=2)
    >>> counts.add([0, 1, 1, -1], [0, 0, 0, 0], [1, 0, 0, 1])
    >>> counts.dense()[:, 0]
    array([[0, 1],
           [2, 0]])
    >>> counts.left_out
    1
    """

    def __init__(self, cells: int, categories: int, steps: int) -> None:
        self.shape = (cells, categories, steps)
        size = cells * categories * steps
        if min(self.shape) < 0 or size > 1 << 62:
            raise AnalysisError(f"a table of {self.shape}", allowed="sizes from 0 up")
        self.left_out = 0
        self._table = np.zeros(size, dtype=np.int64) if size <= _MOST_DENSE else None
        self._key, self._count = np.empty((2, 0), dtype=np.int64)
        self._buffer: list[Integers] = []

    def add(self, cell: npt.ArrayLike, category: npt.ArrayLike, step: npt.ArrayLike) -> None:
        """Add one batch of records.

        Parameters
        ----------
        cell, category, step : array_like of int, shape (n,)
            Codes; a record with a negative one is left out.

        Raises
        ------
        AnalysisError
            If lengths differ or a code is beyond the table.

        Examples
        --------
        >>> counts = CellCounts(1, 1, 1)
        >>> counts.add([0], [0], [0])
        """
        codes = [np.ascontiguousarray(values, dtype=np.int64) for values in (cell, category, step)]
        if len({values.shape for values in codes}) > 1 or codes[0].ndim != 1:
            raise AnalysisError("codes differ in length", allowed="three equal 1-d arrays")
        for values, name, size in zip(codes, ("cell", "category", "step"), self.shape, strict=True):
            if values.max(initial=-1) >= size:
                raise AnalysisError(f"{name} code {values.max()}", allowed=f"codes below {size}")
        keys = np.empty(len(codes[0]), dtype=np.int64)
        kept = _keys(codes[0], codes[1], codes[2], self.shape[1:], keys)
        self.left_out += len(keys) - kept
        if self._table is not None:
            _tally(keys[:kept], self._table)
            return
        self._buffer.append(keys[:kept])
        if sum(map(len, self._buffer)) >= max(_BUFFERED, len(self._key)):
            self._merge()

    def dense(self) -> Integers:
        """Return the whole table.

        Returns
        -------
        ndarray of int64, shape (cells, categories, steps)

        Raises
        ------
        AnalysisError
            If it has more than 16 million entries; use `sparse`.

        Examples
        --------
        >>> CellCounts(1, 2, 1).dense().shape
        (1, 2, 1)
        """
        if self._table is None:
            raise AnalysisError(
                f"the table of {self.shape} is too large to be held whole",
                allowed=f"{_MOST_DENSE} entries",
                next_step="Use sparse().",
            )
        return self._table.reshape(self.shape).copy()

    def sparse(self) -> tuple[Integers, Integers, Integers, Integers]:
        """Return the entries above 0.

        Returns
        -------
        cell, category, step, count : ndarray of int64
            Sorted by cell, category, step.

        Examples
        --------
        >>> counts = CellCounts(9, 9, 9)
        >>> counts.add([5, 5], [1, 1], [2, 2])
        >>> counts.sparse()
        (array([5]), array([1]), array([2]), array([2]))
        """
        if self._table is not None:
            self._key = np.flatnonzero(self._table)
            self._count = self._table[self._key]
        else:
            self._merge()
        cell, category, step = np.unravel_index(self._key, self.shape)
        return cell, category, step, self._count.copy()

    def _merge(self) -> None:
        keys = np.concatenate([self._key, *self._buffer])
        counts = np.ones(len(keys), dtype=np.int64)
        counts[: len(self._key)] = self._count
        self._key, place = np.unique(keys, return_inverse=True)
        self._count = np.zeros(len(self._key), dtype=np.int64)
        np.add.at(self._count, place, counts)
        self._buffer = []


def steps_of_times(times: npt.ArrayLike, edges: npt.ArrayLike) -> Integers:
    """Find the time step of each time.

    Parameters
    ----------
    times : array_like of datetime64, shape (n,)
        Null (NaT) is in no step.
    edges : array_like of datetime64, shape (k + 1,)
        Where the k steps begin and the last ends, ascending. Steps are half-open: a time at an
        edge belongs to the step that begins there.

    Returns
    -------
    ndarray of int64, shape (n,)
        Step from 0 to k - 1; -1 before the first edge, at or after the last, and for null.

    Raises
    ------
    AnalysisError
        If the edges do not ascend.

    Examples
    --------
    >>> days = np.array(["2024-01-01", "2024-01-02", "2024-01-03"], dtype="datetime64[D]")
    >>> steps_of_times(np.array(["2024-01-01T23:59", "2024-01-02", "2024-01-03"],
    ...                         dtype="datetime64[us]"), days)
    array([ 0,  1, -1])
    """
    moments = np.asarray(times, dtype="datetime64[us]")
    bounds = np.asarray(edges, dtype="datetime64[us]")
    if len(bounds) < 1 or not (bounds[1:] > bounds[:-1]).all():
        raise AnalysisError("edges of time steps do not ascend", allowed="ascending times")
    step = np.searchsorted(bounds, moments, side="right") - 1
    step[(step >= len(bounds) - 1) | np.isnat(moments)] = -1
    return step.astype(np.int64)


@jit
def _keys(
    cell: Integers, category: Integers, step: Integers, widths: tuple[int, int], keys: Integers
) -> int:
    """Write the table position of each record with all codes; return how many there are."""
    size = 0
    for i in range(len(cell)):
        if cell[i] >= 0 and category[i] >= 0 and step[i] >= 0:
            keys[size] = (cell[i] * widths[0] + category[i]) * widths[1] + step[i]
            size += 1
    return size


@jit
def _tally(keys: Integers, table: Integers) -> None:
    for key in keys:
        table[key] += 1
