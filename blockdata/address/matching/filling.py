"""Give the numbers of a text their levels: one reading, or several that the library decides."""

from __future__ import annotations

from blockdata.address.matching.fields import (
    BUILDING,
    COMMUNITY,
    ESTATE,
    FLOOR,
    ROAD,
    ROAD_NO,
    ROOM,
    UNIT,
    Ints,
)
from blockdata.address.matching.numbers import (
    ANNEX,
    BARE,
    CLASS,
    CONTEXT,
    COUNT,
    DIGITS,
    DOOR,
    FIRST,
    FLAGS,
    FLOOR_NO,
    HEAD,
    HOUSE,
    JOINT,
    LANE,
    LIST,
    PLAIN_JOINT,
    ROOM_NO,
    SPLIT,
    STEM,
    UNIT_NO,
)
from blockdata.address.matching.reading import AT_ROAD, TOKENS, Scratch
from blockdata.kernels.jit import jit

__all__ = ["IS_BARE", "IS_OPEN", "IS_SEVERAL", "IS_SPLIT", "READINGS", "fill"]

#: Most readings of one text: four ways to give numbers their levels, each with 附 and 甲 as
#: written and as 之 and 1.
READINGS = 8

#: What a reading says of itself: that numbers have other readings, that numbers without class
#: words were used, that the text names several (1-3号楼), that the last number is short.
IS_OPEN, IS_BARE, IS_SEVERAL, IS_SHORT, HAS_PLAIN, IS_SPLIT = 1, 2, 4, 8, 16, 32

_LONG = 3


@jit
def _value(token: Ints, plain: bool) -> int:
    return int(token[PLAIN_JOINT] if plain else token[JOINT])


@jit
def fill(s: Scratch, variant: int, plain: bool, out: Ints) -> int:
    """Write one reading of a text that was read; return what it says of itself."""
    out[:] = s.fields
    said = 0
    for number in range(s.state[TOKENS]):
        token = s.tokens[number]
        kind = token[CLASS]
        if token[FLAGS] & (ANNEX | STEM):
            said |= HAS_PLAIN
        if kind == DOOR:
            said |= _door(token, variant, plain, out)
        elif kind == HOUSE:
            said |= _house(token, variant, plain, out)
        elif kind == BARE:
            said |= IS_BARE | IS_OPEN | _bare(token, variant, plain, out)
        else:
            said |= _classed(token, variant, plain, out)
    return said


@jit
def _classed(token: Ints, variant: int, plain: bool, out: Ints) -> int:
    kind, count = token[CLASS], token[COUNT]
    if kind == UNIT_NO:
        if count > 1 and out[BUILDING] == 0:
            out[BUILDING] = token[FIRST]
            out[UNIT] = token[FIRST + count - 1]
        elif out[UNIT] == 0:
            out[UNIT] = _value(token, plain)
    elif kind == FLOOR_NO:
        if count > 1 and out[BUILDING] == 0:
            out[BUILDING] = token[FIRST]
        out[FLOOR] = token[FIRST + count - 1] if count > 1 else token[JOINT]
    elif kind == ROOM_NO:
        return _room(token, variant, plain, out)
    elif kind == LANE and out[ROAD_NO] == 0:
        out[ROAD_NO] = _value(token, plain)
    return 0


@jit
def _room(token: Ints, variant: int, plain: bool, out: Ints) -> int:
    count = token[COUNT]
    if count == 1 or token[FLAGS] & LIST:
        if out[ROOM] == 0:
            out[ROOM] = token[FIRST] if token[FLAGS] & LIST else _value(token, plain)
        return IS_SEVERAL if count > 1 else 0
    split = variant == 3 and count == 2 and out[BUILDING] == 0 and token[SPLIT] != 0
    _chain(token, variant, plain, out)
    return IS_OPEN | (IS_SPLIT if split else 0)


@jit
def _door(token: Ints, variant: int, plain: bool, out: Ints) -> int:
    """Take N号: a door on the road, a house in a lane or village, a building, or a room."""
    value, said = _value(token, plain), 0
    if token[FLAGS] & LIST:
        value, said = token[FIRST], IS_SEVERAL
    if token[SPLIT] and out[BUILDING] == 0:
        said |= IS_OPEN
        if variant == 3:
            out[BUILDING], out[ROOM] = token[SPLIT], token[SPLIT + 1]
            return said | IS_SPLIT
    if out[UNIT] or out[FLOOR]:
        out[ROOM] = out[ROOM] or value
    elif out[ROAD] and out[ROAD_NO] == 0:
        if token[CONTEXT] == AT_ROAD:
            out[ROAD_NO] = value
        else:
            said |= IS_OPEN
            out[ROAD_NO if variant & 1 or out[BUILDING] else BUILDING] = value
    elif out[BUILDING] == 0:
        if out[ROAD_NO] and token[DIGITS] >= _LONG:
            said |= IS_OPEN
            out[ROOM if variant & 1 else BUILDING] = value
        else:
            out[BUILDING] = value
    elif out[ROOM] == 0:
        out[ROOM] = value
    return said


@jit
def _house(token: Ints, variant: int, plain: bool, out: Ints) -> int:
    """Take N号楼; 张家104号2号楼 is house 104, building 2."""
    count = token[COUNT]
    if out[BUILDING] and out[ROAD] == 0 and out[ROAD_NO] == 0:
        out[ROAD_NO], out[BUILDING] = out[BUILDING], 0
    if out[BUILDING]:
        return 0
    if count == 1:
        out[BUILDING] = _value(token, plain)
        return 0
    if variant == 2 and out[ROAD] and out[ROAD_NO] == 0 and not token[FLAGS] & LIST:
        out[ROAD_NO], out[BUILDING] = token[FIRST], token[FIRST + 1]
        return IS_OPEN
    out[BUILDING] = token[FIRST] if variant & 1 else token[JOINT]
    return IS_OPEN | (IS_SEVERAL if variant & 1 else 0)


@jit
def _bare(token: Ints, variant: int, plain: bool, out: Ints) -> int:
    """Take numbers without a class word by what stands before them."""
    if token[FLAGS] & LIST:
        return _listed(token, out)
    had_room = out[ROOM] != 0
    split = variant == 3 and token[COUNT] == 2 and out[BUILDING] == 0 and token[SPLIT] != 0
    if token[CONTEXT] == AT_ROAD and out[ROAD_NO] == 0:
        _after_road(token, variant, plain, out)
    elif token[COUNT] == 1:
        _single(token, variant, plain, out)
        return 0
    else:
        _chain(token, variant, plain, out)
    said = IS_SHORT if token[DIGITS] < _LONG and out[ROOM] and not had_room else 0
    return said | (IS_SPLIT if split and token[CONTEXT] != AT_ROAD else 0)


@jit
def _listed(token: Ints, out: Ints) -> int:
    if token[CONTEXT] == AT_ROAD and out[ROAD_NO] == 0:
        out[ROAD_NO] = token[FIRST]
    elif out[BUILDING] == 0:
        out[BUILDING] = token[FIRST]
    elif out[ROOM] == 0:
        out[ROOM] = token[FIRST]
    return IS_SEVERAL


@jit
def _single(token: Ints, variant: int, plain: bool, out: Ints) -> None:
    value = _value(token, plain)
    placed = out[ROAD_NO] or out[ESTATE] or out[COMMUNITY]
    if out[BUILDING] or out[UNIT] or out[FLOOR]:
        out[ROOM] = out[ROOM] or value
    elif placed:
        as_room = (token[DIGITS] >= _LONG) != (variant & 1 == 1)
        out[ROOM if as_room else BUILDING] = value


@jit
def _after_road(token: Ints, variant: int, plain: bool, out: Ints) -> None:
    count, last = token[COUNT], token[FIRST + token[COUNT] - 1]
    # 路12-3 is door 12-3, and 路12-301 may be door 12, room 301.
    if count <= 1 or (count == 2 and (variant != 1 or token[DIGITS] < _LONG)):
        out[ROAD_NO] = _value(token, plain)
        return
    joined = count > 3 if variant == 0 else variant == 1 and count > 2
    begin = 2 if joined and (count > 4 or variant == 1) else 1
    out[ROAD_NO] = token[HEAD] if begin == 2 else token[FIRST]
    if count - begin == 1:
        out[ROOM] = last
        return
    if variant == 2 and count - begin == 2:
        out[UNIT] = token[FIRST + begin]
    else:
        out[BUILDING] = token[FIRST + begin]
    if count - begin > 2:
        out[UNIT] = token[FIRST + begin + 1]
    out[ROOM] = last


@jit
def _chain(token: Ints, variant: int, plain: bool, out: Ints) -> None:
    """Take a-b or a-b-c below a place: building, unit, room, or fewer of them."""
    count, last = token[COUNT], token[FIRST + token[COUNT] - 1]
    if out[UNIT]:
        out[ROOM] = out[ROOM] or _value(token, plain)
    elif out[BUILDING]:
        if count == 2 and variant & 1:
            out[ROOM] = _value(token, plain)
        else:
            out[UNIT] = token[FIRST]
            out[ROOM] = last
    elif count == 2:
        _pair_of(token, variant, plain, out)
    else:
        joined = variant == 1 or (variant == 0 and count > 3)
        begin = 2 if joined else 1
        out[BUILDING] = token[HEAD] if joined else token[FIRST]
        if count - begin > 1:
            out[UNIT] = token[FIRST + begin]
        out[ROOM] = last


@jit
def _pair_of(token: Ints, variant: int, plain: bool, out: Ints) -> None:
    first, last = token[FIRST], token[FIRST + 1]
    if variant == 1:
        out[BUILDING] = _value(token, plain)
    elif variant == 2:
        out[UNIT], out[ROOM] = first, last
    elif variant == 3 and token[SPLIT]:
        out[BUILDING], out[ROOM] = token[SPLIT], token[SPLIT + 1]
    elif variant == 3:
        out[BUILDING], out[UNIT] = first, last
    else:
        out[BUILDING], out[ROOM] = first, last
