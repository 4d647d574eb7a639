"""Set one text against one library address: what rules it out, what agrees, how well."""

from __future__ import annotations

from blockdata.address.matching.fields import (
    BUILDING,
    CITY,
    COMMUNITY,
    DISTRICT,
    ESTATE,
    FLOOR,
    PROVINCE,
    REST,
    ROAD,
    ROAD_NO,
    ROOM,
    TOWN,
    UNIT,
    Ints,
)
from blockdata.kernels.jit import jit

__all__ = [
    "ABSENT",
    "AGREES",
    "DIFFERS",
    "ONLY_LIBRARY",
    "ONLY_TEXT",
    "conflict",
    "level_of",
    "rank",
    "states",
    "unexplained",
]

#: How an element stands on both sides.
ABSENT, AGREES, DIFFERS, ONLY_TEXT, ONLY_LIBRARY = range(5)

_NEVER_DIFFER = (PROVINCE, TOWN, ROAD_NO, BUILDING, UNIT, FLOOR, ROOM)
_MAY_BE_EXTRA = (ROAD, ROAD_NO, ESTATE, UNIT, FLOOR)


@jit
def _differ(wanted: int, given: int) -> bool:
    return wanted != 0 and given != 0 and wanted != given


@jit
def conflict(query: Ints, row: Ints, unknown_road: bool) -> int:
    """Return the first level that both have and that rules the address out, -1 if none does.

    Numbers, provinces, cities, districts and towns must agree where both give them; a city and a
    district may stand in each other's place (县级市). Roads must agree where both have a door
    number, but for a road that nobody knows at an estate and number that agree: it was renamed.
    """
    for level in _NEVER_DIFFER:
        if _differ(query[level], row[level]):
            return level
    for level in (CITY, DISTRICT):
        if _differ(query[level], row[level]) and query[level] not in (row[CITY], row[DISTRICT]):
            return level
    if _differ(query[ROAD], row[ROAD]) and query[ROAD_NO] != 0 and row[ROAD_NO] != 0:
        renamed = unknown_road and query[ESTATE] != 0 and query[ESTATE] == row[ESTATE]
        return -1 if renamed else ROAD
    return -1


@jit
def rank(query: Ints, row: Ints) -> int:
    """Order candidates: more elements agree, fewer names differ, fewer that the text leaves out."""
    agree = extra = 0
    for level in range(REST + 1):
        agree += query[level] != 0 and query[level] == row[level]
    for level in _MAY_BE_EXTRA:
        extra += query[level] == 0 and row[level] != 0
    for level in (COMMUNITY, ESTATE, ROAD):
        agree -= _differ(query[level], row[level])
    return 16 * agree - extra


@jit
def unexplained(query: Ints, row: Ints) -> int:
    """Count the numbers of a text that the address does not have."""
    count = 0
    for level in (ROAD_NO, BUILDING, UNIT, ROOM):
        count += query[level] != 0 and query[level] != row[level]
    agrees = query[ROOM] != 0 and query[ROOM] == row[ROOM]
    return count + (query[FLOOR] != 0 and query[FLOOR] != row[FLOOR] and not agrees)


@jit
def level_of(query: Ints, row: Ints) -> int:
    """Return the deepest level that both give and agree on, -1 if none."""
    for level in range(ROOM, -1, -1):
        if query[level] != 0 and query[level] == row[level]:
            return level
    return -1


@jit
def states(query: Ints, row: Ints) -> int:
    """Return how every element stands on both sides, three bits each."""
    packed = 0
    for level in range(REST + 1):
        wanted, given = query[level], row[level]
        if wanted == 0:
            state = ABSENT if given == 0 else ONLY_LIBRARY
        elif given == 0:
            state = ONLY_TEXT
        else:
            state = AGREES if wanted == given else DIFFERS
        packed |= state << (3 * level)
    return packed
