"""What the elements of two texts have in common, measured in compiled loops."""

from __future__ import annotations

from typing import Any

import numpy as np

from blockdata.address.comparing.measures import has, substring
from blockdata.address.comparing.texts import TextColumns
from blockdata.address.names.keys import sounds_of
from blockdata.address.names.scoring import Characters, similarity_of_pair
from blockdata.address.names.tokens import FIRST_NUMBER
from blockdata.kernels.jit import jit

__all__ = [
    "covered",
    "covered_by_sound",
    "likeness",
    "mean_run",
    "numbers_found",
    "numbers_of",
    "pieces_of",
    "pieces_of_family",
    "tokens_of",
    "weight_of",
]


@jit
def pieces_of(columns: TextColumns, text: int, element: int) -> Any:
    """Return the indices of a text's pieces of one element."""
    first, last = columns.pieces_bounds[text], columns.pieces_bounds[text + 1]
    found = np.empty(last - first, dtype=np.int64)
    count = 0
    for piece in range(first, last):
        if columns.element[piece] == element:
            found[count] = piece
            count += 1
    return found[:count]


@jit
def tokens_of(columns: TextColumns, piece: int) -> Any:
    """Return the tokens of a piece."""
    return columns.piece_tokens[columns.piece_bounds[piece] : columns.piece_bounds[piece + 1]]


@jit
def likeness(
    columns: TextColumns, ours: Any, theirs: Any, numbered: bool, known: Characters
) -> Any:
    """Return the best similarity of two elements' pieces and their best shared run."""
    best, run = 0.0, 0.0
    for one in ours:
        for other in theirs:
            a, b = tokens_of(columns, one), tokens_of(columns, other)
            word_a, word_b = columns.piece_word[one], columns.piece_word[other]
            if numbered:
                best = max(best, 1.0 if len(a) == len(b) and (a == b).all() else 0.0)
            else:
                score = similarity_of_pair(a, word_a, b, word_b, known)[0]
                best = max(best, score / 10_000)
            run = max(run, substring(a, b) / max(1, min(len(a), len(b))))
    return best, run


@jit
def covered(columns: TextColumns, text: int, element: int, other: Any) -> float:
    """Return the best share of a name of an element that stands in another text, or -1."""
    best = -1.0
    for piece in pieces_of(columns, text, element):
        tokens = tokens_of(columns, piece)
        if len(tokens) > 0:
            best = max(best, substring(tokens, other) / len(tokens))
    return best


@jit
def numbers_found(columns: TextColumns, text: int, element: int, other: Any) -> float:
    """Return the share of an element's numbers that another text has anywhere, or -1."""
    count = common = 0
    for piece in pieces_of(columns, text, element):
        for token in tokens_of(columns, piece):
            if token >= FIRST_NUMBER:
                count += 1
                common += has(other, token)
    return common / count if count else -1.0


@jit
def weight_of(columns: TextColumns, text: int, element: int, weights: Any) -> float:
    """Return how much the names of an element tell: rare names much, common words little."""
    total = 0.0
    for piece in pieces_of(columns, text, element):
        tokens = tokens_of(columns, piece)
        for at in range(1, len(tokens)):
            total += weights[(tokens[at - 1] * 31 + tokens[at] * 1009) % len(weights)]
    return total


@jit
def covered_by_sound(
    columns: TextColumns, text: int, element: int, other: Any, known: Characters
) -> float:
    """Return as `_covered`, by sound."""
    best = -1.0
    for piece in pieces_of(columns, text, element):
        tokens = tokens_of(columns, piece)
        if len(tokens) > 0:
            best = max(best, substring(sounds_of(tokens, known), other) / len(tokens))
    return best


@jit
def pieces_of_family(columns: TextColumns, text: int, family: Any) -> Any:
    """Return the indices of a text's pieces of several elements."""
    first, last = columns.pieces_bounds[text], columns.pieces_bounds[text + 1]
    found = np.empty(last - first, dtype=np.int64)
    count = 0
    for piece in range(first, last):
        if family[columns.element[piece]]:
            found[count] = piece
            count += 1
    return found[:count]


@jit
def mean_run(columns: TextColumns, ours: Any, theirs: Any) -> float:
    """Return the mean share of our pieces that stands in the best of theirs; -1 without any."""
    if len(ours) == 0:
        return -1.0
    total = 0.0
    for one in ours:
        a, best = tokens_of(columns, one), 0.0
        for other in theirs:
            b = tokens_of(columns, other)
            best = max(best, substring(a, b) / max(1, min(len(a), len(b))))
        total += best
    return total / len(ours)


@jit
def numbers_of(columns: TextColumns, pieces: Any) -> Any:
    """Return the distinct numbers of pieces."""
    count = 0
    for piece in pieces:
        count += len(tokens_of(columns, piece))
    found = np.empty(count, dtype=np.int64)
    count = 0
    for piece in pieces:
        for token in tokens_of(columns, piece):
            if token >= FIRST_NUMBER and not has(found[:count], token):
                found[count] = token
                count += 1
    return found[:count]
