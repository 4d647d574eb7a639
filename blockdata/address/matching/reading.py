"""Read a normalised text with a library's vocabulary: names, numbers, and what is left."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from blockdata.address.matching.codes import SEED, Codes, finished, fold
from blockdata.address.matching.fields import (
    BUILDING,
    CITY,
    COMMUNITY,
    DISTRICT,
    ESTATE,
    PROVINCE,
    ROAD,
    TOWN,
    WIDTH,
    Ints,
    Small,
)
from blockdata.address.matching.numbers import (
    CLASS,
    CONTEXT,
    COUNT,
    FIRST,
    JOINT,
    METRES,
    PHASE,
    PLAIN_JOINT,
    ROOM_NO,
    TOKEN_WIDTH,
    UNIT_NO,
    is_label,
    is_stem,
    numeral_end,
    read_number,
)
from blockdata.address.matching.vocabulary import longest_name
from blockdata.address.matching.words import CROSSING, FILLER
from blockdata.kernels.jit import jit

__all__ = [
    "AT_COMMUNITY",
    "AT_ESTATE",
    "AT_NOTHING",
    "AT_NUMBER",
    "AT_ROAD",
    "LONGEST_READ",
    "MOST_CHUNKS",
    "MOST_NAMES",
    "MOST_NUMBERS",
    "STATE_WIDTH",
    "Scratch",
    "new_scratch",
    "read_text",
]

#: A text is read so far; what follows is a story, not an address.
LONGEST_READ = 240
MOST_NUMBERS, MOST_NAMES, MOST_CHUNKS = 10, 12, 3

AT_NOTHING, AT_ROAD, AT_ESTATE, AT_COMMUNITY, AT_NUMBER = range(5)

#: What a text's reading counts and remembers.
(
    TOKENS, LAST, IS_RELATIVE, IS_CROSSING, ROADS, UNKNOWN_ROAD, UNKNOWN_ESTATE, UNKNOWN_AREA,
    OTHER_PHASE, RESIDUE, RESIDUE_LENGTH, CHUNKS, NAMES, IS_FUZZY, BOTH_KINDS, STOPPED,
    NAME_START, NAME_END,
) = range(18)  # fmt: skip
STATE_WIDTH = 18

_SHENG, _SHI, _QU, _XIAN, _QI, _ZHEN, _XIANG, _CUN = (ord(c) for c in "省市区县旗镇乡村")
_JIE, _DAO, _LU, _XIANG_LANE, _SHE, _XIAO = (ord(c) for c in "街道路巷社小")
_LU_MISSPELT, _JIE_MISSPELT = ord("陆"), ord("接")
_HU, _TONG = ord("胡"), ord("同")
_DAN, _HU_FLAT = ord("单"), ord("户")
_NOT_BEFORE_QU = tuple(ord(c) for c in "小社园库厂校院住景")
_SIDES = tuple(ord(c) for c in "东西南北中")
_HAN_FIRST, _HAN_LAST = 0x3400, 0x9FFF


class Scratch(NamedTuple):
    """Room for reading one text after the other.

    Parameters
    ----------
    state : ndarray of int64
    fields : ndarray of int64, shape (13,)
        What names say, by field.
    tokens : ndarray of int64
        Numbers, in order.
    names : ndarray of int64
        Hashes of the names and words that were found.
    chunks : ndarray of int64, shape (2 * MOST_CHUNKS,)
        Where pieces begin and end that may be names and that nobody knows.
    """

    state: Ints
    fields: Ints
    tokens: Ints
    names: Ints
    chunks: Ints


@jit
def new_scratch() -> Scratch:
    """Return room for reading."""
    return Scratch(
        np.zeros(STATE_WIDTH, np.int64),
        np.zeros(WIDTH, np.int64),
        np.zeros((MOST_NUMBERS, TOKEN_WIDTH), np.int64),
        np.zeros(MOST_NAMES, np.int64),
        np.zeros(2 * MOST_CHUNKS, np.int64),
    )


@jit
def _is_han(code: int) -> bool:
    return _HAN_FIRST <= code <= _HAN_LAST


@jit
def _hash(codes: Codes, start: int, end: int) -> int:
    state = SEED
    for position in range(start, end):
        state = fold(state, codes[position])
    return finished(state)


@jit
def _usable_name(codes: Codes, start: int, end: int, stop: int, fields: Ints, word: int) -> bool:
    """Tell whether a found name ends where a name may end."""
    if end < stop:
        following = codes[end]
        if is_label(codes[end - 1]) and is_label(following) and word == 0:
            return False
        # 和泉 is no name in 和泉路, wherever that may be.
        if word == 0 and following in (_LU, _JIE, _XIANG_LANE, _DAO):
            after = codes[end + 1] if end + 1 < stop else 0
            return fields[ROAD] != 0 or after in (0, _DAO) or (following == _LU and after in _SIDES)
    return start == 0 or not (is_label(codes[start]) and is_label(codes[start - 1]))


@jit
def _take_name(fields: Ints, s: Scratch) -> None:
    """Take what a known name says."""
    state, known = s.state, s.fields
    if fields[ROAD] != 0:
        if state[TOKENS] == 0 or known[ROAD] == 0:
            state[ROADS] += known[ROAD] != fields[ROAD]
            known[ROAD] = fields[ROAD]
            state[UNKNOWN_ROAD] = 0
            state[LAST] = AT_ROAD
        return
    for field in (PROVINCE, CITY, DISTRICT, TOWN):
        if fields[field] != 0 and known[field] == 0:
            known[field] = fields[field]
    if fields[COMMUNITY] != 0 and known[COMMUNITY] == 0:
        known[COMMUNITY] = fields[COMMUNITY]
        state[LAST] = AT_COMMUNITY
    if fields[ESTATE] != 0:
        _take_estate(fields, s)
    if fields[BUILDING] != 0 and known[BUILDING] == 0 and fields[ESTATE] == 0:
        known[BUILDING] = fields[BUILDING]
        state[LAST] = AT_NUMBER


@jit
def _take_estate(fields: Ints, s: Scratch) -> None:
    state, known = s.state, s.fields
    if state[UNKNOWN_ESTATE] != 0 and state[TOKENS] > 0 and known[ROAD] == 0:
        # 新杏陆24号沐和公寓: what stood before the number was a road.
        known[ROAD], state[UNKNOWN_ROAD] = known[ESTATE], 1
        for number in range(state[TOKENS]):
            s.tokens[number, CONTEXT] = AT_ROAD
    if known[ESTATE] == 0 or state[UNKNOWN_ESTATE] != 0 or state[TOKENS] == 0:
        known[ESTATE] = fields[ESTATE]
        state[UNKNOWN_ESTATE] = 0
        state[BOTH_KINDS] = fields[COMMUNITY] != 0
        state[LAST] = AT_ESTATE


@jit
def _area_of(codes: Codes, begin: int, position: int, end: int) -> int:
    """Return the field of an unknown area whose last character stands at a position, -1 if none."""
    code = codes[position]
    if position == begin:
        return -1
    following = codes[position + 1] if position + 1 < end else 0
    if following in (_LU, _JIE) and not (following == _JIE and position + 2 < end):
        return -1
    if code == _QU:
        if codes[position - 1] == _SHE:
            return COMMUNITY
        return -1 if codes[position - 1] in _NOT_BEFORE_QU else DISTRICT
    if code == _DAO:
        return TOWN if codes[position - 1] == _JIE and position > begin + 1 else -1
    if code == _SHENG:
        return PROVINCE
    if code == _SHI:
        return CITY
    if code in (_XIAN, _QI):
        return DISTRICT
    return TOWN if code in (_ZHEN, _XIANG) else -1


@jit
def _take_areas(codes: Codes, start: int, end: int, s: Scratch) -> int:
    """Take areas that the library does not know; return where they end."""
    begin = start
    for position in range(start, end):
        field = _area_of(codes, begin, position, end)
        if field < 0:
            continue
        if s.fields[field] == 0:
            s.fields[field] = _hash(codes, begin, position + 1)
            s.state[UNKNOWN_AREA] |= 1 << field
        begin = position + 1
    return begin


@jit
def _ends_a_road(codes: Codes, start: int, end: int) -> bool:
    last = codes[end - 1]
    return end - start >= 2 and (
        last in (_LU, _JIE, _XIANG_LANE, _DAO, _LU_MISSPELT, _JIE_MISSPELT)
        or (last == _TONG and codes[end - 2] == _HU)
    )


@jit
def _keep_chunk(start: int, end: int, s: Scratch) -> None:
    count = s.state[CHUNKS]
    if count < MOST_CHUNKS:
        s.chunks[2 * count], s.chunks[2 * count + 1] = start, end
        s.state[CHUNKS] += 1


@jit
def _take_residue(codes: Codes, start: int, end: int, before_number: bool, s: Scratch) -> None:
    """Take a run of characters that no known name explains."""
    state, known = s.state, s.fields
    state[IS_FUZZY] = 1
    if before_number and state[LAST] == AT_ESTATE and start == state[NAME_END]:
        # 锦澜公寓3号楼, where 锦澜 is known: another name that begins alike.
        start = state[NAME_START]
        known[ESTATE], state[UNKNOWN_ESTATE] = _hash(codes, start, end), 1
        _keep_chunk(start, end, s)
        return
    if end - start >= 2:
        _keep_chunk(start, end, s)
    first = known[ROAD] == 0 and known[ESTATE] == 0 and state[TOKENS] == 0
    begin = _take_areas(codes, start, end, s) if first else start
    if end - begin < 2:
        if end > begin:
            _leave(codes, begin, end, s)
        return
    if _ends_a_road(codes, begin, end) and (state[TOKENS] == 0 or known[ROAD] == 0):
        state[ROADS] += 1
        known[ROAD] = _hash(codes, begin, end)
        state[UNKNOWN_ROAD] = 1
        state[LAST] = AT_ROAD
    elif before_number and known[ESTATE] == 0:
        known[ESTATE] = _hash(codes, begin, end)
        state[UNKNOWN_ESTATE] = 1
        state[LAST] = AT_ESTATE
    else:
        _leave(codes, begin, end, s)


@jit
def _leave(codes: Codes, start: int, end: int, s: Scratch) -> None:
    state = int(s.state[RESIDUE]) if s.state[RESIDUE_LENGTH] else SEED
    for position in range(start, end):
        state = fold(state, codes[position])
    s.state[RESIDUE] = state
    s.state[RESIDUE_LENGTH] += end - start


@jit
def _take_number(s: Scratch) -> None:
    state = s.state
    count = state[TOKENS]
    token = s.tokens[count]
    token[CONTEXT] = state[LAST]
    if token[CLASS] == METRES:
        state[IS_RELATIVE] = 1
        return
    if token[CLASS] == PHASE and s.fields[ESTATE] != 0:
        state[OTHER_PHASE] = 1
    state[TOKENS] += 1
    state[LAST] = AT_NUMBER


@jit
def _side_ends(codes: Codes, position: int, stop: int) -> bool:
    """Tell whether 东 at a position is a unit or a flat: 东单元, 东户."""
    return (
        codes[position] in _SIDES
        and position + 1 < stop
        and codes[position + 1] in (_DAN, _HU_FLAT)
    )


@jit
def _word_ends(codes: Codes, position: int, stop: int, slots: Ints, entries: Small) -> bool:
    """Tell whether a filler of one character stands alone: before a name or at the end."""
    if position >= stop or not _is_han(codes[position]):
        return True
    entry, _ = longest_name(codes, position, stop, slots, entries)
    return entry >= 0


@jit
def _starts_number(codes: Codes, position: int, stop: int, run: int) -> bool:
    code = codes[position]
    if is_label(code):
        return True
    following = codes[position + 1] if position + 1 < stop else 0
    if code in (ord("附"), ord("负")):
        return is_label(following)
    return is_stem(code) or (run < 0 and numeral_end(codes, position, stop) > position)


@jit
def read_text(codes: Codes, start: int, stop: int, vocabulary: Any, s: Scratch) -> None:
    """Read one text into the scratch: fields of known names, numbers, what is left."""
    s.state[:] = 0
    s.fields[:] = 0
    stop = min(stop, start + LONGEST_READ)
    position, run = start, -1
    while position < stop and s.state[STOPPED] == 0:
        position, run = _step(codes, position, stop, run, vocabulary, s)
    if run >= 0:
        _take_residue(codes, run, min(position, stop), False, s)
    if s.state[RESIDUE_LENGTH] > 0:
        s.fields[WIDTH - 1] = finished(s.state[RESIDUE])


@jit
def _step(
    codes: Codes, position: int, stop: int, run: int, vocabulary: Any, s: Scratch
) -> tuple[int, int]:
    """Read on at a position; return the next position and where the open run began, -1 if none."""
    fields, word = vocabulary[2], vocabulary[3]
    code = codes[position]
    entry, end = -1, position
    if _is_han(code) or is_label(code):
        entry, end = _known(codes, position, stop, run, vocabulary, s)
    if entry >= 0:
        if run >= 0:
            _take_residue(codes, run, position, False, s)
        _take_entry(fields[entry], word[entry], s)
        s.state[NAME_START], s.state[NAME_END] = position, end
        return end, -1
    if s.state[TOKENS] < MOST_NUMBERS and _starts_number(codes, position, stop, run):
        end = _number_at(codes, position, stop, run, s)
        if end > position:
            return end, -1
    if _is_han(code) or is_label(code):
        if s.state[TOKENS] < MOST_NUMBERS and _side_ends(codes, position, stop):
            return _side(codes, position, stop, run, s), -1
        return position + 1, (position if run < 0 else run)
    if run >= 0:
        _take_residue(codes, run, position, False, s)
    return position + 1, -1


@jit
def _known(
    codes: Codes, position: int, stop: int, run: int, vocabulary: Any, s: Scratch
) -> tuple[int, int]:
    """Return the entry of the name or word at a position and its end, and remember its hash."""
    slots, entries, fields, word, own = vocabulary
    entry, end = longest_name(codes, position, stop, slots, entries)
    if entry < 0 or not _usable_name(codes, position, end, stop, fields[entry], word[entry]):
        return -1, position
    if word[entry] == FILLER and end == position + 1:
        after_road = run >= 0 and codes[position - 1] in (_LU, _JIE, _XIANG_LANE, _DAO)
        stands = run < 0 or after_road
        if not stands or not _word_ends(codes, end, stop, slots, entries):
            return -1, position
    if s.state[NAMES] < MOST_NAMES:
        s.names[s.state[NAMES]] = own[entry]
        s.state[NAMES] += 1
    else:
        s.state[IS_FUZZY] = 1
    return entry, end


@jit
def _take_entry(fields: Ints, word: int, s: Scratch) -> None:
    if word == 0:
        _take_name(fields, s)
    elif word != FILLER:
        s.state[IS_RELATIVE] = 1
        s.state[IS_CROSSING] |= word == CROSSING
        s.state[STOPPED] = s.state[TOKENS] > 0 or s.fields[ESTATE] != 0


@jit
def _number_at(codes: Codes, position: int, stop: int, run: int, s: Scratch) -> int:
    end = read_number(codes, position, stop, s.tokens[s.state[TOKENS]])
    if end > position:
        if run >= 0:
            _take_residue(codes, run, position, True, s)
        _take_number(s)
    return end


@jit
def _side(codes: Codes, position: int, stop: int, run: int, s: Scratch) -> int:
    """Take 东单元 or 东户 as a number."""
    if run >= 0:
        _take_residue(codes, run, position, True, s)
    token = s.tokens[s.state[TOKENS]]
    token[:] = 0
    value = _hash(codes, position, position + 1)
    token[JOINT], token[PLAIN_JOINT], token[FIRST], token[COUNT] = value, value, value, 1
    token[CLASS] = UNIT_NO if codes[position + 1] == _DAN else ROOM_NO
    token[CONTEXT] = s.state[LAST]
    s.state[TOKENS] += 1
    s.state[LAST] = AT_NUMBER
    return position + (3 if codes[position + 1] == _DAN else 2)
