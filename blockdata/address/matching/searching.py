"""Find the address of a text that was read: every reading, deepest keys first."""

from __future__ import annotations

from typing import Any

import numpy as np

from blockdata.address.matching.agreeing import conflict, level_of, rank, states, unexplained
from blockdata.address.matching.codes import Codes
from blockdata.address.matching.fields import (
    BUILDING,
    ESTATE,
    FLOOR,
    REST,
    ROAD_NO,
    ROOM,
    UNIT,
    WIDTH,
    Ints,
)
from blockdata.address.matching.filling import (
    HAS_PLAIN,
    IS_BARE,
    IS_OPEN,
    IS_SEVERAL,
    IS_SHORT,
    IS_SPLIT,
    fill,
)
from blockdata.address.matching.keys import (
    ANY_UNIT,
    MOST_ANCHORS,
    OF_COMMUNITY,
    building_key,
    floor_tail,
    key,
    query_anchors,
)
from blockdata.address.matching.reading import (
    BOTH_KINDS,
    CHUNKS,
    IS_CROSSING,
    IS_FUZZY,
    IS_RELATIVE,
    NAMES,
    OTHER_PHASE,
    RESIDUE_LENGTH,
    ROADS,
    UNKNOWN_AREA,
    UNKNOWN_ESTATE,
    UNKNOWN_ROAD,
    Scratch,
    new_scratch,
    read_text,
)
from blockdata.address.matching.table import find
from blockdata.kernels.jit import jit

__all__ = [
    "AGREE", "CROSSED", "FEATURES", "FOUND", "LEVEL", "MISSING_NUMBERS", "MOST_DEPENDS",
    "NOTHING", "ODD", "REASON", "ROW", "RUNNER", "STATES", "TIED", "VARIANT", "match_texts",
]  # fmt: skip

#: Columns of what is found for a text.
(ROW, RUNNER, REASON, LEVEL, STATES, AGREE, MISSING_NUMBERS, VARIANT, ODD, CONFLICT) = range(10)
FEATURES = 10

#: Why there is no address.
FOUND, NO_TEXT, NOTHING, CROSSED, ABSENT_HERE, TIED, CONFLICTING = range(7)

#: What is odd about a text, as bits.
(
    RELATIVE_PLACE, BARE_NUMBERS, SEVERAL, OPEN_UNIT, UNKNOWN_NAME, LEFT_OVER, OTHER_READING, PLAIN,
) = (1 << n for n in range(8))  # fmt: skip

#: Anchors kept of one text; a text that has more may depend on anything.
MOST_DEPENDS = 16

_MOST_ROWS = 64
_TAILS = 7
#: Entries of a search's result: best row and its rank, whether it is tied, the second, what is
#: said of it, the first level in conflict.
_BEST, _RANK, _TIE, _SECOND, _SECOND_RANK, _SAID, _AGAINST = range(7)
_NONE = -1_000_000


@jit
def _tails(query: Ints, tails: Ints) -> int:
    """Write which building, unit and room (or floor) to look for, deepest first."""
    building, unit, room = query[BUILDING], query[UNIT], query[ROOM]
    floor = floor_tail(query[FLOOR])
    count = 0
    if room != 0:
        tails[0, 0], tails[0, 1], tails[0, 2] = building, unit, room
        tails[1, 0], tails[1, 1], tails[1, 2] = building, ANY_UNIT if unit == 0 else 0, room
        count = 2
    if floor != 0:
        tails[count, 0], tails[count, 1], tails[count, 2] = building, unit, floor
        count += 1
    if unit != 0:
        tails[count, 0], tails[count, 1], tails[count, 2] = building, unit, 0
        count += 1
    if building != 0:
        tails[count, 0], tails[count, 1], tails[count, 2] = building, 0, 0
        count += 1
    tails[count, :] = 0
    return count + 1


@jit
def _weigh(query: Ints, number: int, index: Any, unknown_road: bool, best: Ints) -> None:
    fields, ids = index[0], index[1]
    row = fields[number]
    against = conflict(query, row, unknown_road)
    if against >= 0:
        if best[_AGAINST] < 0:
            best[_AGAINST] = against
        return
    this = rank(query, row)
    if best[_BEST] >= 0 and ids[best[_BEST]] == ids[number]:
        best[_RANK] = max(best[_RANK], this)
        return
    if this > best[_RANK]:
        best[_SECOND], best[_SECOND_RANK] = best[_BEST], best[_RANK]
        best[_BEST], best[_RANK], best[_TIE] = number, this, 0
    elif this == best[_RANK]:
        best[_SECOND], best[_SECOND_RANK], best[_TIE] = number, this, 1
    elif this > best[_SECOND_RANK]:
        best[_SECOND], best[_SECOND_RANK] = number, this


@jit
def _look(query: Ints, wanted: int, index: Any, unknown_road: bool, best: Ints) -> None:
    """Weigh every address under a key."""
    slots, first, count, rows = index[2], index[3], index[4], index[5]
    slot = find(slots, wanted)
    if slot < 0:
        return
    for at in range(first[slot], first[slot] + min(count[slot], _MOST_ROWS)):
        _weigh(query, rows[at], index, unknown_road, best)
    if count[slot] > _MOST_ROWS:
        best[_TIE] = 1


@jit
def _reset(best: Ints) -> None:
    best[_BEST], best[_RANK], best[_TIE] = -1, _NONE, 0
    best[_SECOND], best[_SECOND_RANK] = -1, _NONE


@jit
def _search(query: Ints, s: Scratch, index: Any, room: Any, best: Ints) -> None:
    """Search one reading; `best` tells what was found."""
    anchors, kinds, tails = room
    _reset(best)
    best[_SAID], best[_AGAINST] = 0, -1
    unknown_road = s.state[UNKNOWN_ROAD] != 0
    hung = query_anchors(query, s.state[BOTH_KINDS] != 0, anchors, kinds)
    count = _tails(query, tails)
    numbered = query[BUILDING] != 0 or query[UNIT] != 0 or query[ROOM] != 0
    start = count - 1 if s.state[OTHER_PHASE] else 0
    for tail in range(start, count):
        bounds = (tail == count - 1 and numbered, hung, unknown_road)
        _look_under(query, bounds, index, room, tails[tail], best)
        if best[_BEST] < 0:
            continue
        if tails[tail, 1] == ANY_UNIT:
            sides = (1 if query[ROAD_NO] != 0 else 0) | (2 if query[ESTATE] != 0 else 0)
            if best[_TIE] or index[6][best[_BEST]] & (sides or 3):
                best[_SAID] |= OPEN_UNIT
                _reset(best)
                continue
            best[_SAID] |= OPEN_UNIT
        return


@jit
def _look_under(query: Ints, bounds: Any, index: Any, room: Any, tail: Ints, best: Ints) -> None:
    anchors, kinds = room[0], room[1]
    last_of_numbered, hung, unknown = bounds
    for at in range(hung):
        # A building that a community lacks does not stand for the community.
        if last_of_numbered and kinds[at] == OF_COMMUNITY:
            continue
        _look(query, key(anchors[at], tail[0], tail[1], tail[2], 0), index, unknown, best)
        if query[REST] != 0:
            wanted = key(anchors[at], tail[0], tail[1], tail[2], query[REST])
            _look(query, wanted, index, unknown, best)


@jit
def _depend(query: Ints, s: Scratch, room: Any, depends: Ints, used: int) -> int:
    """Add what a reading hangs on to what the text depends on; return how many, -1 if too many."""
    anchors, kinds, _ = room
    for at in range(query_anchors(query, s.state[BOTH_KINDS] != 0, anchors, kinds)):
        for building in (query[BUILDING], 0):
            this = building_key(anchors[at], building)
            known = False
            for before in range(used):
                known |= depends[before] == this
            if known:
                continue
            if used >= len(depends):
                return -1
            depends[used] = this
            used += 1
    return used


@jit
def _accepts(query: Ints, best: Ints, said: int, variant: int, index: Any) -> bool:
    """Tell whether a reading's result counts: others than the first only if all is known."""
    row = index[0][best[_BEST]]
    if said & IS_SPLIT:
        return bool(query[BUILDING] == row[BUILDING])
    if variant > 0:
        return bool(unexplained(query, row) == 0)
    return not (said & IS_SHORT and query[ROOM] != 0 and query[ROOM] != row[ROOM])


@jit
def _record(query: Ints, best: Ints, said: int, way: Any, index: Any, out: Ints) -> None:
    """Keep a reading's result if it explains more than what is kept."""
    fields, ids = index[0], index[1]
    row = fields[best[_BEST]]
    missing, agree = unexplained(query, row), best[_RANK]
    if out[ROW] >= 0 or out[REASON] == TIED:
        if missing > out[MISSING_NUMBERS]:
            return
        if missing == out[MISSING_NUMBERS]:
            if ids[out[ROW]] != ids[best[_BEST]] and (missing == 0 or said & IS_SPLIT):
                out[REASON], out[RUNNER] = TIED, best[_BEST]
            return
    variant, plain = way
    out[ROW], out[RUNNER] = best[_BEST], best[_SECOND]
    out[REASON] = TIED if best[_TIE] else FOUND
    out[LEVEL], out[STATES] = level_of(query, row), states(query, row)
    out[AGREE], out[MISSING_NUMBERS], out[VARIANT] = agree, missing, variant
    odd = best[_SAID] & OPEN_UNIT
    odd |= BARE_NUMBERS if said & IS_BARE else 0
    odd |= SEVERAL if said & IS_SEVERAL else 0
    odd |= OTHER_READING if variant else 0
    odd |= PLAIN if plain else 0
    out[ODD] = odd


@jit
def _try_readings(s: Scratch, index: Any, work: Any, out: Ints, depends: Ints) -> int:
    """Search every reading; return how many anchors the text depends on, -1 for too many."""
    room, query, best = work
    used, said = 0, 0
    for plain in range(2):
        if plain and (not said & HAS_PLAIN or (out[ROW] >= 0 and out[MISSING_NUMBERS] == 0)):
            break
        for variant in range(4):
            said = fill(s, variant, plain == 1, query)
            used = _depend(query, s, room, depends, used) if used >= 0 else used
            _search(query, s, index, room, best)
            if best[_AGAINST] >= 0 and out[CONFLICT] < 0:
                out[CONFLICT] = best[_AGAINST]
            if best[_BEST] >= 0 and _accepts(query, best, said, variant, index):
                _record(query, best, said, (variant, plain), index, out)
            if not said & IS_OPEN:
                break
    return used


@jit
def _is_crossing(s: Scratch, query: Ints) -> bool:
    state = s.state
    several = state[IS_CROSSING] != 0 or state[ROADS] > 1
    placed = query[ROAD_NO] != 0 or query[ESTATE] != 0 or query[BUILDING] != 0
    return bool(several and not placed)


@jit
def _one(s: Scratch, index: Any, work: Any, out: Ints, depends: Ints) -> int:
    room, query = work[0], work[1]
    out[:] = 0
    out[ROW] = out[RUNNER] = out[LEVEL] = out[CONFLICT] = -1
    fill(s, 0, False, query)
    if _is_crossing(s, query):
        out[REASON] = CROSSED
        return _depend(query, s, room, depends, 0)
    used = _try_readings(s, index, work, out, depends)
    if out[ROW] < 0:
        fill(s, 0, False, query)
        hung = query_anchors(query, s.state[BOTH_KINDS] != 0, room[0], room[1])
        out[REASON] = ABSENT_HERE if hung else NOTHING
        if out[CONFLICT] >= 0:
            out[REASON] = CONFLICTING
    state = s.state
    out[ODD] |= RELATIVE_PLACE if state[IS_RELATIVE] else 0
    out[ODD] |= LEFT_OVER if state[RESIDUE_LENGTH] > 0 else 0
    unknown = state[UNKNOWN_ROAD] or state[UNKNOWN_ESTATE] or state[UNKNOWN_AREA]
    out[ODD] |= UNKNOWN_NAME if unknown else 0
    return used


@jit
def match_texts(codes: Codes, offsets: Ints, vocabulary: Any, index: Any, results: Any) -> None:
    """Match texts: what is found, what it depends on, and pieces that may be misspelt names.

    `results` holds `found` (n, FEATURES), `depends` (n, MOST_DEPENDS + names), `fuzzy` (n,) and
    `chunks` (n, 2 * MOST_CHUNKS), all written.
    """
    found, depends, fuzzy, chunks = results
    s = new_scratch()
    room = (
        np.zeros(MOST_ANCHORS, np.int64),
        np.zeros(MOST_ANCHORS, np.int64),
        np.zeros((_TAILS, 3), np.int64),
    )
    work = (room, np.zeros(WIDTH, np.int64), np.zeros(7, np.int64))
    for text in range(len(offsets) - 1):
        read_text(codes, offsets[text], offsets[text + 1], vocabulary, s)
        used = _one(s, index, work, found[text], depends[text, :MOST_DEPENDS])
        fuzzy[text] = s.state[IS_FUZZY] != 0 or used < 0
        names = s.state[NAMES]
        depends[text, MOST_DEPENDS : MOST_DEPENDS + names] = s.names[:names]
        chunks[text, :] = -1
        for at in range(2 * s.state[CHUNKS]):
            chunks[text, at] = s.chunks[at] - offsets[text]
