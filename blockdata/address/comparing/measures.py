"""What two rows of tokens share, measured in compiled loops."""

from __future__ import annotations

from typing import Any

import numpy as np

from blockdata.address.names.tokens import FIRST_NUMBER
from blockdata.kernels.jit import jit

__all__ = ["gram_sums", "has", "numbers_in", "subsequence", "substring", "tail"]

#: Tokens from here on are numbers in digits, below them letters and directions.
_FIRST_DIGITS = FIRST_NUMBER + 0x10000


@jit
def substring(a: Any, b: Any) -> int:
    """Return the length of the longest run of tokens that both have."""
    row = np.zeros(len(b) + 1, dtype=np.int32)
    best = 0
    for first in a:
        before = 0
        for at in range(1, len(b) + 1):
            here = row[at]
            row[at] = before + 1 if first == b[at - 1] else 0
            best = max(best, row[at])
            before = here
    return best


@jit
def subsequence(a: Any, b: Any) -> int:
    """Return the length of the longest sequence of tokens that both have in order."""
    row = np.zeros(len(b) + 1, dtype=np.int32)
    for first in a:
        before = 0
        for at in range(1, len(b) + 1):
            here = row[at]
            row[at] = before + 1 if first == b[at - 1] else max(row[at], row[at - 1])
            before = here
    return int(row[len(b)])


@jit
def has(tokens: Any, token: int) -> bool:
    """Tell whether a token stands among tokens."""
    for other in tokens:  # noqa: SIM110 - numba knows no any()
        if other == token:
            return True
    return False


@jit
def numbers_in(a: Any, b: Any) -> tuple[int, int]:
    """Return how many digits-numbers a has, and how many of them b has too."""
    count = common = 0
    for token in a:
        if token >= _FIRST_DIGITS:
            count += 1
            common += has(b, token)
    return count, common


@jit
def tail(a: Any, b: Any) -> int:
    """Return how many tokens at the end of a do not stand in b."""
    at = len(a)
    while at > 0 and not has(b, a[at - 1]):
        at -= 1
    return len(a) - at


@jit
def gram_sums(a: Any, b: Any, weights: Any) -> Any:
    """Return counts, weights and squared weights of pairs in a, in b and in both."""
    sums = np.zeros((3, 3))
    for gram in a:
        sums[0] += np.array([1.0, weights[gram], weights[gram] ** 2])
    for gram in b:
        sums[1] += np.array([1.0, weights[gram], weights[gram] ** 2])
    one = other = 0
    while one < len(a) and other < len(b):
        if a[one] == b[other]:
            weight = weights[a[one]]
            sums[2] += np.array([1.0, weight, weight**2])
            one, other = one + 1, other + 1
        elif a[one] < b[other]:
            one += 1
        else:
            other += 1
    return sums
