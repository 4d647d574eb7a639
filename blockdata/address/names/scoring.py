"""How alike two names are: a weighted alignment of their tokens."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from blockdata.address.names.near_forms import near_forms
from blockdata.address.names.readings import CODE_POINTS, readings
from blockdata.address.names.tokens import FIRST_NUMBER, class_table
from blockdata.kernels.jit import jit, jit_inline

__all__ = ["LONGEST", "WAYS", "Characters", "characters", "similarity_of_pair"]

#: In which way two names are alike, the strongest difference between them.
WAYS = (
    "same",
    "homophone",
    "near_form",
    "class_word",
    "transposition",
    "abbreviation",
    "edit",
)
SAME, HOMOPHONE, NEAR_FORM, CLASS_WORD, TRANSPOSITION, ABBREVIATION, EDIT = range(7)

# Costs of an alignment in hundredths of a character.
_SAME_SOUND, _LIKE_SOUND, _LIKE_FORM = 22, 30, 26
_SWAP, _GAP, _OTHER, _NEVER = 60, 90, 120, 10_000
#: One unrelated edit is allowed for so many characters.
_CHARACTERS_AN_EDIT = 4
#: A short form has at least so many tokens, and at least one for so many of the full name.
_SHORTEST_FORM, _SHORT_FORM_SHARE = 2, 3
#: In hundredths: what is left of the similarity when class words are not the same.
_WORD_LIKE, _WORD_MISSING, _WORD_SIMILAR, _WORD_OTHER = 96, 92, 70, 40
# Where cost and edits stand in a packed alignment; ways are the lowest bits.
_COST, _EDITS = 20, 8
_LEAST = 5000
#: Longer names are like no other.
LONGEST = 64

_OPPOSED = "上下 前后 左右 内外里 大小 新老旧 高低 阴阳 早晚 男女 公母 正副 头尾 春秋夏冬"


class Characters(NamedTuple):
    """What is known of characters and class words, as arrays for the compiled loops."""

    readings: npt.NDArray[np.uint16]
    folded: npt.NDArray[np.uint16]
    near: npt.NDArray[np.uint16]
    opposed: npt.NDArray[np.uint16]
    classes: npt.NDArray[np.int32]


_known: list[Characters] = []


def characters() -> Characters:
    """Return the tables of characters, made once in a process.

    Examples
    --------
    >>> characters().readings.shape
    (65536, 3)
    """
    if not _known:
        table = readings()
        opposed = np.zeros(CODE_POINTS, dtype=np.uint16)
        for number, group in enumerate(_OPPOSED.split(), start=1):
            opposed[list(map(ord, group))] = number
        _known.append(Characters(table.of, table.folded, near_forms(), opposed, class_table()))
    return _known[0]


@jit_inline
def _share(table: Any, a: int, b: int) -> bool:
    for one in range(table.shape[1]):
        for other in range(table.shape[1]):
            if table[a, one] == table[b, other] and table[a, one] != 0:
                return True
    return False


@jit_inline
def _sound_like(known: Characters, a: int, b: int) -> bool:
    for one in range(known.readings.shape[1]):
        for other in range(known.readings.shape[1]):
            sound = known.folded[known.readings[a, one]]
            if sound != 0 and sound == known.folded[known.readings[b, other]]:
                return True
    return False


@jit_inline
def _replace(a: int, b: int, known: Characters) -> tuple[int, int]:
    """Return cost and way of reading one token for another."""
    if a == b:
        return 0, SAME
    if max(a, b) >= FIRST_NUMBER:
        return _NEVER, EDIT
    if max(a, b) >= CODE_POINTS:
        return _OTHER, EDIT
    if known.opposed[a] != 0 and known.opposed[a] == known.opposed[b]:
        return _NEVER, EDIT
    if _share(known.readings, a, b):
        return _SAME_SOUND, HOMOPHONE
    if _share(known.near, a, b):
        return _LIKE_FORM, NEAR_FORM
    if _sound_like(known, a, b):
        return _LIKE_SOUND, HOMOPHONE
    return _OTHER, EDIT


@jit_inline
def _step(before: int, price: int, way: int) -> int:
    """Add a step to an alignment: cost, unrelated edits and ways, packed so that less is better."""
    edit = 1 if way in (EDIT, ABBREVIATION) else 0
    return (before + (price << _COST) + (edit << _EDITS)) | 1 << way


@jit_inline
def _leave_out(before: int, token: int, known: Characters) -> int:
    named = token >= FIRST_NUMBER or (token < CODE_POINTS and known.opposed[token] != 0)
    return _step(before, _NEVER if named else _GAP, ABBREVIATION)


@jit_inline
def _swapped(a: Any, row: int, b: Any, column: int) -> bool:
    first, last = a[row - 2], a[row - 1]
    other_first, other_last = b[column - 2], b[column - 1]
    return bool(first == other_last and last == other_first and max(first, last) < FIRST_NUMBER)


@jit
def _align(a: Any, b: Any, known: Characters) -> tuple[int, int, int]:
    """Return the least cost, its unrelated edits and the set of its ways as bits."""
    rows = np.zeros((3, len(b) + 1), dtype=np.int64)
    for column in range(1, len(b) + 1):
        rows[0, column] = _leave_out(rows[0, column - 1], b[column - 1], known)
    for row in range(1, len(a) + 1):
        here, above, second = rows[row % 3], rows[(row - 1) % 3], rows[(row - 2) % 3]
        token = a[row - 1]
        here[0] = _leave_out(above[0], token, known)
        for column in range(1, len(b) + 1):
            other = b[column - 1]
            best = min(
                _leave_out(above[column], token, known),
                _leave_out(here[column - 1], other, known),
            )
            if above[column - 1] < best:
                price, way = _replace(token, other, known)
                best = min(best, _step(above[column - 1], price, way))
            if row > 1 and column > 1 and _swapped(a, row, b, column):
                best = min(best, _step(second[column - 2], _SWAP, TRANSPOSITION))
            here[column] = best
    found = rows[len(a) % 3, len(b)]
    return found >> _COST, found >> _EDITS & 0xFFF, found & 0xFF


@jit
def _of_words(word_a: int, word_b: int, known: Characters) -> int:
    """Return what class words leave of the similarity, in hundredths."""
    if word_a == word_b:
        return 100
    if word_a == 0 or word_b == 0:
        return _WORD_MISSING
    line_a, group_a = known.classes[word_a]
    line_b, group_b = known.classes[word_b]
    if line_a != line_b:
        return _WORD_OTHER
    if group_a == group_b:
        return _WORD_LIKE
    return _WORD_MISSING if group_a < 0 or group_b < 0 else _WORD_SIMILAR


@jit
def _stands_in_order(shorter: Any, longer: Any) -> bool:
    """Tell whether the longer name is the shorter with tokens added."""
    found = 0
    for token in longer:
        if found < len(shorter) and token == shorter[found]:
            found += 1
    return found == len(shorter)


@jit
def _hopeless(a: Any, b: Any) -> bool:
    """Tell without aligning that two names are not alike: too unequal in length, no short form."""
    longer, shorter = max(len(a), len(b)), min(len(a), len(b))
    if longer - shorter <= longer // _CHARACTERS_AN_EDIT:
        return False
    if a[0] != b[0] or shorter < _SHORTEST_FORM or _SHORT_FORM_SHARE * shorter < longer:
        return True
    return not (_stands_in_order(a, b) if len(a) == shorter else _stands_in_order(b, a))


@jit
def _of_core(a: Any, b: Any, known: Characters) -> tuple[int, int]:
    """Return similarity in ten-thousandths and way of two names without class words."""
    longer, shorter = max(len(a), len(b)), min(len(a), len(b))
    if _hopeless(a, b):
        return 0, EDIT
    cost, edits, ways = _align(a, b, known)
    if cost == 0:
        return 10_000, SAME
    only_left_out = ways & ~(1 << SAME) == 1 << ABBREVIATION and edits == longer - shorter
    long_enough = shorter >= _SHORTEST_FORM and _SHORT_FORM_SHARE * shorter >= longer
    if cost < _NEVER and only_left_out and long_enough and a[0] == b[0]:
        return 6000 + 3200 * shorter // longer, ABBREVIATION
    swapped = ways >> TRANSPOSITION & 1
    if edits > longer // _CHARACTERS_AN_EDIT or (swapped and longer <= 2):
        return 0, EDIT
    similarity = max(0, 10_000 - 100 * cost // longer)
    if edits:
        return similarity, EDIT
    if swapped:
        return similarity, TRANSPOSITION
    return similarity, NEAR_FORM if ways >> NEAR_FORM & 1 else HOMOPHONE


@jit
def similarity_of_pair(
    a: Any, word_a: int, b: Any, word_b: int, known: Characters
) -> tuple[int, int]:
    """Return the similarity of two tokenised names in ten-thousandths, and its way.

    Parameters
    ----------
    a, b : ndarray of int32
        Tokens without class words.
    word_a, word_b : int
        Numbers of the class words.
    known : Characters

    Returns
    -------
    tuple of (int, int)
        0 to 10,000; index into `WAYS`. Nothing below 5,000 is told apart from 0.

    Examples
    --------
    >>> import numpy as np
    >>> similarity_of_pair(np.array([24310]), 1, np.array([24310]), 1, characters())
    (10000, 0)
    """
    if min(len(a), len(b)) == 0 or max(len(a), len(b)) > LONGEST:
        return 0, EDIT
    similarity, way = _of_core(a, b, known)
    kept = _of_words(word_a, word_b, known)
    similarity = similarity * kept // 100
    if way == SAME and kept != 100:
        way = ABBREVIATION if word_a == 0 or word_b == 0 else CLASS_WORD
    if similarity < _LEAST:
        return 0, EDIT
    return similarity, way
