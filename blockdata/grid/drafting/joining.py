"""Blocks become cells: joined across minor borders until they are near the target area."""

from __future__ import annotations

import heapq
from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from blockdata.grid.drafting.arrangement import Integers
from blockdata.grid.drafting.blocks import Blocks

__all__ = ["joined"]

_SWEEPS = 12


def joined(blocks: Blocks, must: Iterator[tuple[int, int]] | list[tuple[int, int]]) -> Integers:
    """Join blocks as long as the cells come nearer to the target area, then move blocks.

    The pair that gains most is joined first; then single blocks move to a neighbouring cell where
    that is better and both stay in one piece.

    Parameters
    ----------
    blocks : Blocks
        Is used up.
    must : iterable of pairs of int
        Blocks that are one cell if it stays below twice the target, for what lies across their
        border must not be cut.

    Returns
    -------
    ndarray of int64
        Cell of each block, numbered by their first blocks.
    """
    given = [dict(near) for near in blocks.near]
    area, perimeter = blocks.area_m2.copy(), blocks.perimeter_m.copy()
    parent = np.arange(len(area))
    bound = _join_bound(blocks, parent, must)
    _join_best(blocks, parent)
    start = Blocks(area, perimeter, given, blocks.target_m2, blocks.cross_main)
    return _numbered(_moved(start, parent, bound))


def _root(parent: Integers, block: int) -> int:
    while parent[block] != block:
        block = int(parent[block])
    return block


def _merge(blocks: Blocks, parent: Integers, one: int, other: int) -> int:
    low, high = min(one, other), max(one, other)
    blocks.join(low, high)
    parent[high] = low
    return low


def _join_bound(
    blocks: Blocks, parent: Integers, must: Iterator[tuple[int, int]] | list[tuple[int, int]]
) -> set[int]:
    """Join pairs that belong together; return the blocks that then stay where they are."""
    bound: set[int] = set()
    for pair in must:
        one, other = (_root(parent, block) for block in pair)
        if one == other or other not in blocks.near[one]:
            continue
        if blocks.cost(blocks.near[one][other]) == np.inf:
            continue
        if blocks.area_m2[one] + blocks.area_m2[other] <= 2 * blocks.target_m2:
            _merge(blocks, parent, one, other)
            bound.update(pair)
    return bound


def _join_best(blocks: Blocks, parent: Integers) -> None:
    age = np.zeros(len(parent), dtype=np.int64)
    heap: list[tuple[float, int, int, int, int]] = []

    def push(one: int, other: int) -> None:
        low, high = min(one, other), max(one, other)
        gain = round(blocks.joined_value(low, high), 9)
        if gain < 0:
            heapq.heappush(heap, (gain, low, high, int(age[low]), int(age[high])))

    for one, near in enumerate(blocks.near):
        for other in near:
            if one < other:
                push(one, other)
    while heap:
        _, low, high, low_age, high_age = heapq.heappop(heap)
        if age[low] != low_age or age[high] != high_age:
            continue
        kept = _merge(blocks, parent, low, high)
        age[[low, high]] += 1
        for other in sorted(blocks.near[kept]):
            push(kept, other)


def _moved(blocks: Blocks, parent: Integers, bound: set[int]) -> Integers:
    """Move single blocks to neighbouring cells while that is better."""
    cell = np.array([_root(parent, b) for b in range(len(parent))], dtype=np.int64)
    members = {c: set(np.flatnonzero(cell == c).tolist()) for c in np.unique(cell).tolist()}
    sizes = {c: _size(blocks, rows) for c, rows in members.items()}
    for _ in range(_SWEEPS):
        moves = 0
        for block in range(len(cell)):
            if block not in bound and len(members[int(cell[block])]) > 1:
                moves += _move(blocks, cell, members, sizes, block)
        if not moves:
            break
    return cell


def _size(blocks: Blocks, rows: set[int]) -> tuple[float, float]:
    inner = sum(
        blocks.near[b][n][0] for b in sorted(rows) for n in sorted(blocks.near[b].keys() & rows)
    )
    ordered = sorted(rows)
    return float(blocks.area_m2[ordered].sum()), float(blocks.perimeter_m[ordered].sum() - inner)


def _shared(blocks: Blocks, block: int, rows: set[int]) -> npt.NDArray[np.float64]:
    mine = blocks.near[block]
    return sum((mine[n] for n in sorted(mine.keys() & rows)), np.zeros(3))


def _move(
    blocks: Blocks,
    cell: Integers,
    members: dict[int, set[int]],
    sizes: dict[int, tuple[float, float]],
    block: int,
) -> int:
    """Move one block to the cell where it fits best; return whether it moved."""
    own = int(cell[block])
    rest = members[own] - {block}
    others = sorted({int(cell[n]) for n in blocks.near[block]} - {own})
    if not others or not _is_one_piece(blocks, rest):
        return 0
    left = _shared(blocks, block, rest)
    area, around = float(blocks.area_m2[block]), float(blocks.perimeter_m[block])
    remains = sizes[own][0] - area, sizes[own][1] - around + 2 * left[0]
    best, where, size = -1e-6, own, sizes[own]
    for other in others:
        border = _shared(blocks, block, members[other])
        grown = sizes[other][0] + area, sizes[other][1] + around - 2 * border[0]
        change = blocks.cost(border) - float(left[1]) / blocks.side_m
        change += blocks.value(*remains) + blocks.value(*grown)
        change -= blocks.value(*sizes[own]) + blocks.value(*sizes[other])
        if round(change, 9) < best:
            best, where, size = round(change, 9), other, grown
    if where == own:
        return 0
    members[own], sizes[own], sizes[where] = rest, remains, size
    members[where].add(block)
    cell[block] = where
    return 1


def _is_one_piece(blocks: Blocks, rows: set[int]) -> bool:
    """Whether blocks hold together over borders that may be crossed."""
    begin = min(rows)
    seen, todo = {begin}, [begin]
    while todo:
        block = todo.pop()
        for other in blocks.near[block].keys() & rows - seen:
            if blocks.cost(blocks.near[block][other]) < np.inf:
                seen.add(other)
                todo.append(other)
    return len(seen) == len(rows)


def _numbered(cell: Integers) -> Integers:
    return np.unique(cell, return_inverse=True)[1].astype(np.int64)
