"""Counting the points of a tile that cameras see: per camera, per cell and group of owners."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from blockdata.kernels.jit import jit

__all__ = ["CAMERA_SUMS", "CELL_SUMS", "tally_cameras", "tally_cells", "who_sees"]

Integers = npt.NDArray[np.int64]
Int32s = npt.NDArray[np.int32]
UInt8s = npt.NDArray[np.uint8]
UInt16s = npt.NDArray[np.uint16]
Bools = npt.NDArray[np.bool_]

CAMERA_SUMS = ("ground", "land", "street", "only", "only_street", "only_of_owner", "added")
"""What is counted for a camera: see `blockdata.analysis.cameras.survey`."""

CELL_SUMS = (
    "covered",
    "covered_twice",
    "moving",
    "moving_only",
    "street_covered",
    "street_covered_twice",
    "street_moving",
    "street_moving_only",
)
"""What is counted for a cell and a group of owners: of land, then of street space."""

Seen = tuple[UInt8s, UInt16s, UInt16s]


@jit
def who_sees(
    starts: Integers, points: Int32s, group: Integers, rides: Bools, groups: int, size: int
) -> Seen:
    """Tell of each point how many cameras of each group see it.

    Parameters
    ----------
    starts, points : ndarray
        Points that each camera sees, as from `seen_points`.
    group : ndarray of int64
        Group of each camera's owner.
    rides : ndarray of bool
        Whether it is on a vehicle.
    groups : int
        Number of groups.
    size : int
        Number of points.

    Returns
    -------
    count : ndarray of uint8, shape (groups + 1, n)
        Fixed cameras of each group, and of all in the last row: 0, 1, or 2 for more.
    fixed, moving : ndarray of uint16, shape (n,)
        A bit for every group with a fixed camera, or with one on a vehicle, that sees the point.

    Examples
    --------
    >>> starts, points = np.array([0, 2, 3]), np.array([0, 1, 1], dtype=np.int32)
    >>> group, rides = np.array([0, 1]), np.array([False, False])
    >>> count, fixed, moving = who_sees(starts, points, group, rides, 2, 3)
    >>> count[2], fixed
    (array([1, 2, 0], dtype=uint8), array([1, 3, 0], dtype=uint16))
    """
    count = np.zeros((groups + 1, size), dtype=np.uint8)
    fixed, moving = np.zeros(size, dtype=np.uint16), np.zeros(size, dtype=np.uint16)
    for c in range(len(starts) - 1):
        g = group[c]
        bit = np.uint16(1 << g)
        for p in points[starts[c] : starts[c + 1]]:
            if rides[c]:
                moving[p] |= bit
                continue
            fixed[p] |= bit
            for row in (g, groups):
                count[row, p] = min(count[row, p] + 1, 2)
    return count, fixed, moving


@jit
def tally_cameras(
    starts: Integers,
    points: Int32s,
    seen: Seen,
    ground: tuple[Bools, Bools],
    camera: tuple[Integers, Bools, int],
    sums: Integers,
) -> None:
    """Add up what each camera sees, what only it sees, and what it adds to the own ones.

    Parameters
    ----------
    starts, points : ndarray
    seen : tuple
        As from `who_sees`.
    ground : tuple of ndarray of bool
        Land and street of each point.
    camera : tuple
        Group of each camera, whether it rides, and the own group.
    sums : ndarray of int64, shape (cameras, 7)
        Added to; columns are `CAMERA_SUMS`.

    Examples
    --------
    >>> starts, points = np.array([0, 2, 3]), np.array([0, 1, 1], dtype=np.int32)
    >>> group, rides = np.array([0, 1]), np.array([False, False])
    >>> land, sums = np.ones(3, dtype=np.bool_), np.zeros((2, 7), dtype=np.int64)
    >>> seen = who_sees(starts, points, group, rides, 2, 3)
    >>> tally_cameras(starts, points, seen, (land, land), (group, rides, 0), sums)
    >>> sums.tolist()
    [[2, 2, 2, 1, 1, 2, 0], [1, 1, 1, 0, 0, 1, 0]]
    """
    count, fixed, _ = seen
    land, street = ground
    group, rides, own = camera
    everyone = len(count) - 1
    for c in range(len(starts) - 1):
        own_group = group[c] == own
        for p in points[starts[c] : starts[c + 1]]:
            sums[c, 0] += 1
            if not land[p]:
                continue
            sums[c, 1] += 1
            sums[c, 2] += street[p]
            # What a camera on a vehicle sees alone is what no fixed one sees.
            others = 0 if rides[c] else 1
            if count[everyone, p] == others:
                sums[c, 3] += 1
                sums[c, 4] += street[p]
            if count[group[c], p] == others:
                sums[c, 5] += 1
            if not own_group and not (fixed[p] >> own) & 1:
                sums[c, 6] += 1


@jit
def tally_cells(
    cells: Int32s,
    seen: Seen,
    ground: tuple[Bools, Bools],
    extent: Integers,
    sums: Integers,
    together: Integers,
) -> None:
    """Add up, per cell, the ground there is and what is seen of it.

    Parameters
    ----------
    cells : ndarray of int32, shape (layers, n)
    seen : tuple
        As from `who_sees`.
    ground : tuple of ndarray of bool
        Land and street of each point.
    extent : ndarray of int64, shape (cells, 2)
        Added to: land and street of each cell.
    sums : ndarray of int64, shape (cells, groups + 1, 8)
        Added to; the last of the groups is all of them, the columns are `CELL_SUMS`.
    together : ndarray of int64, shape (layers, 2 ** groups, 2)
        Added to: land and street in the cells of a layer by the combination of groups that see it.

    Examples
    --------
    >>> starts, points = np.array([0, 2]), np.array([0, 1], dtype=np.int32)
    >>> seen = who_sees(starts, points, np.array([0]), np.array([False]), 1, 3)
    >>> cells, land = np.array([[0, 0, 0]], dtype=np.int32), np.ones(3, dtype=np.bool_)
    >>> extent, sums = np.zeros((1, 2), dtype=np.int64), np.zeros((1, 2, 8), dtype=np.int64)
    >>> tally_cells(cells, seen, (land, ~land), extent, sums, np.zeros((1, 2, 2), dtype=np.int64))
    >>> extent.tolist(), sums[0, 1].tolist()
    ([[3, 0]], [2, 0, 0, 0, 0, 0, 0, 0])
    """
    count, fixed, moving = seen
    land, street = ground
    groups = len(count) - 1
    for layer in range(len(cells)):
        for p in range(cells.shape[1]):
            cell = cells[layer, p]
            if cell < 0 or not land[p]:
                continue
            extent[cell, 0] += 1
            extent[cell, 1] += street[p]
            together[layer, fixed[p], 0] += 1
            together[layer, fixed[p], 1] += street[p]
            if not fixed[p] and not moving[p]:
                continue
            for g in range(groups + 1):
                drives = moving[p] != 0 if g == groups else (moving[p] >> g) & 1 != 0
                for first in range(0, 8 if street[p] else 4, 4):
                    sums[cell, g, first] += count[g, p] > 0
                    sums[cell, g, first + 1] += count[g, p] > 1
                    sums[cell, g, first + 2] += drives
                    sums[cell, g, first + 3] += drives and count[g, p] == 0
