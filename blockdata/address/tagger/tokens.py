"""Cut texts into tokens: a word character each, a run of digits or of Latin letters as one."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from blockdata.address.tagger.hashing import mixed
from blockdata.address.tagger.symbols import DIGIT, LETTER, WORDS, Alphabet
from blockdata.kernels.jit import jit_finite

__all__ = ["LONGEST_TEXT", "Tokens", "cut_text", "new_tokens"]

LONGEST_TEXT = 1000
DIGIT_RUNS, LETTER_RUNS = 70_000, 71_000
_RARE = 0
_LAST_CODE = 0xFFFF
_LONGEST_RUN = 7


class Tokens(NamedTuple):
    """The tokens of one text, in arrays that are used again for the next text.

    `end` is in characters; a token begins where the last one ends. `symbol` is the folded
    character, or the length of a run; `string` is a hash of what is written.
    """

    end: npt.NDArray[np.int32]
    symbol: npt.NDArray[np.int32]
    kind: npt.NDArray[np.uint8]
    string: npt.NDArray[np.uint64]


def new_tokens() -> Tokens:
    """Return room for the tokens of the longest text.

    Examples
    --------
    >>> len(new_tokens().end) == LONGEST_TEXT
    True
    """
    return Tokens(
        np.zeros(LONGEST_TEXT, np.int32),
        np.zeros(LONGEST_TEXT, np.int32),
        np.zeros(LONGEST_TEXT, np.uint8),
        np.zeros(LONGEST_TEXT, np.uint64),
    )


@jit_finite
def cut_text(codes: npt.NDArray[np.uint32], alphabet: Alphabet, tokens: Tokens) -> int:
    """Fill `tokens` from code points; return how many, 0 for a text that is no Chinese address.

    Without a Chinese character, or with more than `LONGEST_TEXT` characters, there are none.
    """
    if codes.size > LONGEST_TEXT:
        return 0
    count, at, words = 0, 0, 0
    while at < codes.size:
        end, kind, string = _run(codes, alphabet, at)
        words += kind in WORDS
        symbol = _symbol(codes, alphabet, at, end, kind)
        # Digit by digit, each knows its place in the run.
        single = kind == DIGIT and not alphabet.digit_runs
        for place in range(at, end) if single else range(end - 1, end):
            step = place - at if single else 0
            tokens.end[count] = place + 1
            tokens.symbol[count] = symbol + 16 * (1 + min(step, _LONGEST_RUN)) * single
            tokens.kind[count] = kind
            tokens.string[count] = string + np.uint64(step)
            count += 1
        at = end
    return count if words else 0


@jit_finite
def _folded(codes: npt.NDArray[np.uint32], alphabet: Alphabet, at: int) -> int:
    return int(np.int64(alphabet.folded[codes[at]])) if codes[at] <= _LAST_CODE else _RARE


@jit_finite
def _run(codes: npt.NDArray[np.uint32], alphabet: Alphabet, at: int) -> tuple[int, int, np.uint64]:
    """Return end, class and hash of the token that begins at a place."""
    code = _folded(codes, alphabet, at)
    kind = alphabet.classes[code]
    string = mixed(np.uint64(code + 1))
    end = at + 1
    if kind not in (DIGIT, LETTER):
        return end, kind, string
    while end < codes.size:
        code = _folded(codes, alphabet, end)
        if alphabet.classes[code] != kind:
            break
        string = mixed(string * np.uint64(31) + np.uint64(code))
        end += 1
    return end, kind, string


@jit_finite
def _symbol(codes: npt.NDArray[np.uint32], alphabet: Alphabet, at: int, end: int, kind: int) -> int:
    if kind == DIGIT:
        return DIGIT_RUNS + min(end - at, _LONGEST_RUN)
    if end - at > 1:
        return LETTER_RUNS + min(end - at, _LONGEST_RUN)
    return _folded(codes, alphabet, at)
