"""The names that a library knows, ready to be found in running text."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from blockdata.address.matching.codes import SEED, Codes, encode, finished, fold
from blockdata.address.matching.fields import WIDTH, Ints, Small
from blockdata.address.matching.table import find
from blockdata.address.matching.words import WORDS
from blockdata.kernels.jit import jit

__all__ = ["LONGEST_NAME", "Vocabulary", "longest_name", "prefix_hashes", "vocabulary_of"]

#: Longer names are cut when they are looked for, so that no text is slow.
LONGEST_NAME = 40
_PREFIX = -1


class Vocabulary(NamedTuple):
    """Names as a table of their prefixes.

    Parameters
    ----------
    slots : ndarray of int64
        Hashes of prefixes; 0 is free.
    entries : ndarray of int32
        Of each slot the entry that ends there, -1 where a longer one goes on.
    fields : ndarray of int64, shape (entries, 13)
        What each entry says, by field: the hash of its comparable form, 0 for nothing.
    word : ndarray of int32
        What each entry is as a word (see `WORDS`), 0 for a name.
    own : ndarray of int64
        Hash of each entry as it is written.
    """

    slots: Ints
    entries: Small
    fields: Ints
    word: Small
    own: Ints


@jit
def _insert(codes: Codes, offsets: Ints, slots: Ints, entries: Small) -> None:
    mask = len(slots) - 1
    for entry in range(len(offsets) - 1):
        state = SEED
        end = min(offsets[entry + 1], offsets[entry] + LONGEST_NAME)
        for position in range(offsets[entry], end):
            state = fold(state, codes[position])
            wanted = finished(state)
            slot = wanted & mask
            while slots[slot] not in (0, wanted):
                slot = (slot + 1) & mask
            if slots[slot] == 0:
                slots[slot] = wanted
                entries[slot] = _PREFIX
            if position == end - 1:
                entries[slot] = entry


@jit
def longest_name(
    codes: Codes, start: int, stop: int, slots: Ints, entries: Small
) -> tuple[int, int]:
    """Return the entry that is longest from a position on, and where it ends; -1 if none."""
    state, found, end = SEED, -1, start
    for position in range(start, min(stop, start + LONGEST_NAME)):
        state = fold(state, codes[position])
        slot = find(slots, finished(state))
        if slot < 0:
            break
        if entries[slot] >= 0:
            found, end = entries[slot], position + 1
    return found, end


@jit
def _prefix_hashes(codes: Codes, offsets: Ints, out: Ints) -> None:
    at = 0
    for text in range(len(offsets) - 1):
        state = SEED
        for position in range(offsets[text], offsets[text + 1]):
            state = fold(state, codes[position])
            out[at] = finished(state)
            at += 1


def prefix_hashes(names: list[str]) -> Ints:
    """Return the hash of every prefix of every name, whole names included.

    Examples
    --------
    >>> len(prefix_hashes(["东路", "西"]))
    3
    """
    codes, offsets = encode(names)
    out = np.zeros(len(codes), np.int64)
    _prefix_hashes(codes, offsets, out)
    return out


def vocabulary_of(names: Mapping[str, Mapping[int, int]], *, with_words: bool = True) -> Vocabulary:
    """Make a vocabulary.

    Parameters
    ----------
    names : mapping of str to mapping of int to int
        Each name's fields and what is compared there.
    with_words : bool, default True
        Whether words that name no place are part of it.

    Returns
    -------
    Vocabulary
        With the words of `WORDS`, but for those that are names.

    Examples
    --------
    >>> made = vocabulary_of({"东路": {5: 77}})
    >>> codes, offsets = encode(["东路5号"])
    >>> entry, end = longest_name(codes, 0, 5, made.slots, made.entries)
    >>> int(made.fields[entry, 5]), end
    (77, 2)
    """
    words = [word for word in WORDS if word not in names] if with_words else []
    written = [*sorted(names), *words]
    codes, offsets = encode(written)
    size = 64
    while size < 2 * len(codes):
        size *= 2
    slots, entries = np.zeros(size, np.int64), np.full(size, _PREFIX, np.int32)
    _insert(codes, offsets, slots, entries)
    fields = np.zeros((len(written), WIDTH), np.int64)
    word = np.zeros(len(written), np.int32)
    own = np.zeros(len(written), np.int64)
    for entry, name in enumerate(written):
        word[entry] = 0 if name in names else WORDS[name]
        for field, value in names.get(name, {}).items():
            fields[entry, field] = value
    if written:
        own[:] = _whole_hashes(codes, offsets)
    return Vocabulary(slots, entries, fields, word, own)


def _whole_hashes(codes: Codes, offsets: Ints) -> Ints:
    ends = offsets[1:] - 1
    out = np.zeros(len(codes), np.int64)
    _prefix_hashes(codes, offsets, out)
    return out[ends]
