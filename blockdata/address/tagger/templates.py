"""Feature templates as data: which attributes at which places join into one feature."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from blockdata.address.tagger.context import ATTRIBUTES
from blockdata.address.tagger.hashing import mixed
from blockdata.kernels.jit import jit_finite

__all__ = ["TOKEN_TEMPLATES", "hash_features", "stride_of", "template_table"]

Hashes = npt.NDArray[np.uint64]


_MOST_PARTS = 6
_SHIFT = np.uint64(29)
_SIGNED = re.compile(r"[+-]\d$")
_STEP = np.uint64(0x9E3779B97F4A7C15)


# Attributes joined by "&", each with its place relative to the token.
TOKEN_TEMPLATES = (
    "symbol-2",
    "symbol-1",
    "symbol",
    "symbol+1",
    "symbol+2",
    "symbol-2&symbol-1",
    "symbol-1&symbol",
    "symbol&symbol+1",
    "symbol+1&symbol+2",
    "symbol-1&symbol+1",
    "symbol&symbol+1&symbol+2",
    "string&string+1",
    "kind-2&kind-1&kind",
    "kind&kind+1&kind+2",
    "kind-2&kind-1&kind&kind+1&kind+2",
    "kind-4&kind-3&kind-2&kind-1&kind",
    "kind&kind+1&kind+2&kind+3&kind+4",
    "symbol&kind+1&kind+2&kind+3",
    "symbol&kind-1&kind-2&kind-3",
    "keyword_after&distance_after",
    "keyword_before&distance_before",
    "symbol&keyword_after",
    "symbol&keyword_before&keyword_before_2",
    "kind&keyword_before&keyword_before_2&keyword_after",
    "symbol&symbol+1&unit_before&unit_before_2",
    "kind&symbol+1&unit_after",
    "symbol&unit_before&unit_after",
    "symbol&edge",
    "repeated&symbol",
    "repeated&repeated-1&kind",
    "entry_begins",
    "entry_around",
    "entry_ends-1",
    "entry_around-1&entry_around",
    "entry_around&entry_around+1",
    "entry_around&symbol",
    "entry_begins&keyword_before",
    "entry_ends-1&entry_begins",
    "term_around",
    "term_around-1&term_around",
    "term_around&entry_around",
)


def template_table(
    names: Sequence[str], attributes: Sequence[str] = ATTRIBUTES
) -> npt.NDArray[np.int32]:
    """Return templates as an array of (attribute, place) pairs, filled up with -1.

    Examples
    --------
    >>> template_table(["symbol-1&symbol"])[0, :3].tolist()
    [[0, -1], [0, 0], [-1, 0]]
    """
    table = np.zeros((len(names), _MOST_PARTS, 2), dtype=np.int32)
    table[:, :, 0] = -1
    for row, name in enumerate(names):
        for place, part in enumerate(name.split("&")):
            attribute, offset = _SIGNED.sub("", part), _SIGNED.search(part)
            table[row, place] = attributes.index(attribute), int(offset.group()) if offset else 0
    return table


@jit_finite
def stride_of(count: int) -> int:
    """Return a token count rounded up to whole vectors of eight hashes."""
    return (count + 7) // 8 * 8


@jit_finite
def hash_features(
    table: npt.NDArray[np.int32], values: Hashes, first: int, count: int, salt: int, hashes: Hashes
) -> None:
    """Fill `hashes[template * stride_of(count) + column]` with the hash of each feature.

    `values[attribute, first + column]` is what is known of a token, or of a segment. Templates of
    different `salt` give different features.
    """
    stride = stride_of(count)
    for template in range(table.shape[0]):
        keys = hashes[template * stride : (template + 1) * stride]
        keys[:] = mixed(np.uint64(salt + template + 1) * _STEP)
        for part in range(table.shape[1]):
            attribute = table[template, part, 0]
            if attribute < 0:
                break
            place = first + table[template, part, 1]
            _join(keys, values[attribute, place : place + stride])
        for at in range(stride):
            keys[at] = mixed(keys[at])


@jit_finite
def _join(keys: Hashes, values: Hashes) -> None:
    for at in range(keys.size):
        key = (keys[at] ^ values[at]) * _STEP
        keys[at] = key ^ (key >> _SHIFT)
