"""Chains as they grow, case by case in order of time."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from blockdata.link.chains.settings import ChainSettings
from blockdata.link.duplicates.boxes import Box, box_around, diagonal_m
from blockdata.link.duplicates.columns import ReportColumns

__all__ = ["Growing", "Joining"]

Integers = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Joining:
    """A chain that became part of an older one: rows of the first cases of both."""

    chain: int
    joined: int


@dataclass
class _Chain:
    cases: int
    last: int
    box: Box
    links: list[int] = field(default_factory=list)


class Growing:
    """Chains that take one link after another, in order of the later case.

    A chain is known by the row of its earliest case. What was done for earlier cases never
    depends on later ones, so chains keep their ids as cases are added.

    Parameters
    ----------
    columns : ReportColumns
        In order of time.
    settings : ChainSettings
    is_bounded : bool
        Whether `max_diameter_m` holds.
    """

    def __init__(
        self, columns: ReportColumns, settings: ChainSettings, *, is_bounded: bool
    ) -> None:
        self._columns = columns
        self._settings = settings
        self._is_bounded = is_bounded
        self._head = list(range(len(columns)))
        self._chains: dict[int, _Chain] = {}
        self.joinings: list[Joining] = []
        self.continues: dict[int, int] = {}
        """Of a case that a full chain did not take, the head of that chain."""

    def head_of(self, row: int) -> int:
        """Return the row of the earliest case of a case's chain."""
        while self._head[row] != row:
            self._head[row] = self._head[self._head[row]]
            row = self._head[row]
        return row

    def links_of(self, head: int) -> list[int]:
        """Return the numbers of the links that made a chain."""
        return self._chain(head).links

    def take(self, number: int, i: int, j: int) -> None:
        """Take a link between an earlier and a later case."""
        head, other = sorted((self.head_of(i), self.head_of(j)))
        if head == other:
            self._chain(head).links.append(number)
            return
        older, newer = self._chain(head), self._chain(other)
        box = box_around(older.box, newer.box)
        last = max(older.last, newer.last)
        if not self._fits(older.cases + newer.cases, head, last, box):
            self.continues.setdefault(j, self.head_of(i))
            return
        if newer.cases > 1:
            self.joinings.append(Joining(head, other))
        links = [*older.links, *newer.links, number]
        self._chains[head] = _Chain(older.cases + newer.cases, last, box, links)
        self._chains.pop(other, None)
        self._head[other] = head

    def _chain(self, head: int) -> _Chain:
        if head not in self._chains:
            x, y = float(self._columns.x[head]), float(self._columns.y[head])
            self._chains[head] = _Chain(1, head, (x, y, x, y))
        return self._chains[head]

    def _fits(self, cases: int, first: int, last: int, box: Box) -> bool:
        limits, time_us = self._settings, self._columns.time_us
        return (
            cases <= limits.max_cases
            and int(time_us[last] - time_us[first]) <= limits.max_span_us
            and (not self._is_bounded or diagonal_m(box) <= limits.max_diameter_m)
        )
