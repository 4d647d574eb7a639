"""Numbers that cannot be those of one address."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from blockdata.address.comparing.texts import FLAGS, METRES, NEARBY, TextColumns
from blockdata.address.names.scoring import Characters, characters, similarity_of_pair
from blockdata.address.names.tokens import FIRST_NUMBER
from blockdata.address.parsed import ELEMENTS
from blockdata.kernels.jit import jit

__all__ = ["number_conflicts"]

_PARTS = np.array([ELEMENTS.index(name) for name in ("building", "unit", "floor", "room")])
_DOORS = np.array(
    [
        [ELEMENTS.index(no), ELEMENTS.index(on)]
        for no, on in (("road_no", "road"), ("lane_no", "lane"))
    ]
)
_NEAR_FLAGS = np.array([FLAGS.index(NEARBY), FLAGS.index(METRES)])
_ALIKE = 9000


@jit
def _reach(columns: TextColumns, text: int, element: int) -> tuple[int, int, int]:
    """Return how many numbers an element has, the least and the greatest."""
    count, least, most = 0, 1 << 40, -1
    for piece in range(columns.pieces_bounds[text], columns.pieces_bounds[text + 1]):
        if columns.element[piece] != element:
            continue
        for at in range(columns.piece_bounds[piece], columns.piece_bounds[piece + 1]):
            token = columns.piece_tokens[at]
            if token >= FIRST_NUMBER:
                count += 1
                least, most = min(least, token), max(most, token)
    return count, least, most


@jit
def _apart(columns: TextColumns, pair: Any, element: int) -> bool:
    """Tell whether both have numbers and the ranges that they span do not meet."""
    count_a, least_a, most_a = _reach(columns, pair[0], element)
    count_b, least_b, most_b = _reach(columns, pair[1], element)
    return count_a > 0 and count_b > 0 and (most_a < least_b or most_b < least_a)


@jit
def _same_name(columns: TextColumns, pair: Any, element: int, known: Characters) -> bool:
    """Tell whether both have the element under names that are alike, or neither has it."""
    named = False
    for one in range(columns.pieces_bounds[pair[0]], columns.pieces_bounds[pair[0] + 1]):
        if columns.element[one] != element:
            continue
        named = True
        a = columns.piece_tokens[columns.piece_bounds[one] : columns.piece_bounds[one + 1]]
        for other in range(columns.pieces_bounds[pair[1]], columns.pieces_bounds[pair[1] + 1]):
            if columns.element[other] == element:
                b = columns.piece_tokens[
                    columns.piece_bounds[other] : columns.piece_bounds[other + 1]
                ]
                words = columns.piece_word[one], columns.piece_word[other]
                if similarity_of_pair(a, words[0], b, words[1], known)[0] >= _ALIKE:
                    return True
    for other in range(columns.pieces_bounds[pair[1]], columns.pieces_bounds[pair[1] + 1]):
        named = named or columns.element[other] == element
    return not named


@jit
def _only_numbers_differ(a: Any, b: Any) -> bool:
    if len(a) != len(b):
        return False
    differ = False
    for at in range(len(a)):
        if a[at] != b[at]:
            if min(a[at], b[at]) < FIRST_NUMBER:
                return False
            differ = True
    return differ


@jit
def _number_stands_in(columns: TextColumns, text: int, element: int, other: Any) -> bool:
    """Tell whether a number of an element stands anywhere among other tokens."""
    for piece in range(columns.pieces_bounds[text], columns.pieces_bounds[text + 1]):
        if columns.element[piece] == element:
            for at in range(columns.piece_bounds[piece], columns.piece_bounds[piece + 1]):
                token = columns.piece_tokens[at]
                if token >= FIRST_NUMBER and (other == token).any():
                    return True
    return False


@jit
def _doors_apart(
    columns: TextColumns, pair: Any, door: Any, tokens: Any, known: Characters
) -> bool:
    """Tell whether door numbers differ on one road.

    Not where a text only speaks of a place near a door, or has the other's number elsewhere.
    """
    number, name = door
    for side in range(2):
        for flag in _NEAR_FLAGS:
            if columns.flags[pair[side], flag] > 0:
                return False
        if _number_stands_in(columns, pair[side], number, tokens[1 - side]):
            return False
    return _apart(columns, pair, number) and _same_name(columns, pair, name, known)


@jit
def _find(found: Any, pairs: Any, columns: TextColumns, known: Characters) -> None:
    for index in range(len(pairs)):
        pair = pairs[index]
        a = columns.tokens[columns.tokens_bounds[pair[0]] : columns.tokens_bounds[pair[0] + 1]]
        b = columns.tokens[columns.tokens_bounds[pair[1]] : columns.tokens_bounds[pair[1] + 1]]
        conflict = _only_numbers_differ(a, b)
        for element in _PARTS:
            conflict = conflict or _apart(columns, pair, element)
        for door in _DOORS:
            conflict = conflict or _doors_apart(columns, pair, door, (a, b), known)
        found[index] = conflict


def number_conflicts(columns: TextColumns, pairs: npt.NDArray[np.int64]) -> npt.NDArray[np.bool_]:
    """Tell which pairs of texts have numbers that rule out one and the same address.

    Building, unit, floor or room differ; door numbers differ on roads of one name; or the texts
    are the same but for their numbers. A range (1-10号) holds every number in it.

    Parameters
    ----------
    columns : TextColumns
    pairs : ndarray of int64, shape (n, 2)

    Returns
    -------
    ndarray of bool
    """
    found = np.zeros(len(pairs), dtype=np.bool_)
    _find(found, pairs, columns, characters())
    return found
