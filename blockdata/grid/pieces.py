"""Pieces: sets of whole buildings with enough people, of which every drawing of atoms is made."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import pandas as pd

from blockdata.kernels.hilbert import hilbert_index

__all__ = ["first_pieces", "joined_pieces", "name_of_buildings"]

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
Objects = npt.NDArray[np.object_]


def name_of_buildings(prefix: str, buildings: Sequence[str]) -> str:
    """Name a set of buildings by its members, in whatever order they come.

    Returns
    -------
    str
        The prefix and 13 base32 characters of the SHA-256 of the sorted ids.

    Examples
    --------
    >>> name_of_buildings("pce", ["b2", "b1"]) == name_of_buildings("pce", ["b1", "b2"])
    True
    """
    digest = hashlib.sha256("\x1f".join(sorted(buildings)).encode()).digest()
    return prefix + base64.b32encode(digest).decode().lower()[:13]


def first_pieces(buildings: pd.DataFrame, minimum: int, *, across: bool = True) -> Integers:
    """Group buildings that are in no piece yet into pieces of at least `minimum` people.

    1. An overlay cell with at least `minimum` people is cut along a Hilbert curve over all
       buildings, as soon as a piece has reached `minimum`; the rest joins the cell's last piece.
    2. Inside a group, the smaller overlay cells are put together: to the first by name the
       nearest small one is added until `minimum` is reached, and so on while it can be reached.
    3. What is left over in a group joins, cell by cell, the nearest piece of that group.
    4. Groups with fewer than `minimum` people are put together like the cells in 2; what is left
       over of them joins, cell by cell, the nearest piece there is.

    Nearest is by the distance of people-weighted centroids, ties by name of the overlay cell and
    place along the curve. What has no coordinates is infinitely far.

    Parameters
    ----------
    buildings : DataFrame
        Columns building (unique), x, y (metres), people (whole, above 0), overlay, group (text).
        Sorted by building.
    minimum : int
    across : bool, default True
        Whether step 4 is taken; without it such groups make no piece.

    Returns
    -------
    ndarray of int64, shape (n,)
        Number of the piece of each building, -1 where it is in none. All are -1 where the
        buildings together have fewer than `minimum` people.

    Examples
    --------
    >>> import pandas as pd
    >>> rows = pd.DataFrame({"building": ["b1", "b2", "b3"], "x": [0.0, 900, 5], "y": 0.0,
    ...                      "people": [20, 35, 15], "overlay": "u1", "group": "r1"})
    >>> first_pieces(rows, 30).tolist()
    [0, 1, 0]
    """
    if buildings["people"].sum() < minimum:
        return np.full(len(buildings), -1, dtype=np.int64)
    rows = _with_terms(buildings)
    part = _parts(rows, minimum)
    of_part = rows.groupby(part)
    sums = of_part[["people", "weight", "weighted_x", "weighted_y"]].sum().to_numpy(dtype=float)
    group = of_part["group"].first().to_numpy(dtype=object)
    return _pieces_of_parts(sums, group, minimum, across)[part]


def _with_terms(buildings: pd.DataFrame) -> pd.DataFrame:
    """Add the place along the curve and the terms of people-weighted centroids."""
    x, y = (buildings[name].to_numpy(dtype=float, na_value=np.nan) for name in ("x", "y"))
    there = np.isfinite(x) & np.isfinite(y)
    weight = np.where(there, buildings["people"], 0)
    return buildings.assign(
        place=hilbert_index(np.where(there, x, np.nan), np.where(there, y, np.nan)),
        weight=weight,
        weighted_x=np.where(there, weight * x, 0.0),
        weighted_y=np.where(there, weight * y, 0.0),
    )


def _parts(rows: pd.DataFrame, minimum: int) -> Integers:
    """Cut overlay cells with enough people; a smaller cell is one part. In order of cells."""
    unit = rows.groupby(["group", "overlay"], sort=True).ngroup().to_numpy()
    order = np.lexsort((np.arange(len(rows)), rows["place"].to_numpy(), unit))
    people, units = rows["people"].to_numpy()[order].tolist(), unit[order].tolist()
    left = np.bincount(unit, weights=rows["people"]).astype(np.int64).tolist()
    part = np.empty(len(rows), dtype=np.int64)
    number, so_far = -1, 0
    for at, (row, cell, count) in enumerate(zip(order.tolist(), units, people, strict=True)):
        # A part ends where it is large enough and what is left of its cell is so too.
        ended = so_far >= minimum and left[cell] >= minimum
        if at == 0 or cell != units[at - 1] or ended:
            number, so_far = number + 1, 0
        part[row] = number
        so_far += count
        left[cell] -= count
    return part


def _pieces_of_parts(sums: Floats, group: Objects, minimum: int, across: bool) -> Integers:
    """Return the piece number of each part; parts come sorted by group and name.

    A row of `sums` is people, people with coordinates, and these times x and times y.
    """
    piece = np.full(len(sums), -1, dtype=np.int64)
    for name in pd.unique(group):
        members = np.flatnonzero(group == name)
        label = _join_nearest(sums[members], _grow(sums[members], minimum))
        piece[members] = np.where(label >= 0, label + piece.max() + 1, -1)
    if not across:
        return piece
    adrift = np.flatnonzero(piece < 0)
    part = pd.factorize(group[adrift])[0]
    label = _grow(_sum_by(part, sums[adrift]), minimum)[part]
    piece[adrift] = np.where(label >= 0, label + piece.max() + 1, -1)
    return _join_nearest(sums, piece)


def _grow(sums: Floats, minimum: int) -> Integers:
    """Return the number of the piece each part is in, alone or with others; -1 if left over."""
    label = np.where(sums[:, 0] >= minimum, np.arange(len(sums)), -1)
    small = [int(part) for part in np.flatnonzero(label < 0)]
    while sums[small, 0].sum() >= minimum:
        grown = [small.pop(0)]
        while sums[grown, 0].sum() < minimum:
            distance_m = _distances(sums[small], sums[grown].sum(axis=0))
            grown.append(small.pop(int(distance_m.argmin())))
        label[grown] = min(grown)
    formed = label >= 0
    # Numbered by their first part, the pieces are in the order of names, which decides ties.
    label[formed] = np.unique(label[formed], return_inverse=True)[1]
    return label


def _join_nearest(sums: Floats, label: Integers) -> Integers:
    """Give every part left over the number of the nearest piece, where there is one."""
    joined = label.copy()
    if (label >= 0).any():
        pieces = _sum_by(label[label >= 0], sums[label >= 0])
        for part in np.flatnonzero(label < 0):
            joined[part] = _distances(pieces, sums[part]).argmin()
    return joined


def _sum_by(label: Integers, sums: Floats) -> Floats:
    total = np.zeros((label.max(initial=-1) + 1, sums.shape[1]))
    np.add.at(total, label, sums)
    return total


def _distances(sums: Floats, one: Floats) -> Floats:
    """Distances in metres between centroids; infinite where one has no coordinates."""
    weight = np.where(sums[:, 1:2] > 0, sums[:, 1:2], np.nan)
    apart = sums[:, 2:] / weight - one[2:] / (one[1] if one[1] > 0 else np.nan)
    return np.nan_to_num(np.hypot(apart[:, 0], apart[:, 1]), nan=np.inf)


def joined_pieces(pieces: pd.DataFrame, minimum: int) -> Integers:
    """Join the pieces that fell below the minimum, each with the nearest of the same atom.

    The first small piece by name is joined with the piece of its atom whose middle is nearest,
    until no small one is left or the atom is one piece.

    Parameters
    ----------
    pieces : DataFrame
        Columns atom, people (whole), located (buildings with coordinates), sum_x, sum_y (of these
        coordinates, metres). Sorted by atom and name of the piece.
    minimum : int

    Returns
    -------
    ndarray of int64, shape (n,)
        Row of the first piece that each is joined to; its own where it stands alone.

    Examples
    --------
    >>> import pandas as pd
    >>> rows = pd.DataFrame({"atom": "a", "people": [40, 8, 35], "located": 1,
    ...                      "sum_x": [0.0, 90.0, 100.0], "sum_y": 0.0})
    >>> joined_pieces(rows, 30).tolist()
    [0, 1, 1]
    """
    joined = np.arange(len(pieces), dtype=np.int64)
    atom = pieces["atom"].to_numpy(dtype=object)
    small = (pieces["people"] < minimum).to_numpy()
    sums = pieces[["people", "located", "sum_x", "sum_y"]].to_numpy(dtype=float)
    bounds = [0, *(np.flatnonzero(atom[1:] != atom[:-1]) + 1).tolist(), len(atom)]
    for start, end in pairwise(bounds):
        if small[start:end].any():
            joined[start:end] = start + _joined_in_atom(sums[start:end].copy(), minimum)
    return joined


def _joined_in_atom(sums: Floats, minimum: int) -> Integers:
    label = np.arange(len(sums), dtype=np.int64)
    stands = np.ones(len(sums), dtype=bool)
    while stands.sum() > 1 and (sums[stands, 0] < minimum).any():
        one = int(np.flatnonzero(stands & (sums[:, 0] < minimum))[0])
        others = np.flatnonzero(stands & (np.arange(len(sums)) != one))
        nearest = int(others[_distances(sums[others], sums[one]).argmin()])
        kept, gone = min(one, nearest), max(one, nearest)
        label[label == gone] = kept
        sums[kept] += sums[gone]
        stands[gone] = False
    return label
