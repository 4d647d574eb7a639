"""Features of a whole segment: its words, shape, edges, neighbours and entry of the lexicon."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from blockdata.address.tagger.context import AFTER_TEXT, ATTRIBUTES, PAD
from blockdata.address.tagger.hashing import find, mixed
from blockdata.address.tagger.lexicon import (
    LONGEST_ENTRY,
    Lexicon,
    entry_code,
    roll,
    substring_hash,
)
from blockdata.address.tagger.templates import hash_features
from blockdata.kernels.jit import jit_finite

if TYPE_CHECKING:
    from blockdata.address.tagger.workspace import Workspace

__all__ = [
    "BLOCK",
    "LONGEST_SEGMENT",
    "SEGMENT_ATTRIBUTES",
    "SEGMENT_TEMPLATES",
    "hash_segments",
    "note_labels",
    "roll_shapes",
]

Hashes = npt.NDArray[np.uint64]


LONGEST_SEGMENT = 36
# How many segments are hashed at once.
BLOCK = 64
SEGMENT_ATTRIBUTES = (
    "words",
    "shape",
    "first",
    "first_2",
    "last",
    "last_2",
    "last_3",
    "previous",
    "previous_2",
    "next",
    "next_2",
    "length",
    "entry",
    "term",
    "keyword_before",
    "repeated",
    "inside",
    "edges",
    "keyword_after",
    "unit_before",
    "label_before",
    "label_before_2",
    "seen_before",
    "label_after",
    "label_after_2",
    "seen_after",
)
_SYMBOL, _KIND, _KEYWORD_BEFORE, _KEYWORD_AFTER, _DISTANCE_BEFORE, _UNIT_BEFORE, _REPEATED = (
    ATTRIBUTES.index(name)
    for name in (
        "symbol",
        "kind",
        "keyword_before",
        "keyword_after",
        "distance_before",
        "unit_before",
        "repeated",
    )
)
SEGMENT_TEMPLATES = (
    "words",
    "words&next",
    "previous&words",
    "shape",
    "shape&previous",
    "shape&next",
    "shape&previous&next",
    "length",
    "length&last",
    "first&last",
    "first_2&length",
    "first&last_2",
    "last_2",
    "last_3",
    "last_2&next",
    "last&next",
    "last&next_2",
    "previous&first&last",
    "previous&next",
    "previous_2&length",
    "entry",
    "entry&length",
    "entry&previous",
    "entry&next",
    "term&entry",
    "keyword_before&last",
    "keyword_before&last&next",
    "keyword_before&shape",
    "keyword_before&entry",
    "repeated&entry",
    "repeated&length",
    "inside&last",
    "inside&last_2",
    "inside&next",
    "inside&length",
    "edges&last",
    "edges&shape",
    "edges&entry",
    "edges&length",
    "keyword_after&last",
    "keyword_after&shape",
    "keyword_after&entry",
    "keyword_before&keyword_after&last",
    "unit_before&shape",
    "unit_before&last",
    "first_2",
    "label_before&label_after",
    "label_before&label_before_2",
    "label_after&label_after_2",
    "seen_before",
    "seen_after",
    "seen_before&last",
    "seen_after&last",
    "label_before&last",
    "label_after&last",
    "label_before&shape&label_after",
    "label_before&entry",
)
# Numbers of templates of segments, apart from those of tokens.
_SALT = 1000
_ROW = np.uint64(1 << 20)


@jit_finite
def roll_shapes(attributes: Hashes, count: int, kinds: Hashes, rolling: Hashes) -> None:
    """Fill the rolling hash over the classes of the tokens."""
    for at in range(count):
        kinds[at] = mixed(attributes[_KIND, PAD + at] + np.uint64(1))
    roll(kinds, count, rolling)


@jit_finite
def note_labels(work: Workspace, count: int, labels: int) -> None:
    """Fill what labels the coarse step found on both sides of each place between tokens.

    Row 0 to 2: the label before a place, the other label before that, the set of all before; rows
    3 to 5 the same after it. Labels count from 1.
    """
    likely, around = work.likely, work.around
    _note_side(likely, around[:3], count, labels)
    _note_side(likely[:count][::-1], around[3:6, : count + 1][:, ::-1], count, labels)


@jit_finite
def _note_side(likely: npt.NDArray[np.int32], side: Hashes, count: int, labels: int) -> None:
    near, far, seen = np.uint64(0), np.uint64(0), np.uint64(0)
    for at in range(count + 1):
        side[0, at], side[1, at], side[2, at] = near, far, seen
        if at < count:
            label = np.uint64(likely[at] + 1)
            if label != near:
                near, far = label, near
            if likely[at] < labels:
                seen |= np.uint64(1) << (label & np.uint64(63))


@jit_finite
def describe_segment(work: Workspace, start: int, end: int, lexicon: Lexicon, column: int) -> None:
    """Fill a column of `work.values` with what is known of the tokens from `start` up to `end`."""
    attributes, values = work.attributes, work.values[:, column]
    symbol = attributes[_SYMBOL]
    first, last = PAD + start, PAD + end - 1
    length = end - start
    values[0] = substring_hash(work.rolling, start, end)
    values[1] = substring_hash(work.shapes, start, end)
    values[2] = symbol[first]
    values[3] = symbol[first] * _ROW + (symbol[first + 1] if length > 1 else np.uint64(0))
    values[4] = symbol[last]
    values[5] = symbol[last] * _ROW + (symbol[last - 1] if length > 1 else np.uint64(0))
    values[6] = values[5] * _ROW + (symbol[last - 2] if length > 2 else np.uint64(0))
    values[7] = symbol[first - 1]
    values[8] = symbol[first - 1] * _ROW + symbol[first - 2]
    values[9] = symbol[last + 1]
    values[10] = symbol[last + 1] * _ROW + symbol[last + 2]
    values[11] = min(length, 8) + (length > 10) + (length > 14)
    values[12] = values[13] = 0
    if length <= LONGEST_ENTRY:
        entry = find(lexicon.slots, values[0])
        if entry >= 0:
            values[12], values[13] = entry_code(lexicon.counts, entry, lexicon.labels)
    values[14] = attributes[_KEYWORD_BEFORE, first]
    values[15] = attributes[_REPEATED, first] * np.uint64(4) + attributes[_REPEATED, last]
    # A keyword within, before the last token: a place where the segment might have ended.
    within = attributes[_DISTANCE_BEFORE, last] < length
    values[16] = attributes[_KEYWORD_BEFORE, last] if within else np.uint64(0)
    values[17] = (start == 0) + 2 * (attributes[_SYMBOL, last + 1] == AFTER_TEXT)
    values[18] = attributes[_KEYWORD_AFTER, last]
    values[19] = attributes[_UNIT_BEFORE, first]
    for row in range(3):
        values[20 + row] = work.around[row, start]
        values[23 + row] = work.around[3 + row, end]


@jit_finite
def hash_segments(work: Workspace, table: npt.NDArray[np.int32], columns: int) -> None:
    """Hash the features of the segments described in the first columns of `work.values`."""
    hash_features(table, work.values, 0, columns, _SALT, work.segment_hashes)
