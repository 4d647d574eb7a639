"""How large a district is, and the dates on which its departments deliver."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

Size = Literal["tiny", "small", "district", "city"]
Hardness = Literal["easy", "real", "hard"]

CRS = "EPSG:4549"
AS_OF = dt.date(2026, 11, 1)
DELIVERED = (dt.date(2026, 8, 31), dt.date(2026, 9, 30), dt.date(2026, 10, 31))
"""The three delivery dates; a run's as_of is the day after the last."""

REDRAWN_ON = dt.date(2026, 9, 16)
"""First day on which the new grids hold; the delivery of September is the first that has them."""

HOT_DAYS = 28
"""Length in days of the window before `AS_OF` that the nightly run tests."""

DISTRICTS_OF_A_CITY = 20


@dataclass(frozen=True)
class Plan:
    """Numbers of things in one district.

    Parameters
    ----------
    towns, communities, responsibility, units, extended : int
        Areas and grids; a community has one or two responsibility grids.
    unit_m2 : float
        Mean area of a unit grid on land, in square metres.
    buildings, addresses, persons, entities, components, cameras : int
        About as many as there will be; addresses are those that the library delivers.
    incidents : int
        Reports of all sources from `first_day` to `AS_OF`.
    first_day : date
        Day on which the incidents begin.
    chronic : int
        Chronic places of each kind (address, component).
    has_redrawing : bool
        Whether a second delivery of grids differs from the first.
    """

    towns: int
    communities: int
    responsibility: int
    units: int
    extended: int
    unit_m2: float
    buildings: int
    addresses: int
    persons: int
    entities: int
    components: int
    cameras: int
    incidents: int
    first_day: dt.date
    chronic: int
    has_redrawing: bool = True

    @property
    def days(self) -> int:
        """Days on which something may be reported."""
        return (AS_OF - self.first_day).days


_TINY = Plan(
    towns=1,
    communities=1,
    responsibility=2,
    units=9,
    extended=2,
    unit_m2=12_000,
    buildings=44,
    addresses=120,
    persons=240,
    entities=26,
    components=40,
    cameras=8,
    incidents=420,
    first_day=dt.date(2026, 8, 1),
    chronic=1,
    has_redrawing=False,
)
_SMALL = Plan(
    towns=2,
    communities=6,
    responsibility=8,
    units=72,
    extended=9,
    unit_m2=13_000,
    buildings=1_000,
    addresses=6_000,
    persons=12_000,
    entities=1_000,
    components=1_600,
    cameras=140,
    incidents=9_000,
    first_day=dt.date(2025, 9, 1),
    chronic=2,
)
_DISTRICT = Plan(
    towns=18,
    communities=108,
    responsibility=135,
    units=1_064,
    extended=124,
    unit_m2=58_000,
    buildings=60_000,
    addresses=300_000,
    persons=1_000_000,
    entities=100_000,
    components=100_000,
    cameras=5_000,
    incidents=1_000_000,
    first_day=dt.date(2023, 11, 1),
    chronic=40,
)

PLANS: Mapping[Size, Plan] = MappingProxyType(
    {"tiny": _TINY, "small": _SMALL, "district": _DISTRICT, "city": _DISTRICT}
)
"""The plan of each size; a city is `DISTRICTS_OF_A_CITY` districts of the same plan."""
