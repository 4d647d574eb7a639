"""Small counts of a table that is published, hidden so that totals do not give them away."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from blockdata.errors import AnalysisError

__all__ = ["LEAST", "Hidden", "hide_small"]

Flags = npt.NDArray[np.bool_]
Counts = npt.NDArray[np.int64]

LEAST = 3
"""The smallest limit that hides anything: "less than 2" says that it is 1."""


@dataclass(frozen=True)
class Hidden:
    """Which counts of a table are not shown.

    Parameters
    ----------
    small : ndarray of bool
        Counts above 0 and below the limit: told as such.
    besides : ndarray of bool
        Other counts that are hidden because small ones could be got by subtraction with them.
    withheld : bool
        No choice of further counts protects all small ones: the table must not be shown at all.

    Examples
    --------
    >>> hide_small(np.array([[9, 8], [7, 6]])).any.any()
    np.False_
    """

    small: Flags
    besides: Flags
    withheld: bool

    @property
    def any(self) -> Flags:
        """All hidden counts."""
        hidden: Flags = self.small | self.besides
        return hidden


def hide_small(
    counts: npt.ArrayLike, limit: int = 5, free_rows: npt.ArrayLike | None = None
) -> Hidden:
    """Choose the counts of a table that must be hidden when its totals are shown.

    Counts from 1 to limit - 1 are hidden. A reader knows this rule, sees which cells are small and
    which are hidden besides, knows that those are 0 or `limit` and more, and has the totals of all
    rows and columns. Each hidden count then still has two possible values: it lies on a rectangle
    of hidden counts that can all be one more and one less in turn, within what the reader knows.
    Of all such rectangles the one is taken that hides the smallest sum of further counts.

    Parameters
    ----------
    counts : array_like of int, shape (rows, columns)
    limit : int, at least `LEAST`
    free_rows : array_like of bool, shape (rows,), optional
        Rows whose small counts may be shown, such as that of cases without a place.

    Returns
    -------
    Hidden

    Raises
    ------
    AnalysisError
        If a count is negative, shapes differ, or the limit is below `LEAST`.

    References
    ----------
    Cox, L. H. (1980). Suppression methodology and statistical disclosure control. Journal of the
    American Statistical Association 75, 377-385.

    Examples
    --------
    >>> hidden = hide_small([[2, 30, 40], [50, 60, 70], [80, 90, 99]])
    >>> hidden.small.sum(), hidden.besides.astype(int).tolist()
    (np.int64(1), [[0, 1, 0], [1, 1, 0], [0, 0, 0]])
    """
    table = np.asarray(counts, dtype=np.int64)
    free = np.zeros(table.shape[0], dtype=np.bool_)
    if free_rows is not None:
        free = np.asarray(free_rows, dtype=np.bool_)
    if table.ndim != 2 or len(free) != table.shape[0] or np.any(table < 0) or limit < LEAST:
        raise AnalysisError(
            "counts do not fit",
            where="hide_small",
            allowed=f"a table of counts from 0, a limit of {LEAST} or more",
        )
    small = (table > 0) & (table < limit) & ~free[:, None]
    moves = _moves(table, small, free, limit)
    hidden, safe = small.copy(), np.zeros_like(small)
    for row, column in np.argwhere(small):
        if safe[row, column]:
            continue
        corner = _rectangle(table, hidden, moves, (int(row), int(column)))
        if corner is None:
            return Hidden(small, np.zeros_like(small), withheld=True)
        for cell in ((row, column), (row, corner[1]), (corner[0], column), corner):
            hidden[cell] = safe[cell] = True
    return Hidden(small, hidden & ~small, withheld=False)


def _moves(table: Counts, small: Flags, free: Flags, limit: int) -> tuple[Flags, Flags]:
    """Return which counts may be one more, and one less, for all that a reader knows."""
    loose = np.broadcast_to(free[:, None], table.shape)
    more = np.where(small, table + 1 < limit, (table >= limit) | loose)
    less = np.where(small, table > 1, (table > limit) | (loose & (table > 0)))
    return more, less


def _rectangle(
    table: Counts, hidden: Flags, moves: tuple[Flags, Flags], cell: tuple[int, int]
) -> tuple[int, int] | None:
    """Return the opposite corner of the cheapest rectangle that protects a cell, or None."""
    row, column = cell
    price = np.where(hidden, 0, table + 1)
    cost = price[row][None, :] + price[:, column][:, None] + price
    fits = np.zeros(table.shape, dtype=np.bool_)
    for up, down in (moves, moves[::-1]):
        if up[row, column]:
            fits |= down[row][None, :] & down[:, column][:, None] & up
    fits[row, :] = fits[:, column] = False
    if not fits.any():
        return None
    best = int(np.argmin(np.where(fits, cost, np.iinfo(np.int64).max)))
    found = np.unravel_index(best, table.shape)
    return int(found[0]), int(found[1])
