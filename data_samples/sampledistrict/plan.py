"""How large the invented district is, and the dates on which its departments deliver."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

Size = Literal["demo", "tiny"]

CRS = "EPSG:4549"
CITY, DISTRICT = "云海市", "滨河区"
CITY_CODE, DISTRICT_CODE = "990100", "990102"
DELIVERED = (dt.date(2026, 8, 31), dt.date(2026, 9, 30), dt.date(2026, 10, 31))
"""The three delivery dates; the run's as_of is the day after the last."""


def midnight(day: dt.date) -> dt.datetime:
    """Return the first moment of a day, local and without an offset, as the files write times.

    Parameters
    ----------
    day : date

    Returns
    -------
    datetime

    Examples
    --------
    >>> str(midnight(dt.date(2026, 11, 1)))
    '2026-11-01 00:00:00'
    """
    return dt.datetime.combine(day, dt.time())


AS_OF = midnight(dt.date(2026, 11, 1))
HOT_DAYS = 28
"""Length in days of the window before `AS_OF` in which the planted hot spot is hot."""


@dataclass(frozen=True)
class Plan:
    """Numbers of things in a district of one size.

    Parameters
    ----------
    columns, rows : int
        Communities from west to east and from south to north.
    blocks : int
        Street blocks along each side of a community; a block is about 100 m by 100 m.
    uses : mapping of (community, column, row) to str
        Blocks that are not residential: commercial, factory, park or campus.
    merged : bool
        Whether each community has one unit grid of two blocks.
    split : int
        Communities, from the first, that have two responsibility grids instead of one.
    buildings, addresses, persons, entities, components, cameras : int
        Totals of the district.
    first_day : date
        Day on which the incidents begin.
    hotline, patrol : int
        Incidents of every 30 days, before the planted ones.
    hot_ratio : float
        How many times its share of people the planted hot spot has.
    chronic_days : int
        Days between two reports of a chronic place.
    recur_days : int
        Setting of the chronic list, which must fit into the months that there are.
    """

    columns: int
    rows: int
    blocks: int
    uses: Mapping[tuple[int, int, int], str]
    merged: bool
    split: int
    buildings: int
    addresses: int
    persons: int
    entities: int
    components: int
    cameras: int
    first_day: dt.date
    hotline: int
    patrol: int
    hot_ratio: float
    chronic_days: int
    recur_days: int


_DEMO_USES = {
    **dict.fromkeys(
        [(0, 1, 0), (1, 1, 0), (2, 1, 0), (3, 1, 0), (0, 3, 3), (3, 0, 3)], "commercial"
    ),
    **dict.fromkeys([(1, 2, 0), (1, 3, 0)], "factory"),
    **dict.fromkeys([(2, 0, 2), (2, 0, 3)], "park"),
    (3, 2, 2): "campus",
}
_TINY_USES = {(0, 1, 0): "commercial", (0, 2, 0): "factory", (0, 0, 2): "park"}

PLANS: Mapping[Size, Plan] = MappingProxyType(
    {
        "demo": Plan(
            columns=2,
            rows=2,
            blocks=4,
            uses=_DEMO_USES,
            merged=True,
            split=2,
            buildings=400,
            addresses=1200,
            persons=6000,
            entities=300,
            components=600,
            cameras=60,
            first_day=dt.date(2025, 9, 1),
            hotline=245,
            patrol=55,
            hot_ratio=6.4,
            chronic_days=18,
            recur_days=90,
        ),
        "tiny": Plan(
            columns=1,
            rows=1,
            blocks=3,
            uses=_TINY_USES,
            merged=False,
            split=1,
            buildings=40,
            addresses=80,
            persons=200,
            entities=24,
            components=40,
            cameras=8,
            first_day=dt.date(2026, 8, 1),
            hotline=90,
            patrol=30,
            hot_ratio=4.0,
            chronic_days=9,
            recur_days=30,
        ),
    }
)
