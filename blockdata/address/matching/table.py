"""An open-addressing table from 64-bit hashes to the rows that have them."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from blockdata.address.matching.fields import Ints, Small
from blockdata.kernels.jit import jit

__all__ = ["Lookup", "find", "lookup_of"]

_LEAST = 16


class Lookup(NamedTuple):
    """Rows by hash.

    Parameters
    ----------
    slots : ndarray of int64, shape (2 ** n,)
        Hashes where they stand; 0 is free.
    first : ndarray of int32
        Of each slot, where in `rows` its rows begin.
    size : ndarray of int32
        How many they are.
    rows : ndarray of int32
        Rows, those of one hash together and ascending.
    """

    slots: Ints
    first: Small
    size: Small
    rows: Small


@jit
def find(slots: Ints, wanted: int) -> int:
    """Return the slot of a hash, -1 if it is in none."""
    mask = len(slots) - 1
    slot = wanted & mask
    while slots[slot] != 0:
        if slots[slot] == wanted:
            return slot
        slot = (slot + 1) & mask
    return -1


@jit
def _place(hashes: Ints, starts: Ints, slots: Ints, first: Small, count: Small) -> None:
    mask = len(slots) - 1
    for number in range(len(starts) - 1):
        wanted = hashes[starts[number]]
        slot = wanted & mask
        while slots[slot] != 0:
            slot = (slot + 1) & mask
        slots[slot] = wanted
        first[slot] = starts[number]
        count[slot] = starts[number + 1] - starts[number]


def lookup_of(hashes: Ints, rows: Small | None = None) -> Lookup:
    """Index rows by a hash each.

    Parameters
    ----------
    hashes : ndarray of int64
        0 leaves a row out.
    rows : ndarray of int32, optional
        The row of each hash; else its position.

    Returns
    -------
    Lookup

    Examples
    --------
    >>> found = lookup_of(np.array([7, 5, 7, 0]))
    >>> slot = find(found.slots, 7)
    >>> found.rows[found.first[slot] : found.first[slot] + found.size[slot]].tolist()
    [0, 2]
    >>> find(found.slots, 9)
    -1
    """
    if rows is None:
        rows = np.arange(len(hashes), dtype=np.int32)
    kept = hashes != 0
    hashes, rows = hashes[kept], rows[kept]
    order = np.lexsort((rows, hashes)) if len(rows) else np.zeros(0, np.int64)
    hashes, rows = hashes[order], rows[order]
    new = np.ones(len(hashes), np.bool_)
    new[1:] = hashes[1:] != hashes[:-1]
    starts = np.append(np.flatnonzero(new), len(hashes)).astype(np.int64)
    size = _LEAST
    while size < 2 * len(starts):
        size *= 2
    slots = np.zeros(size, np.int64)
    first, count = np.zeros(size, np.int32), np.zeros(size, np.int32)
    _place(hashes, starts, slots, first, count)
    return Lookup(slots, first, count, rows)
