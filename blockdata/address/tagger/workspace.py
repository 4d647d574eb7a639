"""One text on the bench: its tokens and what is known of them, in arrays used again and again."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from blockdata.address.tagger.context import ATTRIBUTES, PAD, describe_tokens
from blockdata.address.tagger.lexicon import Lexicon, roll
from blockdata.address.tagger.segments import BLOCK, SEGMENT_ATTRIBUTES, roll_shapes
from blockdata.address.tagger.symbols import Alphabet
from blockdata.address.tagger.tokens import LONGEST_TEXT, Tokens, cut_text, new_tokens
from blockdata.kernels.jit import jit_finite

__all__ = ["Reading", "Workspace", "new_workspace", "read_text"]

Hashes = npt.NDArray[np.uint64]


class Reading(NamedTuple):
    """All that is needed to see a text as the model sees it."""

    alphabet: Alphabet
    keywords: npt.NDArray[np.uint16]
    lexicon: Lexicon
    token_templates: npt.NDArray[np.int32]
    segment_templates: npt.NDArray[np.int32]


class Workspace(NamedTuple):
    """Arrays for the longest text; only their first parts are used for a shorter one."""

    tokens: Tokens
    attributes: Hashes
    rolling: Hashes
    shapes: Hashes
    kinds: Hashes
    likely: npt.NDArray[np.int32]
    around: Hashes
    hashes: Hashes
    values: Hashes
    segment_hashes: Hashes
    picked: Hashes


def new_workspace(reading: Reading) -> Workspace:
    """Return the room that one thread needs."""
    return Workspace(
        new_tokens(),
        np.zeros((len(ATTRIBUTES), LONGEST_TEXT + 2 * PAD), np.uint64),
        np.zeros((2, LONGEST_TEXT + 1), np.uint64),
        np.zeros((2, LONGEST_TEXT + 1), np.uint64),
        np.zeros(LONGEST_TEXT, np.uint64),
        np.zeros(LONGEST_TEXT, np.int32),
        np.zeros((6, LONGEST_TEXT + 1), np.uint64),
        np.zeros(len(reading.token_templates) * LONGEST_TEXT, np.uint64),
        np.zeros((len(SEGMENT_ATTRIBUTES), BLOCK), np.uint64),
        np.zeros(len(reading.segment_templates) * BLOCK, np.uint64),
        np.zeros(max(len(reading.token_templates), len(reading.segment_templates)) + 7, np.uint64),
    )


@jit_finite
def read_text(codes: npt.NDArray[np.uint32], reading: Reading, work: Workspace) -> int:
    """Cut a text into tokens and describe them; return how many there are."""
    count = cut_text(codes, reading.alphabet, work.tokens)
    if count:
        roll(work.tokens.string, count, work.rolling)
        describe_tokens(
            work.tokens, count, reading.keywords, reading.lexicon, work.rolling, work.attributes
        )
        roll_shapes(work.attributes, count, work.kinds, work.shapes)
    return count
