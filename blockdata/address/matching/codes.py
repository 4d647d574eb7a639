"""Texts as code points in one array, and hashes of pieces of them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from blockdata.address.matching.fields import Ints
from blockdata.kernels.jit import jit

__all__ = ["SEED", "Codes", "encode", "finished", "fold", "hash_of", "hashes_of", "pair"]

Codes = npt.NDArray[np.uint32]

#: Where folding begins.
SEED = -3750763034362895579
_FACTOR = 6364136223846793005
_MIX_1, _MIX_2 = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)
_S30, _S27, _S31 = np.uint64(30), np.uint64(27), np.uint64(31)


@jit
def fold(state: int, code: int) -> int:
    """Take one more code point into a rolling hash."""
    return int((state + code + 1) * _FACTOR)


@jit
def finished(state: int) -> int:
    """Mix a rolling hash into a value that is never 0 (splitmix64)."""
    z = np.uint64(state)
    z = (z ^ (z >> _S30)) * _MIX_1
    z = (z ^ (z >> _S27)) * _MIX_2
    z ^= z >> _S31
    return int(np.int64(z)) if z != np.uint64(0) else 1


@jit
def pair(first: int, second: int) -> int:
    """Mix two hashes into one; the order counts."""
    return finished(int(first * _FACTOR + second))


@jit
def _hashes(codes: Codes, offsets: Ints, out: Ints) -> None:
    for text in range(len(out)):
        state = SEED
        for position in range(offsets[text], offsets[text + 1]):
            state = fold(state, codes[position])
        out[text] = finished(state) if offsets[text + 1] > offsets[text] else 0


def encode(texts: Sequence[str]) -> tuple[Codes, Ints]:
    """Return the code points of texts, one after the other, and where each begins.

    Parameters
    ----------
    texts : sequence of str

    Returns
    -------
    codes : ndarray of uint32
    offsets : ndarray of int64, shape (len(texts) + 1,)

    Examples
    --------
    >>> codes, offsets = encode(["3号", ""])
    >>> codes.tolist(), offsets.tolist()
    ([51, 21495], [0, 2, 2])
    """
    joined = "".join(texts).encode("utf-32-le", "surrogatepass")
    offsets = np.zeros(len(texts) + 1, np.int64)
    np.cumsum(np.fromiter(map(len, texts), np.int64, len(texts)), out=offsets[1:])
    return np.frombuffer(joined, np.uint32), offsets


def hashes_of(codes: Codes, offsets: Ints) -> Ints:
    """Return one hash a text; 0 where it is empty."""
    out = np.zeros(len(offsets) - 1, np.int64)
    _hashes(codes, offsets, out)
    return out


def hash_of(text: str) -> int:
    """Return the hash of one text; 0 of an empty one.

    Examples
    --------
    >>> hash_of("") == 0, hash_of("东路") == hash_of("东路"), hash_of("东路") == hash_of("路东")
    (True, True, False)
    """
    return int(hashes_of(*encode([text]))[0])
