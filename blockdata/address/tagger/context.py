"""What stands around each token: keywords, numbers, repetition, entries of the lexicon."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from blockdata.address.tagger.hashing import find
from blockdata.address.tagger.lexicon import LONGEST_ENTRY, Lexicon, entry_code, substring_hash
from blockdata.address.tagger.symbols import CLASSES, DIGIT
from blockdata.address.tagger.tokens import Tokens
from blockdata.kernels.jit import jit_finite

__all__ = ["AFTER_TEXT", "ATTRIBUTES", "PAD", "describe_tokens"]

Hashes = npt.NDArray[np.uint64]


ATTRIBUTES = (
    "symbol",
    "kind",
    "string",
    "keyword_before",
    "keyword_before_2",
    "keyword_after",
    "distance_before",
    "distance_after",
    "unit_before",
    "unit_before_2",
    "unit_after",
    "edge",
    "repeated",
    "entry_begins",
    "entry_around",
    "entry_ends",
    "term_around",
)
(
    _SYMBOL,
    _KIND,
    _STRING,
    _BEFORE,
    _BEFORE_2,
    _AFTER,
    _DISTANCE_BEFORE,
    _DISTANCE_AFTER,
    _UNIT_BEFORE,
    _UNIT_BEFORE_2,
    _UNIT_AFTER,
    _EDGE,
    _REPEATED,
    _ENTRY_BEGINS,
    _ENTRY_AROUND,
    _ENTRY_ENDS,
    _TERM_AROUND,
) = range(len(ATTRIBUTES))
# Room on both sides of a text, so that a template may look over its edge.
PAD = 16
_FAR = 6
_BEFORE_TEXT, AFTER_TEXT = 1, 2


@jit_finite
def describe_tokens(
    tokens: Tokens,
    count: int,
    keywords: npt.NDArray[np.uint16],
    lexicon: Lexicon,
    rolling: Hashes,
    attributes: Hashes,
) -> None:
    """Fill `attributes[:, PAD : PAD + count]`, one row per name in `ATTRIBUTES`."""
    attributes[:, : count + 2 * PAD] = 0
    attributes[_SYMBOL, :PAD] = _BEFORE_TEXT
    attributes[_SYMBOL, count + PAD : count + 2 * PAD] = AFTER_TEXT
    for at in range(count):
        symbol = tokens.symbol[at]
        attributes[_SYMBOL, PAD + at] = symbol
        attributes[_STRING, PAD + at] = tokens.string[at]
        keyword = keywords[symbol] if symbol < keywords.size else 0
        attributes[_KIND, PAD + at] = CLASSES + keyword if keyword else tokens.kind[at]
        attributes[_EDGE, PAD + at] = 8 * min(at, 4) + min(count - 1 - at, 4)
    _look_left(tokens, count, keywords, attributes)
    _look_right(tokens, count, keywords, attributes)
    _look_for_repeats(tokens, count, attributes)
    _look_up(count, lexicon, rolling, attributes)


@jit_finite
def _look_left(
    tokens: Tokens, count: int, keywords: npt.NDArray[np.uint16], attributes: Hashes
) -> None:
    before, before_2, place = 0, 0, -_FAR
    unit, unit_2 = 0, 0
    for at in range(count):
        attributes[_BEFORE, PAD + at] = before
        attributes[_BEFORE_2, PAD + at] = before_2
        attributes[_DISTANCE_BEFORE, PAD + at] = min(at - place, _FAR)
        attributes[_UNIT_BEFORE, PAD + at] = unit
        attributes[_UNIT_BEFORE_2, PAD + at] = unit_2
        symbol = tokens.symbol[at]
        if symbol < keywords.size and keywords[symbol]:
            before_2, before, place = before, symbol, at
        if tokens.kind[at] == DIGIT and at + 1 < count and tokens.kind[at + 1] != DIGIT:
            unit_2, unit = unit, tokens.symbol[at + 1]


@jit_finite
def _look_right(
    tokens: Tokens, count: int, keywords: npt.NDArray[np.uint16], attributes: Hashes
) -> None:
    after, place, unit = 0, count + _FAR, 0
    for at in range(count - 1, -1, -1):
        attributes[_AFTER, PAD + at] = after
        attributes[_DISTANCE_AFTER, PAD + at] = min(place - at, _FAR)
        attributes[_UNIT_AFTER, PAD + at] = unit
        symbol = tokens.symbol[at]
        if symbol < keywords.size and keywords[symbol]:
            after, place = symbol, at
        if tokens.kind[at] == DIGIT and (at + 1 == count or tokens.kind[at + 1] != DIGIT):
            unit = tokens.symbol[at + 1] if at + 1 < count else 1


@jit_finite
def _look_for_repeats(tokens: Tokens, count: int, attributes: Hashes) -> None:
    """Mark a pair of tokens that stands earlier (1) or later (2) in the text as well."""
    for at in range(count - 1):
        for other in range(at + 1, count - 1):
            if tokens.string[at] == tokens.string[other] and (
                tokens.string[at + 1] == tokens.string[other + 1]
            ):
                for place in range(2):
                    attributes[_REPEATED, PAD + at + place] |= np.uint64(2)
                    attributes[_REPEATED, PAD + other + place] |= np.uint64(1)


@jit_finite
def _look_up(count: int, lexicon: Lexicon, rolling: Hashes, attributes: Hashes) -> None:
    """Write the longest entry of the lexicon that begins at, holds and ends at each token."""
    for at in range(count):
        for length in range(min(LONGEST_ENTRY, count - at), 1, -1):
            entry = find(lexicon.slots, substring_hash(rolling, at, at + length))
            if entry < 0:
                continue
            code, term = entry_code(lexicon.counts, entry, lexicon.labels)
            if code and attributes[_ENTRY_BEGINS, PAD + at] == 0:
                attributes[_ENTRY_BEGINS, PAD + at] = code * 16 + min(length, 15)
            if code or term:
                _spread(attributes, at, length, code, term)


@jit_finite
def _spread(attributes: Hashes, at: int, length: int, code: int, term: int) -> None:
    last = PAD + at + length - 1
    if code and length > attributes[_ENTRY_ENDS, last] & np.uint64(15):
        attributes[_ENTRY_ENDS, last] = code * 16 + min(length, 15)
    for place in range(length):
        side = (place == 0) + 2 * (place == length - 1)
        here = PAD + at + place
        for row, value in ((_ENTRY_AROUND, code), (_TERM_AROUND, term)):
            if value and length > attributes[row, here] & np.uint64(15):
                attributes[row, here] = (value * 4 + side) * 16 + min(length, 15)
