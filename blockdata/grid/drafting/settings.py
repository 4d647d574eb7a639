"""What a draft of grids aims at, and over which borders it never joins."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from blockdata.errors import ConfigError

__all__ = [
    "COMMUNITY",
    "CUT",
    "LANE",
    "MAIN",
    "MINOR",
    "SECONDARY",
    "DraftSettings",
    "Load",
    "street_ranks",
]

Load = Literal["people and incidents", "people", "incidents"]
"""What responsibility grids are balanced by."""

CUT, LANE, MINOR, SECONDARY, MAIN, COMMUNITY = range(6)
"""Ranks of borders: what a cell is joined across first, up to what it never crosses."""

STREET_CLASSES: Mapping[str, int] = MappingProxyType(
    {
        **dict.fromkeys(("巷", "里弄", "弄", "胡同", "街巷", "小区路", "内部路"), LANE),
        **dict.fromkeys(("支路", "街坊路", "乡道"), MINOR),
        **dict.fromkeys(("次干路", "次干道", "县道"), SECONDARY),
        **dict.fromkeys(("主干路", "主干道", "快速路", "高速公路", "国道", "省道"), MAIN),
    }
)
"""Rank of a street by its class as departments write it."""

_WIDTHS_M = ((30.0, MAIN), (18.0, SECONDARY), (8.0, MINOR), (0.0, LANE))
"""Rank of a street whose class says nothing: the first width that it reaches."""


@dataclass(frozen=True)
class DraftSettings:
    """Settings of a draft.

    Parameters
    ----------
    target_area_m2 : float
        Area that a unit grid aims at: 10,000 by the standard's name (万米单元网格).
    largest_share : float
        What is larger than this times the target is split.
    smallest_share : float
        Land and water smaller than this times the target is no cell of its own.
    crumb_share : float
        Faces smaller than this times the target join a neighbour over any border but that of the
        community.
    narrow_m : float
        So do faces narrower than this on average: the strip between two carriageways.
    gap_m : float
        A street that ends this far before another, in its own direction, reaches it.
    clearance_m : float
        Distance that a border keeps from a building it is led around.
    cross_main : bool
        Whether main roads may be crossed. Water and rail are cells of their own in any case.

    Raises
    ------
    ConfigError
        If a number is not positive, or the shares are not in order.

    Examples
    --------
    >>> DraftSettings(target_area_m2=60_000).largest_m2
    105000.0
    """

    target_area_m2: float = 10_000.0
    largest_share: float = 1.75
    smallest_share: float = 0.5
    crumb_share: float = 0.1
    narrow_m: float = 12.0
    gap_m: float = 10.0
    clearance_m: float = 0.5
    cross_main: bool = False

    def __post_init__(self) -> None:
        numbers = (self.target_area_m2, self.narrow_m, self.clearance_m)
        if not all(np.isfinite(n) and n > 0 for n in numbers) or not self.gap_m >= 0:
            raise ConfigError("a length or an area is not positive", where="draft", allowed="> 0")
        if not 0 <= self.crumb_share <= self.smallest_share < 1 < self.largest_share:
            raise ConfigError(
                "the shares of the target are not in order",
                where="draft",
                allowed="0 <= crumb_share <= smallest_share < 1 < largest_share",
            )

    @property
    def largest_m2(self) -> float:
        """Area above which a cell is split."""
        return self.largest_share * self.target_area_m2

    @property
    def smallest_m2(self) -> float:
        """Area that land or water needs to be a cell of its own."""
        return self.smallest_share * self.target_area_m2

    @property
    def crumb_m2(self) -> float:
        """Area below which a face is no block."""
        return self.crumb_share * self.target_area_m2


def street_ranks(street_class: pd.Series, width_m: pd.Series) -> npt.NDArray[np.int64]:
    """Return the rank of each street: by its class, else by its width, else minor.

    Parameters
    ----------
    street_class : Series of str
        As delivered; null or unknown says nothing.
    width_m : Series of float
        Null says nothing.

    Returns
    -------
    ndarray of int64
        LANE, MINOR, SECONDARY or MAIN.

    Examples
    --------
    >>> import pandas as pd
    >>> street_ranks(pd.Series(["巷", None, None]), pd.Series([40.0, 32.0, None])).tolist()
    [1, 4, 2]
    """
    named = street_class.astype(object).map(STREET_CLASSES).to_numpy(dtype=float)
    width = width_m.to_numpy(dtype=float, na_value=np.nan)
    by_width = np.select([width >= least for least, _ in _WIDTHS_M], [r for _, r in _WIDTHS_M])
    unnamed = np.where(np.isnan(width), MINOR, by_width)
    return np.where(np.isnan(named), unnamed, named).astype(np.int64)
