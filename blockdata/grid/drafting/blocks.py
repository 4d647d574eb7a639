"""Blocks with their borders, and what joining two of them is worth."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pandas as pd

from blockdata.grid.drafting.arrangement import Floats
from blockdata.grid.drafting.settings import CUT, LANE, MAIN, MINOR, SECONDARY, DraftSettings

__all__ = ["BARRED_SHARE", "Blocks", "blocks_of"]

_COST: Mapping[int, float] = {CUT: 0.0, LANE: 0.02, MINOR: 0.1, SECONDARY: 0.5, MAIN: 2.0}
"""What joining across a border costs, per side of a cell of the target area."""

BARRED_SHARE = 0.1
"""Two blocks are kept apart if more of their border than this is a main road."""

_SHAPE = 2.0
_FINE_SHAPE = 1.12
"""Weight of a cell's shape, and the ratio of its perimeter to a square's that costs nothing."""


@dataclass
class Blocks:
    """Blocks with areas, perimeters and borders; the state of the search.

    Parameters
    ----------
    area_m2, perimeter_m : ndarray of float64, shape (n,)
    near : list of dict
        Neighbour: length of the shared border in metres, its cost times metres, and the length of
        it that is a main road.
    target_m2 : float
    cross_main : bool
    """

    area_m2: Floats
    perimeter_m: Floats
    near: list[dict[int, npt.NDArray[np.float64]]]
    target_m2: float
    cross_main: bool
    side_m: float = field(init=False)

    def __post_init__(self) -> None:
        self.side_m = float(np.sqrt(self.target_m2))

    def value(self, area_m2: float, perimeter_m: float) -> float:
        """Return how far a cell is from what is wanted: its area, and its shape."""
        off = np.log(area_m2 / self.target_m2)
        shape = perimeter_m / (4 * np.sqrt(area_m2)) - _FINE_SHAPE
        return float(off * off + _SHAPE * max(shape, 0.0) ** 2)

    def cost(self, border: npt.NDArray[np.float64]) -> float:
        """Return what joining across a border costs, infinite where it is barred."""
        length, weighted, main = border
        if length <= 0 or (not self.cross_main and main > BARRED_SHARE * length):
            return np.inf
        return float(weighted / self.side_m)

    def joined_value(self, one: int, other: int) -> float:
        """Return the change that joining two blocks makes; negative is better."""
        border = self.near[one][other]
        cost = self.cost(border)
        if cost == np.inf:
            return cost
        area = self.area_m2[one] + self.area_m2[other]
        around = self.perimeter_m[one] + self.perimeter_m[other] - 2 * border[0]
        apart = self._own(one) + self._own(other)
        return cost + self.value(area, around) - apart

    def _own(self, block: int) -> float:
        return self.value(self.area_m2[block], self.perimeter_m[block])

    def join(self, one: int, other: int) -> None:
        """Make the second block a part of the first."""
        border = self.near[one].pop(other)
        del self.near[other][one]
        self.area_m2[one] += self.area_m2[other]
        self.perimeter_m[one] += self.perimeter_m[other] - 2 * border[0]
        for third, theirs in sorted(self.near[other].items()):
            del self.near[third][other]
            whole = self.near[one].get(third, np.zeros(3)) + theirs
            self.near[one][third] = self.near[third][one] = whole
        self.near[other] = {}


def blocks_of(
    borders: pd.DataFrame,
    area_m2: Floats,
    perimeter_m: Floats,
    apart: npt.NDArray[np.generic],
    settings: DraftSettings,
) -> Blocks:
    """Return blocks with the borders that may be joined across.

    Parameters
    ----------
    borders : DataFrame
        left, right (blocks), rank, length_m.
    area_m2, perimeter_m : ndarray of float64, shape (n,)
    apart : ndarray, shape (n,)
        Blocks are neighbours only where this is the same: community and use.
    settings : DraftSettings

    Returns
    -------
    Blocks
    """
    near: list[dict[int, npt.NDArray[np.float64]]] = [{} for _ in area_m2]
    inner = borders[apart[borders["left"]] == apart[borders["right"]]]
    for left, right, rank, length in inner.itertuples(index=False):
        part = np.array([length, length * _COST[min(rank, MAIN)], length * (rank >= MAIN)])
        whole = near[left].get(right, np.zeros(3)) + part
        near[left][right] = near[right][left] = whole
    return Blocks(
        area_m2.copy(), perimeter_m.copy(), near, settings.target_area_m2, settings.cross_main
    )
