"""The keys under which addresses are found: what they hang on, and what they are there."""

from __future__ import annotations

import numpy as np

from blockdata.address.matching.codes import pair
from blockdata.address.matching.fields import (
    BUILDING,
    COMMUNITY,
    ESTATE,
    FLOOR,
    REST,
    ROAD,
    ROAD_NO,
    ROOM,
    UNIT,
    Ints,
)
from blockdata.kernels.jit import jit

__all__ = [
    "ANY_UNIT",
    "KEYS_A_ROW",
    "MOST_ANCHORS",
    "OF_COMMUNITY",
    "OF_ESTATE",
    "OF_ROAD",
    "anchor",
    "building_key",
    "floor_tail",
    "key",
    "keys_of_rows",
    "query_anchors",
    "row_anchors",
]

OF_ROAD, OF_ESTATE, OF_COMMUNITY = 1, 2, 3
MOST_ANCHORS = 4
KEYS_A_ROW = 4
#: Stands for whatever unit, where a text leaves it out.
ANY_UNIT = -1
_FLOOR = 77


@jit
def anchor(kind: int, name: int, number: int) -> int:
    """Return the hash of a road, estate or community with a number."""
    return pair(pair(kind, name), number)


@jit
def floor_tail(floor: int) -> int:
    """Return what stands for a floor where a room may stand."""
    return pair(_FLOOR, floor) if floor != 0 else 0


@jit
def key(at: int, building: int, unit: int, room: int, rest: int) -> int:
    """Return the hash of a place below an anchor."""
    found = pair(pair(at, building), pair(unit, room))
    return pair(found, rest) if rest != 0 else found


@jit
def building_key(at: int, building: int) -> int:
    """Return the hash of a building below an anchor; of the anchor itself with 0."""
    return pair(at, building)


@jit
def row_anchors(row: Ints, out: Ints) -> int:
    """Write what a library address hangs on; return how many there are."""
    count = 0
    if row[ROAD] != 0 and row[ROAD_NO] != 0:
        out[count] = anchor(OF_ROAD, row[ROAD], row[ROAD_NO])
        count += 1
    if row[ESTATE] != 0:
        number = row[ROAD_NO] if row[ROAD] == 0 else 0
        out[count] = anchor(OF_ESTATE, row[ESTATE], number)
        count += 1
    if count == 0 and row[ROAD] != 0:
        out[count] = anchor(OF_ROAD, row[ROAD], 0)
        count += 1
    if count == 0 and row[COMMUNITY] != 0:
        out[count] = anchor(OF_COMMUNITY, row[COMMUNITY], row[ROAD_NO])
        count += 1
    return count


@jit
def query_anchors(query: Ints, both_kinds: bool, out: Ints, kinds: Ints) -> int:
    """Write what a text may hang on, and of which kind; return how many there are."""
    count = 0
    road, number, estate = query[ROAD], query[ROAD_NO], query[ESTATE]
    if road != 0 and number != 0:
        out[count], kinds[count] = anchor(OF_ROAD, road, number), OF_ROAD
        count += 1
    if estate != 0:
        if road == 0 and number != 0:
            out[count], kinds[count] = anchor(OF_ESTATE, estate, number), OF_ESTATE
            count += 1
        out[count], kinds[count] = anchor(OF_ESTATE, estate, 0), OF_ESTATE
        count += 1
    if road != 0 and number == 0 and estate == 0:
        out[count], kinds[count] = anchor(OF_ROAD, road, 0), OF_COMMUNITY
        count += 1
    if query[COMMUNITY] != 0 and road == 0 and (estate == 0 or both_kinds):
        out[count], kinds[count] = anchor(OF_COMMUNITY, query[COMMUNITY], number), OF_COMMUNITY
        count += 1
    return count


@jit
def keys_of_rows(fields: Ints, keys: Ints, anchors: Ints) -> None:
    """Write the keys of library addresses, and the buildings that they belong to."""
    hung = np.zeros(MOST_ANCHORS, np.int64)
    for number in range(len(fields)):
        row = fields[number]
        unit, room = row[UNIT], row[ROOM]
        tail = room if room != 0 else floor_tail(row[FLOOR])
        for at in range(row_anchors(row, hung)):
            keys[number, 2 * at] = key(hung[at], row[BUILDING], unit, tail, row[REST])
            of_estate = at == 1 or row[ROAD] == 0 or row[ROAD_NO] == 0
            anchors[number, int(of_estate)] = building_key(hung[at], row[BUILDING])
            if unit != 0 and room != 0:
                keys[number, 2 * at + 1] = key(hung[at], row[BUILDING], ANY_UNIT, room, row[REST])
