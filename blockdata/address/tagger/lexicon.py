"""The words of the training spans with their labels, and lists of terms given beside them."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from blockdata.address.tagger.hashing import mixed
from blockdata.kernels.jit import jit_finite

__all__ = ["LONGEST_ENTRY", "Lexicon", "entry_code", "roll", "substring_hash"]

Hashes = npt.NDArray[np.uint64]


LONGEST_ENTRY = 12
_BASE = np.uint64(0x9E3779B97F4A7C15)
_FREQUENT, _COMMON = 10, 3
_PURE, _MOSTLY = 0.9, 0.6


class Lexicon(NamedTuple):
    """Entries by hash; `counts[entry]` holds how often each label had it, then 1 per term list."""

    slots: npt.NDArray[np.uint64]
    counts: npt.NDArray[np.int32]
    labels: int


@jit_finite
def roll(strings: Hashes, count: int, rolling: Hashes) -> None:
    """Fill the rolling hash of the first tokens, from which any substring's hash follows.

    Row 0 is the hash of the first tokens, row 1 the powers of the base.
    """
    rolling[0, 0], rolling[1, 0] = np.uint64(0), np.uint64(1)
    for at in range(count):
        rolling[0, at + 1] = rolling[0, at] * _BASE + strings[at]
        rolling[1, at + 1] = rolling[1, at] * _BASE


@jit_finite
def substring_hash(rolling: Hashes, start: int, end: int) -> np.uint64:
    """Return the hash of the tokens from `start` up to `end`."""
    return mixed(rolling[0, end] - rolling[0, start] * rolling[1, end - start])


@jit_finite
def entry_code(counts: npt.NDArray[np.int32], entry: int, labels: int) -> tuple[int, int]:
    """Return what the lexicon says of an entry: label, frequency and purity; and its term list.

    Both are 0 where it says nothing, as for an entry whose only span is the one being learned.
    """
    total, best = 0, 0
    for label in range(labels):
        total += counts[entry, label]
        if counts[entry, label] > counts[entry, best]:
            best = label
    code = 0
    if total:
        frequency = (total > 1) + (total >= _COMMON) + (total >= _FREQUENT)
        share = counts[entry, best] / total
        code = 1 + (best * 4 + frequency) * 3 + (share >= _MOSTLY) + (share >= _PURE)
    term = 0
    for place in range(labels, counts.shape[1]):
        if counts[entry, place] and not term:
            term = 1 + place - labels
    return code, term
