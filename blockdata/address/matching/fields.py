"""What the comparable form of an address is made of: thirteen numbers, 0 where it says nothing."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from blockdata.address.parts import LEVELS

__all__ = [
    "BUILDING",
    "CITY",
    "COMMUNITY",
    "DISTRICT",
    "ESTATE",
    "FIELDS",
    "FLOOR",
    "NAMED",
    "NUMBERED",
    "PROVINCE",
    "REST",
    "ROAD",
    "ROAD_NO",
    "ROOM",
    "TOWN",
    "UNIT",
    "WIDTH",
    "Bools",
    "Bytes",
    "Floats",
    "Ints",
    "Small",
]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Small = npt.NDArray[np.int32]
Bytes = npt.NDArray[np.int8]
Bools = npt.NDArray[np.bool_]

#: Columns of a comparable form: the levels of an address, then what none of them holds.
FIELDS = (*LEVELS, "rest")
PROVINCE, CITY, DISTRICT, TOWN, COMMUNITY, ROAD, ROAD_NO, ESTATE = range(8)
BUILDING, UNIT, FLOOR, ROOM, REST = range(8, 13)
WIDTH = len(FIELDS)

#: Fields that are names, and fields that are numbers (a building may be either).
NAMED = (PROVINCE, CITY, DISTRICT, TOWN, COMMUNITY, ROAD, ESTATE)
NUMBERED = (ROAD_NO, BUILDING, UNIT, FLOOR, ROOM)
