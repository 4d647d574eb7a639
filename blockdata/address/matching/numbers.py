"""Read one number of a normalised address where it stands: its value, its class, its parts."""

from __future__ import annotations

from blockdata.address.matching.codes import SEED, Codes, finished, fold
from blockdata.address.matching.fields import Ints
from blockdata.kernels.jit import jit

__all__ = [
    "ANNEX",
    "BARE",
    "CLASS",
    "COUNT",
    "DIGITS",
    "DOOR",
    "FIRST",
    "FLOOR_NO",
    "GROUP",
    "HEAD",
    "HOUSE",
    "JOINT",
    "LANE",
    "LIST",
    "METRES",
    "PART",
    "PHASE",
    "PLAIN_JOINT",
    "ROOM_NO",
    "SPLIT",
    "STEM",
    "TOKEN_WIDTH",
    "UNIT_NO",
    "is_label",
    "is_stem",
    "numeral_end",
    "read_number",
]

#: Classes of numbers: by the word that follows.
BARE, DOOR, HOUSE, UNIT_NO, FLOOR_NO, ROOM_NO, LANE, PHASE, GROUP, METRES, PART = range(11)

#: Columns of a number: its class, how many parts, the hash of all, the hash with 附 taken for 之,
#: the hash of the first two, flags (below), digits of the last part, five parts, what stood before.
CLASS, COUNT, JOINT, PLAIN_JOINT, HEAD, FLAGS, DIGITS, FIRST = range(8)
_MOST_PARTS = 5
CONTEXT = FIRST + _MOST_PARTS
#: 57-1201 may be 57-1 and 201: the hashes of both, 0 where it cannot.
SPLIT = CONTEXT + 1
TOKEN_WIDTH = SPLIT + 2
LIST, ANNEX, STEM = 1, 2, 4

_HAO, _LOU, _SHI, _CENG, _NONG = (ord(c) for c in "号楼室层弄")
_DAN, _YUAN, _QI, _QU, _MI, _ZU, _HU = (ord(c) for c in "单元期区米组户")
_DONG, _ZHUANG, _ZUO, _DUI = (ord(c) for c in "栋幢座队")
_DA, _COURT, _FU, _NEG, _MEN = (ord(c) for c in "大院附负门")
_ZHI, _XIA = ord("之"), ord("下")
_DASH, _COMMA = ord("-"), ord(",")
_ZERO, _NINE, _A, _Z = ord("0"), ord("9"), ord("A"), ord("Z")
_JIA, _YI, _BING, _DING = (ord(c) for c in "甲乙丙丁")
_LANE_MARK = ord("弄")
_LONGEST_LETTERS = 2
_NUMERALS = tuple(ord(c) for c in "零一二三四五六七八九十〇")
_SPLIT_DIGITS = 4


@jit
def is_digit(code: int) -> bool:
    """Tell whether a code point is an ASCII digit."""
    return _ZERO <= code <= _NINE


@jit
def is_stem(code: int) -> bool:
    """Tell whether a code point is 甲, 乙, 丙 or 丁."""
    return code in (_JIA, _YI, _BING, _DING)


@jit
def is_label(code: int) -> bool:
    """Tell whether a code point may stand in a number: a digit or a capital letter."""
    return _ZERO <= code <= _NINE or _A <= code <= _Z


@jit
def _atom_end(codes: Codes, start: int, stop: int) -> int:
    """Return where the label that begins at a position ends; the position where there is none."""
    position, digits, letters = start, 0, 0
    while position < stop:
        code = codes[position]
        if is_digit(code):
            digits += 1
        elif is_label(code):
            letters += 1
        elif not is_stem(code) or not _stem_here(codes, start, position, stop):
            break
        position += 1
    if letters > _LONGEST_LETTERS or (digits == 0 and position > start + _LONGEST_LETTERS):
        return start
    return position


@jit
def _stem_here(codes: Codes, start: int, position: int, stop: int) -> bool:
    """Tell whether 甲 is a label here: beside a digit, or before 号, 单元, 座 and the like."""
    if position > start:
        return True
    if position + 1 >= stop:
        return False
    following = codes[position + 1]
    return is_digit(following) or following in (_HAO, _DAN, _SHI, _ZUO, _DONG, _ZHUANG, _MEN)


@jit
def _class_after(codes: Codes, position: int, stop: int) -> tuple[int, int]:
    """Return the class of a number that ends at a position, and where its class word ends."""
    if position >= stop:
        return BARE, position
    code = codes[position]
    following = codes[position + 1] if position + 1 < stop else 0
    if code == _HAO:
        return _class_of_hao(codes, position, stop)
    if code in (_DONG, _ZHUANG, _ZUO):
        return HOUSE, position + 1
    if code == _DAN:
        if following == _YUAN:
            return UNIT_NO, position + 2
        ends = position + 1 >= stop or is_digit(following) or following == _DASH
        return (UNIT_NO, position + 1) if ends else (BARE, position)
    return _class_of_one(code, following, position)


@jit
def _class_of_hao(codes: Codes, position: int, stop: int) -> tuple[int, int]:
    following = codes[position + 1] if position + 1 < stop else 0
    third = codes[position + 2] if position + 2 < stop else 0
    if following == _LOU and third != _XIA:
        return HOUSE, position + 2
    if following == _MEN and is_digit(third):
        return UNIT_NO, position + 2
    if following == _COURT:
        return DOOR, position + 2
    if following == _DA and position + 2 < stop and codes[position + 2] == _COURT:
        return DOOR, position + 3
    return DOOR, position + 1


@jit
def _class_of_one(code: int, following: int, position: int) -> tuple[int, int]:
    if code in (_SHI, _HU):
        return ROOM_NO, position + 1
    if code == _CENG:  # 15-1楼下 is below house 15-1; normalising takes 楼 for 层 there.
        return (BARE, position) if following == _XIA else (FLOOR_NO, position + 1)
    if code == _NONG:
        return LANE, position + 1
    if code == _QI or (code == _QU and following != ord("间")):
        return PHASE, position + 1
    if code in (_ZU, _DUI):
        return GROUP, position + 1
    if code == _MI:
        return METRES, position + 1
    if code == _MEN and is_digit(following):
        return UNIT_NO, position + 1
    return BARE, position


@jit
def _numeral_digit(code: int) -> int:
    """Return what one Chinese numeral counts: 0 to 9, ten as 10; -1 for anything else."""
    for value in range(len(_NUMERALS)):
        if _NUMERALS[value] == code:
            return value if value < 11 else 0
    return -1


@jit
def numeral_at(codes: Codes, start: int, stop: int) -> tuple[int, int]:
    """Return the value below a hundred that Chinese numerals at a position say, and their end."""
    position, tens, ones, has_ten = start, 0, -1, False
    while position < stop and position < start + 3:
        digit = _numeral_digit(codes[position])
        if digit < 0 or (digit == 10 and has_ten):
            break
        if digit == 10:
            tens, ones, has_ten = (1 if ones < 0 else ones), -1, True
        else:
            ones = digit if ones < 0 or has_ten else 10 * ones + digit
        position += 1
    return 10 * tens + max(ones, 0), position


@jit
def _fold_value(value: int, state: int) -> int:
    if value >= 10:
        state = fold(state, _ZERO + value // 10)
    return fold(state, _ZERO + value % 10)


@jit
def _fold_atom(codes: Codes, start: int, end: int, state: int) -> int:
    """Fold a label without its leading zeros."""
    position = start
    while position + 1 < end and codes[position] == _ZERO and is_digit(codes[position + 1]):
        position += 1
    for at in range(position, end):
        state = fold(state, codes[at])
    return state


@jit
def numeral_end(codes: Codes, start: int, stop: int) -> int:
    """Return where a Chinese numeral ends that is a number here: 五-3-101, 五1-101, 三单102.

    The position itself where there is none, or where it may be part of a name.
    """
    _, end = numeral_at(codes, start, stop)
    if end == start or end >= stop:
        return start
    code = codes[end]
    following = codes[end + 1] if end + 1 < stop else 0
    if code in (_DASH, _HAO) or is_digit(code):
        return end
    return end if code == _DAN and is_digit(following) else start


@jit
def _fold_part(codes: Codes, start: int, end: int, state: int, plain: bool) -> int:
    """Fold one part; 甲 counts as 1 where it is taken plainly."""
    code = codes[start]
    if is_stem(code) and end == start + 1 and plain:
        return fold(state, _ZERO + _stem_value(code))
    if _numeral_digit(code) >= 0:
        value, _ = numeral_at(codes, start, end)
        return _fold_value(value, state)
    return _fold_atom(codes, start, end, state)


@jit
def _stem_value(code: int) -> int:
    if code == _JIA:
        return 1
    if code == _YI:
        return 2
    return 3 if code == _BING else 4


@jit
def _small_value(codes: Codes, start: int, end: int) -> int:
    """Return the value of the digits of a label, to see whether a list ascends."""
    value = 0
    for position in range(start, min(end, start + 9)):
        if is_digit(codes[position]):
            value = 10 * value + codes[position] - _ZERO
    return value


@jit
def _next_part(codes: Codes, end: int, stop: int) -> int:
    """Return where the next part of a number begins; -1 if there is none."""
    if end >= stop:
        return -1
    if is_digit(codes[end]) and _numeral_digit(codes[end - 1]) >= 0:
        return end
    if codes[end] not in (_DASH, _COMMA) or end + 1 >= stop:
        return -1
    return end + 1 if _atom_end(codes, end + 1, stop) > end + 1 else -1


@jit
def read_number(codes: Codes, start: int, stop: int, token: Ints) -> int:
    """Read the number at a position into a token; return where it ends, `start` if there is none.

    Parts are apart by "-" or ","; 12号附1号 is one number of two parts.
    """
    position, state, plain, count, flags = start, SEED, SEED, 0, 0
    before, descending = 0, False
    token[:] = 0
    if codes[position] in (_FU, _NEG) and position + 1 < stop and is_digit(codes[position + 1]):
        state = fold(state, codes[position])
        plain = state if codes[position] == _NEG else plain
        flags |= ANNEX if codes[position] == _FU else 0
        position += 1
    while count < _MOST_PARTS:
        end = _atom_end(codes, position, stop)
        if end == position:
            end = numeral_end(codes, position, stop) if count == 0 else position
        if end == position:
            break
        if count == 1 and end - position == _SPLIT_DIGITS:
            token[SPLIT] = finished(_fold_atom(codes, position, position + 1, state))
            token[SPLIT + 1] = finished(_fold_atom(codes, position + 1, end, SEED))
        state = _fold_part(codes, position, end, state, False)
        plain = _fold_part(codes, position, end, plain, True)
        token[FIRST + count] = finished(_fold_part(codes, position, end, SEED, False))
        token[DIGITS] = end - position
        flags |= STEM if end == position + 1 and is_stem(codes[position]) else 0
        count += 1
        if count == 2:
            token[HEAD] = finished(state)
        value = _small_value(codes, position, end)
        descending |= value < before
        before = value
        position = _next_part(codes, end, stop)
        if position < 0 or count == _MOST_PARTS:
            position = end
            break
        flags |= LIST if codes[end] == _COMMA else 0
        state, plain = fold(state, _DASH), fold(plain, _DASH)
    if count == 0:
        return start
    # 43,1 is no list: somebody's comma stands where a dash was.
    flags &= ~LIST if descending else -1
    return _finish(codes, position, stop, token, (state, plain, count, flags))


@jit
def _finish(
    codes: Codes, position: int, stop: int, token: Ints, read: tuple[int, int, int, int]
) -> int:
    state, plain, count, flags = read
    kind, position = _class_after(codes, position, stop)
    if kind == DOOR and position + 1 < stop and codes[position] == _FU:
        end = _atom_end(codes, position + 1, stop)
        if end > position + 1:
            state = _fold_atom(codes, position + 1, end, fold(state, _FU))
            plain = _fold_atom(codes, position + 1, end, fold(plain, _DASH))
            flags |= ANNEX
            position = end + (1 if end < stop and codes[end] == _HAO else 0)
    if kind == DOOR and position + 1 < stop and codes[position] == _ZHI:
        value, end = numeral_at(codes, position + 1, stop)
        if end > position + 1:
            state = _fold_value(value, fold(state, _DASH))
            plain = _fold_value(value, fold(plain, _DASH))
            position = end + (1 if end < stop and codes[end] == _HAO else 0)
    if kind == LANE:
        state, plain = fold(state, _LANE_MARK), fold(plain, _LANE_MARK)
    token[CLASS], token[COUNT], token[FLAGS] = kind, count, flags
    token[JOINT], token[PLAIN_JOINT] = finished(state), finished(plain)
    return position
